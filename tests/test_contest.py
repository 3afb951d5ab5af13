"""One whole contest, played as its users would, from registration to archive, and what its documents tell of it."""

from __future__ import annotations

import csv
import re
import shlex
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from homes import TODAY
from problems import problem
from pypdf import PdfReader
from samples import ROOT, rows, sample_home

import kit
from kit import cli
from kit.contest import rounds
from kit.contest.decisions import disqualify, withdraw
from kit.edition import Edition
from kit.errors import Problem
from kit.judging.desk import Change, Desk
from kit.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Marks = dict[tuple[str, str, str, str], str]  # round, judge, entry, criterion

CURED, REFUSED, MOVED = "K2-35", "K2-34", "K2-02"
CUT = ("K1-07", "K1-03")  # equal in everything where the cut of group 1 goes through
SECOND = ("K2-15", "K2-31")  # equal in everything behind the winner of group 2
CHANGED, ABSENT, WRONGED = "K2-05", "K1-07", "K1-06"  # in plenary; on the day; by the typist of a paper sheet


def given() -> Marks:
    """The marks of the sample edition, with the ties that this story needs."""
    with (ROOT / "data" / "2025" / "journal.csv").open(encoding="utf-8", newline="") as file:
        events = [row for row in csv.DictReader(file) if row["kind"] == "mark"]
    marks = {(e["round"], e["judge_id"], e["entry_id"], e["criterion"]): e["value"] for e in events}
    for first, other in (CUT, SECOND):
        marks |= {(r, j, other, c): mark for (r, j, e, c), mark in marks.items() if e == first}
    return {key: mark for key, mark in marks.items() if mark and key[2] != REFUSED}


class Play:
    """Whoever runs the contest, at the command line and with the form."""

    def __init__(self, home: Path, capsys_say: Callable[[], str]) -> None:
        self.home, self.said, self.marks = home, capsys_say, given()

    @property
    def recused(self) -> set[tuple[str, str]]:
        held = self.open().record.recused("presentasi")
        return set(held.itertuples(index=False, name=None))

    def kit(self, line: str, code: int = 0) -> str:
        """Type a command; it ends with this code."""
        assert cli.main(shlex.split(line)) == code, (line, self.said())
        return self.said()

    def open(self) -> Edition:
        return kit.open("2025")

    def import_marks(self, round_: str, judge: str, entries: Iterable[str], name: str) -> None:
        """A judge's marks as a file that the secretariat imports."""
        wanted = set(entries)
        own = [(e, c, m) for (r, j, e, c), m in self.marks.items() if (r, j) == (round_, judge) and e in wanted]
        path = self.home / f"{name}.csv"
        lines = [["round", "judge_id", "entry_id", "criterion", "value"]]
        lines += [[round_, name, entry, criterion, mark] for entry, criterion, mark in own]
        path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
        self.kit(f"marks import 2025 '{path}' --yes")

    def score(self, round_: str, judge: str, entries: Iterable[str], typist: str = "", **wrong: str) -> None:
        """Sheets through the form, by the judge or typed from paper; the sheet of WRONGED perhaps with a wrong mark."""
        desk = Desk(self.open(), round_, judge, typist=typist, twice=bool(typist))
        for entry in entries:
            sheet = {c: m for (r, j, e, c), m in self.marks.items() if (r, j, e) == (round_, judge, entry)}
            sheet |= wrong if entry == WRONGED else {}
            outcomes = desk.save([Change(entry, c, m, f"{typist}/{entry}/{c}") for c, m in sheet.items()])
            assert [outcome.said for outcome in outcomes if outcome.saved is None] == []


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("builtins.print", lambda *parts, **_: said.append(" ".join(map(str, parts))))

        def all_said() -> str:
            text = "\n".join(said)
            said.clear()
            return text

        with sample_home(tmp_path_factory.mktemp("home")) as home:
            (home / "data" / "2025" / "journal.csv").unlink()
            register = home / "data" / "2025" / "judges.csv"
            reserve = "J-D,Contoh Dewi Anggraini,Lembaga Contoh Ombudsman,cadangan,\n"
            register.write_text(register.read_text(encoding="utf-8") + reserve, encoding="utf-8")
            played = Play(home, all_said)
            _selection(played)
            _proposals(played)
            _first_plenary(played)
            _presentations(played)
            _last_plenary(played)
            _objection(played)
            yield played


def _selection(p: Play) -> None:
    """Everybody is checked in a workbook; one is cured, one refused, one moved to another category."""
    p.kit("round open 2025 administrasi")
    first, second = p.home / "periksa-1.xlsx", p.home / "periksa-2.xlsx"
    p.kit(f"entry checklist 2025 --out '{first}'")
    cure = {
        "checked:surat": "Perlu perbaikan",
        "cure_until:": date(2099, 10, 21),
        "cure_until::note": "tanda tangan",
    }
    refusal = {
        "checked:kewenangan": "Tidak",
        "admission:": "Tidak memenuhi syarat",
        "admission::note": "Bukan urusan yang menjadi kewenangan daerah.",
    }
    _fill(first, {CURED: cure | {"admission:": None}, REFUSED: refusal})
    p.kit(f"entry import 2025 '{first}' --by SEK-1 --yes")
    assert "1" in p.kit("round close 2025 administrasi", 1)  # one is undecided
    p.kit(f"entry checklist 2025 --out '{second}'")
    _fill(second, {CURED: {}}, only=CURED)
    p.kit(f"entry import 2025 '{second}' --by SEK-2 --yes")
    p.kit(f"entry correct 2025 {MOVED} category tata-kelola --reason 'sesuai isinya' --by SEK-1")
    p.kit("round close 2025 administrasi")


def _fill(path: Path, answers: dict[str, dict[str, object]], only: str = "") -> None:
    """Fill in the checklist as the secretariat would: everything in order, but for some answers."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    place = {str(cell.value).removeprefix("kit:"): cell.column for cell in sheet[1] if cell.value}
    for row in range(5, sheet.max_row + 1):
        entry = str(sheet.cell(row, place["entry"]).value)
        if only in {"", entry}:
            said = {name: "Ya" for name in place if name.startswith("checked:") and not name.endswith(":note")}
            for name, value in (said | {"admission:": "Memenuhi syarat"} | answers.get(entry, {})).items():
                sheet.cell(row, place[name]).value = value  # type: ignore[assignment]
    book.save(path)


def _proposals(p: Play) -> None:
    """Three ways in; a judge falls ill in mid-round and is replaced; another declares a conflict."""
    p.kit("round open 2025 proposal")
    edition = p.open()
    entries = sorted(edition.entrants("proposal"))
    half = len(entries) // 2
    Desk(edition, "proposal", "J-C").recuse("K1-04", "hubungan keluarga", "sepupu ketua tim", "r1")
    p.score("proposal", "J-A", entries[:3])
    p.import_marks("proposal", "J-A", entries[3:], "J-A")
    p.import_marks("proposal", "J-C", [entry for entry in entries if entry != "K1-04"], "J-C")
    p.import_marks("proposal", "J-B", entries[:half], "J-B")
    p.kit("judge substitute 2025 proposal J-B --by J-D --reason 'J-B sakit'")
    p.import_marks("proposal", "J-B", entries[half:], "J-D")
    with problem("still_open"):
        p.open().ranking_table("proposal")
    p.kit("rank 2025", 1)
    p.kit("round close 2025 proposal")


def _first_plenary(p: Play) -> None:
    """A tie at the cut is ruled, a mark is changed, the decision is fixed and published."""
    p.kit("plenary begin 2025 proposal")
    p.kit("plenary present 2025 proposal J-A J-C J-D")
    p.kit("plenary note 2025 proposal place 'Ruang Rapat Contoh'")
    p.kit("plenary note 2025 proposal day 2025-11-11")
    p.kit(f"plenary reopen 2025 proposal J-A {CHANGED} --reason 'lampiran data belum terbaca'")
    old = p.marks["proposal", "J-A", CHANGED, "K3"]
    p.marks["proposal", "J-A", CHANGED, "K3"] = new = "4" if old != "4" else "4.5"
    p.kit(f"plenary mark 2025 proposal J-A {CHANGED} K3 {new} --by SEK-1")
    p.kit(f"plenary rule 2025 proposal {CUT[0]} {CUT[1]} --reason 'manfaat langsung bagi warga lebih luas'")
    p.kit("plenary dissent 2025 proposal J-C --reason 'selisihnya terlalu kecil'")
    p.kit("plenary decide 2025 proposal")
    p.kit("result publish 2025 proposal")


def _presentations(p: Play) -> None:
    """The order is drawn, one finalist does not come, a judge's paper sheets are typed by two people."""
    p.kit("round open 2025 presentasi")
    for group in ("K1", "K2"):
        p.kit(f"round draw 2025 presentasi {group} --seed 1379")
    p.kit(f"entry absent 2025 presentasi {ABSENT} --reason 'tidak datang sampai giliran terakhir'")
    came = sorted(p.open().entrants("presentasi"))
    for judge in ("J-A", "J-C"):
        p.import_marks("presentasi", judge, [e for e in came if (judge, e) not in p.recused], judge)
    for typist in ("SEK-1", "SEK-2"):
        p.score("presentasi", "J-B", came, typist, P1="2")
    p.kit("round close 2025 presentasi")


def _last_plenary(p: Play) -> None:
    """A tie for the second award is ruled; the result is decided, published and decreed."""
    p.kit(f"result decree 2025 --number 1/2025 --date {TODAY}", 1)  # nothing is decided yet
    p.kit("plenary begin 2025 presentasi")
    p.kit("plenary present 2025 presentasi J-A J-B J-C")
    p.kit(f"plenary rule 2025 final {SECOND[0]} {SECOND[1]} --reason 'keberlanjutan lebih kuat'")
    p.kit("plenary decide 2025 presentasi")
    p.kit("result publish 2025 presentasi")
    p.kit("result publish 2025 presentasi", 1)


def _objection(p: Play) -> None:
    """An objection finds a misread paper sheet; a plenary corrects it, and a second version is published."""
    said = p.kit(f"objection lodge 2025 presentasi {WRONGED} --ground arithmetic --text 'Nilai P1 tidak sesuai'")
    assert "S-01" in said
    p.kit("objection recompute 2025 S-01")
    p.kit("plenary begin 2025 presentasi", 1)  # not without a reason
    p.kit("plenary begin 2025 presentasi --reason 'Sanggahan S-01: lembar cetak salah diketik'")
    p.kit("plenary present 2025 presentasi J-A J-B J-C")
    p.kit(f"plenary reopen 2025 presentasi J-B {WRONGED} --reason 'lembar cetak berbunyi lain'")
    right = p.marks["presentasi", "J-B", WRONGED, "P1"]
    p.kit(f"plenary mark 2025 presentasi J-B {WRONGED} P1 {right} --by SEK-1")
    p.kit("plenary decide 2025 presentasi")
    p.kit("result publish 2025 presentasi")
    reason = "Nilai P1 salah diketik dari lembar cetak; hasil dikoreksi."
    p.kit(f"objection answer 2025 S-01 --outcome upheld --reason '{reason}'")
    p.kit(f"result decree 2025 --number 100.3/Contoh/2099 --date {TODAY}")


# What came of it


def group(edition: Edition, round_: str, name: str) -> Any:
    return edition.result.of(round_, "group", name)


def test_every_special_case_stands_in_the_result(play: Play) -> None:
    edition = play.open()
    proposal, final = group(edition, "proposal", "K1"), group(edition, "final", "K1")
    assert REFUSED not in set(edition.result.ranking["entry_id"])
    assert CURED in set(edition.result.ranking["entry_id"])
    assert MOVED in set(edition.result.of("proposal", "group_category", "K2/tata-kelola")["entry_id"])
    ranks = proposal.set_index("entry_id")["rank"]
    assert ranks[CUT[0]] + 1 == ranks[CUT[1]]
    assert proposal.set_index("entry_id")["tie_broken_by"][CUT[0]].endswith("judges_decide")
    assert CUT[1] not in edition.entrants("presentasi")
    assert final.set_index("entry_id").loc[ABSENT, ["award", "last_round"]].tolist() == [None, "proposal"]
    counted = proposal.set_index("entry_id")["judges_counted"]
    assert counted["K1-04"] == 2
    second = group(edition, "final", "K2").set_index("entry_id")
    assert second.loc[list(SECOND), "score"].nunique() == 1
    assert second.loc[list(SECOND), "award"].tolist() == ["Juara II", "Juara III"]
    assert edition.state == "simulation"  # whatever is decreed, the edition is invented


def test_the_correction_is_a_new_version_that_names_its_differences(play: Play) -> None:
    first, second = play.open().history.versions("presentasi")
    score = {
        version.number: version.ranking[
            (version.ranking["round"] == "presentasi") & (version.ranking["scope"] == "group")
        ].set_index("entry_id")["score"][WRONGED]
        for version in (first, second)
    }
    assert float(score[1]) < float(score[2])
    before, after = (score[version].replace(".", ",") for version in (1, 2))
    assert f"{WRONGED}: nilai {before} → {after}" in play.kit("result versions 2025 presentasi")


def test_the_marks_are_those_that_the_judges_gave(play: Play) -> None:
    """Nothing was lost or changed on any way in, and the misread sheet is right in the end."""
    edition = play.open()
    marks = edition.history.marks()
    now = {
        (m.round, "J-B" if m.judge_id == "J-D" else m.judge_id, m.entry_id, m.criterion): m.value
        for m in marks.itertuples()
    }
    expected = {key: mark for key, mark in play.marks.items() if key[1:3] != ("J-C", "K1-04")}
    gone = {key for key in expected if key[0] == "presentasi" and key[2] not in edition.entrants("presentasi")}
    assert {k: float(v) for k, v in now.items()} == {k: float(v) for k, v in expected.items() if k not in gone}


def test_the_documents_tell_the_story(play: Play) -> None:
    play.kit("documents 2025 minutes-selection minutes-plenary minutes-result decree-annex --processes 1")
    folder = play.home / "reports" / "2025"
    told = {path.stem: _text(path) for path in sorted(folder.glob("*.pdf"))}
    selection = next(text for stem, text in told.items() if "seleksi" in stem)
    assert "Bukan urusan yang menjadi kewenangan daerah." in selection
    minutes = {stem: text for stem, text in told.items() if "pleno" in stem}
    assert len(minutes) == 3
    first = next(text for stem, text in minutes.items() if "proposal-1" in stem)
    for said in (
        "Ruang Rapat Contoh",
        "sebelas bulan November tahun dua ribu dua puluh lima",
        "lampiran data belum terbaca",
        "manfaat langsung bagi warga lebih luas",
        "selisihnya terlalu kecil",
    ):
        assert said in first, said
    assert "keberlanjutan lebih kuat" in next(text for stem, text in minutes.items() if "presentasi-1" in stem)
    again = next(text for stem, text in minutes.items() if "presentasi-2" in stem)
    assert "lembar cetak berbunyi lain" in again
    assert "Sanggahan S-01" in again
    annex = next(text for stem, text in told.items() if "lampiran" in stem)
    titles = {row["entry_id"]: row["title"] for row in rows(play.home, "2025", "entries")}
    for name in ("K1", "K2"):
        winners = group(play.open(), "final", name).dropna(subset="award")
        places = [annex.index(" ".join(titles[entry].split())[:30]) for entry in winners["entry_id"]]
        assert places == sorted(places)
    assert titles[ABSENT][:30] not in annex
    assert all("SIMULASI" in stem and "DATA SIMULASI" in text for stem, text in told.items())
    verified = play.kit(f"archive verify {' '.join(str(path) for path in sorted(folder.glob('*.pdf')))}")
    assert verified.count("Isi berkas masih seperti saat dibuat.") == len(told)


def _text(path: Path) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(path).pages))


def test_the_log_alone_rebuilds_the_result(play: Play, tmp_path: Path) -> None:
    edition = play.open()
    journal = tmp_path / "journal.csv"
    edition.ledger.to_journal(journal)
    folder = play.home / "data" / "2099"
    folder.mkdir()
    for name in ("rules.yaml", "units.csv", "entries.csv", "judges.csv"):
        (folder / name).write_bytes((edition.folder / name).read_bytes())
    Ledger.from_journal(journal, folder / "ledger.sqlite").close()
    again = Edition(folder)
    assert again.result.ranking.equals(edition.result.ranking)
    assert again.fingerprint == edition.fingerprint
    assert [
        v.ranking.equals(w.ranking)
        for v, w in zip(*(e.history.versions("presentasi") for e in (again, edition)), strict=True)
    ]
    assert again.ledger.verify() == []


def test_the_archive_comes_back_elsewhere_with_the_same_fingerprint(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, archive = play.open(), tmp_path / "arsip.zip"
    play.kit(f"archive make 2025 --out '{archive}'")
    elsewhere = tmp_path / "lain"
    (elsewhere / "data").mkdir(parents=True)
    (elsewhere / "notebooks").mkdir()
    monkeypatch.setenv("KIT_HOME", str(elsewhere))
    play.kit(f"archive restore '{archive}'")
    restored = kit.open("2025")
    assert restored.fingerprint == edition.fingerprint
    assert restored.result.ranking.equals(edition.result.ranking)


def test_what_is_decided_cannot_be_moved_by_anybody(play: Play) -> None:
    edition = play.open()
    before = edition.fingerprint
    for act, mistake in (
        (lambda: withdraw(edition, WRONGED, "terlambat"), "round_decided"),
        (lambda: disqualify(edition, "K1-04", "x", actor="J-C"), "decider_in_conflict"),
        (lambda: Desk(edition, "presentasi", "J-A").submit([WRONGED], "x"), "round_is_closed"),
    ):
        with problem(mistake):
            act()
    for line in (
        "result publish 2025 presentasi",
        "round close 2025 presentasi",
        "round open 2025 presentasi --reason x",
        "plenary withhold 2025 presentasi group/K1/1 --reason x",
        "objection answer 2025 S-01 --outcome rejected --reason x",
        "entry absent 2025 presentasi K1-01 --reason x",
    ):
        play.kit(line, 1)
    assert play.open().fingerprint == before
    with pytest.raises(Problem):
        rounds.open(play.open(), "proposal", "alasan")

"""Documents in batch: what has to be made is made and nothing else, no failure stops others, the bytes are the same."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from homes import empty_home, keep, stage, taken_up
from judged_edition import ENTRIES, RULES, SHEETS, WHEN, contents, judged, told_briefly, with_cell
from openpyxl import load_workbook
from problems import problem
from pypdf import PdfReader
from samples import ROOT

import kit
from kit.actions import append
from kit.cli import main
from kit.documents import batch
from kit.documents.batch import DocumentFailed, make_documents, plan_documents
from kit.documents.kinds import KINDS
from kit.errors import Problem
from kit.ledger import COMMITTEE, Event

if TYPE_CHECKING:
    from kit.documents.batch import Made, Plan


GOES_ON = Event(kind="cure_until", actor=COMMITTEE, entry_id="E1", value="2025-01-01", text="uji")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snapshot")
    with empty_home(folder) as home:
        keep(judged(home), folder / "judged")
    return folder / "judged"


@pytest.fixture
def home(snapshot: Path, home: Path) -> Path:
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    taken_up(home, snapshot)
    return home


def make(*named: str, **options: object) -> Made:
    """Make documents in this process, as of now."""
    plan = plan_documents(kit.open("2025"), named, **{"made_at": WHEN, **options})  # type: ignore[arg-type]
    return make_documents(plan, processes=1)


def made(done: Made) -> list[str]:
    return [path.name for path in done.files]


# What is made


def test_all_rows_of_a_long_table_are_in_a_workbook_that_the_pages_name(home: Path) -> None:
    told_briefly(home)
    rows = 'pd.DataFrame({"kode": [f"K{n}" for n in range(320)]})'
    with_cell(home, f'import pandas as pd\nkit.table({rows}, "Panjang")', place=99)
    name = "laporan-tahunan-2025-SIMULASI"
    assert made(make("annual-report")) == [f"{name}.{suffix}" for suffix in ("pdf", "html", "xlsx", "ipynb")]
    folder = home / "reports" / "2025"
    note = f"300 baris pertama dari 320. Seluruhnya ada pada berkas Excel {name}.xlsx"
    text = "".join(page.extract_text() for page in PdfReader(folder / f"{name}.pdf").pages).replace("\u200b", "")
    assert note in " ".join(text.split())
    assert "K299" in text
    assert "K300" not in text
    assert "K319" in (folder / f"{name}.html").read_text(encoding="utf-8")  # there is room for all of them
    codes = [row[0] for row in load_workbook(folder / f"{name}.xlsx")["Panjang"].iter_rows(values_only=True)]
    assert {f"K{n}" for n in range(320)} <= {*codes}


def test_each_document_stands_in_the_folder_of_its_edition(home: Path) -> None:
    done = make("certificates", "recap")
    folder = home / "reports" / "2025"
    names = ["rekap-nilai-2025-SIMULASI.html", "rekap-nilai-2025-SIMULASI.xlsx", *(f"{name}.pdf" for name in SHEETS)]
    assert sorted(made(done)) == sorted(names)
    assert sorted(contents(folder)) == sorted(["CHECKSUMS", "index.html", *names])
    assert (done.count, done.failed) == (7, [])


def test_an_edition_that_fails_stops_no_other_and_a_table_names_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(home / "data" / "2025", home / "data" / "2024", ignore=shutil.ignore_patterns("ledger*"))
    (home / "data" / "2024" / "entries.csv").write_text("entry_id,title\nE1,,\nE1,A,B,C\n", encoding="utf-8")
    assert main(["documents", "2099", "2024", "2025", "certificates", "--out", str(home / "hasil")]) == 1
    said = capsys.readouterr()
    assert '2099: Edisi "2099" tidak ada' in said.err
    assert "2024/entries.csv" in said.err
    rows = [line.split() for line in said.out.splitlines()[-3:]]
    assert rows == [["2099", "–", "–", "1"], ["2024", "–", "–", "1"], ["2025", "6", "0", "0"]]
    assert len([*(home / "hasil" / "2025").glob("*.pdf")]) == 6


def test_what_a_notebook_shows_and_cannot_print_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "notebooks" / "annual-report.ipynb"
    notebook = nbformat.read(path, as_version=4)
    source = "from IPython.display import Javascript\nJavascript('1')"
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)
    assert main(["documents", "2025", "annual-report"]) == 0
    said = f"Sel {len(notebook.cells)}: application/javascript tidak dapat dicetak"
    assert said in capsys.readouterr().err


def test_checksums_are_those_of_sha256sum(home: Path) -> None:
    make("certificates")
    files = contents(home / "reports" / "2025")
    lines = files.pop("CHECKSUMS").decode().splitlines()
    assert lines == [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items())]


def test_an_executed_notebook_stands_beside_its_document_without_times_and_places(home: Path) -> None:
    make("annual-report")
    text = (home / "reports" / "2025" / "laporan-tahunan-2025-SIMULASI.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code[3:])
    injected = next(cell.source for cell in code if "injected-parameters" in cell.metadata.get("tags", []))
    assert f'made_at = "{WHEN}"' in injected
    assert str(home) not in text
    assert "start_time" not in text


def test_one_document_of_a_kind_can_be_named(home: Path) -> None:
    assert made(make("certificates/E3", "fairness/r2"))[0].startswith("analisis-keadilan-2025-r2-SIMULASI")
    assert "piagam-peserta-2025-E3-SIMULASI.pdf" in contents(home / "reports" / "2025")
    assert len(make("certificates").plan.unchanged) == 1


@pytest.mark.parametrize(
    ("named", "mistake", "said"),
    [
        ("certificate", "unknown_kind", 'jenis dokumen "certificate" tidak dikenal. Yang tersedia: '),
        ("certificates/E9", "unknown_part", 'dokumen "certificates/E9" tidak ada.'),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_there_is_not_is_refused_by_name(named: str, mistake: type[kit.errors.Problem], said: str) -> None:
    with problem(mistake) as refused:
        make(named)
    assert refused.value.say("id").startswith(said)


@pytest.mark.usefixtures("home")
def test_every_kind_is_counted_or_has_a_reason() -> None:
    plan = plan_documents(kit.open("2025"))
    assert plan.counts.keys() | plan.waiting.keys() == KINDS.keys()
    assert len({job.name for job in plan.jobs}) == len(plan.jobs) == sum(plan.counts.values())


def test_what_cannot_be_made_yet_is_told_and_refused_only_when_named(home: Path) -> None:
    shutil.rmtree(home / "data" / "2025")
    stage(home, RULES, ENTRIES)
    plan = plan_documents(kit.open("2025"))
    assert {"annual-report", "recap", "fairness", "feedback"} <= plan.waiting.keys()
    with problem("not_opened_yet"):
        make("recap")


# What is left alone


def test_a_second_run_makes_nothing_and_a_new_event_everything(home: Path) -> None:
    make("certificates", made_at="")
    before = contents(home / "reports" / "2025")
    again = make("certificates", made_at="")
    assert (again.count, len(again.plan.unchanged)) == (0, 6)
    assert contents(home / "reports" / "2025") == before
    append(kit.open("2025"), GOES_ON)
    assert make("certificates", made_at="").count == 6


@pytest.mark.parametrize(
    "change",
    [
        lambda home: (home / "data" / "2025" / "office.yaml").write_text("place: Kota Contoh\n", encoding="utf-8"),
        lambda home: (home / "data" / "2025" / "lambang.png").write_bytes(b"\x89PNG\r\n\x1a\n"),
        lambda home: (home / "reports" / "2025" / f"{SHEETS[0]}.pdf").unlink(),
        lambda home: (home / "reports" / "2025" / ".made" / f"{SHEETS[0]}.json").write_text("{}", encoding="utf-8"),
        lambda home: (home / "reports" / "2025" / ".made" / f"{SHEETS[0]}.json").write_bytes(b'{"a":' * 100_000),
    ],
    ids=["office", "crest", "file", "record", "nested record"],
)
def test_what_a_document_follows_from_makes_it_anew(home: Path, change: object) -> None:
    make("certificates/E1")
    assert make("certificates/E1").count == 0
    change(home)  # type: ignore[operator]
    assert make("certificates/E1").count == 1


def test_a_declared_time_a_notebook_and_the_kit_itself_count_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("certificates/E1", "annual-report")
    assert make("certificates/E1", made_at="2025-11-22T09:00:00+07:00").count == 1
    with_cell(home, "'catatan'")
    assert made(make("certificates/E1", "annual-report", made_at=WHEN))[0].startswith("laporan-tahunan-2025")
    monkeypatch.setattr("kit.documents.batch._kit", lambda: b"another version")
    assert make("certificates/E1").count == 1


def test_each_language_has_documents_of_its_own(home: Path) -> None:
    make("certificates/E1")
    plan = plan_documents(kit.open("2025", "en"), ["certificates/E1"], made_at=WHEN)
    assert made(make_documents(plan, processes=1)) == ["certificate-2025-E1-SIMULASI.pdf"]
    assert make("certificates/E1").count == 0
    assert 'lang="id"' in (home / "reports" / "2025" / "index.html").read_text(encoding="utf-8")


def test_what_somebody_worked_on_is_not_replaced(home: Path) -> None:
    """The legal office edits drafts where they lie, and a signed PDF must not be lost."""
    make("certificates")
    folder = home / "reports" / "2025"
    edited, signed = folder / f"{SHEETS[0]}.pdf", folder / f"{SHEETS[1]}.pdf"
    edited.write_bytes(b"%PDF-1.7 edited")
    signed.write_bytes(signed.read_bytes() + b"\n1 0 obj\n<</Type/Sig>>\nendobj\n%%EOF\n")
    before = contents(folder)
    again = make("certificates")
    assert (again.count, again.failed) == (0, [Problem("document_altered", file=edited.name)])
    later = make("certificates", made_at="2025-11-22T09:00:00+07:00")
    assert later.count == 4
    assert later.failed == [
        Problem("document_altered", file=edited.name),
        Problem("document_altered", file=signed.name),
    ]
    assert contents(folder)[edited.name] == before[edited.name]
    assert contents(folder)[signed.name] == before[signed.name]
    edited.rename(folder / "konsep.pdf")
    assert made(make("certificates/E1")) == [edited.name]


def test_documents_that_an_edition_no_longer_has_are_listed_no_more(home: Path) -> None:
    make("certificates")
    append(
        kit.open("2025"), Event(kind="admission", actor=COMMITTEE, entry_id="E6", value="not_eligible", text="Ganda")
    )
    done = make("certificates")
    assert done.plan.left_over == [SHEETS[-1]]
    folder = home / "reports" / "2025"
    assert (folder / f"{SHEETS[-1]}.pdf").exists()
    for name in ("CHECKSUMS", "index.html"):
        assert SHEETS[-1] not in (folder / name).read_text(encoding="utf-8")


# What goes wrong


def test_a_failing_cell_is_named_and_shown_and_the_rest_goes_on(home: Path) -> None:
    make("annual-report")
    with_cell(home, "report.tidak_ada()")
    done = make("annual-report", "certificates")
    assert done.count == 6
    [failed] = done.failed
    assert failed.code == "notebook_failed"
    assert failed.say("id").startswith("laporan-tahunan-2025-SIMULASI-gagal.ipynb: sel [5] berhenti")
    kept = home / "reports" / "2025" / "laporan-tahunan-2025-SIMULASI-gagal.ipynb"
    notebook = nbformat.read(kept, as_version=4)
    assert next(c for c in notebook.cells if c.source == "report.tidak_ada()").outputs[0].ename == "AttributeError"
    shutil.copy(ROOT / "notebooks" / "annual-report.ipynb", home / "notebooks")
    assert make("annual-report").plan.unchanged == ["laporan-tahunan-2025-SIMULASI"]
    with_cell(home, "1")
    assert make("annual-report").count == 1
    assert not kept.exists()


@pytest.mark.usefixtures("home")
def test_what_nobody_foresaw_is_told_with_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        message = "no page today"
        raise RuntimeError(message)

    monkeypatch.setattr("kit.documents.batch._written", lambda _, blocks: broken(blocks))
    done = make("certificates/E1")
    assert done.failed == [DocumentFailed(file=SHEETS[0], said="RuntimeError: no page today")]


def test_a_document_that_is_open_elsewhere_stops_only_itself(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, Excel and Acrobat hold the file that they show."""
    make("recap", "certificates/E1")
    before, start = contents(home / "reports" / "2025"), Path.open
    name = "rekap-nilai-2025-SIMULASI.xlsx"

    def held(self: Path, mode: str = "r", *more: object, **options: object) -> object:
        if self.name == name and "+" in mode:
            raise PermissionError(13, "in use")
        return start(self, mode, *more, **options)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", held)
        done = make("recap", "certificates/E1", made_at="2025-11-22T09:00:00+07:00")
    assert (done.count, done.failed) == (1, [Problem("file_open_elsewhere", file=name)])
    after = contents(home / "reports" / "2025")
    assert [after[n] == before[n] for n in (name, name.replace("xlsx", "html"), f"{SHEETS[0]}.pdf")] == [
        True,
        True,
        False,
    ]


@pytest.mark.usefixtures("home")
def test_data_that_are_not_those_that_were_asked_for_are_refused() -> None:
    plan = plan_documents(kit.open("2025"), ["certificates/E1"])
    append(kit.open("2025"), GOES_ON)
    [failed] = make_documents(plan, processes=1).failed
    assert failed.code == "worker_differs"


# Shares of the work


def test_shares_make_everything_once_and_leave_one_folder(home: Path) -> None:
    shares = [made(make("certificates", "recap", shard=f"{n}/3")) for n in (1, 2, 3)]
    everything = sorted(name for share in shares for name in share)
    assert len(everything) == len(set(everything)) == 8
    assert all(shares)
    lines = (home / "reports" / "2025" / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split("  ")[1] for line in lines) == sorted([*everything, "index.html"])


@pytest.mark.parametrize("wrong", ["0/3", "4/3", "1", "a/b", "1/0", ""])
@pytest.mark.usefixtures("home")
def test_a_share_that_there_is_not_is_refused(wrong: str) -> None:
    with problem("shard_unreadable"):
        make("recap", shard=wrong)


# The same bytes


@pytest.mark.parametrize(
    "named", [("annual-report", "certificates/E1", "minutes-result", "recap"), pytest.param((), marks=pytest.mark.long)]
)
def test_same_data_version_and_time_give_the_same_bytes(home: Path, tmp_path: Path, named: tuple[str, ...]) -> None:
    """Of a few kinds that come in every format, and in CI of all kinds."""
    make(*named)
    make(*named, out=tmp_path / "again")
    first, again = contents(home / "reports" / "2025"), contents(tmp_path / "again")
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
    assert {Path(name).suffix for name in first} >= {".pdf", ".html", ".xlsx", ".ipynb"}


# The page that leads to all of them


def test_the_page_leads_to_each_document_by_those_for_whom_it_is(home: Path) -> None:
    made = ["annual-report", "minutes-result", "judges-pack", "certificates", "finalists", "recap"]
    make(*made)
    page = (home / "reports" / "2025" / "index.html").read_text(encoding="utf-8")
    heads = [
        "Untuk pimpinan",
        "Untuk panitia",
        "Untuk dewan juri",
        "Untuk unit kerja",
        "Untuk publik",
        "Lampiran dan data",
    ]
    links = [
        "laporan-tahunan-2025",
        "berita-acara-peringkat-dan-rekomendasi-2025",
        "bahan-juri-2025-J1",
        "piagam-peserta-2025-E1",
    ]
    files = [*(f"{name}-SIMULASI.pdf" for name in (*links, "daftar-finalis-2025")), "rekap-nilai-2025-SIMULASI.xlsx"]
    places = [
        page.index(text)
        for pair in zip(heads, files, strict=True)
        for text in (f">{pair[0]}</h2>", f'href="{pair[1]}"')
    ]
    assert places == sorted(places)
    assert "<summary>Piagam partisipasi (6)</summary>" in page
    assert re.search(r">Inovasi E1\s+E1 · Unit E1</th>", page)
    assert "Data berubah sejak dokumen ini dibuat." not in page
    append(kit.open("2025"), GOES_ON)
    make("recap")
    page = (home / "reports" / "2025" / "index.html").read_text(encoding="utf-8")
    assert page.count("Data berubah sejak dokumen ini dibuat.") == 11  # what minutes tell of has passed


def test_records_hold_what_each_document_says_of_itself(home: Path) -> None:
    make("certificates/E1")
    record = json.loads((home / "reports" / "2025" / ".made" / f"{SHEETS[0]}.json").read_text(encoding="utf-8"))
    assert record["about"]["fingerprint"] == kit.open("2025").fingerprint
    assert record["about"]["edition"] == "2025"


# A ledger that was tampered with


def tamper(home: Path) -> None:
    with closing(sqlite3.connect(home / "data" / "2025" / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DROP TRIGGER events_stay")
        ledger.execute("UPDATE events SET value = '99' WHERE kind = 'mark' AND entry_id = 'E1'")


def test_nothing_is_made_of_a_ledger_that_was_tampered_with(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(home)
    assert main(["documents", "2025"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("events_stay") == 1  # not once for each kind of document
    assert not (home / "reports").exists()


@pytest.mark.parametrize("processes", ["1", pytest.param("2", marks=pytest.mark.long)])
def test_data_that_differ_from_those_of_the_plan_are_told_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], processes: str
) -> None:
    plan = batch.plan_documents

    def planned(*what: Any, **how: Any) -> Plan:
        found = plan(*what, **how)
        tamper(home)
        return found

    monkeypatch.setattr(batch, "plan_documents", planned)
    assert main(["documents", "2025", "certificates", "--processes", processes]) == 1
    said = capsys.readouterr()
    assert "6 gagal" in said.out
    assert said.err.count("Samakan folder data") == 1

"""The annual report: every number in it counted anew from the files, and prose that follows the data."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, ClassVar

import pytest
from pypdf import PdfReader
from samples import MADE_AT, blocks, chapters, notes, once, rows, said, sample_home, tables, text, whole

import kit
from kit.ledger import COMMITTEE
from kit.render.html import to_html
from kit.render.pdf import to_pdf
from kit.report.annual import masthead
from kit.report.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATISTICS = r"rata-rata|median|simpangan|ragam|korelasi|persentil|peluang|signifikan|mean|average|deviation|variance"


# The sample editions: every number counted anew from their files


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        yield from sample_home(tmp_path_factory.mktemp("home"), patch)


@pytest.fixture(scope="module", params=["2023", "2024", "2025"])
def year(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def report(samples: Path, year: str) -> Context:  # noqa: ARG001  (makes the home)
    return Context(kit.open(year), MADE_AT)


ELEMENTS = ("team", "sop", "funding", "legal_basis", "backing")


class Counted:
    """One simulated edition, counted from its CSV files, with its scores from the journal's marks alone."""

    WEIGHTS: ClassVar = {
        "proposal": {"K1": 15, "K2": 25, "K3": 15, "K4": 20, "K5": 10, "K6": 5, "K7": 10},
        "presentasi": {"P1": 35, "P2": 30, "P3": 20, "P4": 15},
    }

    def __init__(self, home: Path, year: str) -> None:
        self.units = {row["unit_id"]: row for row in rows(home, year, "units")}
        self.entries = {row["entry_id"]: row for row in rows(home, year, "entries")}
        self.judges = [row["judge_id"] for row in rows(home, year, "judges")]
        self.journal = rows(home, year, "journal")
        marks: dict[tuple[str, str, str], str] = {}
        for event in self.journal:
            if event["kind"] == "mark":
                marks[event["round"], event["entry_id"], f"{event['judge_id']}/{event['criterion']}"] = event["value"]
        self.sheets: dict[tuple[str, str], dict[str, Fraction]] = {}
        for (round_, entry, key), value in marks.items():
            judge, criterion = key.split("/")
            sheet = self.sheets.setdefault((round_, entry), {})
            sheet[judge] = sheet.get(judge, Fraction(0)) + Fraction(value) * self.WEIGHTS[round_][criterion] / 5
        self.marks = marks
        self.heard = self.known(home, year)

    def group(self, entry: str) -> str:
        kind = self.units[self.entries[entry]["unit_id"]]["unit_type"]
        return "K1" if kind in {"Perangkat Daerah", "Kecamatan", "BUMD"} else "K2"

    def score(self, round_: str, entry: str) -> str:
        """The score as it is printed; a dash where the entry did not take part."""
        sheet = self.sheets.get((round_, entry))
        return shown(rounded(sum(sheet.values()) / len(sheet))) if sheet else "–"

    def final(self, entry: str) -> str:
        if self.score("presentasi", entry) == "–":
            return "–"
        parts = [(3, "proposal"), (2, "presentasi")]
        total = sum(weight * Fraction(self.score(name, entry).replace(",", ".")) for weight, name in parts)
        return shown(rounded(total / 5))

    def has(self, column: str) -> int:
        return sum(self.heard[entry["innovation_id"]].get(column, "") == "ya" for entry in self.entries.values())

    def known(self, home: Path, year: str) -> dict[str, dict[str, str]]:
        """What was last said of each innovation: in registers, and after them in the follow-ups of the same years."""
        found: dict[str, dict[str, str]] = {}
        for name in [str(n) for n in range(2023, int(year) + 1)]:
            for entry in rows(home, name, "entries"):
                own = {column: entry[column] for column in ELEMENTS if entry.get(column)}
                partners = {"partners": "ya" if entry["partners"] else "tidak"}
                found[entry["innovation_id"]] = found.get(entry["innovation_id"], {}) | own | partners
            for event in rows(home, name, "journal"):
                if event["kind"] == "follow_up":
                    found[event["entry_id"]][event["criterion"]] = event["value"]
        return found

    @property
    def lasting(self) -> int:
        own = [self.heard[entry["innovation_id"]] for entry in self.entries.values()]
        return sum(all(profile.get(name) == "ya" for name in ELEMENTS) for profile in own)

    @property
    def needy(self) -> int:
        """Entries that lack something, or of which this year's follow-up has not heard; the samples' all still run."""
        heard = {event["entry_id"] for event in self.journal if event["kind"] == "follow_up"}
        own = [entry["innovation_id"] for entry in self.entries.values()]
        lacking = {name for name in own if "tidak" in {self.heard[name].get(element) for element in ELEMENTS}}
        over = {name for name in own if self.heard[name].get("status") in {"stopped", "merged"}}
        return len({*lacking, *(set(own) - heard)} - over)


def rounded(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def shown(value: Fraction) -> str:
    return f"{float(value):.2f}".replace(".", ",")


@pytest.fixture(scope="module")
def counted(samples: Path, year: str) -> Counted:
    return Counted(samples, year)


def named(counted: Counted, entry: str) -> tuple[str, str]:
    row = counted.entries[entry]
    return row["title"], counted.units[row["unit_id"]]["name"]


def test_the_first_page_counts_who_took_part(samples: Path, year: str, report: Context, counted: Counted) -> None:
    n, units = len(counted.entries), len({entry["unit_id"] for entry in counted.entries.values()})
    earlier = [str(y) for y in range(2023, int(year))]
    known = {entry["innovation_id"] for y in earlier for entry in rows(samples, y, "entries")}
    lead = f"Kompetisi Inovasi Kota Pontianak {year} diikuti {n} inovasi dari {units} unit kerja"
    facts = [["inovasi peserta", str(n)], [f"dari {len(counted.units)} unit kerja ikut serta", str(units)]]
    facts.append([f"dari {n} inovasi memiliki semua unsur keberlanjutan", str(counted.lasting)])
    if earlier:
        more = n - len(rows(samples, earlier[-1], "entries"))
        lead += f", bertambah {more} inovasi dibandingkan dengan tahun {earlier[-1]}"
        continuing = sum(entry["innovation_id"] in known for entry in counted.entries.values())
        facts.append([f"dari {n} inovasi pernah ikut sebelumnya", str(continuing)])
    summary = once.summary(report)
    items = next(block["items"] for block in blocks(summary) if block["type"] == "facts")
    assert said(summary)[0] == f"{lead}."
    assert [[item["label"], item["value"]] for item in items] == facts
    assert items[1]["detail"] == f"{units * 100 / len(counted.units):.0f}%"
    parts = [("tim pelaksana", "team"), ("SOP", "sop"), ("pembiayaan", "funding"), ("dasar hukum", "legal_basis")]
    elements = ", ".join(f"{name} {counted.has(column)}" for name, column in parts)
    assert items[2]["detail"] == f"{elements}, dan pengawalan pimpinan {counted.has('backing')}"


def test_the_first_page_recommends_the_first_three_of_each_group(report: Context, counted: Counted) -> None:
    winners = next(block["scopes"] for block in blocks(once.summary(report)) if block["type"] == "winners")
    for group, scope in zip(("K1", "K2"), winners, strict=True):
        finals = [counted.final(entry) for entry in counted.entries if counted.group(entry) == group]
        best = sorted((score for score in finals if score != "–"), reverse=True)[:3]
        assert scope["title"] == f"Kelompok {group[1]}"
        assert [row["award"] for row in scope["rows"]] == ["Juara I", "Juara II", "Juara III"]
        assert [row["score"] for row in scope["rows"]] == best
        for row in scope["rows"]:
            entry = next(entry for entry in counted.entries if named(counted, entry) == (row["title"], row["unit"]))
            assert (counted.group(entry), counted.final(entry)) == (group, row["score"])


def test_the_first_page_says_what_citizens_gain_by_the_proposals(report: Context, counted: Counted) -> None:
    summary = once.summary(report)
    winners = next(block["scopes"] for block in blocks(summary) if block["type"] == "winners")
    benefits = {row["title"]: row["benefit"] for row in counted.entries.values()}
    lines = said(summary)
    start = lines.index("Manfaat bagi warga menurut proposal, belum diverifikasi") + 1
    first = [scope["rows"][0]["title"] for scope in winners]
    assert lines[start : start + 2] == [f"{title.split(':')[0]}: {benefits[title]}" for title in first]


def test_the_first_page_has_one_line_on_the_process(report: Context, counted: Counted, year: str) -> None:
    recusals = 3 * len(counted.entries) - sum(len(s) for (name, _), s in counted.sheets.items() if name == "proposal")
    ties = {"2023": 1, "2024": 1, "2025": 2}[year]
    line = next(line for line in said(once.summary(report)) if line.startswith("Seluruh lembar"))
    assert line == (
        f"Seluruh lembar penilaian, yaitu {sum(map(len, counted.sheets.values()))} lembar, telah diterima lengkap "
        f"sebelum tahap ditutup. "
        + (f"Karena konflik kepentingan, {recusals} lembar penilaian tidak diisi. " if recusals else "")
        + ("" if recusals else "Tidak ada konflik kepentingan yang dinyatakan. ")
        + f"Terdapat {ties} kasus nilai sama yang memengaruhi hasil. Penyelesaiannya mengikuti ketentuan penilaian."
    )


def test_the_first_page_ends_with_the_decisions_asked_for(report: Context, counted: Counted) -> None:
    lines, n = said(once.summary(report)), len(counted.entries)
    support = (
        f"Menugaskan pendampingan bagi {counted.needy} dari {n} inovasi peserta yang memerlukannya agar tetap berjalan."
    )
    assert lines[lines.index("Keputusan yang dimohonkan") + 1 :] == [
        "Menetapkan pemenang menurut daftar lengkap pada bagian Hasil akhir.",
        "Menetapkan bobot, skala, dan uraian tingkat dalam petunjuk teknis karena yang dipakai saat ini masih usulan.",
        support,
    ]


def test_the_first_page_is_one_page_without_words_of_statistics(report: Context, year: str) -> None:
    pages = [page.extract_text() for page in PdfReader(BytesIO(to_pdf(whole(report)))).pages]
    first = " ".join(pages[0].split())
    assert "Menugaskan pendampingan bagi" in first
    assert "Proses dan dewan juri" not in first
    assert not re.search(STATISTICS, first, re.IGNORECASE)
    assert all("DATA SIMULASI" in page for page in pages)
    assert masthead(report).stem == f"laporan-tahunan-{year}-SIMULASI"


def test_the_rounds_are_told_with_their_sheets_and_recusals(report: Context, counted: Counted) -> None:
    header, *table = tables(once.process(report))["Tahap penilaian"]
    assert header == ["Tahap", "Waktu", "Inovasi", "Lembar lengkap", "Tidak diisi karena konflik kepentingan"]
    names = {"proposal": "Penilaian proposal", "presentasi": "Presentasi dan wawancara"}
    for row, name in zip(table, names, strict=True):
        entries = [entry for round_, entry in counted.sheets if round_ == name]
        sheets = sum(len(counted.sheets[name, entry]) for entry in entries)
        recused = len(counted.judges) * len(entries) - sheets
        assert [row[0], *row[2:]] == [names[name], str(len(entries)), f"{sheets} dari {sheets}", str(recused)]
        steps = {"round_opened", "round_closed"}
        times = [event["time"] for event in counted.journal if event["round"] == name and event["kind"] in steps]
        assert [part.split(" ")[0] for part in row[1].split(" s.d. ")] == [str(int(time[8:10])) for time in times]
    fewer = [entry for (name, entry), sheet in counted.sheets.items() if name == "proposal" and len(sheet) < 3]
    enumerated = " dan ".join(sorted(fewer))
    expected = f"Penilaian proposal: nilai {enumerated} adalah rata-rata 2 dari 3 juri karena konflik kepentingan."
    assert notes(once.process(report)) == ([expected] if fewer else [])


def test_participation_is_counted_by_group_category_and_unit_type(report: Context, counted: Counted) -> None:
    cells = Counter((counted.group(entry), row["category"]) for entry, row in counted.entries.items())
    groups, categories = Counter(), Counter()
    for (group, category), n in cells.items():
        groups[group] += n
        categories[category] += n
    part = once.participation(report)
    assert said(part)[1] == (
        f"Menurut kelompok, peserta terdiri atas {groups['K1']} inovasi Kelompok 1 dan {groups['K2']} inovasi "
        f"Kelompok 2. Menurut bentuk inovasi, peserta terdiri atas {categories['tata-kelola']} inovasi Tata kelola "
        f"pemerintahan daerah, {categories['pelayanan']} inovasi Pelayanan publik, dan {categories['lainnya']} inovasi "
        "Bentuk lainnya."
    )
    figure = next(block for block in blocks(part) if block["type"] == "figure")
    for group in ("K1", "K2"):
        for category, name in (("pelayanan", "Pelayanan publik"), ("lainnya", "Bentuk lainnya")):
            assert f"Kelompok {group[1]} · {name}: {cells[group, category]}" in figure["alt"]
    header, *table = tables(part)["Unit kerja menurut jenis"]
    assert header == ["Jenis unit kerja", "Unit kerja", "Ikut serta", "Bagian", "Inovasi"]
    sent = Counter(entry["unit_id"] for entry in counted.entries.values())
    for row in table:
        own = [unit for unit, about in counted.units.items() if about["unit_type"] == row[0] or row[0] == "Jumlah"]
        active = [unit for unit in own if sent[unit]]
        share = f"{len(active) * 100 / len(own):.0f}%"
        assert row[1:] == [str(len(own)), str(len(active)), share, str(sum(sent[unit] for unit in own))]
    kinds = ["Perangkat Daerah", "Kecamatan", "BUMD", "UPT Dinas", "UPT Puskesmas", "Kelurahan", "Jumlah"]
    assert [row[0] for row in table] == kinds


def test_readiness_is_counted(report: Context, counted: Counted) -> None:
    figure = next(block for block in blocks(once.sustainability(report)) if block["type"] == "figure")
    total = len(counted.entries)
    parts = {"Tim pelaksana": "team", "SOP": "sop", "Pembiayaan": "funding", "Dasar hukum": "legal_basis"}
    parts |= {"Pengawalan pimpinan": "backing"}
    for name, column in (parts | {"Mitra di luar unit": "partners"}).items():
        assert f"{name}: {counted.has(column)} dari {total}" in figure["alt"]
    sentence = " ".join(said(once.sustainability(report))[1].split())
    assert sentence.startswith("Menurut daftar peserta dan jawaban tindak lanjut ")
    assert f" yang terbaru, dari {total} inovasi, {counted.has('team')} memiliki tim" in sentence
    backed = counted.has("backing")
    assert sentence.endswith(f"{backed} memiliki pengawalan pimpinan; {counted.lasting} memiliki semuanya.")


def test_results_and_appendix_print_the_scores_that_follow_from_the_marks(report: Context, counted: Counted) -> None:
    results, appendix = tables(once.results(report)), tables(once.appendix(report))
    for group in ("K1", "K2"):
        entries = [entry for entry in counted.entries if counted.group(entry) == group]
        header, *table = results[f"Peringkat akhir Kelompok {group[1]}"]
        assert header[4:] == ["Penilaian proposal", "Presentasi dan wawancara", "Nilai akhir"]
        finalists = [entry for entry in entries if counted.final(entry) != "–"]
        expected = {
            (
                *named(counted, entry),
                counted.score("proposal", entry),
                counted.score("presentasi", entry),
                counted.final(entry),
            )
            for entry in finalists
        }
        assert {tuple(row[2:]) for row in table} == expected
        assert [row[6] for row in table] == sorted((row[6] for row in table), reverse=True)
        header, *table = appendix[f"Nilai seluruh inovasi, Kelompok {group[1]}"]
        assert [row[1] for row in table[: len(finalists)]] != []
        for row in table:
            entry = row[1]
            scores = [counted.score("proposal", entry), counted.score("presentasi", entry), counted.final(entry)]
            assert (row[2], row[3], row[5:8]) == (*named(counted, entry), scores)
            last = "presentasi" if counted.final(entry) != "–" else "proposal"
            assert row[8] == f"{len(counted.sheets[last, entry])} dari 3"
        assert {row[1] for row in table} == set(entries)
        behind = [row[5] for row in table[len(finalists) :]]
        assert behind == sorted(behind, reverse=True)


def test_ranks_follow_the_scores(report: Context) -> None:
    """Rank n + 1 for n better scores; entries that a rule told apart have ranks of their own."""
    for caption, (_, *table) in tables(once.results(report), once.categories(report), once.appendix(report)).items():
        if caption.startswith(("Peringkat akhir", "Nilai seluruh", "Nilai tertinggi, ")):
            ranks = [int(row[0]) for row in table]
            assert ranks == sorted(ranks)
            assert not caption.startswith("Nilai tertinggi, ") or ranks[-1] <= 5
            assert all(sum(other < rank for other in ranks) == rank - 1 for rank in ranks)


def test_cuts_are_told_with_the_scores_on_both_sides(report: Context, counted: Counted) -> None:
    for group in ("K1", "K2"):
        entries = [entry for entry in counted.entries if counted.group(entry) == group]
        through = [counted.score("proposal", entry) for entry in entries if counted.final(entry) != "–"]
        outside = [counted.score("proposal", entry) for entry in entries if counted.final(entry) == "–"]
        expected = (
            f"Kelompok {group[1]}: {len(through)} inovasi lolos dari tahap Penilaian proposal. Nilai terendah yang "
            f"lolos ialah {min(through)}; nilai tertinggi yang tidak lolos ialah {max(outside)}."
        )
        assert expected in said(once.results(report))


@pytest.mark.parametrize(
    ("edition", "endings"),
    [
        ("2023", ["urutan ditentukan oleh keputusan rapat pleno dewan juri."]),
        ("2024", ["tetap sama setelah seluruh ketentuan diterapkan, semuanya lolos."]),
        (
            "2025",
            [
                "urutan ditentukan oleh nilai kriteria Keberlanjutan: tim, SOP, dan pembiayaan.",
                "urutan ditentukan oleh nilai kriteria Manfaat bagi warga: kemudahan dan ketepatan layanan.",
            ],
        ),
    ],
)
def test_equal_scores_that_matter_are_told_with_what_settled_them(
    samples: Path, edition: str, endings: list[str]
) -> None:
    counted = Counted(samples, edition)
    ties = [line for line in said(once.results(Context(kit.open(edition)))) if " sama, yaitu " in line]
    assert [line.endswith(ending) for line, ending in zip(ties, endings, strict=True)] == [True] * len(endings)
    for line in ties:
        codes = re.findall(r"\(((?:K\d)-\d\d)\)", line.split(" sama, yaitu ")[0])
        where = counted.final if "Nilai akhir" in line else lambda entry: counted.score("proposal", entry)
        assert {where(code) for code in codes} == {re.findall(r"yaitu ([\d,]+)\.", line)[0]}
        for code in codes:
            assert f"{counted.entries[code]['title'].split(':')[0]} ({code})" in line


def test_every_cell_is_shown_as_what_it_is(report: Context, counted: Counted) -> None:
    names = {
        "tata-kelola": "Tata kelola pemerintahan daerah",
        "pelayanan": "Pelayanan publik",
        "lainnya": "Bentuk lainnya",
    }
    header, *table = tables(once.cells(report))["Nilai tertinggi setiap kelompok dan bentuk inovasi"]
    assert header == ["Kelompok dan bentuk inovasi", "Inovasi", "Peringkat pertama", "Nilai", "Asal nilai"]
    for row, (group, category) in zip(table, [(g, c) for g in ("K1", "K2") for c in names], strict=True):
        entries = [
            e for e, about in counted.entries.items() if (counted.group(e), about["category"]) == (group, category)
        ]
        assert row[:2] == [f"Kelompok {group[1]} · {names[category]}", str(len(entries))]
        if len(entries) < 2:
            sentence = "Hanya ada satu peserta" if entries else "Tidak ada peserta"
            assert row[2].startswith(sentence)
            assert row[3:] == ["–", "–"]
        else:
            finals = [entry for entry in entries if counted.final(entry) != "–"]
            best = max([counted.final(e) for e in finals] or [counted.score("proposal", e) for e in entries])
            assert row[3:] == [best, "Nilai akhir" if finals else "Penilaian proposal"]
            title = next(t for t in (about["title"] for about in counted.entries.values()) if row[2].startswith(t))
            assert title in {counted.entries[entry]["title"] for entry in entries}


def test_categories_list_finalists_by_the_final_score_before_all_others(report: Context, counted: Counted) -> None:
    for caption, (header, *table) in tables(once.categories(report)).items():
        name = caption.removeprefix("Nilai tertinggi, ")
        ids = {
            "Tata kelola pemerintahan daerah": "tata-kelola",
            "Pelayanan publik": "pelayanan",
            "Bentuk lainnya": "lainnya",
        }
        entries = [entry for entry, about in counted.entries.items() if about["category"] == ids[name]]
        assert header == ["Peringkat", "Inovasi", "Unit kerja", "Nilai", "Asal nilai"]
        for row in table:
            entry = next(entry for entry in entries if named(counted, entry) == (row[1], row[2]))
            final = counted.final(entry) != "–"
            expected = counted.final(entry) if final else counted.score("proposal", entry)
            assert row[3:] == [expected, "Nilai akhir" if final else "Penilaian proposal"]
        assert len(table) >= min(len(entries), 5)
        finals = sorted((counted.final(entry) for entry in entries if counted.final(entry) != "–"), reverse=True)
        others = [counted.score("proposal", entry) for entry in entries if counted.final(entry) == "–"]
        assert [row[3] for row in table] == [*finals, *sorted(others, reverse=True)][: len(table)]


def test_distributions_and_profiles_say_what_the_marks_say(report: Context, counted: Counted) -> None:
    figures = {block["caption"]: block["alt"] for block in blocks(once.marks(report)) if block["type"] == "figure"}
    for round_, name in (("proposal", "Penilaian proposal"), ("presentasi", "Presentasi dan wawancara")):
        alt = figures[f"Sebaran nilai {name}"]
        for group in ("K1", "K2"):
            own = [counted.score(round_, entry) for entry in counted.entries if counted.group(entry) == group]
            own = [score for score in own if score != "–"]
            assert f"Kelompok {group[1]}: {len(own)} inovasi dengan nilai antara {min(own)} dan {max(own)}" in alt
        by_criterion: dict[str, list[Fraction]] = {}
        for (where, _, key), value in counted.marks.items():
            if where == round_:
                by_criterion.setdefault(key.split("/")[1], []).append(Fraction(value))
        means = {name: sum(values) / len(values) for name, values in by_criterion.items()}
        criteria = {c.id: c.name.id for c in report.rules.round(round_).criteria}
        best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
        expected = f"tertinggi diberikan pada kriteria {criteria[best]}, yang terendah pada kriteria {criteria[worst]}."
        assert any(line.endswith(expected) for line in said(once.marks(report)))


def test_the_years_are_compared(samples: Path, report: Context, year: str) -> None:
    years = [str(y) for y in range(2023, int(year) + 1)]
    if len(years) == 1:
        assert blocks(once.earlier_years(report)) == []
        return
    header, *table = tables(once.earlier_years(report))["Keikutsertaan menurut tahun"]
    assert header == ["Tahun", "Inovasi", "Unit kerja ikut serta", "Baru", "Lanjutan"]
    known: set[str] = set()
    for y, row in zip(years, table, strict=True):
        entries = rows(samples, y, "entries")
        continuing = sum(entry["innovation_id"] in known for entry in entries)
        compared = [str(len(entries) - continuing), str(continuing)] if known else ["–", "–"]
        assert row == [y, str(len(entries)), str(len({entry["unit_id"] for entry in entries})), *compared]
        known |= {entry["innovation_id"] for entry in entries}
    before, now = ({entry["innovation_id"] for entry in rows(samples, y, "entries")} for y in years[-2:])
    _, *_, new, continuing = table[-1]
    assert said(once.earlier_years(report))[1] == (
        f"Dari {table[-1][1]} inovasi, {continuing} pernah ikut pada tahun-tahun sebelumnya dan {new} baru. "
        f"Sebanyak {len(before - now)} inovasi tahun {years[-2]} tidak ikut lagi."
    )


def test_the_method_says_weights_factors_roundings_and_ties(report: Context) -> None:
    table = tables(once.method(report))
    _, *weights = table["Kriteria dan bobot, Presentasi dan wawancara"]
    assert [row[:3] for row in weights] == [
        ["P1 Pembuktian manfaat dan dampak", "35", "7"],
        ["P2 Kesiapan berlanjut dan komitmen pimpinan", "30", "6"],
        ["P3 Penguasaan dan ketepatan jawaban", "20", "4"],
        ["P4 Kejelasan penyajian dan demonstrasi", "15", "3"],
    ]
    lines = said(once.method(report))
    assert "Nilai akhir: 60% Penilaian proposal + 40% Presentasi dan wawancara, dibulatkan menjadi 2 desimal." in lines
    assert (
        "Nilai akhir: jika nilai sama, urutan ditentukan oleh nilai kriteria Manfaat bagi warga: kemudahan dan "
        "ketepatan layanan, lalu nilai kriteria Keberlanjutan: tim, SOP, dan pembiayaan, lalu nilai kriteria Dampak "
        "terukur, lalu keputusan rapat pleno dewan juri."
    ) in lines


def test_the_appendix_ends_with_the_heads_of_the_chains(report: Context, counted: Counted) -> None:
    _, *chains = tables(once.appendix(report))["Ujung rantai catatan setiap juri dan panitia"]
    acted = Counter(e["judge_id"] if e["actor"] != COMMITTEE else COMMITTEE for e in counted.journal)
    assert {row[0].removeprefix("Juri "): int(row[1].replace(".", "")) for row in chains} == {
        "Panitia" if name == COMMITTEE else name: n for name, n in acted.items()
    }
    heads = report.edition.history.heads()
    assert {row[2] for row in chains} == {head.hash for head in heads.values()}
    assert masthead(report).fingerprint == report.edition.fingerprint


def test_no_judge_stands_beside_a_mark(report: Context, samples: Path, year: str) -> None:
    """In the report judges are named in the table of the panel, by id beside the chains, and nowhere else."""
    people = [row[key] for row in rows(samples, year, "judges") for key in ("judge_id", "name", "institution")]
    found = {
        caption
        for caption, table in tables(*chapters(report)).items()
        if any(person in cell for row in table for cell in row for person in people)
    }
    assert found == {"Dewan juri", "Ujung rantai catatan setiap juri dan panitia"}
    free = "\n".join([*said(*chapters(report)), *notes(*chapters(report))])
    assert not any(person in free for person in people)
    page = to_html(whole(report))
    assert all(page.count(name) == 1 for name in people[1::3])


def test_the_same_data_and_time_give_the_same_bytes(report: Context) -> None:
    again = Context(kit.open(report.edition.name), MADE_AT)
    assert whole(again) == whole(report)


# Paris: one group, one round, no criteria


def test_a_contest_with_one_list_does_not_speak_of_what_it_lacks(samples: Path) -> None:
    report = Context(kit.open("paris-1976"), MADE_AT)
    assert [block["text"] for block in whole(report) if block["type"] == "heading" and block["level"] == 2] == [
        "Proses dan dewan juri",
        "Hasil akhir",
        "Sebaran nilai",
        "Cara penilaian",
        "Lampiran",
    ]
    words = text(report)
    assert not re.search(
        r"kelompok|bentuk inovasi|finalis|usulan|keberlanjutan|SOP|tahun lalu|sebelumnya|edisi", words, re.IGNORECASE
    )
    assert said(once.summary(report))[-2:] == [
        "Keputusan yang dimohonkan",
        "Menetapkan pemenang menurut daftar lengkap pada bagian Hasil akhir.",
    ]
    _, *table = tables(once.results(report))["Peringkat akhir Semua anggur"]
    published = ["A", "B", "D", "C", "E", "F", "I", "H", "G", "J"]
    titles = {row["entry_id"]: row["title"] for row in rows(samples, "paris-1976", "entries")}
    assert [row[2] for row in table] == [titles[entry] for entry in published]
    assert list(tables(once.appendix(report))) == ["Ujung rantai catatan setiap juri dan panitia"]
    assert notes(once.process(report)) == ["Nilai dari 2 juri dicatat, tetapi menurut ketentuan tidak dihitung."]


@pytest.mark.parametrize("edition", ["2025", "paris-1976"])
def test_english_is_english_throughout(samples: Path, edition: str) -> None:
    report = Context(kit.open(edition, "en"), MADE_AT)
    registered = [
        row[key]
        for name, keys in {
            "entries": ("title", "benefit"),
            "units": ("name", "unit_type"),
            "judges": ("name", "institution"),
        }.items()
        for row in rows(samples, edition, name)
        for key in keys
    ]
    words = text(report)
    for known in sorted(filter(None, registered), key=len, reverse=True):
        words = words.replace(known, "").replace(known.split(":")[0], "")
    asked = {c.question.en for r in report.rules.rounds for c in r.criteria if c.question}
    for question in asked:
        words = words.replace(question, "")
    found = re.findall(r"\b(dan|inovasi|nilai|tahap|juri|yang|kelompok|unit kerja|dari|oleh)\b", words, re.IGNORECASE)
    assert found == []


def test_scopes_whose_entries_had_different_panels_say_so(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take one judge's sheet for one entry away: its panel is then another one."""
    assert "panel yang sama" not in " ".join(said(once.categories(Context(kit.open("2025"), MADE_AT))))
    monkeypatch.setenv("KIT_HOME", str(samples))
    edition = kit.open("2025")
    panel = edition.record.panel
    dropped = (panel["entry_id"] == "K1-14") & (panel["judge_id"] == "J-A")
    monkeypatch.setitem(edition.__dict__, "record", replace(edition.record, panel=panel[~dropped]))
    monkeypatch.setitem(edition.__dict__, "result", edition.computed)
    shown = " ".join(said(once.categories(Context(edition, MADE_AT))))
    assert "tidak semua inovasi dinilai oleh panel yang sama" in shown

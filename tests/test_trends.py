"""Several editions told together: every count by hand, and what cannot be compared said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from problems import problem
from samples import blocks, notes, said, tables
from years import Year, city, span

import kit
from kit.render.blocks import Group
from kit.texts import Texts
from kit.years import series, trends
from kit.years.series import Span, by_type, levels, never

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ["unit_id", "name", "unit_type", "parent", "formerly"]
PARTS = ("opening", "participation", "units", "innovations", "partners", "winners", "levels", "page")


def units(*rows: str) -> list[list[str]]:
    """Units as ``id, name, type, parent, formerly``, parted by bars."""
    return [HEAD, *([*row.split("|"), *[""] * (5 - row.count("|") - 1)] for row in rows)]


# Units that are renamed, split, merged, or follow one another


BEFORE = units("U1|Dinas Satu|Dinas", "U2|Dinas Dua|Dinas", "U3|Dinas Tiga|Dinas", "U4|Lurah Empat|Kelurahan|U1")
AFTER = units(
    "U1|Dinas Satu dan Baru|Dinas",
    "U5|Dinas Dua A|Dinas||U2",
    "U6|Dinas Dua B|Dinas||U2",
    "U7|Dinas Gabungan|Dinas||U3; U9",
    "U8|Lurah Delapan|Kelurahan|U5",
    "U4|Lurah Empat|Kelurahan|U1",
)


@pytest.fixture
def reshaped(home) -> Span:
    city(
        home,
        Year("2023", {"I-1": "U2", "I-2": "U3"}, units=[*BEFORE, ["U9", "Kecamatan Sembilan", "Kecamatan", "", ""]]),
        Year("2024", {"I-1": "U5", "I-3": "U8"}, units=AFTER),
    )
    return span()


def test_what_became_of_units_is_told_by_codes_alone(reshaped: Span) -> None:
    told = [(change.kind, change.year, change.before, change.now) for change in reshaped.lineage.changes()]
    assert told == [
        ("merged", "2024", ("Dinas Tiga", "Kecamatan Sembilan"), ("Dinas Gabungan",)),
        ("renamed", "2024", ("Dinas Satu",), ("Dinas Satu dan Baru",)),
        ("split", "2024", ("Dinas Dua",), ("Dinas Dua A", "Dinas Dua B")),
    ]


def test_what_an_old_unit_took_part_in_counts_for_those_that_came_out_of_it(reshaped: Span) -> None:
    assert reshaped.lineage.took_part({"U2", "U3", "U5", "U8"}) == {"U5", "U6", "U7", "U8"}
    left = never(reshaped)
    assert left[["unit_id", "below"]].to_numpy().tolist() == [["U1", 0], ["U4", 0]]
    table = by_type(reshaped).set_index("unit_type")
    assert table.loc["Dinas"].to_dict() == {"2023": 2, "2024": 1, "units": 4, "ever": 3}
    assert table.loc["Kelurahan"].to_dict() == {"2023": 0, "2024": 1, "units": 2, "ever": 1}


def test_a_unit_that_stands_above_one_that_took_part_is_said_to(home) -> None:
    city(home, Year("2024", {"I-1": "U4"}, units=BEFORE))
    left = never(span()).set_index("unit_id")["below"]
    assert left.to_dict() == {"U1": 1, "U2": 0, "U3": 0}


def test_an_old_unit_is_today_s_only_where_one_alone_came_out_of_it(reshaped: Span) -> None:
    today = reshaped.lineage.today
    assert (today("U2"), today("U3"), today("U9"), today("U5")) == ("U2", "U7", "U7", "U5")


def test_the_same_name_under_another_code_is_another_unit(home) -> None:
    old, new = units("U1|Dinas Satu|Dinas"), units("U2|Dinas Satu|Dinas")
    city(home, Year("2023", {"I-1": "U1"}, units=old), Year("2024", {"I-2": "U2"}, units=new))
    assert span().lineage.changes() == []


def test_a_code_that_no_edition_knows_is_said_and_joins_nothing(home) -> None:
    city(home, Year("2023", {"I-1": "U1"}), Year("2024", {"I-2": "U1"}, units=units("U1|Dinas Contoh|Dinas||U99")))
    told = said(trends.units(span()))
    assert any("berkode U99" in line and "tidak disambungkan" in line for line in told)


# Innovations


@pytest.fixture
def courses_of(home) -> Span:
    two = units("U1|Dinas Satu|Dinas", "U2|Lurah Dua|Kelurahan")
    city(
        home,
        Year("2022", {"I-1": "U1", "I-2": "U1", "I-3": "U1", "-4": "U1"}, units=two),
        Year("2023", {"I-1": "U1", "I-5": "U2"}, units=two),
        Year("2025", {"I-1": "U2/tata-kelola", "I-2": "U1", "I-6": "U1"}, units=two),
    )
    return span()


def test_new_continuing_returning_and_ended_innovations(courses_of: Span) -> None:
    table = series.innovations(courses_of).set_index("innovation")
    assert table["state"].to_dict() == {
        "I-1": "continuing",
        "I-2": "returning",
        "I-3": "ended",
        "2022/E-04": "ended",  # without a code nobody can know it again
        "I-5": "ended",
        "I-6": "new",
    }
    assert table.loc["I-1", ["first", "last", "times", "unit"]].tolist() == ["2022", "2025", 3, "Lurah Dua"]


def test_moves_between_groups_and_categories(courses_of: Span) -> None:
    table = series.shifts(courses_of)
    assert table[["innovation_id", "kind", "old_year", "old", "year", "new"]].to_numpy().tolist() == [
        ["I-1", "category", "2023", "pelayanan", "2025", "tata-kelola"],
        ["I-1", "group", "2023", "K1", "2025", "K2"],
    ]
    shown = tables(trends.innovations(courses_of))["Perpindahan kelompok dan bentuk inovasi"]
    assert shown[2][1:] == ["2023: Kelompok 1", "2025: Kelompok 2"]


def test_a_missing_year_is_said_and_the_year_before_is_the_edition_before(courses_of: Span) -> None:
    assert courses_of.missing == ["2024"]
    told = said(trends.opening(courses_of), trends.innovations(courses_of))
    assert "Tahun 2024 tidak ikut dibandingkan karena datanya tidak ada di sini." in " ".join(told)
    assert "Sebanyak 1 inovasi ikut kembali setelah tidak ikut pada tahun 2023." in told


@pytest.mark.usefixtures("courses_of")
def test_editions_may_be_chosen() -> None:
    chosen = span("2025", "2022")
    assert chosen.names == ["2022", "2025"]
    assert chosen.missing == ["2023", "2024"]
    with problem("edition_missing") as wrong:
        span("2025", "2022, 2024")
    assert wrong.value.data["edition"] == "2024"
    assert Span.of(kit.open("2025"), since="2023").names == ["2023", "2025"]
    for since in ("2026", "lama"):
        with problem("since_not_year"):
            Span.of(kit.open("2025"), since=since)


@pytest.mark.usefixtures("courses_of")
def test_an_edition_without_a_register_of_units_is_named_and_stops_nothing(home) -> None:
    (home / "data" / "2023" / "units.csv").unlink()
    left = span()
    assert left.names == ["2022", "2025"]
    assert left.missing == ["2023", "2024"]
    assert any("Data tahun 2023 tidak dapat dibaca" in line for line in said(trends.participation(left)))


def test_one_edition_alone_says_so_and_compares_nothing(home) -> None:
    city(home, Year("2025", {"I-1": "U1"}, marks={"J1": 3, "J2": 4, "J3": 5}))
    alone = span()
    assert "Hanya satu edisi yang tersedia" in " ".join(said(trends.opening(alone)))
    assert blocks(trends.page(alone), trends.levels(alone)) == []
    for part in PARTS:
        getattr(trends, part)(alone).to_json()


def test_partners_by_kind_count_an_entry_once(home) -> None:
    more = {"partners": "Komunitas: A; komunitas: B;akademisi: C; Tanpa Jenis"}
    city(home, Year("2023", {"I-1": "U1"}), Year("2024", {"I-1": "U1", "I-2": "U1"}, more=more))
    table = series.partners(span())
    assert table.to_dict() == {"2024": {"akademisi": 2, "komunitas": 2, series.KIND_UNSAID: 2}}
    assert tables(trends.partners(span()))["Inovasi menurut jenis mitra dan tahun"][-1] == [
        "Jenis mitra tidak disebutkan",
        "2",
    ]


# Rules that changed


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("weight: 40}", "weight: 40, question: Apa saja}", ["criteria"]),
        ("{low: 1, high: 5, step: 0.5}", "{low: 1, high: 5, step: 1}", ["scale"]),
        ("unit_types: [Dinas, Kecamatan]", "unit_types: [Dinas, Kecamatan, Bagian]", ["groups"]),
        ("title: Kompetisi Contoh", "title: Lomba Contoh", []),
        ("by: mean, round: 2}]\n  - id: pres", "by: median, round: 2}]\n  - id: pres", ["steps"]),
    ],
)
def test_changed_rules_are_named(home, old: str, new: str, parts: list[str]) -> None:
    city(home, Year("2023", {"I-1": "U1"}), Year("2024", {"I-1": "U1"}, rules={old: new}))
    assert span().changed_rules() == ({("2023", "2024"): parts} if parts else {})
    line = " ".join(said(trends.opening(span())))
    words = [Texts("id")(f"trends.rules_{part}") for part in parts] or ["Ketentuan penilaian sama"]
    assert all(word in line for word in words)


# Score levels

TWO = {"J1": 3, "J2": 4}
OTHERS = [["judge_id", "name"], ["J4", "Dewi"], ["J5", "Eka"], ["J6", "Fajar"]]
SIX = {f"I-{n}": "U1" for n in range(1, 7)}


def test_the_same_judges_link_two_years(home) -> None:
    city(home, Year("2023", SIX, marks=TWO | {"J3": 1}), Year("2024", SIX, marks={"J1": 4, "J2": 4, "J3": 5}))
    (step,) = levels(span())
    assert (step.basis, step.linking) == ("judges", 3)
    assert (step.old, step.new) == pytest.approx((8 / 3, 13 / 3))


def test_an_id_that_went_to_somebody_else_links_nothing(home) -> None:
    other = [["judge_id", "name"], *([f"J{n}", f"Orang lain {n}"] for n in (1, 2, 3))]
    marks = TWO | {"J3": 1}
    city(home, Year("2023", {"I-1": "U1"}, marks=marks), Year("2024", {"I-1": "U1"}, marks=marks, judges=other))
    (step,) = levels(span())
    assert (step.basis, step.linking) == ("panel", 1)


def test_other_judges_leave_common_innovations_with_an_interval(home) -> None:
    later = Year("2024", SIX, marks={"J4": 4, "J5": 4.5, "J6": 5}, judges=OTHERS)
    city(home, Year("2023", SIX, marks=TWO | {"J3": 1}), later)
    (step,) = levels(span())
    assert (step.basis, step.linking) == ("entries", 6)
    assert (step.new - step.old, step.low, step.high) == pytest.approx((11 / 6,) * 3)
    assert "tidak dapat dipisahkan" in said(trends.levels(span()))[-1]


@pytest.mark.parametrize(
    ("later", "basis", "words"),
    [
        (Year("2024", {"I-9": "U1"}, marks={"J4": 4, "J5": 4, "J6": 4}, judges=OTHERS), "panel", "jurinya lain"),
        (
            Year("2024", SIX, marks=TWO | {"J3": 4}, rules={"weight: 40}": "weight: 40, question: Apa saja}"}),
            "rubric",
            "kriteria, bobot, skala, atau cara menghitungnya berbeda",
        ),
        (Year("2024", SIX), "result", "belum memiliki nilai"),
    ],
)
def test_what_cannot_be_compared_is_said_to_be_so(home, later: Year, basis: str, words: str) -> None:
    city(home, Year("2023", SIX, marks=TWO | {"J3": 1}), later)
    (step,) = levels(span())
    assert step.basis == basis
    assert words in said(trends.levels(span()))[-1]


# The sample editions


@pytest.fixture(scope="module")
def sample(samples: Path) -> Span:  # noqa: ARG001  (makes the home)
    return Span.of(kit.open("2025"))


def test_the_samples_are_counted_as_they_were_made(sample: Span) -> None:
    told = " ".join(
        said(trends.opening(sample), trends.units(sample), trends.innovations(sample), trends.partners(sample))
    )
    for words in (
        "Dari 106 unit kerja yang terdaftar, 22 belum pernah ikut",
        "UPT Contoh Uji Kendaraan berganti nama menjadi UPT Contoh Pengujian Kendaraan Bermotor",
        "UPT Contoh Perparkiran dan Terminal sudah dipecah menjadi UPT Contoh Perparkiran dan UPT Contoh Terminal",
        "Sebanyak 2 inovasi ikut kembali setelah tidak ikut pada tahun 2024.",
        "Sebanyak 6 inovasi ikut pada semua tahun yang dibandingkan, yaitu 3 edisi.",
        "Pada tahun 2025, 45 dari 49 inovasi menyebut mitra",
    ):
        assert words in told
    again = tables(trends.innovations(sample))["Inovasi yang ikut lebih dari sekali"]
    assert len(again) == 1 + 6 + 20  # three times: 6; twice: 8 of 2023 and 2024, 2 with a pause, 10 since 2024
    assert "UPT Contoh Terminal Angkutan Umum" not in str(tables(trends.units(sample)))


def test_winners_of_all_years_are_those_of_each(sample: Span) -> None:
    table = tables(trends.winners(sample))["Pemenang menurut tahun"]
    assert [row[0] for row in table[1:]] == ["2023"] * 12 + ["2024"] * 12 + ["2025"] * 12
    edition = kit.open("2024")
    best = edition.result.of("final", "group", "K2")["entry_id"].iloc[0]
    title = edition.registers.entries.set_index("entry_id")["title"][best]
    won = {tuple(row[:3]): row[3] for row in table}
    assert won["2024", "Kelompok 2", "Juara I"] == title.partition(":")[0]


def test_every_part_can_be_told_in_english(samples: Path) -> None:  # noqa: ARG001
    english = Span.of(kit.open("2025", "en"))
    told: list[Any] = [getattr(trends, part)(english) for part in PARTS]
    assert "Only" not in " ".join(said(*told))
    assert any(line.startswith("Of 106 registered units, 22 never took part") for line in said(*told))
    assert notes(*told)


def test_the_document_says_what_it_is_and_from_which_editions(sample: Span) -> None:
    document = trends.masthead(sample, "2025-12-20T09:00:00+07:00")
    assert document.fingerprint == sample.edition.fingerprint
    assert (document.stem, document.circulation) == ("perbandingan-tahun-2025-SIMULASI", "restricted")
    rows = tables(Group([trends.provenance(sample)]))["Sidik digital data setiap edisi (SHA-256)"]
    assert rows[1:] == [[name, edition.fingerprint] for name, edition in sample.editions.items()]


def test_a_document_can_be_made_before_there_is_a_result(home) -> None:
    city(home, Year("2025", {"I-1": "U1"}))
    assert trends.masthead(span()).state == "Belum ada hasil penilaian"

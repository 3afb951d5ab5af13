"""The printed rules say everything that the rules file says, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single, weighted
from contests import rules as written
from folders import save
from homes import stage
from papers import records
from samples import said

import kit
from kit.check import check
from kit.report import results
from kit.report.context import Context

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition


def over(axis: str, by: str, **more: Any) -> dict[str, Any]:
    return {"over": axis, "by": by, **more}


def one(by: str, **more: Any) -> dict[str, Any]:
    """A round of a single mark, whose judges are summed up so."""
    return single(score=[over("judges", by, **more)])


def ballots(by: str, **more: Any) -> dict[str, Any]:
    return one(by, **more) | {"kind": "ranks", "scale": {"low": 1, "high": 9, "step": 1}}


def opened(home: Path, document: dict[str, Any]) -> Edition:
    """An edition by these rules, whose entries have the columns ``jauh`` and ``masuk``."""
    edition = stage(home, contest(single()), ["E1", "E2"])
    written(document, edition.folder)
    head = ["entry_id", "title", "unit_id", "category", "jauh", "masuk"]
    save(edition.folder / "entries.csv", [head, *([f"E{n}", f"T{n}", f"U-E{n}", "a", "ya", "1"] for n in (1, 2))])
    edition.ledger.close()
    return kit.open("2025")


BONUS = over("entry", "add", name="Bonus daerah jauh", points=5, where={"jauh": "ya"})
BANDS = [{"at_least": 0, "points": 10}, {"at_least": 100, "points": 60}]
SUARA = {"id": "K2", "name": "Suara", "weight": 20, "value": "suara", "bands": BANDS}
HIJAU = {"id": "K3", "name": "Hijau", "weight": 20}
PARTS = [{"id": "K1", "name": "Manfaat", "weight": 80}]
SUMMED = [over("criteria", "weighted_mean"), over("judges", "mean", round=2)]
LAST = [over("criteria", "weighted_mean", round=2)]
AHLI = {"id": "ahli", "name": "Ahli", "judges": ["J1", "J2"], "share": 70}
WARGA = {"id": "warga", "name": "Warga", "judges": ["J3"], "share": 30}
# The round, and a sentence of its method.
ROUNDS: dict[str, tuple[dict[str, Any], str]] = {
    "1 is best": (
        ballots("points", table=[12, 10], round=0),
        "Tahap 1: peringkat 1 adalah yang terbaik.",
    ),
    "points by place": (
        ballots("points", table=[12, 10], round=0),
        "Angka menurut tempat: tempat 1: 12; tempat 2: 10; tempat sesudahnya: 0. Proposal yang berbagi",
    ),
    "borda": (ballots("points", curve="borda", round=0), "banyaknya proposal di bawah proposal itu pada urutan juri"),
    "dowdall": (ballots("points", curve="dowdall", round=2), "tempat 1: 1; tempat 2: 1/2; tempat 3: 1/3"),
    "places of marks": (
        one("points", curve="places", round=1) | {"direction": "low"},
        "mendapat rata-rata angkanya. Urutan setiap juri mengikuti nilainya, dari yang tertinggi.",
    ),
    "low": (
        one("mean", round=1) | {"direction": "low"},
        "Tahap 1: nilai terendah menempati peringkat pertama.",
    ),
    "majority": (ballots("majority"), "oleh lebih dari separuh juri ditempatkan paling tinggi"),
    "pairwise": (ballots("pairwise"), "rangkaian kemenangan yang terkuat yang menentukan (metode Schulze)"),
    "runoff": (ballots("runoff"), "Proposal yang paling jarang menempati tempat pertama gugur"),
    "z-scores": (one("z_score", round_terms=3, round=2), "Setiap nilai baku dibulatkan menjadi 3 desimal. Hasilnya"),
    "best": (one("mean", best=2, round=2), "Hanya 2 yang terbaik yang dihitung. Hasilnya dibulatkan"),
    "trimmed sum": (one("trimmed_sum", round=2), "Jumlah nilai juri tanpa 1 nilai tertinggi dan 1 nilai terendah;"),
    "bonus": (
        single(score=[over("judges", "mean"), BONUS | {"round": 2}]),
        "Tahap 1: Bonus daerah jauh: nilai ditambah 5. Hanya untuk proposal dengan jauh: ya. Hasilnya dibulatkan",
    ),
    "deduction": (
        single(score=[over("judges", "mean"), over("entry", "add", points=-3, round=2)]),
        "Tahap 1: Penyesuaian: nilai dikurangi 3.",
    ),
    "factor of a value": (
        single(score=[over("judges", "mean"), over("entry", "times", value="f", bands=BANDS, round=2)]),
        "daftar nilai lain. Angka itu dinilai menurut tabel: mulai 0: 10; mulai 100: 60; di bawahnya: 0.",
    ),
    "share": (
        single(score=[over("judges", "mean"), over("entry", "share", points=40, round=2)]),
        "nilai dibagi nilai tertinggi pada daftar, lalu dikalikan 40.",
    ),
    "criterion for some entries": (
        single(criteria=[*PARTS, HIJAU | {"where": {"category": ["a"]}}], score=SUMMED),
        "Tahap 1: kriteria Hijau hanya berlaku bagi proposal dengan Bentuk inovasi: A.",
    ),
    "criterion of some judges": (
        single(
            criteria=[*PARTS, HIJAU | {"panel": ["J1", "J3"]}],
            score=[over("judges", "mean"), *LAST],
        ),
        "Tahap 1: kriteria Hijau hanya dinilai oleh Nama J1 dan Nama J3.",
    ),
    "criterion of a value": (
        single(criteria=[*PARTS, SUARA], score=SUMMED),
        "Tahap 1: kriteria Suara tidak dinilai juri; yang dipakai ialah angka suara dari daftar nilai lain. Angka itu",
    ),
    "values alone": (
        {"kind": "values", "criteria": [SUARA | {"weight": 100}], "score": LAST},
        "Tahap 1: tanpa juri; setiap kriteria memakai angka dari daftar nilai lain.",
    ),
    "panels": (
        single(panels=[{"judges": ["J1"], "where": {"category": "a"}}, {"judges": ["J2"], "shadow": True}]),
        "Tahap 1: proposal dengan Bentuk inovasi: A dinilai oleh Nama J1.",
    ),
    "shadow": (
        single(panels=[{"judges": ["J1"], "where": {"category": "a"}}, {"judges": ["J2"], "shadow": True}]),
        "Tahap 1: nilai dari Nama J2 dicatat, tetapi tidak dihitung.",
    ),
    "juries": (single(juries=[AHLI, WARGA]), "dijumlahkan menurut bagiannya: Ahli 70% dan Warga 30%."),
    "a jury": (single(juries=[AHLI, WARGA]), "Tahap 1: panel juri Ahli: Nama J1 dan Nama J2."),
    "zero": (single(missing="zero"), "Tahap 1: nilai yang diminta tetapi tidak diberikan dihitung nol."),
    "left out": (single(missing="left_out"), "Tahap 1: nilai yang diminta tetapi tidak diberikan tidak ikut dihitung;"),
    "unranked": (
        ballots("points", curve="borda", round=0) | {"missing": "zero"},
        "Tahap 1: proposal yang tidak ada pada urutan seorang juri berada di belakang",
    ),
    "countback": (
        single(ties=[{"by": "countback"}]),
        "urutan ditentukan oleh banyaknya tempat pertama menurut setiap bagian nilai, lalu tempat kedua",
    ),
    "next best": (single(ties=[{"by": "next_best"}]), "bagian nilai yang terbaik, lalu yang terbaik berikutnya"),
    "a column": (
        single(ties=[{"by": "column", "of": "masuk"}]),
        "urutan ditentukan oleh masuk (yang lebih awal atau lebih kecil lebih dahulu).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ROUNDS)
def test_a_round_is_said_in_sentences(home: Path, case: str) -> None:
    round_, sentence = ROUNDS[case]
    edition = opened(home, contest(round_))
    lines = said(results.method(Context(edition)))
    assert sentence in "\n".join(lines)
    assert len(said(results.method(Context(kit.open("2025", "en"))))) == len(lines)


def test_factors_that_depend_on_the_entry_are_not_printed(home: Path) -> None:
    round_, _ = ROUNDS["criterion for some entries"]
    [table] = (
        block for block in results.method(Context(opened(home, contest(round_)))).blocks if hasattr(block, "rows")
    )
    assert [column.label for column in table.columns] == ["Kriteria", "Bobot"]
    assert len(table.notes) == 1


BASES = [
    {"id": "favorit", "name": "Favorit", "scope": "overall", "names": ["Terfavorit"], "basis": {"value": "suara"}}
    | {"among": "all", "no_double": True, "at_least": 10, "where": {"jauh": "ya"}, "per_unit": 1},
    {"id": "medali", "scope": "group", "bands": [{"at_least": 70, "name": "Emas"}, {"at_least": 50, "name": "Perak"}]},
    {"id": "hijau", "scope": "group", "names": ["Terhijau"], "basis": {"round": "r1", "criterion": "K1"}},
]
DUELS = {"scope": "group", "places": 1, "within": "masuk", "plus_best": 2, "per_unit": 1}
# What a round sends on, what the final says, and a sentence of the printed rules.
ENDS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "duels": (
        DUELS,
        {},
        (
            "Setelah tahap 1, 1 inovasi dengan peringkat teratas di antara inovasi dengan masuk yang sama pada "
            "setiap kelompok mengikuti tahap berikutnya. Selain itu, 2 inovasi terbaik di antara yang lain juga "
            "mengikutinya. Dari satu unit kerja paling banyak 1 inovasi; tempatnya diisi inovasi berikutnya."
        ),
    ),
    "a passing grade": (
        {"scope": "group", "at_least": 60},
        {},
        "Setelah tahap 1, semua inovasi dari setiap kelompok dengan nilai sekurang-kurangnya 60 mengikuti",
    ),
    "places with a passing grade": (
        {"scope": "group", "places": 3, "at_least": 60},
        {},
        "mengikuti tahap berikutnya. Nilai sekurang-kurangnya 60 disyaratkan. Jika nilai pada batas itu",
    ),
    "rounds so far": (
        {"scope": "group", "places": 3, "score": over("rounds", "sum", round=1)},
        {},
        "Urutan setelah tahap 1: 1 × tahap 1, dibulatkan menjadi 1 desimal.",
    ),
    "the best rounds": (
        {"scope": "group", "places": 3},
        {"score": [over("rounds", "mean", best=1, round=1)]},
        "Nilai akhir: 1 nilai terbaik dari tahap 1 dan tahap 2, dibulatkan menjadi 1 desimal.",
    ),
    "a final bonus": (
        {"scope": "group", "places": 3},
        {"score": [over("rounds", "last"), BONUS | {"round": 1}]},
        "Nilai akhir: Bonus daerah jauh: nilai ditambah 5. Hanya untuk proposal dengan jauh: ya.",
    ),
    "a favourite": (
        {"scope": "group", "places": 3},
        {"awards": BASES},
        (
            "Favorit: Penghargaan untuk seluruh peserta: Terfavorit. Peringkat menurut suara pada daftar nilai lain, "
            "yang tertinggi lebih dahulu. Hanya untuk proposal dengan jauh: ya. Penghargaan diberikan menurut urutan "
            "tersebut, termasuk kepada inovasi yang tidak mencapai tahap 2. Nilai sekurang-kurangnya 10 disyaratkan. "
            "Satu unit kerja menerima paling banyak 1 penghargaan pada setiap daftar; tempatnya diisi inovasi "
            "berikutnya. Inovasi yang sudah menerima penghargaan yang disebut lebih dahulu dilewati."
        ),
    ),
    "medals": (
        {"scope": "group", "places": 3},
        {"awards": BASES},
        "Penghargaan menurut nilai untuk setiap kelompok: mulai 50: Perak; mulai 70: Emas.",
    ),
    "an award for a criterion": (
        {"scope": "group", "places": 3},
        {"awards": BASES},
        "Peringkat menurut nilai kriteria Manfaat pada tahap 1.",
    ),
}


@pytest.mark.parametrize("case", ENDS)
def test_cuts_and_awards_are_said_in_sentences(home: Path, case: str) -> None:
    advance, final, sentence = ENDS[case]
    first = single(criteria=PARTS, weights_total=80, score=SUMMED, advance=advance)
    edition = opened(home, contest(first, single(), final=final))
    lines = [
        "".join(run["text"] for run in item) for block in records(edition, "rules") for item in block.get("items", ())
    ]
    assert sentence in "\n".join(lines)


def test_means_of_parts_that_differ_in_size_are_remarked(home: Path) -> None:
    points = ballots("points", table=[6, 4, 3], round=0)
    final = {"score": [over("rounds", "weighted_mean", weights={"r1": 60, "r2": 40}, round=2)]}
    found = check(stage(home, contest(single(), points, final=final), ["E1", "E2", "E3"])).remarks
    [remark] = (one for one in found if one.code == "sizes_differ")
    assert "nilai tertingginya Tahap 1 100,00 dan Tahap 2 18." in remark.say("id")
    summed = {"score": [over("rounds", "sum", round=2)]}
    written(contest(single(), points, final=summed), home / "data" / "2025")
    assert not any(one.code == "sizes_differ" for one in check(kit.open("2025")).remarks)
    uneven = weighted({"K1": 50, "K2": 50})
    uneven["criteria"][1]["scale"] = {"low": 1, "high": 5, "step": 1}
    written(contest(uneven), home / "data" / "2025")
    [remark] = (one for one in check(kit.open("2025")).remarks if one.code == "sizes_differ")
    assert "the highest scores are K1 100 and K2 5." in remark.say("en")

"""Rules files: read exactly, refused with every mistake and its line, and hashed by what they say."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from problems import problem

import kit
from kit import rules as r
from kit.errors import Collector, Mistakes, Problem
from kit.rules import canonical, fingerprint, read_rules, read_yaml

if TYPE_CHECKING:
    from kit.rules import Rules

PRESETS = sorted((Path(kit.__file__).parent / "presets").glob("*.yaml"))

BASE = """\
edition: "2025"
title: {id: Kompetisi, en: Contest}
organiser: Kota
language: id
groups:
  - id: K1
    name: Kelompok 1
    unit_types: [Dinas, BUMD]
  - id: K2
    name: Kelompok 2
    unit_types: [Kelurahan]
categories:
  - {id: layanan, name: Pelayanan}
  - {id: lainnya, name: Lainnya}
rounds:
  - id: berkas
    name: Berkas
    kind: checklist
  - id: proposal
    name: Proposal
    panel: [J1, J2, J3]
    min_judges: 2
    scale: {low: 1, high: 5, step: 0.5}
    criteria:
      - {id: manfaat, name: Manfaat, weight: 60, levels: {1: kurang, 5: baik}}
      - {id: dampak, name: Dampak, weight: 40}
    score:
      - {over: criteria, by: weighted_mean, out_of: 100}
      - {over: judges, by: trimmed_mean, drop_high: 1, drop_low: 0, round: 2}
    ties:
      - {by: criteria, of: [manfaat]}
      - {by: head_count}
    advance: {scope: group, places: 6, at_cut: include_all}
  - id: pemaparan
    name: Pemaparan
    closes: 2025-08-15
    not_counting: [J9]
    scale: {low: 0, high: 100, step: 1}
    score:
      - {over: judges, by: points, table: [12, 10, 8], round: 1}
    ties:
      - {by: round, of: proposal}
final:
  score:
    - {over: rounds, by: weighted_mean, weights: {proposal: 60, pemaparan: 40}, round: 2}
  ties:
    - {by: criteria, of: [dampak], round: proposal}
    - {by: judges_decide}
  awards:
    - {scope: group, names: [Juara I, Juara II]}
    - {scope: overall, names: [Terbaik]}
"""


def read(text: str, folder: Path) -> Rules:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8", newline="\n")
    return read_rules(path)[0]


def mistakes(text: str, folder: Path) -> list[Problem]:
    with pytest.raises(Mistakes) as caught:
        read(text, folder)
    return list(caught.value)


class Slip(NamedTuple):
    """One change to the rules above, and the mistake that it is."""

    was: str
    instead: str
    at: str  # stands on the line that is named
    mistake: Problem


SLIPS = [
    # what the grammar does not know
    Slip("organiser:", "organizer: Kota\norganiser:", "organizer", Problem("unknown_key", key="organizer")),
    Slip("min_judges: 2", "min_judges: 2\n    minimum: 2", "minimum: 2", Problem("unknown_key", key="minimum")),
    Slip("step: 1}", "step: 1, gap: 2}", "gap", Problem("unknown_key", key="gap")),
    Slip("title: {id: Kompetisi, en: Contest}\n", "", "edition", Problem("key_missing", key="title")),
    Slip("organiser: Kota", "organiser:", "organiser", Problem("key_missing", key="organiser")),
    Slip("- {id: lainnya, name: Lainnya}", "- {id: lainnya}", "{id: lainnya}", Problem("key_missing", key="name")),
    Slip("name: Berkas", "name: true", "name: true", Problem("wrong_type", key="name", value="true")),
    Slip("min_judges: 2", "min_judges: dua", "dua", Problem("wrong_type", key="min_judges", value="dua")),
    Slip("weight: 40", 'weight: "40"', '"40"', Problem("wrong_type", key="weight", value="40")),
    Slip("weight: 40", "weight: 40,5%", "40,5%", Problem("unknown_key", key="5%")),
    Slip("step: 0.5", "step: .inf", ".inf", Problem("wrong_type", key="step", value=".inf")),
    Slip("[Juara I, Juara II]", "Juara I", "names: Juara I}", Problem("wrong_type", key="names", value="Juara I")),
    Slip(
        "unit_types: [Kelurahan]", "unit_types: {a: b}", "{a: b}", Problem("wrong_type", key="unit_types", value="{…}")
    ),
    Slip("names: [Terbaik]", "names: []", "names: []", Problem("list_too_short", key="names", n=1)),
    Slip("places: 6", "places: 6.5", "6.5", Problem("wrong_type", key="places", value="6.5")),
    Slip("places: 6", "places: 0", "places: 0", Problem("number_too_small", key="places", value="0", bound=1)),
    Slip("weight: 40", "weight: -40", "-40", Problem("number_not_above", key="weight", value="-40", bound=0)),
    Slip("weight: 40", "weight: 1.0e+30", "e+30", Problem("number_too_long", key="weight", value="1.0E+30", n=18)),
    Slip("2025-08-15", "31/2/2025", "31/2", Problem("unclear_date", value="31/2/2025")),
    Slip(
        "language: id",
        "language: jv",
        "jv",
        Problem("unknown_choice", key="language", value="jv", choices=["id", "en"]),
    ),
    Slip(
        "id: layanan",
        "id: layanan publik",
        "publik",
        Problem("unknown_choice", key="id", value="layanan publik", choices="A–Z a–z 0–9 . _ -"),
    ),
    Slip(
        "scope: overall",
        "scope: kota",
        "kota",
        Problem(
            "unknown_choice", key="scope", value="kota", choices=["overall", "group", "category", "group_category"]
        ),
    ),
    Slip(
        "by: judges_decide",
        "by: lot",
        "by: lot",
        Problem(
            "unknown_choice",
            key="by",
            value="lot",
            choices=["criteria", "round", "head_count", "countback", "next_best", "column", "shared", "judges_decide"],
        ),
    ),
    Slip("{by: head_count}", "{round: proposal}", "- {round: proposal}", Problem("key_missing", key="by")),
    # what contradicts itself
    Slip("id: K2", "id: K1", "  - id: K1\n    name: Kelompok 2", Problem("name_twice", name="K1")),
    Slip(
        "min_judges: 2",
        "closes: 2025-08-16\n    min_judges: 2",
        "08-15",
        Problem("closes_before", value=date(2025, 8, 15), earlier=date(2025, 8, 16)),
    ),
    Slip("id: lainnya", "id: layanan", "Lainnya", Problem("name_twice", name="layanan")),
    Slip("[Kelurahan]", "[Kelurahan, BUMD]", "[Kelurahan, BUMD]", Problem("unit_type_in_two_groups", unit_type="BUMD")),
    Slip(
        "kind: checklist",
        "kind: checklist\n    min_judges: 3",
        "min_judges: 3",
        Problem("key_out_of_place", key="min_judges"),
    ),
    Slip(
        "weight: 40",
        "weight: 35",
        "criteria:",
        Problem("weights_do_not_add_up", total=Decimal(95), expected=Decimal(100)),
    ),
    Slip(
        "{1: kurang, 5: baik}",
        "{1: kurang, 6: baik}",
        "6: baik",
        Problem("level_off_scale", level="6", criterion="manfaat"),
    ),
    Slip(
        "high: 5, step: 0.5",
        "high: 5, step: 0.3",
        "step: 0.3",
        Problem("impossible_number", key="scale", value="1–5 / 0.3"),
    ),
    Slip(
        "low: 0, high: 100",
        "low: 100, high: 0",
        "high: 0",
        Problem("impossible_number", key="scale", value="100–0 / 1"),
    ),
    Slip("    scale: {low: 0, high: 100, step: 1}\n", "", "- id: pemaparan", Problem("key_missing", key="scale")),
    Slip(
        "{over: criteria, by: weighted_mean, out_of: 100}",
        "{over: judges, by: mean}",
        "score:\n      - {over: judges, by: mean}",
        Problem("axis_not_reduced", axes="judges, judges", wanted=["criteria", "judges"]),
    ),
    Slip("drop_low: 0, round: 2}", "drop_low: 0}", "drop_low: 0}", Problem("last_step_must_round")),
    Slip("out_of: 100}", "weights: {manfaat: 1}}", "weights: {manfaat", Problem("key_out_of_place", key="weights")),
    Slip(
        "by: weighted_mean, out_of: 100",
        "by: trimmed_mean",
        "by: trimmed_mean}",
        Problem("impossible_number", key="drop_high + drop_low", value=2),
    ),
    Slip(
        "table: [12, 10, 8]",
        "table: [12, 10, 11]",
        "[12, 10, 11]",
        Problem("impossible_number", key="table", value="12 10 11"),
    ),
    Slip("table: [12, 10, 8], ", "", "by: points", Problem("key_missing", key="table | curve")),
    Slip(
        "by: trimmed_mean, drop_high: 1, drop_low: 0",
        "by: weighted_mean",
        "{over: judges, by: weighted_mean",
        Problem("key_missing", key="weights"),
    ),
    Slip(
        "by: trimmed_mean, drop_high: 1, drop_low: 0",
        "by: weighted_mean, weights: {J4: 2}",
        "J4",
        Problem("unknown_reference", name="J4"),
    ),
    Slip("panel: [J1, J2, J3]", "panel: [J1]", "min_judges", Problem("impossible_number", key="min_judges", value=2)),
    Slip("    min_judges: 2\n", "    not_counting: [J8]\n", "J8", Problem("unknown_reference", name="J8")),
    Slip("of: [manfaat]", "of: [maanfaat]", "maanfaat", Problem("unknown_reference", name="maanfaat")),
    Slip(
        "{by: head_count}",
        "{by: head_count, round: pemaparan}",
        "round: pemaparan}",
        Problem("unknown_reference", name="pemaparan"),
    ),
    Slip("of: proposal}", "of: pemaparan}", "of: pemaparan}", Problem("unknown_reference", name="pemaparan")),
    Slip("of: [dampak], round: proposal", "of: [dampak]", "of: [dampak]}", Problem("unknown_reference", name="dampak")),
    Slip(
        "      - {by: round, of: proposal}\n",
        "      - {by: shared}\n    advance: {scope: group, places: 1}\n",
        "places: 1}",
        Problem("advance_from_last_round", round="pemaparan"),
    ),
    Slip(
        "pemaparan: 40",
        "pemaparan: 30",
        "pemaparan: 30",
        Problem("round_weights_do_not_add_up", total=Decimal(90), expected=100),
    ),
    Slip(
        "weights: {proposal: 60, pemaparan: 40}",
        "weights: {berkas: 100}",
        "berkas: 100",
        Problem("unknown_reference", name="berkas"),
    ),
    Slip(
        "over: rounds",
        "over: judges",
        "score:\n    - {over: judges",
        Problem("axis_not_reduced", axes="judges", wanted=["rounds"]),
    ),
    Slip("40}, round: 2}", "40}}", "40}}", Problem("last_step_must_round")),
    Slip("scope: overall", "scope: group", "Terbaik", Problem("awards_twice", scope="group")),
]
NAMES = [f"{slip.instead.strip() or 'without ' + slip.was.strip()}" for slip in SLIPS]


def made(*slips: Slip) -> str:
    text = BASE
    for slip in slips:
        assert text.count(slip.was) == 1, slip
        text = text.replace(slip.was, slip.instead)
    return text


def expected(text: str, slip: Slip) -> tuple[int, Problem]:
    assert text.count(slip.at) == 1, slip
    return text[: text.index(slip.at)].count("\n") + 1, slip.mistake


def seen(found: list[Problem]) -> list[tuple[int, Problem]]:
    """Mistakes as they were before they knew where they are, and without the keys that are known there."""
    return [
        (
            int(str(m.data["row"])),
            Problem(m.code, **{k: v for k, v in m.data.items() if k not in {"file", "row", "known"}}),
        )
        for m in found
    ]


def test_the_rules_of_this_file_are_right(tmp_path: Path) -> None:
    assert read(BASE, tmp_path).edition == "2025"


@pytest.mark.parametrize("slip", SLIPS, ids=NAMES)
def test_each_mistake_is_named_with_its_line(slip: Slip, tmp_path: Path) -> None:
    text = made(slip)
    found = mistakes(text, tmp_path)
    assert seen(found) == [expected(text, slip)]
    row = found[0].data["row"]
    assert found[0].say("id").startswith(f"rules.yaml, baris {row}: ")
    assert found[0].say("en").startswith(f"rules.yaml, row {row}: ")


@pytest.mark.parametrize(
    ("was", "instead", "known"),
    [
        ("{id: lainnya,", "{kode: x, id: lainnya,", "id dan name"),
        (
            "{scope: group, places",
            "{place: 3, scope: group, places",
            "scope, places, at_least, per_unit, within, plus_best, score, dan at_cut",
        ),
        (
            "{scope: overall,",
            "{among_: all, scope: overall,",
            "id, name, scope, names, bands, basis, at_least, at_cut, among, where, per_unit, dan no_double",
        ),
        ("drop_high: 1,", "drop: 1, drop_high: 1,", "round, round_terms, over, by, drop_high, dan drop_low"),
        ("{by: head_count}", "{by: head_count, of: [dampak]}", "by dan round"),
        ("levels: {1: kurang", "levels: {1: {id: kurang, en: poor, jv: elek}", "id dan en"),
    ],
)
def test_an_unknown_key_comes_with_those_that_are_known(was: str, instead: str, known: str, tmp_path: Path) -> None:
    found = mistakes(BASE.replace(was, instead), tmp_path)
    assert [m.say("id").partition("Kunci yang dikenal: ")[2] for m in found] == [f"{known}."]


@pytest.mark.parametrize(
    ("preset", "was", "instead", "said"),
    [
        ("pelajar", "}, judges: [J1, J2, J3]}", "}, judges: [J1, J2, J3], share: 1}", "judges, where, dan shadow"),
        ("hackathon", "share: ", "shares: ", "id, name, judges, dan share"),
        ("klhk", "{at_least: 81, name", "{from: 1, at_least: 81, name", "at_least, name, dan points"),
        ("pelajar", "basis: {value: suara}", "basis: {value: suara, of: x}", "round, criterion, dan value"),
        ("pelajar", "  unit: {id: sekolah", "  team: {id: sekolah", "unit, entry, category, group, dan judge"),
        ("pelajar", "{where: {category: [sains]}", "{where: {category: [sain]}", "sains dan seni"),
        ("pelajar", "where: {remote: ya}", "where: {group: sma, category: x}", "sains dan seni"),
    ],
)
def test_what_is_unknown_inside_comes_with_what_is_known(
    preset: str, was: str, instead: str, said: str, tmp_path: Path
) -> None:
    text = next(path for path in PRESETS if path.stem == preset).read_text(encoding="utf-8")
    assert was in text
    (mistake,) = mistakes(text.replace(was, instead, 1), tmp_path)
    row = next(n for n, line in enumerate(text.replace(was, instead, 1).splitlines(), 1) if instead.strip() in line)
    assert mistake.say("id").startswith(f"rules.yaml, baris {row}: ")
    assert mistake.say("id").endswith(f": {said}.")


@pytest.mark.parametrize("name", ["flag", "entrant", "internal", "Submitted", "judge_id", "value", "head_count"])
def test_a_criterion_cannot_be_called_what_forms_and_files_call_something_else(name: str, tmp_path: Path) -> None:
    text = BASE.replace("manfaat,", f"{name},", 1).replace("[manfaat]", f"[{name}]")
    assert [mistake for _, mistake in seen(mistakes(text, tmp_path))] == [Problem("name_reserved", name=name)]


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        (
            "scope: overall",
            "scope: group",
            'penghargaan untuk cakupan "group" tertulis dalam dua bagian. Gabungkan menjadi satu daftar "names".',
        ),
        (
            "over: rounds",
            "over: judges",
            (
                '"score" di sini harus berisi tepat satu langkah untuk setiap nilai "over" berikut: rounds. '
                "Yang tertulis: judges."
            ),
        ),
        (
            "scope: overall",
            "scope: kota",
            (
                '"kota" tidak dapat dipakai untuk "scope". Pilihan yang tersedia: overall, group, category, dan '
                "group_category."
            ),
        ),
    ],
)
def test_mistakes_in_rules_are_said_in_plain_words(was: str, instead: str, said: str, tmp_path: Path) -> None:
    (found,) = mistakes(BASE.replace(was, instead), tmp_path)
    assert found.say("id").partition(": ")[2] == said


def depends(a: Slip, b: Slip) -> bool:
    """Whether two slips cannot be made together, or one takes away what the other is measured by."""
    lines = BASE.splitlines()
    touched = [
        {n for n, line in enumerate(lines) if any(part in line for part in slip.was.strip("\n").split("\n"))}
        for slip in (a, b)
    ]
    if touched[0] & touched[1]:
        return True
    measured_by = [
        # a total needs every weight and a weighted step; references need the names that they refer to
        ({"weight: ", "by: weighted_mean, out_of", "out_of"}, "weights_do_not_add_up"),
        ({"scale: {low: 1", "high: 5", "step: 0.5", "by: weighted_mean, out_of"}, "level_off_scale"),
        ({"panel", "min_judges"}, "unknown_reference"),
        ({"panel", "min_judges", "not_counting"}, "impossible_number"),
        ({"id: layanan"}, "name_twice"),
    ]
    return any(
        any(part in one.was for part in parts) and other.mistake.code == kind
        for parts, kind in measured_by
        for one, other in ((a, b), (b, a))
    )


def test_mistakes_do_not_hide_each_other(tmp_path: Path) -> None:
    """Any two mistakes that do not depend on each other are found at once."""
    pairs = [(a, b) for a, b in combinations(SLIPS, 2) if not depends(a, b)]
    assert len(pairs) > 1000
    hidden = []
    for a, b in pairs[::7]:  # every seventh, to be quick
        text = made(a, b)
        if any(text.count(slip.at) != 1 for slip in (a, b)):
            continue
        if seen(mistakes(text, tmp_path)) != sorted([expected(text, a), expected(text, b)], key=lambda e: e[0]):
            hidden.append((a, b))
    assert hidden == []


def test_a_dozen_mistakes_come_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    some = [
        *("organizer: Kota\norganiser:", "language: jv", "[Kelurahan, BUMD]", "id: layanan", "min_judges: dua"),
        *("{1: kurang, 6: baik}", "weight: 35", "of: [maanfaat]", "places: 0", "low: 100, high: 0"),
        *("table: [12, 10, 11]", "pemaparan: 30", "by: lot", "scope: kota"),
    ]
    chosen = [slip for slip in SLIPS if slip.instead in some]
    text = made(*chosen)
    found = mistakes(text, tmp_path)
    assert seen(found) == sorted((expected(text, slip) for slip in chosen), key=lambda e: e[0])
    assert len(found) == 14
    assert Mistakes(found).say("id").splitlines()[0].startswith("Ditemukan 14 kesalahan.")
    assert Mistakes(found).say("en").splitlines()[0].startswith("14 errors were found.")


@pytest.mark.parametrize(
    ("was", "instead", "only"),
    [
        ("weight: 40", "wieght: 40", Problem("unknown_key", key="wieght")),
        ("weight: 40", "weight: banyak", Problem("wrong_type", key="weight", value="banyak")),
        (
            "kind: checklist",
            "kind: cheklist",
            Problem("unknown_choice", key="kind", value="cheklist", choices=["marks", "ranks", "values", "checklist"]),
        ),
        ("round: 2}\n    ties", "rond: 2}\n    ties", Problem("unknown_key", key="rond")),
        ("id: manfaat", "ID: manfaat", None),
    ],
)
def test_one_slip_of_the_pen_is_not_said_twice(was: str, instead: str, only: Problem | None, tmp_path: Path) -> None:
    """What follows from a misspelt key or an illegible value is not held against the file as well."""
    found = [mistake for _, mistake in seen(mistakes(BASE.replace(was, instead), tmp_path))]
    assert found == ([only] if only else [Problem("key_missing", key="id"), Problem("unknown_key", key="ID")])


def test_a_round_cannot_be_called_final(tmp_path: Path) -> None:
    text = BASE.replace("pemaparan", "final")
    assert [mistake for _, mistake in seen(mistakes(text, tmp_path))] == [Problem("name_reserved", name="final")]


# YAML, taken exactly


def test_numbers_are_exact_and_words_stay_words(tmp_path: Path) -> None:
    text = BASE.replace("step: 0.5}", "step: 0.1}").replace("[Dinas, BUMD]", "[NO, on, 12:30, 2025-01-01, ~x]")
    rules = read(text.replace('edition: "2025"', "edition: 2025"), tmp_path)
    assert rules.round("proposal").scale == r.Scale(low=Decimal(1), high=Decimal(5), step=Decimal("0.1"))
    assert rules.groups[0].unit_types == ("NO", "on", "12:30", "2025-01-01", "~x")
    assert rules.edition == "2025"


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"edition: \xff\xfe", Problem("not_utf8", file="rules.yaml")),
        (
            BASE.replace("    name: Kelompok 1", "\tname: Kelompok 1").encode(),
            Problem("not_yaml", file="rules.yaml", row=7),
        ),
        (
            BASE.replace("unit_types: [Dinas, BUMD]", "unit_types: [Dinas").encode(),
            Problem("not_yaml", file="rules.yaml", row=9),
        ),
        (b"a: *b", Problem("not_yaml", file="rules.yaml", row=1)),
        (b"a: 1\n---\nb: 2", Problem("not_yaml", file="rules.yaml", row=2)),
        (b"a: \x07", Problem("not_yaml", file="rules.yaml", row=None)),
        (b"a: &b [*b]", Problem("not_yaml", file="rules.yaml", row=None)),
        (b"[" * 3000, Problem("not_yaml", file="rules.yaml", row=None)),
    ],
)
def test_what_is_no_yaml_is_one_sentence(content: bytes, mistake: Problem, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(content)
    with problem(mistake.code) as caught:
        read_rules(path)
    assert caught.value == mistake
    assert caught.value.say("id") != caught.value.say("en")


@pytest.mark.parametrize("text", ["", "# kosong\n", "---\n", "null"])
def test_an_empty_file_lacks_everything(text: str, tmp_path: Path) -> None:
    lacking = ["edition", "title", "organiser", "groups", "categories", "rounds"]
    assert seen(mistakes(text, tmp_path)) == [(1, Problem("key_missing", key=key)) for key in lacking]


@pytest.mark.parametrize(("text", "value"), [("- a\n- b", "[…]"), ("Kompetisi", "Kompetisi"), ("12", "12")])
def test_rules_that_are_no_mapping_are_refused(text: str, value: str, tmp_path: Path) -> None:
    assert seen(mistakes(text, tmp_path)) == [(1, Problem("wrong_type", key="rules.yaml", value=value))]


@pytest.mark.parametrize(
    ("was", "instead"),
    [
        ("rounds:\n", "rounds: 3\nxs:\n"),
        ("rounds:\n", "rounds:\n  - 7\n  - [1, 2]\n  - {}\n"),
        ("final:\n", "final: [1]\nxs:\n"),
        ("    score:\n", "    score: mean\n    xs:\n"),
        ("    ties:\n", "    ties: {by: shared}\n    xs:\n"),
        ("levels: {1: kurang, 5: baik}", "levels: [1, 5]"),
        ("{id: layanan, name: Pelayanan}", "[[[1]]]"),
        ("weights: {proposal: 60, pemaparan: 40}", "weights: {}"),
        ('edition: "2025"', "? [a, b]\n: 2025"),
        ("weight: 40", "weight: " + "9" * 5000),
        ("weight: 40", "weight: 1.0e+999999999999999999"),
        ("<<", "<<"),
    ],
)
def test_no_document_ends_in_a_traceback(was: str, instead: str, tmp_path: Path) -> None:
    text = BASE.replace(was, instead) if was != "<<" else "<<: {a: 1}\n" + BASE
    assert all(m.say("id") and m.say("en") for m in mistakes(text, tmp_path))


def test_a_key_that_stands_twice_hides_nothing(tmp_path: Path) -> None:
    text = BASE.replace("organiser: Kota", "organiser: Kota\norganiser: Desa").replace("weight: 40", "weight: 35")
    assert seen(mistakes(text, tmp_path)) == [
        (4, Problem("key_twice", key="organiser")),
        (25, Problem("weights_do_not_add_up", total=Decimal(95), expected=Decimal(100))),
    ]


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    with problem("file_missing") as caught:
        read_rules(tmp_path / "rules.yaml")
    assert caught.value == Problem("file_missing", file="rules.yaml", folder=tmp_path.name)


# The canonical form


def hashed(text: bytes, folder: Path) -> str:
    path = folder / "rules.yaml"
    path.write_bytes(text)
    return fingerprint(read_rules(path)[1])


@pytest.mark.parametrize(
    ("was", "instead"),
    [
        ("\n", "\r\n"),
        ("edition:", "# catatan\n\nedition:"),
        ("edition:", "\ufeffedition:"),
        ("name: Kelompok 1", "name:   'Kelompok 1'   # satu"),
        ("unit_types: [Kelurahan]", "unit_types:\n      - Kelurahan"),
        ("organiser: Kota\nlanguage: id\n", "language: id\norganiser: Kota\n"),
    ],
    ids=["line ends", "comments", "mark of byte order", "quotes", "layout", "order of keys"],
)
def test_looks_do_not_change_the_hash(was: str, instead: str, tmp_path: Path) -> None:
    assert hashed(BASE.replace(was, instead).encode(), tmp_path) == hashed(BASE.encode(), tmp_path)


@pytest.mark.parametrize(
    ("was", "instead"),
    [("weight: 60", "weight: 60.5"), ("Kelompok 1", "Kelompok Satu"), ("[J1, J2, J3]", "[J2, J1, J3]")],
)
def test_content_changes_the_hash(was: str, instead: str, tmp_path: Path) -> None:
    changed = BASE.replace(was, instead).replace("weight: 40", "weight: 39.5" if "60.5" in instead else "weight: 40")
    assert hashed(changed.encode(), tmp_path) != hashed(BASE.encode(), tmp_path)


def test_the_canonical_form_says_the_rules_in_full(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(BASE, encoding="utf-8", newline="\n")
    document = json.loads(read_rules(path)[1])
    assert document["rounds"][1]["scale"] == {"low": 1, "high": 5, "step": "0.5"}
    assert canonical({"b": Decimal("0.10"), "a": "é"}) == '{"a":"é","b":"0.10"}'


SCALARS = """\
exact: [0.30, 5., .5, -1.50, 012, +3, 1.0e+3, 1_000.5]
words: [1e3, 1.0e3, 08, 0x1F, 0o14, 1_000, -.5, .inf, .nan, yes, NO, on, n, =, 2025-01-01, 12:30, 12:30.5, 0.1.2]
quoted: ["0.30", '12', "true", "~", !!str 7, !mark 7]
others: [true, FALSE, ~, null, ]
1: {2.50: &half 0.5, true: *half}
"""


def test_scalars_are_read_as_locks_have_them() -> None:
    """A lock holds this form of the rules and its hash, whatever library reads the YAML."""
    document, _ = read_yaml("scalars.yaml", SCALARS.encode(), Collector())
    assert canonical(document) == (
        '{"1":{"2.50":"0.5","true":"0.5"},"exact":["0.30","5","0.5","-1.50",12,3,"1.0E+3","1000.5"],'
        '"others":[true,false,null,null],"quoted":["0.30","12","true","~","7","7"],'
        '"words":["1e3","1.0e3","08","0x1F","0o14","1_000","-.5",".inf",".nan","yes","NO","on","n","=","2025-01-01",'
        '"12:30","12:30.5","0.1.2"]}'
    )
    assert fingerprint(canonical(document)) == "5c888d5df56813e70ecf335f44d2f695ff8f113b0f22d181aaa443448e1039f3"


# Presets


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_presets_are_valid_and_marked_as_proposals(path: Path) -> None:
    rules, _ = read_rules(path)
    assert rules.notice is not None
    assert rules.notice.say("id").startswith("USULAN")
    assert rules.notice.say("en").startswith("PROPOSAL")
    assert not rules.simulated

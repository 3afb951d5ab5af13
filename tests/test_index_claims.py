"""Claims for the national index: read exactly, joined with the entries, and every mistake with its place."""

from __future__ import annotations

import pytest
from folders import save, with_cell
from yardsticks import CLAIMS, HEADER, claims

from kit.errors import Mistakes, Problem
from kit.index.indicators import has_claims


def said(folder, rows=None, **more):
    with pytest.raises(Mistakes) as caught:
        claims(folder, rows, **more)
    return [mistake.say("en") for mistake in caught.value]


def test_claims_are_numbers_and_what_nobody_verified_is_missing_not_zero(tmp_path):
    table = claims(tmp_path).table
    assert table["claimed"].tolist() == [3, 2, 1, 1, 0]
    assert table["verified"].isna().tolist() == [False, False, True, True, True]
    assert table["verified"].tolist()[:2] == [3, 1]


def test_innovations_are_the_entries_and_what_is_registered_beside_them(tmp_path):
    more = [
        ["innovation_id", "title", "unit_id", "affair", "applied_since", "sent"],
        ["I-1", "", "", "lainnya", "", "2024;2025"],
        ["I-9", "Inovasi tahun lalu", "U2", "", "2024-05-01", ""],
    ]
    found = claims(tmp_path, innovations=more).innovations
    assert found.index.tolist() == ["I-1", "I-2", "I-3", "I-4", "I-9"]
    assert found.loc["I-1"].tolist() == ["Antrean Cepat", "Dinas Contoh Anggrek", "lainnya", "2024-03-01", 2]
    assert found.loc["I-9"].tolist() == ["Inovasi tahun lalu", "Kelurahan Contoh Melati", "", "2024-05-01", 0]


def test_the_order_of_rows_changes_nothing_and_a_workbook_reads_the_same(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    straight = claims(tmp_path / "a")
    turned = claims(tmp_path / "b", [HEADER, *CLAIMS[:0:-1]])
    assert straight.table.equals(turned.table)
    assert straight.hashes == turned.hashes
    assert has_claims(tmp_path / "a")
    assert not has_claims(tmp_path)


def test_a_claim_is_read_in_the_words_of_the_table(tmp_path):
    header = ["Kode inovasi", "Indikator", "Parameter diklaim"]
    assert claims(tmp_path, [header, ["I-1", "16", "2"]]).table["claimed"].tolist() == [2]


OUTSIDE = 'parameter "{}" is not 0, 1, 2 or 3. It was not saved.'
UNSIGNED = "a verified parameter needs the name of the verifier and the day."
UNREGISTERED = (
    'innovation "I-77" is not registered. Check its code in the register of entries, '
    "or register it in index-innovations.csv."
)


@pytest.mark.parametrize(
    ("row", "column", "cell", "letter", "sentence"),
    [
        *((3, "claimed", cell, "C", OUTSIDE.format(cell)) for cell in ("4", "-1", "1,5")),
        (3, "verified", "9", "F", OUTSIDE.format(9)),
        (2, "innovation_id", "I-77", "A", UNREGISTERED),
        (2, "indicator", "15", "B", 'indicator "15" is not in the yardstick. Write its number, for instance 16.'),
        (4, "basis", "", "D", "this indicator can be claimed on several bases; choose one: orang, rupiah."),
        (4, "basis", "orang; rupiah", "D", "this indicator is claimed on more than one basis. Choose a single one."),
        (4, "basis", "unit", "D", 'basis "unit" is not known. Check the choices under "bases" in the yardstick.'),
        (2, "verifier", "", "F", UNSIGNED),
        (2, "verified_on", "", "F", UNSIGNED),
        (2, "verified_on", "5 Januari", "H", ""),
        (2, "indicator", "", "B", ""),
        (2, "evidence", "=1+1", "E", ""),
    ],
)
def test_each_mistake_has_its_sentence_and_place(tmp_path, row, column, cell, letter, sentence):
    (found,) = said(tmp_path, with_cell(CLAIMS, row, column, cell))
    assert found.startswith(f"index.csv, row {row}, column {letter}: {sentence}")
    assert found.endswith(sentence)


def test_both_bases_in_two_rows_are_refused(tmp_path):
    twice = [*CLAIMS, ["I-1", "33", "2", "rupiah", "", "", "", ""]]
    assert said(tmp_path, twice) == [
        "index.csv, row 4, 7: this indicator is claimed on more than one basis. Choose a single one."
    ]


def test_two_rows_for_one_indicator_are_refused(tmp_path):
    twice = [*CLAIMS, ["I-2", "16", "2", "", "", "", "", ""]]
    assert said(tmp_path, twice) == [
        "index.csv, row 5, 7: innovation I-2 has more than one row for indicator 16. Leave one."
    ]


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (["I-9", "", "U2", "", "", ""], "title"),
        (["I-9", "Lama", "U2", "sihir", "", ""], 'affair "sihir" is not known'),
        (["I-9", "Lama", "U9", "", "", ""], "U9"),
        (["I-9", "Lama", "U2", "", "kemarin", ""], "kemarin"),
        (["I-9", "Lama", "U2", "", "", "dua kali"], 'the year "dua kali" cannot be read'),
    ],
)
def test_mistakes_about_innovations_are_named_too(tmp_path, row, part):
    header = ["innovation_id", "title", "unit_id", "affair", "applied_since", "sent"]
    found = said(tmp_path, innovations=[header, row])
    assert len(found) == 1
    assert found[0].startswith("index-innovations.csv, row 2")
    assert part in found[0]


def test_an_innovation_registered_twice_is_refused(tmp_path):
    rows = [["innovation_id", "title"], ["I-9", "Satu"], ["I-9", "Dua"]]
    assert said(tmp_path, innovations=rows) == [
        'index-innovations.csv: innovation "I-9" appears more than once, in rows 2 and 3.'
    ]


def test_mistakes_of_both_files_come_at_once(tmp_path):
    header = ["innovation_id", "title", "affair"]
    wrong = with_cell(with_cell(CLAIMS, 3, "claimed", "7"), 4, "basis", "")
    found = said(tmp_path, wrong, innovations=[header, ["I-9", "Lama", "sihir"]])
    assert [sentence.partition(":")[0] for sentence in found] == [
        "index-innovations.csv, row 2, column C",
        "index.csv, row 3, column C",
        "index.csv, row 4, column D",
    ]


def test_claims_as_csv_and_as_workbook_are_refused(tmp_path):
    claims(tmp_path)
    save(tmp_path / "index.xlsx", CLAIMS)
    with pytest.raises(Problem, match=r"index\.csv"):
        claims(tmp_path)

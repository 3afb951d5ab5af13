"""Files made to take all memory or time: each is refused in a sentence, in seconds, within a gigabyte."""

from __future__ import annotations

import io
import json
import signal
import sys
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, NoReturn

import pytest
from contests import contest, single
from folders import ENTRIES, JUDGES, RULES, UNITS, edition, opened, save
from homes import stage
from problems import problem

from kit.contest.archive import MANIFEST, restore
from kit.documents.manifest import claims_of, original_of, verify
from kit.errors import Mistakes, Problem
from kit.judging.score_sheet import KIND
from kit.registers import load_registers
from kit.rules import read_rules
from kit.tables import read_table
from kit.workbooks import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GIGABYTE, SECONDS = 1 << 30, 10


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Give a test a gigabyte more than the process has, and ten seconds of the processor."""
    if sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415  (only there)

    def late(*_: object) -> NoReturn:
        message = f"took more than {SECONDS} seconds"
        raise AssertionError(message)

    with open("/proc/self/statm") as file:  # noqa: PTH123
        now = int(file.read().split()[0]) * resource.getpagesize()
    before, alarm = resource.getrlimit(resource.RLIMIT_AS), signal.signal(signal.SIGPROF, late)
    resource.setrlimit(resource.RLIMIT_AS, (now + GIGABYTE, before[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, alarm)
    resource.setrlimit(resource.RLIMIT_AS, before)


SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'


def workbook(path: Path, rows: str, **parts: str) -> Path:
    """Write a workbook whose only sheet has these rows, and other parts in place of its own."""
    plain = io.BytesIO()
    save(path, [["a", "b"], ["1", "2"]])
    plain.write(path.read_bytes())
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == SHEET:
                content = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()
            target.writestr(name, parts.get(name.rpartition("/")[2].partition(".")[0], content))
    return path


def cell(reference: str, text: str = "1") -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


BOMBS = {
    "a value in the last cell": (lambda: f'<row r="1048576">{cell("XFD1048576")}</row>', "baris 1048576, kolom XFD"),
    "a row number beyond all": (lambda: f'<row r="2000000000">{cell("A2000000000")}</row>', "baris 2000000000"),
    "a million small rows and more": (lambda: "<row/>" * 1_100_000, "1.048.576 baris"),
    "a million cells in a row": (lambda: f'<row r="2">{"<c/>" * 1_200_000}</row>', "baris 2"),
    "an empty last cell in every row": (
        lambda: "".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(2, 60_000)),
        "kolom XFD",
    ),
    "a cell of two megabytes": (lambda: f'<row r="2">{cell("A2", "x" * 2_000_000)}</row>', "baris 2"),
    "many attributes": (lambda: "<row " + "".join(f"a{n}='' " for n in range(200_000)) + "/>", "1.000.000 sel"),
}


def load_sheet(path: Path) -> object:
    return load(path, KIND, "2025")


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("read", [read_table, load_sheet], ids=["table", "score sheet"])
def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path, name, read):
    rows, place = BOMBS[name]
    path = workbook(tmp_path / "nilai.xlsx", HEAD + rows())
    assert path.stat().st_size < 1_000_000
    with problem("table_too_large") as caught:
        read(path)
    said = caught.value.say("id")
    assert said.startswith("nilai.xlsx")
    assert place in said


def test_parts_of_a_workbook_that_unpack_to_too_much_are_refused_before_they_are_parsed(tmp_path):
    path = workbook(tmp_path / "nilai.xlsx", HEAD, styles=" " * 260_000_000)
    with problem("file_too_large", match=r"nilai.xlsx: berkas ini, atau isinya setelah dibuka, melebihi 250 MB"):
        read_table(path)


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("styles", f"<styleSheet {MAIN}><cellXfs>" + "<xf/>" * 2_000_000 + "</cellXfs></styleSheet>"),
        ("workbook", f"<workbook {MAIN}><sheets>" + '<sheet name="a" sheetId="1"/>' * 50_000 + "</sheets></workbook>"),
    ],
)
def test_a_workbook_of_endless_styles_or_sheets_is_refused(tmp_path, part, content):
    with problem("table_too_large"):
        read_table(workbook(tmp_path / "nilai.xlsx", HEAD, **{part: content}))


@pytest.mark.parametrize(
    "rows",
    [
        HEAD + f'<row r="3">{cell("A3")}</row><row r="2">{cell("A2")}</row>',
        HEAD + f'<row r="2">{cell("B2")}{cell("A2")}</row>',
        HEAD + f'<row r="2">{cell("A2")}{cell("A2", "5")}</row>',
    ],
    ids=["rows out of order", "cells out of order", "a cell twice"],
)
def test_rows_and_cells_that_would_be_passed_over_are_damage(tmp_path, rows):
    with problem("damaged_workbook"):
        read_table(workbook(tmp_path / "nilai.xlsx", rows))


def test_a_workbook_that_declares_entities_or_names_styles_that_are_not_there_is_no_traceback(tmp_path):
    path = workbook(tmp_path / "nilai.xlsx", HEAD, styles='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with problem("damaged_workbook"):
        read_table(path)
    path = workbook(
        tmp_path / "gaya.xlsx", HEAD + '<row r="2"><c r="A2" s="99"><v>1</v></c><c r="B2"><v>2</v></c></row>'
    )
    assert read_table(path).cells.to_numpy().tolist() == [["1", "2"]]
    with problem("not_score_sheet"):
        load_sheet(path)


def test_ranges_that_cover_a_whole_sheet_cost_nothing(tmp_path):
    rows = HEAD + "</sheetData><mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells><sheetData>"
    with problem("not_score_sheet"):
        load_sheet(workbook(tmp_path / "nilai.xlsx", rows))


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (
            "a,b\n" + "x" * 200_000 + ",1\n",
            "cell_too_long",
            "tabel.csv, baris 2: sebuah sel pada baris ini lebih panjang dari",
        ),
        ("a,b\n1,2\n" + ",1" * 5_000 + "\n", "table_too_large", "tabel.csv, baris 3, kolom ALM"),
        ("a" + ",b" * 10_000_000, "table_too_large", "tabel.csv, baris 1"),
        ("a,b\n" + '"\n",' * 2_000_000, "table_too_large", "tabel.csv, baris 2"),
        ("a,b\n" + "\n" * 4_000_000, "table_too_large", "3.000.000 baris"),
    ],
    ids=["long cell", "long row", "header without end", "row of many lines", "many rows"],
)
def test_a_text_file_beyond_all_measure_is_refused_with_its_row(tmp_path, content, error, said):
    path = tmp_path / "tabel.csv"
    path.write_text(content, encoding="utf-8")
    with problem(error) as caught:
        read_table(path)
    assert said in caught.value.say("id")


def test_a_million_different_mistakes_are_counted_and_not_kept(tmp_path):
    folder = edition(
        tmp_path, entries=[*ENTRIES[:1], *(["X", f"t{n}", f"U{n}", "pelayanan", "", "", ""] for n in range(300_000))]
    )
    with pytest.raises(Mistakes) as caught:
        load_registers(folder, read_rules(folder / "rules.yaml")[0])
    assert len(caught.value.found) < 1_000


def test_units_below_one_another_without_end_are_read_in_one_pass(tmp_path):
    chain = [[f"P{n}", f"Unit {n}", "Dinas", f"P{n + 1}"] for n in range(30_000)]
    circle = [["P30000", "Unit", "Dinas", "P30001"], ["P30001", "Unit", "Dinas", "P30000"]]
    folder = edition(tmp_path, units=[*UNITS, *chain, *circle], judges=JUDGES)
    with pytest.raises(Mistakes) as caught:
        opened(folder)
    assert [(one.code, one.data["value"]) for one in caught.value] == [
        ("parent_circle", "P30000"),
        ("parent_circle", "P30001"),
    ]


@pytest.mark.parametrize("first", ["[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "x" * 100_000])
def test_yaml_that_repeats_itself_without_end_is_refused(tmp_path, first):
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (tmp_path / "rules.yaml").write_text("\n".join(lines), encoding="utf-8")
    with problem("yaml_too_large", match=r"rules.yaml, baris [1-9]: bagian yang dimulai pada baris ini menjadi"):
        read_rules(tmp_path / "rules.yaml")


@pytest.mark.parametrize("size", [290_000, 5_000_000])
@pytest.mark.parametrize("text", ["a: [{b: c}, ", "? ", "- ", "a" * 50 + ": 1\n", "#\n", '"'], ids=str)
def test_yaml_beyond_all_measure_is_refused(tmp_path, text, size):
    (tmp_path / "rules.yaml").write_text(RULES + text * (size // len(text)), encoding="utf-8")
    if text == "#\n" and size < 300_000:
        read_rules(tmp_path / "rules.yaml")
        return
    with pytest.raises(Problem):
        read_rules(tmp_path / "rules.yaml")


def test_a_number_of_a_thousand_million_digits_is_no_number(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES.replace("high: 100", "high: 1.0e+999999999"), encoding="utf-8")
    with pytest.raises(Mistakes, match=r'isi "high", yaitu 1.0e\+999999999, bukan jenis yang diminta'):
        read_rules(tmp_path / "rules.yaml")


def test_a_pdf_full_of_ends_is_read_once():
    original = b"%PDF-1.7 asli %%EOF\n"
    assert original_of(original + b"%%EOF" * 4_000_000, {"0" * 64}) is None
    assert original_of(original + b"tanda tangan %%EOF", {sha256(original).hexdigest()}) == len(original)


def docx(custom: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("docProps/custom.xml", custom)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        docx(b'name="kit:a"' * 80_000),
        docx(b'name="kit:a"><vt:lpwstr>' * 40_000),
        b"%PDF-" + b"<pdf:Keywords>" * 4_000_000,
        b"<html>" + b'<meta name="kit:a" content="' * 1_000_000,
        b"%PDF-<pdf:Keywords>" + b"kit:a=" * 100_000,
        b"{" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=["properties", "values", "keywords", "html", "pairs", "braces", "json"],
)
def test_metadata_made_to_be_searched_without_end_say_nothing(tmp_path, content):
    path = tmp_path / "berkas"
    path.write_bytes(content)
    assert not {"edition", "fingerprint"} <= claims_of(content).keys()
    (verdict,) = verify([path])
    assert [mistake.code for mistake in verdict.mistakes] == ["not_made_by_kit"]


def test_a_packed_manifest_is_refused_without_unpacking_it(home):
    path = home / "arsip.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target, target.open(MANIFEST, "w") as manifest:
        for _ in range(400):
            manifest.write(b" " * 1_000_000)
    with problem("archive_unreadable"):
        restore(path)


def test_an_archive_with_very_many_members_is_refused_in_time(home):
    manifest = {"format": 1, "edition": "2025", "fingerprint": "", "members": {}}
    path = home / "arsip.zip"
    with zipfile.ZipFile(path, "w") as target:
        for n in range(60_000):
            target.writestr(f"data/{n}", b"")
        target.writestr(MANIFEST, json.dumps(manifest))
    with pytest.raises(Mistakes) as caught:
        restore(path)
    assert caught.value.found[0].code == "member_unknown"


def test_an_ordinary_contest_is_within_all_limits(home):
    assert stage(home, contest(single(), single()), {"E1": "G1/a", "E2": "G1/a"}).rules.rounds

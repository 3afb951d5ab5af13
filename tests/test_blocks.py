"""Blocks: what they carry, how they show themselves, and how they are found again in a notebook."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import nbformat
import pandas as pd
import pytest
from documents import DRAWING, HOSTILE, masthead, report, table
from hypothesis import example, given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from problems import problem

from kit.render.blocks import (
    MIME,
    Bullets,
    Cell,
    Column,
    Figure,
    Group,
    Heading,
    Paragraph,
    Run,
    Table,
    packed,
    plain,
    runs,
    sentence,
    unpacked,
)
from kit.render.notebook import blocks_of, markdown_blocks
from kit.render.prepare import prepare, printable
from kit.texts import Texts

ID, EN = Texts("id"), Texts("en")


# Runs


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("biasa", [("biasa", False)]),
        ("**tebal**", [("tebal", True)]),
        ("a **b** c **d**", [("a ", False), ("b", True), (" c ", False), ("d", True)]),
        ("2 * 3 ** 4", [("2 * 3 ** 4", False)]),
        ("", []),
    ],
)
def test_only_double_asterisks_dress_a_template(template: str, expected: list[tuple[str, bool]]) -> None:
    assert [(run.text, run.strong) for run in runs(template)] == expected


@given(st.text(alphabet="a*_ ") | st.text())
@example("**tebal**")
def test_values_in_a_sentence_print_as_typed(value: str) -> None:
    found = sentence(ID, "errors.at_column", value=value)
    assert "".join(run.text for run in found) == f"kolom {value}"
    assert not any(run.strong for run in found)


def test_numbers_in_a_sentence_are_written_in_its_language() -> None:
    assert sentence(EN, "errors.mistakes", n=1029)[0].text.startswith("1,029 errors")


# Blocks and their JSON


def test_the_json_of_every_block_survives_a_round_trip() -> None:
    blocks = report()
    assert json.loads(json.dumps(blocks)) == blocks
    assert blocks[0] | {"type": "document", "language": "id", "made_at": "2025-11-23T09:05:00+07:00"} == blocks[0]


def test_cells_and_runs_leave_out_what_is_not_so() -> None:
    assert Paragraph((Run("a"), Run("b", strong=True))).to_json()["runs"] == [
        {"text": "a"},
        {"text": "b", "strong": True},
    ]
    row = Table(caption="", columns=[Column("a", "A")], rows=[{"a": Cell("0", 0)}], row_header="a").to_json()["rows"][0]
    assert row == {"a": {"text": "0", "value": 0}}


def test_a_block_shows_itself_to_jupyter_in_three_ways() -> None:
    bundle, _ = DisplayFormatter().format(table())
    assert set(bundle) == {MIME, "text/html", "text/plain"}
    assert unpacked(bundle[MIME]) == table().to_json()
    assert '<th scope="row" class=" kit-strong">Antre Tanpa Menunggu 1</th>' in bundle["text/html"]


@pytest.mark.parametrize(("language", "words"), [("id", "Status hasil"), ("en", "State of the result")])
def test_a_masthead_in_a_notebook_speaks_the_language_of_its_document(language: str, words: str) -> None:
    assert words in masthead(language=language)._repr_mimebundle_()["text/html"]


def test_in_a_terminal_the_cells_of_a_column_stand_below_each_other() -> None:
    columns = [Column("entry", "Inovasi"), Column("score", "Skor")]
    rows = [{"entry": Cell("Antre Tanpa Menunggu"), "score": Cell("82,5")}, {"entry": Cell("Sapa")}]
    shown = Table(caption="Hasil", columns=columns, rows=rows, row_header="entry", notes=["Simulasi."])
    assert plain(Group([shown, Bullets(["satu", "dua"])]).to_json()).splitlines() == [
        "Hasil",
        "Inovasi               Skor",
        "Antre Tanpa Menunggu  82,5",
        "Sapa",
        "Simulasi.",
        "- satu",
        "- dua",
    ]


def test_tables_name_only_columns_that_they_have() -> None:
    with problem("table_column_unknown", match="unit"):
        Table(caption="", columns=[Column("a", "A")], rows=[], row_header="unit")
    with problem("table_column_unknown", match="b"):
        Table(caption="", columns=[Column("a", "A")], rows=[{"b": Cell("1")}], row_header="a")


def test_a_figure_says_what_it_shows() -> None:
    with problem("figure_alt_missing", match="Sebaran"):
        Figure(caption="Sebaran", alt=" ", svg=DRAWING)


# Tables of data


@pytest.mark.parametrize(
    ("value", "kind", "places", "text", "number"),
    [
        (1029, "integer", None, "1.029", 1029),
        (3.0, "integer", None, "3", 3),
        (Decimal("82.30"), "decimal", None, "82,30", Decimal("82.30")),
        (Decimal("82.305"), "decimal", 2, "82,30", Decimal("82.305")),
        (0.1, "decimal", 3, "0,100", 0.1),
        (0.4943, "percent", 2, "49,43%", 0.4943),
        (date(2026, 11, 23), "date", None, "23 November 2026", date(2026, 11, 23)),
        (True, "text", None, "ya", None),
        (None, "decimal", None, "–", None),
        (float("nan"), "decimal", None, "–", None),
        (pd.NA, "text", None, "–", None),
        ("0812", "text", None, "0812", None),
        (HOSTILE, "text", None, HOSTILE, None),
        (Cell("apa adanya", 7), "decimal", None, "apa adanya", 7),
    ],
)
def test_table_of_data_writes_as_the_language_does(
    value: object, kind: str, places: int, text: str, number: object
) -> None:
    data = pd.DataFrame({"a": pd.Series([value], dtype=object)})
    made = Table.of(data, ID, columns=[Column("a", "A", kind, places=places)], caption="", row_header="a")  # type: ignore[arg-type]
    assert (made.rows[0]["a"].text, made.rows[0]["a"].value) == (text, number)


def test_table_of_data_emphasises_rows_and_leaves_the_data_alone() -> None:
    data = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=["x", "jumlah"])
    before = data.copy()
    made = Table.of(data, ID, columns=[Column("b", "B", "integer")], strong=["jumlah"], caption="", row_header="b")
    assert [row["b"].strong for row in made.rows] == [False, True]
    pd.testing.assert_frame_equal(data, before)
    with problem("table_column_unknown", match="c"):
        Table.of(data, ID, columns=[Column("c", "C")], caption="", row_header="c")


# Arranging


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("\x07\x85\ud800", "[U+0007][U+0085][U+D800]"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("terbalik \u202egnp.exe", "terbalik [U+202E]gnp.exe"),
        ("\ue000\ufffe", "[U+E000][U+FFFE]"),
        ("é 日 😀 \t", "é 日 😀 \t"),
    ],
)
def test_what_no_face_can_show_is_written_as_its_code_point(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_groups_are_opened_and_tables_figures_and_headings_numbered() -> None:
    document = prepare(report())
    assert [block["text"] for block in document.contents] == [
        "Proses",
        "Peserta",
        "Menurut jenis unit",
        "Hasil",
        "Lampiran",
    ]
    labels = {block["type"]: block["label"] for block in document.blocks if "label" in block}
    assert labels == {"figure": "Gambar 1", "table": "Tabel 1"}
    assert [block["type"] for block in document.summary] == ["paragraph", "facts", "winners", "callout"]


@pytest.mark.parametrize(("simulated", "claim"), [(True, "yes"), (False, "no")])
def test_a_document_tells_programs_whether_it_is_simulated(*, simulated: bool, claim: str) -> None:
    assert prepare(report(simulated=simulated)).claims["kit:simulated"] == claim


def test_headings_never_skip_a_level_and_blank_ones_vanish() -> None:
    blocks = [masthead(), Heading("a", 3), Heading(" "), Heading("b", 3), Heading("c", 2), Heading("d", 3)]
    document = prepare(block.to_json() for block in blocks)
    assert [(block["text"], block["level"]) for block in document.blocks] == [("a", 2), ("b", 3), ("c", 2), ("d", 3)]


def test_a_document_has_one_masthead_wherever_it_stands() -> None:
    first, *rest = report()
    assert prepare([rest[0], first, *rest[1:]]).masthead["title"] == first["title"]
    with problem("document_missing"):
        prepare(rest)
    with problem("document_repeated", match="2"):
        prepare([first, first, *rest])


# Notebooks


def code(*blocks: dict[str, object], count: int | None = 1, source: str = "show()") -> nbformat.NotebookNode:
    outputs = [
        nbformat.v4.new_output("display_data", {MIME: packed(block), "text/html": "<p>x</p>"}) for block in blocks
    ]
    return nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs)


def notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def test_blocks_and_the_analysts_own_words_come_in_the_order_of_the_cells() -> None:
    first = masthead().to_json()
    stray = code()
    stray.outputs = [
        nbformat.v4.new_output("stream", text="halo"),
        nbformat.v4.new_output("display_data", {"text/plain": "x"}),
    ]
    for_the_screen = code(Paragraph("data").to_json())
    for_the_screen.metadata["tags"] = ["about"]
    found = blocks_of(
        notebook(
            nbformat.v4.new_markdown_cell("# Tentang notebook", metadata={"tags": ["about"]}),
            code(first),
            nbformat.v4.new_markdown_cell("Kata analis."),
            stray,
            code(Heading("Hasil").to_json(), Paragraph("isi").to_json()),
            nbformat.v4.new_raw_cell("mentah"),
            for_the_screen,
            code(source="  ", count=None),
        )
    )
    assert [block["type"] for block in found] == [
        *("document", "paragraph", "printed", "printed", "heading", "paragraph")
    ]
    assert found[1]["runs"] == [{"text": "Kata analis."}]
    assert [block["text"] for block in found[2:4]] == ["halo", "x"]


def test_a_notebook_that_was_not_run_to_its_end_makes_no_document() -> None:
    first = masthead().to_json()
    with problem("notebook_not_executed", match="Sel 2 dan 3 "):
        blocks_of(notebook(code(first), code(count=None), code(count=None)))
    failed = code()
    failed.outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="nilai", traceback=[])]
    with problem("notebook_cell_failed", match=r"Sel 2 .*ValueError: nilai"):
        blocks_of(notebook(code(first), failed))


def prose(*runs: Any) -> dict[str, Any]:
    """A paragraph of runs; a text is a run without emphasis."""
    return {
        "type": "paragraph",
        "lead": False,
        "runs": [{"text": one} if isinstance(one, str) else one for one in runs],
    }


def items(*runs: Any, ordered: bool = True, level: int = 0, start: int = 1) -> dict[str, Any]:
    """A piece of a list."""
    about = {"type": "list", "ordered": ordered, "level": level, "start": start}
    return {**about, "items": [prose(*one)["runs"] for one in runs]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Satu", [{"type": "heading", "level": 2, "text": "Satu"}]),
        ("#### Empat **tebal**", [{"type": "heading", "level": 3, "text": "Empat tebal"}]),
        (
            "a **b *c***  \nd `e` &amp; &copy f",
            [
                prose(
                    *("a ", {"text": "b ", "strong": True}, {"text": "c", "strong": True, "em": True}),
                    *("\n", "d ", {"text": "e", "code": True}, " & &copy f"),
                )
            ],
        ),
        ("<b>x</b><br>y<unit>", [prose({"text": "x", "strong": True}, "\n", "y", "<unit>")]),
        ("<div>x</div>", [{"type": "html", "raw": "<div>x</div>\n"}]),
        (
            "1. a\n   - b\n2. c\n\n   d",
            [items("a"), items("b", ordered=False, level=1), items(("c", "\n", "d"), start=2)],
        ),
        ("3. a\n\n   ```\n   b\n   ```\n", [items("a", start=3), {"type": "printed", "text": "b", "note": False}]),
        (
            "> satu\n>\n> dua",
            [{"type": "callout", "kind": "info", "title": None, "runs": prose("satu", "\n\n", "dua")["runs"]}],
        ),
        ("a[^x]\n\n[^x]: b", [prose("a", "\u00b9"), prose("\u00b9", " ", "b")]),
        ("$x^2$ Rp5 dan $6", [prose({"text": "$x^2$", "math": True}, " Rp5 dan $6")]),
        ("---", []),
    ],
)
def test_markdown_becomes_blocks(text: str, expected: list[dict[str, object]]) -> None:
    found = markdown_blocks(text)
    for block in found:
        if "runs" in block:  # where neighbours have the same style, it does not matter where one ends
            block["runs"] = [run for run in block["runs"] if run["text"]]
    assert found == expected


def test_a_markdown_table_keeps_its_cells_and_its_figures_to_the_right() -> None:
    (found,) = markdown_blocks("| Unit | Nilai |\n|---|--:|\n| **A** | 82,50 |\n")
    assert [(column["label"], column["kind"]) for column in found["columns"]] == [
        ("Unit", "text"),
        ("Nilai", "decimal"),
    ]
    assert found["rows"] == [{"0": {"text": "A"}, "1": {"text": "82,50"}}]
    prepare([masthead().to_json(), found])

"""The sample editions in a home of their own, and what documents say, as plain text."""

from __future__ import annotations

import csv
import shutil
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from homes import empty_home

import kit
from kit.contest import rounds
from kit.documents import leaders
from kit.render.blocks import Group, PageBreak
from kit.report import annual, results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition
    from kit.render.blocks import Block
    from kit.report.context import Context

ROOT = Path(__file__).parents[1]
SIMULATED = ("2023", "2024", "2025")
SAMPLES = [*(ROOT / "data" / year for year in SIMULATED), ROOT / "data" / "museum" / "paris-1976"]
MADE_AT = "2025-11-21T09:00:00+07:00"


@contextmanager
def sample_home(folder: Path) -> Iterator[Path]:
    """A home with the simulated editions and a real one and the notebooks; the ledgers are built in it."""
    with empty_home(folder) as home:
        shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
        for sample in SAMPLES:
            shutil.copytree(sample, home / "data" / sample.name, ignore=shutil.ignore_patterns("ledger*"))
        yield home


def begun(home: Path, round_id: str) -> Edition:
    """Let 2025 begin anew, with this round open and empty."""
    (home / "data" / "2025" / "journal.csv").unlink()
    edition = kit.open("2025")
    rounds.open(edition, round_id)
    return edition


def end_journal(home: Path, edition: str, event: str) -> None:
    """Let an edition's journal end with the first event in whose line this stands."""
    journal = home / "data" / edition / "journal.csv"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    last = next(n for n, line in enumerate(lines) if event in line)
    journal.write_text("".join(lines[: last + 1]), encoding="utf-8", newline="")


def rows(home: Path, edition: str, register: str) -> list[dict[str, str]]:
    """A file of an edition, read without the kit."""
    with (home / "data" / edition / f"{register}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def blocks(*parts: Block) -> list[dict[str, Any]]:
    """The records of blocks, out of their groups."""
    found = []
    for part in parts:
        record = part.to_json()
        found += record["blocks"] if record["type"] == "group" else [record]
    return found


def said(*parts: Block) -> list[str]:
    """The headings, sentences, remarks and list items, in order."""
    lines = []
    for block in blocks(*parts):
        if block["type"] == "heading":
            lines.append(block["text"])
        elif "runs" in block:
            lines.append("".join(run["text"] for run in block["runs"]))
        elif "items" in block and block["type"] == "list":
            lines += ["".join(run["text"] for run in item) for item in block["items"]]
    return lines


def tables(*parts: Block) -> dict[str, list[list[str]]]:
    """The tables by caption: their headers, and then their rows as they read."""
    return {
        block["caption"]: [
            [column["label"] for column in block["columns"]],
            *([row[column["key"]]["text"] for column in block["columns"]] for row in block["rows"]),
        ]
        for block in blocks(*parts)
        if block["type"] == "table"
    }


def notes(*parts: Block) -> list[str]:
    """What stands under the tables."""
    return [note for block in blocks(*parts) if block["type"] == "table" for note in block["notes"]]


def first_page(context: Context) -> Group:
    """The first page of the annual report, as its notebook composes it."""
    parts = [annual.lead(context), annual.recommended(context), annual.facts(context), leaders.answers(context)]
    parts += [annual.process_line(context), annual.decisions(context, leaders.decisions(context.edition))]
    return Group([*(block for part in parts for block in part.blocks), PageBreak()])


# The chapters of the annual report, each made only once for a context: drawing takes time.
once = SimpleNamespace(
    summary=cache(first_page),
    results=cache(results.results),
    gains=cache(annual.gains),
    categories=cache(results.categories),
    cells=cache(results.cells),
    sustainability=cache(annual.sustainability),
    participation=cache(annual.participation),
    earlier_years=cache(annual.earlier_years),
    process=cache(annual.process),
    marks=cache(results.marks),
    method=cache(results.method),
    appendix=cache(annual.appendix),
)


def chapters(report: Context) -> list[Block]:
    """All chapters of the annual report."""
    return [chapter(report) for chapter in vars(once).values()]


def whole(report: Context) -> list[dict[str, Any]]:
    """The records of the whole document."""
    return blocks(annual.masthead(report), *chapters(report))


def text(report: Context) -> str:
    """The whole report as text: prose, tables, captions, notes and alternative texts."""
    parts = chapters(report)
    cells = [cell for table in tables(*parts).values() for row in table for cell in row]
    more = [block[key] for block in blocks(*parts) for key in ("caption", "alt") if key in block]
    facts = [" ".join(fact.values()) for block in blocks(*parts) if block["type"] == "facts" for fact in block["items"]]
    return "\n".join([annual.masthead(report).title, *said(*parts), *cells, *notes(*parts), *more, *facts])

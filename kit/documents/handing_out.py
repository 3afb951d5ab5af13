"""What each unit is handed: a folder and a ZIP of its own papers, and a table for mail merge. Nothing is ever sent."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from kit.documents.awards import awarded
from kit.documents.batch import make_documents, plan_documents
from kit.documents.kinds import KINDS
from kit.errors import Mistakes, Problem
from kit.files import write, zipped
from kit.folder import find_home
from kit.render.xlsx import csv_cell
from kit.report.context import Context, marked

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

PAPERS = ("certificates-award", "certificates", "feedback")  # what is about one entry, and for its unit


class HandedOut(NamedTuple):
    """What was written.

    Args:
        folder: where.
        table: the table for mail merge.
        units: how many units have papers.
        papers: how many papers these are.
    """

    folder: Path
    table: Path
    units: int
    papers: int


def hand_out(edition: Edition, out: Path | None = None, made_at: str = "") -> HandedOut:
    """Write the papers of each unit into a folder and a ZIP of its own, and a table of all for mail merge.

    Papers that are not made yet, or of other data, are made first.

    Args:
        edition: the edition.
        out: the folder; in the edition's reports unless given.
        made_at: ISO 8601 time with its zone that papers carry which have to be made; now, where blank.

    Raises:
        handed_out_early: the result is neither published nor decreed.
        Mistakes: papers could not be made; nothing is handed out.
    """
    last = edition.rules.last_round
    if edition.states[last] != "published" and not edition.decisions.decree:
        raise Problem("handed_out_early", round=edition.say(last), edition=edition.name, id=last)
    reports = find_home() / "reports" / edition.name
    folder = out or reports / edition.texts("papers.handed_out_folder")
    made = make_documents(plan_documents(edition, PAPERS, made_at=made_at, out=reports))
    if made.failed:
        raise Mistakes(made.failed)
    papers: defaultdict[str, list[Path]] = defaultdict(list)
    unit_of = edition.registers.entries.set_index("entry_id")["unit_id"]
    for kind in PAPERS:
        for part in KINDS[kind].parts(edition):
            papers[str(unit_of[part.id.rpartition("/")[2]])].append(reports / f"{part.stem}.pdf")
    for unit, own in papers.items():
        contents = {path.name: path.read_bytes() for path in own}
        for name, content in contents.items():
            write(folder / unit / name, content)
        write(folder / f"{marked(edition, unit)}.zip", zipped(contents))
    table = folder / f"{marked(edition, edition.texts('papers.handed_out_table'))}.csv"
    write(table, _table(edition, papers))
    return HandedOut(folder, table, len(papers), sum(map(len, papers.values())))


def _table(edition: Edition, papers: dict[str, list[Path]]) -> bytes:
    """Return one row a unit, as Excel and Word's mail merge read it."""
    t, context, entries = edition.texts, Context(edition), edition.registers.entries
    awards = awards_of(context)
    names = edition.registers.units.set_index("unit_id")["name"]
    head = [t(f"papers.merge_{name}") for name in ("unit", "name", "entries", "awards", "papers", "folder", "zip")]
    rows = [head]
    for unit in sorted(papers, key=lambda unit: str(names[unit]).casefold()):
        own = entries[entries["unit_id"] == unit]
        given = [award for entry in own["entry_id"] for award in awards.get(entry, ())]
        listed = ["; ".join(own["title"]), "; ".join(given), len(papers[unit]), unit, f"{marked(edition, unit)}.zip"]
        rows.append([unit, str(names[unit]), *map(str, listed)])
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def awards_of(context: Context) -> dict[str, list[str]]:
    """Return the awards of each entry, with their lists, as the table for mail merge says them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for award in awarded(context).values():
        found[award.entry].append(award.said)
    return found

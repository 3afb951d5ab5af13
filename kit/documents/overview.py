"""``index.html``: the page that leads to all documents of an edition, by those for whom they are."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kit.documents import manifest
from kit.documents.awards import awarded
from kit.documents.kinds import KINDS
from kit.documents.manifest import INDEX
from kit.documents.visual_summary import PAPERS
from kit.errors import Problem
from kit.files import write
from kit.index.readiness import COUNTS
from kit.render.blocks import Block, Callout, Cell, Heading, Paragraph, Run, Table
from kit.report.context import Context, columns, document
from kit.scoring.ranking import FINAL
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kit.documents.manifest import Entry
    from kit.edition import Edition

_LINKED = ("pdf", "docx", "pptx", "xlsx", "csv", "html")  # formats that it links to


def write_overview(edition: Edition, folder: Path) -> None:
    """Write ``index.html`` for the documents in a folder; the same documents give the same bytes."""
    from kit.render.html import to_html  # noqa: PLC0415  (slow to import, and often there is nothing to write)

    order = {name: place for place, name in enumerate(dict.fromkeys([*_FOR, *KINDS]))}
    entries = sorted(manifest.complete(folder), key=lambda e: (order.get(e.kind, len(order)), e.name))
    if entries:
        write(folder / INDEX, to_html([block.to_json() for block in _index(edition, entries)]))


# For whom kinds of documents are; others are the committee's, and what is for the public stands apart.
_FOR = {
    **dict.fromkeys(["annual-report", "visual-summary", "slides-leadership", "trends"], "leadership"),
    **dict.fromkeys(["index-readiness", "follow-up"], "leadership"),
    **dict.fromkeys(["judges-pack", "rules", "slides-plenary", "fairness"], "judges"),
    **dict.fromkeys(["feedback", "certificates-award", "certificates"], "units"),
    **dict.fromkeys(["recap", "index-entries"], "data"),
}
_GROUPS = ("leadership", "committee", "judges", "units", "public", "data")
_PER_ENTRY = ("certificates-award", "certificates", "feedback")


def _index(edition: Edition, entries: list[Entry]) -> Iterator[Block]:
    """Yield the page that leads to all documents of an edition, by those for whom they are."""
    t, minutes = edition.texts, [entry for entry in entries if entry.kind.startswith("minutes-")]  # of the past
    newest = max([e for e in entries if e not in minutes] or minutes, key=lambda entry: entry.about["made_at"]).about
    title = t("batch.index_title", title=edition.rules.title.say(t.language))
    about = {"state": newest["state"], "version": newest["version"], "stem": INDEX.removesuffix(".html")}
    yield document(edition, newest["made_at"], title=title, **about)
    yield Paragraph(t("batch.index_lead", n=len(entries)), lead=True)
    if any(entry.about["circulation"] == "restricted" for entry in entries):
        yield Callout(t("batch.index_restricted"), kind="warning")
    names = _part_names(edition)
    for group in _GROUPS:
        own = [entry for entry in entries if _group(entry) == group]
        if own:
            yield Heading(t(f"batch.index_{group}"))
        single = [entry for entry in own if entry.kind not in _PER_ENTRY]
        if single:
            yield _index_table(edition, single, names, t("batch.index_caption", n=len(single)))
        for kind in _PER_ENTRY:
            each = [entry for entry in own if entry.kind == kind]
            if each:
                caption = t(f"batch.index_{kind.replace('-', '_')}", n=len(each))
                yield replace(_index_table(edition, each, names, caption), folded=True)
    yield Callout(t("batch.index_how"), title=t("batch.index_check"))


def _group(entry: Entry) -> str:
    """Return for whom a document is."""
    group = _FOR.get(entry.kind, "committee")
    return "public" if entry.about["circulation"] == "public" and group != "units" else group


def _part_names(edition: Edition) -> dict[str, str]:
    """Return what the parts of documents are called, by their ids."""
    t, registers = edition.texts, edition.registers
    names = {round_.id: round_.name.say(t.language) for round_ in edition.rules.rounds} | {
        FINAL: t("explain.final_title")
    }
    for name in edition.states:
        meetings = range(1, len(edition.meetings(name)) + 1)
        names |= {f"{name}-{n}": t("batch.index_meeting", round=names[name], n=n) for n in meetings}
    names |= {count: t(f"index.count_{count}") for count in COUNTS} | {paper: paper.upper() for paper in PAPERS}
    units = registers.units.set_index("unit_id")["name"]
    for entry, title, unit in registers.entries[["entry_id", "title", "unit_id"]].itertuples(index=False, name=None):
        names[entry] = f"{title}\n{entry} · {units[unit]}"
    with suppress(Problem):  # no award is given yet
        for part, given in awarded(Context(edition)).items():
            names[part] = f"{names[given.entry]}\n{given.said}"
    return names | dict(zip(registers.judges["judge_id"], registers.judges["name"], strict=True))


def _index_table(edition: Edition, own: list[Entry], names: Mapping[str, str], caption: str) -> Table:
    """Return a list of documents with links to their files."""
    shown = columns(
        edition.texts,
        title="batch.column_document",
        files="batch.column_files",
        circulation="document.circulation",
        state="document.state",
        made_at=("document.made_at", "date"),
    )
    rows = [_index_row(edition, entry, names) for entry in own]
    return Table(caption=caption, columns=shown, rows=rows, row_header="title")


def _index_row(edition: Edition, entry: Entry, names: Mapping[str, str]) -> dict[str, Cell]:
    t, about, made_at = edition.texts, entry.about, datetime.fromisoformat(entry.about["made_at"])
    part, past = names.get(entry.part, ""), entry.kind.startswith("minutes-")
    stale = about["fingerprint"] != edition.fingerprint and not past  # what minutes tell of has passed
    title = part if part and entry.kind in _PER_ENTRY else about["title"]
    files = [(name.upper(), file) for name in _LINKED if (file := entry.file(name))]
    links = [run for text, file in files for run in (Run(text, href=file), Run(" "))]
    return {
        "title": Cell(title if part in title else f"{title}\n{part}"),
        "files": Cell(", ".join(text for text, _ in files), links=links),
        "circulation": Cell(t(f"document.{about['circulation']}_short")),
        "state": Cell(f"{about['state']}\n{t('batch.index_stale')}" if stale else about["state"], strong=stale),
        "made_at": Cell(t.date(made_at.astimezone(WIB)), made_at),
    }

"""``index.html``: the page that leads to all documents of an edition, those for the public apart from the others."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kit.documents.kinds import KINDS
from kit.documents.shelf import INDEX
from kit.files import write
from kit.render.blocks import Callout, Cell, Column, Document, Heading, Paragraph, Table
from kit.render.html import to_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.shelf import Entry, Shelf
    from kit.edition import Edition
    from kit.render.blocks import Block

_FORMATS = ("pdf", "docx", "xlsx", "html")


def write_index(edition: Edition, shelf: Shelf) -> None:
    """Write the page for what stands on a shelf; the same documents give the same bytes."""
    order = {name: place for place, name in enumerate(KINDS)}
    entries = shelf.complete()
    entries.sort(key=lambda entry: (order.get(entry.kind, len(order)), entry.name))
    if entries:
        blocks = _Index(edition, shelf, entries).blocks()
        write(shelf.folder / INDEX, to_html([block.to_json() for block in blocks]))


class _Index:
    def __init__(self, edition: Edition, shelf: Shelf, entries: list[Entry]) -> None:
        self.edition, self.shelf, self.entries, self.t = edition, shelf, entries, edition.texts

    def blocks(self) -> Iterator[Block]:
        """The page."""
        yield self._masthead()
        yield Paragraph(self.t("batch.index_lead", n=len(self.entries)), lead=True)
        for circulation in ("public", "restricted"):
            own = [entry for entry in self.entries if entry.about["circulation"] == circulation]
            if own:
                yield Heading(self.t(f"document.{circulation}"))
                if circulation == "restricted":
                    yield Callout(self.t("batch.index_restricted"), kind="warning")
                yield self._table(own, circulation)
        yield Callout(self.t("batch.index_how"), title=self.t("batch.index_check"))

    def _masthead(self) -> Document:
        rules, newest = self.edition.rules, max(self.entries, key=lambda entry: entry.about["made_at"]).about
        return Document(
            title=self.t("batch.index_title", title=rules.title.say(self.t.language)),
            organiser=rules.organiser.say(self.t.language),
            edition=self.edition.name,
            language=self.t.language,
            state=newest["state"],
            circulation="restricted",
            simulated=rules.simulated,
            notice=rules.notice.say(self.t.language) if rules.notice else None,
            made_at=datetime.fromisoformat(newest["made_at"]),
            version=newest["version"],
            fingerprint=self.edition.fingerprint,
            stem=INDEX.removesuffix(".html"),
        )

    def _table(self, entries: list[Entry], circulation: str) -> Table:
        t = self.t
        formats = [name for name in _FORMATS if any(entry.file(name) for entry in entries)]
        columns = [
            Column("title", t("batch.column_document")),
            *(Column(name, name.upper()) for name in formats),
            Column("state", t("document.state")),
            Column("made_at", t("document.made_at"), "date"),
        ]
        rows = [self._row(entry, formats) for entry in entries]
        caption = t(f"batch.index_{circulation}_caption", n=len(entries))
        return Table(caption=caption, columns=columns, rows=rows, row_header="title")

    def _row(self, entry: Entry, formats: list[str]) -> dict[str, Cell]:
        about, made_at = entry.about, datetime.fromisoformat(entry.about["made_at"])
        more = about["subtitle"] or entry.part
        stale = about["fingerprint"] != self.edition.fingerprint
        state = f"{about['state']}\n{self.t('batch.index_stale')}" if stale else about["state"]
        row = {
            "title": Cell(f"{about['title']}\n{more}" if more else about["title"]),
            "state": Cell(state, strong=stale),
            "made_at": Cell(self.t.moment(made_at), made_at),
        }
        for name in formats:
            if file := entry.file(name):
                size = self.t.integer(max(1, round((self.shelf.folder / file).stat().st_size / 1024)))
                row[name] = Cell(f"{name.upper()}, {size} KB", href=file)
        return row

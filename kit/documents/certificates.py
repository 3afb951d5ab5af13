"""Certificates for winners and for all who took part, and the list of their names for the units to proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.documents.paper import Paper, awards_given, by_title
from kit.explain import final_score
from kit.render.blocks import Block, Column, Honour, Praise, Signatures, Table, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.paper import Part
    from kit.edition import Edition
    from kit.report.context import Context


def awarded(context: Context) -> Iterator[tuple[str, str, str]]:
    """Yield every award that is given: the id of its certificate, the entry, and the award's name with its scope.

    Raises:
        no_award_yet: there is none.
    """
    for name, scope, scope_id, table in awards_given(context):
        for entry, award in zip(table["entry_id"], table["award"], strict=True):
            full = award if scope == "overall" else context.t("papers.award_in", award=award, scope=name)
            yield f"{scope_id}/{entry}", entry, full


def of_award(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the certificate of one winner.

    Raises:
        no_award_yet: no award is given.
    """
    paper = Paper(edition, made_at)
    t = paper.t
    entry, award = next((entry, award) for id_, entry, award in awarded(paper.context) if id_ == part.id)
    return _certificate(
        paper,
        part,
        entry,
        Praise(t("papers.honour_as")),
        Praise(award, "award"),
        after=Praise(
            t(
                "papers.honour_basis",
                title=paper.contest,
                decree=paper.decreed(),
                score=final_score(paper.rules, t),
            )
        ),
    )


def of_participation(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the certificate of one entry that took part."""
    paper = Paper(edition, made_at)
    return _certificate(paper, part, part.id, Praise(paper.t("papers.honour_part", title=paper.contest)))


def _certificate(paper: Paper, part: Part, entry_id: str, *reason: Praise, after: Praise | None = None) -> list[Block]:
    t, registers = paper.t, paper.edition.registers
    entry = registers.entries.set_index("entry_id").loc[entry_id]
    unit = str(registers.units.set_index("unit_id")["name"][entry["unit_id"]])
    lines = [
        Praise(t("papers.honour_number", blank=paper.blank)),
        Praise(t("papers.honour_given")),
        Praise(unit, "recipient"),
        *reason,
        Praise(t("papers.honour_with")),
        Praise(str(entry["title"]), "work"),
        *([after] if after else []),
    ]
    return [
        paper.masthead(
            part, t("papers.title_certificate", unit=unit, title=paper.contest), form="certificate", notice=None
        ),
        paper.letterhead(),
        paper.titled("certificate"),
        Honour(lines),
        Signatures([paper.signature(paper.office.competent)], paper.place()),
    ]


def names(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return innovations and units as certificates will name them, for the units to check, without any result."""
    paper = Paper(edition, made_at)
    t, registers = paper.t, edition.registers
    units = registers.units.set_index("unit_id")["name"]
    entries = registers.entries[~registers.entries["entry_id"].isin(edition.record.out)]
    rows = by_title(entries.assign(unit=entries["unit_id"].map(units), right="☐", note=paper.blank))
    rows = rows.sort_values("unit", key=lambda unit: unit.str.casefold(), kind="stable")
    rows = rows.assign(number=range(1, len(rows) + 1))
    columns = [
        *columns_of(t, "number unit title"),
        Column("right", t("papers.proof_right")),
        Column("note", t("papers.proof_note")),
    ]
    table = Table.of(
        rows, t, columns=columns, caption=t("papers.names_caption"), row_header="title", sheet=t("papers.names_sheet")
    )
    return [
        paper.masthead(part, paper.called("names"), form="official", audience=t("papers.for_units"), notice=None),
        paper.letterhead(),
        paper.titled("names"),
        paper.say("papers.names_said", title=paper.contest, until=paper.blank),
        table,
    ]

"""Where an edition stands and what comes next: states and counts, never values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kit
from kit.contest import rounds
from kit.ledger import STATES
from kit.render.blocks import Block, Bullets, Callout, Column, Group, Heading, Paragraph, Table, columns_of, sentence
from kit.report.summaries import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition


_AFTER = {"closed": "plenary", "plenary": "decide", "decided": "publish"}  # what follows a round's state


def status(edition: Edition) -> Group:
    """Tell in a table how far each round is, and in a list what to do next."""
    t, rules, registers = edition.texts, edition.rules, edition.registers
    blocks: list[Block] = [Heading(rules.title.say(t.language))]
    if rules.simulated:
        blocks.append(Callout(t("document.simulated"), kind="warning"))
    if rules.notice:
        blocks.append(Callout(rules.notice.say(t.language)))
    own = entries(edition)
    counts = {"entries": len(own), "units": own["unit_id"].nunique()}
    said = sentence(t, "status.said", **counts, total=len(registers.units), judges=len(registers.judges))
    blocks += [Paragraph(said), _rounds(edition), Heading(t("status.next"), 3)]
    return Group([*blocks, Bullets([*_next(edition)], ordered=True)])


def provenance(edition: Edition) -> Paragraph:
    """Say which data and which version of the kit a notebook's results come from."""
    values = {"edition": edition.name, "fingerprint": edition.fingerprint, "version": kit.__version__}
    return Paragraph(sentence(edition.texts, "status.provenance", **values))


def _rounds(edition: Edition) -> Table:
    t = edition.texts
    changes = edition.history.events(STATES)
    marks = edition.history.marks()["round"].value_counts()
    rows = []
    for name, state in edition.states.items():
        own = changes.loc[changes["round"] == name, "time"]
        rows.append(
            {
                "round": edition.rules.round(name).name.say(t.language),
                "state": t(f"status.{state}"),
                "since": t.moment(own.iloc[-1].to_pydatetime()) if len(own) else None,
                "marks": int(marks.get(name, 0)),
                "missing": sum(rounds.missing(edition, name).values()) if len(own) else None,
            }
        )
    columns = [
        *columns_of(t, "round state"),
        Column("since", t("status.since")),
        Column("marks", t("status.marks"), "integer"),
        Column("missing", t("status.missing"), "integer"),
    ]
    return Table.of(rows, t, columns=columns, caption=t("report.rounds_caption"), row_header="round")


def _next(edition: Edition) -> Iterator[str]:
    """The next thing to do, and then what can always be done."""
    t, name = edition.texts, edition.name
    changed = edition.unaccepted()
    if changed:
        yield t("status.do_accept", edition=name)
    for round_, state in edition.states.items():
        words = {"edition": name, "round": round_, "name": edition.rules.round(round_).name.say(t.language)}
        if state == "not_opened":
            yield t("status.do_open", **words)
            break
        if state == "open":
            yield t("status.do_marks", **words)
            yield t("status.do_close", **words)
            break
        if state != "published":
            yield t(f"status.do_{_AFTER[state]}", **words)
        if state == "plenary":
            break
    if edition.record.closed and not changed:
        yield t("status.do_rank")
        yield t("status.do_report", edition=name)
    if edition.decisions.decree and "open" not in edition.states.values():
        yield t("status.do_archive", edition=name)

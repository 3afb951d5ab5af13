"""The log: every event of an edition in words, to be filtered and saved; and the whole life of one mark.

What nobody may see while a round is open, the log does not show either: its marks come without values, its comments
without text.
"""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kit.edition import StillOpen
from kit.errors import Known, Problem
from kit.files import write
from kit.ledger import COMMITTEE, KINDS, Closing
from kit.registers import NUMBER
from kit.render.blocks import Table
from kit.render.xlsx import csv_cell, to_xlsx
from kit.report.context import columns, contest_masthead
from kit.scoring.ranking import FINAL
from kit.tables import day_of, moment
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from kit.edition import Edition
    from kit.report.context import Label
    from kit.texts import Texts

# What tells a value or a comment of the round that it belongs to.
_TELLING = ("mark", "typed", "comment", "recomputed")
# Every column of the log, and the key of its label.
_LABELS: dict[str, Label] = {
    "number": ("log.number", "integer"),
    "time": ("log.time", "date"),
    "actor": "log.actor",
    "kind": "log.kind",
    "round": "report.column_round",
    "judge_id": "log.judge",
    "entry_id": "report.column_code",
    "criterion": "log.about",
    "value": "log.value",
    "text": "log.text",
}
COLUMNS = tuple(_LABELS)
_DIGEST = 12  # of a hash, as much as tells two apart
_CLOCK = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Filter:
    """Which events are wanted; whatever is left blank does not matter.

    Args:
        kinds: kinds of event.
        round: the round.
        judge: whose sheet, or who it is about.
        entry: the entry.
        actor: who did it.
        since: from when on: a date on the contest's clock, or an ISO 8601 time.
    """

    kinds: Collection[str] = ()
    round: str = ""
    judge: str = ""
    entry: str = ""
    actor: str = ""
    since: str = ""


def log(edition: Edition, wanted: Filter | None = None) -> pd.DataFrame:
    """Return the events that a filter lets through, in order, as :data:`COLUMNS`.

    Values and comments of rounds that may not be seen yet are replaced by a dot, and the documents that locks,
    closings and publications carry by what tells them apart.

    Raises:
        unknown_event_kind, unknown_round, unknown_judge, unknown_entry: there is no such thing.
        since_unreadable: ``since`` is no date or time.
    """
    wanted = wanted or Filter()
    events = edition.history.events()
    for kind in wanted.kinds:
        Known(KINDS, "unknown_event_kind", choices=", ".join(KINDS))(kind)
    through = events["kind"].isin([*wanted.kinds]) if wanted.kinds else pd.Series(data=True, index=events.index)
    judges, entries = edition.registers.judges["judge_id"], edition.registers.entries["entry_id"]
    for column, asked, known, code in (
        ("round", wanted.round, [*(round_.id for round_ in edition.rules.rounds), FINAL], "unknown_round"),
        ("judge_id", wanted.judge, judges, "unknown_judge"),
        ("entry_id", wanted.entry, {*entries, *events["entry_id"]}, "unknown_entry"),
    ):
        if asked:
            through &= events[column] == Known(known, code)(asked)
    if wanted.actor:
        through &= events["actor"] == wanted.actor
    if wanted.since:
        through &= events["time"] >= _moment(wanted.since)
    shown = events[through].reset_index(drop=True)
    hidden = shown["kind"].isin(_TELLING) & ~shown["round"].isin(edition.record.closed)
    shown.loc[hidden & (shown["value"] != ""), "value"] = "•"
    shown.loc[hidden & (shown["text"] != ""), "text"] = "•"
    decided = shown["kind"] == "round_decided"
    shown.loc[decided, "value"] = shown.loc[decided, "value"].str[:_DIGEST]
    shown["text"] = [_brief(kind, text) for kind, text in zip(shown["kind"], shown["text"], strict=True)]
    return shown[[*COLUMNS]]


def _moment(text: str) -> pd.Timestamp:
    with suppress(Problem):
        return pd.Timestamp(datetime.combine(day_of(text), time(), WIB)).tz_convert(UTC)
    with suppress(Problem):
        return pd.Timestamp(moment(text)).tz_convert(UTC)
    raise Problem("since_unreadable", value=text)


def _brief(kind: str, text: str) -> str:
    """A reason as it is; of a document that an event carries, what tells it from another."""
    match kind:
        case "rules_locked" | "rules_accepted":
            with suppress(ValueError, TypeError, KeyError):  # a damaged one is for `kit check` to say
                lock = json.loads(text)
                return " ".join(filter(None, [lock.get("reason", ""), f"[{lock['rules'][:_DIGEST]}]"]))
            return ""
        case "round_closed":
            return Closing.read(text).remark
        case "round_published":
            return ""
    return text


def log_table(edition: Edition, wanted: Filter | None = None) -> Table:
    """Show the events that a filter lets through (:func:`log`), in words."""
    t, rules = edition.texts, edition.rules
    events = log(edition, wanted)
    rounds = {known.id: known.name.say(t.language) for known in rules.rounds} | {FINAL: t("explain.final_title")}
    words = {code: _in_words(t, code) for code in {*events["value"], *events["criterion"]}}
    shown = events.assign(
        kind=[t(f"log.kind_{kind}") for kind in events["kind"]],
        round=[rounds.get(name, name) for name in events["round"]],
        criterion=events["criterion"].map(words),
        value=events["value"].map(words),
        text=[_text(t, kind, text) for kind, text in zip(events["kind"], events["text"], strict=True)],
    )
    caption, notes = t("log.caption", edition=edition.name, n=len(events)), []
    if edition.record.closed != edition.states.keys():
        notes = [t("log.hidden")]
    named = columns(t, **_LABELS)
    return Table.of(shown, t, columns=named, caption=caption, row_header="number", notes=notes, sheet=t("log.sheet"))


def _text(t: Texts, kind: str, text: str) -> str:
    """What stands in the text of an event: a code, a number of minutes, or words as they are."""
    match kind:
        case "recomputed":
            return _in_words(t, text)
        case "schedule":
            return t("log.minutes", n=int(text))
        case "decreed" | "meeting" if _DAY.fullmatch(text):
            return t.date(day_of(text))
    return text


def _in_words(t: Texts, code: str) -> str:
    """A number or time of day as the language writes it, a code of the ledger in words, anything else as it is."""
    if NUMBER.fullmatch(code):
        return t.decimal(Decimal(code))
    if _CLOCK.fullmatch(code):
        return t.show(time.fromisoformat(code))
    if _DAY.fullmatch(code):
        return t.date(day_of(code))
    return t(f"log.code_{code}") if code.isidentifier() and t.has(f"log.code_{code}") else code


def write_log(edition: Edition, path: Path, wanted: Filter | None = None) -> None:
    """Write the events that a filter lets through as a workbook, or as CSV for spreadsheet programs.

    Raises:
        log_format_unknown: the path ends in neither ``.xlsx`` nor ``.csv``.
        file_open_elsewhere: another program holds the file open.
    """
    table = log_table(edition, wanted)
    if path.suffix.lower() == ".xlsx":
        t = edition.texts
        title = t("log.title", title=edition.rules.title.say(t.language))
        document = contest_masthead(edition, title, t("log.stem", edition=edition.name))
        write(path, to_xlsx([document.to_json(), table.to_json()]))
    elif path.suffix.lower() == ".csv":
        file = io.StringIO()
        rows = csv.writer(file, delimiter=";", lineterminator="\r\n")
        rows.writerow([column.label for column in table.columns])
        rows.writerows([csv_cell(row[column.key].text) for column in table.columns] for row in table.rows)
        write(path, file.getvalue().encode("utf-8-sig"))
    else:
        raise Problem("log_format_unknown", file=path.name, suffix=path.suffix or path.name)


# The life of one mark

_OF_A_MARK = ["time", "actor", "kind", "criterion", "before", "after", "how"]


def mark_history(
    edition: Edition,
    round_id: str,
    judge_id: str,
    entry_id: str,
    criterion: str | None = None,
) -> pd.DataFrame:
    """Return what became of one judge's marks and comments on an entry, in order; the judge's form shows the own.

    Args:
        edition: the edition.
        round_id: a scored round.
        judge_id: whose marks.
        entry_id: of which entry.
        criterion: of the marks; all of them and the comments unless given.

    Returns:
        ``time``, ``actor``, ``kind`` (mark, comment or typed), ``criterion`` (of a comment: entrant or internal),
        ``before`` and ``after`` (blank: nothing), and ``how``: judge, import or typed. What one of two people typed
        changes nothing by itself, so that nothing stands before it.

    Raises:
        unknown_round, unknown_judge, unknown_entry, unknown_criterion: there is no such thing.
        StillOpen: the round is open.
    """
    round_ = edition.scored(round_id)
    Known(edition.registers.judges["judge_id"], "unknown_judge")(judge_id)
    Known(edition.registers.entries["entry_id"], "unknown_entry")(entry_id)
    if criterion is not None:
        Known([known.id for known in round_.marked], "unknown_criterion", round=round_id)(criterion)
    if edition.states[round_id] == "open":
        raise StillOpen(round=round_.name.say(edition.language))
    events = edition.history.events(["mark", "comment", "typed"], round_id, judge_id)
    events = events[events["entry_id"] == entry_id]
    if criterion is not None:
        events = events[events["criterion"] == criterion]
    stands = events["kind"] != "typed"
    after = events["value"] + events["text"]  # a mark has no text, and a comment no value
    before = after[stands].groupby([events["kind"], events["criterion"]]).shift()
    how = events["actor"].map({judge_id: "judge", COMMITTEE: "import"}).fillna("typed")
    table = events.assign(before=before.reindex(events.index).fillna(""), after=after, how=how)
    return table[_OF_A_MARK].reset_index(drop=True)


def history_text(edition: Edition, round_id: str, judge_id: str, entry_id: str, history: pd.DataFrame) -> str:
    """Write a history (:func:`mark_history`) for a terminal, an event a line."""
    t = edition.texts
    round_ = edition.rules.round(round_id)
    comments = {audience: t(f"columns.comment_{audience}") for audience in ("entrant", "internal")}
    names = comments | {known.id: known.name.say(t.language) for known in round_.marked}

    def say(criterion: str, said: str) -> str:
        if not said:
            return t("scoring.blank")
        return f'"{" ".join(said.split())}"' if criterion in comments else t.decimal(Decimal(said))

    title = t("scoring.history_title", judge=judge_id, entry=entry_id, round=round_.name.say(t.language))
    lines = [
        t(
            "scoring.history_typed" if row["kind"] == "typed" else "scoring.history_line",
            time=row["time"].to_pydatetime(),
            about=names.get(row["criterion"], row["criterion"]),
            before=say(row["criterion"], row["before"]),
            after=say(row["criterion"], row["after"]),
            how=t(f"scoring.by_{row['how']}"),
            actor=row["actor"],
        )
        for row in history.to_dict("records")
    ]
    return "\n".join([title, *(lines or [t("scoring.history_none")])])

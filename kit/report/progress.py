"""How far the judges are: states, counts and times, never a value; and what to write to those who are behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kit.contest import rounds
from kit.judging.assignment import OWED, SHEET, STATES, current_round, sheet_states
from kit.registers import text_of
from kit.render.blocks import Block, Bullets, Cell, Column, Group, Heading, Paragraph, Table, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.edition import Edition

MATRIX = 8  # judges that a table has room for


def board(edition: Edition, round_id: str = "") -> Group:
    """Show the secretariat how far each judge is, sheet by sheet where the panel is small, and who is recused.

    Args:
        edition: the edition.
        round_id: a scored round; the current one unless given.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        EntrantsUnknown: a round before it is not closed.
    """
    edition.refresh()  # judges go on while a notebook is open
    t, round_id = edition.texts, text_of(round_id) or current_round(edition)
    states = sheet_states(edition, round_id)
    round_ = edition.rules.round(round_id)
    counted = states[~states["judge_id"].isin(round_.not_counting) & (states["state"] != "recused")]
    missing = int(counted["state"].isin(OWED).sum())
    said = sentence(
        t,
        "scoring.said" if missing else "scoring.said_all",
        state=t(f"status.{edition.states[round_id]}"),
        sheets=len(counted),
        complete=len(counted) - missing,
        missing=missing,
    )
    blocks: list[Block] = [Heading(round_.name.say(t.language)), Paragraph(said), _by_judge(edition, states)]
    if round_.not_counting:
        blocks.append(Paragraph(t("scoring.not_counting", judges=_judges(edition, round_.not_counting))))
    blocks.append(Heading(t("scoring.sheets"), 3))
    judges = states["judge_id"].nunique()
    blocks.append(_matrix(edition, states) if judges <= MATRIX else Paragraph(t("scoring.no_matrix", judges=judges)))
    if unread := _unread(edition, round_id):
        blocks += [Heading(t("scoring.unread"), 3), Paragraph(t("scoring.unread_about")), Bullets(unread)]
    recused = _recusals(edition, round_id, states)
    blocks += [Heading(t("scoring.recusals"), 3), Bullets(recused) if recused else Paragraph(t("scoring.no_recusal"))]
    return Group(blocks)


def _by_judge(edition: Edition, states: pd.DataFrame) -> Table:
    t = edition.texts
    counts = pd.crosstab(states["judge_id"], states["state"]).reindex(columns=list(STATES), fill_value=0)
    last = states.groupby("judge_id")["last"].max()
    rows = counts.assign(
        judge=_judges(edition, counts.index),
        last=last.map(lambda time: t.moment(time.to_pydatetime()), na_action="ignore"),
    )
    total = rows[list(STATES)].sum().to_frame().T.assign(judge=t("columns.total"), last=None)
    columns = [
        Column("judge", t("scoring.judge")),
        *(Column(state, t(f"scoring.{state}"), "integer") for state in STATES),
        Column("last", t("scoring.last")),
    ]
    table = pd.concat([rows, total.set_axis(["total"])])
    caption = t("scoring.by_judge_caption")
    return Table.of(table, t, columns=columns, caption=caption, row_header="judge", strong=["total"])


def _matrix(edition: Edition, states: pd.DataFrame) -> Table:
    """Entries by judges: a word in each cell, strong where a sheet is owed; one that nobody asks for is a dash."""
    t = edition.texts
    sheets = zip(states["entry_id"], states["judge_id"], states["state"], states["filled"], strict=True)
    cells: dict[str, dict[str, Cell]] = {}
    for entry, judge, state, filled in sheets:
        cells.setdefault(entry, {})[judge] = Cell(t(f"scoring.short_{state}", filled=filled), strong=state in OWED)
    judges = sorted(states["judge_id"].unique())
    table = pd.DataFrame.from_dict(cells, orient="index", columns=judges).sort_index()
    columns = [Column("entry", t("columns.entry_id")), *(Column(judge, judge) for judge in judges)]
    legend = t("scoring.legend", asked=int(states["asked"].max()) if len(states) else 0)
    caption = t("scoring.matrix_caption")
    rows = table.assign(entry=table.index)
    return Table.of(rows, t, columns=columns, caption=caption, row_header="entry", notes=[legend])


def _unread(edition: Edition, round_id: str) -> list[str]:
    """Every field that was not yet typed alike by two people, without what anybody typed."""
    t = edition.texts
    names = {known.id: known.name.say(t.language) for known in edition.rules.round(round_id).marked}
    names |= {audience: t(f"columns.comment_{audience}") for audience in ("entrant", "internal")}
    unread = rounds.open_readings(edition, round_id)
    judges, entries = _judges(edition, unread["judge_id"]), _entries(edition, unread["entry_id"])
    fields = unread["criterion"].map(lambda name: names.get(name, name))
    return [
        t("scoring.unread_field", judge=judge, entry=entry, field=field)
        for judge, entry, field in zip(judges, entries, fields, strict=True)
    ]


def _recusals(edition: Edition, round_id: str, states: pd.DataFrame) -> list[str]:
    """Every judge who does not score an entry of this round, with the kind of conflict but not its reason."""
    declared = edition.history.events(["recusal"])
    declared = declared[declared["round"].isin(["", round_id])]
    declared = declared.assign(kind=[_kind(edition, text) for text in declared["text"]])
    known = pd.concat([edition.registers.recusals, declared])[[*SHEET, "kind"]].drop_duplicates(SHEET)
    recused = states.loc[states["state"] == "recused", SHEET].merge(known, on=SHEET)
    judges = _judges(edition, recused["judge_id"])
    entries = _entries(edition, recused["entry_id"])
    return [
        edition.texts("scoring.recusal", judge=judge, entry=entry, kind=kind)
        for judge, entry, kind in zip(judges, entries, recused["kind"], strict=True)
    ]


def _kind(edition: Edition, text: str) -> str:
    """The kind of conflict; a text that names none may be a reason, and that is nobody's business here."""
    kind, colon, _ = text.partition(":")
    return kind.strip() if colon and kind.strip() else edition.texts("scoring.recusal_other")


def _judges(edition: Edition, ids: Iterable[str]) -> list[str]:
    names = edition.registers.judges.set_index("judge_id")["name"]
    return [f"{names[judge]} ({judge})" for judge in ids]


def _entries(edition: Edition, ids: Iterable[str]) -> list[str]:
    titles = edition.registers.entries.set_index("entry_id")["title"]
    return [f"{entry} {titles[entry]}" for entry in ids]


def reminders(edition: Edition, round_id: str = "") -> dict[str, str]:
    """Write to every judge who owes a sheet that counts, by the judge's id: what is missing, as plain text."""
    round_id = text_of(round_id) or current_round(edition)
    states = sheet_states(edition, round_id)
    not_counting = edition.rules.round(round_id).not_counting
    behind = states.loc[states["state"].isin(OWED) & ~states["judge_id"].isin(not_counting), "judge_id"].unique()
    return {str(judge): _letter(edition, round_id, str(judge), states[states["judge_id"] == judge]) for judge in behind}


def letters(edition: Edition, round_id: str = "") -> Group:
    """Show the reminders to all who owe a sheet, each under the judge's name, to be copied."""
    blocks: list[Block] = []
    for judge, letter in reminders(edition, round_id).items():
        blocks.append(Heading(_judges(edition, [judge])[0], 3))
        for part in letter.split("\n\n"):
            lines = part.split("\n")
            listed = lines[0].startswith("- ")
            blocks += [Bullets([line.removeprefix("- ") for line in lines])] if listed else [Paragraph(part)]
    return Group(blocks or [Paragraph(edition.texts("scoring.nobody_behind"))])


def _letter(edition: Edition, round_id: str, judge_id: str, own: pd.DataFrame) -> str:
    t, rules = edition.texts, edition.rules
    owed = own[own["state"].isin(OWED)]
    words = {
        "name": edition.registers.judges.set_index("judge_id")["name"][judge_id],
        "contest": rules.title.say(t.language),
        "round": rules.round(round_id).name.say(t.language),
        "organiser": rules.organiser.say(t.language),
    }
    entries = zip(_entries(edition, owed["entry_id"]), owed["asked"] - owed["filled"], strict=True)
    sheets = [t("scoring.letter_sheet", entry=entry, n=int(empty)) for entry, empty in entries]
    begin = t("scoring.letter_begin", **words, n=len(sheets))
    return "\n\n".join([begin, "\n".join(f"- {sheet}" for sheet in sheets), t("scoring.letter_end", **words)])

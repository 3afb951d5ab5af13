"""How far an edition is: its rounds, the judges, the administrative selection, and the day of presentations.

States, counts and times, never a value of a round that may not be seen.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

import kit
from kit.contest import rounds
from kit.contest.presentation import draws, programme, schedules
from kit.contest.selection import (
    CHECKS,
    CURE,
    RECEIPTS,
    EntryStatus,
    NoChecklist,
    checklist,
    counts,
    dossiers,
    undecided_said,
)
from kit.errors import NotYet
from kit.judging.assignment import OWED, SHEET, STATES, current_round, sheet_states
from kit.ledger import STATES as ROUND_STATES
from kit.registers import text_of
from kit.render.blocks import Block, Bullets, Callout, Cell, Column, Group, Heading, Paragraph, Table, sentence
from kit.report.context import columns
from kit.report.summaries import entries
from kit.rule_words import days_left_said, empty_said, last_day_said
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.edition import Edition
    from kit.rules import Group as GroupRules
    from kit.rules import Round
    from kit.texts import Texts

# What the table of sheets has room for: judges whose cells say words, judges at all, and entries.
WORDS, JUDGES, ENTRIES = 8, 24, 120
# How far a sheet is, further the darker: the sign before its word, the colour behind it and its own.
SHADES = {
    "not_begun": ("○", "#fdf1d8", "#17252c"),
    "partial": ("◐", "#d5e7ea", "#17252c"),
    "complete": ("●", "#9cc7cf", "#17252c"),
    "submitted": ("✓", "#0b5260", "#ffffff"),
    "recused": ("⊘", "#e3e8ea", "#17252c"),
}
# What is to be done in each state of a round, by the name of its sentence.
_AFTER = {
    "not_opened": ["open"],
    "open": ["marks", "close"],
    "closed": ["plenary"],
    "plenary": ["decide"],
    "decided": ["publish"],
}
_DOSSIERS = ("not_begun", "partial", "to_complete", "checked", "eligible", "not_eligible", "out")
_ENDINGS = ("withdrawn", "disqualified", "duplicate")


# The whole edition


def status(edition: Edition) -> Group:
    """Show in a table how far each round is, and in a list what to do next."""
    t, rules, registers = edition.texts, edition.rules, edition.registers
    blocks: list[Block] = [Heading(rules.title.say(t.language))]
    if rules.simulated:
        blocks.append(Callout(t("document.simulated"), kind="warning"))
    if rules.notice:
        blocks.append(Callout(rules.notice.say(t.language)))
    own = entries(edition)
    numbers = {"entries": len(own), "units": own["unit_id"].nunique()}
    said = sentence(t, "status.said", **numbers, total=len(registers.units), judges=len(registers.judges))
    blocks += [Paragraph(said), _rounds(edition), Heading(t("status.next"), 3)]
    return Group([*blocks, Bullets([*_next(edition)], ordered=True)])


def provenance(edition: Edition) -> Paragraph:
    """Say which data and which version of the kit a notebook's results come from."""
    values = {"edition": edition.name, "fingerprint": edition.fingerprint, "version": kit.__version__}
    return Paragraph(sentence(edition.texts, "status.provenance", **values))


def _rounds(edition: Edition) -> Table:
    t = edition.texts
    changes = edition.history.events(ROUND_STATES)
    marks = edition.history.marks()["round"].value_counts()
    rows = []
    for name, state in edition.states.items():
        own = changes.loc[changes["round"] == name, "time"]
        since = t.moment(own.iloc[-1].to_pydatetime()) if len(own) else None
        missing = sum(rounds.missing(edition, name).values()) if len(own) else None
        rows.append((edition.say(name), t(f"status.{state}"), since, int(marks.get(name, 0)), missing))
    counts_ = {name: (f"status.{name}", "integer") for name in ("marks", "missing")}
    shown = columns(t, "round state", since="status.since", **counts_)
    return Table.of(rows, t, columns=shown, caption=t("report.rounds_caption"), row_header="round")


def _next(edition: Edition) -> Iterator[str]:
    """Yield the next thing to do, and then what can always be done."""
    t, name = edition.texts, edition.name
    changed = edition.unaccepted()
    if changed:
        yield t("status.do_accept", edition=name)
    for round_, state in edition.states.items():
        for verb in _AFTER.get(state, ()):
            yield t(f"status.do_{verb}", edition=name, round=round_, name=edition.say(round_))
        if state in {"not_opened", "open", "plenary"}:
            break
    if edition.record.closed and not changed:
        yield t("status.do_rank")
        yield t("status.do_report", edition=name)
    if edition.decisions.decree and "open" not in edition.states.values():
        yield t("status.do_archive", edition=name)


# The judges of a round


def judges_progress(edition: Edition, round_id: str = "") -> Group:
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
    states, round_ = sheets_now(edition, round_id), edition.rules.round(round_id)
    blocks: list[Block] = [Heading(edition.say(round_id)), *progress_said(edition, round_id, states)]
    if round_.kind == "values":
        return Group([*blocks, *lacking(edition, round_id)])
    blocks.append(by_judge(edition, states))
    if round_.juries:
        blocks.append(_by_jury(edition, round_, states))
    if round_.uncounted:
        blocks.append(Paragraph(t("scoring.not_counting", judges=_judges(edition, round_.uncounted))))
    shown, left_out = shown_sheets(edition, states)
    blocks += [Heading(t("scoring.sheets"), 3), *left_out, *([heat_map(edition, shown)] if len(shown) else [])]
    blocks += lacking(edition, round_id)
    if unread := _unread(edition, round_id):
        blocks += [Heading(t("scoring.unread"), 3), Paragraph(t("scoring.unread_about")), Bullets(unread)]
    recused = _recusals(edition, round_id, states)
    blocks += [Heading(t("scoring.recusals"), 3), Bullets(recused) if recused else Paragraph(t("scoring.no_recusal"))]
    return Group(blocks)


def sheets_now(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return every sheet of a round as :func:`sheet_states` does, whether it is ``counted``, and so ``awaited``.

    Raises:
        unknown_round, EntrantsUnknown: as :func:`sheet_states`.
    """
    states = sheet_states(edition, round_id)
    counts_ = ~states["judge_id"].isin(edition.rules.round(round_id).uncounted)
    return states.assign(counted=counts_ & (states["state"] != "recused"), awaited=counts_ & states["state"].isin(OWED))


def progress_said(edition: Edition, round_id: str, states: pd.DataFrame, today: date | None = None) -> list[Paragraph]:
    """Say how many sheets of a round are complete, and until when the others are awaited if the rules say so."""
    t, round_, state = edition.texts, edition.rules.round(round_id), edition.states[round_id]
    sheets, missing, about = int(states["counted"].sum()), int(states["awaited"].sum()), t(f"status.{state}")
    if round_.kind == "values":
        said = sentence(t, "scoring.values_said", state=about, entries=len(edition.entrants(round_id)))
    else:
        key = "scoring.said" if missing else "scoring.said_all"
        said = sentence(t, key, state=about, sheets=sheets, complete=sheets - missing, missing=missing)
    if not round_.closes or state not in {"not_opened", "open"}:
        return [Paragraph(said)]
    left = days_left_said(round_.closes, t, today)
    return [Paragraph(said), Paragraph(sentence(t, "scoring.closes_left", day=round_.closes, left=left))]


def lacking(edition: Edition, round_id: str) -> list[Block]:
    """Return which entries lack a value that a round uses, if it uses any."""
    t, round_ = edition.texts, edition.rules.round(round_id)
    if not any(part.value for part in round_.parts) and not any(step.value for step in round_.adjusting):
        return []
    lacking = rounds.lacking_values(edition, round_id)
    if not lacking:
        return [Paragraph(t("scoring.values_all"))]
    titles = _entries(edition, [entry for entry, _ in lacking])
    said = t("scoring.values_lacking_said", n=len(lacking), counts=t(f"scoring.value_{round_.missing}"))
    named = zip(titles, [value for _, value in lacking], strict=True)
    rows = [t("scoring.value_of", entry=entry, value=value) for entry, value in named]
    return [Heading(t("scoring.values_lacking"), 3), Paragraph(said), Bullets(rows)]


def _with_total(table: pd.DataFrame, first: str, total: str) -> pd.DataFrame:
    """Add a last row ``total`` with the sums of a table's numbers, and its name in the column ``first``."""
    sums = table.select_dtypes("number").sum().to_frame().T.assign(**{first: total})
    return pd.concat([table, sums.set_axis(["total"])])


def by_judge(edition: Edition, states: pd.DataFrame, most: int | None = None) -> Table:
    """Return how many sheets of each judge are in which state; those who owe the most stand first.

    Args:
        edition: the contest.
        states: the sheets (:func:`sheets_now`).
        most: how many judges to show; the sum is of all.
    """
    t = edition.texts
    numbers = pd.crosstab(states["judge_id"], states["state"]).reindex(columns=list(STATES), fill_value=0)
    own = states.groupby("judge_id")
    numbers = numbers.assign(awaited=own["awaited"].sum(), last=own["last"].max())
    numbers = numbers.sort_values("awaited", ascending=False, kind="stable")
    rows = numbers.assign(
        judge=_judges(edition, numbers.index),
        last=numbers["last"].map(lambda time: t.moment(time.to_pydatetime()), na_action="ignore"),
    )
    whole = _with_total(rows, "judge", t("columns.total"))
    table = pd.concat([whole.iloc[:-1].head(most or len(rows)), whole.iloc[-1:]])
    table = table.assign(awaited=table["awaited"].map(lambda n: _owed(t, n)))
    of_states = {name: (f"scoring.{name}", "integer") for name in ("awaited", *STATES)}
    shown = columns(t, judge="scoring.judge", **of_states, last="scoring.last")
    caption = t("scoring.by_judge_caption")
    return Table.of(table, t, columns=shown, caption=caption, row_header="judge", strong=["total"])


def _owed(t: Texts, n: float) -> Cell:
    """Return how many sheets are awaited: strong and coloured where any is."""
    _, fill, colour = SHADES["not_begun"] if n else ("", None, None)
    return Cell(t.integer(int(n)), int(n), strong=bool(n), fill=fill, colour=colour)


def _by_jury(edition: Edition, round_: Round, states: pd.DataFrame) -> Table:
    """Return how far each jury is, and for how many entries it has nobody."""
    t, entrants = edition.texts, edition.entrants(round_.id)
    rows = []
    for jury in round_.juries:
        own = states[states["judge_id"].isin(jury.judges) & ~states["judge_id"].isin(round_.uncounted)]
        own = own[own["state"] != "recused"]
        owed = int(own["state"].isin(OWED).sum())
        counts_ = (len(own), len(own) - owed, owed, len(entrants - {*own["entry_id"]}))
        rows.append((jury.name.say(t.language), _judges(edition, jury.judges), *counts_))
    table = pd.DataFrame(rows, columns=["jury", "judges", "sheets", "complete", "missing", "without"])
    table["judges"] = [t.enumeration(names) for names in table["judges"]]
    numbers = {name: (f"scoring.jury_{name}", "integer") for name in ("sheets", "complete", "missing", "without")}
    shown = columns(t, jury="scoring.jury", judges="scoring.jury_judges", **numbers)
    return Table.of(table, t, columns=shown, caption=t("scoring.by_jury_caption"), row_header="jury")


def shown_sheets(edition: Edition, states: pd.DataFrame) -> tuple[pd.DataFrame, list[Block]]:
    """Return the sheets that a table has room for, and which are left out in a sentence, if any are."""
    t, judges, entries_ = edition.texts, states["judge_id"].nunique(), states["entry_id"].nunique()
    if judges > JUDGES:
        return states.head(0), [Paragraph(t("scoring.no_matrix", judges=judges))]
    if entries_ <= ENTRIES:
        return states, []
    open_ = sorted(states.loc[states["awaited"], "entry_id"].unique())
    said = t("scoring.part_of_matrix", entries=entries_, n=len(open_), shown=min(len(open_), ENTRIES))
    return states[states["entry_id"].isin(open_[:ENTRIES])], [Paragraph(said)]


def heat_map(edition: Edition, states: pd.DataFrame, caption: str = "", *, signs: bool = False) -> Table:
    """Return entries by judges: how far each sheet is, as a sign, a word and a colour, and how many are awaited.

    A dash stands where no sheet is asked for. No mark is shown.

    Args:
        edition: the contest.
        states: the sheets (:func:`sheets_now`).
        caption: of the table; its own unless given.
        signs: whether to leave out words, what the signs mean, and how many sheets of each judge are awaited.
    """
    t, judges = edition.texts, sorted(states["judge_id"].unique())
    words = not signs and len(judges) <= WORDS
    cells: dict[str, dict[str, Cell]] = {}
    names = ["entry_id", "judge_id", "state", "filled", "asked", "awaited"]
    for entry, judge, state, filled, asked, awaited in states[names].itertuples(index=False, name=None):
        sign, fill, colour = SHADES[state]
        word = t(f"scoring.short_{state}", filled=filled, asked=asked)
        said = f"{sign} {word}" if words else f"{sign} {filled}" if state == "partial" else sign
        cells.setdefault(entry, {})[judge] = Cell(said, strong=awaited, fill=fill, colour=colour)
    for entry, n in states.groupby("entry_id")["awaited"].sum().items():
        cells[str(entry)] |= {"entry": Cell(str(entry)), "awaited": _owed(t, n)}
    rows = [cells[entry] for entry in sorted(cells)]
    if not signs:
        sums = states.groupby("judge_id")["awaited"].sum()
        whole = {str(judge): _owed(t, n) for judge, n in sums.items()} | {"awaited": _owed(t, sums.sum())}
        rows.insert(0, {"entry": Cell(t("scoring.awaited"), strong=True), **whole})
    shown = columns(t, entry="report.column_code") + [Column(judge, judge) for judge in judges]
    shown += columns(t, awaited=("scoring.awaited", "integer"))
    notes = [] if signs else [t("scoring.legend"), t("scoring.legend_more")]
    about = {"caption": caption or t("scoring.matrix_caption"), "row_header": "entry", "notes": notes}
    return Table.of(pd.DataFrame(rows), t, columns=shown, **about)


def _unread(edition: Edition, round_id: str) -> list[str]:
    """Return every field that was not yet typed alike by two people, without what anybody typed."""
    t = edition.texts
    names = {known.id: known.name.say(t.language) for known in edition.rules.round(round_id).marked}
    names |= {audience: t(f"columns.comment_{audience}") for audience in ("entrant", "internal")}
    unread = rounds.open_readings(edition, round_id)
    judges, titles = _judges(edition, unread["judge_id"]), _entries(edition, unread["entry_id"])
    return [
        t("scoring.unread_field", judge=judge, entry=entry, field=names.get(name, name))
        for judge, entry, name in zip(judges, titles, unread["criterion"], strict=True)
    ]


def _recusals(edition: Edition, round_id: str, states: pd.DataFrame) -> list[str]:
    """Return every judge who does not score an entry of this round, with the kind of conflict but not its reason."""
    declared = edition.history.events(["recusal"])
    declared = declared[declared["round"].isin(["", round_id])]
    declared = declared.assign(kind=[_kind(edition, text) for text in declared["text"]])
    known = pd.concat([edition.registers.recusals, declared])[[*SHEET, "kind"]].drop_duplicates(SHEET)
    recused = states.loc[states["state"] == "recused", SHEET].merge(known, on=SHEET)
    judges, titles = _judges(edition, recused["judge_id"]), _entries(edition, recused["entry_id"])
    return [
        edition.texts("scoring.recusal", judge=judge, entry=entry, kind=kind)
        for judge, entry, kind in zip(judges, titles, recused["kind"], strict=True)
    ]


def _kind(edition: Edition, text: str) -> str:
    """Return the kind of conflict; a text that names none may be a reason, which is not shown here."""
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
    if edition.states.get(round_id) == "not_opened":
        return {}
    states = sheet_states(edition, round_id)
    not_counting = edition.rules.round(round_id).uncounted
    behind = states.loc[states["state"].isin(OWED) & ~states["judge_id"].isin(not_counting), "judge_id"].unique()
    return {str(judge): _letter(edition, round_id, str(judge), states[states["judge_id"] == judge]) for judge in behind}


def letters(edition: Edition, round_id: str = "") -> Group:
    """Show the reminders to all who owe a sheet, each under the judge's name, to be copied."""
    blocks: list[Block] = []
    for judge, letter in reminders(edition, round_id).items():
        blocks.append(Heading(_judges(edition, [judge])[0], 3))
        for part in letter.split("\n\n"):
            listed = [line.removeprefix("- ") for line in part.split("\n")] if part.startswith("- ") else []
            blocks.append(Bullets(listed) if listed else Paragraph(part))
    return Group(blocks or [Paragraph(edition.texts("scoring.nobody_behind"))])


def _letter(edition: Edition, round_id: str, judge_id: str, own: pd.DataFrame) -> str:
    t, rules = edition.texts, edition.rules
    owed = own[own["state"].isin(OWED)]
    words = {
        "name": edition.registers.judges.set_index("judge_id")["name"][judge_id],
        "contest": rules.title.say(t.language),
        "round": edition.say(round_id),
        "organiser": rules.organiser.say(t.language),
    }
    owes = zip(_entries(edition, owed["entry_id"]), owed["asked"] - owed["filled"], strict=True)
    round_ = rules.round(round_id)
    line = "scoring.letter_place" if round_.kind == "ranks" and len(round_.marked) == 1 else "scoring.letter_sheet"
    sheets = [f"- {t(line, entry=entry, n=int(empty))}" for entry, empty in owes]
    words["counts"] = empty_said(round_, t)
    begin = t("scoring.letter_begin", **words, n=len(sheets))
    end = " ".join([*last_day_said(round_, t), t("scoring.letter_end", **words)])
    return "\n\n".join([begin, "\n".join(sheets), end])


# The administrative selection


def selection_progress(edition: Edition, today: date | None = None) -> Group:
    """Show how far the selection is: in a sentence, by group, by item, and what waits for somebody.

    Args:
        edition: the contest.
        today: by which a cure period is over; the contest's own day unless given.
    """
    try:
        t, all_, round_ = edition.texts, dossiers(edition), checklist(edition)
    except NoChecklist as none:
        return Group([Callout(none.sentence(edition.language))])
    found = counts(all_)
    state = t(f"status.{edition.history.round_states().get(round_.id, 'not_opened')}")
    said = {name: found[name] for name in ("entries", "eligible", "not_eligible", "undecided", "out")}
    undecided = undecided_said(edition)
    blocks: list[Block] = [
        Heading(round_.name.say(t.language)),
        Paragraph(sentence(t, "administration.said", state=state, **said)),
        *([Callout(undecided)] if undecided else []),
        _by_group(edition, all_),
        *([_by_item(edition, all_)] if round_.items else []),
    ]
    for name, lines in {
        "waiting": _waiting(edition, all_, today or datetime.now(WIB).date()),
        "refused": _refused(edition, all_),
        "decided": _decided(edition, all_),
    }.items():
        if lines:
            blocks += [Heading(t(f"administration.{name}"), 3), Bullets(lines)]
    return Group(blocks)


def _by_group(edition: Edition, all_: Mapping[str, EntryStatus]) -> Table:
    t, groups = edition.texts, edition.registers.entries.set_index("entry_id")["group"]
    rows = [
        {"group": group.name.say(t.language)}
        | counts({entry: dossier for entry, dossier in all_.items() if groups[entry] == group.id})
        for group in edition.rules.groups
    ]
    labels = {"entries": "entries"} | {name: f"came_{name}" for name in RECEIPTS} | {s: f"state_{s}" for s in _DOSSIERS}
    table = pd.DataFrame(rows, columns=["group", *labels]).fillna(0)
    of_labels = {name: (f"administration.{label}", "integer") for name, label in labels.items()}
    shown, whole = columns(t, group="columns.group", **of_labels), _with_total(table, "group", t("columns.total"))
    caption = t("administration.by_group")
    return Table.of(whole, t, columns=shown, caption=caption, row_header="group", strong=["total"])


def _by_item(edition: Edition, all_: Mapping[str, EntryStatus]) -> Table:
    t, answers = edition.texts, [*CHECKS, "open"]
    rows = []
    for n, item in enumerate(checklist(edition).items, 1):
        found = Counter(dossier.of("checked", item.id).value or "open" for dossier in all_.values())
        rows.append({"item": t("administration.item", n=n, name=item.name.say(t.language)), **found})
    shown = columns(t, item="administration.items", **{a: (f"administration.answer_{a}", "integer") for a in answers})
    table = pd.DataFrame(rows, columns=["item", *answers]).fillna(0)
    return Table.of(table, t, columns=shown, caption=t("administration.by_item"), row_header="item")


def _waiting(edition: Edition, all_: Mapping[str, EntryStatus], today: date) -> list[str]:
    """Return every undecided entry with items to complete, and until when it may mend them."""
    t, names = edition.texts, {item.id: item.name.say(edition.language) for item in checklist(edition).items}
    lines = []
    for entry, dossier in all_.items():
        if dossier.state == "to_complete":
            items = [names[item] for item in dossier.answered("to_complete", "no")]
            line = t("administration.unmet", entry=_entries(edition, [entry])[0], items="; ".join(items))
            if until := dossier.of(*CURE).value:
                day = date.fromisoformat(until)
                line += f" {t('administration.cure_over' if day < today else 'administration.cure_until', day=day)}"
            lines.append(line)
    return lines


def _refused(edition: Edition, all_: Mapping[str, EntryStatus]) -> list[str]:
    refused = {entry: one.of("admission").text for entry, one in all_.items() if one.state == "not_eligible"}
    return [
        edition.texts("administration.reason", entry=named, reason=reason)
        for named, reason in zip(_entries(edition, refused), refused.values(), strict=True)
    ]


def _decided(edition: Edition, all_: Mapping[str, EntryStatus]) -> list[str]:
    """Return the moved categories, and the entries whose part in the contest has ended, each with its reason."""
    t = edition.texts
    categories = {category.id: category.name.say(t.language) for category in edition.rules.categories}
    corrections = edition.decisions.of("correction")
    moved = corrections[corrections["criterion"] == "category"].drop_duplicates("entry_id", keep="last")
    ended = edition.decisions.excluded
    ended = ended[ended["kind"].isin(_ENDINGS) & ended["entry_id"].isin([*all_])]
    lines = []
    for events in (moved, ended):
        for row in events.to_dict("records"):
            key = "moved" if row["kind"] == "correction" else f"ended_{row['kind']}"
            words = {"entry": _entries(edition, [row["entry_id"]])[0], "reason": row["text"], "other": row["value"]}
            category = categories.get(row["value"], row["value"])
            lines.append(t(f"administration.{key}", category=category, **words))
    return lines


# The day of presentations


def running_order(edition: Edition, round_id: str = "") -> Group:
    """Show the running order of every group, to be printed, with how it came about."""
    round_id = text_of(round_id) or edition.rules.last_round
    try:
        table = programme(edition, round_id)
    except NotYet as why:
        return Group([Callout(why.sentence(edition.language), kind="info")])
    blocks: list[Block] = []
    for group in edition.rules.groups:
        if (table["group"] == group.id).any():
            blocks += [Heading(group.name.say(edition.language), 3), *group_order(edition, round_id, group, table)]
    return Group(blocks)


def group_order(
    edition: Edition, round_id: str, group: GroupRules, table: pd.DataFrame, *, sheets: bool = False
) -> list[Block]:
    """Show the running order of one group, with how it came about.

    Args:
        edition: the contest.
        round_id: a scored round.
        group: the group.
        table: the :func:`programme` of the round.
        sheets: whether it also says whose sheets are in.
    """
    t, name, own = edition.texts, group.name.say(edition.language), table[table["group"] == group.id]
    one, begins = draws(edition, round_id).get(group.id), schedules(edition, round_id).get(group.id)
    blocks: list[Block] = []
    if one:
        words = {"seed": one.seed, "time": one.time, "entry": one.order[0]}
        blocks.append(Paragraph(sentence(t, "presentation.drawn", **words)))
        if one.reason:
            blocks.append(Paragraph(t("presentation.again", reason=one.reason)))
    else:
        blocks.append(Paragraph(t("presentation.not_drawn")))
    if begins:
        blocks.append(Paragraph(t("presentation.begins", start=begins.start, n=begins.minutes)))
    own = own.assign(
        place=own["place"].astype(object).where(own["place"] > 0, None),
        time=own["time"].map(lambda at: t.show(at) if at else None),
        sheets=light_words(own, t),
    )
    shown = [
        *(columns(t, place=("presentation.place", "integer")) if one else []),
        *(columns(t, time="presentation.time") if one and begins else []),
        *columns(t, "entry_id title unit"),
        *(columns(t, sheets="presentation.sheets") if sheets else []),
    ]
    caption = t("presentation.order_caption", group=name)
    return [*blocks, Table.of(own, t, columns=shown, caption=caption, row_header="title")]


def light_words(table: pd.DataFrame, t: Texts) -> list[str]:
    """Say for each row of the :func:`programme` whether its sheets are in."""
    lit = table[["light", "complete", "asked"]].itertuples(index=False, name=None)
    return [t(f"presentation.light_{light}", n=int(n), asked=int(asked)) for light, n, asked in lit]

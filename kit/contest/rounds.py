"""Rounds: opened, closed and published; and changes of rules or registers that the committee accepts.

What stands against opening a round is found beforehand (:func:`gate`); a published result stays as it was, and a later
one says in what it differs. What comes between, a plenary's decision, is in :mod:`kit.contest.plenary`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

import pandas as pd

from kit.actions import action, record
from kit.edition import Edition, EntrantsUnknown
from kit.errors import Known, Mistakes, Problem, first_few, fold
from kit.history import DECIDED, LedgerNotSound, ranking_as_text, ranking_hash
from kit.ledger import COMMITTEE, Event
from kit.registers import in_one_line, reason_of
from kit.rule_words import empty_said
from kit.rules.grammar import fits
from kit.scoring.ranking import rank, scope_names
from kit.scoring.scores import collect_sheets, hindrances_of_round

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kit.history import Version


@action
def open(edition: Edition, round_id: str, reason: str = "") -> list[Event]:  # noqa: A001  (reads as rounds.open)
    """Open a round; the first opening locks rules and registers.

    Args:
        edition: the contest.
        round_id: the round.
        reason: why it opens in spite of a remark, or why it is opened again.

    Raises:
        unknown_round: the rules have no such round.
        Mistakes: something stands against it (:func:`gate`).
        round_already_open, round_is_decided: it is open, or decided.
        reason_missing: it was closed before, and there is no reason.
    """
    reason = in_one_line(reason)
    found = gate(edition, round_id)
    _refuse([*found.stops, *(() if reason else found.remarks)])
    events = [Event(kind="round_opened", actor=COMMITTEE, round=round_id, text=reason)]
    if edition.history.events(["rules_locked"]).empty:
        events.insert(0, Event(kind="rules_locked", actor=COMMITTEE, text=edition.lock_text()))
    return events


@action
def close(edition: Edition, round_id: str, reason: str = "", *, actor: str = COMMITTEE) -> Event:
    """Close a round: nobody can change a mark, and values and ranks can be shown.

    Raises:
        unknown_round: the rules have no such round.
        EntrantsUnknown: a round before it is not closed.
        rules_changed: rules or registers differ from what was locked.
        sheets_missing, values_missing, entries_undecided: judges owe sheets, values of entries are lacking, or entries
            wait for their selection, and there is no reason to close without them.
        readings_open: two people read paper sheets differently; each such field is named.
        round_is_closed, round_never_opened: it is not open.
    """
    _known(edition, round_id)
    edition.require_earlier_closed(round_id)
    edition.require_accepted()
    reason = in_one_line(reason)
    if edition.history.round_states().get(round_id) == "open" and not reason:
        _refuse([*unfinished(edition, round_id)])
    return Event(kind="round_closed", actor=actor, round=round_id, text=reason)


def _known(edition: Edition, round_id: str) -> None:
    Known([known.id for known in edition.rules.rounds], "unknown_round")(round_id)


def _refuse(found: list[Problem]) -> None:
    if found:
        raise found[0] if len(found) == 1 else Mistakes(found)


def unfinished(edition: Edition, round_id: str) -> Iterator[Problem]:
    """Find what is still to be done in a round before it closes, with what will count for marks that are not there."""
    about = {"round": edition.say(round_id), "edition": edition.name, "id": round_id}
    if not edition.rules.round(round_id).scored:
        said = {*edition.decisions.of("admission")["entry_id"], *edition.decisions.excluded["entry_id"]}
        if undecided := sorted(set(edition.registers.entries["entry_id"]) - said):
            yield Problem("entries_undecided", n=len(undecided), entries=undecided, round=about["round"])
        return
    if owed := missing(edition, round_id):
        shown = ", ".join(f"{judge} ({n})" for judge, n in owed.items())
        counts = empty_said(edition.rules.round(round_id), edition.texts)
        yield Problem("sheets_missing", n=sum(owed.values()), judges=shown, counts=counts, **about)
    if len(lacking := lacking_values(edition, round_id)):
        named = [edition.texts("scoring.value_of", entry=entry, value=value) for entry, value in lacking]
        counts = edition.texts(f"scoring.value_{edition.rules.round(round_id).missing}")
        yield Problem("values_missing", n=len(named), values=first_few(named), counts=counts, **about)
    if len(unread := open_readings(edition, round_id)):
        fields = ["/".join(field) for field in unread.itertuples(index=False, name=None)]
        yield Problem("readings_open", n=len(fields), fields=", ".join(fields), **about)


def missing(edition: Edition, round_id: str) -> dict[str, int]:
    """How many sheets each judge owes in a scored round; counts only, so it may be asked while the round is open.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        EntrantsUnknown: a round before it is not closed.
    """
    entrants, record = edition.entrants(edition.scored(round_id).id), edition.record
    panel, marks = (table[table["round"] == round_id] for table in (record.panel, record.marks))
    field = ["judge_id", "entry_id", "criterion"]
    if len(unread := open_readings(edition, round_id)):
        marks = marks[~pd.MultiIndex.from_frame(marks[field]).isin(pd.MultiIndex.from_frame(unread))]
    sheets = collect_sheets(
        edition.rules.round(round_id), [*entrants], panel, record.recused(round_id), marks, edition.facts
    )
    owed = sheets.judge[~(sheets.full | sheets.recused)]
    return dict(sorted(Counter(sheets.judges[n] for n in owed).items()))


def lacking_values(edition: Edition, round_id: str) -> list[tuple[str, str]]:
    """Return the entries of a round, each with the name of a value that the rules look at and the entry does not have.

    A value that is only added to a score may be lacking.

    Raises:
        EntrantsUnknown: a round before it is not closed.
    """
    round_, facts = edition.rules.round(round_id), edition.facts
    wanted = [(part.value, part.where) for part in round_.parts]
    wanted += [(step.value, step.where) for step in round_.adjusting if step.by == "times"]
    known = {*edition.registers.values[["entry_id", "value_id"]].itertuples(index=False, name=None)}
    return [
        (entry, value)
        for entry in sorted(edition.entrants(round_id))
        for value, where in dict.fromkeys((value, tuple(where.items())) for value, where in wanted if value)
        if fits(dict(where), facts.about.get(entry, {})) and (entry, value) not in known
    ]


def open_readings(edition: Edition, round_id: str) -> pd.DataFrame:
    """The fields of a round's sheets that were not typed alike by two people: judge, entry and criterion, no value.

    Raises:
        EntrantsUnknown: a round before it is not closed.
    """
    entrants, panel, pair = edition.entrants(round_id), edition.panel(round_id), ["judge_id", "entry_id"]
    typists = edition.history.events(["typed"], round_id)["judge_id"].unique()  # whose sheets somebody typed
    panel = panel[panel["judge_id"].isin(typists) & panel["entry_id"].isin(entrants)]
    asked = {*panel[pair].itertuples(index=False, name=None)}
    asked -= {*edition.record.recused(round_id).itertuples(index=False, name=None)}
    sheets = {at: sheet for judge in typists for at, sheet in edition.history.sheets(round_id, judge).items()}
    rows = sorted((*at, name) for at, sheet in sheets.items() if at in asked for name in sheet.unresolved)
    return pd.DataFrame(rows, columns=["judge_id", "entry_id", "criterion"], dtype="str")


def later_rounds_standing(edition: Edition, round_id: str, *states: str) -> list[Problem]:
    """Find the later rounds in one of these states: they build on this one, so nobody goes back to it."""
    return [
        Problem("later_round_stands", round=edition.say(round_id), later=edition.say(later.id))
        for later in [*dropwhile(lambda other: other.id != round_id, edition.rules.rounds)][1:]
        if edition.states.get(later.id) in states
    ]


# What stands against opening a round


@dataclass(frozen=True)
class Gate:
    """What stands against opening a round.

    Args:
        stops: what keeps it from being opened.
        remarks: what needs a reason, recorded with the opening.
    """

    stops: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


def gate(edition: Edition, round_id: str) -> Gate:
    """Return what stands against opening a round.

    Raises:
        unknown_round: the rules have no such round.
    """
    _known(edition, round_id)
    stops, remarks = [*_of_edition(edition, round_id)], list[Problem]()
    try:
        entrants = edition.entrants(round_id)
    except (
        Problem
    ) as error:  # an earlier round is not closed; or there is no result to be trusted, which is said already
        if error not in stops:
            stops.append(error)
    else:
        stops += _open_cuts(edition, round_id)
        remarks += _undecided(edition, round_id)
        if round_id == edition.rules.first_round:  # before the first marks are given
            remarks += same_titles(edition, entrants)
        record = edition.record
        for found in hindrances_of_round(
            edition.rules, round_id, entrants, record.panel, record.recusals, edition.facts
        ):
            (stops if found.code == "quorum_out_of_reach" else remarks).append(found)
    return Gate(tuple(stops), tuple(remarks))


def sheets_asked(edition: Edition, round_id: str, entrants: Collection[str]) -> pd.DataFrame:
    """Return the sheets that a round asks for as ``judge_id``, ``entry_id`` and ``recused``; a checklist has none.

    Args:
        edition: the contest.
        round_id: the round.
        entrants: ids of the entries that take part.
    """
    panel = edition.panel(round_id) if edition.rules.round(round_id).scored else edition.panel(round_id).head(0)
    panel = panel.loc[panel["entry_id"].isin(entrants), ["judge_id", "entry_id"]]
    recused = edition.record.recused(round_id).assign(recused=True)
    asked = panel.merge(recused, how="left", on=["judge_id", "entry_id"])
    return asked.assign(recused=asked["recused"].notna())


def entrants_so_far(edition: Edition, round_id: str) -> set[str] | None:
    """Return who takes part in a round; before it opens, in the first all who are still in, and None in a later one."""
    try:
        return edition.entrants(round_id)
    except EntrantsUnknown:
        first = round_id == edition.rules.first_round
        return set(edition.record.entries["entry_id"]) - edition.record.gone(round_id) if first else None


def _of_edition(edition: Edition, round_id: str) -> Iterator[Problem]:
    """Find what stands against opening any round of the edition now."""
    if files := edition.changed_files():
        yield Problem("files_changed", changes="; ".join(files), edition=edition.name)
    if changed := edition.unaccepted():
        yield changed
    for earlier in _earlier(edition, round_id):
        if edition.states.get(earlier) == "plenary":
            yield Problem("still_in_plenary", earlier=edition.say(earlier), round=edition.say(round_id))
    yield from later_rounds_standing(edition, round_id, *DECIDED)[:1]


def _earlier(edition: Edition, round_id: str) -> list[str]:
    return [other.id for other in takewhile(lambda other: other.id != round_id, edition.rules.rounds)]


def _open_cuts(edition: Edition, round_id: str) -> Iterator[Problem]:
    """Find cuts of an earlier round that are not settled: scores are missing, or a tie is not ruled on."""
    for earlier in _earlier(edition, round_id):
        advance = edition.rules.round(earlier).advance
        for cut in edition.ranked.cuts.get(earlier, ()):
            open_tie = cut.tied if advance and advance.at_cut == "decide" else ()
            name = scope_names(edition.rules, edition.texts)[cut.scope, cut.scope_id]
            about = {"earlier": edition.say(earlier), "list": name, "round": edition.say(round_id)}
            if not cut.complete:
                yield Problem("cut_unknown", **about)
            elif open_tie:
                yield Problem("tie_at_cut_open", **about, entries=[*open_tie])


def _undecided(edition: Edition, round_id: str) -> Iterator[Problem]:
    """Find the earlier rounds with marks that no plenary has decided."""
    for earlier in _earlier(edition, round_id):
        if edition.states.get(earlier, "decided") not in DECIDED:
            about = {"earlier": edition.say(earlier), "round": edition.say(round_id)}
            yield Problem("earlier_not_decided", **about, edition=edition.name, id=earlier)


def same_titles(edition: Edition, among: set[str]) -> Iterator[Problem]:
    """Find entries of one unit with one title that nobody has declared duplicates."""
    entries = edition.registers.entries
    entries = entries[entries["entry_id"].isin(among)]
    for _, same in entries.groupby([entries["unit_id"], entries["title"].map(fold)]):
        if len(same) > 1 and fold(str(same["title"].iloc[0])):
            yield Problem("same_titles", entries=[*same["entry_id"]], edition=edition.name)


# Rules and registers that changed after the first round was opened


@action
def accept_changes(edition: Edition, reason: str) -> Event:
    """Record that the committee accepts the rules and registers as they now are.

    Raises:
        reason_needed: the reason is blank.
        LedgerNotSound: the ledger was tampered with.
        files_changed: the files changed again since the edition was opened.
        nothing_to_accept: nothing differs from what was locked.
        decision_overturned: of a decided round, the ranking or those who go on would be others than was decided.
        only_a_rehearsal: the edition is a rehearsal.
    """
    edition.require_contest()
    reason = reason_of(reason)
    changed = edition.unaccepted()
    if isinstance(changed, LedgerNotSound):
        raise changed
    if changed is None:
        raise Problem("nothing_to_accept", edition=edition.name)
    if files := edition.changed_files():
        raise Problem("files_changed", changes="; ".join(files), edition=edition.name)
    for name, state in edition.states.items():
        if state in DECIDED and (edition.overturned(name, edition.ranked) or _sends_on_others(edition, name)):
            raise Problem("decision_overturned", round=edition.say(name), edition=edition.name, id=name)
    return Event(kind="rules_accepted", actor=COMMITTEE, text=edition.lock_text(reason=reason))


def _sends_on_others(edition: Edition, round_id: str) -> bool:
    """Tell whether others would go on from a round than by the cut that was last accepted."""
    now = edition.rules.round(round_id)
    before = now.model_copy(update={"advance": edition.accepted_cut(round_id)})
    if before == now:
        return False
    old = tuple(before if round_.id == round_id else round_ for round_ in edition.rules.rounds)
    cuts = [
        rank(rules, edition.record).cuts.get(round_id, ())
        for rules in (edition.rules, edition.rules.model_copy(update={"rounds": old}))
    ]
    gone_on = [{entry for cut in own for entry in cut.through} for own in cuts]
    return gone_on[0] != gone_on[1]


# Published results: numbered versions that stay as they were, and in what a later one differs


_KEY = ["round", "scope", "scope_id", "entry_id"]
COMPARED = ("score", "rank", "award")


def computed_ranking(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return a round's ranking as it is computed today, as text; with the final, where the round is the last."""
    return ranking_as_text(edition.computed.csv(*edition.decided_with(round_id)))


def publish(edition: Edition, round_id: str, *, actor: str = COMMITTEE) -> Version:
    """Freeze a decided result as the next numbered version. Nothing is sent anywhere.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        rules_changed, LedgerNotSound: rules, registers or ledger are not as they should be.
        decision_differs: the ranking is not the one that was decided.
        nothing_to_publish: the round is not decided, or what was decided is published already.
        only_a_rehearsal: the edition is a rehearsal.
    """

    def check() -> Event:
        edition.require_contest(actor)
        edition.require_accepted()
        edition.scored(round_id)
        text = "{}"  # refused by the ledger, with its sentence
        if edition.states[round_id] == "decided":
            csv = edition.result.csv(*edition.decided_with(round_id))
            if edition.overturned(round_id, edition.result):
                raise Problem("decision_differs", round=edition.say(round_id), edition=edition.name, id=round_id)
            said = {"fingerprint": edition.fingerprint, "hash": ranking_hash(csv), "ranking": csv}
            text = json.dumps(said, ensure_ascii=False)
        number = str(len(edition.history.versions(round_id)) + 1)
        return Event(kind="round_published", actor=actor, round=round_id, value=number, text=text)

    record(edition, check)
    return edition.history.versions(round_id)[-1]


def differences(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return in what two frozen rankings differ.

    Returns:
        ``round``, ``scope``, ``scope_id``, ``entry_id``, and of ``score``, ``rank`` and ``award`` what stood there
        before and what stands there after; blank where an entry is not in the list. In the order of the later ranking,
        then of what is gone.
    """
    old, new = (table.set_index(_KEY)[list(COMPARED)] for table in (before, after))
    order = new.index.append(old.index.difference(new.index))
    old, new = (table.reindex(order, fill_value="") for table in (old, new))
    both = old.add_suffix("_before").join(new.add_suffix("_after"))
    changed = pd.concat([both[f"{name}_before"] != both[f"{name}_after"] for name in COMPARED], axis=1).any(axis=1)
    return both[changed].reset_index()


def unpublished(edition: Edition, round_id: str) -> pd.DataFrame:
    """Return in what the result as it is now differs from the version published last; nothing where none is."""
    found = edition.history.versions(round_id)
    now = computed_ranking(edition, round_id)
    return differences(found[-1].ranking if found else now, now)

"""The plenary: the judges in a room, from the moment that a closed round is taken up until its decision is fixed.

Every verb records one event and refuses, with a sentence, what the rules or the order of things do not allow.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from kit.actions import action
from kit.contest.decisions import require_free
from kit.contest.rounds import later_rounds_standing
from kit.errors import Known, Mistakes, Problem
from kit.explain import tie_rules
from kit.history import DECIDED, award_key, ranking_hash
from kit.ledger import COMMITTEE, Event
from kit.registers import in_one_line, iso_date, reason_of
from kit.rules import ByPeople
from kit.scoring.ranking import FINAL, rank, scope_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    import pandas as pd

    from kit.edition import Edition
    from kit.rules import Rules, Scope
    from kit.scoring.ranking import Result

# What the minutes say of a meeting and nobody can compute.
TOPICS = ("place", "day", "began", "ended", "basis", "remark")


@action
def begin(edition: Edition, round_id: str, reason: str = "", *, actor: str = COMMITTEE) -> Event:
    """Take up a closed round in a plenary, or a decided one again with a reason.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        rules_changed: rules or registers differ from what was locked.
        later_round_stands: a later round is open or decided; it has to be closed or taken up again first.
        plenary_not_possible: the round is not closed, or is in plenary already.
        reason_missing: it was decided before, and there is no reason.
    """
    edition.require_accepted()
    edition.scored(round_id)
    if standing := later_rounds_standing(edition, round_id, "open", *DECIDED):
        raise standing[0]
    return Event(kind="round_plenary", actor=actor, round=round_id, text=in_one_line(reason))


@action
def note(edition: Edition, round_id: str, said: Mapping[str, str], *, actor: str = COMMITTEE) -> list[Event]:
    """Record what the minutes say of the meeting; a later text takes the place of an earlier.

    Args:
        edition: the edition.
        round_id: a round in plenary.
        said: the text of each of some :data:`TOPICS`; all are recorded, or none.
        actor: who records it.

    Raises:
        unknown_round, unknown_topic: there is no such round or topic.
        unclear_date: the ``day`` is no date.
        not_in_plenary: the round is not in plenary.
    """
    edition.scored(round_id)
    if unknown := [topic for topic in said if topic not in TOPICS]:
        raise Problem("unknown_topic", topic=unknown[0], known=", ".join(TOPICS))
    lines = {topic: in_one_line(text) for topic, text in said.items()}
    if lines.get("day"):
        lines["day"] = iso_date(lines["day"])
    about = partial(Event, kind="meeting", actor=actor, round=round_id)
    return [about(criterion=topic, text=line) for topic, line in lines.items()]


@action
def attend(edition: Edition, round_id: str, *judge_ids: str, present: bool, actor: str = COMMITTEE) -> list[Event]:
    """Record that judges of the panel are there, or are not.

    Raises:
        unknown_round, not_in_panel: there is no such round, or one of the judges has no sheet in it.
        not_in_plenary: the round is not in plenary.
    """
    edition.scored(round_id)
    there = partial(Event, kind="attendance", actor=actor, round=round_id, value="present" if present else "absent")
    if strangers := sorted({*judge_ids} - {*panel(edition, round_id)}):
        raise Problem("not_in_panel", judge=strangers[0], round=round_id)
    return [there(judge_id=judge) for judge in judge_ids]


@action
def reopen_sheet(
    edition: Edition, round_id: str, judge_id: str, entry_id: str, reason: str, *, actor: str = COMMITTEE
) -> Event:
    """Let one judge change the own sheet for one entry until the decision is fixed.

    Raises:
        unknown_round, unknown_entry, reason_needed, decider_in_conflict: it cannot be recorded.
        not_assigned, recused_mark: the judge has no such sheet.
        not_in_plenary: the round is not in plenary.
    """
    edition.scored(round_id)
    Known(edition.registers.entries["entry_id"], "unknown_entry")(entry_id)
    require_free(edition, actor, entry_id)
    sheets = edition.panel(round_id)
    own = set(sheets.loc[sheets["judge_id"] == judge_id, "entry_id"])
    if entry_id not in own & edition.entrants(round_id):
        raise Problem("not_assigned", judge=judge_id, entry=entry_id, round=round_id)
    if entry_id in set(edition.record.recused(round_id, judge_id)["entry_id"]):
        raise Problem("recused_mark", judge=judge_id, entry=entry_id)
    sheet = Event(kind="sheet_reopened", actor=actor, round=round_id, judge_id=judge_id, entry_id=entry_id)
    return replace(sheet, text=reason_of(reason))


def tied(edition: Edition, round_id: str) -> dict[tuple[str, ...], set[Decimal]]:
    """Return every set of entries that are equal after all rules but the judges' own decision, with their scores.

    Args:
        edition: the edition.
        round_id: a round, where the lists of its cut count, or ``final``, where those that carry awards do.
    """
    rules = edition.rules
    advance = rules.round(round_id).advance if round_id != FINAL else None
    scopes = (
        [awards.scope for awards in rules.final.main_awards]
        if round_id == FINAL
        else [advance.scope]
        if advance
        else []
    )
    rulings = {name: orders for name, orders in edition.record.rulings.items() if name != round_id}
    ranking = rank(rules, replace(edition.record, rulings=rulings)).ranking
    lists = ranking[(ranking["round"] == round_id) & ranking["scope"].isin(scopes) & ranking["tied"].astype(bool)]
    found: dict[tuple[str, ...], set[Decimal]] = {}
    for _, rows in lists.groupby(["scope", "scope_id", "rank"], sort=False):
        found.setdefault(tuple(rows["entry_id"]), set()).add(rows["score"].iloc[0])
    return found


@action
def rule_tie(edition: Edition, round_id: str, order: Sequence[str], reason: str, *, actor: str = COMMITTEE) -> Event:
    """Record the order that the judges decided for entries which the rules could not tell apart.

    Args:
        edition: the edition.
        round_id: a round, or ``final``.
        order: the tied entries, best first.
        reason: why.
        actor: who recorded it.

    Raises:
        unknown_round, reason_needed, decider_in_conflict: it cannot be recorded.
        round_not_in_plenary: the round, for the final the last one, is not in plenary.
        rules_decide_ties: the rules do not leave ties to the judges.
        tie_of_final: nobody advances from the round, so that only ties of the final are decided.
        not_one_tie: these entries are not the whole of one tie.
        nobody_free: every judge who is there has a conflict of interest with one of them.
    """
    rules, last = edition.rules, edition.rules.last_round
    where = last if round_id == FINAL else round_id
    _require_plenary(edition, where)
    require_free(edition, actor, *order)
    allowed = rules.final_ties if round_id == FINAL else rules.round(round_id).ties
    if not any(isinstance(tie, ByPeople) and tie.by == "judges_decide" for tie in allowed):
        raise Problem("rules_decide_ties")
    if round_id == last and not rules.round(round_id).advance:
        raise Problem("tie_of_final", round=edition.say(round_id), id=round_id)
    scores = {score for tie, own in tied(edition, round_id).items() if sorted(tie) == sorted(order) for score in own}
    if not scores:
        raise Problem("not_one_tie", entries=[*order])
    recusals = edition.record.recused(where)
    conflicted = set(recusals.loc[recusals["entry_id"].isin(list(order)), "judge_id"])
    if not set(edition.meetings(where)[-1].present) - conflicted:
        raise Problem("nobody_free", entries=[*order])
    at = " ".join(f"{score:f}" for score in sorted(scores))
    ruling = Event(kind="tie_ruling", actor=actor, round=round_id, value=">".join(order), criterion=at)
    return replace(ruling, text=reason_of(reason))


@action
def withhold_award(edition: Edition, award: str, reason: str, *, actor: str = COMMITTEE, given: bool = False) -> Event:
    """Record that an award is not given, or is ``given`` after all; its place stays consumed.

    Args:
        edition: the edition.
        award: ``scope/scope_id/place``, such as ``group/K1/3``.
        reason: why.
        actor: who recorded it.
        given: take back that it was withheld.

    Raises:
        reason_needed: the reason is blank.
        no_such_award: the rules give no such award, or it is not withheld.
        round_not_in_plenary: the last round is not in plenary.
    """
    last = edition.rules.last_round
    _require_plenary(edition, last)
    there = edition.decisions.withheld["value"].tolist() if given else awards(edition)
    if award not in there:
        raise Problem("no_such_award", award=award, known=", ".join(there) or "–")
    kind = "award_given" if given else "award_withheld"
    return Event(kind=kind, actor=actor, value=award, text=reason_of(reason))


def awards(edition: Edition) -> list[str]:
    """Return every award that the rules can give, as events name it."""
    ranking = edition.result.ranking
    finals = ranking[ranking["round"] == FINAL][["scope", "scope_id"]].drop_duplicates()
    names = {given.scope: len(given.names) for given in edition.rules.final.main_awards}
    return [
        award_key(scope, scope_id, place)
        for scope, scope_id in finals.itertuples(index=False, name=None)
        for place in range(1, names.get(scope, 0) + 1)
    ]


@action
def dissent(edition: Edition, round_id: str, judge_id: str, reason: str, *, actor: str = COMMITTEE) -> Event:
    """Record that a judge who is there does not agree.

    Raises:
        unknown_round, reason_needed: it cannot be recorded.
        round_not_in_plenary: the round is not in plenary.
        not_there: the judge is not there.
    """
    _require_plenary(edition, round_id)
    if judge_id not in edition.meetings(round_id)[-1].present:
        raise Problem("not_there", judge=judge_id)
    return Event(kind="dissent", actor=actor, round=round_id, judge_id=judge_id, text=reason_of(reason))


def quorum(edition: Edition, round_id: str) -> int:
    """Return how many judges must be there: what the rules say, or more than half of the panel, if there is one."""
    own = panel(edition, round_id)
    return edition.rules.round(round_id).quorum or (len(own) // 2 + 1 if own else 0)


def panel(edition: Edition, round_id: str) -> list[str]:
    """Return the judges who have a sheet in a round and have not passed all of them on."""
    return sorted(set(edition.panel(round_id)["judge_id"]))


def hindrances(edition: Edition, round_id: str) -> list[Problem]:
    """Return everything that keeps a round in plenary from being decided; nothing if it can be."""
    shown, states = edition.say(round_id), edition.history.round_states()
    unsettled = [
        earlier.id
        for earlier in takewhile(lambda other: other.id != round_id, edition.rules.rounds)
        if (states.get(earlier.id) not in DECIDED if earlier.scored else states.get(earlier.id) == "open")
    ]
    found: list[Problem] = [Problem("earlier_undecided", earlier=edition.say(name), round=shown) for name in unsettled]
    there, needed = len(edition.meetings(round_id)[-1].present), quorum(edition, round_id)
    if there < needed:
        found.append(Problem("quorum_missing", n=there, needed=needed, total=len(panel(edition, round_id))))
    if unsettled:  # nobody knows yet who takes part
        return found
    if lacking := _without_score(edition, round_id):
        found.append(Problem("result_incomplete", n=len(lacking), entries=lacking, round=shown))
    decided, names = edition.decided_with(round_id), scope_names(edition.rules, edition.texts)
    found += [
        Problem("tie_undecided", entries=[*tie.left], scope=names[tie.scope])
        for tie in deciding_ties(edition)
        if tie.left and tie.waiting and tie.round in decided
    ]
    return found


def _without_score(edition: Edition, round_id: str) -> list[str]:
    """Return the entries without a score that a round, or with the last one the final, needs.

    Where the best rounds count, an entry may lack one as long as enough are left, unless the round sends entries on.
    """
    where, rules = round_id, edition.rules
    if getattr(rules.final.score[0], "best", None) and rules.round(round_id).advance is None:
        if round_id != edition.rules.last_round:
            return []
        where = FINAL
    ranking = edition.result.ranking
    lacking = (ranking["round"] == where) & (ranking["scope"] == "overall") & ranking["rank"].isna()
    return sorted(ranking.loc[lacking, "entry_id"])


@action
def decide(edition: Edition, round_id: str, remark: str = "", *, actor: str = COMMITTEE) -> Event:
    """Fix what the plenary decided about a round; from now on nothing changes its result but another plenary.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
        rules_changed: rules or registers differ from what was locked.
        round_not_in_plenary: the round is not in plenary.
        Mistakes: all that keeps it from being decided (:func:`hindrances`).
    """
    _require_plenary(edition, round_id)
    edition.require_accepted()
    if found := hindrances(edition, round_id):
        raise Mistakes(found)
    ranking = ranking_hash(edition.result.csv(*edition.decided_with(round_id)))
    return Event(kind="round_decided", actor=actor, round=round_id, value=ranking, text=in_one_line(remark))


def _require_plenary(edition: Edition, round_id: str) -> None:
    edition.scored(round_id)
    if edition.states[round_id] != "plenary":
        raise Problem("round_not_in_plenary", round=edition.say(round_id), edition=edition.name, id=round_id)


class Tie(NamedTuple):
    """Entries with the same score, where the order decides who advances or who gets which award.

    Args:
        round: the round, or ``final``.
        scope: kind and id of the scope.
        rows: the entries' rows of the ranking, best first.
        left: ids of those that are still equal after every rule.
        waiting: whether the rules leave that to the judges.
    """

    round: str
    scope: tuple[Scope, str]
    rows: pd.DataFrame
    left: tuple[str, ...]
    waiting: bool


def deciding_ties(edition: Edition) -> list[Tie]:
    """Return every set of equal scores in the ranking that decides who advances or who gets which award."""
    return [*_ties_at_cuts(edition.rules, edition.result), *_ties_for_awards(edition.rules, edition.result)]


def _ties_at_cuts(rules: Rules, result: Result) -> Iterator[Tie]:
    for round_, cuts in result.cuts.items():
        advance = rules.round(round_).advance
        assert advance is not None  # it made the cut
        for cut in cuts:
            table = result.of(round_, cut.scope, cut.scope_id)
            for rows in _equals(table) if cut.complete else ():
                if advance.places and rows.index[0] < advance.places <= rows.index[-1]:
                    left = tuple(entry for entry in cut.tied if entry in set(rows["entry_id"]))
                    yield Tie(round_, (cut.scope, cut.scope_id), rows, left, advance.at_cut == "decide")


def _ties_for_awards(rules: Rules, result: Result) -> Iterator[Tie]:
    final = result.ranking[result.ranking["round"] == FINAL]
    for awards in rules.final.main_awards:
        for name in final.loc[final["scope"] == awards.scope, "scope_id"].drop_duplicates():
            table = result.of(FINAL, awards.scope, name)
            among = (table["last_round"] == rules.last_round) | (awards.among == "all")
            for rows in _equals(table[among & (table["state"] != "provisional")]):
                asked = tie_rules(rules, FINAL, str(rows["last_round"].iloc[0]))
                ask = any(isinstance(tie, ByPeople) and tie.by == "judges_decide" for tie in asked)
                if rows.index[0] < len(awards.names):
                    cut = awards.at_cut == "decide" and bool(rows["award"].isna().any())
                    left = tuple(rows.loc[rows["tied"].astype(bool), "entry_id"])
                    yield Tie(FINAL, (awards.scope, name), rows, left, ask or cut)


def _equals(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rows of each score that several ranked entries share."""
    for _, rows in table[table["rank"].notna()].groupby(["last_round", "score"], sort=False):
        if len(rows) > 1:
            yield rows

"""A judge leaves in mid-round, and another takes over the sheets."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from kit.actions import record
from kit.columns import Known
from kit.errors import Problem
from kit.ledger import COMMITTEE, Event
from kit.rules import WeightedMean
from kit.scoring.assign import named
from kit.scoring.progress import sheet_states

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.rules import Round


def substitute(
    edition: Edition, round_id: str, judge_id: str, by: str, reason: str, *, everything: bool = False
) -> int:
    """Pass a judge's sheets to a substitute and return how many.

    Args:
        edition: the edition.
        round_id: an open round.
        judge_id: who leaves.
        by: who takes over; any registered judge, also a reserve.
        reason: why; it is recorded with every sheet.
        everything: complete sheets pass as well and are scored anew; otherwise they stay and count.

    Raises:
        reason_needed: the reason is blank.
        rules_changed: rules or registers differ from what was locked.
        unknown_round, unknown_judge: there is no such thing.
        round_never_opened, round_is_closed: the round is not open.
        nothing_to_pass: the judge has no such sheet.
        substitute_counts_otherwise: the rules give the two different weights, or count only one of them.
        substitute_on_panel: the substitute scores some of these entries already.
        substitute_in_conflict: the substitute must not score some of these entries.
    """
    return len(record(edition, lambda: _passing(edition, round_id, judge_id, by, reason, everything=everything)))


def _passing(edition: Edition, round_id: str, judge_id: str, by: str, reason: str, *, everything: bool) -> list[Event]:
    if not (reason := " ".join(reason.split())):
        raise Problem("reason_needed")
    edition.require_accepted()
    states = sheet_states(edition, round_id)
    for judge in (judge_id, by):
        Known(edition.registers.judges["judge_id"], "unknown_judge")(judge)
    round_, own = edition.rules.round(round_id), states[states["judge_id"] == judge_id]
    stays = [] if everything else ["complete", "submitted"]
    passing = own.loc[~own["state"].isin(stays), "entry_id"]
    if passing.empty:
        raise Problem("nothing_to_pass", judge=judge_id, round=round_.name.say(edition.language))
    if _weights(round_, judge_id) != _weights(round_, by):
        raise Problem("substitute_counts_otherwise", judge=judge_id, by=by, round=round_.name.say(edition.language))
    recused = edition.record.recused(round_id)
    for table, code in ((states, "substitute_on_panel"), (recused, "substitute_in_conflict")):
        hindered = passing[passing.isin(table.loc[table["judge_id"] == by, "entry_id"])]
        if len(hindered):
            raise Problem(code, judge=by, n=len(hindered), entries=named(hindered.tolist()))
    passed = partial(Event, kind="substituted", actor=COMMITTEE, round=round_id, judge_id=judge_id)
    return [passed(entry_id=entry, value=by, text=reason) for entry in passing]


def _weights(round_: Round, judge_id: str) -> list[Decimal]:
    """What a judge's marks count for in each step of a round that weighs judges, after 0 where they do not count."""
    steps = [step for step in round_.score if isinstance(step, WeightedMean) and step.over == "judges"]
    one = Decimal(1)
    counts = Decimal(judge_id not in round_.not_counting)
    return [counts, *((step.weights or {}).get(judge_id, one) for step in steps)]

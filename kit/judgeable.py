"""What keeps a round from giving every entry a score, found before it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kit.errors import Problem
from kit.scoring.scores import collect_sheets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.rules import Rules


class QuorumOutOfReach(Problem, ValueError):
    """A round's plenary needs more judges than the round has."""


def hindrances_of_round(
    rules: Rules, round_id: str, entrants: Iterable[str], panel: pd.DataFrame, recusals: pd.DataFrame
) -> list[Problem]:
    """Return what keeps entries of a round from getting a score whatever the judges do; nothing if all can have one.

    Args:
        rules: the contest.
        round_id: a round; a checklist has no scores, so that nothing keeps it.
        entrants: ids of the entries in the round; without any, only what concerns the round as a whole is found.
        panel: ``round``, ``entry_id``, ``judge_id``: the sheets that rounds ask for.
        recusals: ``judge_id``, ``entry_id``, ``round`` (empty: all rounds).
    """
    round_ = rules.round(round_id)
    if not round_.scored:
        return []
    panel = panel[panel["round"] == round_id]
    judges, needed = set(panel["judge_id"]), round_.fewest_judges
    about = {"round": round_.name.say(rules.language), "needed": needed}
    found: list[Problem] = []
    if round_.quorum and round_.quorum > len(judges):
        found.append(QuorumOutOfReach(**about | {"needed": round_.quorum}, n=len(judges)))
    if (n := len(judges.difference(round_.not_counting))) < needed:
        return [*found, Problem("panel_too_small", **about, n=n)]
    held = recusals[recusals["round"].isin(["", round_id])]
    no_marks = pd.DataFrame(columns=["judge_id", "entry_id", "criterion", "value"], dtype=str)
    status = collect_sheets(round_, [*entrants], panel, held, no_marks).status
    required, recused = status["judges_required"], status["judges_recused"]
    if alone := [*status.index[required == 0]]:
        found.append(Problem("entries_without_judge", **about, n=len(alone), entries=alone))
    left = (required - recused)[required > 0]
    few = sorted(set(left[left < needed]))
    found += [Problem("too_few_judges_left", **about, n=int(n), entries=[*left.index[left == n]]) for n in few]
    if round_.whole_panel and (gaps := [*left.index[(left >= needed) & (recused[left.index] > 0)]]):
        found.append(Problem("ballots_with_gaps", **about, n=len(gaps), entries=gaps))
    return found

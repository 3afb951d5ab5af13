"""The progress of a round as a screen: who is behind, and each group's sheets as a heat map; never a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.judging.assignment import current_round
from kit.ledger import COMMITTEE
from kit.registers import text_of
from kit.render.blocks import Group, Paragraph, Run
from kit.report.progress import by_judge, heat_map, lacking, progress_said, selection_progress, sheets_now, shown_sheets
from kit.screens.topics import Topic, TopicScreen

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from kit.edition import Edition
    from kit.texts import Texts

ROWS = 12  # of a table, so that the back row can read a screen of 1920 x 1080
ACROSS = 76  # letters that such a screen has room for; a judge takes 4 of them, and the entry with its sum 10


def progress_view(edition: Edition, round_id: str = "", actor: str = COMMITTEE) -> TopicScreen:
    """Return the screen of a round's progress.

    Args:
        edition: the contest.
        round_id: a scored round; unless given the current one at any time, or the administrative selection while it is
            open.
        actor: who looks; nothing is recorded here.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
    """
    asked = text_of(round_id)

    def topics(now: Edition) -> list[Topic]:
        open_ = [known for known in now.rules.rounds if now.history.round_states().get(known.id) == "open"]
        if not asked and open_ and not open_[0].scored:
            return [Topic("selection", now.say(open_[0].id), selection_progress(now).blocks[1:])]
        return [*_topics(now, asked or current_round(now))]

    screen = TopicScreen(edition, "progress", topics, edition.texts("scoring.screen"), actor)
    screen.setup["actor"] = ""  # nothing is recorded here
    return screen


def _topics(edition: Edition, round_id: str) -> Iterator[Topic]:
    """Yield who owes how many sheets, and then the entries of each group, a screen at a time."""
    t, states = edition.texts, sheets_now(edition, round_id)
    said, judges = progress_said(edition, round_id, states), states["judge_id"].nunique()
    if edition.rules.round(round_id).kind == "values":
        yield Topic("entries", edition.say(round_id), [*said, *lacking(edition, round_id)])
        return
    shown, left_out = shown_sheets(edition, states)
    rest = [Paragraph(t("scoring.most_behind", n=ROWS, judges=judges))] if judges > ROWS else []
    yield Topic("judges", edition.say(round_id), [*said, *left_out, by_judge(edition, states, ROWS), *rest])
    groups = edition.registers.entries.set_index("entry_id")["group"]
    left = (*said[1].runs, Run(" ")) if said[1:] else ()
    tables = max(1, min(3, ACROSS // (10 + 4 * judges)))
    for group in edition.rules.groups:
        entries = sorted(entry for entry in shown["entry_id"].unique() if groups[entry] == group.id)
        for n, page in enumerate(_evenly(entries, tables * ROWS), 1):
            title = t("scoring.screen_group", group=group.name.say(t.language), first=page[0], last=page[-1])
            own = shown[shown["entry_id"].isin(page)]
            maps = [
                heat_map(edition, own[own["entry_id"].isin(part)], f"{part[0]}–{part[-1]}", signs=True)
                for part in _evenly(page, ROWS)
            ]
            legend = Paragraph(t("scoring.legend"))
            head = [Paragraph((*left, Run(_awaited(own, t))))]
            yield Topic(f"{group.id}-{n}", title, [*head, Group([*maps, legend])])


def _evenly(entries: list[str], most: int) -> list[list[str]]:
    """Return the entries in parts that are about as long as each other, and have no more than so many."""
    each = -(-len(entries) // -(-len(entries) // most)) if entries else 1
    return [entries[start : start + each] for start in range(0, len(entries), each)]


def _awaited(states: pd.DataFrame, t: Texts) -> str:
    """Say which judges owe how many of these sheets, the most first."""
    owed = states.loc[states["awaited"], "judge_id"].value_counts()
    if owed.empty:
        return t("scoring.all_here")
    return t("scoring.awaited_here", judges=[f"{judge} ({n})" for judge, n in owed.items()])

"""A worked example of rules that are being written: three invented entries, marked at random, up to their places.

The contest is played in a temporary folder by the kit itself, so that what is shown is what the rules would do.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd

from kit.actions import append
from kit.edition import Edition
from kit.explain import explain
from kit.ledger import COMMITTEE, Event
from kit.registers import COLUMNS
from kit.render.blocks import Column, Group, Table, columns_of
from kit.report.context import Context, award_name
from kit.report.results import explanation_blocks
from kit.rules import ByColumn, WeightedMean
from kit.scoring.ranking import FINAL
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.rules import Criterion, Round, Rules, Scale
    from kit.texts import Language

ENTRIES = ("A", "B", "C")
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)  # of all events: the letters of judges follow from their times as well
_INVENTED = 3  # judges, where the rules name none


@contextmanager
def played(text: str, rules: Rules, language: Language, *, group: str, category: str, seed: int) -> Iterator[Edition]:
    """Give an edition of three invented entries of one group and category, whose rounds are closed.

    Args:
        text: the rules file.
        rules: what it says.
        language: of everything shown.
        group: the entries' group.
        category: their category.
        seed: another one gives other marks; a mark follows from it and from what it is a mark of alone.

    Raises:
        Problem: nothing can be played by these rules.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "rules.yaml").write_text(text, encoding="utf-8", newline="\n")
        for name, rows in _registers(rules, Texts(language), group, category, seed).items():
            pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        edition = Edition(folder, language)
        try:
            append(edition, *_events(edition, seed))
            yield edition
        finally:
            edition.ledger.close()


def ranking(edition: Edition) -> Table:
    """Return the places of the example's entries, their score in each round, and what they are awarded."""
    context, t = Context(edition), edition.texts
    result = edition.result
    scope = next((awards.scope for awards in edition.rules.final.main_awards), "overall")
    final = result.ranking[(result.ranking["round"] == FINAL) & (result.ranking["scope"] == scope)]
    last = [*result.scores][-1]
    rows = []
    for row in final.to_dict("records"):
        entry = str(row["entry_id"])
        own = result.ranking[(result.ranking["entry_id"] == entry) & result.ranking["award"].notna()]
        awards = [*dict.fromkeys(award_name(context, award) for award in own["award"])]
        scores = [scored.by_entry.get(entry) for scored in result.scores.values()]
        score = row["score"] if row["last_round"] == last else None
        final_score = [score] if len(result.scores) > 1 else []  # otherwise it is the round's
        rows.append((row["rank"], context.titles[entry], "; ".join(awards), *final_score, *scores))
    shown = [
        Column("rank", t("report.column_rank"), "integer"),
        *columns_of(t, "title"),
        Column("award", t("report.column_award")),
        *([Column("final", t("report.column_final"), "decimal")] if len(result.scores) > 1 else []),
        *(Column(name, context.rounds[name], "decimal") for name in result.scores),
    ]
    caption = t("rules_editor.ranking_caption", list=context.names[scope, final["scope_id"].iloc[0]])
    return Table.of(rows, t, columns=shown, caption=caption, row_header="title")


def worked(edition: Edition, entry: str) -> Group:
    """Return how one of the entries comes to its score and place, step by step."""
    return explanation_blocks(explain(edition, entry), edition.texts)


# What is invented


def _registers(rules: Rules, t: Texts, group: str, category: str, seed: int) -> dict[str, list[dict[str, str]]]:
    unit_types = next(each.unit_types for each in rules.groups if each.id == group)
    units = [
        {"unit_id": f"U-{name}", "name": t("rules_editor.unit", name=name), "unit_type": unit_types[0]}
        for name in ENTRIES
    ]
    entries = [
        {"entry_id": name, "title": t("rules_editor.entry", name=name), "unit_id": f"U-{name}", "category": category}
        | {column: said[n] for column, said in _columns(rules).items()}
        for n, name in enumerate(ENTRIES)
    ]
    judges = [{"judge_id": name, "name": t("rules_editor.judge", name=name)} for name in _judges(rules)]
    values = [
        {"entry_id": entry, "value_id": value, "value": str(_value(rules, value, entry, seed))}
        for entry in ENTRIES
        for value in rules.named_values
    ]
    return {"units": units, "entries": entries, "judges": judges} | ({"values": values} if values else {})


def _judges(rules: Rules) -> list[str]:
    """Return the judges whom the rules name, and invented ones where that is too few."""
    named: list[str] = []
    for round_ in rules.scored_rounds:
        named += chain(round_.panel or (), round_.not_counting, *(panel.judges for panel in round_.panels))
        named += chain(*(jury.judges for jury in round_.juries), *(part.panel or () for part in round_.criteria))
        weights = [s.weights for s in round_.score if isinstance(s, WeightedMean) and s.over == "judges"]
        named += chain(*filter(None, weights))
    known = [*dict.fromkeys(named)]
    free = [r for r in rules.scored_rounds if not (r.panel or r.panels or r.kind == "values")]
    needed = max((max(_INVENTED, r.fewest_judges, r.quorum or 0) for r in free), default=0)
    invented = (f"J{n}" for n in range(1, needed + len(known) + 1) if f"J{n}" not in known)
    return [*known, *(next(invented) for _ in range(needed - len(known)))]


def _columns(rules: Rules) -> dict[str, tuple[str, str, str]]:
    """Return what the columns that the rules look at say of the entries: some fit and some do not."""
    asked: dict[str, list[str]] = {name: [] for name in rules.named_columns if name not in _kept()}
    wheres = [one.where for each in (rules.final.awards, rules.final.adjusting) for one in each]
    for round_ in rules.rounds:
        wheres += [one.where for each in (round_.criteria, round_.panels, round_.adjusting) for one in each]
    for where in wheres:
        for name in asked.keys() & where.keys():
            asked[name] += where[name]
    ties = [
        tie.of
        for ties in (*(r.ties for r in rules.rounds), rules.final.ties)
        for tie in ties
        if isinstance(tie, ByColumn)
    ]
    said = dict.fromkeys(asked, ("1", "1", "1"))  # of a duel, say
    said |= dict.fromkeys(asked.keys() & {*ties}, ("2026-03-02", "2026-03-01", "2026-03-03"))
    return said | {name: (texts[0], "", texts[-1]) for name, texts in asked.items() if texts}


def _kept() -> set[str]:
    return {*COLUMNS["units"], *COLUMNS["entries"]}


def _value(rules: Rules, name: str, entry: str, seed: int) -> Decimal:
    """Return a value of an entry, about as large as the rules have such values."""
    chance = Random(f"{seed} {name} {entry}")  # noqa: S311  (to be repeated, not to be secret)
    for round_ in rules.scored_rounds:
        for part in round_.criteria:
            if part.value == name and part.bands:
                return chance.choice(part.bands).at_least
            if part.value == name and (scale := part.scale or round_.scale):
                return _on(scale, chance.random())
    for step in chain(rules.final.adjusting, *(r.adjusting for r in rules.scored_rounds)):
        if step.value == name:
            if step.bands:
                return chance.choice(step.bands).at_least
            return Decimal(chance.choice(["1", "1.1", "1.2"] if step.by == "times" else ["0", "-1", "-2"]))
    return Decimal(chance.randrange(40, 400))


def _on(scale: Scale, share: float) -> Decimal:
    """Return the mark that lies at such a share of a scale."""
    steps = int((scale.high - scale.low) / scale.step)
    return scale.low + scale.step * round(min(max(share, 0), 1) * steps)


def _event(**about: str) -> Event:
    return Event(**about, time=_MOMENT)


def _events(edition: Edition, seed: int) -> Iterator[Event]:
    yield _event(kind="rules_locked", actor=COMMITTEE, text=edition.lock_text())
    for round_ in edition.rules.scored_rounds:
        yield _event(kind="round_opened", actor=COMMITTEE, round=round_.id)
        yield from _marks(edition, round_, seed)
        yield _event(kind="round_closed", actor=COMMITTEE, round=round_.id)


def _marks(edition: Edition, round_: Round, seed: int) -> Iterator[Event]:
    if round_.kind == "values":
        return
    ranks = {
        judge: Random(f"{seed} {round_.id} {judge}").sample(ENTRIES, len(ENTRIES))  # noqa: S311
        for judge in edition.registers.judges["judge_id"]
    }
    for entry, judge in edition.panel(round_.id)[["entry_id", "judge_id"]].itertuples(index=False, name=None):
        for part in edition.asked(round_.id, judge, entry):
            mark = _mark(round_, part, entry, judge, seed)
            if round_.kind == "ranks":
                mark = Decimal(ranks[judge].index(entry) + 1)
            about = {"round": round_.id, "judge_id": judge, "entry_id": entry, "criterion": part.id}
            yield _event(kind="mark", actor=judge, value=f"{mark:f}", **about)


def _mark(round_: Round, part: Criterion, entry: str, judge: str, seed: int) -> Decimal:
    """Return a mark in the upper half of the scale; the judges agree more or less."""
    quality = Random(f"{seed} {round_.id} {part.id} {entry}").uniform(0.55, 0.95)  # noqa: S311
    noise = Random(f"{seed} {round_.id} {part.id} {entry} {judge}").uniform(-0.12, 0.12)  # noqa: S311
    return _on(round_.scale_of(part.id), quality + noise)

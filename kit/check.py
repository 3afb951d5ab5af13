"""Everything that is wrong with an edition, and everything that somebody should look at before it goes on."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kit.contest import rounds
from kit.contest.rounds import entrants_so_far, same_titles, sheets_asked, unpublished
from kit.errors import Collector, Problem, runs
from kit.history import DECIDED, has_hash
from kit.index.readiness import check_claims
from kit.registers import COLUMNS, RESERVE, parts, register_path
from kit.report.preview import reachable
from kit.scoring.ranking import scope_names
from kit.scoring.recount import Panel, recount, round_factors
from kit.scoring.scores import hindrances_of_round
from kit.tables import letter
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from decimal import Decimal

    from kit.edition import Edition
    from kit.ledger import Heads
    from kit.rules import Advance, Awards


_MEANS = ("mean", "weighted_mean")
_LARGE = 100  # entries of a list by which the best score of a round is estimated where orders make points


class Findings(NamedTuple):
    """What was found in an edition.

    Args:
        mistakes: what is wrong.
        remarks: what somebody should look at, before a round is opened or because it comes out otherwise today.
    """

    mistakes: list[Problem]
    remarks: list[Problem]


def check(edition: Edition, anchors: Heads | None = None) -> Findings:
    """Check an edition's ledger, rules, registers, decisions and published results.

    Args:
        edition: the edition.
        anchors: heads of the ledger's chains that were written down elsewhere, such as in minutes.
    """
    mistakes, remarks = Collector(), Collector()
    for mistake in edition.ledger.verify(anchors):
        mistakes.add(mistake)
    sound = not mistakes.found
    for mistake in edition.misfits():
        mistakes.add(mistake)
    if sound and (changed := edition.unaccepted()):
        mistakes.add(changed)
    _gather(mistakes, lambda: check_claims(edition))
    if not mistakes.found:  # else nothing that follows could be relied upon
        _gather(mistakes, lambda: _hindrances(edition))
        _gather(mistakes, lambda: _not_as_decided(edition))
        _gather(remarks, lambda: _otherwise(edition))
        looks = (
            _duplicates,
            _next_gate,
            _awards_out_of_reach,
            _nobody_decides,
            _idle,
            _dates,
            _hidden,
            _sizes_that_differ,
            _values_of_none,
        )
        for found in (problem for look in looks for problem in look(edition)):
            if found not in mistakes.found and found not in remarks.found:
                remarks.add(found)
    latest = edition.history.table["time"].max() if edition.history.last else None
    if latest is not None and latest > datetime.now(UTC):
        remarks.add(Problem("event_in_future", event=edition.history.last, time=latest.to_pydatetime()))
    return Findings(mistakes.found, remarks.found)


def _awards_out_of_reach(edition: Edition) -> Iterator[Problem]:
    """Find awards of which a list has more than entries that can get one, and awards for which no cut counts."""
    rules, last = edition.rules, edition.rules.last_round
    if edition.states[last] in DECIDED:
        return
    names = scope_names(rules, edition.texts)
    cut = any(round_.advance for round_ in rules.scored_rounds)
    for awards in rules.final.awards:
        given = [name.say(edition.language) for name in awards.names]
        lists: dict[int, list[str]] = {}
        within = reachable(edition, awards)
        for (scope, name), said in names.items():  # in the rules' order
            if scope == awards.scope and within.get(name, len(given)) < len(given):
                lists.setdefault(within[name], []).append(said)
        for n, short in lists.items():
            yield Problem("awards_out_of_reach", awards=given[n:], lists=short, n=n)
        if cut and awards.among == "all" and awards.id is None:
            yield Problem("awards_among_all", awards=given)


def _nobody_decides(edition: Edition) -> Iterator[Problem]:
    """Find cuts and awards whose ties wait for the plenary although the rules do not leave ties to the judges."""
    rules = edition.rules
    waits = [(round_, round_.ties) for round_ in rules.scored_rounds if _decide(round_.advance)]
    last = [(rules.scored_rounds[-1], rules.final_ties)] if any(map(_decide, rules.final.awards)) else []
    for round_, ties in (*waits, *last):
        if edition.states[round_.id] not in DECIDED and not any(tie.by == "judges_decide" for tie in ties):
            yield Problem("nobody_decides_ties", round=edition.say(round_.id))


def _decide(part: Advance | Awards | None) -> bool:
    return part is not None and part.at_cut == "decide"


def _idle(edition: Edition) -> Iterator[Problem]:
    """Find groups and categories of the rules without entries, and judges without a sheet in any round."""
    rules, entries, judges = edition.rules, edition.registers.entries, edition.registers.judges
    groups = [group.name for group in rules.groups if group.id not in set(entries["group"])]
    categories = [category.name for category in rules.categories if category.id not in set(entries["category"])]
    if empty := [name.say(edition.language) for name in (*groups, *categories)]:
        yield Problem("lists_without_entries", names=empty)
    everybody = set(entries["entry_id"])
    sheets = pd.concat([sheets_asked(edition, round_.id, everybody) for round_ in rules.scored_rounds])
    busy = {*sheets.loc[~sheets["recused"], "judge_id"], *edition.decisions.of("substituted")["value"]}
    reserve = {judge for judge, own in zip(judges["judge_id"], judges["rounds"], strict=True) if RESERVE in parts(own)}
    if idle := [judge for judge in judges["judge_id"] if judge not in busy | reserve]:
        yield Problem("judges_without_sheet", judges=idle)


def _dates(edition: Edition) -> Iterator[Problem]:
    """Find innovations that were applied before they were tried, or on a day that has not come yet."""
    table, today = edition.registers.entries, datetime.now(WIB).date().isoformat()
    trial, applied = table["trial_start"], table["applied_since"]
    for code, wrong in {
        "applied_before_trial": (trial > applied) & (applied != ""),
        "date_in_future": (trial > today) | (applied > today),
    }.items():
        if wrong.any():
            yield Problem(code, entries=[*table.loc[wrong, "entry_id"]])


def _hidden(edition: Edition) -> Iterator[Problem]:
    """Find hidden rows and columns of registers in workbooks: they count, though nobody sees them."""
    from openpyxl import load_workbook  # noqa: PLC0415  (slow to import, and most registers are CSV)

    for name in COLUMNS:
        path = register_path(edition.folder, name, needed=False)
        if path is None or path.suffix != ".xlsx":
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which are not read here
            page = next(page for page in load_workbook(path).worksheets if page.sheet_state == "visible")
        hidden = [at for at, row in page.row_dimensions.items() if row.hidden and at <= page.max_row]
        spans = [(c.min or 1, c.max or 1) for c in page.column_dimensions.values() if c.hidden]
        columns = [letter(at - 1) for first, last in spans for at in range(first, last + 1)]
        if hidden or columns:
            said = {"rows": ", ".join(runs(hidden)) or "–", "columns": ", ".join(columns) or "–"}
            yield Problem("hidden_cells", file=path.name, **said)


def _sizes_that_differ(edition: Edition) -> Iterator[Problem]:
    """Find means of parts of which one can earn more than another, so that its weight says less than it seems to."""
    rules, last = edition.rules, edition.rules.last_round
    if edition.states[last] in DECIDED:
        return
    t = edition.texts
    for round_ in rules.scored_rounds:
        step = next((step for step in round_.score if step.over == "criteria" and step.by in _MEANS), None)
        if step is not None and getattr(step, "out_of", None) is None:
            highs = {part.name.say(t.language): round_.scale_of(part.id).high for part in round_.marked}
            if len({*highs.values()}) > 1:
                parts = [t("report.size", part=name, high=high) for name, high in highs.items()]
                yield Problem("sizes_differ", where=edition.say(round_.id), parts=parts)
    if rules.final.score[0].by in _MEANS:
        tops = {edition.say(name): _best_score(edition, name) for name in round_factors(rules)}
        if len({*tops.values()} - {None}) > 1:
            parts = [t("report.size", part=name, high=top) for name, top in tops.items() if top is not None]
            yield Problem("sizes_differ", where=t("explain.final_title"), parts=parts)


def _values_of_none(edition: Edition) -> Iterator[Problem]:
    """Find values that the rules look at and no entry has."""
    known = sorted({*edition.registers.values["value_id"]})
    for value in edition.rules.named_values:
        if value not in known:
            yield Problem("value_of_none", value=value, known=known or "–")


def _best_score(edition: Edition, round_: str) -> Decimal | None:
    """Return the score of an entry that has the best of every mark while all others have the worst, if that is known.

    It is not where criteria take values, which have no end, or where marks are standardised.
    """
    rules = edition.rules.round(round_)
    if rules.kind == "values" or len(rules.marked) < len(rules.parts) or any(s.by == "z_score" for s in rules.score):
        return None
    plain = tuple(part.model_copy(update={"where": {}, "panel": None}) for part in rules.criteria)
    *steps, last = (step for step in rules.score if getattr(step, "value", None) is None)
    score = (*steps, last.model_copy(update={"round": rules.decimals}))
    plain_round = rules.model_copy(update={"criteria": plain, "score": score})
    panel = edition.panel(round_)
    judges = sorted({*panel["judge_id"]}.difference(rules.uncounted))
    ends = {
        part.id: (Fraction(plain_round.scale_of(part.id).high), Fraction(plain_round.scale_of(part.id).low))
        for part in plain_round.parts
    }
    best, worst = (
        {name: pair[n] for name, pair in ends.items()} for n in ((1, 0) if rules.kind == "ranks" else (0, 1))
    )
    size = min(max(len({*panel["entry_id"]}), 1), _LARGE)
    sheets = {f"{n}": dict.fromkeys(judges, best if n == 0 else worst) for n in range(size)}
    found = recount(
        plain_round, edition.rules.rounding, {name: Panel(judges, judges, own) for name, own in sheets.items()}
    )
    return found["0"].score if "0" in found else None


def _gather(found: Collector, find: Callable[[], Iterable[Problem] | None]) -> None:
    """Add what a search returns, or raises, to what was found."""
    try:
        for mistake in find() or ():
            found.add(mistake)
    except Problem as error:
        found.add(error)


def _hindrances(edition: Edition) -> Iterator[Problem]:
    """Find what keeps entries of rounds that are not decided from getting a score."""
    record = edition.record
    for round_, state in edition.states.items():
        if state in DECIDED:
            continue
        entrants = entrants_so_far(edition, round_) or set()
        yield from hindrances_of_round(edition.rules, round_, entrants, record.panel, record.recusals, edition.facts)


def _not_as_decided(edition: Edition) -> Iterator[Problem]:
    """Find decided rankings that are not what was decided, and published ones that had not been decided."""
    for name, state in edition.states.items():
        if state == "decided" and edition.has_numbered_hash(name) and edition.overturned(name, edition.computed):
            yield Problem("decision_differs", round=edition.say(name), edition=edition.name, id=name)
        decided = ""
        versions = iter(edition.history.versions(name))
        for kind, value in _decisions(edition, name):
            if kind == "round_decided":
                decided = value
                continue
            version = next(versions)
            if not has_hash(version.csv, decided):
                yield Problem("published_not_decided", round=edition.say(name), number=version.number)


def _decisions(edition: Edition, round_id: str) -> list[tuple[str, str]]:
    events = edition.history.events(["round_decided", "round_published"], round_id)
    return [*events[["kind", "value"]].itertuples(index=False, name=None)]


def _otherwise(edition: Edition) -> Iterator[Problem]:
    """Find published results, and results that an earlier kit decided, that would come out otherwise today."""
    for name, state in edition.states.items():
        if state == "published" and len(changed := unpublished(edition, name)):
            entries = sorted(set(changed["entry_id"]))
            yield Problem(
                "published_otherwise", round=edition.say(name), edition=edition.name, n=len(changed), entries=entries
            )
        numbered = state != "decided" or edition.has_numbered_hash(name)
        if not numbered and edition.overturned(name, edition.computed):
            yield Problem("decided_otherwise", round=edition.say(name), edition=edition.name, id=name)


def _duplicates(edition: Edition) -> Iterator[Problem]:
    """Find entries with one title while nobody has marked any: the selection is the time to look at them."""
    first = edition.rules.first_round
    if edition.states[first] == "not_opened":
        yield from same_titles(edition, set(edition.record.entries["entry_id"]) - edition.record.gone(first))


def _next_gate(edition: Edition) -> Iterator[Problem]:
    """Find what stands against opening the next round, once nothing is under way before it."""
    states = edition.history.round_states()
    for round_ in edition.rules.rounds:
        state = states.get(round_.id)
        if state in {"open", "plenary"}:
            return
        begun = any(state != "not_opened" for state in edition.states.values())
        if state is None and (round_.scored or not begun):  # a selection may be left out
            gate = rounds.gate(edition, round_.id)
            yield from (*gate.stops, *gate.remarks)
            return

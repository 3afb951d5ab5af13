"""Everything that is wrong with an edition, and everything that somebody should look at before it goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kit.contest import rounds
from kit.contest.rounds import same_titles, unpublished
from kit.edition import EntrantsUnknown
from kit.errors import Collector, Problem
from kit.history import DECIDED, has_hash
from kit.index.readiness import check_claims
from kit.scoring.recount import Panel, recount, round_factors
from kit.scoring.scores import hindrances_of_round

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from decimal import Decimal

    from kit.edition import Edition
    from kit.ledger import Heads


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
        looked_at = (_duplicates, _next_gate, _awards_out_of_reach, _sizes_that_differ, _values_of_none)
        for found in (one for look in looked_at for one in look(edition)):
            if found not in mistakes.found and found not in remarks.found:
                remarks.add(found)
    latest = edition.history.table["time"].max() if edition.history.last else None
    if latest is not None and latest > datetime.now(UTC):
        remarks.add(Problem("event_in_future", event=edition.history.last, time=latest.to_pydatetime()))
    return Findings(mistakes.found, remarks.found)


def _awards_out_of_reach(edition: Edition) -> Iterator[Problem]:
    """Find awards among finalists of which there are more, in a list, than the last cut sends on."""
    rules, last = edition.rules, [*edition.states][-1]
    if edition.states[last] in DECIDED:
        return
    cut = next((round_.advance for round_ in reversed(rules.scored_rounds[:-1]) if round_.advance), None)
    places = cut.places if cut and not cut.plus_best else None
    for awards in rules.final.awards:
        within = awards.among == "finalists" and cut is not None and awards.scope == cut.scope
        if within and places and len(awards.names) > places:
            names = [name.say(edition.language) for name in awards.names[places:]]
            yield Problem("awards_out_of_reach", awards=names, places=places)


def _sizes_that_differ(edition: Edition) -> Iterator[Problem]:
    """Find means of parts of which one can earn more than another, so that its weight says less than it seems to."""
    rules, last = edition.rules, [*edition.states][-1]
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
    plain_round = rules.model_copy(update={"criteria": plain, "score": rules.reducing})
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
    for n, (round_, state) in enumerate(edition.states.items()):
        if state in DECIDED:
            continue
        try:
            entrants = edition.entrants(round_)
        except EntrantsUnknown:  # of the first round all that are still admitted, of a later one nobody knows
            entrants = set() if n else set(record.entries["entry_id"]) - record.gone(round_)
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
    first = next(iter(edition.states))
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

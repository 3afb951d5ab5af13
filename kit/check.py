"""Everything that is wrong with an edition, and everything that somebody should look at before it goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from kit.contest import rounds
from kit.contest.rounds import same_titles, unpublished
from kit.edition import EntrantsUnknown
from kit.errors import Collector, Problem
from kit.history import DECIDED, has_hash
from kit.index.readiness import check_claims
from kit.scoring.scores import hindrances_of_round

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kit.edition import Edition
    from kit.ledger import Heads


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
        for found in (*_duplicates(edition), *_next_gate(edition), *_awards_out_of_reach(edition)):
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

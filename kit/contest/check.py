"""Everything that is wrong with an edition, and everything that somebody should look at before it goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from kit.contest.versions import unpublished
from kit.edition import DECIDED, DecisionDiffers, EntrantsUnknown, PublishedNotDecided
from kit.errors import Collector, KitError
from kit.history import has_hash
from kit.judgeable import hindrances_of_round
from kit.years.index.readiness import check_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kit.edition import Edition
    from kit.ledger import Heads


class EventInFuture(KitError, ValueError):
    """The last event is dated after now: a clock was wrong, and every later event takes that time over."""


class PublishedOtherwise(KitError, ValueError):
    """A published result would come out otherwise if it were computed today; what was published holds."""


class DecidedOtherwise(KitError, ValueError):
    """A ranking that an earlier version of the kit decided would come out otherwise today."""


class Findings(NamedTuple):
    """What was found in an edition.

    Args:
        mistakes: what is wrong.
        remarks: what somebody should look at, before a round is opened or because it comes out otherwise today.
    """

    mistakes: list[KitError]
    remarks: list[KitError]


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
        for collector, find in ((mistakes, _hindrances), (mistakes, _not_as_decided), (remarks, _otherwise)):
            _gather(collector, lambda find=find: find(edition), collector)  # type: ignore[misc]
        for found in _next_gate(edition):
            if found not in mistakes.found:
                remarks.add(found)
    latest = edition.history.table["time"].max() if edition.history.last else None
    if latest is not None and latest > datetime.now(UTC):
        remarks.add(EventInFuture(event=edition.history.last, time=latest.to_pydatetime()))
    return Findings(mistakes.found, remarks.found)


def _gather(mistakes: Collector, find: Callable[[], Iterable[KitError] | None], into: Collector | None = None) -> None:
    try:
        for found in find() or ():
            (into or mistakes).add(found)
    except KitError as error:
        mistakes.add(error)


def _hindrances(edition: Edition) -> Iterator[KitError]:
    """Find what keeps entries of rounds that are not decided from getting a score."""
    record = edition.record
    for n, (round_, state) in enumerate(edition.states.items()):
        if state in DECIDED:
            continue
        try:
            entrants = edition.entrants(round_)
        except EntrantsUnknown:  # of the first round all that are still admitted, of a later one nobody knows
            entrants = set() if n else set(record.entries["entry_id"]) - record.gone(round_)
        yield from hindrances_of_round(edition.rules, round_, entrants, record.panel, record.recusals)


def _not_as_decided(edition: Edition) -> Iterator[KitError]:
    """Find decided rankings that are not what was decided, and published ones that had not been decided."""
    for name, state in edition.states.items():
        if state == "decided" and edition.has_numbered_hash(name) and edition.overturned(name, edition.computed):
            yield DecisionDiffers(round=edition.say(name), edition=edition.name, id=name)
        decided = ""
        versions = iter(edition.history.versions(name))
        for kind, value in _decisions(edition, name):
            if kind == "round_decided":
                decided = value
                continue
            version = next(versions)
            if not has_hash(version.csv, decided):
                yield PublishedNotDecided(round=edition.say(name), number=version.number)


def _decisions(edition: Edition, round_id: str) -> list[tuple[str, str]]:
    events = edition.history.events(["round_decided", "round_published"], round_id)
    return [*events[["kind", "value"]].itertuples(index=False, name=None)]


def _otherwise(edition: Edition) -> Iterator[KitError]:
    """Find what would come out otherwise today than it was published or, by an earlier kit, decided."""
    for name, state in edition.states.items():
        if state == "published" and len(changed := unpublished(edition, name)):
            entries = sorted(set(changed["entry_id"]))
            yield PublishedOtherwise(round=edition.say(name), edition=edition.name, n=len(changed), entries=entries)
        numbered = state != "decided" or edition.has_numbered_hash(name)
        if not numbered and edition.overturned(name, edition.computed):
            yield DecidedOtherwise(round=edition.say(name), edition=edition.name, id=name)


def _next_gate(edition: Edition) -> Iterator[KitError]:
    """Find what stands against opening the next round, once nothing is under way before it."""
    states = edition.history.round_states()
    for round_ in edition.rules.rounds:
        state = states.get(round_.id)
        if state in {"open", "plenary"}:
            return
        begun = any(state != "not_opened" for state in edition.states.values())
        if state is None and (round_.scored or not begun):  # a selection may be left out
            gate = edition.gate(round_.id)
            yield from (*gate.stops, *gate.remarks)
            return

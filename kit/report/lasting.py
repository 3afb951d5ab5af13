"""What an innovation has that lets it last, as last heard: one source for every document that says something of it.

The latest word counts: the follow-up of a year is later than the register of that year, and both are later than those
of the years before. No innovation has failed: it needs support, or it stopped for a reason.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kit.report import summaries

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from kit.edition import Edition

KIND = "follow_up"  # of the events that hold answers
ELEMENTS = ("team", "sop", "funding", "legal_basis", "backing")  # what lets an innovation outlive its makers
ASPECTS = (*ELEMENTS, "partners")
OVER = ("merged", "stopped")  # of these nobody asks again
_ANSWERED = (*ELEMENTS, "person_changed", "beneficiaries", "status")


def given(edition: Edition) -> pd.DataFrame:
    """Return every answer that an edition's ledger holds, in order, superseded ones included.

    Returns:
        ``number``, ``time``, ``actor``, ``innovation_id``, ``question`` and ``answer``.
    """
    events = edition.history.events([KIND]).rename(columns={"entry_id": "innovation_id", "criterion": "question"})
    events["answer"] = events["value"] + events["text"]  # one of them is blank
    return events[["number", "time", "actor", "innovation_id", "question", "answer"]]


def current(answers: pd.DataFrame, until: int | None = None) -> dict[str, dict[str, str]]:
    """Return the answers that count, by innovation and question; blank ones were taken back and are absent.

    Args:
        answers: from :func:`given`.
        until: only what was known up to the event of this number.
    """
    known = answers if until is None else answers[answers["number"] <= until]
    last = known.drop_duplicates(["innovation_id", "question"], keep="last")
    last = last[last["answer"] != ""]
    columns = ["innovation_id", "question", "answer"]
    found: dict[str, dict[str, str]] = {}
    for innovation, question, answer in last[columns].itertuples(index=False, name=None):
        found.setdefault(innovation, {})[question] = answer
    return found


class Known(NamedTuple):
    """What is known of one aspect of an innovation.

    Args:
        value: ``ya`` or ``tidak``; a number of people for beneficiaries, and how the innovation fares for its status.
        source: ``register`` or ``follow_up``.
        year: of which edition.
    """

    value: str
    source: str
    year: str


Profile = dict[str, Known]


def innovations(edition: Edition) -> pd.Series[str]:
    """Return each entry's innovation, by entry_id: its innovation_id, or a name of its own where that is blank."""
    entries = edition.registers.entries.set_index("entry_id")["innovation_id"]
    own = edition.name + "/" + entries.index.to_series()
    return entries.where(entries != "", own)


def profiles(editions: Iterable[Edition]) -> dict[str, Profile]:
    """Return what is last known of each innovation (:func:`innovations`), by aspect.

    Leaders' backing is asked in follow-ups alone, and partners stand in registers alone; an aspect that nobody spoke
    of is absent. An innovation that takes part again runs again.

    Args:
        editions: oldest first.
    """
    found: dict[str, Profile] = {}
    for edition in editions:
        entries = edition.registers.entries
        said_of_partners = (entries["partners"] != "").any()
        for name, row in zip(innovations(edition), entries.to_dict("records"), strict=True):
            own = {aspect: row[aspect] for aspect in ELEMENTS if row.get(aspect)}
            if said_of_partners:
                own["partners"] = "ya" if row["partners"] else "tidak"
            profile = found.setdefault(name, {})
            profile.pop("status", None)
            profile.update({aspect: Known(value, "register", edition.name) for aspect, value in own.items()})
        for innovation, answers in current(given(edition)).items():
            heard = {name: Known(answers[name], "follow_up", edition.name) for name in _ANSWERED if name in answers}
            found.setdefault(innovation, {}).update(heard)
    return found


def lacks(profile: Profile) -> list[str]:
    """Return the elements that an innovation is known to lack; partners are none: not every innovation needs one."""
    return [aspect for aspect in ELEMENTS if aspect in profile and profile[aspect].value == "tidak"]


def is_over(profile: Profile) -> bool:
    """Tell whether the innovation is last known to have stopped or to have been merged into another."""
    return "status" in profile and profile["status"].value in OVER


def reasons(profile: Profile, *, silent: bool) -> list[str]:
    """Return why an innovation needs support: ``lacks_...``, ``handover``, ``silent``; nothing where it is over.

    Args:
        profile: from :func:`profiles`.
        silent: whether the latest follow-up has not heard of it.
    """
    if is_over(profile):
        return []
    found = [f"lacks_{aspect}" for aspect in lacks(profile)]
    changed = "person_changed" in profile and profile["person_changed"].value == "ya"
    return found + ["handover"] * (changed and "sop" in lacks(profile)) + ["silent"] * silent


class Lasting(NamedTuple):
    """What is last known of the entries of one edition.

    Args:
        innovations: the profile of every innovation, of this edition or an earlier one, as :func:`profiles`.
        profiles: by entry_id.
        reasons: why each entry needs support, by entry_id; empty where it does not.
        years: the follow-ups from which any of it is known, oldest first.
    """

    innovations: dict[str, Profile]
    profiles: dict[str, Profile]
    reasons: dict[str, list[str]]
    years: list[str]


def lasting(edition: Edition) -> Lasting:
    """Return what is last known of each entry of an edition, from it and all editions before it."""
    return _lasting(edition, edition.fingerprint)


@lru_cache(maxsize=4)
def _lasting(edition: Edition, _fingerprint: str) -> Lasting:
    """Read once for all documents, as long as the ledger does not go on."""
    known = profiles([*summaries.earlier(edition).editions, edition])
    names = edition.registers.entries.set_index("entry_id")["innovation_id"].to_dict()
    own = {str(entry): known[name] for entry, name in innovations(edition).items()}
    heard = current(given(edition))
    asked = {entry for entry, name in names.items() if heard and name}  # what has no id cannot be asked about
    silent = {entry: entry in asked and "status" not in heard.get(name, {}) for entry, name in names.items()}
    why = {entry: reasons(profile, silent=silent[entry]) for entry, profile in own.items()}
    sources = {fact.year for profile in own.values() for fact in profile.values() if fact.source == "follow_up"}
    return Lasting(known, own, why, sorted(sources))


def readiness(edition: Edition) -> dict[str, int]:
    """Count the entries that have each of :data:`ASPECTS` of which anything is known.

    ``all`` counts those that have every element of which anything is known, ``support`` those that need support; an
    aspect of which nothing is known is left out, and ``all`` where no element is known.
    """
    found, entries = lasting(edition), [*summaries.entries(edition)["entry_id"]]
    own = [found.profiles[entry] for entry in entries]
    has = {
        aspect: [aspect in profile and profile[aspect].value == "ya" for profile in own]
        for aspect in ASPECTS
        if any(aspect in profile for profile in own)
    }
    counts = {aspect: sum(each) for aspect, each in has.items()}
    if known := [has[aspect] for aspect in ELEMENTS if aspect in has]:
        counts["all"] = sum(map(all, zip(*known, strict=True)))
    return counts | {"support": sum(bool(found.reasons[entry]) for entry in entries)}


class Reached(NamedTuple):
    """How many people the innovations of an edition and of those before it reach, by the answers of its follow-up.

    Args:
        innovations: how many that are not over said a number.
        people: all of them together; somebody whom two innovations reach counts twice.
    """

    innovations: int
    people: int


def reached(edition: Edition) -> Reached:
    """Add up what units answered in the follow-up of one year."""
    answers = current(given(edition)).values()
    said = [int(own["beneficiaries"]) for own in answers if "beneficiaries" in own and own.get("status") not in OVER]
    return Reached(len(said), sum(said))

"""What an innovation has that lets it last: as registered, and as the follow-up has heard since."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kit.report.blocks import Column, Table
from kit.years.answers import current, given
from kit.years.questions import ELEMENTS
from kit.years.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kit.edition import Edition
    from kit.texts import Texts

ASPECTS = (*ELEMENTS, "partners")
_TOLD = (*ASPECTS, "person_changed", "beneficiaries")


class Known(NamedTuple):
    """What is known of one aspect of an innovation.

    Args:
        value: ``ya`` or ``tidak`` (a number of people for beneficiaries).
        source: ``register`` or ``follow_up``.
        year: of which edition.
    """

    value: str
    source: str
    year: str


Profile = dict[str, Known]


def profiles(span: Span) -> dict[str, Profile]:
    """Return what is last known of each innovation, by :attr:`Span.entries`' ``innovation`` and aspect.

    A follow-up is later than the register of its year. Leaders' backing is asked in follow-ups alone, and partners
    stand in registers alone; an aspect that nobody spoke of is absent.
    """
    found: dict[str, Profile] = {}
    for year, edition in span.editions.items():
        entries = span.entries[span.entries["year"] == year]
        said_of_partners = (entries["partners"] != "").any()
        for name, row in zip(entries["innovation"], entries.to_dict("records"), strict=True):
            own = {aspect: row[aspect] for aspect in ELEMENTS if row.get(aspect)}
            if said_of_partners:
                own["partners"] = "ya" if row["partners"] else "tidak"
            found.setdefault(name, {}).update(_known(own, "register", year))
        for innovation, answers in current(given(edition)).items():
            own = {aspect: answers[aspect] for aspect in _TOLD if aspect in answers}
            found.setdefault(innovation, {}).update(_known(own, "follow_up", year))
    return found


def _known(own: dict[str, str], source: str, year: str) -> Profile:
    return {aspect: Known(value, source, year) for aspect, value in own.items()}


def lasting_profile(edition: Edition, entry_id: str) -> Table:
    """Return the readiness of one entry to last, as a table for its feedback sheet and for reports.

    Args:
        edition: in the language of the document.
        entry_id: one of its entries.
    """
    t = edition.texts
    entries = edition.registers.entries.set_index("entry_id")
    name = str(entries.loc[entry_id, "innovation_id"]) or f"{edition.name}/{entry_id}"
    own = _profiles(edition, edition.fingerprint)[name]
    rows = [
        {"aspect": t(f"followup.q_{aspect}"), **dict(zip(("now", "source"), said(own.get(aspect), t), strict=True))}
        for aspect in ASPECTS
    ]
    columns = [
        Column("aspect", t("followup.column_aspect"), width=3),
        Column("now", t("followup.column_now"), width=2),
        Column("source", t("followup.column_source"), width=3),
    ]
    lacking = [t(f"followup.item_{aspect}") for aspect in lacks(own)]
    key = "lacks" if lacking else "whole" if own.keys() >= {*ELEMENTS} else "open"
    about = {"caption": t("followup.lasting_caption"), "notes": [t(f"followup.lasting_{key}", lacking=lacking)]}
    return Table.of(pd.DataFrame(rows), t, columns=columns, row_header="aspect", **about)


@lru_cache(maxsize=2)
def _profiles(edition: Edition, _fingerprint: str) -> dict[str, Profile]:
    """Read once for all entries of an edition, as long as its ledger does not go on."""
    return profiles(Span.of(edition))


def elements(rows: Iterable[tuple[str, Profile]], t: Texts, caption: str, notes: Sequence[str] = ()) -> Table:
    """Return what several innovations have, each named and given with its profile, as one table."""
    shown = [{"title": name, **{a: said(own.get(a), t)[0] for a in ASPECTS}} for name, own in rows]
    columns = [Column("title", t("report.column_innovation"), width=4)]
    columns += [Column(aspect, t(f"followup.q_{aspect}"), width=2) for aspect in ASPECTS]
    about = {"caption": caption, "notes": notes}
    return Table.of(pd.DataFrame(shown), t, columns=columns, row_header="title", **about)


def lacks(profile: Profile) -> list[str]:
    """The elements that an innovation is known to lack; partners are none, since not every innovation needs one."""
    return [aspect for aspect in ELEMENTS if aspect in profile and profile[aspect].value == "tidak"]


def said(known: Known | None, t: Texts) -> tuple[str, str]:
    """An aspect's state and where it is known from, in words."""
    if known is None:
        return t("followup.unknown"), ""
    return t(f"followup.{known.value}"), t(f"followup.from_{known.source}", year=known.year)

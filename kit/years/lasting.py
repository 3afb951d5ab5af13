"""What innovations have that lets them last (:mod:`kit.report.lasting`), as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.render.blocks import Column, Table
from kit.report.lasting import ASPECTS, ELEMENTS, is_over, lasting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kit.edition import Edition
    from kit.report.lasting import Known, Profile
    from kit.texts import Texts


def lasting_profile(edition: Edition, entry_id: str) -> Table:
    """Return the readiness of one entry to last, as a table for its feedback sheet and for reports.

    Args:
        edition: in the language of the document.
        entry_id: one of its entries.
    """
    t, known = edition.texts, lasting(edition)
    own, why = known.profiles[entry_id], [*worded(known.reasons[entry_id], t)]
    rows = [
        {"aspect": t(f"followup.q_{aspect}"), **dict(zip(("now", "source"), said(own.get(aspect), t), strict=True))}
        for aspect in ASPECTS
    ]
    columns = [
        Column("aspect", t("followup.column_aspect")),
        Column("now", t("followup.column_now")),
        Column("source", t("followup.column_source")),
    ]
    key = "needs" if why else "over" if is_over(own) else "whole" if own.keys() >= {*ELEMENTS} else "open"
    about = {"caption": t("followup.lasting_caption"), "notes": [t(f"followup.lasting_{key}", why="; ".join(why))]}
    return Table.of(rows, t, columns=columns, row_header="aspect", **about)


def elements(rows: Iterable[tuple[str, Profile]], t: Texts, caption: str, notes: Sequence[str] = ()) -> Table:
    """Return what several innovations have, each named and given with its profile, as one table."""
    shown = [{"title": name, **{a: said(own.get(a), t)[0] for a in ASPECTS}} for name, own in rows]
    columns = [Column("title", t("report.column_innovation"))]
    columns += [Column(aspect, t(f"followup.q_{aspect}")) for aspect in ASPECTS]
    about = {"caption": caption, "notes": notes}
    return Table.of(shown, t, columns=columns, row_header="title", **about)


def worded(reasons: Iterable[str], t: Texts) -> Iterator[str]:
    """Say why an innovation needs support, from :func:`kit.report.lasting.reasons`."""
    reasons = [*reasons]
    if items := [reason.removeprefix("lacks_") for reason in reasons if reason.startswith("lacks_")]:
        yield t("followup.why_lacks", items=[t(f"followup.item_{item}") for item in items])
    yield from (t(f"followup.why_{reason}") for reason in reasons if not reason.startswith("lacks_"))


def said(known: Known | None, t: Texts) -> tuple[str, str]:
    """An aspect's state and where it is known from, in words."""
    if known is None:
        return t("followup.unknown"), ""
    return t(f"followup.{known.value}"), t(f"followup.from_{known.source}", year=known.year)

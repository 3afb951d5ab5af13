"""Entries, judges and criteria with the lowest or the highest marks only, whose Rasch measure would be infinite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kit.fairness.rasch_fit import FACETS, codes_of, shifts

if TYPE_CHECKING:
    from kit.fairness.panel import Flags, Floats, Panel, Places
    from kit.fairness.rasch import Fitted
    from kit.fairness.rasch_fit import Facet

SHORT = 0.3  # by how much of a category an extreme score is brought in, as Facets does by default


def extremes(panel: Panel, place: Places) -> dict[Facet, Places]:
    """Per element, in which pass its marks were found all lowest or all highest; 0: never.

    Each pass leaves out what the one before found, which may leave others with extremes only. An element whose marks
    all went with others has -1.
    """
    codes = codes_of(panel)
    removed = {facet: np.zeros(code.max() + 1, dtype=np.int64) for facet, code in codes.items()}
    turn = 0
    while True:
        turn += 1
        kept = kept_marks(panel, removed)
        low, high = place[kept].min(initial=place.max()), place[kept].max(initial=place.min())
        found = False
        for facet, code in codes.items():
            size = len(removed[facet])
            marks = np.bincount(code[kept], minlength=size)
            lowest = np.bincount(code[kept], place[kept] == low, size)
            highest = np.bincount(code[kept], place[kept] == high, size)
            fresh = (removed[facet] == 0) & ((marks == lowest) | (marks == highest))
            removed[facet][fresh] = np.where(marks[fresh] > 0, turn, -1)
            found |= bool(fresh.any())
        if not found:
            return removed


def kept_marks(panel: Panel, removed: dict[Facet, Places]) -> Flags:
    """Per mark, whether entry, judge and criterion all have a say."""
    kept: Flags = np.logical_and.reduce([(removed[facet] == 0)[code] for facet, code in codes_of(panel).items()])
    return kept


def all_lifts(
    panel: Panel, place: Places, removed: dict[Facet, Places], fitted: Fitted
) -> tuple[dict[Facet, Floats], dict[Facet, Floats], dict[Facet, list[str | None]]]:
    """How much every element raises a mark, with its error and the sentence on why it is no plain estimate.

    Those with extreme marks only come last, in the reverse order of their removal, each from its marks with those who
    were still there.
    """
    codes, point, top = codes_of(panel), fitted.point, len(fitted.point.step)
    category = np.clip(np.rint(np.interp(place, fitted.used, np.arange(top + 1))), 0, top)
    lifts: dict[Facet, Floats] = {facet: np.full(len(out), np.nan) for facet, out in removed.items()}
    errors = {facet: lift.copy() for facet, lift in lifts.items()}
    why: dict[Facet, list[str | None]] = {
        facet: ["fairness.rasch_unlinked" if turn else None for turn in out] for facet, out in removed.items()
    }
    for (facet, code), own in zip(codes_of(fitted.panel).items(), point, strict=False):
        core = removed[facet] == 0
        lifts[facet][core] = own
        errors[facet][core] = np.bincount(code, fitted.moments.variance) ** -0.5
    for turn in range(max(int(out.max()) for out in removed.values()), 0, -1):
        known = {facet: lift.copy() for facet, lift in lifts.items()}
        for facet, code in codes.items():
            one, two = (known[other][codes[other]] for other in FACETS if other != facet)
            theta = one + two
            rows = np.flatnonzero((removed[facet][code] == turn) & np.isfinite(theta))
            who, group = np.unique(code[rows], return_inverse=True)
            score, most = np.bincount(group, category[rows]), np.bincount(group) * top
            target = np.clip(score, SHORT, most - SHORT)
            lifts[facet][who], information = shifts(theta[rows], group, target, point.step)
            errors[facet][who] = information**-0.5
            for n, total in zip(who, score, strict=True):
                why[facet][n] = "fairness.rasch_extreme_high" if total else "fairness.rasch_extreme_low"
    return lifts, errors, why

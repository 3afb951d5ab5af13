"""What stands out under the Rasch model: judges who favour a criterion, and marks that look unlike the others'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import chi2

from kit.fairness.rasch import SHORT
from kit.fairness.rasch_fit import codes_of, names_of, shifts

if TYPE_CHECKING:
    from kit.fairness.panel import Flags, Floats, Panel, Places
    from kit.fairness.rasch import Fitted, Rasch
    from kit.fairness.rasch_fit import Facet

NOISY, DISTORTING, MUTED = 1.5, 2.0, 0.5  # mean-squares: Linacre, Rasch Measurement Transactions 16:2 (2002) 878
SURPRISING = 2.0  # standardised: by chance in about one of twenty
NARROW = 0.5  # the kit's own: half of the spread to be expected
LEAST = 10  # the kit's own: comparisons below which a spread says little
FLAGS = ["facet", "id", "flag", "value", "bound"]


@dataclass(frozen=True, eq=False)
class Bias:
    """How far the marks of each pair, a judge and a criterion for instance, lie from what both deserve.

    Args:
        cells: per pair its two ids under the names of their facets, ``marks``, ``observed`` and ``expected`` (sums of
            marks), ``bias`` in logits (above zero: marked higher than expected), its ``error``, ``t``, and ``why`` it
            is no plain estimate.
        chi_square: the sum of all squared ``t``: is there any bias at all?
        freedom: the number of cells.
        p: the chance of a sum as large without bias.
    """

    cells: pd.DataFrame
    chi_square: float
    freedom: int
    p: float


def bias(fitted: Fitted, first: Facet = "judge", second: Facet = "criterion") -> Bias:
    """Estimate the interaction of two facets, everything else held (Linacre 1989; Facets, Table 13).

    A cell of lowest or highest marks only is brought in by 0.3 of a category, as with extreme elements.
    """
    codes = codes_of(fitted.panel)
    names = names_of(fitted.panel)
    wide = len(names[second])
    cells, group = np.unique(codes[first] * wide + codes[second], return_inverse=True)
    marks, score = np.bincount(group), np.bincount(group, fitted.category)
    target = np.clip(score, SHORT, marks * len(fitted.point.step) - SHORT)
    size, information = shifts(fitted.theta, group, target, fitted.point.step)
    t = size * np.sqrt(information)
    square = float(t @ t)
    table = pd.DataFrame(
        {
            first: np.array(names[first], dtype=object)[cells // wide],
            second: np.array(names[second], dtype=object)[cells % wide],
            "marks": marks,
            "observed": np.bincount(group, fitted.panel.value),
            "expected": np.bincount(group, fitted.expected_marks),
            "bias": size,
            "error": information**-0.5,
            "t": t,
            "why": pd.Series(
                [None if same else "fairness.rasch_extreme_cell" for same in target == score], dtype=object
            ),
        }
    )
    return Bias(table, square, len(cells), float(chi2.sf(square, len(cells))))


def flags(panel: Panel, found: Rasch) -> pd.DataFrame:
    """List what deserves a second look, worst first within each kind; a sign, never a proof.

    - Misfit: the mean-square further from 1 of infit and outfit above 1.5 (above 2 it distorts measurement) or below
      0.5 (too predictable), where its normal form is beyond 2 as well (Linacre 2002).
    - Halo: within an entry, a judge's marks spread over the criteria less than half as much as the other judges' do
      in the median (Saal, Downey and Lahey, Psychological Bulletin 88 (1980) 413-428; the bound is the kit's own).
    - Restricted range: over the entries, a judge's marks on a criterion spread less than half as much as the model
      expects of these entries. In the middle third of the scale that is central tendency (the same authors; the bound
      is the kit's own). Who restricts the range is not also flagged for halo.

    Returns:
        ``facet``, ``id``, ``flag`` (the catalogue's sentence), ``value`` and the ``bound`` that it has passed.
    """
    if found.fitted is None:
        return pd.DataFrame(columns=FLAGS)
    narrow = _range(found.fitted)
    halo = _halo(panel)
    halo = halo[~halo["id"].isin(narrow["id"])]
    parts = [part for part in (_misfits(found.measures), narrow, halo) if len(part)]
    return pd.concat(parts, ignore_index=True)[FLAGS] if parts else pd.DataFrame(columns=FLAGS)


def _misfits(measures: pd.DataFrame) -> pd.DataFrame:
    known = measures[measures["infit"].notna()]
    square, normal = known[["infit", "outfit"]].to_numpy(), known[["infit_z", "outfit_z"]].to_numpy()
    far = np.abs(np.log(np.maximum(square, 1e-12)))
    row, worst = np.arange(len(known)), np.where(far[:, 0] >= far[:, 1], 0, 1)
    value, z = square[row, worst], normal[row, worst]
    bound = np.select([value > DISTORTING, value > NOISY, value < MUTED], [DISTORTING, NOISY, MUTED], np.nan)
    names = {DISTORTING: "fairness.flag_distorts", NOISY: "fairness.flag_misfit", MUTED: "fairness.flag_overfit"}
    table = known[["facet", "id"]].assign(flag=pd.Series(bound, known.index).map(names), value=value, bound=bound)
    found: pd.DataFrame = table[(np.abs(z) >= SURPRISING) & ~np.isnan(bound)]
    return found.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def _range(fitted: Fitted) -> pd.DataFrame:
    """Judges whose marks spread less over the entries than the model expects."""
    panel, values = fitted.panel, fitted.levels
    expected, width = fitted.expected_marks, np.gradient(values).mean()
    cell = panel.judge * len(panel.criteria) + panel.criterion
    marks = np.bincount(cell)
    seen = np.bincount(cell, _apart(panel.value, cell) ** 2)
    hoped = np.bincount(cell, _apart(expected, cell) ** 2 + fitted.moments.variance * width**2 * (1 - 1 / marks[cell]))
    judge = np.arange(len(marks)) // len(panel.criteria)
    compared = np.bincount(judge, np.maximum(marks - 1, 0))
    hoped_of, seen_of = np.bincount(judge, hoped), np.bincount(judge, seen)
    ratio = np.sqrt(seen_of / np.where(hoped_of > 0, hoped_of, np.inf))
    low, high = float(fitted.scale.low), float(fitted.scale.high)
    mean = np.bincount(panel.judge, panel.value) / np.bincount(panel.judge)
    middle = np.abs(mean - (low + high) / 2) <= (high - low) / 6
    flag = np.where(middle, "fairness.flag_central", "fairness.flag_range")
    return _judges(panel.judges, flag, ratio, (compared >= LEAST) & (hoped_of > 0))


def _halo(panel: Panel) -> pd.DataFrame:
    """Judges whose marks for one entry spread less than those of the other judges."""
    _, sheet = np.unique(panel.entry * len(panel.judges) + panel.judge, return_inverse=True)
    marks = np.bincount(sheet)
    within = np.bincount(panel.judge, _apart(panel.value, sheet) ** 2)
    compared = np.bincount(panel.judge, 1 - 1 / marks[sheet])  # marks less sheets
    spread = np.sqrt(within / np.where(compared > 0, compared, np.inf))
    able = compared > LEAST - 0.5
    usual = np.zeros(len(spread))
    for n in np.flatnonzero(able):
        others = able.copy()
        others[n] = False
        usual[n] = np.median(spread[others]) if others.any() else 0.0
    ratio = spread / np.where(usual > 0, usual, np.inf)
    return _judges(panel.judges, "fairness.flag_halo", ratio, able & (usual > 0))


def _apart(value: Floats, group: Places) -> Floats:
    """How far each value lies from the mean of its group."""
    return value - (np.bincount(group, value) / np.maximum(np.bincount(group), 1))[group]


def _judges(judges: tuple[str, ...], flag: Places | str, ratio: Floats, able: Flags) -> pd.DataFrame:
    table = pd.DataFrame({"facet": "judge", "id": judges, "flag": flag, "value": ratio, "bound": NARROW})
    found: pd.DataFrame = table[able & (ratio < NARROW)]
    return found.sort_values("value", kind="stable", ignore_index=True)

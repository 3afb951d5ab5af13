"""An edition's index data put together: parameters, maturities, what can be sent, and what it comes to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.errors import Problem
from kit.index.advice import LASTING, Candidate, best_sending, by_number, next_steps, obstacles
from kit.index.arithmetic import estimate, index, maturity
from kit.index.claims import CLAIMS, has_claims, read_claims
from kit.index.plan import plan
from kit.index.yardstick import read_yardstick
from kit.report.lasting import OVER, Known, lasting
from kit.rules import canonical, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from kit.edition import Edition
    from kit.index.advice import Parameters, Sending, Step
    from kit.index.arithmetic import Estimate
    from kit.index.plan import Plan
    from kit.index.yardstick import Bound


COUNTS = ("verified", "claimed")
_RUNNING = Known("running", "register", "")  # as long as no follow-up says otherwise


class UnknownCount(Problem, ValueError):
    """Parameters are to be counted that are neither the verified nor the claimed ones."""


class NoClaims(Problem, ValueError):
    """The register of claims claims nothing."""


class Readiness:
    """How ready the innovations of an edition are for the index.

    Args:
        edition: its folder holds the claims, and perhaps its own yardstick.
        count: which parameters count: those ``verified``, with 0 where nobody verified yet, or those ``claimed``.

    Raises:
        UnknownCount: ``count`` is neither.
        yardstick_missing: there is no yardstick for this edition.
        Mistakes: everything that is wrong in the yardstick or in the claims, with file, row and column.
        NoClaims: nothing is claimed.
    """

    def __init__(self, edition: Edition, count: str = "verified") -> None:
        if count not in COUNTS:
            raise UnknownCount(value=count)
        self.edition, self.count, self.t = edition, count, edition.texts
        self.yardstick, document, self.files = read_yardstick(edition.folder)
        self.claims = read_claims(edition.folder, self.yardstick, edition.registers)
        parts = {"registers": edition.registers.hashes(), "claims": dict(self.claims.hashes), "yardstick": document}
        self.fingerprint = fingerprint(canonical(parts))
        self.parameters = {name: self._parameters(name) for name in COUNTS}
        self.counted = self.parameters[count]
        if not self.counted:
            raise NoClaims(file=f"{CLAIMS}.csv")

    def _parameters(self, column: str) -> dict[str, Parameters]:
        """The parameters of each innovation that claims anything, by indicator."""
        table = self.claims.table
        found: dict[str, Parameters] = {name: {} for name in table.loc[table["claimed"] > 0, "innovation_id"]}
        columns = (table[name].tolist() for name in ("innovation_id", "indicator"))
        for innovation, no, value in zip(*columns, table[column].fillna(0).tolist(), strict=True):
            if innovation in found:
                found[innovation][no] = int(value)
        return found

    @cached_property
    def table(self) -> pd.DataFrame:
        """Each innovation that has claims, indexed by its id.

        Columns: title, unit, affair, applied_since, sent; ``claimed`` and ``verified``, its maturity as a fraction;
        ``over`` and ``heard``: that it stopped or was merged, and the year of the follow-up that says so;
        ``maturity``, that of the two that counts; ``waiting``, how many claims nobody verified; ``unevidenced``, how
        many have no evidence; ``unfilled``, the mandatory indicators at 0; ``obstacles``, why it cannot be sent.
        """
        mandatory = [no for no, indicator in self.yardstick.by_number.items() if indicator.mandatory]
        claims = self.claims.table[self.claims.table["claimed"] > 0]
        found = self.claims.innovations.loc[list(self.counted)]
        for name in COUNTS:
            matured = [maturity(self.yardstick, given) for given in self.parameters[name].values()]
            found = found.assign(**{name: _objects(matured, found.index)})
        of = claims["innovation_id"]
        unfilled = [tuple(no for no in mandatory if not given.get(no)) for given in self.counted.values()]
        found = found.assign(
            maturity=found[self.count],
            waiting=claims["verified"].isna().groupby(of).sum(),
            unevidenced=(claims["evidence"] == "").groupby(of).sum(),
            unfilled=_objects(unfilled, found.index),
        ).fillna({"waiting": 0, "unevidenced": 0})
        known = lasting(self.edition).innovations
        status = [known[name].get("status", _RUNNING) if name in known else _RUNNING for name in found.index]
        found = found.assign(
            over=[own.value if own.value in OVER else "" for own in status], heard=[own.year for own in status]
        )
        why = [obstacles(self.yardstick, candidate) for candidate in self.candidates(found)]
        return found.assign(obstacles=_objects(why, found.index))

    def candidates(self, table: pd.DataFrame) -> list[Candidate]:
        """Return what decides about sending, for rows of :attr:`table`."""
        columns = ("maturity", "affair", "applied_since", "sent", "unfilled", "over")
        return [Candidate(*row) for row in zip(table.index, *(table[name] for name in columns), strict=True)]

    @cached_property
    def ready(self) -> pd.DataFrame:
        """The rows of :attr:`table` that nothing keeps from being sent."""
        return self.table[~self.table["obstacles"].astype(bool)]

    @cached_property
    def sendings(self) -> list[Sending]:
        """The best set of each size, among those that are ready."""
        return by_number(self.yardstick, self.candidates(self.ready))

    @cached_property
    def sending(self) -> Sending:
        """What is best sent."""
        return best_sending(self.sendings)

    def estimate(self, innovations: Iterable[str]) -> Estimate:
        """Return what some innovations come to."""
        rows = self.table.loc[list(innovations)]
        return estimate(self.yardstick, rows["maturity"].tolist(), rows["affair"].tolist())

    def index(self, found: Estimate) -> Decimal | None:
        """Return the index with an estimate; None while nobody has typed in what SPD earns."""
        return None if self.yardstick.spd is None else index(self.yardstick, found.sid, self.yardstick.spd)

    def steps(self, innovation: str) -> list[Step]:
        """Return the next step on each indicator of an innovation, best first; none where it is over."""
        if self.table["over"][innovation]:
            return []
        return next_steps(self.yardstick, innovation, self.counted[innovation], self.parameters["claimed"][innovation])

    @cached_property
    def line(self) -> Bound | None:
        """The next predicate above the index; None where there is none, or no index."""
        value = self.index(self.sending.estimate)
        above = [bound for bound in self.yardstick.bounds if value is not None and bound.low > value]
        return min(above, key=lambda bound: bound.low, default=None)

    @cached_property
    def plan(self) -> Plan | None:
        """The steps of least effort to the next predicate; None where there is none, or no way to it."""
        if self.line is None:
            return None
        able = self.table[[not {*LASTING}.intersection(found) for found in self.table["obstacles"]]]
        return plan(self.yardstick, self.candidates(able), self.counted, self.parameters["claimed"], self.line)


def check_claims(edition: Edition) -> None:
    """Read an edition's index data, if it has any.

    Raises:
        yardstick_missing, Mistakes: it is wrong.
    """
    if has_claims(edition.folder):
        read_claims(edition.folder, read_yardstick(edition.folder)[0], edition.registers)


def _objects(values: Sequence[object], index: pd.Index[str]) -> pd.Series[Any]:
    return pd.Series(values, index=index, dtype=object)

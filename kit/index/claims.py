"""What units claim for the index, and what a verifier made of it: two registers in the edition's folder.

``index.csv`` (or .xlsx) has a row for each innovation and indicator: the claim, its evidence, and beside it, never in
its place, what was verified, by whom and when. It is a register and no part of the contest's ledger because units
hand claims in, and the committee checks them, in workbooks, over months and long after the contest; a verified
parameter without a name and a day is refused, and every document carries the registers' SHA-256. An indicator
without a row is unfilled.

``index-innovations.csv`` says of innovations what the contest does not ask: their affair, the years in which they
were sent before, and those that are not among this edition's entries. It may be left out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from kit.errors import LIMIT, Collector, Known, Problem, first_few
from kit.index.yardstick import TOP
from kit.registers import each, iso_date, parts, register_path, usable_id
from kit.tables import Table, labels, read_table, take
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.index.yardstick import Yardstick
    from kit.registers import Reader, Registers

CLAIMS, INNOVATIONS = "index", "index-innovations"
COLUMNS = {
    CLAIMS: ("innovation_id", "indicator", "claimed", "basis", "evidence", "verified", "verifier", "verified_on"),
    INNOVATIONS: ("innovation_id", "title", "unit_id", "affair", "applied_since", "sent"),
}
_REQUIRED = {CLAIMS: ("innovation_id", "indicator"), INNOVATIONS: ("innovation_id",)}
OTHER_AFFAIR = "lainnya"  # an affair that the number of innovations does not depend on


@dataclass(frozen=True, eq=False)
class Claims:
    """What is claimed and verified.

    Args:
        innovations: innovation_id (the index), title, unit, affair, applied_since and sent (how many times), sorted;
            every innovation that claims may be made for.
        table: the columns of :data:`COLUMNS` for each claim, sorted by innovation and indicator; parameters are
            whole numbers, ``verified`` missing where nobody verified.
        hashes: SHA-256 of each register as canonical CSV.
    """

    innovations: pd.DataFrame
    table: pd.DataFrame
    hashes: Mapping[str, str]


def has_claims(folder: Path) -> bool:
    """Tell whether an edition has index data."""
    return any((folder / f"{CLAIMS}{suffix}").is_file() for suffix in (".csv", ".xlsx"))


def read_claims(folder: Path, yardstick: Yardstick, registers: Registers) -> Claims:
    """Read and check the registers of claims.

    Raises:
        Mistakes: everything that is wrong in them, with file, row and column; also when there are no claims at all.
    """
    mistakes, entries = Collector(), _of_entries(registers)
    more, claims = _taken(folder, INNOVATIONS, mistakes), _taken(folder, CLAIMS, mistakes)
    known: Known | None = None
    if more is not None:
        more = _innovations(more, yardstick, registers, set(entries.index), mistakes)
        known = Known([*entries.index, *more.frame["innovation_id"].dropna()], "unknown_index_innovation")
    elif not mistakes.found:
        known = Known(entries.index, "unknown_index_innovation")
    if claims is not None:
        claims = _claims(claims, yardstick, known, mistakes)
    mistakes.stop_if_any(in_order=True)
    frames = {name: _canonical(table, name) for name, table in ((CLAIMS, claims), (INNOVATIONS, more))}
    hashes = {
        name: hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()
        for name, frame in frames.items()
    }
    return Claims(_joined(entries, frames[INNOVATIONS], registers), _numbered(frames[CLAIMS]), hashes)


def _taken(folder: Path, name: str, mistakes: Collector) -> Table | None:
    """A register's columns, if it is there and can be read; its absence is a mistake where nothing works without."""
    try:
        path = register_path(folder, name, needed=name == CLAIMS)
        wanted = {column: labels(column, of=name.replace("-", "_")) for column in COLUMNS[name]}
        return take(read_table(path), wanted, _REQUIRED[name], mistakes) if path else None
    except Problem as error:
        mistakes.add(error)
        return None


def _innovations(
    table: Table, yardstick: Yardstick, registers: Registers, entries: set[str], mistakes: Collector
) -> Table:
    affairs = {name: name for name in (OTHER_AFFAIR, *(affair.id for affair in yardstick.affairs.of))}
    affairs |= {affair.name.say(tongue): affair.id for affair in yardstick.affairs.of for tongue in LANGUAGES}
    readers: dict[str, Reader] = {
        "innovation_id": usable_id,
        "unit_id": Known(registers.units["unit_id"], "unknown_unit"),
        "affair": Known(affairs, "unknown_affair"),
        "applied_since": iso_date,
        "sent": each(_year),
    }
    table.repeated(["innovation_id"], "duplicate_index_innovation", mistakes)
    table = table.convert_all(readers, mistakes)
    if "title" in table.letters:  # an entry has one already
        table.require("title", mistakes, among=~table.frame["innovation_id"].isin(entries))
    return table


def _claims(table: Table, yardstick: Yardstick, innovation: Known | None, mistakes: Collector) -> Table:
    bases = {basis for indicator in yardstick.indicators for basis in indicator.bases}
    readers: dict[str, Reader] = {
        "innovation_id": innovation or str,
        "indicator": Known(map(str, yardstick.weights), "unknown_indicator"),
        **dict.fromkeys(("claimed", "verified"), _parameter),
        "basis": each(Known(bases, "unknown_basis")),
        "verified_on": iso_date,
    }
    table = table.convert_all(readers, mistakes)
    frame = table.frame.assign(**{c: "" for c in COLUMNS[CLAIMS] if c not in table.frame})
    of_bases = frame["indicator"].isin([str(i.no) for i in yardstick.indicators if i.bases])
    claimed = ~frame["claimed"].isin(["", "0"]) & frame["claimed"].notna()
    signed = (frame["verifier"] != "") & (frame["verified_on"] != "")
    for column, wrong, mistake in (
        ("basis", frame["basis"].str.contains(";") & frame["basis"].notna(), Problem("several_bases")),
        (
            "basis",
            of_bases & claimed & (frame["basis"] == ""),
            Problem("basis_missing", choices=", ".join(sorted(bases))),
        ),
        ("verified", (frame["verified"] != "") & ~signed, Problem("verification_unsigned")),
    ):
        if wrong.any():
            place = table.cells(column if column in table.letters else "indicator")
            place.refuse(mistakes, wrong.to_numpy(dtype=bool), [(1, mistake)])
    _refuse_repeated(table.sheet.file, frame.dropna(subset=["innovation_id", "indicator"]), mistakes)
    return table


def _refuse_repeated(file: str, frame: pd.DataFrame, mistakes: Collector) -> None:
    """Note rows for the same innovation and indicator; where they name different bases, one must be chosen."""
    key = ["innovation_id", "indicator"]
    groups = frame[frame.duplicated(key, keep=False)].groupby(key, sort=False)
    for n, ((innovation, indicator), rows) in enumerate(groups):
        if n == LIMIT:
            mistakes.add(Problem("more_of_these", file=file, n=len(groups) - LIMIT))
            return
        code = "several_bases" if len(set(rows["basis"])) > 1 else "claim_twice"
        shown = ", ".join(first_few(rows.index))
        mistakes.add(Problem(code, file=file, row=shown, innovation=innovation, indicator=indicator))


def _parameter(text: str) -> str:
    if text not in {str(parameter) for parameter in range(TOP + 1)}:
        raise Problem("parameter_outside", value=text)
    return text


def _year(text: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}", text):
        raise Problem("unclear_year", value=text)
    return text


def _canonical(table: Table | None, name: str) -> pd.DataFrame:
    columns = list(COLUMNS[name])
    if table is None:
        return pd.DataFrame(columns=columns, dtype="str")
    absent = {column: "" for column in columns if column not in table.frame}
    return table.frame.assign(**absent)[columns].astype("str").sort_values(columns[:2], ignore_index=True)


def _of_entries(registers: Registers) -> pd.DataFrame:
    """The innovations of this edition's contest; of two entries of one innovation the first is told of."""
    entries = registers.entries[registers.entries["innovation_id"] != ""]
    return entries.drop_duplicates("innovation_id").set_index("innovation_id")[["title", "unit_id", "applied_since"]]


def _joined(entries: pd.DataFrame, more: pd.DataFrame, registers: Registers) -> pd.DataFrame:
    """All innovations; what the register for the index says goes before what the entries say."""
    own = more.set_index("innovation_id").replace("", None)
    found = own.reindex(own.index.union(entries.index).rename("innovation_id"))
    for column in entries.columns:
        found[column] = found[column].fillna(entries[column])
    units = registers.units.set_index("unit_id")["name"]
    found = found.assign(unit=found["unit_id"].map(units), sent=found["sent"].map(_times, na_action="ignore")).fillna(
        {"sent": 0}
    )
    return found[["title", "unit", "affair", "applied_since", "sent"]].fillna("").astype({"sent": int})


def _times(years: str) -> int:
    return len(parts(years))


def _numbered(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims with parameters as whole numbers: an unfilled one is 0, one that nobody verified is missing."""
    whole = {"indicator": claims["indicator"].astype(int), "claimed": claims["claimed"].replace("", "0").astype(int)}
    verified = pd.to_numeric(claims["verified"].replace("", None)).astype("Int64")
    return claims.assign(**whole, verified=verified).sort_values(["innovation_id", "indicator"], ignore_index=True)

"""Who takes part with what: units as they were called that year, and what each innovation's proposal says."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kit.rules import Rules
    from simulation.plan import Plan

HERE = Path(__file__).parent

# How likely an innovation has it in its first year; each further year and a better idea make it likelier.
READINESS = {"team": 0.72, "sop": 0.55, "funding": 0.45, "legal_basis": 0.42}
ORIGINS = {
    "Gagasan unit kerja": 45,
    "Aksi perubahan diklat": 22,
    "Adaptasi dari daerah lain": 18,
    "Usulan warga": 15,
}
DOCUMENTS = {
    "team": "SK tim",
    "sop": "SOP",
    "funding": "Kutipan dokumen anggaran",
    "legal_basis": "Keputusan tentang inovasi",
}


@dataclass(frozen=True)
class Proposal:
    """One entry: its row of the register, and what the model of the judges needs beside it.

    Args:
        row: as it stands in entries.csv.
        audience: whom it serves, for the judges' comments.
        quality: how good it is, about -1.5 to 1.5; nobody in the contest knows this number.
    """

    row: dict[str, str]
    audience: str
    quality: float

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.row["entry_id"]

    @property
    def name(self) -> str:
        """The innovation's short name."""
        return self.row["title"].partition(":")[0]

    @property
    def missing(self) -> list[str]:
        """What a sustainable innovation has and this one lacks, as the judges call it."""
        names = {"team": "tim", "sop": "SOP", "funding": "pembiayaan"}
        return [name for column, name in names.items() if self.row[column] == "tidak"]

    @property
    def partners(self) -> list[str]:
        """The kinds of its partners."""
        return list(dict.fromkeys(p.partition(":")[0].strip() for p in self.row["partners"].split(";") if p))


def bell(rng: Random) -> float:
    """A normal deviate made of exact additions alone, so that it is the same to the last bit on every machine."""
    return math.fsum(rng.random() for _ in range(12)) - 6


def read(name: str) -> list[dict[str, str]]:
    """The rows of a file of invented content."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def units(edition: str) -> list[dict[str, str]]:
    """The units of one year: those renamed after 2023 carry their old name until then, and one was split into two."""
    rows = [row for row in read("units.csv") if _was(row, edition)]
    for row in rows:
        row.pop("editions")
        old_name = row.pop("name_until_2023")
        if old_name and edition <= "2023":
            row["name"] = old_name
    return rows


def _was(unit: dict[str, str], edition: str) -> bool:
    """Whether there was such a unit in that year."""
    return edition in (unit["editions"] or edition)


def proposals(plan: Plan, rules: Rules) -> list[Proposal]:
    """The entries of one year, numbered within their groups in the order in which they came in."""
    types = {row["unit_id"]: row["unit_type"] for row in read("units.csv")}
    before = {row["unit_id"]: row["formerly"] for row in read("units.csv") if not _was(row, plan.edition)}
    taking_part = [row for row in read("innovations.csv") if plan.edition in row["editions"].split(";")]
    for row in taking_part:
        row["unit_id"] = before.get(row["unit_id"], row["unit_id"])
    Random(f"{plan.edition} order of registration").shuffle(taking_part)
    found = []
    for group in rules.groups:
        members = [row for row in taking_part if rules.group_of(types[row["unit_id"]]) == group.id]
        found += [_proposal(row, f"{group.id}-{n:02}", plan) for n, row in enumerate(members, 1)]
    return found


class Course(NamedTuple):
    """An innovation's own course, the same in every edition."""

    quality: float
    trial: date
    applied: date
    origin: str
    initiator: str
    threshold: dict[str, float]


def course_of(innovation_id: str, first_year: int) -> Course:
    """The course of the innovation that first took part in a year."""
    rng = Random(f"{innovation_id} course")
    trial = date(first_year, 10, 18) + timedelta(days=rng.randint(-400, 30))
    origin = rng.choices(list(ORIGINS), list(ORIGINS.values()))[0]
    initiators = {"Aksi perubahan diklat": ["ASN"], "Usulan warga": ["Masyarakat"]}
    return Course(
        quality=0.45 * bell(rng),
        trial=trial,
        applied=trial + timedelta(days=rng.randint(60, 300)),
        origin=origin,
        initiator=rng.choice(initiators.get(origin, ["Unit kerja", "Unit kerja", "ASN"])),
        threshold={name: rng.random() for name in READINESS},
    )


def _proposal(row: dict[str, str], entry_id: str, plan: Plan) -> Proposal:
    first_year = int(row["editions"].split(";")[0])
    running = int(plan.edition) - first_year
    course = course_of(row["innovation_id"], first_year)
    if plan.deadline >= course.applied:
        stage = "penerapan"
    elif plan.deadline >= course.trial:
        stage = "uji coba"
    else:
        stage = "inisiatif"
    head_start = 0.18 * running + 0.15 * course.quality - 0.35 * (stage == "inisiatif")
    has = {name: course.threshold[name] < chance + head_start for name, chance in READINESS.items()}
    documents = ["Proposal", "Surat usulan", "Pernyataan keaslian", *(DOCUMENTS[name] for name in has if has[name])]
    if stage == "penerapan":
        documents += ["Data capaian", "Foto kegiatan"]
    register = {
        "entry_id": entry_id,
        "innovation_id": row["innovation_id"],
        "title": row["title"],
        "unit_id": row["unit_id"],
        "category": row["category"],
        "stage": stage,
        "trial_start": "" if stage == "inisiatif" else course.trial.isoformat(),
        "applied_since": course.applied.isoformat() if stage == "penerapan" else "",
        "digital": row["digital"],
        "initiator": course.initiator,
        "origin": course.origin,
        **{name: "ya" if has[name] else "tidak" for name in has},
        "partners": row["partners"],
        "benefit": row["benefit"],
        "documents": ";".join(documents),
    }
    return Proposal(register, row["audience"], course.quality + 0.15 * running)

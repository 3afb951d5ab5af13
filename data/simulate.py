"""Make the simulated editions 2023, 2024 and 2025: ``python data/simulate.py``.

The contest's structure and calendar are the true ones; units, innovations, persons, marks and comments are invented,
and visibly so. Everything random comes from seeds, so that every run writes the same bytes. What is invented by hand
stands in ``data/simulation/``; the rules are the kit's own preset. The events go through the kit's ledger, as they
would in a real contest, and come out of it as ``journal.csv``. Nothing is written to ``data/`` before the finished
editions hold every case that they were made for (:func:`check`).
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from kit.edition import Edition, lock_text
from kit.folder import JOURNAL, LEDGER
from kit.history import ranking_hash
from kit.index.indicators import CLAIMS, FILE, INNOVATIONS
from kit.ledger import COMMITTEE, Event, Ledger
from kit.registers import COLUMNS, load_registers
from kit.rules import read_rules
from kit.scoring.ranking import FINAL
from kit.scoring.ties import Ruling
from simulation.events import Journal
from simulation.followup import follow_up
from simulation.index import index_data
from simulation.marks import Contest, NoNudge, judged, tie_at_cut, tie_for_award
from simulation.plan import JUDGES, PLANS, at
from simulation.proposals import proposals, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kit.registers import Registers
    from kit.rules import Rules
    from simulation.marks import Marks
    from simulation.plan import Plan
    from simulation.proposals import Proposal

DATA = Path(__file__).parent
FILES = ("rules.yaml", "units.csv", "entries.csv", "judges.csv", JOURNAL)
INDEX_FILES = {"2025": (FILE, f"{INNOVATIONS}.csv", f"{CLAIMS}.csv")}  # what an edition has beside them


def main(data: Path = DATA) -> None:
    """Make all editions, and put them into their folders once they are as they must be."""
    with tempfile.TemporaryDirectory() as workshop:
        for plan in PLANS:
            built = Path(workshop) / plan.edition
            built.mkdir()
            make(plan, built)
            check(plan, built)
            home = data / plan.edition
            home.mkdir(exist_ok=True)
            for old in home.glob(f"{LEDGER}*"):  # was built from the journal that is about to change
                old.unlink()
            for name in (*FILES, *INDEX_FILES.get(plan.edition, ())):
                shutil.copyfile(built / name, home / name)


def make(plan: Plan, folder: Path) -> None:
    """Write the rules, registers and journal of one edition."""
    (folder / "rules.yaml").write_text(rules_text(plan.edition), encoding="utf-8", newline="\n")
    rules, document = read_rules(folder / "rules.yaml")
    entries = proposals(plan, rules)
    write(folder / "units.csv", COLUMNS["units"], units(plan.edition))
    write(folder / "entries.csv", COLUMNS["entries"], (proposal.row for proposal in entries))
    write(folder / "judges.csv", COLUMNS["judges"], judges(plan))
    if plan.edition in INDEX_FILES:
        for name, (columns, rows) in index_data(folder).items():
            write(folder / name, columns, rows)
    registers = load_registers(folder, rules)
    events = happenings(plan, rules, registers, entries)
    lock = Event(kind="rules_locked", actor=COMMITTEE, time=events[0].time, text=lock_text(document, registers))
    later = sorted([*events, *follow_up(plan.edition)], key=lambda event: event.fields()[0])
    write_journal(folder / JOURNAL, with_rankings(folder, [lock, *later]))


def with_rankings(folder: Path, events: Sequence[Event]) -> list[Event]:
    """Let each decision hold the hash of the ranking that it decided, as one made in a plenary does."""
    recorded: list[Event] = []
    for event in events:
        made = event
        if event.kind == "round_decided":
            write_journal(folder / JOURNAL, recorded)
            edition = Edition(folder)
            made = replace(event, value=ranking_hash(edition.result.csv(*edition.decided_with(event.round))))
            edition.ledger.close()
            for built in folder.glob(f"{LEDGER}*"):
                built.unlink()
        recorded.append(made)
    return recorded


def rules_text(edition: str) -> str:
    """The preset of the Pontianak contest as one year's rules."""
    text = files("kit").joinpath("presets/pontianak.yaml").read_text(encoding="utf-8")
    changes = {'edition: "2025"': f'edition: "{edition}"', "simulated: false": "simulated: true"}
    changes |= {f"{title} 2025\n": f"{title} {edition}\n" for title in ("Kota Pontianak", "Innovation Contest")}
    for old, new in changes.items():
        if old not in text:
            message = f"the preset no longer says {old!r}"
            raise ValueError(message)
        text = text.replace(old, new)
    return text


def judges(plan: Plan) -> Iterable[dict[str, str]]:
    """The panel of one year as rows of judges.csv."""
    conflicts = dict(plan.conflicts)
    for judge in plan.judges:
        name, institution = JUDGES[judge]
        yield {"judge_id": judge, "name": name, "institution": institution, "conflicts": conflicts.get(judge, "")}


def happenings(plan: Plan, rules: Rules, registers: Registers, entries: Sequence[Proposal]) -> list[Event]:
    """Let one contest take its course: every event but the first, which locks the rules."""
    administration, first, last = rules.rounds
    by_id = {proposal.id: proposal for proposal in entries}
    by_innovation = {proposal.row["innovation_id"]: proposal.id for proposal in entries}
    declared = [(judge, by_innovation[innovation], reason) for judge, innovation, reason in plan.declared]
    registered = registers.recusals[["judge_id", "entry_id"]].itertuples(index=False, name=None)
    contest = Contest(rules, registers, frozenset([*registered, *((judge, entry) for judge, entry, _ in declared)]))

    for throw in count(plan.throw):
        try:
            marks, tied = judge_both_rounds(plan, contest, by_id, throw)
            break
        except NoNudge:
            contest.rulings.clear()

    journal = Journal(plan, entries, marks)
    journal.administrative_selection(administration.id, [item.id for item in administration.items])
    journal.proposal_scoring(first.id)
    journal.changes_of_mind(first.id)
    for judge, entry, reason in declared:
        journal.judge(at(plan.opened, "10.30"), judge, "recusal", entry_id=entry, text=reason)
    day = timedelta(days=1)
    journal.plenary(first.id, plan.closed.date() + day, tied, plan.ruling)
    journal.presentations(last.id)
    journal.plenary(last.id, plan.stage + 2 * day)
    return journal.events()


def judge_both_rounds(
    plan: Plan, contest: Contest, entries: Mapping[str, Proposal], throw: int
) -> tuple[Marks, tuple[str, str]]:
    """Let the judges mark both rounds, and return their marks and the two entries that are tied at the cut.

    Raises:
        NoNudge: with this throw of the dice the ties would need more than a nudge.
    """
    first, last = contest.rules.scored_rounds
    marks = judged(contest, first, list(entries.values()), throw)
    tied = tie_at_cut(contest, marks, plan.cut, entries)
    if plan.ruling:
        contest.rulings[first.id] = [Ruling(tied)]
    finalists = {entry for cut in contest.result(marks).cuts[first.id] for entry in cut.through}
    marks |= judged(contest, last, [entries[entry] for entry in sorted(finalists)], throw)
    if plan.award:
        tie_for_award(contest, marks, plan.award, entries)
    return marks, tied


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write one register as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_journal(path: Path, events: Sequence[Event]) -> None:
    """Put events through a ledger, which adds the heads of the chains to each closing, and write its journal."""
    with tempfile.TemporaryDirectory() as store, Ledger.open(Path(store) / LEDGER, create=True) as ledger:
        ledger.append(events)
        ledger.to_journal(path)


def check(plan: Plan, folder: Path) -> None:
    """Assert that the finished edition, as the kit reads it, holds what the plan says."""
    edition = Edition(folder)
    with edition.ledger as ledger:
        assert ledger.verify() == []
        result = edition.result
    first = edition.rules.scored_rounds[0].id
    cut = next(cut for cut in result.cuts[first] if cut.scope_id == plan.cut.group)
    around = result.of(first, "group", plan.cut.group).iloc[5:7]
    assert around["score"].nunique() == 1
    if plan.cut.decided_by or plan.ruling:
        assert list(around["tie_broken_by"]) == [plan.cut.decided_by or "judges_decide"] * 2
        assert len(cut.through) == 6
    else:
        assert set(cut.tied) == set(around["entry_id"])
        assert len(cut.through) == 7
    if plan.award:
        shared = result.of(FINAL, "group", plan.award.group).iloc[2:4]
        assert shared["score"].nunique() == 1
        assert list(shared["award"]) == ["Juara III", "Harapan I"]
        assert list(shared["tie_broken_by"]) == [f"{first}:{plan.award.decided_by}"] * 2
    counted = result.of(first, "overall", "overall")["judges_counted"]
    assert (counted < len(plan.judges)).any() == bool(plan.conflicts or plan.declared)


if __name__ == "__main__":
    main()

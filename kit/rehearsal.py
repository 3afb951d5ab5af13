"""A contest rehearsed on its own rules and registers, in a copy that never counts.

:func:`rehearse` plays a contest to its decree with random marks and decisions, so that what its rules come to is seen
before anything is signed. :func:`practise` makes a copy in which judges try their form. Chance follows from the seed.
"""

from __future__ import annotations

import io
import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, product
from random import Random
from typing import TYPE_CHECKING

import pandas as pd
from ruamel.yaml import YAML, MappingNode

from kit.actions import append
from kit.check import check
from kit.contest import decisions, objections, plenary, presentation, rounds, selection
from kit.contest.rounds import entrants_so_far
from kit.edition import REHEARSAL, Edition
from kit.errors import Collector, Mistakes, Problem, fold
from kit.files import placed
from kit.folder import COPIES, JOURNAL, find_edition
from kit.index.indicators import FILE as INDEX
from kit.index.indicators import shipped_years
from kit.judging.assignment import OWED, sheet_states
from kit.judging.desk import Change, Desk
from kit.ledger import COMMITTEE, Event
from kit.register_templates import register_columns
from kit.registers import COLUMNS, load_registers, register_path
from kit.render.blocks import Block, Bullets, Column, Group, Heading, Paragraph, Table, columns_of
from kit.report.context import Context, brief, scopes_of, tie_sentence
from kit.report.results import cut_sentence
from kit.rules import compose, read_rules
from kit.scoring.ranking import FINAL
from kit.tables import labels, read_table, take
from kit.texts import LANGUAGES, WIB, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kit.registers import Name
    from kit.rules import Awards, Localized, Round, Rules, Scale
    from kit.texts import Language

    Tables = Mapping[Name, pd.DataFrame]

PLAYED, PRACTICE = COPIES  # what follows the edition's name in the name of its copy
# What a copy takes along; the rest of a folder belongs to the contest that was held in it.
_TAKEN = {".csv", ".xlsx", ".yaml", ".png", ".jpg", ".jpeg"}
_SAMPLES = ("sample_1", "sample_2", "sample_3")
# Whom rules and registers may name although the register that would hold them is empty.
_NAMED: dict[str, Name] = {"unknown_judge": "judges", "unknown_unit": "units"}
_REFUSED, _COMMENTED = 0.08, 0.4  # how often an entry is not eligible, and a sheet has a comment


@dataclass
class Rehearsal:
    """A contest as it was played.

    Args:
        edition: the copy.
        seed: from which chance followed.
        invented: how many rows were made up for registers that were empty.
        found: what could not be played, or only with a reason, in the order in which it was met.
        stopped: what ended it before the decree, if anything did.
    """

    edition: Edition
    seed: int
    invented: dict[Name, int]
    found: list[Problem] = field(default_factory=list)
    stopped: Problem | None = None

    def note(self, problem: Problem) -> None:
        """Keep what was met, each sentence once."""
        for one in problem if isinstance(problem, Mistakes) else [problem]:
            if one not in self.found:
                self.found.append(one)


# Copies


def rehearse(source: str, seed: int = 1, language: Language | None = None) -> Rehearsal:
    """Play the contest of an edition in ``data/<source>-simulasi``, in the place of an earlier rehearsal.

    Args:
        source: the edition; registers of it that are empty are made up.
        seed: another one gives other marks and decisions.
        language: of what is said; the rules' own unless given.

    Raises:
        EditionMissing: there is no such source.
        copy_exists: the copy's folder holds something else.
        Mistakes: the source is wrong.
    """
    folder = find_edition(source)
    rules, _ = read_rules(folder / "rules.yaml")
    needed: tuple[Name, ...] = ("units", "entries", "judges")
    empty = [name for name in needed if _is_empty(folder, name)]
    with _copy(folder, rules, PLAYED, _invented(folder, rules, empty), language, seed) as edition:
        rows = {name: len(getattr(edition.registers, name)) for name in empty}
        played = Rehearsal(edition, seed, rows)
        for problem in (*(looked := check(edition)).mistakes, *looked.remarks):
            played.note(problem)
        try:
            _play(played)
        except Problem as problem:
            played.stopped = problem
        edition.ledger.close()
    played.edition = Edition.open(edition.name, language)
    return played


def practise(source: str) -> Path:
    """Make ``data/<source>-latihan``, where the first scored round is open to the real judges on three sample entries.

    Raises:
        EditionMissing: there is no such source.
        copy_exists: there is such a copy already.
        Mistakes: the source is wrong.
    """
    folder = find_edition(source)
    old = Edition.open(source)
    judges = old.registers.judges.assign(conflicts="")
    with _copy(folder, old.rules, PRACTICE, _samples(old.rules) | {"judges": judges}) as edition:
        rounds.open(edition, edition.rules.first_round, edition.texts("rehearsal.actor"))
        edition.ledger.close()
    return folder.parent / edition.name


@contextmanager
def _copy(
    source: Path, rules: Rules, kind: str, registers: Tables, language: Language | None = None, seed: int = 1
) -> Iterator[Edition]:
    """Give a copy of an edition, marked as a rehearsal, which goes to its place when the block ends well.

    Args:
        source: the edition's folder.
        rules: its rules.
        kind: what follows its name in the name of the copy.
        registers: what takes the place of the source's own.
        language: of what is said; the rules' own unless given.
        seed: from which values follow that no judge gives.
    """
    name = f"{source.name}{kind}"
    target = source.parent / name
    if target.exists() and (kind == PRACTICE or not _is_rehearsal(target)):
        raise Problem("copy_exists", edition=name)
    with placed(target) as folder:
        left = {JOURNAL.partition(".")[0], *registers, *(["assignments", "values"] if registers else [])}
        for path in source.iterdir():
            if path.suffix in _TAKEN and path.stem not in left and path.is_file():
                shutil.copyfile(path, folder / path.name)
        if source.name in shipped_years() and not (folder / INDEX).exists():
            (folder / INDEX).write_text(f"year: {source.name}\nbased_on: {source.name}\n", encoding="utf-8")
        (folder / "rules.yaml").write_text(_rules(source, rules, name), encoding="utf-8", newline="\n")
        _write_registers(folder, rules, dict(registers))
        _write_values(folder, rules, Random(f"{name} {seed}"))  # noqa: S311  (to be repeated, not to be secret)
        edition = Edition(folder, language)
        lock = edition.lock_text(rehearsal_of=source.name)
        append(edition, Event(kind="rules_locked", actor=COMMITTEE, text=lock))
        yield edition
        if target.exists():  # an earlier rehearsal, and what was made of it
            shutil.rmtree(target)
            shutil.rmtree(target.parents[1] / "reports" / name, ignore_errors=True)


def _is_rehearsal(folder: Path) -> bool:
    """Tell whether a folder holds a rehearsal, which may be replaced."""
    try:
        edition = Edition(folder)
        found = bool(edition.rehearsal_of)
        edition.ledger.close()
    except Problem:
        return False
    return found


def _rules(source: Path, rules: Rules, name: str) -> str:
    """Return the rules as they are, but for the edition, its title, and that it is simulated."""
    text = (source / "rules.yaml").read_text(encoding="utf-8-sig")
    title = {tongue: Texts(tongue)("rehearsal.title", title=rules.title.say(tongue)) for tongue in LANGUAGES}
    root, changed = compose(text), compose(json.dumps({"edition": name, "title": title, "simulated": True}))
    assert isinstance(root, MappingNode)  # as rules are
    assert isinstance(changed, MappingNode)
    root.value = list({key.value: (key, value) for key, value in [*root.value, *changed.value]}.values())
    yaml, stream = YAML(typ="safe", pure=True), io.StringIO()
    yaml.width = 120
    yaml.serialize(root, stream)
    return stream.getvalue()


# Registers that are made up


def _is_empty(folder: Path, name: str) -> bool:
    """Tell whether a register is not there, or has nothing below its headers."""
    if (path := register_path(folder, name, needed=False)) is None:
        return True
    try:
        return bool(read_table(path).cells.empty)
    except Problem as problem:
        if problem.code == "empty_file":
            return True
        raise


def _invented(source: Path, rules: Rules, empty: Iterable[Name]) -> dict[Name, pd.DataFrame]:
    """Return registers that fit the rules, in the place of those that are empty."""
    t = Texts(rules.language)
    found: dict[Name, list[dict[str, str]]] = {}
    units, entries = _entries_to_fit(rules, [] if "units" in empty else _units(source, rules), t)
    if "units" in empty:
        each = [_unit(f"CONTOH-U{n}", n, group.unit_types[0], t) for n, group in enumerate(rules.groups, 1)]
        found["units"] = units if "entries" in empty else each
    if "entries" in empty:
        found["entries"] = entries
    if "judges" in empty:
        found["judges"] = _judges_to_fit(rules, t)
    return {name: pd.DataFrame(rows, columns=list(register_columns(name, rules))) for name, rows in found.items()}


def _judges_to_fit(rules: Rules, t: Texts) -> list[dict[str, str]]:
    """Return the judges whom the rules name, or where a round names none, enough for every round."""
    named: set[str] = set()
    free = [round_ for round_ in rules.scored_rounds if round_.kind != "values"]
    for round_ in list(free):
        own = {*(round_.panel or ())}.union(*(panel.judges for panel in round_.panels))
        own = own.union(*(jury.judges for jury in round_.juries))
        named |= own
        if own:
            free.remove(round_)
    most = max((max(round_.fewest_judges, round_.quorum or 0) for round_ in free), default=-1)
    ids = sorted(named) + [f"J-{n}" for n in range(1, max(3, most + 1) + 1 if free else 1)]
    return [_judge(id_, n, t) for n, id_ in enumerate(ids, 1)]


def _units(source: Path, rules: Rules) -> list[dict[str, str]]:
    """Return ``unit_id`` and ``unit_type`` of the units that the source has."""
    own, names = rules.columns.get("units", {}), ("unit_id", "unit_type")
    path = register_path(source, "units")
    assert path is not None  # it is needed
    wanted = {name: [*filter(None, [own.get(name)]), *labels(name, of="units")] for name in names}
    frame = take(read_table(path), wanted, names, Collector()).frame
    return [{name: str(frame[name][row]) for name in names if name in frame} for row in frame.index]


def _entries_to_fit(
    rules: Rules, units: list[dict[str, str]], t: Texts
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return units and entries, as many in each group and category as make every cut and award a contest."""
    cells = {"overall": len(rules.groups) * len(rules.categories), "group": len(rules.categories)}
    cells |= {"category": len(rules.groups), "group_category": 1}  # in one list of each scope
    cuts = [(round_.advance.scope, round_.advance.places or 3) for round_ in rules.scored_rounds if round_.advance]
    sizes = [*cuts, *((awards.scope, len(awards.names)) for awards in rules.final.awards), ("overall", 3)]
    each = max(-(-(n + 2) // cells[scope]) for scope, n in sizes)
    invented, entries = list[dict[str, str]](), list[dict[str, str]]()
    for group, category in product(rules.groups, rules.categories):
        types = {fold(name) for name in group.unit_types}
        own = [unit["unit_id"] for unit in units if fold(str(unit["unit_type"])) in types]
        for _ in range(each if own or not units else 0):
            n = len(entries) + 1
            if not units:
                invented.append(_unit(f"CONTOH-U{n}", n, group.unit_types[n % len(group.unit_types)], t))
            unit = own[n % len(own)] if own else invented[-1]["unit_id"]
            entries.append(_entry(n, t("rehearsal.entry", n=n), unit, category.id, t) | _named(rules, n))
    return invented, entries


def _named(rules: Rules, n: int) -> dict[str, str]:
    """Return what the columns of an invented entry hold that the rules look at: a text they ask for, or a time."""
    day = f"2026-01-{n % 28 + 1:02d}"
    texts = {
        column: [*rules.asked_texts(column)] for column in register_columns("entries", rules)[len(COLUMNS["entries"]) :]
    }
    return {column: [*known, ""][n % (len(known) + 1)] if known else day for column, known in texts.items()}


def _unit(id_: str, n: int, unit_type: str, t: Texts) -> dict[str, str]:
    return {"unit_id": id_, "name": t("rehearsal.unit", n=n), "unit_type": unit_type}


def _entry(n: int, title: str, unit: str, category: str, t: Texts) -> dict[str, str]:
    about = {"title": title, "unit_id": unit, "category": category, "benefit": t("rehearsal.benefit")}
    return {"entry_id": f"CONTOH-{n}", **about}


def _judge(id_: str, n: int, t: Texts) -> dict[str, str]:
    return {"judge_id": id_, "name": t("rehearsal.judge", n=n)}


def _samples(rules: Rules) -> dict[Name, pd.DataFrame]:
    """Return three entries, spread over groups and categories, with a unit for each."""
    t = Texts(rules.language)
    about = [*zip(range(1, len(_SAMPLES) + 1), _SAMPLES, cycle(rules.groups), cycle(rules.categories), strict=False)]
    units = [_unit(f"CONTOH-U{n}", n, group.unit_types[0], t) for n, _, group, _ in about]
    entries = [_entry(n, t(f"rehearsal.{title}"), f"CONTOH-U{n}", category.id, t) for n, title, _, category in about]
    tables: dict[Name, list[dict[str, str]]] = {"units": units, "entries": entries}
    return {name: pd.DataFrame(rows, columns=list(register_columns(name, rules))) for name, rows in tables.items()}


def _write_values(folder: Path, rules: Rules, chance: Random) -> None:
    """Make up the values that the rules name and no entry has: of adjustments for some entries, of others for all."""
    if not rules.named_values:
        return
    registers = load_registers(folder, rules)
    rows = registers.values.to_dict("records")
    for name in sorted({*rules.named_values} - {*registers.values["value_id"]}):
        for entry in registers.entries["entry_id"]:
            if text := _value(rules, name, chance):
                rows.append({"entry_id": entry, "value_id": name, "value": text})
    for path in folder.glob("values.*"):
        path.unlink()
    table = pd.DataFrame(rows, columns=list(COLUMNS["values"]))
    (folder / "values.csv").write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")


def _value(rules: Rules, name: str, chance: Random) -> str:
    """Return a value that fits how the rules use it; blank where an entry has none."""
    steps = (*rules.final.adjusting, *(step for round_ in rules.rounds for step in round_.adjusting))
    adjusting = [step for step in steps if step.value == name]
    scales = [(part.scale, part.bands) for round_ in rules.rounds for part in round_.criteria if part.value == name]
    bands = [*(step.bands for step in adjusting), *(own for _, own in scales)]
    if known := [band for own in bands for band in own]:
        return f"{chance.choice(known).at_least:f}"
    if any(step.by == "times" for step in adjusting):
        return f"{chance.randint(10, 40) / 10}"
    if adjusting:
        return str(chance.randint(-3, 3)) if chance.random() < 0.3 else ""
    scale = next((scale for scale, _ in scales if scale), None)
    return value_at(scale, chance.random()) if scale else str(chance.randint(0, 500))


def _write_registers(folder: Path, rules: Rules, registers: dict[Name, pd.DataFrame]) -> None:
    """Write registers; judges and units that rules or other registers name are added to those that are made up.

    Raises:
        Mistakes: something else is wrong.
    """
    t, types = Texts(rules.language), [name for group in rules.groups for name in group.unit_types]
    while True:
        for name, table in registers.items():
            path = folder / f"{name}.csv"
            path.write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")
        try:
            load_registers(folder, rules)
        except Mistakes as mistakes:
            named = {kind: {str(one.data["value"]) for one in mistakes if one.code == kind} for kind in _NAMED}
            if not any(ids and _NAMED[kind] in registers for kind, ids in named.items()):
                raise
            if "judges" in registers:
                judges = [_judge(id_, n, t) for n, id_ in enumerate(sorted(named["unknown_judge"]), 1)]
                registers["judges"] = pd.concat([registers["judges"], pd.DataFrame(judges)])
            if "units" in registers:
                units = [_unit(id_, n, types[n % len(types)], t) for n, id_ in enumerate(sorted(named["unknown_unit"]))]
                registers["units"] = pd.concat([registers["units"], pd.DataFrame(units)])
        else:
            return


# The contest


def _play(played: Rehearsal) -> None:
    """Play all rounds in order, and then the decree.

    Raises:
        Problem: it cannot go on.
    """
    edition, t = played.edition, played.edition.texts
    chance = Random(f"{edition.name} {played.seed}")  # noqa: S311  (to be repeated, not to be secret)
    for round_ in edition.rules.rounds:
        gate = rounds.gate(edition, round_.id)
        for problem in (*gate.stops, *gate.remarks):
            played.note(problem)
        rounds.open(edition, round_.id, t("rehearsal.actor"))
        if round_.scored:
            _give_marks(played, round_, chance)
        else:
            _select(edition, round_, chance)
        try:
            rounds.close(edition, round_.id)
        except Problem as problem:
            played.note(problem)
            rounds.close(edition, round_.id, t("rehearsal.actor"))
        if round_.scored:
            _meet(played, round_, chance)
    if len(decisions.comments(edition)):
        decisions.approve(edition, REHEARSAL)
    _object(edition, chance)
    today = datetime.now(WIB).date().isoformat()
    decisions.record_decree(edition, t("rehearsal.decree"), today, actor=REHEARSAL)


def _select(edition: Edition, round_: Round, chance: Random) -> None:
    """Check every entry against the checklist; a few are not eligible, but never the last two of a group."""
    t, reason = edition.texts, edition.texts("rehearsal.reason")
    came, said = selection.minute(datetime.now(WIB) - timedelta(days=1)), list[selection.Change]()
    left = edition.registers.entries["group"].value_counts().to_dict()
    for entry, group in edition.registers.entries[["entry_id", "group"]].itertuples(index=False, name=None):
        refused = left[group] > 2 and chance.random() < _REFUSED
        left[group] -= refused
        said += [selection.Change(entry, "received", which, came) for which in selection.RECEIPTS]
        items = [item.id for item in round_.items]
        unmet = chance.choice(items) if refused and items else ""
        said += [selection.Change(entry, "checked", item, "no" if item == unmet else "yes") for item in items]
        said.append(selection.Change(entry, "admission", "", selection.ADMISSIONS[refused], reason if refused else ""))
    selection.record(edition, said, t("rehearsal.actor"))


def _give_marks(played: Rehearsal, round_: Round, chance: Random) -> None:
    """Fill in and send the sheets of every judge; good entries get high marks from most judges."""
    edition = played.edition
    quality = {entry: chance.gauss(0.6, 0.15) for entry in sorted(edition.entrants(round_.id))}
    twins = _twins(edition, round_, quality, chance)
    if round_.id != edition.rules.first_round and round_.kind != "values":
        groups = edition.registers.entries.set_index("entry_id")["group"]
        for group in sorted({groups[entry] for entry in quality}):
            presentation.draw(edition, round_.id, group, str(played.seed), actor=REHEARSAL)
    for judge in plenary.panel(edition, round_.id):
        try:
            desk = Desk(edition, round_.id, judge)
        except Problem as problem:  # no entrant is this judge's
            played.note(problem)
            continue
        severity = chance.gauss(0, 0.06)
        mine = sorted(entry for entry in desk.entries if desk.state(entry) != "recused")
        sheets = _sheets(round_, {entry: quality[entry] + severity for entry in mine}, chance)
        sheets |= {entry: sheets[other] for entry, other in twins.items() if entry in sheets and other in sheets}
        changes = [
            Change(entry, name, text, f"{round_.id}/{entry}/{name}")
            for entry, sheet in sheets.items()
            for name, text in sheet.items()
            if name in {criterion.id for criterion in desk.asked(entry)}
        ]
        changes += [
            Change(entry, "entrant", edition.texts("rehearsal.comment"), f"{round_.id}/{entry}/entrant")
            for entry in mine
            if chance.random() < _COMMENTED
        ]
        if refused := {outcome.said for outcome in desk.save(changes) if not outcome.saved}:
            played.found += [Problem("rehearsal_refused", judge=judge, said=said) for said in sorted(refused)]
        elif mine:
            desk.submit(mine, f"{round_.id}/submitted")


def _twins(edition: Edition, round_: Round, quality: Mapping[str, float], chance: Random) -> dict[str, str]:
    """Return entries that get the same marks as another, in every other group: probably at the cut, or for an award."""
    groups = edition.registers.entries.set_index("entry_id")["group"]
    twins: dict[str, str] = {}
    for group in edition.rules.groups:
        own = sorted((entry for entry in quality if groups[entry] == group.id), key=lambda entry: -quality[entry])
        at = (round_.advance and round_.advance.places) or chance.randint(1, 3)
        if len(own) > at and chance.random() < 0.5:
            twins[own[at]] = own[at - 1]
    return twins


def _sheets(round_: Round, quality: Mapping[str, float], chance: Random) -> dict[str, dict[str, str]]:
    """Return one judge's marks by entry and criterion; a ballot has each place once, if the scale has as many."""
    sheets: dict[str, dict[str, str]] = {entry: {} for entry in quality}
    for criterion in round_.marked:
        scale, seen = round_.scale_of(criterion.id), {entry: chance.gauss(at, 0.12) for entry, at in quality.items()}
        if round_.kind == "ranks":
            steps = int((scale.high - scale.low) / scale.step) or 1
            order = sorted(seen, key=lambda entry: -seen[entry])
            seen = {entry: min(place / steps, 1) for place, entry in enumerate(order)}
        for entry, at in seen.items():
            sheets[entry][criterion.id] = value_at(scale, at)
    return sheets


def value_at(scale: Scale, at: float) -> str:
    """Return what stands at a share of a scale's length, 0 to 1: marks, and other values, are made here."""
    steps = (scale.high - scale.low) // scale.step
    return f"{scale.low + round(min(max(at, 0), 1) * int(steps)) * scale.step:f}"


def _meet(played: Rehearsal, round_: Round, chance: Random) -> None:
    """Hold the plenary: all judges are there, ties are ruled on by lot, and what has no score leaves the contest."""
    edition, reason = played.edition, played.edition.texts("rehearsal.reason")
    plenary.begin(edition, round_.id, actor=REHEARSAL)
    plenary.note(edition, round_.id, {"day": datetime.now(WIB).date().isoformat()}, actor=REHEARSAL)
    if panel := plenary.panel(edition, round_.id):
        plenary.attend(edition, round_.id, *panel, present=True, actor=REHEARSAL)
    for problem in plenary.hindrances(edition, round_.id):
        if problem.code == "result_incomplete":
            played.note(problem)
            ranking = edition.result.of(round_.id, "overall", "overall")
            for entry in ranking.loc[ranking["rank"].isna(), "entry_id"]:
                decisions.disqualify(edition, entry, reason, actor=REHEARSAL)
    decided = edition.decided_with(round_.id)
    while tie := next((one for one in plenary.deciding_ties(edition) if _waits(one) and one.round in decided), None):
        order = chance.sample(sorted(tie.left), len(tie.left))
        plenary.rule_tie(edition, tie.round, order, reason, actor=REHEARSAL)
    plenary.decide(edition, round_.id, actor=REHEARSAL)
    rounds.publish(edition, round_.id, actor=REHEARSAL)


def _object(edition: Edition, chance: Random) -> None:
    """Lodge and answer one objection, so that its papers can be made."""
    t, last = edition.texts, edition.rules.last_round
    if entrants := sorted(edition.entrants(last)):
        made = objections.lodge(edition, chance.choice(entrants), last, "arithmetic", t("rehearsal.actor"))
        objections.recompute(edition, made.number)
        objections.answer(edition, made.number, "rejected", t("rehearsal.reason"), actor=REHEARSAL)


def _waits(tie: plenary.Tie) -> bool:
    return bool(tie.left) and tie.waiting


# What came of it


def summary(played: Rehearsal) -> Group:
    """Show entries and sheets of each round, who went on, the ties met, and which awards are given and why not."""
    edition = played.edition
    t = edition.texts
    blocks: list[Block] = [Heading(t("rehearsal.heading", edition=edition.rehearsal_of, seed=played.seed))]
    if played.invented:
        rows = [t(f"rehearsal.invented_{name}", n=n) for name, n in played.invented.items()]
        blocks.append(Paragraph(t("rehearsal.invented", registers=rows)))
    blocks.append(Group([_entries(edition), Bullets([*_sheets_filled(edition)])]))
    if edition.record.closed:
        context = Context(edition)
        blocks.append(_listed(t("rehearsal.cuts"), _cuts(context), t("rehearsal.no_cut")))
        ties = [tie_sentence(context, tie) for tie in context.ties]
        blocks.append(_listed(t("rehearsal.ties"), ties, t("rehearsal.no_tie")))
        if context.done:
            blocks += _awards(context)
    if played.found:
        blocks.append(_listed(t("rehearsal.found"), [problem.sentence(t.language) for problem in played.found]))
    return Group(blocks)


def _listed(title: str, sentences: Iterable[str], otherwise: str = "") -> Group:
    return Group([Heading(title, 3), Bullets([*sentences] or [otherwise])])


def _entries(edition: Edition) -> Table:
    """Count the entries of each group in the register and in every round that they are known of."""
    t, registered = edition.texts, edition.registers.entries.set_index("entry_id")["group"]
    known = {name: entrants_so_far(edition, name) for name in edition.states}
    sets = {"registered": {*registered.index}} | {name: own for name, own in known.items() if own is not None}
    heads = {"registered": t("rehearsal.registered")} | {name: edition.say(name) for name in edition.states}
    rows = [
        [group.name.say(t.language), *(int((registered[sorted(own)] == group.id).sum()) for own in sets.values())]
        for group in edition.rules.groups
    ]
    shown = [Column("group", t("preview.column_list")), *(Column(name, heads[name], "integer") for name in sets)]
    return Table.of(rows, t, columns=shown, caption=t("rehearsal.entries"), row_header="group")


def _sheets_filled(edition: Edition) -> Iterator[str]:
    """Say who was not eligible or left, and how many sheets of each round are filled, of how many."""
    if out := [*edition.decisions.excluded["entry_id"]]:
        yield edition.texts("rehearsal.out", n=len(out), entries=", ".join(out))
    for round_ in edition.rules.scored_rounds:
        if edition.states[round_.id] != "not_opened":
            states = sheet_states(edition, round_.id)
            asked = states[states["state"] != "recused"]
            about = {"n": int((~asked["state"].isin(OWED)).sum()), "asked": len(asked)}
            about |= {"judges": asked["judge_id"].nunique(), "recused": len(states) - len(asked)}
            yield edition.texts("rehearsal.sheets", round=edition.say(round_.id), **about)


def _cuts(context: Context) -> Iterator[str]:
    """Say of each list who goes on."""
    for name, cuts in context.result.cuts.items():
        for cut in cuts:
            yield " ".join([cut_sentence(context, name, cut), ", ".join(cut.through)]).strip()


def _awards(context: Context) -> Iterator[Block]:
    """Yield a table of every award of every list: who gets it, or why nobody does."""
    t, rows = context.t, []
    for awards in context.rules.final.awards:
        for scope, name in scopes_of(context, awards.id or FINAL, awards.scope):
            list_ = context.list_name(awards.id, scope, name) if awards.id else context.names[scope, name]
            for place, award in enumerate(_named_awards(awards), 1):
                said = award.say(t.language)
                rows += [(list_, said, who, score) for who, score in _given(context, awards, name, place, award)]
    shown = [Column("scope", t("preview.column_list")), *columns_of(t, "award title score")]
    if rows:
        yield Table.of(rows, t, columns=shown, caption=t("rehearsal.awards"), row_header="scope")
    else:
        yield Paragraph(t("rehearsal.no_award"))


def _named_awards(awards: Awards) -> list[Localized]:
    return [*awards.names, *(band.name for band in awards.bands if band.name)]


def _given(context: Context, awards: Awards, name: str, place: int, award: Localized) -> Iterator[tuple[str, object]]:
    """Yield who gets an award of a list, with the score, or why nobody does."""
    table = context.result.of(awards.id or FINAL, awards.scope, name)
    own = table[table["award"] == award.say(context.rules.language)]
    for entry, score in own[["entry_id", "score"]].itertuples(index=False, name=None):
        yield f"{entry} {brief(context.titles[entry])}"[:40], score
    if own.empty:
        competing = table if awards.among == "all" else table[table["last_round"] == context.last]
        scores = competing["score"].dropna()
        low = context.rules.direction == "low" and awards.basis is None
        good = [
            score
            for score in scores
            if awards.at_least is None or (score <= awards.at_least if low else score >= awards.at_least)
        ]
        why = "short" if len(competing) < place else "shared"
        if awards.bands:
            why = "band"
        elif len(competing) >= place > len(good):
            why = "below"
        elif why == "shared" and (awards.no_double or awards.per_unit):
            why = "passed_over"
        why = "provisional" if (table["state"] == "provisional").any() else why
        yield context.t(f"rehearsal.none_{why}", n=len(competing)), None

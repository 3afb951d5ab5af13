"""A practice edition: the real rules and judges on invented entries. It never counts, because it is another edition."""

from __future__ import annotations

import io
import json
from itertools import cycle
from typing import TYPE_CHECKING

import pandas as pd
from ruamel.yaml import YAML, MappingNode

import kit.edition
from kit.errors import Problem
from kit.newedition import written
from kit.registers import COLUMNS
from kit.rules import compose
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from pathlib import Path

    from kit.edition import Edition

SAMPLES = ("practice_1", "practice_2", "practice_3")


def practice_edition(source: str) -> Path:
    """Make ``data/<source>-latihan`` with its first scored round open, and return it; it appears whole or not at all.

    Raises:
        EditionMissing: there is no such source.
        edition_exists: there is a practice edition already.
        Mistakes: the source is wrong.
    """
    old = kit.edition.open(source)
    name = f"{source}-latihan"
    target = old.folder.parent / name
    if target.exists():
        raise Problem("edition_exists", edition=name)
    registers = {
        register: table.to_csv(index=False, lineterminator="\n") for register, table in _registers(old).items()
    }
    with written(target, _rules(old, name), registers) as folder:
        new = kit.edition.Edition(folder)
        new.open_round(next(iter(new.states)))
        new.ledger.close()
    return target


def _rules(old: Edition, name: str) -> str:
    """The rules as they are, but for the edition, its title, and that it is simulated."""
    text = (old.folder / "rules.yaml").read_text(encoding="utf-8-sig")
    titles = {tongue: old.rules.title.say(tongue) for tongue in LANGUAGES}
    title = {tongue: Texts(tongue)("scoring.practice_title", title=said) for tongue, said in titles.items()}
    root, changed = compose(text), compose(json.dumps({"edition": name, "title": title, "simulated": True}))
    assert isinstance(root, MappingNode)  # as rules are
    assert isinstance(changed, MappingNode)
    root.value = list({key.value: (key, value) for key, value in [*root.value, *changed.value]}.values())
    yaml, stream = YAML(typ="safe", pure=True), io.StringIO()
    yaml.width = 120
    yaml.serialize(root, stream)
    return stream.getvalue()


def _registers(old: Edition) -> dict[str, pd.DataFrame]:
    """Three invented entries, spread over groups and categories, with their units, and the judges without conflicts."""
    t, rules = Texts(old.rules.language), old.rules
    samples = zip(range(1, len(SAMPLES) + 1), SAMPLES, cycle(rules.groups), cycle(rules.categories), strict=False)
    units, entries = [], []
    for n, title, group, category in samples:
        unit = {"unit_id": f"CONTOH-U{n}", "name": t("scoring.practice_unit", n=n), "unit_type": group.unit_types[0]}
        units.append(unit)
        entry = {"entry_id": f"CONTOH-{n}", "unit_id": unit["unit_id"], "category": category.id}
        entries.append(entry | {"title": t(f"scoring.{title}"), "benefit": t("scoring.practice_benefit")})
    return {
        "units": pd.DataFrame(units, columns=list(COLUMNS["units"])),
        "entries": pd.DataFrame(entries, columns=list(COLUMNS["entries"])),
        "judges": old.registers.judges.assign(conflicts=""),
    }

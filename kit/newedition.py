"""Folders of new editions, from an earlier edition or a preset: rules and units, never judges, entries or marks."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from ruamel.yaml import MappingNode, Node

from kit.edition import Edition
from kit.errors import Problem
from kit.files import placed, write
from kit.folder import find_edition, find_home
from kit.register_templates import template
from kit.registers import COLUMNS, load_registers
from kit.rules import compose, read_rules
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PRESETS = Path(__file__).parent / "presets"
# A folder's name on every system; Windows keeps some names for itself.
_USABLE = re.compile(r"(?!(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$))[A-Za-z0-9][A-Za-z0-9._-]{0,39}(?<!\.)")


def new_edition(
    name: str, *, source: str | None = None, preset: str | None = None, change: Callable[[str], str] | None = None
) -> Path:
    """Make ``data/<name>`` and return it; the folder appears whole or not at all.

    Args:
        name: the new edition, such as ``2026``.
        source: the edition whose rules and units are copied.
        preset: or the preset whose rules are copied; the register of units is then still to be filled in.
        change: changes the text of the rules before anything is written.

    Raises:
        edition_name_unusable: the name does not serve as a folder's name everywhere.
        edition_exists: there is such an edition.
        EditionMissing, preset_missing: there is no such source.
        Mistakes: the source is wrong.
    """
    if not _USABLE.fullmatch(name):
        raise Problem("edition_name_unusable", edition=name)
    target = find_home() / "data" / name
    if target.exists():
        raise Problem("edition_exists", edition=name)
    units = pd.DataFrame(columns=COLUMNS["units"])
    if source is not None:
        old = _source(source)
        file, origin = old.folder / "rules.yaml", ("cli.origin_edition", source)
        units = load_registers(old.folder, old.rules).units
    else:
        file, origin = _preset(str(preset)), ("cli.origin_preset", str(preset))
    text = _not_yet_adopted(file, name, origin)
    with _written(target, change(text) if change else text) as folder:
        rules, _ = read_rules(folder / "rules.yaml")
        assert rules.edition == name  # and readable, before anybody sees it
        write(folder / "units.xlsx", template("units", rules, units.to_dict("records")))
        write(folder / "entries.xlsx", template("entries", rules, units=list(units["name"])))
        write(folder / "judges.xlsx", template("judges", rules))
        if rules.named_values:
            write(folder / "values.xlsx", template("values", rules))
    return target


@contextmanager
def _written(target: Path, rules: str) -> Iterator[Path]:
    """Write an edition's rules beside its place and give the folder, which goes there when the block ends well."""
    with placed(target) as folder:
        (folder / "rules.yaml").write_text(rules, encoding="utf-8", newline="\n")
        yield folder


def _preset(name: str) -> Path:
    presets = {path.stem: path for path in _PRESETS.glob("*.yaml")}
    if name not in presets:
        raise Problem("preset_missing", preset=name, known=", ".join(sorted(presets)))
    return presets[name]


def _not_yet_adopted(file: Path, name: str, origin: tuple[str, str]) -> str:
    """Return a rules file's text for another edition, with a notice that nobody has adopted it.

    Whatever else the file says stays as it is, comments included; a notice that it has follows the new one.
    """
    rules, _ = read_rules(file)
    text = file.read_text(encoding="utf-8-sig").rstrip() + "\n"
    root = compose(text)
    assert isinstance(root, MappingNode)  # as rules are
    values = {key.value: value for key, value in root.value}
    notices: dict[str, str] = {}
    for language in LANGUAGES:
        t = Texts(language)
        said = [t("report.not_adopted", edition=name, old=t(origin[0], name=origin[1]))]
        said += [rules.notice.say(language)] if rules.notice else []
        notices[language] = json.dumps(" ".join(said), ensure_ascii=False)
    edits = {_span(values["edition"]): f'"{name}"'}
    for title in _localized(values["title"]).values():
        start, end = _span(title)
        edits[start, end] = re.sub(rf"(?<!\w){re.escape(rules.edition)}(?!\w)", name, text[start:end])
    if rules.notice is None:
        line_end = text.index("\n", _span(values["edition"])[1])
        edits[line_end, line_end] = "\nnotice:\n  id: {id}\n  en: {en}".format(**notices)
    elif (notice := values["notice"]) in _localized(notice).values():
        edits[_span(notice)] = "{{id: {id}, en: {en}}}".format(**notices)
    else:
        edits |= {_span(part): notices[language] for language, part in _localized(notice).items()}
    for (start, end), new in sorted(edits.items(), reverse=True):
        text = text[:start] + new + ("\n" if text[start:end].endswith("\n") > new.endswith("\n") else "") + text[end:]
    return text


def _localized(node: Node) -> dict[str, Node]:
    """The texts of a value that may be one for both languages."""
    if isinstance(node, MappingNode):
        return {key.value: value for key, value in node.value}
    return dict.fromkeys(LANGUAGES, node)


def _span(node: Node) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _source(name: str) -> Edition:
    """Open the edition that another one is made from; a blank name is a slip, and not the current edition.

    Raises:
        EditionMissing: there is no such edition.
    """
    find_edition(name)
    return Edition.open(name)

"""README, guides and reference: the generated pages are current, the Python runs, rules are read, commands exist."""

from __future__ import annotations

import importlib.util
import inspect
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest
from contests import rules as read
from pydantic import BaseModel
from ruamel.yaml import YAML

from kit.rules import grammar as rules

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if "reference" not in path.parts and path.name != "CHANGELOG.md"
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)


def blocks(path: Path, *languages: str) -> list[str]:
    return [text for language, text in BLOCK.findall(path.read_text(encoding="utf-8")) if language in languages]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Generated pages


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_code_reference", ROOT / "docs" / "make_code_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["rules.md", "api.md"])
def test_the_reference_is_current(page: str, generator: ModuleType) -> None:
    committed = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert generator.PAGES[page]() == committed, "run: python docs/make_code_reference.py"


def test_the_reference_has_every_model_of_the_rules(generator: ModuleType) -> None:
    models = {one for one in vars(rules).values() if inspect.isclass(one) and issubclass(one, BaseModel)}
    assert {one for one in models if one.__module__ == "kit.rules.grammar" and one.__name__[0] != "_"} == set(
        generator.MODELS
    )


# Python


@pytest.mark.parametrize(
    "path", [path for path in PAGES if path.name != "CONTRIBUTING.md" and blocks(path, "python")], ids=named
)
def test_the_python_runs(path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page, one after the other, where the published tables are at hand."""
    for table in ("guilford_creativity.csv", "paris1976_red.csv"):
        shutil.copy(ROOT / "tests" / "truth" / table, samples)
    monkeypatch.chdir(samples)
    names: dict[str, Any] = {}
    for number, block in enumerate(blocks(path, "python"), 1):
        exec(compile(block, f"{named(path)}, block {number}", "exec"), names)  # what readers copy


# Rules

GUIDE = ROOT / "docs" / "guides" / "rules.md"
BLOCKS = [
    pytest.param(text, id=f"{named(path)}-{n}")
    for path in PAGES
    if path.name in {"rules.md", "edition-data.md", "ketentuan-penilaian.md", "menyiapkan-edisi.md"}
    for n, text in enumerate(blocks(path, "yaml"), 1)
]


@pytest.mark.parametrize("text", BLOCKS)
def test_the_rules_are_read(text: str, tmp_path: Path) -> None:
    """A whole file as it is; parts of a file or of a round in a contest of two rounds."""
    load = YAML(typ="base", pure=True).load
    part = load(text)
    if "edition" not in part:
        of_round = {key: value for key, value in part.items() if key in rules.Round.model_fields}
        whole = next(load(block) for block in blocks(GUIDE, "yaml") if block.startswith("edition"))
        first = whole["rounds"][0] | of_round
        rounds = [first, whole["rounds"][0] | {"id": "last"}] if "advance" in of_round else [first]
        part = whole | {"rounds": rounds} | {key: value for key, value in part.items() if key not in of_round}
    assert read(part, tmp_path).scored_rounds


def test_a_key_that_does_not_exist_would_be_seen(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="quorums"):
        read(contest({"scale": {"low": 0, "high": 1, "step": 1}, "quorums": 2}), tmp_path)


# Commands

REFERENCE = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")


SWITCHES = {"--list", "--letters", "--yes", "--public", "--everything"}  # options without a value


def usages() -> dict[str, tuple[str, set[str]]]:
    """Return each command, with its usage line and its options."""
    found = {}
    for section in re.split(r"^##+ kit ", REFERENCE, flags=re.MULTILINE)[1:]:
        words = section.splitlines()[0]
        if usage := re.search(r"^```text\n(.*)\n```", section, flags=re.MULTILINE):
            found[words] = usage[1].removeprefix(f"kit {words}"), {*re.findall(r"--[a-z-]+", section), "--language"}
    return found


def commands_in(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
    inline = re.findall(r"`kit ([a-z][^`]*)`", text)
    return [line.removeprefix("kit ") for line in lines if line.startswith("kit ")] + inline


def wrong(command: str, known: dict[str, tuple[str, set[str]]]) -> str:
    """Return what is wrong with a command; "" where nothing is. An inline command may leave the rest to the reader."""
    given = shlex.split(command, comments=True)
    words = next((words for words in (" ".join(given[:n]) for n in (2, 1)) if words in known), None)
    if words is None:
        return "" if given == ["..."] else f"no such command: {command}"
    usage, options = known[words]
    rest = given[len(words.split()) :]
    if unknown := [word for word in rest if word.startswith("--") and word not in options]:
        return f"no such option: {unknown[0]} in {command}"
    places = re.sub(r"--[a-z-]+ \S+|\[OPTIONS\]", "", usage).split()
    needed = [place for place in places if not place.startswith("[")]
    typed = [
        word
        for before, word in zip(["", *rest], rest, strict=False)
        if not word.startswith("--") and (not before.startswith("--") or before in SWITCHES)
    ]
    if rest and "..." not in rest and "…" not in rest:
        if len(typed) < len(needed):
            return f"too few words: {command}, where {usage}"
        if len(typed) > len(places) and "..." not in usage:
            return f"too many words: {command}, where {usage}"
    return ""


@pytest.mark.parametrize("path", [path for path in PAGES if commands_in(path)], ids=named)
def test_the_commands_exist(path: Path) -> None:
    known = usages()
    assert len(known) > 50
    assert [found for command in commands_in(path) if (found := wrong(command, known))] == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("check 2025", ""),
        ("plenary present 2025 proposal J-A J-B", ""),
        ("sheets 2025", "no such command"),
        ("rank 2025 --rounds final", "no such option"),
        ("explain 2025", "too few words"),
        ("explain 2025 K1 K2", "too many words"),
    ],
)
def test_a_wrong_command_would_be_seen(command: str, said: str) -> None:
    assert wrong(command, usages()).startswith(said)
    assert bool(wrong(command, usages())) == bool(said)

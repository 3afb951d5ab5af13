"""What was typed until it is recorded, in a real browser: lines that drop, windows, storage, clocks; nothing is lost."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from folders import ENTRIES
from folders import edition as write_edition
from homes import empty_home

import kit
from kit.contest import rounds
from kit.judging.desk import Desk
from kit.screens import front_end
from kit.screens.judge_form import JudgeForm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SITE = "http://127.0.0.1:9/"  # where nothing listens: the page comes from here
# `saving` on a model whose line is a list of messages that the test carries, or not.
LINE = """
window.sent = [];
window.start = (setup) => {
  const listeners = {};
  const model = { get: () => setup, on: (name, act) => (listeners[name] = act), send: (message) => sent.push(message) };
  window.hear = (name, said) => listeners[name](said);
  window.work = saving({ model, setup, post: poster(model), changed: () => {} });
};
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose edition 2025 has its round `proposal` open."""
    for home in empty_home(tmp_path, monkeypatch):
        (home / "data" / "2025").mkdir()
        write_edition(home / "data" / "2025", entries=ENTRIES)
        rounds.open(kit.open("2025"), "proposal")
        yield home


class Line:
    """One page and its line to a judge's form: what is sent waits here until it is carried.

    Args:
        page: the browser's, with a clock that stands still.
        judge: whose form it is.
    """

    def __init__(self, page: Page, judge: str = "J1") -> None:
        self.page = page
        self.form = JudgeForm(Desk(kit.open("2025"), "proposal", judge), served=True)
        self.open()
        self.carry()

    def open(self) -> None:
        """Load the page, or load it anew: what it knew is gone but for the browser's storage."""
        self.page.goto(SITE)
        self.page.evaluate("setup => start(setup)", self.form.setup)

    def do(self, verb: str, *arguments: Any) -> Any:
        return self.page.evaluate(f"given => work.{verb}(...given)", arguments)

    def take(self) -> list[Any]:
        """Take what the page has sent since."""
        taken: list[Any] = self.page.evaluate("sent.splice(0)")
        return taken

    def hear(self, answer: object) -> None:
        self.page.evaluate("answer => hear('msg:custom', answer)", answer)

    def carry(self) -> None:
        """Carry everything there and back, until nothing is sent."""
        while taken := self.take():
            for message in taken:
                self.hear(self.form.answer(message))

    def drop(self, said: str = "") -> None:
        self.page.evaluate("said => hear('disconnected', said)", said)
        self.take()  # nothing arrives

    def back(self) -> None:
        self.page.evaluate("hear('reconnected')")

    def wait(self, seconds: float) -> None:
        self.page.clock.run_for(int(seconds * 1000))

    def status(self) -> tuple[str, str]:
        found = self.do("status")
        return found["state"], found["said"]

    def kept(self) -> dict[str, Any]:
        return {name: json.loads(text) for name, text in self.page.evaluate("({ ...localStorage })").items()}

    def value(self, entry: str, field: str) -> str:
        """What is on record, as a form shows it."""
        sheet = JudgeForm(Desk(kit.open("2025"), "proposal", self.form.desk.judge_id)).answer({"type": "load"})[
            "sheets"
        ][entry]
        return str(sheet["marks"].get(field) or sheet["comments"].get(field, ""))


@pytest.fixture
def page(chromium_page: Page, home: Path) -> Page:
    """A page that is empty but for its script, and whose clock stands still."""
    script = "\n".join(front_end.script("form").split("export default { render };")) + LINE
    chromium_page.context.route(
        f"{SITE}**",
        lambda route: route.fulfill(
            content_type="text/html", body=f'<!DOCTYPE html><script type="module">{script}</script>'
        ),
    )
    chromium_page.clock.install()
    return chromium_page


def test_a_line_that_drops_is_said_at_once_and_what_was_typed_is_sent_when_it_is_back(page: Page) -> None:
    line = Line(page)
    line.do("save", "K1-01", "K1", "4")
    assert line.status()[0] == "saving"
    line.carry()
    assert line.status()[0] == "saved"
    line.drop()
    assert line.status() == (
        "not_connected",
        "Sambungan terputus. Anda dapat terus mengisi; isian dikirim begitu tersambung kembali.",
    )
    line.do("type", "K1-01", "K2", "3")
    state, said = line.status()
    assert (state, said.split(".")[0]) == ("not_saved", "Belum tersimpan karena sambungan terputus")
    line.do("save", "K1-01", "K2", "3,5")
    line.do("save", "K1-01", "K2", "2,5")
    assert len(line.kept()) == 1
    line.wait(60)
    assert line.status()[0] == "not_saved_long"
    line.take()
    line.back()
    assert line.status()[0] != "saved"
    line.carry()
    assert (line.status()[0], line.kept()) == ("saved", {})
    assert (line.value("K1-01", "K1"), line.value("K1-01", "K2")) == ("4", "2,5")
    assert len(kit.open("2025").history.events(["mark"])) == 2


class Storm:
    """A judge who types into one or two windows while lines lose, double, reorder and delay what they carry."""

    def __init__(self, page: Page, chance: random.Random, windows: int) -> None:
        self.chance = chance
        pages = [page, *(page.context.new_page() for _ in range(windows - 1))]
        for other in pages[1:]:
            other.clock.install()
        self.lines = [Line(one) for one in pages]
        self.going: list[tuple[Line, Any]] = []
        self.coming: list[tuple[Line, Any]] = []
        self.meant: dict[tuple[Line, str, str], str] = {}
        self.saves = 0

    def pick(self, among: list[tuple[Line, Any]]) -> list[tuple[Line, Any]]:
        """Take one at random, not necessarily the first; it may be lost, or stay to come once more."""
        if not among:
            return []
        found = self.chance.choice(among)
        if self.chance.random() < 0.8:
            among.remove(found)
        return [found] if self.chance.random() < 0.8 else []

    def step(self) -> None:
        line = self.chance.choice(self.lines)
        match self.chance.choice(
            ["type", "type", "carry", "carry", "carry", "wait", "drop", "back", "reload", "restart"]
        ):
            case "type" if line.page.evaluate("work.loaded"):  # before that there is no field
                entry, field = self.chance.choice(["K1-01", "K1-02"]), self.chance.choice(["K1", "K2", "internal"])
                text = self.chance.choice(["", "1", "2", "3", "4", "5"])
                if (line.do("draft", entry, field) or {}).get("conflict"):
                    line.do(self.chance.choice(["keepMine", "takeTheirs"]), entry, field)
                    self.meant.pop((line, entry, field), None)
                    return
                line.do(self.chance.choice(["type", "save"]), entry, field, text)
                self.meant[line, entry, field] = text
                self.saves += 1
            case "carry":
                self.going += [(line, message) for message in line.take()]
                for sender, message in self.pick(self.going):
                    self.coming.append((sender, sender.form.answer(message)))
                for receiver, answer in self.pick(self.coming):
                    receiver.hear(answer)
            case "wait":
                line.wait(self.chance.choice([0.5, 2, 10]))
            case "drop":
                line.page.evaluate("hear('disconnected', '')")
                self.coming = [one for one in self.coming if one[0] is not line]
            case "back":
                line.back()
            case "reload":
                self.going += [(line, message) for message in line.take()]
                self.coming = [one for one in self.coming if one[0] is not line]
                line.open()
            case "restart":
                line.form = JudgeForm(Desk(kit.open("2025"), "proposal", "J1"), served=True)

    def calm(self) -> None:
        """Let everything arrive, late and in any order, and wait until nothing waits."""
        for sender, message in self.chance.sample(self.going, len(self.going)):
            sender.form.answer(message)
        for _ in range(6):
            for line in self.lines:
                line.back()
                line.wait(6)
                line.carry()


@pytest.mark.parametrize("windows", [1, 2])
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 60))])
def test_in_any_storm_nothing_is_lost_and_nothing_is_recorded_twice(page: Page, windows: int, seed: int) -> None:
    storm = Storm(page, random.Random(seed), windows)
    for _ in range(80):
        storm.step()
    storm.calm()
    history = kit.open("2025").history
    events = history.events(["mark", "comment"])
    assert len(events) <= storm.saves
    if windows == 1:
        (line,) = storm.lines
        assert (line.do("unsent"), line.kept()) == ([], {})
        assert {(entry, field): line.value(entry, field) for _, entry, field in storm.meant} == {
            (entry, field): text for (_, entry, field), text in storm.meant.items()
        }
        assert line.status()[0] in {"saved", "ready"}
    for (line, entry, field), text in storm.meant.items():
        own = events[(events["entry_id"] == entry) & (events["criterion"] == field)]
        unsent = [one["text"] for one in line.do("unsent") if (one["entry"], one["field"]) == (entry, field)]
        assert text in {*own["value"], *own["text"], *unsent} or (text == "" and own.empty)
    assert all(line.status()[0] in {"saved", "ready", "refused"} for line in storm.lines)
    assert kit.open("2025").ledger.verify() == []

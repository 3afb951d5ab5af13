"""What was typed until it is recorded, in a real browser: whatever drops, differs or is full, nothing is lost."""

from __future__ import annotations

import json
import random
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from folders import ENTRIES
from folders import edition as write_edition
from judge_screen import open_entry
from labs import TIMEOUT, free_port, running

import kit
from kit.contest import rounds
from kit.judging.desk import Desk
from kit.judging.incoming import read_files
from kit.ledger.store import DiskFull, LedgerBusy, ServerUnreachable
from kit.screens import front_end
from kit.screens.access import Access
from kit.screens.judge_form import JudgeForm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from kit.errors import Problem

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("home")]
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
def home(home: Path) -> Path:
    """A home whose edition 2025 has its round `proposal` open."""
    (home / "data" / "2025").mkdir()
    write_edition(home / "data" / "2025", entries=ENTRIES)
    rounds.open(kit.open("2025"), "proposal")
    return home


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
def page(chromium_page: Page) -> Page:
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


def test_a_field_s_change_is_never_said_to_be_saved_before_it_is(page: Page) -> None:
    line = Line(page)
    line.do("save", "K1-01", "K1", "4")
    assert line.do("beside", "K1-01", "K1") == "Menyimpan …"
    line.take()  # on the way there, and lost
    line.wait(6)
    assert line.do("beside", "K1-01", "K1") == "Belum tersimpan"
    assert line.status()[1].startswith("Belum tersimpan karena peladen belum menjawab. Peramban ini menyimpan")
    line.carry()
    assert line.do("beside", "K1-01", "K1").startswith("Tersimpan pukul")
    line.do("save", "K1-01", "K1", "17")
    line.carry()
    assert line.status()[0] == "refused"
    assert line.value("K1-01", "K1") == "4"


def test_a_clock_that_is_set_back_holds_up_nothing(page: Page) -> None:
    line = Line(page)
    line.do("save", "K1-01", "K1", "4")
    line.take()
    page.clock.set_system_time("2001-01-01")
    line.do("save", "K1-01", "K1", "3")
    line.open()  # both changes come back in their order, by whatever the clock says
    page.clock.set_system_time("2001-01-01")
    line.carry()
    line.do("save", "K1-01", "K2", "2")
    line.take()
    line.wait(6)
    assert line.status()[0] == "not_saved"
    line.carry()
    assert (line.value("K1-01", "K1"), line.value("K1-01", "K2"), line.kept()) == ("3", "2", {})
    assert line.status()[1].startswith("Tersimpan pukul")  # by the server's clock


@pytest.mark.parametrize(
    "fault",
    [
        "get localStorage() { throw new Error('forbidden') }",
        "get localStorage() { return { setItem() { throw new Error('full') } } }",
    ],
)
def test_a_browser_that_stores_nothing_says_so_as_long_as_something_waits(page: Page, fault: str) -> None:
    page.add_init_script(f"Object.defineProperties(window, Object.getOwnPropertyDescriptors({{ {fault} }}))")
    line = Line(page)
    line.do("save", "K1-01", "K1", "4")
    line.drop()
    assert "Peramban ini tidak dapat menyimpan isian Anda. Jangan tutup" in line.status()[1]
    line.back()
    line.carry()
    assert line.status()[0] == "saved"
    assert line.value("K1-01", "K1") == "4"


@pytest.mark.parametrize(
    "trouble",
    [DiskFull(file="ledger.sqlite"), LedgerBusy(), ServerUnreachable(detail='server at "10.1.2.3", user "kit"')],
    ids=lambda trouble: type(trouble).__name__,
)
def test_a_store_in_trouble_is_said_and_the_change_is_sent_again(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trouble: Problem
) -> None:
    line = Line(page)
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise trouble

        patch.setattr(line.form.desk.edition.ledger, "append", fail)
        line.do("save", "K1-01", "K1", "4")
        for _ in range(3):
            line.carry()
            line.wait(4)
        state, said = line.status()
        assert state == "not_saved"
        assert re.match("Belum tersimpan karena peladen sedang tidak dapat menyimpan.*Peramban ini menyimpan", said)
        assert "10.1.2.3" not in json.dumps(line.form.answer({"type": "recuse", "entry": "K1-01", "kind": "a"}))
        assert len(line.kept()) == 1
    assert caplog.text.count(trouble.sentence("id")) == 1
    line.wait(6)
    line.carry()
    assert (line.status()[0], line.value("K1-01", "K1"), line.kept()) == ("saved", "4", {})


def test_a_submission_without_an_answer_is_said_and_sent_again(page: Page) -> None:
    line = Line(page)
    for field in ("K1", "K2"):
        line.do("save", "K1-01", field, "4")
    line.carry()
    page.evaluate("work.submit(['K1-01'], () => {})")
    line.take()
    line.wait(6)
    state, said = line.status()
    assert (state, said.partition(". ")[2]) == ("not_saved", line.form.setup["texts"]["not_sent"])
    assert (line.do("unsent"), line.do("leave")) == ([], 1)
    line.carry()
    assert (line.status()[0], line.do("leave")) == ("saved", 0)
    assert len(kit.open("2025").history.events(["submitted"])) == 1


def test_what_one_window_settles_is_settled_in_the_other(page: Page) -> None:
    line = Line(page)
    line.do("save", "K1-01", "K1", "17")
    line.carry()
    other = Line(page.context.new_page())
    assert [one["text"] for one in other.do("unsent")] == ["17"]
    other.do("save", "K1-01", "K1", "3")
    other.carry()
    line.carry()
    assert line.do("unsent") == other.do("unsent") == []
    assert line.do("recorded", "K1-01", "K1") == "3"


def test_what_another_window_has_saved_waits_nowhere(page: Page) -> None:
    line = Line(page)
    line.do("save", "K1-01", "K1", "4")
    line.drop("Sesi Anda sudah berakhir.")
    assert line.status() == ("not_saved", "Sesi Anda sudah berakhir.")
    assert line.do("stuck")
    other = Line(page.context.new_page())
    assert (other.value("K1-01", "K1"), other.kept()) == ("4", {})
    assert (line.do("unsent"), line.do("stuck")) == ([], False)


def test_a_window_that_finds_what_another_still_types_does_not_stand_for_it(page: Page) -> None:
    """What is sent under a key is never the text that the other window went on to."""
    line = Line(page)
    line.do("type", "K1-01", "K1", "4")
    other = Line(page.context.new_page())  # it finds 4 and saves it
    line.do("save", "K1-01", "K1", "4,5")
    line.carry()
    assert line.status()[0] == "refused"
    assert line.value("K1-01", "K1") == "4"
    line.do("keepMine", "K1-01", "K1")
    line.carry()
    assert line.value("K1-01", "K1") == "4,5"
    assert other.do("unsent") == []


def test_nothing_is_shown_to_or_sent_for_another_judge(page: Page) -> None:
    line = Line(page)
    line.drop()
    line.do("save", "K1-01", "K1", "4")
    other = Line(page, "J2")
    assert (other.do("unsent"), other.value("K1-01", "K1")) == ([], "")
    assert other.do("leave") == 0
    other.do("erase")
    line.open()
    line.back()
    message = {
        **line.take()[0],
        "type": "save",
        "changes": [{"entry_id": "K1-01", "field": "K1", "text": "4", "key": "x"}],
    }
    answer = other.form.answer(message)  # a page whose session is another's by now
    assert (answer["type"], "sheets" in answer) == ("refused", False)
    assert other.value("K1-01", "K1") == ""
    line.do("stop")
    line.open()
    line.carry()
    assert line.value("K1-01", "K1") == "4"


def test_what_comes_after_the_round_has_closed_is_refused_and_can_be_taken_along(page: Page, home: Path) -> None:
    line = Line(page)
    line.do("save", "K1-01", "K1", "4")
    line.carry()
    line.drop()
    for field, text in {"K1": "4,5", "K2": "3.5", "internal": '=1+1; "ya"'}.items():
        line.do("save", "K1-01", field, text)
    line.do("save", "K1-02", "K1", "2")
    edition = kit.open("2025")
    rounds.close(edition, "proposal", "uji")
    line.back()
    line.carry()
    state, said = line.status()
    assert (state, said.split(".")[0]) == ("refused", "Tahap ini tidak sedang dibuka")
    assert line.value("K1-01", "K1") == "4"
    assert line.do("stuck")
    listed = line.do("unsent")
    assert [(one["entry"], one["field"], one["text"]) for one in listed] == [
        ("K1-01", "K1", "4,5"),
        ("K1-01", "K2", "3.5"),
        ("K1-01", "internal", '=1+1; "ya"'),
        ("K1-02", "K1", "2"),
    ]
    assert all(one["said"].startswith("Tahap proposal telah ditutup") for one in listed)

    file = home / "belum-tersimpan.csv"
    file.write_bytes(line.do("download").encode("utf-8"))
    rounds.open(edition, "proposal", "sambungan terputus sebelum tahap ditutup")
    brought = read_files(kit.open("2025"), [file]).changes
    assert sorted(
        zip(brought["entry_id"], brought["criterion"], brought["after"], brought["outcome"], strict=True)
    ) == [
        ("K1-01", "K1", "4.5", "differs"),
        ("K1-01", "K2", "3.5", "new"),
        ("K1-01", "internal", '\'=1+1; "ya"', "new"),
        ("K1-02", "K1", "2", "new"),
    ]


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
        steps = [self.type, self.type, self.carry, self.carry, self.carry, self.wait, self.drop, self.back, self.reload]
        self.chance.choice([*steps, self.restart])(self.chance.choice(self.lines))

    def type(self, line: Line) -> None:
        if not line.page.evaluate("work.loaded"):  # before that there is no field
            return
        entry, field = self.chance.choice(["K1-01", "K1-02"]), self.chance.choice(["K1", "K2", "internal"])
        text = self.chance.choice(["", "1", "2", "3", "4", "5"])
        if (line.do("draft", entry, field) or {}).get("conflict"):
            line.do(self.chance.choice(["keepMine", "takeTheirs"]), entry, field)
            self.meant.pop((line, entry, field), None)
            return
        line.do(self.chance.choice(["type", "save"]), entry, field, text)
        self.meant[line, entry, field] = text
        self.saves += 1

    def carry(self, line: Line) -> None:
        self.going += [(line, message) for message in line.take()]
        for sender, message in self.pick(self.going):
            self.coming.append((sender, sender.form.answer(message)))
        for receiver, answer in self.pick(self.coming):
            receiver.hear(answer)

    def wait(self, line: Line) -> None:
        line.wait(self.chance.choice([0.5, 2, 10]))

    def drop(self, line: Line) -> None:
        line.page.evaluate("hear('disconnected', '')")
        self.coming = [one for one in self.coming if one[0] is not line]

    def back(self, line: Line) -> None:
        line.back()

    def reload(self, line: Line) -> None:
        self.going += [(line, message) for message in line.take()]
        self.coming = [one for one in self.coming if one[0] is not line]
        line.open()

    def restart(self, line: Line) -> None:
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
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 20))])
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


# On the judge's page, as it is served


@contextmanager
def serving(home: Path, port: int) -> Iterator[Any]:
    command = ["kit.cli", "serve", "2025", "proposal", "--port", str(port)]
    with running(command, f"http://127.0.0.1:{port}/", home) as server:
        yield server


@pytest.fixture
def site(home: Path) -> Iterator[str]:
    """The judge's page of the open round."""
    port = free_port()
    with serving(home, port):
        yield f"http://127.0.0.1:{port}"


def enter(page: Page, site: str, judge: str) -> None:
    """Enter by link and PIN, and wait for the form."""
    new = Access.open(kit.open("2025").folder).issue(judge)
    page.goto(new.address(site))
    page.get_by_label("PIN").fill(new.pin)
    page.keyboard.press("Enter")
    begin(page)


def begin(page: Page) -> None:
    """Open the first entry."""
    says(page, "^(Setiap isian|Tersimpan|Menyimpan|Ada isian)")
    open_entry(page, "K1-01")


def note(page: Page) -> Locator:
    return page.get_by_label("Catatan internal")


def write(page: Page, text: str) -> None:
    note(page).fill(text)
    page.keyboard.press("Tab")


def says(page: Page, pattern: str, seconds: float = 30) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415  (only CI installs it)

    expect(page.locator(".kit-form .status")).to_have_text(re.compile(pattern), timeout=seconds * 1000)


def comment(judge: str = "J1") -> str:
    """The last internal note on the first entry."""
    events = kit.open("2025").history.events(["comment"], "proposal", judge)
    return str(events["text"].iloc[-1]) if len(events) else ""


def kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")
    return found


def test_a_server_that_is_killed_while_it_saves_is_said_at_once(chromium_page: Page, home: Path) -> None:
    page, port = chromium_page, free_port()
    with serving(home, port) as server:
        enter(page, f"http://127.0.0.1:{port}", "J1")
        write(page, "Sebelum peladen mati")
        says(page, "^Tersimpan")
        note(page).fill("Selagi peladen mati")
        server.kill()
        page.keyboard.press("Tab")
        says(page, "^Belum tersimpan karena sambungan terputus. Peramban ini menyimpan", 3)
        assert len(kept(page)) == 1
        write(page, "Setelah peladen mati")
        assert comment() in {"Sebelum peladen mati", "Selagi peladen mati"}
    with serving(home, port):
        says(page, "^Tersimpan")
        assert (comment(), kept(page)) == ("Setelah peladen mati", [])


def test_a_network_that_is_gone_is_said_at_once_and_its_return_saves(chromium_page: Page, site: str) -> None:
    page = chromium_page
    enter(page, site, "J1")
    page.context.set_offline(True)
    says(page, "^Sambungan terputus", 3)
    write(page, "Tanpa jaringan")
    says(page, "^Belum tersimpan karena sambungan terputus", 1)
    page.context.set_offline(False)
    says(page, "^Tersimpan")
    assert (comment(), kept(page)) == ("Tanpa jaringan", [])


def test_nothing_stays_on_a_machine_that_is_left(chromium_page: Page, site: str) -> None:
    page = chromium_page
    enter(page, site, "J1")
    other = page.context.new_page()
    other.goto(site)
    begin(other)
    session = next(cookie for cookie in page.context.cookies() if cookie["name"].startswith("kit-"))
    write(page, "Rahasia")
    page.get_by_role("button", name="Keluar").click()
    page.get_by_text("Anda telah keluar").wait_for()
    assert comment() == "Rahasia"
    assert kept(page) == []
    other.get_by_text("Bukalah halaman ini melalui tautan pribadi Anda").wait_for()
    assert kept(other) == []
    page.go_back()
    page.get_by_text("Bukalah halaman ini melalui tautan pribadi Anda").wait_for()
    page.context.add_cookies([{"name": session["name"], "value": session["value"], "url": site}])
    page.goto(site)  # by whoever has copied the session
    page.get_by_text("Bukalah halaman ini melalui tautan pribadi Anda").wait_for()
    other.close()


SILENT = "() => { window.kitSend ??= WebSocket.prototype.send; WebSocket.prototype.send = () => {}; }"
HEARD = "() => { WebSocket.prototype.send = window.kitSend; }"


def test_leaving_lists_what_is_not_saved_and_erases_it_only_when_asked(
    chromium_page: Page, site: str, tmp_path: Path
) -> None:
    page = chromium_page
    enter(page, site, "J1")
    page.evaluate(SILENT)
    write(page, "Belum sampai")
    leave = page.get_by_role("button", name="Keluar", exact=True)
    leave.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Belum sampai").wait_for()
    assert dialog.get_by_role("listitem").inner_text().startswith("K1-01 · Catatan internal")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Unduh").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "kit-2025-proposal-J1-J1.csv"
    assert read_files(kit.open("2025"), [file]).changes["after"].tolist() == ["Belum sampai"]
    dialog.get_by_role("button", name="Tetap di sini").click()
    assert len(kept(page)) == 1

    leave.click()
    dialog.get_by_text("Belum sampai").wait_for()
    page.evaluate(HEARD)
    dialog.get_by_text("Semua isian sudah tersimpan.").wait_for(timeout=TIMEOUT)  # by the page that goes on meanwhile
    assert comment() == "Belum sampai"
    dialog.get_by_role("button", name="Tetap di sini").click()

    page.evaluate(SILENT)
    write(page, "Tidak pernah sampai")
    leave.click()
    dialog.get_by_role("button", name="Keluar dan hapus isian itu").click()
    page.get_by_text("Anda telah keluar").wait_for()
    assert (comment(), kept(page)) == ("Belum sampai", [])


def test_nobody_leaves_without_the_server_and_that_is_said(chromium_page: Page, site: str) -> None:
    page = chromium_page
    enter(page, site, "J1")
    page.context.set_offline(True)
    write(page, "Tanpa jaringan")
    page.get_by_role("button", name="Keluar", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Keluar dan hapus isian itu").click()
    dialog.get_by_text("sesi Anda belum diakhiri dan tidak ada yang dihapus").wait_for()
    assert len(kept(page)) == 1
    page.context.set_offline(False)
    dialog.get_by_text("Semua isian sudah tersimpan.").wait_for(timeout=TIMEOUT)
    dialog.get_by_role("button", name="Keluar", exact=True).click()
    page.get_by_text("Anda telah keluar").wait_for()
    assert (comment(), kept(page)) == ("Tanpa jaringan", [])


def test_what_waits_when_a_session_ends_waits_for_its_judge(chromium_page: Page, site: str) -> None:
    page = chromium_page
    enter(page, site, "J1")
    Access.open(kit.open("2025").folder).revoke("J1")
    write(page, "Milik J1")
    says(page, "^Sesi Anda sudah berakhir")
    page.get_by_role("heading", name="Isian yang belum tersimpan: 1").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    enter(page, site, "J2")
    assert "Milik J1" not in page.locator("body").inner_text()
    assert note(page).input_value() == ""
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.get_by_text("Anda telah keluar").wait_for()
    assert (comment("J2"), len(kept(page))) == ("", 1)
    enter(page, site, "J1")
    says(page, "^Tersimpan")
    assert (comment(), kept(page)) == ("Milik J1", [])


def test_a_page_whose_browser_has_become_another_judge_s_sends_nothing_for_them(chromium_page: Page, site: str) -> None:
    page = chromium_page
    enter(page, site, "J1")
    page.context.set_offline(True)
    says(page, "^Sambungan terputus")
    note(page).focus()
    page.keyboard.type("Milik J1")
    session = Access.open(kit.open("2025").folder)
    new = session.issue("J2")
    name = next(cookie["name"] for cookie in page.context.cookies() if cookie["name"].startswith("kit-"))
    page.context.add_cookies([{"name": name, "value": session.enter(new.token, new.pin), "url": site}])
    page.context.set_offline(False)
    page.get_by_text("Budi Contoh").first.wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(6000)  # longer than it takes to send anything again
    assert (comment("J2"), len(kept(page))) == ("", 1)
    assert "Milik J1" not in page.locator("body").inner_text()


def test_marks_after_the_round_has_closed_are_listed_with_the_reason(chromium_page: Page, site: str) -> None:
    page = chromium_page
    enter(page, site, "J1")
    page.evaluate(SILENT)
    write(page, "Terlambat")
    rounds.close(kit.open("2025"), "proposal", "uji")
    page.evaluate(HEARD)
    page.get_by_role("heading", name="Isian yang belum tersimpan: 1").wait_for(timeout=TIMEOUT)
    row = page.locator(".stuck li").inner_text()
    for part in ("K1-01", "Catatan internal", "Terlambat", "Tahap proposal telah ditutup"):
        assert part in row
    says(page, "^Tahap ini tidak sedang dibuka.*Ada isian yang tidak disimpan")
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh").click()
    assert "Terlambat" in download.value.path().read_text(encoding="utf-8-sig")
    page.reload()
    page.get_by_role("heading", name="Isian yang belum tersimpan: 1").wait_for(timeout=TIMEOUT)
    assert comment() == ""

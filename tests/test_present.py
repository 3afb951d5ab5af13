"""The committee's screens, used and attacked: who sees what, who records, and what the public can do."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import contests
import homes
import pytest
from problems import problem
from served import committee_screens, judge_page, running
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kit.cli import main
from kit.contest import rounds
from kit.ledger import COMMITTEE
from kit.screens.access import MEMBER, Access
from kit.screens.present import CommitteeSite, member_code
from kit.screens.web import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from served import Server

    from kit.edition import Edition

RESTRICTED = ["/presentasi", "/pleno", "/kemajuan", "/seleksi"]


def staged(home: Path) -> Edition:
    rules = contests.contest(contests.single(), contests.single())
    edition = homes.stage(home, rules, ["E1", "E2"], ["J1", "J2", "J3"])
    rounds.open(edition, "r1")
    return edition


@pytest.fixture
def edition(home: Path) -> Edition:
    return staged(home)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The screens, without any PIN of the committee."""
    home = tmp_path_factory.mktemp("home")
    with homes.empty_home(home), running(committee_screens, staged(home), home / "log", round_id="r1") as server:
        yield server


@pytest.fixture
def signed(edition: Edition, tmp_path: Path) -> Iterator[Server]:
    """The screens of an edition of its own, for tests that give PINs."""
    with running(committee_screens, edition, tmp_path / "log") as server:
        yield server


def site(edition: Edition, **other: Any) -> CommitteeSite:
    where = ("0.0.0.0", 8867)
    made = CommitteeSite.of(edition, "Layar", MEMBER, listens=where, name="2025", address=where[0], by=COMMITTEE)
    return replace(made, **other)


def heard(page: Any, **message: Any) -> Any:
    """What a screen answers, once it has begun."""
    assert page.first["type"] == "setup", page.first
    return page.ask(**message)


# What there is


def test_the_list_names_every_screen_and_the_state_of_the_rounds(server: Server) -> None:
    answer = server.ask("/")
    assert re.findall('<a href="([^"]+)"', answer.text) == ["/panggung", *RESTRICTED]
    assert "Sedang dinilai" in answer.text or "dibuka" in answer.text.casefold()
    assert "/keluar" not in answer.text
    said = server.log.read_text(encoding="utf-8").splitlines()[0]
    assert f"{server.origin}/panggung" in said
    assert "Belum ada PIN panitia" in said


@pytest.mark.parametrize("path", ["/panggung", *RESTRICTED])
def test_every_screen_opens_on_this_machine(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert not re.search(r"\*|https?:|unsafe", policy)
    for name in re.findall(r'"(/berkas/[^"]+)"', answer.text):
        assert server.ask(name).status == 200
    with server.page("", query=path) as page:
        # There is no administrative selection in these rules: the screen says so.
        assert page.first["type"] == ("unavailable" if path == "/seleksi" else "setup"), page.first


@pytest.mark.parametrize("path", ["/lain", "/saluran", "/saluran/", "/saluran/lain", "/dokumen/E1/usulan.pdf", "/data"])
def test_there_is_nothing_else(server: Server, path: str) -> None:
    assert server.ask(path).status == 404


# Who gets in


def test_without_pins_whoever_sits_here_is_the_committee(edition: Edition) -> None:
    def holder(source: str, **headers: str) -> str | None:
        request: Any = SimpleNamespace(remote_ip=source, headers=headers, cookies={})
        return site(edition, address="192.0.2.1").holder_of(request)

    assert [holder("127.0.0.1"), holder("::1"), holder("192.0.2.1")] == [COMMITTEE] * 3
    assert holder("192.0.2.7") is None
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-Ip"):
        assert holder("127.0.0.1", **{header: "192.0.2.7"}) is None
    request: Any = SimpleNamespace(remote_ip="127.0.0.1", headers={}, cookies={})
    assert site(edition, proxied=True).holder_of(request) is None
    assert site(edition, by="SEK-1").holder_of(request) == "SEK-1"
    assert "kit committee invite 2025" in site(edition).refusal(401)


def test_behind_a_proxy_only_the_stage_is_open_until_there_is_a_pin(edition: Edition, tmp_path: Path) -> None:
    with running(committee_screens, edition, tmp_path / "log", host_names=["panitia.example.id"]) as server:
        listed = server.ask("/").text
        assert re.findall('<a href="([^"]+)"', listed) == ["/panggung"]
        assert "kit committee invite 2025" in listed
        assert "Sedang dinilai" not in listed
        assert [server.ask(path).status for path in ["/panggung", *RESTRICTED]] == [200] + [401] * 4
        with pytest.raises(InvalidStatus, match="401"), server.page("", query="/pleno"):
            pass
        cookie = server.session("SEK-1")
        with server.page(cookie, query="/pleno") as page:
            assert "SEK-1" in page.setup["actor"]


def test_from_the_first_pin_on_screens_need_one_and_pages_that_were_open_are_closed(signed: Server) -> None:
    with signed.page("", query="/pleno") as page:
        assert heard(page, type="load")["type"] == "topics"
        link = signed.access.issue("SEK-1")
        page.line.send('{"type": "load"}')
        with pytest.raises(ConnectionClosed, match="4401"):
            page.hear()
    assert [signed.ask(path).status for path in ["/panggung", *RESTRICTED]] == [200] + [401] * 4
    cookie = signed.enter(link.token, link.pin).cookies[-1].partition(";")[0]
    assert [signed.ask(path, Cookie=cookie).status for path in RESTRICTED] == [200] * 4
    assert "/keluar" in signed.ask("/", Cookie=cookie).text
    signed.access.revoke("SEK-1")
    assert [signed.ask("/pleno", Cookie=sent).status for sent in ("", cookie)] == [401, 401]


def test_wrong_pins_of_one_lock_nobody_else(signed: Server) -> None:
    one, other = signed.access.issue("SEK-1"), signed.access.issue("SEK-2")
    wrong = f"{(int(one.pin) + 1) % 10**6:06}"
    assert "terkunci" in [signed.enter(one.token, wrong).text for _ in range(5)][-1]
    assert signed.enter(other.token, other.pin).status == 303


def test_a_judge_s_link_and_session_open_no_committee_screen_and_the_reverse(edition: Edition, tmp_path: Path) -> None:
    member, judge = Access.open(edition.folder, MEMBER).issue("J9"), Access.open(edition.folder).issue("J1")
    with running(committee_screens, edition, tmp_path / "log") as screens:
        assert screens.enter(judge.token, judge.pin).status == 403
        session = Access.open(edition.folder).enter(judge.token, judge.pin)
        assert screens.ask("/pleno", Cookie=f"kit-{screens.port}={session}").status == 401
    with running(judge_page, edition, tmp_path / "log") as page:
        assert page.enter(member.token, member.pin).status == 403
        session = Access.open(edition.folder, MEMBER).enter(member.token, member.pin)
        assert page.ask("/", Cookie=f"kit-{page.port}={session}").status == 401


def test_a_code_that_became_a_judge_s_opens_nothing(signed: Server) -> None:
    cookie = signed.session("SEK-1")
    register = signed.edition.folder / "judges.csv"
    register.write_text(register.read_text(encoding="utf-8").replace("J3", "SEK-1"), encoding="utf-8")
    with signed.page(cookie, query="/pleno") as page:
        assert page.first["type"] == "unavailable"
        assert "SEK-1" in page.first["said"]


@pytest.mark.parametrize("code", ["J1", "j1", "committee", "Committee"])
def test_a_member_has_no_code_of_others(edition: Edition, code: str) -> None:
    with problem("member_code_taken"):
        member_code(edition, code)


# From elsewhere


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
@pytest.mark.parametrize("path", ["/pleno", "/panggung"])
def test_a_socket_from_another_site_is_refused(server: Server, origin: str, path: str) -> None:
    with pytest.raises(InvalidStatus, match="403"), server.page("", origin, path):
        pass


def test_another_name_is_refused(server: Server) -> None:
    assert server.ask("/", Host="evil.example").status == 421


# The public stage


@pytest.mark.parametrize("message", [{"type": "draw", "group": "G1", "seed": "1"}, {"type": "act"}, {"type": "recap"}])
def test_the_stage_records_nothing(server: Server, message: dict[str, str]) -> None:
    before = server.edition.history.last
    with server.page("", query="/panggung") as page:
        assert heard(page, **message)["type"] == "refused"
        assert page.ask(type="load")["type"] == "state"
    server.edition.refresh()
    assert server.edition.history.last == before


def test_a_whole_hall_may_look_at_the_stage_through_one_address(server: Server) -> None:
    with ExitStack() as stack:
        hall = [stack.enter_context(server.page("", query="/panggung")) for _ in range(PAGES + 2)]
        assert {page.ask(type="load")["type"] for page in hall} == {"state"}


# Who records


@pytest.mark.parametrize(
    ("by", "pin", "actor"), [("", False, COMMITTEE), ("SEK-1", False, "SEK-1"), ("", True, "SEK-2")]
)
def test_the_ledger_says_who(edition: Edition, tmp_path: Path, by: str, pin: bool, actor: str) -> None:  # noqa: FBT001
    homes.give(edition, "r1", {"E1": "7 7 7", "E2": "8 8 8"})
    rounds.close(edition, "r1")
    with running(committee_screens, edition, tmp_path / "log", by=by) as server:
        cookie = server.session("SEK-2") if pin else ""
        with server.page(cookie, query="/pleno") as page:
            begin = {"type": "act", "topic": "opening", "act": "begin", "values": {}, "key": "k"}
            asked = heard(page, **begin)
            assert asked["type"] == "asks"
            assert page.ask(**begin, confirmed=asked["asks"])["type"] == "done"
    edition.refresh()
    assert edition.history.events(["round_plenary"])["actor"].tolist() == [actor]


# The commands


def test_links_of_the_committee_are_made_listed_and_revoked(
    edition: Edition, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["committee", "invite", "2025", "SEK-1", "SEK-2"]) == 0
    made = capsys.readouterr()
    assert made.out.count("http://localhost:8867/masuk#") == 2
    assert len(re.findall(r"PIN: \d{6}\n", made.out)) == 2
    assert main(["committee", "revoke", "2025", "SEK-2"]) == 0
    assert main(["committee", "links", "2025"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"SEK-1: berlaku, sampai .*\nSEK-2: dicabut", said)
    assert main(["judge", "links", "2025"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["committee", "revoke", "2025", "SEK-9"]) == 1
    assert "kit committee invite" in capsys.readouterr().err
    assert main(["committee", "invite", "2025", "SEK-3", "J1"]) == 1
    assert "SEK-3" not in capsys.readouterr().out
    assert Access.open(edition.folder, MEMBER).links()["holder"].tolist() == ["SEK-1", "SEK-2"]


@pytest.mark.parametrize(("option", "said"), [(["--round", "r9"], "r9"), (["--by", "J1"], "J1")])
def test_what_cannot_be_presented_is_said_at_once(
    edition: Edition, capsys: pytest.CaptureFixture[str], option: list[str], said: str
) -> None:
    assert main(["present", edition.name, *option]) == 1
    assert said in capsys.readouterr().err

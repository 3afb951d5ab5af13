"""The judge's page, used and attacked: each attempt against a running server, with what comes of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import contests
import homes
import pytest
from labs import free_port
from served import JUDGE_PAGE, judge_page, running, started
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kit.contest import rounds
from kit.judging.assignment import on_file
from kit.ledger import Event
from kit.screens.access import Access
from kit.screens.judge_page import JudgeSite
from kit.screens.web import PAGES, Editions, Screen
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from served import Page, Server

    from kit.edition import Edition
    from kit.screens.access import Issued
    from kit.texts import Language

    Json = dict[str, Any]

PDF = b"%PDF-1.4 a proposal"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        (home / "data").mkdir()
        patch.setenv("KIT_HOME", str(home))
        judges = ["J1", "J2", "J3", "J4"]
        rules = contests.contest(contests.single(panel=judges), contests.single(panel=["J1"]))
        edition = homes.stage(home, rules, ["E1", "E2"], [*judges, "J5"], conflicts={"J2": "E1:kin"})
        rounds.open(edition, "r1")
        for name in ("E1/usulan.pdf", "E1/foto.svg", "E1/data/rahasia.pdf", "E2/usulan.pdf", "luar.pdf"):
            path = edition.folder / "documents" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(PDF)
        yield edition
        edition.ledger.close()


@pytest.fixture(scope="module")
def server(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(
        judge_page, edition, tmp_path_factory.mktemp("log") / "server.log", host_names=["juri.example.id"]
    ) as server:
        yield server


@pytest.fixture(scope="module")
def cookies(server: Server) -> dict[str, str]:
    """Sessions of two judges."""
    return {judge: server.session(judge) for judge in ("J1", "J2")}


@pytest.fixture
def page(server: Server, cookies: dict[str, str]) -> Iterator[Page]:
    """The page of J1, opened with a forged judge wherever one can be named."""
    forged = {"KIT_JUDGE": "J2", "X_Kit_Judge": "J2", "X_Forwarded_User": "J2", "Remote_User": "J2"}
    with server.page(cookies["J1"], query="?judge=J2&token=abc", **forged) as page:
        yield page


@pytest.fixture
def other(server: Server, cookies: dict[str, str]) -> Iterator[Page]:
    """The page of J2."""
    with server.page(cookies["J2"]) as page:
        yield page


@pytest.fixture
def link(server: Server) -> Issued:
    return server.access.issue("J4")


def recorded(edition: Edition, text: str) -> list[list[str]]:
    """Which judges and entries have this comment, and under which signature."""
    edition.refresh()
    events = edition.history.events(["comment"])
    return events.loc[events["text"] == text, ["judge_id", "actor", "entry_id"]].to_numpy().tolist()


# The page


def test_the_page_is_the_judges_own_whatever_the_request_claims(page: Page, other: Page) -> None:
    assert page.setup["judge"] == "Nama J1"
    assert other.setup["judge"] == "Nama J2"
    documents = [document["url"] for entry in page.setup["entries"] for document in entry["documents"]]
    assert sorted(documents) == ["dokumen/E1/foto.svg", "dokumen/E1/usulan.pdf", "dokumen/E2/usulan.pdf"]


def test_a_mark_is_durable_when_the_page_is_told(server: Server, page: Page) -> None:
    (criterion,) = page.setup["criteria"]
    outcome = page.save("E1", "7", "m1", criterion["id"])
    assert (outcome["said"], [*outcome["sheets"]["E1"]["marks"].values()]) == ("", ["7"])
    server.edition.refresh()
    assert server.edition.history.marks("r1")[["judge_id", "value"]].to_numpy().tolist() == [["J1", "7"]]


@pytest.mark.parametrize("path", ["/", "/masuk", "/nowhere"])
def test_pages_stay_out_of_caches_frames_and_other_origins(server: Server, cookies: dict[str, str], path: str) -> None:
    headers = server.ask(path, Cookie=cookies["J1"]).headers
    assert "no-store" in headers["cache-control"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "frame-src 'self' blob:" in policy
    assert "default-src" in policy
    assert not re.search(r"\*|https?:|unsafe", policy)


@pytest.mark.parametrize("path", ["/", "/masuk"])
def test_a_page_runs_its_own_scripts_only_and_needs_nothing_from_elsewhere(
    server: Server, cookies: dict[str, str], path: str
) -> None:
    answer = server.ask(path, Cookie=cookies["J1"])
    nonce = re.search(r"script-src 'nonce-([\w-]{16,})';", answer.headers["content-security-policy"])
    assert nonce
    scripts = re.findall(r"<(?:script|style|link rel=\"stylesheet)[^>]*>", answer.text)
    assert all(f'nonce="{nonce[1]}"' in tag for tag in scripts)
    assert len(scripts) == 3
    assert not re.search(r"https?://|[\s;]style=| on\w+=", answer.text)
    assert nonce[1] not in server.ask(path, Cookie=cookies["J1"]).text
    for name in re.findall(r'"(/berkas/[^"]+)"', answer.text):
        asset = server.ask(name, Cookie=cookies["J1"])
        assert (asset.status, asset.headers["cache-control"]) == (200, "private, no-cache")
        assert "default-src 'none'" in asset.headers["content-security-policy"]
        assert server.ask(name, Cookie=cookies["J1"], If_None_Match=asset.headers["etag"]).status == 304


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_both_languages(edition: Edition, language: Language) -> None:
    t = Texts(language)
    here = site(edition, texts=t)
    text = here.page("enter.html", token="", wrong="", nonce="n", xsrf="")
    assert f'<html lang="{language}">' in text
    assert t("serve.pin_hint") in text
    assert t("serve.needs_script") in text
    assert t("serve.ended") in here.page(
        "page.html", nonce="n", leave=True, screen=Screen("/", "form", "Lembar", here.form)
    )


# Who gets in


def test_a_link_and_its_pin_open_the_page(server: Server, link: Issued) -> None:
    answer = server.enter(link.token, f" {link.pin[:3]} {link.pin[3:]} ")
    assert (answer.status, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("attempt", ["forged", "expired", "revoked", "replaced", "empty"])
def test_a_link_that_is_not_valid_opens_nothing(server: Server, attempt: str) -> None:
    access = server.access
    link = access.issue("J4", days=0 if attempt == "expired" else 14)
    if attempt == "revoked":
        access.revoke("J4")
    if attempt == "replaced":
        access.issue("J4")
    token = {"forged": link.token[:-1] + "-", "empty": ""}.get(attempt, link.token)
    answer = server.enter(token, link.pin)
    assert answer.status == 403
    assert answer.cookies == []
    assert "Tautan ini tidak berlaku lagi. Mintalah tautan baru kepada sekretariat." in answer.text


def test_wrong_pins_lock_a_link_and_the_right_one_comes_too_late(server: Server, link: Issued) -> None:
    wrong = f"{(int(link.pin) + 1) % 10**6:06}"
    texts = [server.enter(link.token, wrong).text for _ in range(5)]
    assert [n for text in texts for n in re.findall(r"tersisa (\d) kali", text)] == ["4", "3", "2", "1"]
    late = server.enter(link.token, link.pin)
    assert (late.status, late.cookies) == (403, [])
    assert "terkunci" in texts[4]
    assert "terkunci" in late.text


def test_what_was_typed_as_a_pin_is_no_markup(server: Server) -> None:
    link = server.access.issue("J4")
    answer = server.enter(link.token, '"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text
    assert "Masih tersisa 4" in answer.text


@pytest.mark.parametrize(
    ("headers", "secure"),
    [({}, False), ({"X_Forwarded_Proto": "https, http"}, True), ({"X_Forwarded_Proto": "http"}, False)],
)
def test_cookies_stay_with_this_site_and_with_tls_where_the_proxy_says_so(
    server: Server,
    link: Issued,
    headers: dict[str, str],
    secure: bool,  # noqa: FBT001
) -> None:
    (cookie,) = server.enter(link.token, link.pin, **headers).cookies
    flags = {flag.strip() for flag in cookie.split(";")[1:]}
    assert flags == {"HttpOnly", "Path=/", "SameSite=Strict"} | ({"Secure"} if secure else set())


@pytest.mark.parametrize(
    "path",
    ["/", "/berkas/form.js", "/dokumen/E1/usulan.pdf", "/saluran"],
)
@pytest.mark.parametrize("cookie", ["", "kit-{port}=forged", "kit-{port}=", "username=J1; KIT_JUDGE=J1"])
def test_nothing_opens_without_a_session(server: Server, path: str, cookie: str) -> None:
    forged = {"X_Kit_Judge": "J1", "X_Forwarded_User": "J1", "Authorization": "token J1"}
    answer = server.ask(path, Cookie=cookie.format(port=server.port), **forged)
    assert answer.status == 401
    assert "tautan pribadi" in answer.text


@pytest.mark.parametrize("ended", ["revoked", "replaced", "left"])
def test_an_ended_session_opens_nothing_and_its_open_page_is_closed(server: Server, ended: str) -> None:
    cookie = server.session("J3")
    with server.page(cookie) as page:
        assert page.ask(type="load")["type"] == "loaded"
        if ended == "revoked":
            server.access.revoke("J3")
        elif ended == "replaced":
            server.access.issue("J3")
        else:
            assert server.post("/keluar", cookies=cookie).headers["location"] == "/keluar"
            assert "Anda telah keluar" in server.ask("/keluar", Cookie=cookie).text
        with pytest.raises(ConnectionClosed, match="4401"):
            page.save("E1", f"sesudah {ended}", "k")
    assert recorded(server.edition, f"sesudah {ended}") == []
    assert server.ask("/", Cookie=cookie).status == 401
    with pytest.raises(InvalidStatus, match="401"), server.page(cookie):
        pass


# From other sites


ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "none"},
    {"Origin": "{own}", "Sec_Fetch_Site": "cross-site"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
@pytest.mark.parametrize("path", ["/masuk", "/keluar"])
def test_a_form_on_another_site_does_nothing(
    server: Server, cookies: dict[str, str], link: Issued, headers: dict[str, str], path: str
) -> None:
    sent = {name: value.format(own=server.origin) for name, value in headers.items()}
    answer = server.post(path, {"token": link.token, "pin": link.pin}, cookies["J1"], **sent)
    assert (answer.status, answer.cookies) == (403, [])
    assert server.ask("/", Cookie=cookies["J1"]).status == 200


def test_a_form_without_our_token_or_without_any_origin_does_nothing(
    server: Server, cookies: dict[str, str], link: Issued
) -> None:
    form = urlencode({"token": link.token, "pin": link.pin})
    form_type = "application/x-www-form-urlencoded"
    assert server.ask("/masuk", "POST", form, Content_Type=form_type, Origin=server.origin).status == 403
    assert server.post("/masuk", {"_xsrf": "guess"}).status == 403
    assert server.ask("/keluar", "POST", "", Cookie=cookies["J1"]).status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_a_socket_from_another_site_is_refused(server: Server, cookies: dict[str, str], origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"), server.page(cookies["J1"], origin):
        pass


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("evil.example:{port}", 421),
        ("localhost.evil.example", 421),
        ("10.0.0.1:{port}", 421),
        ("localhost:{port}", 200),
        ("[::1]:{port}", 200),
        ("JURI.example.id", 200),
    ],
)
def test_only_the_names_it_is_served_under_are_answered(server: Server, host: str, status: int) -> None:
    assert server.ask("/masuk", Host=host.format(port=server.port)).status == status


# Hand-made messages


def test_no_message_reaches_another_judge(server: Server, page: Page, other: Page) -> None:
    """Another's id, signature or key is recorded as one's own; an entry that is not one's own is refused."""
    assert other.save("E2", "milik J2", "kunci", "entrant")["said"] == ""
    outcome = page.save("E2", "milik J1", "kunci", judge_id="J2", actor="J2", round="r2")
    assert outcome["said"] == ""
    assert "milik J2" not in str(outcome)
    assert recorded(server.edition, "milik J1") == [["J1", "J1", "E2"]]
    assert "tidak ditugasi" in page.save("E9", "x", "k9")["said"]
    assert "konflik kepentingan" in other.save("E1", "x", "k10")["said"]
    assert page.ask(type="load", judge="J2")["sheets"].keys() == {"E1", "E2"}
    assert "milik J2" not in str(page.ask(type="load", judge="J2"))


HAND_MADE: list[Any] = [
    *(None, 5, [], "load", {}, {"type": None}, {"type": "setup"}, {"type": "execute_request", "code": "1/0"}),
    *({"type": "save"}, {"type": "save", "changes": [5]}, {"type": "submit", "entries": None}, {"type": "recuse"}),
    {"type": ["load"], "key": {"a": 1}},
]
NO_MESSAGE: list[str | bytes] = ["{", "", "[" * 100_000, b"\xff\xfe\x00", '{"a": 1e999999}', "9" * 10_000]


@pytest.mark.parametrize("message", [*map(json.dumps, HAND_MADE), *NO_MESSAGE], ids=lambda text: repr(text[:30]))
def test_what_is_no_message_is_refused_and_the_page_goes_on(page: Page, message: str | bytes) -> None:
    page.line.send(message)
    assert page.hear()["type"] == "refused"
    assert page.ask(type="load")["type"] == "loaded"


def test_messages_by_hand_leave_few_tracebacks_in_the_log(server: Server, page: Page) -> None:
    before = server.log.read_text(encoding="utf-8").count("Traceback")
    for n in range(200):
        assert page.ask(type="save", changes=n)["type"] == "refused"
    assert server.log.read_text(encoding="utf-8").count("Traceback") - before <= 50


def test_a_message_beyond_all_measure_ends_its_own_page_only(server: Server, page: Page, other: Page) -> None:
    page.line.send("x" * (2**20 + 1))
    with pytest.raises(ConnectionClosed, match="1009"):
        page.hear()
    assert other.ask(type="load")["type"] == "loaded"
    assert server.ask("/masuk", "POST", Content_Length=str(2**20 + 1), Origin=server.origin).status == 400


def test_one_judge_s_flood_does_not_hold_up_another(page: Page, other: Page) -> None:
    for _ in range(100):
        page.line.send('{"type": "load"}')
    begun = time.monotonic()
    assert other.save("E2", "di tengah banjir", "banjir")["said"] == ""
    assert time.monotonic() - begun < 2
    assert [page.hear()["type"] for _ in range(100)] == ["loaded"] * 100


@pytest.mark.skipif(sys.platform == "win32", reason="needs a system that counts a process's files")
def test_connections_that_are_only_held_open_leave_room_for_open_pages(edition: Edition, tmp_path: Path) -> None:
    few = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)); "

    def serve(edition: Edition, log: Path, port: int) -> Server:
        return started(edition, log, port, f"{few}{JUDGE_PAGE.format(port=port, options={})}")

    with (
        running(serve, edition, tmp_path / "log") as server,
        server.page(server.session("J3")) as page,
        ExitStack() as held,
    ):
        for _ in range(200):
            held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
        assert page.save("E1", "di tengah sambungan", "sambungan")["said"] == ""


def test_when_too_many_enter_at_once_they_are_asked_to_try_again(edition: Edition, tmp_path: Path) -> None:
    def serve(edition: Edition, log: Path, port: int) -> Server:
        return started(
            edition,
            log,
            port,
            f"from kit.screens import web; web._WAITING = 0; {JUDGE_PAGE.format(port=port, options={})}",
        )

    with running(serve, edition, tmp_path / "log") as server:
        link = server.access.issue("J4")
        answer = server.enter(link.token, link.pin)
        assert (answer.status, answer.cookies) == (503, [])
        assert "Terlalu banyak orang" in answer.text


def test_many_pages_of_one_judge_get_no_more_than_one(server: Server, cookies: dict[str, str]) -> None:
    """While eight pages of J2 ask for a thousand changes each, J1's save waits for none of them, or for one."""
    change = {"entry_id": "E9", "field": "internal", "text": "x"}
    slow = json.dumps({"type": "save", "changes": [change | {"key": f"{n}"} for n in range(1000)]})
    with ExitStack() as stack:
        many = [stack.enter_context(server.page(cookies["J2"])) for _ in range(PAGES)]
        page = stack.enter_context(server.page(cookies["J1"]))
        begun = time.perf_counter()
        for own in many:
            own.line.send(slow)
        assert page.save("E1", "sementara itu", "m2")["said"] == ""
        waited = time.perf_counter() - begun
        for own in many:
            own.hear(60)
        assert waited < (time.perf_counter() - begun) / 2


def test_a_judge_s_page_beyond_a_few_closes_the_oldest_of_them_and_of_nobody_else(server: Server, other: Page) -> None:
    cookie = server.session("J3")
    opened = [server.page(cookie) for _ in range(PAGES + 1)]
    pages = [one.__enter__() for one in opened]
    with pytest.raises(ConnectionClosed, match="4429"):
        pages[0].hear()
    assert {page.ask(type="load")["type"] for page in [*pages[1:], other]} == {"loaded"}
    for one in opened:
        one.__exit__(None, None, None)


# Several pages, and what goes wrong


def test_pages_of_one_judge_see_each_other_s_saves_or_are_told_of_the_conflict(server: Server, page: Page) -> None:
    with server.page(server.session("J4")) as first, server.page(server.session("J4")) as second:
        pass  # a new link has ended the first one's session
    cookie = server.session("J4")
    with server.page(cookie) as first, server.page(cookie) as second:
        assert first.save("E1", "pertama", "a", seen=0)["said"] == ""
        late = second.save("E1", "kedua", "b", seen=0)
        assert (late["conflict"], late["sheets"]["E1"]["comments"]) == (True, {"internal": "pertama"})
        assert 'sudah diubah di tempat lain menjadi "pertama"' in late["said"]
        number = late["sheets"]["E1"]["numbers"]["internal"]
        assert second.save("E1", "kedua", "c", seen=number)["said"] == ""
        assert first.ask(type="load")["sheets"]["E1"]["comments"] == {"internal": "kedua"}
    assert page.ask(type="load")["sheets"]["E1"]["comments"].get("internal") != "kedua"


def test_one_failing_change_does_not_hold_up_the_others(page: Page) -> None:
    changes = [
        {"entry_id": "E1", "field": "entrant", "text": "\ud800", "key": "buruk"},
        {"entry_id": "E1", "field": "r1", "text": "9999", "key": "di luar skala"},
        {"entry_id": "E1", "field": "entrant", "text": "baik", "key": "baik"},
        "bukan isian",
    ]
    answer = page.ask(type="save", changes=changes[:3])
    assert [bool(outcome["said"]) for outcome in answer["outcomes"]] == [True, True, False]
    assert page.ask(type="save", changes=changes[3:])["type"] == "refused"
    assert page.ask(type="load")["sheets"]["E1"]["comments"]["entrant"] == "baik"


def test_a_slow_save_does_not_hold_up_another_judge(server: Server, page: Page, other: Page) -> None:
    with closing(sqlite3.connect(server.edition.folder / "ledger.sqlite", isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")  # another program holds the ledger
        change = {"entry_id": "E1", "field": "internal", "text": "lambat", "key": "lambat"}
        page.line.send(json.dumps({"type": "save", "changes": [change]}))
        with pytest.raises(TimeoutError):
            page.hear(0.5)
        assert other.ask(type="load")["type"] == "loaded"
        store.execute("ROLLBACK")
    assert page.hear()["outcomes"][0]["said"] == ""


def test_a_server_that_starts_again_knows_sessions_and_records_a_key_once(edition: Edition, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "server.log"
    server = judge_page(edition, log, port)
    cookie = server.session("J3")
    with server.page(cookie) as page:
        assert page.save("E2", "sebelum dan sesudah", "tetap", seen=0)["said"] == ""
        server.process.kill()
        server.process.wait(30)
        with pytest.raises(ConnectionClosed):
            page.hear()
    server = judge_page(edition, log, port)
    try:
        with server.page(cookie) as page:
            assert page.save("E2", "sebelum dan sesudah", "tetap", seen=0)["said"] == ""
        assert recorded(edition, "sebelum dan sesudah") == [["J3", "J3", "E2"]]
        link = server.access.issue("J3")  # no proxy was configured, so nobody is believed to be one
        (cookie,) = server.enter(link.token, link.pin, X_Forwarded_Proto="https").cookies
        assert "Secure" not in cookie
    finally:
        server.process.terminate()
        server.process.wait(30)


def test_changed_registers_are_read_anew_and_broken_ones_are_not(edition: Edition) -> None:
    editions, file = Editions("2025", "id"), edition.folder / "judges.csv"
    before = file.read_bytes()

    def names(text: bytes) -> list[str]:
        file.write_bytes(text)
        os.utime(file, ns=(time.time_ns(), time.time_ns()))
        editions.open()  # in every thread, since any may be asked
        found = asyncio.run(editions.work(lambda own: own.registers.judges["name"].tolist()))
        return [str(name) for name in found]

    try:
        assert names(before)[0] == "Nama J1"
        assert names(before.replace(b"Nama J1", b"Nama Baru"))[0] == "Nama Baru"
        assert names(b"judge_id,name\n,,,\n")[0] == "Nama Baru"
    finally:
        file.write_bytes(before)


# Files


@pytest.mark.parametrize(
    "path",
    [
        *("/scoring.ipynb", "/notebooks/scoring.ipynb", "/tree", "/lab", "/login", "/static/x", "//", "/saluran/x"),
        *("/data/2025/ledger.sqlite", "/data/2025/access.sqlite", "/data/2025/judges.csv", "/rules.yaml"),
        *("/api/kernels", "/api/contents", "/berkas/", "/berkas/server.py", "/berkas/..", "/berkas/form.js/x"),
        *("/berkas/../access.py", "/berkas/..%2faccess.py", "/berkas/%2e%2e/%2e%2e/x", "/berkas//etc/passwd"),
        *("/berkas/%2fetc%2fpasswd", "/berkas/form.js%00", "/berkas/templates/page.html", "/berkas/FORM.JS"),
    ],
)
def test_no_address_leads_to_other_files(server: Server, cookies: dict[str, str], path: str) -> None:
    answer = server.ask(path, Cookie=cookies["J1"])
    assert answer.status == 404
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    ("path", "kind"),
    [("E1/usulan.pdf", "application/pdf"), ("E1/foto.svg", "application/octet-stream")],
)
def test_a_document_is_sent_to_those_who_mark_its_entry(
    server: Server, cookies: dict[str, str], path: str, kind: str
) -> None:
    answer = server.ask(f"/dokumen/{path}", Cookie=cookies["J1"])
    assert (answer.status, answer.text.encode(), answer.headers["content-type"]) == (200, PDF, kind)
    assert (answer.headers.get("content-disposition") == "attachment") == (kind != "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"


@pytest.mark.parametrize(
    "path",
    [
        *("E1/tidak-ada.pdf", "E9/usulan.pdf", "E1/data", "E1/.", "E1/..", "E1/%00", "E1/", "E1"),
        *("E1/../luar.pdf", "E1/..%2fluar.pdf", "E1/..%2fE2%2fusulan.pdf", "E1/data%2frahasia.pdf", "../luar.pdf"),
        *("..%2fdocuments/luar.pdf", "%2e%2e/rules.yaml", "E1/..%2f..%2fledger.sqlite", "E1/%2fetc%2fpasswd"),
        *("E1/..%5cluar.pdf", "E1/usulan.pdf/", "E1/data/rahasia.pdf"),
    ],
)
def test_no_document_leads_to_another(server: Server, cookies: dict[str, str], path: str) -> None:
    assert server.ask(f"/dokumen/{path}", Cookie=cookies["J1"]).status == 404


def test_a_document_is_not_for_the_recused(server: Server, cookies: dict[str, str], edition: Edition) -> None:
    """By the register, or from the moment of a declaration."""

    def status(entry: str) -> int:
        return server.ask(f"/dokumen/{entry}/usulan.pdf", Cookie=cookies["J2"]).status

    assert [status("E1"), status("E2")] == [404, 200]
    edition.ledger.append([Event(kind="recusal", actor="J2", judge_id="J2", entry_id="E2", round="r1", text="kin: .")])
    assert status("E2") == 404


def test_a_document_is_for_the_panel_only(edition: Edition) -> None:
    assert site(edition, round="r2").document(edition, "J1", "E1", "usulan.pdf")
    assert not site(edition, round="r2").document(edition, "J3", "E1", "usulan.pdf")


@pytest.mark.skipif(os.name != "posix", reason="needs a system where anybody can make links")
def test_a_document_is_no_link_to_elsewhere(edition: Edition) -> None:
    folder = edition.folder / "documents" / "E1"
    (folder / "tautan.pdf").symlink_to(edition.folder / "rules.yaml")
    assert not site(edition).document(edition, "J1", "E1", "tautan.pdf")


@pytest.mark.skipif(os.name != "posix", reason="needs a system where anybody can make links")
def test_a_folder_that_is_a_link_to_elsewhere_has_no_documents(edition: Edition, tmp_path: Path) -> None:
    folder = edition.folder / "documents" / "E2"
    assert site(edition).document(edition, "J1", "E2", "usulan.pdf")
    folder.rename(tmp_path / "lain")
    folder.symlink_to(tmp_path / "lain")
    try:
        assert not site(edition).document(edition, "J1", "E2", "usulan.pdf")
        assert on_file(edition, "E2") == {}
    finally:
        folder.unlink()
        (tmp_path / "lain").rename(folder)


# By a hub


def site(edition: Edition, **other: Any) -> JudgeSite:
    """What a server knows."""
    own: dict[str, Any] = {"round": "r1", "judges": frozenset({"J1", "J2"}), "user_header": None}
    return replace(JudgeSite.of(edition, "Lembar", listens=("127.0.0.1", 8866), **own), **other)


@pytest.mark.parametrize(
    ("peer", "header", "said", "judge"),
    [
        ("127.0.0.1", "X-Forwarded-User", "J2", "J2"),
        ("::1", "X-Forwarded-User", "J2", "J2"),
        ("192.0.2.7", "X-Forwarded-User", "J2", None),
        ("127.0.0.1", "X-Forwarded-User", "J9", None),
        ("127.0.0.1", "X-Forwarded-User", "J1,J2", None),
        ("127.0.0.1", "X-Forwarded-User", "", None),
        ("127.0.0.1", "X-Other", "J2", None),
    ],
)
def test_a_hub_is_believed_from_this_machine_only(
    edition: Edition, peer: str, header: str, said: str, judge: str | None
) -> None:
    link = Access.open(edition.folder).issue("J4")
    cookies = {"kit-8866": SimpleNamespace(value=Access.open(edition.folder).enter(link.token, link.pin))}
    request: Any = SimpleNamespace(remote_ip=peer, headers={header: said}, cookies=cookies)
    assert site(edition, user_header="X-Forwarded-User").holder_of(request) == judge
    assert site(edition).holder_of(request) == "J4"


def test_behind_a_hub_its_header_opens_the_page_and_links_open_nothing(edition: Edition, tmp_path: Path) -> None:
    with running(judge_page, edition, tmp_path / "server.log", user_header="X-Forwarded-User") as server:
        with server.page("", X_Forwarded_User="J2") as page:
            assert page.setup["judge"] == "Nama J2"
        with server.page("", X_Forwarded_User="J5") as page:
            assert page.first["type"] == "unavailable"
            assert "J5" in page.first["said"]
            with pytest.raises(ConnectionClosed, match="1013"):
                page.hear()
        assert "/keluar" not in server.ask("/", X_Forwarded_User="J2").text
        assert [server.ask("/", **said).status for said in ({}, {"X_Forwarded_User": "J9"})] == [401, 401]
        assert server.ask("/masuk").status == 404
        link = server.access.issue("J1")
        assert server.enter(link.token, link.pin).cookies == []
        with pytest.raises(InvalidStatus, match="401"), server.page("kit=x", X_Forwarded_User="J9"):
            pass
        assert "X-Forwarded-User" in server.log.read_text(encoding="utf-8")


# The command


def test_the_log_holds_no_secret_and_no_query(server: Server, cookies: dict[str, str], link: Issued) -> None:
    """Whatever all tests above have sent."""
    cookie = server.enter(link.token, link.pin).cookies[0].partition(";")[0]
    server.ask("/?token=q1w2e3", Cookie="x")
    server.ask("/nowhere?token=q1w2e3")
    said = server.log.read_text(encoding="utf-8")
    assert "401 GET / " in said
    assert "POST /masuk" in said
    assert not re.search(r"q1w2e3|\?", said)
    secrets = (link.token, link.pin, cookie.partition("=")[2], cookies["J1"].partition("=")[2])
    assert not [secret for secret in secrets if secret in said]
    assert "milik J1" not in said


def test_it_says_where_the_page_is(server: Server) -> None:
    first = server.log.read_text(encoding="utf-8").splitlines()[0]
    assert f"http://127.0.0.1:{server.port}/" in first
    assert "kit judge invite 2025" in first


@pytest.mark.long
def test_a_taken_port_is_not_exchanged_for_another(edition: Edition) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "kit.cli", "serve", edition.name, "r1", "--port", port]
        said = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (said.returncode, said.stdout) == (1, "")
    assert f"porta {port} tidak dapat digunakan" in said.stderr

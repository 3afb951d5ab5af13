"""The judge's page, attacked: each attempt against a running server, with what comes of it."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

import contests
import homes
import nbformat
import pytest
from jupyter_server.auth.identity import User
from problems import problem
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from kit.ledger import Event
from kit.scoring._doors import Site
from kit.scoring.access import Access
from kit.scoring.order import on_file
from kit.scoring.serve import JudgePage, _Own, serve
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.edition import Edition
    from kit.scoring.access import Issued
    from kit.texts import Language

NOTEBOOK = """
import json, os, ipywidgets
ipywidgets.Label(os.environ["KIT_JUDGE"])
---
json.dumps(dict(os.environ))
"""
KERNEL = re.compile(r'"kernelId": ?"([\w-]+)"')
NOBODY = "00000000-0000-4000-8000-000000000000"
PDF = b"%PDF-1.4 a proposal"


@dataclass
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str


@dataclass
class Server:
    """A running server, its edition, and what it has said so far."""

    port: int
    edition: Edition
    log: Path

    @property
    def access(self) -> Access:
        return Access.open(self.edition.folder)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """Send a path as it stands; an underscore in a header's name is a hyphen."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", errors="replace")
            cookies = answer.headers.get_all("Set-Cookie") or []
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, cookies, text)
        finally:
            connection.close()

    def post(self, path: str, form: dict[str, str] | None = None, cookies: str = "", **headers: str) -> Answer:
        """Send a form as the page at ``/masuk`` does, or as the headers say."""
        xsrf = re.search("_xsrf=([^;]+)", "".join(self.ask("/masuk").cookies))
        token = xsrf[1] if xsrf else "none"
        body = urlencode({"_xsrf": token, **(form or {})})
        form_type = {"Content_Type": "application/x-www-form-urlencoded"}
        origin = {} if "Origin" in headers or "Sec_Fetch_Site" in headers else {"Origin": self.origin}
        return self.ask(path, "POST", body, Cookie=f"_xsrf={token}; {cookies}", **form_type, **origin, **headers)

    def enter(self, token: str, pin: str, **headers: str) -> Answer:
        return self.post("/masuk", {"token": token, "pin": pin}, **headers)

    def session(self, judge: str) -> str:
        """Let a judge in who is in nowhere else; the cookie as the browser sends it."""
        link = self.access.issue(judge)
        return self.enter(link.token, link.pin).cookies[-1].partition(";")[0]

    @contextmanager
    def channel(self, kernel: str, cookie: str, origin: str | None = None, **options: Any) -> Iterator[Any]:
        """Open a socket to a kernel as the page does."""
        url = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels?session_id=s"
        origin = self.origin if origin is None else origin
        with connect(url, origin=origin, additional_headers={"Cookie": cookie}, close_timeout=1, **options) as channel:
            yield channel


@dataclass
class Page:
    """A judge's open page."""

    cookie: str
    text: str
    kernel: str
    headers: dict[str, str]

    def shown(self) -> list[str]:
        """What the notebook's cells show, as plain text."""
        found = re.findall(
            r'<script type="application/vnd.voila.cell-output\+json">(.*?)</script>', self.text, re.DOTALL
        )
        return [json.loads(output)["data"]["text/plain"] for output in found]


def open_page(server: Server, cookie: str, path: str = "/", **headers: str) -> Page:
    answer = server.ask(path, Cookie=cookie, **headers)
    assert answer.status == 200
    (kernel,) = KERNEL.findall(answer.text)
    return Page(cookie, answer.text, kernel, answer.headers)


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edition]:
    home = tmp_path_factory.mktemp("home")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in NOTEBOOK.split("---")]
    for name in ("scoring", "start"):
        path = home / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        (home / "data").mkdir()
        patch.setenv("KIT_HOME", str(home))
        rounds = contests.single(), contests.single(panel=["J1"])
        edition = homes.stage(
            home, contests.contest(*rounds), ["E1", "E2"], ("J1", "J2", "J3", "J4"), conflicts={"J2": "E1:kin"}
        )
        edition.open_round("r1")
        for name in ("E1/usulan.pdf", "E1/foto.svg", "E1/data/rahasia.pdf", "E2/usulan.pdf", "luar.pdf"):
            path = edition.folder / "documents" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(PDF)
        yield edition
        edition.ledger.close()


@contextmanager
def running(edition: Edition, log: Path, **options: object) -> Iterator[Server]:
    """Serve a round in another process until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from kit.scoring.serve import serve; serve('2025', 'r1', port={port}, **{options!r})"
    forged = {
        "KIT_JUDGE": "J3",
        "QUERY_STRING": "x",
        "SECRET_TOKEN": "s3cret",
        "AWS_SECRET": "s3cret",
        "PGUSER": "juri",
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-c", code], env={**os.environ, **forged}, stdout=output, stderr=output
        )
        try:
            until = time.monotonic() + 60
            while b"http://" not in log.read_bytes():
                assert server.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, "the server does not start"
                time.sleep(0.05)
            yield Server(port, edition, log)
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture(scope="module")
def server(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(edition, tmp_path_factory.mktemp("log") / "server.log", host_names=["juri.example.id"]) as server:
        yield server


@pytest.fixture(scope="module")
def page(server: Server) -> Page:
    """The page of J1, opened with a forged judge wherever one can be named."""
    forged = {"KIT_JUDGE": "J2", "X_Kit_Judge": "J2", "X_Forwarded_User": "J2", "Remote_User": "J2"}
    return open_page(server, server.session("J1"), "/?judge=J2&KIT_JUDGE=J2&template=base&token=abc", **forged)


@pytest.fixture(scope="module")
def other(server: Server) -> Page:
    """The page of J2."""
    return open_page(server, server.session("J2"))


@pytest.fixture
def link(server: Server) -> Issued:
    return server.access.issue("J4")


# The page


def test_the_page_is_the_judges_own_whatever_the_request_claims(page: Page, other: Page) -> None:
    assert page.shown()[0] == "Label(value='J1')"
    assert other.shown()[0] == "Label(value='J2')"


def test_the_kernel_gets_no_more_of_the_environment_than_it_needs(page: Page, edition: Edition) -> None:
    environment = json.loads(ast.literal_eval(page.shown()[1]))
    expected = {"JUDGE": "J1", "EDITION": "2025", "ROUND": "r1", "LANGUAGE": "id"}
    own = {name.removeprefix("KIT_"): value for name, value in environment.items() if name.startswith("KIT_")}
    assert own == expected | {"HOME": str(edition.folder.parents[1])}
    assert environment["PGUSER"] == "juri"
    assert {"QUERY_STRING", "HTTP_COOKIE", "SECRET_TOKEN", "AWS_SECRET"} & {*environment} == set()
    assert "s3cret" not in page.text
    assert "abc" not in environment.values()


def test_no_code_is_visible_and_nothing_comes_from_elsewhere(page: Page) -> None:
    assert "import json" not in page.text
    assert "os.environ" not in page.text
    strangers = set(re.findall(r"(?<!module:)//[\w.-]+\.\w+", page.text))
    assert strangers == set()
    assert 'lang="id"' in page.text


@pytest.mark.parametrize("path", ["/", "/masuk", "/nowhere"])
def test_pages_stay_out_of_caches_frames_and_other_origins(server: Server, page: Page, path: str) -> None:
    headers = page.headers if path == "/" else server.ask(path).headers
    assert "no-store" in headers["cache-control"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src" in policy
    assert not re.search(r"\*|https?:|unsafe-eval", policy)


def test_the_page_runs_its_own_scripts_only(server: Server, page: Page) -> None:
    policy = page.headers["content-security-policy"]
    (runs,) = re.findall(r"script-src ([^;]*)", policy)
    nonce = re.search(r"'nonce-([\w-]{16,})'", runs)
    assert nonce
    assert "unsafe" not in runs
    data = re.compile(r'<script[^>]* type="application/')
    inline = [tag for tag in re.findall(r"<script[^>]*>", page.text) if " src=" not in tag and not data.match(tag)]
    assert len(inline) == 2
    assert all(f'nonce="{nonce[1]}"' in tag for tag in inline)
    assert nonce[1] not in open_page(server, page.cookie).text


def test_the_door_needs_nothing_from_elsewhere_and_runs_its_own_script_only(server: Server) -> None:
    answer = server.ask("/masuk")
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", answer.headers["content-security-policy"])
    assert nonce
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert re.findall(r"<script[^>]*>", answer.text) == [f'<script nonce="{nonce[1]}">']
    assert not re.search(r"https?://| src=", answer.text)
    assert server.ask("/masuk").text != answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_door_speaks_both_languages(edition: Edition, language: Language) -> None:
    t = Texts(language)
    text = site(edition, texts=t).page("enter.html", token="", wrong="", nonce="n", xsrf="")
    assert f'<html lang="{language}">' in text
    assert t("serve.pin_hint") in text
    assert t("serve.needs_script") in text


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


def test_what_was_typed_at_the_door_is_no_markup(server: Server) -> None:
    link = server.access.issue("J4")
    answer = server.enter(link.token, '"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text
    assert "Masih tersisa 4" in answer.text


@pytest.mark.parametrize(
    ("headers", "secure"),
    [({}, False), ({"X_Forwarded_Proto": "https, http"}, True), ({"X_Forwarded_Proto": "http"}, False)],
)
def test_cookies_stay_with_this_site(server: Server, link: Issued, headers: dict[str, str], secure: bool) -> None:  # noqa: FBT001
    (cookie,) = server.enter(link.token, link.pin, **headers).cookies
    flags = {flag.strip() for flag in cookie.split(";")[1:]}
    assert flags == {"HttpOnly", "Path=/", "SameSite=Strict"} | ({"Secure"} if secure else set())


@pytest.mark.parametrize(
    "path",
    ["/", "/voila/static/voila.js", f"/api/kernels/{NOBODY}", "/dokumen/E1/usulan.pdf"],
)
@pytest.mark.parametrize("cookie", ["", "kit-{port}=forged", "kit-{port}=", "username=J1; KIT_JUDGE=J1"])
def test_nothing_opens_without_a_session(server: Server, path: str, cookie: str) -> None:
    forged = {"X_Kit_Judge": "J1", "X_Forwarded_User": "J1", "Authorization": "token J1"}
    answer = server.ask(path, Cookie=cookie.format(port=server.port), **forged)
    assert answer.status == 401
    assert "tautan pribadi" in answer.text


@pytest.mark.parametrize("ended", ["revoked", "replaced", "left"])
def test_an_ended_session_opens_nothing_and_its_open_page_falls_silent(server: Server, ended: str) -> None:
    page = open_page(server, server.session("J3"))
    with server.channel(page.kernel, page.cookie) as channel:
        assert answered(channel)
        if ended == "revoked":
            server.access.revoke("J3")
        elif ended == "replaced":
            server.access.issue("J3")
        else:
            assert "Anda telah keluar" in server.post("/keluar", cookies=page.cookie).text
        with pytest.raises(ConnectionClosed):
            answered(channel)
    assert server.ask("/", Cookie=page.cookie).status == 401
    with pytest.raises(InvalidStatus, match="401"), server.channel(page.kernel, page.cookie):
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
@pytest.mark.parametrize("door", ["/masuk", "/keluar", "/voila/api/shutdown/{kernel}"])
def test_a_form_on_another_site_does_nothing(
    server: Server, page: Page, link: Issued, headers: dict[str, str], door: str
) -> None:
    sent = {name: value.format(own=server.origin) for name, value in headers.items()}
    form = {"token": link.token, "pin": link.pin}
    answer = server.post(door.format(kernel=page.kernel), form, page.cookie, **sent)
    assert (answer.status, answer.cookies) == (403, [])
    assert server.ask(f"/api/kernels/{page.kernel}", Cookie=page.cookie).status == 200


def test_a_form_without_our_token_or_without_any_origin_does_nothing(server: Server, page: Page, link: Issued) -> None:
    form = urlencode({"token": link.token, "pin": link.pin})
    form_type = "application/x-www-form-urlencoded"
    assert server.ask("/masuk", "POST", form, Content_Type=form_type, Origin=server.origin).status == 403
    assert server.post("/masuk", {"_xsrf": "guess"}).status == 403
    assert server.ask("/keluar", "POST", "", Cookie=page.cookie).status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_a_socket_from_another_site_is_refused(server: Server, page: Page, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"), server.channel(page.kernel, page.cookie, origin):
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


# Other judges' kernels


@pytest.mark.parametrize("kernel", ["other", NOBODY])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/kernels/{kernel}"),
        ("DELETE", "/api/kernels/{kernel}"),
        ("POST", "/voila/api/shutdown/{kernel}"),
        ("POST", "/api/kernels/{kernel}/restart"),
        ("POST", "/api/kernels/{kernel}/interrupt"),
    ],
)
def test_another_judges_kernel_is_not_there(
    server: Server, page: Page, other: Page, kernel: str, method: str, path: str
) -> None:
    path = path.format(kernel=other.kernel if kernel == "other" else kernel)
    if method == "POST":
        assert server.post(path, cookies=page.cookie).status == 404
    else:
        xsrf = {"Cookie": f"{page.cookie}; _xsrf=t", "X_XSRFToken": "t", "Origin": server.origin}
        assert server.ask(path, method, **xsrf).status == 404
    assert server.ask(f"/api/kernels/{other.kernel}", Cookie=other.cookie).status == 200


@pytest.mark.parametrize("kernel", ["other", NOBODY])
def test_another_judges_kernel_cannot_be_spoken_to(server: Server, page: Page, other: Page, kernel: str) -> None:
    kernel = other.kernel if kernel == "other" else kernel
    with pytest.raises(InvalidStatus, match="404"), server.channel(kernel, page.cookie):
        pass


@pytest.mark.parametrize(
    ("kernel", "resource", "allowed"),
    [("mine", "kernels", True), ("other", "kernels", False), ("", "kernels", False), ("mine", "contents", False)],
)
def test_jupyters_handlers_ask_once_more(kernel: str, resource: str, allowed: bool) -> None:  # noqa: FBT001
    """The guard before them lets nothing else through, but they would not either."""
    kernels = SimpleNamespace(owner={"mine": "J1", "other": "J2"}.get)
    handler: Any = SimpleNamespace(path_kwargs={"kernel_id": kernel}, settings={"kernel_manager": kernels})
    assert _Own().is_authorized(handler, User("J1"), "execute", resource) is allowed


def test_a_judge_ends_the_own_kernel(server: Server) -> None:
    page = open_page(server, server.session("J3"))
    assert server.post(f"/voila/api/shutdown/{page.kernel}", cookies=page.cookie).status == 204
    assert server.ask(f"/api/kernels/{page.kernel}", Cookie=page.cookie).status == 404


def test_a_judges_fourth_page_ends_the_oldest_of_them_and_of_nobody_else(server: Server, other: Page) -> None:
    cookie = server.session("J3")
    pages = [open_page(server, cookie) for _ in range(4)]
    found = [server.ask(f"/api/kernels/{page.kernel}", Cookie=cookie).status for page in pages]
    assert found == [404, 200, 200, 200]
    assert server.ask(f"/api/kernels/{other.kernel}", Cookie=other.cookie).status == 200


# Hand-made messages


def message(kind: str, content: dict[str, object], channel: str = "shell") -> str:
    header = {"msg_id": uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.3", "date": ""}
    parts = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}
    return json.dumps({**parts, "channel": channel})


def binary(kind: str, content: dict[str, object], channel: str = "shell") -> bytes:
    """The same in the newer protocol, ``v1.kernel.websocket.jupyter.org``."""
    said = json.loads(message(kind, content))
    parts = [channel.encode(), *(json.dumps(said[name]).encode() for name in PARTS)]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(n.to_bytes(8, "little") for n in (len(offsets), *offsets)) + b"".join(parts)


PARTS = ("header", "parent_header", "metadata", "content")


def answered(channel: Any, newer: bool = False) -> set[str]:  # noqa: FBT001, FBT002
    """Ask the kernel who it is, and return the types of all replies up to its answer."""
    channel.send((binary if newer else message)("kernel_info_request", {}))
    replies: set[str] = set()
    while "kernel_info_reply" not in replies:
        said = channel.recv(timeout=20)
        text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
        replies |= set(re.findall(r'"msg_type": ?"(\w+_reply|error|stream|execute_input)"', text))
    return replies


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize("line", ["shell", "control"])
def test_code_sent_over_ones_own_socket_does_not_run(
    server: Server,
    page: Page,
    tmp_path: Path,
    line: str,
    newer: bool,  # noqa: FBT001
) -> None:
    trace = tmp_path / "ran"
    content = {"code": f"open({str(trace)!r}, 'w').close()", "silent": False, "user_expressions": {}}
    protocol = ["v1.kernel.websocket.jupyter.org"] if newer else None
    with server.channel(page.kernel, page.cookie, subprotocols=protocol) as channel:
        channel.send((binary if newer else message)("execute_request", content, line))
        assert answered(channel, newer) == {"kernel_info_reply"}
    assert not trace.exists()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("shutdown_request", {"restart": False}),
        ("interrupt_request", {}),
        ("inspect_request", {"code": "os", "cursor_pos": 2, "detail_level": 1}),
        ("complete_request", {"code": "os.", "cursor_pos": 3}),
        ("history_request", {"hist_access_type": "tail", "n": 9, "output": True, "raw": True}),
        ("debug_request", {"type": "request", "command": "initialize"}),
        ("input_reply", {"value": "x"}),
    ],
)
@pytest.mark.parametrize("line", ["shell", "control"])
def test_only_what_widgets_say_reaches_a_kernel(
    server: Server, page: Page, kind: str, content: dict[str, object], line: str
) -> None:
    with server.channel(page.kernel, page.cookie) as channel:
        channel.send(message(kind, content, line))
        assert answered(channel) == {"kernel_info_reply"}


# Files


@pytest.mark.parametrize(
    "path",
    [
        *("/start.ipynb", "/scoring.ipynb", "/voila/render/start.ipynb", "/voila/render/scoring.ipynb"),
        *("/voila/tree", "/voila/tree/", "/tree", "/lab", "/login", "/logout", "/voila/api/contents/"),
        *("/voila/files/scoring.ipynb", "/voila/files/../data/2025/ledger.sqlite", "/voila/files/foto.svg"),
        *("/data/2025/ledger.sqlite", "/data/2025/access.sqlite", "/data/2025/judges.csv", "/rules.yaml"),
        *("/voila/static/../../../../etc/passwd", "/voila/static/..%2f..%2fapp.py", "/voila/static/%2e%2e/app.py"),
        *("/voila/static/", "/voila/static/..", "/voila/static//etc/passwd", "/voila/static/%2fetc%2fpasswd"),
        *(
            "/voila/templates/lab/static/%2e%2e/%2e%2e/lab/index.html.j2",
            "/voila/templates/lab/static/../index.html.j2",
        ),
        *("/voila/templates/../static/x", "/voila/templates/lab", "/voila/templates/lab/index.html.j2"),
        *("/voila/labextensions/../../etc/passwd", "/voila/labextensions/%2e%2e/%2e%2e/x", "/voila/labextensions/a/.."),
        *("/voila/api/themes/../../x", "/voila/api/shutdown/", "/voila/execution/" + NOBODY, "/voila/query/" + NOBODY),
        *("/api/kernels", "/api/contents", "/api/sessions", "/api/kernelspecs", "/api/terminals", "/static/x", "//"),
    ],
)
def test_no_address_leads_to_other_files_or_notebooks(server: Server, page: Page, path: str) -> None:
    answer = server.ask(path, Cookie=page.cookie)
    assert answer.status == 404
    assert "root:" not in answer.text


def test_the_files_of_the_packages_are_served(server: Server, page: Page) -> None:
    paths = set(re.findall(r'(?:src|href)="(/voila/[^"]+)"', page.text)) | {"/voila/static/voila.js"}
    assert len(paths) > 3
    for path in paths:
        answer = server.ask(path, Cookie=page.cookie)
        assert (path, answer.status, answer.headers["cache-control"]) == (path, 200, "private, no-cache")


@pytest.mark.parametrize(
    ("path", "kind"),
    [("E1/usulan.pdf", "application/pdf"), ("E1/foto.svg", "application/octet-stream")],
)
def test_a_document_is_sent_to_those_who_mark_its_entry(server: Server, page: Page, path: str, kind: str) -> None:
    answer = server.ask(f"/dokumen/{path}", Cookie=page.cookie)
    assert (answer.status, answer.text.encode(), answer.headers["content-type"]) == (200, PDF, kind)
    assert (answer.headers.get("content-disposition") == "attachment") == (kind != "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        *("E1/tidak-ada.pdf", "E9/usulan.pdf", "E1/data", "E1/.", "E1/..", "E1/%00", "E1/", "E1"),
        *("E1/../luar.pdf", "E1/..%2fluar.pdf", "E1/..%2fE2%2fusulan.pdf", "E1/data%2frahasia.pdf", "../luar.pdf"),
        *("..%2fdocuments/luar.pdf", "%2e%2e/rules.yaml", "E1/..%2f..%2fledger.sqlite", "E1/%2fetc%2fpasswd"),
        *("E1/..%5cluar.pdf", "E1/usulan.pdf/", "E1/data/rahasia.pdf"),
    ],
)
def test_no_document_leads_to_another(server: Server, page: Page, path: str) -> None:
    assert server.ask(f"/dokumen/{path}", Cookie=page.cookie).status == 404


def test_a_document_is_not_for_the_recused(server: Server, other: Page, edition: Edition) -> None:
    """By the register, or from the moment of a declaration."""

    def status(entry: str) -> int:
        return server.ask(f"/dokumen/{entry}/usulan.pdf", Cookie=other.cookie).status

    assert [status("E1"), status("E2")] == [404, 200]
    edition.ledger.append([Event(kind="recusal", actor="J2", judge_id="J2", entry_id="E2", round="r1", text="kin: .")])
    assert status("E2") == 404


def test_a_document_is_for_the_panel_only(edition: Edition) -> None:
    assert site(edition, round="r2").document("J1", "E1", "usulan.pdf")
    assert not site(edition, round="r2").document("J3", "E1", "usulan.pdf")


@pytest.mark.skipif(os.name != "posix", reason="needs a system where anybody can make links")
def test_a_document_is_no_link_to_elsewhere(edition: Edition) -> None:
    folder = edition.folder / "documents" / "E1"
    (folder / "tautan.pdf").symlink_to(edition.folder / "rules.yaml")
    assert not site(edition).document("J1", "E1", "tautan.pdf")


@pytest.mark.skipif(os.name != "posix", reason="needs a system where anybody can make links")
def test_a_folder_that_is_a_link_to_elsewhere_has_no_documents(edition: Edition, tmp_path: Path) -> None:
    folder = edition.folder / "documents" / "E2"
    assert site(edition).document("J1", "E2", "usulan.pdf")
    folder.rename(tmp_path / "lain")
    folder.symlink_to(tmp_path / "lain")
    try:
        assert not site(edition).document("J1", "E2", "usulan.pdf")
        assert on_file(edition, "E2") == {}
    finally:
        folder.unlink()
        (tmp_path / "lain").rename(folder)


# By a hub


def site(edition: Edition, **other: Any) -> Site:
    """What a server knows."""
    told: dict[str, Any] = {"edition": "2025", "round": "r1", "texts": Texts(), "hosts": frozenset({"localhost"})}
    told |= {"access": Access.open(edition.folder), "judges": frozenset({"J1", "J2"}), "user_header": None}
    return Site(**told | {"cookie": "kit"} | other)


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
    cookies = {"kit": SimpleNamespace(value=Access.open(edition.folder).enter(link.token, link.pin))}
    request: Any = SimpleNamespace(remote_ip=peer, headers={header: said}, cookies=cookies)
    assert site(edition, user_header="X-Forwarded-User").judge_of(request) == judge
    assert site(edition).judge_of(request) == "J4"


def test_behind_a_hub_its_header_opens_the_page_and_links_open_nothing(edition: Edition, tmp_path: Path) -> None:
    with running(edition, tmp_path / "server.log", user_header="X-Forwarded-User") as server:
        page = open_page(server, "", X_Forwarded_User="J2")
        assert page.shown()[0] == "Label(value='J2')"
        assert server.ask("/", X_Forwarded_User="J9").status == 401
        assert server.ask("/").status == 401
        assert server.ask("/masuk").status == 404
        link = server.access.issue("J1")
        assert server.enter(link.token, link.pin).cookies == []
        assert server.ask(f"/api/kernels/{page.kernel}", X_Forwarded_User="J1").status == 404
        assert server.ask(f"/api/kernels/{page.kernel}", X_Forwarded_User="J2").status == 200
        assert "X-Forwarded-User" in server.log.read_text(encoding="utf-8")


# The command


def test_the_log_holds_no_secret_and_no_query(server: Server, page: Page, link: Issued) -> None:
    """Whatever all tests above have sent."""
    cookie = server.enter(link.token, link.pin).cookies[0].partition(";")[0]
    server.ask("/?token=q1w2e3", Cookie="x")
    server.ask("/nowhere?token=q1w2e3")
    said = server.log.read_text(encoding="utf-8")
    assert "401 GET / " in said
    assert "POST /masuk" in said
    assert not re.search(r"q1w2e3|\?", said)
    secrets = (link.token, link.pin, cookie.partition("=")[2], page.cookie.partition("=")[2])
    assert not [secret for secret in secrets if secret in said]
    assert "Traceback" not in said


def test_it_says_where_the_page_is(server: Server) -> None:
    first = server.log.read_text(encoding="utf-8").splitlines()[0]
    assert f"http://127.0.0.1:{server.port}/" in first
    assert "kit judge invite 2025" in first


def test_a_taken_port_is_not_exchanged_for_another() -> None:
    stopped: list[bool] = []

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EADDRINUSE, "Address already in use")

    app = SimpleNamespace(listen=refuse)
    place: Any = SimpleNamespace(app=app, ip="127.0.0.1", port=8866, stop=lambda: stopped.append(True))
    with problem("port_taken", match="porta 8866 tidak dapat digunakan"):
        JudgePage.listen(place)
    assert stopped == [True]


@pytest.mark.parametrize(
    ("arguments", "mistake"),
    [({"round_id": "r9"}, "unknown_round"), ({"round_id": "r1", "notebook": Path("nowhere.ipynb")}, "file_missing")],
)
def test_what_cannot_be_served_is_refused(
    edition: Edition, arguments: dict[str, Any], mistake: type[Exception]
) -> None:
    with problem(mistake):
        serve(edition.name, **arguments)

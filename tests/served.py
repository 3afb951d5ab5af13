"""Servers of pages in processes of their own, and what browsers would send them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from labs import free_port
from websockets.sync.client import connect

from kit.screens.access import JUDGE, MEMBER, Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kit.edition import Edition

    Json = dict[str, Any]


JUDGE_PAGE = "from kit.screens.judge_page import serve; serve('2025', 'r1', port={port}, **{options!r})"


@dataclass
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str


class Page:
    """An open page: the messages that its form would send, and the answers."""

    def __init__(self, line: Any) -> None:
        self.line = line
        self.first = self.hear()
        self.setup: Json = self.first.get("setup", {})

    def hear(self, seconds: float = 20) -> Json:
        answer: Json = json.loads(self.line.recv(timeout=seconds))
        return answer

    def ask(self, **message: Any) -> Json:
        self.line.send(json.dumps(message))
        return self.hear()

    def save(self, entry: str, text: str, key: str, field: str = "internal", **more: Any) -> Json:
        answer = self.ask(type="save", changes=[{"entry_id": entry, "field": field, "text": text, "key": key, **more}])
        outcome: Json = answer["outcomes"][0]
        return outcome | {"sheets": answer["sheets"]}


@dataclass
class Server:
    """A running server, its edition, and what it has said so far."""

    port: int
    edition: Edition
    log: Path
    process: subprocess.Popen[bytes]
    kind: str = JUDGE

    @property
    def access(self) -> Access:
        return Access.open(self.edition.folder, self.kind)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """Send a path as it stands; an underscore in a header's name is a hyphen."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", errors="replace")
            cookies = answer.headers.get_all("Set-Cookie") or []
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, cookies, text)

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

    def session(self, holder: str) -> str:
        """Let somebody in who is in nowhere else; the cookie as the browser sends it."""
        link = self.access.issue(holder)
        return self.enter(link.token, link.pin).cookies[-1].partition(";")[0]

    @contextmanager
    def page(self, cookie: str, origin: str | None = None, query: str = "", **headers: str) -> Iterator[Page]:
        """Open a socket as the page does; another screen's with its name as ``query``, such as ``/pleno``."""
        named = {"Cookie": cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        url, origin = f"ws://127.0.0.1:{self.port}/saluran{query}", self.origin if origin is None else origin
        with connect(url, origin=origin, additional_headers=named, close_timeout=1) as line:  # type: ignore[arg-type]
            yield Page(line)


def started(edition: Edition, log: Path, port: int, code: str, kind: str = JUDGE) -> Server:
    """Run code that serves pages in another process."""
    with log.open("ab") as output:
        output.truncate(0)
        process = subprocess.Popen([sys.executable, "-c", code], stdout=output, stderr=output)
    until = time.monotonic() + 60
    while b"http://" not in log.read_bytes():
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < until, "the server does not start"
        time.sleep(0.05)
    return Server(port, edition, log, process, kind)


def judge_page(edition: Edition, log: Path, port: int, **options: object) -> Server:
    """Serve the round r1 to judges."""
    return started(edition, log, port, JUDGE_PAGE.format(port=port, options=options))


def committee_screens(edition: Edition, log: Path, port: int, **options: object) -> Server:
    """Serve the committee's screens."""
    code = f"from kit.screens.present import present; present('2025', port={port}, **{options!r})"
    return started(edition, log, port, code, MEMBER)


@contextmanager
def running(serve: Callable[..., Server], edition: Edition, log: Path, **options: object) -> Iterator[Server]:
    """Serve until the end of the block."""
    server = serve(edition, log, free_port(), **options)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)

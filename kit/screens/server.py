"""The judge's page: one server process in which each page speaks with its own judge's desk.

Every request passes the same checks first (:class:`Checked`). A page is one web socket (:class:`Socket`); its desk is
bound to the judge of the session before the first message is read. Desks work in a few threads, and each page has one
message there at a time, so that a slow save holds up nobody else and nobody can crowd the others out.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import mimetypes
import re
import secrets
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from tornado.httputil import split_host_and_port
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from kit import theme
from kit.edition import Edition, shared
from kit.errors import Problem
from kit.folder import find_edition
from kit.judging.assignment import on_file, require_judges
from kit.judging.desk import Desk
from kit.screens import front_end
from kit.screens.access import Access, LinkInvalid, LinkLocked, PinWrong
from kit.screens.judge_form import JudgeForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tornado.httputil import HTTPServerRequest

    from kit.texts import Language, Texts

    T = TypeVar("T")

THREADS = 4  # that work at desks
PAGES = 8  # of one judge; a further one closes the oldest
_LARGEST = 2**20  # bytes of a form or a message; page.js knows it
_PING = 45  # seconds between signs of life: less than proxies wait, more than a save at a busy store takes
_HERE = Path(__file__).parent
_ENDED, _CROWDED, _LATER = 4401, 4429, 1013  # why a socket was closed, to page.js
_INLINE = {"application/pdf", "image/jpeg", "image/png"}  # what a browser shows without running anything in it
_STATUS = {401, 403, 404, 421}
_HEADERS = {
    "Cache-Control": "no-store",
    # Not no-referrer: under it a browser calls the origin of a form `null`, and ours could not be told from others.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_log = logging.getLogger(__name__)


class Editions:
    """An edition for each of a few threads, so that no two threads work with the same one.

    They share the ledger and what was read of it, so that it is read and verified once.

    Args:
        name: of the edition.
        language: of everything shown.
    """

    def __init__(self, name: str, language: Language) -> None:
        self._name, self._language, self._folder = name, language, find_edition(name)
        self._threads = ThreadPoolExecutor(THREADS, "desk")
        self._own = threading.local()
        self._first: Edition | None = None
        self._opening = threading.Lock()

    async def work(self, act: Callable[[Edition], T]) -> T:
        """Return what ``act`` makes of the edition of the next thread that is free."""
        return await asyncio.wrap_future(self._threads.submit(lambda: act(self._edition())))

    def _edition(self) -> Edition:
        """This thread's edition, opened anew once its files have changed and as soon as they can be read."""
        own = self._own.__dict__
        try:
            files = {
                path: path.stat().st_mtime_ns
                for path in self._folder.iterdir()
                if path.suffix in {".csv", ".xlsx", ".yaml"}
            }
            if "edition" not in own or own["files"] != files:
                own["files"] = files  # first: what cannot be read is not read again until it changes
                before, own["edition"] = own.get("edition"), self._opened()
                if before:
                    before.ledger.close()
        except (Problem, OSError):
            if "edition" not in own and self._first is None:
                raise
            own.setdefault("edition", copy(self._first))
            _log.warning("the files of %s cannot be read; the page goes on with what it has read", self._name)
        edition: Edition = own["edition"]
        edition.refresh()
        return edition

    def _opened(self) -> Edition:
        with self._opening, shared(self._first) if self._first else nullcontext():
            edition = Edition.open(self._name, self._language)
            self._first = self._first or edition
        return edition


@dataclass(frozen=True)
class Site:
    """What all handlers know.

    Args:
        edition: its name.
        round: its id.
        texts: in the language of the pages.
        access: the store of personal links.
        hosts: the names that the page is served under.
        proxied: whether a proxy in front says by ``X-Forwarded-Proto`` how the browser has come.
        judges: the ids of all judges.
        user_header: the header in which a hub in front names the judge; personal links are off then.
        cookie: the name of the session's cookie.
        editions: where desks and documents are.
        pages: each judge's open pages, the oldest first.
    """

    edition: str
    round: str
    texts: Texts
    access: Access
    hosts: frozenset[str]
    proxied: bool
    judges: frozenset[str]
    user_header: str | None
    cookie: str
    editions: Editions
    pages: defaultdict[str, list[Socket]] = field(default_factory=lambda: defaultdict(list))

    def judge_of(self, request: HTTPServerRequest) -> str | None:
        """Return the judge who sends a request, by session or, behind a hub, by its word."""
        if self.user_header:
            said = request.headers.get(self.user_header, "")
            from_here = ipaddress.ip_address(str(request.remote_ip)).is_loopback
            return said if from_here and said in self.judges else None
        cookie = request.cookies.get(self.cookie)
        return self.access.judge_of(cookie.value) if cookie else None

    def document(self, edition: Edition, judge: str, entry: str, name: str) -> Path | None:
        """Return a document of an entry, if it is for this judge to mark."""
        panel, recused = edition.panel(self.round), edition.standing.recused(self.round, judge)
        own = set(panel.loc[panel["judge_id"] == judge, "entry_id"]) - set(recused["entry_id"])
        return on_file(edition, entry).get(name) if entry in own else None

    def page(self, template: str, **values: object) -> str:
        """Return a page of our own as HTML."""
        return _templates().get_template(template).render(t=self.texts, **values)


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True)


class Checked(RequestHandler):
    """What every handler does first: known host, own origin, known judge; and what it never says."""

    public = False
    policy = _NOTHING
    judge: str | None = None

    @property
    def site(self) -> Site:
        """What all handlers know."""
        site: Site = self.settings["site"]
        return site

    def set_default_headers(self) -> None:
        """Keep pages out of caches, frames and other origins."""
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", self.policy)

    async def prepare(self) -> None:
        """Refuse whatever does not come from a judge's own page."""
        host, _ = split_host_and_port(self.request.host.lower())
        if host.strip("[]") not in self.site.hosts:  # or another name could be pointed here by anybody
            raise HTTPError(421)
        if not _from_own_page(self.request):
            raise HTTPError(403)
        self.judge = await asyncio.to_thread(self.site.judge_of, self.request)
        if not (self.judge or self.public):
            raise HTTPError(401)

    def set_cookie(self, name: str, value: str | bytes, *place: Any, **options: Any) -> None:  # noqa: ANN401
        """Set a cookie that no other site can make a browser send."""
        outside = self.request.headers.get("X-Forwarded-Proto", "") if self.site.proxied else ""
        secure = (outside or self.request.protocol).split(",")[0] == "https"
        super().set_cookie(name, value, *place, **options, samesite="Strict", secure=secure)

    def write_error(self, status_code: int, **_: object) -> None:
        """Say what is wrong and what to do, and nothing about the inside."""
        known = status_code if status_code in _STATUS else 500 if status_code >= 500 else 404
        self.tell(self.site.texts(f"serve.status_{known}"))

    def tell(self, sentence: str) -> None:
        """End with a page of one sentence."""
        self.show("message.html", sentence=sentence)

    def show(self, template: str, **values: object) -> None:
        """End with a page of our own, on which only those scripts and styles run that carry this answer's nonce."""
        nonce = secrets.token_urlsafe(16)
        own = (
            f"img-src data:; font-src 'self'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'"
        )
        self.set_header("Content-Security-Policy", f"{_NOTHING}; {own}; form-action 'self'")
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(self.site.page(template, nonce=nonce, **values))

    def _request_summary(self) -> str:
        """What logs say of a request; a query could hold anything."""
        return f"{self.request.method} {self.request.path} ({self.request.remote_ip})"


def _from_own_page(request: HTTPServerRequest) -> bool:
    """Tell whether a request that changes something, or opens a socket, comes from this site by a browser's word."""
    opens_socket = request.headers.get("Upgrade", "").lower() == "websocket"
    if request.method in {"GET", "HEAD"} and not opens_socket:
        return True
    origin, fetched = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is None:
        return fetched == "same-origin" and not opens_socket
    # Browsers disagree about what Sec-Fetch-Site is for a socket.
    return urlsplit(origin).netloc == request.host and (opens_socket or fetched in {None, "same-origin"})


class Enter(Checked):
    """``/masuk``: a personal link and its PIN become a session.

    The link's token stands after ``#``, so that no browser sends it and no log has it before the form does.
    """

    public = True

    async def prepare(self) -> None:
        """Be nothing where a hub says who comes."""
        await super().prepare()
        if self.site.user_header:
            raise HTTPError(404)

    def get(self) -> None:
        """Ask for the PIN."""
        self._ask("")

    async def post(self) -> None:
        """Let the judge in, or say why not."""
        token, pin = self.get_body_argument("token", ""), "".join(self.get_body_argument("pin", "").split())
        try:
            session = await asyncio.to_thread(self.site.access.enter, token, pin)
        except PinWrong as refusal:
            self.set_status(403)
            self._ask(token, refusal.say(self.site.texts.language))
        except (LinkInvalid, LinkLocked) as refusal:
            self.set_status(403)
            self.tell(refusal.say(self.site.texts.language))
        else:
            self.set_cookie(self.site.cookie, session, httponly=True)
            self.redirect("/", status=303)

    def _ask(self, token: str, wrong: str = "") -> None:
        self.show("enter.html", token=token, wrong=wrong, xsrf=self.xsrf_form_html())


class Leave(Checked):
    """``/keluar``: the end of a session."""

    public = True

    def check_xsrf_cookie(self) -> None:
        """Need no further token: the checks let nothing through but our own page's form."""

    async def post(self) -> None:
        """End the session; what was written is kept."""
        if cookie := self.get_cookie(self.site.cookie):
            await asyncio.to_thread(self.site.access.leave, cookie)
        self.clear_cookie(self.site.cookie)
        self.tell(self.site.texts("serve.left"))


class Page(Checked):
    """``/``: the page that shows the form."""

    def get(self) -> None:
        """Send the page; the form comes over the socket."""
        self.show("page.html", leave=not self.site.user_header)


class Socket(Checked, WebSocketHandler):
    """``/saluran``: the messages between one page and its judge's desk."""

    _form: JudgeForm | None = None

    async def open(self) -> None:
        """Bind a desk to the session's judge; no message is read before that."""
        own = self.site.pages[str(self.judge)]
        own.append(self)
        if len(own) > PAGES:
            own.pop(0).close(_CROWDED)
        try:
            self._form = await self.site.editions.work(self._bound)
        except Problem as error:
            said = error.sentence(self.site.texts.language)
        except Exception:  # noqa: BLE001  (it is logged, and the page tries again later)
            _log.exception("the form of %s could not be opened", self.judge)
            said = self.site.texts("serve.status_500")
        else:
            if self._form:
                await self._send({"type": "setup", "setup": self._form.setup})
            return
        await self._send({"type": "unavailable", "said": said})
        self.close(_LATER)

    def _bound(self, edition: Edition) -> JudgeForm | None:
        if self.ws_connection is None or self.ws_connection.is_closing():  # it did not wait for its turn
            return None
        return JudgeForm(Desk(edition, self.site.round, str(self.judge)), served=True)

    async def on_message(self, message: str | bytes) -> None:
        """Answer a message, as long as its sender is still admitted."""
        if self._form:
            form = self._form
            answer = await self.site.editions.work(lambda edition: self._answered(form, edition, message))
            await self._send(answer)

    def _answered(self, form: JudgeForm, edition: Edition, message: str | bytes) -> dict[str, Any] | None:
        if self.site.judge_of(self.request) != self.judge:
            return None
        said = None
        with suppress(ValueError, RecursionError):
            said = json.loads(message)
        form.edition = edition  # this thread's: the desk itself is this page's, and nobody else's
        return form.answer(said)

    async def _send(self, answer: dict[str, Any] | None) -> None:
        if answer is None:
            self.close(_ENDED)
            return
        with suppress(WebSocketClosedError):  # the page is gone; what was recorded is recorded
            await self.write_message(answer)

    def on_close(self) -> None:
        """Forget the page."""
        own = self.site.pages[str(self.judge)]
        if self in own:
            own.remove(self)


class Document(Checked):
    """``/dokumen/<entry>/<file>``: a document of an entry, for those who mark it."""

    policy = "frame-ancestors 'none'"  # a browser shows a PDF with scripts and styles of its own

    async def get(self, entry: str, name: str) -> None:
        """Send the file."""
        judge = str(self.judge)
        path = await self.site.editions.work(lambda edition: self.site.document(edition, judge, entry, name))
        if path is None:
            raise HTTPError(404)
        kind = mimetypes.guess_type(path.name)[0]
        self.set_header("Content-Type", kind if kind in _INLINE else "application/octet-stream")
        if kind not in _INLINE:
            self.set_header("Content-Disposition", "attachment")
        with path.open("rb") as file:
            while part := file.read(2**18):
                self.write(part)
                await self.flush()


class Asset(Checked):
    """``/berkas/<file>``: scripts, styles and typeface; kept by browsers, but never without asking."""

    def get(self, file: str) -> None:
        """Send a file; its hash, which Tornado adds, tells a browser whether its own is the same."""
        kind, content = _assets()[file]
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Content-Type", kind)
        self.finish(content)


@cache
def _assets() -> dict[str, tuple[str, bytes]]:
    """All files of the page, with their types."""
    texts = {
        "form.js": ("text/javascript", front_end.script("form")),
        "page.js": ("text/javascript", (_HERE / "page.js").read_text(encoding="utf-8")),
        "form.css": ("text/css", front_end.style("form", page=True)),
    }
    found = {name: (f"{kind}; charset=UTF-8", text.encode()) for name, (kind, text) in texts.items()}
    return found | {f"{face}.woff2": ("font/woff2", theme.web_font(face)) for face in front_end.WEIGHTS}


class Nowhere(Checked):
    """Every other address."""

    public = True

    async def prepare(self) -> None:
        """Say that there is nothing, whoever asks."""
        await super().prepare()
        raise HTTPError(404)


def application(site: Site) -> Application:
    """Return the handlers of every address that there is."""
    handlers: list[Any] = [
        (r"/", Page),
        (r"/masuk", Enter),
        (r"/keluar", Leave),
        (r"/saluran", Socket),
        (r"/dokumen/([^/]+)/([^/]+)", Document),
        (rf"/berkas/({'|'.join(map(re.escape, _assets()))})", Asset),
        (r".*", Nowhere),
    ]
    return Application(
        handlers,
        site=site,
        xsrf_cookies=True,
        websocket_max_message_size=_LARGEST,
        websocket_ping_interval=_PING,
        websocket_ping_timeout=_PING,
    )


def serve(
    edition_name: str,
    round_id: str,
    *,
    port: int = 8866,
    address: str = "127.0.0.1",
    user_header: str | None = None,
    host_names: Iterable[str] = (),
    language: Language | None = None,
) -> None:
    """Serve the judge's page of a round until stopped.

    Args:
        edition_name: such as ``2025``.
        round_id: the round.
        port: where to listen.
        address: on which of this machine's addresses; for this machine only unless given.
        user_header: in which a hub on this machine names the judge, instead of personal links.
        host_names: under which browsers may reach the page, besides ``localhost`` and the address, through a proxy
            that says in ``X-Forwarded-Proto`` whether they use TLS.
        language: of the page; the edition's unless given.

    Raises:
        unknown_round, round_of_values: the rules have no such round, or no judge scores it.
        port_taken: the page cannot be served at this address and port.
    """
    edition = Edition.open(edition_name, language)
    require_judges(edition, round_id)
    names = {name.lower() for name in host_names}
    site = Site(
        edition=edition.name,
        round=round_id,
        texts=edition.texts,
        access=Access.open(edition.folder),
        hosts=frozenset({"localhost", "127.0.0.1", "::1", address, *names}),
        proxied=bool(names),
        judges=frozenset(edition.registers.judges["judge_id"]),
        user_header=user_header,
        cookie=f"kit-{port}",
        editions=Editions(edition.name, edition.language),
    )
    edition.ledger.close()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("tornado.access").setLevel(logging.INFO)
    with suppress(KeyboardInterrupt):
        asyncio.run(_listen(site, port, address))


async def _listen(site: Site, port: int, address: str) -> None:
    try:
        application(site).listen(port, address, max_body_size=_LARGEST)
    except OSError as error:
        raise Problem("port_taken", address=address, port=str(port), detail=error.strerror or "") from None
    shown = f"[{address}]" if ":" in address else address
    key = "serve.running_hub" if site.user_header else "serve.running"
    where = f"http://{shown}:{port}/"
    said = site.texts(key, header=site.user_header, edition=site.edition, round=site.round, address=where)
    print(said, flush=True)  # noqa: T201  (a command's one line)
    await asyncio.Event().wait()

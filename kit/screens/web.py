"""What both servers of pages share: `kit serve` for judges, `kit present` for the committee's screens.

Every request passes the same checks first (:class:`Checked`). A page is one web socket (:class:`Socket`) that carries
the messages of one view (:class:`~kit.screens.view.View`), made for whoever's session it is before the first message
is read. Views work in a few threads, and each person has one message there at a time, however many pages they open, so
that a slow save holds up nobody else and nobody can crowd the others out.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
import secrets
import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from tornado.httpserver import HTTPServer
from tornado.httputil import split_host_and_port
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from kit import theme
from kit.edition import Edition, shared
from kit.errors import Problem
from kit.folder import find_edition
from kit.ledger import PASSING
from kit.screens import front_end
from kit.screens.access import JUDGE, Access, LinkInvalid, LinkLocked, PinWrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tornado.httputil import HTTPServerRequest
    from tornado.iostream import IOStream

    from kit.screens.view import View
    from kit.texts import Language, Texts

    T = TypeVar("T")

THREADS = 4  # in which views work, unless a server wants fewer
PAGES = 8  # of one person on one screen; a further one closes the oldest
CROWD = 200  # of a public screen at one address, which may be that of a proxy before a whole hall
_LARGEST = 2**20  # bytes of a message; page.js knows it
_FORM = 2**16  # bytes of what is sent otherwise: a link's token and a PIN
_PING = 45  # seconds between signs of life: less than proxies wait, more than a save at a busy store takes
_SLOW = 30  # seconds that a client has for a request, or between two
_FILES = 8192  # files and connections that the process may have open, where the system lets it
_WAITING = 50  # people whose PINs are checked one after another; more are asked to try again
_HERE = Path(__file__).parent
_ENDED, _CROWDED, _LATER = 4401, 4429, 1013  # why a socket was closed, to page.js
_STATUS = {401, 403, 404, 421, 503}
_HEADERS = {
    "Cache-Control": "no-store",
    # Not no-referrer: under it a browser calls the origin of a form `null`, and ours could not be told from others.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_TRACEBACKS = 50  # of one kind of failure
_log = logging.getLogger(__name__)


class Editions:
    """An edition for each of a few threads, so that no two threads work with the same one.

    They share the ledger and what was read of it, so that it is read and verified once.

    Args:
        name: of the edition.
        language: of everything shown.
        threads: how many; each computes for itself what it shows.
    """

    def __init__(self, name: str, language: Language, threads: int = THREADS) -> None:
        self._name, self._language, self._folder = name, language, find_edition(name)
        self._count, self._threads = threads, ThreadPoolExecutor(threads, "view")
        self._own = threading.local()
        self._first: Edition | None = None
        self._opening = threading.Lock()

    def open(self) -> None:
        """Open the edition in every thread: nobody has to wait for that, nor for registers that cannot be read then."""
        all_here = threading.Barrier(self._count)

        def opened() -> None:
            all_here.wait()
            self._edition()

        for done in [self._threads.submit(opened) for _ in range(self._count)]:
            done.result()

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
        texts: in the language of the pages.
        title: the contest's name.
        heading: what the pages are.
        access: the store of personal links.
        hosts: the names that the pages are served under.
        proxied: whether a proxy in front says by ``X-Forwarded-Proto`` how the browser has come.
        cookie: the name of the session's cookie.
        editions: where views and documents are.
        pages: the open pages by screen and person, the oldest first.
        turns: whether a page of these is at work.
        pins: the one thread that checks PINs.
    """

    texts: Texts
    title: str
    heading: str
    access: Access
    hosts: frozenset[str]
    proxied: bool
    cookie: str
    editions: Editions
    pages: defaultdict[tuple[str, str], list[Socket]] = field(default_factory=lambda: defaultdict(list))
    turns: defaultdict[tuple[str, str], asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    pins: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "pin"))

    @classmethod
    def of(
        cls,
        edition: Edition,
        heading: str,
        kind: str = JUDGE,
        *,
        listens: tuple[str, int],
        host_names: Iterable[str] = (),
        threads: int = THREADS,
        **own: Any,  # noqa: ANN401  (fields of the site's class alone)
    ) -> Self:
        """Return the site of an edition, for holders of links of one kind, at an address and port of this machine."""
        names, (address, port), t = [*host_names], listens, edition.texts
        return cls(
            texts=t,
            title=edition.rules.title.say(t.language),
            heading=heading,
            access=Access.open(edition.folder, kind),
            hosts=frozenset({"localhost", "127.0.0.1", "::1", address, *(name.lower() for name in names)}),
            proxied=bool(names),
            cookie=f"kit-{port}",
            editions=Editions(edition.name, t.language, threads),
            **own,
        )

    @property
    def by_link(self) -> bool:
        """Whether one enters by a personal link and its PIN, and can leave."""
        return True

    def holder_of(self, request: HTTPServerRequest) -> str | None:
        """Return who sends a request."""
        cookie = request.cookies.get(self.cookie)
        return self.access.holder_of(cookie.value) if cookie else None

    def refusal(self, status: int) -> str:
        """Say what is wrong and what to do."""
        known = status if status in _STATUS else 500 if status >= 500 else 404
        return self.texts(f"serve.status_{known}")

    def page(self, template: str, **values: object) -> str:
        """Return a page of our own as HTML."""
        return _templates().get_template(template).render(t=self.texts, site=self, **values)


@dataclass(frozen=True)
class Screen:
    """One page and the view behind it.

    Args:
        path: its address.
        name: of its front end (:mod:`kit.screens.front_end`).
        heading: what it is called.
        view: makes the view for whoever opens the page.
        public: whether it is for everybody.
        editions: where its views work, unless with all others.
    """

    path: str
    name: str
    heading: str
    view: Callable[[Edition, str], View]
    public: bool = False
    editions: Editions | None = None

    @property
    def channel(self) -> str:
        """The address of the socket."""
        return f"/saluran{self.path}".rstrip("/")


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True)


class Checked(RequestHandler):
    """What every handler does first: known host, own origin, known person; and what it never says."""

    public = False
    policy = _NOTHING
    holder: str | None = None

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
        """Refuse whatever does not come from a page of a known person."""
        host, _ = split_host_and_port(self.request.host.lower())
        if host.strip("[]") not in self.site.hosts:  # or another name could be pointed here by anybody
            raise HTTPError(421)
        if not _from_own_page(self.request):
            raise HTTPError(403)
        self.holder = await asyncio.to_thread(self.site.holder_of, self.request)
        if self.holder is None and not self.public:
            raise HTTPError(401)

    def set_cookie(self, name: str, value: str | bytes, *place: Any, **options: Any) -> None:  # noqa: ANN401
        """Set a cookie that no other site can make a browser send."""
        outside = self.request.headers.get("X-Forwarded-Proto", "") if self.site.proxied else ""
        secure = (outside or self.request.protocol).split(",")[0] == "https"
        super().set_cookie(name, value, *place, **options, samesite="Strict", secure=secure)

    def write_error(self, status_code: int, **_: object) -> None:
        """Say what is wrong and what to do, and nothing about the inside."""
        self.tell(self.site.refusal(status_code))

    def tell(self, sentence: str) -> None:
        """End with a page of one sentence."""
        self.show("message.html", sentence=sentence)

    def show(self, template: str, **values: object) -> None:
        """End with a page of our own, on which only those scripts and styles run that carry this answer's nonce."""
        nonce = secrets.token_urlsafe(16)
        own = (
            f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; font-src 'self'; connect-src 'self'",
            "img-src 'self' data: blob:; frame-src 'self' blob:; form-action 'self'",
        )
        self.set_header("Content-Security-Policy", "; ".join([_NOTHING, *own]))
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
    waiting = 0  # whose PINs are being checked

    async def prepare(self) -> None:
        """Be nothing where nobody enters by a link."""
        await super().prepare()
        if not self.site.by_link:
            raise HTTPError(404)

    def get(self) -> None:
        """Ask for the PIN."""
        self._ask("", within=self.holder is not None)

    async def post(self) -> None:
        """Let somebody in, or say why not."""
        token, pin = self.get_body_argument("token", ""), "".join(self.get_body_argument("pin", "").split())
        if Enter.waiting >= _WAITING:
            raise HTTPError(503)
        Enter.waiting += 1
        try:
            session = await asyncio.wrap_future(self.site.pins.submit(self.site.access.enter, token, pin))
        except PinWrong as refusal:
            self.set_status(403)
            self._ask(token, refusal.say(self.site.texts.language))
        except (LinkInvalid, LinkLocked) as refusal:
            self.set_status(403)
            self.tell(refusal.say(self.site.texts.language))
        else:
            self.set_cookie(self.site.cookie, session, httponly=True)
            self.redirect("/", status=303)
        finally:
            Enter.waiting -= 1

    def _ask(self, token: str, wrong: str = "", *, within: bool = False) -> None:
        self.show("enter.html", token=token, wrong=wrong, within=within, xsrf=self.xsrf_form_html())


class Leave(Checked):
    """``/keluar``: the end of a session."""

    public = True

    def check_xsrf_cookie(self) -> None:
        """Need no further token: the checks let nothing through but our own page's request."""

    def get(self) -> None:
        """Say that one has left."""
        if self.holder is not None:
            self.redirect("/")
        else:
            self.tell(self.site.texts("serve.left"))

    async def post(self) -> None:
        """End the session; what was written is kept."""
        if cookie := self.get_cookie(self.site.cookie):
            await asyncio.to_thread(self.site.access.leave, cookie)
        self.clear_cookie(self.site.cookie)
        self.redirect("/keluar", status=303)


class _OfScreen(Checked):
    def initialize(self, screen: Screen) -> None:
        """Know which screen it is."""
        self.screen, self.public = screen, screen.public


class Page(_OfScreen):
    """The page on which a front end runs; what it shows comes over the socket."""

    def get(self) -> None:
        """Send the page."""
        self.show("page.html", screen=self.screen, leave=self.site.by_link and self.holder is not None)


class Socket(_OfScreen, WebSocketHandler):
    """``/saluran``: the messages between one page and its view."""

    _view: View | None = None

    @property
    def _whose(self) -> tuple[str, str]:
        """The screen and the person; where nobody is known, the address."""
        return self.screen.path, str(self.holder or self.request.remote_ip)

    @property
    def _own(self) -> list[Socket]:
        """The same person's pages of the same screen."""
        return self.site.pages[self._whose]

    async def _work(self, act: Callable[[Edition], T]) -> T:
        """Do something for one of a person's pages at a time, so that many pages get no more than one."""
        async with self.site.turns[self._whose]:
            return await (self.screen.editions or self.site.editions).work(act)

    async def open(self) -> None:
        """Make the view for whoever has opened the page; no message is read before that."""
        self._own.append(self)
        if len(self._own) > (CROWD if self.public else PAGES):
            self._own.pop(0).close(_CROWDED)
        try:
            self._view = await self._work(self._made)
        except Exception as error:  # noqa: BLE001  (it is said or logged, and the page tries again later)
            if isinstance(error, Problem) and not isinstance(error, PASSING):
                said = error.sentence(self.site.texts.language)
            else:  # of trouble with the store, whose address it may name, only the log says more
                _log.exception("%s could not be opened for %s", self.screen.path, self.holder)
                said = self.site.texts("serve.status_500")
        else:
            if self._view:
                await self._send({"type": "setup", "setup": self._view.setup})
            return
        await self._send({"type": "unavailable", "said": said})
        self.close(_LATER)

    def _made(self, edition: Edition) -> View | None:
        if self.ws_connection is None or self.ws_connection.is_closing():  # it did not wait for its turn
            return None
        return self.screen.view(edition, self.holder or "")

    async def on_message(self, message: str | bytes) -> None:
        """Answer a message, as long as its sender is still admitted."""
        if self._view:
            view = self._view
            answer = await self._work(lambda edition: self._answered(view, edition, message))
            await self._send(answer)

    def _answered(self, view: View, edition: Edition, message: str | bytes) -> dict[str, Any] | None:
        if not self.public and self.site.holder_of(self.request) != self.holder:
            return None
        said = None
        with suppress(ValueError, RecursionError):
            said = json.loads(message)
        view.edition = edition  # this thread's: the view itself is this page's, and nobody else's
        return view.answer(said)

    async def _send(self, answer: dict[str, Any] | None) -> None:
        if answer is None:
            self.close(_ENDED)
            return
        with suppress(WebSocketClosedError):  # the page is gone; what was recorded is recorded
            await self.write_message(answer)

    def on_close(self) -> None:
        """Forget the page."""
        if self in self._own:
            self._own.remove(self)
        if not self._own:
            del self.site.pages[self._whose]
            if not self.site.turns[self._whose].locked():
                del self.site.turns[self._whose]


class Asset(Checked):
    """``/berkas/<file>``: a script, a style sheet or the typeface; kept by browsers, but never without asking."""

    def initialize(self, kind: str, content: bytes, *, public: bool) -> None:
        """Know the file."""
        self.kind, self.content, self.public = kind, content, public

    def get(self) -> None:
        """Send the file; its hash, which Tornado adds, tells a browser whether its own is the same.

        Nothing else is compressed: these hold no secret that the length of an answer could give away.
        """
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Content-Type", self.kind)
        content = self.content
        if self.kind.startswith("text/"):
            self.set_header("Vary", "Accept-Encoding")
            if "gzip" in self.request.headers.get("Accept-Encoding", ""):
                self.set_header("Content-Encoding", "gzip")
                content = _compressed(content)
        self.finish(content)


@cache
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _assets(screens: Sequence[Screen]) -> Iterator[Any]:
    """Return the handlers of the files that pages load; public are those of public pages and of sign-in."""
    shown = {screen.name for screen in screens}
    scripts = {"page": (_HERE / "page.js").read_text(encoding="utf-8")}
    scripts |= {name: front_end.script(name) for name in shown}
    styles = {name: front_end.style(name, page=True) for name in ("base", *shown)}
    open_to_all = {screen.name for screen in screens if screen.public}
    open_to_all |= {"page"} if open_to_all else set()
    files = [(f"{name}.js", "text/javascript; charset=UTF-8", text.encode()) for name, text in scripts.items()]
    files += [(f"{name}.css", "text/css; charset=UTF-8", text.encode()) for name, text in styles.items()]
    files += [(f"{name}.woff2", "font/woff2", theme.web_font(name)) for name in front_end.WEIGHTS]
    for file, kind, content in files:
        public = Path(file).stem in {"base", *front_end.WEIGHTS, *open_to_all}
        yield re.escape(f"/berkas/{file}"), Asset, {"kind": kind, "content": content, "public": public}


class Nowhere(Checked):
    """Every other address."""

    public = True

    async def prepare(self) -> None:
        """Say that there is nothing, whoever asks."""
        await super().prepare()
        raise HTTPError(404)


def application(site: Site, screens: Sequence[Screen], more: Sequence[Any] = ()) -> Application:
    """Return the handlers of every address that there is.

    Args:
        site: what they know.
        screens: the pages.
        more: the handlers of one server alone.
    """
    pages: list[Any] = [(re.escape(screen.path), Page, {"screen": screen}) for screen in screens]
    sockets = [(re.escape(screen.channel), Socket, {"screen": screen}) for screen in screens]
    return Application(
        [
            *pages,
            *sockets,
            (r"/masuk", Enter),
            (r"/keluar", Leave),
            *_assets(screens),
            *more,
            (r".*", Nowhere),
        ],
        site=site,
        xsrf_cookies=True,
        websocket_max_message_size=_LARGEST,
        websocket_ping_interval=_PING,
        websocket_ping_timeout=_PING,
    )


class _FewTracebacks(logging.Filter):
    """Keeps a failure's line but not its traceback once there were many, or messages made by hand would fill a disk."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything through, and take the traceback from what was seen often."""
        if record.exc_info:
            self._seen[record.msg] += 1
            if self._seen[record.msg] > _TRACEBACKS:
                record.exc_info = record.exc_text = None
        return True


def run(served: Application, port: int, address: str, said: Callable[[str], str]) -> None:
    """Serve until stopped.

    Args:
        served: the handlers (:func:`application`).
        port: where to listen.
        address: on which of this machine's addresses.
        said: makes the sentence for whoever started it of the address of the first page.

    Raises:
        port_taken: nothing can be served at this address and port.
    """
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_FewTracebacks())
    logging.getLogger("tornado.access").setLevel(logging.INFO)
    served.settings["site"].editions.open()
    with suppress(KeyboardInterrupt):
        asyncio.run(_listen(served, port, address, said))


class _Server(HTTPServer):
    """Leaves room for open pages and the ledger's files, however many connections are opened to keep others out."""

    def initialize(self, *place: Any, **options: Any) -> None:  # noqa: ANN401  (as Tornado calls it)
        """Find out how much room there is."""
        super().initialize(*place, **options)
        self.room = 400  # what a selector on Windows can watch, less the open pages
        with suppress(ImportError):
            import resource  # noqa: PLC0415  (not on Windows)

            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            most = min(_FILES, hard) if hard != resource.RLIM_INFINITY else _FILES
            if soft < most:
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            self.room = max(soft, most) // 2

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Take a connection, unless there is no room; a page's socket counts no more once it is one."""
        if len(self._connections) < self.room:
            super().handle_stream(stream, address)
        else:
            stream.close()


async def _listen(served: Application, port: int, address: str, said: Callable[[str], str]) -> None:
    server = _Server(served, max_body_size=_FORM, idle_connection_timeout=_SLOW, body_timeout=_SLOW)
    try:
        server.listen(port, address)
    except OSError as error:
        raise Problem("port_taken", address=address, port=str(port), detail=error.strerror or "") from None
    shown = f"[{address}]" if ":" in address else address
    print(said(f"http://{shown}:{port}/"), flush=True)  # noqa: T201  (a command's one line)
    await asyncio.Event().wait()

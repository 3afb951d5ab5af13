"""The doors of the judge's page: every request passes the same guard before anything behind it runs."""

from __future__ import annotations

import asyncio
import ipaddress
import mimetypes
import secrets
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from jupyter_core.utils import ensure_async
from tornado.httputil import split_host_and_port
from tornado.web import HTTPError, RequestHandler, StaticFileHandler

import kit
from kit.errors import Problem
from kit.scoring.access import LinkInvalid, LinkLocked, PinWrong
from kit.scoring.order import on_file

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

    from kit.scoring.access import Access
    from kit.texts import Texts

TEMPLATES = Path(__file__).parent / "templates"
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


@dataclass(frozen=True)
class Site:
    """What all doors know.

    Args:
        edition: its name.
        round: its id.
        texts: in the language of the pages.
        access: the store of personal links.
        hosts: the names that the page is served under.
        judges: the ids of all judges.
        user_header: the header in which a hub in front names the judge; personal links are off then.
        cookie: the name of the session's cookie.
    """

    edition: str
    round: str
    texts: Texts
    access: Access
    hosts: frozenset[str]
    judges: frozenset[str]
    user_header: str | None
    cookie: str

    def judge_of(self, request: HTTPServerRequest) -> str | None:
        """Return the judge who sends a request, by session or, behind a hub, by its word."""
        if self.user_header:
            said = request.headers.get(self.user_header, "")
            from_here = ipaddress.ip_address(str(request.remote_ip)).is_loopback
            return said if from_here and said in self.judges else None
        cookie = request.cookies.get(self.cookie)
        return self.access.judge_of(cookie.value) if cookie else None

    def document(self, judge: str, entry: str, name: str) -> Path | None:
        """Return a document of an entry, if it is for this judge to mark."""
        edition = kit.open(self.edition)  # anew, since recusals come in
        with closing(edition.ledger):
            panel, recused = edition.panel(self.round), edition.record.recused(self.round, judge)
        own = set(panel.loc[panel["judge_id"] == judge, "entry_id"]) - set(recused["entry_id"])
        return on_file(edition, entry).get(name) if entry in own else None

    def page(self, template: str, **values: object) -> str:
        """Return a page of our own as HTML."""
        return _pages().get_template(template).render(t=self.texts, **values)


@cache
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)


class Guard(RequestHandler):
    """What every door does first: known host, own origin, known judge, own kernel; and what it never says."""

    public = False
    policy = _NOTHING

    @property
    def site(self) -> Site:
        """What all doors know."""
        site: Site = self.settings["site"]
        return site

    def set_default_headers(self) -> None:
        """Keep pages out of caches, frames and other origins."""
        super().set_default_headers()
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", self.policy)

    async def prepare(self, **options: Any) -> None:  # noqa: ANN401  (what the handler behind takes)
        """Refuse whatever does not come from a judge's own page to a judge's own kernel."""
        host, _ = split_host_and_port(self.request.host.lower())
        if host.strip("[]") not in self.site.hosts:  # or another name could be pointed here by anybody
            raise HTTPError(421)
        if not _from_own_page(self.request):
            raise HTTPError(403)
        self.judge = self.site.judge_of(self.request)
        if not (self.judge or self.public):
            raise HTTPError(401)
        kernel = self.path_kwargs.get("kernel_id")
        if kernel and self.settings["kernel_manager"].owner(kernel) != self.judge:
            raise HTTPError(404)
        await ensure_async(super().prepare(**options))

    def set_cookie(self, name: str, value: str | bytes, *place: Any, **options: Any) -> None:  # noqa: ANN401
        """Set a cookie that no other site can make a browser send."""
        outside = self.request.headers.get("X-Forwarded-Proto", self.request.protocol)
        secure = outside.split(",")[0] == "https"
        super().set_cookie(name, value, *place, **options, samesite="Strict", secure=secure)

    def write_error(self, status_code: int, **_: object) -> None:
        """Say what is wrong and what to do, and nothing about the inside."""
        known = status_code if status_code in _STATUS else 500 if status_code >= 500 else 404
        self.say(f"serve.status_{known}")

    def say(self, key: str) -> None:
        """End with a page of one sentence."""
        self.tell(self.site.texts(key))

    def tell(self, sentence: str) -> None:
        """End with a page of one sentence that is not in the catalogue as it stands."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        RequestHandler.finish(self, self.site.page("message.html", sentence=sentence, nonce=self._nonce()))

    def _nonce(self) -> str:
        """Allow one style and one script on this page, those that carry what is returned."""
        nonce = secrets.token_urlsafe(16)
        own = f"img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self'"
        self.set_header("Content-Security-Policy", f"{_NOTHING}; {own}")
        return nonce

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


class Enter(Guard):
    """``/masuk``: a personal link and its PIN become a session.

    The link's token stands after ``#``, so that no browser sends it and no log has it before the form does.
    """

    public = True

    async def prepare(self, **options: Any) -> None:  # noqa: ANN401  (as every door)
        """Be no door where a hub says who comes."""
        await super().prepare(**options)
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
        except Problem as refusal:
            self.set_status(403)
            said = refusal.say(self.site.texts.language)
            if isinstance(refusal, PinWrong):
                self._ask(token, said)
            elif isinstance(refusal, (LinkInvalid, LinkLocked)):
                self.tell(said)
            else:
                raise
            return
        self.set_cookie(self.site.cookie, session, httponly=True)
        self.redirect("/", status=303)

    def _ask(self, token: str, wrong: str = "") -> None:
        values = {"token": token, "wrong": wrong, "nonce": self._nonce(), "xsrf": self.xsrf_form_html()}
        self.finish(self.site.page("enter.html", **values))


class Leave(Guard):
    """``/keluar``: the end of a session."""

    public = True

    def check_xsrf_cookie(self) -> None:
        """Need no further token: the guard let nothing through but our own page's form."""

    def post(self) -> None:
        """End the session; what was written is kept."""
        if cookie := self.get_cookie(self.site.cookie):
            self.site.access.leave(cookie)
        self.clear_cookie(self.site.cookie)
        self.say("serve.left")


class Document(Guard):
    """``/dokumen/<entry>/<file>``: a document of an entry, for those who mark it."""

    policy = "frame-ancestors 'none'"  # a browser shows a PDF with scripts and styles of its own

    async def get(self, entry: str, name: str) -> None:
        """Send the file."""
        path = await asyncio.to_thread(self.site.document, str(self.judge), entry, name)
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


class Nowhere(Guard):
    """Every other address."""

    public = True

    async def prepare(self, **options: Any) -> None:  # noqa: ANN401  (as every door)
        """Say that there is nothing, whoever asks."""
        await super().prepare(**options)
        raise HTTPError(404)


class Package(Guard, StaticFileHandler):
    """A file of the packages that the page is made of; kept by browsers, but never without asking."""

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002  (as Tornado calls it)
        """Let a browser keep what it has as long as it is the same."""
        self.set_header("Cache-Control", "private, no-cache")

    def _log(self) -> None:
        """Log refusals only; a page is made of a hundred such files."""
        if self.get_status() >= 400:
            super()._log()

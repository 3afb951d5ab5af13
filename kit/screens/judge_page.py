"""The judge's page: one server process in which each page speaks with its own judge's desk."""

from __future__ import annotations

import ipaddress
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tornado.web import HTTPError

from kit.edition import Edition
from kit.judging.assignment import on_file, require_judges
from kit.judging.desk import Desk
from kit.screens import web
from kit.screens.judge_form import JudgeForm
from kit.screens.web import Checked, Screen, Site

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tornado.httputil import HTTPServerRequest

    from kit.texts import Language

_INLINE = {"application/pdf", "image/jpeg", "image/png"}  # what a browser shows without running anything in it


@dataclass(frozen=True, kw_only=True)
class JudgeSite(Site):
    """What all handlers know, and how they know a judge.

    Args:
        round: its id.
        judges: the ids of all judges.
        user_header: the header in which a hub in front names the judge; personal links are off then.
    """

    round: str
    judges: frozenset[str]
    user_header: str | None

    @property
    def by_link(self) -> bool:
        """Whether judges enter by personal links, and no hub knows them."""
        return not self.user_header

    def holder_of(self, request: HTTPServerRequest) -> str | None:
        """Return the judge who sends a request, by session or, behind a hub, by its word."""
        if not self.user_header:
            return super().holder_of(request)
        said = request.headers.get(self.user_header, "")
        from_here = ipaddress.ip_address(str(request.remote_ip)).is_loopback
        return said if from_here and said in self.judges else None

    def document(self, edition: Edition, judge: str, entry: str, name: str) -> Path | None:
        """Return a document of an entry, if it is for this judge to mark."""
        edition.refresh()  # recusals come in
        panel, recused = edition.panel(self.round), edition.standing.recused(self.round, judge)
        own = set(panel.loc[panel["judge_id"] == judge, "entry_id"]) - set(recused["entry_id"])
        return on_file(edition, entry).get(name) if entry in own else None

    def form(self, edition: Edition, judge: str) -> JudgeForm:
        """Return the form of a judge."""
        return JudgeForm(Desk(edition, self.round, judge), served=True)


class Document(Checked):
    """``/dokumen/<entry>/<file>``: a document of an entry, for those who mark it; the form shows it in a frame."""

    policy = "frame-ancestors 'self'"  # and no more: a browser shows a PDF with scripts and styles of its own

    def set_default_headers(self) -> None:
        """Let the page itself be around it."""
        super().set_default_headers()
        self.set_header("X-Frame-Options", "SAMEORIGIN")

    async def get(self, entry: str, name: str) -> None:
        """Send the file."""
        site: Any = self.site
        path = await site.editions.work(lambda edition: site.document(edition, self.holder, entry, name))
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
    t = edition.texts
    site = JudgeSite.of(
        edition,
        f"{t('serve.title')}: {edition.say(round_id)}",
        listens=(address, port),
        host_names=host_names,
        round=round_id,
        judges=frozenset(edition.registers.judges["judge_id"]),
        user_header=user_header,
    )
    edition.ledger.close()

    def said(where: str) -> str:
        key = "serve.running_hub" if user_header else "serve.running"
        return t(key, header=user_header, edition=edition.name, round=round_id, address=where)

    handlers = [(r"/dokumen/([^/]+)/([^/]+)", Document)]
    web.run(web.application(site, [Screen("/", "form", site.heading, site.form)], handlers), port, address, said)

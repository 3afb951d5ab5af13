"""The committee's screens, full screen in a browser: stage, presentation day, plenary, progress and selection.

The stage is for everybody, and cannot write. The others open for whoever sits at this machine, until the first personal
link is given to a member of the committee: then they open with a link and its PIN alone, from wherever it may be.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.edition import Edition
from kit.errors import Problem
from kit.ledger import COMMITTEE
from kit.registers import usable_id
from kit.screens import web
from kit.screens.access import MEMBER
from kit.screens.checklist import Checklist
from kit.screens.plenary_screen import plenary_view
from kit.screens.progress_screen import progress_view
from kit.screens.stage import Shown, StageView, presentation_view
from kit.screens.web import Checked, Editions, Screen, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tornado.httputil import HTTPServerRequest

    from kit.screens.view import View
    from kit.texts import Language, Texts

PORT = 8867
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")  # by a proxy, behind which everybody seems to be here


def member_code(edition: Edition, code: str) -> str:
    """Return the code of a member of the committee, under which the ledger records.

    Raises:
        unusable_id: it is no code.
        member_code_taken: it is a judge's, or that of the committee as a whole.
    """
    taken = {COMMITTEE, *edition.registers.judges["judge_id"].str.casefold()}
    if usable_id(code).casefold() in taken:
        raise Problem("member_code_taken", code=code)
    return code


@dataclass(frozen=True, kw_only=True)
class CommitteeSite(Site):
    """What all handlers know, and how they know a member of the committee.

    Args:
        name: the edition's.
        address: where this machine listens.
        by: who records as long as nobody has a personal link.
    """

    name: str
    address: str
    by: str

    @property
    def by_link(self) -> bool:
        """Whether a member of the committee was ever given a link, be it revoked or expired since."""
        return self.access.used()

    def holder_of(self, request: HTTPServerRequest) -> str | None:
        """Return the member who sends a request, by session; without links whoever sits at this machine."""
        if self.by_link:
            return super().holder_of(request)
        source = str(request.remote_ip)
        here = ipaddress.ip_address(source).is_loopback or source == self.address
        forwarded = self.proxied or any(name in request.headers for name in _FORWARDED)
        return self.by if here and not forwarded else None

    def refusal(self, status: int) -> str:
        """Say what is wrong and what to do; without links nobody can have one."""
        if status == 401 and not self.by_link:
            return self.texts("present.no_link", edition=self.name)
        return super().refusal(status)


class Index(Checked):
    """``/``: the list of screens, and how far the rounds are."""

    public = True

    def initialize(self, screens: Sequence[Screen]) -> None:
        """Know the screens."""
        self.screens = screens

    async def get(self) -> None:
        """Send the list; to whom is not known, with the public screens alone."""
        known = self.holder is not None
        rounds = await self.site.editions.work(_rounds) if known else []
        shown = [screen for screen in self.screens if screen.public or known]
        self.show("index.html", rounds=rounds, screens=shown, known=known, leave=self.site.by_link)


def _rounds(edition: Edition) -> list[tuple[str, str]]:
    edition.refresh()
    return [(edition.say(name), edition.texts(f"status.{state}")) for name, state in edition.states.items()]


def screens(t: Texts, round_id: str, stage: Editions) -> list[Screen]:
    """Return all screens.

    Args:
        t: in the language of their names.
        round_id: of those that are about one round; what is on now if it is blank.
        stage: where the stage works, so that nothing the public does can hold up the committee.
    """
    shown = Shown()

    def of_member(view: Callable[[Edition, str], View]) -> Callable[[Edition, str], View]:
        def made(edition: Edition, member: str) -> View:
            # A judge may have got the same code since.
            return view(edition, member if member == COMMITTEE else member_code(edition, member))

        return made

    def on_stage(edition: Edition, _: str) -> View:
        return StageView(edition, round_id, shown)

    restricted: dict[str, tuple[str, Callable[[Edition, str], View]]] = {
        "/presentasi": ("topics", lambda edition, member: presentation_view(edition, round_id, shown, member)),
        "/pleno": ("topics", lambda edition, member: plenary_view(edition, round_id, member)),
        "/kemajuan": ("topics", lambda edition, member: progress_view(edition, round_id, member)),
        "/seleksi": ("checklist", lambda edition, member: Checklist(edition, member, signed_in=True)),
    }
    return [
        Screen("/panggung", "stage", t("present.panggung"), on_stage, public=True, editions=stage),
        *(Screen(path, name, t(f"present.{path[1:]}"), of_member(view)) for path, (name, view) in restricted.items()),
    ]


def present(
    edition_name: str,
    *,
    round_id: str = "",
    by: str = "",
    port: int = PORT,
    address: str = "127.0.0.1",
    host_names: Iterable[str] = (),
    language: Language | None = None,
) -> None:
    """Serve the committee's screens until stopped.

    Args:
        edition_name: such as ``2025``.
        round_id: of the screens that are about one round; what is on now unless given.
        by: the code of whoever sits at this machine, for the ledger, as long as nobody has a personal link.
        port: where to listen.
        address: on which of this machine's addresses; for this machine only unless given.
        host_names: under which browsers may reach the screens, besides ``localhost`` and the address.
        language: of the screens; the edition's unless given.

    Raises:
        unknown_round: the rules have no such round.
        unusable_id, member_code_taken: the code cannot be a committee member's.
        port_taken: the screens cannot be served at this address and port.
    """
    edition = Edition.open(edition_name, language)
    if round_id:
        edition.scored(round_id)
    t = edition.texts
    site = CommitteeSite.of(
        edition,
        t("present.heading"),
        MEMBER,
        listens=(address, port),
        host_names=host_names,
        threads=1,  # a few people look at what takes long to compute: once is enough
        name=edition.name,
        address=address,
        by=member_code(edition, by) if by else COMMITTEE,
    )
    edition.ledger.close()

    def said(where: str) -> str:
        key = "present.running_links" if site.by_link else "present.running"
        return t(key, edition=edition.name, address=where)

    all_ = screens(t, round_id, Editions(edition.name, t.language, threads=1))
    web.run(web.application(site, all_, [(r"/", Index, {"screens": all_})]), port, address, said)

"""What an edition's documents need beyond its rules: letterhead, place, legal basis, officials and full names.

It stands in ``data/<edition>/office.yaml``, which may be left out; what it does not say is a dotted blank. Numbers,
NIP, stamps and signatures have no key: they are filled in by hand. Nothing in it touches the result.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from kit.errors import Problem
from kit.rules import Id, Localized, read_as
from kit.rules.legible import Rule
from kit.tables import read_bytes
from kit.texts import WIB

if TYPE_CHECKING:
    from pathlib import Path

    from kit.registers import Registers

FILE = "office.yaml"

# How the pictures begin that every format can show.
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LARGEST = 1_000_000  # bytes; it is in every document


def _moment(value: object) -> object:
    """A time; on the contest's clock, where no zone is given."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, datetime) and not 1980 <= moment.year < 2200:
        raise ValueError(value)  # no format of document can carry it
    return moment.replace(tzinfo=WIB) if isinstance(moment, datetime) and moment.tzinfo is None else moment


_Lines = Annotated[tuple[str, ...], Field(strict=False)]


class Person(Rule):
    """Somebody's name in two forms; the second is for everything but a decree.

    Args:
        name: without titles.
        titled: with academic titles.
    """

    name: str = ""
    titled: str = ""


class Official(Person):
    """Somebody who signs by office.

    Args:
        position: such as ``Wali Kota Pontianak``.
        civil_servant: below the signature stand blanks for rank and NIP.
    """

    position: Localized
    civil_servant: bool = False


class Member(Person):
    """A judge as the minutes name them.

    Args:
        position: such as ``Ketua``; a member unless given.
    """

    position: Localized | None = None


class Letterhead(Rule):
    """The lines above a letter.

    Args:
        lines: in capitals, the office itself last.
        address: in small letters.
        crest: a PNG or JPEG beside this file.
        crest_shows: what it shows, for those who cannot see it.
    """

    lines: _Lines = ()
    address: _Lines = ()
    crest: str = ""
    crest_shows: Localized = Localized(id="Lambang daerah", en="Coat of arms")


class Office(Rule):
    """The whole file.

    Args:
        letterhead: of the organiser's office.
        place: where documents are signed.
        legal_basis: what the contest rests on, one instrument a line.
        decree: the kind of decision that names the winners, such as ``Keputusan Wali Kota Pontianak``.
        competent: who decides, and signs certificates.
        committee: who signs the administrative selection.
        panel: judges by id, where their register holds no titles or a position is to be named.
        embargo: until when the announcement waits.
        contact: where to ask and to object.
    """

    letterhead: Letterhead = Letterhead()
    place: str = ""
    legal_basis: Annotated[tuple[Localized, ...], Field(strict=False)] = ()
    decree: Localized | None = None
    competent: Official | None = None
    committee: Annotated[tuple[Official, ...], Field(strict=False)] = ()
    panel: dict[Id, Member] = Field(default_factory=dict)
    embargo: Annotated[datetime | None, BeforeValidator(_moment)] = None
    contact: str = ""

    @property
    def lead(self) -> Official | None:
        """Who signs for the committee: the first of it."""
        return next(iter(self.committee), None)

    def person(self, judge_id: str, registered: str, form: Literal["name", "titled"]) -> str:
        """A judge's name without titles, or with them; the register's where this file does not say."""
        said = self.panel.get(judge_id, Member())
        return (said.titled if form == "titled" else said.name) or said.name or registered


def read_office(folder: Path, registers: Registers) -> Office:
    """Read an edition's ``office.yaml``; an edition without one has an empty office.

    Raises:
        not_utf8, not_yaml: it cannot be read.
        Mistakes: keys that nobody knows or values of another kind, each with its line.
        unknown_reference: it names a judge who is not registered.
    """
    path = folder / FILE
    office = read_as(path, Office) if path.exists() else Office()
    for judge in office.panel:
        if judge not in set(registers.judges["judge_id"]):
            raise Problem("unknown_reference", file=FILE, name=judge)
    return office


def crest(folder: Path, letterhead: Letterhead) -> str:
    """The crest as a data URI; ``""`` where there is none.

    Raises:
        file_missing: the file that is named is not there.
        crest_unusable: it is neither PNG nor JPEG, or too large.
    """
    if not letterhead.crest:
        return ""
    path = folder / letterhead.crest
    if path.parent != folder:
        raise Problem("file_missing", file=letterhead.crest, folder=folder.name)
    picture = read_bytes(path)
    kind = next((kind for start, kind in _PICTURES.items() if picture.startswith(start)), None)
    if kind is None or len(picture) > _LARGEST:
        raise Problem("crest_unusable", file=letterhead.crest, n=_LARGEST)
    return f"data:{kind};base64,{b64encode(picture).decode('ascii')}"

"""The blocks of documents in official form: letterhead, centred title, certificate and signatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from kit.render.blocks import Block

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Letterhead(Block):
    """Whose letter it is: crest, lines in capitals, address, and a rule below.

    Args:
        lines: the last one names the office itself.
        address: lines in small letters.
        crest: a PNG or JPEG as a data URI; without one there is none.
        alt: what the crest shows.
    """

    type: ClassVar[str] = "letterhead"
    lines: Sequence[str]
    address: Sequence[str] = ()
    crest: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Title(Block):
    """The title of an official document, line by line in the centre.

    Args:
        lines: the title; what is in capitals is written so.
        aside: not the title but what the document is annexed to, beside it on the right.
    """

    type: ClassVar[str] = "title"
    lines: Sequence[str]
    aside: bool = False


@dataclass(frozen=True)
class Praise:
    """One line of a certificate: who gets it, for which award, with which work, or the words between them."""

    text: str
    role: Literal["said", "recipient", "award", "work"] = "said"


@dataclass(frozen=True)
class Honour(Block):
    """What a certificate says, line by line in the centre."""

    type: ClassVar[str] = "honour"
    lines: Sequence[Praise]


@dataclass(frozen=True)
class Signature:
    """Room for one signature.

    Args:
        above: lines before it, such as the office.
        name: in full; or a blank to be filled in.
        below: lines after the name.
    """

    above: Sequence[str]
    name: str
    below: Sequence[str] = ()


@dataclass(frozen=True)
class Signatures(Block):
    """Who signs, side by side; the last one stands at the right.

    Args:
        signers: one to three of them.
        place: place and date, above the last one.
    """

    type: ClassVar[str] = "signatures"
    signers: Sequence[Signature]
    place: str = ""


@dataclass(frozen=True)
class Signer:
    """One member of those who all sign."""

    name: str
    position: str


@dataclass(frozen=True)
class SignatureList(Block):
    """A table in which everybody signs: number, name, position, signature."""

    type: ClassVar[str] = "signature_list"
    rows: Sequence[Signer]

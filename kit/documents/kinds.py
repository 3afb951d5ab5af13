"""The documents of an edition: what each is, what of it can be made now, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from kit.report.blocks import Paragraph
from kit.report.recap import recap
from kit.report.story import masthead

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.edition import Edition
    from kit.report.blocks import Block

Format = Literal["pdf", "html", "docx", "xlsx"]


class Part(NamedTuple):
    """One document of a kind."""

    id: str
    stem: str


@dataclass(frozen=True)
class Kind:
    """A kind of document."""

    name: str
    formats: tuple[Format, ...]
    parts: Callable[[Edition], list[Part]]
    blocks: Callable[[Edition, Part, str], list[Block]]
    notebook: str = ""


def _report(edition: Edition) -> list[Part]:
    return [Part("", masthead(edition, "report").stem)]


def _recaps(edition: Edition) -> list[Part]:
    return [Part("", masthead(edition, "recap").stem)]


def _fairness(edition: Edition) -> list[Part]:
    edition.result  # noqa: B018  (raises what keeps it back)
    stem = masthead(edition, "fairness").stem
    return [
        Part(name, stem.replace(edition.name, f"{edition.name}-{name}", 1))
        for name, state in edition.states.items()
        if state not in {"open", "not_opened"}
    ]


def _sheets(edition: Edition) -> list[Part]:
    stem = masthead(edition, "report").stem
    return [Part(entry, f"umpan-{entry}-{stem}") for entry in edition.registers.entries["entry_id"]]


def _recap(edition: Edition, part: Part, made_at: str) -> list[Block]:  # noqa: ARG001
    return recap(edition, masthead(edition, "recap", made_at))  # type: ignore[return-value]  # stub


def _sheet(edition: Edition, part: Part, made_at: str) -> list[Block]:
    from kit.explain import explain  # noqa: PLC0415

    lines = explain(edition, part.id).text().splitlines()
    return [masthead(edition, "report", made_at), *(Paragraph(line) for line in lines if line.strip())]


def _nothing(*_: object) -> list[Block]:
    return []


KINDS = {
    kind.name: kind
    for kind in (
        Kind("annual-report", ("html", "pdf"), _report, _nothing, "annual-report"),
        Kind("recap", ("html", "xlsx"), _recaps, _recap),
        Kind("fairness", ("html", "pdf"), _fairness, _nothing, "fairness"),
        Kind("feedback", ("pdf",), _sheets, _sheet),
    )
}

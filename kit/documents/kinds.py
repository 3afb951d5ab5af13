"""Every kind of document of an edition: what can be made of it now, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kit.documents import award, certificates, feedback, minutes, panel, plenary, public
from kit.documents.paper import Part, awards_given, next_finalists
from kit.documents.recap import recap
from kit.index import index_report
from kit.index.index_report import IndexContext
from kit.index.indicators import read_claims, read_yardstick
from kit.index.readiness import COUNTS
from kit.report.context import Context, marked, report_masthead
from kit.report.fairness_report import annexes
from kit.years.trends import PUBLIC, require_answers, stems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kit.edition import Edition
    from kit.render.blocks import Block

Format = Literal["pdf", "html", "docx", "xlsx", "csv"]


@dataclass(frozen=True)
class Kind:
    """A kind of document.

    Args:
        name: on the command line and in the catalogue.
        formats: that it is made in.
        parts: what can be made of it now; raises a :class:`~kit.errors.Problem` that says why nothing can.
        blocks: the document of one part, made at an ISO 8601 time; its first block is the masthead.
        notebook: the story of ``notebooks/`` that is told instead, without its extension.
        asks: the notebook's own parameters for a part, by its id.
    """

    name: str
    formats: tuple[Format, ...]
    parts: Callable[[Edition], list[Part]]
    blocks: Callable[[Edition, Part, str], list[Block]]
    notebook: str = ""
    asks: Callable[[str], Mapping[str, object]] = lambda _: {}


def _stem(edition: Edition, name: str, part: str = "") -> str:
    words = edition.texts(f"papers.stem_{name.replace('-', '_')}")
    return marked(edition, "-".join(filter(None, [words, edition.name, part.replace("/", "-")])))


def _each(name: str, ids: Callable[[Edition], Iterable[str]]) -> Callable[[Edition], list[Part]]:
    """A part for each of some ids."""
    return lambda edition: [Part(id_, _stem(edition, name, id_)) for id_ in ids(edition)]


def _one(name: str, needs: Callable[[Edition], object]) -> Callable[[Edition], list[Part]]:
    """A single document, which can be made if what it needs does not raise."""

    def parts(edition: Edition) -> list[Part]:
        needs(edition)
        return [Part("", _stem(edition, name))]

    return parts


def _given(edition: Edition) -> object:
    return [*awards_given(Context(edition))]


def _finalists(edition: Edition) -> object:
    return [*next_finalists(Context(edition))]


def _result(edition: Edition) -> object:
    return edition.result


def _rules(edition: Edition) -> object:
    if changed := edition.unaccepted():
        raise changed
    return None


def _closed(edition: Edition) -> Iterable[str]:
    return edition.result.scores


def _scored(edition: Edition) -> Iterable[str]:
    return sorted({entry for scores in edition.result.scores.values() for entry in scores.by_entry})


def _entries(edition: Edition) -> Iterable[str]:
    return [entry for entry in edition.registers.entries["entry_id"] if entry not in edition.record.out]


def _judges(edition: Edition) -> Iterable[str]:
    return sorted({judge for round_ in edition.states for judge in edition.panel(round_)["judge_id"]})


def _awards(edition: Edition) -> Iterable[str]:
    return [id_ for id_, *_ in certificates.awarded(Context(edition))]


def _report(edition: Edition) -> list[Part]:
    return [Part("", report_masthead(edition, "report").stem)]


def _recaps(edition: Edition) -> list[Part]:
    return [Part("", report_masthead(edition, "recap").stem)]


def _fairness(edition: Edition) -> list[Part]:
    return [Part(where, stem) for where, stem in annexes(edition).items()]


def _counts(edition: Edition) -> Iterable[str]:
    read_claims(edition.folder, read_yardstick(edition.folder)[0], edition.registers)
    return COUNTS


def _index_entries(edition: Edition, part: Part, made_at: str) -> list[Block]:
    context = IndexContext(edition, part.id, made_at)
    return [replace(index_report.masthead(context), stem=part.stem), *index_report.workbook(context)]


def _trends(edition: Edition) -> list[Part]:
    return [Part(where, stem) for where, stem in stems(edition, "trends").items()]


def _follow_ups(edition: Edition) -> list[Part]:
    require_answers(edition)
    return [Part(where, stem) for where, stem in stems(edition, "follow_up").items()]


def _recap(edition: Edition, _: Part, made_at: str) -> list[Block]:
    return recap(edition, report_masthead(edition, "recap", made_at))


def _told(*_: object) -> list[Block]:
    """What a notebook tells has no blocks before it is run."""
    return []


_EDITED: tuple[Format, ...] = ("pdf", "docx")  # the legal office edits drafts

_ALL = [
    Kind("minutes-selection", (*_EDITED, "xlsx"), _one("minutes-selection", minutes.admissions), minutes.selection),
    Kind("minutes-scores", (*_EDITED, "xlsx"), _each("minutes-scores", _closed), minutes.scores),
    Kind("minutes-plenary", _EDITED, _each("minutes-plenary", plenary.plenaries), plenary.plenary),
    Kind("minutes-result", (*_EDITED, "xlsx"), _one("minutes-result", _given), plenary.result),
    Kind("decree-annex", (*_EDITED, "xlsx"), _one("decree-annex", _given), award.decree_annex),
    Kind("finalists", ("pdf", "html", "docx", "xlsx"), _one("finalists", _finalists), public.finalists),
    Kind("announcement", (*_EDITED, "html"), _one("announcement", _given), public.announcement),
    Kind("press", _EDITED, _one("press", _given), public.press),
    Kind("order-sheet", ("pdf",), _one("order-sheet", _given), award.order_sheet),
    Kind("summary", ("pdf", "html"), _one("summary", _result), award.summary),
    Kind("feedback", ("pdf",), _each("feedback", _scored), feedback.feedback),
    Kind("certificates-award", ("pdf",), _each("certificates-award", _awards), certificates.of_award),
    Kind("certificates", ("pdf",), _each("certificates", _entries), certificates.of_participation),
    Kind("names", (*_EDITED, "xlsx"), _one("names", _entries), certificates.names),
    Kind("judges-pack", ("pdf",), _each("judges-pack", _judges), panel.judges_pack),
    Kind("annual-report", ("pdf", "html"), _report, _told, "annual-report"),
    Kind("recap", ("xlsx", "html"), _recaps, _recap),
    Kind("fairness", ("pdf", "html"), _fairness, _told, "fairness", lambda round_: {"round_id": round_}),
    Kind(
        "index-readiness",
        ("pdf", "html"),
        _each("index-readiness", _counts),
        _told,
        "index-readiness",
        lambda part: {"count": part},
    ),
    Kind("index-entries", ("xlsx", "csv"), _each("index-entries", _counts), _index_entries),
    Kind("trends", ("pdf", "html"), _trends, _told, "trends"),
    Kind("follow-up", ("pdf", "html"), _follow_ups, _told, "follow-up", lambda part: {"public": part == PUBLIC}),
    Kind("rules", _EDITED, _one("rules", _rules), panel.rules_print),
]
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}

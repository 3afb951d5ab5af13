"""Every kind of document of an edition: what can be made of it now, in which formats, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kit.documents import awards, feedback, judges_pack, minutes, public_page, slides, visual_summary
from kit.documents.official_paper import Part, awards_given, next_finalists
from kit.documents.recap import marks_apart, recap
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

    Blocks = Callable[[Edition, Part, str], list[Block]]

Format = Literal["pdf", "html", "docx", "pptx", "xlsx", "csv"]


@dataclass(frozen=True)
class Kind:
    """A kind of document.

    Args:
        name: on the command line and in the catalogue.
        formats: that it is made in.
        ids: of what can be made of it now; with the name of each file, without its extension, where that is not made
            of the kind's own. Raises a :class:`~kit.errors.Problem` that says why nothing can be made.
        blocks: returns the document of one part, made at an ISO 8601 time; its first block is the masthead.
        notebook: the notebook in ``notebooks/`` that makes it instead, without its extension.
        asks: the notebook's own parameters for a part, by its id.
        beside: returns further files that go with the document of a part, by name.
    """

    name: str
    formats: tuple[Format, ...]
    ids: Callable[[Edition], Iterable[str]]
    blocks: Blocks = lambda *_: []
    notebook: str = ""
    asks: Callable[[str], Mapping[str, object]] = lambda _: {}
    beside: Callable[[Edition, Part], Mapping[str, bytes]] = lambda *_: {}

    def parts(self, edition: Edition) -> list[Part]:
        """Return what can be made of this kind now.

        Raises:
            Problem: nothing can, and why.
        """
        ids = self.ids(edition)
        if isinstance(ids, dict):
            return [Part(id_, stem) for id_, stem in ids.items()]
        words = edition.texts(f"papers.stem_{self.name.replace('-', '_')}")
        return [
            Part(id_, marked(edition, "-".join(filter(None, [words, edition.name, id_.replace("/", "-")]))))
            for id_ in ids
        ]


def _once(needs: Callable[[Edition], object]) -> Callable[[Edition], Iterable[str]]:
    """Return the id of a single document, which can be made if what it needs does not raise."""

    def ids(edition: Edition) -> list[str]:
        needs(edition)
        return [""]

    return ids


def _require_accepted(edition: Edition) -> None:
    if changed := edition.unaccepted():
        raise changed


def _scored(edition: Edition) -> Iterable[str]:
    return sorted({entry for scores in edition.result.scores.values() for entry in scores.by_entry})


def _taking_part(edition: Edition) -> Iterable[str]:
    return [entry for entry in edition.registers.entries["entry_id"] if entry not in edition.record.out]


def _judges(edition: Edition) -> Iterable[str]:
    return sorted({judge for round_ in edition.states for judge in edition.panel(round_)["judge_id"]})


def _papers(edition: Edition) -> Iterable[str]:
    return visual_summary.PAPERS if edition.result else ()


def _counts(edition: Edition) -> Iterable[str]:
    read_claims(edition.folder, read_yardstick(edition.folder)[0], edition.registers)
    return COUNTS


def _index_entries(edition: Edition, part: Part, made_at: str) -> list[Block]:
    context = IndexContext(edition, part.id, made_at)
    return [replace(index_report.masthead(context), stem=part.stem), *index_report.workbook(context)]


def _follow_ups(edition: Edition) -> Iterable[str]:
    require_answers(edition)
    return stems(edition, "follow_up")


_AWARDED = _once(lambda edition: awards_given(Context(edition)))
_ALL = [
    Kind("minutes-selection", ("pdf", "docx", "xlsx"), _once(minutes.admissions), minutes.selection),
    Kind("minutes-scores", ("pdf", "docx", "xlsx"), lambda edition: [*edition.result.scores], minutes.scores),
    Kind("minutes-plenary", ("pdf", "docx"), lambda edition: [*minutes.plenaries(edition)], minutes.plenary),
    Kind("minutes-result", ("pdf", "docx", "xlsx"), _AWARDED, minutes.result),
    Kind("decree-annex", ("pdf", "docx", "xlsx"), _AWARDED, awards.decree_annex),
    Kind(
        "finalists",
        ("pdf", "html", "docx", "xlsx"),
        _once(lambda edition: next_finalists(Context(edition))),
        awards.finalists,
    ),
    Kind("announcement", ("pdf", "docx", "html"), _AWARDED, awards.announcement),
    Kind("press", ("pdf", "docx"), _AWARDED, awards.press),
    Kind("public-page", ("html",), _once(public_page.require_decree), public_page.public_page),
    Kind("order-sheet", ("pdf",), _AWARDED, awards.order_sheet),
    Kind("visual-summary", ("pdf",), _papers, visual_summary.visual_summary),
    Kind("slides-plenary", ("pptx",), slides.in_plenary, slides.plenary),
    Kind("slides-leadership", ("pptx",), _once(lambda edition: edition.result), slides.leadership),
    Kind("slides-ceremony", ("pptx",), _AWARDED, slides.ceremony),
    Kind("feedback", ("pdf",), _scored, feedback.feedback),
    Kind(
        "certificates-award",
        ("pdf",),
        lambda edition: [*awards.awarded(Context(edition))],
        awards.certificate_of_award,
    ),
    Kind("certificates", ("pdf",), _taking_part, awards.certificate),
    Kind("names", ("pdf", "docx", "xlsx"), _once(_taking_part), awards.names),
    Kind("judges-pack", ("pdf",), _judges, judges_pack.judges_pack),
    Kind(
        "annual-report",
        ("pdf", "html"),
        lambda edition: {"": report_masthead(edition, "report").stem},
        notebook="annual-report",
    ),
    Kind(
        "recap",
        ("xlsx", "html"),
        lambda edition: {"": report_masthead(edition, "recap").stem},
        lambda edition, _, made_at: recap(edition, report_masthead(edition, "recap", made_at)),
        beside=marks_apart,
    ),
    Kind("fairness", ("pdf", "html"), annexes, notebook="fairness", asks=lambda part: {"round_id": part}),
    Kind("index-readiness", ("pdf", "html"), _counts, notebook="index-readiness", asks=lambda part: {"count": part}),
    Kind("index-entries", ("xlsx", "csv"), _counts, _index_entries),
    Kind("trends", ("pdf", "html"), lambda edition: stems(edition, "trends"), notebook="trends"),
    Kind("follow-up", ("pdf", "html"), _follow_ups, notebook="follow-up", asks=lambda part: {"public": part == PUBLIC}),
    Kind("rules", ("pdf", "docx"), _once(_require_accepted), judges_pack.rules),
]
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}

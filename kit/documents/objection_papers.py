"""What is shown and written about objections: the list, what to compare with the paper, the unit's pack, an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kit.contest.objections import changes_since, objection, objections, origins
from kit.documents.official_paper import Paper
from kit.errors import NotYet
from kit.explain import explain
from kit.files import write
from kit.folder import find_home
from kit.registers import text_of
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Document,
    Group,
    Heading,
    Paragraph,
    Signature,
    Signatures,
    Table,
    sentence,
)
from kit.render.docx import to_docx
from kit.render.html import to_html
from kit.render.pdf import to_pdf
from kit.report.context import accepted_changes, brief, columns, contest_masthead
from kit.report.results import explanation_blocks
from kit.report.summaries import known_by

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from kit.contest.objections import Objection
    from kit.edition import Edition
    from kit.render.blocks import Run

ObjectionPaper = Literal["comparison", "pack", "answer"]
PAPERS: tuple[ObjectionPaper, ...] = ("comparison", "pack", "answer")


def overview(edition: Edition) -> Group:
    """Show every objection with its state, and what is to do next about each."""
    t, known = edition.texts, [*objections(edition).values()]
    heading = Heading(t("objections.title"))
    days = edition.rules.objection_days
    terms = Paragraph(t("objections.no_deadline" if days is None else "objections.days", n=days))
    if not known:
        return Group([heading, terms, Paragraph(t("objections.none", edition=edition.name))])
    return Group([heading, terms, _table(edition, known), Bullets([_next(edition, about) for about in known])])


def _table(edition: Edition, known: Sequence[Objection]) -> Table:
    t, titles = edition.texts, edition.registers.entries.set_index("entry_id")["title"]
    rows = [
        (
            about.number,
            f"{about.entry_id} · {brief(titles[about.entry_id])}",
            f"{edition.say(about.round)} · {t(f'objections.{about.ground}')}",
            f"{t.moment(about.time)} · {_in_time(edition, about)}",
            t(f"objections.{about.answer.outcome if about.answer else about.state}").capitalize(),
        )
        for about in known
    ]
    shown = columns(
        t,
        number="objections.number",
        entry="report.column_innovation",
        about="objections.about",
        time="objections.received",
        state="columns.state",
    )
    return Table.of(rows, t, columns=shown, caption=t("objections.caption"), row_header="number")


def _in_time(edition: Edition, about: Objection) -> str:
    if about.deadline is None:
        return edition.texts("objections.unlimited")
    return edition.texts("objections.late" if about.late else "objections.in_time", date=about.deadline)


def _next(edition: Edition, about: Objection) -> str:
    recompute = about.state == "lodged" and about.ground == "arithmetic"
    to_do = "pack" if about.answer else "recompute" if recompute else "answer"
    return edition.texts(f"objections.do_{to_do}", number=about.number, edition=edition.name)


def detail(edition: Edition, number: str = "") -> Group:
    """Show one objection, what its recomputation found, and its marks to compare with the paper; the last by default.

    Raises:
        unknown_objection: there is none of this number.
        rules_changed: no mark can be shown.
    """
    about = _asked(edition, number)
    if about is None:
        return Group([Paragraph(edition.texts("objections.nothing"))])
    named = edition.texts("objections.named", number=about.number, entry=about.entry_id)
    blocks: list[Block] = [Heading(named), _so_far(edition, about)]
    try:
        return Group([*blocks, *_comparison(edition, about)] if about.round in edition.states else blocks)
    except NotYet as why:
        return Group([*blocks, Callout(why.sentence(edition.language))])


def draft(edition: Edition, number: str = "") -> Group:
    """Show the draft of an answer (:func:`paper`) to one objection, the last by default.

    Raises:
        unknown_objection: there is none of this number.
        rules_changed: what a recomputation found cannot be shown.
    """
    about = _asked(edition, number)
    if about is None:
        return Group([Paragraph(edition.texts("objections.nothing"))])
    try:
        return Group(_draft(edition, about))
    except NotYet as why:
        return Group([Callout(why.sentence(edition.language))])


def _asked(edition: Edition, number: str) -> Objection | None:
    number = text_of(number) or next(reversed(objections(edition)), "")
    return objection(edition, number) if number else None


def paper(edition: Edition, number: str, kind: ObjectionPaper, made_at: str = "") -> list[Block]:
    """Return one document about an objection as blocks.

    Args:
        edition: the edition, in the language of the document.
        number: of the objection.
        kind: ``comparison`` is for the committee that compares the record with the paper; ``pack`` for the unit, with
            its own marks only and judges as letters; ``answer`` is a draft to be completed and signed, never sent.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        unknown_objection: there is none of this number.
        rules_changed: no mark can be shown.
    """
    about = objection(edition, number)
    parts = {"comparison": _comparison_paper, "pack": _pack, "answer": _letter}[kind](edition, about)
    return [_masthead(edition, about, kind, made_at), *parts, *accepted_changes(edition)]


def write_papers(edition: Edition, number: str, out: Path | None = None, made_at: str = "") -> list[Path]:
    """Write an objection's documents as PDF and HTML, all that may be shown by now, and return their paths.

    The draft of an answer is a Word file as well, since people complete it.

    Args:
        edition: the edition.
        number: of the objection.
        out: the folder; ``reports/<edition>`` where none is given.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        unknown_objection: there is none of this number.
        file_open_elsewhere: another program holds one of the files open.
    """
    folder = out or find_home() / "reports" / edition.name
    shown = objection(edition, number).round in edition.record.closed
    wanted = {"comparison": shown, "pack": shown, "answer": True}
    made: dict[Path, str | bytes] = {}
    for kind in filter(wanted.get, PAPERS):
        blocks = [block.to_json() for block in paper(edition, number, kind, made_at)]
        stem = blocks[0]["stem"]
        made |= {folder / f"{stem}.pdf": to_pdf(blocks), folder / f"{stem}.html": to_html(blocks)}
        made |= {folder / f"{stem}.docx": to_docx(blocks)} if kind == "answer" else {}
    for path, content in made.items():
        write(path, content)
    return [*made]


def _masthead(edition: Edition, about: Objection, kind: ObjectionPaper, made_at: str) -> Document:
    t, words = edition.texts, {"number": about.number, "edition": edition.name, "unit": _entry(edition, about)["unit"]}
    title, stem, audience = (t(f"objections.{kind}_{what}", **words) for what in ("title", "stem", "audience"))
    form = {"form": "official", "page": Paper(edition).page} if kind == "answer" else {"form": "sheet"}
    line = _entry_line(edition, about)
    return contest_masthead(edition, title, stem, made_at, subtitle=line, audience=audience, **form)


def _entry(edition: Edition, about: Objection) -> dict[Hashable, object]:
    return known_by(edition).loc[[about.entry_id]].to_dict("records")[0]


def _entry_line(edition: Edition, about: Objection) -> str:
    entry = _entry(edition, about)
    return f"{about.entry_id} · {entry['title']} · {entry['unit']}"


def _say(edition: Edition, key: str, **values: object) -> tuple[Run, ...]:
    return sentence(edition.texts, f"objections.{key}", **values)


# What was found


def _findings(edition: Edition, about: Objection) -> list[tuple[Run, ...]]:
    """What came of the objection so far, as it happened; no judge is named.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: what a recomputation found must not be seen.
    """
    changes, found = changes_since(edition, about), []
    if about.recomputed or changes:
        edition.ranking_table(about.round)  # refuses while its marks must not be seen
    marks = origins(edition, about.round, about.entry_id) if about.recomputed else []
    typed = sum(mark.how == "typed" for mark in marks)
    same = "same_recorded" if typed or changes else "same"  # a typed mark need not be what the paper says
    none = edition.texts("objections.no_score")
    for made in about.recomputed:
        scores = {"score": none if made.score is None else made.score}
        scores["official"] = none if made.official is None else made.official
        found.append((made.time, _say(edition, same if made.same else "differs", time=made.time, **scores)))
    criteria = {known.id: known.name.say(edition.language) for known in edition.rules.round(about.round).marked}
    for change, decided in changes:
        found.append((decided, _say(edition, "changed", time=decided, criterion=criteria[change.criterion])))
    found += [
        (version.time, _say(edition, "version", n=version.number, time=version.time))
        for version in edition.history.versions(about.round)
        if version.time > about.time
    ]
    lines = [said for _, said in sorted(found, key=lambda line: line[0])]
    if about.deadline:
        lines.insert(0, _say(edition, "said_late" if about.late else "said_in_time", date=about.deadline))
    if typed:
        lines.append(_say(edition, "from_paper", typed=typed, n=len(marks)))
    return lines


def _so_far(edition: Edition, about: Objection) -> Bullets:
    """The objection, what came of it, and its answer."""
    answered = []
    if given := about.answer:
        outcome = edition.texts(f"objections.{given.outcome}")
        answered = [_say(edition, "answered_with", time=given.time, outcome=outcome, reason=given.reason)]
    return Bullets([_say(edition, "said", **_lodged(edition, about)), *_findings(edition, about), *answered])


def _lodged(edition: Edition, about: Objection) -> dict[str, object]:
    round_ = edition.say(about.round)
    ground = edition.texts(f"objections.{about.ground}")
    return {"time": about.time, "round": round_, "ground": ground, "text": about.text}


# The three documents


def _comparison_paper(edition: Edition, about: Objection) -> list[Block]:
    return [
        Callout(_say(edition, "comparison_lead"), kind="warning"),
        Heading(edition.texts("objections.findings")),
        _so_far(edition, about),
        *_comparison(edition, about),
    ]


def _comparison(edition: Edition, about: Objection) -> list[Block]:
    """The marks as recorded, with room to note what the paper says; those typed from paper stand out."""
    edition.ranking_table(about.round)  # refuses while its marks must not be seen
    t, marks = edition.texts, origins(edition, about.round, about.entry_id)
    if not marks:
        return []
    names = {c.id: f"{c.id} {c.name.say(t.language)}" for c in edition.rules.round(about.round).marked}
    shown = columns(
        t,
        judge="objections.judge",
        criterion="objections.criterion",
        value=("objections.mark", "decimal"),
        time="objections.recorded",
        origin="objections.origin",
        paper="objections.paper",
    )
    rows = []
    for mark in marks:
        strong, how = mark.how == "typed", t(f"objections.by_{mark.how}", typists=[*mark.typists])
        said = {"judge": mark.judge_id, "criterion": names[mark.criterion], "time": t.moment(mark.time), "origin": how}
        row = {key: Cell(text, strong=strong) for key, text in said.items()}
        rows.append(row | {"value": Cell(t.decimal(mark.value), mark.value, strong), "paper": Cell("")})
    caption = t("objections.comparison_caption", entry=about.entry_id)
    return [
        Heading(t("objections.marks"), 3),
        Paragraph(_say(edition, "compare")),
        Table(caption=caption, columns=shown, rows=rows, row_header="criterion"),
    ]


def _pack(edition: Edition, about: Objection) -> list[Block]:
    t = edition.texts
    return [
        Paragraph(_say(edition, "pack_lead", unit=_entry(edition, about)["unit"]), lead=True),
        Heading(t("objections.findings")),
        _so_far(edition, about),
        *explanation_blocks(explain(edition, about.entry_id, to_unit=True), t).blocks,
    ]


def _letter(edition: Edition, about: Objection) -> list[Block]:
    return [Paper(edition).letterhead(), *_draft(edition, about)]


def _draft(edition: Edition, about: Objection) -> list[Block]:
    """An answer with blanks: what people decided stands in it once they did, and nothing in their place."""
    t, given, paper = edition.texts, about.answer, Paper(edition)
    blank = t("document.blank")
    outcome = t(f"objections.{given.outcome}") if given else blank
    reason = given.reason if given else blank
    annexed = [Paragraph(_say(edition, "letter_annex"))] if about.recomputed else []
    head = {
        "number": blank,
        "nature": blank,
        "annexes": t("objections.letter_one") if annexed else "–",
        "about": about.number,
    }
    signature = Signature([t("objections.letter_position", blank=blank)], blank)
    return [
        Callout(_say(edition, "draft"), kind="warning", title=t("objections.draft_title")),
        Paragraph(paper.place),
        Paragraph("\n".join(t(f"objections.letter_{key}", said=said) for key, said in head.items())),
        Paragraph(t("objections.letter_to", said=_entry(edition, about)["unit"])),
        Paragraph(_say(edition, "letter_opening", line=_entry_line(edition, about), **_lodged(edition, about))),
        Bullets(_findings(edition, about) or [blank], ordered=True),
        Paragraph(_say(edition, "letter_decision", outcome=outcome)),
        Paragraph(_say(edition, "letter_reason", reason=reason)),
        *annexed,
        Paragraph(_say(edition, "letter_end")),
        Signatures([signature]),
        *paper.copies(),
    ]

"""A page for citizens in plain words: who won, what each innovation does for them, and how it was judged.

No score of an entry and no judge stands on it, and there is none before the result is decreed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.documents.official_paper import Paper, awards_given
from kit.errors import Problem
from kit.explain import final_score
from kit.render.blocks import Bullets, Heading, sentence
from kit.report import annual
from kit.report.context import Context
from kit.texts import within_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.render.blocks import Block


def require_decree(edition: Edition) -> None:
    """Refuse a result of which the public knows nothing yet.

    Raises:
        no_award_yet: there is none.
        not_public_yet: it is not decreed.
    """
    awards_given(Context(edition))
    if not edition.decisions.decree:
        raise Problem("not_public_yet", edition=edition.name)


def public_page(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the page; it is restricted as long as the embargo lasts.

    Raises:
        no_award_yet, not_public_yet: see :func:`require_decree`.
    """
    require_decree(edition)
    paper = Paper(edition, part, made_at)
    t, waits = paper.t, paper.embargo()
    categories = [category.name.say(t.language) for category in paper.rules.categories]
    circulation = "restricted" if waits else "public"
    return [
        paper.masthead(paper.called("public_page"), form="sheet", notice=None, circulation=circulation),
        *waits,
        *annual.lead(paper.context).blocks,
        paper.say("public_page.organised", organiser=paper.rules.organiser.say(t.language)),
        *([paper.say("public_page.categories", categories="; ".join(categories))] if len(categories) > 1 else []),
        *_winners(paper),
        Heading(t("public_page.judged")),
        Bullets([sentence(t, key, **values) for key, values in _judged(paper)], ordered=True),
        paper.say("papers.contact", contact=paper.office.contact or paper.blank),
    ]


def _winners(paper: Paper) -> Iterator[Block]:
    """Yield who won in each list, each with the benefit that its unit names."""
    t, benefits = paper.t, paper.context.entries.set_index("entry_id")["benefit"]
    for name, _, table in awards_given(paper.context):
        yield Heading(t("papers.winners_caption", scope=name))
        for row in table.itertuples():
            yield Heading(t("public_page.won", award=row.award, title=row.title), 3)
            benefit = benefits.get(str(row.entry_id), "")
            yield paper.say(f"public_page.{'benefit' if benefit else 'unit'}", unit=row.unit, benefit=benefit)
    said = [paper.say("papers.press_source")] if (benefits != "").any() else []
    said += [paper.say("public_page.as_written")] if t.language != paper.rules.language else []
    yield from said


def _judged(paper: Paper) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield how it was judged, in five sentences: their keys and values."""
    edition, rules, language = paper.edition, paper.rules, paper.t.language
    rounds = [within_sentence(round_.name.say(language)) for round_ in rules.rounds]
    yield "public_page.rounds", {"n": len(rounds), "rounds": rounds}
    judges = {judge for round_ in edition.states for judge in edition.panel(round_)["judge_id"]}
    criteria = [criterion.name.say(language) for round_ in rules.scored_rounds for criterion in round_.criteria]
    about = {"n": len(judges), "criteria": "; ".join(dict.fromkeys(criteria))}
    yield f"public_page.{'criteria' if criteria else 'judges'}", about
    yield "public_page.conflicts", {}
    yield "public_page.score", {"score": final_score(rules, paper.t)}
    met = any(edition.meetings(round_) for round_ in edition.states)
    yield f"public_page.{'plenary' if met else 'decreed'}", {"decree": paper.decreed()}

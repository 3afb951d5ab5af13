"""Papers about awards: decree annex, ceremony, certificates, finalists, announcement, press, and open data.

The public reads the last four: no score of an entry and no judge stands in them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from kit.documents.official_paper import Paper, awards_given, cuts_open, entries_table, next_finalists
from kit.errors import Problem
from kit.explain import final_score
from kit.files import write
from kit.folder import find_home
from kit.render.blocks import Block, Bullets, Callout, Heading, Honour, PageBreak, Paragraph, Praise, Signatures, Table
from kit.report import summaries
from kit.report.context import by_title, columns, marked, ranked_by
from kit.scoring.ranking import FINAL, scope_names
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.report.context import Context
    from kit.rules import Scope


_HEADLINE = 2  # winners that a headline names


def _winner_tables(paper: Paper, keys: str, caption: str) -> list[Table]:
    """Return the winners of each scope as tables of some columns (:func:`entries_table`)."""
    context, found = paper.context, []
    for name, scope, table in awards_given(context):
        list_ = str(table["round"].iloc[0])
        called = paper.t(caption, scope=name) if list_ == FINAL else name
        found.append(entries_table(context, table, keys, called, name, [ranked_by(context, scope, list_)]))
    return found


# For the ceremony


def decree_annex(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the annex of the decree that names the winners; persons are named without titles.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, part, made_at)
    signature = paper.signature(paper.office.competent, titled=False)
    return [
        paper.masthead(paper.called("decree_annex"), form="official"),
        *paper.draft(),
        paper.titled("annexed", aside=True, **paper.decree()),
        paper.titled("decree_annex"),
        *_winner_tables(paper, "rank title unit final award", "papers.annex_caption"),
        Signatures([replace(signature, above=[line.upper() for line in signature.above])]),
        *paper.initials(),
    ]


def order_sheet(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the order in which the winners are called to the stage: the last award first.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, part, made_at)
    t = paper.t
    blocks: list[Block] = [
        paper.masthead(paper.called("order_sheet"), form="sheet", notice=None, audience=t("papers.for_ceremony")),
        *paper.embargo(),
        Bullets([t(f"papers.order_{hint}") for hint in ("last_first", "shared", "names")]),
    ]
    for at, (name, _, table) in enumerate(awards_given(paper.context)):
        blocks += [PageBreak()] * (at > 0) + [Heading(name)]
        for n, row in enumerate(table.iloc[::-1].itertuples(), 1):
            blocks += [Heading(f"{n}. {row.award}", 3), Paragraph(str(row.unit), lead=True), Paragraph(str(row.title))]
    return blocks


# Certificates


class Awarded(NamedTuple):
    """An award that is given.

    Args:
        entry: the id of the entry that gets it.
        said: the award's name with its scope.
        gold: whether it is one of the first three places of a list.
    """

    entry: str
    said: str
    gold: bool


def awarded(context: Context) -> dict[str, Awarded]:
    """Return every award that is given by the id of its certificate.

    Raises:
        no_award_yet: there is none.
    """
    places = {name.say(context.t.language) for awards in context.rules.final.awards for name in awards.names[:3]}
    found: dict[str, Awarded] = {}
    for _, scope, table in awards_given(context):
        columns_ = table[["round", "scope_id", "entry_id", "award"]].astype(str)
        for round_, scope_id, entry, award in columns_.itertuples(index=False, name=None):
            series = "" if round_ == FINAL else f"{round_}/"
            name = context.names[scope, scope_id]
            said = award if scope == "overall" else context.t("papers.award_in", award=award, scope=name)
            found[f"{series}{scope_id}/{entry}"] = Awarded(entry, said, award in places)
    return found


def certificate_of_award(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the certificate of one winner.

    Raises:
        no_award_yet: no award is given.
    """
    paper = Paper(edition, part, made_at)
    given = awarded(paper.context)[part.id]
    about = {"decree": paper.decreed(), "score": final_score(paper.rules, paper.t)}
    basis = paper.t("papers.honour_basis", title=paper.contest, **about)
    reason = [Praise(paper.t("papers.honour_as")), Praise(given.said, "award")]
    return _certificate(paper, "certificate", given.entry, reason, [Praise(basis)], gold=given.gold)


def certificate(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the certificate of one entry that took part."""
    paper = Paper(edition, part, made_at)
    reason = [Praise(paper.t("papers.honour_part", title=paper.contest))]
    return _certificate(paper, "certificate_part", part.id, reason)


def _certificate(
    paper: Paper, kind: str, entry_id: str, reason: list[Praise], basis: Sequence[Praise] = (), *, gold: bool = False
) -> list[Block]:
    """Return a certificate; what holds for every document of the edition is in the metadata of the file."""
    t, entry, by = paper.t, summaries.known_by(paper.edition).loc[entry_id], paper.office.competent
    unit = str(entry["unit"])
    lines = [
        Praise(t("papers.honour_number", blank=paper.blank), "number"),
        Praise(t("papers.honour_given")),
        Praise(unit, "recipient"),
        *reason,
        Praise(t("papers.honour_with")),
        Praise(str(entry["title"]), "work"),
        *basis,
    ]
    title = t(f"papers.title_{kind}", unit=unit, title=paper.contest)
    opening = paper.opening(kind, title=title, form="certificate", notice=None, by=by)
    return [*opening, Honour(lines, gold=gold), Signatures([paper.signature(by)], paper.place)]


def names(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return innovations and units as certificates will name them, for the units to check, without any result."""
    paper = Paper(edition, part, made_at)
    t, entries = paper.t, summaries.known_by(edition)
    rows = by_title(entries[~entries.index.isin(edition.record.out)])
    rows = rows.sort_values("unit", key=lambda unit: unit.str.casefold(), kind="stable")
    # Two lines of blanks: room to write a correction by hand.
    rows = rows.assign(number=range(1, len(rows) + 1), right="☐", note=f"{paper.blank * 2}\n{paper.blank * 2}")
    shown = columns(t, "number unit title", right="papers.proof_right", note="papers.proof_note")
    about = {"caption": t("papers.names_caption"), "row_header": "title", "sheet": t("papers.names_sheet")}
    return [
        *paper.opening("names", audience=t("papers.for_units"), notice=None),
        paper.say("papers.names_said", title=paper.contest, until=paper.blank),
        Table.of(rows, t, columns=shown, **about),
    ]


# For the public


def finalists(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the list of who goes on to the next round, by title and without ranks.

    Raises:
        nothing_sent_on: no closed round sends entries on.
    """
    paper = Paper(edition, part, made_at)
    t, context = paper.t, paper.context
    round_, found = next_finalists(context)
    following = [*edition.states][[*edition.states].index(round_) + 1]
    said = {"round": paper.rounds[round_], "next": paper.rounds[following], "title": paper.contest}
    # Who was invited to a round that has begun is no secret; before, the plenary may still decide otherwise.
    known = edition.states[round_] in {"decided", "published"} or edition.states[following] != "not_opened"
    open_ = [] if known else [t("papers.finalists_undecided"), *cuts_open(context, round_)]
    return [
        *paper.opening("finalists", circulation="public" if known else "restricted", notice=None),
        *([Callout(" ".join(open_), "warning")] if open_ else []),
        paper.say("papers.finalists_said", n=sum(map(len, found.values())), **said),
        *(
            entries_table(
                context, table, "number title unit category", t("papers.finalists_caption", scope=name), sheet=name
            )
            for name, table in found.items()
        ),
        paper.say("papers.finalists_order"),
        Signatures([paper.signature(next(iter(paper.office.committee), None))], paper.place),
    ]


def announcement(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the announcement of the winners, for the organiser's signature.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, part, made_at)
    by = paper.office.competent
    masthead, *opening = paper.opening("announcement", by=by, circulation=_circulation(edition), notice=None)
    return [
        masthead,
        *paper.draft(),
        *opening,
        *paper.embargo(),
        *paper.based(paper.t("papers.announced", title=paper.contest, decree=paper.decreed())),
        *_winner_tables(paper, "award title unit", "papers.winners_caption"),
        paper.say("papers.objections", until=paper.day(_objections_end(paper))),
        _contact(paper),
        paper.say("papers.announcement_end"),
        paper.issued(by),
        *paper.copies(),
        *paper.initials(),
    ]


def press(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return a press text with blanks where somebody is to be quoted.

    Raises:
        no_award_yet: there is none.
    """
    paper = Paper(edition, part, made_at)
    t, entries = paper.t, paper.context.entries
    benefits = entries.set_index("entry_id")["benefit"]
    first, won = [], []
    for scope, _, table in awards_given(paper.context):
        for row in table[table["rank"] == 1].to_dict("records"):
            won.append((row["award"], row["unit"]))
            said = t("papers.press_first", scope=scope, award=row["award"], title=row["title"], unit=row["unit"])
            first.append(f"{said} {benefits[row['entry_id']]}".rstrip())
    counts = {"n": len(entries), "units": entries["unit_id"].nunique(), "title": paper.contest}
    return [
        *paper.opening("press", circulation=_circulation(edition), notice=None),
        *paper.embargo(),
        Heading(_headline(paper, won)),
        paper.say("papers.press_lead", place=paper.office.place or paper.blank, **counts),
        Bullets(first),
        *([paper.say("papers.press_source")] if (benefits != "").any() else []),
        Callout(t("papers.press_quote"), "decision", t("papers.press_quote_title")),
        _contact(paper),
        paper.say("papers.press_rest"),
        *_winner_tables(paper, "award title unit", "papers.winners_caption"),
    ]


def _headline(paper: Paper, won: Sequence[tuple[str, str]]) -> str:
    """Return the press text's headline, which names up to two winners of one award."""
    awards, units = ({*each} for each in zip(*won, strict=True)) if won else (set(), set())
    if len(awards) != 1 or len(units) > _HEADLINE:
        return paper.t("papers.press_headline_many", title=paper.contest)
    named = list(dict.fromkeys(unit for _, unit in won))
    return paper.t("papers.press_headline", n=len(named), units=named, award=awards.pop(), title=paper.contest)


def _circulation(edition: Edition) -> str:
    """Return for whom an announcement is: nothing is public before it is decreed."""
    return "public" if edition.decisions.decree else "restricted"


def _objections_end(paper: Paper) -> date | None:
    """Return the last day for objections, counted from the last publication as the rules say."""
    published = paper.edition.history.events(["round_published"], paper.context.last)["time"]
    days = paper.rules.objection_days
    if days is None or published.empty:
        return None
    last: date = published.iloc[-1].tz_convert(WIB).date()
    return last + timedelta(days=days)


def _contact(paper: Paper) -> Block:
    return paper.say("papers.contact", contact=paper.office.contact or paper.blank)


# Open data: no judge, no entry and no single mark stands in them, and no distribution of fewer than five entries. Where
# a total is shown beside its parts, what the parts leave over is five or more as well: nothing follows by subtraction.

FEWEST = 5  # entries of which a distribution is shown
_SCOPES: tuple[Scope, ...] = ("overall", "group", "category")
_QUARTILES = {"quartile_1": 0.25, "median": 0.5, "quartile_3": 0.75}


def aggregates(edition: Edition) -> dict[Literal["entries", "units", "scores"], pd.DataFrame]:
    """Return the tables of open data about a published result: who took part and how scores spread.

    Returns:
        ``entries``: how many of each ``group``, ``category`` and ``unit_type``; ``units``: of each ``unit_type`` how
        many there are, how many took part and with how many entries; ``scores``: per ``round``, ``scope`` and
        ``scope_id`` the number of ``entries`` with a score and, where they are five or more, the quartiles.

    Raises:
        not_published: the last round's result is not published, or in plenary again.
        rules_changed: rules or registers differ from what was locked.
    """
    last = edition.rules.last_round
    if edition.states[last] != "published":
        raise Problem("not_published", round=edition.say(last))
    rules, types = edition.rules, edition.registers.units.set_index("unit_id")["unit_type"]
    entries = summaries.entries(edition)
    entries = entries.assign(unit_type=entries["unit_id"].map(types))
    counted = entries.groupby(["group", "category", "unit_type"]).size().rename("entries").reset_index()
    for column, kinds in (("category", rules.categories), ("group", rules.groups)):
        names = {kind.id: kind.name.say(edition.language) for kind in kinds}
        counted[f"{column}_name"] = counted[column].map(names)
        counted = counted.iloc[counted[column].map([*names].index).argsort(kind="stable")]
    units = pd.DataFrame(
        {
            "units": types.value_counts(),
            "taking_part": entries.drop_duplicates("unit_id")["unit_type"].value_counts(),
            "entries": entries["unit_type"].value_counts(),
        }
    )
    return {
        "entries": counted[["group", "group_name", "category", "category_name", "unit_type", "entries"]],
        "units": units.fillna(0).astype("int64").rename_axis("unit_type").reset_index(),
        "scores": _quartiles(edition),
    }


def _quartiles(edition: Edition) -> pd.DataFrame:
    ranking, names = edition.ranking_table(), scope_names(edition.rules, edition.texts)
    rows = []
    for round_ in edition.states:
        own = ranking[(ranking["round"] == round_) & ranking["scope"].isin(_SCOPES) & ranking["score"].notna()]
        lists = dict(iter(own.groupby(["scope", "scope_id"], sort=False)["score"]))
        shown = may_be_shown({pair: len(scores) for pair, scores in lists.items()})
        for pair, scores in lists.items():
            place = {"round": round_, "scope": pair[0], "scope_id": pair[1], "name": names[pair]}
            quartiles = {name: round(scores.astype(float).quantile(at), 2) for name, at in _QUARTILES.items()}
            rows.append({**place, "entries": len(scores), **(quartiles if pair in shown else {})})
    return pd.DataFrame(rows, columns=["round", "scope", "scope_id", "name", "entries", *_QUARTILES])


def may_be_shown(sizes: Mapping[tuple[str, str], int]) -> set[tuple[str, str]]:
    """Return the lists whose distribution may be shown: of five or more, and with no fewer left over beside them."""
    shown = {key for key, n in sizes.items() if n >= FEWEST}
    for scope in _SCOPES[1:]:
        parts = {key: n for key, n in sizes.items() if key[0] == scope}
        while 0 < sum(n for key, n in parts.items() if key not in shown) < FEWEST and shown.intersection(parts):
            shown.remove(min(shown.intersection(parts), key=lambda key: (parts[key], key)))
    return shown


def publish_data(edition: Edition, out: Path | None = None) -> list[Path]:
    """Write the aggregates as CSV in UTF-8 with a text that explains them, and return the paths.

    Args:
        edition: the edition.
        out: the folder; ``reports/<edition>/data-terbuka`` where none is given.

    Raises:
        not_published, rules_changed: see :func:`aggregates`.
        file_open_elsewhere: another program holds one of the files open.
    """
    t = edition.texts
    folder, mark = out or find_home() / "reports" / edition.name / "data-terbuka", marked(edition, edition.name)
    files = {
        folder / f"{t(f'archive.data_{name}')}-{mark}.csv": table.to_csv(index=False, lineterminator="\n")
        for name, table in aggregates(edition).items()
    }
    about = {"title": edition.rules.title.say(t.language), "organiser": edition.rules.organiser.say(t.language)}
    said = [t("document.simulated")] if edition.rules.simulated else []
    said.append(t("archive.data_readme", **about, fewest=FEWEST, fingerprint=edition.fingerprint))
    files[folder / f"{t('archive.data_about')}-{mark}.txt"] = "\n\n".join(said) + "\n"
    for path, content in files.items():
        write(path, content)
    return [*files]

"""The context that all parts of a report work with, and the questions that several of them ask.

:class:`Context` holds one edition in one language. What a part says is a function that takes it, such as
:func:`kit.report.annual.lead`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import kit
from kit.contest.plenary import Tie, deciding_ties
from kit.explain import basis, tie_rules, tie_words
from kit.registers import COLUMNS, text_of
from kit.render.blocks import Column, Document, Heading, Table, columns_of, sentence
from kit.report import summaries
from kit.report.lasting import readiness
from kit.scoring.ranking import FINAL, scope_names
from kit.tables import moment

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    import pandas as pd

    from kit.edition import Edition
    from kit.render.blocks import Run
    from kit.rules import Scope
    from kit.scoring.ranking import Result
    from kit.texts import Texts

    Label = str | tuple[str, str]  # of a column: a key of the catalogue, and the kind of its values


def report_masthead(edition: Edition, kind: Literal["report", "recap", "fairness"], made_at: str = "") -> Document:
    """Return the masthead of a report, recap or fairness analysis: what it is, for whom, and from which data.

    Args:
        edition: the edition.
        kind: which document, by its title and stem in the catalogue.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        unclear_moment: ``made_at`` is something else.
        StillOpen, NotOpenedYet, rules_changed: there is no result (see :attr:`Edition.result`).
    """
    t = edition.texts
    title = t(f"report.{kind}_title", title=edition.rules.title.say(t.language))
    stem = t(f"report.{kind}_stem", edition=edition.name)
    return document(edition, made_at, title=title, state=state_of(edition), stem=marked(edition, stem))


def contest_masthead(edition: Edition, title: str, stem: str, made_at: str = "", **about: Any) -> Document:  # noqa: ANN401
    """Return the masthead of a document about running a contest, which can be made before there is a result."""
    shown = edition.record.closed and not edition.unaccepted()
    state = state_of(edition) if shown else edition.texts("report.state_provisional")
    return document(edition, made_at, title=title, state=state, stem=marked(edition, stem), **about)


def marked(edition: Edition, stem: str) -> str:
    """Return the name of a file, without extension, that says if the edition is simulated."""
    return f"{stem}-SIMULASI" if edition.rules.simulated else stem


def state_of(edition: Edition) -> str:
    """Return what the result may be called, such as a simulation or decreed by a decision.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is none (see :attr:`Edition.result`).
    """
    decree = edition.decisions.decree
    values = {"number": decree.number, "date": decree.date} if decree else {}
    return edition.texts(f"report.state_{edition.state}", **values)


def document(edition: Edition, made_at: str, **about: Any) -> Document:  # noqa: ANN401  (the fields of a masthead)
    """Return a masthead with what all documents of an edition share, and ``about``: its other fields.

    It is restricted unless ``about`` says otherwise.

    Raises:
        unclear_moment: ``made_at`` is something else.
    """
    t, rules = edition.texts, edition.rules
    shared: dict[str, Any] = {
        "organiser": rules.organiser.say(t.language),
        "edition": edition.name,
        "language": t.language,
        "simulated": rules.simulated,
        "circulation": "restricted",
        "notice": rules.notice.say(t.language) if rules.notice else None,
        "made_at": moment_of(text_of(made_at)),
        "version": kit.__version__,
        "fingerprint": edition.fingerprint,
    }
    return Document(**shared | about)


def moment_of(made_at: str) -> datetime:
    """Return the time at which a document is made; now, where blank.

    Raises:
        unclear_moment: it is no time.
    """
    return moment(made_at).astimezone(UTC) if made_at else datetime.now(UTC).replace(microsecond=0)


def columns(t: Texts, shared: str = "", /, **own: Label) -> list[Column]:
    """Return a table's columns: those that many tables share, by their keys, and then its own.

    Args:
        t: the language.
        shared: keys for :func:`~kit.render.blocks.columns_of`.
        own: by column, the key of its label in the catalogue, with the kind of its values unless these are text:
            ``columns(t, "rank title", basis="report.column_basis", final=("report.column_final", "decimal"))``.
    """
    found = columns_of(t, shared)
    for key, about in own.items():
        label, kind = (about, "text") if isinstance(about, str) else about
        found.append(Column(key, t(label), kind))  # type: ignore[arg-type]  # one of the kinds of values
    return found


def share_of(t: Texts, counted: Iterable[int], total: Iterable[int]) -> list[str]:
    """Say for each row how many of how many judges count."""
    return [t("report.share_of", n=int(n), total=int(of)) for n, of in zip(counted, total, strict=True)]


def accepted_changes(edition: Edition) -> Iterator[Table]:
    """Yield a table of what was changed after scoring began, or nothing; every document of the edition shows it.

    A document of a past moment is made with today's rules and registers, so it names what was accepted since as well.
    """
    t = edition.texts
    files: dict[str, str] = {name: t(f"minutes.file_{name}") for name in COLUMNS}
    rows = [
        (change.time, change.reason, "; ".join(files.get(each, each) for each in change.changes))
        for change in (*edition.acceptances, *edition.accepted_later)
    ]
    if rows:
        named = columns(
            t, time=("report.column_time", "date"), reason="report.column_reason", changes="report.column_changes"
        )
        yield Table.of(rows, t, columns=named, caption=t("report.changes_caption"), row_header="time")


class Context:
    """One edition in the language of a document, with what several parts of the document need.

    What follows from marks is computed when it is first asked for, so the context can be made before there is a result.

    Args:
        edition: the edition, in the language of the document.
        made_at: ISO 8601 time with its zone; now, where blank.
        since: the first year that is compared; all earlier ones, where blank.
    """

    def __init__(self, edition: Edition, made_at: str = "", since: str = "") -> None:
        self.edition = edition
        self.made_at = text_of(made_at)
        self.since = text_of(since)
        self.t, self.rules = edition.texts, edition.rules
        self.names = scope_names(edition.rules, self.t)
        self.rounds = {r.id: r.name.say(self.t.language) for r in edition.rules.rounds}
        self.rounds[FINAL] = self.t("explain.final_title")
        for series in edition.rules.final.series:
            self.rounds[str(series.id)] = str(self.rules.list_name(str(series.id), self.t.language))
        self.last = self.rules.last_round

    def say(self, key: str, **values: object) -> tuple[Run, ...]:
        """Return a sentence of the catalogue's chapter ``report``."""
        return sentence(self.t, f"report.{key}", **values)

    def heading(self, key: str, level: Literal[2, 3] = 2) -> Heading:
        """Return a heading of the catalogue's chapter ``report``."""
        return Heading(self.t(f"report.{key}"), level)

    @cached_property
    def result(self) -> Result:
        """The result of all closed rounds.

        Raises:
            StillOpen, NotOpenedYet, rules_changed: there is none yet (see :attr:`Edition.result`).
        """
        return self.edition.result

    @cached_property
    def latest(self) -> str:
        """The latest ranking: ``final``, or the id of the last round that is closed."""
        ranked = self.result.ranking["round"]
        ranked = ranked[~ranked.isin([series.id for series in self.rules.final.series])]
        if len(ranked):
            return str(ranked.iloc[-1])
        closed = [name for name, state in self.edition.states.items() if state not in {"not_opened", "open"}]
        return closed[-1]  # every entry has left the contest

    @property
    def done(self) -> bool:
        """Whether there is a final ranking."""
        return self.latest == FINAL

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of each entry, by id."""
        return dict(self.edition.registers.entries[["entry_id", "title"]].itertuples(index=False, name=None))

    @cached_property
    def award_scopes(self) -> list[tuple[Scope, str]]:
        """The scopes whose final rankings earn awards; the scope of all entries where the rules give no awards."""
        kinds = [awards.scope for awards in self.rules.final.main_awards] or ["overall"]
        return [pair for kind in kinds for pair in scopes_of(self, FINAL, kind)]

    @cached_property
    def series_lists(self) -> list[tuple[str, Scope, str]]:
        """The lists of the series of awards that have their own: the series' id, and the scope."""
        return [
            (str(series.id), *pair)
            for series in self.rules.final.series
            for pair in scopes_of(self, str(series.id), series.scope)
        ]

    def list_name(self, series: str, scope: Scope, scope_id: str) -> str:
        """Return what a series of awards is called in one scope."""
        name = self.rounds[series]
        return name if scope == "overall" else f"{name} · {self.names[scope, scope_id]}"

    @cached_property
    def readiness(self) -> dict[str, int]:
        """How many entries have what lets them last (:func:`kit.report.lasting.readiness`)."""
        return readiness(self.edition)

    @cached_property
    def entries(self) -> pd.DataFrame:
        """The entries that count as taking part (:func:`summaries.entries`)."""
        return summaries.entries(self.edition)

    @cached_property
    def round_counts(self) -> list[summaries.RoundCounts]:
        """How the closed rounds went, and since when other rounds are open (:func:`summaries.rounds`)."""
        return summaries.rounds(self.edition)

    @cached_property
    def earlier(self) -> summaries.Earlier:
        """The editions of earlier years, from the year ``since``."""
        return summaries.earlier(self.edition, summaries.years_from(self.edition, self.since))

    @cached_property
    def ties(self) -> list[Tie]:
        """Every set of equal scores that decides who advances or who gets which award."""
        return deciding_ties(self.edition)


def ranked_by(context: Context, scope: str, round_: str = FINAL) -> str:
    """Return the sentence that says what ranks and awards of a kind of scope are based on."""
    return basis(context.rules, context.t, scope, round_)


def entry_named(context: Context, entry_id: str) -> str:
    """Return an entry's title and id in words."""
    return context.t("papers.declaration_entry", entry=entry_id, title=context.titles.get(entry_id, entry_id))


def left_contest(context: Context, *rounds: str, but: Container[str] = ()) -> list[str]:
    """Return a sentence for each entry that left the contest, or was absent in some rounds, with the reason.

    Args:
        context: of the document.
        rounds: whose absences count.
        but: kinds of decisions to leave out.
    """
    decisions = context.edition.decisions
    absent = decisions.absences[decisions.absences["round"].isin(rounds)]
    return [
        context.t(
            f"minutes.{event.kind}",
            entry=entry_named(context, str(event.entry_id)),
            round=context.rounds.get(str(event.round), ""),
            reason=event.text,
        )
        for event in [*decisions.excluded.itertuples(), *absent.itertuples()]
        if event.kind not in but
    ]


def withheld_awards(context: Context) -> list[dict[str, str]]:
    """Return the awards that the judges do not give, each with ``award``, ``scope`` (both as names) and ``reason``."""
    names = {
        str(given.scope): [name.say(context.t.language) for name in given.names]
        for given in context.rules.final.main_awards
    }
    held = context.edition.decisions.withheld[["scope", "scope_id", "place", "text"]]
    return [
        {"award": names[kind][place - 1], "scope": context.names[kind, name], "reason": reason}
        for kind, name, place, reason in held.itertuples(index=False, name=None)
    ]


def award_name(context: Context, award: object) -> str:
    """Return an award's name in the language of the document; the ranking has it in the language of the rules."""
    names = [name for awards in context.rules.final.awards for name in awards.names]
    names += [band.name for awards in context.rules.final.awards for band in awards.bands if band.name]
    shown = {name.say(context.rules.language): name.say(context.t.language) for name in names}
    return shown.get(str(award), "")


def scopes_of(context: Context, round_: str, kind: str) -> list[tuple[Scope, str]]:
    """Return the scopes of one kind that have entries in a round or in the final."""
    ranking = context.result.ranking
    own = ranking[(ranking["round"] == round_) & (ranking["scope"] == kind)]
    return [(kind, str(name)) for name in own["scope_id"].drop_duplicates()]  # type: ignore[misc]  # a scope


def contenders(context: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a final ranking that compete for awards: those in the last round, and other winners."""
    return table[(table["last_round"] == context.last) | table["award"].notna()].reset_index(drop=True)


def by_title(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the alphabetical order of their titles."""
    return table.sort_values("title", key=lambda titles: titles.str.casefold(), ignore_index=True)


def score_basis(context: Context, table: pd.DataFrame) -> list[str]:
    """Return where each row's score comes from, as names: a round, or the final."""
    whole = (table["round"] == FINAL) & (table["last_round"] == context.last)
    return [context.rounds[FINAL if final else name] for name, final in zip(table["last_round"], whole, strict=True)]


def tie_sentence(context: Context, tie: Tie) -> str:
    """Say which entries are equal, and which rule decided their order, if any did."""
    named = [f"{brief(context.titles[entry])} ({entry})" for entry in tie.rows["entry_id"]]
    where, score = score_basis(context, tie.rows)[0], tie.rows["score"].iloc[0]
    said = [context.t("report.tie", scope=context.names[tie.scope], round=where, entries=named, score=score)]
    if broken_by := " > ".join(filter(None, tie.rows["tie_broken_by"])):
        last = str(tie.rows["last_round"].iloc[0])
        said.append(context.t("report.tie_settled", rule=tie_rule_words(context, broken_by, tie.round, last)))
    if tie.left:
        kind = "waiting" if tie.waiting else "included" if tie.round != FINAL else "shared"
        said.append(context.t(f"report.tie_{kind}", n=len(tie.left), entries=[*tie.left]))
    return " ".join(said)


def tie_rule_words(context: Context, broken_by: str, round_: str, last_round: str) -> str:
    """Return the rules that decided a row's order, in words."""
    return tie_words(tie_rules(context.rules, round_, last_round), broken_by, context.rules, last_round, context.t)


def brief(title: str, most: int = 0) -> str:
    """Return the part of an innovation's title before the colon; at most so many letters of it, if that is given."""
    name = title.partition(":")[0].strip() or title
    return f"{name[: most - 1].rstrip()}…" if 0 < most < len(name) else name

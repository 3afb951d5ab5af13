"""What every part of a report stands on: the edition, its words, and the questions that several parts ask."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

import kit
from kit.errors import Problem
from kit.explain import basis, scope_names, tie_rules, tie_words
from kit.fields import text_of
from kit.ranking import FINAL
from kit.report import summaries
from kit.report.blocks import Column, Document, Heading, Table, sentence
from kit.report.lasting import readiness
from kit.rules import ByPeople

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from kit.edition import Edition
    from kit.report.blocks import Run
    from kit.rules import Scope


def masthead(edition: Edition, kind: Literal["report", "recap", "fairness"], made_at: str = "") -> Document:
    """What every document of an edition says of itself.

    Args:
        edition: the edition.
        kind: which document, by its title and stem in the catalogue.
        made_at: ISO 8601 time with its zone; now, where blank.

    Raises:
        made_at_unreadable: ``made_at`` is something else.
    """
    t = edition.texts
    stem = t(f"report.{kind}_stem", edition=edition.name)
    return document(
        edition,
        made_at,
        title=t(f"report.{kind}_title", title=edition.rules.title.say(t.language)),
        state=state_of(edition),
        circulation="restricted",
        stem=f"{stem}-SIMULASI" if edition.rules.simulated else stem,
    )


def state_of(edition: Edition) -> str:
    """What the result may be called.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is none (see :attr:`Edition.result`).
    """
    decree = edition.decisions.decree
    values = {"number": decree.number, "date": decree.date} if decree else {}
    return edition.texts(f"report.state_{edition.state}", **values)


def document(edition: Edition, made_at: str, **about: Any) -> Document:  # noqa: ANN401  (the fields of a masthead)
    """A masthead with all that is the same in every document of an edition, and what is not.

    Raises:
        made_at_unreadable: ``made_at`` is neither blank nor an ISO 8601 time with its zone.
    """
    t, rules = edition.texts, edition.rules
    same: dict[str, Any] = {
        "organiser": rules.organiser.say(t.language),
        "edition": edition.name,
        "language": t.language,
        "simulated": rules.simulated,
        "notice": rules.notice.say(t.language) if rules.notice else None,
        "made_at": moment_of(text_of(made_at)),
        "version": kit.__version__,
        "fingerprint": edition.fingerprint,
    }
    return Document(**same | about)


def moment_of(made_at: str) -> datetime:
    """Return the time at which a document is made: now, where blank.

    Raises:
        made_at_unreadable: it is no ISO 8601 time with its zone.
    """
    if not made_at:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(made_at)
    except ValueError:
        raise Problem("made_at_unreadable", value=made_at) from None
    if moment.tzinfo is None or not 1980 <= moment.year < 2200:  # what every format of document can carry
        raise Problem("made_at_unreadable", value=made_at)
    return moment.astimezone(UTC)


def accepted_changes(edition: Edition) -> Iterator[Table]:
    """A table of what was changed after scoring began, if anything was; every document of the edition shows it."""
    t = edition.texts
    if edition.acceptances:
        columns = [
            Column("time", t("report.column_time"), width=2),
            Column("reason", t("report.column_reason"), width=3),
            Column("changes", t("report.column_changes"), width=4),
        ]
        files = {name: t(f"minutes.file_{name}") for name in edition.registers.hashes()}
        changes = [
            (change.time, change.reason, "; ".join(files.get(each, each) for each in change.changes))
            for change in edition.acceptances
        ]
        rows = pd.DataFrame([(t.moment(time), *said) for time, *said in changes], columns=["time", "reason", "changes"])
        yield Table.of(rows, t, columns=columns, caption=t("report.changes_caption"), row_header="time")


class Tie(NamedTuple):
    """Entries with the same score, where the order decides who advances or who gets which award.

    Args:
        round: the round, or ``final``.
        scope: the scope's name.
        rows: the entries' rows of the ranking, best first.
        left: ids of those that are still equal after every rule.
        waiting: whether the rules leave that to the judges.
    """

    round: str
    scope: str
    rows: pd.DataFrame
    left: tuple[str, ...]
    waiting: bool


class Told:
    """One edition in one language, as far as it can be told before there is a result.

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
        self.last = self.rules.scored_rounds[-1].id

    def ranked_by(self, scope: str, round_: str = FINAL) -> str:
        """On what the ranks and awards of a kind of scope rest."""
        return basis(self.rules, self.t, scope, round_)

    def entry_named(self, entry_id: str) -> str:
        """An entry by its title and id."""
        titles = self.edition.registers.entries.set_index("entry_id")["title"]
        return self.t("papers.declaration_entry", entry=entry_id, title=titles.get(entry_id, entry_id))

    def left(self, *rounds: str, but: Container[str] = ()) -> list[str]:
        """Say which entries left the contest, or did not come to some rounds, and why.

        Args:
            rounds: whose absences are told.
            but: kinds of decisions that are not told.
        """
        decisions = self.edition.decisions
        absent = decisions.absences[decisions.absences["round"].isin(rounds)]
        return [
            self.t(f"minutes.{event.kind}", entry=self.entry_named(str(event.entry_id)), reason=event.text)
            for event in [*decisions.excluded.itertuples(), *absent.itertuples()]
            if event.kind not in but
        ]

    @property
    def withheld_awards(self) -> list[dict[str, str]]:
        """The awards that the judges do not give: the name of each, its scope's, and the reason."""
        names = {
            str(given.scope): [name.say(self.t.language) for name in given.names] for given in self.rules.final.awards
        }
        held = self.edition.decisions.withheld[["scope", "scope_id", "place", "text"]]
        return [
            {"award": names[kind][place - 1], "scope": self.names[kind, name], "reason": reason}
            for kind, name, place, reason in held.itertuples(index=False, name=None)
        ]

    def _say(self, key: str, **values: object) -> tuple[Run, ...]:
        return sentence(self.t, f"report.{key}", **values)

    def _heading(self, key: str, level: Literal[2, 3] = 2) -> Heading:
        return Heading(self.t(f"report.{key}"), level)


class Story(Told):
    """One edition with its result; see :class:`Told` for its arguments.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is nothing to tell yet (see :attr:`Edition.result`).
    """

    def __init__(self, edition: Edition, made_at: str = "", since: str = "") -> None:
        super().__init__(edition, made_at, since)
        self.result = edition.result
        # The latest ranking that there is: the final, or that of the last round that is closed.
        self.latest = str(self.result.ranking["round"].iloc[-1])
        self.done = self.latest == FINAL

    def _award(self, award: object) -> str:
        """An award's name in the language of the report; the ranking has it in the edition's own."""
        names = [name for awards in self.rules.final.awards for name in awards.names]
        shown = {name.say(self.rules.language): name.say(self.t.language) for name in names}
        return shown.get(str(award), "")

    def _scopes_of(self, round_: str, kind: str) -> list[tuple[Scope, str]]:
        """The scopes of one kind that have entries in a round or the final."""
        ranking = self.result.ranking
        own = ranking[(ranking["round"] == round_) & (ranking["scope"] == kind)]
        return [(kind, str(name)) for name in own["scope_id"].drop_duplicates()]  # type: ignore[misc]  # a scope

    @cached_property
    def award_scopes(self) -> list[tuple[Scope, str]]:
        """Whose final rankings the report is about: those that earn awards, or else the one of all entries."""
        kinds = [awards.scope for awards in self.rules.final.awards] or ["overall"]
        return [pair for kind in kinds for pair in self._scopes_of(FINAL, kind)]

    def _final(self, scope: Scope, scope_id: str) -> pd.DataFrame:
        return summaries.standings(self.edition, scope, scope_id)

    def _contenders(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a final ranking that compete for its awards: finalists, and whoever else won one."""
        return table[(table["last_round"] == self.last) | table["award"].notna()].reset_index(drop=True)

    def _basis(self, table: pd.DataFrame) -> list[str]:
        """Where each row's score comes from: a round, or all of them together."""
        whole = (table["round"] == FINAL) & (table["last_round"] == self.last)
        return [self.rounds[FINAL if final else name] for name, final in zip(table["last_round"], whole, strict=True)]

    @cached_property
    def readiness(self) -> dict[str, int]:
        """How many entries have what lets them last (:func:`kit.report.lasting.readiness`)."""
        return readiness(self.edition)

    @cached_property
    def entries(self) -> pd.DataFrame:
        """The entries that count as taking part (:func:`summaries.entries`)."""
        return summaries.entries(self.edition)

    @cached_property
    def went(self) -> list[summaries.Course]:
        """How the rounds went that are closed, and since when others are open."""
        return summaries.rounds(self.edition)

    @cached_property
    def earlier(self) -> summaries.Earlier:
        """The editions of earlier years, from the first that is asked for."""
        return summaries.earlier(self.edition, summaries.years_from(self.edition, self.since))

    @cached_property
    def ties(self) -> list[Tie]:
        """Every set of equal scores that decides who advances or who gets which award."""
        return [*self._ties_at_cuts(), *self._ties_for_awards()]

    def _ties_at_cuts(self) -> Iterator[Tie]:
        for round_, cuts in self.result.cuts.items():
            advance = self.rules.round(round_).advance
            assert advance is not None  # it made the cut
            for cut in cuts:
                table = self.result.of(round_, cut.scope, cut.scope_id)
                for rows in _equals(table) if cut.complete else ():
                    if rows.index[0] < advance.places <= rows.index[-1]:
                        left = tuple(entry for entry in cut.tied if entry in set(rows["entry_id"]))
                        yield Tie(round_, self.names[cut.scope, cut.scope_id], rows, left, advance.at_cut == "decide")

    def _ties_for_awards(self) -> Iterator[Tie]:
        for awards in self.rules.final.awards if self.done else ():
            for scope, scope_id in self._scopes_of(FINAL, awards.scope):
                table = self.result.of(FINAL, scope, scope_id)
                among = (table["last_round"] == self.last) | (awards.among == "all")
                for rows in _equals(table[among & (table["state"] != "provisional")]):
                    rules = tie_rules(self.rules, FINAL, str(rows["last_round"].iloc[0]))
                    ask = any(isinstance(tie, ByPeople) and tie.by == "judges_decide" for tie in rules)
                    if rows.index[0] < len(awards.names):
                        cut = awards.at_cut == "decide" and bool(rows["award"].isna().any())
                        left = tuple(rows.loc[rows["tied"].astype(bool), "entry_id"])
                        yield Tie(FINAL, self.names[scope, scope_id], rows, left, ask or cut)

    def _tie_sentence(self, tie: Tie) -> str:
        """Which entries are equal, and what told them apart, or that nothing did."""
        titles = self.edition.registers.entries.set_index("entry_id")["title"]
        named = [f"{brief(titles[entry])} ({entry})" for entry in tie.rows["entry_id"]]
        where, score = self._basis(tie.rows)[0], tie.rows["score"].iloc[0]
        said = [self.t("report.tie", scope=tie.scope, round=where, entries=named, score=score)]
        if broken_by := " > ".join(filter(None, tie.rows["tie_broken_by"])):
            last = str(tie.rows["last_round"].iloc[0])
            said.append(self.t("report.tie_settled", rule=self._rule(broken_by, tie.round, last)))
        if tie.left:
            kind = "waiting" if tie.waiting else "included" if tie.round != FINAL else "shared"
            said.append(self.t(f"report.tie_{kind}", n=len(tie.left), entries=[*tie.left]))
        return " ".join(said)

    def _rule(self, broken_by: str, round_: str, last_round: str) -> str:
        """Which rules told a row of the ranking apart."""
        return tie_words(tie_rules(self.rules, round_, last_round), broken_by, self.rules, last_round, self.t)


def _equals(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows of each score, of the final or of a round, that several ranked entries share."""
    for _, rows in table[table["rank"].notna()].groupby(["last_round", "score"], sort=False):
        if len(rows) > 1:
            yield rows


def brief(title: str) -> str:
    """An innovation's own name, where the title goes on to explain it after a colon."""
    return title.partition(":")[0].strip() or title

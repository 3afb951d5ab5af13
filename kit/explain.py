"""One entry's result as arithmetic that its unit can check with a pocket calculator.

Judges are letters, shuffled per document, and no other entry's marks are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kit.errors import Known
from kit.pseudonyms import letters
from kit.rule_words import about_said, bands_said, column, juries_said, number, ratio, step_said
from kit.rules import (
    Adjust,
    Ballots,
    ByColumn,
    ByCriteria,
    ByRound,
    Last,
    Mean,
    Median,
    Points,
    TrimmedMean,
    WeightedMean,
    ZScore,
    fits,
)
from kit.scoring.ranking import FINAL, reaches, scope_names
from kit.scoring.recount import (
    Panel,
    Standing,
    amount,
    combined,
    criterion_factors,
    points_of,
    recount,
    round_factors,
    rounded,
    summed,
)
from kit.scoring.ties import label
from kit.texts import within_sentence

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from decimal import Decimal
    from typing import Any

    from kit.edition import Edition
    from kit.rules import Advance, Awards, Criterion, Direction, Round, Rules, Scope, Step, TieRule
    from kit.scoring.recount import Recount, Standard, Sum, Term, Votes
    from kit.texts import Texts

    Row = Mapping[Hashable, Any]  # of the ranking

_JUDGES = 5  # fewer could be told apart by their marks, so an entry's unit sees means only


@dataclass(frozen=True)
class Section:
    """A part of an explanation: a heading, sentences and sums to follow, and perhaps a table before them.

    Args:
        title: the heading.
        lines: what to read, in order.
        table: text cells; the first column names the row.
        caption: of the table, in the catalogue.
    """

    title: str
    lines: tuple[str, ...]
    table: pd.DataFrame | None = None
    caption: str = "explain.marks_caption"


@dataclass(frozen=True)
class Explanation:
    """How one entry came to its score and rank.

    Args:
        title: which entry.
        subtitle: its title, unit, group and category.
        sections: one per round, and the final.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]

    def text(self) -> str:
        """The explanation for a terminal."""
        parts = [self.title, self.subtitle]
        for section in self.sections:
            parts += ["", section.title, "-" * len(section.title)]
            if section.table is not None:
                parts += [section.table.to_string(index=False), ""]
            parts += section.lines
        return "\n".join(parts)

    def _repr_markdown_(self) -> str:
        """The explanation as the last line of a notebook's cell."""
        parts = [f"## {_plain(self.title)}", _plain(self.subtitle)]
        for section in self.sections:
            parts.append(f"### {_plain(section.title)}")
            if section.table is not None:
                rows = [[*section.table.columns], ["---"] * section.table.shape[1], *section.table.to_numpy().tolist()]
                cells = [[text if text == "---" else _plain(str(text)) for text in row] for row in rows]
                parts.append("\n".join(f"| {' | '.join(row)} |" for row in cells))
            parts.append("\n".join(f"- {_plain(line)}" for line in section.lines))
        return "\n\n".join(parts)


def _plain(text: str) -> str:
    """A text in which Markdown finds no marks."""
    return re.sub(r"([\\`*_{}\[\]<>|#~$])", r"\\\1", text)


def explain(edition: Edition, entry_id: str, *, to_unit: bool = False) -> Explanation:
    """Explain one entry's result in the edition's language.

    Args:
        edition: the edition.
        entry_id: one of its entries.
        to_unit: it is for the entry's unit, which sees means where fewer than five judges scored, and of a judge who
            scored alone nothing.

    Raises:
        unknown_entry: no such entry is registered.
        StillOpen, NotOpenedYet, rules_changed: there is no result to explain (see :attr:`Edition.result`).
    """
    t, entries = edition.texts, edition.registers.entries.set_index("entry_id")
    entry = entries.loc[Known(entries.index, "unknown_entry")(entry_id)]
    about = _About(edition, entry_id, _rows(edition, entry_id), scope_names(edition.rules, t))
    subtitle = t(
        "explain.entry_line",
        title=entry["title"],
        unit=edition.registers.units.set_index("unit_id")["name"][entry["unit_id"]],
        group=about.scopes["group", str(entry["group"])],
        category=about.scopes["category", str(entry["category"])],
    )
    return Explanation(t("explain.title", entry=entry_id), subtitle, tuple(_sections(about, to_unit=to_unit)))


def recounted(
    edition: Edition, entry_id: str, round_: str, *, within: str = "", panel: Panel | None = None
) -> Recount | None:
    """Compute an entry's score in a round anew, by :func:`kit.scoring.recount.recount`; None where it has none.

    Args:
        edition: the edition.
        entry_id: an entry that took part in the round.
        round_: the round.
        within: the round, or ``final``, in whose deciding list judges' orders are turned into points; the round itself
            unless given.
        panel: the entry's panel, unless it is to be looked up.
    """
    rules, entries = edition.rules, [entry_id]
    if rules.round(round_).ballots:
        row = _deciding_row(rules, _rows(edition, entry_id), within or round_)
        entries = [*edition.result.of(round_, row["scope"], row["scope_id"])["entry_id"]]
    panels = _panels(edition, round_, entries) | ({entry_id: panel} if panel else {})
    return recount(rules.round(round_), rules.rounding, panels).get(entry_id)


def relisted(edition: Edition, entry_id: str, where: str) -> Recount | None:
    """Compute an entry's score in the list of a round, or of the final, anew; None where it has none.

    It is the score of :func:`recounted`, but of several rounds where these make the list, as they do in the final.
    """
    rules = edition.rules
    if where != FINAL and not _of_several(rules, where):
        return recounted(edition, entry_id, where)
    row, adjusting = _deciding_row(rules, _rows(edition, entry_id), where), rules.final.adjusting
    entries = [entry_id]
    if where == FINAL and any(step.by == "share" for step in adjusting):
        table = edition.result.of(FINAL, row["scope"], row["scope_id"])
        entries = [*table.loc[table["last_round"] == rules.last_round, "entry_id"]]
    names = round_factors(rules, "" if where == FINAL else where)
    scores: dict[str, dict[str, Decimal]] = {}
    for entry in entries:
        took_part = {own["round"] for own in _rows(edition, entry)}
        found = {name: recounted(edition, entry, name, within=where) for name in names if name in took_part}
        scores[entry] = {name: one.score for name, one in found.items() if one}
    panels = _panels(edition, rules.last_round, entries)
    return combined(rules, scores, panels, "" if where == FINAL else where).get(entry_id)


def _of_several(rules: Rules, round_: str) -> bool:
    """Whether the list of a round is made by the rounds up to it."""
    advance = rules.round(round_).advance
    return advance is not None and advance.score is not None


def deciding_scope(rules: Rules, round_: str) -> Scope:
    """Return the scope in which a round sends entries on, or else the one in which awards are given."""
    series = _series(rules, round_)
    if series:
        return series.scope
    advance = None if round_ == FINAL else rules.round(round_).advance
    given = [awards.scope for awards in rules.final.main_awards]
    return advance.scope if advance else given[0] if given else "group"


def basis(rules: Rules, t: Texts, scope: str = "", round_: str = FINAL) -> str:
    """Say on what the ranks of a list rest, and the awards that it carries.

    Args:
        rules: the contest.
        t: the language.
        scope: the kind of scope; blank where no awards are to be spoken of.
        round_: a round, or ``final``.
    """
    if series := _series(rules, round_):
        return _basis_of(series, rules, t)
    if round_ != FINAL:
        if _of_several(rules, round_):
            return t("explain.basis_list", parts=" + ".join(final_parts(rules, t, round_)))
        return t("explain.basis_round", round=rules.round(round_).name.say(t.language))
    *earlier, last = (each.name.say(t.language) for each in rules.scored_rounds)
    words = {"score": final_score(rules, t), "last": last}
    if not earlier:
        return t("explain.basis_alone", **words)
    key = "finalists" if len(earlier) == 1 else "finalists_of_several"
    said = [t(f"explain.basis_{key}", **words, earlier=earlier[0])]
    said += [t(f"explain.basis_among_{own.among}", **words) for own in rules.final.main_awards if own.scope == scope]
    return " ".join(said)


def _series(rules: Rules, round_: str) -> Awards | None:
    """Return the series of awards whose own list the ranking calls so."""
    return next((awards for awards in rules.final.series if awards.id == round_), None)


def _basis_of(series: Awards, rules: Rules, t: Texts) -> str:
    """Say on what the list of a series of awards rests."""
    rests = series.basis
    if rests is None:
        return basis(rules, t)
    if rests.value:
        return t("explain.basis_value", value=rests.value)
    round_ = rules.round(str(rests.round))
    names = {part.id: part.name.say(t.language) for part in round_.parts}
    key = "criterion" if rests.criterion else "round"
    return t(f"explain.basis_{key}", round=round_.name.say(t.language), criterion=names.get(str(rests.criterion), ""))


def final_score(rules: Rules, t: Texts) -> str:
    """Say what the final score is made of: ``the final score (60% Proposal + 40% Presentation)``."""
    if [*round_factors(rules).values()] == [1]:
        return t("explain.score_of_one", round=rules.round(*round_factors(rules)).name.say(t.language))
    return t("explain.score_of_several", parts=" + ".join(final_parts(rules, t)))


def final_parts(rules: Rules, t: Texts, round_: str = "") -> list[str]:
    """Say what each round adds to the final score: ``60% Proposal``, or its factor where that is no percentage.

    With ``round_``, what each adds to the score of that round's list.
    """
    factors = round_factors(rules, round_)
    names = {name: within_sentence(rules.round(name).name.say(t.language)) for name in factors}
    if best := _best(rules, round_):
        return [t("explain.score_of_best", n=best, rounds=[*names.values()])]
    return [_part(weight, names[name], t) for name, weight in factors.items()]


def _best(rules: Rules, round_: str = "") -> int | None:
    """Return how many of the best rounds count, in the final or in a round's list."""
    advance = rules.round(round_).advance if round_ else None
    step = advance.score if advance else rules.final.score[0]
    return step.best if isinstance(step, Mean) else None


def _part(weight: Fraction, round_: str, t: Texts) -> str:
    percentage = weight < 1 and 10**6 % weight.denominator == 0
    return f"{ratio(weight * 100, t)}% {round_}" if percentage else f"{ratio(weight, t)} × {round_}"


def tie_rules(rules: Rules, round_: str, last_round: str) -> tuple[TieRule, ...]:
    """Return the tie rules by which a row of the ranking found its place, from its ``round`` and ``last_round``."""
    if series := _series(rules, round_):
        if series.basis:
            whole = series.basis.round and not series.basis.criterion
            return rules.round(str(series.basis.round)).ties if whole else ()
        round_ = FINAL
    final = round_ == FINAL and last_round == rules.last_round
    return rules.final_ties if final else rules.round(last_round).ties


def tie_words(ties: Sequence[TieRule], broken_by: str, rules: Rules, round_: str, t: Texts) -> str:
    """Say which rules told an entry apart, from the ranking's ``tie_broken_by``.

    Args:
        ties: the tie rules of that round or the final.
        broken_by: as in the ranking, such as ``K2 > K4``.
        rules: the contest.
        round_: the round whose criteria a rule means that names none.
        t: the language.
    """
    words = []
    for tie in ties:
        if label(tie) not in broken_by.split(" > "):
            continue
        match tie:
            case ByCriteria(of=ids, round=where):
                names = {c.id: c.name.say(t.language) for c in rules.round(where or round_).parts}
                shown = [_quoted(names.get(name, name)) for name in ids]
                words.append(t("explain.rule_criteria", n=len(ids), names=shown))
            case ByRound(of=where):
                words.append(t("explain.rule_round", round=rules.round(where).name.say(t.language)))
            case ByColumn(of=name, first=first):
                words.append(t(f"explain.rule_column_{first}", column=column(name, t)))
            case _:
                words.append(t(f"explain.rule_{tie.by}"))
    return t.enumeration(words)


def _quoted(name: str) -> str:
    """Return a name in quotation marks where a sentence would be read wrongly without them."""
    return f"“{name}”" if re.search("[:;,]", name) else name


# What an explanation is made from


class _About(NamedTuple):
    """One entry: its rows of the ranking, and the names of all scopes."""

    edition: Edition
    entry: str
    rows: Sequence[Row]
    scopes: Mapping[tuple[str, str], str]


class _Judged(NamedTuple):
    """What an entry got in one round.

    Args:
        round: the round.
        rules: the contest.
        panel: its judges, by letter.
        judges: what each is called.
        found: the score and how it came about, if there is one.
        sources: of the entry's values, by their id, where they come from.
        t: the language.
    """

    round: Round
    rules: Rules
    panel: Panel
    judges: Mapping[str, str]
    found: Recount | None
    sources: Mapping[str, Sequence[str]]
    t: Texts

    @property
    def shown(self) -> list[Criterion]:
        """What a table of the entry's marks has rows for."""
        return self.panel.parts(self.round)


def _rows(edition: Edition, entry_id: str) -> Sequence[Row]:
    ranking = edition.result.ranking
    return ranking[ranking["entry_id"] == entry_id].to_dict("records")


def _deciding_row(rules: Rules, rows: Sequence[Row], round_: str) -> Row:
    """An entry's row in the list that decides."""
    where = round_, deciding_scope(rules, round_)
    return next(row for row in rows if (row["round"], row["scope"]) == where)


def _panels(edition: Edition, round_: str, entries: Sequence[str]) -> dict[str, Panel]:
    """The panels of some entries, from the marks and registers that the ranking is computed from."""
    record, facts = edition.record, edition.record.facts
    marks, asked, recusals = record.marks, record.panel, record.recused(round_)
    sheets: dict[str, dict[str, dict[str, Fraction]]] = {entry: {} for entry in entries}
    own = marks[(marks["round"] == round_) & marks["entry_id"].isin(entries) & (marks["value"] != "")]
    for judge, entry, *mark in own[["judge_id", "entry_id", "criterion", "value"]].itertuples(index=False, name=None):
        sheets[entry].setdefault(judge, {})[mark[0]] = Fraction(mark[1])
    silent = edition.rules.round(round_).uncounted
    counting = asked[(asked["round"] == round_) & asked["entry_id"].isin(entries) & ~asked["judge_id"].isin(silent)]
    recused = set(recusals[["judge_id", "entry_id"]].itertuples(index=False, name=None))
    judges: dict[str, list[str]] = {entry: [] for entry in entries}
    for judge, entry in sorted(counting[["judge_id", "entry_id"]].itertuples(index=False, name=None)):
        judges[entry].append(judge)
    named = edition.rules.named_values
    return {
        entry: Panel(
            judges[entry],
            [judge for judge in judges[entry] if (judge, entry) not in recused],
            sheets[entry],
            facts.about.get(entry, {}),
            {name: facts.values[entry, name] for name in named if (entry, name) in facts.values},
        )
        for entry in entries
    }


def _sources(edition: Edition, entry: str) -> dict[str, list[str]]:
    """Say where an entry's values come from, as the register has it."""
    t, table = edition.texts, edition.record.values
    own = table[table["entry_id"] == entry].reindex(columns=["value_id", "source", "note"], fill_value="")
    return {
        str(row["value_id"]): [t(f"explain.value_{key}", **{key: row[key]}) for key in ("source", "note") if row[key]]
        for row in own.to_dict("records")
    }


def _sections(about: _About, *, to_unit: bool) -> Iterator[Section]:
    """The rounds and the final, or why the entry was not judged."""
    edition, entry, rows, _ = about
    t, rules, rounds = edition.texts, edition.rules, {row["round"] for row in rows}
    ended = [*_ended(about)]
    if ended and not rows:
        admission = t("explain.not_admitted") in ended
        yield Section(t("explain.admission" if admission else "explain.participation"), tuple(ended))
        return
    panels = {name: _panels(edition, name, [entry])[entry] for name in edition.result.scores if name in rounds}
    present = {name: panel.present(rules.round(name)) for name, panel in panels.items()}
    judges = letters(edition, f"explanation/{entry}", {judge for own in present.values() for judge in own})
    names = {judge: t("explain.judge", letter=letter) for judge, letter in judges.items()}
    said, hidden = [t("explain.letters")] if len(judges) > 1 else [], False
    sources = _sources(edition, entry)
    for name in edition.result.scores:
        round_ = rules.round(name)
        if name not in panels:
            shown = round_.name.say(t.language)
            yield Section(t("explain.marks_of", round=shown), (t("explain.not_taking_part", round=shown),))
            continue
        panel = panels[name]._replace(judges=[judge for judge in judges if judge in present[name]])
        found = recounted(edition, entry, name, panel=panel)
        section = _round_section(about, _Judged(round_, rules, panel, names, found, sources, t), said, to_unit=to_unit)
        hidden |= section.lines == (t("explain.one_judge"),)
        said = [] if {*said} <= {*section.lines} else said
        yield section
    if FINAL in rounds:
        rests = basis(rules, t, deciding_scope(rules, FINAL))
        final = [] if hidden else [*_final_sum(about, sources)]
        yield Section(t("explain.final_title"), (*final, rests, *_standing(about, FINAL), *_awarded(about, FINAL)))
    for awards in rules.final.series:
        if awards.id and awards.id in rounds:
            lines = [basis(rules, t, awards.scope, awards.id), *_standing(about, awards.id, scores=not hidden)]
            yield Section(_called(awards, t), (*lines, *_awarded(about, awards.id)))
    if ended:
        yield Section(t("explain.participation"), tuple(ended))


def _round_section(about: _About, judged: _Judged, said: Sequence[str], *, to_unit: bool) -> Section:
    """What an entry got in one round, after what is said of letters; to its unit no more than it may see."""
    round_, panel, found, t = judged.round, judged.panel, judged.found, judged.t
    title = t("explain.marks_of", round=round_.name.say(t.language))
    alone = to_unit and len(panel.judges) < _JUDGES and round_.kind != "values"
    if alone and len(panel.judges) < 2:
        return Section(title, (t("explain.one_judge"),))
    place = [*_list_sum(about, round_.id), *_standing(about, round_.id), *_cut(about, round_.id)]
    if not alone:
        lines = [*said, *_given(judged), *_lines(judged, to_unit=to_unit), *_not_counting(judged), *place]
        caption = "explain.places_caption" if round_.kind == "ranks" else "explain.marks_caption"
        return Section(title, tuple(lines), _table(judged, _marks(judged)), caption)
    if not found:
        return Section(title, (*_given(judged), *_lines(judged, to_unit=to_unit), *place))
    means = {t("explain.mean"): [number(mean, t) for mean in _means(judged).values()]}
    lines = [*_given(judged), *_means_lines(judged, found), *place]
    return Section(title, tuple(lines), _table(judged, means), "explain.means_caption")


def _called(awards: Awards, t: Texts) -> str:
    """What a series of awards is called."""
    scope = t(f"papers.scope_{awards.scope}")
    return awards.name.say(t.language) if awards.name else t("explain.series", scope=scope)


def _ended(about: _About) -> Iterator[str]:
    """What ended the entry's part in the contest, and why."""
    t, decisions = about.edition.texts, about.edition.decisions
    names = {round_.id: round_.name.say(t.language) for round_ in about.edition.rules.rounds}
    for event in pd.concat([decisions.excluded, decisions.absences]).to_dict("records"):
        if event["entry_id"] == about.entry:
            kind = "not_admitted" if event["kind"] == "admission" else event["kind"]
            yield t(f"explain.{kind}", round=names.get(event["round"], ""), other=event["value"])
            if event["text"]:
                yield t("explain.reason", reason=event["text"])


# The marks and the arithmetic of one round


def _table(judged: _Judged, values: Mapping[str, Sequence[str]]) -> pd.DataFrame | None:
    """A row per criterion: its weight and factor, where it has any, and some columns of values; if any is for it."""
    t, round_ = judged.t, judged.round
    if not (shown := judged.shown):
        return None
    names = [f"{c.id} {c.name.say(t.language)}" if round_.criteria else c.name.say(t.language) for c in shown]
    columns = {t("explain.criterion"): names}
    for step in round_.score:
        if isinstance(step, WeightedMean) and step.over == "criteria":
            factors = criterion_factors(step, round_, [part.id for part in shown])
            columns[t("explain.weight")] = [t.decimal(c.weight) for c in shown]
            columns[t("explain.factor")] = [ratio(factor, t) for factor in factors.values()]
    return pd.DataFrame({**columns, **values})


def _marks(judged: _Judged) -> dict[str, list[str]]:
    """The marks as they were given, by judge, and what the register of values is worth."""
    t, panel, round_ = judged.t, judged.panel, judged.round
    sheets = {judged.judges[judge]: panel.given(round_, judge) for judge in panel.judges}
    columns = {
        name: [number(marks[c.id], t) if c.id in marks else "–" for c in judged.shown] for name, marks in sheets.items()
    }
    if any(part.value for part in judged.shown):
        worths = panel.worths(round_)
        own = [worths.get(part.id) for part in judged.shown]
        columns[t("explain.register_value")] = ["–" if worth is None else number(worth, t) for worth in own]
    return columns


def _means(judged: _Judged) -> dict[str, Fraction]:
    """The mean of what counts for each criterion, over the judges."""
    rows, worths = judged.panel.rows(judged.round), judged.panel.worths(judged.round)
    found: dict[str, Fraction] = {}
    for part in judged.shown:
        marks = [row[part.id] for row in rows.values() if part.id in row] or [worths.get(part.id) or Fraction(0)]
        found[part.id] = sum(marks, Fraction(0)) / len(marks)
    return found


def _given(judged: _Judged) -> Iterator[str]:
    """Which criteria concern the entry, and where the values come from that no judge gave."""
    round_, panel, t = judged.round, judged.panel, judged.t
    if round_.kind == "ranks":
        yield t("explain.ballots_said")
    if not judged.shown:
        yield t("explain.no_criteria")
    elif len(judged.shown) < len(round_.parts):
        yield t("explain.criteria_asked", names=[part.name.say(t.language) for part in judged.shown])
    required = panel.required(round_)
    for part in judged.shown:
        name = part.name.say(t.language)
        asked = [judge for judge in required if part.id in panel.cells(round_, judge)]
        if part.value:
            yield " ".join(_value_said(judged, name, part))
        elif part.panel is not None and len(asked) < len(required):
            yield t("explain.criterion_judges", criterion=name, n=len(asked), total=len(required))


def _value_said(judged: _Judged, name: str, of: Criterion | Adjust) -> Iterator[str]:
    """Where a value stands, and what it is worth."""
    t, value = judged.t, judged.panel.values.get(of.value or "")
    if value is None:
        yield t("explain.value_lacking", criterion=name, name=of.value)
        return
    yield t("explain.value_given", criterion=name, value=value, name=of.value)
    yield from judged.sources.get(of.value or "", ())
    if of.bands:
        worth = amount(of, judged.panel) if isinstance(of, Adjust) else judged.panel.worths(judged.round)[of.id]
        yield t("explain.value_worth", bands=bands_said(of.bands, t), worth=number(worth or Fraction(0), t))


def _lines(judged: _Judged, *, to_unit: bool) -> Iterator[str]:
    """The arithmetic, step by step, or why there is none."""
    round_, panel, found, t = judged.round, judged.panel, judged.found, judged.t
    counted, required = len(panel.counted(round_)), len(panel.required(round_))
    if recused := required - len(panel.judges):
        yield t("explain.recused", n=recused)
    lacking = sum(len(panel.cells(round_, judge)) - len(panel.given(round_, judge)) for judge in panel.judges)
    lacking += sum(
        value is None or part.value not in panel.values for part in judged.shown if part.value for value in [part.value]
    )
    if lacking and round_.missing != "no_score":
        ballots = round_.kind == "ranks" and round_.missing == "zero"
        yield t("explain.unranked" if ballots else f"explain.missing_{round_.missing}", n=lacking)
    if found:
        if recused:
            mean = any(step.over == "judges" and step.by in {"mean", "weighted_mean"} for step in round_.score)
            yield t("explain.mean_out_of" if mean else "explain.out_of", counted=counted, required=required)
        yield from _steps(judged, found, to_unit=to_unit)
    elif round_.kind == "values" or not judged.shown:
        return
    elif missing := len(panel.judges) - counted:
        yield t("explain.missing", n=missing)
    elif counted < (needed := round_.fewest_judges):
        yield t("explain.too_few", counted=counted, needed=needed)
    elif round_.whole_panel and recused:
        yield t("explain.ballots_incomplete")
    else:
        yield t("explain.part_without_judge")


def _means_lines(judged: _Judged, found: Recount) -> Iterator[str]:
    """Say that single marks are not shown, and how the score follows from the means, where it does."""
    t, round_ = judged.t, judged.round
    n, adjusting = len(round_.reducing), round_.adjusting
    yield t("explain.few_judges", n=len(judged.panel.judges))
    match round_.reducing:
        case (
            WeightedMean(over="criteria", round=None, round_terms=None) as step,
            Mean(by="mean", best=None, round_terms=None),
        ) if not round_.juries and round_.missing != "left_out":
            sum_ = summed(step, _means(judged), round_, judged.rules.rounding)
            assert sum_ is not None  # there is a score
            yield _equation(step, sum_, found.steps[1][""].rounded, t)
        case _:
            reached = found.steps[n - 1].get("") if adjusting else None
            yield t("explain.not_of_means", score=number(reached.result, t) if reached else found.score)
    yield from _all_adjusted(judged, adjusting, found.steps[n:])


def _not_counting(judged: _Judged) -> Iterator[str]:
    if n := len(judged.panel.marks.keys() & {*judged.round.uncounted}):
        yield judged.t("explain.not_counting", n=n)


def _steps(judged: _Judged, found: Recount, *, to_unit: bool) -> Iterator[str]:
    t, round_ = judged.t, judged.round
    for n, (step, sums) in enumerate(zip(round_.score, found.steps, strict=True), 1):
        what = step_said(step, judged.rules, t, round_.direction)
        if step.over == "judges" and round_.juries:
            what = f"{what} {juries_said(round_, t)}"
        yield t("explain.step", n=n, what=what)
        if isinstance(step, Adjust):
            yield from _adjusted(judged, step, sums)
            continue
        if step.over == "judges":
            yield from _turned(judged, step, found, to_unit=to_unit)
        if isinstance(step, Ballots) and found.votes:
            yield from _votes(found.votes, t, to_unit=to_unit)
        for name, sum_ in sums.items():
            shown = judged.judges.get(name) if step.over == "criteria" else name if len(sums) > 1 else ""
            yield from _sum_said(judged, step, sum_, f"{shown}: " if shown else "")


def _sum_said(judged: _Judged, step: Step, sum_: Sum, start: str) -> Iterator[str]:
    """A sum as an equation, after those of its juries and the limits of a clipped mean."""
    t = judged.t
    for jury in judged.round.juries if sum_.juries else ():
        yield from _sum_said(judged, step, sum_.juries[jury.id], f"{start}{jury.name.say(t.language)}: ")
    if sum_.limits:
        mean, low, high = (number(value, t) for value in sum_.limits)
        mean = _equals(_divided([number(term.value, t) for term in sum_.terms], len(sum_.terms)), mean)
        yield start + t("explain.limits", mean=mean, low=low, high=high)
    yield start + _equation(step, sum_, sum_.rounded, t)


def _all_adjusted(judged: _Judged, steps: Sequence[Adjust], sums: Sequence[Mapping[str, Sum]]) -> Iterator[str]:
    for step, own in zip(steps, sums, strict=True):
        yield step_said(step, judged.rules, judged.t)
        yield from _adjusted(judged, step, own)


def _adjusted(judged: _Judged, step: Adjust, sums: Mapping[str, Sum]) -> Iterator[str]:
    """Whether an adjustment concerns the entry, why, and what comes of it."""
    t, panel, [sum_] = judged.t, judged.panel, sums.values()
    by = amount(step, panel) if fits(step.where, panel.about) else None
    if not fits(step.where, panel.about):
        yield t("explain.not_adjusted")
    elif by is None:
        yield t("explain.nothing_added", value=step.value)
    if by is None:
        if sum_.rounded is not None:
            yield number(sum_.exact, t) + _rounded(sum_.rounded, t)
        return
    if step.where:
        yield t("explain.adjusted_because", where=about_said(step.where, panel.about, judged.rules, t))
    if step.value:
        name = step.name.say(t.language) if step.name else t("explain.adjustment")
        yield " ".join(_value_said(judged, name, step))
    left = " + ".join(number(term.worth, t) for term in sum_.terms)
    if step.by != "add":
        [term] = sum_.terms
        factor = term.factor or Fraction(0)
        left = f"{ratio(factor, t)} × {number(term.value, t)}"
        if step.by == "share" and factor:
            best = Fraction(step.points or 0) / factor
            left = f"{number(term.value, t)} ÷ {number(best, t)} × {number(Fraction(step.points or 0), t)}"
    yield _equals(left, number(sum_.exact, t)) + _rounded(sum_.rounded, t)


# Orders of judges, standardised marks, votes


def _turned(judged: _Judged, step: Step, found: Recount, *, to_unit: bool) -> Iterator[str]:
    """What each judge's value was turned into before judges were summed up."""
    t, ranks = judged.t, judged.round.kind == "ranks"
    for name, own in found.turned.items():
        order = [judge for judge in judged.panel.judges if judge in own] or [*own]
        for judge, one in ((judge, own[judge]) for judge in order):
            start = f"{name}, " if len(found.turned) > 1 else ""
            start += f"{judged.judges[judge]}: " if judge in judged.judges else ""
            if isinstance(one, Standing):
                yield start + _standing_of(step, one, t, ranks=ranks)
            elif not to_unit or one.size >= _JUDGES:  # of few marks the mean tells the others
                yield start + _standardised(one, t)


def _standing_of(step: Step, one: Standing, t: Texts, *, ranks: bool) -> str:
    """A judge's place for the entry, and the points of it."""
    if one.value is None:
        said = t("explain.place_none")
    else:
        key = "place_one" if one.first == one.last else "place_shared"
        said = t(f"explain.{key}", first=one.first, last=one.last, n=one.size)
        if not ranks:
            said = t("explain.of_mark", value=number(one.value, t), place=said)
    if not isinstance(step, Points):
        return said
    if one.value is None or one.first == one.last:
        return f"{said} → {ratio(one.worth, t)}"
    places = range(one.first, one.last + 1)
    points = [ratio(points_of(step, place, one.size), t) for place in places]
    return f"{said} → {_divided(points, len(points))} = {ratio(one.worth, t)}"


def _standardised(one: Standard, t: Texts) -> str:
    words: dict[str, object] = {"value": number(one.value, t), "n": one.size, "mean": number(one.mean, t)}
    if not one.variance:
        return t("explain.standardised_equal", **words)
    deviation = _root(one.variance, t)
    return t("explain.standardised", **words, deviation=deviation, worth=number(one.worth, t))


def _root(square: Fraction, t: Texts) -> str:
    """Write the root of a number in full where it ends within four decimals, else these and an ellipsis."""
    root = Fraction(isqrt(int(square * 10**8)), 10**4)
    return number(root, t) if root * root == square else f"{number(root, t)}…"


def _votes(votes: Votes, t: Texts, *, to_unit: bool) -> Iterator[str]:
    """How the ballots were counted; an entry's unit does not read how each of the others did."""
    if votes.columns:
        needed = votes.judges // 2 + 1
        yield t("explain.majority_needed", total=votes.judges, n=needed)
        counts = [
            t("explain.majority_count", place=place, n=n, total=number(total, t))
            for place, (n, total) in enumerate(votes.columns, 1)
        ]
        yield t("explain.majority_counts", counts="; ".join(counts))
        yield t("explain.majority_reached", place=next(n for n, own in enumerate(votes.columns, 1) if own[0] >= needed))
    if votes.duels:
        yield from _duels(votes, t, to_unit=to_unit)
    for n, (firsts, fewest, out) in enumerate(votes.rounds, 1):
        last = n == len(votes.rounds)
        key = "round" if not last else "last" if votes.last else "out"
        yield t(f"explain.runoff_{key}", round=n, firsts=ratio(firsts, t), fewest=ratio(fewest, t), n=out)
    yield t("explain.votes_score", n=votes.score)


def _duels(votes: Votes, t: Texts, *, to_unit: bool) -> Iterator[str]:
    """The entry against each other one, directly and by the strongest chain where that comes to something else."""
    results = {other: _result(own, against) for other, (own, against) in votes.duels.items()}
    if to_unit:
        counts = {f"duels_{key}": [*results.values()].count(key) for key in ("won", "lost", "even")}
        yield t("explain.duels_counted", won=counts["duels_won"], lost=counts["duels_lost"], even=counts["duels_even"])
        return
    said = [
        t(f"explain.duel_{result}", entry=other, own=votes.duels[other][0], other=votes.duels[other][1])
        for other, result in results.items()
    ]
    yield t("explain.duels", duels="; ".join(said))
    for other, (own, back) in votes.paths.items():
        if (result := _result(own, back)) != results[other]:
            yield t(f"explain.path_{result}", entry=other, own=own, other=back)


def _result(own: int, other: int) -> str:
    return "won" if own > other else "lost" if own < other else "even"


# The place


def _standing(about: _About, round_: str, *, scores: bool = True) -> Iterator[str]:
    """The entry's place in each list, what told it apart from others, and its award."""
    edition, t = about.edition, about.edition.texts
    series = _series(edition.rules, round_)
    if direction_of(edition.rules, round_) == "low":
        yield t("explain.low_first")
    own = _deciding_row(edition.rules, about.rows, round_)
    for row in about.rows:
        if row["round"] != round_:
            continue
        scope = row["scope"], row["scope_id"]
        words = {"scope": about.scopes[scope], "round": edition.rules.round(row["last_round"]).name.say(t.language)}
        size = len(edition.result.of(round_, *scope))
        if row["score"] is None:
            yield t("explain.no_rank", **words)
            continue
        if size == 1:
            yield t("explain.alone", **words)
        else:
            key = "explain.rank_provisional" if row["state"] == "provisional" else "explain.rank"
            said = [t(key, rank=int(row["rank"]), n=size, **words)]
            if row["score"] != own["score"] or (series and series.basis and scores):
                said.append(t("explain.score_here", score=row["score"]))
            yield " ".join(said)
        if row["scope"] == own["scope"]:
            yield from _tie(row, edition.rules, t)
        if row["award"]:
            yield t("explain.award", award=row["award"])


def _tie(row: Row, rules: Rules, t: Texts) -> Iterator[str]:
    if row["tie_broken_by"]:
        ties = tie_rules(rules, row["round"], row["last_round"])
        rule = tie_words(ties, row["tie_broken_by"], rules, row["last_round"], t)
        yield t("explain.tie", score=row["score"], rule=rule)
    if row["tied"]:
        yield t("explain.tied", score=row["score"])


def direction_of(rules: Rules, where: str) -> Direction:
    """Return which scores of a list stand first: those of a round, of the final, or of a series of awards."""
    series = _series(rules, where)
    if series and series.basis:
        return rules.round(series.basis.round).direction if series.basis.round else "high"
    return rules.direction if where == FINAL or series else rules.round(where).direction


def _better_of_unit(about: _About, row: Row, rule: Advance | Awards) -> bool:
    """Whether as many entries of the same unit as may be chosen stand strictly before an entry."""
    if rule.per_unit is None or row["score"] is None:
        return False
    edition, facts = about.edition, about.edition.record.facts
    unit = facts.about[about.entry].get("unit_id")
    table = edition.result.of(row["round"], row["scope"], row["scope_id"])
    before = table[(table["rank"] < row["rank"]).fillna(value=False)]
    direction, own = direction_of(edition.rules, row["round"]), 0
    for entry, score in before[["entry_id", "score"]].itertuples(index=False, name=None):
        reached = rule.at_least is None or (score is not None and reaches(score, rule.at_least, direction))
        own += reached and facts.about[entry].get("unit_id") == unit
    return own >= rule.per_unit


def _cut(about: _About, round_: str) -> Iterator[str]:
    """Whether the entry goes on to the next round."""
    edition, t = about.edition, about.edition.texts
    advance, row = edition.rules.round(round_).advance, _deciding_row(edition.rules, about.rows, round_)
    scope = row["scope"], row["scope_id"]
    cut = edition.result.cut(round_, *scope)
    if advance is None or cut is None:
        return
    if not cut.complete:
        yield t("explain.cut_incomplete", scope=about.scopes[scope])
        return
    yield from _cut_rules(about, advance, row)
    if about.entry in cut.through:
        yield t("explain.advanced", places=advance.places) if advance.places else t("explain.goes_on")
    elif about.entry in cut.tied:
        yield t("explain.cut_undecided", places=advance.places)
    else:
        yield t("explain.not_advanced", places=advance.places) if advance.places else t("explain.goes_not_on")
        scores = edition.result.of(round_, *scope).set_index("entry_id")["score"]
        if advance.within is None and advance.per_unit is None:
            yield from (t("explain.lowest", score=scores[last]) for last in cut.through[-1:])


def _cut_rules(about: _About, advance: Advance, row: Row) -> Iterator[str]:
    """What else than its place decides whether the entry goes on."""
    t, rules = about.edition.texts, about.edition.rules
    if advance.at_least is not None:
        reached = reaches(row["score"], advance.at_least, direction_of(rules, row["round"]))
        yield t(f"explain.cut_{'reached' if reached else 'not_reached'}", score=advance.at_least)
    if _better_of_unit(about, row, advance):
        yield t("explain.cut_per_unit", n=advance.per_unit)
    if advance.within:
        own = about.edition.record.facts.about[about.entry]
        if own.get(advance.within, "").strip():
            yield t("explain.cut_within", where=about_said({advance.within: ()}, own, rules, t))
        if advance.plus_best:
            yield t("explain.cut_plus_best", n=advance.plus_best)


def _awarded(about: _About, where: str) -> Iterator[str]:
    """What else than its place decides whether the entry gets an award."""
    t, rules = about.edition.texts, about.edition.rules
    for n, awards in enumerate(rules.final.awards):
        listed = awards.id or FINAL
        row = next((row for row in about.rows if (row["round"], row["scope"]) == (where, awards.scope)), None)
        if listed != where or row is None or row["score"] is None:
            continue
        if awards.at_least is not None:
            reached = reaches(row["score"], awards.at_least, direction_of(rules, where))
            yield t(f"explain.award_{'reached' if reached else 'not_reached'}", score=awards.at_least)
        if row["award"]:
            continue
        if _better_of_unit(about, row, awards):
            yield t("explain.award_per_unit", n=awards.per_unit)
        earlier = {(other.id or FINAL, other.scope) for other in rules.final.awards[:n]}
        if awards.no_double and any(own["award"] for own in about.rows if (own["round"], own["scope"]) in earlier):
            yield t("explain.award_no_double")


def _list_sum(about: _About, round_: str) -> Iterator[str]:
    """The sum of the rounds so far, where these make the list of a round."""
    edition, t = about.edition, about.edition.texts
    if not _of_several(edition.rules, round_) or not (found := relisted(edition, about.entry, round_)):
        return
    advance = edition.rules.round(round_).advance
    assert advance is not None
    assert advance.score is not None
    yield t("explain.list_sum")
    yield _equation(advance.score, found.steps[0][""], found.score, t)


def _final_sum(about: _About, sources: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """How the rounds make the final score of an entry that reached the last one and has that score."""
    edition, entry, rows, _ = about
    t, rules, own = edition.texts, edition.rules, _deciding_row(edition.rules, rows, FINAL)
    if own["last_round"] != rules.last_round or own["score"] is None:
        return
    found = relisted(edition, entry, FINAL)
    if not found:
        return
    step, adjusting = rules.final.score[0], rules.final.adjusting
    [sum_] = found.steps[0].values()
    end = sum_.rounded if adjusting else own["score"]
    if isinstance(step, Last):
        score = rounded(sum_.exact, rules.scored_rounds[-1].decimals, rules.rounding)
        said = t("explain.final_last", value=score)
        yield said + ("" if adjusting or score == own["score"] else _rounded(own["score"], t))
    else:
        yield (
            t("explain.rounds_best", n=step.best)
            if isinstance(step, Mean) and step.best
            else t("explain.weighted_over")
        )
        yield _equation(step, sum_, end, t)
    last = rules.scored_rounds[-1]
    panel = _panels(edition, last.id, [entry])[entry]
    judged = _Judged(last, rules, panel, {}, found, sources, t)
    yield from _all_adjusted(judged, adjusting, found.steps[1:])


# A sum in words


def _equation(step: Step, sum_: Sum, end: Decimal | None, t: Texts) -> str:
    left = _divided([_term(step, term, t) for term in sum_.kept], sum_.divisor)
    ordered = isinstance(step, (Median, TrimmedMean)) or (isinstance(step, Mean) and step.best)
    if ordered and not sum_.juries:
        left = f"{t('explain.sorted', values='; '.join(_term(step, term, t) for term in sum_.terms))} → {left}"
    if sum_.times > 1:
        left = f"{left} × {sum_.times}"
    return _equals(left, number(sum_.exact, t)) + _rounded(end, t)


def _term(step: Step, term: Term, t: Texts) -> str:
    """A factor and a number, and what becomes of them before they are added up; of points their worth alone."""
    if isinstance(step, (Points, ZScore)) and term.factor is None:
        return ratio(term.worth, t)
    shown, exact = number(term.value, t), term.value
    if term.factor is not None:
        shown, exact = f"{ratio(term.factor, t)} × {shown}", exact * term.factor
    return shown if exact == term.worth else f"[{shown} → {number(term.worth, t)}]"


def _divided(pieces: Sequence[str], divisor: int) -> str:
    total = " + ".join(pieces)
    return total if divisor == 1 else f"({total}) ÷ {divisor}"


def _equals(left: str, right: str) -> str:
    """Both sides, or the one number that both are."""
    return left if left.rpartition("→ ")[2] == right else f"{left} = {right}"


def _rounded(value: Decimal | None, t: Texts) -> str:
    return "" if value is None else f" → {t('explain.rounded', value=value)}"

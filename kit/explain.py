"""One entry's result as arithmetic that its unit can check with a pocket calculator.

Judges are letters, shuffled per document, and no other entry's marks are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kit.errors import Known
from kit.pseudonyms import letters
from kit.rules import ByCriteria, ByRound, Last, Mean, Median, Points, TrimmedMean, WeightedMean
from kit.scoring.ranking import FINAL, scope_names
from kit.scoring.recount import Panel, criterion_factors, final_sum, recount, round_factors, summed
from kit.scoring.ties import label

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from typing import Any

    from kit.edition import Edition
    from kit.rules import Round, Rounding, Rules, Scope, Step, TieRule
    from kit.scoring.recount import Recount, Sum, Term
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


def deciding_scope(rules: Rules, round_: str) -> Scope:
    """Return the scope in which a round sends entries on, or else the one in which awards are given."""
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
    if series := next((awards for awards in rules.final.series if awards.id == round_), None):
        if series.basis is None:
            return basis(rules, t)
        of_round = rules.list_name(series.basis.round or "", t.language)
        return t("explain.basis_round", round=of_round) if of_round else t("explain.basis_value")
    if round_ != FINAL:
        return t("explain.basis_round", round=rules.round(round_).name.say(t.language))
    *earlier, last = (each.name.say(t.language) for each in rules.scored_rounds)
    words = {"score": final_score(rules, t), "last": last}
    if not earlier:
        return t("explain.basis_alone", **words)
    key = "finalists" if len(earlier) == 1 else "finalists_of_several"
    said = [t(f"explain.basis_{key}", **words, earlier=earlier[0])]
    said += [t(f"explain.basis_among_{own.among}", **words) for own in rules.final.main_awards if own.scope == scope]
    return " ".join(said)


def final_score(rules: Rules, t: Texts) -> str:
    """Say what the final score is made of: ``the final score (60% Proposal + 40% Presentation)``."""
    if [*round_factors(rules).values()] == [1]:
        return t("explain.score_of_one", round=rules.round(*round_factors(rules)).name.say(t.language))
    return t("explain.score_of_several", parts=" + ".join(final_parts(rules, t)))


def final_parts(rules: Rules, t: Texts) -> list[str]:
    """Say what each round adds to the final score: ``60% Proposal``, or its factor where that is no percentage."""
    return [_part(weight, rules.round(name).name.say(t.language), t) for name, weight in round_factors(rules).items()]


def _part(weight: Fraction, round_: str, t: Texts) -> str:
    percentage = weight < 1 and 10**6 % weight.denominator == 0
    return f"{ratio(weight * 100, t)}% {round_}" if percentage else f"{ratio(weight, t)} × {round_}"


def tie_rules(rules: Rules, round_: str, last_round: str) -> tuple[TieRule, ...]:
    """Return the tie rules by which a row of the ranking found its place, from its ``round`` and ``last_round``."""
    final = round_ == FINAL and last_round == rules.scored_rounds[-1].id
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
                names = {c.id: c.name.say(t.language) for c in rules.round(where or round_).marked}
                words.append(t("explain.rule_criteria", n=len(ids), names=[names[name] for name in ids]))
            case ByRound(of=where):
                words.append(t("explain.rule_round", round=rules.round(where).name.say(t.language)))
            case _:
                words.append(t(f"explain.rule_{tie.by}"))
    return t.enumeration(words)


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
        panel: its judges, by letter.
        judges: what each is called.
        found: the score and how it came about, if there is one.
        t: the language.
    """

    round: Round
    panel: Panel
    judges: Mapping[str, str]
    found: Recount | None
    t: Texts


def _rows(edition: Edition, entry_id: str) -> Sequence[Row]:
    ranking = edition.result.ranking
    return ranking[ranking["entry_id"] == entry_id].to_dict("records")


def _deciding_row(rules: Rules, rows: Sequence[Row], round_: str) -> Row:
    """An entry's row in the list that decides."""
    where = round_, deciding_scope(rules, round_)
    return next(row for row in rows if (row["round"], row["scope"]) == where)


def _panels(edition: Edition, round_: str, entries: Sequence[str]) -> dict[str, Panel]:
    """The panels of some entries, from the marks and registers that the ranking is computed from."""
    marks, asked, recusals = edition.record.marks, edition.record.panel, edition.record.recused(round_)
    sheets: dict[str, dict[str, dict[str, Fraction]]] = {entry: {} for entry in entries}
    own = marks[(marks["round"] == round_) & marks["entry_id"].isin(entries) & (marks["value"] != "")]
    for judge, entry, *mark in own[["judge_id", "entry_id", "criterion", "value"]].itertuples(index=False, name=None):
        sheets[entry].setdefault(judge, {})[mark[0]] = Fraction(mark[1])
    silent = edition.rules.round(round_).uncounted
    counting = asked[(asked["round"] == round_) & asked["entry_id"].isin(entries) & ~asked["judge_id"].isin(silent)]
    recused = set(recusals[["judge_id", "entry_id"]].itertuples(index=False, name=None))
    panels = {entry: Panel([], [], marks) for entry, marks in sheets.items()}
    for judge, entry in sorted(counting[["judge_id", "entry_id"]].itertuples(index=False, name=None)):
        panels[entry].asked.append(judge)
        if (judge, entry) not in recused:
            panels[entry].judges.append(judge)
    return panels


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
    judges = letters(edition, f"explanation/{entry}", {judge for panel in panels.values() for judge in panel.judges})
    names = {judge: t("explain.judge", letter=letter) for judge, letter in judges.items()}
    said, hidden = [t("explain.letters")] if len(judges) > 1 else [], False
    for name in edition.result.scores:
        round_, shown = rules.round(name), rules.round(name).name.say(t.language)
        title = t("explain.marks_of", round=shown)
        if name not in panels:
            yield Section(title, (t("explain.not_taking_part", round=shown),))
            continue
        panel = panels[name]._replace(judges=[judge for judge in judges if judge in panels[name].judges])
        judged = _Judged(round_, panel, names, recounted(edition, entry, name, panel=panel), t)
        place = [*_standing(about, name), *_cut(about, name)]
        if not to_unit or len(panel.judges) >= _JUDGES:
            lines = [*said, *_lines(judged), *_not_counting(judged), *place]
            yield Section(title, tuple(lines), _table(judged, _marks(judged)))
            said = []
        elif len(panel.judges) < 2:
            hidden = True
            yield Section(title, (t("explain.one_judge"),))
        elif not judged.found:
            yield Section(title, (*_lines(judged), *place))
        else:
            means = {t("explain.mean"): [number(mean, t) for mean in _means(judged).values()]}
            lines = [*_means_lines(judged, judged.found, rules.rounding), *place]
            yield Section(title, tuple(lines), _table(judged, means), "explain.means_caption")
    if FINAL in rounds:
        rests = basis(rules, t, deciding_scope(rules, FINAL))
        final = [] if hidden else [*_final_sum(about)]
        yield Section(t("explain.final_title"), (*final, rests, *_standing(about, FINAL)))
    if ended:
        yield Section(t("explain.participation"), tuple(ended))


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


def _table(judged: _Judged, values: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """A row per criterion: its weight and factor, where it has any, and some columns of values."""
    t, round_ = judged.t, judged.round
    names = [f"{c.id} {c.name.say(t.language)}" for c in round_.criteria] or [round_.name.say(t.language)]
    columns = {t("explain.criterion"): names}
    for step in round_.score:
        if isinstance(step, WeightedMean) and step.over == "criteria":
            columns[t("explain.weight")] = [t.decimal(c.weight) for c in round_.criteria]
            columns[t("explain.factor")] = [ratio(factor, t) for factor in criterion_factors(step, round_).values()]
    return pd.DataFrame({**columns, **values})


def _marks(judged: _Judged) -> dict[str, list[str]]:
    """The marks as they were given, by judge."""
    ids, given = [criterion.id for criterion in judged.round.marked], judged.panel.marks
    sheets = {judged.judges[judge]: given.get(judge, {}) for judge in judged.panel.judges}
    return {name: [number(marks[c], judged.t) if c in marks else "–" for c in ids] for name, marks in sheets.items()}


def _means(judged: _Judged) -> dict[str, Fraction]:
    """The mean of the judges' marks by criterion."""
    _, judges, marks = judged.panel
    ids = [criterion.id for criterion in judged.round.marked]
    return {name: sum((marks[judge][name] for judge in judges), Fraction(0)) / len(judges) for name in ids}


def _lines(judged: _Judged) -> Iterator[str]:
    """The arithmetic, step by step, or why there is none."""
    round_, panel, _, found, t = judged
    counted, required = panel.complete(round_), len(panel.asked)
    if recused := required - len(panel.judges):
        yield t("explain.recused", n=recused)
    if found:
        if recused:
            mean = any(step.over == "judges" and step.by in {"mean", "weighted_mean"} for step in round_.score)
            yield t("explain.mean_out_of" if mean else "explain.out_of", counted=counted, required=required)
        yield from _steps(judged, found)
    elif missing := len(panel.judges) - counted:
        yield t("explain.missing", n=missing)
    elif counted < (needed := round_.fewest_judges):
        yield t("explain.too_few", counted=counted, needed=needed)
    else:
        yield t("explain.ballots_incomplete")


def _means_lines(judged: _Judged, found: Recount, rounding: Rounding) -> Iterator[str]:
    """Say that single marks are not shown, and how the score follows from the means, where it does."""
    t = judged.t
    yield t("explain.few_judges", n=len(judged.panel.judges))
    match judged.round.score:
        case [WeightedMean(over="criteria", round=None, round_terms=None) as step, Mean(by="mean", round_terms=None)]:
            yield _equation(step, summed(step, _means(judged), judged.round, rounding), found.score, t)
        case _:
            yield t("explain.not_of_means", score=found.score)


def _not_counting(judged: _Judged) -> Iterator[str]:
    if n := len(judged.panel.marks.keys() & {*judged.round.uncounted}):
        yield judged.t("explain.not_counting", n=n)


def _steps(judged: _Judged, found: Recount) -> Iterator[str]:
    t = judged.t
    for n, (step, sums) in enumerate(zip(judged.round.score, found.steps, strict=True), 1):
        yield t("explain.step", n=n, what=_what(step, t))
        for name, sum_ in sums.items():
            shown = judged.judges.get(name) if step.over == "criteria" else name if len(sums) > 1 else ""
            start = f"{shown}: " if shown else ""
            if sum_.limits:
                mean, low, high = (number(value, t) for value in sum_.limits)
                mean = _equals(_divided([number(term.value, t) for term in sum_.terms], len(sum_.terms)), mean)
                yield start + t("explain.limits", mean=mean, low=low, high=high)
            yield start + _equation(step, sum_, sum_.rounded, t)


def _what(step: Step, t: Texts) -> str:
    options = {"high": "drop_high", "low": "drop_low", "limit": "limit"}
    what = t(f"explain.{step.over}_{step.by}", **{name: getattr(step, key, "") for name, key in options.items()})
    return what if step.round_terms is None else f"{what} {t('explain.terms_rounded')}"


# The place


def _standing(about: _About, round_: str) -> Iterator[str]:
    """The entry's place in each list, what told it apart from others, and its award."""
    edition, t = about.edition, about.edition.texts
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
            if row["score"] != own["score"]:
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
    elif about.entry in cut.through:
        yield t("explain.advanced", places=advance.places)
    elif about.entry in cut.tied:
        yield t("explain.cut_undecided", places=advance.places)
    else:
        yield t("explain.not_advanced", places=advance.places)
        scores = edition.result.of(round_, *scope).set_index("entry_id")["score"]
        yield from (t("explain.lowest", score=scores[last]) for last in cut.through[-1:])


def _final_sum(about: _About) -> Iterator[str]:
    """How the rounds make the final score of an entry that reached the last one and has that score."""
    edition, entry, rows, _ = about
    t, rules, own = edition.texts, edition.rules, _deciding_row(edition.rules, rows, FINAL)
    if own["last_round"] != rules.scored_rounds[-1].id or own["score"] is None:
        return
    found = {name: recounted(edition, entry, name, within=FINAL) for name in round_factors(rules)}
    scores = {name: one.score for name, one in found.items() if one}
    step = rules.final.score[0]
    if isinstance(step, Last):
        [score] = scores.values()
        yield t("explain.final_last", value=score) + ("" if score == own["score"] else _rounded(own["score"], t))
        return
    yield t("explain.weighted_over")
    yield _equation(step, final_sum(rules, scores), own["score"], t)


# A sum in words


def _equation(step: Step, sum_: Sum, rounded: Decimal | None, t: Texts) -> str:
    left = _divided([_term(step, term, t) for term in sum_.kept], sum_.divisor)
    if isinstance(step, (Median, TrimmedMean)):
        left = f"{t('explain.sorted', values='; '.join(_term(step, term, t) for term in sum_.terms))} → {left}"
    if sum_.times > 1:
        left = f"{left} × {sum_.times}"
    return _equals(left, number(sum_.exact, t)) + _rounded(rounded, t)


def _term(step: Step, term: Term, t: Texts) -> str:
    """A factor and a number, and what becomes of them before they are added up; of points their worth alone."""
    if isinstance(step, Points):
        return number(term.worth, t)
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


def number(value: Fraction, t: Texts) -> str:
    """Write a number in full where it ends within six decimals, else its first four and an ellipsis."""
    if 10**6 % value.denominator == 0:
        return t.decimal(Decimal(value.numerator) / value.denominator)
    return f"{t.decimal(Decimal(int(value * 10**4)).scaleb(-4))}…"


def ratio(value: Fraction, t: Texts) -> str:
    """Write a factor: as a decimal number where that is exact, else as a fraction."""
    return number(value, t) if 10**6 % value.denominator == 0 else f"{value.numerator}/{value.denominator}"

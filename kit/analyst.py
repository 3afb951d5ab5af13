"""A contest as an analyst holds it: plain tables, and what they would be under other weights or judges.

Every table is an ordinary :class:`pandas.DataFrame` whose numbers are floats, scores already rounded as the rules
declare. No table mixes lists or rounds in one column, and none holds a value of a round that is not closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.edition import Edition
from kit.errors import Known, Problem
from kit.files import write
from kit.folder import edition_names, find_home
from kit.rules import SCOPES
from kit.scoring.ranking import FINAL
from kit.scoring.replay import Change, Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal

    from kit.explain import Explanation
    from kit.render.blocks import Block
    from kit.render.prepare import Json
    from kit.rules import Scope
    from kit.texts import Language

    Wide = Literal["judge", "criterion"]

_LISTS: dict[str, list[str]] = {
    "overall": [],
    "group": ["group"],
    "category": ["category"],
    "group_category": ["group", "category"],
}


def open(edition: str | int = "", language: Language | None = None) -> Contest:  # noqa: A001  (reads as kit.open)
    """Open an edition by its name, such as ``"2025"``; without one, the current edition (:meth:`Edition.open`)."""
    from kit.render.outputs import opened  # noqa: PLC0415  (not all who import this module open an edition)

    def masthead() -> Json:
        from kit.report.context import contest_masthead  # noqa: PLC0415  (only a notebook without one needs it)

        return contest_masthead(contest, "", "").to_json()

    contest = Contest.open(edition, language)
    opened(contest.language, masthead)
    return contest


def editions() -> pd.DataFrame:
    """List the editions under ``data/``.

    Returns:
        ``edition``, ``title``, ``simulated``, ``entries`` (registered) and ``state`` of its last round that was opened;
        of an edition whose files are wrong only its name.
    """
    rows: list[dict[str, object]] = []
    for name in edition_names():
        try:
            own = Edition.open(name)
            states = [state for state in own.states.values() if state != "not_opened"]
        except (Problem, OSError):
            rows.append({"edition": name})
            continue
        known = {"title": own.rules.title.say(own.language), "simulated": own.rules.simulated}
        entries = len(own.registers.entries)
        rows.append({"edition": name, **known, "entries": entries, "state": [*states, "not_opened"][len(states) - 1]})
    return pd.DataFrame(rows, columns=["edition", "title", "simulated", "entries", "state"]).astype(
        {"entries": "Int64"}
    )


def compare(*names: str | int, round: str = FINAL) -> pd.DataFrame:  # noqa: A002
    """Put the scores of several editions side by side, innovation by innovation.

    Scores of different juries or criteria are not on one scale: a higher one is not yet a better innovation, and the
    attribute ``attrs["differences"]`` names what in the rules differs.

    Args:
        names: of two editions or more.
        round: the id of a round that they all have, or ``final``.

    Returns:
        ``innovation_id``, ``title`` (the latest), and for each edition ``entry_id_2025``, ``score_2025``, ``rank_2025``
        (in the list that awards are given in). Only innovations with an id that took part in two of the editions.

    Raises:
        EditionMissing: there is no edition of a name.
        unknown_round: one of them has no such round.
        StillOpen, NotOpenedYet: it is not closed in one of them.
    """
    from kit.years.series import rule_differences  # noqa: PLC0415  (loads scipy)

    contests = [Contest.open(name) for name in names]
    tables = []
    for own in contests:
        table = own.ranking(own.award_list, round).set_index("entry_id")[["score", "rank"]]
        table = own.entries[["innovation_id", "title", "entry_id"]].join(table, on="entry_id")
        table = table[table["innovation_id"] != ""].set_index("innovation_id")
        tables.append(table.rename(columns={name: f"{name}_{own.name}" for name in ("entry_id", "score", "rank")}))
    titles = pd.concat([table["title"] for table in tables]).groupby(level=0).last()
    joined = pd.concat([table.drop(columns="title") for table in tables], axis=1)
    took_part = joined[[f"entry_id_{own.name}" for own in contests]].notna().sum(axis=1) > 1
    joined.insert(0, "title", titles)
    found = joined[took_part].sort_index().reset_index()
    rules = [own.rules for own in contests]
    found.attrs["differences"] = sorted({part for pair in pairwise(rules) for part in rule_differences(*pair)})
    return found


class Contest(Edition):
    """One edition, with the tables that an analyst asks for; as the last line of a cell it says how far it is.

    Args:
        folder: ``data/<edition>``.
        language: of everything shown; the rules' own unless given.

    Example:
        >>> contest = kit.open("2025")
        >>> contest.scores().nlargest(3, "final")[["entry_id", "final", "award"]]  # doctest: +SKIP
    """

    def _repr_html_(self) -> str:
        from kit.render.html import block_html  # noqa: PLC0415  (opening an edition loads no reports)
        from kit.report.progress import status  # noqa: PLC0415

        return block_html(status(self).to_json(), self.texts.language)

    @property
    def units(self) -> pd.DataFrame:
        """Every unit that could take part: ``unit_id``, ``name``, ``unit_type`` and so on, as registered."""
        return self.registers.units.copy()

    @property
    def judges(self) -> pd.DataFrame:
        """Who judges: ``judge_id``, ``name`` and so on, as registered."""
        return self.registers.judges.copy()

    @property
    def entries(self) -> pd.DataFrame:
        """What is judged, as registered, with the names of unit (``unit``), group and category beside their ids."""
        table = self.registers.entries
        names = self.registers.units.set_index("unit_id")["name"]
        table = table.assign(
            unit=table["unit_id"].map(names),
            group_name=table["group"].map(self._names("group")),
            category_name=table["category"].map(self._names("category")),
        )
        first = [*("entry_id", "title", "unit_id", "unit", "group", "group_name", "category", "category_name")]
        return table[[*first, *(name for name in table if name not in first)]]

    @property
    def criteria(self) -> pd.DataFrame:
        """What judges mark: ``round``, ``criterion``, ``name``, ``weight``, and ``lowest`` and ``highest`` mark."""
        rows = [
            (round_.id, known.id, known.name.say(self.language), float(known.weight), scale.low, scale.high)
            for round_ in self.rules.scored_rounds
            for known in round_.marked
            for scale in [round_.scale_of(known.id)]
        ]
        table = pd.DataFrame(rows, columns=["round", "criterion", "name", "weight", "lowest", "highest"])
        return table.astype({"lowest": float, "highest": float})

    @property
    def award_list(self) -> Scope:
        """The kind of list that awards are given in: ``group``, for instance; ``overall`` where the rules give none."""
        return next((awards.scope for awards in self.rules.final.main_awards), "overall")

    def scores(self) -> pd.DataFrame:
        """Return one row an entry: its score in each round and in the final, and where that puts it.

        Returns:
            ``entry_id``, ``title``, ``unit``, ``group``, ``category``; a column for each scored round, by its id, and
            ``final``; ``rank`` and ``award`` in the list that awards are given in (of all entries, where the rules give
            none). NaN where an entry never reached a round.

        Raises:
            StillOpen, NotOpenedYet: no round is closed yet.
            rules_changed: rules or registers differ from what was locked.
        """
        rows = self._rows(self.award_list)
        table = self.entries[["entry_id", "title", "unit", "group", "category"]].set_index("entry_id")
        for name in [*self.states, FINAL]:
            own = rows[rows["round"] == name]
            table[name] = own.set_index("entry_id")["score"]
        last = rows.drop_duplicates("entry_id", keep="last").set_index("entry_id")
        table["rank"], table["award"] = last["rank"], last["award"]
        return table.reset_index()

    def ranking(self, by: Scope = "group", round: str = FINAL, *, exact: bool = False) -> pd.DataFrame:  # noqa: A002
        """Return the ranking of a round or the final, list by list.

        Args:
            by: which lists: ``overall``, ``group``, ``category`` or ``group_category``.
            round: the id of a scored round, or ``final``.
            exact: scores as exact decimals, and as a last column the score before its last rounding, as a fraction.

        Returns:
            The list's ids and names; ``rank``, ``entry_id``, ``title``, ``unit``, ``score``, ``award``,
            ``tie_broken_by``, ``judges_counted``, ``judges_required``, ``state`` and ``last_round``. In the final,
            entries that did not reach the last round have no score: theirs belongs to the round in ``last_round``.

        Raises:
            unknown_choice: there are no such lists.
            unknown_round: there is no such round, or it carries no marks.
            StillOpen, NotOpenedYet: it is not closed.
        """
        self._require_shown(round)
        rows = self._rows(by, exact=exact)
        rows = rows[rows["round"] == round].reset_index(drop=True)
        lists = [name for kind in _LISTS[by] for name in (kind, f"{kind}_name")]
        own = self.entries.set_index("entry_id").loc[rows["entry_id"], [*lists, "title", "unit"]].reset_index(drop=True)
        columns = ["award", "tie_broken_by", "judges_counted", "judges_required", "state", "last_round"]
        parts = [own[lists], rows[["rank", "entry_id"]], own[["title", "unit"]], rows[["score", *columns]]]
        table = pd.concat(parts, axis=1)
        if exact:
            replay = Replay(self.rules, self.record, self.result)
            found = [replay.unrounded(round, *scope) for scope in replay.scopes(round) if scope[0] == by]
            table["unrounded"] = table["entry_id"].map({key: score for own in found for key, score in own.items()})
        return table

    def marks(self, round: str = "", wide: Wide | None = None) -> pd.DataFrame:  # noqa: A002
        """Return the marks of a closed round that count.

        Args:
            round: the id of a scored round; the last that is closed unless given.
            wide: ``criterion`` for a column a criterion and a row a sheet, such as for ``.corr()``; ``judge`` for a
                column a judge and a row an entry and criterion; else a row a mark.

        Returns:
            ``entry_id``, ``title``, ``judge_id``, ``judge``, ``criterion`` and ``mark``; or with ``wide`` the marks, by
            what the rows are.

        Raises:
            unknown_round: there is no such round, or it carries no marks.
            StillOpen, NotOpenedYet: it is not closed.
            unknown_choice: ``wide`` is something else.
        """
        scores = self.result.scores
        name = round or [*scores][-1]
        self._require_shown(name)
        sheets = scores[name].sheets
        row, column = sheets.marked.nonzero()
        given = ~sheets.recused[row] & np.isin(
            column, [n for n, part in enumerate(sheets.round.parts) if not part.value]
        )
        row, column = row[given], column[given]
        criteria = [known.id for known in sheets.round.parts]
        table = pd.DataFrame(
            {
                "entry_id": [sheets.entries[n] for n in sheets.entry[row]],
                "judge_id": [sheets.judges[n] for n in sheets.judge[row]],
                "criterion": pd.Categorical([criteria[n] for n in column], criteria),
                "mark": sheets.marks.numerators[row, column].astype(float) / sheets.marks.denominator,
            }
        )
        if wide == "criterion":
            return table.pivot_table(index=["entry_id", "judge_id"], columns="criterion", values="mark", observed=True)
        if wide == "judge":
            return table.pivot_table(index=["entry_id", "criterion"], columns="judge_id", values="mark", observed=True)
        if wide is not None:
            raise Problem("unknown_choice", value=wide, key="wide", choices="judge, criterion")
        table.insert(1, "title", table["entry_id"].map(self.registers.entries.set_index("entry_id")["title"]))
        table.insert(3, "judge", table["judge_id"].map(self.registers.judges.set_index("judge_id")["name"]))
        return table.astype({"criterion": "str"})

    def explain(self, entry_id: str) -> Explanation:
        """Return how an entry came to its score and rank, step by step (:func:`kit.explain.explain`)."""
        from kit.explain import explain  # noqa: PLC0415

        return explain(self, entry_id)

    def what_if(
        self,
        weights: Mapping[str, float] | None = None,
        without_judge: str = "",
        drop: str = "",
        *,
        by: Scope = "group",
        round: str = FINAL,  # noqa: A002
    ) -> pd.DataFrame:
        """Return what the ranking would be under other weights, without a judge, or without a criterion.

        Who reached which round stays as it was. This says what a result hangs on; it is no result.

        Args:
            weights: new weights by criterion, as ``K3``, or as ``proposal.K3`` where several rounds have one; the other
                weights of the round shrink or grow so that their sum stays.
            without_judge: a judge who is left out, as if recused from every entry.
            drop: a criterion that is left out, the other weights in proportion.
            by: which lists, as in :meth:`ranking`.
            round: the id of a scored round, or ``final``.

        Returns:
            The list's ids and names; ``rank``, ``rank_before``, ``moved`` (places up), ``entry_id``, ``title``,
            ``score``, ``score_before``; in the final of those who reached the last round. Ranks and scores are missing
            where there would be none.

        Raises:
            unknown_round, unknown_judge, unknown_choice: there is no such round, judge or criterion, or no such lists.
            weights_impossible: no weights of the others would keep the sum.
            StillOpen, NotOpenedYet: the round is not closed.
        """
        before = self.ranking(by, round)
        replay = Replay(self.rules, self.record, self.result)
        change = self._changed(replay, weights or {}, without_judge, drop, round)
        lists = [scope_id for scope, scope_id in replay.scopes(round) if scope == by]
        placed = pd.DataFrame.from_dict(
            {
                entry: (rank, float(score))
                for scope_id in lists
                for entry, (rank, score) in replay.placed(round, by, scope_id, change).items()
            },
            orient="index",
            columns=["rank", "score"],
        ).astype({"rank": "Int64"})
        if round == FINAL:
            before = before[before["score"].notna()]
        table = before.rename(columns={"rank": "rank_before", "score": "score_before"}).join(placed, on="entry_id")
        table["moved"] = table["rank_before"] - table["rank"]
        names = [name for kind in _LISTS[by] for name in (kind, f"{kind}_name")]
        shown = [*names, "rank", "rank_before", "moved", "entry_id", "title", "unit", "score", "score_before"]
        order = {scope_id: n for n, scope_id in enumerate(lists)}
        where = table[_LISTS[by]].agg("/".join, axis=1).map(order) if _LISTS[by] else 0
        return table.assign(nth=where).sort_values(["nth", "rank", "rank_before"], ignore_index=True)[shown]

    def _changed(
        self, replay: Replay, weights: Mapping[str, float], without_judge: str, drop: str, round_: str
    ) -> Change:
        rounds, now = replay.rounds_of(round_), replay
        asked: dict[str, dict[str, Fraction]] = {}
        for name, weight in weights.items():
            where, criterion = self._criterion(name, rounds)
            asked.setdefault(where, {})[criterion] = Fraction(str(weight))
        for where, own in asked.items():
            now = now.then(now.with_weights(where, own))
        if drop:
            where, criterion = self._criterion(drop, rounds)
            without = now.without_criterion(where, criterion)
            if without is None:
                raise Problem("criterion_needed", criterion=drop, round=self.say(where))
            now = now.then(without)
        if without_judge:
            Known(self.registers.judges["judge_id"], "unknown_judge")(without_judge)
            now = now.then(now.without_judge(without_judge, round_))
        return Change(now.rules, now.result.scores)

    def _criterion(self, name: str, rounds: Sequence[str]) -> tuple[str, str]:
        """The round and id of a criterion, named by its id, or by round and id where several rounds have it."""
        known = [(where, criterion.id) for where in rounds for criterion in self.rules.round(where).criteria]
        found = [pair for pair in known if name in {pair[1], ".".join(pair)}]
        if len(found) != 1:
            ids = [criterion for _, criterion in known]
            choices = [criterion if ids.count(criterion) == 1 else f"{where}.{criterion}" for where, criterion in known]
            raise Problem("unknown_choice", value=name, key="criterion", choices=", ".join(choices))
        return found[0]

    def report(self, title: str = "", logo: str | Path = "", since: str | int = "") -> Report:
        """Return the annual report, to be saved (:meth:`Report.save`).

        Args:
            title: in the place of the usual one.
            logo: a PNG, JPEG or SVG file for the first page.
            since: the first year that it compares; all earlier ones unless given.

        Raises:
            since_not_year: ``since`` is no year, or a later one.
        """
        from kit.report.summaries import years_from  # noqa: PLC0415

        years_from(self, str(since))  # refuses what is no year before anything is made
        return Report(self, title, logo, str(since))

    def save(self, obj: object, name: str) -> Path:
        """Save a table or figure into the edition's folder below ``reports/`` and return its path.

        Args:
            obj: a DataFrame, a figure of matplotlib, or what :func:`kit.table` or :func:`kit.figure` returns.
            name: of the file; its ending says how: ``.xlsx``, ``.csv``, ``.html``, ``.pdf``, ``.docx``, or for a figure
                ``.svg`` or ``.png``. A simulated edition adds ``-SIMULASI``.

        Raises:
            unknown_choice: the ending is another one.
            table_of_nothing, figure_of_nothing: it is neither a table nor a figure.
            name_of_document: one of the kit's own documents has this name.
        """
        from kit.report.context import marked, report_masthead  # noqa: PLC0415

        stem, _, ending = name.rpartition(".")
        writers = _writers()
        drawn = hasattr(obj, "savefig") or hasattr(obj, "svg")
        known = [*writers, *(["svg", "png"] if drawn else [])]
        if not stem or ending not in known:
            raise Problem("unknown_choice", value=ending or name, key="name", choices=", ".join(known))
        block = _block(obj, stem)
        if ending in {"svg", "png"}:
            from kit.render.prepare import as_png  # noqa: PLC0415

            svg = str(getattr(block, "svg", ""))
            content: str | bytes = svg if ending == "svg" else as_png(svg)
        else:
            masthead = replace(report_masthead(self, "recap"), title=stem)
            content = writers[ending]([masthead.to_json(), block.to_json()])
        path = find_home() / "reports" / self.name / f"{marked(self, stem)}.{ending}"
        _write_own(path, content)
        return path

    def _names(self, kind: str) -> dict[str, str]:
        known = self.rules.groups if kind == "group" else self.rules.categories
        return {one.id: one.name.say(self.language) for one in known}

    def _require_shown(self, round_: str) -> None:
        self.ranking_table(round_)

    def _rows(self, by: str, *, exact: bool = False) -> pd.DataFrame:
        """The ranking in one kind of list, scores as floats; in the final only what is a final score."""
        if by not in SCOPES:
            raise Problem("unknown_choice", value=by, key="by", choices=", ".join(SCOPES))
        table = self.result.ranking
        table = table[table["scope"] == by]
        reached = (table["round"] != FINAL) | (table["last_round"] == self.rules.last_round)
        score = table["score"].where(reached)
        return table.assign(score=score if exact else pd.to_numeric(score).astype(float))


@dataclass(frozen=True)
class Report:
    """The annual report of a contest; :meth:`Contest.report` makes one.

    Args:
        contest: the contest.
        title: in the place of the usual one.
        logo: a picture for the first page.
        since: the first year that it compares.
    """

    contest: Contest
    title: str = ""
    logo: str | Path = ""
    since: str = ""

    def save(self, *formats: str, name: str = "") -> list[Path]:
        """Run the report's notebook and save what it shows.

        Args:
            formats: of ``pdf``, ``html``, ``docx``, ``xlsx``; ``pdf`` unless given.
            name: of the files, without ending; that of the usual report with ``-olahan`` unless given.

        Returns:
            The paths, in the order of the formats.

        Raises:
            unknown_choice: there is no such format.
            NotebookFailed: a cell failed.
            name_of_document: one of the kit's own documents has this name.
        """
        from kit.render.blocks import Style  # noqa: PLC0415
        from kit.render.notebook import blocks_of, run_notebook  # noqa: PLC0415
        from kit.render.outputs import picture_uri  # noqa: PLC0415
        from kit.report.context import marked  # noqa: PLC0415

        writers, contest, home = _writers(), self.contest, find_home()
        for wanted in formats:
            if wanted not in writers:
                raise Problem("unknown_choice", value=wanted, key="formats", choices=", ".join(writers))
        logo = picture_uri(Path(self.logo)) if str(self.logo) else ""
        folder = home / "reports" / contest.name
        about = {"edition": contest.name, "language": contest.language, "since": self.since}
        source = home / "notebooks" / "annual-report.ipynb"
        executed = run_notebook(source, folder / "annual-report-failed.ipynb", about)
        masthead, *blocks = blocks_of(executed, folder=source.parent)
        masthead = masthead | ({"title": self.title} if self.title else {})
        shown = [masthead, *([Style(logo=logo).to_json()] if logo else []), *blocks]
        stem = marked(contest, name) if name else f"{masthead['stem']}-{contest.texts('outputs.own')}"
        paths = [folder / f"{stem}.{wanted}" for wanted in formats or ("pdf",)]
        for path in paths:
            _write_own(path, writers[path.suffix[1:]](shown))
        return paths


def _write_own(path: Path, content: str | bytes) -> None:
    """Write an analyst's file, but never over a document that the kit has made and listed.

    Raises:
        name_of_document: a document has this name.
    """
    from kit.documents.manifest import CHECKSUMS, read_checksums  # noqa: PLC0415

    listed = path.parent / CHECKSUMS
    if listed.is_file() and path.name in read_checksums(listed).values():
        raise Problem("name_of_document", name=path.name)
    write(path, content)


def _writers() -> dict[str, Callable[[list[Json]], str | bytes]]:
    """What writes each format, by the ending of its files."""
    from kit.render.docx import to_docx  # noqa: PLC0415
    from kit.render.html import to_html  # noqa: PLC0415
    from kit.render.pdf import to_pdf  # noqa: PLC0415
    from kit.render.xlsx import to_csv, to_xlsx  # noqa: PLC0415

    return {"xlsx": to_xlsx, "csv": to_csv, "html": to_html, "pdf": to_pdf, "docx": to_docx}


def _block(obj: object, caption: str) -> Block:
    """What is shown, as a block: a DataFrame as a table, a figure of matplotlib as a figure."""
    from kit.render.blocks import Block  # noqa: PLC0415
    from kit.render.outputs import figure, table  # noqa: PLC0415

    if isinstance(obj, Block):
        return obj
    return figure(obj, caption) if hasattr(obj, "savefig") else table(obj, caption)  # type: ignore[arg-type]  # refused there

"""The fairness analysis about the order: without severity, its uncertainty, its sensitivity, and what decided it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.explain import tie_words
from kit.fairness.adjusted import Z_SCORES
from kit.fairness.sensitivity import AGGREGATIONS, aggregations, without_each_criterion, without_each_judge
from kit.fairness.weights import smallest_changes, weight_space
from kit.report import fairness_figures
from kit.report.blocks import MISSING, Block, Callout, Column, Group, Heading, Paragraph, Table
from kit.report.fairness_judges import JudgesAnalysis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LISTED = 20  # entries of a list that tables show in full; figures show more
_COVERAGE = 0.95
_NARROW = 2.0  # standard errors
_NEVER = "fairness.no_weight_changes_it"


class OrderAnalysis(JudgesAnalysis):
    """What the marks say about the order of the entries, list by list."""

    # The order with severity removed

    def adjusted(self, scopes: list[tuple[str, str]] | None = None) -> Group:
        """The order with the judges' severity removed, beside the rules', never instead."""
        blocks: list[Block] = [Heading(self.word("adjusted"))]
        for pair in scopes or self.scopes:
            found = self.study.adjusted(*pair)
            if found.why:
                blocks.append(Paragraph(self.word("reads", scope=self.names[pair], reading=self.t(found.why))))
                continue
            blocks.append(Paragraph(self._moved(pair, found.table, cannot_differ=found.cannot_differ)))
            if not found.cannot_differ:
                # The rules tell equals apart and the model does not: only what the removal moves is to be seen.
                moved = (found.table["rank"] + found.table["rank_value"] - found.table["rank_mean"]).rank(method="min")
                drawn = found.table.assign(title=found.table["entry_id"].map(self.titles), rank_other=moved)
                blocks += filter(None, [fairness_figures.slope_figure(drawn, self.t, self.study.cut(*pair))])
        return Group(blocks)

    def _moved(self, pair: tuple[str, str], table: pd.DataFrame, *, cannot_differ: bool) -> str:
        """What the removal of severity changes in a list: against the means that it starts from."""
        scope, place = self.names[pair], self.study.cut(*pair)
        if cannot_differ:
            return self.word("cannot_differ", scope=scope)
        apart = (table["rank_value"] - table["rank_mean"]).abs()
        if not apart.any():
            return self.word("adjusted_same", scope=scope)
        crossing = self.word("crossing_none")
        if place:
            before, after = (set(table.loc[table[name] <= place, "entry_id"]) for name in ("rank_mean", "rank_value"))
            if before != after:
                crossing = self.word("crossing", out=sorted(before - after), into=sorted(after - before))
        words = {"n": int((apart > 0).sum()), "most": int(apart.max()), "place": place or 1}
        return self.word("adjusted_moves", scope=scope, crossing=crossing, **words)

    # Uncertainty

    def uncertainty(self, scopes: list[tuple[str, str]] | None = None) -> Group:
        """The ranks that the marks still allow each entry."""
        blocks: list[Block] = [Heading(self.word("uncertainty")), Paragraph(self.word("uncertainty_said"))]
        assumptions = ""
        for pair in scopes or self.scopes:
            found, chances = self.study.rank_sets(*pair), self.study.chances(*pair)
            if found.why or found.table.empty:
                why = self.t(found.why or "fairness.no_marks")
                blocks.append(Paragraph(self.word("reads", scope=self.names[pair], reading=why)))
                continue
            by_rules = self.study.ranking(*pair).set_index("entry_id")["rank"]
            table = found.table.assign(
                title=found.table["entry_id"].map(self.titles), rank=found.table["entry_id"].map(by_rules).astype(int)
            ).sort_values(["rank", "entry_id"], ignore_index=True)
            place = self.study.cut(*pair)
            said = self._surely(pair, table, place) if place else self.word("sets_uncut", scope=self.names[pair])
            blocks.append(Paragraph(said))
            blocks += filter(None, [fairness_figures.rank_sets_figure(table, self.t, place, _COVERAGE)])
            ranges = zip(table["low"], table["high"], strict=True)
            table["range"] = [self.word("range_of", low=int(low), high=int(high)) for low, high in ranges]
            columns = [
                Column("rank", self.t("report.column_rank"), "integer"),
                Column("entry_id", self.t("report.column_code")),
                Column("title", self.t("report.column_innovation"), width=4),
                Column("score", self.word("mean_final" if self.study.final else "mean"), "decimal", places=2),
                Column("error", self.word("error"), "decimal", places=2),
                Column("range", self.word("range")),
            ]
            if not chances.why and len(chances.table):
                assumptions = self.t(chances.assumptions)
                table["chance"] = table["entry_id"].map(chances.table.set_index("entry_id")["chance"])
                columns.append(Column("chance", self.word("chance"), "percent"))
            caption = self.word("sets_caption", scope=self.names[pair])
            blocks.append(Table.of(table.head(_LISTED), self.t, columns=columns, caption=caption, row_header="title"))
        return Group([*blocks, *([Callout(assumptions)] if assumptions else [])])

    def _surely(self, pair: tuple[str, str], table: pd.DataFrame, place: int) -> str:
        inside, outside = int((table["high"] <= place).sum()), int((table["low"] > place).sum())
        words = {"n": inside, "out": outside, "unsure": len(table) - inside - outside, "place": place}
        return self.word("sets_said", scope=self.names[pair], judges=self.study.judges, **words)

    # Sensitivity

    def sensitivity(self, scopes: list[tuple[str, str]] | None = None) -> Group:
        """What becomes of winners and finalists with a judge, a criterion, a way of counting or a weight changed."""
        scopes = scopes or self.scopes
        blocks: list[Block] = [Heading(self.word("sensitivity")), *self._left_out(scopes)]
        for pair in scopes:
            blocks += self._ways(pair)
        return Group([*blocks, Callout(self.t(Z_SCORES)), *self._weights(scopes)])

    def _left_out(self, scopes: list[tuple[str, str]]) -> Iterator[Block]:
        """Without whom or what a first place or a cut changes; what changes nothing is counted."""
        replay, where = self.study.replay, self.study.where
        rows, tried, thin = [], 0, dict[str, None]()
        keys = ["of_round", "left_out", "scope", "scope_id"]
        for found in (without_each_judge(replay, where), without_each_criterion(replay, where)):
            letters = found["left_out"].map(self.study.letters)
            table = found.assign(letter=letters).sort_values("letter", kind="stable")
            for (round_, left, scope, scope_id), own in table.groupby(keys, sort=False):
                if (pair := (str(scope), str(scope_id))) not in scopes:
                    continue
                tried += 1
                if not round_ and own.loc[own["rank"].notna(), "rank_without"].isna().any():
                    thin[self.names[pair]] = None  # the letter would tell who scored which entries
                    continue
                if told := self._changed(pair, own):
                    label = self._criterion(str(round_), str(left)) if round_ else self.judge(str(left))
                    rows.append({"left": label, "list": self.names[pair], **told})
        yield Paragraph(self.word("without_said", tried=tried, n=len(rows)))
        divided = any(self.study.cut(*pair) for pair in scopes)
        columns = [
            Column("left", self.word("left_out"), width=3),
            Column("list", self.word("list"), width=2),
            Column("winner", self.word("winner"), width=2),
            *([Column("through", self.word("through"), width=3)] if divided else []),
        ]
        if rows:
            data = pd.DataFrame(rows, columns=["left", "list", "winner", "through"])
            yield Table.of(data, self.t, columns=columns, caption=self.word("without_caption"), row_header="left")
        if thin:
            yield Paragraph(self.word("without_thin", lists=[*thin]))

    def _changed(self, pair: tuple[str, str], own: pd.DataFrame) -> dict[str, str]:
        """What becomes of the first place and of the cut, in words; nothing if both stay."""
        own = own[own["rank"].notna()]
        known = own[own["rank_without"].notna()]
        if known.empty:
            return {"winner": self.t(str(why)), "through": MISSING} if (why := next(iter(own["why"]), None)) else {}
        place, stays = self.study.cut(*pair), self.word("stays")
        told = {
            "winner": self._swap(known, 1, becomes=True),
            "through": self._swap(known, place, becomes=False) if place else MISSING,
        }
        return told if {*told.values()} - {stays, MISSING} else {}

    def _swap(self, known: pd.DataFrame, place: int, *, becomes: bool) -> str:
        before, after = (set(known.loc[known[name] <= place, "entry_id"]) for name in ("rank", "rank_without"))
        if before == after:
            return self.word("stays")
        if becomes:
            return self.t.enumeration(sorted(after))
        into, out = (self.t.enumeration(sorted(names)) or MISSING for names in (after - before, before - after))
        return self.word("swaps", into=into, out=out)

    def _ways(self, pair: tuple[str, str]) -> Iterator[Block]:
        found = self.study.adjusted(*pair)
        other = None if found.why else found.table[["entry_id", "rank_value", "rank_z"]]
        heads = {name: self.word(f"way_{name.removeprefix('rank_')}") for name in ("rank_value", "rank_z")}
        if self.study.final:
            table = self.study.ranking(*pair)[["entry_id", "rank"]]
            for name, each in self.study.rounds.items():
                own = each.ranking(*pair).set_index("entry_id")["rank"]
                table[f"rank_of {name}"] = table["entry_id"].map(own)
                heads[f"rank_of {name}"] = self.rounds[name]
            table = table if other is None else table.merge(other, on="entry_id", how="left")
        else:
            table = aggregations(self.study.replay, self.round.id, *pair, adjusted=other)
            heads |= {f"rank_{name}": self.word(f"way_{name}") for name in AGGREGATIONS}
        table = table[table["rank"].notna()]
        columns = [
            Column("entry_id", self.t("report.column_code")),
            Column("rank", self.word("rank_rules"), "integer"),
            *(Column(key, heads[key], "integer") for key in table.columns if key in heads),
        ]
        caption = self.word("ways_caption", scope=self.names[pair])
        shown = table.sort_values(["rank", "entry_id"]).head(_LISTED)
        yield Table.of(shown, self.t, columns=columns, caption=caption, row_header="entry_id")

    def _weights(self, scopes: list[tuple[str, str]]) -> Iterator[Block]:
        table = smallest_changes(self.study.replay, self.study.where)
        pairs = pd.Series(list(zip(table["scope"], table["scope_id"], strict=True)), index=table.index)
        table = table[pairs.isin(scopes)]
        if reasons := {str(why) for why in table.loc[table["criterion"].isna(), "why"]}:
            yield Callout(" ".join(self.t(why) for why in sorted(reasons)))
            return
        moved = table[(table["why"] != _NEVER)]
        rows = [self._weight_row(row) for row in moved.to_dict("records")]
        columns = [
            Column("list", self.word("list"), width=2),
            Column("what", self.word("changes"), width=2),
            Column("criterion", self.word("facet_criterion"), width=3),
            Column("weight", self.word("weight_now"), "percent", places=0),
            Column("to", self.word("weight_to"), "percent", places=1),
            Column("who", self.word("who_passes"), width=3),
        ]
        if not rows:
            yield Paragraph(self.word("weights_none"))
        else:
            data, caption = pd.DataFrame(rows, columns=[c.key for c in columns]), self.word("weights_caption")
            note = [self.word("weights_note")]
            yield Table.of(data, self.t, columns=columns, caption=caption, row_header="criterion", notes=note)
        yield from filter(None, [fairness_figures.weights_figure(self._nearest(table), self.t)])
        yield from self._space(scopes)

    def _weight_row(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        if row["why"]:
            who = self.t(str(row["why"]))
        else:
            key = "passes" if row["change"] else "level"
            who = self.word(key, passing=row["passing"], passed=row["passed"])
        return {
            "list": self.names[row["scope"], row["scope_id"]],
            "what": self.word(f"changes_{row['kind']}"),
            "criterion": self._criterion(row["of_round"], row["criterion"]),
            "weight": float(row["weight"]),
            "to": None if row["to"] is None else float(row["to"]),
            "who": who,
        }

    def _nearest(self, table: pd.DataFrame) -> pd.DataFrame:
        """Per criterion its weight and the nearest ones below and above at which any list changes, as shares."""
        rows = []
        for (round_, criterion), own in table.groupby(["of_round", "criterion"], sort=False):
            bounds = {name: [float(to) for to in own[name] if to is not None] for name in ("to_low", "to_high")}
            rows.append(
                {
                    "criterion": self._criterion(str(round_), str(criterion)),
                    "weight": float(own["weight"].iloc[0]),
                    "to_low": max(bounds["to_low"], default=float("nan")),
                    "to_high": min(bounds["to_high"], default=float("nan")),
                }
            )
        return pd.DataFrame(rows, columns=["criterion", "weight", "to_low", "to_high"])

    def _space(self, scopes: list[tuple[str, str]]) -> Iterator[Block]:
        for pair in scopes:
            space = weight_space(self.study.replay, self.study.where, *pair)
            if space.why or space.entries.empty:
                continue
            best = space.entries.sort_values(["first", "rank"], ascending=[False, True]).iloc[0]
            share = self.t.percent(float(best["first"]))
            words = {"entry": best["entry_id"], "share": share, "samples": space.samples}
            yield Paragraph(self.word("space_said", scope=self.names[pair], **words))
            shares = space.ranks.pivot_table(index="entry_id", columns="rank", values="share", fill_value=0.0)
            shares = shares.loc[list(space.entries["entry_id"])].reset_index()
            shares["title"] = shares["entry_id"].map(self.titles)
            places = self.study.cut(*pair) or 3
            yield from filter(None, [fairness_figures.acceptability_figure(shares, self.t, places)])

    # What decided

    def decisive(self) -> Group:
        """The margin at every cut, in standard errors, and who, what or which rule decided it."""
        rows = [self._moment(row) for row in self.study.decisive.to_dict("records")]
        columns = [
            Column("list", self.word("list"), width=2),
            Column("place", self.word("place"), width=2),
            Column("inside", self.word("inside")),
            Column("outside", self.word("outside")),
            Column("margin", self.word("margin"), "decimal"),
            Column("in_errors", self.word("in_errors"), "decimal", places=1),
            Column("decided", self.word("decided_by"), width=4),
        ]
        data = pd.DataFrame(rows, columns=[column.key for column in columns])
        caption = self.word("decisive_caption")
        blocks: list[Block] = [
            Heading(self.word("decisive")),
            Table.of(data, self.t, columns=columns, caption=caption, row_header="place"),
        ]
        if any(row["in_errors"] is not None and row["in_errors"] < _NARROW for row in rows):
            blocks.append(Callout(self.word("narrow")))
        return Group(blocks)

    def _moment(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        if row["why"]:
            decided = self.t(str(row["why"]))
        else:
            judges = sorted(self.judge(judge) for judge in row["judges"])
            decided = (
                "; ".join([*filter(None, [self.t.enumeration(judges)]), *self._criteria(row["criteria"])]) or MISSING
            )
        if row["tie_rule"]:
            final = row["kind"] == "award"
            ties = self.rules.final_ties if final else self.round.ties
            rule = tie_words(ties, str(row["tie_rule"]), self.rules, self.round.id, self.t)
            decided = f"{self.word('tie_rule', rule=rule)}; {decided}"
        place = self.word("after_place", place=row["place"]) if row["place"] else MISSING
        award = self._award(row["award"]) if row["award"] else ""
        told = {name: row[name] for name in ("inside", "outside", "margin", "in_errors")}
        return {"list": self.names[row["scope"], row["scope_id"]], "place": award or place, "decided": decided, **told}

    def _criteria(self, names: Iterable[str]) -> Iterator[str]:
        """Criteria that decided, round by round where several count."""
        by_round: dict[str, list[str]] = {}
        for name in names:
            round_, _, criterion = name.rpartition(":")
            by_round.setdefault(round_, []).append(self._named(round_ or self.round.id)[criterion])
        for round_, known in by_round.items():
            said = self.t.enumeration(known)
            yield self.word("reads", scope=self.rounds[round_], reading=said) if round_ else said

    def _criterion(self, round_: str, name: str) -> str:
        """A criterion, with its round where several count."""
        known = self._named(round_)[name]
        return self.word("of_round", criterion=known, round=self.rounds[round_]) if self.study.final else known

    def _named(self, round_: str) -> dict[str, str]:
        return {known.id: known.name.say(self.t.language) for known in self.rules.round(round_).marked}

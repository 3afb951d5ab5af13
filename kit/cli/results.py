"""Commands about the result: checking the data, ranking, explaining, publishing, and what was published."""

import csv
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kit.cli._command import command, show, show_remarks, show_written
from kit.cli.documents import MadeAt, make, path_from_here
from kit.errors import Mistakes, Problem
from kit.texts import Texts

if TYPE_CHECKING:
    import pandas as pd

    from kit.edition import Edition
    from kit.ledger import Heads

Row = dict[str, Any]
_ROW_KEYS = (
    *("round", "scope", "scope_id", "entry_id", "title", "unit", "score", "rank", "award", "tie_broken_by"),
    *("judges_counted", "judges_required", "state", "last_round", "basis"),
)


@command("check")
def check(edition: "Edition", *, anchors: Path | None = None) -> None:
    from kit.check import check
    from kit.report.preview import preview

    found = check(edition, _heads(anchors) if anchors else None)
    if not edition.unaccepted():
        show(*preview(edition).blocks)
        print()
    if not found.mistakes:
        entries, judges = edition.registers.entries, edition.registers.judges
        counts = {"entries": len(entries), "units": entries["unit_id"].nunique(), "judges": len(judges)}
        print(edition.texts("cli.checked", edition=edition.name, **counts, events=len(edition.history.table)))
    show_remarks(edition.texts, found.remarks)
    if found.mistakes:
        sys.stdout.flush()
        raise Mistakes(found.mistakes)


def _heads(path: Path) -> "Heads":
    from kit.ledger import read_anchors

    try:
        return read_anchors(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Problem("file_missing", file=path.name, folder=path.absolute().parent.name) from None
    except UnicodeDecodeError:
        raise Problem("not_utf8", file=path.name) from None
    except Problem as error:
        raise error.at(file=path.name) from None


@command("prove")
def prove(t: Texts, *, format_: Literal["table", "json"] = "table") -> None:
    from kit.proof import prove

    rows: list[Row] = []
    different: list[Problem] = []
    for one in prove():
        different += one.different
        said = {
            "title": one.title.say(t.language),
            "rule": one.source.rule.say(t.language),
            "source": one.source.source,
        }
        counts = {"compared": one.compared, "agreeing": one.compared - len(one.different)}
        rows.append({"contest": one.name, **said, "licence": one.source.licence, **counts})
        if format_ == "table":
            print(t("cli.proved", name=one.name, **said, **counts), flush=True)
    if format_ == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    if different:
        sys.stdout.flush()
        raise Mistakes(different)


@command("rank")
def rank(
    edition: "Edition",
    *,
    round_: str | None = None,
    scope: Literal["overall", "group", "category", "group_category"] | None = None,
    format_: Literal["table", "csv", "json"] = "table",
) -> None:
    table = edition.ranking_table(round_)
    if edition.decisions.decree:
        table["state"] = table["state"].replace("result", "decreed")
    rows = [row for row in _rows(edition, table) if scope in {None, row["scope"]}]
    if format_ == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, _ROW_KEYS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_rankings(edition, rows)


def _rows(edition: "Edition", table: "pd.DataFrame") -> list[Row]:
    """The ranking in what JSON knows: scores as decimal text, whole numbers, None where there is nothing."""
    from kit.explain import basis

    lists = table[["scope", "round"]].drop_duplicates().itertuples(index=False, name=None)
    rests = {where: basis(edition.rules, edition.texts, *where) for where in lists}
    return [
        {key: row[key] for key in _ROW_KEYS if key != "basis"}
        | {
            "basis": rests[row["scope"], row["round"]],
            "score": None if row["score"] is None else f"{row['score']:f}",
            "rank": None if row["score"] is None else int(row["rank"]),
            "judges_counted": int(row["judges_counted"]),
            "judges_required": int(row["judges_required"]),
        }
        for row in table.to_dict("records")
    ]


def _print_rankings(edition: "Edition", rows: Sequence[Row]) -> None:
    from kit.explain import tie_rules, tie_words
    from kit.scoring.ranking import scope_names

    t, rules, decree = edition.texts, edition.rules, edition.decisions.decree
    names = scope_names(rules, t)

    @cache  # thousands of ties are broken alike
    def said(broken_by: str, round_: str, last_round: str) -> str:
        tie = tie_words(tie_rules(rules, round_, last_round), broken_by, rules, last_round, t)
        return tie and t("cli.tie", rule=tie)

    lists = groupby(rows, lambda row: [row[key] for key in ("round", "scope", "scope_id", "state", "basis")])
    for (round_, scope, scope_id, state, rests), part in lists:
        called = t(f"report.state_{state}", **(decree._asdict() if decree else {}))
        shown = rules.list_name(str(round_), t.language) or t("explain.final_title")
        print(f"{shown} · {names[scope, scope_id]} · {called}")
        print(rests)
        for row in part:
            place = "–" if row["rank"] is None else row["rank"]
            score = "–" if row["score"] is None else t.decimal(Decimal(row["score"]))
            tie = said(row["tie_broken_by"] or "", round_, row["last_round"])
            more = " · ".join(filter(None, [row["award"], tie]))
            line = f"{place:>4}  {score:>8}  {row['entry_id']:<10}  {row['title']}"
            print(f"{line}  [{more}]" if more else line)
        print()


@command("explain")
def explain(edition: "Edition", entry: str) -> None:
    from kit.explain import explain

    print(explain(edition, entry).text())


@command("result publish")
def publish(edition: "Edition", round_: str) -> None:
    from kit.contest import rounds

    changed = rounds.unpublished(edition, round_) if edition.states.get(round_) == "decided" else None
    version = rounds.publish(edition, round_)
    print(edition.texts("cli.published", number=version.number, fingerprint=version.fingerprint))
    if changed is not None:
        _print_differences(edition, changed)


@command("result handout")
def hand_out(edition: "Edition", *, out: Path | None = None, made_at: MadeAt = "") -> None:
    from kit.documents.handing_out import hand_out

    done = hand_out(edition, out, made_at)
    where = {"folder": path_from_here(done.folder), "table": path_from_here(done.table)}
    print(edition.texts("cli.handed_out", n=done.papers, units=done.units, **where))


@command("result versions")
def list_versions(edition: "Edition", round_: str) -> None:
    from kit.contest import rounds

    t, found = edition.texts, edition.history.versions(edition.scored(round_).id)
    if not found:
        print(t("cli.no_versions"))
    before = None
    for version in found:
        print(t("cli.version", number=version.number, time=version.time, fingerprint=version.fingerprint))
        if before is not None:
            _print_differences(edition, rounds.differences(before.ranking, version.ranking))
        before = version
    if found and len(changed := rounds.unpublished(edition, round_)):
        print(t("cli.unpublished"))
        _print_differences(edition, changed)


def _print_differences(edition: "Edition", changed: "pd.DataFrame") -> None:
    """Say in what two results differ: awards first, and a score that changed in several lists once."""
    from kit.contest.rounds import COMPARED
    from kit.scoring.ranking import FINAL, scope_names

    t, names = edition.texts, scope_names(edition.rules, edition.texts)
    same_award = changed["award_before"] == changed["award_after"]
    awards_first = changed.iloc[same_award.argsort(kind="stable")]  # a hundred shifts of rank must not hide them
    told = set()
    for row in awards_first.to_dict("records"):
        about = (row["round"], row["entry_id"], row["score_before"], row["score_after"])
        differing = [name for name in COMPARED if row[f"{name}_before"] != row[f"{name}_after"]]
        if differing == ["score"] and about in told:
            continue
        told.add(about)
        parts = [
            f"{t(f'cli.compared_{name}')} {shown(t, name, row[f'{name}_before'])} → "
            f"{shown(t, name, row[f'{name}_after'])}"
            for name in differing
        ]
        round_ = t("explain.final_title") if row["round"] == FINAL else edition.say(row["round"])
        print(f"- {round_}, {names[row['scope'], row['scope_id']]}, {row['entry_id']}: {'; '.join(parts)}")


def shown(t: Texts, name: str, value: str) -> str:
    """Return what a list says, with a score as people write it."""
    return t.decimal(Decimal(value)) if name == "score" and value else value or "–"


@command("result decree")
def decree(edition: "Edition", *, number: str, date: str, replaces: str = "", by: str = "committee") -> None:
    from kit.contest.decisions import record_decree

    record_decree(edition, number, date, replaces=replaces, actor=by)
    made = edition.decisions.decree
    assert made is not None  # just recorded
    print(edition.texts("cli.decreed", number=made.number, date=made.date))


@command("result fairness")
def fairness(edition: "Edition", *, round_: str = "", out: Path | None = None, made_at: MadeAt = "") -> None:
    make(edition, [f"fairness/{round_ or edition.rules.first_round}"], out=out, made_at=made_at)


@command("result open-data")
def open_data(edition: "Edition", *, out: Path | None = None) -> None:
    from kit.documents.awards import publish_data

    show_written(edition.texts, publish_data(edition, out))

"""Commands from a new edition to its result."""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.cli._decisions import move_round
from kit.cli._parser import language_of, opened
from kit.errors import Mistakes, Problem
from kit.texts import Texts

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import pandas as pd

    from kit.cli._parser import Commands
    from kit.edition import Edition
    from kit.ledger import Heads

    Row = dict[str, Any]

_ROW_KEYS = (
    *("round", "scope", "scope_id", "entry_id", "title", "unit", "score", "rank", "award", "tie_broken_by"),
    *("judges_counted", "judges_required", "state", "last_round", "basis"),
)


def add_commands(commands: Commands) -> None:
    """Add ``new``, ``check``, ``round``, ``accept``, ``rank`` and ``explain``."""
    t = commands.texts
    _, options = commands.add("new", _new)
    source = options.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="source", metavar=t("cli.edition"), help=t("cli.arg_from"))
    source.add_argument("--preset", metavar=t("cli.name"), help=t("cli.arg_preset", presets=", ".join(_presets())))

    _, options = commands.add("check", _check)
    options.add_argument("--anchors", type=Path, metavar=t("cli.file"), help=t("cli.arg_anchors"))

    arguments, options = commands.add("round", _round)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))
    arguments.add_argument(
        "action", choices=["open", "close", "plenary", "decide", "publish"], help=t("cli.arg_action")
    )
    options.add_argument("--reason", default="", metavar=t("cli.text"), help=t("cli.arg_round_reason"))

    _, options = commands.add("accept", _accept)
    options.add_argument("--reason", required=True, metavar=t("cli.text"), help=t("cli.arg_reason"))

    _, options = commands.add("rank", _rank)
    options.add_argument("--round", metavar=t("cli.round"), help=t("cli.arg_ranked_round"))
    options.add_argument("--scope", choices=["overall", "group", "category", "group_category"], help=t("cli.arg_scope"))
    options.add_argument("--format", choices=["table", "csv", "json"], default="table", help=t("cli.arg_format"))

    arguments, _ = commands.add("explain", _explain)
    arguments.add_argument("entry", metavar=t("cli.entry"), help=t("cli.arg_entry"))


def _presets() -> list[str]:
    return sorted(path.stem for path in (Path(__file__).parents[1] / "presets").glob("*.yaml"))


def _new(options: argparse.Namespace) -> None:
    from kit.newedition import new_edition  # noqa: PLC0415

    folder = new_edition(options.edition, source=options.source, preset=options.preset)
    t = Texts(language_of(options))
    print(t("cli.made_new", edition=options.edition, folder=f"{folder.parent.name}/{folder.name}"))


def _check(options: argparse.Namespace) -> None:
    from kit.contest.check import check  # noqa: PLC0415

    edition = opened(options)
    found = check(edition, _anchors(options.anchors) if options.anchors else None)
    if found.mistakes:
        raise Mistakes([*found.mistakes, *found.remarks])
    registers = edition.registers
    counts = {
        "entries": len(registers.entries),
        "units": registers.entries["unit_id"].nunique(),
        "judges": len(registers.judges),
        "events": len(edition.history.table),
    }
    print(edition.texts("cli.checked", edition=edition.name, **counts))
    _print_remarks(edition, found.remarks)


def _print_remarks(edition: Edition, remarks: Sequence[Problem]) -> None:
    if remarks:
        print(edition.texts("cli.remarks"))
    for remark in remarks:
        print(f"- {remark.sentence(edition.language)}")


def _anchors(path: Path) -> Heads:
    from kit.ledger import read_anchors  # noqa: PLC0415

    try:
        return read_anchors(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Problem("file_missing", file=path.name, folder=path.absolute().parent.name) from None
    except UnicodeDecodeError:
        raise Problem("not_utf8", file=path.name) from None
    except Problem as error:
        raise error.at(file=path.name) from None


def _round(options: argparse.Namespace) -> None:
    from kit.ledger import anchor_lines  # noqa: PLC0415

    edition = opened(options)
    if options.action not in {"open", "close"}:
        move_round(edition, options.round, options.action, options.reason)
        return
    if options.action == "open":
        gate = edition.gate(options.round)
        about = {"round": edition.say(options.round), "entries": gate.entries}
        print(edition.texts("cli.gate", **about, sheets=gate.sheets, judges=gate.judges))
        edition.open_round(options.round, options.reason)
        _print_remarks(edition, gate.remarks)
    else:
        edition.close_round(options.round, options.reason)
    name = edition.rules.round(options.round).name.say(edition.language)
    if options.action == "open":
        print(edition.texts("cli.opened", round=name))
    else:
        print(edition.texts("cli.closed", round=name))
        print(anchor_lines(edition.history.heads()), end="")


def _accept(options: argparse.Namespace) -> None:
    edition = opened(options)
    edition.accept_changes(options.reason)
    print(edition.texts("cli.accepted"))


def _rank(options: argparse.Namespace) -> None:
    edition = opened(options)
    table = edition.ranking_table(options.round)
    if edition.decisions.decree:
        table["state"] = table["state"].replace("result", "decreed")
    rows = _rows(edition, table)
    rows = [row for row in rows if options.scope in {None, row["scope"]}]
    if options.format == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif options.format == "csv":
        writer = csv.DictWriter(sys.stdout, _ROW_KEYS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_rankings(edition, rows)


def _rows(edition: Edition, table: pd.DataFrame) -> list[Row]:
    """The ranking in what JSON knows: scores as decimal text, whole numbers, None where there is nothing."""
    from kit.explain import basis  # noqa: PLC0415

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


def _print_rankings(edition: Edition, rows: Sequence[Row]) -> None:
    from kit.explain import scope_names, tie_rules, tie_words  # noqa: PLC0415

    t, rules, decree = edition.texts, edition.rules, edition.decisions.decree
    names = scope_names(rules, t)
    rounds = {r.id: r.name.say(t.language) for r in edition.rules.rounds} | {"final": t("explain.final_title")}
    lists = groupby(rows, lambda row: [row[key] for key in ("round", "scope", "scope_id", "state", "basis")])
    for (round_, scope, scope_id, state, rests), part in lists:
        called = t(f"report.state_{state}", **(decree._asdict() if decree else {}))
        print(f"{rounds[round_]} · {names[scope, scope_id]} · {called}")
        print(rests)
        for row in part:
            rank = "–" if row["rank"] is None else row["rank"]
            score = "–" if row["score"] is None else t.decimal(Decimal(row["score"]))
            ties = tie_rules(rules, round_, row["last_round"])
            tie = tie_words(ties, row["tie_broken_by"] or "", rules, row["last_round"], t)
            more = " · ".join(filter(None, [row["award"], tie and t("cli.tie", rule=tie)]))
            line = f"{rank:>4}  {score:>8}  {row['entry_id']:<10}  {row['title']}"
            print(f"{line}  [{more}]" if more else line)
        print()


def _explain(options: argparse.Namespace) -> None:
    from kit.explain import explain  # noqa: PLC0415

    print(explain(opened(options), options.entry).text())

"""The command line: ``kit COMMAND EDITION``, with help and messages in the language asked for."""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import sys
import textwrap
import traceback
import warnings
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kit.errors import Collector, FileMissing, KitError, Mistakes
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from kit.edition import Edition
    from kit.ledger import Heads
    from kit.texts import Language

    Row = dict[str, Any]

_ROW_KEYS = (
    *("round", "scope", "scope_id", "entry_id", "title", "unit", "score", "rank", "award", "tie_broken_by"),
    *("judges_counted", "judges_required", "state"),
)
_INTERRUPTED = 130  # what a shell expects after Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something must be corrected (2, wrong command, exits)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know every letter of a name
            stream.reconfigure(encoding="utf-8", errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = build_parser(_asked(given)).parse_args(given)
    try:
        with warnings.catch_warnings():
            _say_warnings(options)
            options.run(options)
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("KIT_DEBUG") and not isinstance(error, KitError):
            raise
        print(_sentence(error, _language_of(options)), file=sys.stderr)
        return 1
    return 0


def _asked(given: Sequence[str]) -> Language:
    """The language that the arguments ask for; help needs it before they are read."""
    return "en" if "--language=en" in given or ("--language", "en") in pairwise(given) else "id"


def _language_of(options: argparse.Namespace) -> Language:
    """The language asked for, else that of the edition, even one whose rules cannot be read, else Indonesian."""
    if options.language:
        return "en" if options.language == "en" else "id"
    from kit.edition import find_home  # noqa: PLC0415

    for name in (options.edition, getattr(options, "source", None)):
        try:
            text = (find_home() / "data" / str(name) / "rules.yaml").read_text(encoding="utf-8", errors="replace")
        except (KitError, OSError, ValueError):
            continue
        return "en" if re.search(r"^language:\s*[\"']?en\b", text, re.MULTILINE) else "id"
    return "id"


def _sentence(error: Exception, language: Language) -> str:
    """What went wrong, for whoever typed the command."""
    t = Texts(language)
    if isinstance(error, KitError):
        said = error.say(language)
        first = error.found[0] if isinstance(error, Mistakes) else error
        return said if first.data.get("file") else said[:1].upper() + said[1:]
    if isinstance(error, OSError) and error.filename:
        return t("cli.not_accessible", file=str(error.filename), said=error.strerror or type(error).__name__)
    return t("cli.unexpected", said="".join(traceback.format_exception_only(error)).strip())


def _say_warnings(options: argparse.Namespace) -> None:
    """Print the kit's own warnings as sentences."""
    otherwise = warnings.showwarning

    def show(message: Warning | str, *place: Any, **more: Any) -> None:  # noqa: ANN401  (as warnings calls it)
        if isinstance(message, KitError):
            print(message.say(_language_of(options)), file=sys.stderr)
        else:
            otherwise(message, *place, **more)

    warnings.showwarning = show


class _Parser(argparse.ArgumentParser):
    """A parser whose every word comes from the catalogue.

    Args:
        language: of the help and of its own messages.
        about: what the command does.
        example: lines that show how to use it.
        options: for argparse.
    """

    def __init__(self, *, language: Language, about: str, example: str, **options: Any) -> None:  # noqa: ANN401
        self.texts = t = Texts(language)
        super().__init__(
            **options,
            add_help=False,
            allow_abbrev=False,
            formatter_class=lambda prog: _Help(prog, t("cli.usage")),
            description=textwrap.fill(about, 78),
            epilog=f"{t('cli.example')}\n{textwrap.indent(example, '  ')}",
        )

    def add_help_option(self) -> argparse._ArgumentGroup:
        """Add ``--help`` in a group of options, and return the group for more."""
        group = self.add_argument_group(self.texts("cli.options"))
        group.add_argument("-h", "--help", action="help", help=self.texts("cli.arg_help"))
        return group

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command, how it is used and where to read more."""
        self.print_usage(sys.stderr)
        self.exit(2, self.texts("cli.wrong_command", said=message, command=self.prog) + "\n")


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, usage: str) -> None:
        super().__init__(prog)
        self._usage_word = f"{usage}: "

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, self._usage_word if prefix is None else prefix)


def build_parser(language: Language = "id") -> argparse.ArgumentParser:
    """Return the parser of all commands, with help in one language."""
    t = Texts(language)
    parser = _Parser(prog="kit", language=language, about=t("cli.about"), example=t("cli.example_kit"))
    commands = parser.add_subparsers(title=t("cli.commands"), metavar=t("cli.command"), required=True)
    parser.add_help_option()

    def command(
        name: str, run: Callable[[argparse.Namespace], None]
    ) -> tuple[argparse._ArgumentGroup, argparse._ArgumentGroup]:
        about = t(f"cli.help_{name}")
        sub = commands.add_parser(name, help=about, language=language, about=about, example=t(f"cli.example_{name}"))
        sub.set_defaults(run=run)
        arguments = sub.add_argument_group(t("cli.arguments"))
        arguments.add_argument("edition", metavar=t("cli.edition"), help=t("cli.arg_edition"))
        options = sub.add_help_option()
        options.add_argument("--language", choices=LANGUAGES, help=t("cli.arg_language"))
        return arguments, options

    _, options = command("new", _new)
    source = options.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="source", metavar=t("cli.edition"), help=t("cli.arg_from"))
    source.add_argument("--preset", metavar=t("cli.name"), help=t("cli.arg_preset", presets=", ".join(_presets())))

    _, options = command("check", _check)
    options.add_argument("--anchors", type=Path, metavar=t("cli.file"), help=t("cli.arg_anchors"))

    arguments, options = command("import", _import)
    arguments.add_argument("files", nargs="+", type=Path, metavar=t("cli.file"), help=t("cli.arg_files"))
    options.add_argument("--round", metavar=t("cli.round"), help=t("cli.arg_round"))
    options.add_argument("--sheet", metavar=t("cli.name"), help=t("cli.arg_sheet"))

    arguments, options = command("round", _round)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))
    arguments.add_argument("action", choices=["open", "close"], help=t("cli.arg_action"))
    options.add_argument("--reason", default="", metavar=t("cli.text"), help=t("cli.arg_round_reason"))

    _, options = command("accept", _accept)
    options.add_argument("--reason", required=True, metavar=t("cli.text"), help=t("cli.arg_reason"))

    _, options = command("rank", _rank)
    options.add_argument("--round", metavar=t("cli.round"), help=t("cli.arg_ranked_round"))
    options.add_argument("--scope", choices=["overall", "group", "category", "group_category"], help=t("cli.arg_scope"))
    options.add_argument("--format", choices=["table", "csv", "json"], default="table", help=t("cli.arg_format"))

    arguments, _ = command("explain", _explain)
    arguments.add_argument("entry", metavar=t("cli.entry"), help=t("cli.arg_entry"))

    _, options = command("report", _report)
    options.add_argument("--out", type=Path, metavar=t("cli.folder"), help=t("cli.arg_out"))
    moment = partial(_moment, t)
    options.add_argument("--made-at", type=moment, default="", metavar=t("cli.time"), help=t("cli.arg_made_at"))
    return parser


def _presets() -> list[str]:
    return sorted(path.stem for path in (Path(__file__).parent / "presets").glob("*.yaml"))


def _moment(t: Texts, text: str) -> str:
    """A time that documents can carry, or blank for now."""
    with suppress(ValueError):
        if not text or datetime.fromisoformat(text).tzinfo:
            return text
    raise argparse.ArgumentTypeError(t("cli.wrong_time", value=text))


def _opened(options: argparse.Namespace) -> Edition:
    import kit  # noqa: PLC0415  (help and wrong commands answer at once)

    return kit.open(options.edition, options.language)


def _new(options: argparse.Namespace) -> None:
    from kit.newedition import new_edition  # noqa: PLC0415

    folder = new_edition(options.edition, source=options.source, preset=options.preset)
    t = Texts(_language_of(options))
    print(t("cli.made_new", edition=options.edition, folder=f"{folder.parent.name}/{folder.name}"))


def _check(options: argparse.Namespace) -> None:
    edition = _opened(options)
    with Collector() as mistakes:
        for mistake in edition.ledger.verify(_anchors(options.anchors) if options.anchors else None):
            mistakes.add(mistake)
        try:
            if changed := edition.unaccepted():
                mistakes.add(changed)
        except KitError as error:
            mistakes.add(error)
    registers = edition.registers
    counts = {
        "entries": len(registers.entries),
        "units": registers.entries["unit_id"].nunique(),
        "judges": len(registers.judges),
        "events": len(edition.ledger.events()),
    }
    print(edition.texts("cli.checked", edition=edition.name, **counts))


def _anchors(path: Path) -> Heads:
    from kit.ledger import read_anchors  # noqa: PLC0415
    from kit.rulesfile import NotUtf8  # noqa: PLC0415

    try:
        return read_anchors(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise FileMissing(file=path.name, folder=path.absolute().parent.name) from None
    except UnicodeDecodeError:
        raise NotUtf8(file=path.name) from None
    except KitError as error:
        raise type(error)(file=path.name, **error.data) from None


def _import(options: argparse.Namespace) -> None:
    edition = _opened(options)
    brought = edition.import_marks(options.files, options.round, options.sheet)
    for file, (marks, comments) in zip(options.files, brought, strict=True):
        key = "cli.imported" if marks or comments else "cli.imported_nothing"
        print(edition.texts(key, file=file.name, marks=marks, comments=comments))


def _round(options: argparse.Namespace) -> None:
    from kit.ledger import anchor_lines  # noqa: PLC0415

    edition = _opened(options)
    (edition.open_round if options.action == "open" else edition.close_round)(options.round, options.reason)
    name = edition.rules.round(options.round).name.say(edition.language)
    if options.action == "open":
        print(edition.texts("cli.opened", round=name))
    else:
        print(edition.texts("cli.closed", round=name))
        print(anchor_lines(edition.ledger.heads()), end="")


def _accept(options: argparse.Namespace) -> None:
    edition = _opened(options)
    edition.accept_changes(options.reason)
    print(edition.texts("cli.accepted"))


def _rank(options: argparse.Namespace) -> None:
    edition = _opened(options)
    rows = _rows(edition.ranking_table(options.round))
    rows = [row for row in rows if options.scope in {None, row["scope"]}]
    if options.format == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif options.format == "csv":
        writer = csv.DictWriter(sys.stdout, _ROW_KEYS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_rankings(edition, rows)


def _rows(table: pd.DataFrame) -> list[Row]:
    """The ranking in what JSON knows: scores as decimal text, whole numbers, None where there is nothing."""
    return [
        {key: row[key] for key in _ROW_KEYS}
        | {
            "score": None if row["score"] is None else f"{row['score']:f}",
            "rank": None if row["score"] is None else int(row["rank"]),
            "judges_counted": int(row["judges_counted"]),
            "judges_required": int(row["judges_required"]),
        }
        for row in table.to_dict("records")
    ]


def _print_rankings(edition: Edition, rows: Sequence[Row]) -> None:
    from kit.explain import scope_names  # noqa: PLC0415

    t = edition.texts
    names = scope_names(edition.rules, t)
    rounds = {r.id: r.name.say(t.language) for r in edition.rules.rounds} | {"final": t("explain.final_title")}
    lists = groupby(rows, lambda row: (row["round"], row["scope"], row["scope_id"], row["state"]))
    for (round_, scope, scope_id, state), part in lists:
        print(f"{rounds[round_]} · {names[scope, scope_id]} · {t(f'report.state_{state}')}")
        for row in part:
            rank = "–" if row["rank"] is None else row["rank"]
            score = "–" if row["score"] is None else t.decimal(Decimal(row["score"]))
            more = " · ".join(filter(None, [row["award"], row["tie_broken_by"]]))
            line = f"{rank:>4}  {score:>8}  {row['entry_id']:<10}  {row['title']}"
            print(f"{line}  [{more}]" if more else line)
        print()


def _explain(options: argparse.Namespace) -> None:
    from kit.explain import explain  # noqa: PLC0415

    print(explain(_opened(options), options.entry).text())


def _report(options: argparse.Namespace) -> None:
    from kit.report.batch import render_report  # noqa: PLC0415

    edition = _opened(options)
    made = render_report(edition, made_at=options.made_at, out=options.out)
    here = Path.cwd()
    for path in made.documents.values():
        shown = path.relative_to(here) if path.is_relative_to(here) else path
        print(edition.texts("cli.wrote", file=str(shown)))


if __name__ == "__main__":
    sys.exit(main())

"""The parser of the command line: every word of it comes from the catalogue."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from typing import TYPE_CHECKING, Any, NoReturn

from kit.errors import Problem
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kit.edition import Edition
    from kit.texts import Language

    Group = argparse._ArgumentGroup  # noqa: SLF001  (it has no other name)


# What argparse says, in the words of Python 3.11 and later, and the sentence of the catalogue for each.
_SAID = {
    r"the following arguments are required: (?P<names>.+)": "said_required",
    r"one of the arguments (?P<names>.+) is required": "said_one_of",
    r"argument (?P<name>.+?): invalid choice: (?P<value>.+?) \(choose from (?P<choices>.+)\)": "said_choice",
    r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)": "said_apart",
    r"argument (?P<name>.+?): expected .+": "said_expected",
    r"argument (?P<name>.+?): ignored explicit argument (?P<value>.+)": "said_no_value",
    r"argument (?P<name>.+?): (?P<said>.+)": "said_wrong",
    r"unrecognized arguments: (?P<names>.+)": "said_unrecognized",
}


class Parser(argparse.ArgumentParser):
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

    def add_help_option(self) -> Group:
        """Add ``--help`` in a group of options, and return the group for more."""
        group = self.add_argument_group(self.texts("cli.options"))
        group.add_argument("-h", "--help", action="help", help=self.texts("cli.arg_help"))
        return group

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command, how it is used and where to read more."""
        self.print_usage(sys.stderr)
        self.exit(2, self.texts("cli.wrong_command", said=self._said(message), command=self.prog) + "\n")

    def _said(self, message: str) -> str:
        for pattern, key in _SAID.items():
            if found := re.fullmatch(pattern, message, re.DOTALL):
                return self.texts(f"cli.{key}", **found.groupdict())
        return message


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


class Commands:
    """The commands of ``kit``, to be added one by one.

    Args:
        parser: that of ``kit`` itself.
    """

    def __init__(self, parser: Parser) -> None:
        self.texts = t = parser.texts
        self._parsers = parser.add_subparsers(title=t("cli.commands"), metavar=t("cli.command"), required=True)

    def add(self, name: str, run: Callable[[argparse.Namespace], None], *, edition: bool = True) -> tuple[Group, Group]:
        """Add a command, as a rule about one edition, and return its groups of arguments and of options."""
        t, key = self.texts, name.replace("-", "_")
        about = t(f"cli.help_{key}")
        example = t(f"cli.example_{key}")
        sub = self._parsers.add_parser(name, help=about, language=t.language, about=about, example=example)
        sub.set_defaults(run=run)
        arguments = sub.add_argument_group(t("cli.arguments"))
        if edition:
            arguments.add_argument("edition", metavar=t("cli.edition"), help=t("cli.arg_edition"))
        options = sub.add_help_option()
        options.add_argument("--language", choices=LANGUAGES, help=t("cli.arg_language"))
        return arguments, options


def language_of(options: argparse.Namespace) -> Language:
    """The language asked for, else that of the edition, even one whose rules cannot be read, else Indonesian."""
    if options.language:
        return "en" if options.language == "en" else "id"
    from kit.edition import find_home  # noqa: PLC0415

    for name in (getattr(options, "edition", None), getattr(options, "source", None)):
        try:
            text = (find_home() / "data" / str(name) / "rules.yaml").read_text(encoding="utf-8", errors="replace")
        except (Problem, OSError, ValueError):
            continue
        return "en" if re.search(r"^language:\s*[\"']?en\b", text, re.MULTILINE) else "id"
    return "id"


def whole(t: Texts, low: int, high: int) -> Callable[[str], int]:
    """Return the reader of a whole number between two others."""

    def read(text: str) -> int:
        if re.fullmatch(r"-?[0-9]{1,18}", text) and low <= int(text) <= high:
            return int(text)
        raise argparse.ArgumentTypeError(t("cli.wrong_number", value=text, low=str(low), high=str(high)))

    return read


def opened(options: argparse.Namespace) -> Edition:
    """Open the edition that a command is about."""
    import kit  # noqa: PLC0415  (help and wrong commands answer at once)

    return kit.open(options.edition, options.language)


def require_yes(t: Texts, *, yes: bool) -> None:
    """Ask whether what was shown is to be recorded, unless the answer came with the command.

    Raises:
        not_recorded: nobody said yes, so the command has not done what it was called for.
    """
    if not yes:
        said = input(t("cli.ask_record") + " ") if sys.stdin.isatty() else ""
        if said.strip().casefold() not in t("cli.yes_words").split():
            sys.stdout.flush()
            raise Problem("not_recorded")

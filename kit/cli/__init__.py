"""The command line: ``kit COMMAND EDITION``, with help and messages in the language asked for."""

from __future__ import annotations

import errno
import os
import sys
import traceback
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kit.cli import _after, _approval, _contest, _decisions, _documents, _scoring, _selection, _years
from kit.cli._parser import Commands, Parser, language_of
from kit.errors import Problem
from kit.texts import Texts

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from kit.texts import Language

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
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
        if os.environ.get("KIT_DEBUG") and not isinstance(error, Problem):
            raise
        print(_sentence(error, language_of(options)), file=sys.stderr)
        return 1
    return 0


def _asked(given: Sequence[str]) -> Language:
    """The language that the arguments ask for; help needs it before they are read."""
    return "en" if "--language=en" in given or ("--language", "en") in pairwise(given) else "id"


def _sentence(error: Exception, language: Language) -> str:
    """What went wrong, for whoever typed the command."""
    t = Texts(language)
    if isinstance(error, Problem):
        return error.sentence(language)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return t("cli.disk_full")
    if isinstance(error, OSError) and error.filename:
        return t("cli.not_accessible", file=str(error.filename), said=error.strerror or type(error).__name__)
    return t("cli.unexpected", said="".join(traceback.format_exception_only(error)).strip())


def _say_warnings(options: argparse.Namespace) -> None:
    """Print the kit's own warnings as sentences."""
    otherwise = warnings.showwarning

    def show(message: Warning | str, *place: Any, **more: Any) -> None:  # noqa: ANN401  (as warnings calls it)
        if isinstance(message, Problem):
            print(message.say(language_of(options)), file=sys.stderr)
        else:
            otherwise(message, *place, **more)

    warnings.showwarning = show


def build_parser(language: Language = "id") -> argparse.ArgumentParser:
    """Return the parser of all commands, with help in one language."""
    t = Texts(language)
    parser = Parser(prog="kit", language=language, about=t("cli.about"), example=t("cli.example_kit"))
    commands = Commands(parser)
    _contest.add_commands(commands)
    _documents.add_commands(commands)
    _scoring.add_commands(commands)
    _selection.add_commands(commands)
    _decisions.add_commands(commands)
    _approval.add_commands(commands)
    _after.add_commands(commands)
    _years.add_commands(commands)
    parser.add_help_option()
    return parser

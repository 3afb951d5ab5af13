"""The command line: ``kit COMMAND EDITION`` and ``kit GROUP COMMAND EDITION``, by click.

Read :mod:`kit.cli._command` first: it makes commands of functions. The other modules hold these functions, each
is imported when one of its commands is called.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from kit.cli._command import GROUPS, OFTEN, Command, Group, Spoken, all_commands, key_of, unknown
from kit.errors import Problem
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["GROUPS", "OFTEN", "Command", "Group", "Spoken", "all_commands", "key_of", "main"]
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_INTERRUPTED = 130  # what a shell expects after Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something must be corrected, 2 wrong command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know every letter of a name
            stream.reconfigure(encoding="utf-8", errors="replace")
    gc.set_threshold(
        50_000
    )  # imports make many objects and hardly any garbage: a sixth of `kit rank` was looking for it
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = next(
        (name for name in LANGUAGES if f"--language={name}" in given or ("--language", name) in pairwise(given)), None
    )
    spoken = Spoken(asked, asked or "id")
    try:
        with warnings.catch_warnings():
            _say_warnings(spoken)
            kit = Group("", spoken.texts)
            with kit.make_context("kit", given, obj=spoken) as ctx:
                kit.invoke(ctx)
            sys.stdout.flush()
    except click.exceptions.Exit as help_was_shown:
        return help_was_shown.exit_code
    except click.UsageError as error:
        print(_how_it_is_used(error, spoken), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("KIT_DEBUG") and not isinstance(error, Problem):
            raise
        print(_sentence(error, spoken.texts), file=sys.stderr)
        return 1
    return 0


def _how_it_is_used(error: click.UsageError, spoken: Spoken) -> str:
    """What is wrong with a command, how it is used and where to read more; what click says, in our own words."""
    t, ctx = spoken.texts, error.ctx or spoken.command
    assert ctx is not None  # a command is being read
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return ctx.get_help()
    said = error.message
    parameter = error.param if isinstance(error, click.BadParameter) else None
    name = parameter and (parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(ctx))
    match error:
        case click.MissingParameter():
            said = t("cli.said_required", names=name)
        case click.BadParameter():
            said = t("cli.said_wrong", name=name, said=said)
        case click.NoSuchOption():
            said = unknown(t, error.option_name, error.possibilities)
        case click.BadOptionUsage(option_name=option):
            switch = any(option in own.opts for own in ctx.command.params if getattr(own, "is_flag", False))
            said = t("cli.said_no_value" if switch else "cli.said_expected", name=option)
    return f"{ctx.get_usage()}\n{t('cli.wrong_command', said=said, command=ctx.command_path)}"


def _sentence(error: Exception, t: Texts) -> str:
    """What went wrong, for whoever typed the command."""
    if isinstance(error, Problem):
        return error.sentence(t.language)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return t("cli.disk_full")
    if isinstance(error, OSError) and error.filename:
        return t("cli.not_accessible", file=str(error.filename), said=error.strerror or type(error).__name__)
    return t("cli.unexpected", said="".join(traceback.format_exception_only(error)).strip())


def _say_warnings(spoken: Spoken) -> None:
    """Print the kit's own warnings as sentences."""
    otherwise = warnings.showwarning

    def show(message: Warning | str, *place: Any, **more: Any) -> None:  # noqa: ANN401  (as warnings calls it)
        if isinstance(message, Problem):
            print(message.say(spoken.language), file=sys.stderr)
        else:
            otherwise(message, *place, **more)

    warnings.showwarning = show

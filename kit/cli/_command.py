"""How a function becomes a command: its signature says what can be typed, the catalogue explains it.

Parameters by position are typed as words in that order, those by keyword alone as options; a tuple takes several,
``bool`` is a switch, ``Literal`` a choice. What has no default must be given.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from itertools import pairwise, takewhile
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import click

from kit.errors import Problem
from kit.texts import LANGUAGES, Language, Texts

if TYPE_CHECKING:
    from kit.edition import Edition
    from kit.render.blocks import Block

Function = TypeVar("Function", bound=Callable[..., None])

# The modules where commands and groups of commands are, by the first word; in this order they stand in the help.
OFTEN = {"check": "results", "rank": "results", "explain": "results", "report": "documents", "documents": "documents"}
OFTEN |= {"serve": "judging", "present": "judging", "rehearse": "editions", "prove": "results"}
GROUPS = {"edition": "editions", "rules": "editions", "round": "judging", "judge": "judging", "marks": "judging"}
GROUPS |= {"committee": "judging"}
GROUPS |= {"entry": "entries", "plenary": "plenary", "result": "results", "objection": "entries"}
GROUPS |= {"years": "documents", "archive": "editions"}

FUNCTIONS: dict[str, Callable[..., None]] = {}  # the words of a command to what it does


def command(words: str) -> Callable[[Function], Function]:
    """Make a function the command ``kit WORDS``."""

    def register(function: Function) -> Function:
        FUNCTIONS[words] = function
        return function

    return register


@dataclass
class Spoken:
    """The language that was asked for, if any, the one to speak, and the command that is being read."""

    asked: Language | None
    language: Language
    command: click.Context | None = None

    @property
    def texts(self) -> Texts:
        """The catalogue in the language to speak."""
        return Texts(self.language)


@dataclass
class Opening:
    """Opens editions, for a command that takes several: one that is wrong must not stop the others."""

    asked: Language | None

    def __call__(self, name: str) -> "Edition":
        """Return an edition in the language that was asked for, or its own."""
        from kit.edition import Edition
        from kit.folder import find_edition

        if not name:  # a slip, and not the current edition
            find_edition("")
        return Edition.open(name, self.asked)


# What can be typed


class Whole(click.ParamType[int]):
    """A whole number between two others."""

    name = "n"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Return the number."""
        if re.fullmatch(r"-?[0-9]{1,18}", str(value)) and self.low <= int(value) <= self.high:
            return int(value)
        return self.fail(
            _texts(ctx)("cli.wrong_number", value=value, low=str(self.low), high=str(self.high)), param, ctx
        )


class Moment(click.ParamType[str]):
    """A time as people or programs write it, or blank for now."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the time in ISO 8601."""
        from kit.tables import moment

        try:
            return moment(str(value)).isoformat() if value else ""
        except Problem:
            return self.fail(_texts(ctx)("cli.wrong_time", value=value), param, ctx)


class Choice(click.Choice[str]):
    """One of a few words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Say which words there are."""
        return _texts(ctx)("cli.said_choice", value=value, choices=", ".join(self.choices))


def _texts(ctx: click.Context | None) -> Texts:
    assert ctx is not None  # every word is read within a command
    spoken: Spoken = ctx.obj
    return spoken.texts


# Help


class _Formatter(click.HelpFormatter):
    """Writes click's headings in the words of the catalogue."""

    def __init__(self, t: Texts) -> None:
        super().__init__(width=88)
        self.t = t

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{self.t('cli.usage')}: ")

    def section(self, name: str) -> Any:  # noqa: ANN401  (as click's)
        headings = {"Positional arguments": "cli.arguments", "Options": "cli.options"}
        return super().section(self.t(headings[name]) if name in headings else name)


class _Context(click.Context):
    def __init__(self, *about: Any, **more: Any) -> None:  # noqa: ANN401  (as click's)
        super().__init__(*about, **more)
        self.obj.command = self  # not all that click raises says where

    def make_formatter(self) -> click.HelpFormatter:
        return _Formatter(_texts(self))


class _Option(click.Option):
    def get_help_extra(self, ctx: click.Context) -> Any:  # noqa: ANN401, ARG002  (click's interface)
        return {}  # click would add "required" in English


class Command(click.Command):
    """A command of a function.

    Args:
        words: those of the command, such as ``round open``.
        t: the language of its help.
    """

    context_class = _Context

    def __init__(self, words: str, t: Texts) -> None:
        self.function = FUNCTIONS[words]
        parameters = [_parameter(words, own, t) for own in inspect.signature(self.function).parameters.values()]
        super().__init__(words.rpartition(" ")[2], params=[*filter(None, parameters)], **_about(words, t))
        self.context_settings["allow_extra_args"] = True  # to name them in our own words
        # A value may be a negative number, which click would take for an option.
        self.context_settings["ignore_unknown_options"] = any(own.name == "value" for own in self.params)
        self.params += _common(t)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return what is typed after the command: words first, then the options that must be given."""
        needed = [own for own in self.params if own.required and isinstance(own, click.Option)]
        words = [piece for own in self.params for piece in own.get_usage_pieces(ctx)]
        return [*words, *(own.get_help_spec(ctx) for own in needed), f"[{_texts(ctx)('cli.options_word')}]"]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an option without a value, for which click would take the option after it."""
        takes_value = {name for own in self.params if not getattr(own, "is_flag", True) for name in own.opts}
        for name, value in pairwise(takewhile(lambda word: word != "--", args)):
            if name in takes_value and re.fullmatch(r"-h|--[a-z].*", value):
                raise click.BadOptionUsage(name, "", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> None:
        """Open the edition, if one is named, and call the function."""
        spoken: Spoken = ctx.obj
        if ctx.args:
            raise click.UsageError(unknown(_texts(ctx), " ".join(ctx.args), None), ctx)
        typed = ctx.params
        spoken.language = spoken.asked or _language_of(
            typed.get("edition"), typed.get("from_"), *typed.get("editions", ())
        )
        for own in inspect.signature(self.function).parameters.values():
            if own.annotation == "Edition":
                typed[own.name] = Opening(spoken.asked)(typed[own.name])
            elif own.annotation is Opening:
                typed[own.name] = Opening(spoken.asked)
            elif own.annotation is Texts:
                typed[own.name] = spoken.texts
        self.function(**typed)


class Group(click.Group):
    """Commands with a first word in common, or all of them; a command's module is loaded when it is called.

    Args:
        word: the first word; blank for all.
        t: the language of the help.
    """

    context_class = _Context

    def __init__(self, word: str, t: Texts) -> None:
        super().__init__(word or "kit", no_args_is_help=True, params=_common(t), **_about(word, t))
        self.t = t
        self.word = word
        self.options_metavar = ""
        self.subcommand_metavar = f"{t('cli.command')} …"
        if word:
            import_module(f"kit.cli.{GROUPS[word]}")

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's interface)
        """Return the words that may follow, in the order of the help."""
        if not self.word:
            return [*OFTEN, *GROUPS]
        return [verb for group, _, verb in (words.partition(" ") for words in FUNCTIONS) if verb and group == self.word]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command or group of one word."""
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name in GROUPS and not self.word:
            return Group(cmd_name, self.t)
        if not self.word:
            import_module(f"kit.cli.{OFTEN[cmd_name]}")
        return Command(f"{self.word} {cmd_name}".strip(), self.t)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; suggest those that may have been meant."""
        name = args[0]
        if name.startswith("-") or self.get_command(ctx, name):
            return super().resolve_command(ctx, args)
        elsewhere = [words for words in all_commands() if words.rpartition(" ")[2] == name]
        near = elsewhere or get_close_matches(name, self.list_commands(ctx))
        raise click.UsageError(unknown(self.t, name, near), ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, then the options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the first sentence of its description."""
        verbs = {"cli.commands": self.list_commands(ctx)}
        for heading, names in (verbs if self.word else {"cli.often": [*OFTEN], "cli.groups": [*GROUPS]}).items():
            with formatter.section(self.t(heading)):
                about = [self.t(f"commands.{key_of(f'{self.word} {name}'.strip())}") for name in names]
                formatter.write_dl(
                    [(name, text.partition(". ")[0].rstrip(".")) for name, text in zip(names, about, strict=True)]
                )


def unknown(t: Texts, name: str, near: Sequence[str] | None) -> str:
    """Say that a word is not known, and which were perhaps meant."""
    said = t("cli.said_unrecognized", names=name)
    return t("cli.said_meant", said=said, names=", ".join(near)) if near else said


def all_commands() -> list[str]:
    """Return the words of every command, in the order of the help."""
    for module in {*OFTEN.values(), *GROUPS.values()}:
        import_module(f"kit.cli.{module}")
    order = [*OFTEN, *GROUPS]
    return sorted(FUNCTIONS, key=lambda words: order.index(words.partition(" ")[0]))


def key_of(words: str) -> str:
    """Return the key of a command, or of a group, in the catalogue's chapter ``commands``."""
    return re.sub(r"[ -]", "_", words) or "kit"


def _about(words: str, t: Texts) -> dict[str, Any]:
    example = t(f"commands.example_{key_of(words)}").replace("\n", "\n  ")
    return {
        "help": t(f"commands.{key_of(words)}"),
        "epilog": f"\b\n{t('cli.example')}\n  {example}",  # \b: click leaves the lines as they are
        "add_help_option": False,
    }


def _common(t: Texts) -> list[click.Parameter]:
    def show(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  (click's interface)
        if wanted:
            click.echo(ctx.get_help())
            ctx.exit()

    helping: dict[str, Any] = {"is_flag": True, "is_eager": True, "callback": show, "help": t("cli.arg_help")}
    languages = Choice(LANGUAGES)
    return [
        _Option(["--language"], type=languages, expose_value=False, help=t("cli.arg_language")),
        _Option(["-h", "--help"], expose_value=False, **helping),
    ]


def _parameter(words: str, own: inspect.Parameter, t: Texts) -> click.Parameter | None:
    """Return what may be typed for one parameter of a function; None for what is not typed."""
    if own.annotation in {Texts, Opening}:
        return None
    several, kind = _kind(own.annotation)
    needed, name = own.default is own.empty, own.name.rstrip("_")
    key = next(filter(t.has, [f"commands.arg_{key_of(words)}_{name}", f"commands.arg_{name}"]))
    about: dict[str, Any] = {"help": t(key, presets=_presets()), "type": kind}
    if not needed:
        about["default"] = own.default
    if kind is not bool and not isinstance(kind, Choice):
        word = "whole" if isinstance(kind, Whole) else name if t.has(f"commands.word_{name}") else "text"
        about["metavar"] = t(f"commands.word_{word}")
    if own.kind is own.KEYWORD_ONLY:
        option = [f"--{name.replace('_', '-')}", own.name]
        about["help"] += f" ({t('cli.needed')})" if needed else ""
        return _Option(option, is_flag=kind is bool or None, multiple=several, required=needed, **about)
    if "metavar" in about:
        about["metavar"] = ("{}" if needed else "[{}]").format(about["metavar"]) + "..." * several
    return click.Argument([own.name], nargs=-1 if several else 1, required=needed, **about)


def _presets() -> str:
    return ", ".join(sorted(path.stem for path in (Path(__file__).parents[1] / "presets").glob("*.yaml")))


def _kind(annotation: Any) -> tuple[bool, Any]:  # noqa: ANN401  (annotations are of many types)
    """Return whether an annotation means several values, and how one of them is read."""
    several = get_origin(annotation) is tuple
    if several or get_origin(annotation) in {Union, UnionType}:
        annotation = get_args(annotation)[0]  # the first of ``X | None``
    if get_origin(annotation) is Annotated:
        return several, annotation.__metadata__[0]
    if get_origin(annotation) is Literal:
        return several, Choice(get_args(annotation))
    return several, click.Path(path_type=Path) if annotation is Path else bool if annotation is bool else click.STRING


# Words to the user


def _language_of(*editions: object) -> Language:
    """Return the language of the first edition that there is, even one whose rules cannot be read, else Indonesian."""
    from kit.folder import find_home

    for name in editions:
        try:
            text = (find_home() / "data" / str(name) / "rules.yaml").read_text(encoding="utf-8", errors="replace")
        except (Problem, OSError, ValueError):
            continue
        return "en" if re.search(r"^language:\s*[\"']?en\b", text, re.MULTILINE) else "id"
    return "id"


def show(*blocks: "Block") -> None:
    """Print blocks of a document as text."""
    from kit.render.blocks import plain

    print(*(plain(block.to_json()) for block in blocks), sep="\n\n")


def show_remarks(t: Texts, remarks: Sequence[Problem]) -> None:
    """Print what somebody should know and nothing stops at."""
    if remarks:
        print(t("cli.remarks"), *(f"- {remark.sentence(t.language)}" for remark in remarks), sep="\n")


def show_written(t: Texts, paths: Iterable[Path]) -> None:
    """Say which files were written."""
    for path in paths:
        print(t("cli.wrote", file=str(path)))


def require_yes(t: Texts, question: str, refusal: str, *, yes: bool, **about: object) -> None:
    """Ask a question, unless its answer came with the command.

    Raises:
        Problem: with the code ``refusal`` and its data: nobody said yes, so the command has not done what it was
            called for.
    """
    if not yes:
        said = input(t(question) + " ") if sys.stdin.isatty() else ""
        if said.strip().casefold() not in t("cli.yes_words").split():
            sys.stdout.flush()
            raise Problem(refusal, **about)

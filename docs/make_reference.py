"""Write the reference of commands, docs/reference/commands.md and commands.id.md, from what their help says.

Run it as ``python docs/make_reference.py`` after a command has changed; a test says when it was forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.cli import GROUPS, OFTEN, Command, Group, Spoken, all_commands, key_of
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.texts import Language

FILES: dict[Language, Path] = {
    "en": Path(__file__).parent / "reference" / "commands.md",
    "id": Path(__file__).parent / "reference" / "commands.id.md",
}
TITLES = {"en": "Reference of commands", "id": "Acuan perintah"}
MADE: dict[Language, str] = {
    "en": "Made from the help of the commands by `docs/make_reference.py`. Each command shows the same with `--help`, "
    "and speaks Indonesian or English with `--language id` or `--language en`.",
    "id": "Dibuat dari bantuan perintah oleh `docs/make_reference.py`. Setiap perintah menampilkan hal yang sama "
    "dengan `--help`, dan berbahasa Indonesia atau Inggris dengan `--language id` atau `--language en`.",
}


def reference(language: Language) -> str:
    """Return the reference of all commands as Markdown."""
    t, commands = Texts(language), all_commands()
    parts = [f"# {TITLES[language]}", t("commands.kit"), MADE[language]]
    for words in OFTEN:
        parts += _command(words, t, "##")
    for group in GROUPS:
        parts += [f"## kit {group}", t(f"commands.{group}")]
        own = [words for words in commands if words.startswith(f"{group} ")]
        parts.append("\n".join(f"- [kit {words}](#kit-{words.replace(' ', '-')})" for words in own))
        for words in own:
            parts += _command(words, t, "###")
    return "\n\n".join(parts) + "\n"


def _command(words: str, t: Texts, heading: str) -> Iterator[str]:
    command = Command(words, t)
    with Group("", t).make_context("kit", ["-"], obj=Spoken(t.language, t.language)) as kit:
        ctx = click.Context(command, parent=kit, info_name=words)
        usage = " ".join(["kit", words, *command.collect_usage_pieces(ctx)])
        rows = [own.get_help_record(ctx) for own in command.params if own.name not in {"language", "help"}]
    yield f"{heading} kit {words}"
    yield t(f"commands.{key_of(words)}")
    yield f"```text\n{usage}\n```"
    table = ["| `{}` | {} |".format(*(text.replace("|", r"\|") for text in row)) for row in rows if row]
    yield "\n".join([f"| {t('cli.arguments')} | |", "|---|---|", *table])
    yield f"```bash\n{t(f'commands.example_{key_of(words)}')}\n```"


def main() -> None:
    """Write the reference in each language."""
    for language, path in FILES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(reference(language), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

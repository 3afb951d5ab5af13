"""The contest's own words for unit, entry, category, group and judge, put into the sentences of the catalogue.

What the catalogue calls ``unit kerja`` or ``unit`` a contest may call ``sekolah`` or ``school``. Words are put into a
sentence before its braces are filled, so that what people wrote is never touched.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Thing = Literal["unit", "entry", "category", "group", "judge"]

# How the catalogue calls each: in English the singular and the plural.
_INDONESIAN: dict[Thing, tuple[str, ...]] = {
    "unit": ("unit kerja", "unit"),
    "entry": ("inovasi", "proposal"),
    "category": ("bentuk inovasi", "bentuk"),
    "group": ("kelompok",),
    "judge": ("juri",),
}
_ENGLISH: dict[Thing, tuple[tuple[str, str], ...]] = {
    "unit": (("unit", "units"),),
    "entry": (("entry", "entries"), ("innovation", "innovations"), ("proposal", "proposals")),
    "category": (("category", "categories"),),
    "group": (("group", "groups"),),
    "judge": (("judge", "judges"),),
}
# Chapters about something else that is called the same: the national index, follow-up, and the commands.
_OTHERS = ("index", "followup", "commands", "cli", "errors")
_KEPT = r"\{[^}]*\}|`[^`]*`|Indeks Inovasi|Innovation Index|Inovasi Daerah"


def in_own_words(chapter: str, template: str, language: str, words: Mapping[Thing, str]) -> str:
    """Return a sentence with the contest's own words.

    Args:
        chapter: of the catalogue.
        template: the sentence, its braces not filled yet.
        language: of the sentence.
        words: the contest's own; in English the singular, and after a bar the plural if it is irregular.
    """
    if not words or chapter in _OTHERS:
        return template
    table: dict[str, str] = {}
    for thing, own in words.items():
        word = own.strip().replace("{", "{{").replace("}", "}}")  # what is filled into a sentence has braces of its own
        if not word:
            continue
        if language == "id":
            table |= dict.fromkeys(_INDONESIAN[thing], word)
        else:
            one, _, several = (part.strip() for part in word.partition("|"))
            for singular, plural in _ENGLISH[thing]:
                table |= {singular: one, plural: several or _plural(one)}
    if not table:
        return template
    known = "|".join(sorted(table, key=len, reverse=True))
    article = r"(?:\b(?P<article>[Aa]n?) )?" if language == "en" else "(?P<article>)"
    pattern = rf"{_KEPT}|{article}\b(?P<word>{known})\b(?!\.\w)"
    return re.sub(pattern, partial(_put, table), template, flags=re.IGNORECASE)


def _put(table: Mapping[str, str], found: re.Match[str]) -> str:
    if not found["word"]:
        return found[0]
    word = table[found["word"].lower()]
    if found["word"][0].isupper():
        word = word[0].upper() + word[1:]
    if not found["article"]:
        return word
    article = "an" if word[0].lower() in "aeiou" else "a"
    return f"{article.capitalize() if found['article'][0] == 'A' else article} {word}"


def _plural(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(s|x|ch|sh)$", word) else "s")

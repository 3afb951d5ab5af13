"""Questions about a new contest, asked in a terminal: the answers go into a preset, whose comments stay.

An empty answer keeps what the preset says, which stands in brackets. After an answer that makes the rules wrong the
question comes again.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from kit.errors import Mistakes, Problem
from kit.rules import rules_of
from kit.rules.edits import add, at, content, drop, put, reorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kit.rules.legible import Place
    from kit.texts import Texts

PRESETS = ("satu-tahap", "dua-tahap", "pelajar", "hackathon", "peringkat", "klhk", "kipp-2023", "pontianak", "metro")
_NUMBER = r"-?[0-9]+(?:[.,][0-9]+)?"
_WEIGHTED = re.compile(rf"(.+?)\s+({_NUMBER})(?:\s*\(.*\))?")  # in brackets for which entries
_SCALE = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})\s*")
_LONGEST = 24  # letters of an id that is made from a name


def presets_listed(t: Texts) -> str:
    """Return the presets, one on a line with what it is for."""
    said = {name: t(f"questions.preset_{name.replace('-', '_')}") for name in PRESETS}
    return "\n".join(f"{n:3}. {name:11} {what}" for n, (name, what) in enumerate(said.items(), 1))


def preset_asked(t: Texts) -> str:
    """Ask what kind of contest it is, by number or name, and return the preset's name."""
    print(f"{t('questions.intro')}\n\n{presets_listed(t)}\n")
    while True:
        said = _answer(t("questions.preset"), "1")
        name = PRESETS[int(said) - 1] if said.isdecimal() and 0 < int(said) <= len(PRESETS) else said
        if name in PRESETS:
            return name
        print(t("errors.preset_missing", preset=said, known=", ".join(PRESETS)))


def questioned(text: str, t: Texts) -> str:
    """Ask about the rest, and return the rules' text with the answers.

    Args:
        text: rules without mistakes.
        t: the language of the questions.
    """
    for key, shown, change in _questions(content(text), t):
        while True:
            said = _answer(t(f"questions.{key}"), shown)
            if said == shown:
                break
            try:
                changed = change(text, said)
                rules_of(changed)
            except Mistakes as mistakes:
                print("\n".join(f"  {mistake.at(file='', row=None).sentence(t.language)}" for mistake in mistakes))
            except Problem as problem:
                print(f"  {problem.sentence(t.language)}")
            else:
                text = changed
                break
    for said in _remarks(content(text), t):
        print(said)
    return text


def _remarks(document: dict[str, Any], t: Texts) -> Iterator[str]:
    """Yield what is still to be done by hand: categories for which no panel is named, and criteria of some alone."""
    names = {str(each["id"]): _said(each["name"], t) for each in document["categories"]}
    for round_ in document["rounds"]:
        panels = [panel.get("where", {}) for panel in round_.get("panels", [])]
        served = {str(id_) for where in panels for id_ in _several(where.get("category", []))}
        if panels and all("category" in where for where in panels) and (left := names.keys() - served):
            yield t(
                "questions.left_panels",
                round=_said(round_["name"], t),
                names=[names[id_] for id_ in names if id_ in left],
            )


def _said(value: Any, t: Texts) -> str:  # noqa: ANN401  (a text, perhaps in two languages)
    return str(value[t.language] if isinstance(value, dict) else value)


def _answer(question: str, shown: str) -> str:
    try:
        return input(f"{question} [{shown}]: ").strip() or shown
    except EOFError:
        raise Problem("answers_ended") from None


def _questions(document: dict[str, Any], t: Texts) -> Iterator[tuple[str, str, Callable[[str, str], str]]]:
    """Yield each question's key, what holds without an answer, and what changes the text by one."""
    said = partial(_said, t=t)
    for key in ("title", "organiser"):
        yield key, said(document[key]), partial(_put, (key,))
    for word in ("unit", "entry"):
        own = document.get("words", {}).get(word)
        shown = t(f"questions.word_{word}") if own is None else said(own)
        yield f"ask_{word}", shown, partial(_put, ("words", word))
    names = [(said(each["name"]), ", ".join(map(str, each["unit_types"]))) for each in document["groups"]]
    shown = "; ".join(name if name == types else f"{name} = {types}" for name, types in names)
    yield "groups", shown, lambda text, answer: _groups(text, answer, said)
    shown = "; ".join(said(each["name"]) for each in document["categories"])
    yield "categories", shown, lambda text, answer: _named(text, ("categories",), _split(answer), said)
    rounds = document["rounds"]
    marked = [n for n, each in enumerate(rounds) if each.get("kind", "marks") == "marks"]
    first = next((n for n in marked if rounds[n].get("criteria")), None)
    if first is not None and not any({"value", "panel"} & each.keys() for each in rounds[first]["criteria"]):
        shown = "; ".join(_criterion(document, each, said) for each in rounds[first]["criteria"])
        yield "criteria", shown, lambda text, answer: _criteria(text, first, answer, said)
    scaled = next((n for n in marked if rounds[n].get("scale")), None)
    if scaled is not None:
        shown = " ".join(str(rounds[scaled]["scale"][key]) for key in ("low", "high", "step"))
        yield "scale", shown, lambda text, answer: _scale(text, scaled, answer)
    cut = next((n for n, each in enumerate(rounds) if (each.get("advance") or {}).get("places")), None)
    if cut is not None:
        place = ("rounds", cut, "advance", "places")
        shown = str(rounds[cut]["advance"]["places"])
        yield "finalists", shown, lambda text, answer: put(text, place, _number(answer))
    awards = document.get("final", {}).get("awards", [])
    main = next((n for n, each in enumerate(awards) if "id" not in each and "names" in each), None)
    if main is not None:
        shown = "; ".join(said(name) for name in awards[main]["names"])
        yield "awards", shown, lambda text, answer: put(text, ("final", "awards", main, "names"), _split(answer))


def _criterion(document: dict[str, Any], criterion: dict[str, Any], said: Callable[[Any], str]) -> str:
    """Return a criterion with its weight, and for which entries it is if not for all."""
    names = {str(each["id"]): said(each["name"]) for key in ("groups", "categories") for each in document[key]}
    where = [names.get(str(id_), str(id_)) for ids in criterion.get("where", {}).values() for id_ in _several(ids)]
    weight = f"{said(criterion['name'])} {criterion.get('weight', 1)}"
    return f"{weight} ({', '.join(where)})" if where else weight


def _several(value: Any) -> list[Any]:  # noqa: ANN401  (one value or a list of them)
    return value if isinstance(value, list) else [value]


# Answers put into the text


def _put(place: Place, text: str, answer: str) -> str:
    return put(text, place, answer)


def _split(answer: str) -> list[str]:
    return [part.strip() for part in answer.split(";") if part.strip()]


def _number(answer: str) -> Decimal | int | str:
    """Return a number, or the answer itself, of which the rules then say what is wrong."""
    if re.fullmatch(r"[0-9]+", answer):
        return int(answer)
    return Decimal(answer.replace(",", ".")) if re.fullmatch(_NUMBER, answer) else answer


def _scale(text: str, n: int, answer: str) -> str:
    found = _SCALE.fullmatch(answer)
    if not found:
        raise Problem("answer_scale", value=answer)
    for key, said in zip(("low", "high", "step"), found.groups(), strict=True):
        text = put(text, ("rounds", n, "scale", key), _number(said))
    return text


def _groups(text: str, answer: str, said: Callable[[Any], str]) -> str:
    named = [part.partition("=") for part in _split(answer)]
    text = _named(text, ("groups",), [name.strip() for name, _, _ in named], said, {"unit_types": ["?"]})
    for n, (name, given, types) in enumerate(named):
        own = [part.strip() for part in types.split(",") if part.strip()] if given else [name.strip()]
        if content(text)["groups"][n]["unit_types"] != own:
            text = put(text, ("groups", n, "unit_types"), own)
    return text


def _criteria(text: str, n: int, answer: str, said: Callable[[Any], str]) -> str:
    found = [_WEIGHTED.fullmatch(part) for part in _split(answer)]
    if not all(found):
        raise Problem("answer_criteria", value=answer)
    place, weights = ("rounds", n, "criteria"), [_number(each[2]) for each in found if each]
    text = _named(text, place, [each[1] for each in found if each], said, {"weight": 1})
    for position, weight in enumerate(weights):
        text = put(text, (*place, position, "weight"), weight)
    return text


def _named(
    text: str, place: Place, names: Sequence[str], said: Callable[[Any], str], more: dict[str, Any] | None = None
) -> str:
    """Return the text with items of these names, in this order; what speaks of others speaks of these then.

    An item of the same name stays as it is; what was said of one that goes is said of the one in its place.
    """
    if not names:
        raise Problem("answer_empty")
    old = at(content(text), place)
    left = [item for item in old if said(item["name"]) not in names]
    used = {str(item["id"]) for item in old}
    for name in (name for name in names if name not in {said(item["name"]) for item in old}):
        id_ = _id(name, used)
        used.add(id_)
        text = add(text, place, {"id": id_, "name": name} | (more or {}))
        if left:
            text = _renamed(text, str(place[-1]), str(left[0]["id"]), id_)
            text = _without(text, place, left.pop(0))
    for item in left:
        text = _without(_renamed(text, str(place[-1]), str(item["id"]), ""), place, item)
    now = [said(item["name"]) for item in at(content(text), place)]
    order = [now.index(name) for name in names]
    return text if order == sorted(order) else reorder(text, place, order)


def _without(text: str, place: Place, item: dict[str, Any]) -> str:
    ids = [str(each["id"]) for each in at(content(text), place)]
    return drop(text, (*place, ids.index(str(item["id"]))))


def _renamed(text: str, kind: str, old: str, new: str) -> str:
    """Return the text that speaks of another group, category or criterion; without another one, what does so goes."""
    of = {"groups": "group", "categories": "category"}.get(kind)
    for place in [*_speaking(content(text), of)][::-1]:
        value = at(content(text), place)
        named = _several(value)
        if old not in map(str, named):
            continue
        kept = [*dict.fromkeys(new if str(each) == old else str(each) for each in named)]
        kept = [each for each in kept if each]
        if kept:
            text = put(text, place, kept if isinstance(value, list) else kept[0])
        else:  # the panel, criterion, step or tie rule itself
            text = drop(text, place[:-2] if of or place[-1] == "criterion" else place[:-1])
    return text


def _speaking(part: Any, of: str | None, place: Place = ()) -> Iterator[Place]:  # noqa: ANN401  (a document)
    """Yield the places that name groups or categories in a condition, or criteria in a tie rule or a basis."""
    if of and place[-1:] == (of,) and place[-2:-1] == ("where",):
        yield place
    if not of and (place[-2:] == ("basis", "criterion")):
        yield place
    if not of and isinstance(part, dict) and part.get("by") == "criteria":
        yield (*place, "of")
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, inner in items:
        yield from _speaking(inner, of, (*place, key))


def _id(name: str, used: set[str]) -> str:
    """Return a free id that resembles a name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = plain if plain.isupper() else plain.lower()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain)[:_LONGEST].strip("-") or "x"
    return next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if each not in used)

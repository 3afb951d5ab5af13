"""The messages between a judge's form and its desk, the same in a notebook and on the judge's page.

The form only ever names an entry, a field and a text. Whose desk it is was decided in Python before the form was shown,
so nothing that a form sends can reach another judge's sheets.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.history import COMMENTS
from kit.judging.assignment import STATES, on_file
from kit.judging.desk import Change, Desk, places_said
from kit.ledger import PASSING
from kit.registers import parts
from kit.rule_words import empty_said, judging_said, last_day_said
from kit.screens.view import attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.edition import Edition
    from kit.judging.desk import Outcome
    from kit.rules import Criterion, Scale
    from kit.texts import Texts

    Json = dict[str, Any]

_FACTS = ("stage", "trial_start", "applied_since", "benefit", "partners")
_KINDS = ("family", "work", "mentor", "money", "other")
_STEPS, _DIGIT = {Decimal(1), Decimal("0.5")}, 9
_LINK = re.compile(r"(?:(.*?)\s*:\s*)?(https?://\S+)")
_log = logging.getLogger(__name__)


class JudgeForm:
    """Answer every message of a form with what is on record.

    Args:
        desk: the judge's desk.
        served: whether the form is on the kit's own server, which hands out documents to the desk's judge.
    """

    def __init__(self, desk: Desk, *, served: bool = False) -> None:
        self.desk = desk
        self.setup = _setup(desk, served=served)
        self._served = served
        self._trouble = ""  # what the log has of the store already

    @property
    def edition(self) -> Edition:
        """What the desk works with."""
        return self.desk.edition

    @edition.setter
    def edition(self, edition: Edition) -> None:
        self.desk.edition = edition

    def answer(self, message: object) -> Json:
        """Return the answer to a message, whatever it holds; never raises."""
        own = message if isinstance(message, dict) else {}
        key = str(own.get("key", ""))
        if own.get("store", self.setup["store"]) != self.setup["store"]:  # of a page whose judge has left since
            said = Problem("other_form").sentence(self.desk.edition.language)
            return {"type": "refused", "key": key, "said": said}
        answer = attempt(lambda: self._answered(message, key), self.desk.judge_id)
        if not isinstance(answer, Problem):
            return answer
        said = self._said(answer.sentence(self.desk.edition.language), passing=isinstance(answer, PASSING))
        sheets = {} if answer.code == "change_failed" else self._sheets()
        return {"type": "refused", "key": key, "said": said, "sheets": sheets}

    def _said(self, sentence: str, *, passing: bool) -> str:
        """Return what a judge is told of a refusal: of trouble with the store, whose address it may name, no more."""
        if not (passing and self._served):
            return sentence
        if sentence != self._trouble:
            _log.warning("%s: %s", self.desk.judge_id, sentence)
        self._trouble = sentence
        return self.desk.edition.texts("saving.store_waits")

    def _answered(self, message: Any, key: str) -> Json:  # noqa: ANN401  (whatever somebody sent)
        match message.get("type"):
            case "load":
                self.desk.refresh()
                return {"type": "loaded", "open": self.desk.open, "sheets": self._sheets(), "ballot": self._ballot()}
            case "save":
                changes = [_change(change) for change in message["changes"]]
                outcomes = [self._outcome(outcome) for outcome in self.desk.save(changes)]
                own = self._sheets({change.entry_id for change in changes})
                return {
                    "type": "saved",
                    "open": self.desk.open,
                    "outcomes": outcomes,
                    "sheets": own,
                    "ballot": self._ballot(),
                }
            case "submit":
                entries = [str(entry) for entry in message["entries"]]
                time = self.desk.edition.texts.time(self.desk.submit(entries, key))
                return {"type": "done", "key": key, "time": time, "sheets": self._sheets(set(entries))}
            case "recuse":
                entry = str(message["entry"])
                self.desk.recuse(entry, str(message["kind"]), str(message["reason"]), key)
                return {"type": "done", "key": key, "sheets": self._sheets({entry})}
        raise ValueError  # without what it holds, which would go to the log

    def _outcome(self, outcome: Outcome) -> Json:
        texts = self.desk.edition.texts
        time = texts.time(outcome.saved) if outcome.saved else ""
        about = {name: getattr(outcome, name) for name in ("number", "again", "conflict")}
        return {"key": outcome.key, "time": time, "said": self._said(outcome.said, passing=outcome.again), **about}

    def _sheets(self, entries: set[str] | None = None) -> dict[str, Json]:
        """The sheets as the page shows them: all, or those of some entries."""
        wanted = self.desk.entries if entries is None else entries.intersection(self.desk.entries)
        return {entry: self._sheet(entry) for entry in wanted}

    def _ballot(self) -> list[Json]:
        """What to look at on a ballot: places that several entries have, and places that none has."""
        desk, t, several = self.desk, self.desk.edition.texts, len(self.desk.round.marked) > 1
        said: list[Json] = []
        for criterion in desk.round.marked if desk.round.kind == "ranks" else ():
            twice, unused = places_said(desk.round, desk.places(criterion.id), desk.asked_of(criterion.id), t)
            for one in [*twice, *unused]:
                named = {"criterion": criterion.name.say(t.language), "said": one}
                said.append({"said": t("scoring.of_criterion", **named) if several else one, "twice": one in twice})
        return said

    def _sheet(self, entry_id: str) -> Json:
        desk, t = self.desk, self.desk.edition.texts
        sheet, total = desk.visible(entry_id), desk.total(entry_id)
        place = sheet.marks.get(desk.round.marked[0].id) if desk.round.kind == "ranks" else None
        order = None if total is None or not sheet.marks else float(total)
        if place or (order is not None and desk.round.direction == "low"):
            order = -float(place or order or 0)
        history = [
            {
                "time": t.moment(step.time),
                "actor": step.actor if step.actor != desk.judge_id else "",
                "field": step.field,
                "text": _shown(t, step.text, step.field),
            }
            for step in reversed(sheet.history)
        ]
        asked = [criterion.id for criterion in desk.asked(entry_id)]
        fields = [*asked, *COMMENTS, "flag"]
        return {
            "state": desk.state(entry_id),
            "locked": not desk.takes(entry_id),
            "marks": {criterion: _shown(t, value) for criterion, value in sheet.marks.items()},
            "numbers": {name: desk.number(entry_id, name) for name in fields},
            "comments": sheet.comments,
            "asked": asked,
            "filled": desk.filled(entry_id),
            "readings": _readings(desk, entry_id),
            "flagged": sheet.flagged,
            "withdrawn": desk.sheets[entry_id].withdrawn,
            "total": "" if total is None else t.decimal(total),
            "standing": t("form.place", place=place) if place else "" if total is None else t.decimal(total),
            "order": order,
            "history": None if desk.blind else history,
        }


def _change(said: Json) -> Change:
    """A change as a page sends it; whatever it holds becomes text, and no number of an event is none."""
    entry_id, field, text, key = (str(said.get(name, "")) for name in ("entry_id", "field", "text", "key"))
    seen = said.get("seen")
    return Change(entry_id, field, text, key, seen if isinstance(seen, int) else None)


def _readings(desk: Desk, entry_id: str) -> dict[str, str]:
    """What to say beside fields whose paper was not yet typed alike by two people; never what anybody typed."""
    sheet, now = desk.sheets[entry_id], desk.sheets[entry_id].values
    said: dict[str, str] = {}
    for name in sheet.unresolved:
        read = dict(sheet.typed[name])
        if desk.actor == desk.judge_id:
            said |= {name: "typed_open"} if name in now else {}
        elif (own := read.pop(desk.actor, None)) is not None:
            theirs = {*read.values(), *([now[name]] if name in now else [])}
            said[name] = "typed_other" if theirs - {own} else "typed_waits"
    return said


def _shown(t: Texts, text: str, field: str = "") -> str:
    """A mark with the language's decimal sign, ungrouped since it is typed over; a comment as it is."""
    return text if field in COMMENTS or t.language == "en" else text.replace(".", ",")


def _setup(desk: Desk, *, served: bool) -> Json:
    """What the page needs to know once: words, criteria, entries in reading order."""
    edition, round_, t = desk.edition, desk.round, desk.edition.texts
    judges = edition.registers.judges.set_index("judge_id")["name"]
    states = {f"state_{state}": t(f"scoring.{state}") for state in STATES}
    said = states | t.templates("form") | t.templates("saving")
    for variant in (f"_{round_.kind}", f"_{round_.direction}"):
        said |= {name.removesuffix(variant): text for name, text in said.items() if name.endswith(variant)}
    special = round_.kind == "ranks" or round_.direction == "low"
    typist = desk.actor if desk.actor != desk.judge_id else ""
    typed = t("form.typed_twice" if desk.twice else "form.typed_by", actor=typist)
    typed += f" {t('form.typed_blind')}" if desk.blind else ""
    return {
        "store": f"kit/{edition.name}/{round_.id}/{desk.judge_id}/{desk.actor}",
        "texts": said,
        "language": t.language,
        "title": edition.rules.title.say(t.language),
        "round": round_.name.say(t.language),
        "judge": str(judges.get(desk.judge_id, desk.judge_id)),
        "typed": typed if typist else "",
        "simulated": edition.rules.simulated,
        "blind": round_.blind,
        "about": [*last_day_said(round_, t), *(judging_said(round_, edition.rules, t) if special else [])],
        "counts": empty_said(round_, t),
        "kinds": [t(f"form.recuse_{kind}") for kind in _KINDS],
        "criteria": [_criterion(desk, criterion) for criterion in round_.marked],
        "entries": _entries(desk, served=served),
    }


def _criterion(desk: Desk, criterion: Criterion) -> Json:
    t, round_ = desk.edition.texts, desk.round
    scale = round_.scale_of(criterion.id)
    total = round_.weights_total
    weight = t("form.weight", weight=t.show(criterion.weight), total=t.show(total)) if len(round_.marked) > 1 else ""
    key = "scale_ranks" if round_.kind == "ranks" else "scale_low" if round_.direction == "low" else "scale"
    levels = {Decimal(level.replace(",", ".")): text.say(t.language) for level, text in criterion.levels.items()}
    typist = desk.actor != desk.judge_id  # who copies marks, and judges nothing
    choices = [] if typist or round_.kind == "ranks" else _choices(scale)
    return {
        "id": criterion.id,
        "name": criterion.name.say(t.language),
        "weight": weight,
        "scale": t(f"form.{key}", low=scale.low, high=scale.high, step=scale.step),
        "question": criterion.question.say(t.language) if criterion.question and not typist else "",
        "tapped": bool(choices),
        "levels": [
            {"value": _shown(t, f"{level.normalize():f}"), "text": levels.get(level, "")}
            for level in choices or ([] if typist else sorted(levels))
        ],
    }


def _choices(scale: Scale) -> list[Decimal]:
    """The marks of a scale of at most nine levels, each a digit or a digit and a half; none of any other scale."""
    span = scale.high - scale.low
    if scale.step not in _STEPS or scale.low % 1 or not 0 <= scale.low <= scale.high <= _DIGIT or span >= _DIGIT:
        return []
    return [scale.low + n * scale.step for n in range(int(span / scale.step) + 1)]


def _entries(desk: Desk, *, served: bool) -> list[Json]:
    edition, t, blind = desk.edition, desk.edition.texts, desk.round.blind
    units = dict(edition.registers.units[["unit_id", "name"]].itertuples(index=False, name=None))
    groups = {group.id: group.name.say(t.language) for group in edition.rules.groups}
    categories = {category.id: category.name.say(t.language) for category in edition.rules.categories}
    entries: dict[Any, Any] = edition.registers.entries.set_index("entry_id").to_dict("index")

    def facts(entry: Mapping[str, str]) -> list[tuple[str, str]]:
        return [
            (t("form.unit"), t("form.hidden") if blind else units.get(entry["unit_id"], "")),
            (t("form.group"), groups.get(entry["group"], "")),
            (t("form.category"), categories.get(entry["category"], "")),
            *((t(f"form.{name}"), _fact(t, entry[name])) for name in _FACTS if not (blind and name == "partners")),
        ]

    return [
        {
            "id": entry_id,
            "title": entries[entry_id]["title"],
            "facts": [fact for fact in facts(entries[entry_id]) if fact[1]],
            "documents": _documents(edition, entry_id, entries[entry_id]["documents"], served=served),
        }
        for entry_id in desk.entries
    ]


def _fact(t: Texts, text: str) -> str:
    with suppress(ValueError):
        return t.date(date.fromisoformat(text))
    return "; ".join(parts(text))


def _documents(edition: Edition, entry_id: str, listed: str, *, served: bool) -> list[Json]:
    """The documents of an entry: those of the register, with their address where it says one, and those on file."""
    found = [_LINK.fullmatch(part) or part for part in parts(listed)]
    named = [
        {"name": part, "url": ""} if isinstance(part, str) else {"name": part[1] or part[2], "url": part[2]}
        for part in found
    ]
    place = "dokumen" if served else f"files/data/{edition.name}/documents"
    by_name = {_plain(one["name"]): one for one in named if not one["url"]}
    for name in on_file(edition, entry_id):
        if not name.isprintable():  # not UTF-8, for instance: no address leads to it
            named.append({"name": "".join(sign if sign.isprintable() else "\ufffd" for sign in name), "url": ""})
        elif one := by_name.pop(_plain(Path(name).stem), None):
            one["url"] = f"{place}/{entry_id}/{name}"
        else:
            named.append({"name": name, "url": f"{place}/{entry_id}/{name}"})
    return named


def _plain(name: str) -> str:
    """A document's name without what differs between a register and a file."""
    return "".join(filter(str.isalnum, name.casefold()))

"""The judge's form as a widget: it shows one desk and hands every change to it.

The page only ever names an entry, a field and a text. Whose desk it is was decided in Python before the page was made,
so nothing that a page sends can reach another judge's sheets.
"""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as widgets
import traitlets

from kit.edition import open as open_edition
from kit.errors import Problem
from kit.fields import flag_of, parts, text_of
from kit.history import COMMENTS
from kit.scoring.access import Access
from kit.scoring.desk import Change, Desk
from kit.scoring.order import on_file
from kit.texts import Texts, read_chapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kit.edition import Edition
    from kit.rules import Criterion
    from kit.scoring.desk import Outcome
    from kit.texts import Language

    Json = dict[str, Any]

_FACTS = ("stage", "trial_start", "applied_since", "benefit", "partners")
_KINDS = ("family", "work", "mentor", "money", "other")
_PIN = re.compile("[0-9]{6}")
_log = logging.getLogger(__name__)
_LINK = re.compile(r"(?:(.*?)\s*:\s*)?(https?://\S+)")


def scoring_form(
    edition: str,
    round: str = "",  # noqa: A002  (the field's name everywhere)
    judge: str = "",
    language: Language | None = None,
    *,
    typist: str = "",
    twice: bool = False,
) -> widgets.Widget:
    """Return the form of one judge, after the judge's PIN; or of a typist, who sees nothing that others entered.

    On a judge's page the server has said who the judge is, and nothing that parameters say matters. In a notebook a
    judge gives the same PIN as on the page, and wrong ones lock the same link. A typist gives no PIN. While the round
    is open the typist's fields are empty but for what was typed in this session, and a field that has a value already
    is refused, whatever is typed: the value is neither shown nor written over, and only the judge, or the person who
    typed it, can change it (:class:`~kit.scoring.desk.Desk`).

    Args:
        edition: its name.
        round: a scored round; the one that is open unless given.
        judge: the judge's id; chosen from a list unless given.
        language: of everything shown; the rules' own unless given.
        typist: the code of whoever types paper sheets for the judge.
        twice: paper sheets count only where two people typed the same.
    """
    served = os.environ.get("KIT_JUDGE", "")
    if served:
        edition, round, typist = os.environ["KIT_EDITION"], os.environ["KIT_ROUND"], ""  # noqa: A001
    try:
        opened = open_edition(edition, language)
        judge, typist, twice = text_of(judge), text_of(typist), flag_of(twice)
        now_open = (r for r, state in opened.states.items() if state == "open")
        name = text_of(round) or next(now_open, next(iter(opened.states)))

        def form(judge_id: str) -> widgets.Widget:
            return ScoreForm(Desk(opened, name, judge_id, typist=typist, twice=twice), served=bool(served))

        judges = opened.registers.judges.set_index("judge_id")["name"]
        hub = os.environ.get("JUPYTERHUB_USER", "")
        own = hub if hub in judges.index else ""  # a judge on a hub is nobody else, and types for nobody
        typist, twice = ("", False) if own else (typist, twice)
        if known := served or own or (judge if typist else ""):
            return form(known)
        panel = {f"{judges.get(j, j)} ({j})": j for j in sorted(set(opened.panel(name)["judge_id"]))}
        if typist:
            return _chooser(opened.texts, panel, form)
        if judge:
            Desk(opened, name, judge)  # says what is wrong with the name or the round before it asks for a PIN
            panel = {said: j for said, j in panel.items() if j == judge}
        return _after_pin(opened, panel, form)
    except Problem as error:
        return _sentence(error, language or "id")


def _judges(t: Texts, judges: Mapping[str, str]) -> widgets.Dropdown:
    options = [*judges.items()] if len(judges) == 1 else [("–", ""), *judges.items()]
    return widgets.Dropdown(description=t("form.choose_judge"), options=options, style={"description_width": "6rem"})


def _chooser(t: Texts, judges: Mapping[str, str], form: Callable[[str], widgets.Widget]) -> widgets.VBox:
    """A list of judges; the form of the chosen one takes its place below."""
    choice = _judges(t, judges)
    box = widgets.VBox([choice])

    def chosen(change: Json) -> None:
        try:
            box.children = (choice, form(change["new"])) if change["new"] else (choice,)
        except Problem as error:
            box.children = (choice, _sentence(error, t.language))

    choice.observe(chosen, "value")
    return box


def _after_pin(edition: Edition, judges: Mapping[str, str], form: Callable[[str], widgets.Widget]) -> widgets.VBox:
    """Ask a judge for the PIN, and then show the form in its place until the judge leaves."""
    t = edition.texts
    choice, said = _judges(t, judges), widgets.HTML()
    pin = widgets.Password(description=t("serve.pin"), continuous_update=False, style={"description_width": "6rem"})
    enter, leave = (widgets.Button(description=t(f"serve.{name}")) for name in ("enter", "leave"))
    about = widgets.HTML(f"<p>{escape(t('form.pin_about'))}</p>")
    question = (about, choice, pin, enter, said)
    box = widgets.VBox(question)

    def tried(change: Json | None = None) -> None:
        given = "".join(pin.value.split())
        whole = bool(choice.value) and _PIN.fullmatch(given)
        if not whole:
            if change is None and not said.value:  # the button was pressed, and what was typed is not answered yet
                said.value = f'<p role="alert">{escape(t("form.pin_missing"))}</p>'
            return
        pin.value = ""  # or a saved notebook might hold it
        try:
            Access.open(edition.folder).check(choice.value, given)
            shown = form(choice.value)
        except Problem as error:
            said.value = _sentence(error, t.language).value
        else:
            said.value = ""
            box.children = (leave, shown)

    def left(_: object) -> None:
        said.value = ""
        box.children = question

    enter.on_click(lambda _: tried())
    pin.observe(tried, "value")
    leave.on_click(left)
    return box


def _sentence(error: Problem, language: Language) -> widgets.HTML:
    return widgets.HTML(f'<p role="alert">{escape(error.sentence(language))}</p>')


class ScoreForm(anywidget.AnyWidget):
    """One desk on a page. Every message of the page is answered with what is on record.

    Args:
        desk: the judge's desk.
        served: whether the page comes from the kit's own server, which hands out documents to the desk's judge.
        shown_as: what to call the judge, where others look on; the name unless given.
        changed: called after something was recorded.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_suffix(".css")
    setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self, desk: Desk, *, served: bool = False, shown_as: str = "", changed: Callable[[], None] | None = None
    ) -> None:
        self._desk, self._changed = desk, changed
        setup = _setup(desk, served=served)
        super().__init__(setup=setup | {"judge": shown_as} if shown_as else setup)
        self.on_msg(self._answer)

    def _answer(self, _: object, content: Json, __: object) -> None:
        kind = key = ""
        try:
            kind, key = str(content.get("type")), str(content.get("key", ""))
            if kind == "load":
                self._desk.refresh()
                self.send({"type": "loaded", "open": self._desk.open, "sheets": self._sheets()})
            elif kind == "save":
                changes = [_change(change) for change in content["changes"]]
                outcomes = [self._outcome(outcome) for outcome in self._desk.save(changes)]
                own = self._sheets({change.entry_id for change in changes})
                self.send({"type": "saved", "outcomes": outcomes, "sheets": own})
            elif kind == "submit":
                entries = [str(entry) for entry in content["entries"]]
                time = self._desk.edition.texts.time(self._desk.submit(entries, key))
                self.send({"type": "done", "key": key, "time": time, "sheets": self._sheets(set(entries))})
            elif kind == "recuse":
                entry = str(content["entry"])
                self._desk.recuse(entry, str(content["kind"]), str(content["reason"]), key)
                self.send({"type": "done", "key": key, "sheets": self._sheets({entry})})
        except Problem as error:
            said = error.sentence(self._desk.edition.language)
            self.send({"type": "refused", "key": key, "said": said, "sheets": self._sheets()})
        except Exception:  # noqa: BLE001  (a page that gets no answer would ask for ever)
            _log.exception("a message of %s could not be answered", self._desk.judge_id)
            said = Problem("change_failed").sentence(self._desk.edition.language)
            self.send({"type": "refused", "key": key, "said": said, "sheets": {}})
        if self._changed and kind != "load":
            self._changed()

    def _outcome(self, outcome: Outcome) -> Json:
        texts = self._desk.edition.texts
        time = texts.time(outcome.saved) if outcome.saved else ""
        about = {name: getattr(outcome, name) for name in ("number", "said", "again", "conflict")}
        return {"key": outcome.key, "time": time, **about}

    def _sheets(self, entries: set[str] | None = None) -> dict[str, Json]:
        """The sheets as the page shows them: all, or those of some entries."""
        wanted = self._desk.entries if entries is None else entries.intersection(self._desk.entries)
        return {entry: self._sheet(entry) for entry in wanted}

    def _sheet(self, entry_id: str) -> Json:
        desk, t = self._desk, self._desk.edition.texts
        sheet, total = desk.visible(entry_id), desk.total(entry_id)
        history = [
            {
                "time": t.moment(step.time),
                "actor": step.actor if step.actor != desk.judge_id else "",
                "field": step.field,
                "text": _shown(t, step.text, step.field),
            }
            for step in reversed(sheet.history)
        ]
        fields = [*(criterion.id for criterion in desk.round.marked), *COMMENTS, "flag"]
        return {
            "state": desk.state(entry_id),
            "locked": not desk.takes(entry_id),
            "marks": {criterion: _shown(t, value) for criterion, value in sheet.marks.items()},
            "numbers": {name: desk.number(entry_id, name) for name in fields},
            "comments": sheet.comments,
            "filled": desk.filled(entry_id),
            "readings": _readings(desk, entry_id),
            "flagged": sheet.flagged,
            "withdrawn": desk.sheets[entry_id].withdrawn,
            "total": "" if total is None else t.decimal(total),
            "order": None if total is None or not sheet.marks else float(total),
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
    said = {name: sentence[t.language] for name, sentence in read_chapter("form").items()}
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
        "kinds": [t(f"form.recuse_{kind}") for kind in _KINDS],
        "criteria": [_criterion(desk, criterion) for criterion in round_.marked],
        "entries": [_entry(edition, entry, blind=round_.blind, served=served) for entry in desk.entries],
    }


def _criterion(desk: Desk, criterion: Criterion) -> Json:
    t, round_ = desk.edition.texts, desk.round
    scale = round_.scale_of(criterion.id)
    total = round_.weights_total
    weight = t("form.weight", weight=t.show(criterion.weight), total=t.show(total)) if len(round_.marked) > 1 else ""
    return {
        "id": criterion.id,
        "name": criterion.name.say(t.language),
        "weight": weight,
        "scale": t("form.scale", low=scale.low, high=scale.high, step=scale.step),
        "question": criterion.question.say(t.language) if criterion.question else "",
        "levels": [
            {"at": float(level.replace(",", ".")), "level": _shown(t, level), "text": text.say(t.language)}
            for level, text in criterion.levels.items()
        ],
    }


def _entry(edition: Edition, entry_id: str, *, blind: bool, served: bool) -> Json:
    t, rules = edition.texts, edition.rules
    entries = edition.registers.entries
    entry: dict[Any, str] = entries[entries["entry_id"] == entry_id].to_dict("records")[0]
    unit = edition.registers.units.set_index("unit_id")["name"].get(entry["unit_id"], "")
    groups = {group.id: group.name.say(t.language) for group in rules.groups}
    categories = {category.id: category.name.say(t.language) for category in rules.categories}
    facts = [
        (t("form.unit"), t("form.hidden") if blind else unit),
        (t("form.group"), groups.get(entry["group"], "")),
        (t("form.category"), categories.get(entry["category"], "")),
        *((t(f"form.{name}"), _fact(t, entry[name])) for name in _FACTS if not (blind and name == "partners")),
    ]
    return {
        "id": entry_id,
        "title": entry["title"],
        "facts": [fact for fact in facts if fact[1]],
        "documents": _documents(edition, entry_id, entry["documents"], served=served),
    }


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
    for name in on_file(edition, entry_id):
        if name.isprintable():
            named.append({"name": name, "url": f"{place}/{entry_id}/{name}"})
        else:  # not UTF-8, for instance: no address leads to it
            named.append({"name": "".join(sign if sign.isprintable() else "\ufffd" for sign in name), "url": ""})
    return named

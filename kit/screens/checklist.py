"""The checklist of the administrative selection as a widget: one entry at a time, each answer recorded when given."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as widgets
import traitlets

from kit.contest.decisions import correct, declare_duplicate
from kit.contest.selection import (
    Change,
    SelectionNotOpen,
    checklist,
    dossiers,
    minute,
    moment,
    record,
    require_open,
    undecided_said,
    verifier_code,
)
from kit.edition import Edition
from kit.errors import Problem
from kit.ledger import PASSING
from kit.registers import text_of
from kit.screens import front_end

if TYPE_CHECKING:
    from kit.contest.selection import EntryStatus
    from kit.texts import Language

    Json = dict[str, Any]


def checklist_form(edition: str, language: Language | None = None, verifier: str = "") -> widgets.Widget:
    """Return the form of the administrative selection, or what hinders it as a sentence.

    Args:
        edition: its name.
        language: of everything shown; the rules' own unless given.
        verifier: the code of whoever checks; asked for on the page unless given.
    """
    try:
        opened = Edition.open(edition, language)
        checklist(opened)
    except Problem as error:
        return widgets.HTML(f'<p role="alert">{escape(error.sentence())}</p>')
    return ChecklistForm(opened, text_of(verifier))


class ChecklistForm(anywidget.AnyWidget):
    """All entries on a page. Every message of the page is answered with what is on record.

    Args:
        edition: the contest.
        verifier: the code that stands in the page's field at first.
    """

    _esm = front_end.script("checklist")
    _css = front_end.style("checklist")
    setup = traitlets.Dict().tag(sync=True)

    def __init__(self, edition: Edition, verifier: str = "") -> None:
        self._edition = edition
        self._decided: set[str] = set()
        super().__init__(setup=_setup(edition, verifier))
        self.on_msg(self._answer)

    def _answer(self, _: object, content: Json, __: object) -> None:
        kind, key = content.get("type"), str(content.get("key", ""))
        entry = str(content.get("entry", ""))
        try:
            if kind == "save":
                seen = content.get("seen")
                said = {name: str(content.get(name, "")) for name in ("kind", "criterion", "value", "text")}
                change = Change(entry, **said, key=key, seen=seen if isinstance(seen, int) else None)
                record(self._edition, [change], str(content.get("verifier", "")))
            elif kind == "decide" and key not in self._decided:  # what is sent again was recorded already
                self._decide(entry, content)
                self._decided.add(key)
        except Problem as error:
            about = {"said": error.sentence(self._edition.language), "again": isinstance(error, PASSING)}
            self.send({"type": "refused", "key": key, **about, **self._state(entry)})
        else:
            self.send({"type": "saved", "key": key, **self._state(entry if key else "")})

    def _decide(self, entry: str, content: Json) -> None:
        """Record one of the decisions that the selection may need about an entry."""
        self._edition.refresh()
        value, reason = str(content.get("value", "")), str(content.get("reason", ""))
        actor = verifier_code(self._edition, str(content.get("verifier", "")))
        if content.get("what") == "category":
            correct(self._edition, entry, "category", value, reason, actor=actor)
        else:
            declare_duplicate(self._edition, entry, value, reason, actor=actor)

    def _state(self, entry: str = "") -> Json:
        """What is on record about one entry, or about all."""
        edition = self._edition
        edition.refresh()
        try:
            require_open(edition)
        except SelectionNotOpen as error:
            closed = error.sentence(edition.language)
        else:
            closed = ""
        categories = edition.registers.entries.set_index("entry_id")["category"]
        shown = {
            name: {**_dossier(dossier), "category": categories[name]}
            for name, dossier in dossiers(edition).items()
            if entry in {"", name}
        }
        return {"closed": closed, "undecided": undecided_said(edition), "entries": shown}


def _dossier(dossier: EntryStatus) -> Json:
    said = {
        "|".join(slot): {
            "value": minute(moment(said.value))[:16] if slot[0] == "received" and said.value else said.value,
            "text": said.text,
            "number": said.number,
            "actor": said.actor,
        }
        for slot, said in dossier.said.items()
    }
    return {"state": dossier.state, "said": said, "decided": not dossier.undecided}


def _setup(edition: Edition, verifier: str) -> Json:
    """What the page needs to know once: words, items and entries."""
    t, round_ = edition.texts, checklist(edition)
    units = edition.registers.units.set_index("unit_id")["name"]
    groups = {group.id: group.name.say(t.language) for group in edition.rules.groups}
    names = ["entry_id", "title", "unit_id", "group"]
    entries = [
        {"id": entry, "title": title, "unit": units[unit], "group": groups[group]}
        for entry, title, unit, group in edition.registers.entries[names].itertuples(index=False, name=None)
    ]
    return {
        "texts": t.templates("administration"),
        "language": t.language,
        "title": edition.rules.title.say(t.language),
        "round": round_.name.say(t.language),
        "simulated": t("document.simulated") if edition.rules.simulated else "",
        "verifier": verifier,
        "items": [{"id": item.id, "name": item.name.say(t.language)} for item in round_.items],
        "categories": [{"id": c.id, "name": c.name.say(t.language)} for c in edition.rules.categories],
        "entries": entries,
    }

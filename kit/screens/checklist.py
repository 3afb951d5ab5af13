"""The form of the administrative selection: one entry at a time, each answer recorded when given, or many at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from kit.contest.decisions import correct, declare_duplicate
from kit.contest.selection import (
    Change,
    SelectionNotOpen,
    checklist,
    dossiers,
    eligible_where_all_yes,
    minute,
    record,
    require_open,
    undecided_said,
    verifier_code,
    yes_to_rest,
    yes_to_unchecked,
)
from kit.edition import Edition
from kit.errors import Known, Problem
from kit.ledger import COMMITTEE, PASSING
from kit.registers import in_one_line, text_of
from kit.screens.controls import alert
from kit.screens.view import attempt
from kit.screens.widget import ViewWidget
from kit.tables import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.contest.selection import EntryStatus
    from kit.texts import Language, Texts

    Json = dict[str, Any]


def checklist_form(edition: str, language: Language | None = None, verifier: str = "") -> widgets.Widget:
    """Return the form of the administrative selection for a notebook, or what hinders it as a sentence.

    Args:
        edition: its name.
        language: of everything shown; the rules' own unless given.
        verifier: the code of whoever checks; asked for in the form unless given.
    """
    try:
        return ViewWidget(Checklist(Edition.open(edition, language), text_of(verifier)), "checklist")
    except Problem as error:
        return widgets.HTML(alert(error))


class Checklist:
    """Answer every message of the form with what is on record.

    Args:
        edition: read anew before every answer; a server puts its own thread's here.
        verifier: the code of whoever checks.
        signed_in: whether that code is everybody's who uses the form, whatever a message says.

    Raises:
        NoChecklist: the rules have no such round.
    """

    def __init__(self, edition: Edition, verifier: str = "", *, signed_in: bool = False) -> None:
        self.edition = edition
        self.setup = _setup(edition, verifier, signed_in=signed_in)
        self._actor = verifier if signed_in else None

    def answer(self, message: object) -> Json:
        """Return the answer to a message, whatever it holds; never raises."""
        asked = message if isinstance(message, dict) else {}
        key, entry = str(asked.get("key", "")), str(asked.get("entry", ""))
        said: Json = {"type": "saved", "key": key}
        done = attempt(lambda: self._answered(asked, key, entry), "the selection")
        if isinstance(done, Problem):
            said |= {"type": "refused", "again": isinstance(done, PASSING)}
        elif asked.get("type") == "load" and asked.get("at") == self.edition.history.last:
            return {"type": "same"}
        said["said"] = done.sentence(self.edition.language) if isinstance(done, Problem) else done
        with suppress(Problem):  # what was recorded is said even where it cannot be shown
            said |= self._state(entry if key else "")
        return said

    def _answered(self, message: Json, key: str, entry: str) -> str:
        """Do what a message asks for, and return what is to be said beside its button."""
        text = {name: str(message.get(name, "")) for name in ("kind", "criterion", "value", "text", "what", "reason")}
        verifier = str(message.get("verifier", "")) if self._actor is None else self._actor
        match message.get("type"):
            case "load":
                self.edition.refresh()
            case "save":
                seen, said = message.get("seen"), {name: text[name] for name in ("kind", "criterion", "value", "text")}
                change = Change(entry, **said, key=key or None, seen=seen if isinstance(seen, int) else None)
                record(self.edition, [change], verifier)
            case "all":
                return self._all(entry, text["what"], str(message.get("confirmed", "")), verifier, key)
            case "decide":
                self._decide(entry, text, verifier)
                return self.edition.texts("administration.decision_recorded")
            case _:
                raise ValueError  # without what it holds, which would go to the log
        return ""

    def _all(self, entry: str, what: str, confirmed: str, verifier: str, key: str) -> str:
        """Say the same about much at once: all items of one entry, or what was confirmed about many entries."""
        edition, t, made = self.edition, self.edition.texts, list[Change]()

        def changes() -> list[Change]:
            all_ = dossiers(edition)
            made[:] = yes_to_rest(all_[Known([*all_], "unknown_entry")(entry)]) if entry else _MANY[what](all_)
            if key in edition.ledger.recorded([key]):  # it was sent again
                made.clear()
            elif not entry and _said(t, "ask", what, made) != confirmed:
                raise Problem("asked_anew")
            # The first event has the sender's key, by which the others are known as well.
            return [change._replace(key=f"{key}-{n}" if n else key) for n, change in enumerate(made)]

        n, time = record(edition, changes, verifier), t.time(datetime.now(UTC))
        done = "nothing" if not n else "rest" if entry else what
        return t(f"administration.done_{done}", n=n, entries=len({change.entry_id for change in made}), time=time)

    def _decide(self, entry: str, text: dict[str, str], verifier: str) -> None:
        """Record one of the decisions that the selection may need about an entry."""
        self.edition.refresh()
        actor, moved = verifier_code(self.edition, verifier), text["what"] == "category"
        decided = self.edition.history.events(["correction" if moved else "duplicate"])
        decided = decided[(decided["entry_id"] == entry) & decided["criterion"].isin(["", "category"])]
        last = decided[["value", "text", "actor"]].tail(1).to_numpy().tolist()
        if last == [[text["value"], in_one_line(text["reason"]), actor]]:
            return  # it was sent again
        if moved:
            correct(self.edition, entry, "category", text["value"], text["reason"], actor=actor)
        else:
            declare_duplicate(self.edition, entry, text["value"], text["reason"], actor=actor)

    def _state(self, entry: str = "") -> Json:
        """What is on record about one entry, or about all, and what can be said about many at once."""
        edition, t = self.edition, self.edition.texts
        edition.refresh()
        try:
            require_open(edition)
        except SelectionNotOpen as error:
            closed = error.sentence(edition.language)
        else:
            closed = ""
        all_ = dossiers(edition)
        categories = edition.registers.entries.set_index("entry_id")["category"]
        shown = {
            name: {**_dossier(dossier, t), "category": categories[name]}
            for name, dossier in all_.items()
            if entry in {"", name}
        }
        made = {what: make(all_) for what, make in _MANY.items()}
        many = {
            what: {"button": _said(t, "all", what, changes), "asks": _said(t, "ask", what, changes)}
            for what, changes in made.items()
            if changes
        }
        whole = {} if entry else {"at": edition.history.last}  # up to which event all entries are true
        return {"closed": closed, "undecided": undecided_said(edition), "entries": shown, "many": many, **whole}


_MANY = {"yes": yes_to_unchecked, "eligible": eligible_where_all_yes}


def _said(t: Texts, about: str, what: str, changes: Sequence[Change]) -> str:
    """Say how much would be recorded, on a button or in the question before; the form fills in who records it."""
    entries = len({change.entry_id for change in changes})
    return t(f"administration.{about}_{what}", n=entries, answers=len(changes), verifier="{verifier}")


def _called(actor: str, t: Texts) -> str:
    return t("report.chain_committee") if actor == COMMITTEE else actor


def _dossier(dossier: EntryStatus, t: Texts) -> Json:
    said = {
        "|".join(slot): {
            "value": minute(moment(said.value))[:16] if slot[0] == "received" and said.value else said.value,
            "text": said.text,
            "number": said.number,
            "actor": _called(said.actor, t),
        }
        for slot, said in dossier.said.items()
    }
    return {"state": dossier.state, "said": said, "decided": not dossier.undecided}


def _setup(edition: Edition, verifier: str, *, signed_in: bool) -> Json:
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
        "verifier": _called(verifier, t),
        "signed_in": t("topics.by", actor=_called(verifier, t)) if signed_in else "",
        "items": [{"id": item.id, "name": item.name.say(t.language)} for item in round_.items],
        "categories": [{"id": c.id, "name": c.name.say(t.language)} for c in edition.rules.categories],
        "entries": entries,
    }

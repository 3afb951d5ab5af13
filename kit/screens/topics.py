"""A screen of topics: one at a time, each with what it shows and the acts that record something about it.

Whoever adds a screen writes a function from an edition to its topics; this module and its front end do the rest::

    def topics(edition: Edition) -> list[Topic]:
        def close(values: dict[str, str]) -> None:
            rounds.close(edition, "r1", values["reason"])

        reason = Field("reason", "Alasan menutup", needed=True)
        return [Topic("close", "Penutupan", [Paragraph("...")], [act(edition.texts, "closing.close", close, [reason])])]

    view = TopicScreen(edition, "closing", topics, "Penutupan tahap")

It is a view: a page carries its messages (:mod:`kit.screens.web`), or a notebook (:meth:`TopicScreen.widget`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import traitlets

from kit.errors import Problem
from kit.ledger import COMMITTEE
from kit.registers import in_one_line
from kit.render.blocks import Block, Paragraph
from kit.render.html import block_html, stylesheet
from kit.screens.view import attempt
from kit.screens.widget import ViewWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kit.edition import Edition
    from kit.texts import Texts

    Json = dict[str, Any]

Values = dict[str, str]


@dataclass(frozen=True)
class Field:
    """What one fills in for an act.

    Args:
        name: of its value among those that the act gets.
        label: says what it is about; no other field of the topic has the same.
        kind: ``choice`` is one of the options and ``order`` all of them, best first, parted by ``>``; ``check`` is
            ``on`` or blank; ``time`` is a text such as ``09.00``.
        value: what is on record, or what a choice begins with.
        options: what can be chosen: each value, and how it is shown.
        needed: refused where it is blank.
    """

    name: str
    label: str
    kind: Literal["text", "choice", "check", "order", "time"] = "text"
    value: str = ""
    options: Sequence[tuple[str, str]] = ()
    needed: bool = False


@dataclass(frozen=True)
class Act:
    """Something that is recorded when its button is pressed.

    Args:
        id: no other act of the topic has the same.
        button: what it does, on its button; for an act that runs at once, what its fields are about.
        run: records it, and returns the sentence that stands beside the button: what was recorded, and by which later
            step it is corrected. It gets the value of each field.
        fields: what it needs.
        asks: the sentence, in the ledger's words, that has to be confirmed before it is recorded; or what makes it of
            the values, and may refuse them.
        at_once: every change of a field runs it, and it has no button.
    """

    id: str
    button: str
    run: Callable[[Values], str]
    fields: Sequence[Field] = ()
    asks: str | Callable[[Values], str] = ""
    at_once: bool = False


@dataclass(frozen=True)
class Topic:
    """What is shown at a time.

    Args:
        id: in the page's address; ``sheets/A`` goes with ``sheets`` where a notebook shows that.
        title: its heading, and its line in the list.
        blocks: what it shows.
        acts: what can be recorded, below the blocks.
    """

    id: str
    title: str
    blocks: Sequence[Block] = ()
    acts: Sequence[Act] = ()


def act(
    t: Texts,
    key: str,
    run: Callable[[Values], object],
    fields: Sequence[Field] = (),
    *,
    act_id: str = "",
    **words: object,
) -> Act:
    """Return an act that asks before it records, in the catalogue's words.

    Args:
        t: the catalogue.
        key: of the button's text; ``KEY_event`` is what the ledger will say, with the values of the fields by their
            names, and ``KEY_fix`` by which later step that is corrected.
        run: records it, and may return a line to be added to the answer.
        fields: what it needs.
        act_id: where the key is not enough.
        words: for the texts.
    """

    def event(values: Values) -> str:
        return t(f"{key}_event", **words, **{field.name: _said(field, values[field.name]) for field in fields})

    def record(values: Values) -> str:
        said = event(values)  # before: what was recorded may change what is offered
        more = run(values)
        return "\n".join([recorded(t, said, t(f"{key}_fix", **words)), *([more] if isinstance(more, str) else [])])

    def ask(values: Values) -> str:
        return t("topics.recording", event=event(values))

    return Act(act_id or key.partition(".")[2], t(key, **words), record, fields, ask)


def recorded(t: Texts, event: str, fix: str) -> str:
    """Return what stands beside a button after something was recorded: when, what, and how it is corrected later."""
    return t("topics.recorded", time=t.time(datetime.now(UTC)), event=event, fix=fix)


def _said(field: Field, value: str) -> str:
    names, parts = dict(field.options), value.split(">") if field.kind == "order" else [value]
    return "; ".join(names.get(part, in_one_line(part)) for part in parts) or "–"


class TopicScreen:
    """Answer every message of the front end with the topics as they are on record.

    Args:
        edition: read anew before every answer; a server puts its own thread's here.
        name: of the screen.
        topics: makes them from the edition.
        title: above all topics.
        actor: who records; only shown here, ``topics`` gives it to what is recorded.
        only: ids of the topics to show, where not all.
    """

    def __init__(
        self,
        edition: Edition,
        name: str,
        topics: Callable[[Edition], Sequence[Topic]],
        title: str,
        actor: str = COMMITTEE,
        only: Sequence[str] = (),
    ) -> None:
        self.edition, self.name, self.topics, self.title, self.actor = edition, name, topics, title, actor
        self.only = tuple(only)
        t = edition.texts
        self.setup: Json = {
            "name": name,
            "texts": t.templates("topics"),
            "language": t.language,
            "title": title,
            "contest": edition.rules.title.say(t.language),
            "simulated": t("document.simulated") if edition.rules.simulated else "",
            "actor": t("topics.by_committee") if actor == COMMITTEE else t("topics.by", actor=actor),
            "style": stylesheet().removeprefix("<style>").removesuffix("</style>"),
        }

    def widget(self, *topics: str) -> ViewWidget:
        """Return the screen for a notebook's cell: some of its topics, or all."""
        return _Cell(TopicScreen(self.edition, self.name, self.topics, self.title, self.actor, topics), "topics")

    def answer(self, message: object) -> Json:
        """Return the answer to a message, whatever it holds; never raises."""
        asked: Json = message if isinstance(message, dict) else {}
        said = attempt(lambda: self._answered(asked), f"the screen {self.name}")
        if isinstance(said, Problem):
            said = {"type": "refused", "said": said.sentence(self.edition.language)}
        if said["type"] in {"same", "topics"}:
            return said
        return said | {"key": str(asked.get("key", ""))} | (self._shown() if said["type"] != "asks" else {})

    def _answered(self, message: Json) -> Json:
        self.edition.refresh()
        match message:
            case {"type": "look", "at": at} if at == self.edition.history.last:
                return {"type": "same"}
            case {"type": "look" | "load"}:
                return {"type": "topics"} | self._shown()
            case {"type": "act"}:
                return self._acted(message)
        raise ValueError  # without what it holds, which would go to the log

    def _acted(self, message: Json) -> Json:
        """Ask, or record; what is recorded is what was confirmed."""
        topic, act_id = str(message.get("topic", "")), str(message.get("act", ""))
        acts = [act for known in self._topics() if known.id == topic for act in known.acts if act.id == act_id]
        if not acts:
            raise Problem("act_gone")
        (act,) = acts
        values = _values(act, *({**message.get(name, {})} for name in ("values", "seen")))
        asks = act.asks(values) if callable(act.asks) else act.asks
        if asks and message.get("confirmed") != asks:
            return {"type": "asks", "asks": asks}
        return {"type": "done", "said": act.run(values)}

    def _topics(self) -> Sequence[Topic]:
        try:
            found = self.topics(self.edition)
        except Problem as error:
            found = [Topic("hindered", self.title, [Paragraph(error.sentence(self.edition.language))])]
        wanted = [topic for topic in found if not self.only or topic.id.partition("/")[0] in self.only]
        return wanted or found[:1]

    def _shown(self) -> Json:
        """The topics as the front end takes them, and up to which event they are true."""

        def shown() -> Json:
            self.edition.refresh()
            at = self.edition.history.last
            return {"at": at, "topics": [_topic(topic, self.edition) for topic in self._topics()]}

        # What was recorded is said even where it cannot be shown.
        found = attempt(shown, f"the screen {self.name}", "screen_failed")
        if isinstance(found, Problem):
            return {"at": -1, "topics": None, "hindered": found.sentence(self.edition.language)}
        return found


class _Cell(ViewWidget):
    """A screen in a notebook's cell, which also holds what a document made of the notebook says of it."""

    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, screen: TopicScreen, name: str) -> None:
        super().__init__(screen, name, changed=self._keep)
        self._keep(screen.answer({"type": "load"}))

    def _keep(self, answer: Json) -> None:
        topics = answer.get("topics") or ()
        self.html = "".join(f"<h3>{escape(topic['title'])}</h3>{topic['html']}" for topic in topics) or self.html


def _values(act: Act, given: Json, seen: Json) -> Values:
    """Return what the fields of an act are to hold; what was not typed over is what is on record now.

    Raises:
        option_gone: what was chosen is not offered any more.
        field_overtaken: what was typed over is not what is on record.
        field_needed: a field is blank that has to be filled in.
    """
    values: Values = {}
    for field in act.fields:
        value, before = (str(those.get(field.name, field.value)) for those in (given, seen))
        if field.kind in {"choice", "order"}:
            offered = [option for option, _ in field.options]
            chosen = value.split(">") if field.kind == "order" else [value]
            if not {*chosen} <= {*offered} or (field.kind == "order" and len({*chosen}) != len(offered)):
                raise Problem("option_gone", field=field.label)
        elif value == before:
            value = field.value
        elif field.value not in {before, value}:
            raise Problem("field_overtaken", field=field.label, value=field.value or "–")
        if field.needed and not value.strip():
            raise Problem("field_needed", field=field.label)
        values[field.name] = value
    return values


def _topic(topic: Topic, edition: Edition) -> Json:
    shown = [block_html(block.to_json(), edition.language, styled=True) for block in topic.blocks]
    acts = [
        {
            "id": act.id,
            "button": act.button,
            "at_once": act.at_once,
            "fields": [asdict(field) for field in act.fields],
        }
        for act in topic.acts
    ]
    return {"id": topic.id, "title": topic.title, "html": "".join(shown), "acts": acts}

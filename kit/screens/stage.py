"""The day of presentations: a stage that everybody may see, and the control by which the committee records.

The stage cannot write. It shows scores and ranks only once they are decided and the committee has let it
(:class:`Shown`).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kit.contest import presentation
from kit.contest.decisions import mark_absent, mark_present, unmarked
from kit.errors import Problem
from kit.history import DECIDED
from kit.ledger import COMMITTEE, PASSING
from kit.registers import reason_of, text_of
from kit.render.blocks import Paragraph
from kit.report.context import Context, award_name, contenders, state_of
from kit.report.progress import group_order, light_words
from kit.report.summaries import standings
from kit.scoring.ranking import FINAL
from kit.screens.topics import Act, Field, Topic, TopicScreen
from kit.screens.view import attempt
from kit.screens.widget import ViewWidget
from kit.texts import WIB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from kit.edition import Edition
    from kit.rules import Group, Scope
    from kit.screens.topics import Values

    Json = dict[str, Any]

_log = logging.getLogger(__name__)


class Shown:
    """What the committee lets the stage show of a result: that of one decision, and nothing once it is taken up again.

    Control and stage share one; it is kept in memory alone, so that after a restart nothing is shown.
    """

    def __init__(self) -> None:
        self._decision = 0
        self.last: Json = {"at": ""}  # the stage's last answer, made anew only when something has changed

    def show(self, edition: Edition, round_id: str) -> None:
        """Let the stage show the recap of a round.

        Raises:
            RecapTooEarly: the round is not decided.
        """
        presentation.require_recap(edition, round_id)
        self._decision = _decision(edition, round_id)

    def hide(self) -> None:
        """Let the stage show the running order again."""
        self._decision = 0

    def shows(self, edition: Edition, round_id: str) -> bool:
        """Tell whether the stage may show the recap of a round now."""
        return self._decision > 0 and self._decision == _decision(edition, round_id)


def _decision(edition: Edition, round_id: str) -> int:
    """Return the number of the event that decided a round; 0 while it is not decided."""
    if edition.states[round_id] not in DECIDED:
        return 0
    return edition.meetings(round_id)[-1].decision or 0


def _known(edition: Edition, round_id: str) -> str:
    return edition.scored(text_of(round_id) or edition.rules.last_round).id


# The stage


class StageView:
    """Answer what the stage asks with what everybody may see, and refuse every other message.

    Args:
        edition: read anew before every answer; a server puts its own thread's here.
        round_id: a scored round, the last if it is blank.
        shown: whether the result may be seen.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
    """

    def __init__(self, edition: Edition, round_id: str, shown: Shown) -> None:
        self.edition, self._round, self._shown = edition, _known(edition, round_id), shown
        t = edition.texts
        self.setup: Json = {
            "texts": t.templates("presentation"),
            "language": t.language,
            "title": edition.rules.title.say(t.language),
            "round": edition.say(self._round),
            "simulated": t("document.simulated") if edition.rules.simulated else "",
        }

    def widget(self) -> ViewWidget:
        """Return the stage for a notebook's cell."""
        return ViewWidget(self, "stage")

    def answer(self, message: object) -> Json:
        """Return what may be seen now; never raises."""
        found = attempt(lambda: self._answered(message), "the stage", "screen_failed")
        if not isinstance(found, Problem):
            return found
        if isinstance(found, PASSING):  # its sentence may name the database and who uses it
            _log.warning("the stage could not be shown: %s", found.sentence("en"))
            found = Problem("screen_failed")
        return {"type": "refused", "said": found.sentence(self.edition.language)}

    def _answered(self, message: object) -> Json:
        if not isinstance(message, dict) or message.get("type") != "load":
            raise Problem("stage_only_shows")
        self.edition.refresh()
        now = datetime.now(UTC).astimezone(WIB)
        recap = self._shown.shows(self.edition, self._round)
        at = f"{self._round} {self.edition.language} {self.edition.history.last} {now:%H:%M} {recap}"
        found = self._shown.last
        if found["at"] != at:
            found = self._shown.last = {"type": "state", "at": at, **self._state(now, recap=recap)}
        return {"type": "same"} if message.get("at") == at else found

    def _state(self, now: datetime, *, recap: bool) -> Json:
        edition, t = self.edition, self.edition.texts
        state = edition.states[self._round]
        lists = _recap(edition, self._round) if recap else _order(edition, self._round, now)
        return {
            "recap": recap,
            "word": state_of(edition) if recap else t(f"status.{state}"),
            "time": t.time(now),
            "lists": [each for each in lists if each["rows"]],
        }


def _list(name: str, rows: list[Json], heads: dict[str, str], notes: list[str]) -> Json:
    """Return one list of the stage, with those columns that hold something."""
    kept = [[key, label] for key, label in heads.items() if any(row[key] for row in rows)]
    return {"name": name, "heads": kept, "rows": rows, "notes": notes}


def _order(edition: Edition, round_id: str, now: datetime) -> Iterator[Json]:
    """Yield the running order of each group, with a light for each finalist and never a value."""
    t, drawn = edition.texts, presentation.draws(edition, round_id)
    times, table = presentation.schedules(edition, round_id), presentation.programme(edition, round_id)
    table["word"] = light_words(table, t)
    heads = {name: t(f"presentation.{name}") for name in ("place", "time", "title", "unit", "sheets")}
    running = edition.states[round_id] == "open"
    for group in edition.rules.groups:
        begins, one = times.get(group.id), drawn.get(group.id)
        on_now = begins.is_on if running and begins else None
        rows = [
            {
                "place": str(row["place"] or ""),
                "time": t.show(row["time"]) if row["time"] else "",
                "title": row["title"],
                "unit": f"{row['entry_id']} · {row['unit']}",
                "sheets": row["word"],
                "light": row["light"],
                "now": row["light"] != "absent" and bool(on_now and on_now(row["place"], now.time())),
            }
            for row in table[table["group"] == group.id].to_dict("records")
        ]
        notes = [t("presentation.drawn_short", seed=one.seed, time=one.time) if one else t("presentation.not_drawn")]
        notes += [t("presentation.again", reason=one.reason)] if one and one.reason else []
        yield _list(group.name.say(t.language), rows, heads, notes)


def _recap(edition: Edition, round_id: str) -> Iterator[Json]:
    """Yield the lists of a decided round; with the last one, those that awards are given in."""
    t, context = edition.texts, Context(edition)
    last = round_id == context.last
    heads = {name: t(f"presentation.{name}") for name in ("rank", "award", "title", "unit", "score")}
    lists: list[tuple[str, Scope, str]] = [(round_id, "group", group.id) for group in edition.rules.groups]
    if last:
        lists = [*((FINAL, *pair) for pair in context.award_scopes), *context.series_lists]
    absent = presentation.lights(edition, round_id).query("light == 'absent'")
    for where, scope, scope_id in lists:
        away = absent if scope != "group" else absent[absent["group"] == scope_id]
        notes = [t("presentation.were_absent", entries=[*away["title"]])] if len(away) else []
        table = standings(edition, scope, scope_id, where)
        table = contenders(context, table) if last else table
        named = (
            context.names[scope, scope_id] if where in {FINAL, round_id} else context.list_name(where, scope, scope_id)
        )
        rows = [
            {
                "rank": "" if row["rank"] is None else str(row["rank"]),
                "award": award_name(context, row["award"]),
                "title": row["title"],
                "unit": row["unit"],
                "score": "" if row["score"] is None else t.decimal(row["score"]),
            }
            for row in table.astype(object).where(table.notna(), None).to_dict("records")
        ]
        yield _list(named, rows, heads, notes)


# The control


def presentation_view(edition: Edition, round_id: str, shown: Shown, actor: str = COMMITTEE) -> TopicScreen:
    """Return the control of a round's presentations, of the last round if it is blank.

    Args:
        edition: the contest.
        round_id: a scored round.
        shown: what the stage may show.
        actor: who records.

    Raises:
        unknown_round: there is no such round, or it carries no marks.
    """
    name = _known(edition, round_id)

    def topics(edition: Edition) -> list[Topic]:
        table = presentation.programme(edition, name)
        orders, presences = list[Topic](), list[Topic]()
        for group in edition.rules.groups:
            own, named = table[table["group"] == group.id], group.name.say(edition.language)
            if len(own):
                *said, order = group_order(edition, name, group, own, sheets=True)
                for topics, id_, blocks, acts in (
                    (orders, "order", said, _order_acts(edition, name, group, actor)),
                    (presences, "presence", [order], _presence_acts(edition, name, own, actor)),
                ):
                    title = edition.texts(f"presentation.topic_{id_}", group=named)
                    topics.append(Topic(f"{id_}/{group.id}", title, blocks, acts))
        return [*orders, *presences, _showing(edition, name, shown)]

    return TopicScreen(edition, "presentation", topics, edition.texts("presentation.control"), actor)


def _said(edition: Edition, key: str, **values: object) -> str:
    """Return the sentence that says what was recorded just now, and what corrects it."""
    return edition.texts(f"presentation.{key}", time=edition.texts.time(datetime.now(UTC)), **values)


def _order_acts(edition: Edition, round_id: str, group: Group, actor: str) -> list[Act]:
    """Return what records a group's draw and its times; nothing once the round is closed."""
    t, name = edition.texts, group.name.say(edition.language)
    again = group.id in presentation.draws(edition, round_id)
    known = presentation.schedules(edition, round_id).get(group.id)
    if edition.states[round_id] not in {"not_opened", "open"}:
        return []

    def asks(values: Values) -> str:
        n = len(presentation.drawable(edition, round_id, group.id, values["seed"], values.get("reason", "")))
        return t("presentation.asks_again" if again else "presentation.asks_draw", group=name, n=n, **values)

    def draw(values: Values) -> str:
        made = presentation.draw(edition, round_id, group.id, **values, actor=actor)
        return _said(edition, "was_drawn", group=name, seed=made.seed)

    def schedule(values: Values) -> str:
        presentation.schedule(edition, round_id, group.id, **values, actor=actor)
        begins = presentation.schedules(edition, round_id)[group.id]
        return _said(edition, "was_scheduled", group=name, start=begins.start, n=begins.minutes)

    seed = [Field("seed", t("presentation.draw_seed"))]
    seed += [Field("reason", t("presentation.draw_reason"))] if again else []
    start = Field("start", t("presentation.start"), "time", t.show(known.start) if known else "")
    minutes = Field("minutes", t("presentation.minutes"), value=str(known.minutes if known else 30))
    return [
        Act("draw", t("presentation.do_draw_again" if again else "presentation.do_draw"), draw, seed, asks),
        Act("times", t("presentation.do_schedule"), schedule, [start, minutes]),
    ]


def _presence_acts(edition: Edition, round_id: str, own: pd.DataFrame, actor: str) -> list[Act]:
    """Return what records that finalists did not come, or came after all; nothing where there is nobody to choose."""
    t, state = edition.texts, edition.states[round_id]
    if state == "not_opened" or state in DECIDED:
        return []
    named = {entry: f"{entry} {title}" for entry, title in zip(own["entry_id"], own["title"], strict=True)}
    away = {*own.loc[own["light"] == "absent", "entry_id"]}
    may_be = unmarked(edition, round_id)

    def act(kind: str, record: Callable[..., object], entries: list[str]) -> Act:
        def asks(values: Values) -> str:
            about = {"entry": named[values["entry"]], "reason": reason_of(values["reason"])}
            return t(f"presentation.asks_{kind}", round=edition.say(round_id), **about)

        def run(values: Values) -> str:
            record(edition, round_id, values["entry"], values["reason"], actor=actor)
            return _said(edition, f"was_{kind}", entry=named[values["entry"]])

        entry = Field(
            "entry", t(f"presentation.{kind}_entry"), "choice", options=[(one, named[one]) for one in entries]
        )
        fields = [entry, Field("reason", t(f"presentation.{kind}_reason"))]
        return Act(kind, t(f"presentation.do_{kind}"), run, fields, asks)

    chosen = {
        "absent": (mark_absent, [entry for entry in named if entry in may_be]),
        "present": (mark_present, [entry for entry in named if entry in away]),
    }
    return [act(kind, record, entries) for kind, (record, entries) in chosen.items() if entries]


def _showing(edition: Edition, round_id: str, shown: Shown) -> Topic:
    """Return the topic by which the recap is shown on the stage, and hidden again."""
    t, name = edition.texts, edition.say(round_id)

    def show(_: Values) -> str:
        shown.show(edition, round_id)
        return _said(edition, "was_shown", round=name)

    def hide(_: Values) -> str:
        shown.hide()
        return _said(edition, "was_hidden", round=name)

    said, acts = t("presentation.not_shown", round=name), list[Act]()
    if shown.shows(edition, round_id):
        said, acts = t("presentation.shown", round=name), [Act("hide", t("presentation.do_hide"), hide)]
    elif edition.states[round_id] in DECIDED:
        acts = [Act("show", t("presentation.do_show"), show, asks=t("presentation.asks_show", round=name))]
    else:
        said = presentation.RecapTooEarly(round=name).sentence(t.language)
    return Topic("recap", t("presentation.showing"), [Paragraph(said)], acts)

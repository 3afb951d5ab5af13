"""The day of presentations on a projector: the draw, the running order, a light per finalist, and then the recap."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as widgets
import traitlets

from kit.contest.decisions import mark_absent, mark_present, unmarked
from kit.contest.presentation import draw, draws, last_round, programme, require_recap
from kit.edition import Edition
from kit.errors import Known, Problem
from kit.history import DECIDED
from kit.registers import text_of
from kit.render.html import block_html
from kit.report.progress import presentation_recap
from kit.screens import front_end

if TYPE_CHECKING:
    from kit.texts import Language

    Json = dict[str, Any]


def stage(edition: str, round_id: str = "", language: Language | None = None) -> widgets.Widget:
    """Return the page for the projector, or a sentence that says why there is none.

    Args:
        edition: its name.
        round_id: a scored round; the last unless given.
        language: of everything shown; the rules' own unless given.
    """
    try:
        opened = Edition.open(edition, language)
        name = Known([*opened.states], "unknown_round")(text_of(round_id) or last_round(opened))
        return Stage(opened, name)
    except Problem as error:
        return widgets.HTML(f'<p role="alert">{escape(error.sentence())}</p>')


class Stage(anywidget.AnyWidget):
    """One round on a page that asks every few seconds how far everybody is.

    It gets scores and ranks only while the round is decided, and only when somebody has asked for them.

    Args:
        edition: the contest.
        round_id: a scored round.

    Raises:
        EntrantsUnknown: a round before it is not closed.
    """

    _esm = front_end.script("stage")
    _css = front_end.style("stage")
    setup = traitlets.Dict().tag(sync=True)

    def __init__(self, edition: Edition, round_id: str) -> None:
        self._edition, self._round = edition, round_id
        self._recap = ("", "")  # the data that it was made from, and the recap
        self._state()  # refuses what cannot be shown
        super().__init__(setup=_setup(edition, round_id))
        self.on_msg(self._answer)

    def _answer(self, _: object, content: Json, __: object) -> None:
        said = {name: str(content.get(name, "")) for name in ("type", "group", "seed", "entry", "reason")}
        wanted = said["type"] == "recap" or content.get("recap") is True
        try:
            self._edition.refresh()
            about = (self._edition, self._round)
            if said["type"] == "draw":
                draw(*about, said["group"], said["seed"], said["reason"])
            elif said["type"] == "absent":
                mark_absent(*about, said["entry"], said["reason"])
            elif said["type"] == "present":
                mark_present(*about, said["entry"], said["reason"])
            elif said["type"] == "recap":
                require_recap(*about)
            refused = ""
        except Problem as error:
            refused = error.sentence(self._edition.language)
        try:
            state = self._state(recapped=wanted)
        except Problem as error:  # an earlier round was opened again meanwhile
            self.send({"type": said["type"], "refused": refused or error.sentence(self._edition.language)})
        else:
            self.send({"type": said["type"], "refused": refused, "state": state})

    def _state(self, *, recapped: bool = False) -> Json:
        """What may be seen now, with the recap where it was asked for."""
        edition, t = self._edition, self._edition.texts
        edition.refresh()
        state, drawn = edition.states[self._round], draws(edition, self._round)
        table = programme(edition, self._round)
        may_be_absent = unmarked(edition, self._round)
        return {
            "open": state in {"open", "not_opened"},
            "decided": state in DECIDED,
            "word": t(f"status.{state}"),
            "time": t.time(datetime.now(UTC)),
            "drawn": {
                group: t("presentation.drawn_short", seed=one.seed, time=one.time) for group, one in drawn.items()
            },
            "rows": [
                {
                    **{name: str(row[name]) for name in ("entry_id", "group", "title", "unit", "light")},
                    "time": t.show(row["time"]) if row["time"] else "",
                    "place": int(row["place"]),
                    "absence": row["light"] == "absent" or row["entry_id"] in may_be_absent,
                    "word": t(f"presentation.light_{row['light']}", n=int(row["complete"]), asked=int(row["asked"])),
                }
                for row in table.to_dict("records")
            ],
            "recap": self._recapped() if recapped and state in DECIDED else "",
        }

    def _recapped(self) -> str:
        """The recap as HTML, made anew only when something was recorded since."""
        edition = self._edition
        if self._recap[0] != edition.fingerprint:
            try:
                shown = block_html(presentation_recap(edition, self._round).to_json(), edition.language)
            except Problem as error:
                shown = f'<p role="alert">{escape(error.sentence(edition.language))}</p>'
            self._recap = (edition.fingerprint, shown)
        return self._recap[1]


def _setup(edition: Edition, round_id: str) -> Json:
    """What the page needs to know once."""
    t = edition.texts
    groups = set(edition.registers.entries["group"])
    return {
        "texts": t.templates("presentation"),
        "language": t.language,
        "title": edition.rules.title.say(t.language),
        "round": edition.say(round_id),
        "simulated": t("document.simulated") if edition.rules.simulated else "",
        "groups": [{"id": g.id, "name": g.name.say(t.language)} for g in edition.rules.groups if g.id in groups],
    }

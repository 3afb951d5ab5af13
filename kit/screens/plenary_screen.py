"""The plenary as widgets: what is recorded during the meeting, beside what the panel looks at.

Everything shown is read from the ledger after every step. So nothing is lost when the page is loaded again, and a
second window shows what the first one recorded.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as widgets
import traitlets

from kit.contest import decisions, plenary
from kit.contest.rounds import publish, unpublished
from kit.edition import Edition
from kit.errors import Mistakes, Problem
from kit.history import DECIDED, award_of
from kit.judging.assignment import current_round
from kit.judging.desk import Desk
from kit.registers import text_of
from kit.render.blocks import Group, Paragraph
from kit.render.html import block_html
from kit.report.agenda import (
    Agenda,
    attendance,
    changes,
    cuts,
    equals,
    hindrances,
    most_disputed,
    spread,
    without_marks,
)
from kit.report.results import results
from kit.scoring.ranking import FINAL
from kit.screens.form import score_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kit.render.blocks import Block
    from kit.texts import Language

    Options = Sequence[tuple[str, str]]
    Builder = Callable[[Agenda], list[widgets.Widget]]

_WIDE = {"description_width": "20rem"}
_LAYOUT = {"width": "100%", "max_width": "min(70rem, 100% - 4px)"}  # a field has margins


class _Projector(anywidget.AnyWidget):
    """Makes a part readable on a projector, and keeps its keys from JupyterLab, which would take them as commands."""

    _css = Path(__file__).with_suffix(".css")
    _esm = """
    const keep = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    const guard = (el) => requestAnimationFrame(() => el.closest(".kit-plenary")?.addEventListener("focusin", keep));
    export default { render: ({ el }) => guard(el) };
    """


class PlenaryScreen:
    """The screen of a plenary about one round; each part is a cell of the notebook.

    Args:
        edition: the edition's name.
        round_id: a scored round; the current one unless given.
        language: of everything shown; the rules' own unless given.
    """

    def __init__(self, edition: str, round_id: str = "", language: Language | None = None) -> None:
        self.edition = Edition.open(edition, language)
        self.t = self.edition.texts
        self.round = text_of(round_id) or current_round(self.edition)
        self._parts: list[_Part] = []
        self._building: _Part | None = None

    def word(self, key: str, **values: object) -> str:
        """A sentence of the plenary."""
        return self.t(f"plenary.{key}", **values)

    # The parts, each a cell of the notebook

    def opening(self) -> widgets.VBox:
        """Show the beginning, the attendance, and the fields of the minutes."""
        return self._part(self._opening)

    def doubts(self) -> widgets.VBox:
        """Show where the judges differ most, and where each list is divided and by how much."""
        return self._part(lambda agenda: [self._shown(part(agenda)) for part in (spread, without_marks, cuts)])

    def sheets(self) -> widgets.VBox:
        """Show the form that reopens one judge's sheet for one entry, and changes marks on it."""
        return self._part(self._sheets)

    def rulings(self) -> widgets.VBox:
        """Show ties and the rules that decide them, and record rulings, withheld awards, absence and dissent."""
        return self._part(self._rulings)

    def decision(self) -> widgets.VBox:
        """Show what is still open; record the decision, print the minutes, publish."""
        return self._part(self._decision)

    def _shown(self, block: Block) -> widgets.HTML:
        html = block_html(block.to_json(), self.t.language)
        return widgets.HTML(html, layout=widgets.Layout(width="100%", overflow="auto"))

    def _part(self, build: Builder) -> widgets.VBox:
        part = _Part(build)
        self._parts.append(part)
        self._fill(part)
        return part.box

    def _fill(self, part: _Part) -> None:
        self._building, part.fields = part, 0
        try:
            found = part.build(Agenda(self.edition, self.round))
        except Problem as error:
            found = [_sentence(error.sentence(self.t.language))]
        part.box.children = (part.projector, *found, part.said)

    def _refresh(self, *, but: _Part | None = None) -> None:
        self.edition.refresh()
        for part in self._parts:
            if part is not but:
                self._fill(part)

    @property
    def running(self) -> bool:
        """Whether the plenary goes on."""
        return self.edition.states[self.round] == "plenary"

    # Begin, attendance, minutes

    def _opening(self, agenda: Agenda) -> list[widgets.Widget]:
        state, meeting = self.edition.states[self.round], agenda.meeting
        name = self.edition.rules.round(self.round).name.say(self.t.language)
        shown: list[Block] = [Paragraph(f"{name}: {self.t(f'status.{state}')}.")]
        if meeting:
            key, time = ("over", meeting.decided) if meeting.decided else ("going_on", meeting.began)
            shown.append(Paragraph(self.word(key, time=time)))
        else:
            shown.append(Paragraph(self.word("not_begun")))
        seen = "fairness_seen" if self.edition.rules.fairness_in_plenary else "fairness_unseen"
        parts = [self._shown(Group([*shown, Paragraph(self.word(seen))]))]
        if not self.running:
            return [*parts, *self._begin(again=state != "closed")]
        return [*parts, self._shown(attendance(agenda)), *self._attendance(agenda), *self._notes(agenda)]

    def _begin(self, *, again: bool) -> list[widgets.Widget]:
        reason = self._text("reason")
        begin = self._button("begin", lambda: plenary.begin(self.edition, self.round, reason.value), "primary")
        return [*([_sentence(self.word("begin_again")), reason] if again else []), begin]

    def _attendance(self, agenda: Agenda) -> list[widgets.Widget]:
        names = self.edition.registers.judges.set_index("judge_id")["name"]
        there = agenda.meeting.present if agenda.meeting else ()
        boxes = {
            judge: widgets.Checkbox(value=judge in there, description=str(names[judge]), indent=False)
            for judge in plenary.panel(self.edition, self.round)
        }

        def save() -> None:
            known = agenda.meeting.attendance if agenda.meeting else {}
            for judge, box in boxes.items():
                if known.get(judge) != box.value and (box.value or judge in known):
                    plenary.attend(self.edition, self.round, judge, present=box.value)

        return [*boxes.values(), self._button("save", save)]

    def _notes(self, agenda: Agenda) -> list[widgets.Widget]:
        said = agenda.meeting.said if agenda.meeting else {}
        fields = {topic: self._text(f"topic_{topic}", said.get(topic, "")) for topic in plenary.TOPICS}

        def save() -> None:
            for topic, field in fields.items():
                if field.value.strip() != said.get(topic, ""):
                    plenary.note(self.edition, self.round, topic, field.value)

        return [*fields.values(), self._button("save", save)]

    # Sheets taken up again

    def _sheets(self, agenda: Agenda) -> list[widgets.Widget]:
        changed = self._shown(changes(agenda))
        if not self.running:
            return [changed]
        entry = self._choice("choose_entry", [(agenda.entry(name), name) for name in most_disputed(agenda)])
        letters = sorted(agenda.letters.items(), key=lambda pair: (len(pair[1]), pair[1]))
        judge = self._choice("choose_judge", [(self.word("judge", letter=mark), name) for name, mark in letters])
        reason = self._text("reason")

        def reopen() -> None:
            plenary.reopen_sheet(self.edition, self.round, judge.value, entry.value, reason.value)

        return [changed, entry, judge, reason, self._button("reopen", reopen), *self._marks(agenda, changed)]

    def _marks(self, agenda: Agenda, shown: widgets.HTML) -> list[widgets.Widget]:
        """A form for each reopened sheet, once it is known who types; what changes is shown at once."""
        meeting = agenda.meeting
        sheets = dict.fromkeys((sheet.judge_id, sheet.entry_id) for sheet in meeting.reopened) if meeting else {}
        if not sheets:
            return []
        typist = self._text("typist")
        choice = self._choice(
            "choose",
            [(f"{self.word('judge', letter=agenda.letters[j])} · {agenda.entry(e)}", f"{j}\x1f{e}") for j, e in sheets],
        )
        place, part = widgets.VBox([]), self._building

        def changed() -> None:
            self._refresh(but=part)  # whoever types goes on typing
            shown.value = self._shown(changes(Agenda(self.edition, self.round))).value

        def open_form(_: object = None) -> None:
            judge, entry = choice.value.split("\x1f")
            try:
                desk = Desk(self.edition, self.round, judge, typist=typist.value.strip(), only=[entry])
                shown_as = self.word("judge", letter=agenda.letters[judge])
                found: widgets.Widget = score_form(desk, shown_as=shown_as, changed=changed)
            except Problem as error:
                found = _sentence(error.sentence(self.t.language))
            place.children = (found if typist.value.strip() else _sentence(self.word("typist_needed")),)

        typist.observe(open_form, "value")
        choice.observe(open_form, "value")
        return [choice, typist, place]

    # Rulings

    def _rulings(self, agenda: Agenda) -> list[widgets.Widget]:
        parts = [self._shown(equals(agenda))]
        if not self.running:
            return parts
        where = FINAL if agenda.decides_final else self.round
        for tie in plenary.tied(self.edition, where):
            parts += self._ruling(agenda, where, tie)
        if agenda.decides_final:
            parts += self._awards(agenda)
        return [*parts, *self._absence(agenda), *self._dissent(agenda)]

    def _ruling(self, agenda: Agenda, where: str, tie: Sequence[str]) -> list[widgets.Widget]:
        options = [(agenda.entry(name), name) for name in tie]
        places = [self._choice("rule_place", options, value=name, n=n) for n, name in enumerate(tie, 1)]
        reason = self._text("reason")

        def rule() -> None:
            plenary.rule_tie(self.edition, where, [place.value for place in places], reason.value)

        return [*places, reason, self._button("rule", rule)]

    def _awards(self, agenda: Agenda) -> list[widgets.Widget]:
        named = {award: self._award(agenda, award) for award in plenary.awards(self.edition)}
        award = self._choice("award", [(name, key) for key, name in named.items()])
        reason = self._text("reason")
        said = [
            Paragraph(self.word("award_withheld_said", award=name, scope=scope, reason=text))
            for name, scope, text in self._withheld(agenda)
        ]

        def decide(*, given: bool) -> Callable[[], object]:
            return lambda: plenary.withhold_award(self.edition, award.value, reason.value, given=given)

        buttons = widgets.HBox(
            [self._button("withhold", decide(given=False)), self._button("give", decide(given=True))]
        )
        return [_heading(self.word("award")), *([self._shown(Group(said))] if said else []), award, reason, buttons]

    def _award(self, agenda: Agenda, award: str) -> str:
        scope, scope_id, place = award_of(award)
        names = next(given.names for given in self.edition.rules.final.main_awards if given.scope == scope)
        return self.word("award_of", award=names[place - 1].say(self.t.language), scope=agenda.names[scope, scope_id])

    def _withheld(self, agenda: Agenda) -> Iterable[tuple[str, str, str]]:
        names = {str(given.scope): given.names for given in self.edition.rules.final.main_awards}
        for row in self.edition.decisions.withheld.itertuples():
            scope, scope_id, place = award_of(str(row.value))
            yield names[scope][place - 1].say(self.t.language), agenda.names[scope, scope_id], str(row.text)

    def _absence(self, agenda: Agenda) -> list[widgets.Widget]:
        entries = sorted(decisions.unmarked(self.edition, self.round))
        if not entries:
            return [_heading(self.word("absence")), self._shown(Paragraph(self.word("absence_none")))]
        entry = self._choice("choose_entry", [(agenda.entry(name), name) for name in entries])
        reason = self._text("reason")

        def absent() -> None:
            decisions.mark_absent(self.edition, self.round, entry.value, reason.value)

        return [_heading(self.word("absence")), entry, reason, self._button("absent", absent)]

    def _dissent(self, agenda: Agenda) -> list[widgets.Widget]:
        meeting = agenda.meeting
        if meeting is None or not meeting.present:
            return []
        names = self.edition.registers.judges.set_index("judge_id")["name"]
        said = [
            Paragraph(self.word("dissent_said", name=names[judge], reason=reason)) for judge, reason in meeting.dissents
        ]
        judge = self._choice("choose_judge", [(str(names[name]), name) for name in meeting.present])
        reason = self._text("reason")

        def dissent() -> None:
            plenary.dissent(self.edition, self.round, judge.value, reason.value)

        shown = [self._shown(Group(said))] if said else []
        return [_heading(self.word("dissent")), *shown, judge, reason, self._button("dissent_save", dissent)]

    # The decision

    def _decision(self, agenda: Agenda) -> list[widgets.Widget]:
        state = self.edition.states[self.round]
        if self.running:
            return self._deciding(agenda)
        if state in DECIDED:
            return [self._shown(results(agenda.context)), *self._publishing(publishable=state == "decided")]
        return [self._shown(Group([Paragraph(self.word("not_begun"))]))]

    def _deciding(self, agenda: Agenda) -> list[widgets.Widget]:
        remark = self._text("topic_remark")
        confirmed = widgets.Checkbox(value=False, description=self.word("confirm"), indent=False)
        confirmed.layout.width = "auto"

        def decide() -> str:
            plenary.decide(self.edition, self.round, remark.value)
            files = ["/".join(path.parts[-3:]) for path in print_minutes(self.edition, self.round)]
            return self.word("printed", files=files)

        button = self._button("decide", decide, "primary")
        button.disabled = True
        confirmed.observe(lambda change: setattr(button, "disabled", not change["new"]), "value")
        return [self._shown(hindrances(agenda)), remark, confirmed, button]

    def _publishing(self, *, publishable: bool) -> list[widgets.Widget]:
        found = self.edition.history.versions(self.round)
        said = [self.word("publish_said", number=version.number, time=version.time) for version in found]
        changed = unpublished(self.edition, self.round)
        if found and len(changed):
            said.append(self.word("publish_differs", number=found[-1].number, n=len(changed)))
        shown = self._shown(Group([Paragraph(line) for line in said or [self.word("publish_none")]]))
        button = self._button("publish", lambda: publish(self.edition, self.round), "primary")
        return [shown, *([button] if publishable else [])]

    # Widgets

    def _text(self, key: str, value: str = "") -> widgets.Text:
        field = widgets.Text(description=self.word(key), style=_WIDE, layout=_LAYOUT)
        return self._kept(field, value)

    def _choice(self, key: str, options: Options, *, value: str | None = None, **words: object) -> widgets.Dropdown:
        field = widgets.Dropdown(description=self.word(key, **words), options=options, style=_WIDE, layout=_LAYOUT)
        return self._kept(field, value or next((first for _, first in options), None))

    def _kept(self, field: Any, value: str | None) -> Any:  # noqa: ANN401  (ipywidgets has no types)
        """Give a field its value: what was typed there before the part was shown anew, or else what is recorded."""
        part = self._building
        assert part is not None  # a part is being built
        part.fields += 1
        place = part.fields
        field.value = value
        if (typed := part.typed.get(place)) is not None:
            with suppress(traitlets.TraitError):  # a choice that is no longer offered
                field.value = typed
        part.shown[place] = field

        def typed_into(change: dict[str, Any]) -> None:
            part.typed[place] = change["new"]
            if part.shown[place] is not field:  # typed while the part was being shown anew
                with suppress(traitlets.TraitError):
                    part.shown[place].value = change["new"]

        field.observe(typed_into, "value")
        return field

    def _button(self, key: str, act: Callable[[], object], style: str = "") -> widgets.Button:
        """A button that does one thing, shows everything anew, and says what was recorded or why not."""
        layout = widgets.Layout(width="auto", max_width="40rem")
        button = widgets.Button(description=self.word(key), button_style=style, layout=layout)
        part = self._building
        assert part is not None  # a part is being built

        def clicked(_: object) -> None:
            try:
                said = act()
            except Problem as error:
                part.tell(error.sentence(self.t.language))
            else:
                part.typed.clear()
                part.tell(said if isinstance(said, str) else self.word("saved", time=self.t.time(datetime.now(UTC))))
            self._refresh()  # others may have recorded something as well

        button.on_click(clicked)
        return button


def print_minutes(edition: Edition, round_id: str) -> list[Path]:
    """Write the minutes of the last plenary about a round into the edition's reports, and return the files.

    Raises:
        Mistakes: they could not be written.
    """
    from kit.documents.batch import make_documents, plan_documents  # noqa: PLC0415  (slow to import, needed once)

    last = f"minutes-plenary/{round_id}-{len(edition.meetings(round_id))}"
    made = make_documents(plan_documents(edition, [last]), processes=1)
    if made.failed:
        raise Mistakes(made.failed)
    return made.files


class _Part:
    """A cell of the notebook: how it is built, and what was typed into it and not recorded yet."""

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.box, self.said, self.projector = widgets.VBox([]), widgets.HTML(), _Projector()
        self.box.add_class("kit-plenary")
        self.fields = 0
        self.typed: dict[int, str] = {}
        self.shown: dict[int, Any] = {}

    def tell(self, text: str) -> None:
        lines = "<br>".join(escape(line) for line in text.splitlines())
        self.said.value = f'<p class="kit-said" role="status">{lines}</p>'


def _sentence(text: str) -> widgets.HTML:
    return widgets.HTML(f'<p role="alert">{escape(text)}</p>')


def _heading(text: str) -> widgets.HTML:
    return widgets.HTML(f"<h3>{escape(text)}</h3>")

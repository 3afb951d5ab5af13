"""An editor of an edition's rules: fields and the file itself, beside the rules in sentences and a worked example.

The text of the file is what is edited (:mod:`kit.rules.edits`); fields show what is common, and whatever they do not
show stays as it is.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from decimal import Decimal
from difflib import unified_diff
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from kit.documents.judges_pack import rules_said
from kit.documents.official_paper import Paper, Part
from kit.errors import Mistakes, Problem
from kit.files import write
from kit.folder import JOURNAL, STARTED, current_edition, edition_names, find_edition, open_ledger
from kit.history import Reader
from kit.render.blocks import Block, Bullets, Callout, Group, Paragraph
from kit.render.html import block_html
from kit.rules import SCOPES, read_rules
from kit.rules.edits import add, content, drop, put, reorder
from kit.screens import rules_example as example
from kit.screens.browse import dropdown, offer
from kit.screens.opened import InSight
from kit.texts import LANGUAGES, Texts, speak, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from kit.rules import Rules
    from kit.rules.legible import Place
    from kit.texts import Language

_NUMBER = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,9})?")
_SHOWN = 40  # lines of what differs
_WORDS = ("unit", "entry", "category", "group", "judge")
_WIDE = "25rem"  # of the fields; what is beside them has the rest of the notebook
_LABEL, _SHORT = "7.5rem", "4.75rem"
_JUDGES_BY = ("mean", "median", "trimmed_mean")  # steps over judges that need nothing else said


def rules_editor(name: str = "", language: Language | None = None) -> widgets.VBox:
    """Show the rules of an edition to be changed, what they say in sentences, and what they would do with an example.

    Args:
        name: the edition shown at first; the current one unless given.
        language: of everything shown; Indonesian unless given.
    """
    if language in LANGUAGES:
        speak(language)
    return _Editor(str(name), Texts(spoken())).box


def rules_file_mistakes(text: str, edition: str) -> tuple[Rules | None, list[Problem]]:
    """Read the text of an edition's rules file: the rules, or everything that is wrong with it, by line."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(text, encoding="utf-8", newline="\n")
        try:
            rules, _ = read_rules(path)
        except Mistakes as mistakes:
            return None, [*mistakes]
        except Problem as problem:
            return None, [problem]
    if rules.edition != edition:
        return None, [Problem("edition_name_differs", file="rules.yaml", edition=rules.edition, folder=edition)]
    return rules, []


class _Editor:
    """The widgets, and the text that all of them show."""

    def __init__(self, name: str, t: Texts) -> None:
        self.t = t
        self.text, self.disk, self.path = "", b"", Path()
        self.rules: Rules | None = None  # as they last were without mistakes
        self.mistakes: list[Problem] = []
        self.seed, self.round_at, self.filling, self.warned = 1, 0, False, False
        self.emptied: dict[Place, tuple[str, str]] = {}
        names = edition_names()
        self.wanted = wanted = name or _current()
        self.edition = dropdown(
            t("browse.edition"), [(known, known) for known in names], wanted if wanted in names else None
        )
        self.save = _button(t("rules_editor.save"), self._save, style="primary")
        self.reload = _button(t("rules_editor.reload"), self._reload)
        self.state, self.said = _html(), _html()
        self.state.add_class("kit-rules-state")
        self.tabs = widgets.Tab([widgets.VBox() for _ in range(5)], layout={"width": _WIDE, "flex": "0 0 auto"})
        self.tabs.titles = [t(f"rules_editor.tab_{tab}") for tab in ("contest", "entrants", "rounds", "result", "file")]
        wide = {"width": "auto", "height": "36rem"}
        self.file = widgets.Textarea(description="rules.yaml", layout=wide, continuous_update=True)
        self.file.add_class("kit-rules-file")
        self.file.add_class(_UNSEEN)
        self.total: widgets.HTML | None = None
        self.found, self.sentences = _html(), _html()
        self.group, self.category = dropdown(t("columns.group")), dropdown(t("columns.category"))
        self.entry = dropdown(
            t("rules_editor.example"),
            [(t("rules_editor.entry", name=name), name) for name in example.ENTRIES],
            example.ENTRIES[0],
        )
        self.again = _button(t("rules_editor.other_marks"), self._other_marks)
        self.ranking, self.worked = _html(), _html()
        row = {"flex_flow": "row wrap", "flex": "0 0 auto", "overflow": "visible"}
        choices = widgets.HBox([self.group, self.category, self.entry, self.again], layout=row)
        for choice in (self.group, self.category, self.entry):
            choice.layout.width = "22rem"
        scrolled = {"max_height": "46rem", "overflow": "auto"}
        worked = [_note(t("rules_editor.example_note")), choices, self.ranking, self.worked]
        views = widgets.Tab([widgets.VBox([self.sentences], layout=scrolled), widgets.VBox(worked, layout=scrolled)])
        views.titles = [t("rules_editor.sentences"), t("rules_editor.example_heading")]
        beside = widgets.VBox([self.found, views], layout={"flex": "1 1 20rem", "min_width": "0"})
        bar = widgets.HBox([self.edition, self.save, self.reload], layout={"flex_flow": "row wrap"})
        both = widgets.HBox([self.tabs, beside], layout={"align_items": "flex-start", "flex_flow": "row wrap"})
        self.edition.layout.width = "20rem"
        self.box = widgets.VBox(
            [
                InSight(),
                widgets.HTML(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>"),
                bar,
                self.state,
                self.said,
                both,
            ]
        )
        self.box.add_class("kit-rules")
        self.edition.observe(lambda _: self._load(), "value")
        self.file.observe(self._typed, "value")
        for choice in (self.group, self.category):
            choice.observe(lambda _: None if self.filling else self._play(), "value")
        self.entry.observe(lambda _: None if self.filling else self._play(), "value")
        self._load()

    # The file

    def _load(self) -> None:
        """Show the rules as they are on disk."""
        name = self.edition.value or self.wanted
        try:
            self.path = find_edition(name) / "rules.yaml"
            self.disk = self.path.read_bytes()
            text = self.disk.decode("utf-8-sig")
        except (Problem, OSError, UnicodeDecodeError) as error:
            problem = error if isinstance(error, Problem) else Problem("not_utf8", file="rules.yaml")
            self.said.value, self.save.disabled = _alert(problem.sentence(self.t.language)), True
            return
        self.said.value, self.save.disabled, self.warned, self.round_at = "", False, False, 0
        self.rules = None
        since = _locked(self.path.parent)
        self.locked = (
            ""
            if since is None
            else self._block(Callout(self.t("rules_editor.locked", moment=since, edition=name), kind="warning"))
        )
        self._set(text.replace("\r\n", "\n"))

    def _bytes(self) -> bytes:
        """Return the text as the file has it, with its own line ends."""
        text = self.text.replace("\n", "\r\n") if b"\r\n" in self.disk else self.text
        return (b"\xef\xbb\xbf" if self.disk.startswith(b"\xef\xbb\xbf") else b"") + text.encode()

    def _differs(self) -> list[str]:
        old = self.disk.decode("utf-8-sig").replace("\r\n", "\n")
        lines = unified_diff(old.splitlines(), self.text.splitlines(), n=0, lineterm="")
        return [line for line in lines if not line.startswith(("---", "+++", "@@"))]

    def _save(self) -> None:
        t, differs = self.t, self._differs()
        if self.mistakes:
            self.said.value = _alert(t("rules_editor.not_saved", n=len(self.mistakes)))
        elif not differs:
            self.said.value = _status(t("rules_editor.nothing"))
        elif not self.path.is_file() or self.path.read_bytes() != self.disk:
            self.said.value = _alert(t("rules_editor.changed_on_disk", file=self.path.name))
        else:
            data = self._bytes()
            try:
                write(self.path, data)
            except (Problem, OSError) as error:
                why = error.sentence(t.language) if isinstance(error, Problem) else str(error)
                self.said.value = _alert(why)
                return
            self.disk = data
            shown = "\n".join(differs[:_SHOWN] + ["…"] * (len(differs) > _SHOWN))
            place = f"{self.path.parent.name}/{self.path.name}"
            self.said.value = (
                f'{_status(t("rules_editor.saved", file=place))}<pre class="kit-rules-diff">{escape(shown)}</pre>'
            )
            self._show_state()

    def _reload(self) -> None:
        if self._differs() and not self.warned:
            self.warned = True
            self.said.value = _alert(self.t("rules_editor.would_lose"))
        else:
            self._load()

    # Changes

    def _set(self, text: str, *, form: bool = True) -> None:
        """Take another text: show it everywhere, with what it comes to."""
        self.text, self.warned = text, False
        with self._quiet():
            self.file.value = text
            if form:
                self._fill_form()
        self._show()

    def _typed(self, change: dict[str, Any]) -> None:
        if not self.filling:
            self.text = change["new"]
            self.said.value = ""
            with self._quiet():
                self._fill_form()
            self._show()

    def _edit(self, change: Callable[[str], str], *, form: bool = True) -> None:
        """Change the text, or say why it cannot be changed."""
        try:
            text = change(self.text)
        except Problem as problem:
            self.said.value = _alert(problem.sentence(self.t.language))
            return
        self.said.value = ""
        self._set(text, form=form)

    def _put(self, place: Place, value: object) -> None:
        """Put what was typed at its place; nothing takes the key away, and what is typed next stands where it was."""
        if self.filling:
            return
        if value in ("", []):
            before = self.text
            self._edit(lambda text: drop(text, place), form=False)
            self.emptied[place] = before, self.text
            return
        before, after = self.emptied.pop(place, ("", ""))
        source = before if before and after == self.text else self.text
        self._edit(lambda _: put(source, place, value), form=False)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        self.filling, before = True, self.filling
        try:
            yield
        finally:
            self.filling = before

    # Fields

    def _fill_form(self) -> None:
        """Make the fields anew from the text; where it cannot be read they are left as they were."""
        if not (document := self._document()):
            return
        parts = [self._contest, self._entrants, self._rounds, self._result]
        for tab, part in zip(self.tabs.children, parts, strict=False):
            tab.children = part(document)
        self.tabs.children[-1].children = [_note(self.t("rules_editor.file_note")), self.file]

    def _document(self) -> dict[str, Any]:
        """Return what the text says; nothing where it cannot be read."""
        with suppress(Problem):
            document = content(self.text)
            return document if isinstance(document, dict) else {}
        return {}

    def _contest(self, document: dict[str, Any]) -> list[widgets.Widget]:
        words = [self._labelled(f"word_{word}", ("words", word), document) for word in _WORDS]
        return [
            *(self._labelled(key, (key,), document) for key in ("title", "organiser", "notice")),
            _heading(self.t("rules_editor.words")),
            _note(self.t("rules_editor.words_note")),
            *words,
        ]

    def _entrants(self, document: dict[str, Any]) -> list[widgets.Widget]:
        t = self.t
        groups = self._list(document, ("groups",), t("rules_editor.groups"), self._group_row)
        categories = self._list(document, ("categories",), t("rules_editor.categories"), self._named_row)
        add_group = _button(t("rules_editor.add_group"), partial(self._add, ("groups",), "g", {"unit_types": []}))
        add_category = _button(t("rules_editor.add_category"), partial(self._add, ("categories",), "k", {}))
        return [
            _heading(t("rules_editor.groups")),
            _note(t("rules_editor.groups_note")),
            *groups,
            add_group,
            _heading(t("rules_editor.categories")),
            *categories,
            add_category,
        ]

    def _rounds(self, document: dict[str, Any]) -> list[widgets.Widget]:
        t, rounds = self.t, _list_at(document, ("rounds",))
        self.round_at = min(self.round_at, max(len(rounds) - 1, 0))
        names = [(f"{n}. {_shown(_get(round_, 'name'), t.language)}", n - 1) for n, round_ in enumerate(rounds, 1)]
        choice = dropdown(t("rules_editor.round"), names, self.round_at if names else None)
        choice.layout.width = "15rem"
        choice.add_class(_UNSEEN)

        def chosen(change: dict[str, Any]) -> None:
            self.round_at = change["new"]
            with self._quiet():
                self.tabs.children[2].children = self._rounds(self._document())

        choice.observe(chosen, "value")
        buttons = [_button(t("rules_editor.add_round"), self._add_round)]
        if len(rounds) > 1:
            buttons.append(
                _button(
                    t("rules_editor.drop_round"), lambda: self._edit(lambda text: drop(text, ("rounds", self.round_at)))
                )
            )
        parts = self._round(document, ("rounds", self.round_at), rounds) if rounds else []
        return [
            self._beside(t("rules_editor.round"), choice),
            *parts,
            widgets.HBox(buttons, layout={"margin": "0.8rem 0 0"}),
        ]

    def _round(self, document: dict[str, Any], place: Place, rounds: list[Any]) -> list[widgets.Widget]:
        t, round_ = self.t, _at(document, place)
        kind = _get(round_, "kind") or "marks"
        shown: list[widgets.Widget] = [self._labelled(key, (*place, key), document) for key in ("name", "closes")]
        if kind == "checklist":
            return [*shown, _note(t("rules_editor.checklist_note"))]
        if kind != "values":
            scale = [
                self._field((*place, "scale", key), document, "number", t(f"rules_editor.scale_{key}"))
                for key in ("low", "high", "step")
            ]
            shown += [_heading(t("rules_editor.scale")), widgets.HBox(scale)]
        criteria = _list_at(document, (*place, "criteria"))
        if kind != "ranks":
            rows = self._list(document, (*place, "criteria"), t("rules_editor.criteria"), self._criterion_row)
            more = _button(
                t("rules_editor.add_criterion"), partial(self._add, (*place, "criteria"), "K", {"weight": 10})
            )
            self.total = _note("")
            shown += [_heading(t("rules_editor.criteria")), *rows, widgets.HBox([more, self.total])]
            if not criteria:
                self.total.value = f'<span class="kit-rules-note">{escape(t("rules_editor.one_mark"))}</span>'
        steps = [
            (n, step) for n, step in enumerate(_list_at(document, (*place, "score"))) if _get(step, "over") == "judges"
        ]
        if steps and _get(steps[0][1], "by") in _JUDGES_BY:
            by = [(t(f"rules_editor.by_{name}"), name) for name in _JUDGES_BY]
            shown.append(self._choice((*place, "score", steps[0][0], "by"), document, by, t("rules_editor.judges_by")))
        if kind != "values":
            shown.append(self._labelled("min_judges", (*place, "min_judges"), document, "number"))
        if rounds[self.round_at + 1 :]:
            shown += self._cut(document, (*place, "advance"))
        return shown

    def _cut(self, document: dict[str, Any], place: Place) -> list[widgets.Widget]:
        t = self.t
        scopes = [(t(f"rules_editor.scope_{scope}"), scope) for scope in SCOPES]
        cut = _at(document, place)
        if not isinstance(cut, dict):
            new = {"scope": "group", "places": 5}
            return [
                _heading(t("rules_editor.cut")),
                _button(t("rules_editor.add_cut"), lambda: self._edit(lambda text: put(text, place, new))),
            ]
        ties = [(t(f"rules_editor.at_cut_{name}"), name) for name in ("include_all", "decide")]
        return [
            _heading(t("rules_editor.cut")),
            self._choice((*place, "scope"), document, scopes, t("rules_editor.scope")),
            *(self._labelled(key, (*place, key), document, "number") for key in ("places", "at_least", "per_unit")),
            self._choice((*place, "at_cut"), document, ties, t("rules_editor.at_cut"), unless="include_all"),
            _button(t("rules_editor.drop_cut"), lambda: self._edit(lambda text: drop(text, place))),
        ]

    def _result(self, document: dict[str, Any]) -> list[widgets.Widget]:
        t, shown = self.t, list[widgets.Widget]()
        scored = [r for r in _list_at(document, ("rounds",)) if isinstance(r, dict) and r.get("kind") != "checklist"]
        step = _at(document, ("final", "score", 0))
        if len(scored) > 1:
            weights = _get(step, "weights")
            shown.append(_heading(t("rules_editor.final")))
            if isinstance(weights, dict):
                for round_ in scored:
                    place = ("final", "score", 0, "weights", str(round_.get("id")))
                    shown.append(
                        self._beside(
                            _shown(round_.get("name"), t.language),
                            self._field(place, document, "number", "", "5rem", "weight"),
                        )
                    )
            else:
                share = 100 // len(scored)
                whole = {str(r.get("id")): share + (100 % len(scored)) * (n == 0) for n, r in enumerate(scored)}
                new = [{"over": "rounds", "by": "weighted_mean", "weights": whole, "round": 2}]
                shown.append(
                    _note(
                        t(
                            "rules_editor.final_last"
                            if _get(step, "by") in {None, "last"}
                            else "rules_editor.final_file"
                        )
                    )
                )
                more = _button(
                    t("rules_editor.add_weights"), lambda: self._edit(lambda text: put(text, ("final", "score"), new))
                )
                shown += [more] if _get(step, "by") in {None, "last"} else []
        rows = self._list(document, ("final", "awards"), t("rules_editor.awards"), self._award_row)
        new_award = {"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}
        more = _button(
            t("rules_editor.add_award"), lambda: self._edit(lambda text: add(text, ("final", "awards"), new_award))
        )
        return [*shown, _heading(t("rules_editor.awards")), _note(t("rules_editor.awards_note")), *rows, more]

    # Rows of lists

    def _list(
        self, document: dict[str, Any], place: Place, title: str, row: Callable[..., list[Any]]
    ) -> list[widgets.Widget]:
        """Return a row of fields for each item of a list, with a button that drops it."""
        found = []
        for n, item in enumerate(_list_at(document, place)):
            own = (*place, n)
            said = self.t(
                "rules_editor.drop",
                name=_shown(_get(item, "name") or _get(item, "id"), self.t.language) or f"{title} {n + 1}",
            )
            gone = _button("✕", partial(self._edit, partial(_dropped, place=own)), tooltip=said)
            gone.layout.width = "1.9rem"
            gone.add_class("kit-rules-drop")
            first, *below = row(document, own)
            found += [widgets.HBox([*first, gone]), *below]
        return found

    def _named_row(self, document: dict[str, Any], place: Place) -> list[Any]:
        """Return the fields of a row's first line as a list, and then what stands below them."""
        return [[self._id(document, place), self._local((*place, "name"), document, "15.5rem")]]

    def _group_row(self, document: dict[str, Any], place: Place) -> list[Any]:
        types = self._field((*place, "unit_types"), document, "list", "", "15.5rem", "unit_types")
        return [*self._named_row(document, place), self._beside(self.t("rules_editor.unit_types"), types, _SHORT)]

    def _criterion_row(self, document: dict[str, Any], place: Place) -> list[Any]:
        weight = self._field((*place, "weight"), document, "number", "", "3.5rem", "weight")
        return [[self._id(document, place), self._local((*place, "name"), document, "11.5rem"), weight]]

    def _id(self, document: dict[str, Any], place: Place) -> widgets.Text:
        return self._field((*place, "id"), document, "text", "", _SHORT, "id")

    def _award_row(self, document: dict[str, Any], place: Place) -> list[Any]:
        t, awards = self.t, _at(document, place)
        scopes = [(t(f"rules_editor.scope_{scope}"), scope) for scope in SCOPES]
        scope = self._choice((*place, "scope"), document, scopes, t("rules_editor.scope"), "13rem", bare=True)
        title = _note(_shown(_get(awards, "name") or _get(awards, "id"), t.language) or t("rules_editor.main_awards"))
        title.layout.width = _LABEL
        names = _get(awards, "names")
        if not isinstance(names, list):
            return [[title, scope], _note(t("rules_editor.in_file"))]
        known = {_shown(name, t.language): name for name in names}
        hint = t("rules_editor.award_names")
        field = widgets.Text(value=", ".join(known), description=hint, tooltip=hint, layout={"width": "20.7rem"})
        field.add_class(_UNSEEN)

        def typed(change: dict[str, Any]) -> None:
            self._put((*place, "names"), [known.get(name, name) for name in _split(change["new"])])

        field.observe(typed, "value")
        return [[title, scope], field]

    # One field

    def _beside(self, label: str, field: widgets.Widget, width: str = _LABEL) -> widgets.HBox:
        return widgets.HBox([widgets.HTML(escape(label), layout={"width": width, "flex": "0 0 auto"}), field])

    def _labelled(self, key: str, place: Place, document: dict[str, Any], kind: str = "text") -> widgets.Widget:
        number = kind == "number"
        field = (
            self._field(place, document, kind, "", "5rem", key)
            if number
            else self._local(place, document, "15rem", key)
        )
        return self._beside(self.t(f"rules_editor.{key}"), field)

    def _local(self, place: Place, document: dict[str, Any], width: str, key: str = "name") -> widgets.Widget:
        """Return a field for a text, or one for each language where it is said in both."""
        if not isinstance(_at(document, place), dict):
            return self._field(place, document, "text", "", width, key)
        return widgets.VBox([self._field((*place, each), document, "text", each, width, key) for each in LANGUAGES])

    def _field(
        self, place: Place, document: dict[str, Any], kind: str, label: str, width: str = "7.2rem", key: str = ""
    ) -> widgets.Text:
        """Return a field that changes the text at its place as it is typed into."""
        value = _at(document, place)
        shown = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
        hint = self.t(f"rules_editor.{key}") if key else label
        field = widgets.Text(value=shown, description=label or hint, placeholder=hint, tooltip=hint)
        if not label:
            field.add_class(_UNSEEN)
        field.layout.width, field.style = (
            width,
            {"description_width": "1.4rem" if label in LANGUAGES else "auto"},
        )

        def typed(change: dict[str, Any]) -> None:
            text = change["new"].strip()
            number = kind == "number" and _NUMBER.fullmatch(text)
            self._put(place, _split(text) if kind == "list" else Decimal(text.replace(",", ".")) if number else text)

        field.observe(typed, "value")
        return field

    def _choice(
        self,
        place: Place,
        document: dict[str, Any],
        options: Sequence[tuple[str, str]],
        label: str,
        width: str = "15rem",
        unless: str = "",
        *,
        bare: bool = False,
    ) -> widgets.Widget:
        value, names = str(_at(document, place) or unless), [name for _, name in options]
        choice = dropdown(label, [*options, *([] if value in names else [(value, value)])], value)
        choice.layout.width = width
        choice.add_class(_UNSEEN)
        choice.observe(lambda change: self._put(place, change["new"]), "value")
        return choice if bare else self._beside(label, choice)

    # What is added

    def _add(self, place: Place, letter: str, more: dict[str, Any]) -> None:
        """Add an item with an id that is free."""
        known = {str(_get(item, "id")) for item in _list_at(self._document(), place)}
        n = next(n for n in range(1, 10_000) if f"{letter}{n}" not in known)
        name = self.t("rules_editor.new_name", n=n)
        extra = {key: value or [f"{name}"] if isinstance(value, list) else value for key, value in more.items()}
        first = not _list_at(self._document(), place)
        if place[-1] == "criteria" and first:
            extra["weight"] = 100

        def change(text: str) -> str:
            text = add(text, place, {"id": f"{letter}{n}", "name": name} | extra)
            return _weighed(text, place[:2]) if place[-1] == "criteria" else text

        self._edit(change)

    def _add_round(self) -> None:
        rounds = _list_at(self._document(), ("rounds",))
        known = {str(_get(item, "id")) for item in rounds}
        n = next(n for n in range(len(rounds) + 1, 10_000) if f"tahap-{n}" not in known)
        new = {
            "id": f"tahap-{n}",
            "name": self.t("rules_editor.new_round", n=n),
            "scale": {"low": 0, "high": 100, "step": 1},
            "score": [{"over": "judges", "by": "mean", "round": 2}],
            "ties": [{"by": "judges_decide"}],
        }
        self.round_at = len(rounds)
        self._edit(lambda text: add(text, ("rounds",), new))

    # What is shown of it

    def _block(self, *blocks: Block) -> str:
        return block_html(Group([*blocks]).to_json(), self.t.language)

    def _show(self) -> None:
        """Show mistakes, or the rules in sentences with the example; beside mistakes these stay as they were."""
        t = self.t
        rules, self.mistakes = rules_file_mistakes(self.text, self.path.parent.name)
        self._show_state()
        self._show_total()
        if self.mistakes:
            lines = [self._with_line(mistake) for mistake in self.mistakes]
            waits = [Paragraph(t("rules_editor.as_before"))] if self.rules else []
            head = Callout(t("rules_editor.mistakes", n=len(lines)), kind="warning")
            self.found.value = f'<div role="status">{self._block(head, Bullets(lines), *waits)}</div>'
            return
        self.found.value, self.rules = "", rules
        assert rules is not None  # as there are no mistakes
        own = Texts(t.language, {thing: word.say(t.language) for thing, word in rules.words.items()})
        self.group.description, self.category.description = own("columns.group"), own("columns.category")
        with self._quiet():
            offer(self.group, [(group.name.say(t.language), group.id) for group in rules.groups])
            offer(self.category, [(category.name.say(t.language), category.id) for category in rules.categories])
        self.group.layout.display = "" if len(rules.groups) > 1 else "none"
        self.category.layout.display = "" if len(rules.categories) > 1 else "none"
        self._play()

    def _with_line(self, mistake: Problem) -> str:
        """Say a mistake with the line of the file that it is about."""
        row, lines = mistake.data.get("row"), self.text.splitlines()
        said = mistake.at(file="").sentence(self.t.language)
        line = lines[row - 1].strip() if isinstance(row, int) and 0 < row <= len(lines) else ""
        return f"{said} «{line}»" if line else said

    def _show_state(self) -> None:
        signs = [line[0] for line in self._differs()]
        n = max(signs.count("+"), signs.count("-"))  # a changed line is gone and come
        key = "unsaved" if n else "as_saved"
        self.state.value = f"{self.locked}{_status(self.t(f'rules_editor.{key}', n=n))}"

    def _show_total(self) -> None:
        """Show what the weights of the round add up to, if all of them are numbers."""
        round_ = _at(self._document(), ("rounds", self.round_at))
        parts = [part for part in _list_at(round_, ("criteria",)) if isinstance(part, dict)]
        weights = [part.get("weight", 1) for part in parts]
        same = not any("where" in part for part in parts)  # else each entry has a sum of its own
        if self.total is not None and parts and same and all(isinstance(each, (int, Decimal)) for each in weights):
            total, of = sum(map(Decimal, weights)), _get(round_, "weights_total") or 100
            said = escape(self.t("rules_editor.total", total=total, of=of))
            self.total.value = f'<span class="kit-rules-note">{said}</span>'

    def _other_marks(self) -> None:
        self.seed += 1
        if self.rules and not self.mistakes:
            self._play()

    def _play(self) -> None:
        """Show the sentences and the example of rules without mistakes."""
        if self.rules is None or self.mistakes:
            return
        t, about = self.t, {"group": self.group.value, "category": self.category.value, "seed": self.seed}
        try:
            with example.played(self.text, self.rules, t.language, **about) as edition:
                said = rules_said(Paper(edition, Part("", ""), ""))
                self.sentences.value = self._block(*said)
                self.ranking.value = self._block(example.ranking(edition))
                self.worked.value = self._block(example.worked(edition, self.entry.value))
        except Problem as problem:
            self.ranking.value, self.worked.value = _alert(problem.sentence(t.language)), ""


# Parts of a document, whatever stands in it


def _at(document: Any, place: Place) -> Any:  # noqa: ANN401  (a document)
    for key in place:
        if isinstance(document, list) and isinstance(key, int) and key < len(document):
            document = document[key]
        else:
            document = _get(document, str(key))
    return document


def _get(part: Any, key: str) -> Any:  # noqa: ANN401
    return part.get(key) if isinstance(part, dict) else None


def _list_at(document: Any, place: Place) -> list[Any]:  # noqa: ANN401
    found = _at(document, place)
    return found if isinstance(found, list) else []


def _dropped(text: str, *, place: Place) -> str:
    """Return the text without an item; without any criterion, the steps over criteria go as well."""
    text = drop(text, place)
    round_ = _at(content(text), place[:2])
    if place[2:3] == ("criteria",) and not _list_at(round_, ("criteria",)):
        for n, step in reversed([*enumerate(_list_at(round_, ("score",)))]):
            if _get(step, "over") == "criteria":
                text = drop(text, (*place[:2], "score", n))
    return text


def _weighed(text: str, place: Place) -> str:
    """Return the text with a step over criteria first, where a round has criteria and no such step."""
    steps = _list_at(content(text), (*place, "score"))
    if any(_get(step, "over") == "criteria" for step in steps):
        return text
    text = add(text, (*place, "score"), {"over": "criteria", "by": "weighted_mean"})
    return reorder(text, (*place, "score"), [len(steps), *range(len(steps))])


def _shown(value: Any, language: Language) -> str:  # noqa: ANN401
    """Return a text in one language, whether or not it is said in both."""
    said = _get(value, language) or _get(value, "id") if isinstance(value, dict) else value
    return "" if said is None else str(said)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _current() -> str:
    try:
        return current_edition()
    except Problem:
        return ""


def _locked(folder: Path) -> datetime | None:
    """Return since when the rules of an edition are locked, if they are."""
    if not any((folder / name).exists() for name in (STARTED, JOURNAL)):
        return None
    with suppress(Problem):
        ledger = open_ledger(folder)
        try:
            times = Reader(ledger).history().events(["rules_locked"])["time"]
            return times.iloc[0].to_pydatetime() if len(times) else None
        finally:
            ledger.close()
    return None


# Small widgets

_UNSEEN = "kit-rules-unseen"  # a label for those who do not see what stands beside the field
_STYLE = Path(__file__).with_suffix(".css")


def _html() -> widgets.HTML:
    return widgets.HTML(layout={"width": "auto", "min_width": "0"})


def _heading(text: str) -> widgets.HTML:
    return widgets.HTML(f'<div class="kit-rules-heading">{escape(text)}</div>')


def _note(text: str) -> widgets.HTML:
    return widgets.HTML(f'<div class="kit-rules-note">{escape(text)}</div>', layout={"width": "auto"})


def _button(label: str, act: Callable[[], None], *, style: str = "", tooltip: str = "") -> widgets.Button:
    button = widgets.Button(
        description=label,
        button_style=style,
        tooltip=tooltip or label,
        layout={"width": "auto", "align_self": "flex-start"},
    )
    button.on_click(lambda _: act())
    return button


def _alert(text: str) -> str:
    return f'<p role="alert">{escape(text)}</p>'


def _status(text: str) -> str:
    return f'<p role="status">{escape(text)}</p>'

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
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from kit.documents.judges_pack import rules_said
from kit.documents.official_paper import Paper, Part
from kit.errors import Mistakes, Problem
from kit.files import write
from kit.folder import JOURNAL, STARTED, find_edition, open_ledger
from kit.history import Reader
from kit.render.blocks import Block, Bullets, Callout, Group, Paragraph
from kit.render.html import block_html
from kit.rules import SCOPES, rules_of
from kit.rules.edits import add, at, content, drop, put, reorder
from kit.screens import rules_example as example
from kit.screens.controls import alert, button, current_name, dropdown, edition_dropdown, offer, status
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
_UNSEEN = "kit-rules-unseen"  # a label for those who do not see what stands beside the field
_STYLE = Path(__file__).with_suffix(".css")


def rules_editor(name: str = "", language: Language | None = None) -> widgets.VBox:
    """Show the rules of an edition to be changed, what they say in sentences, and what they would do with an example.

    Args:
        name: the edition shown at first; the current one unless given.
        language: of everything shown; Indonesian unless given.
    """
    if language in LANGUAGES:
        speak(language)
    return _Editor(str(name) or current_name(), Texts(spoken())).box


class _Editor:
    """The widgets, and the text that all of them show."""

    def __init__(self, name: str, t: Texts) -> None:
        self.t = t
        self.text, self.disk, self.path = "", b"", Path()
        self.document: dict[str, Any] = {}  # what the text says; nothing where it cannot be read
        self.rules: Rules | None = None  # as they last were without mistakes
        self.mistakes: list[Problem] = []
        self.seed, self.round_at, self.filling, self.warned = 1, 0, False, False
        self.emptied: dict[Place, tuple[str, str]] = {}
        self.wanted = name
        self.edition = edition_dropdown(t, name)
        self.edition.layout.width = "20rem"
        self.save = button(self.word("save"), self._save, button_style="primary")
        self.state, self.said = _html(), _html()
        self.state.add_class("kit-rules-state")
        self.tabs = widgets.Tab([widgets.VBox() for _ in range(5)], layout={"width": _WIDE, "flex": "0 0 auto"})
        self.tabs.titles = [self.word(f"tab_{tab}") for tab in ("contest", "entrants", "rounds", "result", "file")]
        wide = {"width": "auto", "height": "36rem"}
        self.file = widgets.Textarea(description="rules.yaml", layout=wide, continuous_update=True)
        self.file.add_class("kit-rules-file")
        self.file.add_class(_UNSEEN)
        self.total: widgets.HTML | None = None
        self.found, self.sentences = _html(), _html()
        self.group, self.category = (dropdown(t(f"columns.{key}"), width="22rem") for key in ("group", "category"))
        entries = [(self.word("entry", name=entry), entry) for entry in example.ENTRIES]
        self.entry = dropdown(self.word("example"), entries, example.ENTRIES[0], width="22rem")
        self.ranking, self.worked = _html(), _html()
        again = button(self.word("other_marks"), self._other_marks)
        row = {"flex_flow": "row wrap", "flex": "0 0 auto", "overflow": "visible"}
        choices = widgets.HBox([self.group, self.category, self.entry, again], layout=row)
        scrolled = {"max_height": "46rem", "overflow": "auto"}
        worked = [_note(self.word("example_note")), choices, self.ranking, self.worked]
        views = widgets.Tab([widgets.VBox([self.sentences], layout=scrolled), widgets.VBox(worked, layout=scrolled)])
        views.titles = [self.word("sentences"), self.word("example_heading")]
        beside = widgets.VBox([self.found, views], layout={"flex": "1 1 20rem", "min_width": "0"})
        reload = button(self.word("reload"), self._reload)
        bar = widgets.HBox([self.edition, self.save, reload], layout={"flex_flow": "row wrap"})
        both = widgets.HBox([self.tabs, beside], layout={"align_items": "flex-start", "flex_flow": "row wrap"})
        style = widgets.HTML(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
        self.box = widgets.VBox([InSight(), style, bar, self.state, self.said, both])
        self.box.add_class("kit-rules")
        self.edition.observe(lambda _: self._load(), "value")
        self.file.observe(self._typed, "value")
        for choice in (self.group, self.category, self.entry):
            choice.observe(lambda _: None if self.filling else self._play(), "value")
        self._load()

    def word(self, key: str, **values: object) -> str:
        """Return a sentence of the catalogue's chapter ``rules_editor``."""
        return self.t(f"rules_editor.{key}", **values)

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
            self.said.value, self.save.disabled = alert(problem, self.t.language), True
            return
        self.said.value, self.save.disabled, self.round_at = "", False, 0
        self.rules, self.locked = None, ""
        if since := _locked(self.path.parent):
            self.locked = self._block(Callout(self.word("locked", moment=since, edition=name), kind="warning"))
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
        differs = self._differs()
        if self.mistakes:
            self.said.value = alert(self.word("not_saved", n=len(self.mistakes)))
        elif not differs:
            self.said.value = status(self.word("nothing"))
        elif not self.path.is_file() or self.path.read_bytes() != self.disk:
            self.said.value = alert(self.word("changed_on_disk", file=self.path.name))
        else:
            data = self._bytes()
            try:
                write(self.path, data)
            except (Problem, OSError) as error:
                self.said.value = alert(error if isinstance(error, Problem) else str(error), self.t.language)
                return
            self.disk = data
            shown = "\n".join(differs[:_SHOWN] + ["…"] * (len(differs) > _SHOWN))
            saved = status(self.word("saved", file=f"{self.path.parent.name}/{self.path.name}"))
            self.said.value = f'{saved}<pre class="kit-rules-diff">{escape(shown)}</pre>'
            self._show_state()

    def _reload(self) -> None:
        if self._differs() and not self.warned:
            self.warned = True
            self.said.value = alert(self.word("would_lose"))
        else:
            self._load()

    # Changes

    def _set(self, text: str, *, form: bool = True) -> None:
        """Take another text: show it everywhere, with what it comes to."""
        self.text, self.warned, self.document = text, False, {}
        with suppress(Problem):
            document = content(text)
            self.document = document if isinstance(document, dict) else {}
        with self._quiet():
            self.file.value = text
            if form:
                self._fill_form()
        self._show()

    def _typed(self, change: dict[str, Any]) -> None:
        if not self.filling:
            self.said.value = ""
            self._set(change["new"])

    def _edit(self, change: Callable[..., str], *about: object, form: bool = True) -> None:
        """Change the text, or say why it cannot be changed."""
        try:
            text = change(self.text, *about)
        except Problem as problem:
            self.said.value = alert(problem, self.t.language)
            return
        self.said.value = ""
        self._set(text, form=form)

    def _put(self, place: Place, value: object) -> None:
        """Put what was typed at its place; nothing takes the key away, and what is typed next stands where it was."""
        if self.filling:
            return
        if value in ("", []):
            before = self.text
            self._edit(drop, place, form=False)
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
        if not self.document:
            return
        parts = [self._contest, self._entrants, self._rounds, self._result]
        for tab, part in zip(self.tabs.children, parts, strict=False):
            tab.children = part()
        self.tabs.children[-1].children = [_note(self.word("file_note")), self.file]

    def _contest(self) -> list[widgets.Widget]:
        return [
            *(self._labelled(key, (key,)) for key in ("title", "organiser", "notice")),
            self._heading("words"),
            _note(self.word("words_note")),
            *(self._labelled(f"word_{word}", ("words", word)) for word in _WORDS),
        ]

    def _entrants(self) -> list[widgets.Widget]:
        return [
            self._heading("groups"),
            _note(self.word("groups_note")),
            *self._list(("groups",), "groups", self._group_row),
            button(self.word("add_group"), partial(self._add, ("groups",), "g")),
            self._heading("categories"),
            *self._list(("categories",), "categories", self._named_row),
            button(self.word("add_category"), partial(self._add, ("categories",), "k")),
        ]

    def _rounds(self) -> list[widgets.Widget]:
        rounds, language = self._items(("rounds",)), self.t.language
        self.round_at = min(self.round_at, max(len(rounds) - 1, 0))
        names = [(f"{n}. {_shown(at(round_, ('name',)), language)}", n - 1) for n, round_ in enumerate(rounds, 1)]
        choice = dropdown(self.word("round"), names, self.round_at if names else None, width="15rem")
        choice.add_class(_UNSEEN)

        def chosen(change: dict[str, Any]) -> None:
            self.round_at = change["new"]
            with self._quiet():
                self.tabs.children[2].children = self._rounds()

        choice.observe(chosen, "value")
        place = ("rounds", self.round_at)
        buttons = [button(self.word("add_round"), self._add_round)]
        buttons += [self._changing("drop_round", drop, place)] if len(rounds) > 1 else []
        parts = self._round(place, last=self.round_at == len(rounds) - 1) if rounds else []
        below = widgets.HBox(buttons, layout={"margin": "0.8rem 0 0"})
        return [self._beside(self.word("round"), choice), *parts, below]

    def _round(self, place: Place, *, last: bool) -> list[widgets.Widget]:
        kind = at(self.document, (*place, "kind")) or "marks"
        shown: list[widgets.Widget] = [self._labelled(key, (*place, key)) for key in ("name", "closes")]
        if kind == "checklist":
            return [*shown, _note(self.word("checklist_note"))]
        if kind != "values":
            parts = [(key, f"scale_{key}") for key in ("low", "high", "step")]
            scale = [
                self._field((*place, "scale", key), said, "7.2rem", "number", self.word(said)) for key, said in parts
            ]
            shown += [self._heading("scale"), widgets.HBox(scale)]
        if kind != "ranks":
            criteria = (*place, "criteria")
            more = button(self.word("add_criterion"), partial(self._add, criteria, "K"))
            self.total = _note("" if self._items(criteria) else self.word("one_mark"), "span")
            shown += [self._heading("criteria"), *self._list(criteria, "criteria", self._criterion_row)]
            shown.append(widgets.HBox([more, self.total]))
        over = [at(step, ("over",)) for step in self._items((*place, "score"))]
        if "judges" in over:
            by = (*place, "score", over.index("judges"), "by")
            shown += [self._choice(by, "judges_by", _JUDGES_BY)] if at(self.document, by) in _JUDGES_BY else []
        if kind != "values":
            shown.append(self._labelled("min_judges", (*place, "min_judges"), "number"))
        return shown if last else shown + self._cut((*place, "advance"))

    def _cut(self, place: Place) -> list[widgets.Widget]:
        if not isinstance(at(self.document, place), dict):
            return [self._heading("cut"), self._changing("add_cut", put, place, {"scope": "group", "places": 5})]
        return [
            self._heading("cut"),
            self._choice((*place, "scope"), "scope", SCOPES),
            *(self._labelled(key, (*place, key), "number") for key in ("places", "at_least", "per_unit")),
            self._choice((*place, "at_cut"), "at_cut", ("include_all", "decide"), unless="include_all"),
            self._changing("drop_cut", drop, place),
        ]

    def _result(self) -> list[widgets.Widget]:
        scored = [r for r in self._items(("rounds",)) if isinstance(r, dict) and r.get("kind") != "checklist"]
        new_award = {"scope": "group", "names": ["Juara I", "Juara II", "Juara III"]}
        return [
            *(self._final(scored) if len(scored) > 1 else []),
            self._heading("awards"),
            _note(self.word("awards_note")),
            *self._list(("final", "awards"), "awards", self._award_row),
            self._changing("add_award", add, ("final", "awards"), new_award),
        ]

    def _final(self, scored: list[dict[str, Any]]) -> list[widgets.Widget]:
        """Return what the rounds count for in the final."""
        place = ("final", "score", 0)
        if isinstance(at(self.document, (*place, "weights")), dict):
            fields = [
                self._beside(
                    _shown(round_.get("name"), self.t.language),
                    self._field((*place, "weights", str(round_.get("id"))), "weight", "5rem", "number"),
                )
                for round_ in scored
            ]
            return [self._heading("final"), *fields]
        if at(self.document, (*place, "by")) not in {None, "last"}:
            return [self._heading("final"), _note(self.word("final_file"))]
        share = 100 // len(scored)
        whole = {str(r.get("id")): share + (100 % len(scored)) * (n == 0) for n, r in enumerate(scored)}
        new = [{"over": "rounds", "by": "weighted_mean", "weights": whole, "round": 2}]
        more = self._changing("add_weights", put, ("final", "score"), new)
        return [self._heading("final"), _note(self.word("final_last")), more]

    # Rows of lists

    def _list(self, place: Place, title: str, row: Callable[[Place], list[Any]]) -> list[widgets.Widget]:
        """Return a row of fields for each item of a list, with a button that drops it."""
        found = []
        for n, item in enumerate(self._items(place)):
            own = (*place, n)
            name = _shown(at(item, ("name",)) or at(item, ("id",)), self.t.language)
            said = self.word("drop", name=name or f"{self.word(title)} {n + 1}")
            gone = button("✕", partial(self._edit, _dropped, own), tooltip=said)
            gone.layout.width = "1.9rem"
            gone.add_class("kit-rules-drop")
            first, *below = row(own)
            found += [widgets.HBox([*first, gone]), *below]
        return found

    def _named_row(self, place: Place, width: str = "15.5rem") -> list[Any]:
        """Return the fields of a row's first line as a list, and then what stands below them."""
        return [[self._field((*place, "id"), "id", _SHORT), self._local((*place, "name"), "name", width)]]

    def _group_row(self, place: Place) -> list[Any]:
        types = self._field((*place, "unit_types"), "unit_types", "15.5rem", "list")
        return [*self._named_row(place), self._beside(self.word("unit_types"), types, _SHORT)]

    def _criterion_row(self, place: Place) -> list[Any]:
        [named] = self._named_row(place, "11.5rem")
        return [[*named, self._field((*place, "weight"), "weight", "3.5rem", "number")]]

    def _award_row(self, place: Place) -> list[Any]:
        language, award = self.t.language, at(self.document, place)
        scope = self._dropdown((*place, "scope"), "scope", SCOPES, "13rem")
        title = _note(_shown(at(award, ("name",)) or at(award, ("id",)), language) or self.word("main_awards"))
        title.layout.width = _LABEL
        names = at(award, ("names",))
        if not isinstance(names, list):
            return [[title, scope], _note(self.word("in_file"))]
        known, hint = {_shown(name, language): name for name in names}, self.word("award_names")
        field = widgets.Text(value=", ".join(known), description=hint, tooltip=hint, layout={"width": "20.7rem"})
        field.add_class(_UNSEEN)

        def typed(change: dict[str, Any]) -> None:
            self._put((*place, "names"), [known.get(name, name) for name in _split(change["new"])])

        field.observe(typed, "value")
        return [[title, scope], field]

    # One field, button or heading

    def _items(self, place: Place) -> list[Any]:
        return _listed(self.document, place)

    def _heading(self, key: str) -> widgets.HTML:
        return widgets.HTML(f'<div class="kit-rules-heading">{escape(self.word(key))}</div>')

    def _changing(self, key: str, change: Callable[..., str], *about: object) -> widgets.Button:
        """Return a button that changes the text."""
        return button(self.word(key), partial(self._edit, change, *about))

    def _beside(self, label: str, field: widgets.Widget, width: str = _LABEL) -> widgets.HBox:
        return widgets.HBox([widgets.HTML(escape(label), layout={"width": width, "flex": "0 0 auto"}), field])

    def _labelled(self, key: str, place: Place, kind: str = "text") -> widgets.Widget:
        number = kind == "number"
        field = self._field(place, key, "5rem", kind) if number else self._local(place, key, "15rem")
        return self._beside(self.word(key), field)

    def _local(self, place: Place, key: str, width: str) -> widgets.Widget:
        """Return a field for a text, or one for each language where it is said in both."""
        if not isinstance(at(self.document, place), dict):
            return self._field(place, key, width)
        return widgets.VBox([self._field((*place, each), key, width, label=each) for each in LANGUAGES])

    def _field(self, place: Place, key: str, width: str, kind: str = "text", label: str = "") -> widgets.Text:
        """Return a field that changes the text at its place as it is typed into."""
        value, hint = at(self.document, place), self.word(key)
        shown = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
        field = widgets.Text(value=shown, description=label or hint, placeholder=hint, tooltip=hint)
        if not label:
            field.add_class(_UNSEEN)
        field.layout.width = width
        field.style = {"description_width": "1.4rem" if label in LANGUAGES else "auto"}

        def typed(change: dict[str, Any]) -> None:
            text = change["new"].strip()
            number = kind == "number" and _NUMBER.fullmatch(text)
            self._put(place, _split(text) if kind == "list" else Decimal(text.replace(",", ".")) if number else text)

        field.observe(typed, "value")
        return field

    def _dropdown(self, place: Place, key: str, names: Sequence[str], width: str, unless: str = "") -> widgets.Dropdown:
        value = str(at(self.document, place) or unless)
        options = [(self.word(f"{key}_{name}"), name) for name in names]
        choice = dropdown(self.word(key), [*options, *([] if value in names else [(value, value)])], value, width=width)
        choice.add_class(_UNSEEN)
        choice.observe(lambda change: self._put(place, change["new"]), "value")
        return choice

    def _choice(self, place: Place, key: str, names: Sequence[str], unless: str = "") -> widgets.HBox:
        return self._beside(self.word(key), self._dropdown(place, key, names, "15rem", unless))

    # What is added

    def _add(self, place: Place, letter: str) -> None:
        """Add an item with an id that is free."""
        items = self._items(place)
        known = {str(at(item, ("id",))) for item in items}
        n = next(n for n in range(1, 10_000) if f"{letter}{n}" not in known)
        name = self.word("new_name", n=n)
        new: dict[str, object] = {"id": f"{letter}{n}", "name": name}
        new |= {"unit_types": [name]} if place == ("groups",) else {}
        if place[-1] != "criteria":
            self._edit(add, place, new)
        else:
            new["weight"] = 10 if items else 100
            self._edit(lambda text: _weighed(add(text, place, new), place[:2]))

    def _add_round(self) -> None:
        rounds = self._items(("rounds",))
        known = {str(at(item, ("id",))) for item in rounds}
        n = next(n for n in range(len(rounds) + 1, 10_000) if f"tahap-{n}" not in known)
        new = {
            "id": f"tahap-{n}",
            "name": self.word("new_round", n=n),
            "scale": {"low": 0, "high": 100, "step": 1},
            "score": [{"over": "judges", "by": "mean", "round": 2}],
            "ties": [{"by": "judges_decide"}],
        }
        self.round_at = len(rounds)
        self._edit(add, ("rounds",), new)

    # What is shown of it

    def _block(self, *blocks: Block) -> str:
        return block_html(Group([*blocks]).to_json(), self.t.language)

    def _read(self) -> Rules | None:
        """Return the rules that the text states; None where it has mistakes, which are kept."""
        self.mistakes = []
        try:
            rules = rules_of(self.text)
            if rules.edition != (folder := self.path.parent.name):
                raise Problem("edition_name_differs", file="rules.yaml", edition=rules.edition, folder=folder)  # noqa: TRY301
        except Problem as problem:
            self.mistakes = [*problem] if isinstance(problem, Mistakes) else [problem]
            return None
        return rules

    def _show(self) -> None:
        """Show mistakes, or the rules in sentences with the example; beside mistakes these stay as they were."""
        rules = self._read()
        self._show_state()
        self._show_total()
        if rules is None:
            lines = [self._with_line(mistake) for mistake in self.mistakes]
            waits = [Paragraph(self.word("as_before"))] if self.rules else []
            head = Callout(self.word("mistakes", n=len(lines)), kind="warning")
            self.found.value = f'<div role="status">{self._block(head, Bullets(lines), *waits)}</div>'
            return
        self.found.value, self.rules, language = "", rules, self.t.language
        own = Texts(language, {thing: word.say(language) for thing, word in rules.words.items()})
        for choice, key, parts in (
            (self.group, "group", rules.groups),
            (self.category, "category", rules.categories),
        ):
            choice.description = own(f"columns.{key}")
            with self._quiet():
                offer(choice, [(part.name.say(language), part.id) for part in parts])
            choice.layout.display = "" if len(parts) > 1 else "none"
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
        self.state.value = f"{self.locked}{status(self.word('unsaved' if n else 'as_saved', n=n))}"

    def _show_total(self) -> None:
        """Show what the weights of the round add up to, if all of them are numbers."""
        round_ = ("rounds", self.round_at)
        parts = [part for part in self._items((*round_, "criteria")) if isinstance(part, dict)]
        weights = [part.get("weight", 1) for part in parts]
        same = not any("where" in part for part in parts)  # else each entry has a sum of its own
        if self.total is not None and parts and same and all(isinstance(each, (int, Decimal)) for each in weights):
            of = at(self.document, (*round_, "weights_total")) or 100
            self.total.value = _note_html(self.word("total", total=sum(map(Decimal, weights)), of=of), "span")

    def _other_marks(self) -> None:
        self.seed += 1
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
            self.ranking.value, self.worked.value = alert(problem, t.language), ""


# Parts of a document, whatever stands in it


def _listed(document: Any, place: Place) -> list[Any]:  # noqa: ANN401  (a document)
    found = at(document, place)
    return found if isinstance(found, list) else []


def _dropped(text: str, place: Place) -> str:
    """Return the text without an item; without any criterion, the steps over criteria go as well."""
    text = drop(text, place)
    round_ = at(content(text), place[:2])
    if place[2:3] == ("criteria",) and not _listed(round_, ("criteria",)):
        for n, step in reversed([*enumerate(_listed(round_, ("score",)))]):
            if at(step, ("over",)) == "criteria":
                text = drop(text, (*place[:2], "score", n))
    return text


def _weighed(text: str, place: Place) -> str:
    """Return the text with a step over criteria first, where a round has criteria and no such step."""
    place = (*place, "score")
    steps = _listed(content(text), place)
    if any(at(step, ("over",)) == "criteria" for step in steps):
        return text
    text = add(text, place, {"over": "criteria", "by": "weighted_mean"})
    return reorder(text, place, [len(steps), *range(len(steps))])


def _shown(value: Any, language: Language) -> str:  # noqa: ANN401
    """Return a text in one language, whether or not it is said in both."""
    said = value.get(language) or value.get("id") if isinstance(value, dict) else value
    return "" if said is None else str(said)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


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


def _html() -> widgets.HTML:
    return widgets.HTML(layout={"width": "auto", "min_width": "0"})


def _note(text: str, tag: str = "div") -> widgets.HTML:
    return widgets.HTML(_note_html(text, tag), layout={"width": "auto"})


def _note_html(text: str, tag: str) -> str:
    """Return a note; in a ``span`` it stands on the line of the button beside it."""
    return f'<{tag} class="kit-rules-note">{escape(text)}</{tag}>'

"""Every figure that the documents of an edition state, read from their blocks by the catalogue's own sentences."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from contextlib import suppress
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from papers import MADE_AT, records
from samples import blocks, whole

from kit.documents.awards import aggregates
from kit.documents.handing_out import awards_of
from kit.documents.kinds import KINDS
from kit.errors import Problem
from kit.index import index_report
from kit.index.index_report import IndexContext
from kit.report.context import Context, brief
from kit.report.lasting import ASPECTS, ELEMENTS
from kit.report.progress import status
from kit.texts import chapters
from kit.years import followup_report, trends
from kit.years.followup import FollowUp
from kit.years.series import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kit.edition import Edition

# Which placeholder of which sentence states which figure.
SENTENCES = {
    "entries": [
        *((f"report.lead_{how}", "n") for how in ("more", "fewer", "same", "same_as", "alone")),
        *(("papers.press_lead", "n"), ("status.said", "entries"), ("report.lasting", "n")),
        *(("report.history_said", "n"), ("report.decide_support", "total")),
    ],
    "units that took part": [
        *((f"report.lead_{how}", "units") for how in ("more", "fewer", "same", "same_as", "alone")),
        *(("papers.press_lead", "units"), ("status.said", "units")),
    ],
    "entries with every element": [("report.lasting", "all")],
    "entries that name partners": [("report.answer_partners", "n"), ("trends.collaborated", "n")],
    "entries without a legal basis": [("report.decide_legal_basis", "n")],
    "people reached": [("report.answer_reached", "people")],
    "innovations that say whom they reach": [("report.answer_reached", "n")],
    "the city's index": [
        ("report.answer_index", "index"),
        ("report.decide_index", "index"),
        ("index.lead_index", "index"),
    ],
    "the city's predicate": [("report.answer_index", "predicate"), ("index.lead_index", "predicate")],
    "steps to the next predicate": [("report.decide_index", "steps"), ("index.next_plan", "n")],
    "the index after the plan": [("report.decide_index", "after")],
    "entries that need support": [("report.decide_support", "n"), ("followup.needy", "own")],
    "innovations that answered": [("followup.lead", "n")],
    "innovations asked": [("followup.lead", "total")],
    "innovations that need support": [("followup.needy", "n")],
    "innovations still there": [("followup.needy", "total")],
    "no answer yet": [("followup.totals", "unanswered"), ("followup.because_silent", "n")],
    "sheets asked": [("report.sheets_all", "n"), ("report.sheets_missing", "total")],
    "continuing innovations": [("report.history_said", "continuing")],
    "winners": [("minutes.recommends", "n")],
    "innovations ready for the index": [("index.lead", "ready")],
    "innovations with claims": [("index.lead", "n")],
}
# Which label, in which block of figures, states which figure.
LABELS = {
    "report.fact_entries": "entries",
    "report.visual_people": "people reached",
    "report.fact_units": "units that took part",
    "report.fact_lasting": "entries with every element",
    "report.fact_continuing": "continuing innovations",
    "followup.status_unanswered": "no answer yet",
    "index.fact_innovations": "innovations with claims",
    "index.fact_ready": "innovations ready for the index",
}
# The total of which column of which table states which figure: the table's caption, the column's label, the row.
TOTALS = {
    ("report.types_caption", "report.column_entries"): "entries",
    ("report.types_caption", "report.column_took_part"): "units that took part",
    ("report.history_caption", "report.column_entries"): "entries",
    ("report.history_caption", "report.column_units_took_part"): "units that took part",
    ("report.history_caption", "report.column_continuing"): "continuing innovations",
    ("followup.t_state", "followup.status_unanswered"): "no answer yet",
}

_AWARDING = (
    "announcement",
    "press",
    "decree-annex",
    "minutes-result",
    "slides-ceremony",
    "public-page",
)  # documents that list all winners

Told = dict[str, dict[str, set[str]]]  # figure to document to what it states


@cache
def _pattern(key: str, language: str) -> re.Pattern[str]:
    """A sentence of the catalogue as a pattern; what it is given is caught by name."""
    chapter, name = key.split(".")
    template = chapters()[chapter][name][language].replace("**", "")
    parts = re.split(r"\{(\w+)\}", template)
    seen: set[str] = set()
    pattern = ""
    for at, part in enumerate(parts):
        if at % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(pattern.rstrip())


def documents(edition: Edition, kinds: Collection[str] = ()) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every document of an edition that can be made now, as its blocks; of the papers only the kinds that are named."""
    for name, kind in KINDS.items():
        if kind.notebook or name in {"certificates", "index-entries"}:
            continue
        if kinds and name not in kinds:
            continue
        with suppress(Problem):
            for part in kind.parts(edition):
                yield f"{name}/{part.id}".rstrip("/"), records(edition, name, part.id)
    report, span = Context(edition, MADE_AT), Span.of(edition)
    after = FollowUp(span)
    more = (
        trends.page(span),
        trends.partners(span),
        followup_report.page(after),
        followup_report.won(after),
        index_report.index_page(edition),
    )
    yield "annual-report", [*whole(report), *blocks(*more)]
    yield "trends", blocks(trends.participation(span), trends.page(span))
    for public in (False, True):
        after = FollowUp(span, public=public)
        chapters = ("state", "support", "readiness", "page")
        parts = [getattr(followup_report, chapter)(after) for chapter in chapters]
        yield f"follow-up/{public}", blocks(*parts, followup_report.won(after))
    with suppress(Problem):
        yield "index-readiness", blocks(index_report.summary(IndexContext(edition)))
    yield "status", blocks(status(edition))


def told(edition: Edition, *kinds: str) -> Told:
    """Return what each document states of each figure; of a score, an award or an element, by entry.

    Args:
        edition: whose documents.
        kinds: the papers to be read beside the reports; all of them unless named.
    """
    reading = _Reading(edition)
    for name, parts in documents(edition, kinds):
        reading.read(name, parts)
    return reading.whole()


class _Reading:
    """What the documents of an edition have stated so far."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.t, self.context = edition, edition.texts, Context(edition)
        self.lists = {self.t("papers.winners_caption", scope=name): name for name in self.context.names.values()}
        self.found: Told = defaultdict(lambda: defaultdict(set))
        self.counted: Counter[tuple[str, str]] = Counter()  # what is to be added up, by figure and document
        self.rounds = [round_.name.say(edition.language) for round_ in edition.rules.scored_rounds]
        self.titles = {
            shown: entry
            for entry, title in edition.registers.entries[["entry_id", "title"]].itertuples(index=False, name=None)
            for shown in (title, brief(title))
        }

    def whole(self) -> Told:
        """Everything, with what was added up and with the open data."""
        for (figure, name), n in self.counted.items():
            self.found[figure][name].add(str(n))
        with suppress(Problem):
            for entry, given in awards_of(self.context).items():
                self.found[f"awards of {entry}, with their lists"]["table for mail merge"].add("; ".join(given))
            units = aggregates(self.edition)["units"]
            self.found["entries"]["open data"].add(str(units["entries"].sum()))
            self.found["units that took part"]["open data"].add(str(units["taking_part"].sum()))
        return self.found

    def read(self, name: str, parts: list[dict[str, Any]]) -> None:
        """Take in a document."""
        lines = [line for part in parts for line in _text(part)]
        if name.startswith("minutes-scores"):
            asked = (int(match["total"]) for match in self._said("minutes.sheets_all", lines))
            self.counted["sheets asked", "minutes, round by round"] += sum(asked)
        elif name.startswith("feedback") and self.t("papers.next_support") in lines:
            self.counted["entries that need support", "feedback, sheet by sheet"] += 1
        if not name.startswith("minutes-scores"):
            for line in lines:
                self._aspects(name, line)
            for figure, sentences in SENTENCES.items():
                for key, placeholder in sentences:
                    for match in self._said(key, lines):
                        self.found[figure][name].add(match[placeholder])
        self._blocks(name, parts)

    def _blocks(self, name: str, parts: list[dict[str, Any]]) -> None:
        readers = {"facts": self._facts, "table": self._table, "winners": self._winners, "figure": self._chart}
        heading = ""
        for part in parts:
            if part["type"] in readers:
                readers[part["type"]](name, part)
            elif part["type"] == "honour":
                self._honour(name, part, heading)
            elif part["type"] == "heading" and part["level"] == 2:
                heading = part["text"]
            elif part["type"] == "heading" and name == "public-page":
                award, _, title = part["text"].partition(": ")  # as public_page.won says it
                self._award(name, title, award, self.lists[heading])
                self.counted["winners", name] += 1

    def _said(self, key: str, lines: list[str]) -> list[re.Match[str]]:
        return [match for line in lines if (match := _pattern(key, self.edition.language).search(line))]

    def _is(self, key: str, text: str) -> re.Match[str] | None:
        return _pattern(key, self.edition.language).fullmatch(text)

    def _aspects(self, name: str, line: str) -> None:
        """Read how many entries have each element of sustainability, and how many took part by year."""
        told = [
            _pattern(key, self.edition.language).search(line) for key in ("report.answer_lasting", "report.lasting")
        ]
        for match in filter(None, told):
            for aspect in ELEMENTS:
                word = self.t(f"report.aspect_{aspect}")
                for key in ("fact_aspect", "lasting_aspect"):
                    said = re.escape(self.t(f"report.{key}", name=word, n="#")).replace(r"\#", r"(\d+)")
                    for n in re.findall(rf"\b{said}\b", match["aspects"]):
                        self.found[f"entries that have: {word.casefold()}"][name].add(n)
        if match := _pattern("report.visual_trend_alt", self.edition.language).search(line):
            said = re.escape(self.t("report.history_part", n="#", year=self.edition.name)).replace(r"\#", r"(\d+)")
            self.found["entries"][name] |= {*re.findall(said, match["parts"])}

    def _award(self, name: str, title: str, award: str, scope: str) -> None:
        self.found[f"award of {self.titles[title]}"][name].add(award)
        said = self.t("papers.award_in", award=award, scope=scope)
        self.found[f"awards of {self.titles[title]}, with their lists"][name].add(said)

    def _winners(self, name: str, part: dict[str, Any]) -> None:
        for scope in part["scopes"]:
            for row in scope["rows"]:
                self._award(name, row["title"], row["award"], scope["title"])
                score = f"score of {self.titles[row['title']]}, {self.t('report.column_final')}"
                self.found[score][name].add(row["score"])

    def _honour(self, name: str, part: dict[str, Any], heading: str) -> None:
        """Read a certificate, or the slide of an award: its heading, and then units with their innovations."""
        said = {role: [line["text"] for line in part["lines"] if line["role"] == role] for role in ("award", "work")}
        entries = [name.rpartition("/")[2]] if said["award"] else [self.titles[title] for title in said["work"]]
        for entry in entries:
            self.found[f"awards of {entry}, with their lists"][name].add((said["award"] or [heading])[0])

    def _chart(self, name: str, part: dict[str, Any]) -> None:
        """Read the numbers behind a figure."""
        if "chart" not in part:
            return
        chart = part["chart"]
        (values, *_) = chart["series"].values()
        shown = dict(zip(chart["labels"], values, strict=True))
        if part["caption"] == self.t("report.history_figure_caption"):
            self.found["entries"][name].add(str(shown[self.edition.name]))
        elif part["caption"] == self.t("index.city_figure"):
            self.found["the city's index"][name].add(self.t.decimal(Decimal(str(values[0]))))
            plans = [value for label, value in shown.items() if self._is("index.scenario_plan", label)]
            self.found["the index after the plan"][name] |= {self.t.decimal(Decimal(str(value))) for value in plans}
        else:
            for label, value in shown.items():
                self.found[f"entries that have: {label.casefold()}"][name].add(str(value))

    def _facts(self, name: str, part: dict[str, Any]) -> None:
        kind, _, entry = name.partition("/")
        for fact in part["items"]:
            for key, figure in LABELS.items():
                if self._is(key, fact["label"]):
                    self.found[figure][name].add(fact["value"])
            if kind == "feedback" and fact["label"] in self.rounds:
                self.found[f"score of {entry}, {fact['label']}"][name].add(fact["value"])
            if kind == "feedback" and fact["label"] == self.t("report.column_award"):
                self.found[f"award of {entry}"][name].add(fact["value"])

    def _table(self, name: str, part: dict[str, Any]) -> None:
        if not part["rows"]:
            return
        labels = {column["label"]: column["key"] for column in part["columns"]}
        for (of, label), figure in TOTALS.items():
            if self._is(of, part["caption"]) and self.t(label) in labels:
                self.found[figure][name].add(part["rows"][-1][labels[self.t(label)]]["text"])
        if self._is("followup.lasting_caption", part["caption"]):
            for row in part["rows"]:
                self.found[f"{row['aspect']['text']} of {name.partition('/')[2]}"][name].add(row["now"]["text"])
        columns = self._columns(part["caption"], labels)
        for row in part["rows"]:
            entry = str(row["entry_id"]["text"]) if "entry_id" in row else self._titled(row)
            cells = {what: row[key]["text"] for what, key in columns.items()} if entry else {}
            for what, text in cells.items():
                self.found[what.format(entry=entry)][name].add(text)
            if name in _AWARDING and cells.get("award of {entry}", "–") not in {"", "–"}:
                self.counted["winners", name] += 1

    def _columns(self, caption: str, labels: dict[str, str]) -> dict[str, str]:
        """What is stated of each entry of a table, and the key of its column."""
        wanted = {name: f"score of {{entry}}, {name}" for name in [*self.rounds, self.t("report.column_final")]}
        wanted |= {(said := self.t(f"followup.q_{aspect}")): f"{said} of {{entry}}" for aspect in ASPECTS}
        wanted[self.t("report.column_award")] = "award of {entry}"
        if match := self._is("minutes.scores_caption", caption):
            wanted[self.t("report.column_score")] = f"score of {{entry}}, {match['round']}"
        return {what: labels[label] for label, what in wanted.items() if label in labels}

    def _titled(self, row: dict[str, Any]) -> str | None:
        return self.titles.get(row["title"]["text"]) if "title" in row else None


def _text(part: dict[str, Any]) -> list[str]:
    if part["type"] == "figure":
        return [part["alt"]]
    if "runs" in part:
        return ["".join(run["text"] for run in part["runs"])]
    return ["".join(run["text"] for run in item) for item in part["items"]] if part["type"] == "list" else []


def contradictions(found: Told) -> dict[str, dict[str, set[str]]]:
    """The figures of which documents, or one document, state more than one value."""
    shared = {figure: {k: v - {"–", ""} for k, v in of.items()} for figure, of in found.items()}
    return {figure: dict(of) for figure, of in shared.items() if len({one for own in of.values() for one in own}) > 1}

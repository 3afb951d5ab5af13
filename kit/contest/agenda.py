"""What the panel looks at in a plenary, as blocks: judges are letters, and the largest doubts come first."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.contest import plenary
from kit.fairness.decisive import decisive
from kit.fairness.study import Study
from kit.pseudonyms import letters
from kit.ranking import FINAL
from kit.report.blocks import MISSING, Block, Bullets, Column, Group, Heading, Paragraph, Table
from kit.report.results import Results
from kit.report.story import brief
from kit.ties import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kit.edition import Edition, Meeting
    from kit.rules import TieRule

_LISTED = 12  # entries whose judges are furthest apart
_PANEL = 12  # judges that the table has columns for


class Agenda(Results):
    """What a plenary about one round looks at.

    Args:
        edition: the edition.
        round_id: a scored round that is closed.

    Raises:
        unknown_round, StillOpen, NotOpenedYet, rules_changed: its values cannot be shown.
    """

    def __init__(self, edition: Edition, round_id: str) -> None:
        super().__init__(edition)
        self.study = Study(edition, round_id)
        self.round = self.study.round
        self.titles = edition.registers.entries.set_index("entry_id")["title"]

    def word(self, key: str, **values: object) -> str:
        """A sentence of the plenary."""
        return self.t(f"plenary.{key}", **values)

    @property
    def meeting(self) -> Meeting | None:
        """The plenary that goes on, or the last one."""
        found = self.edition.meetings(self.round.id)
        return found[-1] if found else None

    @cached_property
    def letters(self) -> dict[str, str]:
        """A letter for each judge of the panel: the same all through one plenary, another in the next.

        Those whose sheets the plenary reopened keep one, though a substitute may have taken their sheets over since.
        """
        reopened = [sheet.judge_id for sheet in self.meeting.reopened] if self.meeting else []
        began = self.meeting.began.isoformat() if self.meeting else ""
        judges = [*plenary.panel(self.edition, self.round.id), *reopened]
        return letters(self.edition, f"plenary/{self.round.id}/{began}", judges)

    def entry(self, entry_id: str) -> str:
        """An entry by its id and its innovation's own name."""
        return f"{entry_id} · {brief(str(self.titles.get(entry_id, entry_id)))}"

    # What is under discussion

    def spread(self) -> Group:
        """The entries about which the judges are furthest apart, and on which criterion most."""
        table = self._spreads()
        if table.empty:
            return Group([Heading(self.word("spread")), Paragraph(self.word("spread_none"))])
        judges = sorted(self.letters.values(), key=lambda name: (len(name), name))
        shown = judges if len(judges) <= _PANEL and table[judges].notna().any(axis=None) else []
        columns = [
            Column("entry_id", self.t("report.column_code")),
            Column("title", self.t("report.column_innovation"), width=4),
            *(Column(name, self.word("judge", letter=name), "decimal", places=2) for name in shown),
            Column("spread", self.word("column_spread"), "decimal", places=2),
            Column("criterion", self.word("column_criterion"), width=2),
        ]
        rows = table.head(_LISTED)
        said = self.word("spread_said", n=len(rows), total=len(table))
        about = {"caption": self.word("spread_caption"), "row_header": "title"}
        return Group([Heading(self.word("spread")), Paragraph(said), Table.of(rows, self.t, columns=columns, **about)])

    def most_disputed(self) -> list[str]:
        """The entries of the round, those first about which the judges are furthest apart."""
        return self._spreads()["entry_id"].tolist()

    def _spreads(self) -> pd.DataFrame:
        totals = self.study.totals
        matrix = totals.matrix()
        several = np.isfinite(matrix).sum(axis=1) > 1
        rows = []
        for n, entry in enumerate(totals.entries):
            if several[n]:
                # A gap would tell which letter has the conflict of interest that the minutes name.
                whole = len(self.letters) == np.isfinite(matrix[n]).sum()
                given = {self.letters[judge]: matrix[n, m] for m, judge in enumerate(totals.judges)} if whole else {}
                apart = float(np.nanmax(matrix[n]) - np.nanmin(matrix[n]))
                rows.append({"entry_id": entry, "title": self.titles[entry], "spread": round(apart, 9), **given})
        table = pd.DataFrame(rows, columns=["entry_id", "title", "spread", *self.letters.values()])
        table["criterion"] = [self._widest_criterion(entry) for entry in table["entry_id"]]
        return table.sort_values(["spread", "entry_id"], ascending=[False, True], ignore_index=True)

    def _widest_criterion(self, entry_id: str) -> str:
        marks = self._marks.loc[[entry_id]]
        apart = marks.groupby("criterion")["number"].agg(lambda own: own.max() - own.min())
        names = {criterion.id: criterion.name.say(self.t.language) for criterion in self.round.criteria}
        if not names or apart.max() == 0:
            return MISSING
        order = list(names)
        widest = min(apart.index[apart == apart.max()], key=order.index)
        return f"{names[widest]} ({self.t.decimal(apart.max().normalize())})"

    @cached_property
    def _marks(self) -> pd.DataFrame:
        marks = self.study.marks
        return marks.assign(number=marks["value"].map(Decimal)).set_index("entry_id")

    # What is decided

    def cuts(self) -> Group:
        """Where each list is divided, and by how much: who goes on, or which award ends where."""
        places = [self.round.id, *([FINAL] if self.decides_final else [])]
        found = pd.concat([decisive(self.study.replay, where) for where in places], ignore_index=True)
        blocks: list[Block] = [Heading(self.word("cuts"))]
        rows = []
        for row in found.to_dict("records"):
            where = self.names[row["scope"], row["scope_id"]]
            if row["why"]:
                blocks.append(Paragraph(f"{where}: {self.t(row['why'])}"))
                continue
            award = self._award(row["award"]) or self.word("advances", n=row["place"])
            pair = {key: self.entry(str(row[key])) for key in ("inside", "outside")}
            list_ = FINAL if row["kind"] == "award" else self.round.id
            rule = self._rule(str(row["tie_rule"]), list_, self.round.id) if row["tie_rule"] else MISSING
            rows.append({"scope": where, "place": award, **pair, "margin": row["margin"], "tie": rule})
        columns = [
            Column("scope", self.word("column_list"), width=2),
            Column("place", self.word("column_place"), width=2),
            Column("inside", self.word("column_inside"), width=4),
            Column("outside", self.word("column_outside"), width=4),
            Column("margin", self.word("column_margin"), "decimal"),
            Column("tie", self.word("column_tie"), width=2),
        ]
        if rows:
            table = pd.DataFrame(rows, columns=[column.key for column in columns])
            caption = self.word("cuts_caption")
            blocks.append(Table.of(table, self.t, columns=columns, caption=caption, row_header="scope"))
        return Group(blocks)

    @property
    def decides_final(self) -> bool:
        """Whether this is the last round, so that its plenary decides the final and its awards."""
        return self.round.id == self.last

    def equals(self) -> Group:
        """Every tie that matters, with the way it goes through the rules, and what is left to the judges."""
        where = FINAL if self.decides_final else self.round.id
        rules: Sequence[TieRule] = self.rules.final_ties if self.decides_final else self.round.ties
        steps = " → ".join(self._rule(label(rule), where, self.round.id) for rule in rules) or MISSING
        said = [self._tie_sentence(tie) for tie in self.ties if tie.round == where] or [self.word("no_ties")]
        path = self.word("path", round=self.rounds[where], rules=steps)
        return Group([Heading(self.word("ties")), Bullets(said), Paragraph(path)])

    def finalists(self) -> Group:
        """Who goes on, by title: the list shows no ranking."""
        return Group([*self._finalists()])

    # What happened in the room

    def changes(self) -> Group:
        """The sheets taken up again, and every mark that was changed on them, before and after."""
        meeting = self.meeting
        blocks: list[Block] = [Heading(self.word("reopened"))]
        if meeting is None or not meeting.reopened:
            return Group([*blocks, Paragraph(self.word("reopened_none"))])
        blocks.append(Bullets([self._reopened(*sheet) for sheet in meeting.reopened]))
        names = {criterion.id: criterion.name.say(self.t.language) for criterion in self.round.marked}
        rows = [
            {
                "judge": self.word("judge", letter=self.letters[change.judge_id]),
                "entry": self.entry(change.entry_id),
                "criterion": names.get(change.criterion, change.criterion),
                "before": Decimal(change.before) if change.before else None,
                "after": Decimal(change.after) if change.after else None,
            }
            for change in meeting.changes
        ]
        columns = [
            Column("judge", self.word("column_judge")),
            Column("entry", self.t("report.column_innovation"), width=4),
            Column("criterion", self.word("column_criterion_of"), width=3),
            Column("before", self.word("column_before"), "decimal"),
            Column("after", self.word("column_after"), "decimal"),
        ]
        if rows:
            table = pd.DataFrame(rows, columns=[column.key for column in columns])
            caption = self.word("changes_caption")
            blocks.append(Table.of(table, self.t, columns=columns, caption=caption, row_header="entry"))
        return Group(blocks)

    def _reopened(self, judge_id: str, entry_id: str, reason: str) -> str:
        return self.word("reopened_said", letter=self.letters[judge_id], entry=self.entry(entry_id), reason=reason)

    def attendance(self) -> Group:
        """Who is there, and how many are needed."""
        there = self.meeting.present if self.meeting else ()
        total = len(plenary.panel(self.edition, self.round.id))
        names = self.edition.registers.judges.set_index("judge_id")["name"]
        said = self.word("present", n=len(there), total=total, quorum=plenary.quorum(self.edition, self.round.id))
        return Group([Paragraph(said), *([Bullets([str(names[judge]) for judge in there])] if there else [])])

    def hindrances(self) -> Group:
        """What still keeps the round from being decided."""
        return Group([Heading(self.word("open"), 3), Bullets([*self._hindrances()])])

    def _hindrances(self) -> Iterator[str]:
        found = plenary.hindrances(self.edition, self.round.id)
        yield from (mistake.sentence(self.t.language) for mistake in found)
        if not found:
            yield self.word("nothing_open")

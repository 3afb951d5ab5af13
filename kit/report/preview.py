"""What rules and registers come to before a round opens: who takes part, and who scores what."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from kit.contest.rounds import entrants_so_far, sheets_asked
from kit.errors import first_few
from kit.render.blocks import Block, Bullets, Column, Group, Paragraph, Table
from kit.report.context import columns
from kit.report.summaries import cells, entries
from kit.scoring.ranking import scope_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import pandas as pd

    from kit.edition import Edition
    from kit.rules import Awards, Round

_ROWS = 12  # judges that a table names
_PANELS = 6  # panels that are named
_WIDE = 78  # characters that a terminal shows in a line


def preview(edition: Edition, round_id: str = "") -> Group:
    """Show the entries by group and category, and the sheets of each round or one, with the judges left per entry.

    Args:
        edition: the edition.
        round_id: the only round to show; all unless given.
    """
    rounds = [round_ for round_ in edition.rules.rounds if round_id in {"", round_.id}]
    blocks: list[Block] = [] if round_id else [Group([_entries(edition), Paragraph(_units(edition))])]
    return Group([*blocks, *(Group([*_round(edition, round_)]) for round_ in rounds)])


def _entries(edition: Edition) -> Table:
    """Return how many entries each group and category has; the longer of the two stands below each other."""
    t, rules = edition.texts, edition.rules
    table = cells(edition)
    names = [{kind.id: kind.name.say(t.language) for kind in kinds} for kinds in (rules.categories, rules.groups)]
    if len(rules.groups) > len(rules.categories):
        table, names = table.T, names[::-1]
    down, across = names
    wide = max(map(len, down.values())) + sum(len(name) + 2 for name in across.values()) + 8
    heads = {f"n{at}": name if wide <= _WIDE else id_ for at, (id_, name) in enumerate(across.items())}
    counts: list[list[int]] = table.loc[list(down)].to_numpy().tolist()
    rows = [[name, *own, sum(own)] for name, own in zip(down.values(), counts, strict=True)]
    total, sums = t("preview.total"), [sum(column) for column in zip(*counts, strict=True)]
    rows.append([total, *sums, sum(sums)])
    shown = [Column("name", t("preview.column_list")), *(Column(key, head, "integer") for key, head in heads.items())]
    shown.append(Column("total", total, "integer"))
    return Table.of(rows, t, columns=shown, caption=t("preview.entries"), row_header="name")


def _units(edition: Edition) -> str:
    """Say how many units take part, and name those that do not."""
    t, units, own = edition.texts, edition.registers.units, entries(edition)["unit_id"]
    without = units.loc[~units["unit_id"].isin(own), "unit_id"]
    about: dict[str, object] = {"units": own.nunique(), "total": len(units)}
    if 0 < len(without) <= _ROWS:
        return t("preview.units_without", **about, names=", ".join(without))
    return t("preview.units", **about)


def _round(edition: Edition, round_: Round) -> Iterator[Block]:
    """Yield what a round asks of whom."""
    t, name = edition.texts, edition.say(round_.id)
    if not round_.scored:
        n = len(entries(edition))
        yield Paragraph(t("preview.checklist", round=name, n=n, items=len(round_.items)))
        return
    entrants = entrants_so_far(edition, round_.id)
    if round_.kind == "values":
        key, n = ("values_later", at_most(edition, round_)) if entrants is None else ("values", len(entrants))
        yield Paragraph(t(f"preview.{key}", round=name, n=n))
        return
    if entrants is None:
        yield Paragraph(t("preview.later", round=name, n=at_most(edition, round_), judges=_panel_size(edition, round_)))
        return
    sheets = sheets_asked(edition, round_.id, entrants)
    own = sheets[~sheets["recused"]]
    yield Paragraph(t("preview.round", round=name, n=len(entrants), sheets=len(own), judges=own["judge_id"].nunique()))
    if len(sheets):
        yield from _judges(edition, sheets)
    yield Bullets([*_panels(edition, sheets), *_left(edition, round_, entrants, own)])


def _panel_size(edition: Edition, round_: Round) -> int:
    return edition.panel(round_.id)["judge_id"].nunique()


def _judges(edition: Edition, sheets: pd.DataFrame) -> Iterator[Block]:
    """Yield how many sheets each judge has: a sentence where all have as many, or there are too many for a table."""
    t = edition.texts
    load = sheets.groupby("judge_id")["recused"].agg(["size", "sum"]).astype(int)
    own = load["size"] - load["sum"]
    if load["sum"].sum() == 0 and own.min() == own.max():
        yield Bullets([t("preview.sheets_each", n=int(own.iloc[0]))])
    elif len(load) > _ROWS:
        conflicts = int(load["sum"].sum())
        yield Bullets([t("preview.sheets_range", low=int(own.min()), high=int(own.max()), n=conflicts)])
    else:
        names = edition.registers.judges.set_index("judge_id")["name"]
        rows = [(f"{judge} {names[judge]}"[:44], own[judge], load["sum"][judge]) for judge in load.index]
        about = {"sheets": ("preview.column_sheets", "integer"), "conflicts": ("preview.column_conflicts", "integer")}
        shown = columns(t, judge="minutes.column_judge", **about)
        yield Table.of(rows, t, columns=shown, caption="", row_header="judge")


def _panels(edition: Edition, sheets: pd.DataFrame) -> Iterator[str]:
    """Say which judges were put together for which entries, where that is not one panel for all."""
    t, panels = edition.texts, dict[str, list[str]]()
    for entry, own in sheets.groupby("entry_id")["judge_id"]:
        panels.setdefault(", ".join(sorted(own)), []).append(str(entry))
    if len(panels) > _PANELS:
        yield t("preview.panels_many", n=len(panels))
    elif len(panels) > 1:
        registered = edition.registers.entries.set_index("entry_id")
        for judges, same in sorted(panels.items(), key=lambda panel: -len(panel[1])):
            lists = [
                f"{kind.name.say(t.language)} {n}"
                for column, kinds in (("group", edition.rules.groups), ("category", edition.rules.categories))
                for kind in kinds
                if (n := int((registered.loc[same, column] == kind.id).sum())) and len(kinds) > 1
            ]
            yield t("preview.panel", judges=judges, n=len(same), lists=", ".join(lists) or "–")


def _left(edition: Edition, round_: Round, entrants: Collection[str], sheets: pd.DataFrame) -> Iterator[str]:
    """Say how many judges whose marks count each entry has left, and which entries get no score with so few."""
    t, counted = edition.texts, sheets[~sheets["judge_id"].isin(round_.uncounted)]
    left = counted.groupby("entry_id").size().reindex(sorted(entrants), fill_value=0)
    for n, own in sorted(left.groupby(left), key=lambda pair: -pair[0]):
        few = len(own) < len(left) and len(own) <= _ROWS
        if n == 0:
            yield t("preview.left_none", n=len(own), named=", ".join(first_few(own.index)))
            continue
        about: dict[str, object] = {"judges": n, "n": len(own)}
        said = t("preview.left_named", **about, named=", ".join(own.index)) if few else t("preview.left", **about)
        short = [t("preview.no_score", needed=round_.fewest_judges)] if n < round_.fewest_judges else []
        yield " ".join([said, *short])


# How many can get where


def at_most(edition: Edition, round_: Round, among: Iterable[str] | None = None) -> int:
    """Return how many entries can reach a round by the cuts before it, ties at a cut aside.

    Args:
        edition: the edition.
        round_: a scored round.
        among: ids of the entries that are meant; all unless given.
    """
    lists = scope_ids(edition.record.entries)
    first = edition.rules.first_round
    own = lists[~lists.index.isin(edition.record.gone(first))]
    own = own if among is None else own[own.index.isin([*among])]
    if (known := entrants_so_far(edition, round_.id)) is not None:
        return int(own.index.isin([*known]).sum())
    cuts = (other.advance for other in takewhile(lambda other: other.id != round_.id, edition.rules.scored_rounds))
    places = ((cut.scope, cut.places) for cut in cuts if cut and cut.places and not cut.within)
    through = (own[scope].value_counts().clip(upper=most).sum() for scope, most in places)
    return int(min([len(own), *through]))


def reachable(edition: Edition, awards: Awards) -> Mapping[str, int]:
    """Return how many entries of each list, by its id, can get one of these awards, ties aside."""
    lists = scope_ids(edition.record.entries)
    lists = lists[~lists.index.isin({*edition.record.out, *edition.record.gone(edition.rules.first_round)})]
    last = edition.rules.scored_rounds[-1]
    return {
        str(name): at_most(edition, last, own.index) if awards.among == "finalists" else len(own)
        for name, own in lists.groupby(awards.scope)
    }

"""Aggregates of a published result for requests of information: who took part and how scores spread.

No judge, no entry and no single mark stands in them, and no distribution of fewer than five entries. Where a total is
told beside its parts, what the parts leave over is five or more as well, so that nothing hidden follows by subtraction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from kit.errors import Problem
from kit.explain import scope_names
from kit.files import write
from kit.folder import find_home
from kit.report import summaries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kit.edition import Edition
    from kit.rules import Scope

FEWEST = 5  # entries of which a distribution is told
_SCOPES: tuple[Scope, ...] = ("overall", "group", "category")
_QUARTILES = {"quartile_1": 0.25, "median": 0.5, "quartile_3": 0.75}


def aggregates(edition: Edition) -> dict[Literal["entries", "units", "scores"], pd.DataFrame]:
    """Return the tables of open data.

    Returns:
        ``entries``: how many of each ``group``, ``category`` and ``unit_type``; ``units``: of each ``unit_type`` how
        many there are, how many took part and with how many entries; ``scores``: per ``round``, ``scope`` and
        ``scope_id`` the number of ``entries`` with a score and, where they are five or more, the quartiles.

    Raises:
        not_published: the last round's result is not published, or in plenary again.
        rules_changed: rules or registers differ from what was locked.
    """
    last = [*edition.states][-1]
    if edition.states[last] != "published":
        raise Problem("not_published", round=edition.say(last))
    registers = edition.registers
    types = registers.units.set_index("unit_id")["unit_type"]
    entries = summaries.entries(edition)
    entries = entries.assign(unit_type=entries["unit_id"].map(types))
    counted = entries.groupby(["group", "category", "unit_type"]).size().rename("entries").reset_index()
    for column, kinds in (("category", edition.rules.categories), ("group", edition.rules.groups)):
        at = counted[column].map([kind.id for kind in kinds].index)
        counted = counted.iloc[at.argsort(kind="stable")]
    units = pd.DataFrame(
        {
            "units": types.value_counts(),
            "taking_part": entries.drop_duplicates("unit_id")["unit_type"].value_counts(),
            "entries": entries["unit_type"].value_counts(),
        }
    )
    units = units.fillna(0).astype("int64").rename_axis("unit_type").reset_index()
    return {"entries": _named(edition, counted), "units": units, "scores": _scores(edition)}


def _named(edition: Edition, counted: pd.DataFrame) -> pd.DataFrame:
    names = scope_names(edition.rules, edition.texts)
    return counted.assign(
        group_name=[names["group", name] for name in counted["group"]],
        category_name=[names["category", name] for name in counted["category"]],
    )[["group", "group_name", "category", "category_name", "unit_type", "entries"]]


def _scores(edition: Edition) -> pd.DataFrame:
    ranking = edition.ranking_table()
    names = scope_names(edition.rules, edition.texts)
    rows = []
    for round_ in edition.states:
        own = ranking[(ranking["round"] == round_) & ranking["scope"].isin(_SCOPES) & ranking["score"].notna()]
        pairs = own[["scope", "scope_id"]].drop_duplicates().itertuples(index=False, name=None)
        lists = {
            (str(scope), str(name)): own.loc[(own["scope"] == scope) & (own["scope_id"] == name), "score"].astype(float)
            for scope, name in pairs
        }
        told = _told({key: len(scores) for key, scores in lists.items()})
        for (scope, scope_id), scores in lists.items():
            quartiles = {name: round(scores.quantile(at), 2) for name, at in _QUARTILES.items()}
            known = quartiles if (scope, scope_id) in told else dict.fromkeys(quartiles)
            place = {"round": round_, "scope": scope, "scope_id": scope_id, "name": names[scope, scope_id]}
            rows.append({**place, "entries": len(scores), **known})
    columns = ["round", "scope", "scope_id", "name", "entries", *_QUARTILES]
    return pd.DataFrame(rows, columns=columns)


def _told(sizes: Mapping[tuple[str, str], int]) -> set[tuple[str, str]]:
    """The lists whose distribution is told: of five or more, and with no fewer left over beside them."""
    told = {key for key, n in sizes.items() if n >= FEWEST}
    for scope in _SCOPES[1:]:
        parts = {key: n for key, n in sizes.items() if key[0] == scope}
        while 0 < sum(n for key, n in parts.items() if key not in told) < FEWEST and told.intersection(parts):
            told.remove(min(told.intersection(parts), key=lambda key: (parts[key], key)))
    return told


def publish_data(edition: Edition, out: Path | None = None) -> list[Path]:
    """Write the aggregates as CSV in UTF-8 with a text that explains them, and return the paths.

    Args:
        edition: the edition.
        out: the folder; ``reports/<edition>/data-terbuka`` where none is given.

    Raises:
        not_published, rules_changed: see :func:`aggregates`.
        file_open_elsewhere: another program holds one of the files open.
    """
    t = edition.texts
    folder = out or find_home() / "reports" / edition.name / "data-terbuka"
    mark = edition.name + "-SIMULASI" * edition.rules.simulated
    files = {
        folder / f"{t(f'archive.data_{name}')}-{mark}.csv": table.to_csv(index=False, lineterminator="\n")
        for name, table in aggregates(edition).items()
    }
    about = {"title": edition.rules.title.say(t.language), "organiser": edition.rules.organiser.say(t.language)}
    said = [t("archive.data_readme", **about, fewest=FEWEST, fingerprint=edition.fingerprint)]
    said = [t("document.simulated"), *said] if edition.rules.simulated else said
    files[folder / f"{t('archive.data_about')}-{mark}.txt"] = "\n\n".join(said) + "\n"
    for path, content in files.items():
        write(path, content)
    return [*files]

"""The tables that an analyst works with, and what the ranking would be otherwise."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from contests import case, contest, random_case, record, rules, weighted
from matplotlib.figure import Figure
from problems import problem

import kit
from kit.analyst import Contest
from kit.folder import choose_edition
from kit.rules import WeightedMean
from kit.scoring.ranking import FINAL, rank
from kit.scoring.replay import Change, Replay

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def held(samples: Path) -> Contest:
    return Contest(samples / "data" / "2025")


@pytest.fixture
def own(home: Path) -> Contest:
    """A copy of the sample edition that may be written to."""
    for year in ("2024", "2025"):
        shutil.copytree(ROOT / "data" / year, home / "data" / year, ignore=shutil.ignore_patterns("ledger*"))
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    return kit.open("2025")


def test_scores_are_those_of_the_result_one_row_an_entry(held: Contest) -> None:
    table = held.scores()
    assert [*table] == [
        *("entry_id", "title", "unit", "group", "category", "proposal", "presentasi", "final", "rank", "award")
    ]
    assert table["entry_id"].is_unique
    assert len(table) == len(held.registers.entries)
    ranking = held.result.ranking
    ranking = ranking[ranking["scope"] == "group"]
    for name in ("proposal", "presentasi"):
        official = ranking[ranking["round"] == name].set_index("entry_id")["score"].astype(float)
        assert table.set_index("entry_id")[name].dropna().to_dict() == official.to_dict()
    final = ranking[ranking["round"] == "final"].set_index("entry_id")
    own = table.set_index("entry_id")
    assert own["award"].dropna().to_dict() == final["award"].dropna().to_dict()
    assert own["rank"].dropna().to_dict() == final["rank"].dropna().to_dict()
    assert own["final"].notna().sum() == (final["last_round"] == "presentasi").sum() > 0
    assert table.select_dtypes("number").columns.to_list() == ["proposal", "presentasi", "final", "rank"]


@pytest.mark.parametrize("by", ["overall", "group", "category", "group_category"])
def test_a_ranking_holds_one_kind_of_list_with_names_beside_ids(held: Contest, by: str) -> None:
    for name in ("proposal", "final"):
        table = held.ranking(by, name)  # type: ignore[arg-type]  # one of them
        assert table["entry_id"].is_unique
        ids = [kind for kind in ("group", "category") if kind in by]
        assert [*table][: 2 * len(ids)] == [column for kind in ids for column in (kind, f"{kind}_name")]
        assert table["score"].dtype == float
    finalists = held.result.ranking.query("round == 'final' and last_round == 'presentasi'")["entry_id"]
    assert set(table.loc[table["score"].notna(), "entry_id"]) == set(finalists)


def test_exact_scores_are_decimals_and_fractions(held: Contest) -> None:
    table = held.ranking("group", "proposal", exact=True)
    for score, unrounded in table[["score", "unrounded"]].itertuples(index=False):
        assert isinstance(score, Decimal)
        assert isinstance(unrounded, Fraction)
        assert abs(Fraction(score) - unrounded) <= Fraction(1, 200)


def test_marks_in_each_shape_are_the_marks_that_count(held: Contest) -> None:
    long = held.marks("proposal")
    events = held.history.marks()
    events = events[events["round"] == "proposal"].astype({"value": float})
    key = ["entry_id", "judge_id", "criterion"]
    assert long.set_index(key)["mark"].to_dict() == events.set_index(key)["value"].to_dict()
    by_criterion, by_judge = held.marks("proposal", "criterion"), held.marks("proposal", "judge")
    for wide, rows, column in (
        (by_criterion, ["entry_id", "judge_id"], "criterion"),
        (by_judge, ["entry_id", "criterion"], "judge_id"),
    ):
        melted = wide.reset_index().melt(rows, var_name=column).dropna().set_index(key)["value"]
        assert melted.to_dict() == long.set_index(key)["mark"].to_dict()
    assert [*by_judge] == sorted(set(long["judge_id"]))
    assert held.marks().equals(held.marks("presentasi"))


def test_what_nobody_knows_is_said(held: Contest) -> None:
    with problem("unknown_choice"):
        held.ranking("kelompok")  # type: ignore[arg-type]
    with problem("unknown_choice"):
        held.marks(wide="entry")  # type: ignore[arg-type]
    with problem("unknown_round"):
        held.marks("semifinal")
    with problem("unknown_choice"):
        held.what_if(weights={"K99": 10})
    with problem("unknown_judge"):
        held.what_if(without_judge="J-Z")
    with problem("weights_impossible", match="harus tetap 100\\."):
        held.what_if(weights={"K1": 101})
    with problem("weights_impossible"):
        held.what_if(weights={"K1": -1})
    with problem("unknown_entry"):
        held.explain("K9-99")


@pytest.mark.parametrize("change", [{}, {"weights": {"K1": 15}}, {"weights": {"proposal.K1": "15.0"}}])
def test_what_if_nothing_changes_nothing_moves(held: Contest, change: dict[str, object]) -> None:
    for name in ("proposal", "final"):
        table = held.what_if(**change, round=name)  # type: ignore[arg-type]
        assert len(table)
        assert (table["moved"] == 0).all()
        assert (table["score"] == table["score_before"]).all()


def test_what_if_by_hand(tmp_path: Path) -> None:
    """Two criteria of weight 50: A has 80 and 60, B 60 and 82; with 60 on the first A leads by 72 to 68.8."""
    rules_ = rules(contest(weighted({"X": 50, "Y": 50})), tmp_path)
    own = record(case(rules_, ["A", "B"], {"r1 J1": {"A": "80 60", "B": "60 82"}}))
    replay = Replay(rules_, own, rank(rules_, own))
    scope = replay.scopes("r1")[0]
    before = replay.placed("r1", *scope, Change(rules_, {}))
    assert before == {"B": (1, 71), "A": (2, 70)}
    after = replay.placed("r1", *scope, replay.with_weights("r1", {"X": Fraction(60)}))
    assert after == {"A": (1, 72), "B": (2, Fraction("68.8"))}


def test_a_replay_with_other_weights_is_the_contest_under_these_rules() -> None:
    compared = 0
    for seed in range(120):
        case_ = random_case(Random(seed))
        own = record(case_)
        replay = Replay(case_.rules, own, rank(case_.rules, own))
        round_ = case_.rules.scored_rounds[0]  # whom a later one takes in depends on it
        by_weight = any(isinstance(step, WeightedMean) and step.over == "criteria" for step in round_.score)
        if len(round_.criteria) < 2 or not by_weight or round_.id not in replay.result.scores:
            continue
        first = round_.criteria[0]
        change = replay.with_weights(round_.id, {first.id: Fraction(first.weight) / 2})
        again = rank(change.rules, own)
        for scope in replay.scopes(round_.id):
            table = again.of(round_.id, *scope).dropna(subset=["rank"])
            rows = table[["entry_id", "rank", "score"]].itertuples(index=False)
            official = {entry: (int(place), Fraction(score)) for entry, place, score in rows}
            assert replay.placed(round_.id, *scope, change) == official
            compared += 1
    assert compared > 50


def test_while_a_round_is_open_nothing_shows_a_value(held: Contest, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "2025", tmp_path / "2025", ignore=shutil.ignore_patterns("ledger*", "journal*"))
    fresh = Contest(tmp_path / "2025")
    for ask in (fresh.scores, fresh.ranking, fresh.marks, fresh.what_if, lambda: fresh.explain("K1-01")):
        with problem("not_opened_yet"):
            ask()
    assert len(fresh.entries) == len(held.entries)
    shown = fresh._repr_html_()
    assert fresh.rules.title.say("id") in shown


def test_two_years_meet_by_pandas_alone(held: Contest) -> None:
    table = held.entries.merge(held.scores()[["entry_id", "final"]], on="entry_id")
    assert pd.api.types.is_float_dtype(table["final"])
    assert FINAL in table


def test_editions_stand_side_by_side_by_innovation(samples: Path) -> None:
    table = kit.compare("2024", "2025")
    years = [Contest(samples / "data" / year) for year in ("2024", "2025")]
    shared = set.intersection(*({*own.entries["innovation_id"]} - {""} for own in years))
    assert set(table["innovation_id"]) == shared
    row = table.set_index("innovation_id").loc["I-002"]
    for own in years:
        scores = own.scores().set_index("entry_id")
        entry = own.entries.set_index("innovation_id").loc["I-002", "entry_id"]
        assert (row[f"entry_id_{own.name}"], row[f"score_{own.name}"]) == (entry, scores.loc[entry, "final"])
    assert [*kit.editions()["edition"]] == ["2023", "2024", "2025", "paris-1976"]


def test_an_explanation_in_a_cell_says_what_its_text_says(held: Contest) -> None:
    explanation = held.explain("K2-07")
    shown = explanation._repr_markdown_()
    for section in explanation.sections:
        assert f"### {section.title}" in shown
        assert all(f"- {line.replace('*', chr(92) + '*')}" in shown for line in section.lines)
    (marks,) = re.findall(r"\| K3 Dampak terukur \| 15 \|(.*)\|", shown)
    assert sorted(mark.strip() for mark in marks.split("|")) == [
        "2,5",
        "3",
        "3",
    ]  # of judges as letters, in secret order
    hostile = replace(explanation, title="<b>*a*</b> | `b`")._repr_markdown_().partition("\n")[0]
    assert hostile == r"## \<b\>\*a\*\</b\> \| \`b\`"


def test_what_an_analyst_made_is_saved_beside_the_reports(own: Contest, home: Path) -> None:
    folder = home / "reports" / "2025"
    table = own.scores()[["entry_id", "title", "final"]]
    for ending in ("xlsx", "csv", "html", "pdf", "docx"):
        path = own.save(table, f"nilai.{ending}")
        assert path == folder / f"nilai-SIMULASI.{ending}"
        assert path.stat().st_size > 500
    assert "77,37" in (folder / "nilai-SIMULASI.html").read_text(encoding="utf-8")
    drawing = Figure()
    drawing.subplots().plot([1, 2])
    assert own.save(drawing, "grafik.png").read_bytes().startswith(b"\x89PNG")
    assert own.save(drawing, "grafik.svg").read_text(encoding="utf-8").startswith("<svg")
    for obj, name in ((table, "nilai.svg"), (table, "nilai"), (table, ".pdf")):
        with problem("unknown_choice"):
            own.save(obj, name)
    with problem("table_of_nothing"):
        own.save("teks", "nilai.pdf")
    (folder / "CHECKSUMS").write_text(f"{'0' * 64}  rekap-nilai-2025-SIMULASI.xlsx\n", encoding="utf-8")
    with problem("name_of_document"):
        own.save(table, "rekap-nilai-2025.xlsx")
    assert not (folder / "rekap-nilai-2025-SIMULASI.xlsx").exists()


def test_the_report_with_a_title_and_logo_of_ones_own(own: Contest, home: Path) -> None:
    logo = home / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>', encoding="utf-8")
    stem = "laporan-tahunan-2025-SIMULASI-olahan"
    report = own.report(title="Laporan untuk DPRD", logo=logo, since=2024)
    html, pdf = report.save("html", "pdf")
    assert [html.name, pdf.name] == [f"{stem}.html", f"{stem}.pdf"]
    text = html.read_text(encoding="utf-8")
    assert "Laporan untuk DPRD" in text
    assert "data:image/svg+xml" in text
    with problem("unknown_choice"):
        report.save("odt")
    with problem("since_not_year"):
        own.report(since="dulu")


def test_without_a_name_the_current_edition_opens(home: Path, run: Callable[[str], tuple[int, str, str]]) -> None:
    for year in ("2023", "2024"):
        shutil.copytree(ROOT / "data" / year, home / "data" / year, ignore=shutil.ignore_patterns("ledger*"))
    assert kit.open().name == "2024"
    choose_edition("2023")
    assert kit.open().name == "2023"
    assert kit.open("", "en").language == "en"
    with problem("edition_missing"):
        choose_edition("2031")
    code, _, complaint = run("rank ''")
    assert code
    assert "Edisi yang tersedia: 2023, 2024" in complaint
    assert dir(kit) == sorted(kit.__all__)

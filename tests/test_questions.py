"""The questions of kit edition new: answers go into a preset, comments stay, wrong answers are asked again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from problems import problem

import kit
from kit import cli
from kit.cli.questions import PRESETS, questioned
from kit.rules import read_rules
from kit.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from kit.rules import Rules
    from kit.texts import Language

FOLDER = Path(kit.__file__).parent / "presets"


def answered(home: Path, monkeypatch: pytest.MonkeyPatch, *answers: str) -> tuple[Rules, str]:
    """The rules of an edition that was made with these answers, and their text; the rest of the answers is empty."""
    given = iter(answers)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: sys.stdout.write(question) and next(given, ""))
    assert cli.main(["edition", "new", "2026"]) == 0
    path = home / "data" / "2026" / "rules.yaml"
    return read_rules(path)[0], path.read_text(encoding="utf-8")


def test_answers_go_into_the_preset(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["dua-tahap", "Lomba Karya", "Dinas: Pendidikan", "sekolah", "karya"]
    answers += ["SD; SMA dan SMK = SMA, SMK", "Lingkungan; Digital; Seni", "Kebaruan 25; Manfaat 25,5; Dampak 49.5"]
    rules, text = answered(home, monkeypatch, *answers, "0 100 1", "4", "Emas; Perak")
    assert (rules.title.id, rules.organiser.id) == ("Lomba Karya", "Dinas: Pendidikan")
    assert {thing: word.id for thing, word in rules.words.items()} == {"unit": "sekolah", "entry": "karya"}
    assert [(g.id, g.name.id, g.unit_types) for g in rules.groups] == [
        ("SD", "SD", ("SD",)),
        ("sma-dan-smk", "SMA dan SMK", ("SMA", "SMK")),
    ]
    assert [c.id for c in rules.categories] == ["lingkungan", "digital", "seni"]
    first = rules.rounds[0]
    assert [(c.id, str(c.weight)) for c in first.criteria] == [("baru", "25"), ("manfaat", "25.5"), ("dampak", "49.5")]
    assert first.criteria[0].name.en == "Novelty"
    assert first.scale is not None
    assert (str(first.scale.low), str(first.scale.high), str(first.scale.step)) == ("0", "100", "1")
    assert first.advance is not None
    assert first.advance.places == 4
    assert [name.id for name in rules.final.awards[0].names] == ["Emas", "Perak"]
    comments = [line for line in (FOLDER / "dua-tahap.yaml").read_text(encoding="utf-8").splitlines() if "#" in line]
    assert [line for line in comments if line.lstrip().startswith("#")] == [
        line for line in text.splitlines() if line.lstrip().startswith("#")
    ]


@pytest.mark.parametrize("preset", PRESETS)
def test_without_answers_it_is_the_preset(home: Path, monkeypatch: pytest.MonkeyPatch, preset: str) -> None:
    _, text = answered(home, monkeypatch, preset)
    (home / "data" / "2026").rename(home / "data" / "2025")
    assert cli.main(["edition", "new", "2026", "--preset", preset]) == 0
    assert (home / "data" / "2026" / "rules.yaml").read_text(encoding="utf-8") == text


def test_what_spoke_of_others_speaks_of_those_in_their_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, _ = answered(home, monkeypatch, "3", "", "", "", "", "", "Musik", "", "", "", "")
    assert [panel.where for panel in rules.rounds[0].panels] == [{"category": ("musik",)}]
    assert [dict(c.where) for c in rules.rounds[0].criteria] == [{}, {"category": ("musik",)}]


def test_the_order_is_that_of_the_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        "dua-tahap",
        "",
        "",
        "",
        "",
        "",
        "Baru; Tata kelola; Layanan",
        "Kebijakan 30; Keberlanjutan 60; Manfaat 10",
    ]
    rules, _ = answered(home, monkeypatch, *answers)
    assert [category.name.id for category in rules.categories] == ["Baru", "Tata kelola", "Layanan"]
    assert [(c.id, int(c.weight)) for c in rules.rounds[0].criteria] == [
        ("kebijakan", 30),
        ("lestari", 60),
        ("manfaat", 10),
    ]


def test_themes_without_judges_are_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    themes = ["Sains dan teknologi; Seni dan budaya; Olahraga", "Gagasan 40; Dampak 60"]
    rules, _ = answered(home, monkeypatch, "pelajar", "", "", "", "", "", *themes)
    assert [(c.id, dict(c.where)) for c in rules.rounds[0].criteria] == [("gagasan", {}), ("dampak", {})]
    said = capsys.readouterr().out
    assert "Metode ilmiah 40 (Sains dan teknologi)" in said
    assert "belum ada juri bagi Olahraga" in said


def test_a_wrong_answer_is_asked_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = ["", "", "", "", "", ""]
    wrong = ["Ide 40; Guna 50", "Ide", "Ide 40; Guna 60", "0 100", "5 1 1", "1 5 1"]
    rules, _ = answered(home, monkeypatch, "empat belas", "1", *kept, *wrong)
    assert [c.id for c in rules.rounds[0].criteria] == ["ide", "guna"]
    assert [tie.of for tie in rules.rounds[0].ties if tie.by == "criteria"] == [("guna",)]
    said = capsys.readouterr().out
    assert "empat belas" in said
    assert "  Jumlah bobot" in said
    assert "tulis setiap kriteria dengan bobotnya" in said.casefold()
    assert "tulis tiga angka" in said.casefold()
    assert said.count("Skala nilai") == 3


def test_nothing_is_made_where_answers_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", end)
    assert cli.main(["edition", "new", "2026"]) != 0
    assert not [*(home / "data").iterdir()]
    with problem("answers_ended"):
        questioned((FOLDER / "metro.yaml").read_text(encoding="utf-8"), Texts())


@pytest.mark.parametrize("language", LANGUAGES)
def test_presets_are_listed_with_what_they_are_for(
    home: Path, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {*PRESETS}
    assert cli.main(["--language", language, "edition", "new", "2026", "--preset", "apa"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in said[1:]] == [*PRESETS]
    assert all(len(line.split()) > 4 for line in said[1:])
    assert not [*(home / "data").iterdir()]


def test_nothing_is_asked_without_a_terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["edition", "new", "2026"]) == 2
    assert "hanya di terminal" in capsys.readouterr().err
    assert not [*(home / "data").iterdir()]

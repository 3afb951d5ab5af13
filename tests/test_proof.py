"""The self-test: real contests come out as they were published, and what does not is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from problems import problem

from kit.errors import Mistakes
from kit.folder import edition_names
from kit.proof import prove

ROOT = Path(__file__).parents[1]


@pytest.fixture
def home(home: Path) -> Path:
    """A home with one of the contests."""
    shutil.copytree(ROOT / "data" / "museum" / "klhk-lembar-nilai", home / "data" / "museum" / "klhk")
    return home


def test_every_published_figure_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_HOME", str(ROOT))
    proofs = {proof.name: proof for proof in prove()}
    assert {name: proof.different for name, proof in proofs.items() if proof.different} == {}
    assert " ".join(f"{name}:{proof.compared}" for name, proof in proofs.items()) == (
        "diving-2024-mens-10m:72 eurovision-2019-semi-2:46 formula-1-1988:34 halfpipe-2026:48 innsbruck-2012:160 "
        "klhk-lembar-nilai:3 masters-1960:203 paris-1976:20 schulze-45:5 skating-system:20 strictly-1-6:517 "
        "taskmaster-2-5:130 tennessee-capital:24"
    )
    assert len({proof.source.rule.id for proof in proofs.values()}) == len(proofs)
    assert not {*proofs, "museum"}.intersection(edition_names())


def test_one_line_a_contest(run: Any, home: Path) -> None:
    code, out, err = run("prove --language en")
    assert (code, err, len(out.splitlines())) == (0, "", 1)
    assert out.startswith("klhk: 3 of 3 figures agree.")
    (said,) = json.loads(run("prove --format json")[1])
    assert (said["contest"], said["compared"], said["agreeing"], said["licence"]) == ("klhk", 3, 3, "facts")
    assert {path.name for path in (home / "data" / "museum" / "klhk").iterdir()} == {
        *("entries.csv", "judges.csv", "marks.csv", "published.csv", "rules.yaml", "source.yaml", "units.csv")
    }


@pytest.mark.parametrize(
    ("published", "computed", "said"),
    [
        ("score,54.67", "score,54.66", "tahap presentasi, contoh: score yang diumumkan 54.66, yang dihitung 54.67."),
        ("award,Cukup", "award,Baik", "tahap sebutan, contoh: award yang diumumkan Baik, yang dihitung Cukup."),
        ("contoh,award", "lain,award", "tahap sebutan, lain: award yang diumumkan Cukup, yang dihitung –."),
        ("award,Cukup", "juara,Cukup", "tahap sebutan, contoh: juara yang diumumkan Cukup, yang dihitung –."),
    ],
)
def test_a_figure_that_differs_is_named(run: Any, home: Path, published: str, computed: str, said: str) -> None:
    path = home / "data" / "museum" / "klhk" / "published.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(published, computed), encoding="utf-8")
    code, out, err = run("prove")
    assert code == 1
    assert "2 dari 3 angka sama" in out
    assert err.strip().endswith(said)


def test_without_contests_there_is_nothing_to_prove(home: Path) -> None:
    shutil.rmtree(home / "data" / "museum")
    with problem("file_missing"):
        list(prove())


def test_a_file_that_is_wrong_is_named(home: Path) -> None:
    (home / "data" / "museum" / "klhk" / "source.yaml").write_text("rule: x\n", encoding="utf-8")
    with pytest.raises(Mistakes, match="licence"):
        list(prove())

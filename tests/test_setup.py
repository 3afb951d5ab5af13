"""The set-up: two commands on a bare machine, one lock for everybody, and what is said when it cannot be done."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = [Requirement(line) for line in LOCK.splitlines() if line and not line.startswith("#")]
ENVIRONMENT = YAML(typ="safe", pure=True).load(ROOT / "environment.yml")
EXTRAS = PROJECT["optional-dependencies"]
# On Windows: a colon, a backslash; elsewhere: a folder name of two letters or more between slashes.
PLACE_ON_A_DISK = re.compile(r"[A-Za-z]:\\|(?<!\w)/(home|root|tmp|usr|opt|work|Users)/")


# README


def test_readme_opens_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    assert blocks[:2] == ["python run.py report\n", "python run.py test\n"]


@pytest.mark.parametrize("page", ["README.md", "README.id.md", "docs/operating/setup.md", "docs/panduan/kendala.md"])
def test_every_command_of_run_py_that_a_page_names_exists(page: str, bootstrap: ModuleType) -> None:
    named = set(re.findall(r"run\.py (\w+)", (ROOT / page).read_text(encoding="utf-8")))
    known = set(re.findall(r"^python run\.py (\w+)", bootstrap.__doc__ or "", flags=re.MULTILINE))
    assert named == known if page.endswith("setup.md") else named <= known


# Lock and environment.yml


def test_lock_holds_exact_versions_and_no_address() -> None:
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") and pin.url is None for pin in PINS)
    assert "://" not in LOCK
    assert "--index" not in LOCK.replace("--output-file", "")
    assert PLACE_ON_A_DISK.search(LOCK) is None


@pytest.mark.parametrize(
    ("python", "platform"), list(product(["3.11.9", "3.12.4", "3.13.1", "3.14.0"], ["linux", "darwin", "win32"]))
)
def test_lock_answers_every_requirement_everywhere(python: str, platform: str) -> None:
    here = {"python_version": python.rpartition(".")[0], "python_full_version": python, "sys_platform": platform}
    locked = {pin.name: pin for pin in PINS if pin.marker is None or pin.marker.evaluate(here)}
    wanted = [
        Requirement(line) for line in [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]
    ]
    assert [str(need) for need in wanted if not _answers(locked.get(need.name), need)] == []


def _answers(pin: Requirement | None, need: Requirement) -> bool:
    return pin is not None and need.specifier.contains(str(pin.specifier).removeprefix("=="))


def test_environment_yml_says_what_pyproject_says() -> None:
    python, pip, section = ENVIRONMENT["dependencies"]
    assert Version(python.partition("=")[2]) in Requirement(f"python{PROJECT['requires-python']}").specifier
    assert pip == "pip"
    constraint, *names, project = section["pip"]
    assert (constraint, project) == ("--constraint requirements.lock", "--editable .")
    assert set(names) == {"jupyterlab", "pandas", "ipywidgets", "matplotlib", "nbconvert", "papermill", "pytest"}
    declared = {Requirement(line).name for line in [*PROJECT["dependencies"], *EXTRAS["test"]]}
    assert set(names) <= declared


@pytest.mark.long
def test_environment_yml_installs(tmp_path: Path) -> None:
    """Its pip section, as conda hands it to pip, gives a fresh Python the kit and its exporters."""
    copy = _copy(tmp_path / "kit")
    (copy / "conda.txt").write_text("\n".join(ENVIRONMENT["dependencies"][2]["pip"]), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = _python(tmp_path / "venv")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", "conda.txt"], cwd=copy, check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True)
    ask = "from nbconvert.exporters import get_export_names; import kit.cli; print(*get_export_names())"
    offered = subprocess.check_output([python, "-c", ask], cwd=tmp_path, encoding="utf-8").split()
    assert {"kit_html", "kit_pdf", "kit_docx", "kit_xlsx"} <= set(offered)


# run.py


@pytest.mark.long
def test_a_folder_of_wheels_is_enough_without_internet(tmp_path: Path) -> None:
    copy = _copy(tmp_path / "folder with spaces")
    subprocess.run([sys.executable, "run.py", "wheels"], cwd=copy, check=True)
    nowhere = "http://127.0.0.1:9"
    offline = dict(os.environ, HTTP_PROXY=nowhere, HTTPS_PROXY=nowhere, ALL_PROXY=nowhere, NO_PROXY="")
    offline |= {"PIP_NO_CACHE_DIR": "1", "UV_CACHE_DIR": str(tmp_path / "empty")}
    subprocess.run([sys.executable, "run.py", "kit", "--help"], cwd=copy, env=offline, check=True)


def _copy(folder: Path) -> Path:
    made = (
        ".*cache",
        ".venv*",
        ".git",
        ".hypothesis",
        "wheels*",
        "reports",
        "*.egg-info",
        "__pycache__",
        "ledger.sqlite*",
    )
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*made))
    return folder


def _python(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def test_run_py_needs_python_alone() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="ascii"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_older_python_reads_run_py_as_far_as_the_advice() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    code = "import runpy, sys; sys.version_info = (3, 10, 1, 'final', 0); runpy.run_path('run.py')"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        "Diperlukan Python 3.11 atau yang lebih baru; ini Python 3.10.",
        "Python 3.11 or newer is needed; this is Python 3.10.",
    ]


def test_python_2_shows_the_remark_beside_the_line_where_it_stops() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    first = min(functions, key=lambda node: node.lineno)
    assert "Python 3.11+ is needed" in source.splitlines()[first.lineno - 1]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["nonsense"]])
def test_run_py_explains_itself_on_any_console(arguments: list[str]) -> None:
    old_console = dict(os.environ, PYTHONIOENCODING="ascii")
    run = subprocess.run(
        [sys.executable, "run.py", *arguments], cwd=ROOT, env=old_console, capture_output=True, check=False
    )
    assert (run.returncode, run.stderr) == (2 if arguments == ["nonsense"] else 0, b"")
    assert b"python run.py report" in run.stdout


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py in a folder of its own, whose installers only note what they were asked for."""
    for name in ("run.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    spec = importlib.util.spec_from_file_location("bootstrap", tmp_path / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.fetched = []
    module.broken = ()

    def fetch(*command: object) -> None:
        words = [str(word) for word in command]
        for name, error in module.broken:
            if name in words:
                raise error
        module.fetched.append(words)

    monkeypatch.setattr(module, "_make_environment", lambda folder: folder.mkdir())
    monkeypatch.setattr(module, "_version", lambda: "3.11")
    monkeypatch.setattr(module, "_fetch", fetch)
    return module


OFFLINE = subprocess.CalledProcessError(1, "pip", "WARNING: Retrying\nERROR: Could not find a version\n")


def test_the_first_run_installs_the_lock_and_the_next_nothing(bootstrap: ModuleType) -> None:
    bootstrap.set_up()
    installers, project = bootstrap.fetched
    assert [word.partition("==")[0] for word in installers if "==" in word] == ["setuptools", "uv"]
    assert project[project.index("--constraint") + 1] == str(bootstrap.LOCK)
    assert project[-1] == str(bootstrap.ROOT)
    bootstrap.set_up()
    assert len(bootstrap.fetched) == 2


def test_the_tests_bring_their_extra_once_and_keep_it(bootstrap: ModuleType) -> None:
    bootstrap.set_up()
    bootstrap.set_up("test")
    assert bootstrap.fetched[-1][-1] == f"{bootstrap.ROOT}[test]"
    count = len(bootstrap.fetched)
    bootstrap.set_up()
    bootstrap.set_up("test")
    assert len(bootstrap.fetched) == count
    bootstrap.LOCK.write_text(LOCK + "# newer\n", encoding="utf-8")
    bootstrap.set_up()
    assert bootstrap.fetched[-1][-1] == f"{bootstrap.ROOT}[test]"


CHANGES: dict[str, Callable[[ModuleType], object]] = {
    "newer lock": lambda bootstrap: bootstrap.LOCK.write_text(LOCK + "# newer\n", encoding="utf-8"),
    "newer project": lambda bootstrap: bootstrap.PROJECT.write_text("[project]\n", encoding="utf-8"),
    "interrupted": lambda bootstrap: bootstrap.STAMP.unlink(),
    "other Python": lambda bootstrap: setattr(bootstrap, "_version", lambda: "3.13"),
    "moved": lambda bootstrap: setattr(bootstrap, "ROOT", bootstrap.ROOT / "elsewhere"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_no_longer_fits_is_made_anew(bootstrap: ModuleType, change: str) -> None:
    bootstrap.set_up()
    (bootstrap.VENV / "left-over").touch()
    CHANGES[change](bootstrap)
    bootstrap.set_up()
    assert not (bootstrap.VENV / "left-over").exists()
    assert not bootstrap.OLD.exists()
    assert len(bootstrap.fetched) == 4


@pytest.mark.parametrize("error", [OFFLINE, KeyboardInterrupt(), PermissionError(13, "in use", "python.exe")])
def test_a_set_up_that_fails_leaves_the_older_one(bootstrap: ModuleType, error: BaseException) -> None:
    bootstrap.set_up()
    (bootstrap.VENV / "older").touch()
    bootstrap.LOCK.write_text(LOCK + "# newer\n", encoding="utf-8")
    bootstrap.broken = [("--editable", error)]
    with pytest.raises((bootstrap.Trouble, KeyboardInterrupt)):
        bootstrap.set_up()
    assert (bootstrap.VENV / "older").exists()
    assert not bootstrap.OLD.exists()
    bootstrap.LOCK.write_text(LOCK, encoding="utf-8")
    bootstrap.broken = ()
    count = len(bootstrap.fetched)
    bootstrap.set_up()
    assert len(bootstrap.fetched) == count


def test_an_update_that_was_killed_falls_back_to_the_older_one(bootstrap: ModuleType) -> None:
    bootstrap.set_up()
    bootstrap.VENV.rename(bootstrap.OLD)
    bootstrap.VENV.mkdir()
    bootstrap.broken = [("install", OFFLINE)]
    with pytest.raises(bootstrap.Trouble):
        bootstrap.set_up()
    bootstrap.set_up()
    assert bootstrap.STAMP.exists()


def test_an_environment_of_somebody_else_goes_only_when_ours_is_finished(bootstrap: ModuleType) -> None:
    bootstrap.VENV.mkdir()
    (bootstrap.VENV / "theirs").touch()
    bootstrap.broken = [("install", OFFLINE)]
    with pytest.raises(bootstrap.Trouble):
        bootstrap.set_up()
    assert (bootstrap.VENV / "theirs").exists()
    bootstrap.broken = ()
    bootstrap.set_up()
    assert not (bootstrap.VENV / "theirs").exists()


def test_pip_takes_over_where_uv_cannot(bootstrap: ModuleType) -> None:
    bootstrap.broken = [("uv", OFFLINE)]
    bootstrap.set_up()
    assert bootstrap.fetched[-1][1:4] == ["-m", "pip", "install"]
    assert bootstrap.fetched[-1][-2:] == ["--editable", str(bootstrap.ROOT)]


def test_a_folder_of_wheels_is_used_alone(bootstrap: ModuleType) -> None:
    bootstrap.WHEELS.mkdir()
    bootstrap.set_up()
    assert all({"--no-index", "--find-links", str(bootstrap.WHEELS)} <= set(words) for words in bootstrap.fetched)


def test_wheels_are_fetched_for_the_set_up_and_the_tests(bootstrap: ModuleType) -> None:
    bootstrap.WHEELS.mkdir()
    (bootstrap.WHEELS / "older").touch()
    bootstrap.broken = [("download", OFFLINE)]
    assert bootstrap.main(["wheels"]) == 1
    assert (bootstrap.WHEELS / "older").exists()

    def fetch(*command: object) -> None:
        words = [str(word) for word in command]
        bootstrap.fetched.append(words)
        Path(words[words.index("--dest") + 1]).mkdir()

    bootstrap._fetch = fetch
    assert bootstrap.main(["wheels"]) == 0
    assert not (bootstrap.WHEELS / "older").exists()
    names = {re.match(r"[\w-]*", word).group() for word in bootstrap.fetched[-1]}  # type: ignore[union-attr]
    assert {"uv", "setuptools", "papermill", "pytest"} <= names
    assert "playwright" not in names


@pytest.mark.parametrize(
    ("error", "wheels", "said"),
    [
        (OFFLINE, False, "Paket tidak dapat diambil"),
        (OFFLINE, True, "Isi folder wheels/ tidak cocok"),
        (PermissionError(13, "in use", "python.exe"), False, "Tutup JupyterLab"),
    ],
)
def test_trouble_is_a_few_lines_and_no_traceback(
    bootstrap: ModuleType,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    wheels: bool,  # noqa: FBT001
    said: str,
) -> None:
    if wheels:
        bootstrap.WHEELS.mkdir()
    bootstrap.broken = [("install", error)]
    assert bootstrap.main(["report"]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert len(error.splitlines()) <= 6


def test_a_python_without_venv_names_the_package(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert bootstrap.main(["report"]) == 1
    indonesian, english = capsys.readouterr().err.splitlines()
    assert "python3-venv" in indonesian
    assert "python3-venv" in english
    assert not bootstrap.VENV.exists()


@pytest.mark.parametrize(
    ("arguments", "extra", "called"),
    [
        (["report"], "", "report 2025"),
        (["report", "2024"], "", "report 2024"),
        (["kit", "explain", "2025", "K2-07"], "", "explain 2025 K2-07"),
        (["lab"], "", "jupyterlab --ServerApp.root_dir=. notebooks/start.ipynb"),
        (["test"], "test", "-m pytest -n auto --dist loadfile"),
        (["test", "-k", "ranking"], "test", "-m pytest -n auto --dist loadfile -k ranking"),
    ],
)
def test_each_command_sets_up_and_hands_over(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], extra: str, called: str
) -> None:
    calls: list[str] = []

    def call(*command: object, cwd: Path | None = None) -> int:
        assert cwd in {None, bootstrap.ROOT}
        calls.append(" ".join(str(word) for word in command))
        return 3

    monkeypatch.setattr(bootstrap, "_call", call)
    assert bootstrap.main(arguments) != 0
    assert calls[-1].endswith(called)
    assert bootstrap.STAMP.read_text(encoding="utf-8").split("\n")[2] == extra


def test_one_failing_check_does_not_hide_the_next(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "_call", lambda *words, **_: int("mypy" in words))
    assert bootstrap.main(["test"]) == 1
    said = capsys.readouterr()
    assert [line for line in said.out.splitlines() if line.startswith("==")] == [f"== {c}" for c in bootstrap.CHECKS]
    assert said.err == "Belum lulus: mypy\nNot passed: mypy\n"


def test_everything_said_comes_in_both_languages(bootstrap: ModuleType) -> None:
    said = {name: text for name, text in vars(bootstrap).items() if name.isupper() and isinstance(text, str)}
    sentences = {name: text for name, text in said.items() if name not in {"EDITION", "START"}}
    assert len(sentences) >= 10
    assert {name for name, text in sentences.items() if len(text.splitlines()) != 2} == set()


# What CI may not leave out


@pytest.mark.parametrize(
    ("strict", "asked", "outcome"),
    [
        ("", [], "3 skipped"),
        ("", ["-m", "long or office"], "1 passed, 1 skipped, 1 deselected"),
        ("1", [], "1 passed, 2 errors"),
    ],
)
def test_what_takes_more_runs_when_asked_for_and_under_kit_ci_without_a_gap(
    tmp_path: Path, strict: str, asked: list[str], outcome: str
) -> None:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    marked = [f"@pytest.mark.{mark}\ndef test_{mark}(): pass\n" for mark in ("browser", "office", "long")]
    (tmp_path / "test_marked.py").write_text("\n".join(["import pytest", *marked]), encoding="utf-8")
    bare = dict(os.environ, PATH="", KIT_CI=strict, PYTEST_ADDOPTS="")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_marked.py", *asked]
    run = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    counts = set(run.stdout.splitlines()[-1].strip("= ").partition(" in ")[0].split(", "))
    assert counts == set(outcome.split(", "))

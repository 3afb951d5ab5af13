"""What papermill makes of a parameter: a notebook takes it, or says in a sentence what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from contests import contest, single, weighted
from homes import empty_home, give, keep, stage, taken_up
from papermill.cli import _resolve_type

import kit
from kit.contest import rounds
from kit.errors import Problem
from kit.render.notebook import NotebookFailed, run_notebook

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
RULES = contest(
    weighted({"K1": 40, "K2": 60}, scale={"low": 1, "high": 5, "step": "0.5"}, advance={"scope": "group", "places": 1}),
    single(),
)
FIRST = {"E1": "4 5|4 4|3 4", "E2": "3 3|2 4|3 4", "E3": "1 1|2 2|3 3", "E4": "5 5|4 4|5 4"}
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G2/a", "E4": "G2/a"}


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition's folder while its first round is open, and once it is closed."""
    folder = tmp_path_factory.mktemp("snapshots")
    with empty_home(folder) as home:
        edition = stage(home, RULES, ENTRIES)
        keep(edition, folder / "fresh")
        edition = kit.open("2025")
        rounds.open(edition, "r1")
        keep(edition, folder / "open")
        edition = kit.open("2025")
        give(edition, "r1", FIRST)
        rounds.close(edition, "r1")
        keep(edition, folder / "closed")
    return folder


def run(home: Path, name: str, **parameters: str) -> str:
    """Run a notebook with parameters as ``papermill -p`` reads them, and return the kind of mistake, if it ends so."""
    read = {name: _resolve_type(text) for name, text in parameters.items()}
    try:
        run_notebook(NOTEBOOKS / f"{name}.ipynb", home / "out.ipynb", {"edition": 2025, **read})
    except NotebookFailed as failed:
        kind = str(failed.data["said"]).partition(":")[0]
        executed = json.loads((home / "out.ipynb").read_text(encoding="utf-8"))
        (error,) = [
            output
            for cell in executed["cells"]
            for output in cell.get("outputs", [])
            if output["output_type"] == "error"
        ]
        shown = "\n".join(error["traceback"])
        assert shown, "an analyst sees the sentence"
        assert "Traceback" not in shown
        assert ".py" not in shown
        return kind
    return ""


TAKEN = [
    ("annual-report", {"since": "2023"}),
    ("annual-report", {"since": "None", "made_at": "2025-11-21T09:00:00+07:00"}),
    ("trends", {"years": "None"}),
    ("follow-up", {"since": "2023", "public": "ya"}),
    ("presentation-day", {"round_id": "None"}),
    ("scoring", {"judge": "J1", "twice": "no"}),
    ("progress", {"round_id": "None"}),
    ("administration", {"verifier": "7"}),
    ("objections", {"number": "None"}),
    ("plenary", {"round_id": "None"}),
]
REFUSED = [
    ("annual-report", {"since": "3000"}, "since_not_year"),
    ("annual-report", {"made_at": "2025"}, "unclear_moment"),
    ("annual-report", {"made_at": "0001-01-01T00:00:00+14:00"}, "unclear_moment"),
    ("annual-report", {"language": "xx"}, "language_unknown"),
    ("ranking", {"language": "1"}, "language_unknown"),
    ("ranking", {"edition": "2025.5"}, "edition_missing"),
    ("fairness", {"round_id": "1"}, "unknown_round"),
    ("trends", {"years": "2023"}, "edition_missing"),
    ("trends", {"years": "23.5"}, "edition_missing"),
    ("follow-up", {"public": "mungkin"}, "unclear_yes_or_no"),
    ("index-readiness", {"count": "1"}, "unknown_count"),
    ("presentation-day", {"round_id": "7"}, "unknown_round"),
    ("plenary", {"round_id": "1.5"}, "unknown_round"),
    ("objections", {"number": "5"}, "unknown_objection"),
    ("progress", {"round_id": "True"}, "unknown_round"),
]


@pytest.mark.parametrize(("name", "parameters"), TAKEN, ids=str)
def test_a_parameter_is_taken_whatever_papermill_makes_of_it(home, snapshots, name, parameters):
    taken_up(home, snapshots / "closed").ledger.close()
    assert run(home, name, **parameters) == ""


@pytest.mark.parametrize(("name", "parameters", "kind"), REFUSED, ids=str)
def test_a_parameter_that_cannot_be_used_is_a_sentence(home, snapshots, name, parameters, kind):
    taken_up(home, snapshots / "closed").ledger.close()
    assert run(home, name, **parameters) == kind


@pytest.mark.parametrize("name", ["annual-report", "fairness", "presentation-day", "ranking", "trends", "progress"])
def test_while_a_round_is_open_a_notebook_says_so_and_no_cell_fails(home, snapshots, name):
    taken_up(home, snapshots / "open").ledger.close()
    assert run(home, name) == ""


WORKING = ["administration", "objections", "plenary", "presentation-day", "progress", "scoring", "start"]


@pytest.mark.parametrize("state", ["fresh", "open", "closed"])
@pytest.mark.parametrize("name", WORKING)
def test_notebooks_for_work_run_to_their_end_in_every_state(home, snapshots, name, state):
    taken_up(home, snapshots / state).ledger.close()
    executed = run_notebook(NOTEBOOKS / f"{name}.ipynb", home / "out.ipynb", {"language": "en"})
    code = [cell for cell in executed.cells if cell.cell_type == "code" and "edition:" not in cell.source]
    assert all(cell.outputs for cell in code if "injected-parameters" not in cell.metadata.tags)


def test_a_mistake_in_a_notebook_shows_its_sentence_and_no_code():
    with pytest.raises(Problem) as caught:
        kit.open("tiada")
    assert caught.value._render_traceback_() == [caught.value.sentence("id")]


def test_a_mistake_speaks_the_language_that_was_asked_for_last(home, snapshots):
    edition = taken_up(home, snapshots / "open")
    edition.ledger.close()
    with pytest.raises(Problem) as caught:
        kit.open("tiada", "en")
    assert caught.value._render_traceback_() == [caught.value.sentence("en")]
    kit.open("2025")  # whose rules are in Indonesian
    assert caught.value._render_traceback_() == [caught.value.sentence("id")]
    with pytest.raises(Problem) as caught:
        kit.open("2025", "xx")
    assert caught.value._render_traceback_() == [caught.value.sentence("id")]

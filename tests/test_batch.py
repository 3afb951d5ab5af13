"""Rendering in batch: all of it or nothing, the same bytes from the same data, by command and by plain papermill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from contests import contest, single
from homes import give, stage
from openpyxl import load_workbook
from samples import MADE_AT, ROOT, sample_home

import kit
from kit.cli import main
from kit.errors import FileMissing
from kit.report import batch
from kit.report.batch import FileOpenElsewhere, NotebookFailed, UnknownParameter, render_report, run_notebook, write

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = [
    *("laporan-tahunan-2025-SIMULASI.html", "laporan-tahunan-2025-SIMULASI.ipynb"),
    *("laporan-tahunan-2025-SIMULASI.pdf", "rekap-nilai-2025-SIMULASI.xlsx"),
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        yield from sample_home(tmp_path_factory.mktemp("home"), patch)


@pytest.fixture(scope="module")
def made(samples: Path) -> Path:  # noqa: ARG001  (makes the home)
    """The folder with the report of 2025."""
    return render_report(kit.open("2025"), made_at=MADE_AT, progress=False).notebook.parent


@pytest.fixture
def own(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of which a test may spoil the notebook; its reports go to ``tmp_path``."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(samples / "notebooks", home / "notebooks")
    shutil.copytree(samples / "data" / "2025", home / "data" / "2025", ignore=shutil.ignore_patterns("ledger*"))
    monkeypatch.setenv("KIT_HOME", str(home))
    return home


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def with_cell(home: Path, source: str, place: int = 5) -> None:
    """Put one more code cell into the annual report's notebook."""
    path = home / "notebooks" / "annual-report.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


# What is written


def test_every_file_of_a_simulated_edition_says_so_in_its_name(made: Path, samples: Path) -> None:
    assert made == samples / "reports" / "2025"
    assert sorted(contents(made)) == DOCUMENTS


def test_the_executed_notebook_is_kept_with_its_outputs_and_parameters(made: Path) -> None:
    notebook = nbformat.read(made / DOCUMENTS[1], as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code[3:])
    injected = next(cell.source for cell in code if "injected-parameters" in cell.metadata.get("tags", []))
    assert 'edition = "2025"' in injected
    assert 'made_at = "2025-11-21T02:00:00+00:00"' in injected


def test_the_same_data_and_time_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    render_report(kit.open("2025"), made_at=MADE_AT, out=tmp_path, progress=False)
    first, again = contents(made), contents(tmp_path)
    assert [name for name in first if first[name] != again[name]] == [DOCUMENTS[1]]  # papermill notes times in it


def test_another_process_writes_the_same_bytes_and_shows_a_bar(made: Path, samples: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kit.cli", "report", "2025", "--made-at", MADE_AT, "--out", str(tmp_path / "a b")]
    environment = os.environ | {"KIT_HOME": str(samples), "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Menyusun laporan: 100%" in done.stderr
    assert done.stdout.splitlines() == [f"Dibuat: {Path('a b', DOCUMENTS[n])}" for n in (0, 2, 3)]
    first, again = contents(made), contents(tmp_path / "a b")
    assert [name for name in first if first[name] != again[name]] == [DOCUMENTS[1]]


@pytest.mark.long
def test_plain_papermill_and_nbconvert_give_the_same_documents(samples: Path, tmp_path: Path) -> None:
    """``-p edition 2025`` reaches the notebook as a number."""
    render_report(kit.open("2025", "en"), made_at=MADE_AT, out=tmp_path / "ours", progress=False)
    environment = os.environ | {
        "KIT_HOME": str(samples),
        "PYTHONPATH": str(ROOT),
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }
    parameters = {"edition": "2025", "language": "en", "made_at": MADE_AT}
    given = [part for name, value in parameters.items() for part in ("-p", name, value)]
    source = str(samples / "notebooks" / "annual-report.ipynb")

    def run(*command: str) -> None:
        whole = [sys.executable, "-m", *command]
        done = subprocess.run(
            whole, env=environment, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr

    run("papermill", source, "out.ipynb", *given, "--no-progress-bar")
    for kind in ("pdf", "html"):
        run("nbconvert", "--to", f"kit-{kind}", "out.ipynb")
        ours = next((tmp_path / "ours").glob(f"*.{kind}"))
        assert (tmp_path / f"out-SIMULASI.{kind}").read_bytes() == ours.read_bytes()


# What goes wrong


def test_an_unknown_parameter_is_refused_by_name(samples: Path, tmp_path: Path) -> None:
    notebook = samples / "notebooks" / "annual-report.ipynb"
    with pytest.raises(UnknownParameter) as refused:
        run_notebook(notebook, tmp_path / "out.ipynb", {"edition": "2025", "bahasa": "id"})
    assert refused.value.say("id") == (
        'annual-report.ipynb: notebook ini tidak memiliki parameter "bahasa". Parameter yang tersedia: edition, '
        "language, made_at."
    )
    assert contents(tmp_path) == {}


def test_a_notebook_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"annual-report\.ipynb"):
        run_notebook(tmp_path / "annual-report.ipynb", tmp_path / "out.ipynb", {})


def test_a_failing_cell_is_named_and_leaves_no_document(own: Path, tmp_path: Path) -> None:
    with_cell(own, "report.tidak_ada()")
    out = tmp_path / "out"
    with pytest.raises(NotebookFailed) as failed:
        render_report(kit.open("2025"), out=out, progress=False)
    assert failed.value.say("id").startswith(f"{DOCUMENTS[1]}: sel [5] berhenti karena kesalahan: AttributeError: ")
    assert list(contents(out)) == [DOCUMENTS[1]]
    kept = nbformat.read(out / DOCUMENTS[1], as_version=4)
    failing = next(cell for cell in kept.cells if cell.source == "report.tidak_ada()")
    assert failing.execution_count == 5
    assert failing.outputs[0].ename == "AttributeError"


@pytest.mark.usefixtures("samples")
def test_a_failure_leaves_earlier_documents_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render_report(kit.open("2025"), made_at=MADE_AT, out=tmp_path / "out", progress=False)
    before = contents(tmp_path / "out")

    def broken(*_: object) -> bytes:
        message = "no workbook today"
        raise RuntimeError(message)

    monkeypatch.setattr("kit.report.xlsx.to_xlsx", broken)
    with pytest.raises(RuntimeError):
        render_report(kit.open("2025"), out=tmp_path / "out", progress=False)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("name", DOCUMENTS[2:])
@pytest.mark.usefixtures("samples")
def test_a_document_that_is_open_elsewhere_stops_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """On Windows, Excel and Acrobat hold the file that they show."""
    out = tmp_path / "out"
    out.mkdir()
    for document in DOCUMENTS:
        (out / document).write_bytes(b"old")
    start = Path.open

    def held(self: Path, mode: str = "r", *more: object, **options: object) -> object:
        if self.name == name and mode != "r":
            raise PermissionError(13, "in use")
        return start(self, mode, *more, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(FileOpenElsewhere) as refused:
        render_report(kit.open("2025"), out=out, progress=False)
    assert refused.value.say("id") == (
        f"{name}: berkas ini sedang dibuka di program lain. Tutup berkas tersebut, lalu jalankan kembali."
    )
    monkeypatch.undo()
    assert contents(out) == dict.fromkeys(DOCUMENTS, b"old")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "new" / "a.txt", "satu\n")
    assert contents(tmp_path / "new") == {"a.txt": b"satu\n"}

    def refuse(self: Path, target: Path) -> Path:  # noqa: ARG001
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileOpenElsewhere):
        write(tmp_path / "new" / "a.txt", "dua\n")
    assert contents(tmp_path / "new") == {"a.txt": b"satu\n"}


def test_an_interrupt_leaves_nothing_half_done(own: Path, tmp_path: Path) -> None:
    with_cell(own, "import time\nfor _ in range(200):\n    time.sleep(0.1)")
    timer = threading.Timer(4, signal.raise_signal, [signal.SIGINT])
    edition = kit.open("2025")
    assert edition.state == "simulation"
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        render_report(edition, out=tmp_path / "out", progress=False)
    timer.cancel()
    assert not (tmp_path / "out").exists()


def test_an_open_round_is_refused_before_anything_is_written(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(samples / "notebooks", tmp_path / "notebooks")
    monkeypatch.setenv("KIT_HOME", str(tmp_path))
    edition = stage(tmp_path, contest(single()), ["E1", "E2"])
    edition.open_round("r1")
    give(edition, "r1", {"E1": "83.7 83.7 83.7", "E2": "71.9 71.9 71.9"})
    edition.ledger.close()
    assert main(["report", "2025"]) == 1
    said = capsys.readouterr()
    assert said.err == "Nilai dan peringkat belum dapat ditampilkan karena tahap Tahap 1 masih dibuka.\n"
    assert "83" not in said.out + said.err
    assert not (tmp_path / "reports").exists()


def test_paragraphs_of_analysts_are_in_all_faces(own: Path, tmp_path: Path) -> None:
    path = own / "notebooks" / "annual-report.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Catatan analis: <b>penting</b>."]}
    notebook["cells"].insert(5, cell)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    made = render_report(kit.open("2025"), out=tmp_path / "out", progress=False)
    page = made.documents["html"].read_text(encoding="utf-8")
    assert "Catatan analis: &lt;b&gt;penting&lt;/b&gt;." in page
    assert load_workbook(made.documents["xlsx"]).sheetnames[0] == "Dokumen"


def test_the_engine_goes_by_the_name_that_is_declared() -> None:
    assert batch.ENGINE == "kit"

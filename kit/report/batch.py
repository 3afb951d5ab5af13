"""Rendering: a notebook run through papermill, and its document written in every format."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kit.edition import find_home
from kit.errors import FileMissing, KitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbformat import NotebookNode

    from kit.edition import Edition
    from kit.report.blocks import Document

ENGINE = "kit"  # the name under which papermill knows the engine of kit.report.engine


class UnknownParameter(KitError, ValueError):
    """A notebook was given a parameter that it does not have."""


class NotebookFailed(KitError, RuntimeError):
    """A cell of a notebook stopped with an error."""


class FileOpenElsewhere(KitError, PermissionError):
    """A file cannot be replaced because another program holds it open."""


@dataclass(frozen=True)
class Made:
    """What rendering wrote.

    Args:
        notebook: the executed notebook.
        documents: the files made from it, by format.
    """

    notebook: Path
    documents: Mapping[str, Path]


def run_notebook(
    notebook: Path, output: Path, parameters: Mapping[str, object], progress: Mapping[str, str] | None = None
) -> NotebookNode:
    """Run a notebook with papermill and return it executed.

    Args:
        notebook: the notebook to run.
        output: where the notebook goes if a cell fails, so that it can be looked at; nothing is written otherwise.
        parameters: values for the notebook's ``parameters`` cell.
        progress: show a bar that counts cells, with these options of tqdm; none by default.

    Raises:
        UnknownParameter: the notebook has no such parameter.
        NotebookFailed: a cell failed.
    """
    import papermill  # noqa: PLC0415  (slow to import; only rendering needs it)
    from papermill.engines import papermill_engines  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    from kit.report.engine import InProcessEngine  # noqa: PLC0415

    papermill_engines.register(ENGINE, InProcessEngine)
    if not notebook.is_file():
        raise FileMissing(file=notebook.name, folder=notebook.parent.name)
    known = papermill.inspect_notebook(str(notebook))
    for name in parameters:
        if name not in known:
            raise UnknownParameter(file=notebook.name, parameter=name, known=", ".join(known))
    with tempfile.TemporaryDirectory() as workshop:
        executed = Path(workshop) / output.name
        try:
            made: NotebookNode = papermill.execute_notebook(
                str(notebook),
                str(executed),
                parameters=dict(parameters),
                engine_name=ENGINE,
                kernel_name="python3",
                progress_bar=dict(progress) if progress else False,
                request_save_on_cell_execute=False,
            )
        except PapermillExecutionError as error:
            write(output, executed.read_bytes())
            said = f"{error.ename}: {error.evalue}"
            raise NotebookFailed(file=output.name, cell=error.exec_count, said=said) from error
    return made


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; its folder is made where there is none.

    Raises:
        FileOpenElsewhere: another program (Excel, Acrobat) holds the file open.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except PermissionError:
        raise FileOpenElsewhere(file=path.name) from None
    finally:
        Path(temporary).unlink(missing_ok=True)


def render_report(
    edition: Edition, *, since: str = "", made_at: str = "", out: Path | None = None, progress: bool = True
) -> Made:
    """Run the annual report of an edition and write it as HTML and PDF, with the Excel recap beside it.

    Nothing is written before everything is made.

    Args:
        edition: the edition, in the language of the report.
        since: the first year that is compared; all earlier ones, where blank.
        made_at: ISO 8601 time with its zone that the documents carry; now, where blank.
        out: the folder to write to; ``reports/<edition>`` where none is given.
        progress: show a bar that counts cells.

    Raises:
        SinceNotYear: ``since`` is no year, or a later one.
        MadeAtUnreadable: ``made_at`` is no such time.
        StillOpen, NotOpenedYet, RulesChanged: there is no result to report (see :attr:`Edition.result`).
        NotebookFailed: a cell failed; the executed notebook is in the folder.
        FileOpenElsewhere: another program holds one of the files open.
    """
    from kit.report.recap import recap  # noqa: PLC0415  (the exporters and plots are slow to import)
    from kit.report.story import masthead  # noqa: PLC0415
    from kit.report.summaries import years_from  # noqa: PLC0415
    from kit.report.xlsx import to_xlsx  # noqa: PLC0415

    years_from(edition, since)  # refuses what is no year before anything runs
    document = masthead(edition, "report", made_at)
    recap_of = masthead(edition, "recap", document.made_at.isoformat())
    beside = {"xlsx": (recap_of.stem, lambda: to_xlsx(recap(edition, recap_of)))}
    return render(edition, "annual-report", document, {"since": since}, out, beside, progress=progress)


def render_fairness(
    edition: Edition, round_id: str = "", *, made_at: str = "", out: Path | None = None, progress: bool = True
) -> Made:
    """Run the fairness analysis of a round and write it as HTML and PDF; as :func:`render_report` otherwise.

    Args:
        edition: the edition, in the language of the document.
        round_id: a scored round that is closed; the first unless given.
        made_at: ISO 8601 time with its zone that the documents carry; now, where blank.
        out: the folder to write to; ``reports/<edition>`` where none is given.
        progress: show a bar that counts cells.

    Raises:
        UnknownRound: there is no such round, or it carries no marks.
    """
    from kit.fairness.study import Study  # noqa: PLC0415
    from kit.report.story import masthead  # noqa: PLC0415

    round_id = Study(edition, round_id).round.id
    document = masthead(edition, "fairness", made_at)
    document = replace(document, stem=document.stem.replace(edition.name, f"{edition.name}-{round_id}", 1))
    return render(edition, "fairness", document, {"round_id": round_id}, out, {}, progress=progress)


def render(
    edition: Edition,
    name: str,
    document: Document,
    more: Mapping[str, object],
    out: Path | None,
    beside: Mapping[str, tuple[str, Callable[[], bytes]]],
    *,
    progress: bool,
) -> Made:
    """Run a notebook; write it, its document's faces, and what stands beside them, once all of it is made.

    Args:
        edition: the edition, in the language of the document.
        name: the notebook's, without its suffix.
        document: its masthead.
        more: parameters of the notebook beside edition, language and the time that the document carries.
        out: the folder to write to; ``reports/<edition>`` where none is given.
        beside: suffix to the stem of a file that is written too, and what makes it.
        progress: show a bar that counts cells.

    Raises:
        UnknownParameter, NotebookFailed: as :func:`run_notebook`.
        FileOpenElsewhere: another program holds one of the files open.
    """
    import nbformat  # noqa: PLC0415

    from kit.report.html import to_html  # noqa: PLC0415
    from kit.report.notebook import blocks_of  # noqa: PLC0415
    from kit.report.pdf import to_pdf  # noqa: PLC0415

    home, t = find_home(), edition.texts
    folder = out or home / "reports" / edition.name
    notebook = folder / f"{document.stem}.ipynb"
    parameters = {
        "edition": edition.name,
        "language": edition.language,
        "made_at": document.made_at.isoformat(),
        **more,
    }
    bar = {"desc": t("report.progress"), "unit": f" {t('report.progress_unit')}"} if progress else None
    executed = run_notebook(home / "notebooks" / f"{name}.ipynb", notebook, parameters, bar)
    blocks = blocks_of(executed)
    documents: dict[str, tuple[str, str | bytes]] = {
        "html": (document.stem, to_html(blocks)),
        "pdf": (document.stem, to_pdf(blocks)),
        **{suffix: (stem, make()) for suffix, (stem, make) in beside.items()},
    }
    made = Made(notebook, {suffix: folder / f"{stem}.{suffix}" for suffix, (stem, _) in documents.items()})
    for path in (notebook, *made.documents.values()):
        _refuse_if_open(path)
    write(notebook, nbformat.writes(executed) + "\n")
    for suffix, (_, content) in documents.items():
        write(made.documents[suffix], content)
    return made


def _refuse_if_open(path: Path) -> None:
    """Find out before the first of several files is replaced; only Windows holds open files back."""
    try:
        if path.exists():
            path.open("r+b").close()
    except PermissionError:
        raise FileOpenElsewhere(file=path.name) from None

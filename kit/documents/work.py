"""The unit of work: one document made from an edition's data, as bytes. It writes nothing and may be done again.

Any process can do it, on this machine or another: it opens the edition itself, and refuses when its data or its program
are not those that were asked for.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kit
from kit.documents.kinds import KINDS
from kit.documents.office import FILE as OFFICE
from kit.documents.shelf import sha256
from kit.errors import Problem
from kit.folder import find_home
from kit.render.prepare import prepare
from kit.report.summaries import earlier
from kit.rules import canonical, fingerprint
from kit.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbformat import NotebookNode

    from kit.documents.kinds import Kind
    from kit.documents.paper import Part
    from kit.edition import Edition
    from kit.render.prepare import Json
    from kit.texts import Language


class DocumentFailed(Problem, RuntimeError):
    """A document could not be made, for a reason that nobody foresaw."""


@dataclass(frozen=True)
class Job:
    """One document to make.

    Args:
        edition: its name.
        language: of the document.
        kind: its name in :data:`~kit.documents.kinds.KINDS`.
        part: which of that kind.
        made_at: ISO 8601 time with its zone that the document carries.
        data: digest of all data that it is made from (:func:`data_of`).
        program: digest of all that makes it (:func:`program_of`).
        more: further parameters of its notebook, such as the first year that is compared.
    """

    edition: str
    language: Language
    kind: str
    part: Part
    made_at: str
    data: str
    program: str
    more: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What the document goes by: no two documents of an edition have the same."""
        return self.part.stem

    def inputs(self, declared: str) -> str:
        """Digest of what the document follows from; a time counts only if somebody declared it."""
        about = (self.edition, self.language, self.kind, *self.part, declared, self.data, self.program, *self.more)
        return fingerprint(canonical(list(about)))


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Args:
        job: the job.
        files: the content of each file by name; of a failed notebook, the notebook as it stood.
        about: what the document says of itself: title, subtitle, and its claims without ``kit:``.
        mistake: why there is no document.
    """

    job: Job
    files: Mapping[str, bytes] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    mistake: Problem | None = None


# A notebook takes over the process while it runs, and drawings share their settings.
_ALONE = threading.Lock()


def make(job: Job) -> Outcome:
    """Make one document in all its formats; a mistake that a user can correct is part of the outcome.

    Raises:
        DocumentFailed: anything else went wrong, so that it may be worth trying again.
    """
    try:
        with _ALONE:
            return _made(job)
    except Problem as mistake:
        return Outcome(job, mistake=mistake)
    except Exception as error:  # noqa: BLE001  (whatever a document or the machine comes up with)
        raise DocumentFailed(file=job.name, said=f"{type(error).__name__}: {error}") from None


def _made(job: Job) -> Outcome:
    kind = KINDS.get(job.kind)
    if kind is None or program_of(kind) != job.program:
        raise Problem("worker_differs", edition=job.edition, version=kit.__version__)
    edition = _edition(find_home(), job.edition, job.language, job.data)
    if not kind.notebook:
        return _drawn(job, [block.to_json() for block in kind.blocks(edition, job.part, job.made_at)])
    from kit.render.notebook import NotebookFailed  # noqa: PLC0415  (slow to import, for those who only plan)

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / failed_notebook(job)
        try:
            return _told(job, kept)
        except NotebookFailed as mistake:
            return Outcome(job, {kept.name: kept.read_bytes()}, mistake=mistake)


def failed_notebook(job: Job) -> str:
    """The name of the file that shows where a notebook failed."""
    return Texts(job.language)("batch.failed_name", name=job.name) + ".ipynb"


def _told(job: Job, kept: Path) -> Outcome:
    """A document whose story is a notebook; the executed notebook comes with it."""
    import nbformat  # noqa: PLC0415

    from kit.render.notebook import blocks_of, run_notebook  # noqa: PLC0415

    about = {"edition": job.edition, "language": job.language, "made_at": job.made_at}
    parameters = about | dict(KINDS[job.kind].asks(job.part.id)) | dict(job.more)
    executed = run_notebook(find_home() / "notebooks" / f"{KINDS[job.kind].notebook}.ipynb", kept, parameters)
    _forget_run(executed)
    return _drawn(job, blocks_of(executed), {f"{job.name}.ipynb": (nbformat.writes(executed) + "\n").encode()})


def _forget_run(executed: NotebookNode) -> None:
    """Take out when and where a notebook was run, and what chance has named: the same data give the same bytes."""
    for part in (executed, *executed.cells):
        part.metadata.pop("papermill", None)
    for cell in executed.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "parameters"
        for output in cell.get("outputs", []):  # widgets, dead without their kernel
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def _drawn(job: Job, blocks: list[Json], beside: Mapping[str, bytes] | None = None) -> Outcome:
    """The blocks in every format of the job's kind."""
    document = prepare(blocks)
    about = {name.removeprefix("kit:"): text for name, text in document.claims.items()}
    about |= {"title": document.masthead["title"], "subtitle": document.masthead["subtitle"]}
    files = {f"{job.name}.{suffix}": _face(suffix)(blocks) for suffix in KINDS[job.kind].formats}
    return Outcome(job, files | dict(beside or {}), about)


@cache
def _face(suffix: str) -> Callable[[list[Json]], bytes]:
    """What writes blocks in a format."""
    from kit.render.docx import to_docx  # noqa: PLC0415
    from kit.render.html import to_html  # noqa: PLC0415
    from kit.render.pdf import to_pdf  # noqa: PLC0415
    from kit.render.xlsx import to_csv, to_xlsx  # noqa: PLC0415

    faces: dict[str, Any] = {
        "html": lambda blocks: to_html(blocks).encode(),
        "pdf": to_pdf,
        "docx": to_docx,
        "xlsx": to_xlsx,
        "csv": lambda blocks: to_csv(blocks).encode(),
    }
    return faces[suffix]  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _edition(home: Path, name: str, language: Language, data: str) -> Edition:  # noqa: ARG001  (another home, another edition)
    """The edition as its data were when somebody asked, opened once for all its documents.

    Raises:
        worker_differs: the data here are others.
    """
    edition = kit.open(name, language)
    if data_of(edition) != data:
        raise Problem("worker_differs", edition=name, version=kit.__version__)
    return edition


def data_of(edition: Edition) -> str:
    """Digest of all data that documents are made from: the edition, its office and crest, and earlier editions."""
    pictures, index = {".png", ".jpg", ".jpeg"}, {"index", "index-innovations"}
    beside = [p for p in sorted(edition.folder.iterdir()) if p.suffix in pictures or p.stem in index]
    office = edition.folder / OFFICE
    before = earlier(edition)
    parts = {
        "data": edition.fingerprint,
        "beside": [[path.name, sha256(path.read_bytes())] for path in (*beside, office) if path.is_file()],
        "earlier": [_fingerprint(other) for other in before.editions],
        "left_out": [*before.unreadable, *before.simulated],
    }
    return fingerprint(canonical(parts))


def _fingerprint(other: Edition) -> str:
    """That of an edition which may have something wrong that nobody asked about."""
    try:
        return other.fingerprint
    except Problem as mistake:
        return repr(mistake)


def program_of(kind: Kind) -> str:
    """Digest of what makes documents of a kind: the kit with its words and templates, and the kind's notebook."""
    notebook = find_home() / "notebooks" / f"{kind.notebook}.ipynb"
    return hashlib.sha256(_kit() + (notebook.read_bytes() if notebook.is_file() else b"")).hexdigest()


@cache
def _kit() -> bytes:
    root, digest = Path(kit.__file__).parent, hashlib.sha256(kit.__version__.encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.digest()

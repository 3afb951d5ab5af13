"""What independent checkers find in every kind of document, in both languages: nothing that is not explained here.

`outloud` and `pdfua` read the PDFs as a screen reader would, the Nu checker the HTML, and `openxml-audit` holds files
of Word, Excel and PowerPoint to their schema. The Nu checker is a Java program that npm has:
``npm install --prefix . --no-save --ignore-scripts vnu-jar@26.9.27`` puts it where these tests look for it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NU
from contests import contest, single
from homes import stage
from papers import pdf, records, squeezed
from pypdf import PdfReader
from samples import MADE_AT, sample_home
from served import judge_page, running
from tags import spoken

import kit
from kit.cli import main
from kit.contest import decisions, objections, rounds
from kit.documents.kinds import KINDS
from kit.documents.objection_papers import write_papers
from kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kit.edition import Edition
    from kit.texts import Language

    Finding = dict[str, Any]

pytestmark = pytest.mark.checkers

LANGUAGES: tuple[Language, ...] = ("id", "en")
MOST = 2  # parts of a kind; of those that each unit or judge has, one


def parts(edition: Edition) -> list[str]:
    """The documents to make, as the command line names them: a few of every kind but the largest workbooks."""
    found = []
    for kind in KINDS.values():
        if {"pdf", "html", "pptx"} & {*kind.formats}:
            with suppress(Problem):
                own = kind.parts(edition)
                found += [f"{kind.name}/{part.id}".rstrip("/") for part in own[: None if len(own) <= MOST else 1]]
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with documents in both languages; the public page is made once winners are decreed."""
    out = tmp_path_factory.mktemp("checked")
    with sample_home(tmp_path_factory.mktemp("home")):
        edition = kit.open("2025")
        asked = parts(edition)
        number = objections.lodge(edition, "K2-07", "proposal", "arithmetic", "Nilai satu juri keliru").number
        make(out, *asked)
        for language in LANGUAGES:
            write_papers(kit.open("2025", language), number, out / language, MADE_AT)
        decisions.record_decree(edition, "800/1/2025", "2025-11-25")
        make(out, "public-page", "announcement", "decree-annex")
        yield out


def make(out: Path, *asked: str) -> None:
    for language in LANGUAGES:
        folder = str(out / language / f"{len(asked)}")
        about = ["--out", folder, "--made-at", MADE_AT, "--processes", "1", "--language", language]
        assert main(["documents", "2025", *asked, *about]) == 0


# PDF


@cache
def heard(path: Path) -> str:
    """What a screen reader says of a document: its title and its text, in small letters without blanks."""
    reader = PdfReader(path)
    assert reader.metadata is not None
    return squeezed("".join([reader.metadata.title or "", *(text for _, text in spoken(reader))])).casefold()


def repeated(path: Path, finding: Finding) -> bool:
    """Tell whether what is skipped is said elsewhere: at the edges of pages, and the header of a table that goes on."""
    said = re.sub(r"(Halaman|Page) \d+ (dari|of) \d+", "", finding["evidence"])
    text = heard(path)
    return all(word.casefold() in text for line in said.split(";") for word in re.findall(r"\w+", line)[:-1])


def signing(path: Path, finding: Finding) -> bool:
    """Tell whether a grid is one to sign in, whose header is tagged."""
    headers = squeezed("".join(text for kind, text in spoken(PdfReader(path)) if kind == "TH"))
    return squeezed(finding["evidence"].partition(";")[0]) in headers


EXPLAINED = {
    # Running titles, page numbers and headers that a table repeats on its next page are meant for eyes.
    "TAG-002": repeated,
    # It is a table; the checker looks for its page in /Pg, which Typst leaves to the cells (ISO 32000-1, 14.7.2).
    "TBL-014": signing,
}


def test_outloud_finds_nothing_that_is_not_explained(made: Path) -> None:
    paths = sorted(made.rglob("*.pdf"))
    assert len(paths) > 60
    program = Path(sys.executable).with_name("outloud")
    asked = [program, "--json", "-", "--quiet", "--fail-on", "never", *paths]
    results = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)["results"]
    assert [result["path"] for result in results] == [str(path) for path in paths]
    found = [
        (
            path.name,
            finding["rule"],
            finding.get("page", ""),
            finding["message"],
            finding["evidence"],
        )
        for path, result in zip(paths, results, strict=True)
        for finding in result["findings"]
        if finding["rule"] not in EXPLAINED or not EXPLAINED[finding["rule"]](path, finding)
    ]
    assert found == []
    assert not [result["path"] for result in results if result["error"]]


def test_pdfua_finds_nothing(made: Path) -> None:
    import pdfua  # noqa: PLC0415  (only CI installs it)

    found = {path.name: pdfua.validate(path).findings for path in made.rglob("*.pdf")}
    assert {name: findings for name, findings in found.items() if findings} == {}


def test_codes_can_be_copied(made: Path) -> None:
    minutes = 0
    for path in made.rglob("*.pdf"):
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
        assert "\u200b" not in text, path.name
        assert re.findall(r"\b[0-9a-f]{20,63}\b", text) == [], path.name
        minutes += len(re.findall(r"\b[0-9a-f]{64}\b", text)) > 5
    assert minutes >= 5 * len(LANGUAGES)


# Reading order


def joined(runs: list[dict[str, str]]) -> str:
    return "".join(run["text"] for run in runs)


# What a block says, in the order in which it is meant to be read.
TEXTS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "table": lambda block: [
        block["caption"],
        *(column["label"] for column in block["columns"]),
        *(row[column["key"]]["text"] for row in block["rows"] for column in block["columns"] if column["key"] in row),
        *block["notes"],
    ],
    "facts": lambda block: [text for fact in block["items"] for text in (fact["value"], fact["label"], fact["detail"])],
    "list": lambda block: [joined(item) for item in block["items"]],
    "paragraph": lambda block: [joined(block["runs"])],
    "callout": lambda block: [block.get("title") or "", joined(block["runs"])],
    "figure": lambda block: [block["alt"]],
    "heading": lambda block: [block["text"]],
    "letterhead": lambda block: block["lines"],
    "title": lambda block: block["lines"],
    "honour": lambda block: [line["text"] for line in block["lines"]],
    "winners": lambda block: [
        text
        for scope in block["scopes"]
        for text in (scope["title"], *(row[key] for row in scope["rows"] for key in ("award", "title", "unit")))
    ],
    "signatures": lambda block: [
        text for one in block["signers"] for text in (*one["above"], one["name"], *one["below"])
    ],
    "signature_list": lambda block: [text for row in block["rows"] for text in (row["name"], row["position"])],
    "pagebreak": lambda _: [],
    "style": lambda _: [],
}


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if "pdf" in kind.formats and not kind.notebook])
def test_a_document_is_read_in_the_order_of_its_blocks(samples: Path, kind: str) -> None:  # noqa: ARG001
    edition = kit.open("2025")
    text, at = squeezed("".join(text for _, text in spoken(pdf(edition, kind)))), 0
    for said in (squeezed(said) for block in records(edition, kind)[1:] for said in TEXTS[block["type"]](block)):
        found = text.find(said, at)
        assert found >= 0, said
        at = found + len(said)


# Word, Excel, PowerPoint


def test_office_files_hold_to_their_schema(made: Path) -> None:
    from openxml_audit import OpenXmlValidator  # noqa: PLC0415  (only CI installs it)

    paths = sorted(path for path in made.rglob("*.*") if path.suffix in {".docx", ".xlsx", ".pptx"})
    assert {path.suffix for path in paths} == {".docx", ".xlsx", ".pptx"}
    validator = OpenXmlValidator()
    found = [(path.name, error) for path in paths for error in validator.validate(path).errors]
    # A text has a theme or none (ISO 29500-1, 11.3 and 14.2.7); python-docx's has none.
    assert [one for one in found if "relationships/theme' is missing" not in str(one[1])] == []


# HTML


@pytest.fixture
def pages(home: Path, tmp_path: Path) -> Path:
    """The page at which a judge enters, and the judge's page."""
    edition = stage(home, contest(single()), {"E1": "G1/a", "E2": "G1/b"})
    rounds.open(edition, "r1")
    with running(judge_page, edition, tmp_path / "log") as server:
        shown = {"enter": server.ask("/masuk"), "page": server.ask("/", Cookie=server.session("J1"))}
    for name, answer in shown.items():
        assert answer.status == 200
        (tmp_path / f"{name}.html").write_text(answer.text, encoding="utf-8")
    return tmp_path


EXPLAINED_HTML = {
    # The checker takes no picture in the file for one that `img-src data:` allows; browsers do, as other tests see.
    ".*": "Resource violates Content Security Policy (meta tag): image “data:image/",
    # Titles and benefits are told in the units' own words.
    "public-page.*": "This document appears to be written in Indonesian",
    # Tornado's own field against forged forms.
    "enter.html": "Trailing slash on void elements",
}


def test_the_nu_checker_finds_nothing_that_is_not_explained(made: Path, pages: Path) -> None:
    paths = sorted([*made.rglob("*.html"), *pages.glob("*.html")])
    assert len(paths) > 25
    asked = ["java", "-jar", NU, "--format", "json", "--stdout", "--exit-zero-always", *paths]
    messages = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)["messages"]
    found = [(one["url"].rpartition("/")[2], one["message"], one.get("lastLine")) for one in messages]

    def explained(page: str, message: str, _: int | None) -> bool:
        return any(re.fullmatch(name, page) and message.startswith(said) for name, said in EXPLAINED_HTML.items())

    assert [one for one in found if not explained(*one)] == []

"""Bad input of every kind, made from a seed: none may end in a traceback, a hang, a gigabyte or half a file.

    python tests/benchmarks/fuzz_inputs.py --inputs 100000 --seconds 900 --seed 1

Workers, one process each, take inputs by number; the same seed and number make the same input on every machine. An
input takes at most ten seconds of processor time and a gigabyte. With ``--only AREA:NUMBER`` one input is run alone,
with its traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kit.contest import rounds
from kit.errors import Problem
from kit.judging.incoming import read_files, record_files

sys.path.insert(0, str(Path(__file__).parent.parent))

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS, MEMORY = 10, 1 << 30
_MEMORY = Path("/dev/shm")
OUTCOMES = ("accepted", "refused", "traceback", "hang", "memory", "half-written")
BAD = OUTCOMES[2:]

# What people and programs put where it does not belong.
ODD = (
    *("", " ", "0", "-1", "1.000", "1,5", "1e5", "99999999999999999999", "9" * 5_000, "NaN", "inf", "½", "٣", "-0"),
    *("ya", "tidak", "TRUE", "None", "null", "~", "xx", "2025", "2025-02-30", "0001-01-01", "9999-12-31", "31/12/2024"),
    *("1 Maret 2026 09.00", "25:99", "2025-01-01T00:00:00+99:00", "0001-01-01T00:00:00+14:00", "=1+1", "@SUM(A1)"),
    *("+62", "-", "--yes", "../../etc", "a/b", "a\\b", "con", ".", "..", "K1-01", "J1", "U1", "proposal", "final"),
    *("\x00", "\x07", "\u202e", "\ud800", "\ufeff", "é", "漢字", "🚀", "a;b;c", "a:b", ";", ":", '"', "'", "{n}", "%s"),
    *("x" * 300, "x" * 40_000, "a b\tc\nd", "<script>", "&amp;", "\\", "#REF!", "[", "]", "{", "}", "*a", "&a b", "|"),
)


class Area:
    """What inputs of one kind are made from, and what takes them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "data" / "2025"


def mangled(chance: random.Random, content: bytes) -> bytes:
    """Bytes that were cut, flipped, repeated, moved or mixed with others."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        match chance.randrange(7):
            case 0:
                del data[at : min(end, at + 40)]
            case 1 if data:
                data[min(at, len(data) - 1)] = chance.randrange(256)
            case 2:
                data[at:at] = data[at : min(end, at + 200)]
            case 3:
                data[at:at] = chance.choice(ODD).encode("utf-8", errors="surrogatepass")
            case 4:
                data[at:at] = chance.randbytes(chance.randrange(1, 9))
            case 5:
                del data[at:]
            case _:
                piece = data[at : min(end, at + 60)]
                del data[at : at + len(piece)]
                where = chance.randrange(len(data) + 1)
                data[where:where] = piece
    return bytes(data)


def odd_cells(chance: random.Random, rows: list[list[str]]) -> list[list[str]]:
    """A table with some cells, rows or columns that should not be there."""
    made = [list(row) for row in rows]
    for _ in range(chance.choice((0, 1, 1, 1, 2, 4, 10))):
        row = (
            chance.randrange(len(made)) if chance.random() < 0.2 else chance.randrange(1, max(2, len(made))) % len(made)
        )
        match chance.randrange(12):
            case 0 | 1 | 2 | 7 | 8 | 9 if made[row]:
                made[row][chance.randrange(len(made[row]))] = chance.choice(ODD)
            case 3:
                made.insert(row, list(made[row]))
            case 4 if len(made) > 1:
                del made[row]
            case 5:
                made[row] += [chance.choice(ODD)] * chance.choice((1, 2, 50))
            case 6 if made[row] and chance.random() < 0.3:
                column = chance.randrange(len(made[row]))
                made = [[*cells[:column], *cells[column + 1 :]] for cells in made]
            case 10:
                made[row] = [chance.choice(ODD) for _ in made[row]]
            case _:
                made[row] = made[row][::-1]
    return made


def as_csv(chance: random.Random, rows: list[list[str]]) -> bytes:
    """The table as some program would save it."""
    text = io.StringIO()
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(text, delimiter=chance.choice(",,,;\t"), quoting=quoting)
    with contextlib.suppress(csv.Error):
        writer.writerows(rows)
    return text.getvalue().encode(chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), errors="replace")


def as_xlsx(chance: random.Random, rows: list[list[str]]) -> bytes:
    """The table as a workbook, with numbers, formulas, dates and errors among its texts."""
    import xlsxwriter  # noqa: PLC0415

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        page = book.add_worksheet()
        date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells[:200]):
                clean = text.encode("utf-8", errors="replace").decode()[:30_000]
                match chance.randrange(12):
                    case 0:
                        page.write_number(row, column, chance.choice((0, -1, 1.5, 1e300, 1e-300, 45000.5, 2**70)))
                    case 1:
                        page.write_number(row, column, chance.choice((45000.5, -3, 1e9)), date)
                    case 2:
                        page.write_formula(row, column, "=1/0", value=chance.choice(("#DIV/0!", 3, "")))
                    case 3:
                        page.write_boolean(row, column, chance.random() < 0.5)
                    case _:
                        page.write_string(row, column, clean)
    return made.getvalue()


def repacked(chance: random.Random, content: bytes) -> bytes:
    """A ZIP file in which a part is mangled, missing, doubled or not what it seems."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = source.namelist()
        hit = {chance.choice(names) for _ in range(chance.choice((1, 1, 2)))}
        with zipfile.ZipFile(made, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as target:
            for name in names:
                part = source.read(name)
                if name not in hit:
                    target.writestr(name, part)
                    continue
                match chance.randrange(5):
                    case 0:
                        continue
                    case 1:
                        target.writestr(name, part)
                        target.writestr(name, part)
                    case 2:
                        target.writestr(chance.choice(("../x", "/x", "a//b", "C:x", "x" * 200)), part)
                    case _:
                        target.writestr(name, mangled(chance, part))
    return made.getvalue()


def spoilt(chance: random.Random, content: bytes) -> bytes:
    """A ZIP file, spoilt inside or as a whole."""
    return repacked(chance, content) if chance.random() < 0.6 else mangled(chance, content)


def odd_parts(chance: random.Random, document: Any) -> Any:
    """A document with some parts of another kind, missing, doubled or exchanged."""
    values: tuple[Any, ...] = (None, True, 0, -1, 1e308, 10**40, [], {}, [[]], {"id": "x"}, [{}], *ODD)
    for _ in range(chance.choice((1, 1, 2, 5))):
        places: list[tuple[Any, Any]] = []
        waiting = [document]
        while waiting:
            part = waiting.pop()
            keys = part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
            places += [(part, key) for key in keys]
            waiting += [part[key] for key in keys]
        part, key = chance.choice(places)
        match chance.randrange(5):
            case 0:
                del part[key]
            case 1 if isinstance(part, list):
                part.append(part[key])
            case 2:
                other, there = chance.choice(places)
                if other is not part and str(other).count(str(part)) == 0 == str(part).count(str(other)):
                    part[key], other[there] = other[there], part[key]
            case _:
                part[key] = chance.choice(values)
    return document


def odd_yaml(chance: random.Random, text: str) -> bytes:
    """A YAML file with odd parts, odd lines or odd bytes."""
    from ruamel.yaml import YAML, YAMLError  # noqa: PLC0415

    yaml = YAML(typ="safe", pure=True)
    if chance.random() < 0.6:
        with contextlib.suppress(YAMLError, IndexError, UnicodeError):
            yaml.dump(odd_parts(chance, yaml.load(text)), made := io.StringIO())
            return made.getvalue().encode("utf-8", errors="replace")
    if chance.random() < 0.3:
        return mangled(chance, text.encode())
    lines = text.splitlines()
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                lines[at] = chance.choice(lines)
            case 1:
                lines[at] = ""
            case 2:
                head, mark, _ = lines[at].partition(":")
                lines[at] = f"{head}{mark} {chance.choice(ODD)}"
            case 3:
                lines[at] = lines[at].replace(chance.choice("[]{}:,-"), chance.choice("[]{}:,-?&*"), 1)
            case _:
                lines.insert(at, chance.choice(lines))
    return "\n".join(lines).encode("utf-8", errors="surrogatepass")


# The kinds of input. Each takes its chance and returns a function to be run; what it writes goes into its own home.


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def rules(area: Area, chance: random.Random) -> Callable[[], object]:
    import kit  # noqa: PLC0415
    from kit.rules import read_rules  # noqa: PLC0415

    path = area.data / "rules.yaml"
    path.write_bytes(odd_yaml(chance, path.read_text(encoding="utf-8")))
    if chance.random() < 0.3:
        return lambda: kit.open("2025").registers
    return lambda: read_rules(path)


def registers(area: Area, chance: random.Random) -> Callable[[], object]:
    import kit  # noqa: PLC0415

    name = chance.choice(("units", "entries", "judges", "assignments", "values"))
    path = area.data / f"{name}.csv"
    new = {
        "assignments": [["round", "entry_id", "judge_id"], ["r1", "E1", "J1"]],
        "values": chance.choice(
            (
                [["entry_id", "value_id", "value", "note"], ["E1", "bonus", "2,5", "x"], ["E2", "votes", "1200", ""]],
                [["entry_id", "title", "bonus", "votes"], ["E1", "Judul", "2,5", "1200"], ["E2", "Lain", "", "0"]],
            )
        ),
    }
    table = rows_of(path) if path.exists() else new[name]
    made, xlsx = odd_cells(chance, table), chance.random() < 0.3
    content = as_xlsx(chance, made) if xlsx else as_csv(chance, made)
    path.unlink(missing_ok=True)
    spoil = chance.random() < 0.3
    content = (spoilt(chance, content) if xlsx else mangled(chance, content)) if spoil else content
    path.with_suffix(".xlsx" if xlsx else ".csv").write_bytes(content)

    def run() -> None:
        kit.open("2025").registers.hashes()

    return run


def forms(area: Area, chance: random.Random) -> Callable[[], object]:
    """The export of a form after another one, into registers of either kind; what is taken is taken once."""
    from folders import save  # noqa: PLC0415

    from kit.register_import import preview, read_form, write_registers  # noqa: PLC0415
    from kit.texts import Texts  # noqa: PLC0415

    form = [["Timestamp", "Nama unit kerja", "JUDUL inovasi yang diusulkan", "Bentuk", "Mulai diterapkan", "Ada SOP?"]]
    form += [[f"2026-01-0{n}", f"Unit  E{n % 4 + 1}", f"Inovasi {n}", "a", "27/02/2026", "Ya"] for n in range(1, 7)]
    xlsx, memory = chance.random() < 0.4, area.data / "entries-form.json"
    if chance.random() < 0.3:
        table = rows_of(area.data / "entries.csv")
        (area.data / "entries.csv").unlink()
        save(area.data / "entries.xlsx", table)
    path = area.home / ("form.xlsx" if xlsx else "form.csv")
    changed = [[cell if chance.random() < 0.97 else chance.choice(ODD) for cell in row] for row in form[1:]]
    for made in (form, chance.choice((odd_cells(chance, form), [form[0], *changed]))):
        content = as_xlsx(chance, made) if xlsx else as_csv(chance, made)
        spoil = made is not form and chance.random() < 0.2
        path.write_bytes((spoilt(chance, content) if xlsx else mangled(chance, content)) if spoil else content)
        if made is form and chance.random() < 0.5:
            with contextlib.suppress(Problem):
                write_registers(read_form(area.data, path))
    if memory.exists() and chance.random() < 0.3:
        memory.write_text(json.dumps(odd_parts(chance, json.loads(memory.read_bytes()))), encoding="utf-8")

    def run() -> None:
        found = read_form(area.data, path)
        preview(found, Texts(chance.choice(("id", "en"))))
        write_registers(found)
        assert not read_form(area.data, path).fresh

    return run


def marks(area: Area, chance: random.Random) -> Callable[[], object]:

    long = [["round", "judge_id", "entry_id", "criterion", "value", "comment_entrant"]]
    long += [
        ["r1", judge, entry, key, "3,5", ""] for judge in ("J1", "J2") for entry in ("E1", "E2") for key in ("K1", "K2")
    ]
    wide = [
        ["judge_id", "entry_id", "K1", "K2"],
        ["J1", "E1", "3.5", "4"],
        ["J2", "E1", "1", "5"],
        ["J3", "E4", "2", ""],
    ]
    made, xlsx = odd_cells(chance, chance.choice((long, wide))), chance.random() < 0.4
    content = as_xlsx(chance, made) if xlsx else as_csv(chance, made)
    if chance.random() < 0.3:
        content = spoilt(chance, content) if xlsx else mangled(chance, content)
    path = area.home / ("nilai.xlsx" if xlsx else "nilai.csv")
    path.write_bytes(content)
    round_ = chance.choice(("r1", "r1", "r1", None, "r2", "x"))
    return lambda: imported(path, round_)


def imported(path: Path, round_: str | None = None) -> None:
    import kit  # noqa: PLC0415

    edition = kit.open("2025")
    incoming = read_files(edition, [path], round_)
    incoming.preview(edition)
    record_files(edition, incoming)


def score_sheets(area: Area, chance: random.Random) -> Callable[[], object]:
    path = area.home / "lembar.xlsx"
    path.write_bytes(refilled(chance, (area.home / "sheets" / "J1.xlsx").read_bytes()))
    return lambda: imported(path)


def refilled(chance: random.Random, content: bytes) -> bytes:
    """A workbook of the kit with odd cells, saved by another program, or spoilt."""
    if chance.random() < 0.5:
        return spoilt(chance, content)
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import IllegalCharacterError  # noqa: PLC0415

    book = load_workbook(io.BytesIO(content))
    for _ in range(chance.choice((1, 3, 10))):
        page = chance.choice(book.worksheets)
        with contextlib.suppress(IllegalCharacterError, ValueError, UnicodeError, AttributeError):
            cell = page.cell(chance.randrange(1, page.max_row + 2), chance.randrange(1, page.max_column + 2))
            cell.value = chance.choice((*ODD, 3.5, 4, -1, True))
    made = io.BytesIO()
    try:
        book.save(made)
    except (ValueError, UnicodeError, TypeError):
        return spoilt(chance, content)
    return made.getvalue()


def checklist(area: Area, chance: random.Random) -> Callable[[], object]:
    import kit  # noqa: PLC0415
    from kit.contest.selection import read_checklist, record_checklist  # noqa: PLC0415

    path = area.home / "daftar.xlsx"
    path.write_bytes(refilled(chance, (area.home / "sheets" / "checklist.xlsx").read_bytes()))

    def run() -> None:
        edition = kit.open("2025")
        returned = read_checklist(edition, path)
        returned.preview(edition)
        record_checklist(edition, returned, chance.choice(("SEK-1", "J1", "")))

    return run


def follow_up(area: Area, chance: random.Random) -> Callable[[], object]:
    import kit  # noqa: PLC0415
    from kit.years.followup import FollowUp  # noqa: PLC0415
    from kit.years.series import Span  # noqa: PLC0415
    from kit.years.sheets import read_returned  # noqa: PLC0415

    table = [["innovation_id", "status", "stopped_on", "beneficiaries", "checked_on", "sop", "revision"]]
    table += [
        ["I-1", "Berjalan", "", "120", "2025-12-05", "ya", "0"],
        ["I-2", "Berhenti", "2025-11-02", "", "", "", ""],
    ]
    made, xlsx = odd_cells(chance, table), chance.random() < 0.4
    path = area.home / ("jawaban.xlsx" if xlsx else "jawaban.csv")
    path.write_bytes(as_xlsx(chance, made) if xlsx else as_csv(chance, made))

    def run() -> None:
        returned = read_returned(FollowUp(Span.of(kit.open("2025"))), [path])
        returned.preview()
        returned.record()

    return run


def office(area: Area, chance: random.Random) -> Callable[[], object]:
    import kit  # noqa: PLC0415
    from kit.documents.official_paper import crest, read_office  # noqa: PLC0415

    text = (
        'letterhead:\n  lines: [PEMERINTAH KOTA, BADAN]\n  address: ["Jalan Contoh 1"]\n  crest: lambang.png\n'
        "place: Kota Contoh\nlegal_basis:\n  - Peraturan A\ndecree: {id: Keputusan, en: Decree}\n"
        "competent: {position: Wali Kota, name: Contoh}\ncommittee:\n  - {position: Ketua, name: A}\n"
        "panel:\n  J1: {titled: Dr. A}\nembargo: 2025-11-24T09:00:00+07:00\ncontact: 0561\n"
    )
    (area.data / "office.yaml").write_bytes(odd_yaml(chance, text))
    (area.data / "lambang.png").write_bytes(chance.choice((b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")))

    def run() -> None:
        edition = kit.open("2025")
        crest(edition.folder, read_office(edition.folder, edition.registers).letterhead)

    return run


def claims(area: Area, chance: random.Random) -> Callable[[], object]:
    import kit  # noqa: PLC0415
    from kit.index.readiness import Readiness, check_claims  # noqa: PLC0415

    own = [["innovation_id", "indicator", "claimed", "basis", "verified", "verifier", "verified_on", "evidence"]]
    own += [["I-1", str(n), "2", "", "1", "Ani", "2025-12-01", "surat"] for n in range(17, 23)]
    more = [["innovation_id", "title", "unit_id", "affair", "applied_since", "sent"]]
    more += [["I-1", "", "", "", "", "2024"], ["I-9", "Lain", "U-E1", "", "2024-01-01", "2023;2024"]]
    for name, table in {"index": own, "index-innovations": more}.items():
        if name == "index" or chance.random() < 0.7:
            made, xlsx = odd_cells(chance, table), chance.random() < 0.2
            content = as_xlsx(chance, made) if xlsx else as_csv(chance, made)
            (area.data / f"{name}{'.xlsx' if xlsx else '.csv'}").write_bytes(content)

    def run() -> None:
        edition = kit.open("2025")
        check_claims(edition)
        Readiness(edition, chance.choice(("verified", "claimed", "x")))

    return run


def archives(area: Area, chance: random.Random) -> Callable[[], object]:
    from kit.contest.archive import restore  # noqa: PLC0415

    content = (area.home / "sheets" / "backup.zip").read_bytes()
    if chance.random() < 0.3:  # a manifest of another shape
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
            for name in source.namelist():
                part = source.read(name)
                if name == "manifest.json":
                    manifest = json.loads(part)
                    key = chance.choice([*manifest, "members", "edition"])
                    manifest[key] = chance.choice((None, 1, -1, [], {}, "x", "../x", {"a": 1}, [[[]]], True, 1e300))
                    part = chance.choice((json.dumps(manifest), "[" * 50_000, "{}", "null", "1")).encode()
                target.writestr(name, part)
        content = made.getvalue()
    path = area.home / "arsip.zip"
    path.write_bytes(spoilt(chance, content) if chance.random() < 0.8 else content)
    shutil.rmtree(area.data)
    return lambda: restore(path)


def journal(area: Area, chance: random.Random) -> Callable[[], object]:
    import kit  # noqa: PLC0415

    path = area.data / "journal.csv"
    content = (area.home / "sheets" / "journal.csv").read_bytes()
    table = list(csv.reader(io.StringIO(content.decode())))
    if chance.random() < 0.5:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(odd_cells(chance, table))
        content = text.getvalue().encode("utf-8", errors="replace")
    path.write_bytes(mangled(chance, content) if chance.random() < 0.6 else content)
    for left in area.data.glob("ledger.sqlite*"):
        left.unlink()

    def run() -> None:
        edition = kit.open("2025")
        edition.ledger.verify()
        _ = edition.states

    return run


def verify(area: Area, chance: random.Random) -> Callable[[], object]:
    from kit.documents.manifest import verify as verdicts  # noqa: PLC0415

    source = chance.choice(sorted((area.home / "sheets").glob("doc.*")))
    path = area.home / "reports" / "2025" / source.name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    zipped = source.suffix in {".docx", ".xlsx"} and chance.random() < 0.6
    path.write_bytes(chance.choice((content, repacked(chance, content) if zipped else mangled(chance, content))))
    lines = chance.choice((b"", b"satu\n", b"\xff\xfe", b"a b c\n", b"0" * 64 + b"  x\n", chance.randbytes(40)))
    (path.parent / "CHECKSUMS").write_bytes(lines)
    return lambda: list(verdicts([path]))


def settings(area: Area, chance: random.Random) -> Callable[[], object]:
    """Small files beside the rules: the pointer to a server, the store of links."""
    import kit  # noqa: PLC0415
    from kit.screens.access import Access  # noqa: PLC0415

    odd = chance.choice((b"", b"\xff\xfe", b"SQLite format 3\x00", chance.randbytes(200), b"postgresql://", b"x\n"))
    name = chance.choice(("access.sqlite", "ledger.url"))
    (area.data / name).write_bytes(odd)

    def run() -> None:
        edition = kit.open("2025")
        if name == "access.sqlite":
            Access.open(edition.folder).issue("J1")
            Access.open(edition.folder).links()
        else:
            edition.ledger.close()

    return run


def commands(area: Area, chance: random.Random) -> Callable[[], object]:
    """A command line with odd arguments; serving and making documents are too slow to be called so often."""
    from kit import cli  # noqa: PLC0415

    texts = [text for text in ODD if "\x00" not in text]
    known = ["2025", "r1", "r2", "J1", "E1", "K1", "S-01", "U-E1", *texts]
    options = ("--round", "--reason", "--by", "--days", "--out", "--since", "--text", "--yes", "--judge", "--seed")
    options += ("--language", "--format", "--scope", "--number", "--date", "--site", "--judges", "--anchors")
    options += ("--from", "--preset", "--ground", "--kind", "--to", "--made-at")
    words = {
        **dict.fromkeys(("rank", "check", "marks progress", "objection list", "edition log", "archive erase"), 0),
        **dict.fromkeys(("edition accept", "edition move", "entry selection", "result decree", "result open-data"), 0),
        **dict.fromkeys(("explain", "round open", "round close", "judge assign", "marks sheets", "marks import"), 1),
        **dict.fromkeys(("judge links", "judge invite", "judge revoke", "marks approve", "entry import"), 1),
        **dict.fromkeys(("plenary begin", "plenary status", "plenary decide", "result publish", "result versions"), 1),
        **dict.fromkeys(("entry register", "entry withdraw", "objection recompute", "objection answer"), 1),
        **dict.fromkeys(("judge substitute", "round draw", "entry duplicate", "entry absent", "objection lodge"), 2),
        **dict.fromkeys(("plenary present", "plenary rule", "plenary dissent"), 2),
        **dict.fromkeys(("marks history", "entry correct", "plenary note", "plenary reopen"), 3),
        "plenary mark": 5,
    }
    shapes = {name: ["2025", *(chance.choice(known) for _ in range(n))] for name, n in words.items()}
    shapes |= {name: [chance.choice(known)] for name in ("archive restore", "archive verify")}
    shapes |= {"edition new": [chance.choice(known), "--preset"], "years status": ["2025"]}
    command = chance.choice(sorted(shapes))
    line = [*command.split(), *shapes[command]]
    for _ in range(chance.randrange(4)):
        line.append(chance.choice((chance.choice(options), chance.choice(known))))
        if line[-1].startswith("--"):
            line.append(chance.choice(known))
    if "--to" in line:  # no server is asked for
        line[line.index("--to") + 1 : line.index("--to") + 2] = [chance.choice(("file", "x", "postgresql://", "a://b"))]
    os.chdir(area.home)

    def run() -> None:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = cli.main(line)
            except SystemExit as ended:
                code = int(ended.code or 0)
        said = err.getvalue()
        if "tidak terduga" in said or "unexpected" in said or "Traceback" in said:
            message = f"{line}: {said.strip()}"
            raise RuntimeError(message)
        if code:
            raise Refused(said)

    return run


def parameters(area: Area, chance: random.Random) -> Callable[[], object]:
    """What notebooks call first, with what papermill makes of odd parameters."""
    from papermill.cli import _resolve_type  # noqa: PLC0415

    import kit  # noqa: PLC0415
    from kit.documents import objection_papers  # noqa: PLC0415
    from kit.report import annual, fairness_report  # noqa: PLC0415
    from kit.report.context import Context  # noqa: PLC0415
    from kit.report.progress import judges_progress, letters, running_order  # noqa: PLC0415
    from kit.screens.form import scoring_form  # noqa: PLC0415
    from kit.screens.plenary_screen import plenary_view  # noqa: PLC0415
    from kit.screens.stage import Shown, StageView, presentation_view  # noqa: PLC0415
    from kit.years import followup_report, trends  # noqa: PLC0415
    from kit.years.followup import FollowUp  # noqa: PLC0415
    from kit.years.series import Span  # noqa: PLC0415

    def odd() -> Any:
        return _resolve_type(chance.choice(("", "2023", "09.00", "r1", "r2", *ODD)))

    state = chance.choice(("open", "closed"))
    if state == "closed":
        shutil.rmtree(area.data)
        shutil.copytree(area.home / "sheets" / "closed", area.data)
    edition = chance.choice((*["2025"] * 5, 2025, odd()))
    language = chance.choice((*["id", "en", None] * 3, odd()))
    calls: list[Callable[[], object]] = [
        lambda: annual.masthead(Context(kit.open(edition, language), odd(), odd())),
        lambda: fairness_report.masthead(fairness_report.Analysis(kit.open(edition, language), odd(), odd())),
        lambda: trends.masthead(Span.of(kit.open(edition, language), odd()), odd()),
        lambda: followup_report.masthead(
            FollowUp(Span.of(kit.open(edition, language), since=odd()), public=odd()), odd()
        ),
        lambda: running_order(kit.open(edition, language), odd()),
        lambda: StageView(kit.open(edition, language), odd(), Shown()).answer({"type": "load"}),
        lambda: presentation_view(kit.open(edition, language), odd(), Shown()).answer({"type": "load"}),
        lambda: plenary_view(kit.open(edition, language), odd()).answer({"type": "load"}),
        lambda: scoring_form(edition, odd(), odd(), language, typist=odd(), twice=odd()),
        lambda: judges_progress(kit.open(edition, language), odd()),
        lambda: letters(kit.open(edition, language), odd()),
        lambda: objection_papers.detail(kit.open(edition, language), odd()),
    ]
    return chance.choice(calls)


AREAS: dict[str, tuple[int, Callable[[Area, random.Random], Callable[[], object]]]] = {
    "rules": (4, rules),
    "registers": (3, registers),
    "forms": (3, forms),
    "marks": (4, marks),
    "score sheets": (1, score_sheets),
    "checklist": (1, checklist),
    "follow-up": (2, follow_up),
    "office": (2, office),
    "index": (2, claims),
    "archives": (2, archives),
    "journal": (2, journal),
    "verify": (3, verify),
    "settings": (1, settings),
    "commands": (4, commands),
    "parameters": (3, parameters),
}


class Refused(Exception):
    """A command ended with a sentence and another exit code than 0."""


class Hang(BaseException):
    """An input took longer than it may."""


def prepared(home: Path) -> None:
    """Make the home from which each input starts: an edition with a round open, and files that can come back."""
    from contests import contest, single, weighted  # noqa: PLC0415
    from folders import save  # noqa: PLC0415
    from homes import give, stage  # noqa: PLC0415

    import kit  # noqa: PLC0415
    from kit.contest.archive import backup  # noqa: PLC0415
    from kit.contest.selection import write_checklist  # noqa: PLC0415
    from kit.documents.batch import make_documents, plan_documents  # noqa: PLC0415
    from kit.judging.score_sheet import write_sheets  # noqa: PLC0415

    scale = {"low": 1, "high": 5, "step": "0.5"}
    document = contest(weighted({"K1": 40, "K2": 60}, scale=scale, advance={"scope": "group", "places": 1}), single())
    items = [{"id": "surat", "name": "Surat"}, {"id": "proposal", "name": "Proposal"}]
    document["rounds"].insert(0, {"id": "berkas", "name": "Seleksi", "kind": "checklist", "items": items})
    edition = stage(home, document, {"E1": "G1/a", "E2": "G1/b", "E3": "G2/a", "E4": "G2/b"})
    entries = rows_of(edition.folder / "entries.csv")
    named = [[*cells, f"I-{n}" if n else "innovation_id"] for n, cells in enumerate(entries)]
    save(edition.folder / "entries.csv", named)
    edition = kit.open("2025")
    kept = home / "sheets"
    kept.mkdir()
    rounds.open(edition, "berkas")
    write_checklist(edition, kept / "checklist.xlsx")
    edition.ledger.close()
    shutil.copytree(edition.folder, kept / "open")
    edition = kit.open("2025")
    rounds.close(edition, "berkas", "contoh")
    rounds.open(edition, "r1")
    write_sheets(edition, "r1", kept, ["J1"])
    next(kept.glob("lembar*J1*.xlsx")).rename(kept / "J1.xlsx")
    give(edition, "r1", {"E1": "4 5|4 4|3 4"})
    backup(edition, kept / "backup.zip")
    edition.ledger.to_journal(kept / "journal.csv")
    edition.ledger.close()
    shutil.copytree(edition.folder, kept / "scoring")
    edition = kit.open("2025")
    give(edition, "r1", {"E2": "3 3|2 4|3 4", "E3": "1 1|2 2|3 3", "E4": "5 5|4 4|5 4"})
    rounds.close(edition, "r1")
    plan = plan_documents(edition, ["recap", "finalists"], made_at="2025-11-21T09:00:00+07:00")
    for path in make_documents(plan, processes=1).files:
        if path.suffix in {".pdf", ".docx", ".xlsx", ".html"}:
            shutil.copyfile(path, kept / f"doc{path.suffix}")
    edition.ledger.close()
    shutil.copytree(edition.folder, kept / "closed")
    shutil.rmtree(home / "reports", ignore_errors=True)


def started(home: Path, template: Path, area: str) -> Area:
    """Give an input the home as it was."""
    for left in home.iterdir():
        if left.name != "sheets":
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    state = "open" if area == "checklist" else "scoring"
    (home / "data").mkdir()
    shutil.copytree(template / "sheets" / state, home / "data" / "2025")
    return Area(home)


def left_over(home: Path) -> list[str]:
    """What was being written and never finished: hidden files, and folders in which a file was being built."""
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if (path.name.startswith(".") and path.name != ".made")
        or (path.is_dir() and re.search(r"\.(sqlite|zip|csv|url)\.", path.name))
    ]


def one(home: Path, template: Path, area: str, seed: int, number: int) -> tuple[str, str]:
    """Run one input and say what came of it."""
    from kit.ledger import Ledger  # noqa: PLC0415

    chance = random.Random(f"{seed}/{area}/{number}")
    opened: list[Ledger] = []
    start = Ledger.__init__

    def note(self: Ledger, *arguments: Any) -> None:
        start(self, *arguments)
        opened.append(self)

    run = AREAS[area][1](started(home, template, area), chance)
    Ledger.__init__ = note  # type: ignore[method-assign]
    os.chdir(home)
    outcome, said = "accepted", ""
    try:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(12 * SECONDS)  # waiting, too, has an end
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            run()
    except (Problem, Refused) as refused:
        outcome, said = _said(refused)
    except Hang:
        outcome, said = "hang", traceback.format_exc()
    except MemoryError:
        outcome, said = "memory", traceback.format_exc()
    except Exception:  # noqa: BLE001  (that is what is sought)
        outcome, said = "traceback", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        Ledger.__init__ = start  # type: ignore[method-assign]
        for ledger in opened:
            with contextlib.suppress(Exception):
                ledger.close()
    if outcome in {"accepted", "refused"} and (left := left_over(home)):
        return "half-written", ", ".join(left)
    return outcome, said


def _said(refused: Exception) -> tuple[str, str]:
    """Say a refusal in both languages; one that cannot be said, or takes too long, is as bad as none."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        kinds = {getattr(one, "code", "refused") for one in getattr(refused, "found", [refused])}
        said = f"{'/'.join(sorted(kinds))}: {refused}"
        if say := getattr(refused, "say", None):
            say("en")
    except Hang:
        return "hang", traceback.format_exc()
    except Exception:  # noqa: BLE001  (that is what is sought)
        return "traceback", traceback.format_exc()
    return "refused", said


def work(template: Path, seed: int, first: int, step: int, inputs: int, until: float) -> None:
    """Run every ``step``-th input and print what came of each as a line of JSON."""
    import resource  # noqa: PLC0415  (POSIX only)

    import kit.cli  # noqa: F401, PLC0415  (what stays in memory is no input's)

    def late(*_: object) -> NoReturn:
        raise Hang

    signal.signal(signal.SIGPROF, late)
    signal.signal(signal.SIGALRM, late)
    home = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None))
    (home / "sheets").symlink_to(template / "sheets")
    os.environ["KIT_HOME"] = str(home)
    names = [name for name, (share, _) in AREAS.items() for _ in range(share)]
    for name in AREAS:  # warm: imports are no input's memory either
        with contextlib.suppress(Exception):
            one(home, template, name, seed, -1)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))
    for number in range(first, inputs, step):
        if time.time() > until:
            break
        area = random.Random(f"{seed}/{number}").choice(names)
        began = time.time()
        outcome, said = one(home, template, area, seed, number)
        record = {"area": area, "number": number, "outcome": outcome, "seconds": time.time() - began}
        print(json.dumps(record | {"said": said[-3_000:] if outcome in BAD else said[:200]}), flush=True)
    shutil.rmtree(home, ignore_errors=True)


def fuzz(inputs: int, seconds: float, seed: int = 1, workers: int = 1) -> tuple[Counter[tuple[str, str]], list[Any]]:
    """Run inputs and return how often each outcome came in each area, and what came of the bad ones."""
    template = Path(tempfile.mkdtemp(prefix="fuzz-template-"))
    (template / "data").mkdir()
    os.environ["KIT_HOME"] = str(template)
    prepared(template)
    until = time.time() + seconds
    base = [sys.executable, __file__, "--template", str(template), "--seed", str(seed), "--inputs", str(inputs)]
    files = [(template / f"worker-{n}.jsonl").open("w+", encoding="utf-8") for n in range(workers)]
    running = [
        subprocess.Popen([*base, "--until", str(until), "--worker", f"{n}/{workers}"], stdout=file)
        for n, file in enumerate(files)
    ]
    counts: Counter[tuple[str, str]] = Counter()
    bad = []
    for process, file in zip(running, files, strict=True):
        process.wait(timeout=seconds + 120)
        file.seek(0)
        for record in map(json.loads, file):
            counts[record["area"], record["outcome"]] += 1
            if record["outcome"] in BAD:
                bad.append(record)
        if process.returncode:
            counts["worker", "traceback"] += 1
            bad.append({"area": "worker", "number": -1, "outcome": "traceback", "said": f"exit {process.returncode}"})
        file.close()
    shutil.rmtree(template, ignore_errors=True)
    return counts, bad


def table(counts: Counter[tuple[str, str]]) -> str:
    """Write the outcomes as a table, an area a row."""
    lines = [f"{'area':<14}" + "".join(f"{name:>14}" for name in ("inputs", *OUTCOMES))]
    for area in dict.fromkeys([*AREAS, *(area for area, _ in counts)]):
        own = [counts[area, outcome] for outcome in OUTCOMES]
        if sum(own):
            lines.append(f"{area:<14}" + "".join(f"{n:>14,}" for n in (sum(own), *own)))
    total = [sum(n for (_, outcome), n in counts.items() if outcome == name) for name in OUTCOMES]
    return "\n".join([*lines, f"{'all':<14}" + "".join(f"{n:>14,}" for n in (sum(total), *total))])


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="AREA:NUMBER, run alone")
    for name in ("template", "worker"):
        parser.add_argument(f"--{name}", default="", help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        first, step = map(int, options.worker.split("/"))
        work(Path(options.template), options.seed, first, step, options.inputs, options.until)
        return 0
    if options.only:
        template, home = (Path(tempfile.mkdtemp(prefix="fuzz-")) for _ in range(2))
        (template / "data").mkdir()
        os.environ["KIT_HOME"] = str(template)
        prepared(template)
        (home / "sheets").symlink_to(template / "sheets")
        os.environ["KIT_HOME"] = str(home)
        area, _, number = options.only.rpartition(":")
        print(*one(home, template, area, options.seed, int(number)), sep="\n")
        return 0
    counts, bad = fuzz(options.inputs, options.seconds, options.seed, options.workers)
    print(table(counts))
    kinds = Counter((record["area"], record["said"].strip().splitlines()[-1][:160]) for record in bad)
    for (area, said), n in kinds.most_common(60):
        first = next(record for record in bad if record["area"] == area and said in record["said"])
        print(f"{n:>6}  {area}:{first['number']}  {said}")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""A new edition: rules and units of another one, marked as not yet adopted, and nothing of its judging."""

from __future__ import annotations

from pathlib import Path

import pytest
from folders import ENTRIES, JUDGES, RULES, UNITS, edition, save, text
from openpyxl import load_workbook
from problems import problem

import kit
from kit.actions import append
from kit.contest import rounds
from kit.errors import Mistakes, Problem
from kit.ledger import Event
from kit.newedition import new_edition
from kit.rules import read_rules

PRESETS = Path(kit.__file__).parent / "presets"


@pytest.fixture
def home(home: Path) -> Path:
    """A home with the edition 2025."""
    (home / "data" / "2025").mkdir()
    edition(home / "data" / "2025")
    return home


FILES = {"rules.yaml", "units.xlsx", "entries.xlsx", "judges.xlsx"}


def cells(path: Path) -> str:
    """All that a file holds, in a workbook the texts of all of its sheets."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    return "\n".join(str(cell) for page in load_workbook(path) for row in page.values for cell in row if cell)


def files(home: Path) -> set[str]:
    """Everything in the data folder."""
    return {path.relative_to(home / "data").as_posix() for path in (home / "data").rglob("*")}


def test_rules_and_units_are_carried_over(home: Path) -> None:
    old = kit.open("2025")
    rounds.open(old, "proposal")
    old.ledger.to_journal(old.folder / "journal.csv")
    save(old.folder / "assignments.csv", [["round", "entry_id", "judge_id"], ["proposal", "K1-01", "J1"]])
    folder = new_edition("2026", source="2025")
    assert folder == home / "data" / "2026"
    assert {path.name for path in folder.iterdir()} == FILES
    for register in ("entries", "judges"):
        assert load_workbook(folder / f"{register}.xlsx").worksheets[0].max_row == 1
    save(folder / "entries.xlsx", ENTRIES)
    save(folder / "judges.xlsx", JUDGES)
    new = kit.open("2026")
    assert new.registers.units.equals(old.registers.units)
    assert new.states == {"proposal": "not_opened", "presentasi": "not_opened"}
    assert new.rules.rounds == old.rules.rounds
    assert new.history.events().empty


def test_nothing_of_the_old_years_people_and_decisions_comes_along(home: Path) -> None:
    """No decision, mark, name, link, document or office of the old year, whatever lies in its folder."""
    old = home / "data" / "2025"
    header, *rows = UNITS
    save(old / "units.csv", [[*header, "kepala unit"], *([*row, "Dewi Contoh"] for row in rows)])
    edition = kit.open("2025")
    rounds.open(edition, "proposal")
    entry = {"actor": "committee", "entry_id": "K1-01"}
    append(
        edition,
        Event(kind="disqualified", text="Bukan karya sendiri", **entry),
        Event(kind="correction", criterion="title", value="Judul Baru", text="salah ketik", **entry),
        Event(kind="objection", round="proposal", criterion="S-01", value="procedure", text="x", **entry),
    )
    edition.ledger.to_journal(old / "journal.csv")
    for name in ("office.yaml", "access.sqlite", "ledger.url.bak", "crest.png", "documents/K1-01/Proposal.pdf"):
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        (old / name).write_bytes(b"x")
    folder = new_edition("2026", source="2025")
    assert {path.name for path in folder.rglob("*")} == FILES
    written = "".join(map(cells, folder.iterdir()))
    for word in ("Dewi", "Ani", "Judul Baru", "Bukan karya", "S-01", "Peta Banjir"):
        assert word not in written


@pytest.mark.usefixtures("home")
def test_a_new_edition_says_what_it_still_lacks() -> None:
    new_edition("2026", source="2025")
    with pytest.raises(Mistakes) as caught:
        kit.open("2026")
    assert [str(mistake) for mistake in caught.value] == [
        "entries.xlsx: belum ada proposal yang tercatat. Isi daftar peserta, lalu jalankan kembali.",
        "judges.xlsx: belum ada isi di bawah judul kolom. Lengkapi berkas tersebut, lalu jalankan kembali.",
    ]


NOT_ADOPTED = (
    "BELUM DITETAPKAN: ketentuan edisi 2026 disalin dari {} dan baru berlaku setelah ditetapkan penyelenggara."
)


@pytest.mark.parametrize("preset", sorted(path.stem for path in PRESETS.glob("*.yaml")))
def test_presets_are_carried_over_with_their_notice(home: Path, preset: str) -> None:
    folder = new_edition("2026", preset=preset)
    rules, _ = read_rules(folder / "rules.yaml")
    original, _ = read_rules(PRESETS / f"{preset}.yaml")
    assert rules.edition == "2026"
    assert rules.notice is not None
    assert original.notice is not None
    assert rules.notice.id == NOT_ADOPTED.format(f"contoh ketentuan {preset}") + " " + original.notice.id
    assert rules.notice.en.startswith("NOT YET ADOPTED: the rules of edition 2026 were copied from the preset")
    assert rules.notice.en.endswith(original.notice.en)
    changed = {"edition", "title", "notice"}
    assert rules.model_dump(exclude=changed) == original.model_dump(exclude=changed)
    assert load_workbook(folder / "units.xlsx").worksheets[0].max_row == 1
    before, after = (path.read_text(encoding="utf-8") for path in (PRESETS / f"{preset}.yaml", folder / "rules.yaml"))
    comments = [line for line in before.splitlines() if "#" in line]
    assert comments
    assert set(comments) <= set(after.splitlines())
    assert home in folder.parents


TITLE = "title: Kompetisi Contoh\n"
ID = '  id: "' + NOT_ADOPTED.format("edisi 2025")
# How the old rules say something, and how the new ones do.
STYLES: dict[str, tuple[str, str, str, str]] = {
    "no notice": (TITLE, "title: Kompetisi 2025 # nama\n", ID + '"\n', "title: Kompetisi 2026 # nama\n"),
    "a title in both languages": (
        TITLE,
        "title:\n  id: Lomba 2025 # id\n  # sela\n  en: 'Contest 2025'\n",
        ID + '"\n',
        "title:\n  id: Lomba 2026 # id\n  # sela\n  en: 'Contest 2026'\n",
    ),
    "a title in one line": (
        TITLE,
        "title: {id: Lomba 2025, en: Contest 2025}\n",
        ID,
        "title: {id: Lomba 2026, en: Contest 2026}\n",
    ),
    "another number": (TITLE, "title: Lomba 12025 2025-2026 2025\n", ID, "title: Lomba 12025 2026-2026 2026\n"),
    "a notice for both languages": (
        TITLE,
        TITLE + "notice: Masih contoh # catatan\n",
        f'notice: {{id: "{NOT_ADOPTED.format("edisi 2025")} Masih contoh", en: "NOT YET',
        'Masih contoh"} # catatan\n',
    ),
    "a notice in one line": (
        TITLE,
        TITLE + "notice: {id: 'Masih: contoh', en: Sample} # catatan\n",
        f'notice: {{id: "{NOT_ADOPTED.format("edisi 2025")} Masih: contoh", en: "NOT YET',
        'Sample"} # catatan\n',
    ),
    "a notice in two lines": (
        TITLE,
        TITLE + 'notice:\n  # mula\n  id: Masih "contoh" # catatan\n  en: Sample\n  # akhir\n',
        ID + ' Masih \\"contoh\\"" # catatan\n',
        'Sample"\n  # akhir\n',
    ),
    "a notice in blocks": (
        TITLE,
        TITLE + "notice:\n  id: |\n    Masih\n    contoh\n  en: >-\n    A\n    sample\n# akhir\n",
        ID + " Masih\\ncontoh\\n",
        ' A sample"\n# akhir\n',
    ),
    "a number for a name": (
        'edition: "2025"',
        "edition: 2025 # tahun",
        'edition: "2026" # tahun\nnotice:\n  id: "BELUM',
        TITLE,
    ),
    "keys in quotes": ('edition: "2025"\n', "\"edition\": '2025'\n", '"edition": "2026"\nnotice:\n', TITLE),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_rules_of_any_style_keep_it(home: Path, style: str, line_end: str) -> None:
    old, new, *found = STYLES[style]
    assert old in RULES
    written = ("# Ketentuan lomba\n" + RULES.replace(old, new, 1).strip()).replace("\n", line_end)
    (home / "data" / "2025" / "rules.yaml").write_bytes(b"\xef\xbb\xbf" + written.encode())
    after = (new_edition("2026", source="2025") / "rules.yaml").read_bytes().decode()
    assert after.startswith("# Ketentuan lomba\n")
    assert "\r" not in after
    assert after.endswith("\n")
    for part in found:
        assert part in after
    rules, _ = read_rules(home / "data" / "2026" / "rules.yaml")
    assert rules.edition == "2026"
    assert rules.notice is not None
    assert rules.notice.id.startswith(NOT_ADOPTED.format("edisi 2025"))


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "a/b", "a\\b", "/tmp/x", "C:x", "2026 ", " 2026", "2026\n", "2026.", "-2026", ".2026"),
        *("2026\0", "2026*", "ñ", "١٢", "a" * 41, "CON", "nul", "Com1", "aux.2026"),
    ],
)
def test_hostile_names_are_refused(home: Path, name: str) -> None:
    before = files(home)
    with problem("edition_name_unusable"):
        new_edition(name, source="2025")
    assert files(home) == before


@pytest.mark.parametrize("name", ["2026", "paris-1976", "2026.1", "uji_coba", "console", "a" * 40])
def test_other_names_serve(home: Path, name: str) -> None:
    assert new_edition(name, source="2025").is_dir()
    assert f"{name}/rules.yaml" in files(home)


def test_an_existing_edition_is_not_touched(home: Path) -> None:
    before = {path: path.read_bytes() for path in (home / "data" / "2025").iterdir()}
    with problem("edition_exists"):
        new_edition("2025", preset="metro")
    assert {path: path.read_bytes() for path in (home / "data" / "2025").iterdir()} == before


@pytest.mark.parametrize("source", ["2024", "../2025", "", "."])
def test_unknown_sources_are_refused(home: Path, source: str) -> None:
    before = files(home)
    with pytest.raises(Problem, match=r"Edisi yang tersedia: 2025\."):
        new_edition("2026", source=source)
    assert files(home) == before


@pytest.mark.parametrize("preset", ["tiada", "../presets/metro", "", "metro.yaml"])
def test_unknown_presets_are_refused(home: Path, preset: str) -> None:
    before = files(home)
    with problem("preset_missing", match="kipp-2023"):
        new_edition("2026", preset=preset)
    assert files(home) == before


def test_a_wrong_source_is_said_with_its_place(home: Path) -> None:
    save(home / "data" / "2025" / "units.csv", [*UNITS, UNITS[1]])
    before = files(home)
    with pytest.raises(
        Mistakes, match=r"units.csv: kode unit kerja \"U1\" tercatat lebih dari sekali, yaitu pada baris 2 dan 5"
    ):
        new_edition("2026", source="2025")
    assert files(home) == before


@pytest.mark.parametrize("step", ["mkdir", "write_text", "write_bytes", "rename"])
def test_nothing_is_left_half_written(home: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    before = files(home)
    calls = 0
    done = getattr(Path, step)

    def fail(path: Path, *arguments: object, **more: object) -> object:
        nonlocal calls
        calls += 1
        if calls == (3 if step == "write_bytes" else 1):
            raise OSError(28, "No space left on device", str(path))
        return done(path, *arguments, **more)

    monkeypatch.setattr(Path, step, fail)
    with pytest.raises(OSError, match="No space"):
        new_edition("2026", source="2025")
    assert calls
    assert files(home) == before


def test_units_are_written_as_the_kit_names_them(home: Path) -> None:
    """A register with other headers, as the rules map them, becomes one with the kit's own; the rules still fit."""
    folder = home / "data" / "2025"
    (folder / "units.csv").write_text(text([["Kode", *UNITS[0][1:]], *UNITS[1:]]), encoding="utf-8", newline="")
    (folder / "rules.yaml").write_text(RULES + "columns: {units: {unit_id: Kode}}\n", encoding="utf-8", newline="")
    new = new_edition("2026", source="2025")
    save(new / "entries.xlsx", ENTRIES)
    save(new / "judges.xlsx", JUDGES)
    assert kit.open("2026").registers.units.equals(kit.open("2025").registers.units)

"""The command line: help that teaches, exit codes, and a sentence instead of a traceback whatever is typed."""

from __future__ import annotations

import csv
import inspect
import io
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from contests import contest, single
from folders import save
from homes import empty_home, keep, play, sheets, stage, taken_up

import kit
from kit import cli
from kit.cli import GROUPS, OFTEN, Group, Spoken, all_commands, key_of
from kit.cli._command import FUNCTIONS
from kit.contest import rounds
from kit.ledger import COMMITTEE, Event
from kit.texts import LANGUAGES, Texts, read_chapter

if TYPE_CHECKING:
    import click

    from kit.texts import Language

KEYS = ["round", "scope", "scope_id", "entry_id", "title", "unit", "score", "rank", "award", "tie_broken_by"]
KEYS += ["judges_counted", "judges_required", "state", "last_round", "basis"]
TWO = contest(
    single(advance={"scope": "group", "places": 2}, ties=[{"by": "head_count"}]),
    single(),
    final={
        "awards": [{"scope": "group", "names": [{"id": "Juara I", "en": "First"}, {"id": "Juara II", "en": "Second"}]}]
    },
)
ENTRIES = {"E1": "G1/a", "E2": "G1/a", "E3": "G1/b", "E4": "G2/a"}
FIRST = {"E1": "70 70 70", "E2": "71 71 68", "E3": "9.5 9.5 9.5", "E4": "60 60 -"}
LAST = {"E1": "80 80 80", "E2": "80 80 81"}
BASIS = (
    "Peringkat menurut nilai akhir (nilai tahap 2) di antara finalis; inovasi yang tidak mencapai tahap 2 "
    "menempati urutan sesudahnya menurut nilai tahap 1. Penghargaan hanya diberikan kepada finalis."
)
INCOMPLETE = (
    "Tahap 1 belum dapat ditutup karena 1 lembar penilaian belum lengkap: J3 (1). "
    "Kriteria yang kosong tidak dihitung sebagai nol. "
    'Lengkapi lembar itu, atau tutup tahap beserta alasannya: kit round close 2025 r1 --reason "…".\n'
)


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the edition 2025, in which nothing has happened."""
    monkeypatch.delenv("KIT_DEBUG", raising=False)
    stage(home, TWO, ENTRIES)
    return home


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition's folder after both rounds; J3 never marked E4."""
    folder = tmp_path_factory.mktemp("snapshot")
    with empty_home(folder) as home:
        edition = play(stage(home, TWO, ENTRIES), "r1", FIRST, reason="Juri sakit")
        play(edition, "r2", LAST, reason="Juri sakit", unasked=True)
        keep(edition, folder / "judged")
    return folder / "judged"


@pytest.fixture
def judged(home: Path, snapshot: Path) -> Path:
    """A home in which both rounds are over."""
    shutil.rmtree(home / "data" / "2025")
    taken_up(home, snapshot)
    return home


# Help

WORDS = all_commands()
HELP = ["", *GROUPS, *WORDS]
FOREIGN = ("Usage:", "Options:", "COMMAND", "Show this message", "required", "Missing", "No such", "Invalid", "Error:")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", HELP)
def test_help_teaches_in_both_languages(run: Any, words: str, language: Language) -> None:
    code, out, err = run(f"{words} --help --language {language}")
    t = Texts(language)
    assert (code, err) == (0, "")
    assert out.startswith(f"{t('cli.usage')}: kit {words}".rstrip())
    example = t(f"commands.example_{key_of(words)}").splitlines()
    assert [line.strip() for line in out.splitlines()][-len(example) - 1 :] == [t("cli.example"), *example]
    assert t(f"commands.{key_of(words)}") in " ".join(out.split())
    assert t("cli.arg_help") in out
    assert max(map(len, out.splitlines())) < 100
    assert [word for word in FOREIGN if word in out and language == "id"] == []


def test_every_example_is_a_command_of_its_kind_and_can_be_read() -> None:
    for words, t in product(HELP, map(Texts, LANGUAGES)):
        for line in t(f"commands.example_{key_of(words)}").splitlines():
            assert line.startswith(f"kit {words}".rstrip())
            read(line)


def read(line: str) -> None:
    """Read a command without running it."""
    kit_, *words = shlex.split(line)
    assert kit_ == "kit"
    context: click.Context | None = None
    command: click.Command = Group("", Texts("id"))
    while isinstance(command, Group) and words[:1] != ["--help"]:
        context = command.make_context(command.name, words, context, obj=Spoken("id", "id"))
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
    if words != ["--help"]:
        assert command.make_context(command.name, words, context).args == []


def test_every_description_is_of_a_command_and_every_word_of_a_parameter() -> None:
    own = [(words, name.rstrip("_")) for words in WORDS for name in inspect.signature(FUNCTIONS[words]).parameters]
    needed = {key for words in HELP for key in (key_of(words), f"example_{key_of(words)}")}
    needed |= {key for words, name in own for key in (f"arg_{key_of(words)}_{name}", f"arg_{name}", f"word_{name}")}
    assert set(read_chapter("commands")) - needed == {"word_whole"}


def test_the_most_used_commands_and_the_groups_stand_in_the_help(run: Any) -> None:
    out = run("--help")[1]
    assert re.findall(r"^  (\w+)  +[A-Z]", out, flags=re.MULTILINE) == [*OFTEN, *GROUPS]
    for group in GROUPS:
        verbs = [words.partition(" ")[2] for words in WORDS if words.startswith(f"{group} ")]
        assert re.findall(r"^  ([\w-]+)  +[A-Z]", run(f"{group} --help")[1], flags=re.MULTILINE) == verbs


def test_help_answers_without_loading_pandas() -> None:
    script = """
import sys
from kit.cli import main
main(["--help"]), main(["plenary", "mark", "--help"]), main(["years"])
sys.exit("pandas" in sys.modules or "kit.edition" in sys.modules)"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


# A command in a text is followed by an edition, an option or the end of its quotation.
NAMED = re.compile(r"\bkit ([a-z]+(?: [a-z][a-z-]*)*)(?= \{| \d| [A-Z]| --|`| …| \.\.\.)")
PROSE = {"versi", "version", "ships one"}


def test_no_text_names_a_command_that_does_not_exist() -> None:
    root = Path(kit.__file__).parents[1]
    named = {
        (path.name, words)
        for kind in ("reports/*.md", "kit/**/*.toml", "kit/**/*.py", "notebooks/*.ipynb")
        for path in root.glob(kind)
        for words in NAMED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 50
    assert {(name, words) for name, words in named if words not in {*WORDS, *GROUPS, *PROSE}} == set()


def test_the_reference_of_commands_is_current() -> None:
    docs = Path(kit.__file__).parents[1] / "docs"
    made = runpy.run_path(str(docs / "make_reference.py"))
    for language, path in made["FILES"].items():
        assert path.read_text(encoding="utf-8") == made["reference"](language), "run: python docs/make_reference.py"


# Wrong commands


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ranking 2025", "tidak dikenal: ranking; barangkali maksudnya rank"),
        ("new 2026 --preset metro", "tidak dikenal: new; barangkali maksudnya edition new"),
        ("round tutup 2025 r1", "tidak dikenal: tutup"),
        ("rank", "belum diisi: EDISI"),
        ("rank 2025 --format pdf", '--format: "pdf" tidak dikenal; pilihannya table, csv, json'),
        ("rank 2025 --form json", "tidak dikenal: --form; barangkali maksudnya --format"),
        ("rank 2025 --round", "--round memerlukan isi"),
        ("rank 2025 --round --scope group", "--round memerlukan isi"),
        ("rank 2025 2026", "tidak dikenal: 2026"),
        ("documents 2025 --list=ya", "--list tidak memerlukan isi"),
        ("documents 2025 --processes 0", '--processes: "0" bukan bilangan bulat dari 1 sampai 1000'),
        ("marks import 2025", "belum diisi: BERKAS..."),
        ("edition accept 2025", "belum diisi: --reason"),
        ("edition new 2026", "tepat satu wajib diisi: --from, --preset"),
        ("edition new 2026 --from 2025 --preset metro", "tepat satu wajib diisi: --from, --preset"),
        ("report 2025 --made-at kemarin", '--made-at: waktu "kemarin" tidak terbaca'),
        ("report 2025 --made-at 2025-11-21", '--made-at: waktu "2025-11-21" tidak terbaca'),
        (
            "report 2025 --made-at 2025-13-01T09:00:00+07:00",
            '--made-at: waktu "2025-13-01T09:00:00+07:00" tidak terbaca',
        ),
        ("rank 2025 --language fr", '--language: "fr" tidak dikenal; pilihannya id, en'),
    ],
)
def test_wrong_commands_exit_with_2_and_show_the_way(run: Any, line: str, said: str) -> None:
    code, out, err = run(line)
    usage, sentence = err.splitlines()
    assert (code, out, usage[:11]) == (2, "", "Pemakaian: ")
    assert sentence.startswith(f"Perintah ini keliru atau belum lengkap ({said}")
    assert sentence.endswith(" --help.")
    if "--language" not in line:
        code, out, err = run(f"{line} --language en")
        assert (code, out, err.startswith("Usage: ")) == (2, "", True)
        assert "This command is wrong or incomplete (" in err


@pytest.mark.parametrize("line", ["", "round"])
def test_an_unfinished_command_is_answered_with_the_help(run: Any, line: str) -> None:
    code, out, err = run(line)
    assert (code, out, err) == (2, "", run(f"{line} --help")[1])


# What users get wrong


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rank 2099", 'Edisi "2099" tidak ada di folder data. Edisi yang tersedia: 2025.'),
        ("rank ../2025", 'Edisi "../2025" tidak ada'),
        ("rank ''", 'Edisi "" tidak ada'),
        ("rank 2025 --round r9", 'Tahap "r9" tidak dikenal di sini.'),
        ("explain 2025 E9", 'Kode proposal "E9" tidak terdaftar.'),
        ("explain 2025 ''", 'Kode proposal "" tidak terdaftar.'),
        ("round open 2025 r9", 'Tahap "r9" tidak dikenal di sini.'),
        (
            "round open 2025 r1",
            "Tahap r1 pernah ditutup atau diputuskan sehingga hanya dapat dibuka atau dibahas kembali",
        ),
        ("round close 2025 r1", "Tahap r1 telah ditutup pada "),
        ("edition accept 2025 --reason ' '", "Alasan belum diisi."),
        ("edition accept 2025 --reason Baru", "Tidak ada perubahan yang perlu diterima"),
        ("marks import 2025 tiada.csv", "tiada.csv: berkas ini tidak ditemukan di folder "),
        ("marks import 2025 data --round r1", "Folder data tidak memuat lembar penilaian atau berkas nilai"),
        ("marks import 2025 nilai.pdf --round r1", "nilai.pdf: berkas berformat .pdf tidak dapat dibaca"),
        ("marks import 2025 data/2025/units.csv --round r1", "units.csv, baris 1: kolom entry_id"),
        ("marks import 2025 data/2025/units.csv --round r9", 'Tahap "r9" tidak dikenal di sini.'),
        ("check 2025 --anchors tiada.txt", "tiada.txt: berkas ini tidak ditemukan di folder "),
        ("check 2025 --anchors data", "data tidak dapat dibaca atau ditulis ("),
        ("check 2025 --anchors data/2025/units.csv", 'units.csv, baris 1: "'),
        ("check 2025 --anchors data/2025/ledger.sqlite", "ledger.sqlite: berkas tidak tersimpan sebagai UTF-8."),
        ("edition new ../2026 --from 2025", 'Nama edisi "../2026" tidak dapat dipakai'),
        ("edition new 2025 --from 2025", 'Edisi "2025" sudah ada.'),
        ("edition new 2026 --from 2099", 'Edisi "2099" tidak ada'),
    ],
)
def test_mistakes_are_one_sentence_and_exit_with_1(
    run: Any, home: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    monkeypatch.chdir(home)
    before = kit.open("2025").ledger.fingerprint()
    code, out, err = run(line)
    assert (code, out.startswith("Tahap 1: ") if line == "round open 2025 r1" else out == "") == (1, True)
    assert said in err
    assert err.count("\n") == 1
    assert "terduga" not in err
    assert kit.open("2025").ledger.fingerprint() == before


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "line", ["rank 2025", "explain 2025 E1", "report 2025", "rank 2025 --format json", "rank 2025 --round r1"]
)
def test_commands_show_nothing_while_a_round_is_open(run: Any, line: str) -> None:
    code, out, err = run(line)
    assert (code, out) == (1, "")
    assert err == (
        "Tahap 1 belum dibuka sehingga belum ada hasilnya. Buka tahap, masukkan nilai, lalu tutup tahap: "
        "kit round open 2025 r1.\n"
    )
    edition = kit.open("2025")
    rounds.open(edition, "r1")
    said = (1, "", "Nilai dan peringkat belum dapat ditampilkan karena tahap 1 masih dibuka.\n")
    assert run(line) == said
    rounds.close(edition, "r1", "x")
    rounds.open(edition, "r1", "y")
    assert run(line) == said


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("line", ["rank 2025", "explain 2025 E1", "report 2025", "check 2025"])
def test_commands_stop_when_rules_were_changed(run: Any, home: Path, line: str) -> None:
    rules = home / "data" / "2025" / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("places: 2", "places: 1"), encoding="utf-8")
    code, out, err = run(line)
    assert (code, out) == (1, "")
    assert "(rules.yaml: rounds[r1].advance.places: 2 → 1)" in err
    assert 'kit edition accept 2025 --reason "…"' in err
    assert run("edition accept 2025 --reason 'SK 12'")[0] == 0
    assert run("rank 2025")[0] == 0


def test_a_wrong_home_is_a_sentence(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_HOME", str(tmp_path / "tiada"))
    for line in ("rank 2025", "edition new 2026 --preset metro", "rank 2025 --language en"):
        code, out, err = run(line)
        assert (code, out) == (1, "")
        assert "KIT_HOME" in err
        assert "notebooks/" in err


def test_a_folder_that_cannot_be_written_is_a_sentence(run: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **more: Any) -> None:
        raise PermissionError(13, "Permission denied", str(more.get("dir")))

    (home / "data" / "2025" / "ledger.sqlite").unlink(missing_ok=True)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    for line in ("edition new 2026 --preset metro", "rank 2025", "round open 2025 r1"):
        code, out, err = run(line)
        assert (code, out) == (1, "")
        assert re.search(r"tidak dapat dibaca atau ditulis|tidak ada atau tidak dapat ditulisi", err)
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("language: en\n", "There is no result"),
        ("language: 'en' # bahasa\ntidak_dikenal: 1\n", 'the key "tidak_dikenal" is not known here'),
        ('language: "en"\n  - rusak: [', "the YAML cannot be read around this line"),
        ("language: id\ntidak_dikenal: 1\n", 'kunci "tidak_dikenal" tidak dikenal'),
        ("tidak_dikenal: 1\n", 'kunci "tidak_dikenal" tidak dikenal'),
    ],
)
def test_mistakes_are_said_in_the_language_of_the_edition(run: Any, home: Path, rules: str, said: str) -> None:
    path = home / "data" / "2025" / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8") + rules, encoding="utf-8")
    said = said.replace("There is no result", "The tahap 1 round has not been opened")
    assert said in run("rank 2025")[2]
    assert said in run("edition new 2026 --from 2025")[2] or "has not been opened" in said
    assert "kunci" in run("check 2025 --language id")[2] or "tidak_dikenal" not in rules


# Whatever else happens


@pytest.mark.usefixtures("home")
def test_ctrl_c_is_quiet(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kit.edition.Edition.open", interrupt)
    assert run("rank 2025") == (130, "", "")


class Unspeakable(Exception):
    """An error that cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "error", [RuntimeError("aneh"), Unspeakable(), OSError(), OSError("tanpa berkas"), KeyError("x")]
)
@pytest.mark.parametrize("home_is", ["right", "wrong", "gone"])
def test_the_unexpected_is_one_sentence_too(
    run: Any, home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, home_is: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("kit.edition.Edition.open", fail)
    if home_is == "wrong":
        monkeypatch.setenv("KIT_HOME", str(home / "tiada"))
    if home_is == "gone":
        monkeypatch.delenv("KIT_HOME")
        monkeypatch.setattr(Path, "cwd", fail if isinstance(error, OSError) else Path.cwd)
    code, out, err = run("rank 2025")
    assert (code, out) == (1, "")
    assert err.startswith("Kesalahan yang tidak terduga: ")
    assert type(error).__name__ in err
    assert "KIT_DEBUG=1" in err
    monkeypatch.setenv("KIT_HOME", str(home))
    monkeypatch.setenv("KIT_DEBUG", "1")
    with pytest.raises(type(error)):
        cli.main(["rank", "2025"])


@pytest.mark.usefixtures("home")
def test_kit_debug_leaves_users_mistakes_alone(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_DEBUG", "1")
    assert run("rank 2099")[0] == 1


@pytest.mark.filterwarnings("always")
def test_the_kits_warnings_are_sentences(run: Any, tmp_path: Path) -> None:
    synced = tmp_path / "OneDrive - Kota Contoh"
    synced.mkdir()
    with empty_home(synced) as folder:
        stage(folder, TWO, ENTRIES)
        code, out, err = run("check 2025")
    assert code == 0
    assert "\nEdisi 2025 tidak mengandung kesalahan" in out
    assert err.startswith(f"Folder {synced}")
    assert err.count("\n") == 1


def test_a_reader_that_has_seen_enough_is_no_error(judged: Path) -> None:
    command = [sys.executable, "-m", "kit.cli", "rank", "2025", "--format", "json"]
    environment = os.environ | {"KIT_HOME": str(judged), "PYTHONPATH": str(Path(kit.__file__).parents[1])}
    running = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=judged,
        text=True,
        encoding="utf-8",
    )
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    assert running.stderr.read() == ""
    running.stderr.close()
    assert running.wait() == 1


# What commands do


def imported(file: str, *counts: str, before: str = "") -> list[str]:
    """What an import says of a file, with how many marks of each judge are new or on record."""
    judges = [f"  juri J{n} (Nama J{n}), tahap 1: nilai {count}" for n, count in enumerate(counts, 1) if count]
    return [file, *([before] if before else []), *judges]


SAME = "Isi berkas ini sudah tercatat. Tidak ada nilai yang berubah."
IMPORTED = [
    *imported("satu.csv", "2 baru", "2 baru", "2 baru"),
    "",
    *imported("dua.xlsx", "2 baru", "2 baru", "1 baru"),
]
AGAIN = imported("satu.csv", *["2 sama"] * 3, before=f"  {SAME}")


def test_a_contest_goes_through_the_commands(run: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    edition = kit.open("2025")
    save(home / "satu.csv", sheets(edition, "r1", {name: marks for name, marks in FIRST.items() if name < "E3"}))
    save(home / "dua.xlsx", sheets(edition, "r1", {name: marks for name, marks in FIRST.items() if name >= "E3"}))
    said: list[str] = []
    for line in (
        "check 2025",
        "round open 2025 r1",
        "marks import 2025 satu.csv dua.xlsx --yes",
        "marks import 2025 satu.csv --yes",
        "round close 2025 r1",
        "round close 2025 r1 --reason 'Juri sakit'",
        "check 2025 --anchors ujung.txt",
    ):
        code, out, err = run(line)
        assert code == (line == "round close 2025 r1"), err
        said.append(out + err)
        heads = [own for own in out.splitlines() if own.startswith("committee ")]
        (home / "ujung.txt").write_text("\ufeff" + "\n".join(heads), encoding="utf-8")
    sound = "\nEdisi 2025 tidak mengandung kesalahan: 4 inovasi dari 4 unit kerja, 3 juri, {} catatan."
    assert sound.format(0) in said[0]
    assert said[1].startswith("Tahap 1: 4 inovasi, 12 lembar penilaian, 3 juri.\n")
    assert said[1].endswith("\nTahap 1 dibuka.\n")
    assert said[2:5] == [
        "".join(f"{line}\n" for line in [*IMPORTED, "11 nilai dan 0 catatan juri disimpan."]),
        "".join(f"{line}\n" for line in AGAIN),
        INCOMPLETE,
    ]
    closed, *heads = said[5].splitlines()
    assert closed.startswith("1 lembar penilaian tidak lengkap. Kriteria yang kosong tidak dihitung sebagai nol. ")
    assert closed.endswith("Tahap 1 ditutup. Cantumkan kode keutuhan berikut dalam berita acara:")
    assert [re.fullmatch(r"committee 14 [0-9a-f]{64}", head) is not None for head in heads] == [True]
    assert sound.format(14) in said[6]


@pytest.mark.usefixtures("judged")
def test_check_names_what_was_tampered_with(run: Any, home: Path) -> None:
    (home / "ujung.txt").write_text(f"committee 99 {'a' * 64}\nJ9 1 {'b' * 64}\n", encoding="utf-8")
    code, out, err = run(f"check 2025 --anchors '{home / 'ujung.txt'}'")
    assert (code, "tidak mengandung kesalahan" in out) == (1, False)
    assert err.startswith("Ditemukan 2 kesalahan.")
    (home / "ujung.txt").write_text("committee dua\n", encoding="utf-8")
    assert run(f"check 2025 --anchors '{home / 'ujung.txt'}'")[2].startswith(
        'ujung.txt, baris 1: "committee dua" bukan'
    )


def test_check_says_that_a_lock_is_damaged(run: Any, home: Path) -> None:
    assert home
    kit.open("2025").ledger.append([Event(kind="rules_locked", actor=COMMITTEE, text="rusak")])
    assert run("check 2025")[2].startswith("Catatan tentang ketentuan yang dikunci dalam buku nilai rusak")


@pytest.mark.parametrize(
    ("awards", "unreachable"),
    [
        ({"names": ["I", "II"]}, False),
        ({"names": ["I", "II", "III", "IV"]}, True),
        ({"names": ["I", "II", "III", "IV"], "among": "all"}, False),
    ],
)
def test_check_says_which_awards_nobody_can_reach(
    run: Any,
    home: Path,
    awards: dict[str, object],
    unreachable: bool,  # noqa: FBT001
) -> None:
    first = single(advance={"scope": "group", "places": 2})
    stage(home, contest(first, single(), final={"awards": [{"scope": "group", **awards}]}), ["E1", "E2", "E3", "E4"])
    code, out, err = run("check 2025")
    assert code == 0
    assert ("Pada Satu, III dan IV tidak akan diberikan: paling banyak 2" in out + err) == unreachable


def test_check_names_entries_that_cannot_get_a_score_before_a_round_is_opened(run: Any, home: Path) -> None:
    rules_ = contest(single(min_judges=2, quorum=9, advance={"scope": "group", "places": 1}), single(min_judges=4))
    assigned = [("r1", entry, judge) for entry in ("E1", "E2") for judge in ("J1", "J2")]
    stage(home, rules_, ["E1", "E2", "E3"], conflicts={"J2": "E2:keluarga"}, assignments=assigned)
    code, _, err = run("check 2025")
    assert code == 1
    assert [line.split(". ", 1)[1] for line in err.splitlines()[1:]] == [
        (
            "Kuorum rapat pleno tahap 1 adalah 9 juri, tetapi tahap itu hanya mempunyai 2 juri. "
            'Perbaiki "quorum" atau tambahkan juri.'
        ),
        "1 proposal pada tahap 1 belum mempunyai juri: E3. Lengkapi penugasan juri.",
        (
            "Pada tahap 1, hanya 1 juri yang dapat menilai proposal berikut, padahal sebuah nilai "
            "memerlukan 2 juri: E2. Tambahkan juri pada penugasan atau tunjuk juri pengganti."
        ),
        (
            "Tahap 2 mempunyai 3 juri yang nilainya dihitung, padahal sebuah nilai memerlukan 4 juri "
            '(menurut "min_judges", dan karena "trimmed_mean" mengabaikan nilai tertinggi dan terendah). '
            "Tambahkan juri atau ubah ketentuan."
        ),
    ]


# Rankings


@pytest.mark.usefixtures("judged")
def test_rank_prints_json(run: Any) -> None:
    code, out, err = run("rank 2025 --format json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert {tuple(row) for row in rows} == {tuple(KEYS)}
    assert {(row["round"], row["scope"], row["scope_id"]) for row in rows} == {
        (round_, *scope)
        for round_, groups in {"r1": ["G1", "G2"], "final": ["G1", "G2"], "r2": ["G1"]}.items()
        for scope in [
            ("overall", "overall"),
            ("category", "a"),
            *(("group", group) for group in groups),
            *(("group_category", f"{group}/a") for group in groups),
            *([("category", "b"), ("group_category", "G1/b")] if round_ != "r2" else []),
        ]
    }
    types = {key: {type(row[key]) for row in rows} for key in KEYS}
    assert types.pop("score") == types.pop("award") == types.pop("tie_broken_by") == {str, type(None)}
    assert types.pop("rank") == {int, type(None)}
    assert types.pop("judges_counted") == types.pop("judges_required") == {int}
    assert set.union(*types.values()) == {str}
    group = [row for row in rows if (row["round"], row["scope_id"]) == ("r1", "G1")]
    assert [(row["entry_id"], row["score"], row["rank"], row["tie_broken_by"]) for row in group] == [
        ("E2", "70.00", 1, "head_count"),
        ("E1", "70.00", 2, "head_count"),
        ("E3", "9.50", 3, None),
    ]
    without = next(row for row in rows if (row["round"], row["scope_id"]) == ("r1", "G2"))
    assert list(without.values()) == [
        *("r1", "group", "G2", "E4", "Inovasi E4", "Unit E4", None, None, None, None, 2, 3, "provisional"),
        *("r1", "Peringkat menurut nilai tahap 1."),
    ]
    last = next(row for row in rows if (row["round"], row["scope_id"], row["entry_id"]) == ("final", "G1", "E3"))
    assert (last["last_round"], last["basis"]) == ("r1", BASIS)
    awards = {row["entry_id"]: row["award"] for row in rows if (row["round"], row["scope_id"]) == ("final", "G1")}
    assert awards == {"E2": "Juara I", "E1": "Juara II", "E3": None}


def test_scores_are_decimal_text_whatever_their_size(run: Any, home: Path) -> None:
    tiny = {"scale": {"low": 0, "high": 1, "step": "0.000001"}}
    steps = [{"over": "judges", "by": "mean", "round": 9}]
    edition = stage(home, contest(single(score=steps, **tiny)), ["E1", "E2"])
    play(edition, "r1", {"E1": "0.000001 0 0", "E2": "0 0 0"})
    for form, read in (("json", json.loads), ("csv", lambda out: [*csv.DictReader(io.StringIO(out))])):
        rows = read(run(f"rank 2025 --scope group --round r1 --format {form}")[1])
        assert [row["score"] for row in rows] == ["0.000000333", "0.000000000"]
        assert list(rows[0]) == KEYS


@pytest.mark.usefixtures("judged")
def test_rank_prints_csv_with_the_same_rows(run: Any) -> None:
    rows = json.loads(run("rank 2025 --format json")[1])
    table = [*csv.DictReader(io.StringIO(run("rank 2025 --format csv")[1]))]
    assert table == [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize(
    "filters", ["--round r1", "--round final", "--scope category", "--round r2 --scope group_category"]
)
def test_rank_shows_only_what_was_asked_for(run: Any, filters: str) -> None:
    words = iter(filters.removeprefix("--").replace(" --", " ").split())
    wanted = dict(zip(words, words, strict=True))
    rows = json.loads(run("rank 2025 --format json")[1])
    chosen = json.loads(run(f"rank 2025 --format json {filters}")[1])
    assert chosen == [row for row in rows if wanted.items() <= row.items()]
    assert chosen


@pytest.mark.usefixtures("judged")
def test_rank_prints_a_table_to_read(run: Any) -> None:
    assert run("rank 2025 --round r1 --scope group")[1].splitlines() == [
        "Tahap 1 · Satu · Hasil penilaian, belum ditetapkan",
        "Peringkat menurut nilai tahap 1.",
        "   1     70,00  E2          Inovasi E2  [nilai sama: jumlah juri yang mengunggulkan]",
        "   2     70,00  E1          Inovasi E1  [nilai sama: jumlah juri yang mengunggulkan]",
        "   3      9,50  E3          Inovasi E3",
        "",
        "Tahap 1 · Dua · Nilai sementara",
        "Peringkat menurut nilai tahap 1.",
        "   –         –  E4          Inovasi E4",
        "",
    ]
    lines = run("rank 2025 --round final --scope group --language en")[1].splitlines()
    assert lines[0] == "Final score · Satu · Judging result, not yet decreed"
    assert lines[1].startswith("Ranked by the final score")
    assert lines[2] == "   1     80.33  E2          Inovasi E2  [Juara I]"


@pytest.mark.usefixtures("judged")
def test_output_is_utf_8_on_every_machine(home: Path) -> None:
    units = home / "data" / "2025" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("Unit E1", "Unit Émile 雪"), encoding="utf-8")
    rounds.accept_changes(kit.open("2025"), "Nama")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(kit.__file__).parents[1])}
    command = [sys.executable, "-m", "kit.cli", "rank", "2025", "--format", "json"]
    out = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    assert "Unit Émile 雪" in {row["unit"] for row in json.loads(out.decode("utf-8"))}


# Explanations and reports


@pytest.mark.usefixtures("judged")
def test_explain_prints_the_explanation(run: Any) -> None:
    for language in LANGUAGES:
        code, out, err = run(f"explain 2025 E1 --language {language}")
        assert (code, err) == (0, "")
        assert out == kit.explain.explain(kit.open("2025", language), "E1").text() + "\n"


@pytest.mark.usefixtures("judged")
def test_documents_report_and_fairness_pass_on_what_was_asked(
    run: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def plan(edition: kit.Edition, kinds: list[str], **options: Any) -> SimpleNamespace:
        asked.append((edition.language, kinds, options))
        folder = home / "reports" / "2025"
        return SimpleNamespace(jobs=[], waiting={}, left_over=[], unchanged=["c"], folder=folder)

    def make(plan_: object, **options: Any) -> SimpleNamespace:
        asked.append((options,))
        return SimpleNamespace(
            files=[home / "reports" / "a.html", home.parent / "b.pdf"], count=1, failed=[], noted=[], plan=plan_
        )

    monkeypatch.setattr("kit.documents.batch.plan_documents", plan)
    monkeypatch.setattr("kit.documents.batch.make_documents", make)
    monkeypatch.chdir(home)
    code, out, _ = run("report 2025")
    assert code == 0
    assert out.splitlines() == [
        f"Dibuat: {Path('reports') / 'a.html'}",
        f"Dibuat: {home.parent / 'b.pdf'}",
        f"1 dokumen dibuat, 1 tidak berubah, 0 gagal. Folder: {Path('reports') / '2025'}",
    ]
    run("result fairness 2025 --round r2 --out laporan --made-at 2025-11-21T09:00:00+07:00 --language en")
    run("documents 2025 recap feedback/E1 --processes 3 --scheduler tcp://a:1 --shard 2/5")
    alone: dict[str, Any] = {"processes": 1, "scheduler": "", "progress": False}
    plain: dict[str, Any] = {"made_at": "", "out": None, "shard": "1/1"}
    moment = {"made_at": "2025-11-21T09:00:00+07:00", "out": Path("laporan"), "shard": "1/1"}
    assert asked == [
        ("id", ["annual-report", "recap"], plain),
        (alone,),
        ("en", ["fairness/r2"], moment),
        (alone,),
        ("id", ["recap", "feedback/E1"], {**plain, "shard": "2/5"}),
        ({"processes": 3, "scheduler": "tcp://a:1", "progress": False},),
    ]


@pytest.mark.usefixtures("judged")
def test_documents_lists_each_kind_with_what_is_due_or_what_it_waits_for(run: Any) -> None:
    code, out, err = run("documents 2025 --list")
    assert (code, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert lines["recap"].endswith("1 dokumen, 1 perlu dibuat")
    assert lines["certificates"].endswith("4 dokumen, 4 perlu dibuat")
    assert "belum dapat dibuat: " in lines["minutes-plenary"]


@pytest.mark.usefixtures("judged")
def test_documents_that_failed_are_told_after_those_that_were_made(run: Any, home: Path) -> None:
    code, out, err = run("documents 2025 annual-report certificates/E1 --processes 1")
    assert code == 1
    assert out.splitlines()[-1].startswith("1 dokumen dibuat, 0 tidak berubah, 1 gagal.")
    assert err.splitlines()[-1].startswith("annual-report.ipynb: ")
    assert (home / "reports" / "2025" / "index.html").is_file()


def test_new_says_what_to_do_next(run: Any, home: Path) -> None:
    code, out, err = run("edition new 2026 --from 2025")
    assert (code, err) == (0, "")
    assert out.startswith("Edisi 2026 dibuat di data/2026. Ketentuannya belum ditetapkan")
    assert (home / "data" / "2026" / "rules.yaml").is_file()
    assert run("check 2026")[2].startswith("Ditemukan 2 kesalahan.")
    assert run("edition new 2027 --preset metro --language en")[1].startswith("Edition 2027 was made in data/2027.")


def test_several_mistakes_are_numbered_under_one_headline(run: Any, home: Path) -> None:
    (home / "data" / "2025" / "judges.csv").unlink()
    (home / "data" / "2025" / "entries.csv").unlink()
    assert [line.partition(":")[0] for line in run("check 2025")[2].splitlines()] == [
        "Ditemukan 2 kesalahan. Tidak ada data yang disimpan. Perbaiki semuanya, lalu jalankan kembali.",
        "1. entries.csv",
        "2. judges.csv",
    ]

"""The catalogue of words: complete in both languages, spelled in one spelling, and in step with the code."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import kit
from kit.errors import Mistakes, Problem
from kit.texts import LANGUAGES, chapters

ROOT = Path(__file__).parents[1]
KIT = ROOT / "kit"
CATALOGUE = {f"{chapter}.{name}": text for chapter, names in chapters().items() for name, text in names.items()}
# They say where a mistake is; the rest of the chapter says what it is.
PLACES = {"errors.at_row", "errors.at_column"}


def braces(text: str) -> set[str]:
    """Return the names in a sentence's braces; a format or an attribute within them is nobody's business here."""
    parsed = list(Formatter().parse(text))
    assert not any(spec or conversion for _, _, spec, conversion in parsed)
    return {name for _, name, _, _ in parsed if name is not None}


# Both languages


def fault(text: dict[str, str]) -> str:
    """Return what a text of the catalogue lacks, or has too much of; "" where nothing."""
    if not set(LANGUAGES) <= set(text) <= {*LANGUAGES, "en_one"}:
        return "languages"
    if not all(said.strip() == said != "" for said in text.values()):
        return "blanks"
    indonesian, english = braces(text["id"]), braces(text["en"])
    if indonesian != english or not all(name.isidentifier() for name in indonesian):
        return "braces"
    return "en_one" if "en_one" in text and not english | {"n"} >= braces(text["en_one"]) else ""


def test_both_languages_say_the_same() -> None:
    assert {key: found for key, text in CATALOGUE.items() if (found := fault(text))} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ({"id": "{n} juri"}, "languages"),
        ({"id": "juri", "en": "judge", "de": "Richter"}, "languages"),
        ({"id": "juri ", "en": "judge"}, "blanks"),
        ({"id": "juri", "en": ""}, "blanks"),
        ({"id": "{n} juri", "en": "{m} judges"}, "braces"),
        ({"id": "juri", "en": "judges", "en_one": "{judge}"}, "en_one"),
        ({"id": "juri", "en": "judges", "en_one": "{n} judge"}, ""),
    ],
)
def test_languages_that_differ_are_found(text: dict[str, str], found: str) -> None:
    assert fault(text) == found


# House spelling

SPELLING = {
    "Wali Kota": r"\bwalikota\b",
    "perangkat daerah": r"\b(?-i:OPD)\b",
    "konflik kepentingan": r"\bbenturan kepentingan\b",
    "nilai": r"\b(poin|scores?)\b",
    "nilai (skor hanya untuk Indeks Inovasi Daerah)": r"^(?!.*\bindeks\b).*\bskor\b",
    "uraian tingkat": r"\blevels?\b",
    "berkas digital, berkas cetak": r"\b(soft|hard) ?copy\b",
    "daring, luring": r"\b(on|off)line\b",
    "tautan": r"(?<!kit judge )(?<!kit committee )\blinks?\b",
    "unggah, unduh": r"\b(di-?)?(up|down)load\b",
    "tenggat": r"\bdeadline\b",
    "analisis": r"\banalisa\b",
    "praktik": r"\bpraktek\b",
    "kerja sama": r"\bkerjasama\b",
    "bertanggung jawab": r"\bbertanggungjawab\b",
    "pertanggungjawaban": r"\bpertanggung jawaban\b",
    "antarjuri, antarunit": r"\bantar[ -](?=\w)",
    "nonpemerintah": r"\bnon (?=\w)",
    "non-APBD": r"\bnon(?-i:[A-Z])",
    "pascapenilaian": r"\bpasca[ -](?=\w)",
    "di luar, di atas": r"\b(di|ke)(dalam|atas|bawah|samping)\b|\bdi(luar|antara|mana)\b",
    "diisi, dinilai": r"\bdi (isi|nilai|ubah|buka|tutup|simpan|kirim|hitung|baca|hapus|tulis|pakai|muat|impor|ekspor"
    r"|jalankan|tetapkan|terima|buat|cetak|lihat|tampilkan|lengkapi|perbaiki)\b",
    "pukul 15.00 WIB": r"\bjam [\d{]|\b\d{1,2}:\d{2}\b",
    "23 November 2026": r"\b\d{1,2}[-/]\d{1,2}[-/]\d{4}\b",
    "s.d.": r"\bs/d\b",
    "Rp10.000,00": r"\bRp(\.|\s)|\d,-",
    "49,43%": r"[\d}] %|\d\.\d+%",
    "Juara I": r"\bJuara \d",
    "ke-1 atau kesatu": r"\bke (?-i:[IVX]+\b|\d)",
    "dibandingkan dengan": r"\bdibanding\b|\bdibandingkan (?=tahun|edisi|peserta|[{\d])",
    "terdiri atas": r"\bterdiri dari\b",
    "disebabkan oleh": r"\bdisebabkan karena\b",
    "pembaruan (pembaharuan hanya saat mengutip PP 38/2017)": r"^(?!.*PP 38/2017).*\bpembaharuan\b",
}


def misspelt(text: str) -> list[str]:
    """Return what to write instead, for each way in which a text leaves that spelling."""
    # Names in braces, quoted keys of files, code and ISO times are not Indonesian.
    plain = re.sub(r'"[a-z_.]+"|`[^`]*`|\b\d{4}-\d\d-\d\dT\S+', "…", text)
    prose = re.sub(r"\{[^}]*\}", "{}", plain).replace("\n", " ")
    return [right for right, wrong in SPELLING.items() if re.search(wrong, prose, flags=re.IGNORECASE)]


def test_indonesian_follows_the_kit_s_spelling() -> None:
    about = {
        key: f"Indeks: {text['id']}" if key.startswith("index.") else text["id"] for key, text in CATALOGUE.items()
    }
    assert {key: found for key, text in about.items() if (found := misspelt(text))} == {}


def test_indonesian_pages_follow_it_too() -> None:
    for path in (ROOT / "README.id.md", *(ROOT / "docs" / "panduan").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        prose = re.sub(r"^```.*?^```|\]\([^)]*\)", "", text, flags=re.DOTALL | re.MULTILINE)
        assert {line: found for line in prose.splitlines() if (found := misspelt(line))} == {}, path.name


WRONG = [
    *("Walikota Pontianak", "seluruh OPD", "benturan kepentingan", "5 poin", "score akhir", "skor akhir"),
    *("level 3", "softcopy", "hard copy", "secara online", "offline", "link baru", "upload berkas", "di-download"),
    *("deadline", "analisa", "praktek", "kerjasama", "bertanggungjawab", "pertanggung jawaban"),
    *("antar juri", "antar-unit", "non pemerintah", "pasca penilaian", "dana nonAPBD"),
    *("diluar skala", "diatas", "kedalam", "di isi", "di nilai", "jam 15.00", "jam {time}", "pukul 15:00"),
    *("23-11-2026", "s/d", "Rp. 10.000", "Rp 10.000", "10.000,-", "49,43 %", "{share} %", "49.43%"),
    *("Juara 1", "ke I", "ke 1", "dibanding tahun 2024", "dibandingkan tahun 2024"),
    *("terdiri dari", "disebabkan karena", "pembaharuan layanan"),
]
RIGHT = [
    "Wali Kota dan perangkat daerah",
    "Lembar ke-1 dari 3; Juara I, Juara Harapan II",
    "skor Indeks Inovasi Daerah",
    "pembaharuan (PP 38/2017 Pasal 6)",
    "antarjuri, antarunit, nonpemerintah, non-APBD, pascapenilaian",
    "di luar skala, di atas rata-rata, diisi, dinilai, ke dalam kelompok",
    "pukul 15.00 WIB, 23 November 2026, s.d., Rp10.000,00, 49,43%, {share}%",
    "bertambah 7 inovasi dibandingkan dengan tahun 2024",
    'uraian tingkat {level} pada bagian "levels"',
]


def test_every_other_spelling_is_caught_and_the_right_ones_pass() -> None:
    assert {text: found for text in WRONG if len(found := misspelt(text)) != 1} == {}
    assert {text: found for text in RIGHT if (found := misspelt(text))} == {}


# In step with the code


@dataclass
class Uses:
    """What sources say of the catalogue, as far as it stands there in so many letters."""

    keys: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    filled: list[tuple[str, set[str]]] = field(default_factory=list)  # key, or class of a mistake, with its values
    called: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)  # what may be one: every text, and the name of every class

    def covers(self, key: str) -> bool:
        """Tell whether some source can ask for ``key``."""
        return key in self.keys or any(re.fullmatch(pattern, key) for pattern in self.patterns)


CHAPTER = "|".join(chapters())
KEY = re.compile(rf"({CHAPTER})\.(?!(css|csv|docx|html|ipynb|js|json|pdf|sqlite|toml|typ|xlsx|yaml)$)[a-z0-9_]+")


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def uses_in_python(sources: list[str]) -> Uses:  # noqa: C901  (one branch per kind of node)
    """Read keys, f-strings that make keys, whole chapters taken as a table, and the values given."""
    found = Uses()
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    within = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            found.codes.add(snake_case(node.name))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.codes.add(node.value)
            if id(node) in within:
                continue
            if re.fullmatch(rf"({CHAPTER})\.([a-z0-9_]+_)?", node.value):
                found.patterns.add(re.escape(node.value) + ".+")
            elif KEY.fullmatch(node.value):
                found.keys.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_]+" for part in node.values
            ]
            if re.match(rf"({CHAPTER})\\\.", parts[0]):
                found.patterns.add("".join(parts))
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            found.called.add(name)
            given = {keyword.arg for keyword in node.keywords}
            first = node.args[0] if node.args else None
            if name in {"read_chapter", "templates"} and isinstance(first, ast.Constant):
                found.patterns.add(re.escape(str(first.value)) + r"\..+")
            key = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else name
            if name == "Problem" and key != name:
                key = f"errors.{key}"
                found.keys.add(key)
            if None not in given:
                found.filled.append((key, {str(word) for word in given}))
    return found


def uses_in_templates(sources: list[str]) -> Uses:
    """Read quoted keys, and quoted beginnings of keys to which a template appends something."""
    found = Uses()
    for source in sources:
        found.keys |= {key for _, key in re.findall(r"""(["'])([a-z_]+\.[a-z0-9_]+)\1""", source) if KEY.fullmatch(key)}
        starts = re.findall(rf"""["']((?:{CHAPTER})\.[a-z0-9_]*)["']\s*[~+]""", source)
        found.patterns |= {re.escape(start) + ".+" for start in starts}
    return found


@cache
def uses() -> Uses:
    """Return what code, notebooks and templates of the kit say of the catalogue."""
    cells = [
        "".join(cell["source"])
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    python = uses_in_python([*cells, *(path.read_text(encoding="utf-8") for path in sorted(KIT.rglob("*.py")))])
    templates = [path for path in sorted(KIT.rglob("templates/*")) if path.suffix in {".j2", ".html", ".typ"}]
    shown = uses_in_templates([path.read_text(encoding="utf-8") for path in templates])
    return replace(python, keys=python.keys | shown.keys, patterns=python.patterns | shown.patterns)


def test_every_class_of_problem_has_its_sentence() -> None:
    for module in pkgutil.walk_packages(kit.__path__, "kit."):
        importlib.import_module(module.name)
    kinds = [*Problem.__subclasses__()]
    for kind in kinds:
        kinds += kind.__subclasses__()
    raised = [kind for kind in kinds if kind.__name__ in uses().called and kind.__module__.startswith("kit.")]
    assert {kind.__name__ for kind in raised if not issubclass(kind, Mistakes) and not _has_sentence(kind)} == set()


def _has_sentence(kind: type[Problem]) -> bool:
    words_of_its_own = kind.say is not Problem.say  # whose code is always given
    return words_of_its_own or f"errors.{kind().code}" in CATALOGUE


def test_every_sentence_about_a_problem_has_its_code() -> None:
    spoken = {f"errors.{code}" for code in uses().codes} | PLACES
    assert {key for key in CATALOGUE if key.startswith("errors.")} - spoken - uses().keys == set()


def test_every_key_in_the_code_exists() -> None:
    assert {key for key in uses().keys if key not in CATALOGUE} == set()


def test_every_pattern_in_the_code_meets_a_sentence() -> None:
    unmet = {pattern for pattern in uses().patterns if not any(re.fullmatch(pattern, key) for key in CATALOGUE)}
    assert unmet == set()


def test_no_sentence_is_left_over() -> None:
    assert {key for key in CATALOGUE if not uses().covers(key)} == set()


def test_every_brace_gets_its_value() -> None:
    """Where the code names a sentence or raises a mistake with its values in the open, none is lacking."""
    lacking = []
    for name, given in uses().filled:
        key = name if name in CATALOGUE or name == snake_case(name) else f"errors.{snake_case(name)}"
        if key in CATALOGUE and name != "Mistakes" and not braces(CATALOGUE[key]["id"]) <= given:
            lacking.append((name, braces(CATALOGUE[key]["id"]) - given))
    assert lacking == []


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ('t("errors.mistakes", n=2)', "errors.mistakes"),
        ('t(f"errors.at_{part}", value=1)', "errors.at_row"),
        ('t("errors." + name)', "errors.at_row"),
        ('read_chapter("labels")', "labels.yes"),
        ('KEYS = {"a": "labels.no"}', "labels.no"),
    ],
)
def test_uses_in_python_are_seen(source: str, key: str) -> None:
    assert uses_in_python([source]).covers(key)


@pytest.mark.parametrize(
    "source",
    ["{{ t('labels.yes') }}", '{{ t("labels.yes" if a else "labels.no") }}', '{{ t("labels." ~ word) }}'],
)
def test_uses_in_templates_are_seen(source: str) -> None:
    assert uses_in_templates([source]).covers("labels.yes")


def test_what_is_not_asked_for_is_not_seen() -> None:
    assert not uses_in_python(['"""See errors.mistakes."""', 't("labels.no")', 'open("labels.csv")']).covers(
        "labels.yes"
    )

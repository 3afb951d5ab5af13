"""The export of a form tool, as people fill it in: which column holds what, and what its cells mean.

Nothing is written here, and nothing is decided in silence: what is only near to a name is a guess that somebody has to
look at, and what cannot be read is a mistake, one for each kind in each column.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import SequenceMatcher
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kit.errors import Collector, Known, Problem, first_few, fold
from kit.registers import COLUMNS, DATES, REQUIRED, STAGES, YES_OR_NO, in_one_line, iso_date, parts, usable_id
from kit.tables import Table, hidden, labels, read_table, rows_shown
from kit.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from kit.rules import Rules
    from kit.tables import Sheet

ANSWER = "answer"  # the column with the form's own id or time of an answer
TYPE = "unit_type"  # of units that are new
ENTRY = tuple(name for name in COLUMNS["entries"] if name != "entry_id")
NAMES = (*ENTRY, TYPE, ANSWER)

# Words by which a heading is known, beside the labels of the catalogue; those in front fit better than those behind.
_PHRASES: dict[str, tuple[str, ...]] = {
    "title": (
        *("judul inovasi", "judul karya", "judul proposal", "judul", "nama inovasi", "nama karya", "nama produk"),
        *("title", "innovation name", "name of the innovation", "project name"),
    ),
    "unit_id": (
        *(
            "nama unit kerja",
            "unit kerja",
            "nama sekolah",
            "asal sekolah",
            "sekolah",
            "perangkat daerah",
            "opd",
            "skpd",
        ),
        *("instansi", "nama unit", "unit", "kelurahan", "puskesmas", "satuan kerja", "lembaga", "asal", "school"),
        *("institution", "organisation", "organization", "agency"),
    ),
    TYPE: (
        *("jenis unit", "jenis instansi", "jenis opd", "jenjang", "tingkat sekolah"),
        *("unit type", "school level", "level"),
    ),
    "category": (
        *("bentuk inovasi", "kategori", "bentuk", "tema", "bidang", "subtema", "jenis inovasi", "cabang lomba"),
        *("category", "theme", "field", "track"),
    ),
    "stage": ("tahapan inovasi", "tahapan", "tahap inovasi", "status inovasi", "stage"),
    "trial_start": ("uji coba", "trial"),
    "applied_since": ("mulai diterapkan", "penerapan", "diterapkan", "implementasi", "tanggal mulai", "in use since"),
    "digital": ("inovasi digital", "digital"),
    "initiator": ("penggagas", "inisiator", "initiator"),
    "origin": ("asal gagasan", "asal ide", "origin of the idea"),
    "team": ("tim pelaksana", "tim", "team"),
    "sop": ("sop",),
    "funding": ("pembiayaan", "anggaran", "funding", "budget"),
    "legal_basis": ("dasar hukum", "legal basis"),
    "benefit": ("manfaat", "benefit"),
    "innovation_id": ("kode inovasi", "innovation code"),
}
# A heading with one of these asks for something else, unless the phrase itself has the word.
_ASIDE = {
    *(
        "alamat",
        "email",
        "mail",
        "surel",
        "telepon",
        "telp",
        "hp",
        "wa",
        "whatsapp",
        "nomor",
        "no",
        "nip",
        "nik",
        "npsn",
    ),
    *("kepala", "kontak", "guru", "pembimbing", "ketua", "tautan", "link", "url", "foto", "unggah", "upload"),
    *("lampiran", "jumlah", "setuju", "pernyataan", "address", "phone", "number", "contact", "head", "teacher"),
}
_ANSWERS = (  # the better ones first: a time changes when somebody edits an answer
    *("id", "uuid", "submissionid", "responseid", "timestamp", "capwaktu", "stempelwaktu", "submissiontime"),
    *("completiontime", "waktuselesai", "waktupengiriman", "starttime", "waktumulai"),
)
_BY_CELLS = ("unit_id", "category", TYPE)  # columns that are found by their cells alone
_ENOUGH = 0.6  # of the different cells

_SHORT = {
    "sdn": "sd negeri",
    "smpn": "smp negeri",
    "sman": "sma negeri",
    "smkn": "smk negeri",
    "mtsn": "mts negeri",
    "n": "negeri",
    "neg": "negeri",
    "din": "dinas",
    "dis": "dinas",
    "bdn": "badan",
    "bag": "bagian",
    "sekr": "sekretariat",
    "set": "sekretariat",
    "kec": "kecamatan",
    "kel": "kelurahan",
    "pusk": "puskesmas",
    "pkm": "puskesmas",
    "uptd": "upt",
}
_FILLERS = {"dan", "and", "the", "of", "no", "nomor"}
_ALIKE = 0.75  # words of two names
_LONGEST = 300  # characters of a name that are compared

_NOTHING = {"-", "–", "—"}
_YES = {"ya", "yes", "y", "ada", "sudah", "true", "benar", "1", "digital"}
_NO = {"tidak", "no", "tidakada", "belum", "belumada", "false", "salah", "0", "nondigital", "tidakdigital"}
_CLOCK = re.compile(
    r"[T ,]+[0-9]{1,2}[:.][0-9]{2}([:.][0-9]{2})?(\.[0-9]+)?( ?(am|pm|wib|wita|wit|z))?([+-][0-9:]{4,6})?",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"([2-7][0-9]{4})(\.[0-9]+)?")  # Excel's days, from 1954 to 2119
_FIRST_DAY = date(1899, 12, 30)
_NUMBERS_FIRST = re.compile(r"[0-9]{1,2}[/. -][0-9].*")


class Guess(NamedTuple):
    """A text that is near to what it is taken for: somebody should look at it."""

    column: str
    text: str
    meaning: str
    rows: int | str


class NewUnit(NamedTuple):
    """A unit that the register of units does not have yet."""

    unit_id: str
    name: str
    unit_type: str
    rows: int | str


@dataclass
class Export:
    """What an export was understood to say.

    Args:
        rules: the contest.
        sheet: the export.
        letters: column name (:data:`NAMES`) to its letter.
        hidden: rows and columns that a spreadsheet does not show.
        columns: every heading with the column's name, to be remembered; a blank name for one that is not used.
        cells: texts with what they mean, to be remembered.
        names: of all units, new ones included, by id.
        types: of all units, by id.
        frame: the rows in the kit's own words, by row number.
        tidied: in how many cells blanks and line breaks were put right.
        day: a date as it stands there, and as it was read; blank where none is written in numbers.
        guesses: what somebody should look at.
        known_units: how many units the register had already.
        new_units: those that it gets.
        mistakes: what cannot be read.
    """

    rules: Rules
    sheet: Sheet
    letters: Mapping[str, str]
    hidden: tuple[list[int], list[str]]
    columns: dict[str, str]
    cells: dict[str, str]
    names: dict[str, str]
    types: dict[str, str]
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    tidied: int = 0
    day: tuple[str, str] = ("", "")
    guesses: list[Guess] = field(default_factory=list)
    known_units: int = 0
    new_units: list[NewUnit] = field(default_factory=list)
    mistakes: Collector = field(default_factory=Collector)


def read_export(
    path: Path,
    rules: Rules,
    units: pd.DataFrame,
    remembered: tuple[Mapping[str, str], Mapping[str, str]],
    said: tuple[Sequence[str], Sequence[str]] = ((), ()),
    sheet: str | None = None,
) -> Export:
    """Read the export of a form tool.

    Args:
        path: CSV or XLSX.
        rules: the contest.
        units: the register of units.
        remembered: of an earlier export, headings to column names (blank for one that is not used), and texts to what
            they mean.
        said: corrections of both, ``heading=column`` (or a letter) and ``text=meaning``; what is said of a unit is not
            guessed at.
        sheet: the workbook's sheet; the first by default.

    Raises:
        Problem: the file cannot be read, or a correction names what is not there.
        Mistakes: a column that is needed was not recognised.
    """
    known = {fold(heading) for name in NAMES for heading in _labels(name)} | {*_ANSWERS, *map(fold, remembered[0])}
    known |= {fold(_pair(correction)[0]) for correction in said[0]}
    form = read_table(path, sheet, lambda row: sum(map(partial(_headed, known), row)))
    corrected, cells = _said_columns(form, said[0]), {**remembered[1], **_said_cells(form, said[1])}
    taken = {name for name in corrected.values() if name}
    columns = {heading: name for heading, name in remembered[0].items() if name not in taken} | corrected
    names, types = (dict(zip(units["unit_id"], units[name], strict=True)) for name in ("name", "unit_type"))
    vocabularies = _vocabularies(rules, names)
    letters = _letters(form, rules, vocabularies, {fold(heading): name for heading, name in columns.items()})
    columns |= {form.header[at]: name for name, at in letters.items()}
    found = Export(rules, form, letters, hidden(path, sheet), columns, cells, names, types)
    table, meanings = _tidy(found), {fold(text): meaning for text, meaning in cells.items()}
    table = table.convert_all(_readers(found, table, vocabularies, meanings), found.mistakes)
    ids = _units(found, table, vocabularies["unit_id"], meanings)
    found.frame = table.frame.fillna("").assign(unit_id=[ids.get(text, "") for text in table.frame["unit_id"]])
    if "category" not in found.letters:
        found.frame["category"] = rules.categories[0].id
    found.cells |= {guess.text: guess.meaning for guess in found.guesses}
    return found


# Which column is which


def _said_columns(form: Sheet, said: Iterable[str]) -> dict[str, str]:
    """Headings to column names, as somebody corrected them."""
    headings = {fold(heading): heading for heading in form.header.values() if heading}
    known = Known(headings.values(), "form_heading_unknown", file=form.file)
    names = {fold(spelling): name for name in NAMES for spelling in (*_PHRASES.get(name, ()), *_labels(name))}
    names |= {ANSWER: ANSWER, "": ""}
    found = {}
    for heading, name in map(_pair, said):
        at = headings.get(fold(heading)) or form.header.get(heading.upper()) or known(heading)
        if fold(name) not in names:
            raise Problem("form_column_unknown", value=name, choices=", ".join(NAMES))
        found[at] = names[fold(name)]
    return found


def _said_cells(form: Sheet, said: Iterable[str]) -> dict[str, str]:
    found = dict(map(_pair, said))
    cells = {fold(text) for at in form.header for text in form.cells[at].unique()} if found else set()
    for text in found:
        if fold(text) not in cells:
            raise Problem("form_cell_absent", file=form.file, value=text)
    return found


def _pair(said: str) -> tuple[str, str]:
    left, mark, right = said.rpartition("=")
    if not mark or not left.strip():
        raise Problem("form_pair", value=said)
    return left.strip(), right.strip()


def _labels(name: str) -> list[str]:
    return labels(name, of="units" if name == TYPE else "entries")


def _letters(
    form: Sheet, rules: Rules, vocabularies: Mapping[str, Vocabulary], said: Mapping[str, str]
) -> dict[str, str]:
    """Propose which column of the export holds what: as said or remembered, by its heading, or by its cells."""
    scores: list[tuple[float, int, str, str]] = []
    for order, (at, heading) in enumerate(form.header.items()):
        if fold(heading) in said:
            scores.append((1_000, -order, said[fold(heading)], at))
        elif heading:
            texts = [text for text in form.cells[at].unique()[:500] if text and text not in _NOTHING]
            scores += [(_score(name, heading, texts, vocabularies), -order, name, at) for name in NAMES]
    found: dict[str, str] = {}
    for score, _, name, at in sorted(scores, reverse=True):
        if score > 0 and name and name not in found and at not in found.values():
            found[name] = at
    with Collector() as mistakes:
        for name in REQUIRED["entries"]:
            alone = name == "category" and len(rules.categories) == 1
            if name in ENTRY and name not in found and not alone:
                headings = [in_one_line(heading) for heading in form.header.values() if heading]
                label = _labels(name)[1]
                mistakes.add(Problem("form_column_missing", file=form.file, label=label, name=name, headings=headings))
    return {name: found[name] for name in NAMES if name in found}


def _score(name: str, heading: str, texts: Sequence[str], vocabularies: Mapping[str, Vocabulary]) -> float:
    """Tell how well a column fits: by its heading first, by its cells where these are of a few kinds."""
    if name == ANSWER:
        return 50 - _ANSWERS.index(fold(heading)) if fold(heading) in _ANSWERS and len(texts) > 1 else 0
    if fold(heading) in map(fold, _labels(name)):
        return 100
    read = vocabularies[name].exact if name in vocabularies else _yes_or_no
    share = sum(_reads(read, text) for text in texts) / len(texts) if texts else 0.0
    if fits := _phrase_score(name, heading):
        by_cells = name in (*YES_OR_NO, "stage") and texts  # their words stand in other headings as well
        return 0 if by_cells and share < _ENOUGH else 30 + fits
    return 10 * share if name in _BY_CELLS and share >= _ENOUGH else 0


def _phrase_score(name: str, heading: str) -> float:
    """Tell how well the words of a heading fit a column, up to 20; 0 where they do not."""
    words = re.findall(r"\w+", heading.casefold().replace("_", " "))
    for place, phrase in enumerate(_PHRASES.get(name, ())):
        own = phrase.split()
        if not _ASIDE & {*words} - {*own} and any(words[at : at + len(own)] == own for at in range(len(words))):
            return 5 * len(own) - place / 10
    return 0


def _headed(known: Collection[str], cell: str) -> int:
    """Tell how surely a cell is a heading: 2 for one that is known, 1 for one with words that headings have."""
    return 2 if cell and fold(cell) in known else int(len(cell) < 200 and any(_phrase_score(n, cell) for n in NAMES))


def _reads(read: Callable[[str], object], text: str) -> bool:
    with suppress(Problem):
        return bool(read(text))
    return False


# What a cell means


class Vocabulary:
    """A few things, each with its names, and which of them a text names: exactly, or as far as one can tell.

    Args:
        names: of each thing, by its id.
        least: how many words a text must have to be taken for part of a longer name.
    """

    def __init__(self, names: Mapping[str, Iterable[str]], least: int = 1) -> None:
        self.least = least
        self.spelled: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.ids: dict[str, str] = {}
        for own, spellings in names.items():
            self.add(own, spellings)

    def add(self, own: str, spellings: Iterable[str]) -> None:
        """Take in one more thing with its names."""
        self.ids[fold(own)] = own
        for spelling in spellings:
            self.spelled[_words(spelling)].add(own)

    def exact(self, text: str) -> str | None:
        """Return the id that a text names, in whatever case, punctuation and abbreviation; None for none or several."""
        found = self.spelled.get(_words(text), set())
        return self.ids.get(fold(text)) or (next(iter(found)) if len(found) == 1 else None)

    def near(self, text: str) -> list[str]:
        """Return the ids of what a text may mean, in a spelling that is much the same, in part or by its initials."""
        own = _words(text[:_LONGEST])
        alike = {one for words, ids in self.spelled.items() if _same_words(own, words, self.least) for one in ids}
        if not alike and len(own) == 1 and len(own[0]) > 2:
            alike = {one for words, ids in self.spelled.items() for one in ids if own[0] == _initials(words)}
        return sorted(alike)


def _words(text: str) -> tuple[str, ...]:
    """The words of a name, abbreviations spelled out, without those that are often left out."""
    found: list[str] = []
    for word in re.findall(r"[^\W\d_]+|\d+", text.casefold()):
        found += [word.lstrip("0") or "0"] if word.isdecimal() else _SHORT.get(word, word).split()
    return tuple(word for word in found if word not in _FILLERS)


def _initials(words: Iterable[str]) -> str:
    return "".join(word[0] for word in words)


def _same_words(one: Sequence[str], other: Sequence[str], least: int) -> bool:
    """Tell whether two names are much the same: the same numbers, and words alike; one may leave out some words."""
    short, long = sorted((one, other), key=len)
    if not short or len(short) < min(least, len(long)):
        return False
    if [word for word in one if word.isdecimal()] != [word for word in other if word.isdecimal()]:
        return False
    rest = iter(long)
    return all(any(_same_word(word, candidate) for candidate in rest) for word in short)


def _same_word(one: str, other: str) -> bool:
    if one == other or one.isdecimal() or other.isdecimal():
        return one == other
    short, long = sorted((one, other), key=len)
    letters = iter(long)
    shortened = 1 < len(short) <= len(long) / 2 and short[0] == long[0] and all(c in letters for c in short)
    return shortened or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _vocabularies(rules: Rules, units: Mapping[str, str]) -> dict[str, Vocabulary]:
    """What there is to choose from, in each column that names one of a few things."""
    categories = {one.id: [one.id, *map(one.name.say, LANGUAGES)] for one in rules.categories}
    return {
        "unit_id": Vocabulary({unit: [name] for unit, name in units.items()}, 2),
        "category": Vocabulary(categories),
        "stage": Vocabulary({stage: [stage] for stage in STAGES}),
        TYPE: Vocabulary({kind: [kind] for group in rules.groups for kind in group.unit_types}),
    }


def choices(column: str, rules: Rules) -> dict[str, str]:
    """Return the ids that a column may hold, each with the words for it."""
    if column == "category":
        return {category.id: category.name.say(rules.language) for category in rules.categories}
    named = STAGES if column == "stage" else [kind for group in rules.groups for kind in group.unit_types]
    return dict(zip(named, named, strict=True))


def _yes_or_no(text: str) -> str:
    if fold(text) not in _YES | _NO:
        raise Problem("form_value_unknown", value=text, choices="ya, tidak")
    return "ya" if fold(text) in _YES else "tidak"


def _day(text: str) -> str:
    """Return a day as people and programs write it, the day always before the month, as year-month-day."""
    if serial := _SERIAL.fullmatch(text):
        return (_FIRST_DAY + timedelta(days=int(serial[1]))).isoformat()
    plain = _CLOCK.sub("", text).strip()
    with suppress(Problem):
        return iso_date(plain)
    raise Problem("form_date", value=text, example="27/02/2026")


def _tidy(found: Export) -> Table:
    """Take the columns, with each cell in one line and what is needed in place."""
    table = Table.take(found.sheet, found.letters, found.mistakes)
    for name in found.letters:
        lined = table.convert(name, in_one_line, found.mistakes)
        found.tidied += int((lined.frame[name] != table.frame[name]).sum())
        table = lined
    for name in REQUIRED["entries"]:
        if name in found.letters:
            table.require(name, found.mistakes)
    for name in set(DATES) & found.letters.keys():
        for text in filter(_NUMBERS_FIRST.fullmatch, table.frame[name].dropna()):
            if _reads(_day, text):
                found.day = (text, _day(text))
                break
    return table


def _readers(
    found: Export, table: Table, vocabularies: Mapping[str, Vocabulary], meanings: Mapping[str, str]
) -> dict[str, Callable[[str], str]]:
    """How the cells of each column are read, but for those of units."""

    def meant(text: str) -> str:
        meaning = meanings.get(fold(text), text)
        return "" if meaning in _NOTHING else meaning

    def chosen(name: str, text: str) -> str:
        if not (meaning := meant(text)):
            return ""
        if exact := vocabularies[name].exact(meaning):
            return exact
        near = vocabularies[name].near(text) if meaning == text else []  # what was said is not guessed at
        if len(near) != 1:
            offered = ", ".join(choices(name, found.rules).values())
            raise Problem("form_value_unknown", value=meaning, choices=offered)
        rows = table.frame.index[table.frame[name] == text]
        found.guesses.append(Guess(name, text, near[0], rows_shown(rows)))
        return near[0]

    def read(name: str, text: str) -> str:
        return (_day if name in DATES else _yes_or_no)(meaning) if (meaning := meant(text)) else ""

    def listed(text: str) -> str:
        return ";".join(parts(text))

    readers = {name: partial(chosen, name) for name in ("category", "stage", TYPE)}
    readers |= {name: partial(read, name) for name in (*DATES, *YES_OR_NO)}
    return {**readers, "innovation_id": usable_id, "partners": listed, "documents": listed}


# Units


def _units(found: Export, table: Table, known: Vocabulary, meanings: Mapping[str, str]) -> dict[str, str]:
    """Return the unit of each different text: on the register, nearly so, or a new one that others may name too."""
    texts = table.frame["unit_id"].fillna("")
    rows = {str(text): rows_shown(own) for text, own in texts.groupby(texts, sort=False).groups.items() if text}
    ids, unknown = dict[str, str](), dict[str, str]()
    wrong: dict[str, Problem] = {}
    for text, own in rows.items():
        meaning = meanings.get(fold(text), text)
        near = [] if fold(text) in meanings else known.near(text)
        if exact := known.exact(meaning):
            ids[text] = exact
        elif len(near) == 1:
            ids[text] = near[0]
            found.guesses.append(Guess("unit_id", text, near[0], own))
        elif near:
            named = [f"{unit} {found.names[unit]}" for unit in first_few(near)]
            wrong[text] = Problem("form_unit_ambiguous", value=text, choices=named)
        else:
            unknown[text] = meaning
    found.known_units = len(set(ids.values()))
    number = next_number("U-", found.names)
    for name, spellings in _alike(unknown, Counter(texts)).items():
        filled = texts.isin(spellings)
        kind = _type_of(found.rules, name, table.frame[TYPE][filled].dropna() if TYPE in table.frame else ())
        if not kind:
            types = ", ".join(choices(TYPE, found.rules))
            wrong |= {text: Problem("form_unit_new", value=text, types=types) for text in spellings}
            continue
        unit = f"U-{number:02d}"
        number += 1
        found.new_units.append(NewUnit(unit, name, kind, rows_shown(texts.index[filled])))
        found.names[unit], found.types[unit] = name, kind
        ids |= dict.fromkeys(spellings, unit)
        found.cells |= dict.fromkeys(spellings, unit)  # whatever its name will be once somebody has corrected it
        near = [text for text in spellings if _words(unknown[text]) != _words(name)]
        found.guesses += [Guess("unit_id", text, unit, rows[text]) for text in near]
    places = {text: at for at, text in enumerate(wrong)}
    codes = texts.map(places).fillna(-1).to_numpy(dtype=int)
    table.cells("unit_id").refuse(found.mistakes, codes, [*enumerate(wrong.values())])
    return ids


def _alike(meanings: Mapping[str, str], counts: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the names of new units in the order of the form, in the best spelling, with the texts that mean it."""
    found: dict[str, list[str]] = {}
    others = Vocabulary({}, 2)

    def worse(text: str) -> tuple[bool, int]:
        return text.isupper() or text.islower(), -counts[text]

    for text in sorted(meanings, key=worse):
        exact = others.exact(meanings[text])
        near = [exact] if exact else others.near(meanings[text])
        name = near[0] if len(near) == 1 else meanings[text]
        if name not in found:
            others.add(name, [name])
        found.setdefault(name, []).append(text)
    order = {text: at for at, text in enumerate(meanings)}
    return dict(sorted(found.items(), key=lambda item: min(order[text] for text in item[1])))


def _type_of(rules: Rules, name: str, said: Iterable[str]) -> str:
    """The type of a new unit: as the form says, or the one whose words its name has; blank if neither tells."""
    if answers := [kind for kind in said if kind]:
        return Counter(answers).most_common(1)[0][0]
    fitting = [kind for kind in choices(TYPE, rules) if {*_words(kind)} <= {*_words(name)}]
    longest = max((len(_words(kind)) for kind in fitting), default=0)
    fitting = [kind for kind in fitting if len(_words(kind)) == longest]
    return fitting[0] if len(fitting) == 1 else ""


def next_number(prefix: str, ids: Iterable[str]) -> int:
    """Return the first number that no id with this prefix has, nor any after it."""
    numbers = [int(own[len(prefix) :]) for own in ids if re.fullmatch(re.escape(prefix) + r"\d{1,9}", own)]
    return max(numbers, default=0) + 1

"""The sample editions hold every case that they were made for, and the real one its published result."""

import csv
import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from samples import SAMPLES, SIMULATED

import kit
from kit.scoring.ranking import FINAL
from kit.texts import WIB

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
TRUTH = Path(__file__).parent / "truth"
FILES = ("rules.yaml", "units.csv", "entries.csv", "judges.csv", "journal.csv")
INDEX_FILES = ("index.yaml", "index-innovations.csv", "index.csv")


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    """Committed editions, opened from a copy so that no ledger is built in the project's own folder."""
    home = tmp_path_factory.mktemp("home")
    for folder in SAMPLES:
        (home / "data" / folder.name).mkdir(parents=True)
        for file in FILES:
            shutil.copy(folder / file, home / "data" / folder.name / file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_HOME", str(home))
        opened = {folder.name: kit.open(folder.name) for folder in SAMPLES}
        for edition in opened.values():
            assert edition.ledger.verify() == []
        yield opened
    for edition in opened.values():
        edition.ledger.close()


def cells(edition):
    return Counter(zip(edition.registers.entries["group"], edition.registers.entries["category"], strict=True))


def rows(edition, round_, group):
    """A group's ranking as tuples: rank, entry, score, award, what broke the tie."""
    table = edition.result.of(round_, "group", group)
    columns = table[["rank", "entry_id", "score", "award", "tie_broken_by"]]
    return [
        tuple(None if value != value else value for value in row)  # noqa: PLR0124  (NaN)
        for row in columns.itertuples(index=False)
    ]


@pytest.mark.parametrize(
    ("name", "k1", "k2", "units", "empty", "small"),
    [
        ("2023", 11, 25, 36, set(), {("K1", "lainnya"): 2}),
        ("2024", 12, 30, 42, set(), {("K1", "lainnya"): 1}),
        ("2025", 14, 35, 44, {("K1", "lainnya")}, {("K2", "tata-kelola"): 1}),
    ],
)
def test_sizes_are_those_of_the_real_contest(editions, name, k1, k2, units, empty, small):
    edition = editions[name]
    found = cells(edition)
    everything = {(group.id, category.id) for group in edition.rules.groups for category in edition.rules.categories}
    assert Counter(edition.registers.entries["group"]) == {"K1": k1, "K2": k2}
    assert edition.registers.entries["unit_id"].nunique() == units
    assert everything - set(found) == empty
    assert {cell: size for cell, size in found.items() if size < 3} == small
    assert len(edition.registers.judges) == 3


def test_units_are_a_whole_city_of_which_some_never_took_part(editions):
    types = Counter(editions["2025"].registers.units["unit_type"])
    taking_part = set().union(*(editions[name].registers.entries["unit_id"] for name in SIMULATED))
    assert types == {
        "Perangkat Daerah": 30,
        "Kecamatan": 6,
        "BUMD": 3,
        "UPT Dinas": 15,
        "UPT Puskesmas": 23,
        "Kelurahan": 29,
    }
    never = set(editions["2025"].registers.units["unit_id"]) - taking_part
    assert len(never - {"UD-06"}) == 22  # which took part as one unit with UD-05, before both came out of it
    assert "UD-16" in taking_part


def test_unit_ids_are_stable_while_one_unit_was_renamed(editions):
    named = {name: dict(editions[name].registers.units[["unit_id", "name"]].to_numpy()) for name in SIMULATED}
    assert named["2024"] == named["2025"]
    assert {unit for unit, name in named["2023"].items() if named["2025"].get(unit, name) != name} == {"UD-04"}
    assert "UD-04" in set(editions["2023"].registers.entries["unit_id"])


def test_one_unit_was_split_after_2023(editions):
    first, later = (editions[name].registers.units for name in ("2023", "2025"))
    assert set(first["unit_id"]) ^ set(later["unit_id"]) == {"UD-16", "UD-05", "UD-06"}
    assert dict(later.loc[later["formerly"] != "", ["unit_id", "formerly"]].to_numpy()) == {
        "UD-05": "UD-16",
        "UD-06": "UD-16",
    }
    assert "UD-16" in set(editions["2023"].registers.entries["unit_id"])


def test_every_fate_of_an_innovation_is_among_the_answers(editions):
    events = {name: editions[name].history.events(["follow_up"]) for name in SIMULATED}
    said = {
        (name, entry): value
        for name, table in events.items()
        for entry, value in table.loc[table["criterion"] == "status", ["entry_id", "value"]].to_numpy()
    }
    assert [said[name, "I-006"] for name in SIMULATED] == ["running"] * 3
    assert (said["2024", "I-010"], said["2024", "I-011"]) == ("merged", "stopped")
    assert ("2025", "I-010") not in said
    assert not [name for name, entry in said if entry == "I-048"]
    stopped = [key for key, value in said.items() if value == "stopped"]
    assert 10 <= len(stopped) == len({entry for _, entry in stopped})


def test_innovations_continue_end_and_begin(editions):
    taking_part = {name: set(editions[name].registers.entries["innovation_id"]) for name in SIMULATED}
    first, second, third = (taking_part[name] for name in SIMULATED)
    assert [len(taking_part[name]) for name in SIMULATED] == [36, 42, 49]
    assert len(first & second & third) == 6
    assert len((second & third) - first) == 10  # began in 2024 and continues
    assert len((first & third) - second) == 2  # paused for a year
    assert len((first | second) - third) == 46  # ended
    assert len(third - second - first) == 31  # began in 2025


@pytest.mark.parametrize("name", SIMULATED)
def test_everything_is_visibly_invented_and_marked_so(editions, name):
    edition = editions[name]
    assert edition.rules.simulated
    assert "USULAN" in edition.rules.notice.say("id")
    assert (DATA / name / "rules.yaml").read_text(encoding="utf-8").startswith("# USULAN")
    assert edition.registers.units["name"].str.contains("Contoh").all()
    assert edition.registers.judges["name"].str.startswith("Contoh ").all()
    assert edition.registers.judges["institution"].str.contains("Contoh").all()
    partners = edition.registers.entries["partners"].str.split(";").explode()
    assert partners[partners != ""].str.contains("Contoh").all()


def test_rules_differ_from_the_preset_in_nothing_but_year_and_simulation():
    preset = (ROOT / "kit" / "presets" / "pontianak.yaml").read_text(encoding="utf-8").splitlines()
    for name in SIMULATED:
        own = (DATA / name / "rules.yaml").read_text(encoding="utf-8").splitlines()
        changed = [line for line, before in zip(own, preset, strict=True) if line != before]
        assert set(changed) <= {
            f'edition: "{name}"',
            f"  id: Kompetisi Inovasi Kota Pontianak {name}",
            f"  en: Pontianak City Innovation Contest {name}",
            "simulated: true",
        }


def test_2023_tie_at_the_cut_was_decided_by_the_judges(editions):
    (_, above, score, _, by), (_, below, same, _, by_too) = rows(editions["2023"], "proposal", "K1")[5:7]
    ruling = editions["2023"].history.events(["tie_ruling"]).iloc[0]
    assert score == same
    assert by == by_too == "judges_decide"
    assert (ruling["round"], ruling["value"]) == ("proposal", f"{above}>{below}")
    assert [len(cut.through) for cut in editions["2023"].result.cuts["proposal"]] == [6, 6]


def test_2024_tie_at_the_cut_that_nothing_resolves_lets_seven_through(editions):
    cuts = {cut.scope_id: cut for cut in editions["2024"].result.cuts["proposal"]}
    tied = [entry for rank, entry, *_ in rows(editions["2024"], "proposal", "K2") if rank == 6]
    assert len(tied) == 2
    assert set(cuts["K2"].tied) == set(tied)
    assert len(cuts["K2"].through) == 7
    assert len(cuts["K1"].through) == 6
    assert [award for *_, award, _ in rows(editions["2024"], FINAL, "K2")][6:8] == [None, None]


def test_2025_tie_at_the_cut_goes_past_k2_to_k4(editions):
    table = rows(editions["2025"], "proposal", "K2")
    (sixth, above, score, _, by), (seventh, below, same, _, by_too) = table[5:7]
    assert (sixth, seventh) == (6, 7)
    assert score == same
    assert by == by_too == "K4"
    marks = editions["2025"].history.marks("proposal")
    totals = marks.assign(value=marks["value"].map(Decimal)).groupby(["entry_id", "criterion"])["value"].sum()
    assert totals[above, "K2"] == totals[below, "K2"]
    assert totals[above, "K4"] > totals[below, "K4"]


def test_2025_tie_for_an_award_goes_to_k2_of_the_proposal(editions):
    third, fourth = rows(editions["2025"], FINAL, "K2")[2:4]
    assert third[2] == fourth[2]
    assert [third[3], fourth[3]] == ["Juara III", "Harapan I"]
    assert third[4] == fourth[4] == "proposal:K2"
    assert [row[4] for row in rows(editions["2025"], FINAL, "K2")[:6]].count(None) == 4


@pytest.mark.parametrize(
    ("name", "judge", "entries", "register", "best_rank"),
    [
        ("2023", None, 0, 0, None),
        ("2024", "J-B", 1, 0, 24),
        ("2025", "J-C", 2, 1, 9),  # a conflict with a unit that sent two entries
    ],
)
def test_recusals_leave_two_of_three_judges(editions, name, judge, entries, register, best_rank):
    edition = editions[name]
    table = edition.result.ranking.query(
        "round == 'proposal' and scope == 'group' and judges_counted < judges_required"
    )
    marks = edition.history.marks("proposal")
    assert len(table) == entries
    assert (table["judges_counted"] == 2).all()
    assert (edition.registers.judges["conflicts"] != "").sum() == register
    assert len(edition.history.events(["recusal"])) == (entries if not register else 0)
    if entries:
        assert marks[(marks["judge_id"] == judge) & marks["entry_id"].isin(table["entry_id"])].empty
        assert table["rank"].min() == best_rank


@pytest.mark.parametrize(("name", "changed", "cleared"), [("2023", 1, 0), ("2024", 1, 0), ("2025", 2, 1)])
def test_some_marks_were_changed_and_some_cleared_and_given_again(editions, name, changed, cleared):
    events = editions[name].history.events(["mark"])
    histories = events.groupby(["round", "judge_id", "entry_id", "criterion"])["value"].agg(list)
    rewritten = [history for history in histories if len(history) > 1]
    assert sorted(map(len, rewritten)) == [2] * changed + [3] * cleared
    assert all(history[0] != history[1] for history in rewritten)
    assert sum("" in history for history in rewritten) == cleared
    assert all(history[-1] for history in rewritten)


@pytest.mark.parametrize(
    ("name", "selection", "opened", "closed", "stage"),
    [
        ("2023", ("2023-10-23", "2023-10-24"), "2023-10-30", "2023-11-13", ("2023-11-22", "2023-11-23")),
        ("2024", ("2024-10-21", "2024-10-22"), "2024-10-28", "2024-11-11", ("2024-11-20", "2024-11-21")),
        ("2025", ("2025-10-20", "2025-10-21"), "2025-10-27", "2025-11-10", ("2025-11-19", "2025-11-20")),
    ],
)
def test_calendar(editions, name, selection, opened, closed, stage):
    events = editions[name].history.events()
    local = events.assign(
        time=events["time"].dt.tz_convert(WIB), day=events["time"].dt.tz_convert(WIB).dt.strftime("%Y-%m-%d")
    )
    marks = local[local["kind"].isin(["mark", "comment"])]
    evenings = marks[marks["round"] == "proposal"]
    on_stage = marks[marks["round"] == "presentasi"]
    admitted = local[local["kind"] == "admission"]
    assert list(local["kind"][:2]) == ["rules_locked", "round_opened"]
    assert set(admitted["day"]) == set(selection)
    assert (admitted["value"] == "eligible").all()
    assert admitted["entry_id"].is_unique
    assert len(admitted) == len(editions[name].registers.entries)
    assert set(local.loc[local["round"] == "proposal", "day"]) >= {opened, closed}
    assert evenings["day"].between(opened, closed, inclusive="left").all()
    assert evenings["time"].dt.hour.between(19, 22).all()
    assert set(on_stage["day"]) == set(stage)
    assert on_stage["time"].dt.hour.between(9, 15).all()
    assert set(local.loc[local["actor"] != "committee", "actor"]) == set(editions[name].registers.judges["judge_id"])


@pytest.mark.parametrize("name", SIMULATED)
def test_each_decision_holds_the_hash_of_the_ranking_that_was_decided(editions, name):
    edition = editions[name]
    scored = [round_.id for round_ in edition.rules.scored_rounds]
    assert [edition.has_numbered_hash(round_) for round_ in scored] == [True, True]
    assert not any(edition.overturned(round_, edition.computed) for round_ in scored)


@pytest.mark.parametrize("name", SIMULATED)
def test_marks_are_what_the_level_descriptions_allow(editions, name):
    entries = editions[name].registers.entries.set_index("entry_id")
    marks = editions[name].history.marks("proposal")
    best = marks.assign(value=marks["value"].map(Decimal)).groupby(["entry_id", "criterion"])["value"].max().unstack()
    ready = (entries[["team", "sop", "funding"]] == "ya").sum(axis=1)
    assert (best["K4"][ready < 3] <= Decimal("3.5")).all()
    assert (best["K5"][entries["legal_basis"] == "tidak"] <= Decimal("2.5")).all()
    assert (best["K6"][entries["partners"] == ""] <= 2).all()
    assert (best["K3"][entries["stage"] == "inisiatif"] <= 2).all()
    assert best.corrwith(ready)["K4"] > 0.7


@pytest.mark.parametrize("name", SIMULATED)
def test_most_sheets_carry_a_comment_that_names_no_judge(editions, name):
    edition = editions[name]
    comments = edition.history.events(["comment"])
    for_entrant = comments[(comments["round"] == "proposal") & (comments["criterion"] == "entrant")]
    assert 0.8 < len(for_entrant) / (3 * len(edition.registers.entries)) < 0.95
    assert for_entrant["text"].duplicated().mean() < 0.15
    names = "|".join(word for name in edition.registers.judges["name"] for word in name.split()[1:])
    assert not comments["text"].str.contains(rf"\b(?:{names}|J-[A-D])\b").any()
    assert not comments["text"].str.contains(r"[{}]|  ").any()
    assert (comments["text"].str.count(r"[.?](?= |$)") <= 3).all()


# What terms-and-rubric forbids, as far as plain words tell it.
WRONG = re.compile(
    r"walikota|benturan kepentingan|\bpoin\b|softcopy|hardcopy|\bonline\b|\boffline\b|\blink\b|upload|download|deadline"
    r"|analisa|praktek|kerjasama|bertanggungjawab|antar (?:juri|unit|sekolah)|diluar|diatas|\bdi (?:isi|nilai)\b"
    r"|\bjam \d|juara \d|dibanding\b|terdiri dari|disebabkan karena|pembaharuan|gagal",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", SIMULATED)
def test_invented_texts_follow_the_kit_s_spelling(editions, name):
    edition = editions[name]
    texts = [*edition.registers.entries[["title", "benefit", "documents", "partners"]].to_numpy().ravel()]
    texts += [*edition.history.events(["comment", "recusal", "tie_ruling", "admission"])["text"]]
    assert [text for text in texts if WRONG.search(text)] == []


def test_titles_put_every_reader_of_them_to_the_test(editions):
    titles = set().union(*(editions[name].registers.entries["title"] for name in SIMULATED))
    assert any('"' in title and "," in title for title in titles)
    assert any("&" in title and "<" in title for title in titles)
    assert min(map(len, titles)) == 20
    assert 120 < max(map(len, titles)) <= 130


def test_the_paris_rules_alone_give_the_published_order_and_means(editions):
    with (TRUTH / "paris1976_red_recomputed.csv").open(encoding="utf-8", newline="") as file:
        published = {row["wine"]: Decimal(row["avg9"]).quantize(Decimal("0.01")) for row in csv.DictReader(file)}
    edition = editions["paris-1976"]
    table = edition.result.of(FINAL, "overall", "overall")
    assert "".join(table["entry_id"]) == "ABDCEFIHGJ"
    assert dict(zip(table["entry_id"], table["score"], strict=True)) == published
    assert list(table["rank"]) == list(range(1, 11))
    assert set(table["judges_counted"]) == {9}
    assert len(edition.registers.judges) == 11
    assert len(edition.history.marks()) == 110
    assert not edition.rules.simulated
    assert set(edition.history.events()["time"].dt.strftime("%Y-%m-%d")) == {"1976-05-24"}


@pytest.fixture
def scripts(monkeypatch):
    """The scripts under data/, which stand beside their modules."""
    monkeypatch.syspath_prepend(str(DATA))
    import paris  # noqa: PLC0415  (found only now)
    import simulate  # noqa: PLC0415

    return simulate, paris


def test_the_scripts_write_the_committed_bytes(scripts, tmp_path):
    simulate, paris = scripts
    simulate.main(tmp_path)
    shutil.copytree(SAMPLES[-1], tmp_path / "paris-1976", ignore=shutil.ignore_patterns("ledger.sqlite*"))
    paris.main(tmp_path / "paris-1976")
    for folder in SAMPLES:
        for file in FILES:
            made = (tmp_path / folder.name / file).read_bytes()
            assert made == (folder / file).read_bytes(), f"{folder.name}/{file}"
    for file in INDEX_FILES:
        assert (tmp_path / "2025" / file).read_bytes() == (DATA / "2025" / file).read_bytes(), file

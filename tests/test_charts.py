"""Figures: everything on them fits, nothing hides anything, and the same data give the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from kit.render import charts
from kit.render.prepare import as_png
from kit.texts import Texts
from kit.theme import SERIES

if TYPE_CHECKING:
    from collections.abc import Callable

T = Texts("id")
GROUPS = [
    "Kelompok 1: Perangkat Daerah, Kecamatan, dan Badan Usaha Milik Daerah",
    "Kelompok 2: UPT Dinas, UPT Puskesmas, dan Kelurahan",
    "Kelompok 3: Sekolah Menengah Pertama Negeri",
    "Kelompok 4",
    "Kelompok 5: Masyarakat umum, perguruan tinggi, dan dunia usaha",
]
CATEGORIES = [
    "Inovasi tata kelola pemerintahan daerah",
    "Inovasi pelayanan publik bagi warga",
    "Inovasi bentuk lainnya sesuai dengan urusan pemerintahan yang menjadi kewenangan daerah dan urusan lainnya",
]


def counts(groups: int, highest: int = 30) -> pd.DataFrame:
    random = np.random.default_rng(1)
    return pd.DataFrame(random.integers(0, highest + 1, (3, groups)), index=CATEGORIES, columns=GROUPS[:groups])


def spread(groups: int, n: int = 35) -> list[tuple[str, list[float]]]:
    random = np.random.default_rng(2)
    return [(group, [round(float(score), 2) for score in random.normal(70, 8, n)]) for group in GROUPS[:groups]]


def means(groups: int) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(random.uniform(1, 5, (3, groups)), index=CATEGORIES, columns=GROUPS[:groups])


DRAWINGS: dict[str, Callable[[], str]] = {
    **{f"bars of {n}": lambda n=n: charts.grouped_bars(counts(n), T) for n in (1, 2, 5)},
    "bars of nothing": lambda: charts.grouped_bars(counts(2, 0), T),
    **{f"dots of {n}": lambda n=n: charts.dot_rows(spread(n), T) for n in (1, 2, 5)},
    "one dot": lambda: charts.dot_rows([("Kelompok 1", [73.5])], T),
    "one pile": lambda: charts.dot_rows([("Kelompok 1", [75.0] * 14), ("Kelompok 2", [75.0] * 60)], T),
    **{f"profile of {n}": lambda n=n: charts.dot_profile(means(n), 1, 5, T) for n in (1, 2, 5)},
    "a histogram": lambda: charts.histogram_rows(spread(2), T),
    "a histogram of one": lambda: charts.histogram_rows([("Kelompok 1", [75.0] * 700)], T),
    "equal profile": lambda: charts.dot_profile(means(2) * 0 + 3, 1, 5, T),
    "shares": lambda: charts.shares(pd.Series({"Tim pelaksana": 37, "SOP": 0, "Pembiayaan": 49}), 49, T),
    "a share of one": lambda: charts.shares(pd.Series({"Tim pelaksana": 1}), 1, T),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_is_cut_off(name: str) -> None:
    """The outermost pixels of the drawing are white."""
    picture = np.asarray(Image.open(BytesIO(as_png(DRAWINGS[name](), 110))).convert("L"))
    frame = np.ones_like(picture, dtype=bool)
    frame[12:-12, 12:-12] = False  # the page adds a margin of 6 points, 9 pixels
    assert (picture[frame] > 250).all()
    assert (picture < 128).sum() > 100


def test_a_label_with_dollars_is_no_formula() -> None:
    drawn = charts.dot_rows([(r"Biaya $\foo{$", [70.0, 80.0])], T)
    assert as_png(drawn, 60)


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_same_data_give_the_same_bytes(name: str) -> None:
    assert DRAWINGS[name]() == DRAWINGS[name]()
    assert not re.search(r"<dc:date>|Matplotlib|https?://matplotlib", DRAWINGS[name]())


def test_another_process_draws_the_same_bytes() -> None:
    code = (
        "from kit.render import charts; from kit.texts import Texts; "
        "print(charts.dot_rows([('Kelompok 1', [75.0, 73.5, 75.0])], Texts('id')), end='')"
    )
    drawn = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode()
    assert drawn.replace("\r\n", "\n") == charts.dot_rows([("Kelompok 1", [75.0, 73.5, 75.0])], T)


def dots(svg: str) -> dict[str, list[tuple[float, float]]]:
    """The places of the markers by their colour."""
    found: dict[str, list[tuple[float, float]]] = {}
    for use in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}use"):
        style = use.get("style") or ""
        if (colour := re.search(r"fill: (#[0-9a-f]{6})", style)) and use.get("x") and "stroke-width: 0.4" in style:
            found.setdefault(colour[1], []).append((float(use.get("x", 0)), float(use.get("y", 0))))
    for path in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):  # few simple ones are drawn one by one
        style = path.get("style") or ""
        if (colour := re.search(r"fill: (#[0-9a-f]{6})", style)) and path.get("clip-path") and "width: 0.4" in style:
            steps = [
                float(number) for number in re.findall(r"-?[\d.]+", path.get("d", ""))
            ]  # after the first, relative
            x, y = ((min(own) + max(own)) / 2 for own in map(list, map(accumulate, (steps[::2], steps[1::2]))))
            found.setdefault(colour[1], []).append((round(x, 6), round(y, 6)))
    return found


def test_every_value_is_a_dot_and_equal_ones_stand_apart() -> None:
    values = [("Kelompok 1", [75.0] * 14 + [70.0]), ("Kelompok 2", [75.0] * 60)]
    found = dots(charts.dot_rows(values, T))
    assert {colour: len(places) for colour, places in found.items()} == {SERIES[0]: 15, SERIES[1]: 60}
    assert all(len(set(places)) == len(places) for places in found.values())
    assert max(y for _, y in found[SERIES[0]]) < min(y for _, y in found[SERIES[1]])  # each pile stays in its row


def test_every_dot_says_its_value() -> None:
    titles = [
        title.text
        for title in ET.fromstring(charts.dot_rows([("K & L", [60.0, 82.33])], T)).iter()
        if "title" in title.tag
    ]
    assert titles == ["60", "82,33"]
    drawn = charts.dot_profile(pd.DataFrame({'<"K">': [3.4166667]}, index=["Dampak"]), 1, 5, T)
    assert [title.text for title in ET.fromstring(drawn).iter() if "title" in title.tag] == ['<"K">: 3,42']
    assert 'xlink:href="says' not in drawn


def test_values_stand_in_their_order() -> None:
    places = dots(charts.dot_rows([("Kelompok 1", [60.0, 90.0, 75.0])], T))[SERIES[0]]
    xs = sorted(x for x, _ in places)
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1])


def test_equal_means_do_not_hide_each_other() -> None:
    found = dots(charts.dot_profile(means(2) * 0 + 3, 1, 5, T))
    ours, theirs = ([place for place in found[colour] if place[1] > 45] for colour in SERIES[:2])
    assert [x for x, _ in ours[-3:]] == pytest.approx([x for x, _ in theirs[-3:]], abs=0.01)
    assert not {y for _, y in ours[-3:]} & {y for _, y in theirs[-3:]}


def drawn_texts(svg: str) -> list[str]:
    """The texts of a drawing; matplotlib keeps each beside its outlines as a comment."""
    return [
        re.sub(r"\s+", " ", text.replace("\u200a", "")).strip() for text in re.findall(r"<!--(.*?)-->", svg, re.DOTALL)
    ]


@pytest.mark.parametrize(
    ("svg", "words"),
    [
        (lambda: charts.grouped_bars(counts(2), T), [str(n) for n in counts(2).to_numpy().ravel()]),
        (lambda: charts.shares(pd.Series({"SOP": 37}), 49, T), ["SOP", "37 (76%)"]),
        (lambda: charts.shares(pd.Series({"SOP": 1500}), 2000, T), ["1.500 (75%)"]),
        (lambda: charts.dot_rows([("Kelompok 1", [70.0, 71.0])], T), ["Kelompok 1", "70,2"]),
        (lambda: charts.dot_rows([("Group 1", [70.0, 71.0])], Texts("en")), ["70.2"]),
        (lambda: charts.dot_profile(means(2), 1, 5, T), ["1,5", GROUPS[0], GROUPS[1]]),
    ],
)
def test_numbers_and_names_are_written_in_the_language(svg: Callable[[], str], words: list[str]) -> None:
    texts = drawn_texts(svg())
    assert [word for word in words if word not in texts] == []


def test_a_long_label_takes_three_lines_and_ends_in_an_ellipsis() -> None:
    texts = drawn_texts(charts.grouped_bars(counts(1), T))
    start = next(n for n, text in enumerate(texts) if text.startswith("Inovasi bentuk lainnya"))
    assert texts[start + 2].endswith("…")


def test_rows_grow_with_the_lines_of_their_labels() -> None:
    table = pd.DataFrame({"Kelompok 1": range(1, 6)}, index=[CATEGORIES[2] + ending for ending in "abcde"])
    height = float(re.findall(r'height="([\d.]+)pt"', charts.grouped_bars(table, T))[0])
    assert height > 5 * 3 * 9 * 1.4  # rows of three lines in 9 points each


def test_a_picture_is_large_enough_to_print() -> None:
    picture: Any = Image.open(BytesIO(as_png(DRAWINGS["shares"]())))
    assert picture.format == "PNG"
    assert picture.width > 1300


def test_every_column_of_a_histogram_says_how_many_values_it_counts() -> None:
    values = [("Kelompok 1", [70.0] * 1_200 + [90.0]), ("Kelompok 2", [80.0] * 7)]
    drawn = ET.fromstring(charts.histogram_rows(values, T))
    said = [str(title.text).rpartition(": ")[2].replace(".", "") for title in drawn.iter() if "title" in title.tag]
    assert sorted(filter(int, map(int, said))) == [1, 7, 1_200]


def test_a_slim_drawing_looks_as_before_and_is_much_shorter() -> None:
    """Rounded coordinates move no edge by as much as a hundredth of a point."""
    with charts.drawing(3, left=0.5, right=0.5, top=0.3, bottom=0.5) as (figure, axes):
        axes.plot(np.linspace(0, 1, 50), np.sin(np.linspace(0, 9, 50)), "o-", markersize=3)
        axes.bar([0.2, 0.6], [0.5, -0.5], 0.1, hatch="//", label="'Kutip' & \"petik\"")
        axes.set_title("Judul: \u00c5 < B", rotation=10)
        axes.legend()
        out = BytesIO()
        figure.savefig(out, format="svg")
        full, slim = out.getvalue().decode(), charts.as_svg(figure)
    assert len(slim) < 0.6 * len(full)
    before, after = (np.asarray(Image.open(BytesIO(as_png(svg, 150))).convert("L"), float) for svg in (full, slim))
    assert before.shape == after.shape
    assert np.abs(before - after).mean() < 0.2
    assert np.abs(before - after).max() < 100

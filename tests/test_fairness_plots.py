"""Fairness figures: they say in words what they show, all words stay on the sheet, and nothing empty is drawn."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import figure as drawings

from kit.render.blocks import Figure
from kit.report import fairness_plots as figures
from kit.texts import Texts

if TYPE_CHECKING:
    from matplotlib.text import Text

ID, EN = Texts("id"), Texts("en")
NAN = float("nan")
TITLES = [
    "SEBERANG ANTAR: Dokumen Kecamatan Diantar ke Rumah oleh Pengemudi Perempuan",
    "BAGI JAM: Guru Antarsekolah",
    'GERAI SERASI: Layanan "Sekali Datang, Sekali Urus" bagi Pelaku Usaha Mikro',
    r"SISA $\umber$ < 1 KG: Rumah Tangga Kurangi & Pilah Sampah dari Dapur",
    "TUMBUH KENANGA DALAM: Pemantauan Balita Berisiko Tengkes dari Rumah ke Rumah dengan Catatan Bersama",
    "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "DETAK 茶 TERATAI -- Pengukuran\nTekanan Darah",
    "",
]
CRITERIA = [
    "Kebaruan dan nilai tambah",
    "Manfaat bagi warga: kemudahan dan ketepatan layanan bagi semua lapisan masyarakat",
    "Dampak terukur",
    "Keberlanjutan: tim, SOP, dan pembiayaan",
]


def judges(n: int) -> pd.DataFrame:
    severity = np.linspace(-0.42, 0.67, n) if n > 1 else [0.3] * n
    return pd.DataFrame({"label": [f"Juri {k}" for k in range(n)], "severity": severity, "error": 0.2})


def entries(n: int) -> pd.DataFrame:
    table = pd.DataFrame({"entry_id": [f"K{k % 3}-{k:02}" for k in range(n)], "title": (TITLES * n)[:n]})
    return table.assign(rank=np.arange(1, n + 1))


def sets(n: int) -> pd.DataFrame:
    table = entries(n)
    return table.assign(low=(table["rank"] - 2).clip(1), high=(table["rank"] + 2).clip(upper=n))


def orders(n: int, shift: int = 1) -> pd.DataFrame:
    return entries(n).assign(rank_other=np.roll(np.arange(1, n + 1), shift))


def measures(n: int, panel: int = 3, criteria: int = 4) -> pd.DataFrame:
    random = np.random.default_rng(5)
    parts = {
        "entry": ([f"K2-{k:02}" for k in range(n)], 1.1),
        "judge": ([chr(65 + k % 26) for k in range(panel)], 0.4),
        "criterion": ((CRITERIA * criteria)[:criteria], 0.2),
    }
    return pd.concat(
        pd.DataFrame({"facet": facet, "label": labels, "measure": random.normal(0, spread, len(labels))})
        for facet, (labels, spread) in parts.items()
    )


def steps(n: int) -> pd.DataFrame:
    return pd.DataFrame({"value": 1.5 + 0.5 * np.arange(n), "threshold": np.linspace(-2, 2.5, n) if n else []})


def changes() -> pd.DataFrame:
    numbers = {"weight": [0.4, 0.25, 0.25, 0.1], "to_low": [NAN, 0.218, 0.0, NAN], "to_high": [0.91, NAN, 0.403, NAN]}
    return pd.DataFrame({"criterion": CRITERIA, **numbers})


def shares(n: int) -> pd.DataFrame:
    share = np.exp(-np.abs(np.subtract.outer(np.arange(n), np.arange(n))) / (n / 8))
    share /= share.sum(axis=1, keepdims=True)
    return entries(n).join(pd.DataFrame(share, columns=range(1, n + 1)))


DRAWINGS: dict[str, Any] = {
    **{f"severity of {n}": lambda t, n=n: figures.severity_figure(judges(n), t) for n in (2, 9, 80)},
    **{f"sets of {n}": lambda t, n=n: figures.rank_sets_figure(sets(n), t, 6, 0.95) for n in (2, 14, 35, 60, 500)},
    "sets uncut": lambda t: figures.rank_sets_figure(sets(5), t, None, 0.95),
    **{f"slopes of {n}": lambda t, n=n: figures.slope_figure(orders(n), t, 6) for n in (2, 14, 40, 200)},
    "slopes level": lambda t: figures.slope_figure(orders(5, 0), t),
    "map": lambda t: figures.variable_map(measures(14), steps(8), t),
    "map of 49": lambda t: figures.variable_map(measures(49, 5), steps(8), t),
    "map of many": lambda t: figures.variable_map(measures(900, 60, 20), steps(20), t),
    "map without steps": lambda t: figures.variable_map(measures(3, 0, 0), pd.DataFrame(), t),
    "weights": lambda t: figures.weights_figure(changes(), t),
    "weights of 20": lambda t: figures.weights_figure(pd.concat([changes()] * 5), t),
    **{f"shares of {n}": lambda t, n=n: figures.acceptability_figure(shares(n), t, 6) for n in (2, 14, 49, 200)},
}


def draw(name: str, t: Texts = ID) -> Figure:
    figure = DRAWINGS[name](t)
    assert isinstance(figure, Figure)
    return figure


drawn = cache(draw)


def words(svg: str) -> list[str]:
    """The texts of a drawing; matplotlib keeps each beside its outlines as a comment."""
    found = re.findall(r"<!--(.*?)-->", svg, re.DOTALL)
    return [re.sub(r"\s+", " ", text.replace("\u200a", "")).strip() for text in found]


@pytest.fixture
def extents(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The sheet of each figure that is saved, and where its texts stand."""
    found: list[Any] = []
    save = drawings.Figure.savefig

    def look(figure: drawings.Figure, *args: Any, **kwargs: Any) -> None:
        save(figure, *args, **kwargs)
        figure.draw_without_rendering()  # the file had another resolution
        texts: list[Text] = [text for legend in figure.legends for text in legend.get_texts()]
        for axes in figure.axes:
            texts += [*axes.texts, axes.xaxis.label]
            for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
                places = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
                texts += [text for place, text in places if axis.get_visible() and min(ends) <= place <= max(ends)]
        found.append((figure.bbox, [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text()]))

    monkeypatch.setattr(drawings.Figure, "savefig", look)
    return found


ENGLISH = ("severity of 9", "sets of 14", "slopes of 14", "map", "weights", "shares of 14")


@pytest.mark.parametrize(("name", "t"), [*((name, ID) for name in DRAWINGS), *((name, EN) for name in ENGLISH)])
def test_words_stay_on_the_sheet_and_off_each_other(name: str, t: Texts, extents: Any) -> None:
    draw(name, t)
    ((sheet, texts),) = extents
    assert [text for text, box in texts if not (sheet.x0 <= box.x0 and box.x1 <= sheet.x1)] == []
    assert [text for text, box in texts if not (sheet.y0 <= box.y0 and box.y1 <= sheet.y1)] == []
    boxes = [(text, box.x0 + 0.5, box.y0 + 1.5, box.x1 - 0.5, box.y1 - 1.5) for text, box in texts]
    over = [
        (one[0], two[0])
        for n, one in enumerate(boxes)
        for two in boxes[:n]
        if one[1] < two[3] and two[1] < one[3] and one[2] < two[4] and two[2] < one[4]
    ]
    assert over == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_fits_a_page_in_letters_that_can_be_read(name: str) -> None:
    """A document shrinks a figure to 179 mm; letters are then about 6 points or more."""
    width, height = (float(number) for number in re.findall(r'(?:width|height)="([\d.]+)pt"', drawn(name).svg)[:2])
    assert width == pytest.approx(6.7 * 72)
    assert 7.5 * min(1, 179 / 25.4 * 72 / height) > 5.9


@pytest.mark.parametrize("name", ["severity of 9", "sets of 14", "slopes of 14", "map", "weights", "shares of 14"])
def test_the_same_data_give_the_same_bytes(name: str) -> None:
    assert draw(name) == drawn(name)
    assert "dc:date" not in drawn(name).svg


def test_nothing_is_drawn_of_less_than_two() -> None:
    for n in (0, 1):
        assert figures.severity_figure(judges(n), ID) is None
        assert figures.rank_sets_figure(sets(n), ID, 1, 0.95) is None
        assert figures.slope_figure(orders(n), ID, 1) is None
        assert figures.variable_map(measures(n, 0, 0), steps(3), ID) is None
        assert figures.weights_figure(changes().iloc[:n], ID) is None
        assert figures.acceptability_figure(shares(5).iloc[:n], ID, 3) is None


def test_rows_without_their_numbers_are_left_out() -> None:
    assert figures.severity_figure(judges(2).assign(error=[0.1, NAN]), ID) is None
    assert figures.rank_sets_figure(sets(2).assign(high=[2, NAN]), ID, 1, 0.95) is None
    assert figures.slope_figure(orders(2).assign(rank_other=[1, NAN]), ID) is None
    assert figures.variable_map(measures(2, 0, 0).assign(measure=[0.1, NAN]), steps(3), ID) is None
    assert figures.weights_figure(changes().iloc[:2].assign(weight=[0.1, NAN]), ID) is None


def test_nothing_is_drawn_of_a_table_without_columns() -> None:
    nothing = pd.DataFrame()
    assert figures.severity_figure(nothing, ID) is None
    assert figures.rank_sets_figure(nothing, ID, None, 0.95) is None
    assert figures.slope_figure(nothing, ID) is None
    assert figures.variable_map(nothing, nothing, ID) is None
    assert figures.weights_figure(nothing, ID) is None
    assert figures.acceptability_figure(nothing, ID, 3) is None


# What they say


def test_severity_names_the_ends_and_counts_who_is_apart_from_zero() -> None:
    figure = figures.severity_figure(judges(3), ID)
    assert figure is not None
    assert figure.alt == (
        "Juri 2 paling ketat (+0,67) dan Juri 0 paling longgar (−0,42). Selang yang tidak memuat nol: 2 dari 3 juri."
    )
    texts = words(figure.svg)
    rows = ("Juri 2", "Juri 1", "Juri 0", "+0,67", "−0,42", "← lebih longgar", "lebih ketat →")
    assert [text for text in rows if text not in texts] == []
    assert texts.index("Juri 2") < texts.index("Juri 1") < texts.index("Juri 0")


def test_severity_within_chance_is_said_to_be_so() -> None:
    figure = figures.severity_figure(judges(3).assign(error=0.5), EN)
    assert figure is not None
    assert "the intervals of all 3 judges include zero" in figure.alt
    assert "(−0.42)" in figure.alt


def test_rank_sets_count_who_is_surely_above_the_cut() -> None:
    assert drawn("sets of 14").alt == (
        "Dari 14 inovasi, 4 pasti di dalam batas peringkat 6, 4 dapat di dalam atau di luar, dan 6 pasti di luar. "
        "K0-00 berada pada peringkat 1 dengan rentang 1–3."
    )
    assert "3 (1–5)" in words(drawn("sets of 14").svg)
    assert "tingkat kepercayaan 95%" in drawn("sets of 14").caption


def test_rank_sets_without_a_cut_name_the_widest() -> None:
    table = sets(5).assign(low=[1, 2, 2, 2, 5], high=[1, 4, 3, 4, 5])
    figure = figures.rank_sets_figure(table.iloc[::-1], EN, None, 0.9)
    assert figure is not None
    assert figure.alt == (
        "Entries with a single possible rank: 2 of 5. K0-00 has rank 1 with the range 1; "
        "the widest range, 2–4, is that of K1-01."
    )
    assert "90% confidence" in figure.caption


def test_of_many_ranks_those_around_the_cut_are_drawn_and_the_caption_says_so() -> None:
    figure = figures.rank_sets_figure(sets(500), ID, 100, 0.95)
    assert figure is not None
    assert "Ditampilkan 60 dari 500: yang terdekat dengan batas peringkat 100." in figure.caption
    codes = [text for text in words(figure.svg) if re.fullmatch(r"K\d-\d+", text)]
    assert codes == entries(500)["entry_id"].iloc[70:130].tolist()
    assert figure.alt.startswith("Dari 500 inovasi, 98 pasti")


def test_slopes_tell_how_many_move_and_who_crosses_the_cut() -> None:
    table = entries(8).assign(rank_other=[1, 2, 6, 3, 4, 5, 7, 8])
    figure = figures.slope_figure(table, ID, 3)
    assert figure is not None
    assert figure.alt == (
        "Jika perbedaan keketatan juri dihilangkan, 4 dari 8 inovasi berganti peringkat. "
        "Perubahan terbesar: K2-02, dari peringkat 3 menjadi 6. Yang melewati batas peringkat 3: K2-02 dan K0-03."
    )
    texts = words(figure.svg)
    assert {"K2-02 ▼ 3", "K0-03 ▲ 1", "K0-00"} <= set(texts)
    still = figures.slope_figure(table, EN, 1)
    assert still is not None
    assert still.alt.endswith("None crosses the cut after rank 1.")


def test_slopes_that_do_not_move_are_said_not_to() -> None:
    assert drawn("slopes level").alt.endswith("tidak satu pun dari 5 inovasi berganti peringkat.")


def test_of_many_slopes_the_largest_and_those_at_the_cut_are_drawn() -> None:
    table = orders(200, 0)
    table.loc[[150, 199], "rank_other"] = [200, 151]
    figure = figures.slope_figure(table, EN, 6)
    assert figure is not None
    assert "Shown: 40 of 200, those that move most and those nearest to the cut after rank 6." in figure.caption
    texts = words(figure.svg)
    assert {"K0-150", "K1-199", "K2-05", "K0-06"} <= set(texts)
    assert "2 of 200" in figure.alt


def test_the_map_tells_the_reach_of_every_facet() -> None:
    table = pd.DataFrame(
        [("entry", "K1-01", 2.4), ("entry", "K1-02", -1.25), ("judge", "A", 0.5), ("judge", "B", -0.5)],
        columns=["facet", "label", "measure"],
    )
    figure = figures.variable_map(table, steps(2), ID)
    assert figure is not None
    assert figure.alt == (
        "Inovasi dari −1,25 sampai dengan 2,40 logit; juri dari −0,50 sampai dengan 0,50 logit. "
        "Ukuran tertinggi: K1-01; juri paling ketat: A."
    )
    assert {"K1-01", "K1-02", "A", "B", "1,5", "2", "−1"} <= set(words(figure.svg))


def test_the_map_counts_entries_where_codes_find_no_room() -> None:
    assert "K2-00" in words(drawn("map").svg)
    assert "Batang" not in drawn("map").caption
    assert "K2-00" not in words(drawn("map of many").svg)
    assert drawn("map of many").caption.endswith("Batang: jumlah pada ketinggian itu.")


def test_weights_name_the_most_sensitive_criterion() -> None:
    assert drawn("weights").alt == (
        f"Kriteria yang paling peka ialah {CRITERIA[1]}: pemenang atau finalis berubah jika bobotnya bergeser dari 25% "
        "melewati 21,8%. Tanpa bobot kritis: 1 dari 4 kriteria."
    )
    assert {"21,8%", "40,3%", "91%", "0%", "–"} <= set(words(drawn("weights").svg))
    assert "past 21.8%" in drawn("weights", EN).alt


def test_weights_at_their_limit_are_said_to_be() -> None:
    table = changes()
    figure = figures.weights_figure(table.assign(to_low=[0.4, NAN, 0.1, NAN]), ID)
    assert figure is not None
    assert "pada 1 dari 4 kriteria, perubahan bobot sekecil apa pun" in figure.alt


def test_weights_that_change_nothing_are_said_to() -> None:
    figure = figures.weights_figure(changes().assign(to_low=None, to_high=None), EN)
    assert figure is not None
    assert figure.alt.startswith("No change of a single weight")


def test_shares_name_who_is_first_most_often() -> None:
    share = pd.DataFrame({1: [0.3, 0.62, 0.08, 0.0], 2: [0.7, 0.3, NAN, 0.0]})
    table = entries(4).join(share)
    figure = figures.acceptability_figure(table, ID, 3)
    assert figure is not None
    assert figure.alt == (
        "K1-01 paling sering menempati peringkat 1, yaitu pada 62% dari semua susunan bobot. "
        "Inovasi yang mencapai peringkat 1 sampai dengan 2 pada suatu susunan bobot: 3 dari 4."
    )
    assert {"62%", "70%", "8%"} <= set(words(figure.svg))
    assert "Ditampilkan 3 dari 4" in figure.caption


def test_titles_are_data() -> None:
    """Dollars, angle brackets, dashes and letters without a shape print as far as they can."""
    texts = words(drawn("sets of 14").svg)
    assert any(r"$\umber$" in text for text in texts)
    assert any("�" in text for text in texts)

"""What analysts show in notebooks, as blocks: DataFrames, styled tables, matplotlib figures.

:func:`table` and :func:`figure` make blocks with a caption. Under IPython a DataFrame, a Series and a Styler carry
their block beside pandas' own HTML (:func:`register`), so that documents get values and never read rendered numbers
back.
"""

from __future__ import annotations

import math
import re
import sys
from base64 import b64encode
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit import theme
from kit.errors import Problem
from kit.render.blocks import MIME, SHARED, Cell, Column, Figure, Style, Table, in_passing, packed, unpacked
from kit.render.html import Page, stylesheet
from kit.render.markup import described, flat_label, number_kind, only_count, styled
from kit.render.prepare import flat, picture_drawing, slim_drawing
from kit.texts import Texts, speak, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib.figure import Figure as Drawing
    from pandas.io.formats.style import Styler

    from kit.render.blocks import Kind
    from kit.render.prepare import Json
    from kit.texts import Language

# Rows of a DataFrame that a cell shows in passing; kit.table takes all.
_PASSING = 1000

# A drawing of more text than this is kept as a picture.
_HEAVY = 300_000

_LOGO_BYTES = 1_000_000


class _Notebook:
    """What this process knows of the notebook that it runs: its edition's masthead."""

    masthead: Callable[[], Json] | None = None


def opened(language: Language, masthead: Callable[[], Json] | None = None) -> None:
    """Speak a language from now on (:func:`kit.texts.speak`), and let what is shown say which edition it is about.

    In a notebook this shows the stylesheet of all blocks, so that it stands there once, in a cell that has to run
    before any block can be shown.

    Args:
        language: of the edition that was opened.
        masthead: returns the record of a masthead, for notebooks that show none themselves.
    """
    speak(language)
    _Notebook.masthead = masthead and cache(masthead)
    Page.styled = masthead is not None and _shell() is not None
    if Page.styled:
        _display({"text/html": stylesheet()})


@contextmanager
def kept() -> Iterator[None]:
    """Forget afterwards what a notebook opened and how it styled its documents."""
    language, masthead, styled = spoken(), _Notebook.masthead, Page.styled
    Page.styled = False
    with theme.kept():
        try:
            yield
        finally:
            speak(language)
            _Notebook.masthead, Page.styled = masthead, styled


# Tables


def table(
    df: pd.DataFrame | pd.Series[Any],
    caption: str,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    header: str | None = None,
) -> Table:
    """Return a DataFrame as a table of the document, with its caption.

    Columns that the kit knows get their name in the language of the opened edition, numbers its way of writing them.

    Args:
        df: with one row for each row of the table; an index that has a name, or is not a plain count, is a column too.
        caption: what the table shows.
        columns: which to show, in this order; or their names in the table by their names in ``df``.
        notes: sentences below it.
        header: the column that names the rows; the first one unless given.

    Raises:
        table_of_nothing: ``df`` is no DataFrame and no Series.
        table_column_unknown: it has no such column.

    Examples:
        >>> import kit, pandas as pd
        >>> scores = pd.DataFrame({"unit": ["Dinas A", "Dinas B"], "score": [82.5, 80.25]})
        >>> print(kit.table(scores, "Nilai dua unit kerja").rows[0]["score"].text)
        82,50
    """
    import pandas as pd  # noqa: PLC0415  (whoever has a table has it loaded)

    if not isinstance(df, pd.DataFrame | pd.Series):
        raise Problem("table_of_nothing", kind=type(df).__name__)
    t = Texts(spoken())
    names, frame = _flat(df, t)
    chosen = [*columns] if columns is not None else names
    for name in (*chosen, *([header] if header is not None else [])):
        if name not in names:
            raise Problem("table_column_unknown", key=name, known=names)
    given = dict(columns) if isinstance(columns, Mapping) else {}
    shown = [_column(frame, names.index(name), name, given.get(name) or label_of(name, t)) for name in chosen]
    return _table(frame, shown, t, caption, tuple(notes), row_header=header)


def label_of(name: str, t: Texts) -> str:
    """Return the label of a column that the catalogue knows, or its name."""
    key = SHARED[name][0] if name in SHARED else f"columns.{name}"
    return t(key) if t.has(key) else name


def frame_table(df: pd.DataFrame | pd.Series[Any], t: Texts) -> Table | None:
    """Return what a cell shows of a DataFrame or Series; None where it has no column."""
    names, frame = _flat(df, t)
    if not names:
        return None
    shown = [_column(frame, n, str(n), name) for n, name in enumerate(names)]
    notes = [t("outputs.rows_shown", shown=_PASSING, n=len(frame))] if len(frame) > _PASSING else []
    return _table(frame.head(_PASSING), shown, t, "", notes)


def _flat(df: pd.DataFrame | pd.Series[Any], t: Texts) -> tuple[list[str], pd.DataFrame]:
    """Return the names of columns, those of the index among them, and a frame whose columns are numbered."""
    import pandas as pd  # noqa: PLC0415

    frame = df.to_frame(df.name if df.name is not None else t("outputs.value")) if isinstance(df, pd.Series) else df
    names = [flat_label(name if frame.columns.nlevels > 1 else (name,)) for name in frame.columns.tolist()]
    index = frame.index
    only_counts = isinstance(index, pd.RangeIndex) or (isinstance(df, pd.DataFrame) and only_count(index.tolist()))
    if index.nlevels > 1 or index.name is not None or not only_counts:
        levels = [index.get_level_values(n) for n in range(index.nlevels)]
        names = [*("" if level.name is None else str(level.name) for level in levels), *names]
        parts = [pd.Series(level, index=range(len(frame)), dtype=level.dtype) for level in levels]
    else:
        parts = []
    parts += [frame.iloc[:, n].reset_index(drop=True) for n in range(frame.shape[1])]
    found = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=range(len(frame)))
    found.columns = range(len(parts))  # type: ignore[assignment]
    return names, found


def _column(frame: pd.DataFrame, number: int, key: str, label: str) -> tuple[int, Column]:
    kind, places = _kind(frame[number], label if key.isdigit() else f"{key} {label}")
    return number, Column(key, label, kind, places)


def _table(
    frame: pd.DataFrame,
    columns: Sequence[tuple[int, Column]],
    t: Texts,
    caption: str,
    notes: Sequence[str],
    row_header: str | None = None,
) -> Table:
    import pandas as pd  # noqa: PLC0415

    plain = {column.key: [_plain(value, column.kind, t) for value in frame[number]] for number, column in columns}
    chosen = pd.DataFrame({key: pd.Series(values, dtype=object) for key, values in plain.items()})
    shown = [column for _, column in columns]
    about: Json = {"caption": caption, "notes": notes, "row_header": row_header or shown[0].key}
    return Table.of(chosen, t, columns=shown, **about)


def _kind(values: pd.Series[Any], name: str) -> tuple[Kind, int | None]:
    """Return how the values of a column are written: their kind, and with how many decimals."""
    import pandas as pd  # noqa: PLC0415

    if pd.api.types.is_bool_dtype(values):
        return "text", None
    if pd.api.types.is_datetime64_any_dtype(values):
        known = values.dropna()
        return "date" if (known == known.dt.normalize()).all() else "text", None
    known = values.dropna()
    if not pd.api.types.is_numeric_dtype(values):
        numbers = len(known) and all(isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in known)
        if not numbers:
            dates = len(known) and all(isinstance(v, date) and not isinstance(v, datetime) for v in known)
            return ("date" if dates else "text"), None
        if all(isinstance(v, Decimal) for v in known):
            return "decimal", None
        known = known.astype(float)
    elif pd.api.types.is_complex_dtype(values):
        return "text", None
    return number_kind([float(v) for v in known], name, whole=_whole(values))


def _whole(values: pd.Series[Any]) -> bool:
    """Tell whether values are whole numbers by their type, or became floats only because some are missing."""
    import pandas as pd  # noqa: PLC0415

    known = pd.to_numeric(values.dropna())
    return pd.api.types.is_integer_dtype(known) or (len(known) < len(values) and bool((known % 1 == 0).all()))


def _plain(value: Any, kind: Kind, t: Texts) -> object:  # noqa: ANN401, PLR0911  (any value of a DataFrame)
    """Return a value as :meth:`Table.of` takes it."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    if isinstance(value, np.generic):
        value = value.item()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    match value:
        case float() if not math.isfinite(value):
            return Cell("∞" if value > 0 else "−∞")
        case bool():
            return value
        case int() | float() | Decimal() if kind == "text":
            return Cell(f"{value:g}" if isinstance(value, float) else str(value), float(value))
        case int() | float() | Decimal():
            return value
        case datetime() if kind != "date":
            return f"{t.date(value)} {value:%H:%M}" if t.language == "en" else f"{t.date(value)} {value:%H.%M}"
        case date() | str():
            return value
        case Cell():
            return value
    return t.show(value)


# Figures


def figure(fig: Drawing, caption: str, alt: str = "") -> Figure:
    """Return a figure of matplotlib as a figure of the document, with its caption.

    Args:
        fig: the figure; what has a ``figure``, such as axes, will do.
        caption: what it shows.
        alt: its message in a sentence or two, for readers who cannot see it; a document without it gives a warning.

    Raises:
        figure_of_nothing: it is no figure of matplotlib.

    Examples:
        >>> import kit
        >>> from matplotlib.figure import Figure
        >>> fig = Figure()
        >>> _ = fig.subplots().bar(["A", "B"], [82.5, 80.25])
        >>> kit.figure(fig, "Nilai dua unit kerja", alt="Unit A unggul 2,25 poin atas unit B.").caption
        'Nilai dua unit kerja'
    """
    drawn = getattr(fig, "figure", None)
    if drawn is None or not hasattr(drawn, "savefig"):
        raise Problem("figure_of_nothing", kind=type(fig).__name__)
    svg = drawing_of(drawn)
    if "matplotlib.pyplot" in sys.modules:  # or the cell would show it once more when it ends
        sys.modules["matplotlib.pyplot"].close(drawn)
    return described(svg, caption, alt, Texts(spoken()))


def drawing_of(fig: Drawing) -> str:
    """Return a figure of matplotlib as SVG: the same bytes for the same figure; a heavy one with a picture inside."""
    from matplotlib import rc_context  # noqa: PLC0415  (whoever has a figure has it loaded)

    out = BytesIO()
    with rc_context({"svg.hashsalt": "kit"}):
        fig.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    svg = out.getvalue().decode("utf-8")
    if len(svg) <= _HEAVY:
        return slim_drawing(svg[svg.index("<svg") :])
    out = BytesIO()
    fig.savefig(out, format="png", bbox_inches="tight", dpi=200, metadata={"Software": None})
    return picture_drawing(out.getvalue(), 200)


# The look of a document


def style(series: Sequence[str] = (), logo: str | Path = "", accent: str = "") -> None:
    """Change how the document of this notebook and the charts of this process look.

    Args:
        series: colours of the series of charts, in this order, as ``#rrggbb``; also those of matplotlib.
        logo: a PNG, JPEG or SVG file for the masthead.
        accent: the colour of headings and key numbers, dark enough to be read on white.

    Raises:
        style_colour: something is no colour.
        style_pale: ``accent`` is too pale for text.
        style_logo: there is no such picture.

    Examples:
        >>> import kit
        >>> kit.style(series=["#264653", "#2a9d8f", "#e9c46a"], accent="#264653")
    """
    theme.use(tuple(series), accent)
    picture = picture_uri(Path(logo)) if str(logo) else ""
    if _shell() is not None and (accent or picture):
        _display({MIME: packed(Style(accent, picture).to_json()), "text/html": stylesheet() if accent else ""})


def picture_uri(path: Path) -> str:
    """Return a PNG, JPEG or SVG file as a data URI.

    Raises:
        style_logo: there is no such picture.
    """
    from PIL import Image  # noqa: PLC0415

    try:
        content = path.read_bytes() if path.stat().st_size <= _LOGO_BYTES else b""
        if path.suffix.lower() == ".svg" and b"<svg" in content:
            kind = "image/svg+xml"
        else:
            with Image.open(BytesIO(content)) as opened_:
                kind = {"PNG": "image/png", "JPEG": "image/jpeg"}[str(opened_.format)]
    except (OSError, ValueError, KeyError):
        raise Problem("style_logo", file_name=path.name) from None
    return f"data:{kind};base64,{b64encode(content).decode('ascii')}"


# What IPython shows


def _display(data: Json) -> None:
    from IPython.display import display  # noqa: PLC0415

    display({**data, "text/plain": ""}, raw=True)


def _shell() -> InteractiveShell | None:
    """Return the notebook's shell, if this is one."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython  # noqa: PLC0415

    return get_ipython()


_BUNDLED = (
    ("pandas", "DataFrame"),
    ("pandas", "Series"),
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.series", "Series"),
    ("pandas.io.formats.style", "Styler"),
    ("kit.render.blocks", "Block"),
    ("ipywidgets.widgets.widget", "Widget"),
)


def register(shell: InteractiveShell | None = None) -> None:
    """Let a notebook's tables carry their block; without a notebook there is nothing to do."""
    shell = shell or _shell()
    if shell is None or shell.display_formatter is None:
        return
    bundles = shell.display_formatter.mimebundle_formatter
    for module, name in _BUNDLED:
        bundles.for_type_by_name(module, name, _bundle)


def _bundle(shown: Any, **how: object) -> tuple[Json, Json] | None:  # noqa: ANN401  (whatever a cell shows)
    """Return what an object shows beside its other forms, and which edition it is about."""
    t = Texts(spoken())
    if hasattr(shown, "iloc") or (hasattr(shown, "data") and hasattr(shown, "to_html")):
        bundle: Any = _table_bundle(shown, t)
    else:
        bundle = shown._repr_mimebundle_(**how)
    if bundle is None:
        return None
    data, more = bundle if isinstance(bundle, tuple) else (bundle, {})
    if any(block["type"] == "document" for block in flat([unpacked(data[MIME])] if MIME in data else [])):
        _Notebook.masthead = None  # the notebook says itself what it is about
    about = _masthead()
    return data, more | ({MIME: about} if about else {})


def _table_bundle(shown: Any, t: Texts) -> Json:  # noqa: ANN401  (of pandas)
    """Return a table's block, and pandas' own HTML without the space that makes up a third of it."""
    block = frame_table(shown, t) if hasattr(shown, "iloc") else styled_table(shown, t)
    if block is None:
        return {}
    record, markup = block.to_json(), getattr(shown, "_repr_html_", lambda: None)()
    own = {"text/html": re.sub(r">\s+<", "><", markup), "text/plain": in_passing(record)} if markup else {}
    return {MIME: packed(record)} | own


def _masthead() -> Json:
    """Return the masthead of the edition that was opened, without a time: the same data give the same notebook."""
    try:
        about = _Notebook.masthead() if _Notebook.masthead else {}
    except Problem:  # an edition that says nothing of itself yet
        return {}
    return {name: item for name, item in about.items() if name != "made_at"}


def styled_table(styler: Styler, t: Texts) -> Table | None:
    """Return a styled table with its colours and bold letters, its numbers as it writes them and as they are."""
    return styled(styler.to_html(), styler.data, t)  # type: ignore[attr-defined]

"""List the pages of PDFs that are mostly empty.

    python tests/benchmarks/empty_pages.py FOLDER [PER_CENT]

Draws every page of every PDF in FOLDER and below with pdftoppm and measures the share of the type area below its last
ink: between 27 mm from the upper edge and 21 mm from the lower, so that running lines do not count. Lists the pages
over PER_CENT (40 unless given), a last page and one before an annex as such, and counts them; the rest are to mend.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

TOP, BOTTOM = 27, 21  # mm
PER_INCH = 50
PAPER = 245  # what is at least as light as this is no ink


def empty(drawn: Path) -> float:
    """Return the share of a page's type area below its last ink."""
    top, bottom = (round(edge / 25.4 * PER_INCH) for edge in (TOP, BOTTOM))
    area = np.asarray(Image.open(drawn).convert("L"))[top:-bottom]
    inked = np.flatnonzero((area < PAPER).any(axis=1))
    return 1 - (inked[-1] + 1) / len(area) if len(inked) else 1.0


def pages(pdf: Path) -> list[float]:
    """Return the empty share of every page."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-gray", "-r", str(PER_INCH), str(pdf), f"{folder}/page"]
        subprocess.run(command, check=True, capture_output=True)
        return [empty(drawn) for drawn in sorted(Path(folder).iterdir())]


def place(pdf: Path, number: int, count: int) -> str:
    """Return where a page stands: ``last``, ``before an annex``, or ``inner``."""
    if number == count:
        return "last"
    command = ["pdftotext", "-f", str(number + 1), "-l", str(number + 1), str(pdf), "-"]
    after = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "before an annex" if re.search(r"^(Lampiran|Annex):", after, re.MULTILINE) else "inner"


def main(folder: Path, most: float) -> None:
    """Print the pages and their count."""
    total, found = 0, Counter[str]()
    for pdf in sorted(folder.rglob("*.pdf")):
        shares = pages(pdf)
        total += len(shares)
        for number, share in enumerate(shares, 1):
            if share > most:
                where = place(pdf, number, len(shares))
                found[where] += 1
                print(f"{share:4.0%}  p. {number} of {len(shares)} ({where})  {pdf.relative_to(folder)}")
    print(f"{total} pages; over {most:.0%} empty: {dict(found)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) / 100 if len(sys.argv) > 2 else 0.4)

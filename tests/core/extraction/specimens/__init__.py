"""Invoices in the manner of many trades and countries, drawn as letters in `*.txt` and set on paper from there.

A specimen begins with `=== its name`, then what it says in truth, then its picture: columns stand two spaces apart, `!` opens
large letters, `---` begins a page. Companies, people and codes are invented.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).parent
#: Points from the left for each letter of a picture, and from line to line.
ACROSS, DOWN, SIZE, LARGE = 4.9, 13.5, 8.5, 15
_AMOUNT = re.compile(r"[-€$£ \d.,']*\d[.,]\d{2}(?: ?(?:€|EUR|USD|CHF|GBP))?")


@dataclass(frozen=True)
class Specimen:
    """A name, the truth by field, and its picture."""

    name: str
    says: Mapping[str, str]
    picture: str

    def printed(self) -> bytes:
        kept = io.BytesIO()
        page: Any = Canvas(kept, pagesize=A4, invariant=1)
        y = 800.0
        for line in self.picture.splitlines():
            if line == "---":
                page.showPage()
                y = 800.0
                continue
            large = line.startswith("!")
            _set(page, line.removeprefix("!"), y, LARGE if large else SIZE)
            y -= 1.6 * DOWN if large else DOWN
        page.showPage()
        page.save()
        return kept.getvalue()


def _set(page: Any, line: str, y: float, size: float) -> None:
    """Amounts end where their column ends, all else begins where it begins."""
    page.setFont("Helvetica-Bold" if size == LARGE else "Helvetica", size)
    for cell in re.finditer(r"\S+(?: \S+)*", line):
        if cell.start() and _AMOUNT.fullmatch(cell[0]):
            page.drawRightString(40 + ACROSS * cell.end(), y, cell[0])
        else:
            page.drawString(40 + ACROSS * cell.start(), y, cell[0])


def every() -> Iterator[Specimen]:
    for file in sorted(HERE.glob("*.txt")):
        for told in file.read_text().split("=== ")[1:]:
            name, truth, picture = told.split("\n", 2)
            pairs = (one.split(": ", 1) for one in truth.split(" | "))
            yield Specimen(name, {field.strip(): value.strip() for field, value in pairs}, picture)

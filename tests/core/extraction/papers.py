"""Invoices on paper for the reader, drawn line by line so that a test says what stands where."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from core import nouns
from core.extraction import generic

#: x in points from the left, and the text.
Row = Sequence[tuple[float, str]]


def drawn(rows: Sequence[Row | str], *, size: float = 10, title: str = "", spread: float = 0) -> bytes:
    """One A4 page, a row every 18 points; `title` in large letters above; `spread` sets the letters apart."""
    kept = io.BytesIO()
    page = Canvas(kept, pagesize=A4, invariant=1)
    page.setFont("Helvetica-Bold", 20)
    page.drawString(56, 780, title)
    page.setFont("Helvetica", size)
    for number, row in enumerate(rows):
        for x, text in [(56.0, row)] if isinstance(row, str) else row:
            page.drawString(x, 740 - 18 * number, text, charSpace=spread)
    page.showPage()
    page.save()
    return kept.getvalue()


def read(rows: Sequence[Row | str], *, size: float = 10, title: str = "", spread: float = 0) -> nouns.Reading:
    return generic.read(io.BytesIO(drawn(rows, size=size, title=title, spread=spread)))


def values(reading: nouns.Reading) -> dict[str, str]:
    return {name: field.value for name, field in reading.fields.items()}

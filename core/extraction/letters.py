"""The words of a page with their places: letter by letter from PDFium, put together by pdfplumber's rules.

PDFium reads a page in a tenth of the time of pdfplumber's own parser and sees a letter once that was printed twice to look bold.
What it tells is in the page's own turn, so a page that is turned, or whose corner is not 0, is left to pdfplumber whole.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Any

import pdfplumber
import pypdfium2
from pdfplumber.utils.text import WordExtractor
from pypdfium2 import raw

from core.extraction import lines

SMALLEST_LETTER = 2.0
LONGEST_WORD = 120
#: Letters of one word stand no further apart than this share of their size; those of a line within so many points.
LETTER_GAP, SLOPE = 0.2, 2
_WORDS = WordExtractor(x_tolerance_ratio=LETTER_GAP, y_tolerance=SLOPE)
#: PDFium's sign for the hyphen at a line's end, and what stands for a letter whose font does not tell its name.
_HYPHEN, _UNTOLD = 0x02, "\ufffd"


def words(pdf: Any, number: int, known: Container[str]) -> list[lines.Word]:
    """From the page's own direction only: what runs up the margin is small print. `known` are words that stand in its text."""
    found = _found(pdf, number)
    # On a page turned as a whole, everything runs up.
    upright = 2 * sum(bool(word["upright"]) for word in found) >= len(found)
    kept = [
        lines.Word(word["text"][:LONGEST_WORD], number, word["x0"], word["top"], word["x1"], word["bottom"])
        for word in found
        if word["upright"] == upright and word["bottom"] - word["top"] >= SMALLEST_LETTER
    ]
    return [replace(word, text=text) for word in _mended(kept, known) if (text := lines.clean(word.text))]


def alone(pdf: Any, number: int) -> bytes:
    """A PDF of this page only: pdfplumber walks through them all (15 s for 20 000)."""
    short, kept = pypdfium2.PdfDocument.new(), io.BytesIO()
    short.import_pages(pdf, [number - 1])
    short.save(kept)
    short.close()
    return kept.getvalue()


def _found(pdf: Any, number: int) -> list[dict[str, Any]]:
    page = pdf[number - 1]
    height = _height(page)
    letters = list(_letters(page, height)) if height else []
    if height and 2 * sum(letter["upright"] for letter in letters) >= len(letters):
        return _WORDS.extract_words(letters)
    with pdfplumber.open(io.BytesIO(alone(pdf, number))) as other:
        return _WORDS.extract_words(other.pages[0].chars)


def _height(page: Any) -> float | None:
    """From the lower left corner at 0 to the top; None for a page that lies in another way."""
    left, bottom, _, top = page.get_mediabox(fallback_ok=False) or page.get_bbox()
    return None if page.get_rotation() or left or bottom else float(top)


def _letters(page: Any, height: float) -> Iterator[dict[str, Any]]:
    """In the words of pdfplumber; without the spaces and line ends that PDFium adds."""
    text = page.get_textpage()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    to_box, to_matrix = ctypes.byref(box), ctypes.byref(matrix)
    for at in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text, at) == 1:
            continue
        if raw.FPDFText_GetLooseCharBox(text, at, to_box) and raw.FPDFText_GetMatrix(text, at, to_matrix):
            yield {
                "text": _letter(raw.FPDFText_GetUnicode(text, at)),
                "x0": box.left,
                "x1": box.right,
                "top": height - box.top,
                "bottom": height - box.bottom,
                "doctop": height - box.top,
                "size": box.top - box.bottom,
                "upright": matrix.a * matrix.d > 0 and matrix.b * matrix.c <= 0,
            }


def _letter(code: int) -> str:
    if code == _HYPHEN:
        return "-"
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else _UNTOLD


def _mended(words: list[lines.Word], known: Container[str]) -> list[lines.Word]:
    """Join what wide letter spacing has torn ("F actuur") where PDFium's own text has one word."""
    whole: list[lines.Word] = []
    for word in words:
        before = whole[-1] if whole else word
        torn = before.text not in known or word.text not in known
        if torn and abs(before.top - word.top) < 2 and before.text + word.text in known:
            whole[-1] = replace(before, text=before.text + word.text, x1=word.x1)
        else:
            whole.append(word)
    return whole

"""The words of a page with their places: letter by letter from PDFium, put together by pdfplumber's rules.

PDFium reads a page in a tenth of the time of pdfplumber's own parser. Places count in points from the top left corner of what is
seen, with the page turned so that its words stand upright.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pdfplumber.utils.text import WordExtractor
from pypdfium2 import raw

from core import nouns
from core.extraction import lines

SMALLEST_LETTER = 2.0
LONGEST_WORD = 120
#: As bright as paper, of 255; and how large a page is drawn to look whether such letters stand on a dark ground.
WHITE, MOST_PIXELS = 250, 2_000
#: How many letters say which way a page runs, and how few say nothing of it.
LETTERS_ASKED, FEW_LETTERS = 300, 12
#: Letters of one word stand no further apart than this share of their size; those of a line within so many points.
LETTER_GAP, SLOPE = 0.2, 2
_WORDS = WordExtractor(x_tolerance_ratio=LETTER_GAP, y_tolerance=SLOPE)
#: PDFium's sign for the hyphen at a line's end, and what stands for a letter whose font does not tell its name.
_HYPHEN, _UNTOLD = 0x02, "\ufffd"


def words(page: Any, number: int, known: Container[str]) -> list[lines.Word]:
    """What is seen and runs in the page's main direction, as `upright` has turned it. `known` are words that stand in its text."""
    letters = [letter for letter in _letters(page) if letter["size"] >= SMALLEST_LETTER]
    found = [
        lines.Word(word["text"][:LONGEST_WORD], number, word["x0"], word["top"], word["x1"], word["bottom"])
        for word in _WORDS.extract_words(_seen(page, letters))
    ]
    return [replace(word, text=text) for word in _mended(found, known) if (text := lines.clean(word.text))]


def places(page: Any, number: int, wanted: Mapping[str, str]) -> dict[str, nouns.Box]:
    """For each name the last place where its words stand on the page, as `upright` has turned it."""
    text, placed = page.get_textpage(), _placed(page)
    spots = {name: _spot(text, words) for name, words in wanted.items()}
    return {name: _around(text, placed, number, *spot) for name, spot in spots.items() if spot}


def _spot(text: Any, words: str) -> tuple[int, int] | None:
    searcher, found = text.search(words, match_case=True), None
    while (spot := searcher.get_next()) is not None:
        found = spot if _stands_alone(text, *spot) else found
    return found


def _around(text: Any, placed: Callable[..., Any], number: int, start: int, count: int) -> nouns.Box:
    rects = [placed(*text.get_rect(at)) for at in range(text.count_rects(start, count))]
    left, top, right, bottom = zip(*rects, strict=True)
    return nouns.Box(number, *(round(edge, 1) for edge in (min(left), min(top), max(right), max(bottom))))


def _stands_alone(text: Any, start: int, count: int) -> bool:
    """25,50 is not a place of 125,50."""
    beside = [at for at in (start - 1, start + count) if 0 <= at < text.count_chars()]
    return not any(_letter(raw.FPDFText_GetUnicode(text, at)).isalnum() for at in beside)


def upright(page: Any) -> Any:
    """The page, turned as most of its letters run; some scanners lay them on their side, with the text behind the picture."""
    text, matrix = page.get_textpage(), raw.FS_MATRIX()
    runs: Counter[int] = Counter()
    count = text.count_chars()
    for at in range(0, count, 1 + count // LETTERS_ASKED):
        if raw.FPDFText_IsGenerated(text, at) != 1 and raw.FPDFText_GetMatrix(text, at, matrix):
            runs[_quarter(matrix)] += 1
    if runs.total() >= FEW_LETTERS:
        page.set_rotation(90 * runs.most_common(1)[0][0])
    return page


def _quarter(matrix: Any) -> int:
    """By how many quarters the page is turned to the right for this letter to stand upright."""
    if abs(matrix.a) >= abs(matrix.b):
        return 0 if matrix.a >= 0 else 2
    return 1 if matrix.b > 0 else 3


def _seen(page: Any, letters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what is written in white on white; white on a dark band is how many tables name their columns."""
    if not any(letter["white"] for letter in letters):
        return letters
    scale = min(1.0, MOST_PIXELS / max(page.get_size()))
    drawn = page.render(scale=scale, grayscale=True).to_pil()
    return [letter for letter in letters if not letter["white"] or _stands_out(drawn, letter, scale)]


def _stands_out(drawn: Any, letter: dict[str, Any], scale: float) -> bool:
    left, top = int(letter["x0"] * scale), int(letter["top"] * scale)
    right, bottom = math.ceil(letter["x1"] * scale), math.ceil(letter["bottom"] * scale)
    darkest, _ = drawn.crop((left, top, max(right, left + 1), max(bottom, top + 1))).getextrema()
    return bool(darkest < WHITE)


def _is_white(text: Any, at: int) -> bool:
    colors = [ctypes.c_uint() for _ in range(4)]
    told = raw.FPDFText_GetFillColor(text, at, *colors)
    return bool(told) and min(color.value for color in colors[:3]) >= WHITE


def _letters(page: Any) -> Iterator[dict[str, Any]]:
    """In the words of pdfplumber; without the spaces and line ends that PDFium adds, and what lies outside."""
    text, matrix = page.get_textpage(), raw.FS_MATRIX()
    turn, (wide, high), place = page.get_rotation() // 90, page.get_size(), _placed(page)
    for at in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text, at) == 1 or not raw.FPDFText_GetMatrix(text, at, matrix):
            continue
        if _quarter(matrix) != turn:
            continue
        x0, top, x1, bottom = place(*_outline(text, at, matrix, turn))
        if x1 > 0 and x0 < wide and bottom > 0 and top < high:
            yield {
                "text": _letter(raw.FPDFText_GetUnicode(text, at)),
                "x0": x0, "x1": x1, "top": top, "bottom": bottom, "doctop": top,
                "size": bottom - top, "upright": True, "white": _is_white(text, at),
            }  # fmt: skip


def _placed(page: Any) -> Callable[..., tuple[float, float, float, float]]:
    """From the page's own points (left, bottom, right, top) to those of what is seen (left, top, right, bottom)."""
    left, bottom, right, top = page.get_bbox()
    turned = {
        0: lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0),
        1: lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left),
        2: lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom),
        3: lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0),
    }
    return turned[page.get_rotation() // 90]


def _outline(text: Any, at: int, matrix: Any, turn: int) -> tuple[float, float, float, float]:
    """As high as its font; PDFium tells that of unturned letters only, of others what their ink covers."""
    if not turn:
        box = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(text, at, box)
        return box.left, box.bottom, box.right, box.top
    x0, y0, x1, y1 = text.get_charbox(at)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, at, x, y)
    size = raw.FPDFText_GetFontSize(text, at) * math.hypot(matrix.c, matrix.d)
    below, above = 0.2 * size, 0.8 * size
    if turn == 2:
        return x0, y.value - above, x1, y.value + below
    return (
        (x.value - above, y0, x.value + below, y1)
        if turn == 1
        else (x.value - below, y0, x.value + above, y1)
    )


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

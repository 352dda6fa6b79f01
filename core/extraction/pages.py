"""A PDF opened within bounds: its text, its words with their places, its picture, what it carries."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from core import errors, nouns
from core.extraction import letters, lines
from core.extraction.cargo import Attached
from core.extraction.leaf import Leaf

FIRST_PAGES, LAST_PAGES = 15, 5
WORD_PAGES = (5, 2)
#: Files that a PDF carries: how many are looked at, how many bytes one may have, and how many are inflated in all.
MOST_ATTACHED, ATTACHED_CAP, INFLATED_CAP = 20, 10 * 1024**2, 60 * 1024**2
MOST_LETTERS = 200_000
LONGEST_NAME = 300
#: A page of more letters or drawing steps than any bill has; its words are not looked for.
MOST_ON_PAGE = 20_000
PICTURE_WIDTH = 800
#: Of zlib's nine: less work than the usual sixth, for hardly more bytes.
PRESSED = 3
#: Of a scan: how many pages are looked at, how finely (what Tesseract was taught on), and the longest side of a picture in pixels.
SCANNED, SCAN_DPI, MOST_PIXELS = (2, 1), 300, 5_000
#: Over a scan, fewer letters than this are a stamp ("COPIE") and not the document's words.
STAMP = 60


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands in a PDF: how many pages, the text of the first and last ones, and words by line."""

    pages: int
    text: str
    lines: tuple[lines.Line, ...]
    #: An image fills the first page: what text there is may be no more than a stamp.
    picture: bool = False
    #: A page that should have been read holds more than any bill has.
    full: bool = False

    @property
    def readable(self) -> bool:
        told = sum(map(str.isalnum, self.text))
        return told >= (STAMP if self.picture else 1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's text, cut where no bill goes on; `light` when its words can be looked for, `picture` when an image fills it."""

    text: str
    light: bool
    picture: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """A page of `of` as a picture, `scale` pixels for each point."""

    number: int
    of: int
    picture: Any
    scale: float


def paper(document: BinaryIO) -> Paper:
    """Raises NotAnInvoice(reason="unreadable") when it cannot be opened or has no page."""
    with _open(document) as pdf:
        sheets = {number: _sheet(pdf[number - 1]) for number in _ends(len(pdf), FIRST_PAGES, LAST_PAGES)}
        light = [number for number, sheet in sheets.items() if sheet.light]
        wanted = [light[at - 1] for at in _ends(len(light), *WORD_PAGES)]
        known = {word for number in wanted for word in sheets[number].text.split()}
        words = [word for number in wanted for word in _standing(pdf, number, known)]
        whole = lines.clean("\n".join(sheet.text for sheet in sheets.values()))
        full = any(not sheets[number].light for number in _ends(len(pdf), *WORD_PAGES) if number in sheets)
        return Paper(len(pdf), whole[:MOST_LETTERS], tuple(lines.gathered(words)), sheets[1].picture, full)


def skim(document: BinaryIO) -> Paper:
    """The same without its lines: the text alone is had in a tenth of the time. Raises as `paper`."""
    with _open(document) as pdf:
        sheets = [_sheet(pdf[number - 1]) for number in _ends(len(pdf), FIRST_PAGES, LAST_PAGES)]
        whole = lines.clean("\n".join(sheet.text for sheet in sheets))
        return Paper(len(pdf), whole[:MOST_LETTERS], (), sheets[0].picture)


def attachments(document: BinaryIO) -> list[Attached]:
    """The first files that a PDF carries, under any name; of larger ones the name alone. Raises as `paper`."""
    with _open(document) as pdf:
        return list(_attached(pdf))


def _attached(pdf: Any) -> Iterator[Attached]:
    """The size of each is asked before any of it is copied; a damaged one has none."""
    inflated, get = 0, raw.FPDFAttachment_GetFile
    for at in range(min(pdf.count_attachments(), MOST_ATTACHED)):
        file, size = pdf.get_attachment(at), ctypes.c_ulong()
        if not get(file, None, 0, size):
            continue
        inflated += size.value
        if inflated > INFLATED_CAP:
            return
        body = ctypes.create_string_buffer(size.value if size.value <= ATTACHED_CAP else 0)
        told = size.value <= ATTACHED_CAP and get(file, body, size, size)
        yield Attached(_name(file), body.raw if told else b"")


def _name(file: Any) -> str:
    try:
        return str(file.get_name())[:LONGEST_NAME]
    except UnicodeDecodeError:
        return ""  # half a letter of UTF-16


def scans(document: BinaryIO) -> Iterator[Scan]:
    """The first pages and the last as grey pictures, large enough for their words to be made out. Raises as `paper`."""
    with _open(document) as pdf:
        for number in _ends(len(pdf), *SCANNED):
            page = pdf[number - 1]
            scale = min(SCAN_DPI / 72, MOST_PIXELS / max(*page.get_size(), 1))
            yield Scan(number, len(pdf), page.render(scale=scale, grayscale=True).to_pil(), scale)


def picture(document: BinaryIO, number: int = 1, wide: int = PICTURE_WIDTH) -> bytes:
    """A page as PNG, `wide` pixels across; its height is bounded too. Raises IndexError when there is no such page."""
    with _open(document) as pdf:
        page = letters.upright(pdf[_within(pdf, number) - 1])
        width, height = page.get_size()
        scale = min(wide / max(width, 1), 2 * wide / max(height, 1))
        drawn = io.BytesIO()
        page.render(scale=scale).to_pil().save(drawn, "PNG", compress_level=PRESSED)
        return drawn.getvalue()


def leaf(document: BinaryIO, number: int) -> Leaf:
    """A page's words, and what of it a picture shows; a page with more on it than any bill has gives none."""
    with _open(document) as pdf:
        page = letters.upright(pdf[_within(pdf, number) - 1])
        sheet = _sheet(page)
        words = letters.words(page, number, set(sheet.text.split())) if sheet.light else []
        return Leaf(len(pdf), nouns.Box(number, 0, 0, *page.get_size()), tuple(words))


def places(document: BinaryIO, wanted: Mapping[str, str]) -> dict[str, nouns.Box]:
    """For each name whose words stand on one of the first pages, where."""
    found: dict[str, nouns.Box] = {}
    with _open(document) as pdf:
        for number in range(1, min(len(pdf), WORD_PAGES[0]) + 1):
            page = letters.upright(pdf[number - 1])
            missing = {name: words for name, words in wanted.items() if name not in found}
            found |= letters.places(page, number, missing)
    return found


def _within(pdf: Any, number: int) -> int:
    if not 1 <= number <= len(pdf):
        raise IndexError(number)
    return number


def _standing(pdf: Any, number: int, known: Container[str]) -> list[lines.Word]:
    page = letters.upright(pdf[number - 1])
    return letters.words(page, number, known)


def _whole(document: BinaryIO) -> bytes:
    document.seek(0)
    return document.read()


@contextmanager
def _open(document: BinaryIO) -> Iterator[Any]:
    """Raises NotAnInvoice(reason="unreadable") for what PDFium cannot open or find its way in."""
    pdf = None
    try:
        pdf = pypdfium2.PdfDocument(_whole(document))
        if not len(pdf):
            raise errors.NotAnInvoice("the PDF has no page", reason="unreadable")
        yield pdf
    except pypdfium2.PdfiumError as err:
        wants = "it wants a password" if "assword" in str(err) else "the PDF is damaged"
        raise errors.NotAnInvoice(wants, reason="unreadable") from err
    finally:
        if pdf:
            pdf.close()


def _ends(count: int, first: int, last: int) -> list[int]:
    """The numbers, from 1, of the first and the last of `count` things."""
    return [number for number in range(1, count + 1) if number <= first or number > count - last]


def _sheet(page: Any) -> Sheet:
    written = page.get_textpage()
    text = written.get_text_bounded().replace("\r\n", "\n")[:MOST_ON_PAGE]
    light = max(written.count_chars(), raw.FPDFPage_CountObjects(page)) <= MOST_ON_PAGE
    return Sheet(text, light, light and _mostly_picture(page))


def _mostly_picture(page: Any) -> bool:
    """Does one image cover more than half of the page, as a scan does?"""
    width, height = page.get_size()
    images = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2)
    return any(
        (x1 - x0) * (y1 - y0) > width * height / 2
        for x0, y0, x1, y1 in (image.get_bounds() for image in images)
    )

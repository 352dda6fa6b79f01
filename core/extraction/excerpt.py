"""Some pages of a PDF as a PDF of their own, for a file that holds several invoices; what is read there is told by the file's own pages."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from core import errors, nouns

#: Before the two names that PDFium gives a file at random, thirty-two digits each.
_NAMES, _DIGITS = b"/ID[<", 32


def of(document: BinaryIO, first: int, last: int) -> BinaryIO:
    """Pages from `first` (from 1) to `last`, as far as there are any, and nothing of the others: what is attached to the file is
    not in it, nor what its pages share and these do not show. The same pages of the same file are the same bytes.

    Raises NotAnInvoice(reason="unreadable") when the file cannot be opened, or has none of these pages.
    """
    document.seek(0)
    # Else the hour would stand in it.
    raw.FPDF_SetSandBoxPolicy(raw.FPDF_POLICY_MACHINETIME_ACCESS, 0)
    with _opened(document) as whole, _new() as taken, _new() as own:
        taken.import_pages(whole, _within(whole, first, last))
        for page in taken:
            _forget_what_is_not_shown(page)
        # What nothing points at any more is left behind only here.
        own.import_pages(taken)
        return io.BytesIO(_named(_saved(own)))


def placed(reading: nouns.Reading, first: int) -> nouns.Reading:
    """The Reading of such an excerpt, with its boxes on the pages of the file."""
    fields = {
        name: replace(field, box=replace(field.box, page=field.box.page + first - 1)) if field.box else field
        for name, field in reading.fields.items()
    }
    return replace(reading, fields=fields)


@contextmanager
def _opened(document: BinaryIO) -> Iterator[Any]:
    try:
        whole = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as err:
        raise errors.NotAnInvoice("the PDF cannot be opened", reason="unreadable") from err
    try:
        yield whole
    finally:
        whole.close()


@contextmanager
def _new() -> Iterator[Any]:
    made = pypdfium2.PdfDocument.new()
    try:
        yield made
    finally:
        made.close()


def _within(whole: Any, first: int, last: int) -> list[int]:
    """Counted from 0. An empty list would stand for all pages."""
    wanted = [n for n in range(first - 1, last) if n < len(whole)]
    if not wanted:
        raise errors.NotAnInvoice("the PDF has no such page", reason="unreadable")
    return wanted


def _forget_what_is_not_shown(page: Any) -> None:
    """Many scanners list the pictures of all pages on each of them. PDFium clears such a list when it writes a page that has changed."""
    raw.FPDFPage_InsertObject(page, raw.FPDFPageObj_CreateNewPath(0, 0))
    if not raw.FPDFPage_GenerateContent(page):
        raise errors.NotAnInvoice("a page cannot be taken out of the PDF", reason="unreadable")


def _saved(pdf: Any) -> bytes:
    saved = io.BytesIO()
    pdf.save(saved)
    return saved.getvalue()


def _named(saved: bytes) -> bytes:
    """Under a name that its bytes give it (ISO 32000-1, 14.4)."""
    head, found, tail = saved.rpartition(_NAMES)
    if not found:
        return saved
    name = hashlib.sha256(head).hexdigest()[:_DIGITS].upper().encode()
    return head + found + name + b"><" + name + tail[2 * _DIGITS + 2 :]

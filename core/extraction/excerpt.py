"""Some pages of a PDF as a PDF of their own, for a file that holds several invoices; what is read there is told by the file's own pages."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import BinaryIO

import pypdfium2

from core import errors, nouns


def of(document: BinaryIO, first: int, last: int) -> BinaryIO:
    """Pages from `first` (from 1) to `last`, as far as there are any. What is attached to the file is not in it."""
    document.seek(0)
    try:
        whole = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as err:
        raise errors.NotAnInvoice("the PDF cannot be opened", reason="unreadable") from err
    part, saved = pypdfium2.PdfDocument.new(), io.BytesIO()
    try:
        part.import_pages(whole, [n for n in range(first - 1, last) if n < len(whole)])
        part.save(saved)
    finally:
        part.close()
        whole.close()
    return saved


def placed(reading: nouns.Reading, first: int) -> nouns.Reading:
    """The Reading of such an excerpt, with its boxes on the pages of the file."""
    fields = {
        name: replace(field, box=replace(field.box, page=field.box.page + first - 1)) if field.box else field
        for name, field in reading.fields.items()
    }
    return replace(reading, fields=fields)

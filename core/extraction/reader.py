"""One document, whatever it is: a bare e-invoice, a PDF that carries one, or pages alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from core import nouns
from core.extraction import cargo, einvoice, pages, places, roots
from core.extraction.einvoice import shown, statement


def read(document: BinaryIO, read_pages: Callable[[BinaryIO], nouns.Reading]) -> nouns.Reading:
    """`read_pages` looks where the words stand; with data inside it is asked only for what the plain text leaves open."""
    document.seek(0)
    if roots.is_invoice(document.read(roots.HEAD)):
        document.seek(0)
        return einvoice.read(document.read())
    carried = pages.attachments(document)
    said, reasons = einvoice.within([file.body for file in carried])
    reasons = (*reasons, *cargo.found(document, carried))
    if said is None:
        return _doubted(read_pages(document), reasons)
    return _doubted(_witnessed(said, document, read_pages), reasons)


def _witnessed(
    said: statement.Statement, document: BinaryIO, read_pages: Callable[[BinaryIO], nouns.Reading]
) -> nouns.Reading:
    skimmed = pages.skim(document)
    text = nouns.Reading({}, said.reading.kind, skimmed.pages, skimmed.text)
    if skimmed.readable and shown.settles(said, text):
        return places.marked(document, shown.confirmed(said, text))
    return places.marked(document, shown.confirmed(said, read_pages(document)))


def _doubted(reading: nouns.Reading, reasons: tuple[str, ...]) -> nouns.Reading:
    return replace(reading, doubts=(*reading.doubts, *reasons))

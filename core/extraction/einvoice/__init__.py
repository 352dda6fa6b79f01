"""E-invoices: Factur-X, ZUGFeRD, XRechnung and Peppol, carried in a PDF under any name or as a file of their own.

`within` finds what a PDF carries; `read` reads a bare file; `shown` holds the data against the pages. All of it runs in a reader child.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core import errors, nouns
from core.extraction import doubts
from core.extraction.einvoice import statement, tree
from core.extraction.einvoice.statement import Statement

VITAL = ("number", "date", "total", "currency")
#: The data are the whole document, whole, and add up: there is nothing that could show anything else.
ALONE = 0.97


def read(content: bytes) -> nouns.Reading:
    """A bare file. Raises NotAnInvoice(reason="unreadable")."""
    try:
        said = statement.of(content)
    except tree.Unreadable as err:
        raise errors.NotAnInvoice(f"the e-invoice cannot be read: {err}", reason="unreadable") from err
    if said is None:
        raise errors.NotAnInvoice("its first element is no invoice's", reason="xml")
    return _trusted(said.reading)


def within(attachments: Iterable[bytes]) -> tuple[Statement | None, tuple[str, ...]]:
    """The invoice among what a PDF carries, and a doubt when one cannot be read or two say different things.

    Of two, the one that says more is the invoice.
    """
    found: list[Statement] = []
    said: list[str] = []
    for content in attachments:
        try:
            one = statement.of(content)
        except tree.Unreadable:
            said.append(doubts.UNREADABLE_DATA)
            continue
        if one:
            found.append(one)
    best = max(found, key=lambda one: len(one.reading.fields), default=None)
    if best and any(best.contradicts(other) for other in found):
        said.append(doubts.TWO_INVOICES)
    return best, tuple(dict.fromkeys(said))


def _trusted(reading: nouns.Reading) -> nouns.Reading:
    """Net, VAT and total are all told and agree; else nobody vouches for a slip of the one who wrote it."""
    if reading.doubts or not {"net", "vat", *VITAL} <= reading.fields.keys():
        return reading
    return replace(
        reading, fields={name: replace(field, confidence=ALONE) for name, field in reading.fields.items()}
    )

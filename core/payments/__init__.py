"""Bank and card files become values: one file a format, known by its content. Nothing here knows a table, a clock or a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core import errors
from core.payments import camt, cfonb120, guess, mt940, ofx, qif, table
from core.payments.columns import Columns
from core.payments.statement import Line, Statement, Unread, Why, by_account

__all__ = ["CAP", "MOST", "Brought", "Columns", "Line", "Statement", "Unread", "Why", "format_of", "read"]

#: Bytes of one file, and payments in it.
CAP, MOST = 16 * 1024**2, 100_000

#: How PDFs, spreadsheets (zip, OLE) and web pages begin, which people send in the place of a CSV file.
_OTHERS = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<!DOCTYPE", b"<!doctype", b"<html")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

_READERS: dict[str, Callable[..., list[Statement]]] = {
    "ofx": ofx.read,
    "camt": camt.read,
    "mt940": mt940.read,
    "qif": qif.read,
    "cfonb120": cfonb120.read,
}


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was read: one Statement for each account that it names. `columns` is how it was read, if it is CSV."""

    format: str
    statements: tuple[Statement, ...]
    columns: Columns | None = None


def format_of(content: bytes) -> str:
    """`ofx`, `camt`, `mt940`, `qif`, `cfonb120`, else `csv`: by what the file says, whatever its name."""
    signs = {"camt": camt.is_camt, "ofx": ofx.is_ofx, "qif": qif.is_qif, "cfonb120": cfonb120.is_cfonb120}
    signs["mt940"] = mt940.is_mt940
    return next((name for name, is_one in signs.items() if is_one(content)), "csv")


def read(content: bytes, *, columns: Columns | None = None, currency: str = "EUR") -> Brought:
    """Every line of the file, read or with the reason why not. `currency` is meant where the file names none.

    `columns` is for CSV; without it they are guessed. Raises NotAStatement (`empty`, `too_large`, `unknown`, `damaged`).
    """
    if not content.strip():
        raise errors.NotAStatement(reason="empty")
    if len(content) > CAP:
        raise errors.NotAStatement(reason="too_large")
    named = format_of(content)
    if named == "csv":
        return _table(content, columns, currency)
    statements = by_account(_READERS[named](content, currency=currency))
    if sum(len(one.lines) + len(one.unread) for one in statements) > MOST:
        raise errors.NotAStatement(reason="too_large")
    if not statements:
        raise errors.NotAStatement(reason="damaged")
    return Brought(named, statements)


def _table(content: bytes, columns: Columns | None, currency: str) -> Brought:
    if content.startswith(_OTHERS) or (b"\0" in content[:512] and not content.startswith(_UTF16)):
        raise errors.NotAStatement(reason="unknown")
    if content.count(b"\n") > MOST * 2:
        raise errors.NotAStatement(reason="too_large")
    chosen = columns or guess.columns(content)
    return Brought("csv", (table.read(content, chosen, currency=currency),), chosen)

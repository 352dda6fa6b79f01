"""OFX and QFX, the old kind whose tags are not closed (1.x, SGML) and the new one (2.x, XML): both are a row of tags.

Source: OFX 2.2, chapters 11.4 (STMTTRN), 11.3 (BANKACCTFROM), 3.2.8 (days).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core import nouns
from core.payments import figures, letters
from core.payments.statement import RAW, Line, Statement, Unread, Why, account_number, iso, or_none, text

_BLOCK = re.compile(r"<(CC)?STMTRS>", re.IGNORECASE)
_TRANSACTION = re.compile(r"<STMTTRN>", re.IGNORECASE)
_LEAF = re.compile(r"<([A-Z0-9.]{1,32})>([^<]*)", re.IGNORECASE)
#: Another currency stands in either of these.
_EXCHANGED = re.compile(r"<(ORIGCURRENCY|CURRENCY)>", re.IGNORECASE)


def is_ofx(content: bytes) -> bool:
    start = content[:4096].upper()
    return b"OFXHEADER" in start or b"<OFX>" in start


def read(content: bytes, *, currency: str) -> list[Statement]:
    """One Statement for each account; `currency` where the file names none."""
    told = letters.decoded(content)
    starts = [*_BLOCK.finditer(told)]
    ends = [*(found.start() for found in starts[1:]), len(told)] if starts else []
    return [
        _statement(told, found.start(), end, "card" if found[1] else "bank", currency)
        for found, end in zip(starts, ends, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a transaction stands in the file."""

    at: int
    raw: str


def _statement(told: str, start: int, end: int, kind: str, currency: str) -> Statement:
    pieces = list(_pieces(told, start, end))
    top = _leaves(told[start : told.find("<STMTTRN>", start, end) if pieces else end])
    foot = _leaves(told[told.upper().rfind("</BANKTRANLIST>", start, end) : end])
    named = iso(top.get("CURDEF"), currency)
    found = [_line(piece, named) for piece in pieces]
    return Statement(
        number=_number(top, kind),
        currency=named,
        kind=kind,
        closing=figures.amount(foot.get("BALAMT", ""), figures.mark_of([foot.get("BALAMT", "")])),
        lines=tuple(one for one in found if isinstance(one, Line)),
        unread=tuple(one for one in found if isinstance(one, Unread)),
    )


def _pieces(told: str, start: int, end: int) -> Iterator[_Piece]:
    """Each transaction from its tag to the next one's; in SGML even its own end tag may be missing."""
    starts = [found.start() for found in _TRANSACTION.finditer(told, start, end)]
    at, seen = told.count("\n", 0, start) + 1, start
    for here, following in zip(starts, [*starts[1:], end], strict=True):
        at, seen = at + told.count("\n", seen, here), here
        piece = told[here:following]
        over = re.search(r"</(STMTTRN|BANKTRANLIST)>", piece, re.IGNORECASE)
        yield _Piece(at, piece[: over.end() if over else None].strip())


def _leaves(piece: str) -> dict[str, str]:
    """Each tag's first value."""
    found: dict[str, str] = {}
    for leaf in _LEAF.finditer(piece):
        value = " ".join(html.unescape(leaf[2]).split())
        if value:
            found.setdefault(leaf[1].upper(), value)
    return found


def _number(top: dict[str, str], kind: str) -> str | None:
    """With bank and branch where the file has both, as they stand in the account's IBAN."""
    account = top.get("ACCTID")
    if kind == "bank" and account and top.get("BRANCHID"):
        return account_number(top.get("BANKID", "") + top["BRANCHID"] + account)
    return account_number(account, kind=kind)


def _line(piece: _Piece, named: str) -> Line | Unread:
    leaves = _leaves(piece.raw)
    amount = figures.amount(leaves.get("TRNAMT", ""), figures.mark_of([leaves.get("TRNAMT", "")]))
    booked = _day(leaves.get("DTPOSTED", ""))
    if booked is None or amount is None:
        return Unread(piece.at, piece.raw[:RAW], Why.NO_DAY if booked is None else Why.NO_AMOUNT)
    line = Line(
        at=piece.at,
        raw=piece.raw[:RAW],
        booked_on=booked,
        amount=nouns.Money(amount, named),
        label=text(leaves.get("NAME"), leaves.get("MEMO")) or text(leaves.get("TRNTYPE")) or "—",
        value_on=_day(leaves.get("DTAVAIL", "")),
        reference=or_none(leaves.get("REFNUM"), leaves.get("CHECKNUM")),
        bank_ref=or_none(leaves.get("FITID")),
    )
    return _exchanged(line, piece.raw, leaves)


def _exchanged(line: Line, raw: str, leaves: dict[str, str]) -> Line:
    """OFX 5.2: in ORIGCURRENCY the amount was exchanged at CURRATE, in CURRENCY it was not."""
    told, symbol = _EXCHANGED.search(raw), iso(leaves.get("CURSYM"), "")
    if told is None or not symbol:
        return line
    if told[1].upper() == "CURRENCY":
        return replace(line, amount=nouns.Money(line.amount.amount, symbol))
    rate = figures.amount(leaves.get("CURRATE", ""), figures.mark_of([leaves.get("CURRATE", "")]))
    if not rate:
        return line
    original = (line.amount.amount / rate).quantize(Decimal("0.01"))
    return replace(line, original=nouns.Money(original, symbol))


def _day(told: str) -> date | None:
    """`20261003120000.000[+1:CET]` is the third of October, wherever one is."""
    return figures.day(told[:8], "ymd") if told[:8].isdecimal() and len(told) >= 8 else None

"""SWIFT MT940: blocks of tagged fields, one for each account and day. Fields are read by the mt-940 library, one block or line at a time."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import mt940
from mt940.models import Transactions

from core import nouns
from core.payments import figures, letters
from core.payments.statement import RAW, Line, Statement, Unread, Why, account_number, or_none, text

_FIELD = re.compile(r"^:(\d\d[A-Z]?):", re.MULTILINE)
_LIKE = re.compile(rb"^:(?:20|25|28C?|60[FM]):", re.MULTILINE)
#: Subfields that mean the party; `?20` to `?29` is what was said.
_PURPOSE = ("purpose", "additional_purpose", "transaction_details", "extra_details")
#: Amount and currency before exchange, in the supplementary details.
_ORIGINAL = re.compile(r"/OCMT/([A-Z]{3})([\d,]{1,15})")
_NONE = frozenset({"NONREF", ""})

# It logs what it cannot parse, account numbers and all.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)


def is_mt940(content: bytes) -> bool:
    return len(set(_LIKE.findall(content[:4096].replace(b"\r", b"\n")))) > 1


def read(content: bytes, *, currency: str) -> list[Statement]:
    """One Statement for each block; days of one account follow each other."""
    return [_statement(block, currency) for block in _blocks(letters.decoded(content))]


#: A field: the line it begins on, its tag, and all of it.
Field = tuple[int, str, str]


def _blocks(told: str) -> Iterator[list[Field]]:
    """From one `:20:` to the next."""
    block: list[Field] = []
    for field in _fields(told):
        if field[1] == "20" and any(tag == "25" for _, tag, _ in block):
            yield block
            block = []
        block.append(field)
    if block:
        yield block


def _fields(told: str) -> Iterator[Field]:
    starts = [*_FIELD.finditer(told)]
    at, seen = 1, 0
    for n, found in enumerate(starts):
        at, seen = at + told.count("\n", seen, found.start()), found.start()
        end = starts[n + 1].start() if n + 1 < len(starts) else len(told)
        yield at, found[1], re.split(r"\n-\}?\s*(?:\n|$)", told[found.start() : end])[0].rstrip()


def _statement(block: list[Field], currency: str) -> Statement:
    known = {tag: whole for _, tag, whole in reversed(block)}
    opening, closing = _balance(known, "60F", "60M"), _balance(known, "62F", "62M")
    named = next((told.currency for told in (opening, closing) if told), currency)
    found = [_line(at, whole, named) for at, whole in _entries(block)]
    return Statement(
        number=account_number(known.get("25", "").removeprefix(":25:").partition("\n")[0]),
        currency=named,
        opening=opening.amount if opening else None,
        closing=closing.amount if closing else None,
        lines=tuple(one for one in found if isinstance(one, Line)),
        unread=tuple(one for one in found if isinstance(one, Unread)),
    ).added_up()


def _balance(known: dict[str, str], *tags: str) -> nouns.Money | None:
    """`:60F:C261002EUR1000,00`"""
    for tag in tags:
        found = re.match(r":\w+:([CD])\d{6}([A-Z]{3})([\d,]{1,16})", known.get(tag, ""))
        if found and (worth := figures.amount(found[3], ",")) is not None:
            return nouns.Money(-worth if found[1] == "D" else worth, found[2])
    return None


def _entries(block: list[Field]) -> Iterator[tuple[int, str]]:
    """Each `:61:` with the `:86:` that follows it."""
    for n, (at, tag, whole) in enumerate(block):
        if tag == "61":
            after = block[n + 1] if n + 1 < len(block) else None
            yield at, f"{whole}\n{after[2]}" if after and after[1] == "86" else whole


def _line(at: int, whole: str, named: str) -> Line | Unread:
    try:
        data = _parsed(whole[:RAW])
    except (RuntimeError, ValueError, ArithmeticError, KeyError, AttributeError, TypeError):
        return Unread(at, whole[:RAW], Why.DAMAGED)
    # The sign is ours: the library takes RC (a credit taken back) for money that came.
    worth, status = abs(Decimal(data["amount"].amount)), str(data["status"])
    line = Line(
        at=at,
        raw=whole[:RAW],
        booked_on=_plain(data.get("entry_date") or data["date"]),
        amount=nouns.Money(-worth if status in ("D", "RC") else worth, named),
        label=text(*(_said(data, name) for name in ("posting_text", "applicant_name", *_PURPOSE))) or "—",
        value_on=_plain(data["date"]),
        counterparty=or_none(_said(data, "applicant_name")),
        counterparty_id=or_none(_said(data, "applicant_creditor_id"), _said(data, "gvc_applicant_iban")),
        reference=or_none(_said(data, "end_to_end_reference"), _said(data, "customer_reference")),
        bank_ref=or_none(_said(data, "bank_reference")),
    )
    return _exchanged(line)


def _parsed(whole: str) -> dict[str, Any]:
    found = Transactions(options=mt940.Options(unbounded_details=True, merge_keeps_values=True)).parse(whole)
    (one,) = found
    return dict(one.data)


def _exchanged(line: Line) -> Line:
    found = _ORIGINAL.search(line.raw)
    worth = figures.amount(found[2], ",") if found else None
    if not found or not worth or found[1] == line.amount.currency:
        return line
    return replace(line, original=nouns.Money(worth.copy_sign(line.amount.amount), found[1]))


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)


def _said(data: dict[str, Any], name: str) -> str:
    told = str(data.get(name) or "")
    return "" if told.strip().upper() in _NONE else told

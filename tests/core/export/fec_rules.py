"""The published rules of a FEC, as an inspector would check a file: written from the text, knowing nothing of what wrote it.

Source: LPF art. A47 A-1 and BOI-CF-IOR-60-40-20: eighteen columns in order, one separator, days AAAAMMJJ, amounts with a
comma, ISO 8859-15 or UTF-8, entries that balance and count without a gap in each journal, PCG accounts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

HEAD = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
]  # fmt: skip
NEEDED = ("JournalCode", "JournalLib", "EcritureNum", "CompteLib", "PieceRef", "EcritureLib")
AMOUNT = re.compile(r"-?\d+(,\d{1,2})?")


def faults(content: bytes, encoding: str = "iso8859-15") -> list[str]:
    """What is wrong with the file, by line (from 1, its first line the names); empty when nothing is."""
    lines = re.split(r"\r\n|\r|\n", content.decode(encoding))
    if lines[-1] == "":
        lines.pop()
    mark = "\t" if "\t" in lines[0] else "|"
    if lines[0].split(mark) != HEAD:
        return ["1: the names of the columns"]
    rows = [line.split(mark) for line in lines[1:]]
    wide = [f"{n}: {len(row)} columns" for n, row in enumerate(rows, 2) if len(row) != len(HEAD)]
    if wide:
        return wide
    told = [dict(zip(HEAD, row, strict=True)) for row in rows]
    each = [f"{n}: {why}" for n, row in enumerate(told, 2) for why in _line(row)]
    return each or [*_balances(told), *_numbering(told)]


def _line(row: dict[str, str]) -> Iterator[str]:
    yield from (f"{name} is empty" for name in NEEDED if not row[name].strip())
    for name in ("EcritureDate", "PieceDate"):
        if not _is_day(row[name]):
            yield f"{name} {row[name]!r} is no day"
    for name in ("DateLet", "ValidDate"):
        if row[name] and not _is_day(row[name]):
            yield f"{name} {row[name]!r} is no day"
    if not re.match(r"[1-9]\d\d", row["CompteNum"]):
        yield f"account {row['CompteNum']!r} does not begin with three digits"
    if bool(row["CompAuxNum"]) != bool(row["CompAuxLib"]):
        yield "CompAuxNum and CompAuxLib go together"
    amounts = [row["Debit"], row["Credit"], *([row["Montantdevise"]] if row["Montantdevise"] else [])]
    if not all(AMOUNT.fullmatch(amount) for amount in amounts):
        yield "an amount is none"
        return
    debit, credit = (Decimal(row[name].replace(",", ".")) for name in ("Debit", "Credit"))
    if (debit != 0) == (credit != 0):
        yield "one of debit and credit is an amount, the other nothing"
    if bool(row["Montantdevise"]) != bool(row["Idevise"]):
        yield "Montantdevise and Idevise go together"
    if row["Idevise"] and not re.fullmatch("[A-Z]{3}", row["Idevise"]):
        yield "Idevise is no currency"


def _is_day(told: str) -> bool:
    try:
        return re.fullmatch(r"\d{8}", told) is not None and datetime.strptime(told, "%Y%m%d") is not None
    except ValueError:
        return False


def _balances(rows: list[dict[str, str]]) -> Iterator[str]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        debit, credit = (Decimal(row[name].replace(",", ".")) for name in ("Debit", "Credit"))
        sums[row["JournalCode"], row["EcritureNum"]] += debit - credit
    yield from (f"entry {number} is out of balance by {left}" for (_, number), left in sums.items() if left)


def _numbering(rows: list[dict[str, str]]) -> Iterator[str]:
    last: dict[str, int] = {}
    for row in rows:
        number, before = int(row["EcritureNum"]), last.get(row["JournalCode"])
        if before is not None and number not in (before, before + 1):
            yield f"after entry {before} comes {number}"
        last[row["JournalCode"]] = number

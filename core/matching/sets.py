"""A set to be matched, as files: `payments.jsonl`, `invoices.jsonl`, `fx.json` (euros for one unit, by day), `history.jsonl`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.matching.values import Invoice, Payment, Rates, Solution, pairs

#: Currencies without a minor unit, and with three digits (ISO 4217).
_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "TND": 3, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3}


@dataclass(frozen=True)
class Set:
    payments: list[Payment]
    invoices: list[Invoice]
    rates: Rates
    history: list[tuple[str, str]]


def load(folder: Path) -> Set:
    """Raises OSError where the set is not whole, ValueError or KeyError where a line is not as it should be."""
    return Set(
        [_payment(each) for each in _rows(folder / "payments.jsonl")],
        [_invoice(each) for each in _rows(folder / "invoices.jsonl")],
        _rates(folder / "fx.json"),
        [(each["payment"], each["invoice"]) for each in _rows(folder / "history.jsonl", optional=True)],
    )


def _rows(file: Path, *, optional: bool = False) -> Iterator[dict[str, Any]]:
    if optional and not file.exists():
        return
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _payment(row: dict[str, Any]) -> Payment:
    asked, currency = row.get("original_amount"), row["currency"]
    asked_in = row.get("original_currency")
    return Payment(
        row["id"], _day(row["date"]), _minor(row["amount"], currency), currency, row["label"],
        row.get("account"), _minor(asked, asked_in or currency) if asked else None, asked_in,
        row.get("counterparty"), row.get("reference"),
    )  # fmt: skip


def _invoice(row: dict[str, Any]) -> Invoice:
    total, net, currency = row["total"], row.get("net"), row["currency"]
    named = (row.get("vendor"), row.get("supplier"), *row.get("bank_labels", ()))
    return Invoice(
        row["id"], row.get("vendor") or row.get("supplier") or "", tuple(filter(None, named)), row.get("number") or "",
        _day(row["date"]), _minor(total, currency), currency, _day(row["due_date"]) if row.get("due_date") else None,
        _minor(net, currency) if net is not None else None, "credit_note" if total < 0 else "invoice",
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _minor(amount: float | str, currency: str) -> int:
    """Amounts are in the major unit."""
    if isinstance(amount, str):
        return int((Decimal(amount) * Decimal(10) ** _DIGITS.get(currency, 2)).to_integral_value())
    return round(float(amount) * float(10 ** _DIGITS.get(currency, 2)))


def _rates(file: Path) -> Rates:
    if not file.exists():
        return Rates()
    told = json.loads(file.read_text(encoding="utf-8"))
    return Rates({
        currency: {_day(day): Decimal(str(rate)) for day, rate in days.items()} for currency, days in told.items()
    })  # fmt: skip


def lines(solution: Solution) -> Iterator[str]:
    """One JSON object a (payment, invoice), as `moisson match` tells it."""
    for payment, invoice, link in pairs(solution.links):
        reasons = [{"code": reason.code, **reason.facts} for reason in link.reasons]
        told = {"payment": payment, "invoice": invoice, "confidence": link.confidence, "band": link.band}
        yield json.dumps({**told, "reasons": reasons}, ensure_ascii=False)

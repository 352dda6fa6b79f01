"""An invented company as files, in the shape that `moisson match` reads: `python -m tests.core.matching.writing FOLDER`.

Beside its payments, invoices and rates stand the truth about them and what a person confirmed in the first months.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.matching.values import Invoice, Payment
from tests.core.matching import company

#: What was paid before this day has been confirmed.
CUT = company.START + timedelta(120)


def write(made: company.Company, folder: Path) -> None:
    """`truth.json`: links of (payment, invoice, kind), `missing`, how many never have one, and classes of what cannot be told apart."""
    folder.mkdir(parents=True, exist_ok=True)
    booked = {each.id: each.booked_on for each in made.payments}
    said = [{"payment": a, "invoice": b} for a, b in sorted(made.links) if booked[a] < CUT]
    truth = {
        "meta": {"cut": CUT.isoformat()},
        "links": [(a, b, kind) for (a, b), kind in sorted(made.kinds.items())],
        "missing": sorted(made.missing),
        "noise_n": len(made.noise),
        "payment_class": {},
        "invoice_class": {a: b for a, b in made.one.items() if a != b},
    }
    rates = {
        currency: {day.isoformat(): float(rate) for day, rate in days.items()}
        for currency, days in made.rates.by_currency.items()
    }
    _lines(folder / "payments.jsonl", map(_payment, made.payments))
    _lines(folder / "invoices.jsonl", map(_invoice, made.invoices))
    _lines(folder / "history.jsonl", said)
    folder.joinpath("fx.json").write_text(json.dumps(rates), encoding="utf-8")
    folder.joinpath("truth.json").write_text(json.dumps(truth), encoding="utf-8")


def _lines(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    told = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text("".join(told), encoding="utf-8")


def _payment(each: Payment) -> dict[str, Any]:
    return {
        "id": each.id,
        "account": each.account,
        "date": each.booked_on.isoformat(),
        "amount": each.amount_minor / 100,
        "currency": each.currency,
        "label": each.label,
        "counterparty": each.counterparty,
        "original_amount": each.original_minor / 100 if each.original_minor else None,
        "original_currency": each.original_currency,
    }


def _invoice(each: Invoice) -> dict[str, Any]:
    return {
        "id": each.id,
        "vendor": each.supplier,
        "supplier": each.supplier_names[-1],
        "number": each.number,
        "date": each.issued_on.isoformat(),
        "due_date": each.due_on.isoformat() if each.due_on else None,
        "total": each.total_minor / 100,
        "currency": each.currency,
    }


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.core.matching.writing")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--payments", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--belated", type=float, default=0.0, help="share of card purchases whose invoice is written weeks later")  # fmt: skip
    told = asked.parse_args()
    write(company.company(told.payments, told.seed, belated=told.belated), told.folder)


if __name__ == "__main__":
    main()

"""How the text of a field stands on an Invoice: days as days, amounts in minor units of its currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from core import nouns
from core.db import models
from core.ledger import cents, typed

AMOUNTS = {"total": "total_minor", "net": "net_minor", "vat": "vat_minor"}
DAYS = {"date": "issued_on", "due_date": "due_on", "period_from": "period_from", "period_to": "period_to"}
NAMES = {
    "number": "number",
    "supplier": "seller",
    "supplier_vat": "seller_id",
    "iban": "iban",
    "customer_ref": "customer_ref",
}
#: What a person can correct.
FIELDS = (*NAMES, *DAYS, *AMOUNTS, "currency", "kind")

_SHAPES = {
    "currency": re.compile(r"[A-Z]{3}"),
    "iban": re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}"),
    "supplier_vat": re.compile(r"[A-Z0-9]{5,20}"),
}


def columns(fields: Mapping[str, str], currency: str | None) -> dict[str, Any]:
    """What these normalised texts make of an Invoice whose currency was `currency`; what is no such value is left out."""
    currency = fields.get("currency") or currency
    made: dict[str, Any] = {NAMES[name]: fields[name] for name in NAMES if name in fields}
    if "supplier_siren" in fields and "supplier_vat" not in fields:
        made["seller_id"] = fields["supplier_siren"]
    for name in DAYS.keys() & fields.keys():
        if day := typed.day(fields[name]):
            made[DAYS[name]] = day
    if "issued_on" in made:
        made["precision"] = nouns.Precision.DAY.value
    if currency:
        made["currency"] = currency
        made |= {AMOUNTS[name]: _minor(fields[name], currency) for name in AMOUNTS.keys() & fields.keys()}
    return {name: value for name, value in made.items() if value is not None}


def normal(field: str, text: str) -> str | None:
    """What a person typed as a field's normalised text; None when it is no such thing."""
    text = " ".join(text.split())
    if field in AMOUNTS:
        amount = typed.amount(text)
        return None if amount is None else f"{amount:f}"
    if field in DAYS:
        day = typed.day(text)
        return day.isoformat() if day else None
    if field == "kind":
        return text if text in list(nouns.Kind) else None
    if shape := _SHAPES.get(field):
        text = re.sub(r"[ .-]", "", text).upper()
        return text if shape.fullmatch(text) else None
    return text or None


def corrected(invoice: models.Invoice, field: str, text: str | None) -> dict[str, Any]:
    """The columns that a person's value changes; None empties the field. Raises ValueError when it cannot be emptied, or has no such cents."""
    if text is None:
        return _emptied(field)
    if field == "kind":
        return {"kind": text}
    if field == "currency":
        return {"currency": text, **_rescaled(invoice, text)}
    if field in AMOUNTS:
        return {AMOUNTS[field]: _exactly(text, invoice.currency)}
    return columns({field: text}, None)


def _emptied(field: str) -> dict[str, Any]:
    if field in ("kind", "currency"):
        raise ValueError(field)
    return {{**NAMES, **DAYS, **AMOUNTS}[field]: None}


def _rescaled(invoice: models.Invoice, currency: str) -> dict[str, Any]:
    """The same figures in another currency: 500 cents are 5 yen."""
    shift = cents.decimals(currency) - cents.decimals(invoice.currency)
    minors = {name: getattr(invoice, name) for name in AMOUNTS.values()}
    return {
        name: int(Decimal(minor).scaleb(shift))
        for name, minor in minors.items()
        if shift and minor is not None
    }


def _exactly(text: str, currency: str | None) -> int:
    minor = Decimal(text).scaleb(cents.decimals(currency))
    if minor != int(minor):
        raise ValueError(text)
    return int(minor)


def _minor(text: str, currency: str) -> int | None:
    try:
        return cents.minor(nouns.Money(Decimal(text), currency))
    except InvalidOperation:
        return None

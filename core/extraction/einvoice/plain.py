"""What stands in an e-invoice as a value: exact amounts, days, codes. Each gives None for what cannot be one."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

#: XML Schema's decimal, within what money needs; and the comma that some write against it.
_AMOUNT = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,8})?|\.\d{1,8})")
_COMMA = re.compile(r"[+-]?\d{1,15},\d{2}")
#: UNTDID 2379: 102 is CCYYMMDD, 203 and 204 go on with the time; XML Schema's date may end with a zone.
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\d{4}|\d{6})?|(\d{4})-(\d\d)-(\d\d)(?:T.*|Z|[+-]\d\d:\d\d)?")
LONGEST = 200


def amount(text: str) -> Decimal | None:
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def comma_amount(text: str) -> Decimal | None:
    """`1234,56`, which no schema allows and a person understands."""
    return Decimal(text.replace(",", ".")) if _COMMA.fullmatch(text) else None


def day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    if not match:
        return None
    year, month, of_month = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def currency(text: str) -> str | None:
    return text if re.fullmatch("[A-Z]{3}", text) else None


def words(text: str) -> str | None:
    return text[:LONGEST] or None


def compact(text: str) -> str | None:
    """Without the spaces and dots in which people set a long code."""
    return squeezed(text[:LONGEST]) or None


def squeezed(text: str) -> str:
    return re.sub(r"[\s.]", "", text).upper()


def iban(text: str) -> str | None:
    code = compact(text) or ""
    return code if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", code) else None


def siren(text: str) -> str | None:
    """The company, of a SIREN or of one of its SIRET."""
    digits = re.sub(r"\s", "", text)
    return digits[:9] if re.fullmatch(r"\d{9}(?:\d{5})?", digits) else None


def customer(text: str) -> str | None:
    """A customer's number has a digit; some write their name there."""
    return text[:LONGEST] if re.search(r"\d", text) else None


def written(value: Decimal) -> str:
    """At least two decimals, more only where they say something."""
    cents = value.quantize(Decimal("0.01")) if value.adjusted() < 20 else value
    return str(cents if cents == value else value.normalize())


def rate(value: Decimal) -> str:
    """20.00 is 20."""
    return f"{value.normalize():f}"


def as_json(rows: list[dict[str, str]]) -> str:
    return json.dumps(rows, ensure_ascii=False)

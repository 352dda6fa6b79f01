"""What people type: an amount, a day. French and English ways of writing either."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_AMOUNT = re.compile(r"([+-]?)(\d{1,3}(?:([ .,'])\d{3})(?:\3\d{3})*|\d+)(?:[.,](\d{1,3}))?")
_DAY = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")


def amount(text: str) -> Decimal | None:
    """`45,90`, `1 234.56 €`, `-12`; three digits after the only mark are thousands. None when it is no amount."""
    plain = " ".join(re.sub(r"[€$£]|[A-Za-z]{3}", " ", text).replace("\u2212", "-").split())
    found = _AMOUNT.fullmatch(plain)
    if not found:
        return None
    sign, whole, _, part = found.groups()
    return Decimal(f"{sign}{re.sub(r'[^0-9]', '', whole)}.{part or 0}")


def day(text: str) -> date | None:
    """`2026-10-03`, or `03/10/2026` with the day first."""
    found = _DAY.fullmatch(text.strip())
    iso = "{2}-{1:0>2}-{0:0>2}".format(*found.groups()) if found else text.strip()
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None

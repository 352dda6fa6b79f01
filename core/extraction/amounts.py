"""Amounts as they are printed: 1 234,56 · 1.234,56 · 1,234.56 · 1'234.56 · $12.00 · 12,00 € · 12,00- · (12.00)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

SIGNS = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "us$": "USD", "usd": "USD", "$": "USD", "c$": "CAD", "ca$": "CAD", "cad": "CAD", "a$": "AUD", "aud": "AUD",
    "£": "GBP", "gbp": "GBP", "chf": "CHF", "fr.": "CHF", "₹": "INR", "inr": "INR", "pln": "PLN", "zł": "PLN",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "czk": "CZK", "huf": "HUF", "ron": "RON", "jpy": "JPY", "¥": "JPY",
}  # fmt: skip
_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_DIGITS = r"(?:\d{1,3}(?:(?P<group>[ .,'])\d{3})(?:(?P=group)\d{3})*|\d+)(?:[.,]\d{2})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,/%-])(?P<open>\()?(?P<minus>- ?)?(?:(?P<before>{_SIGN}) ?)?(?P<minus2>- ?)?(?P<digits>{_DIGITS})"
    rf"(?P<minus3>-)?(?! ?%)(?: ?(?P<after>{_SIGN})(?![a-z]))?(?P<close>\))?(?![\w/]|[.,:]\d|-\w)",
    re.I,
)
_LETTERS_FOR_SIGN = re.compile(r"[a-z]+", re.I)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that may be money, at `start:end` of a line. `whole` means printed without cents."""

    value: Decimal
    currency: str | None
    start: int
    end: int
    whole: bool


def found(text: str) -> list[Amount]:
    """Every number in a line that may be money; not percentages, dates, or parts of codes."""
    return [_amount(match) for match in _AMOUNT.finditer(text)]


def parsed(text: str) -> Decimal | None:
    """The one amount that a text is, or None."""
    amounts = found(text.strip())
    return amounts[0].value if len(amounts) == 1 else None


def _amount(match: re.Match[str]) -> Amount:
    digits = match["digits"]
    value = Decimal(plain(digits))
    negative = match["minus"] or match["minus2"] or match["minus3"] or (match["open"] and match["close"])
    sign = match["before"] or match["after"]
    return Amount(
        value=-value if negative else value,
        currency=SIGNS[sign.lower()] if sign else None,
        start=match.start(),
        end=match.end(),
        whole=not re.search(r"[.,]\d{2}$", digits),
    )


def plain(digits: str) -> str:
    """`1.234,56` as `1234.56`: what stands before the last two digits is the decimal mark, all else only groups."""
    cents = re.search(r"[.,](\d{2})$", digits)
    units = digits[: cents.start()] if cents else digits
    return re.sub(r"\D", "", units) + (f".{cents[1]}" if cents else "")

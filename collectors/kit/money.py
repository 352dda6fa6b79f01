"""The amount a portal prints, exactly. What could mean two amounts is refused, never guessed."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from core.nouns import Money

#: `cents`: whole minor units; `point`: 1,234.56; `comma`: 1 234,56 or 1.234,56; `auto`: whichever of the two is certain.
STYLES = ("auto", "cents", "point", "comma")

_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "usd": "USD",
    "gbp": "GBP",
    "chf": "CHF",
}
#: ISO 4217: how many digits the minor unit has, where it is not two.
_MINOR = dict.fromkeys(("JPY", "KRW", "CLP", "VND", "ISK", "XOF", "XAF", "XPF"), 0) | dict.fromkeys(
    ("TND", "KWD", "BHD"), 3
)
_NUMBER = re.compile(r"\d[\d.,'’\s]*\d|\d")
_MINUS = "-−–"


def parse(value: Any, style: str = "auto", currency: str = "") -> Money:
    """The amount in `value`. `currency` is the ISO 4217 code declared or found beside it; a sign of another one is refused.

    Raises ValueError, with what would help.
    """
    text = " ".join(str(value).split())
    code = _currency(text, currency.strip().upper())
    if style == "cents":
        return Money(_whole(text).scaleb(-_MINOR.get(code, 2)), code)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Money(Decimal(str(value)), code)
    return Money(_signed(text, style), code)


def _currency(text: str, declared: str) -> str:
    seen = {code for word in re.findall(r"[€£]|[a-z]+", text.lower()) if (code := _SYMBOLS.get(word))}
    seen |= {"USD"} if "$" in text and not declared else set()
    if len(seen | ({declared} if declared else set())) > 1:
        raise ValueError(f"{text[:40]!r} is not in {declared or 'one currency'}")
    if not (declared or seen):
        raise ValueError(f"no currency in {text[:40]!r}: declare one")
    return declared or seen.pop()


def _whole(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as err:
        raise ValueError(f"{text[:40]!r} is no whole number of cents") from err
    if amount != amount.to_integral_value():
        raise ValueError(f"{text[:40]!r} is no whole number of cents")
    return amount


def _signed(text: str, style: str) -> Decimal:
    found = _NUMBER.findall(text)
    if len(found) != 1:
        raise ValueError(f"expected one amount in {text[:40]!r}, found {len(found)}")
    before, _, after = text.partition(found[0])
    marks = re.sub(r"[^-−–()]", "", before + after)
    negative = any(mark in _MINUS for mark in marks) or marks == "()"
    amount = _decimal(re.sub(r"[\s'’]", "", found[0]), style)
    return -amount if negative else amount


def _decimal(digits: str, style: str) -> Decimal:
    mark = {"point": ".", "comma": ","}.get(style) or _mark(digits)
    group = "," if mark == "." else "."
    whole, _, part = digits.partition(mark)
    groups = whole.split(group)
    if mark in part or group in part or any(len(each) != 3 for each in groups[1:]):
        raise ValueError(f"{digits!r} is no amount with a decimal {'point' if mark == '.' else 'comma'}")
    return Decimal(f"{''.join(groups)}.{part or 0}")


def _mark(digits: str) -> str:
    """The decimal mark, when it is certain: the last of two kinds, or one that is not followed by exactly three digits."""
    marks = [each for each in digits if each in ".,"]
    if len(set(marks)) == 2:
        return marks[-1]
    if not marks:
        return "."
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    if len(digits.partition(marks[0])[2]) == 3:
        raise ValueError(f"{digits!r} can be two amounts: declare style = 'point' or 'comma'")
    return marks[0]

"""How the CSV files of a bank account are read: which column says what, and how days and amounts are written in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.payments import figures, letters

SEPARATORS = (";", ",", "\t", "|")
#: What a column may be, beside the day and the amount.
TEXTS = ("label", "more", "counterparty", "reference", "bank_ref", "currency")


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns count from 0; None is *not there*. Either `amount`, or `debit` and `credit` where each has a column of its own.

    `skip` lines come before the first payment. `way` is a column that says debit or credit in words, for amounts without a sign;
    `inverted` is for files that write what was spent without a minus.
    """

    encoding: str = "utf-8"
    separator: str = ";"
    skip: int = 0
    day: int | None = None
    order: str = "dmy"
    value_day: int | None = None
    mark: str = ","
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    way: int | None = None
    inverted: bool = False
    label: int | None = None
    more: int | None = None
    counterparty: int | None = None
    reference: int | None = None
    bank_ref: int | None = None
    currency: int | None = None
    original: int | None = None
    original_currency: int | None = None
    balance: int | None = None

    @property
    def complete(self) -> bool:
        """Whether days, amounts and labels can be read with it."""
        amounts = self.amount if self.amount is not None else self.debit
        return None not in (self.day, amounts, self.label)

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def of(told: Mapping[str, Any]) -> Columns:
    """The inverse of `told`, from whatever was kept or typed; what makes no sense is left as it would be."""
    known: dict[str, Any] = {}
    for each in fields(Columns):
        value = told.get(each.name)
        if each.name in _CHOICES:
            if value in _CHOICES[each.name]:
                known[each.name] = value
        elif each.name == "inverted":
            known[each.name] = value in (True, "1", "on")
        else:
            known[each.name] = _number(value)
    return Columns(**known | {"skip": known.get("skip") or 0})


def _number(value: Any) -> int | None:
    plain = str(value)
    return int(plain) if plain.isdecimal() and len(plain) <= 4 else None


_CHOICES = {
    "encoding": letters.ENCODINGS,
    "separator": SEPARATORS,
    "order": figures.ORDERS,
    "mark": (",", "."),
}

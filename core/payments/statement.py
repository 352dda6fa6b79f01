"""What a bank's file says, as values: its accounts, their lines, and the lines that could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core import nouns

#: Characters that are kept of a line as it came, and of each text of it.
RAW, TEXT = 4_000, 500


class Why(StrEnum):
    """Why a line was not read, or was left out."""

    NO_DAY = "no_day"
    NO_AMOUNT = "no_amount"
    NO_CURRENCY = "no_currency"
    DAMAGED = "damaged"
    #: The bank has announced it and not booked it: it comes again, perhaps otherwise.
    PENDING = "pending"
    #: It looks like another one, and nobody has said that it is real.
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bank account. A debit is negative; days are the bank's; `at` is where it begins in its file, from 1.

    `bank_ref` is the bank's own word for this line and no other; `reference` what the parties call the payment.
    `original` is what was paid before exchange, signed as `amount`.
    """

    at: int
    raw: str
    booked_on: date
    amount: nouns.Money
    label: str
    value_on: date | None = None
    original: nouns.Money | None = None
    counterparty: str | None = None
    counterparty_id: str | None = None
    reference: str | None = None
    bank_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that is no Payment to us, as it came, and why."""

    at: int
    raw: str
    why: Why


@dataclass(frozen=True, slots=True)
class Statement:
    """What a file says of one bank account. `number` is how the file names it, None when it names none; `kind` is `bank` or `card`."""

    number: str | None = None
    currency: str | None = None
    kind: str = "bank"
    opening: Decimal | None = None
    closing: Decimal | None = None
    lines: tuple[Line, ...] = ()
    unread: tuple[Unread, ...] = ()
    #: Whether opening balance + lines = closing balance; None when the file does not state both.
    balanced: bool | None = field(default=None)

    def added_up(self) -> Statement:
        """The same with `balanced` told."""
        if self.opening is None or self.closing is None:
            return self
        moved = sum((line.amount.amount for line in self.lines), Decimal())
        return replace(self, balanced=self.opening + moved == self.closing)


def by_account(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements of one account in a row become one, in the order of the file."""
    whole: dict[str | None, Statement] = {}
    for one in statements:
        before = whole.get(one.number)
        whole[one.number] = _joined(before, one) if before else one
    return tuple(whole.values())


def _joined(before: Statement, after: Statement) -> Statement:
    told = [one.balanced for one in (before, after) if one.balanced is not None]
    return replace(
        before,
        currency=before.currency or after.currency,
        closing=after.closing,
        lines=before.lines + after.lines,
        unread=before.unread + after.unread,
        balanced=all(told) if told else None,
    )


def account_number(told: str | None, *, kind: str = "bank") -> str | None:
    """A number as accounts are known by it: capitals and digits only; of a card no more than its end (PCI DSS 3.4)."""
    plain = "".join(letter for letter in (told or "").upper() if letter.isascii() and letter.isalnum())
    if kind == "card" and plain:
        return f"CARD{plain[-4:]}"
    return plain or None


def iso(told: str | None, otherwise: str) -> str:
    """A currency as ISO 4217 writes it, if this looks like one."""
    plain = (told or "").strip().upper()
    return plain if len(plain) == 3 and plain.isascii() and plain.isalpha() else otherwise


def text(*parts: str | None) -> str:
    """The parts that say something new, in one line of letters that can be seen and stored."""
    said: list[str] = []
    for part in parts:
        plain = "".join(letter for letter in " ".join((part or "").split()) if letter.isprintable())
        if plain and not any(f" {plain} " in f" {before} " for before in said):
            said.append(plain)
    return " ".join(said)[:TEXT]


def or_none(*parts: str | None) -> str | None:
    return text(*parts) or None

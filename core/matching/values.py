"""What the matcher takes and gives: values only. Money in integer minor units of its ISO 4217 currency, days as dates."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Band = Literal["auto", "suggest"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Payment:
    """A bank or card line. A debit is negative. `original_*` is what the shop asked, where the bank says it: without a sign."""

    id: str
    booked_on: date
    amount_minor: int
    currency: str
    label: str
    account: str | None = None
    original_minor: int | None = None
    original_currency: str | None = None
    counterparty: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """What is owed; a credit note's total is negative. `supplier_names`: vendor, printed name, bank labels that its collector declares.

    `copy_of` is the id of an Invoice that is known to be the same document; copies that nobody declared are found.
    """

    id: str
    supplier: str
    supplier_names: tuple[str, ...]
    number: str
    issued_on: date
    total_minor: int
    currency: str
    due_on: date | None = None
    net_minor: int | None = None
    kind: Literal["invoice", "credit_note"] = "invoice"
    copy_of: str | None = None

    @property
    def owed(self) -> int:
        """Minor units, negative for a credit note whatever the sign that it was read with."""
        return -abs(self.total_minor) if self.kind == "credit_note" else self.total_minor


@dataclass(frozen=True, slots=True)
class Rates:
    """Euros for one unit of a currency, by day (a day without a rate has that of the day before)."""

    by_currency: Mapping[str, Mapping[date, Decimal]] = field(default_factory=dict)

    def euros(self, currency: str, day: date) -> Decimal | None:
        """None for a currency that nobody gave, or a day before its first rate."""
        if currency == "EUR":
            return Decimal(1)
        days = sorted(self.by_currency.get(currency, {}))
        at = bisect_right(days, day)
        return self.by_currency[currency][days[at - 1]] if at else None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A person's word on one pair, as kept: `core` is what is left of the payment's label when its bank words are gone."""

    payment: str
    invoice: str
    core: str
    supplier: str
    lag: int
    agreed: bool = True
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What one workspace has learned from its people; nothing of it leaves the workspace.

    `confirmed` are hard constraints, `refused` never come back; `aliases` and `lags` count agreements and refusals.
    With `supervised` nothing is automatic for a (core, supplier) that has not earned it.
    """

    confirmed: frozenset[Pair] = frozenset()
    refused: frozenset[Pair] = frozenset()
    aliases: Mapping[Pair, tuple[int, int]] = field(default_factory=dict)
    lags: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    earned: frozenset[Pair] = frozenset()
    supervised: bool = False
    cap_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its facts; the pages say it in words."""

    code: str
    facts: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """One Payment and the Invoices that it pays, wholly or (`part`) with other Payments. `confidence` is calibrated, 0 to 1."""

    payment: str
    invoices: tuple[str, ...]
    confidence: float
    band: Band
    reasons: tuple[Reason, ...]
    second: str | None = None
    part: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A Payment that got nothing, and why."""

    payment: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Solution:
    links: Sequence[Link]
    unlinked: Sequence[Unlinked]


def pairs(links: Iterable[Link]) -> Iterable[tuple[str, str, Link]]:
    """Each (payment, invoice) with the Link that it is of."""
    return ((link.payment, invoice, link) for link in links for invoice in link.invoices)

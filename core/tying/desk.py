"""A large pile stays solved between looks: what changed is read, and only what it touches is chosen for again.

What the whole pile taught (places, aliases, habits, what people earned) is as old as the last look at all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from core import matching
from core.ledger import proposals
from core.matching import values
from core.tying import field as rows
from core.tying import whose

#: Open Payments below which looking at all of them takes no longer than a person waits.
MANY = 20_000


@dataclass(frozen=True, slots=True)
class Touched:
    """Payments whose answer may be another now, as `Field` tells them, and the answer."""

    links: list[values.Link]
    unlinked: list[values.Unlinked]
    amounts: Mapping[int, tuple[int, str]]
    due: Mapping[int, tuple[int, str]]
    cores: Mapping[int, str]


@dataclass
class Desk:
    """One company's. `newest` is the last wish that it has heard of; `stale` names what the last look settled."""

    pile: matching.Field | None = None
    guide: whose.Guide = field(default_factory=lambda: whose.Guide({}))
    newest: int = 0
    stale: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    moved: bool = False

    @property
    def size(self) -> int:
        """Open Payments that it holds."""
        return len(self.pile.payments) if self.pile else 0

    def solve(
        self,
        payments: Sequence[values.Payment],
        invoices: Sequence[values.Invoice],
        rates: values.Rates,
        memory: values.Memory,
    ) -> values.Solution:
        """All of it; a large pile is kept."""
        self.pile, self.stale, self.moved = None, (set(), set()), False
        if len(payments) < MANY:
            return matching.solve(payments, invoices, rates, memory)
        self.pile = matching.Field(payments, invoices, rates, memory)
        return self.pile.planted

    def settle(self, seen: rows.Field, payments: Collection[int], invoices: Collection[int]) -> Touched:
        """These are as they are `seen` now, or gone. Gives the Payments whose answer may be another. Raises LookupError without a pile."""
        pile = self.pile
        if pile is None:
            raise LookupError("no pile is kept here")
        self.moved, self.stale = True, (set(), set())
        touched: set[str] = set()
        for key in sorted(pile.payments.keys() & set(map(str, payments))):
            touched |= pile.take_payment(key).links.keys()
        for key in sorted(pile.invoices.keys() & set(map(str, invoices))):
            touched |= pile.take_invoice(key).links.keys()
        for invoice in seen.invoices:
            touched |= pile.add_invoice(invoice).links.keys()
        for payment in seen.payments:
            touched |= pile.add_payment(payment).links.keys() | {payment.id}
        return _told(pile, touched & pile.payments.keys())

    def tied(self, changes: Iterable[proposals.Change]) -> None:
        """What the machine linked is settled: it leaves the pile with the next look."""
        for change in changes:
            if change.what == "linked":
                self.stale[0].add(change.payment_id)
                self.stale[1].update(change.invoice_ids)


def _told(pile: matching.Field, payments: Set[str]) -> Touched:
    links = [link for key in payments if (link := pile.link_of(key))]
    alone = payments - {link.payment for link in links}
    paid = {key: pile.payments[key] for key in payments}
    owed = {key: pile.invoices[key] for link in links for key in link.invoices}
    return Touched(
        links=links,
        unlinked=pile.why_not(alone) if alone else [],
        amounts={int(key): (one.amount_minor, one.currency) for key, one in paid.items()},
        due={int(key): (one.owed, one.currency) for key, one in owed.items()},
        cores={int(key): whose.core(one.label) for key, one in paid.items()},
    )

"""What the matcher answers, as the ledger keeps it: its links become proposals, its reasons plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.ledger import proposals, shares
from core.matching import values

#: By Payment or Invoice: minor units and their currency.
Sums = Mapping[int, tuple[int, str]]


def proposed(amounts: Sums, due: Sums, links: Iterable[values.Link]) -> Mapping[int, proposals.Proposal]:
    """By Payment; what a person confirmed is left out, and what cannot be shared among its Invoices.

    `amounts` are the Payments', `due` what is left of the Invoices.
    """
    found = {}
    for link in links:
        payment = int(link.payment)
        parts = _parts(amounts[payment], [due[int(one)] for one in link.invoices], link)
        if parts and not link.confirmed:
            found[payment] = proposals.Proposal(
                parts=parts,
                band=link.band,
                confidence=link.confidence,
                reasons=tuple(map(_told, link.reasons)),
                automatic=link.band == "auto",
            )
    return found


def left(unlinked: Iterable[values.Unlinked]) -> Mapping[int, proposals.Why]:
    """Why each of these Payments has nothing."""
    return {int(one.payment): _told(one.reason) for one in unlinked}


def _parts(paid: tuple[int, str], owed: list[tuple[int, str]], link: values.Link) -> Mapping[int, int] | None:
    amount, currency = paid
    same = all(its == currency for _, its in owed)
    parts = shares.share(amount, [due for due, _ in owed], same_currency=same)
    return dict(zip(map(int, link.invoices), parts, strict=True)) if parts else None


def _told(reason: values.Reason) -> proposals.Why:
    return {"code": reason.code, **reason.facts}

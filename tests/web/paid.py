"""What the company has paid: payments in every kind of state, and what is missing of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.db import models
from core.ledger import gaps, matches, radar
from tests.core.ledger import bank
from tests.web import world


@dataclass
class Paid:
    """Payments by how they stand."""

    proposed: int
    several: int
    linked: int
    automatic: int
    alone: int
    missing: int
    closed: int


def fill(company: world.World) -> Paid:
    with company.database.write() as session:
        bills = [bank.invoice(session, 4590 + n, f"F-90{n}") for n in range(6)]
        paid = [bank.payment(session, -(4590 + n), f"PRLV SEPA MANDARINE {n}") for n in range(4)]
        bank.proposed(
            session, paid[0], bills[0], reasons=[{"code": "amount_equal"}, {"code": "paid_after", "days": 9}]
        )
        several = bank.payment(
            session, -(4594 + 4595), "VIR MANDARINE", original_minor=-9999, original_currency="USD"
        )
        bank.proposed(session, several, bills[4], bills[5], reasons=[{"code": "sum_of", "count": 2}])
        matches.tie(session, paid[1], {bills[1].id: None}, by=1, now=world.NOW)
        bank.proposed(session, paid[2], bills[2], band="auto", confirmed_at=world.NOW)
        missing = bank.payment(
            session, -8000, "CARTE NIMBUS", counterparty="Nimbus Inc", reference="RUM 8812"
        )
        alone = bank.payment(
            session,
            -700,
            "CARTE ZED",
            unmatched_for={"code": "amount_differs", "invoice": str(bills[3].id), "percent": 2.0},
        )
        gaps.settle(session, 1, [missing.id, alone.id], now=world.NOW, suppliers={missing.id: "nimbus"})
        matches.close(session, paid[3], matches.Why.CARD_VALIDATION, note="1 €", by=1, now=world.NOW)
        radar.look(session, 1, today=date(2026, 11, 20), now=world.NOW)
        return Paid(paid[0].id, several.id, paid[1].id, paid[2].id, alone.id, missing.id, paid[3].id)


def one(company: world.World) -> tuple[int, int]:
    """A payment whose invoice is missing, and its gap; made once."""
    with company.database.write() as session:
        known = session.scalar(select(models.Payment).where(models.Payment.identity == "the one"))
        paid = known or bank.payment(session, -8000, "CARTE ZED", identity="the one")
        gaps.settle(session, 1, [paid.id], now=world.NOW)
        gap = gaps.of_payment(session, paid.id)
        assert gap
        return paid.id, gap.id


def pages(paid: Paid) -> tuple[str, ...]:
    return (
        "/matches",
        "/matches?queue=unlinked",
        "/matches?queue=automatic",
        f"/matches/{paid.proposed}",
        f"/matches/{paid.several}?q=F-90",
        f"/matches/{paid.linked}?did=1",
        f"/matches/{paid.automatic}",
        f"/matches/{paid.alone}?queue=unlinked",
        f"/matches/{paid.closed}",
        "/gaps",
        "/gaps?closed=1",
        "/gaps?supplier=nimbus",
        "/gaps/months",
        "/payments",
    )

"""A company with 100,000 payments and as many invoices: its match desk, what it misses, and one look of the worker at all of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import tying
from core.db import models
from core.ledger import matches, rematch
from tests.core.ledger import bank
from tests.web import world
from web import server

PAYMENTS, SELLERS, DAYS = 100_000, 2_000, 700
#: Invoices that come in later, one by one.
ARRIVALS = 40
#: The part of the payments whose invoice is here.
HERE = 0.7
PLACES = (
    "/matches",
    "/matches?page=900",
    "/matches?queue=unlinked",
    "/matches?queue=automatic",
    "/matches/{tied}",
    "/matches/{alone}?queue=unlinked",
    "/gaps",
    "/gaps?page=900",
    "/gaps?closed=1",
    "/gaps/months",
    "/invoices/{invoice}",
)


def paid(*, count: int) -> dict[str, Any]:
    """CPU seconds of `count` answers of each page, the largest page in bytes, of a first and a second look, and of an arrival's."""
    firm = world.full(_made(Path("paying")))
    with firm.database.write() as session:
        _fill(session, random.Random(3))
    desk = tying.Desk()
    first, again = _looked(firm, desk), _looked(firm, desk)
    arrivals = [_arrived(firm, desk, place) for place in range(ARRIVALS)]
    with firm.app.test_client() as client:
        client.set_cookie("moisson", world.sign_in_cookie(firm), domain="localhost")
        places = [place.format(**_ids(firm)) for place in PLACES]
        sizes = [len(client.get(place).data) for place in places]
        server.settle()
        times = [_asked(client, place) for place in places for _ in range(count)]
    late = quantiles(times, n=20)[-1]
    told = {"p95": late, "worst": max(times), "size": max(sizes), "first": first, "again": again}
    return {**told, "arrival": quantiles(arrivals, n=20)[-1]}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _asked(client: Any, place: str) -> float:
    start = time.process_time()
    assert client.get(place).status_code == 200, place
    return time.process_time() - start


def _looked(firm: world.World, desk: tying.Desk) -> float:
    start = time.process_time()
    tying.look_again(firm.database, 1, names={}, now=lambda: world.NOW, today=world.NOW.date(), desk=desk)
    return time.process_time() - start


def _arrived(firm: world.World, desk: tying.Desk, place: int) -> float:
    """The invoice of a payment that waits for one comes in, and only that is looked at."""
    with firm.database.write() as session:
        invoice = _awaited(session, place)
        session.add(invoice)
        session.flush()
        asked = rematch.Asked(1, frozenset({(None, invoice.id)}), 0)
    start = time.process_time()
    outcome = tying.look_at(
        firm.database, asked, names={}, now=lambda: world.NOW, today=world.NOW.date(), desk=desk
    )
    took = time.process_time() - start
    assert outcome.changes
    return took


def _awaited(session: Session, place: int) -> models.Invoice:
    alone = models.Payment.unmatched_for.is_not(None), models.Payment.label.startswith("PRLV SEPA")
    waiting = select(models.Payment).where(*alone).order_by(models.Payment.id).offset(97 * place).limit(1)
    paid = session.scalars(waiting).one()
    return models.Invoice(
        workspace_id=1, supplier="upload", seller=f"{paid.label.split()[2].capitalize()} SARL", number=f"A-{place}",
        issued_on=paid.booked_on - timedelta(days=3), precision="day", total_minor=-paid.amount_minor, currency="EUR",
        kind="invoice", role="ap", received_at=world.NOW, read_at=world.NOW, asks_review=False, doubts=[],
    )  # fmt: skip


def _ids(firm: world.World) -> dict[str, int]:
    with firm.database.read() as session:
        tied = session.query(models.Match).order_by(models.Match.id).first()
        gap = session.query(models.Gap).filter(models.Gap.payment_id.is_not(None)).first()
        assert tied
        assert gap
        assert matches.of_payment(session, tied.payment_id)
        return {"tied": tied.payment_id, "alone": gap.payment_id or 0, "invoice": tied.invoice_id}


def _fill(session: Session, dice: random.Random) -> None:
    its = bank.batch(session)
    sellers = [_name(dice) for _ in range(SELLERS)]
    rows = list(_rows(dice, sellers))
    its_own = {"workspace_id": 1, "bank_account_id": its.bank_account_id, "batch_id": its.id}
    session.execute(insert(models.Payment), [its_own | payment for payment, _ in rows])
    session.execute(insert(models.Invoice), [invoice for _, invoice in rows if invoice])


def _name(dice: random.Random) -> str:
    return "".join(dice.choice("bcdfglmnprstv") + dice.choice("aeiou") for _ in range(4)).capitalize()


def _rows(dice: random.Random, sellers: list[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """A payment, and its invoice where that is here."""
    for place in range(PAYMENTS):
        seller, total = dice.choice(sellers), dice.randint(500, 900_000)
        issued = world.NOW.date() - timedelta(days=dice.randrange(DAYS))
        payment = {
            "identity": f"bench-{place}", "booked_on": issued + timedelta(days=dice.randrange(20)), "amount_minor": -total,
            "currency": "EUR", "label": f"PRLV SEPA {seller.upper()} REF {place}", "core": "", "raw": "",
        }  # fmt: skip
        invoice = {
            "workspace_id": 1, "supplier": "upload", "seller": f"{seller} SARL", "number": f"N-{place}", "issued_on": issued,
            "precision": "day", "total_minor": total, "currency": "EUR", "kind": "invoice", "role": "ap",
            "received_at": world.NOW, "read_at": world.NOW, "asks_review": False, "doubts": [],
        }  # fmt: skip
        yield payment, invoice if dice.random() < HERE else None

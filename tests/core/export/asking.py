"""A company that has sent invoices, and the stand-in of a service that they go to: real database, real archive, real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core import archive, errors, partners
from core.db import Database, models
from core.export import clearnox, clearnox_entries
from core.export.target import Target
from demo.clearnox import Clearnox
from tests.core.export import books
from tests.core.export.connected import NOW, Connected, Shown, house

SECRET = "it-is-us"


@dataclass
class Seller(Connected):
    database: Database
    stored: archive.Archive
    service: Any
    at: list[datetime]
    target: Target = field(init=False)
    means: partners.Means = field(init=False)
    held: list[int] = field(default_factory=list)
    destination: int = 0

    def round(self) -> None:
        """As the worker has one: what it was asked for is asked once, and a round that went well is noted."""
        now = self.at[0]
        if (self.row().next_round_at or now) <= now:
            self.change(next_round_at=None)
        self.target.deliver(self.row(), self.means)
        self.change(last_success_at=self.at[0])

    def try_round(self, *kinds: type[errors.MoissonError]) -> errors.MoissonError | None:
        """The same, with one of these failures, or none."""
        try:
            self.round()
        except kinds as err:
            return err
        return None

    def sell(self, number: str | None = "F-1", content: bytes = b"", **says: Any) -> int:
        """An Invoice to a customer, with its file; its id."""
        told: dict[str, Any] = {
            "workspace_id": 1, "supplier": "other", "number": number, "issued_on": date(2026, 10, 3), "precision": "day",
            "total_minor": 4590, "currency": "EUR", "kind": "invoice", "role": "ar", "received_at": self.at[0],
            "read_at": self.at[0], "doubts": [],
        }  # fmt: skip
        with self.database.write() as session:
            invoice = models.Invoice(**{**told, **says})
            session.add(invoice)
            session.flush()
            self.file(session, invoice.id, content or f"%PDF-1.4 {number} {invoice.id}".encode())
            return invoice.id

    def add_file(self, invoice_id: int, content: bytes, **says: Any) -> None:
        with self.database.write() as session:
            self.file(session, invoice_id, content, **says)

    def deliveries(self, *, withdrawn: bool = False) -> list[models.Delivery]:
        with self.database.read() as session:
            found = session.query(models.Delivery).order_by(models.Delivery.id).all()
        return [one for one in found if withdrawn or one.withdrawn_at is None]

    def of(self, invoice_id: int) -> models.Delivery:
        (one,) = [one for one in self.deliveries(withdrawn=True) if one.invoice_id == invoice_id]
        return one

    def outcomes(self) -> dict[str, str]:
        """What became of each entry, by its id."""
        with self.database.read() as session:
            return {one["id"]: one["outcome"] for one in clearnox_entries.kept(session, self.destination)}


@contextmanager
def opened(folder: Path, service: Clearnox | None = None, **typed: str) -> Iterator[Seller]:
    """The stand-in's own names and secret, unless told otherwise."""

    def target(seller: Seller) -> clearnox.Clearnox:
        return clearnox.Clearnox(seller.database, seller.stored)

    with connected(folder, service or Clearnox(), "clearnox", target, user="connector", **typed) as seller:
        yield seller


@contextmanager
def connected(
    folder: Path, service: Any, kind: str, target: Callable[[Seller], Target], **typed: str
) -> Iterator[Seller]:
    """A stand-in that is started here, and a destination that was connected at `NOW`."""
    service.start()
    with house(folder) as (database, stored):
        seller = Seller(database, stored, service, [NOW])
        seller.means = replace(
            books.means(seller.at),
            secrets=lambda: dict.fromkeys(("secret", "key"), Shown(SECRET)),
            hold=lambda: seller.held.append(len(seller.held)),
        )
        seller.target = target(seller)
        seller.connect(kind, service.url, created_at=NOW, next_round_at=NOW)
        seller.retype(**typed)
        try:
            yield seller
        finally:
            seller.means.http.close()
            service.stop()


def entry(id_: str, number: str | None = None, **says: Any) -> dict[str, Any]:
    """A line of the sales ledger, of an invoice as `Seller.sell` makes them."""
    named = {"documentNumber": number} if number else {}
    told = {"id": id_, "date": "2026-10-03", "amount": 45.90, "currency": "EUR", "account": "411DUPONT"}
    return {**told, **named, **says}

"""A company whose invoices go to Xero: connected, its lists read, one invoice sent under the first version, one held."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export import chosen, delivering
from core.export.chosen import Rule
from tests.web import world

_LISTS = {
    "accounts": [{"id": "b", "code": "512", "name": "Banque", "type": "BANK", "currency": "EUR"}, {"id": "a", "code": "626", "name": "Télécommunications", "type": "EXPENSE", "currency": ""}],
    "contacts": [{"id": "c", "name": "Mandarine"}],
    "taxes": [{"id": "INPUT2", "name": "TVA 20 %"}],
    "tracking": [{"id": "t", "name": "Région", "options": ["Nord", "Sud"]}],
}  # fmt: skip


def one(company: world.World) -> tuple[int, int]:
    """The destination and the Delivery that was sent; made at the first call."""
    with company.database.write() as session:
        kept = session.scalar(select(models.Destination).where(models.Destination.kind == "xero"))
        place = kept or _connected(session)
        sent = select(models.Delivery.id).where(models.Delivery.destination_id == place.id)
        return place.id, session.scalars(sent.order_by(models.Delivery.id)).first() or _deliver(
            session, place
        )


def _connected(session: Session) -> models.Destination:
    since = world.NOW - timedelta(days=30)
    books = {"id": "o", "name": "Atelier Brun", "currency": "EUR", "role": "STANDARD", "lacks": ["CreateApprovedBill"], "period_lock": "2026-09-30"}  # fmt: skip
    place = models.Destination(workspace_id=1, kind="xero", place="", name="Xero", created_at=since, connected_at=since, books=books)  # fmt: skip
    session.add(place)
    session.flush()
    for kind, entries in _LISTS.items():
        session.add(models.RemoteList(destination_id=place.id, workspace_id=1, kind=kind, entries=entries, fetched_at=since))  # fmt: skip
    settings = chosen.Settings(currencies={"EUR": since.isoformat()}, otherwise=Rule("bill", account="626"))
    chosen.keep(session, place, settings, by=None, now=since)
    return place


def _deliver(session: Session, place: models.Destination) -> int:
    papers = session.scalars(select(models.Document).where(models.Document.workspace_id == 1).limit(2)).all()
    rows = [
        models.Delivery(workspace_id=1, destination_id=place.id, invoice_id=paper.invoice_id, document_id=paper.id, queued_at=world.NOW, next_try_at=world.NOW)
        for paper in papers
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    record = {"kind": "bill", "record": {"Type": "ACCPAY", "LineItems": [{"AccountCode": "606"}]}}
    delivering.intend(rows[0], record, 1, world.NOW)
    rows[0].sent_at, rows[0].proof, rows[0].receipts = world.NOW, "remote", {"record": "remote", "file": "f"}
    delivering.hold(rows[1], "refused", "Account code '999' is not a valid code for this document.")
    session.flush()
    chosen.keep(
        session, place, chosen.Settings(otherwise=Rule("bill", account="626")), by=None, now=world.NOW
    )
    return rows[0].id

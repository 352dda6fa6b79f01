"""What would be sent to a destination, word for word, before anything is; and how that differs from what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.db import models
from core.export import catalogue, chosen, kinds
from core.export.delivering import Refused
from web import farm

#: Invoices that are tried for a preview before anything was sent.
TRIED = 20


@dataclass(frozen=True)
class Preview:
    """What would be sent of one Invoice: the payload, or the word for why nothing would (`destinations.held`)."""

    invoice: models.Invoice
    payload: Mapping[str, Any] | None
    why: str = ""


def preview(
    session: Session, place: models.Destination, invoice_id: int, document_id: int, *, again: bool = False
) -> Preview:
    """What would be sent of it now; or nothing, and the word for why."""
    kind, invoice = kind_of(place), session.get_one(models.Invoice, invoice_id)
    if kind.draft is None:
        return Preview(invoice, None, "no_preview")
    document = session.get_one(models.Document, document_id)
    try:
        payload = kind.draft(session, place, invoice, document, here(again=again))
    except Refused as err:
        return Preview(invoice, None, err.why)
    return Preview(invoice, payload, "" if payload else "not_taken")


def next_one(session: Session, place: models.Destination) -> Preview | None:
    """What the first document that goes there would say: one that is owed, else one that has come before; None once anything was sent."""
    one, paper = models.Delivery, models.Document
    mine = one.destination_id == place.id
    if session.scalar(select(exists().where(mine, one.sent_at.is_not(None)))):
        return None
    owed = select(one.invoice_id, one.document_id).where(mine, one.withdrawn_at.is_(None)).order_by(one.id)
    came = select(paper.invoice_id, paper.id).where(
        paper.workspace_id == place.workspace_id, paper.read_at.is_not(None)
    )
    pairs = [*session.execute(owed.limit(1)), *session.execute(came.order_by(paper.id.desc()).limit(TRIED))]
    tried = [preview(session, place, invoice_id, document_id) for invoice_id, document_id in pairs]
    return next((one for one in tried if one.payload), tried[0] if tried else None)


def difference(
    session: Session, place: models.Destination, delivery: models.Delivery
) -> Iterator[tuple[str, Any, Any]]:
    """Field by field, what was sent and what would be sent now; only of what is there and can be changed there."""
    version = chosen.typed(session, place.id)[0]
    if delivery.sent_at is None or delivery.payload is None or delivery.settings_version == version:
        return
    if not kind_of(place).again:
        return
    now = preview(session, place, delivery.invoice_id, delivery.document_id, again=True).payload
    # One kind of record never becomes another.
    if now is not None and now.get("kind") == delivery.payload.get("kind"):
        was, is_ = _flat(shown(delivery.payload)), _flat(shown(now))
        names = [*was, *(name for name in is_ if name not in was)]
        yield from ((one, was.get(one), is_.get(one)) for one in names if was.get(one) != is_.get(one))


def shown(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record within the payload, where there is one: what goes over the line."""
    record = payload.get("record")
    return record if isinstance(record, Mapping) else payload


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Every value by the path that leads to it."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        path = f"{before}{name}"
        if isinstance(value, dict):
            found |= _flat(value, f"{path}.")
        elif isinstance(value, list):
            found |= _flat({str(n + 1): one for n, one in enumerate(value)}, f"{path}.")
        else:
            found[path] = value
    return found


def here(*, again: bool = False) -> kinds.Here:
    """What of this farm stands in a payload, as the worker says it too; `again` of what is there already."""
    return kinds.Here(name_of, farm.here().settings.public_url, again)


def name_of(supplier: str) -> str:
    """As the worker names it there: the name in the catalogue, else its id."""
    manifest = farm.here().manifest(supplier)
    return manifest.name if manifest else supplier


def kind_of(place: models.Destination) -> kinds.Kind:
    """Raises KeyError for a kind that the farm no longer has."""
    known = catalogue.known(place.kind)
    if known is None:
        raise KeyError(place.kind)
    return known

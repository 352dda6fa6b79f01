"""What programs are told of payments without a document, and of the documents that they sent for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from core.db import models
from core.ledger import cents, lacking, named, uploads
from web import farm

#: Entries of one page.
SIZE, LARGEST = 100, 500


def _words(meaning: str, **more: Any) -> fields.String:
    return fields.String(metadata={"description": meaning}, **more)


class Asked(Schema):
    """Which page."""

    class Meta:
        unknown = EXCLUDE

    cursor = _words("`next` of the page before; left out for the first", validate=validate.Length(max=40))
    size = fields.Integer(load_default=SIZE, validate=validate.Range(1, LARGEST))


class Account(Schema):
    """The bank account or card that was paid from."""

    name = fields.String()
    kind = fields.String(validate=validate.OneOf(["bank", "card"]))


class Entry(Schema):
    """A payment whose invoice is missing. Its id is opaque."""

    id = fields.String()
    date = fields.Date(metadata={"description": "the bank's day"})
    amount = _words("major units; a debit is negative: -45.90")
    currency = fields.String()
    label = _words("as the bank writes it")
    counterparty = fields.String(allow_none=True)
    account = fields.Nested(Account)
    supplier = _words("whose invoice it is, where the label or a person has told", allow_none=True)
    supplier_name = fields.String(allow_none=True)
    since = fields.AwareDateTime(metadata={"description": "when it was found missing, UTC"})


class Entries(Schema):
    """One page, in the order in which they were found missing."""

    entries = fields.List(fields.Nested(Entry))
    next = _words("the cursor of the next page; null on the last one", allow_none=True)


class Tied(Schema):
    """What became of one entry of a document."""

    id = fields.String()
    tied = fields.Boolean(allow_none=True, metadata={"description": "null while it waits"})
    why = _words("`settled`, `amount`, `unknown_entry`", allow_none=True)


class DocumentOutcome(Schema):
    """What became of one document."""

    fileName = fields.String()
    outcome = fields.String(
        validate=validate.OneOf([uploads.WAITING, uploads.TAKEN, uploads.KNOWN, uploads.REFUSED])
    )
    why = _words("why it was refused, in one word", allow_none=True)
    document = _words("its id here", allow_none=True)
    entries = fields.List(fields.Nested(Tied))


class Upload(Schema):
    """One zip and what became of it; `done` once nothing of it waits."""

    id = fields.Integer()
    sha256 = fields.String()
    received_at = fields.AwareDateTime()
    done_at = fields.AwareDateTime(allow_none=True)
    done = fields.Boolean()
    documents = fields.List(fields.Nested(DocumentOutcome))


def page(found: Sequence[lacking.Lacking], size: int) -> dict[str, Any]:
    """`found` holds one more than `size` when there is a next page."""
    shown = found[:size]
    return {
        "entries": [_entry(one) for one in shown],
        "next": str(shown[-1].gap.id) if len(found) > size else None,
    }


def upload(row: models.BulkUpload) -> dict[str, Any]:
    return {
        "id": row.id,
        "sha256": row.sha256,
        "received_at": row.received_at,
        "done_at": row.done_at,
        "done": row.done_at is not None,
        "documents": [_outcome(line) for line in row.outcomes],
    }


def _entry(one: lacking.Lacking) -> dict[str, Any]:
    money = cents.money(one.payment.amount_minor, one.payment.currency)
    manifest = farm.here().manifest(one.gap.supplier) if one.gap.supplier else None
    return {
        "id": str(one.payment.id),
        "date": one.payment.booked_on,
        "amount": str(money.amount) if money else "",
        "currency": one.payment.currency,
        "label": one.payment.label,
        "counterparty": one.payment.counterparty,
        "account": {"name": one.account.name, "kind": one.account.kind},
        "supplier": one.gap.supplier,
        "supplier_name": manifest.names.get("en", manifest.name) if manifest else None,
        "since": one.gap.opened_at,
    }


def _outcome(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fileName": line["fileName"],
        "outcome": line["outcome"],
        "why": line["why"],
        "document": str(line["document"]) if line["document"] else None,
        "entries": [_tied(entry, line["ties"].get(entry)) for entry in line["entryIds"]],
    }


def _tied(entry: str, said: str | None) -> dict[str, Any]:
    if said is None:
        return {"id": entry, "tied": None, "why": None}
    return {"id": entry, "tied": said == named.TIED, "why": None if said == named.TIED else said}

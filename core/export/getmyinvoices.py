"""GetMyInvoices (API v3): every PDF goes there once, with what was read of it; what is there already, by whatever way, stays alone.

Its keys, limits and failures: https://api.getmyinvoices.com/accounts/v3/doc/
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core import archive, db, ledger, nouns
from core.db import models
from core.export import chosen, contents, delivering, kinds, turns
from core.export.delivering import Receipts, Refused, Step
from core.export.getmyinvoices_api import Api
from core.partners import Means

PDF = "application/pdf"
#: What it calls an invoice, by our side of it.
_TYPES = {"ap": "INCOMING_INVOICE", "ar": "SALES_INVOICE"}
#: Which side goes there, by the word of the setting.
_SIDES = {"purchases": ("ap",), "sales": ("ar",), "both": ("ap", "ar")}


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    document: models.Document,
    _: kinds.Here,
) -> dict[str, Any] | None:
    """The document as it would be sent, without its file. Raises Refused."""
    typed = chosen.typed(session, destination.id)[1]
    return {"record": record(invoice, document, typed)} if _takes(destination, invoice, typed) else None


KIND = kinds.Kind(
    "getmyinvoices",
    "GetMyInvoices",
    (
        kinds.Field("url", default="https://api.getmyinvoices.com/accounts/v3", rare=True),
        kinds.Field("key", secret=True),
        kinds.Field("sides", default="purchases", choices=tuple(_SIDES)),
        kinds.Field("read_there", default="no", choices=("no", "yes"), rare=True),
    ),
    draft=draft,
)


@dataclass(frozen=True)
class GetMyInvoices:
    """The target."""

    database: db.Database
    stored: archive.Archive

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """What is owed, oldest first. Raises the errors of `core.partners`."""
        with self.database.read() as session:
            owed = session.scalars(delivering.owed(destination.id, means.now())).all()
            version, typed = chosen.typed(session, destination.id)
        if not owed:
            return
        api = Api(means, destination.place)
        for delivery_id in owed:
            if means.enough():
                return
            with self.database.write() as session:
                sha256 = self._picked_up(session, destination, delivery_id, version, typed, means)
            if sha256 is not None:
                turns.carry(self.database, means, delivery_id, [self._step(api, delivery_id, sha256)])

    def _picked_up(
        self, session: Session, destination: models.Destination, delivery_id: int, version: int,
        typed: Mapping[str, Any], means: Means,
    ) -> str | None:  # fmt: skip
        """The hash of what goes, its payload fixed; None when it does not."""
        delivery = session.get_one(models.Delivery, delivery_id)
        invoice = session.get_one(models.Invoice, delivery.invoice_id)
        document = session.get_one(models.Document, delivery.document_id)
        if not _takes(destination, invoice, typed) and not delivery.receipts:
            delivery.withdrawn_at = means.now()
            return None
        try:
            made = {"record": record(invoice, document, typed)}
        except Refused as err:
            delivering.hold(delivery, err.why, str(err) or None)
            return None
        delivering.intend(delivery, made, version, means.now())
        return contents.of(document).sha256

    def _step(self, api: Api, delivery_id: int, sha256: str) -> Step:
        """It is looked for before the first sending too: that service fetches invoices itself."""
        with self.database.read() as session:
            told = (session.get_one(models.Delivery, delivery_id).payload or {})["record"]
        path = self.stored.path(sha256)

        def find(_: Receipts) -> str | None:
            return api.noted(told["note"])

        def send(_: Receipts, __: str) -> str:
            content = b64encode(path.read_bytes()).decode()
            return api.existing(content) or api.upload({**told, "fileContent": content})

        return Step("document", find, send)


def record(invoice: models.Invoice, document: models.Document, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a document; `note` is how we know it again there. Amounts in the major unit. Raises Refused."""
    if document.media_type != PDF:
        raise Refused("", "not_pdf")
    own = contents.of(document)
    credit = invoice.kind == nouns.Kind.CREDIT_NOTE
    day = invoice.issued_on if invoice.precision == nouns.Precision.DAY else None
    told = {
        "fileName": document.name if document.name.lower().endswith(".pdf") else f"{document.name}.pdf",
        "documentType": "CREDIT_NOTE" if credit else _TYPES[invoice.role],
        "documentNumber": invoice.number,
        "documentDate": day.isoformat() if day else None,
        "documentDueDate": invoice.due_on.isoformat() if invoice.due_on else None,
        "netAmount": _amount(invoice.net_minor, invoice.currency),
        "grossAmount": _amount(invoice.total_minor, invoice.currency),
        "currency": invoice.currency,
        "note": f"Moisson {own.sha256[:20]}-{document.id}",
        "runOCR": typed.get("read_there") == "yes",
    }
    return {name: value for name, value in told.items() if value is not None}


def _takes(destination: models.Destination, invoice: models.Invoice, typed: Mapping[str, Any]) -> bool:
    """Of a side that goes there, and come since the connection."""
    since = destination.starts_at or destination.created_at
    sides = _SIDES.get(str(typed.get("sides")), _SIDES["purchases"])
    return invoice.role in sides and invoice.merged_into is None and invoice.received_at >= since


def _amount(minor: int | None, currency: str | None) -> float | None:
    """A number, as JSON has them: the interface takes no other."""
    money = ledger.money(minor, currency)
    return float(money.amount) if money else None

"""What is known of a Supplier from its earlier Invoices, in one Workspace: a few short queries over indexes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger.cents import money

#: As many Invoices tell what is usual; buyers are looked up in as many of their readings.
LAST, READ = 60, 20
#: A buyer that only one Invoice was made out to is not yet known to be us.
OURS_AFTER = 2


def of(session: Session, invoice: models.Invoice, number: str | None) -> nouns.History:
    """`number` as it was read now. What the other Invoices of its Supplier say; those that wait for a person, or that one put aside, vouch for nothing."""
    last = _others(invoice).where(*_vouched()).order_by(models.Invoice.id.desc()).limit(LAST)
    vouched = session.execute(last).all()
    currency = next((one.currency for one in vouched if one.currency), None)
    names, vats = _buyers(session, vouched[:READ])
    return nouns.History(
        totals=tuple(abs(worth.amount) for worth in map(_worth, vouched) if worth and worth.currency == currency),
        currency=currency,
        numbers=tuple(one.number for one in vouched if one.number),
        ibans=frozenset(one.iban for one in vouched if one.iban),
        seller_ids=frozenset(one.seller_id for one in vouched if one.seller_id),
        known=_known(session, invoice, number),
        credit_notes=sum(one.kind == nouns.Kind.CREDIT_NOTE for one in vouched),
        our_names=names,
        our_vats=vats,
    )  # fmt: skip


def _others(invoice: models.Invoice) -> Select[*tuple[Any, ...]]:
    """No more of each than is looked at: every document that is read asks for some sixty."""
    its = models.Invoice
    told = select(its.id, its.number, its.total_minor, its.currency, its.kind, its.iban, its.seller_id)
    return told.where(
        its.workspace_id == invoice.workspace_id,
        its.supplier == invoice.supplier,
        its.id != invoice.id,
        its.rejected_for.is_(None),
        its.merged_into.is_(None),
    )


def _vouched() -> tuple[ColumnElement[bool], ...]:
    invoice = models.Invoice
    return (invoice.read_at.is_not(None), (~invoice.asks_review) | invoice.reviewed_at.is_not(None))


def _worth(invoice: Row[*tuple[Any, ...]]) -> nouns.Money | None:
    return money(invoice.total_minor, invoice.currency)


def _known(
    session: Session, invoice: models.Invoice, number: str | None
) -> dict[str, tuple[Decimal, str] | None]:
    """What others of the same number owe, by the number as `checks.key` writes it."""
    if not number:
        return {}
    same = session.execute(_others(invoice).where(models.Invoice.number == number).limit(5))
    owed = [worth for one in same if (worth := _worth(one))]
    key = re.sub(r"[\W_]+", "", number).upper()
    return {key: (owed[-1].amount, owed[-1].currency)} if owed else {}


def _buyers(
    session: Session, invoices: Sequence[Row[*tuple[Any, ...]]]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Names and VAT numbers of those to whom these Invoices were made out."""
    document, reading = models.Document, models.ReadingRow
    name, vat = (reading.fields[field, "value"].as_string() for field in ("buyer", "buyer_vat"))
    read = session.execute(
        select(name, vat)
        .join(document, document.id == reading.document_id)
        .where(document.invoice_id.in_([one.id for one in invoices]))
    ).all()
    return tuple(name for name, _ in read if name), _often(vat for _, vat in read if vat)


def _often(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value, times in Counter(values).items() if times >= OURS_AFTER)

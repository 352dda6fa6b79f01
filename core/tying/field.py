"""What one company's open Payments and Invoices are to the matcher: rows become values, and what people said becomes memory.

What is settled stays out: a Payment that is closed or has its Invoice, an Invoice that is paid, put aside, merged, or that we sent.
An Invoice that is paid in part enters with what is left of it; so no link of a person can be broken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import dues, proposals
from core.matching import values
from core.tying import whose
from core.tying.whose import Names

#: Rates are wanted from before the first day on: a holiday has the rate of the day before.
_BEFORE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Field:
    """`due` is what is left of each Invoice in minor units, `currency` its currency, `amounts` the Payments' with theirs."""

    payments: list[values.Payment]
    invoices: list[values.Invoice]
    history: list[values.Confirmation]
    rates: values.Rates
    due: Mapping[int, tuple[int, str]]
    amounts: Mapping[int, tuple[int, str]]
    cores: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Few:
    """The Payments and Invoices that are asked for, by id: not more than one query names."""

    payments: Collection[int]
    invoices: Collection[int]


def read(session: Session, workspace_id: int, names: Names, few: Few | None = None) -> Field:
    """Everything of one Workspace that is still to be matched, and all that its people have said; of `few`, only the rows."""
    rows = _open_payments(session, workspace_id, few)
    invoices = list(_open_invoices(session, workspace_id, names, few))
    payments = [_payment(row) for row in rows]
    days = [payment.booked_on for payment in payments]
    return Field(
        payments=payments,
        invoices=invoices,
        history=[] if few else _history(session, workspace_id, names),
        rates=_rates(session, min(days), max(days)) if days else values.Rates(),
        due={int(one.id): (one.owed, one.currency) for one in invoices},
        amounts={row.id: (row.amount_minor, row.currency) for row in rows},
        cores={row.id: row.core for row in rows},
    )


def accounts_of(session: Session, invoices: Collection[int]) -> set[int]:
    """The accounts that these Invoices came from."""
    one = models.Invoice
    found = session.scalars(select(one.account_id).where(one.id.in_(invoices)))
    return {account for account in found if account is not None}


def _open_payments(session: Session, workspace_id: int, few: Few | None) -> list[Any]:
    payment = models.Payment
    among = few.payments if few else None
    out = proposals.settled(session, workspace_id, among)
    rows = session.execute(
        select(
            payment.id, payment.booked_on, payment.amount_minor, payment.currency, payment.label, payment.core,
            payment.bank_account_id, payment.original_minor, payment.original_currency,
            payment.counterparty, payment.reference,
        )
        .where(payment.workspace_id == workspace_id, payment.closed_at.is_(None), proposals.among(payment.id, among))
        .order_by(payment.id)
    )  # fmt: skip
    return [row for row in rows if row.id not in out]


def _payment(row: Any) -> values.Payment:
    return values.Payment(
        id=str(row.id),
        booked_on=row.booked_on,
        amount_minor=row.amount_minor,
        currency=row.currency,
        label=row.label,
        account=str(row.bank_account_id),
        original_minor=abs(row.original_minor) if row.original_minor is not None else None,
        original_currency=row.original_currency,
        counterparty=row.counterparty,
        reference=row.reference,
    )


def _open_invoices(
    session: Session, workspace_id: int, names: Names, few: Few | None
) -> Iterator[values.Invoice]:
    among = few.invoices if few else None
    paid, foreign = _paid(session, workspace_id, among)
    for row in session.execute(_whole(workspace_id).where(proposals.among(models.Invoice.id, among))):
        total = -abs(row.total_minor) if row.kind == nouns.Kind.CREDIT_NOTE else row.total_minor
        left = total - paid.get(row.id, 0)
        if total and left * total > 0 and row.id not in foreign:
            yield _invoice(row, total, left, names)


def _whole(workspace_id: int) -> Any:
    """The Invoices of which enough is known to be paid."""
    one = models.Invoice
    known = one.total_minor.is_not(None), one.currency.is_not(None), one.issued_on.is_not(None)
    return (
        select(
            one.id, one.supplier, one.seller, one.number, one.issued_on, one.due_on, one.total_minor, one.net_minor,
            one.currency, one.kind,
        )
        .where(one.workspace_id == workspace_id, dues.living(), *known)
        .where(one.kind.in_((nouns.Kind.INVOICE, nouns.Kind.CREDIT_NOTE)))
        .order_by(one.id)
    )  # fmt: skip


def _invoice(row: Any, total: int, left: int, names: Names) -> values.Invoice:
    supplier, called = whose.of_invoice(row.supplier, row.seller, names)
    kind: Literal["invoice", "credit_note"] = (
        "credit_note" if row.kind == nouns.Kind.CREDIT_NOTE else "invoice"
    )
    return values.Invoice(
        id=str(row.id),
        supplier=supplier,
        supplier_names=called,
        number=row.number or "",
        issued_on=row.issued_on,
        total_minor=left,
        currency=row.currency,
        due_on=row.due_on,
        net_minor=row.net_minor if left == total else None,
        kind=kind,
    )


def _paid(
    session: Session, workspace_id: int, among: Collection[int] | None
) -> tuple[Mapping[int, int], Collection[int]]:
    """What confirmed Payments paid of each Invoice; and those that were paid in another currency, which settles them."""
    match, payment, invoice = models.Match, models.Payment, models.Invoice
    rows = session.execute(
        select(match.invoice_id, payment.currency == invoice.currency, func.sum(-match.amount_minor))
        .join(payment, payment.id == match.payment_id)
        .join(invoice, invoice.id == match.invoice_id)
        .where(match.workspace_id == workspace_id, match.confirmed_at.is_not(None))
        .where(proposals.among(match.invoice_id, among))
        .group_by(match.invoice_id, payment.currency == invoice.currency)
    ).all()
    return {one: int(part) for one, same, part in rows if same}, {one for one, same, _ in rows if not same}


def _history(session: Session, workspace_id: int, names: Names) -> list[values.Confirmation]:
    """Every word of a person on a pair, oldest first."""
    match, refusal = models.Match, models.Refusal
    agreed = _pairs(match, match.confirmed_at).where(match.confirmed_by.is_not(None))
    refused = _pairs(refusal, refusal.at)
    found = [
        (at, _said(row, agreed=yes, on=at.date(), names=names))
        for yes, each in ((True, agreed), (False, refused))
        for *row, at in session.execute(each.where(models.Payment.workspace_id == workspace_id))
    ]
    return [said for _, said in sorted(found, key=lambda one: (one[0], one[1].agreed))]


def _pairs(table: Any, at: Any) -> Any:
    payment, invoice = models.Payment, models.Invoice
    return (
        select(payment.id, invoice.id, payment.core, payment.booked_on, invoice.supplier, invoice.seller, invoice.issued_on, at)
        .join(table, table.payment_id == payment.id)
        .join(invoice, invoice.id == table.invoice_id)
    )  # fmt: skip


def _said(row: list[Any], *, agreed: bool, on: date, names: Names) -> values.Confirmation:
    payment, invoice, core, booked_on, supplier, seller, issued_on = row
    return values.Confirmation(
        payment=str(payment),
        invoice=str(invoice),
        core=core,
        supplier=whose.of_invoice(supplier, seller, names)[0],
        lag=(booked_on - issued_on).days if issued_on else 0,
        agreed=agreed,
        on=on,
    )


def _rates(session: Session, first: date, last: date) -> values.Rates:
    rate = models.ReferenceRate
    found: dict[str, dict[date, Any]] = {}
    for row in session.scalars(select(rate).where(rate.day.between(first - _BEFORE, last))):
        found.setdefault(row.currency, {})[row.day] = row.euro
    return values.Rates(cast("Mapping[str, Mapping[date, Any]]", found))

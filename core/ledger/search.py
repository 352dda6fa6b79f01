"""Finding Invoices: by words of their pages, number, supplier or amount as people type them, narrowed by filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import cents, words

#: Of one Document's text, in characters.
LONGEST = 200_000


class State(StrEnum):
    """Where an Invoice stands; what is merged is found under the Invoice that it turned out to be."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REVIEWED = "reviewed"
    REJECTED = "rejected"
    UNREAD = "unread"


def find(
    session: Session,
    workspace_id: int,
    *,
    words: str = "",
    supplier: str | None = None,
    account_id: int | None = None,
    amount: Decimal | None = None,
    state: State | None = None,
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
    per_page: int = 50,
) -> tuple[list[models.Invoice], int]:
    """One page of Invoices, newest first, and how many there are in all. `since` and `until` are days of issue, both in it.

    Every word has to be there, at least its beginning; accents, case and the way an amount is written do not matter.
    Without `state`, all but the rejected.
    """
    invoice = models.Invoice
    chosen = select(invoice).where(invoice.workspace_id == workspace_id, *_standing(state))
    if account_id is not None:
        chosen = chosen.where(invoice.account_id == account_id)
    if supplier:
        chosen = chosen.where(invoice.supplier == supplier)
    if since:
        chosen = chosen.where(invoice.issued_on >= since)
    if until:
        chosen = chosen.where(invoice.issued_on <= until)
    if amount is not None:
        chosen = chosen.where(has_amount(amount))
    if words.strip():
        chosen = chosen.where(speaks_of(session, workspace_id, words))
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    newest = chosen.order_by(invoice.received_at.desc(), invoice.id.desc())
    return list(session.scalars(newest.limit(per_page).offset((page - 1) * per_page))), total


def waits() -> Sequence[ColumnElement[bool]]:
    """The Invoices that ask for a person, said as the index of them says it."""
    invoice = models.Invoice
    return [
        text("invoices.asks_review"),  # type: ignore[list-item]
        invoice.reviewed_at.is_(None),
        invoice.rejected_for.is_(None),
        invoice.merged_into.is_(None),
    ]


def _standing(state: State | None) -> Sequence[ColumnElement[bool]]:
    invoice = models.Invoice
    if state is State.WAITING:
        return waits()
    here: list[ColumnElement[bool]] = [invoice.merged_into.is_(None)]
    if state is State.REJECTED:
        return [*here, invoice.rejected_for.is_not(None)]
    here = [*here, invoice.rejected_for.is_(None)]
    if state is State.REVIEWED:
        return [*here, invoice.reviewed_at.is_not(None)]
    if state is State.UNREAD:
        return [*here, invoice.read_at.is_(None)]
    if state is State.ACCEPTED:
        accepted = invoice.reviewed_at.is_(None) & invoice.read_at.is_not(None) & ~invoice.asks_review
        return [*here, accepted]
    return here


def has_amount(amount: Decimal) -> ColumnElement[bool]:
    """Total, net or VAT is this amount, in whatever currency; a credit note's sign does not matter."""
    invoice = models.Invoice
    amounts = (invoice.total_minor, invoice.net_minor, invoice.vat_minor)
    found = []
    for places, currencies in cents.unusual().items():
        minor = abs(amount).scaleb(places)
        its: ColumnElement[bool] = invoice.currency.in_(currencies)
        if places == cents.USUAL:
            its = or_(invoice.currency.is_(None), invoice.currency.not_in(currencies))
        if minor == int(minor):
            found.append(and_(its, or_(*(func.abs(one) == int(minor) for one in amounts))))
    return or_(false(), *found)


def speaks_of(session: Session, workspace_id: int, typed: str) -> ColumnElement[bool]:
    """Every word that was typed stands on the Invoice, or on one that was merged into it."""
    pieces, hit = words.asked(typed), models.Invoice.__table__.alias("hit")
    if not pieces:
        return false()
    found = select(func.coalesce(hit.c.merged_into, hit.c.id)).where(
        hit.c.workspace_id == workspace_id, hit.c.id.in_(_hits(session, pieces))
    )
    return models.Invoice.id.in_(found)


def _hits(session: Session, pieces: list[list[str]]) -> Select[Any]:
    if session.get_bind().dialect.name == "sqlite":
        index = table("invoice_search", column("rowid"), column("invoice_search"))
        query = " AND ".join(f'"{" ".join(piece)}" *' for piece in pieces)
        return select(index.c.rowid).where(index.c.invoice_search.op("MATCH")(query))
    said = models.InvoiceText
    simple: ColumnElement[str] = literal_column("'simple'")
    query = " & ".join(f"({' <-> '.join(piece)}:*)" for piece in pieces)
    vector, wanted = func.to_tsvector(simple, said.words), func.to_tsquery(simple, query)
    return select(said.invoice_id).where(vector.op("@@")(wanted))


def tell(session: Session, invoice: models.Invoice) -> None:
    """The Invoice says something else by now, and is found by that."""
    said = _said(session, invoice)
    _, _, pages = said.words.partition("\n")
    said.words = _joined(_facts(invoice), pages)


def tell_pages(session: Session, invoice: models.Invoice, document_id: int, page_text: str) -> None:
    """What a Document of it says, in the place of what it said before."""
    said, name = _said(session, invoice), f"d{document_id}"
    _, _, pages = said.words.partition("\n")
    others = [line for line in pages.splitlines() if line.split(" ", 1)[0] != name]
    fresh = " ".join([name, *words.of(page_text[:LONGEST])])
    said.words = _joined(_facts(invoice), "\n".join([*others, fresh]))


def _said(session: Session, invoice: models.Invoice) -> models.InvoiceText:
    said = session.get(models.InvoiceText, invoice.id)
    if said is None:
        said = models.InvoiceText(invoice_id=invoice.id, workspace_id=invoice.workspace_id, words="")
        session.add(said)
    return said


def _joined(facts: Iterator[str], pages: str) -> str:
    return " ".join(facts) + (f"\n{pages}" if pages else "")


def _facts(invoice: models.Invoice) -> Iterator[str]:
    for said in (invoice.supplier, invoice.seller, invoice.seller_id, invoice.iban, invoice.currency):
        yield from words.of((said or "").replace("_", " "))
    for number in (invoice.number, invoice.customer_ref):
        yield from words.of(number or "")
        yield from words.ends(number)
    for minor in (invoice.total_minor, invoice.net_minor, invoice.vat_minor):
        if amount := cents.money(minor, invoice.currency):
            yield from words.of(str(abs(amount.amount)))
    if invoice.issued_on:
        yield from words.of(f"{invoice.issued_on:%Y-%m-%d} {invoice.issued_on:%d/%m/%Y}")

"""Which other Invoice is this one, or looks like it: by who sells, number, day and total, never by the file alone."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import merge, words

#: Two papers without a number are near within this.
NEAR_DAYS = timedelta(days=3)
_NUMBERED = (nouns.Kind.INVOICE, nouns.Kind.CREDIT_NOTE)


class Likeness(StrEnum):
    """`same`: number, day and total agree. `same_number`: anything else does not. `near`: all but a number, which one has not."""

    SAME = "same"
    SAME_NUMBER = "same_number"
    NEAR = "near"


def of(session: Session, invoice: models.Invoice) -> tuple[Likeness, models.Invoice] | None:
    """The nearest other Invoice, oldest first; none that a person told apart."""
    found: dict[Likeness, models.Invoice] = {}
    for other in _candidates(session, invoice):
        likeness = like(invoice, other)
        if likeness and not merge.were_parted(session, invoice, other):
            found.setdefault(likeness, other)
    return next(((likeness, found[likeness]) for likeness in Likeness if likeness in found), None)


def like(one: models.Invoice, other: models.Invoice) -> Likeness | None:
    """Both of one seller and one company."""
    if one.seller_id and other.seller_id and not identities(one.seller_id) & identities(other.seller_id):
        return None
    number = words.key(one.number)
    if number and number == words.key(other.number):
        if (
            one.kind == other.kind
            and one.issued_on == other.issued_on is not None
            and _same_total(one, other)
        ):
            return Likeness.SAME
        return Likeness.SAME_NUMBER if {one.kind, other.kind} <= set(_NUMBERED) else None
    unnumbered = not (one.number and other.number)
    near = unnumbered and one.kind == other.kind and _same_total(one, other) and _near(one, other)
    return Likeness.NEAR if near else None


def identities(seller_id: str) -> set[str]:
    """The ways to write who sells: a French VAT number ends with the SIREN, and its key comes of it."""
    plain = re.sub(r"[\W_]", "", seller_id).upper()
    if found := re.fullmatch(r"FR\d{2}(\d{9})", plain):
        return {plain, found[1]}
    if re.fullmatch(r"\d{9}", plain):
        return {plain, f"FR{(12 + 3 * (int(plain) % 97)) % 97:02}{plain}"}
    return {plain}


def _candidates(session: Session, invoice: models.Invoice) -> list[models.Invoice]:
    other = models.Invoice
    alike: list[ColumnElement[bool]] = [
        mine == value
        for mine, value in (
            (other.number, invoice.number),
            (other.issued_on, invoice.issued_on),
            (other.total_minor, invoice.total_minor),
        )
        if value is not None
    ]
    seller = other.supplier == invoice.supplier
    if invoice.seller_id:
        seller = or_(seller, other.seller_id.in_(identities(invoice.seller_id)))
    return list(
        session.scalars(
            select(other)
            .where(
                other.workspace_id == invoice.workspace_id,
                other.id != invoice.id,
                other.merged_into.is_(None),
                other.rejected_for.is_(None),
                other.read_at.is_not(None),
                seller,
                or_(*alike),
            )
            .order_by(other.id)
        )
        if alike
        else ()
    )


def _same_total(one: models.Invoice, other: models.Invoice) -> bool:
    return one.total_minor is not None and (one.total_minor, one.currency) == (
        other.total_minor,
        other.currency,
    )


def _near(one: models.Invoice, other: models.Invoice) -> bool:
    if one.issued_on is None or other.issued_on is None:
        return False
    return abs(one.issued_on - other.issued_on) <= NEAR_DAYS

"""Why a Payment and an Invoice belong together, or why a Payment has none: the matcher's reasons as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import dues
from web import speech

#: Facts that are a number of things, by which a sentence chooses its plural.
_COUNTED = ("days", "invoices", "payments", "times", "cycles")


def of_match(session: Session, match: models.Match, payment: models.Payment, invoice: models.Invoice) -> str:
    """`même montant, 2 jours d'écart, nom proche : ORANGE SA PRLV`"""
    said = [sentence(session, reason, payment, invoice) for reason in match.reasons]
    return _joined(said) or of_pair(payment, invoice)


def of_pair(payment: models.Payment, invoice: models.Invoice) -> str:
    """The plain facts of two that nobody has weighed."""
    return _joined(_facts(payment, invoice))


def why_none(session: Session, payment: models.Payment) -> str:
    """Why the matcher left a Payment alone; empty while it has not looked."""
    if not payment.unmatched_for:
        return ""
    said = sentence(session, payment.unmatched_for, payment, None, family="unlinked")
    return said or speech.say("unlinked.no_candidate")


def sentence(
    session: Session,
    reason: Mapping[str, Any],
    payment: models.Payment,
    invoice: models.Invoice | None,
    family: str = "because",
) -> str:
    """One reason; a code that this farm does not know is left out."""
    key = f"{family}.{reason.get('code', '')}"
    if not speech.knows(key):
        return ""
    facts = {name: _written(session, name, value) for name, value in reason.items() if name != "code"}
    counted = next((reason[name] for name in _COUNTED if isinstance(reason.get(name), int)), 1)
    told = {"label": payment.label[:60], "number": (invoice.number if invoice else "") or ""}
    try:
        return speech.say(key, **{**told, "count": abs(counted), **facts})
    except (KeyError, IndexError):
        return ""


def _written(session: Session, name: str, value: Any) -> Any:
    """An Invoice is told by its number, a share of the whole in per cent."""
    if name in ("invoice", "second") and str(value).isdecimal():
        other = session.get(models.Invoice, int(value))
        return (other.number if other else None) or speech.say("invoice.no_number")
    return round(value, 1) if isinstance(value, float) else value


def _facts(payment: models.Payment, invoice: models.Invoice) -> Iterable[str]:
    owed, paid = dues.owed(invoice), -payment.amount_minor
    if invoice.currency == payment.original_currency and payment.original_minor is not None:
        yield _amounts(abs(payment.original_minor), abs(owed), invoice.currency)
    elif invoice.currency == payment.currency:
        yield _amounts(paid, owed, invoice.currency)
    else:
        yield speech.say("because.other_currency", currency=invoice.currency or "?")
    if invoice.issued_on:
        yield speech.say("because.days_apart", count=abs((payment.booked_on - invoice.issued_on).days))


def _amounts(paid: int, owed: int, currency: str | None) -> str:
    if paid == owed:
        return speech.say("because.amount_equal")
    return speech.say("because.amount_off", difference=speech.money(abs(paid - owed), currency))


def _joined(said: Iterable[str]) -> str:
    return speech.say("because.comma").join(dict.fromkeys(filter(None, said)))

"""Payments of a month as files: a CSV with the Invoices that each is tied to, and OFX for programs.

Source: OFX 2.2, chapter 11 (BANKMSGSRSV1, CREDITCARDMSGSRSV1); amounts with a point, a debit is negative.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax import saxutils

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.export import month, profiles
from core.export.month import Span
from core.ledger import cents

TITLES = {
    "fr": ("Compte", "Date", "Date de valeur", "Libellé", "Tiers", "Référence", "Montant", "Devise", "Montant d'origine", "Devise d'origine", "Factures"),
    "en": ("Account", "Date", "Value date", "Label", "Counterparty", "Reference", "Amount", "Currency", "Original amount", "Original currency", "Invoices"),
}  # fmt: skip
#: Longest NAME and MEMO of OFX.
_NAME, _MEMO = 32, 255


@dataclass(frozen=True, slots=True)
class Paid:
    """One Payment, with the numbers of the Invoices that it is surely tied to."""

    payment: models.Payment
    invoices: tuple[str, ...]

    def amount(self) -> Decimal:
        return _major(self.payment.amount_minor, self.payment.currency)


@dataclass(frozen=True, slots=True)
class Account:
    """One bank account, and what was paid from it, by day."""

    account: models.BankAccount
    lines: tuple[Paid, ...]


def of(session: Session, workspace_id: int, span: Span) -> list[Account]:
    """Every bank account that has a line in these days."""
    payment, account = models.Payment, models.BankAccount
    mine = payment.workspace_id == workspace_id, payment.booked_on.between(span.first, span.last)
    rows = session.scalars(select(payment).where(*mine).order_by(payment.booked_on, payment.id))
    tied, by_account = _tied(session, workspace_id, span), defaultdict(list)
    for one in rows:
        by_account[one.bank_account_id].append(Paid(one, tuple(tied.get(one.id, ()))))
    found = session.scalars(select(account).where(account.workspace_id == workspace_id).order_by(account.id))
    return [Account(each, tuple(by_account[each.id])) for each in found if each.id in by_account]


def _tied(session: Session, workspace_id: int, span: Span) -> Mapping[int, Sequence[str]]:
    match, invoice, payment = models.Match, models.Invoice, models.Payment
    rows = session.execute(
        select(match.payment_id, invoice.number, invoice.id)
        .join(invoice, invoice.id == match.invoice_id)
        .join(payment, payment.id == match.payment_id)
        .where(match.workspace_id == workspace_id, match.confirmed_at.is_not(None))
        .where(payment.booked_on.between(span.first, span.last))
        .order_by(invoice.id)
    )
    tied: dict[int, list[str]] = defaultdict(list)
    for payment_id, number, invoice_id in rows:
        tied[payment_id].append(number or f"#{invoice_id}")
    return tied


def as_csv(accounts: Sequence[Account], language: str) -> bytes:
    return profiles.table(profiles.PROFILES[language], TITLES[language], _rows(accounts))


def _rows(accounts: Sequence[Account]) -> Iterator[tuple[profiles.Cell, ...]]:
    for account in accounts:
        for paid in account.lines:
            one = paid.payment
            original = one.original_minor
            yield (
                account.account.name,
                one.booked_on,
                one.value_on,
                one.label,
                one.counterparty,
                one.reference,
                paid.amount(),
                one.currency,
                None if original is None else _major(original, one.original_currency or one.currency),
                one.original_currency,
                " | ".join(paid.invoices),
            )


def as_ofx(accounts: Sequence[Account], span: Span) -> bytes:
    """One file for all accounts, in UTF-8. It is dated by its last day, so that the same lines are the same bytes."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
    banks = [one for one in accounts if one.account.kind != "card"]
    cards = [one for one in accounts if one.account.kind == "card"]
    told = _sign_on(span.last)
    told += (
        _set("BANKMSGSRSV1", "".join(_statement(one, span, "STMT", "BANK") for one in banks)) if banks else ""
    )
    told += (
        _set("CREDITCARDMSGSRSV1", "".join(_statement(one, span, "CCSTMT", "CC") for one in cards))
        if cards
        else ""
    )
    return (head + _set("OFX", told)).encode()


def _sign_on(day: date) -> str:
    status = _set("STATUS", _leaf("CODE", "0") + _leaf("SEVERITY", "INFO"))
    return _set(
        "SIGNONMSGSRSV1",
        _set("SONRS", status + _leaf("DTSERVER", f"{day:%Y%m%d}") + _leaf("LANGUAGE", "FRA")),
    )


def _statement(account: Account, span: Span, message: str, kind: str) -> str:
    status = _leaf("TRNUID", str(account.account.id)) + _set(
        "STATUS", _leaf("CODE", "0") + _leaf("SEVERITY", "INFO")
    )
    number = account.account.number or str(account.account.id)
    told = _leaf("ACCTID", number)
    if kind == "BANK":
        told = _leaf("BANKID", "0") + told + _leaf("ACCTTYPE", "CHECKING")
    lines = "".join(_transaction(paid, account.account.currency) for paid in account.lines)
    days = _leaf("DTSTART", f"{span.first:%Y%m%d}") + _leaf("DTEND", f"{span.last:%Y%m%d}")
    body = (
        _leaf("CURDEF", account.account.currency)
        + _set(f"{kind}ACCTFROM", told)
        + _set("BANKTRANLIST", days + lines)
    )
    return _set(f"{message}TRNRS", status + _set(f"{message}RS", body))


def _transaction(paid: Paid, currency: str) -> str:
    one, amount = paid.payment, paid.amount()
    told = _leaf("TRNTYPE", "DEBIT" if amount < 0 else "CREDIT") + _leaf(
        "DTPOSTED", f"{one.booked_on:%Y%m%d}"
    )
    told += _leaf("DTAVAIL", f"{one.value_on:%Y%m%d}") if one.value_on else ""
    told += _leaf("TRNAMT", f"{amount:f}") + _leaf("FITID", f"M{one.id}") + _leaf("NAME", one.label[:_NAME])
    told += _leaf("MEMO", one.label[:_MEMO]) if len(one.label) > _NAME else ""
    if one.currency != currency:
        told += _set("CURRENCY", _leaf("CURRATE", "1") + _leaf("CURSYM", one.currency))
    return _set("STMTTRN", told)


def _set(name: str, inner: str) -> str:
    return f"<{name}>\n{inner}</{name}>\n"


def _leaf(name: str, text: str) -> str:
    """What XML cannot hold becomes a space."""
    return f"<{name}>{saxutils.escape(month.plain(text))}</{name}>\n"


def _major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-cents.decimals(currency))

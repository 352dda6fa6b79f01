"""Bank and card lines, and what ties them to Invoices."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, of_account

_MINOR = BigInteger().with_variant(Integer, "sqlite")


class BankAccount(Base):
    """Where Payments come from: a bank account or a card of the company, as people name it."""

    __tablename__ = "bank_accounts"
    __table_args__ = (UniqueConstraint("workspace_id", "id"), UniqueConstraint("workspace_id", "number"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str]
    #: `bank` or `card`.
    kind: Mapped[str]
    currency: Mapped[str]
    #: As its files name it (an IBAN, a number), by which they are known again; None when they name nothing.
    number: Mapped[str | None]
    #: How its CSV files are read, once a person has said so (`core.payments.columns`).
    columns: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


def _of_bank_account() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", "bank_account_id"], ["bank_accounts.workspace_id", "bank_accounts.id"]
    )


class PaymentBatch(Base):
    """One file of Payments, or one call of a feed; undone as a whole."""

    __tablename__ = "payment_batches"
    __table_args__ = (_of_bank_account(), UniqueConstraint("workspace_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    bank_account_id: Mapped[int]
    #: `file` or `feed`.
    source: Mapped[str]
    #: `csv`, `ofx`, `camt`, `mt940`, `qif`, `cfonb120`; `json` for a feed.
    format: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str]
    #: Lines of it: all, new, known before, not readable.
    lines: Mapped[int]
    new: Mapped[int]
    known: Mapped[int]
    unreadable: Mapped[int]
    #: Whether opening balance + lines = closing balance; None when the file states no balance.
    balanced: Mapped[bool | None]
    #: Lines that are no Payment, as they came: `{"line": …, "why": …, "raw": …}`; `why` is one of `core.payments.Why`.
    left_out: Mapped[list[Any]]
    brought_at: Mapped[datetime]
    brought_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


_UNLINKED = text("unmatched_for IS NOT NULL AND closed_at IS NULL")


class Payment(Base):
    """A bank or card line. A debit is negative; days are the bank's."""

    __tablename__ = "payments"
    __table_args__ = (
        _of_bank_account(),
        ForeignKeyConstraint(
            ["workspace_id", "batch_id"], ["payment_batches.workspace_id", "payment_batches.id"]
        ),
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("bank_account_id", "identity"),
        Index("payments_by_day", "workspace_id", "booked_on", "id"),
        Index("payments_by_amount", "workspace_id", "amount_minor"),
        Index("payments_by_core", "workspace_id", "core"),
        Index(
            "payments_unlinked",
            "workspace_id",
            "id",
            sqlite_where=_UNLINKED,
            postgresql_where=_UNLINKED,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    bank_account_id: Mapped[int]
    batch_id: Mapped[int]
    #: Bank's own reference, else day, amount, label and ordinal within the day: by which the same line is known again.
    identity: Mapped[str]
    booked_on: Mapped[date]
    value_on: Mapped[date | None]
    amount_minor: Mapped[int] = mapped_column(_MINOR)
    currency: Mapped[str]
    #: What was paid before exchange, where the bank says so; signed as `amount_minor`.
    original_minor: Mapped[int | None] = mapped_column(_MINOR)
    original_currency: Mapped[str | None]
    label: Mapped[str]
    counterparty: Mapped[str | None]
    #: SEPA creditor identifier or the counterparty's IBAN.
    counterparty_id: Mapped[str | None]
    #: End-to-end reference, mandate, remittance text.
    reference: Mapped[str | None]
    #: The label without digits, dates, bank words and legal forms: what is learned from (`core.matching`).
    core: Mapped[str]
    #: The line as it came.
    raw: Mapped[str]
    #: Why it has no Invoice and needs none (Cledara's five): `already_uploaded`, `unable_to_find`, `card_validation`,
    #: `refund`, `other`.
    closed_for: Mapped[str | None]
    closed_note: Mapped[str | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    #: Why the matcher left it alone, as its reason in JSON; None while it has a Match or was not looked at.
    unmatched_for: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


def _of_payment() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", "payment_id"], ["payments.workspace_id", "payments.id"], ondelete="CASCADE"
    )


_PROPOSED = text("confirmed_at IS NULL")
_BY_MACHINE = text("confirmed_at IS NOT NULL AND confirmed_by IS NULL")


class Match(Base):
    """Invoice ↔ Payment, with reasons: proposed by the machine, or confirmed by a person or by earned autonomy."""

    __tablename__ = "matches"
    __table_args__ = (
        _of_payment(),
        ForeignKeyConstraint(
            ["workspace_id", "invoice_id"], ["invoices.workspace_id", "invoices.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("payment_id", "invoice_id"),
        Index("matches_of_invoice", "invoice_id"),
        Index(
            "matches_proposed",
            "workspace_id",
            "payment_id",
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
        Index(
            "matches_by_machine",
            "workspace_id",
            "payment_id",
            sqlite_where=_BY_MACHINE,
            postgresql_where=_BY_MACHINE,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    payment_id: Mapped[int]
    invoice_id: Mapped[int]
    #: The part of the Payment that goes to this Invoice, in the Payment's currency, signed as the Payment.
    amount_minor: Mapped[int] = mapped_column(_MINOR)
    #: `auto` or `suggest`; `person` when somebody tied the two by hand.
    band: Mapped[str]
    confidence: Mapped[float | None]
    #: Evidence, one a line: `{"code": …, facts}`.
    reasons: Mapped[list[Any]]
    made_at: Mapped[datetime]
    #: None while it is only proposed. Without `confirmed_by` the machine did it, by autonomy that people gave.
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Refusal(Base):
    """A person said that these two do not belong together: the pair is not proposed again."""

    __tablename__ = "refusals"
    __table_args__ = (
        _of_payment(),
        ForeignKeyConstraint(
            ["workspace_id", "invoice_id"], ["invoices.workspace_id", "invoices.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("payment_id", "invoice_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    payment_id: Mapped[int]
    invoice_id: Mapped[int]
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class MatchAct(Base):
    """One thing that a person did to a Payment: `confirm`, `tie`, `refuse`, `close`, `reopen`, …, with what was before."""

    __tablename__ = "match_acts"
    __table_args__ = (_of_payment(), Index("match_acts_of_payment", "payment_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    payment_id: Mapped[int]
    act: Mapped[str]
    before: Mapped[dict[str, Any]]
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


_OPEN = text("closed_at IS NULL")


class Gap(Base):
    """A Payment, or an expected period of an Account, without its Invoice; who owes it; why it is closed."""

    __tablename__ = "gaps"
    __table_args__ = (
        of_account(optional=True),
        _of_payment(),
        Index("one_gap_of_payment", "payment_id", unique=True),
        Index("one_gap_of_period", "account_id", "period", unique=True),
        Index("gaps_open", "workspace_id", "opened_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(
            "gaps_open_of_supplier",
            "workspace_id",
            "supplier",
            "account_id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("gaps_closed", "workspace_id", "closed_at"),
        Index("gaps_of_supplier", "workspace_id", "supplier"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    payment_id: Mapped[int | None]
    account_id: Mapped[int | None]
    #: The first day of the month that an Invoice of this Account was expected for.
    period: Mapped[date | None]
    #: Whose Invoice it is, as far as label or Account tell.
    supplier: Mapped[str | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime]
    #: When its supplier was last asked because of it.
    asked_at: Mapped[datetime | None]
    #: The last daily digest that named it.
    told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: `arrived`, or one of the reasons of `Payment.closed_for`, and what was said with it.
    closed_for: Mapped[str | None]
    closed_note: Mapped[str | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class ReferenceRate(Base):
    """What one unit of a currency was worth in euro on a day."""

    __tablename__ = "reference_rates"
    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    euro: Mapped[Decimal] = mapped_column(Numeric(18, 8))

"""What came home, and what was read of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models import search_index
from core.db.models.base import Base, of_account

_TO_REVIEW = text("asks_review AND reviewed_at IS NULL AND rejected_for IS NULL AND merged_into IS NULL")


class Invoice(Base):
    """The thing owed. Money in minor units; `issued_on` is a day, or the first of a month when `precision` is month."""

    __tablename__ = "invoices"
    __table_args__ = (
        of_account(optional=True),
        UniqueConstraint("workspace_id", "id"),
        Index("invoices_newest", "workspace_id", "received_at"),
        Index(
            "invoices_to_review",
            "workspace_id",
            "id",
            sqlite_where=_TO_REVIEW,
            postgresql_where=_TO_REVIEW,
        ),
        Index("invoices_by_number", "workspace_id", "supplier", "number"),
        Index("invoices_by_seller", "workspace_id", "seller_id"),
        Index("invoices_by_total", "workspace_id", "total_minor", "issued_on"),
        Index("invoices_of_account", "account_id", "issued_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    account_id: Mapped[int | None]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id", ondelete="SET NULL"))
    supplier: Mapped[str]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    precision: Mapped[str]
    total_minor: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    currency: Mapped[str | None]
    kind: Mapped[str]
    #: `ap`: we owe it. `ar`: we sent it, and it never meets what we pay.
    role: Mapped[str] = mapped_column(default="ap")
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: What else it says, as far as it was read; days are days, amounts minor units of `currency`.
    net_minor: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    vat_minor: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    due_on: Mapped[date | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    #: Who sells, as the document says it; `seller_id` is a VAT number, else a SIREN.
    seller: Mapped[str | None]
    seller_id: Mapped[str | None]
    iban: Mapped[str | None]
    customer_ref: Mapped[str | None]
    #: A person should look before it is used; `reviewed_at` says that one has.
    asks_review: Mapped[bool] = mapped_column(default=False)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: Why a person put it aside: `not_an_invoice`, `not_ours`, `wrong`, `duplicate`.
    rejected_for: Mapped[str | None]
    #: The Invoice that this one turned out to be; its Documents are there then.
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    #: Reasons why a person should look, in the reader's words; empty means none.
    doubts: Mapped[list[Any]]
    #: A Document of the same number or bytes that was here before.
    twin_of: Mapped[int | None]


class Document(Base):
    """Bytes in the archive, by SHA-256, with where they came from. A changed file of one Listed is a new revision."""

    __tablename__ = "documents"
    __table_args__ = (
        of_account(optional=True),
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("listed_id", "revision"),
        Index("documents_by_hash", "workspace_id", "sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    account_id: Mapped[int | None]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    listed_id: Mapped[int | None] = mapped_column(ForeignKey("listed.id", ondelete="SET NULL"))
    run_id: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    #: The pages of the file that are this Document, counted from 1; None is all of them.
    first_page: Mapped[int | None]
    last_page: Mapped[int | None]
    #: These pages as a file of their own, which lies in the archive too and is what goes out; made when they were read.
    own_sha256: Mapped[str | None]
    own_size: Mapped[int | None]
    #: Why no reader will try it again: it broke the limits twice in the same way.
    quarantined_for: Mapped[str | None]
    #: The door it came by: `portal`, `push`, `upload`, `mail`, `api`.
    channel: Mapped[str]
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: Attempts to read it that ended at the reader's limits, and the way of the last (`errors.ReaderFailed.way`).
    read_failures: Mapped[int] = mapped_column(default=0)
    failed_as: Mapped[str | None]


class ReadingRow(Base):
    """What one reader believed of a Document, field by field (`nouns.FieldRead` as JSON)."""

    __tablename__ = "readings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "document_id"], ["documents.workspace_id", "documents.id"], ondelete="CASCADE"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    document_id: Mapped[int]
    reader: Mapped[str]
    at: Mapped[datetime]
    fields: Mapped[dict[str, Any]]
    #: What it took the Document for (`nouns.Kind`), and why a person should look.
    kind: Mapped[str | None]
    doubts: Mapped[list[Any]] = mapped_column(default=list)


class InvoiceText(Base):
    """What is searched: a line of what the Invoice says, then one of each Document's words; all folded (no accents, lower case)."""

    __tablename__ = "invoice_texts"
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True)
    workspace_id: Mapped[int]
    words: Mapped[str]


for _ddl in search_index.MADE:
    event.listen(InvoiceText.__table__, "after_create", _ddl)

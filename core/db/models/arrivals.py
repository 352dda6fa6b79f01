"""What people and programs bring."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, of_account


class PushAddress(Base):
    """A secret address that takes invoices by POST for one Account; only the hash of its token is kept."""

    __tablename__ = "push_addresses"
    __table_args__ = (of_account(),)
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Arrival(Base):
    """A file that came by a form or a push address and lies in the archive's inbox until the worker takes it in."""

    __tablename__ = "arrivals"
    __table_args__ = (of_account(),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    #: `push` or `upload`.
    channel: Mapped[str]
    path: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    arrived_at: Mapped[datetime]
    brought_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime | None]
    #: The Document it became, or why it is none (`errors.NotAnInvoice.reason`, `known`).
    document_id: Mapped[int | None]
    refused: Mapped[str | None]

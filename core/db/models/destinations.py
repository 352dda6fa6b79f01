"""Where Invoices go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


class Destination(Base):
    """Where Invoices go. `folder` is a directory of files."""

    __tablename__ = "destinations"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    kind: Mapped[str]
    place: Mapped[str]
    created_at: Mapped[datetime]


class Delivery(Base):
    """One Invoice owed to one Destination: `sent_at` set is sent, `tried_at` alone is unknown, neither is not yet."""

    __tablename__ = "deliveries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "destination_id"], ["destinations.workspace_id", "destinations.id"]
        ),
        ForeignKeyConstraint(["workspace_id", "invoice_id"], ["invoices.workspace_id", "invoices.id"]),
        UniqueConstraint("destination_id", "document_id"),
        Index(
            "deliveries_owed",
            "next_try_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    destination_id: Mapped[int]
    invoice_id: Mapped[int]
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    #: Where it ended up: the file's name in the folder.
    proof: Mapped[str | None]
    error: Mapped[str | None]
    #: No longer owed: a person put its Invoice aside, or the same Invoice goes there with another Document.
    withdrawn_at: Mapped[datetime | None]

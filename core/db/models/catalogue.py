"""Suppliers that somebody asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


class SupplierRequest(Base):
    """A Supplier that somebody asked for (journey j). `slug` is its name as an id; nothing of it leaves the machine by itself."""

    __tablename__ = "supplier_requests"
    __table_args__ = (UniqueConstraint("workspace_id", "slug"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    slug: Mapped[str]
    name: Mapped[str]
    website: Mapped[str] = mapped_column(default="")
    invoice_page: Mapped[str] = mapped_column(default="")
    #: How they come today: `web`, `mail` or `api`.
    today: Mapped[str] = mapped_column(default="web")
    #: `none`, `sms`, `email`, `app`, `totp` or `unknown`.
    second_factor: Mapped[str] = mapped_column(default="unknown")
    #: Invoices a month.
    volume: Mapped[int | None]
    #: `asked`, `being_built` or `there`.
    state: Mapped[str] = mapped_column(default="asked")
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]


class SupplierVote(Base):
    """One person wants one asked-for Supplier."""

    __tablename__ = "supplier_votes"
    request_id: Mapped[int] = mapped_column(
        ForeignKey("supplier_requests.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    at: Mapped[datetime]

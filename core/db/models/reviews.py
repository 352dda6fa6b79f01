"""What people say of Invoices, and what the reader learns of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


def _of_invoice() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", "invoice_id"], ["invoices.workspace_id", "invoices.id"], ondelete="CASCADE"
    )


class ReviewAct(Base):
    """One thing that a person did to an Invoice: `confirm`, `correct`, `reject`, `split`, `merge`, …, with what was before."""

    __tablename__ = "review_acts"
    __table_args__ = (_of_invoice(), Index("acts_of_invoice", "invoice_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    invoice_id: Mapped[int]
    act: Mapped[str]
    #: What *undo* puts back: the rows touched, and their values then.
    before: Mapped[dict[str, Any]]
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Correction(Base):
    """A person's value of a field, beside the machine's, never over it."""

    __tablename__ = "corrections"
    __table_args__ = (_of_invoice(), Index("corrections_of_invoice", "invoice_id", "field"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    invoice_id: Mapped[int]
    act_id: Mapped[int] = mapped_column(ForeignKey("review_acts.id", ondelete="CASCADE"))
    field: Mapped[str]
    value: Mapped[str]
    #: Where the person pointed, as `nouns.Box` in JSON; None when it was typed.
    box: Mapped[dict[str, Any] | None]


class Template(Base):
    """How the documents of one Supplier are read, taught by a person. A new version never changes an old one."""

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("workspace_id", "supplier", "layout", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    supplier: Mapped[str]
    #: The fingerprint of the layout that it is for.
    layout: Mapped[str]
    version: Mapped[int]
    anchors: Mapped[list[Any]]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    #: From when on it reads; None while it is only proposed.
    live_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class TemplateSample(Base):
    """A Document that a Template was taught from or tried on, and what it must read there: its regression test."""

    __tablename__ = "template_samples"
    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    expected: Mapped[dict[str, Any]]

"""By what programs come in, and what they brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


class ApiToken(Base):
    """A program's way in; only the hash of its token is kept. `scopes` are those of `docs/api.md`."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str]
    scopes: Mapped[list[Any]]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


_WAITING = text("done_at IS NULL")


class BulkUpload(Base):
    """One zip of documents for payments without one. The same bytes twice are one upload."""

    __tablename__ = "bulk_uploads"
    __table_args__ = (
        UniqueConstraint("workspace_id", "sha256"),
        Index("bulk_uploads_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"))
    sha256: Mapped[str]
    received_at: Mapped[datetime]
    #: What became of each document of it, in the order of its metadata.
    outcomes: Mapped[list[Any]]
    done_at: Mapped[datetime | None]

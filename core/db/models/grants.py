"""What signs in to mailboxes and destinations, sealed, and the consents that are under way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


class SealedField(Base):
    """One secret of a Mailbox or a Destination: a password, a client secret, a token set. Bound to its owner and origins."""

    __tablename__ = "sealed_fields"
    __table_args__ = (UniqueConstraint("owner", "owner_id", "field", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: `mailbox` or `destination`, and which.
    owner: Mapped[str]
    owner_id: Mapped[int]
    field: Mapped[str]
    version: Mapped[int]
    #: Where it may be sent, one a line, sorted: bound into the record.
    origins: Mapped[str]
    record: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Consent(Base):
    """An OAuth consent under way: the browser went to the provider and has not come back, or the worker exchanges its code."""

    __tablename__ = "consents"
    state_hash: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: `mailbox` or `destination`, and which.
    owner: Mapped[str]
    owner_id: Mapped[int]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: The PKCE verifier, then with the provider's code, sealed for the worker; emptied when it was exchanged.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    returned_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    #: `granted`, or what the provider said.
    outcome: Mapped[str | None]

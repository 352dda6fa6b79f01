"""What signs in to mailboxes and destinations, sealed, and the consents that are under way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


class ProviderApp(Base):
    """What a company has registered for itself at a provider of consents; its client secret is sealed (`SealedField`)."""

    __tablename__ = "provider_apps"
    __table_args__ = (UniqueConstraint("workspace_id", "provider"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: An id of `core.providers`.
    provider: Mapped[str]
    client_id: Mapped[str]
    #: Microsoft's directory; empty is the provider's usual one.
    tenant: Mapped[str] = mapped_column(default="")
    #: What is asked for, with blanks between; empty is the provider's usual scopes.
    scopes: Mapped[str] = mapped_column(default="")
    secret_version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class SealedField(Base):
    """One secret of a Mailbox, a Destination or a ProviderApp: a password, a client secret, a token set. Bound to its owner and origins."""

    __tablename__ = "sealed_fields"
    __table_args__ = (UniqueConstraint("owner", "owner_id", "field", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: `mailbox`, `destination` or `app` (a ProviderApp), and which.
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
    provider: Mapped[str]
    #: Where the provider was told to send the browser, and what it was asked for.
    redirect: Mapped[str]
    scopes: Mapped[str]
    #: The page of ours that the person goes back to.
    back: Mapped[str]
    #: The signed-in browser that asked, by the hash of its token: only that one may come back.
    session_hash: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: The PKCE verifier (RFC 7636), then the provider's code, each sealed for the worker; both emptied when they were exchanged.
    verifier: Mapped[bytes | None] = mapped_column(LargeBinary)
    code: Mapped[bytes | None] = mapped_column(LargeBinary)
    returned_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    #: `granted`, or what the provider said.
    outcome: Mapped[str | None]

"""Our sign-ins at Suppliers, what signs in, and what is counted of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, of_account


class Account(Base):
    """Our sign-in at a Supplier. Its state is computed by `ledger.state_of`, never stored."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "one_account_per_login",
            "workspace_id",
            "supplier",
            "login_hash",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "accounts_due",
            "next_run_at",
            sqlite_where=text("next_run_at IS NOT NULL"),
            postgresql_where=text("next_run_at IS NOT NULL"),
        ),
        #: The number of an account that was removed is never another's (the audit names accounts by it).
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    supplier: Mapped[str]
    label: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: As people see it: `j•••@firm.fr`. The login itself exists only sealed.
    masked_login: Mapped[str]
    #: Keyed hash of the normalised login: tells equality, nothing else.
    login_hash: Mapped[str]
    #: Version of the sealed credentials that is in use; a corrected password raises it.
    secret_version: Mapped[int] = mapped_column(default=1)
    #: The version that the portal refused; while equal to `secret_version` nobody signs in.
    refused_version: Mapped[int | None]
    #: The origins the credentials were sealed for, one a line, sorted.
    origins: Mapped[str]
    terms_version: Mapped[str]
    terms_accepted_at: Mapped[datetime]
    #: Collected every so many seconds.
    cadence: Mapped[int] = mapped_column(default=86_400)
    next_run_at: Mapped[datetime | None]
    #: Until the first visit has stored the account for good (journey a8), it is on trial.
    trial: Mapped[bool] = mapped_column(default=False)
    baseline_at: Mapped[datetime | None]
    #: The last time every list was read to its proved end.
    whole_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    #: When somebody can answer a code, in the installation's time zone: `{"days": [0, …, 6], "from": "08:00", "to": "18:30"}`,
    #: Monday is 0. None: at any hour.
    attended: Mapped[dict[str, Any] | None]
    #: The language its portal is asked in, such as `fr-FR`; None is the supplier's own.
    locale: Mapped[str | None]
    #: Its own way out, as people see it (`http://•••@proxy.firm.example:3128`); the address is sealed as the field `proxy`.
    proxy_shown: Mapped[str | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Credential(Base):
    """One field of what signs in, sealed for one version. A password can be replaced, never read."""

    __tablename__ = "credentials"
    __table_args__ = (of_account(), UniqueConstraint("account_id", "field", "version"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    field: Mapped[str]
    version: Mapped[int]
    record: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class PortalSession(Base):
    """What the portal gave us after signing in: cookies, storage, the User-Agent that made them. Sealed by the worker."""

    __tablename__ = "portal_sessions"
    __table_args__ = (of_account(),)
    account_id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    version: Mapped[int]
    record: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]
    #: When the sign-in that made it succeeded; None when only a failed one left its cookies.
    signed_in_at: Mapped[datetime | None]


class SessionLife(Base):
    """How long one Session of an Account lived, from its sign-in to the visit that found it dead: what the weather is made of."""

    __tablename__ = "session_lives"
    __table_args__ = (of_account(), Index("lives_of_supplier", "supplier", "ended_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    supplier: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    #: Whether a person was asked for something at the sign-in that began it.
    asked: Mapped[bool] = mapped_column(default=False)


class LoginAttempt(Base):
    """Counted before a password is handed out, whoever asked."""

    __tablename__ = "login_attempts"
    __table_args__ = (of_account(), Index("attempts_of_account", "account_id", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    run_id: Mapped[int]
    at: Mapped[datetime]
    automatic: Mapped[bool]
    secret_version: Mapped[int]


class LoginGrant(Base):
    """One more sign-in than the budget gives: a new version of the secret, or an explicit *try anyway*."""

    __tablename__ = "login_grants"
    __table_args__ = (of_account(),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Notice(Base):
    """A person was told of something, once: `about` names the thing, such as `refused:3`."""

    __tablename__ = "notices"
    __table_args__ = (of_account(), UniqueConstraint("account_id", "about"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    about: Mapped[str]
    error: Mapped[str]
    queued_at: Mapped[datetime]
    told_at: Mapped[datetime | None]

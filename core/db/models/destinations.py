"""Where Invoices go."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


class Destination(Base):
    """Where Invoices go: a directory (`folder`), an accounting service (`xero`, …). What signs in is sealed (`SealedField`)."""

    __tablename__ = "destinations"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: `folder`, `s3`, `sftp`, `webdav`, `webhook`, `mail`, `xero`, `qbo`, `netsuite`, `pennylane`, `clearnox`, `getmyinvoices`.
    kind: Mapped[str]
    #: The directory, or the address it is reached at.
    place: Mapped[str]
    created_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    secret_version: Mapped[int] = mapped_column(default=1)
    #: Only Invoices received from then on are owed to it.
    starts_at: Mapped[datetime | None]
    #: Before that everything is shown and nothing is sent.
    dry_until: Mapped[datetime | None]
    #: Whose books these are, as the service says it: id, name, our role there, base currency, lock dates.
    books: Mapped[dict[str, Any] | None]
    connected_at: Mapped[datetime | None]
    #: No request before that: the service said to wait.
    parked_until: Mapped[datetime | None]
    #: Somebody goes there at that instant though nothing may be owed: lists to read anew, or to ask what is lacking there.
    next_round_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    #: The error's name that its last request ended with, and what the service said; None is none.
    error: Mapped[str | None]
    said: Mapped[str | None]
    last_success_at: Mapped[datetime | None]
    #: The worker that sends there now, as with a Mailbox.
    leased_by: Mapped[str | None]
    leased_until: Mapped[float | None]
    leased_boot: Mapped[str | None]
    fence: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


def _of_destination() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", "destination_id"], ["destinations.workspace_id", "destinations.id"]
    )


class DestinationSettings(Base):
    """What is sent there and where it goes in the books. A change is a new version; what was sent keeps the one it had."""

    __tablename__ = "destination_settings"
    __table_args__ = (_of_destination(), UniqueConstraint("destination_id", "version"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    destination_id: Mapped[int]
    version: Mapped[int]
    settings: Mapped[dict[str, Any]]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class RemoteList(Base):
    """A list of the service's own: its accounts, contacts, tax rates, tracking categories."""

    __tablename__ = "remote_lists"
    __table_args__ = (_of_destination(),)
    destination_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    entries: Mapped[list[Any]]
    fetched_at: Mapped[datetime]


class Delivery(Base):
    """One Invoice owed to one Destination: `sent_at` set is sent, `tried_at` alone is unknown, neither is not yet."""

    __tablename__ = "deliveries"
    __table_args__ = (
        _of_destination(),
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
    #: Where it ended up: the file's name in the folder, the record's id at the service.
    proof: Mapped[str | None]
    error: Mapped[str | None]
    #: No longer owed: a person put its Invoice aside, or the same Invoice goes there with another Document.
    withdrawn_at: Mapped[datetime | None]
    #: The version of the settings it is or was sent under; chosen when it is first tried.
    settings_version: Mapped[int | None]
    #: SHA-256 of what was sent, and what was sent, without its file.
    payload_hash: Mapped[str | None]
    payload: Mapped[dict[str, Any] | None]
    #: The key under which the service knows a repeated request again.
    idempotency_key: Mapped[str | None]
    #: What the service has of it so far, step by step: `{"bill": "<id>", "file": "<id>"}`.
    receipts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Waits for a person: `lock_date`, `no_mapping`, `refused`, …; what the service said stands in `error`.
    held_for: Mapped[str | None]
    #: *Push again*: how often a person had it sent anew.
    round: Mapped[int] = mapped_column(default=1)


class Export(Base):
    """A file made for a person: a month's zip, a CSV, accounting entries."""

    __tablename__ = "exports"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: `zip`, `csv`, `fec`, `quadra`, `payments`.
    kind: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    choices: Mapped[dict[str, Any]]
    #: SHA-256 of all that it holds, by which the same export is known again.
    sha256: Mapped[str | None]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class ExportLink(Base):
    """An address by which somebody without a password takes a month home, until it ends. Only its token's hash is kept."""

    __tablename__ = "export_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: The month that it opens, by its first day.
    first_on: Mapped[date]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Chart(Base):
    """Into which accounts a company books what it buys (`core.export.chart`)."""

    __tablename__ = "charts"
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    settings: Mapped[dict[str, Any]]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]

"""The other door: mailboxes, what they showed, and what was taken of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base

_LIVE = text("deleted_at IS NULL")
_DUE = text("next_check_at IS NOT NULL")
_OPEN, _UNTOLD = text("closed_at IS NULL"), text("told_at IS NULL")


class Mailbox(Base):
    """A mailbox that we may read, never write. What signs in is sealed (`SealedField`)."""

    __tablename__ = "mailboxes"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "one_mailbox_per_address",
            "workspace_id",
            "address_key",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("mailboxes_due", "next_check_at", sqlite_where=_DUE, postgresql_where=_DUE),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: `imap`, `gmail`, `graph` or `forward`.
    kind: Mapped[str]
    #: The address as people write it, and as it is compared (case, Gmail's dots and plus tags).
    address: Mapped[str]
    address_key: Mapped[str]
    #: `ap`: invoices that we owe. `ar`: those that we send, which never meet payments.
    role: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    connected_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    connected_at: Mapped[datetime]
    #: Where it is: host, port, security and how it signs in, for `imap`; the tenant for `graph`. Nothing secret.
    place: Mapped[dict[str, Any]]
    secret_version: Mapped[int] = mapped_column(default=1)
    #: Messages received before are not read: 90 days before it was connected.
    reads_from: Mapped[datetime]
    next_check_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    #: The error's name that its last check ended with, and what the server said, masked; None is none.
    error: Mapped[str | None]
    said: Mapped[str | None]
    #: A person stopped the first scan.
    stopped_at: Mapped[datetime | None]
    #: The worker that checks it now; the fence keeps another's late writes out. Seconds and boot as with a Run.
    leased_by: Mapped[str | None]
    leased_until: Mapped[float | None]
    leased_boot: Mapped[str | None]
    fence: Mapped[int] = mapped_column(Integer, default=0)
    deleted_at: Mapped[datetime | None]


def _of_mailbox() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["workspace_id", "mailbox_id"], ["mailboxes.workspace_id", "mailboxes.id"], ondelete="CASCADE"
    )


class MailFolder(Base):
    """A folder that is read, and how far."""

    __tablename__ = "mail_folders"
    __table_args__ = (_of_mailbox(), UniqueConstraint("mailbox_id", "name"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    mailbox_id: Mapped[int]
    #: The server's own name or id, and as people see it.
    name: Mapped[str]
    shown: Mapped[str]
    chosen: Mapped[bool] = mapped_column(default=True)
    #: IMAP: the folder's generation and the highest UID seen; the others: the history id or delta link.
    uid_validity: Mapped[int | None]
    last_uid: Mapped[int | None]
    cursor: Mapped[str | None]
    #: The first scan: messages of it, and how many were looked at.
    scan_total: Mapped[int | None]
    scanned: Mapped[int] = mapped_column(default=0)
    scan_done_at: Mapped[datetime | None]


class Message(Base):
    """A message that was seen, and what became of it. Of one that is not financial only that much is kept."""

    __tablename__ = "messages"
    __table_args__ = (
        _of_mailbox(),
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("mailbox_id", "identity"),
        Index("messages_newest", "workspace_id", "received_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    mailbox_id: Mapped[int]
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("mail_folders.id", ondelete="SET NULL"))
    #: Its Message-ID, else the hash of its head.
    identity: Mapped[str]
    #: How the server finds it again: UID within the folder's generation, or the provider's id.
    remote_id: Mapped[str]
    sender: Mapped[str]
    subject: Mapped[str]
    #: What rules look at beside these: the sender's name, bare recipients, and where it lay.
    sender_name: Mapped[str] = mapped_column(default="")
    recipients: Mapped[str] = mapped_column(default="")
    folder: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    attachments: Mapped[int] = mapped_column(default=0)
    #: `taken`, `skipped`, `portal` (a collector was started), `code` (a one-time code) or `waiting` for a person.
    verdict: Mapped[str]
    #: Why, as a word of `core.mailbox.reasons`.
    reason: Mapped[str | None]
    #: `pass`, `fail` or `none`: what DKIM says of the sender's domain.
    dkim: Mapped[str | None]
    #: A person wants it taken anyway.
    wanted_at: Mapped[datetime | None]
    wanted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: The supplier whose collector it started.
    supplier: Mapped[str | None]


class MessageFile(Base):
    """A file that a Message brought: an attachment, a linked PDF, its own text printed."""

    __tablename__ = "message_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "message_id"], ["messages.workspace_id", "messages.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("message_id", "sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    message_id: Mapped[int]
    name: Mapped[str]
    #: `attachment`, `link` or `body`.
    came_as: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str | None]
    #: The Document it became, or why it is none.
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"))
    refused: Mapped[str | None]


class MailRule(Base):
    """Where messages go: the first rule that fits decides. Empty conditions fit everything; one that is off fits nothing."""

    __tablename__ = "mail_rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    position: Mapped[int]
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    folder: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str] = mapped_column(default="")
    #: `ap`, `ar`, `take` (opened whatever its head says), `skip`, `supplier`, or `workspace` with where to.
    act: Mapped[str]
    to_workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspaces.id"))
    #: Whose invoices these are, where the sender does not tell; empty is whoever writes.
    supplier: Mapped[str] = mapped_column(default="")
    off_at: Mapped[datetime | None]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class ForwardAddress(Base):
    """An address to forward invoices to: its token cannot be guessed, and another can take its place."""

    __tablename__ = "forward_addresses"
    token: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    #: `ap` or `ar`.
    role: Mapped[str]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class MailNotice(Base):
    """Somebody should know something of a Mailbox: told once, and open until it is settled."""

    __tablename__ = "mail_notices"
    __table_args__ = (
        _of_mailbox(),
        Index(
            "one_open_mail_notice",
            "mailbox_id",
            "about",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("mail_notices_untold", "queued_at", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    mailbox_id: Mapped[int]
    #: `asked:7` (person 7 asks for it), `given:7` and `kept:7` (what became of that), an error's name, or `late`.
    about: Mapped[str]
    #: Who is to hear of it, None is whoever reads notices; and who asks, or has answered.
    to_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    queued_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

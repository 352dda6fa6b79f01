"""A Message is booked: once for each Mailbox, with its files, their Documents, and the visit that it brings about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import documents, messages, runs, search

#: However many mails speak of it, a portal is asked no sooner than this after the last visit that began.
PATIENCE = timedelta(hours=1)
#: Characters that are kept of a name.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a message: in the archive by its hash, or `refused` for a reason and nowhere."""

    name: str
    size: int
    came_as: str = "attachment"
    sha256: str | None = None
    media_type: str = ""
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What a message turned out to be. `workspace_id` and `role` say to whom and how its invoices go; `supplier` who sent it."""

    identity: str
    remote_id: str
    sender: str
    subject: str
    received_at: datetime
    verdict: str
    reason: str | None
    workspace_id: int
    role: str
    supplier: str
    attachments: int = 0
    files: tuple[Kept, ...] = ()
    dkim: str | None = None
    #: What rules look at beside sender and subject.
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    folder: str = ""
    #: The supplier whose portal it sends us to.
    portal: str | None = None


def book(
    session: Session, mailbox: models.Mailbox, folder_id: int | None, posted: Posted, *, now: datetime
) -> models.Message:
    """In one transaction; a message that is here already keeps what was made of it, unless a person wanted more or a visit has its code."""
    message = messages.find(session, mailbox.id, posted.identity)
    if message is None:
        message = models.Message(
            workspace_id=mailbox.workspace_id, mailbox_id=mailbox.id, identity=posted.identity, seen_at=now
        )
        session.add(message)
    elif message.verdict == messages.TAKEN or not (message.wanted_at or posted.reason == messages.GIVEN):
        return message
    message.folder_id, message.remote_id = folder_id, posted.remote_id
    message.sender, message.subject = posted.sender, posted.subject
    message.sender_name, message.folder = posted.sender_name[:_LONGEST], posted.folder[:_LONGEST]
    message.recipients = " ".join(posted.recipients)[: 4 * _LONGEST]
    message.received_at, message.attachments = posted.received_at, posted.attachments
    message.verdict, message.reason, message.dkim = posted.verdict, posted.reason, posted.dkim
    message.supplier = posted.portal
    session.flush()
    for file in posted.files:
        _file(session, message, posted, file, now)
    if posted.portal and posted.verdict == messages.PORTAL:
        visit_soon(session, posted.workspace_id, posted.portal, now=now)
    return message


def has_account(session: Session, workspace_id: int, supplier: str) -> bool:
    return session.scalar(_accounts(workspace_id, supplier).limit(1)) is not None


def visit_soon(session: Session, workspace_id: int, supplier: str, *, now: datetime) -> None:
    """Its Accounts fall due now. The visit is one of the timetable's, with all that holds those back: a mail is nobody's wish."""
    account = models.Account
    waiting = (account.next_run_at > now, *runs.may_go(now))
    rested = or_(account.last_attempt_at.is_(None), account.last_attempt_at < now - PATIENCE)
    mine = update(account).where(account.id.in_(_accounts(workspace_id, supplier)), *waiting, rested)
    session.execute(mine.values(next_run_at=now))


def _accounts(workspace_id: int, supplier: str) -> Select[int]:
    account = models.Account
    return select(account.id).where(
        account.workspace_id == workspace_id, account.supplier == supplier, account.deleted_at.is_(None)
    )


def _file(session: Session, message: models.Message, posted: Posted, file: Kept, now: datetime) -> None:
    row = _known(session, message, file) or models.MessageFile(
        workspace_id=message.workspace_id,
        message_id=message.id,
        name=file.name,
        came_as=file.came_as,
        size=file.size,
        sha256=file.sha256,
        refused=file.refused,
    )
    session.add(row)
    if file.sha256 and row.document_id is None:
        row.document_id = _document(session, posted, file, now)
    session.flush()


def _known(session: Session, message: models.Message, file: Kept) -> models.MessageFile | None:
    """The same bytes twice in one message are one file, and what was refused before need not be noted again."""
    row = models.MessageFile
    same = (
        row.sha256 == file.sha256 if file.sha256 else (row.name == file.name) & (row.refused == file.refused)
    )
    return session.scalar(select(row).where(row.message_id == message.id, same).limit(1))


def _document(session: Session, posted: Posted, file: Kept, now: datetime) -> int:
    """The Document of these bytes in that Workspace: the one that is there, by whatever door it came, else a new one."""
    document = models.Document
    same = (document.workspace_id == posted.workspace_id, document.sha256 == file.sha256)
    known = session.scalar(select(document.id).where(*same).order_by(document.id).limit(1))
    if known is not None:
        return known
    invoice = models.Invoice(
        workspace_id=posted.workspace_id,
        supplier=posted.supplier,
        precision=nouns.Precision.DAY,
        kind=nouns.Kind.INVOICE,
        role=posted.role,
        received_at=now,
        doubts=[],
    )
    session.add(invoice)
    session.flush()
    made = models.Document(
        workspace_id=posted.workspace_id,
        invoice_id=invoice.id,
        sha256=file.sha256,
        size=file.size,
        name=file.name,
        media_type=file.media_type,
        channel="mail",
        received_at=now,
    )
    session.add(made)
    session.flush()
    search.tell(session, invoice)
    documents.owe(session, posted.workspace_id, made, now)
    return made.id

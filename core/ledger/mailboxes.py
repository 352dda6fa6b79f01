"""What people do with Mailboxes: connect, pause, hand over, remove, choose folders; and how the scan of each is getting on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import models

#: What was received earlier than this before the connection is never read.
BACK = timedelta(days=90)
#: A mailbox whose last good check is older deserves a look.
LATE = timedelta(hours=36)
#: Of these providers the local part has no dots, and a plus begins a tag (support.google.com/mail/answer/7436150).
_DOTLESS = ("gmail.com", "googlemail.com")


class AlreadyConnected(Exception):
    """This mailbox is connected already."""

    def __init__(self, mailbox: models.Mailbox) -> None:
        super().__init__(mailbox.address)
        self.mailbox = mailbox


@dataclass(frozen=True, slots=True)
class Progress:
    """The scan of one Mailbox so far. `total` is None until the server has said how many there are."""

    looked_at: int
    total: int | None
    taken: int
    skipped: int
    done: bool


def key_of(address: str) -> str:
    """The address as it is compared: case, plus tags and Gmail's dots aside."""
    local, _, domain = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), _DOTLESS[0]
    return f"{local}@{domain}"


def connected(session: Session, workspace_id: int, address: str) -> models.Mailbox | None:
    """The living Mailbox of this address in this Workspace; another Workspace may have its own."""
    box = models.Mailbox
    mine = (box.workspace_id == workspace_id, box.address_key == key_of(address), box.deleted_at.is_(None))
    return session.scalar(select(box).where(*mine))


def connect(
    session: Session,
    workspace_id: int,
    address: str,
    *,
    kind: str,
    role: str,
    place: Mapping[str, Any],
    by: int | None,
    now: datetime,
    ready: bool = True,
) -> models.Mailbox:
    """A new Mailbox, due at once unless it is not `ready` (a consent is still to come). Raises AlreadyConnected.

    `kind` is `imap`, `gmail`, `graph` or `forward`; `role` is `ap` or `ar`; `place` as its Source reads it, nothing secret.
    """
    if already := connected(session, workspace_id, address):
        raise AlreadyConnected(already)
    mailbox = models.Mailbox(
        workspace_id=workspace_id,
        kind=kind,
        address=address.strip(),
        address_key=key_of(address),
        role=role,
        owner_id=by,
        connected_by=by,
        connected_at=now,
        place=dict(place),
        reads_from=now - BACK,
        next_check_at=now if ready else None,
    )
    session.add(mailbox)
    session.flush()
    return mailbox


def living(session: Session, workspace_id: int) -> Sequence[models.Mailbox]:
    box = models.Mailbox
    mine = select(box).where(box.workspace_id == workspace_id, box.deleted_at.is_(None))
    return session.scalars(mine.order_by(box.address_key)).all()


def one(session: Session, workspace_id: int, mailbox_id: int) -> models.Mailbox | None:
    """None of another Workspace's, and of one that was removed."""
    box = session.get(models.Mailbox, mailbox_id)
    return None if box is None or box.workspace_id != workspace_id or box.deleted_at else box


def check_soon(mailbox: models.Mailbox, *, now: datetime) -> None:
    """A person wants it looked into now; what stood in the way may be gone."""
    mailbox.error = mailbox.said = None
    mailbox.failures, mailbox.next_check_at = 0, now


def pause(mailbox: models.Mailbox, *, now: datetime) -> None:
    mailbox.paused_at = mailbox.paused_at or now


def resume(mailbox: models.Mailbox, *, now: datetime) -> None:
    mailbox.paused_at = None
    check_soon(mailbox, now=now)


def stop_scan(mailbox: models.Mailbox, *, now: datetime) -> None:
    """The first scan goes no further; what is new is still taken in."""
    mailbox.stopped_at = mailbox.stopped_at or now


def go_on_scanning(mailbox: models.Mailbox, *, now: datetime) -> None:
    mailbox.stopped_at = None
    check_soon(mailbox, now=now)


def hand_over(mailbox: models.Mailbox, to: int) -> None:
    """Another person answers for it from now on; who connected it stays on record."""
    mailbox.owner_id = to


def remove(mailbox: models.Mailbox, *, now: datetime) -> None:
    """Its invoices stay. What signs in is destroyed by `vault.fields.forget`, in the same transaction."""
    mailbox.deleted_at, mailbox.next_check_at = now, None


def is_late(mailbox: models.Mailbox, *, now: datetime) -> bool:
    """Whether its last good check is too long ago, for whatever reason."""
    return mailbox.paused_at is None and now - (mailbox.last_success_at or mailbox.connected_at) > LATE


def folders(session: Session, mailbox_id: int) -> Sequence[models.MailFolder]:
    """Those that the server has named, as people see them."""
    folder = models.MailFolder
    return session.scalars(select(folder).where(folder.mailbox_id == mailbox_id).order_by(folder.shown)).all()


def choose_folders(
    session: Session, mailbox: models.Mailbox, chosen: Collection[int], *, now: datetime
) -> None:
    """Only these are read from now on; `chosen` holds their ids."""
    folder = models.MailFolder
    mine = update(folder).where(folder.mailbox_id == mailbox.id)
    session.execute(mine.values(chosen=folder.id.in_(list(chosen))))
    check_soon(mailbox, now=now)


def progress(session: Session, mailbox_id: int) -> Progress:
    message = models.Message
    read = [each for each in folders(session, mailbox_id) if each.chosen]
    by_verdict = select(message.verdict, func.count().label("messages")).where(
        message.mailbox_id == mailbox_id
    )
    counts = {row.verdict: row.messages for row in session.execute(by_verdict.group_by(message.verdict))}
    totals = [each.scan_total for each in read]
    return Progress(
        looked_at=sum(each.scanned for each in read),
        total=sum(total or 0 for total in totals) if totals and None not in totals else None,
        taken=counts.get("taken", 0),
        skipped=counts.get("skipped", 0),
        done=bool(read) and all(each.scan_done_at for each in read),
    )

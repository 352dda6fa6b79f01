"""What a Mailbox showed: each Message once, with what became of it and why; and what people want of it after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.db import models

#: What became of a Message (`Message.verdict`).
TAKEN, SKIPPED, PORTAL, CODE, WAITING = "taken", "skipped", "portal", "code", "waiting"
#: The reason beside CODE once a visit has it: it opens once, and is nobody's afterwards.
GIVEN = "code_given"


def is_known(session: Session, mailbox_id: int, identity: str) -> bool:
    return session.scalar(select(models.Message.id).where(*_is(mailbox_id, identity))) is not None


def find(session: Session, mailbox_id: int, identity: str) -> models.Message | None:
    return session.scalar(select(models.Message).where(*_is(mailbox_id, identity)))


def search(
    session: Session,
    workspace_id: int,
    *,
    mailbox_id: int | None = None,
    words: str = "",
    verdict: str = "",
    attached: bool = False,
    limit: int = 50,
    before: int | None = None,
) -> Sequence[models.Message]:
    """Newest first: why was this mail not taken? Every word must stand in its sender, its subject or a file's name; `attached`: only those with a file.

    `before` is the id of the last one of the page before.
    """
    message = models.Message
    wanted: list[Any] = [message.workspace_id == workspace_id]
    wanted += [message.mailbox_id == mailbox_id] if mailbox_id else []
    wanted += [message.verdict == verdict] if verdict else []
    wanted += [message.attachments > 0] if attached else []
    wanted += [message.id < before] if before else []
    for word in words.split():
        wanted.append(
            or_(
                message.sender.icontains(word, autoescape=True),
                message.subject.icontains(word, autoescape=True),
                message.id.in_(_with_file(workspace_id, word)),
            )
        )
    return session.scalars(select(message).where(*wanted).order_by(message.id.desc()).limit(limit)).all()


def _with_file(workspace_id: int, word: str) -> Select[int]:
    file = models.MessageFile
    named = (file.workspace_id == workspace_id, file.name.icontains(word, autoescape=True))
    return select(file.message_id).where(*named)


def one(session: Session, workspace_id: int, message_id: int) -> models.Message | None:
    """None of another Workspace's."""
    message = session.get(models.Message, message_id)
    return None if message is None or message.workspace_id != workspace_id else message


def files(session: Session, message_id: int) -> Sequence[models.MessageFile]:
    file = models.MessageFile
    return session.scalars(select(file).where(file.message_id == message_id).order_by(file.id)).all()


def want(session: Session, message: models.Message, *, by: int | None, now: datetime) -> None:
    """A person wants it taken anyway: its mailbox is asked for it again at once."""
    message.wanted_at, message.wanted_by = now, by
    session.get_one(models.Mailbox, message.mailbox_id).next_check_at = now


def wanted(session: Session, mailbox_id: int) -> Sequence[models.Message]:
    """What a person asked for and was not brought yet, oldest first."""
    message = models.Message
    asked = (message.mailbox_id == mailbox_id, message.wanted_at.is_not(None), message.verdict != TAKEN)
    return session.scalars(select(message).where(*asked).order_by(message.id)).all()


def _is(mailbox_id: int, identity: str) -> tuple[Any, ...]:
    return models.Message.mailbox_id == mailbox_id, models.Message.identity == identity

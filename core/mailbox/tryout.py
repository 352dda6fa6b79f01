"""What a rule would have done: tried on the messages that were seen last, against the rules that stand before it. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import rules
from core.mailbox import routes
from core.mailbox.heads import Head

#: Messages that a rule is tried on.
LAST = 500


@dataclass(frozen=True, slots=True)
class Tried:
    """A message that the rule fits. `before` is a rule that comes first and decides; None, and this one does."""

    message: models.Message
    before: models.MailRule | None


@dataclass(frozen=True, slots=True)
class Tryout:
    """`looked_at` counts the messages, `fitting` those that the rule fits, newest first."""

    looked_at: int
    fitting: tuple[Tried, ...]


def of(session: Session, rule: models.MailRule, *, last: int = LAST) -> Tryout:
    """`rule` need not be in the database; one without a position comes after all others."""
    seen = _seen(session, rule, last)
    boxes = {one: session.get_one(models.Mailbox, one) for one in {each.mailbox_id for each in seen}}
    earlier = {one: _earlier(session, rule, box) for one, box in boxes.items()}
    fitting = tuple(
        Tried(message, routes.first(earlier[message.mailbox_id], head(message), message.folder))
        for message in seen
        if routes.fits(rule, head(message), message.folder)
    )
    return Tryout(len(seen), fitting)


def head(message: models.Message) -> Head:
    """What its row still says of it."""
    return Head(
        identity=message.identity,
        sender=message.sender,
        sender_name=message.sender_name,
        recipients=tuple(message.recipients.split()),
        subject=message.subject,
    )


def _seen(session: Session, rule: models.MailRule, last: int) -> Sequence[models.Message]:
    message = models.Message
    mine = [message.workspace_id == rule.workspace_id]
    mine += [message.mailbox_id == rule.mailbox_id] if rule.mailbox_id else []
    return session.scalars(select(message).where(*mine).order_by(message.id.desc()).limit(last)).all()


def _earlier(session: Session, rule: models.MailRule, mailbox: models.Mailbox) -> list[models.MailRule]:
    """Those that are asked before it."""
    ordered = rules.of(session, mailbox)
    return [each for each in ordered if rule.position is None or each.position < rule.position]

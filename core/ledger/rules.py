"""Where a company's mail goes: its rules in the order in which they are tried, made, moved, switched off and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from core.db import models

#: What a rule does with a message (`MailRule.act`).
AP, AR, TAKE, SKIP, WORKSPACE, SUPPLIER = ACTS = ("ap", "ar", "take", "skip", "workspace", "supplier")
#: What a rule looks at.
CONDITIONS = ("sender", "subject", "folder", "recipient")


def every(session: Session, workspace_id: int) -> Sequence[models.MailRule]:
    """In their order; those that are off too."""
    rule = models.MailRule
    mine = select(rule).where(rule.workspace_id == workspace_id)
    return session.scalars(mine.order_by(rule.position, rule.id)).all()


def of(session: Session, mailbox: models.Mailbox) -> Sequence[models.MailRule]:
    """Those that decide on this Mailbox's messages, in their order: its own and those of all of its company's."""
    rule = models.MailRule
    mine = (
        rule.workspace_id == mailbox.workspace_id,
        or_(rule.mailbox_id == mailbox.id, rule.mailbox_id.is_(None)),
        rule.off_at.is_(None),
    )
    return session.scalars(select(rule).where(*mine).order_by(rule.position, rule.id)).all()


def one(session: Session, workspace_id: int, rule_id: int) -> models.MailRule | None:
    """None of another Workspace's."""
    rule = session.get(models.MailRule, rule_id)
    return None if rule is None or rule.workspace_id != workspace_id else rule


def drawn_up(workspace_id: int, act: str, **said: Any) -> models.MailRule:
    """A rule that is in no database yet, with every condition that is not said left open."""
    open_ones = dict.fromkeys((*CONDITIONS, "supplier"), "")
    return models.MailRule(workspace_id=workspace_id, act=act, **(open_ones | said))


def add(session: Session, rule: models.MailRule) -> models.MailRule:
    """The last in order."""
    last = select(func.max(models.MailRule.position)).where(models.MailRule.workspace_id == rule.workspace_id)
    rule.position = (session.scalar(last) or 0) + 1
    session.add(rule)
    session.flush()
    return rule


def move(session: Session, rule: models.MailRule, by: int) -> None:
    """So many places later, or earlier for a negative number; the others close up."""
    ordered = list(every(session, rule.workspace_id))
    at = ordered.index(rule)
    ordered.insert(max(0, at + by), ordered.pop(at))
    for position, each in enumerate(ordered, 1):
        each.position = position


def switch(rule: models.MailRule, *, on: bool, now: datetime) -> None:
    rule.off_at = None if on else rule.off_at or now


def forget(session: Session, mailbox: models.Mailbox) -> None:
    """Those of this Mailbox alone go with it."""
    session.execute(delete(models.MailRule).where(models.MailRule.mailbox_id == mailbox.id))


def says_the_same(one: models.MailRule, other: models.MailRule) -> bool:
    """Whether two rules are one, wherever they stand."""
    names = ("mailbox_id", *CONDITIONS, "act", "to_workspace_id", "supplier")
    return all(getattr(one, name) == getattr(other, name) for name in names)

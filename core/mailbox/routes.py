"""To which company and in which role a message goes: the first rule that fits, else the mailbox's own; a forwarding address decides alone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import forwards
from core.mailbox import reasons, sift
from core.mailbox.heads import Head


@dataclass(frozen=True, slots=True)
class Route:
    """`stop` is the reason why it goes nowhere."""

    workspace_id: int
    role: str
    stop: str | None = None


def of(session: Session, mailbox: models.Mailbox, head: Head, folder: str = "") -> Route:
    route = _forwarded(session, mailbox, head) if mailbox.kind == "forward" else _own(mailbox)
    if route.stop:
        return route
    rule = next((rule for rule in _rules(session, mailbox) if fits(rule, head, folder)), None)
    if rule is None:
        return route
    if rule.act == "skip":
        return Route(route.workspace_id, route.role, reasons.RULE)
    if rule.act == "workspace" and rule.to_workspace_id:
        return Route(rule.to_workspace_id, route.role)
    return Route(route.workspace_id, rule.act if rule.act in ("ap", "ar") else route.role)


def fits(rule: models.MailRule, head: Head, folder: str) -> bool:
    """Every condition that is not empty must stand in its place; case and accents do not count."""
    return all(
        sift.plain(wanted.strip()) in sift.plain(said)
        for wanted, said in (
            (rule.sender, f"{head.sender_name} {head.sender}"),
            (rule.subject, head.subject),
            (rule.folder, folder),
            (rule.recipient, " ".join(head.recipients)),
        )
        if wanted.strip()
    )


def _own(mailbox: models.Mailbox) -> Route:
    return Route(mailbox.workspace_id, mailbox.role)


def _forwarded(session: Session, mailbox: models.Mailbox, head: Head) -> Route:
    """A message to confirm forwarding names no token: a person of the mailbox's own company looks at it."""
    for recipient in head.recipients:
        if address := forwards.at(session, recipient):
            return Route(address.workspace_id, address.role)
    stop = None if sift.is_forwarding(head) else reasons.NO_ADDRESS
    return Route(mailbox.workspace_id, mailbox.role, stop)


def _rules(session: Session, mailbox: models.Mailbox) -> list[models.MailRule]:
    """Those of this mailbox and those of all of its company's, in their order."""
    rule = models.MailRule
    mine = (
        rule.workspace_id == mailbox.workspace_id,
        or_(rule.mailbox_id == mailbox.id, rule.mailbox_id.is_(None)),
    )
    return list(session.scalars(select(rule).where(*mine).order_by(rule.position, rule.id)))

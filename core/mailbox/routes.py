"""To which company and in which role a message goes: the first rule that fits, else the mailbox's own; a forwarding address decides alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import forwards, rules
from core.mailbox import reasons, sift
from core.mailbox.heads import Head


@dataclass(frozen=True, slots=True)
class Route:
    """`stop` is the reason why it goes nowhere; `take` opens it whatever its head says; `supplier` is whose it is, where a rule tells."""

    workspace_id: int
    role: str
    stop: str | None = None
    take: bool = False
    supplier: str = ""


def of(session: Session, mailbox: models.Mailbox, head: Head, folder: str = "") -> Route:
    route = _forwarded(session, mailbox, head) if mailbox.kind == "forward" else _own(mailbox)
    if route.stop:
        return route
    rule = first(rules.of(session, mailbox), head, folder)
    return _by(rule, route) if rule else route


def first(ordered: Iterable[models.MailRule], head: Head, folder: str) -> models.MailRule | None:
    """The rule that decides."""
    return next((rule for rule in ordered if fits(rule, head, folder)), None)


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


def _by(rule: models.MailRule, route: Route) -> Route:
    if rule.act == rules.SKIP:
        return replace(route, stop=reasons.RULE)
    route = replace(route, supplier=rule.supplier, take=rule.act == rules.TAKE)
    if rule.act == rules.WORKSPACE and rule.to_workspace_id:
        return replace(route, workspace_id=rule.to_workspace_id)
    return replace(route, role=rule.act) if rule.act in (rules.AP, rules.AR) else route


def _own(mailbox: models.Mailbox) -> Route:
    return Route(mailbox.workspace_id, mailbox.role)


def _forwarded(session: Session, mailbox: models.Mailbox, head: Head) -> Route:
    """A message to confirm forwarding names no token: a person of the mailbox's own company looks at it."""
    for recipient in head.recipients:
        if address := forwards.at(session, recipient):
            return Route(address.workspace_id, address.role)
    stop = None if sift.is_forwarding(head) else reasons.NO_ADDRESS
    return Route(mailbox.workspace_id, mailbox.role, stop)

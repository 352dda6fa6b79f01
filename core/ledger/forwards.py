"""Addresses to forward invoices to: a token of 128 bits for a company and a role, replaced at will, several alive at once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mailboxes

#: Case is lost on the way of a mail, so the token has none.
_TOKEN = re.compile(r"\+?([0-9a-f]{32})@")


def make(
    session: Session, workspace_id: int, role: str, *, by: int | None, now: datetime
) -> models.ForwardAddress:
    """A new address beside those that live; `role` is `ap` or `ar`."""
    address = models.ForwardAddress(
        token=secrets.token_hex(16), workspace_id=workspace_id, role=role, made_by=by, made_at=now
    )
    session.add(address)
    session.flush()
    return address


def written(address: models.ForwardAddress, catch_all: str) -> str:
    """As people type it: `ap+<token>@in.firm.fr`. `catch_all` is the address, or the domain, of what receives them all."""
    return f"{address.role}+{address.token}@{catch_all.rpartition('@')[2]}"


def at(session: Session, recipient: str) -> models.ForwardAddress | None:
    """The living address that mail to this recipient is for."""
    address = ever(session, recipient)
    return None if address is None or address.retired_at else address


def ever(session: Session, recipient: str) -> models.ForwardAddress | None:
    """The same, though it may be retired by now."""
    found = _TOKEN.search(recipient.casefold())
    return session.get(models.ForwardAddress, found[1]) if found else None


def mailbox(
    session: Session, address: models.ForwardAddress, recipient: str, *, now: datetime
) -> models.Mailbox:
    """What comes to a company's addresses without any mailbox between is one Mailbox of it, which nobody looks into."""
    domain = recipient.rpartition("@")[2].casefold()
    name = f"forwarded@{domain}"
    known = mailboxes.connected(session, address.workspace_id, name)
    return known or mailboxes.connect(
        session,
        address.workspace_id,
        name,
        kind="forward",
        role=address.role,
        place={},
        by=address.made_by,
        now=now,
        ready=False,
    )


def retire(address: models.ForwardAddress, *, now: datetime) -> None:
    """What still comes there waits for a person."""
    address.retired_at = address.retired_at or now


def replace(
    session: Session, address: models.ForwardAddress, *, by: int | None, now: datetime
) -> models.ForwardAddress:
    """Another takes its place at once."""
    retire(address, now=now)
    return make(session, address.workspace_id, address.role, by=by, now=now)


def living(session: Session, workspace_id: int) -> Sequence[models.ForwardAddress]:
    """Newest first."""
    address = models.ForwardAddress
    mine = select(address).where(address.workspace_id == workspace_id, address.retired_at.is_(None))
    return session.scalars(mine.order_by(address.made_at.desc())).all()

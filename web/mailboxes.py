"""What the pages say of a mailbox: how it stands, what a form about it says, and how its secrets are put away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mail_notices, mailboxes
from core.mailbox import places
from vault import fields
from web import farm, people

ROLES = ("ap", "ar")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


class State(StrEnum):
    """How a mailbox stands, worst for its owner first."""

    NEEDS_CONSENT = "needs_consent"
    NEEDS_PASSWORD = "needs_password"  # noqa: S105 - a word
    NEEDS_ADDRESS = "needs_address"
    WAITS = "waits"
    TROUBLE = "trouble"
    LATE = "late"
    PAUSED = "paused"
    CONNECTING = "connecting"
    SCANNING = "scanning"
    STOPPED = "stopped"
    OK = "ok"


#: Shape and colour of each.
LOOK = {
    State.NEEDS_CONSENT: ("diamond", "red"),
    State.NEEDS_PASSWORD: ("alert", "red"),
    State.NEEDS_ADDRESS: ("alert", "red"),
    State.WAITS: ("diamond", "amber"),
    State.TROUBLE: ("alert", "amber"),
    State.LATE: ("clock", "amber"),
    State.PAUSED: ("pause", "grey"),
    State.CONNECTING: ("running", "blue"),
    State.SCANNING: ("running", "blue"),
    State.STOPPED: ("square", "grey"),
    State.OK: ("check", "green"),
}


@dataclass(frozen=True)
class View:
    """A mailbox on a page."""

    mailbox: models.Mailbox
    progress: mailboxes.Progress
    state: State


@dataclass
class Typed:
    """What a person typed of a mailbox; `problems` are keys of `i18n` by field. The password never goes back to a page."""

    address: str = ""
    role: str = "ap"
    host: str = ""
    port: str = ""
    security: str = "tls"
    login: str = ""
    password: str = field(default="", repr=False)
    catch_all: bool = False
    problems: dict[str, str] = field(default_factory=dict)


def view(session: Session, mailbox: models.Mailbox, consent: models.Consent | None, *, now: datetime) -> View:
    """`consent` is the last one that was asked for it."""
    progress = mailboxes.progress(session, mailbox.id)
    return View(mailbox, progress, _state(mailbox, progress, consent, now=now))


def _state(
    mailbox: models.Mailbox,
    progress: mailboxes.Progress,
    consent: models.Consent | None,
    *,
    now: datetime,
) -> State:
    if consent and consent.returned_at and consent.outcome is None:
        return State.CONNECTING
    if mailbox.error == "ConsentEnded":
        return State.NEEDS_CONSENT
    if _never(mailbox) and (consent is None or consent.outcome != "granted"):
        return State.NEEDS_CONSENT if places.provider_of(mailbox) else State.WAITS
    if mailbox.paused_at:
        return State.PAUSED
    if mailbox.kind == "forward" and "host" not in mailbox.place:
        return State.OK
    if mailbox.error in mail_notices.ASKING:
        return _ASKS.get(mailbox.error, State.NEEDS_PASSWORD)
    if mailbox.error:
        return State.TROUBLE
    if mailboxes.is_late(mailbox, now=now):
        return State.LATE
    if progress.done:
        return State.OK
    return State.STOPPED if mailbox.stopped_at else State.SCANNING


def _never(mailbox: models.Mailbox) -> bool:
    """Whether it waits for its first consent, or for its first password after its settings were brought."""
    signs_in = mailbox.kind in places.PROVIDER or "host" in mailbox.place
    return signs_in and mailbox.next_check_at is None and mailbox.last_attempt_at is None


#: What an error asks of whoever answers for the mailbox, where that is no new password.
_ASKS = {"ConsentEnded": State.NEEDS_CONSENT, "PrivateAddress": State.NEEDS_ADDRESS}


@dataclass(frozen=True)
class Waiting:
    """A mailbox that waits for a person; `asks` is who would like it handed over, else what keeps it from being read is in `state`."""

    mailbox: models.Mailbox
    state: State | None
    asks: str = ""


def waiting(session: Session, workspace_id: int, person_id: int) -> list[Waiting]:
    """Those that are not read before somebody acts, then those that somebody asks this person for."""
    ill = mail_notices.need_a_person(session, workspace_id)
    found = [Waiting(one, _ASKS.get(one.error or "", State.NEEDS_PASSWORD)) for one in ill]
    for ask in mail_notices.asked_of(session, workspace_id, person_id):
        mailbox = session.get_one(models.Mailbox, ask.mailbox_id)
        found.append(Waiting(mailbox, None, people.named(session, ask.by_id)))
    return found


def begun(form: Mapping[str, str]) -> Typed:
    """The one field that a connection begins with, and which invoices arrive there."""
    role = form.get("role", "ap")
    typed = Typed(form.get("address", "").strip()[:254], role if role in ROLES else "ap")
    if not _ADDRESS.fullmatch(typed.address):
        typed.problems["address"] = "mailboxes.wrong_address"
    return typed


def server(form: Mapping[str, str], *, loopback: bool) -> Typed:
    """Where an IMAP mailbox is and what signs in there. Without encryption only on this machine, where that is allowed."""
    typed = begun(form)
    typed.host, typed.port = form.get("host", "").strip().casefold(), form.get("port", "").strip()
    typed.security, typed.login = form.get("security", "tls"), form.get("login", "").strip() or typed.address
    typed.password, typed.catch_all = form.get("password", ""), bool(form.get("catch_all"))
    if typed.security not in places.SCHEMES or (typed.security == "plain" and not loopback):
        typed.security = "tls"
    if len(typed.host) > 253 or not _HOST.fullmatch(typed.host):
        typed.problems["host"] = "mailboxes.wrong_host"
    elif typed.security == "plain" and not _is_here(typed.host):
        typed.problems["host"] = "mailboxes.plain_elsewhere"
    if not (typed.port.isascii() and typed.port.isdigit() and 0 < int(typed.port) < 65536):
        typed.problems["port"] = "mailboxes.wrong_port"
    if not typed.password:
        typed.problems["password"] = "mailboxes.no_password"  # noqa: S105 - a key of i18n
    return typed


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def seal_password(
    session: Session, mailbox: models.Mailbox, password: str, *, by: int, now: datetime
) -> None:
    """Put away what signs in, for the worker alone. Raises VaultClosed, VaultError."""
    here = farm.here()
    holder = fields.Holder.of(mailbox, places.origins(mailbox, here.settings.stand_ins))
    trusted, actor = here.desk.trusted(), f"person:{by}"
    fields.seal(session, trusted, holder, "password", password, actor=actor, by=by, at=now)

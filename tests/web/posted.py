"""Mailboxes of the company, as the pages meet them: one in order, one whose consent has ended, one being read, one that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mail_notices, mailboxes, rules
from core.mailbox import places
from tests.web import visits

NOW = visits.NOW
#: In this order, from 1 on.
IN_ORDER, ENDED, SCANNING, WAITING = 1, 2, 3, 4
#: The first of two rules; the second is off.
RULE = 1


def bring(session: Session) -> None:
    _in_order(session)
    ended = _connect(session, "anne.b@gmail.com", "gmail")
    ended.error, ended.failures, ended.last_attempt_at = "ConsentEnded", 3, NOW
    scanning = _connect(session, "ventes@firm.fr", "graph", role="ar")
    scanning.last_attempt_at, scanning.last_success_at = NOW, NOW
    _folder(session, scanning, total=1212, scanned=340)
    waiting = _connect(session, "compta@outlook.fr", "graph")
    waiting.next_check_at = None
    _rules(session)


def _rules(session: Session) -> None:
    kept = rules.drawn_up(
        1, "ar", mailbox_id=IN_ORDER, sender="ventes@firm.fr", folder="Clients", made_at=NOW
    )
    rules.add(session, kept)
    off = rules.drawn_up(1, "skip", subject="publicité", made_at=NOW, off_at=NOW)
    rules.add(session, off)


def _in_order(session: Session) -> None:
    place = places.imap("imap.firm.fr", 993, security="tls", login="ap@firm.fr")
    box = _connect(session, "ap@firm.fr", "imap", place=place)
    box.last_attempt_at = box.last_success_at = NOW - timedelta(minutes=4)
    folder = _folder(session, box, total=3, scanned=3)
    folder.scan_done_at = NOW
    said = (
        ("taken", None, "Votre facture F-2026-10", "facturation@mandarine.example"),
        ("skipped", "other_papers", "Le menu de la semaine", "cantine@firm.fr"),
        ("portal", "collector_started", "Votre facture est dans votre espace client", "info@nimbus.example"),
    )
    for number, (verdict, reason, subject, sender) in enumerate(said):
        message = _message(session, box, folder, number, verdict, reason, subject, sender)
        refused = reason and "small_print"
        session.add(
            models.MessageFile(
                workspace_id=1,
                message_id=message.id,
                name="piece.pdf",
                came_as="attachment",
                size=48_213,
                sha256=None,
                refused=refused,
            )
        )


def _connect(
    session: Session, address: str, kind: str, *, role: str = "ap", place: dict[str, str | int] | None = None
) -> models.Mailbox:
    return mailboxes.connect(session, 1, address, kind=kind, role=role, place=place or {}, by=1, now=NOW)


def _folder(session: Session, box: models.Mailbox, *, total: int, scanned: int) -> models.MailFolder:
    folder = models.MailFolder(
        workspace_id=1, mailbox_id=box.id, name="INBOX", shown="INBOX", scan_total=total, scanned=scanned
    )
    session.add(folder)
    session.add(
        models.MailFolder(workspace_id=1, mailbox_id=box.id, name="Pub", shown="Publicités", chosen=False)
    )
    session.flush()
    return folder


def _message(
    session: Session,
    box: models.Mailbox,
    folder: models.MailFolder,
    number: int,
    verdict: str,
    reason: str | None,
    subject: str,
    sender: str,
) -> models.Message:
    message = models.Message(
        workspace_id=1,
        mailbox_id=box.id,
        folder_id=folder.id,
        identity=f"<{number}@firm.fr>",
        remote_id=str(number),
        sender=sender,
        subject=subject,
        received_at=NOW - timedelta(days=number),
        seen_at=NOW,
        attachments=1,
        verdict=verdict,
        reason=reason,
    )
    session.add(message)
    session.flush()
    return message


def unwell(session: Session) -> dict[str, int]:
    """A mailbox in every other state that a page may show, by that state, and one that a colleague asks for."""
    place = places.imap("imap.firm.fr", 993, security="tls", login="x@firm.fr")
    changes: dict[str, dict[str, Any]] = {
        "needs_password": {
            "error": "PartnerRefused",
            "said": "[AUTHENTICATIONFAILED] Authentication failed.",
        },
        "waits": {"next_check_at": None, "last_attempt_at": None},
        "trouble": {"error": "PartnerDown", "said": "imap.firm.fr: TimeoutError"},
        "late": {"last_success_at": NOW - timedelta(hours=37)},
        "paused": {"paused_at": NOW},
        "stopped": {"stopped_at": NOW},
        "asked": {},
    }
    made = {}
    for state, values in changes.items():
        box = _connect(session, f"{state}@firm.fr", "imap", place=place)
        box.last_attempt_at = box.last_success_at = NOW
        for name, value in values.items():
            setattr(box, name, value)
        _folder(session, box, total=1212, scanned=340)
        made[state] = box.id
    mail_notices.ask_for(session, session.get_one(models.Mailbox, made["asked"]), 2, now=NOW)
    return made

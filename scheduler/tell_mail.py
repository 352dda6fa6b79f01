"""Telling people of Mailboxes, once each: that somebody asks for one, what came of it, that one is not read before they act.

No secret, no message and no sender in it.
"""

from __future__ import annotations

from functools import partial

import structlog
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mail_notices
from scheduler import tell
from scheduler.farm import Farm

log = structlog.get_logger(__name__)

#: Notices of one look.
MANY = 20
_WORDS = {
    "fr": {
        "asked": "{who} demande que vous lui confiiez cette boîte.",
        "given": "{who} vous a confié cette boîte : vous en répondez désormais.",
        "kept": "{who} préfère garder cette boîte.",
        "late": "Aucune lecture réussie depuis plus de 36 heures.",
        "ConsentEnded": "L'autorisation de la lire a pris fin. Rien n'est perdu : renouvelez-la.",
        "PrivateAddress": "Son adresse est dans un réseau privé, où la ferme ne va jamais : donnez-lui un nom public.",
        "refused": "Le serveur refuse ce qui sert à se connecter. Rien n'est réessayé avant votre correction.",
        "somebody": "Quelqu'un",
        "place": "C'est ici : {place}",
    },
    "en": {
        "asked": "{who} asks that you hand this mailbox over to them.",
        "given": "{who} has handed this mailbox over to you: you answer for it from now on.",
        "kept": "{who} would rather keep this mailbox.",
        "late": "It was not read for more than 36 hours.",
        "ConsentEnded": "The consent to read it has ended. Nothing is lost: renew it.",
        "PrivateAddress": "Its address lies in a private network, where the farm never goes: give it a public name.",
        "refused": "The server refuses what signs in. Nothing is tried again before you correct it.",
        "somebody": "Somebody",
        "place": "It is here: {place}",
    },
}


def send(farm: Farm) -> None:
    """Tell what waits. A notice is marked first: told once at most, even through a crash."""
    now = farm.now()
    with farm.database.read() as session:
        news = mail_notices.unsaid(session, now=now) or mail_notices.over(session)
    if news:
        farm.writer.now(partial(_note, farm))
    with farm.database.read() as session:
        waiting = mail_notices.untold(session, limit=MANY)
    for notice_id in waiting:
        told = farm.writer.now(partial(_taken, farm, notice_id))
        if told and not tell.notify(farm.settings.notify.get_secret_value(), told):
            log.warning("mail_notice.failed", notice=notice_id)


def _note(farm: Farm, session: Session) -> None:
    """What has gone wrong since is noted, what is well again is closed."""
    now = farm.now()
    for notice in mail_notices.over(session):
        notice.closed_at = now
    session.flush()
    for mailbox, about in mail_notices.unsaid(session, now=now):
        mail_notices.say(session, mailbox, about, now=now)


def _taken(farm: Farm, notice_id: int, session: Session) -> tell.Told | None:
    """The message of a notice, which from now on counts as told; None when it was settled since, or told by another."""
    notice = session.get_one(models.MailNotice, notice_id)
    if notice.told_at is not None:
        return None
    notice.told_at = farm.now()
    about = notice.about.partition(":")[0]
    if notice.closed_at is not None and about not in (mail_notices.GIVEN, mail_notices.KEPT):
        return None
    mailbox = session.get_one(models.Mailbox, notice.mailbox_id)
    return tell.Told(f"Moisson · {mailbox.address}", _said(farm, session, notice, about))


def _said(farm: Farm, session: Session, notice: models.MailNotice, about: str) -> str:
    to = session.get(models.Person, notice.to_id) if notice.to_id else None
    by = session.get(models.Person, notice.by_id) if notice.by_id else None
    words = _WORDS[to.language if to and to.language in _WORDS else "fr"]
    said = words.get(about, words["refused"]).format(who=by.email if by else words["somebody"])
    public = farm.settings.public_url
    place = words["place"].format(place=f"{public}/mailboxes/{notice.mailbox_id}") if public else ""
    return " ".join(filter(None, (said, place)))

"""Telling people, once, where they asked to be told (an Apprise address). No secret, no amount, no login in it.

A question can be answered from the notice: where the farm has a public address, a one-time one comes along.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors, ledger
from core.db import models
from scheduler.farm import Farm

log = structlog.get_logger(__name__)

#: What a question asks, and what one does about it, in the languages that people chose.
_WORDS = {
    "fr": {
        "code": "{supplier} demande un code.",
        "approval": "{supplier} attend que vous confirmiez sur votre téléphone.",
        "link": "{supplier} a envoyé un lien par e-mail.",
        "other": "{supplier} attend quelque chose de vous sur son site.",
        "link_until": "Répondez avant {hour}, sans vous connecter : {place}",
        "room": "C'est ici : {place}",
    },
    "en": {
        "code": "{supplier} asks for a code.",
        "approval": "{supplier} waits for you to confirm on your phone.",
        "link": "{supplier} has mailed a link.",
        "other": "{supplier} expects something of you on its site.",
        "link_until": "Answer before {hour}, without signing in: {place}",
        "room": "It is here: {place}",
    },
}


@dataclass(frozen=True)
class Told:
    """One message. It may hold a one-time address: it goes to its reader and into no log."""

    title: str
    body: str


def send(farm: Farm) -> None:
    """Tell what waits. A notice is marked first: told once at most, even through a crash."""
    with farm.database.read() as session:
        waiting = select(models.Notice.id).where(models.Notice.told_at.is_(None)).limit(20)
        notices = list(session.scalars(waiting))
    for notice_id in notices:
        told = farm.writer.now(partial(_taken, farm, notice_id))
        if told and not notify(farm.settings.notify.get_secret_value(), told):
            log.warning("notice.failed", notice=notice_id)


def _taken(farm: Farm, notice_id: int, session: Session) -> Told | None:
    """The message of a notice, which from now on counts as told; None when its question has been answered since."""
    notice = session.get_one(models.Notice, notice_id)
    notice.told_at = farm.now()
    account = session.get_one(models.Account, notice.account_id)
    supplier = farm.supplier_name(account.supplier)
    title = f"Moisson · {account.label or supplier}"
    kind, _, number = notice.about.partition(":")
    if kind != "challenge":
        return Told(title, getattr(errors, notice.error, errors.MoissonError).sentence())
    challenge = session.get_one(models.Challenge, int(number))
    if challenge.closed_at is not None:
        return None
    return Told(title, _asking(farm, session, account, challenge, supplier))


def _asking(
    farm: Farm, session: Session, account: models.Account, challenge: models.Challenge, supplier: str
) -> str:
    owner = session.get(models.Person, account.owner_id) if account.owner_id else None
    words = _WORDS[owner.language if owner and owner.language in _WORDS else "fr"]
    wants = (challenge.wants or "code") if challenge.kind == "CodeNeeded" else "other"
    said = words[wants].format(supplier=supplier)
    return " ".join(filter(None, (said, _place(farm, session, challenge, words))))


def _place(farm: Farm, session: Session, challenge: models.Challenge, words: dict[str, str]) -> str:
    """Where to answer: a one-time address while an answer can be typed, else the question's own room."""
    public, now = farm.settings.public_url, farm.now()
    if not public:
        return ""
    typed = challenge.kind == "CodeNeeded" and challenge.wants != "approval"
    if not typed or not ledger.is_answerable(session, challenge, now=now):
        return words["room"].format(place=f"{public}/challenges/{challenge.id}")
    until = min(filter(None, (challenge.expires_at, now + ledger.LINK_LIVES)))
    hour = until.astimezone(ZoneInfo(farm.settings.time_zone)).strftime("%H:%M")
    token = ledger.new_link(session, challenge, now=now)
    return words["link_until"].format(hour=hour, place=f"{public}/c/{token}")


def notify(address: str, told: Told) -> bool:
    """Whether it arrived, as far as Apprise can say."""
    import apprise  # it loads every service it knows, and most farms tell nobody

    channel = apprise.Apprise()
    channel.add(address)
    return bool(channel.notify(title=told.title, body=told.body))

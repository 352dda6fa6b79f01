"""What people should know of Mailboxes: that somebody asks for one, what became of that, that one needs its owner. Told once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import mailboxes

#: What a notice is about (`MailNotice.about`): somebody asks for the Mailbox, it was given to them, or its owner keeps it.
ASKED, GIVEN, KEPT = "asked", "given", "kept"
#: Its last good check is too long ago.
LATE = "late"
#: Errors that wait for whoever answers for it.
ASKING = ("ConsentEnded", "PartnerRefused", "BadCredentials", "Locked", "ActionNeeded", "PrivateAddress")


def ask_for(session: Session, mailbox: models.Mailbox, by: int, *, now: datetime) -> None:
    """Its owner is asked to hand it over. While that is open, to ask once more tells nobody anything."""
    _note(session, mailbox, f"{ASKED}:{by}", to=mailbox.owner_id, by=by, now=now)


def asks(session: Session, mailbox_id: int) -> Sequence[models.MailNotice]:
    """Who asks for it and has no answer yet, who has waited longest first."""
    notice = models.MailNotice
    waiting = (notice.mailbox_id == mailbox_id, notice.about.startswith(f"{ASKED}:"))
    return session.scalars(_open().where(*waiting)).all()


def asked_of(session: Session, workspace_id: int, person_id: int) -> Sequence[models.MailNotice]:
    """What waits for this person's word: somebody asks for a Mailbox of theirs."""
    notice, box = models.MailNotice, models.Mailbox
    waiting = (notice.workspace_id == workspace_id, notice.about.startswith(f"{ASKED}:"))
    theirs = _open().join(box, box.id == notice.mailbox_id).where(box.owner_id == person_id)
    return session.scalars(theirs.where(*waiting, box.deleted_at.is_(None))).all()


def answer(session: Session, ask: models.MailNotice, word: str, *, by: int, now: datetime) -> None:
    """`word` is GIVEN or KEPT; who asked is told, unless they answered themselves."""
    ask.closed_at = now
    if ask.by_id is not None and ask.by_id != by:
        mailbox = session.get_one(models.Mailbox, ask.mailbox_id)
        _note(session, mailbox, f"{word}:{ask.by_id}", to=ask.by_id, by=by, now=now, closed=True)


def hand_over(session: Session, mailbox: models.Mailbox, to: int, *, by: int, now: datetime) -> None:
    """Another person answers for it from now on; who asked for it hears of it."""
    mailboxes.hand_over(mailbox, to)
    for ask in asks(session, mailbox.id):
        answer(session, ask, GIVEN if ask.by_id == to else KEPT, by=by, now=now)


def need_a_person(session: Session, workspace_id: int) -> Sequence[models.Mailbox]:
    """Those that are not read before somebody has acted."""
    box = models.Mailbox
    mine = (box.workspace_id == workspace_id, box.deleted_at.is_(None), box.paused_at.is_(None))
    return session.scalars(select(box).where(*mine, box.error.in_(ASKING)).order_by(box.address_key)).all()


def unsaid(session: Session, *, now: datetime) -> Sequence[tuple[models.Mailbox, str]]:
    """Troubles that no open notice speaks of yet, with what each is about."""
    box, notice = models.Mailbox, models.MailNotice
    checked = func.coalesce(box.last_success_at, box.connected_at)
    late = box.next_check_at.is_not(None) & (checked < now - mailboxes.LATE)
    about = case((box.error.in_(ASKING), box.error), else_=LATE)
    ill = (box.deleted_at.is_(None), box.paused_at.is_(None), or_(box.error.in_(ASKING), late))
    said = select(notice.id).where(
        notice.mailbox_id == box.id, notice.about == about, notice.closed_at.is_(None)
    )
    return [(row[0], row[1]) for row in session.execute(select(box, about).where(*ill, ~said.exists()))]


def say(session: Session, mailbox: models.Mailbox, about: str, *, now: datetime) -> None:
    """Its owner should hear of this trouble."""
    _note(session, mailbox, about, to=mailbox.owner_id, by=None, now=now)


def over(session: Session) -> Sequence[models.MailNotice]:
    """Open notices of troubles that are none any more: the next one is told again."""
    box, notice = models.Mailbox, models.MailNotice
    well = or_(
        box.deleted_at.is_not(None), box.paused_at.is_not(None), box.last_success_at > notice.queued_at
    )
    trouble = (notice.by_id.is_(None), well)
    return session.scalars(_open().join(box, box.id == notice.mailbox_id).where(*trouble)).all()


def untold(session: Session, *, limit: int) -> Sequence[int]:
    notice = models.MailNotice
    waiting = select(notice.id).where(notice.told_at.is_(None)).order_by(notice.queued_at).limit(limit)
    return session.scalars(waiting).all()


def _note(
    session: Session,
    mailbox: models.Mailbox,
    about: str,
    *,
    to: int | None,
    by: int | None,
    now: datetime,
    closed: bool = False,
) -> None:
    """`closed`: nothing more is expected of it than to be told."""
    notice = models.MailNotice
    open_ = _open().where(notice.mailbox_id == mailbox.id, notice.about == about)
    if session.scalar(open_.limit(1)) is None:
        made = notice(workspace_id=mailbox.workspace_id, mailbox_id=mailbox.id, about=about, queued_at=now)
        made.to_id, made.by_id, made.closed_at = to, by, now if closed else None
        session.add(made)
        session.flush()


def _open() -> Select[models.MailNotice]:
    notice = models.MailNotice
    return select(notice).where(notice.closed_at.is_(None)).order_by(notice.queued_at, notice.id)

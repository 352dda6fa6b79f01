"""Which folders of a mailbox are read: at first all but those of a machine, later those that a person chose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import models
from core.mailbox import reasons, sift

#: Special uses of a folder (RFC 6154) that hold nothing received; `\All` shows the others' messages a second time.
_ASIDE = {"\\trash", "\\junk", "\\drafts", "\\all", "\\flagged"}
_NAMED = re.compile(
    r"^(?:trash|bin|corbeille|papierkorb|deleted.*|elements supprimes|cestino|papelera|prullenbak|junk.*|spam|pourriel\w*|indesirables?|courrier indesirable"
    r"|drafts?|brouillons?|entwurfe|bozze|borradores|concepten)$"
)
_SENT = re.compile(
    r"^(?:sent.*|envoyes?|elements envoyes|messages envoyes|gesendet.*|posta inviata|enviados|verzonden.*)$"
)


class Named(Protocol):
    """A folder as the server lists it."""

    name: str
    delim: str
    flags: tuple[str, ...]


def note(session: Session, mailbox: models.Mailbox, listed: Iterable[Named]) -> Sequence[models.MailFolder]:
    """New ones are noted; those to read come back, INBOX first."""
    row = models.MailFolder
    known = {one.name for one in session.scalars(select(row).where(row.mailbox_id == mailbox.id))}
    for one in listed:
        if one.name not in known and not _flags(one) & {"\\noselect", "\\nonexistent"}:
            known.add(one.name)
            session.add(_made(mailbox, one))
    session.flush()
    mine = select(row).where(row.mailbox_id == mailbox.id, row.chosen)
    return session.scalars(mine.order_by(row.name != "INBOX", row.name)).all()


def gone(session: Session, message_id: int) -> None:
    """It cannot be taken any more, whoever wants it."""
    message = session.get_one(models.Message, message_id)
    message.reason, message.wanted_at = reasons.GONE, None


def is_read(mailbox: models.Mailbox, one: Named) -> bool:
    """Whether it is read unless a person says otherwise: what was sent is, where invoices are sent from."""
    last = sift.plain(one.name.split(one.delim)[-1] if one.delim else one.name)
    if _flags(one) & _ASIDE or _NAMED.match(last):
        return False
    return mailbox.role == "ar" or not ("\\sent" in _flags(one) or _SENT.match(last))


def _made(mailbox: models.Mailbox, one: Named) -> models.MailFolder:
    return models.MailFolder(
        workspace_id=mailbox.workspace_id,
        mailbox_id=mailbox.id,
        name=one.name,
        shown=one.name.replace(one.delim, " / ") if one.delim else one.name,
        chosen=is_read(mailbox, one),
    )


def _flags(one: Named) -> set[str]:
    return {flag.casefold() for flag in one.flags}

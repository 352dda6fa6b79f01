"""One look at a mailbox that is reached over HTTP: what is found is sorted, and booked together with how far the folder was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from core.db import models
from core.ledger import messages, posting
from core.mailbox import folders
from core.mailbox.found import Found
from core.mailbox.postroom import Postroom
from core.partners import Means

#: Messages that are booked together.
BATCH = 50


@dataclass(frozen=True, slots=True)
class Labelled:
    """A folder or label as the provider lists it: its id, its name, and whether it is read unless a person says otherwise."""

    id: str
    shown: str
    read: bool


@dataclass(frozen=True)
class Sorting:
    """`sort` decides on one message; the postroom's own, unless a kind of mailbox knows more of it."""

    postroom: Postroom
    mailbox: models.Mailbox
    means: Means

    def folders(self, listed: Sequence[Labelled]) -> Sequence[models.MailFolder]:
        """New ones are noted; those that are read come back."""
        row = models.MailFolder
        with self.postroom.database.write() as session:
            self.means.hold()
            mine = select(row).where(row.mailbox_id == self.mailbox.id).order_by(row.id)
            known = {one.name for one in session.scalars(mine)}
            for one in listed:
                if one.id not in known:
                    session.add(self._made(one))
            session.flush()
            return [one for one in session.scalars(mine) if one.chosen]

    def seen(self) -> set[str]:
        """What the provider calls the messages that were sorted already."""
        message = models.Message
        with self.postroom.database.read() as session:
            mine = select(message.remote_id).where(message.mailbox_id == self.mailbox.id)
            return set(session.scalars(mine))

    def new(self, found: Iterable[Found]) -> list[Found]:
        """Those of the 90 days, and since, that were not sorted before."""
        inside = [one for one in found if one.received_at >= self.mailbox.reads_from]
        with self.postroom.database.read() as session:
            return [one for one in inside if not self.postroom.is_known(session, self.mailbox, one)]

    def book(self, folder: models.MailFolder, posted: Iterable[posting.Posted], **marks: Any) -> None:
        """In one transaction with `marks`, which say how far the folder was read."""
        with self.postroom.database.write() as session:
            self.means.hold()
            for one in posted:
                posting.book(session, self.mailbox, folder.id, one, now=self.postroom.now())
            row = session.get_one(models.MailFolder, folder.id)
            for name, value in marks.items():
                setattr(row, name, value)
                setattr(folder, name, value)

    def is_stopped(self) -> bool:
        """Whether a person has stopped the first scan, also since this look began."""
        with self.postroom.database.read() as session:
            return session.get_one(models.Mailbox, self.mailbox.id).stopped_at is not None

    def wanted(self, find: Callable[[str], Found | None], sort: Callable[[Found], posting.Posted]) -> None:
        """What people want taken anyway is opened whatever it says; what is gone by now says so. `find` takes the provider's id."""
        with self.postroom.database.read() as session:
            asked = messages.wanted(session, self.mailbox.id)
        for message in asked:
            found = find(message.remote_id)
            if found and not found.folder:
                found = replace(found, folder=message.folder)
            posted = sort(found) if found and found.head.identity == message.identity else None
            with self.postroom.database.write() as session:
                self.means.hold()
                if posted is None:
                    folders.gone(session, message.id)
                else:
                    row = posting.book(
                        session, self.mailbox, message.folder_id, posted, now=self.postroom.now()
                    )
                    row.wanted_at = None

    def _made(self, one: Labelled) -> models.MailFolder:
        box = self.mailbox
        return models.MailFolder(
            workspace_id=box.workspace_id, mailbox_id=box.id, name=one.id, shown=one.shown, chosen=one.read
        )

"""One look at one IMAP mailbox. What is sorted is booked batch by batch, with how far the folder was read.

Each folder has a generation (UIDVALIDITY) and numbers that only rise (UID). What was there when it was connected is the first scan, from the oldest
of the 90 days on; what comes later is taken in at every check, even while the scan goes on or after it was stopped.
A new generation is scanned anew, and each message that was sorted before is known by its Message-ID.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from core.db import models
from core.ledger import messages, posting
from core.mailbox import folders
from core.mailbox.found import Found
from core.mailbox.line import Box
from core.mailbox.open_folder import OpenFolder
from core.mailbox.postroom import Postroom
from core.partners import Means

#: Messages whose heads are asked for at once, and which are booked together.
BATCH = 100
#: Seconds after which what is sorted by then is booked: people see it, and may say stop.
MOMENT = 2.0
#: How many of the last messages are looked through once more when a code is waited for.
LATELY = 20


class Check:
    def __init__(self, postroom: Postroom, mailbox: models.Mailbox, means: Means, box: Box) -> None:
        self.postroom, self.mailbox, self.means, self.box = postroom, mailbox, means, box

    def go(self) -> None:
        listed = self.box.folder.list()
        with self.postroom.database.write() as session:
            chosen = folders.note(session, self.mailbox, listed)
        for folder in chosen:
            if self.means.enough():
                return
            self._folder(OpenFolder(self.box, folder))
        self._wanted(chosen)

    def _folder(self, opened: OpenFolder) -> None:
        place = self._place(opened)
        self._batches(opened, self._newer(opened, place), "last_uid")
        if self.mailbox.stopped_at is None and place.scan_done_at is None:
            self._scan(opened, place)

    def _place(self, opened: OpenFolder) -> models.MailFolder:
        """The folder's row as it stands now. In a new generation everything begins anew."""
        with self.postroom.database.write() as session:
            self.means.hold()
            row = session.get_one(models.MailFolder, opened.folder.id)
            if row.uid_validity != opened.validity:
                row.uid_validity, row.last_uid, row.cursor = opened.validity, opened.top, "0"
                row.scan_total, row.scanned, row.scan_done_at = None, 0, None
            return row

    def _newer(self, opened: OpenFolder, place: models.MailFolder) -> list[int]:
        last = place.last_uid or 0
        if self.postroom.awaited(self.mailbox.workspace_id):
            last = max(0, last - LATELY)  # a code may have come before anybody waited for it
        return opened.after(last)

    def _scan(self, opened: OpenFolder, place: models.MailFolder) -> None:
        done, top = int(place.cursor or 0), place.last_uid or 0
        inside = [uid for uid in opened.since(self.mailbox.reads_from) if uid <= top]
        left = [uid for uid in inside if uid > done]
        self._note(place, scan_total=len(inside), scanned=len(inside) - len(left))
        if self._batches(opened, left, "cursor"):
            self._note(place, scan_done_at=self.postroom.now())

    def _batches(self, opened: OpenFolder, uids: Sequence[int], mark: str) -> bool:
        """Whether it came to the end."""
        left = uids
        while left and not (self.means.enough() or (mark == "cursor" and self._is_stopped())):
            settled, posted = self._moment(opened, left[:BATCH])
            self._book(opened.folder, posted, mark, settled)
            left = left[len(settled) :]
        return not left

    def _moment(self, opened: OpenFolder, batch: Sequence[int]) -> tuple[Sequence[int], list[posting.Posted]]:
        """The numbers that are settled after a moment, all of the batch as a rule, and what they turned out to be."""
        until, posted = time.monotonic() + MOMENT, list[posting.Posted]()
        for one in self._new(opened, batch):
            if posted and time.monotonic() > until:
                return [uid for uid in batch if uid < _uid(one)], posted
            posted.append(self.postroom.sort(self.mailbox, one))
        return batch, posted

    def _new(self, opened: OpenFolder, batch: Sequence[int]) -> list[Found]:
        """Those of the 90 days, and since, that were not sorted before, in their order."""
        inside = [one for one in opened.found(batch) if one.received_at >= self.mailbox.reads_from]
        with self.postroom.database.read() as session:
            new = [one for one in inside if not self.postroom.is_known(session, self.mailbox, one)]
        return sorted(new, key=_uid)

    def _book(
        self, folder: models.MailFolder, posted: Iterable[posting.Posted], mark: str, uids: Sequence[int]
    ) -> None:
        with self.postroom.database.write() as session:
            self.means.hold()
            now = self.postroom.now()
            for one in posted:
                posting.book(session, self.mailbox, folder.id, one, now=now)
            row = session.get_one(models.MailFolder, folder.id)
            if mark == "cursor":
                row.cursor, row.scanned = str(uids[-1]), row.scanned + len(uids)
            else:
                row.last_uid = max(row.last_uid or 0, *uids)

    def _wanted(self, chosen: Sequence[models.MailFolder]) -> None:
        """What people want taken anyway is opened whatever it says; what is nowhere any more says so."""
        with self.postroom.database.read() as session:
            wanted = messages.wanted(session, self.mailbox.id)
        for message in wanted:
            found = next(filter(None, (self._find(folder, message) for folder in chosen)), None)
            posted = self.postroom.sort(self.mailbox, found[1]) if found else None
            with self.postroom.database.write() as session:
                self.means.hold()
                if found is None or posted is None:
                    folders.gone(session, message.id)
                else:
                    row = posting.book(session, self.mailbox, found[0].id, posted, now=self.postroom.now())
                    row.wanted_at = None

    def _find(
        self, folder: models.MailFolder, message: models.Message
    ) -> tuple[models.MailFolder, Found] | None:
        opened = OpenFolder(self.box, folder)
        self._place(opened)
        found = opened.of(message)
        return (folder, found) if found else None

    def _is_stopped(self) -> bool:
        with self.postroom.database.read() as session:
            return session.get_one(models.Mailbox, self.mailbox.id).stopped_at is not None

    def _note(self, place: models.MailFolder, **values: Any) -> None:
        with self.postroom.database.write() as session:
            self.means.hold()
            row = session.get_one(models.MailFolder, place.id)
            for name, value in values.items():
                setattr(row, name, value)


def _uid(found: Found) -> int:
    return int(found.remote_id.rpartition(":")[2])

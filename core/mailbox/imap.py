"""An IMAP mailbox, of any provider: looked at, never touched.

Each folder has a generation (UIDVALIDITY) and numbers that only rise (UID). What was there when it was connected is the first scan, from the oldest
of the 90 days on; what comes later is taken in at every check, even while the scan goes on or after it was stopped.
A new generation is scanned anew, and each message that was sorted before is known by its Message-ID.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from imap_tools.errors import ImapToolsError

from core import errors
from core.db import models
from core.ledger import messages, posting
from core.mailbox import folders, heads, places, structure
from core.mailbox.line import Box
from core.mailbox.postroom import Found, Postroom
from core.partners import Means

log = structlog.get_logger(__name__)

#: Messages whose heads are asked for at once, and which are booked together.
BATCH = 100
#: How many of the last messages are looked through once more when a code is waited for.
LATELY = 20
_HEADS = f"(UID RFC822.SIZE INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS ({' '.join(heads.HEADERS).upper()})])"
_UID, _SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_BODY = re.compile(rb"\bBODY\[[^\]]*\] \{\d+\}$", re.I)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Imap:
    """`stand_ins` as in the settings."""

    postroom: Postroom
    stand_ins: dict[str, str]

    def origins(self, mailbox: models.Mailbox) -> tuple[str, ...]:
        return places.origins(mailbox, self.stand_ins)

    def check(self, mailbox: models.Mailbox, means: Means) -> None:
        if "host" not in mailbox.place:
            self._say_gone(mailbox)
            return
        try:
            with signed_in(mailbox, means) as box:
                _Check(self.postroom, mailbox, means, box).go()
        except imaplib.IMAP4.abort as err:
            raise errors.PartnerDown(_said(err), step="reading") from None
        except (imaplib.IMAP4.error, ImapToolsError) as err:
            raise errors.PartnerChanged(_said(err), step="reading") from None
        except OSError as err:
            raise errors.PartnerDown(type(err).__name__, step="reading") from None

    def _say_gone(self, mailbox: models.Mailbox) -> None:
        """What was forwarded straight to the farm lies nowhere else."""
        with self.postroom.database.write() as session:
            for message in messages.wanted(session, mailbox.id):
                folders.gone(session, message.id)


def signed_in(mailbox: models.Mailbox, means: Means) -> Box:
    """Raises PartnerRefused for a password, ConsentEnded for a token that is not taken, PartnerDown when the server cannot do it now."""
    place = mailbox.place
    box = Box(means.door, place["host"], int(place["port"]), place["security"])
    login = str(place.get("login") or mailbox.address)
    consent = bool(place.get("provider"))
    try:
        if consent:
            box.xoauth2(login, means.token().reveal(), None)
        else:
            _with_password(box, login, means.secrets()["password"].reveal())
    except imaplib.IMAP4.abort as err:
        raise errors.PartnerDown(_said(err), step="signing in") from None
    except (imaplib.IMAP4.error, ImapToolsError) as err:
        # RFC 5530: the server may say that it is not the password's fault.
        if "UNAVAILABLE" in str(err) or "INUSE" in str(err):
            raise errors.PartnerDown(_said(err), step="signing in") from None
        refused = errors.ConsentEnded if consent else errors.PartnerRefused
        raise refused(_said(err), step="signing in") from None
    return box


def _with_password(box: Box, login: str, password: str) -> None:
    if login.isascii() and password.isascii():
        box.login(login, password, None)
    else:
        box.login_utf8(login, password, None)


class _Check:
    """One look at one mailbox. What is sorted is booked batch by batch, with how far the folder was read."""

    def __init__(self, postroom: Postroom, mailbox: models.Mailbox, means: Means, box: Box) -> None:
        self.postroom, self.mailbox, self.means, self.box = postroom, mailbox, means, box

    def go(self) -> None:
        found = self.box.folder.list()
        with self.postroom.database.write() as session:
            chosen = folders.note(session, self.mailbox, found)
        for folder in chosen:
            if self.means.enough():
                return
            self._folder(folder)
        self._wanted(chosen)

    def _folder(self, folder: models.MailFolder) -> None:
        place = self._open(folder)
        self._batches(folder, place, self._newer(place), "last_uid")
        if self.mailbox.stopped_at is None and place.scan_done_at is None:
            self._scan(folder, place)

    def _open(self, folder: models.MailFolder) -> models.MailFolder:
        """The folder as its row stands now. In a new generation everything begins anew."""
        self.box.folder.set(folder.name, readonly=True)
        validity = self._number("UIDVALIDITY")
        # What a server that tells no UIDNEXT holds is found by the search alone.
        top = max(0, (self._number("UIDNEXT") or max([0, *self._search("ALL")]) + 1) - 1)
        with self.postroom.database.write() as session:
            self.means.hold()
            row = session.get_one(models.MailFolder, folder.id)
            if row.uid_validity != validity:
                row.uid_validity, row.last_uid, row.cursor = validity, top, "0"
                row.scan_total, row.scanned, row.scan_done_at = None, 0, None
            return row

    def _newer(self, place: models.MailFolder) -> list[int]:
        """A range that ends with a star has the last message in it, even when that is an old one (RFC 3501 6.4.8)."""
        last = place.last_uid or 0
        if self.postroom.awaited(self.mailbox.workspace_id):
            last = max(0, last - LATELY)  # a code may have come before anybody waited for it
        return [uid for uid in self._search(f"UID {last + 1}:*") if uid > last]

    def _scan(self, folder: models.MailFolder, place: models.MailFolder) -> None:
        done, top = int(place.cursor or 0), place.last_uid or 0
        since = self.mailbox.reads_from.astimezone(UTC) - timedelta(days=1)
        day = f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}"
        inside = [uid for uid in self._search(f"SINCE {day}") if uid <= top]
        left = [uid for uid in inside if uid > done]
        self._note(folder, scan_total=len(inside), scanned=len(inside) - len(left))
        if self._batches(folder, place, left, "cursor"):
            self._note(folder, scan_done_at=self.postroom.now())

    def _batches(
        self, folder: models.MailFolder, place: models.MailFolder, uids: Sequence[int], mark: str
    ) -> bool:
        """Whether it came to the end."""
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            if self.means.enough() or (mark == "cursor" and self._is_stopped()):
                return False
            posted = self._sorted(folder, place, batch)
            self._book(folder, posted, mark, batch)
        return True

    def _sorted(
        self, folder: models.MailFolder, place: models.MailFolder, uids: Sequence[int]
    ) -> list[posting.Posted]:
        """Messages that were deleted meanwhile are not in the answer."""
        seen = list(self._heads(folder, place, uids))
        with self.postroom.database.read() as session:
            new = [one for one in seen if not self.postroom.is_known(session, self.mailbox, one.head)]
        return [
            self.postroom.sort(self.mailbox, one) for one in new if one.received_at >= self.mailbox.reads_from
        ]

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
            with self.postroom.database.write() as session:
                if found is None:
                    folders.gone(session, message.id)
            if found:
                posted = self.postroom.sort(self.mailbox, found[1])
                with self.postroom.database.write() as session:
                    self.means.hold()
                    row = posting.book(session, self.mailbox, found[0].id, posted, now=self.postroom.now())
                    row.wanted_at = None

    def _find(
        self, folder: models.MailFolder, message: models.Message
    ) -> tuple[models.MailFolder, Found] | None:
        """By where it lay, else by its Message-ID."""
        place = self._open(folder)
        validity, _, uid = message.remote_id.partition(":")
        uids = [int(uid)] if validity == str(place.uid_validity) and uid.isdigit() else []
        message_id = message.identity.rpartition("#")[0]
        if message_id.isascii() and message_id:
            quoted = message_id.replace("\\", "").replace('"', "")
            uids += self._search(f'HEADER MESSAGE-ID "{quoted}"')
        for one in self._heads(folder, place, uids) if uids else ():
            if one.head.identity == message.identity:
                return folder, one
        return None

    def _heads(
        self, folder: models.MailFolder, place: models.MailFolder, uids: Sequence[int]
    ) -> Iterator[Found]:
        for told, head in _answers(self._fetch(",".join(map(str, uids)), _HEADS)):
            uid, size, date = _UID.search(told), _SIZE.search(told), _DATE.search(told)
            if uid:
                yield Found(
                    remote_id=f"{place.uid_validity}:{int(uid[1])}",
                    head=heads.read(head, structure.parts(told)),
                    received_at=_instant(date[1].decode("ascii", "replace") if date else ""),
                    size=int(size[1]) if size else 0,
                    raw=partial(self._raw, int(uid[1])),
                    folder=folder.shown,
                )

    def _raw(self, uid: int) -> bytes | None:
        for _, body in _answers(self._fetch(str(uid), "(UID BODY.PEEK[])")):
            return body
        return None

    def _fetch(self, uids: str, what: str) -> list[Any]:
        return self._asked("FETCH", uids, what)

    def _search(self, *criteria: str) -> list[int]:
        told = self._asked("SEARCH", *criteria)
        return sorted(
            {int(uid) for line in told if isinstance(line, bytes) for uid in line.split() if uid.isdigit()}
        )

    def _asked(self, command: str, *args: str) -> list[Any]:
        typ, told = self.box.client.uid(command, *args)
        if typ != "OK":
            raise errors.PartnerChanged(f"{command}: {typ}", step="reading")
        return [line for line in told if line is not None]

    def _number(self, name: str) -> int | None:
        _, told = self.box.client.response(name)
        return int(told[-1]) if told and told[-1] and told[-1].isdigit() else None

    def _is_stopped(self) -> bool:
        with self.postroom.database.read() as session:
            return session.get_one(models.Mailbox, self.mailbox.id).stopped_at is not None

    def _note(self, folder: models.MailFolder, **values: Any) -> None:
        with self.postroom.database.write() as session:
            self.means.hold()
            row = session.get_one(models.MailFolder, folder.id)
            for name, value in values.items():
                setattr(row, name, value)


def _answers(told: Iterable[Any]) -> Iterator[tuple[bytes, bytes]]:
    """Of each message, what stands around its body or head, and that itself.

    A name in its structure may be a literal too; it goes back to where it stood, in quotes.
    """
    around, body = b"", b""
    for piece in told:
        if isinstance(piece, tuple):
            before, literal = piece
            around += before
            if _BODY.search(before):
                body = literal
            else:
                around += b' "' + re.sub(rb'["\\\\]', b"", literal) + b'" '
            continue
        yield around + piece, body
        around, body = b"", b""


def _instant(told: str) -> datetime:
    """`17-Jul-1996 02:44:25 -0700` (RFC 3501 9). One that cannot be read is now, so that nothing is left out."""
    try:
        return datetime.strptime(told.strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)


def _said(err: Exception) -> str:
    """The server's own words, on one line."""
    return " ".join(str(err).split())[:200]

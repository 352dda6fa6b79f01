"""A folder that is open to be looked at (EXAMINE): which messages it holds, what their heads say, and one of them whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from core import errors
from core.db import models
from core.mailbox import heads, structure
from core.mailbox.found import Found
from core.mailbox.line import Box

_HEADS = f"(UID RFC822.SIZE INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS ({' '.join(heads.HEADERS).upper()})])"
_UID, _SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_BODY = re.compile(rb"\bBODY\[[^\]]*\] \{\d+\}$", re.I)
#: Numbers of messages in one command.
ONE_LINE = 500
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class OpenFolder:
    """`validity` is the folder's generation, `top` its highest UID."""

    def __init__(self, box: Box, folder: models.MailFolder) -> None:
        self.box, self.folder = box, folder
        box.folder.set(folder.name, readonly=True)
        self.validity = self._number("UIDVALIDITY")
        # What a server that tells no UIDNEXT holds is found by the search alone.
        self.top = max(0, (self._number("UIDNEXT") or max([0, *self._search("ALL")]) + 1) - 1)

    def after(self, uid: int) -> list[int]:
        """A range that ends with a star has the last message in it, even when that is an old one (RFC 3501 6.4.8)."""
        return [one for one in self._search(f"UID {uid + 1}:*") if one > uid]

    def since(self, at: datetime) -> list[int]:
        """What came at that instant or later. Servers compare days of their own time zone, so what came around it tells its own time."""
        found, later = self._from_day(at - timedelta(days=1)), set(self._from_day(at + timedelta(days=2)))
        earlier = self._before(at, [uid for uid in found if uid not in later])
        return [uid for uid in found if uid not in earlier]

    def _from_day(self, at: datetime) -> list[int]:
        day = at.astimezone(UTC)
        return self._search(f"SINCE {day.day:02}-{_MONTHS[day.month - 1]}-{day.year}")

    def _before(self, at: datetime, uids: Sequence[int]) -> set[int]:
        """Those of them that are known to be older."""
        told: list[Any] = []
        for start in range(0, len(uids), ONE_LINE):
            line = ",".join(map(str, uids[start : start + ONE_LINE]))
            told += self._asked("FETCH", line, "(UID INTERNALDATE)")
        dated = [(_UID.search(around), _DATE.search(around)) for around, _ in _answers(told)]
        return {
            int(uid[1])
            for uid, date in dated
            if uid and date and _instant(date[1].decode("ascii", "replace")) < at
        }

    def of(self, message: models.Message) -> Found | None:
        """By where it lay, else by its Message-ID."""
        validity, _, uid = message.remote_id.partition(":")
        uids = [int(uid)] if validity == str(self.validity) and uid.isdigit() else []
        message_id = message.identity.rpartition("#")[0]
        if message_id.isascii() and message_id:
            quoted = message_id.replace("\\", "").replace('"', "")
            uids += self._search(f'HEADER MESSAGE-ID "{quoted}"')
        same = (one for one in self.found(uids) if one.head.identity == message.identity)
        return next(same, None)

    def found(self, uids: Sequence[int]) -> Iterator[Found]:
        """Messages that were deleted meanwhile are not in the answer."""
        told = self._asked("FETCH", ",".join(map(str, uids)), _HEADS) if uids else ()
        for around, head in _answers(told):
            uid, size, date = _UID.search(around), _SIZE.search(around), _DATE.search(around)
            if uid:
                yield Found(
                    remote_id=f"{self.validity}:{int(uid[1])}",
                    head=heads.read(head, structure.parts(around)),
                    received_at=_instant(date[1].decode("ascii", "replace") if date else ""),
                    size=int(size[1]) if size else 0,
                    raw=partial(self._raw, int(uid[1])),
                    folder=self.folder.shown,
                )

    def _raw(self, uid: int) -> bytes | None:
        for _, body in _answers(self._asked("FETCH", str(uid), "(UID BODY.PEEK[])")):
            return body
        return None

    def _search(self, *criteria: str) -> list[int]:
        told = self._asked("SEARCH", *criteria)
        return sorted(
            {int(uid) for line in told if isinstance(line, bytes) for uid in line.split() if uid.isdigit()}
        )

    def _asked(self, command: str, *args: str) -> list[Any]:
        typ, told = self.box.client.uid(command, *args)
        if typ == "NO" and b"EXPUNGEISSUED" in b" ".join(one for one in told if one):
            # Some of them are gone by now (RFC 5530 3); what was told of the others came before the refusal.
            _, told = self.box.client.response(command)
        elif typ != "OK":
            raise errors.PartnerChanged(f"{command}: {typ}", step="reading")
        return [line for line in told if line is not None]

    def _number(self, name: str) -> int | None:
        _, told = self.box.client.response(name)
        return int(told[-1]) if told and told[-1] and told[-1].isdigit() else None


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

"""A Gmail mailbox by Google's own interface, whose grant (`gmail.readonly`) allows nothing but reading.

Facts: Google's discovery document of `gmail/v1` and its guide "Synchronize clients" (2026). What is new is told by the mailbox's history from an id
on; ids are kept for about a week, and one that is too old (404) means to list what came since the last good check.
The id is asked for before anything is listed, so that nothing falls between. A message is looked at without its text first.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import partial
from typing import TYPE_CHECKING, Any

from core import errors, partners, providers
from core.db import models
from core.ledger import posting
from core.mailbox import heads, leaves, letters, places
from core.mailbox.found import Found
from core.mailbox.postroom import Postroom
from core.mailbox.sorting import BATCH, Labelled, Sorting
from core.partners import Means

if TYPE_CHECKING:
    import httpx

#: Stands for all that was received, whatever its labels.
ALL = "*"
#: Ids in one answer: the most that Gmail gives.
PAGE = 500
#: What bears one of these labels was not received, or not wanted.
_ASIDE = {"SPAM", "TRASH", "DRAFT", "CHAT"}
_BUSY = {"rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded"}
_PARTS = "filename,mimeType"
for _ in range(4):
    _PARTS = f"filename,mimeType,parts({_PARTS})"
#: Everything of a message but what is in it.
_FIELDS = f"id,labelIds,internalDate,sizeEstimate,payload(headers,{_PARTS})"


@dataclass(frozen=True)
class Gmail:
    """`stand_ins` as in the settings."""

    postroom: Postroom
    stand_ins: Mapping[str, str]

    def origins(self, mailbox: models.Mailbox) -> tuple[str, ...]:
        return places.origins(mailbox, self.stand_ins)

    def check(self, mailbox: models.Mailbox, means: Means) -> None:
        api = providers.known(self.stand_ins, "google").api
        _Check(f"{api}/gmail/v1/users/me", Sorting(self.postroom, mailbox, means)).go()


class _Check:
    def __init__(self, base: str, sorting: Sorting) -> None:
        self.base, self.sorting = base, sorting
        self.mailbox, self.means = sorting.mailbox, sorting.means
        #: The names of its labels, by their ids.
        self.named: dict[str, str] = {}

    def go(self) -> None:
        for folder in self.sorting.folders(list(self._labels())):
            if self.means.enough():
                return
            if folder.cursor is None:
                self.sorting.book(folder, (), cursor=self._now())
            self._newer(folder)
            if folder.scan_done_at is None and not self.sorting.is_stopped():
                self._scan(folder)
        self.sorting.wanted(self._found, self._sort)

    def _labels(self) -> Iterator[Labelled]:
        yield Labelled(ALL, ALL, read=True)
        for label in self._json("/labels", step="the labels").get("labels", []):
            if label.get("type") == "user":
                self.named[label["id"]] = label["name"]
                yield Labelled(label["id"], label["name"], read=False)

    def _now(self) -> str:
        """Where the mailbox's history stands."""
        return str(self._json("/profile", step="the profile")["historyId"])

    def _newer(self, folder: models.MailFolder) -> None:
        """What the history tells since the last time."""
        asked = {
            "startHistoryId": folder.cursor or "",
            "historyTypes": "messageAdded",
            **_of(folder, "labelId"),
        }
        stands, ids = folder.cursor, dict[str, None]()
        for page in self._pages("/history", asked, 404):
            if page is None:
                stands, ids = self._now(), dict.fromkeys(self._since(folder, self._last_seen()))
                break
            stands = str(page.get("historyId", stands))
            added = (
                one["message"]["id"]
                for entry in page.get("history", [])
                for one in entry.get("messagesAdded", [])
            )
            ids |= dict.fromkeys(added)
        if self._take(folder, [one for one in ids if one not in self.sorting.seen()]):
            self.sorting.book(folder, (), cursor=stands)

    def _last_seen(self) -> datetime:
        """A day before the last good check: clocks differ, and mail may be late."""
        last = self.mailbox.last_success_at
        return max(self.mailbox.reads_from, last - timedelta(days=1)) if last else self.mailbox.reads_from

    def _scan(self, folder: models.MailFolder) -> None:
        """What was there when it was connected, the oldest first."""
        ids = list(self._since(folder, self.mailbox.reads_from))[::-1]
        seen = self.sorting.seen()
        left = [one for one in ids if one not in seen]
        self.sorting.book(folder, (), scan_total=len(ids), scanned=len(ids) - len(left))
        if self._take(folder, left, scanning=True):
            self.sorting.book(folder, (), scan_done_at=self.sorting.postroom.now(), scanned=len(ids))

    def _since(self, folder: models.MailFolder, since: datetime) -> Iterator[str]:
        """The ids of what was received since, the newest first."""
        asked = {"q": f"after:{int(since.timestamp())}", "maxResults": str(PAGE), **_of(folder, "labelIds")}
        for page in self._pages("/messages", asked):
            yield from (one["id"] for one in (page or {}).get("messages", []))

    def _take(self, folder: models.MailFolder, ids: Sequence[str], *, scanning: bool = False) -> bool:
        """Whether it came to the end."""
        for start in range(0, len(ids), BATCH):
            if self.means.enough() or (scanning and self.sorting.is_stopped()):
                return False
            batch = ids[start : start + BATCH]
            found = [one for one in map(self._found, batch) if one is not None]
            posted = [self._sort(one) for one in self.sorting.new(found)]
            marks = {"scanned": folder.scanned + len(batch)} if scanning else {}
            self.sorting.book(folder, posted, **marks)
        return True

    def _found(self, id: str) -> Found | None:
        """A message without its text; None for one that is gone, or was not received."""
        told = self._json(f"/messages/{id}", {"format": "full", "fields": _FIELDS}, 404, step="a message")
        labels = set(told.get("labelIds", []))
        if (
            not told
            or labels & _ASIDE
            or (self.mailbox.role == "ap" and "SENT" in labels and "INBOX" not in labels)
        ):
            return None
        payload = told.get("payload", {})
        head = heads.of(_headed(payload.get("headers", [])), list(_parts(payload))[: letters.PARTS])
        at = datetime.fromtimestamp(int(told["internalDate"]) / 1000, UTC)
        folder = " ".join(sorted(self.named[one] for one in labels & self.named.keys()))
        return Found(id, head, at, int(told.get("sizeEstimate", 0)), partial(self._raw, id), folder)

    def _raw(self, id: str) -> bytes | None:
        """All of it, as it was received (RFC 4648 5: base64 for addresses, its padding left out at times)."""
        told = self._json(f"/messages/{id}", {"format": "raw"}, 404, step="a message")
        try:
            raw = str(told["raw"]).rstrip("=")
            return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)) if told else None
        except (KeyError, binascii.Error, ValueError) as err:
            raise errors.PartnerChanged("a message that is no base64", step="a message") from err

    def _sort(self, found: Found) -> posting.Posted:
        return self.sorting.postroom.sort(self.mailbox, found)

    def _pages(self, path: str, asked: Mapping[str, str], *statuses: int) -> Iterator[dict[str, Any] | None]:
        """Page by page; None for an answer of these statuses."""
        more: dict[str, str] = {}
        while True:
            page = self._json(path, {**asked, **more}, *statuses, step="a list")
            yield page or None
            if not page.get("nextPageToken"):
                return
            more = {"pageToken": str(page["nextPageToken"])}

    def _json(
        self, path: str, asked: Mapping[str, str] | None = None, *statuses: int, step: str
    ) -> dict[str, Any]:
        """Empty for an answer of these statuses."""
        answer = self.means.http.get(self.base + path, params=dict(asked or {}), auth=self.means.bearer)
        if answer.status_code in statuses:
            return {}
        if answer.status_code == 403 and _reasons(answer) & _BUSY:
            raise errors.PartnerBusy("HTTP 403", step=step, retry_after=partners.retry_after(answer))
        return _object(partners.expect(answer, step=step), step)


def _of(folder: models.MailFolder, name: str) -> dict[str, str]:
    """One label, as the list of that `name` takes it."""
    return {} if folder.name == ALL else {name: folder.name}


def _object(answer: httpx.Response, step: str) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError as err:
        raise errors.PartnerChanged("no JSON", step=step) from err
    if not isinstance(told, dict):
        raise errors.PartnerChanged("JSON that is no object", step=step)
    return told


def _reasons(answer: httpx.Response) -> set[str]:
    try:
        return {str(one["reason"]) for one in answer.json()["error"]["errors"]}
    except (ValueError, KeyError, TypeError):
        return set()


def _headed(said: Sequence[Mapping[str, str]]) -> Message:
    """A message of its headers alone. A line break in one is no second header."""
    message = Message()
    for one in said:
        message[one.get("name", "")] = " ".join(one.get("value", "").split())
    return message


def _parts(part: Mapping[str, Any]) -> Iterator[heads.Part]:
    kind = part.get("mimeType", "")
    if part.get("filename") or kind in ("application/pdf", "message/rfc822"):
        yield heads.Part(leaves.clean(part.get("filename", "")), kind)
    for one in part.get("parts", []):
        yield from _parts(one)

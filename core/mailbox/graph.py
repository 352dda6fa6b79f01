"""A Microsoft 365 or Outlook mailbox by Microsoft Graph, whose grant (`Mail.Read`) allows nothing but reading.

Facts: Microsoft's pages on `message: delta` and on throttling (2026). Each folder has a delta of its own: page after page, then a link that
tells later what is new; the links are kept whole. 410 means to begin again, and what was sorted before is known.
A delta is asked for with the day it begins at; its beginning is kept beside the link, so that a scan that was stopped can
go on, and one that is stopped still tells what is new. An attachment that is only a link to somebody's drive has no bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import formataddr
from functools import partial
from typing import Any

from core import errors, partners, providers
from core.db import models
from core.ledger import posting
from core.mailbox import heads, leaves, places, reasons
from core.mailbox.found import Found
from core.mailbox.postroom import Postroom
from core.mailbox.sorting import Labelled, Sorting
from core.partners import Means

#: Messages on a page of a delta; Graph's own choice is 10.
PAGE = 50
_PREFER = {"Prefer": f'odata.maxpagesize={PAGE}, IdType="ImmutableId"'}
_HEAD = "id,internetMessageId,receivedDateTime,sentDateTime,hasAttachments,from,toRecipients,ccRecipients,subject,isDraft"
_FOLDERS = "id,displayName,childFolderCount"
#: Folders of a machine, by the names that Graph knows in every language.
_ASIDE = ("deleteditems", "junkemail", "drafts", "outbox")


@dataclass(frozen=True)
class Graph:
    """`stand_ins` as in the settings."""

    postroom: Postroom
    stand_ins: Mapping[str, str]

    def origins(self, mailbox: models.Mailbox) -> tuple[str, ...]:
        return places.origins(mailbox, self.stand_ins)

    def check(self, mailbox: models.Mailbox, means: Means) -> None:
        api = providers.known(self.stand_ins, "microsoft").api
        _Check(f"{api}/v1.0/me", Sorting(self.postroom, mailbox, means)).go()


class _Check:
    def __init__(self, base: str, sorting: Sorting) -> None:
        self.base, self.sorting = base, sorting
        self.mailbox, self.means = sorting.mailbox, sorting.means

    def go(self) -> None:
        for folder in self.sorting.folders(list(self._folders())):
            if self.means.enough():
                return
            self._read(folder)
        self.sorting.wanted(self._again, self._sort)

    def _folders(self) -> Iterator[Labelled]:
        aside = {*_ASIDE, *(("sentitems",) if self.mailbox.role == "ap" else ())}
        hidden = {
            self._json(f"/mailFolders/{name}", {"$select": "id"}, 404).get("id") for name in sorted(aside)
        }
        yield from self._under("/mailFolders", "", hidden)

    def _under(self, path: str, above: str, hidden: set[Any]) -> Iterator[Labelled]:
        """A folder and those in it; those of a machine may be chosen too, and are not by themselves."""
        for page in self._pages(f"{self.base}{path}?$select={_FOLDERS}&$top=100"):
            for one in page.get("value", []):
                shown = f"{above}{one['displayName']}"
                yield Labelled(one["id"], shown, read=one["id"] not in hidden)
                if one.get("childFolderCount"):
                    inner = hidden | {one["id"]} if one["id"] in hidden else hidden
                    yield from self._under(f"/mailFolders/{one['id']}/childFolders", f"{shown} / ", inner)

    def _read(self, folder: models.MailFolder) -> None:
        """On from the link that is kept, as long as it began where it should by now."""
        begins = self._begins(folder)
        kept, _, link = (folder.cursor or "").partition(" ")
        if kept != begins:
            link = self._first(folder, begins)
        try:
            self._delta(folder, begins, link)
        except _Expired:
            self.sorting.book(folder, (), scanned=0 if folder.scan_done_at is None else folder.scanned)
            self._delta(folder, begins, self._first(folder, begins))

    def _begins(self, folder: models.MailFolder) -> str:
        stopped = self.mailbox.stopped_at if folder.scan_done_at is None else None
        return _written(stopped or self.mailbox.reads_from)

    def _first(self, folder: models.MailFolder, begins: str) -> str:
        """The link that a delta begins with. How many messages there are is asked for at once, for people who wait."""
        inside = f"$filter=receivedDateTime ge {begins}"
        place = f"/mailFolders/{folder.name}/messages"
        if folder.scan_done_at is None and self.mailbox.stopped_at is None:
            counted = self._json(f"{place}?{inside}&$count=true&$top=1&$select=id")
            self.sorting.book(folder, (), scan_total=int(counted.get("@odata.count", 0)), scanned=0)
        return f"{self.base}{place}/delta?changeType=created&$select={_HEAD}&{inside}"

    def _delta(self, folder: models.MailFolder, begins: str, link: str) -> None:
        """Page by page, each booked with the link to the next; what is removed was never ours."""
        for page in self._pages(link):
            posted, seen = self._page(folder, page)
            onward = page.get("@odata.nextLink") or page.get("@odata.deltaLink") or ""
            marks: dict[str, Any] = {"cursor": f"{begins} {onward}"}
            if self.mailbox.stopped_at is None and folder.scan_done_at is None:
                marks["scanned"] = folder.scanned + seen
                if "@odata.deltaLink" in page:
                    marks["scan_done_at"] = self.sorting.postroom.now()
            self.sorting.book(folder, posted, **marks)
            scanning = self.mailbox.stopped_at is None and folder.scan_done_at is None
            if self.means.enough() or (scanning and self.sorting.is_stopped()):
                return

    def _page(self, folder: models.MailFolder, page: Mapping[str, Any]) -> tuple[list[posting.Posted], int]:
        told = [one for one in page.get("value", []) if "@removed" not in one and not one.get("isDraft")]
        found = self.sorting.new(replace(self._closed(one), folder=folder.shown) for one in told)
        files = {one["id"]: bool(one.get("hasAttachments")) for one in told}
        return [self._sort(self._named(one) if files[one.remote_id] else one) for one in found], len(told)

    def _closed(self, told: Mapping[str, Any]) -> Found:
        """A message by its head; how large it is shows only when it is opened."""
        at = datetime.fromisoformat(told["receivedDateTime"]).astimezone(UTC)
        return Found(told["id"], heads.of(_headed(told)), at, 0, partial(self._raw, told["id"]))

    def _named(self, found: Found) -> Found:
        """The same with the names of its files, their bytes left where they are."""
        parts = tuple(heads.Part(name, kind) for name, kind, _ in self._attached(found.remote_id))
        return replace(found, head=replace(found.head, parts=parts))

    def _attached(self, id: str) -> Iterator[tuple[str, str, str]]:
        """Name, media type and sort of each attachment: `fileAttachment`, `itemAttachment` (a mail), `referenceAttachment` (a link)."""
        link = f"{self.base}/messages/{id}/attachments?$select=id,name,contentType,size,isInline"
        for page in self._pages(link, 404):
            for one in page.get("value", []):
                sort = str(one.get("@odata.type", "")).rpartition(".")[2]
                kind = "message/rfc822" if sort == "itemAttachment" else one.get("contentType") or ""
                if not one.get("isInline"):
                    yield leaves.clean(one.get("name") or ""), kind, sort

    def _raw(self, id: str) -> bytes | None:
        answer = self._ask(f"{self.base}/messages/{id}/$value", 404)
        return None if answer.status_code == 404 else bytes(answer.content)

    def _again(self, id: str) -> Found | None:
        told = self._json(f"/messages/{id}", {"$select": _HEAD}, 404)
        return self._named(self._closed(told)) if told else None

    def _sort(self, found: Found) -> posting.Posted:
        """A file that is only a link to a drive is said, for nobody fetches it."""
        posted = self.sorting.postroom.sort(self.mailbox, found)
        if not found.head.parts or posted.verdict == "code":
            return posted
        linked = [name for name, _, sort in self._attached(found.remote_id) if sort == "referenceAttachment"]
        away = tuple(posting.Kept(name, 0, "link", refused=reasons.NOT_FETCHED) for name in linked)
        return replace(posted, files=(*posted.files, *away))

    def _pages(self, link: str, *statuses: int) -> Iterator[dict[str, Any]]:
        while link:
            page = _object(self._ask(link, *statuses))
            yield page
            link = page.get("@odata.nextLink", "")

    def _json(self, path: str, asked: Mapping[str, str] | None = None, *statuses: int) -> dict[str, Any]:
        """Empty for an answer of these statuses."""
        query = "&".join(f"{name}={value}" for name, value in (asked or {}).items())
        answer = self._ask(f"{self.base}{path}{'?' if query else ''}{query}", *statuses)
        return {} if answer.status_code in statuses else _object(answer)

    def _ask(self, link: str, *statuses: int) -> Any:
        answer = self.means.http.get(link, headers=_PREFER, auth=self.means.bearer)
        if answer.status_code == 410:
            raise _Expired
        return partners.expect(answer, *statuses, step="the messages")


class _Expired(Exception):
    """Graph has forgotten how far the delta was read (410)."""


def _object(answer: Any) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError as err:
        raise errors.PartnerChanged("no JSON", step="the messages") from err
    if not isinstance(told, dict):
        raise errors.PartnerChanged("JSON that is no object", step="the messages")
    return told


def _headed(told: Mapping[str, Any]) -> Message:
    """A message of what Graph tells of its head."""
    message = Message()
    message["Message-ID"] = _line(told.get("internetMessageId"))
    message["From"] = _addresses([told.get("from")])
    message["To"] = _addresses(told.get("toRecipients", []))
    message["Cc"] = _addresses(told.get("ccRecipients", []))
    message["Subject"] = _line(told.get("subject"))
    message["Date"] = _line(told.get("sentDateTime"))
    return message


def _addresses(people: Sequence[Mapping[str, Any] | None]) -> str:
    """As a header has them: a name may hold anything, and is quoted or encoded."""
    said = [one["emailAddress"] for one in people if one and "emailAddress" in one]
    return ", ".join(formataddr((_line(one.get("name")), _line(one.get("address")))) for one in said)


def _line(said: str | None) -> str:
    return " ".join((said or "").split())


def _written(at: datetime) -> str:
    """ISO 8601 in whole seconds of UTC, as Graph filters by it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

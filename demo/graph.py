"""A Microsoft 365 mailbox that is played here: folders, deltas, attachments of three sorts, and Microsoft's consents. See `Postbox`."""

from __future__ import annotations

import email
import email.header
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from core import providers
from demo import consent

#: Messages on a page of a delta when none is asked for.
USUAL = 10
_KINDS = {"message/rfc822": "itemAttachment"}


@dataclass(frozen=True)
class Letter:
    id: str
    raw: bytes
    at: datetime
    folder: str
    turn: int
    #: Names of attachments that are links to a drive.
    linked: tuple[str, ...] = ()


@dataclass
class Postbox:
    """`app` is the interface. Levers: `busy` (so many answers are 429 with `Retry-After`), `expired` (so many deltas are 410), `full` (deltas are 403).

    `folders` by id, with their names and the folder above; `opened` the ids of messages whose bytes were asked for.
    """

    provider: providers.Provider = field(default_factory=lambda: providers.PROVIDERS["microsoft"].of(""))
    app: Flask = field(default_factory=lambda: Flask("graph"))
    folders: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {
            "inbox": ("Boîte de réception", ""),
            "sentitems": ("Éléments envoyés", ""),
            "junkemail": ("Courrier indésirable", ""),
            "deleteditems": ("Éléments supprimés", ""),
        }
    )
    letters: list[Letter] = field(default_factory=list)
    removed: list[tuple[int, Letter]] = field(default_factory=list)
    turn: int = 0
    busy: int = 0
    expired: int = 0
    full: bool = False
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office = consent.Office(self.app, self.provider)
        self.app.before_request(self._watch)
        for path, view in (
            ("mailFolders", self._folders),
            ("mailFolders/<id>", self._folder),
            ("mailFolders/<id>/childFolders", self._folders),
            ("mailFolders/<id>/messages", self._count),
            ("mailFolders/<id>/messages/delta", self._delta),
            ("messages/<id>", self._message),
            ("messages/<id>/attachments", self._attachments),
            ("messages/<id>/$value", self._value),
        ):
            self.app.add_url_rule(f"/v1.0/me/{path}", f"graph_{path}", view)

    def arrive(self, raw: bytes, at: datetime, folder: str = "inbox", linked: tuple[str, ...] = ()) -> Letter:
        self.turn += 1
        letter = Letter(f"AAMk-{self.turn}", raw, at, folder, self.turn, linked)
        self.letters.append(letter)
        return letter

    def remove(self, letter: Letter) -> None:
        """A person deletes it."""
        self.turn += 1
        self.letters.remove(letter)
        self.removed.append((self.turn, replace(letter, turn=self.turn)))

    def _watch(self) -> Any:
        if not request.path.startswith("/v1.0/"):
            return None
        self.asked.append((request.path, request.args.to_dict()))
        if self.office.whose() is None:
            return _wrong(401, "InvalidAuthenticationToken")
        if self.busy:
            self.busy -= 1
            return _wrong(429, "ApplicationThrottled", {"Retry-After": "17"})
        return None

    def _folders(self, id: str = "") -> Response:
        inside = [(one, name) for one, (name, above) in self.folders.items() if above == id]
        return jsonify(value=[self._told(one, name) for one, name in inside])

    def _folder(self, id: str) -> Any:
        return (
            jsonify(self._told(id, self.folders[id][0]))
            if id in self.folders
            else _wrong(404, "ErrorItemNotFound")
        )

    def _told(self, id: str, name: str) -> dict[str, Any]:
        inside = sum(above == id for _, above in self.folders.values())
        return _selected({"id": id, "displayName": name, "childFolderCount": inside, "totalItemCount": 0})

    def _count(self, id: str) -> Response:
        found = [one for one in self.letters if one.folder == id and one.at >= _since()]
        return jsonify({"@odata.count": len(found), "value": [{"id": one.id} for one in found[:1]]})

    def _delta(self, id: str) -> Any:
        if self.full:
            return _wrong(403, "ErrorQuotaExceeded")
        if self.expired:
            self.expired -= 1
            return _wrong(410, "SyncStateNotFound")
        known, start = int(request.args.get("$deltatoken", 0)), int(request.args.get("$skiptoken", 0))
        inside = [one for one in self.letters if one.folder == id and one.turn > known and one.at >= _since()]
        gone = [one for turn, one in self.removed if one.folder == id and turn > known] if known else []
        asked = re.search(r"maxpagesize=(\d+)", request.headers.get("Prefer", ""))
        end = start + (int(asked[1]) if asked else USUAL)
        value = [_selected(_head(one)) for one in inside[start:end]]
        value += (
            [{"id": one.id, "@removed": {"reason": "deleted"}} for one in gone] if end >= len(inside) else []
        )
        more = end < len(inside)
        link = self._link(
            id, **({"$skiptoken": end, "$deltatoken": known} if more else {"$deltatoken": self.turn})
        )
        return jsonify({"value": value, "@odata.nextLink" if more else "@odata.deltaLink": link})

    def _link(self, id: str, **more: int) -> str:
        kept = {
            name: value
            for name, value in request.args.items()
            if name in ("$select", "$filter", "changeType")
        }
        query = "&".join(f"{name}={value}" for name, value in {**kept, **more}.items())
        return f"{request.host_url}v1.0/me/mailFolders/{id}/messages/delta?{query}"

    def _message(self, id: str) -> Any:
        letter = self._letter(id)
        return jsonify(_selected(_head(letter))) if letter else _wrong(404, "ErrorItemNotFound")

    def _attachments(self, id: str) -> Any:
        letter = self._letter(id)
        return jsonify(value=list(_attached(letter))) if letter else _wrong(404, "ErrorItemNotFound")

    def _value(self, id: str) -> Any:
        letter = self._letter(id)
        if letter is None:
            return _wrong(404, "ErrorItemNotFound")
        self.opened.append(id)
        return Response(letter.raw, mimetype="text/plain")

    def _letter(self, id: str) -> Letter | None:
        return next((one for one in self.letters if one.id == id), None)


def _since() -> datetime:
    """`$filter=receivedDateTime ge 2026-08-22T00:00:00Z`: nothing else may be filtered in a delta."""
    asked = re.fullmatch(r"receivedDateTime ge (\S+)", request.args.get("$filter", ""))
    return datetime.fromisoformat(asked[1]) if asked else datetime.min.replace(tzinfo=UTC)


def _selected(told: dict[str, Any]) -> dict[str, Any]:
    wanted = request.args.get("$select", "")
    return {name: told[name] for name in ("id", *wanted.split(",")) if name in told} if wanted else told


def _head(letter: Letter) -> dict[str, Any]:
    message = email.message_from_bytes(letter.raw)
    sent = parsedate_to_datetime(message["Date"]) if message["Date"] else letter.at
    return {
        "id": letter.id,
        "internetMessageId": message["Message-ID"],
        "receivedDateTime": letter.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sentDateTime": sent.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hasAttachments": bool(list(_attached(letter))),
        "from": next(iter(_people(message, "From")), None),
        "toRecipients": _people(message, "To"),
        "ccRecipients": _people(message, "Cc"),
        "subject": str(email.header.make_header(email.header.decode_header(message["Subject"] or ""))),
        "isDraft": False,
    }


def _people(message: Message, name: str) -> list[dict[str, Any]]:
    said = getaddresses([str(one) for one in message.get_all(name, [])])
    return [{"emailAddress": {"name": called, "address": address}} for called, address in said]


def _attached(letter: Letter) -> Iterator[dict[str, Any]]:
    message = email.message_from_bytes(letter.raw)
    for number, part in enumerate(message.walk()):
        if part.get_filename() or part.get_content_type() in _KINDS:
            kind = part.get_content_type()
            sort = _KINDS.get(kind, "fileAttachment")
            size = len(part.as_bytes())
            yield _attachment(f"{letter.id}-{number}", sort, part.get_filename() or "message", kind, size)
    for name in letter.linked:
        yield _attachment(f"{letter.id}-{name}", "referenceAttachment", name, None, 0)


def _attachment(id: str, sort: str, name: str, kind: str | None, size: int) -> dict[str, Any]:
    told = {"id": id, "name": name, "contentType": kind, "size": size, "isInline": False}
    return {"@odata.type": f"#microsoft.graph.{sort}", **told}


def _wrong(
    status: int, code: str, headers: Mapping[str, str] | None = None
) -> tuple[Response, int, Mapping[str, str]]:
    return jsonify(error={"code": code, "message": code}), status, headers or {}

"""A Gmail mailbox that is played here: labels, messages with their raw bytes, history, and Google's consents. See `Letterbox`."""

from __future__ import annotations

import base64
import email
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import Any

from flask import Flask, Response, jsonify, request

from core import providers
from demo import consent

#: Messages on a page of a list when none is asked for, and at most.
USUAL, MOST = 100, 500
_WORD = re.compile(r"[^(),]+|[(),]")


@dataclass(frozen=True)
class Letter:
    id: str
    raw: bytes
    at: datetime
    labels: tuple[str, ...]
    history: int


@dataclass
class Letterbox:
    """`app` is the interface. Levers: `busy` (so many answers are 429), `limited` (403 for the rate), `forgets` (history ids below are too old).

    `asked` keeps what was asked, in order; `opened` the ids of messages whose text was asked for.
    """

    provider: providers.Provider = field(default_factory=lambda: providers.PROVIDERS["google"])
    app: Flask = field(default_factory=lambda: Flask("gmail"))
    labels: dict[str, str] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    history: int = 1000
    forgets: int = 0
    busy: int = 0
    limited: int = 0
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office = consent.Office(self.app, self.provider, rotates=False)
        self.app.before_request(self._watch)
        for path, view in (
            ("profile", self._profile),
            ("labels", self._labels),
            ("messages", self._messages),
            ("messages/<id>", self._message),
            ("history", self._history),
        ):
            self.app.add_url_rule(f"/gmail/v1/users/me/{path}", f"gmail_{path}", view)

    def arrive(self, raw: bytes, at: datetime, *labels: str) -> Letter:
        """A message is delivered, to the inbox unless told otherwise."""
        self.history += 7
        letter = Letter(f"{self.history:016x}", raw, at, labels or ("INBOX", "UNREAD"), self.history)
        self.letters.append(letter)
        return letter

    def _watch(self) -> Any:
        if not request.path.startswith("/gmail/"):
            return None
        self.asked.append((request.path, request.args.to_dict()))
        if self.office.whose() is None:
            return _wrong(401, "authError")
        if self.busy:
            self.busy -= 1
            return _wrong(429, "rateLimitExceeded", {"Retry-After": "17"})
        if self.limited:
            self.limited -= 1
            return _wrong(403, "userRateLimitExceeded")
        return None

    def _profile(self) -> Response:
        total = len(self.letters)
        told = {"emailAddress": self.office.person, "messagesTotal": total, "threadsTotal": total}
        return jsonify(told | {"historyId": str(self.history)})

    def _labels(self) -> Response:
        own = [
            {"id": "INBOX", "name": "INBOX", "type": "system"},
            {"id": "SPAM", "name": "SPAM", "type": "system"},
        ]
        return jsonify(
            labels=own + [{"id": id, "name": name, "type": "user"} for id, name in self.labels.items()]
        )

    def _messages(self) -> Response:
        """Newest first; spam and the bin are left out."""
        after = re.search(r"\bafter:(\d+)", request.args.get("q", ""))
        since, label = int(after[1]) if after else 0, request.args.get("labelIds")
        found = [
            one
            for one in sorted(self.letters, key=lambda one: one.at, reverse=True)
            if one.at.timestamp() > since
            and not {"SPAM", "TRASH"} & set(one.labels)
            and (label is None or label in one.labels)
        ]
        start, end = self._page()
        told: dict[str, Any] = {"resultSizeEstimate": 201}
        if found[start:end]:
            told["messages"] = [{"id": one.id, "threadId": one.id} for one in found[start:end]]
        return jsonify(told | ({"nextPageToken": str(end)} if end < len(found) else {}))

    def _message(self, id: str) -> Any:
        letter = next((one for one in self.letters if one.id == id), None)
        if letter is None:
            return _wrong(404, "notFound")
        told: dict[str, Any] = {
            "id": letter.id,
            "threadId": letter.id,
            "labelIds": list(letter.labels),
            "historyId": str(letter.history),
            "internalDate": str(int(letter.at.timestamp() * 1000)),
            "sizeEstimate": len(letter.raw),
        }
        if request.args.get("format") == "raw":
            self.opened.append(id)
            return jsonify(told | {"raw": base64.urlsafe_b64encode(letter.raw).decode().rstrip("=")})
        told["payload"] = _payload(email.message_from_bytes(letter.raw), "")
        return jsonify(chosen(told, request.args["fields"]) if "fields" in request.args else told)

    def _history(self) -> Any:
        since, label = int(request.args["startHistoryId"]), request.args.get("labelId")
        if since < self.forgets:
            return _wrong(404, "notFound")
        found = [
            one for one in self.letters if one.history > since and (label is None or label in one.labels)
        ]
        start, end = self._page()
        told: dict[str, Any] = {"historyId": str(self.history)}
        if found[start:end]:
            told["history"] = [_added(one) for one in found[start:end]]
        return jsonify(told | ({"nextPageToken": str(end)} if end < len(found) else {}))

    def _page(self) -> tuple[int, int]:
        start = int(request.args.get("pageToken", 0))
        return start, start + min(MOST, int(request.args.get("maxResults", USUAL)))


def chosen(told: Any, fields: str) -> Any:
    """A partial answer: `a,b(c,d)` as Google's `fields` has it."""
    return _cut(told, _tree(_WORD.findall(fields)))


def _tree(words: list[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    last = ""
    while words:
        word = words.pop(0)
        if word == ")":
            break
        if word == "(":
            tree[last] = _tree(words)
        elif word != ",":
            last, tree[word] = word, {}
    return tree


def _cut(told: Any, tree: dict[str, Any]) -> Any:
    if not tree:
        return told
    if isinstance(told, list):
        return [_cut(one, tree) for one in told]
    return {name: _cut(told[name], below) for name, below in tree.items() if name in told}


def _payload(part: Message, id: str) -> dict[str, Any]:
    inner = part.get_payload() if part.is_multipart() else []
    body = b"" if part.is_multipart() else bytes(part.get_payload(decode=True) or b"")
    told: dict[str, Any] = {
        "partId": id,
        "mimeType": part.get_content_type(),
        "filename": part.get_filename() or "",
        "headers": [{"name": name, "value": str(value)} for name, value in part.items()],
        "body": {"size": len(body), "data": base64.urlsafe_b64encode(body).decode()},
    }
    if isinstance(inner, list) and inner:
        told["parts"] = [
            _payload(one, f"{id}.{n}".strip(".")) for n, one in enumerate(inner) if isinstance(one, Message)
        ]
    return told


def _added(letter: Letter) -> dict[str, Any]:
    short = {"id": letter.id, "threadId": letter.id, "labelIds": list(letter.labels)}
    return {"id": str(letter.history), "messages": [short], "messagesAdded": [{"message": short}]}


def _wrong(
    status: int, reason: str, headers: Mapping[str, str] | None = None
) -> tuple[Response, int, Mapping[str, str]]:
    said = {
        "code": status,
        "message": reason,
        "errors": [{"domain": "global", "reason": reason, "message": reason}],
    }
    return jsonify(error=said), status, headers or {}

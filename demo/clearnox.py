"""A stand-in for Clearnox: a sales ledger whose entries leave the list when their document arrives in a zip. How it calls things can be told."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

from demo import consent, server

Entry = dict[str, Any]
#: What its connector signs in with, unless it is told otherwise.
USER, PASSWORD = "connector", "it-is-us"


@dataclass(frozen=True)
class Words:
    """How this one calls things."""

    entries: str = "/entries/without-document"
    documents: str = "/documents"
    page: str = "page"
    size: str = "size"
    first: int = 0
    list: str = "content"
    file: str = "file"
    slip: str = "metadata.json"
    root: str = "documents"
    name: str = "fileName"
    ids: str = "entryIds"


@dataclass
class Clearnox:
    """Put at an address with `start()`.

    Levers: `loses()` says of each zip whether it is taken and the answer lost; `drops()` whether it is lost before it is taken;
    `ponders` is how many lists a document's entry still stands in; `answers` gives a status to every request; `at_most` entries
    a page, whatever is asked; `deaf`: the page that is asked for is not looked at; `says_last`: a page says whether it is the last.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    authorization: str = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    loses: Callable[[], bool] = lambda: False
    drops: Callable[[], bool] = lambda: False
    ponders: int = 0
    answers: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    at_most: int = 1000
    deaf: bool = False
    says_last: bool = True
    asked: Counter[str] = field(default_factory=Counter)
    #: Documents by entry, and zips as they came, by their SHA-256.
    received: dict[str, list[bytes]] = field(default_factory=dict)
    zips: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = Flask("clearnox")
        self.app.add_url_rule(self.words.entries, "entries", self._list, methods=["GET", "POST"])
        self.app.add_url_rule(self.words.documents, "documents", self._take, methods=["POST", "PUT"])
        self.app.before_request(self._refusal)
        consent.losing(self.app)
        self._lock = threading.RLock()
        self._server: server.Server | None = None
        self._leaving: dict[str, int] = {}

    @property
    def url(self) -> str:
        return self._server.url if self._server else ""

    @property
    def lacking(self) -> list[str]:
        """The ids of the entries that have no document, in their order."""
        return [id_ for id_ in self.entries if id_ not in self.received or id_ in self._leaving]

    def start(self, port: int = 0) -> Clearnox:
        """`port` 0 lets the system choose."""
        self._server = server.next_free(self.app, port) if port else server.Server(self.app)
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def book(self, *entries: Entry) -> None:
        """Entries of the sales ledger, each with its `id`."""
        self.entries |= {str(one["id"]): one for one in entries}

    def lose_document(self, entry_id: str) -> None:
        """Somebody takes the document away there."""
        del self.received[entry_id]

    def _refusal(self) -> Response | None:
        self.asked[f"{request.method} {request.path}"] += 1
        if self.answers:
            return _problem(self.answers, "not now", self.headers)
        if request.headers.get("Authorization") != self.authorization:
            return _problem(401, "who is it?")
        return None

    def _list(self) -> Any:
        words, asked = self.words, request.args if request.method == "GET" else request.get_json()
        size = min(int(asked.get(words.size, 50)), self.at_most)
        at = 0 if self.deaf else int(asked.get(words.page, words.first)) - words.first
        with self._lock:
            lacking = self.lacking
            if at == 0:
                self._leaving = {id_: left - 1 for id_, left in self._leaving.items() if left > 1}
        shown = [self.entries[id_] for id_ in lacking[at * size : (at + 1) * size]]
        last = {"last": (at + 1) * size >= len(lacking)} if self.says_last else {}
        return jsonify({words.list: shown, **last})

    def _take(self) -> Any:
        if self.drops():
            consent.lose(request.environ)
            return jsonify({})
        sent = request.files.get(self.words.file)
        content = sent.read() if sent else request.get_data()
        with self._lock:
            answer = self._taken(content)
        if self.loses():
            consent.lose(request.environ)
        return answer

    def _taken(self, content: bytes) -> Any:
        """All of it or nothing; a zip that was taken before changes nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            bundle = _read(content, self.words)
        except (KeyError, ValueError, zipfile.BadZipFile) as err:
            self.wrong.append(repr(err))
            return _problem(422, f"this zip cannot be read: {type(err).__name__}")
        if sha256 not in self.zips:
            self._keep(bundle)
        self.zips.append(sha256)
        self.sizes.append(len(content))
        return jsonify(taken=len(bundle))

    def _keep(self, bundle: Iterable[tuple[bytes, list[str]]]) -> None:
        for document, ids in bundle:
            for id_ in ids:
                self.received.setdefault(id_, []).append(document)
                if self.ponders:
                    self._leaving[id_] = self.ponders


def _read(content: bytes, words: Words) -> list[tuple[bytes, list[str]]]:
    """Each document of a zip, and the entries it is for. Raises KeyError, ValueError and BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        slip = json.loads(bundle.read(words.slip))
        lines = slip[words.root] if words.root else slip
        named = [line[words.name] for line in lines]
        held = [name for name in bundle.namelist() if name != words.slip]
        if sorted(named) != sorted(held) or len({name.casefold() for name in held}) < len(held):
            raise ValueError("the files are not those that are named")
        if any("/" in name or "\\" in name for name in held):
            raise ValueError("a name with a folder")
        return [(bundle.read(line[words.name]), [str(one) for one in line[words.ids]]) for line in lines]


def _problem(status: int, said: str, headers: dict[str, str] | None = None) -> Response:
    answer = jsonify(message=said)
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer

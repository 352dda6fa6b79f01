"""A stand-in for GetMyInvoices' API v3: documents that are kept as they came, a look whether one is there, a limit a minute, lost answers."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, jsonify, request

from demo import consent, server

BASE = "/accounts/v3"
_TYPES = ("INCOMING_INVOICE", "SALES_INVOICE", "CREDIT_NOTE", "RECEIPT", "MISC")
_DAYS, _NUMBERS = ("documentDate", "documentDueDate"), ("netAmount", "grossAmount")


@dataclass
class GetMyInvoices:
    """Put at an address with `start()`; `url` is the base of the interface.

    Levers: `loses()` says of each upload whether it is kept and its answer lost; `busy`: the limit is reached; `cannot_look`:
    nobody can ask whether a document is there; `by_uid`: records come as an object. `documents` are those kept, by their ids.
    """

    key: str = "it-is-us"
    loses: Callable[[], bool] = lambda: False
    busy: bool = False
    cannot_look: bool = False
    by_uid: bool = False
    documents: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.app = Flask("getmyinvoices")
        self.app.add_url_rule(f"{BASE}/documents", "list", self._list, methods=["GET"])
        self.app.add_url_rule(f"{BASE}/documents", "upload", self._upload, methods=["POST"])
        self.app.add_url_rule(f"{BASE}/documents/exists", "exists", self._exists, methods=["POST"])
        self.app.before_request(self._refusal)
        consent.losing(self.app)
        self._server: server.Server | None = None

    @property
    def url(self) -> str:
        return f"{self._server.url}{BASE}" if self._server else ""

    def start(self, port: int = 0) -> GetMyInvoices:
        """`port` 0 lets the system choose."""
        self._server = server.next_free(self.app, port) if port else server.Server(self.app)
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def collect(self, content: bytes) -> int:
        """It fetches a document itself; its id."""
        return self._keep({"content": content, "note": None})

    def _refusal(self) -> Any:
        self.asked[f"{request.method} {request.path.removeprefix(BASE)}"] += 1
        if request.headers.get("X-API-KEY") != self.key:
            return jsonify(success=False, detail="Invalid API key.", code=403), 403
        if self.busy:
            return jsonify(success=False, detail="Requests per minute limit is exceeded", code=429), 403
        return None

    def _list(self) -> Any:
        wanted = request.args.get("noteFilter", "")
        found = [one for one in self.documents.values() if wanted in (one["note"] or "")]
        told = [{"documentUid": one["documentUid"], "note": one["note"]} for one in found]
        records = {str(one["documentUid"]): one for one in told} if self.by_uid else told
        return jsonify(totalCount=len(told), offset=0, records=records)

    def _exists(self) -> Any:
        if self.cannot_look:
            return jsonify(success=False, detail="Method not allowed"), 405
        content = b64decode(request.get_json()["fileContent"])
        same = [uid for uid, one in self.documents.items() if one["content"] == content]
        return jsonify(success=True, exists=bool(same), **({"documentUid": same[0]} if same else {}))

    def _upload(self) -> Any:
        sent = request.get_json()
        problem = _problem(sent)
        if problem:
            return jsonify(success=False, detail=problem, error_code=100), 422
        uid = self._keep({**sent, "content": b64decode(sent["fileContent"])})
        if self.loses():
            consent.lose(request.environ)
        return jsonify(success=True, documentUid=uid)

    def _keep(self, document: dict[str, Any]) -> int:
        uid = 1000 + len(self.documents)
        self.documents[uid] = {**document, "documentUid": uid}
        return uid


def _problem(sent: dict[str, Any]) -> str:
    """What is wrong with a document, in its words."""
    if not all(sent.get(name) for name in ("fileName", "fileContent", "documentType")):
        return "Missing required parameters."
    if sent["documentType"] not in _TYPES:
        return "Invalid document type."
    if any(len(str(sent[name]).split("-")) != 3 for name in _DAYS if name in sent):
        return "Invalid Date Format. Must be in format Y-m-d."
    if any(not isinstance(sent[name], int | float) for name in _NUMBERS if name in sent):
        return "Amounts must be numeric."
    if not b64decode(sent["fileContent"]).startswith(b"%PDF"):
        return "Only PDF."
    return ""

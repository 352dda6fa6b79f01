"""A stand-in for Pennylane's company API: books that remember, files known by their bytes, 25 requests in 5 seconds, lost answers."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, Response, jsonify, request

from demo import consent, server
from demo.pennylane_books import Company, Invalid, Record

API = "/api/external/v2"
#: Requests in so many seconds.
MOST, WINDOW = 25, 5
_HIDDEN = ("content", "file", "used", "invoice_lines")


class Pennylane:
    """Put at an address with `start()`.

    Levers: `loses()` says of each change whether it is made and its answer lost; `down`: 503 to all; `filters` switched off
    are not listened to; `limited`. `asked` counts requests by method and path.
    """

    def __init__(self, company: Company | None = None, clock: Callable[[], float] = time.time) -> None:
        self.app = Flask("pennylane")
        self.books = company or Company()
        self.clock = clock
        self.token = secrets.token_urlsafe(24)
        self.loses: Callable[[], bool] = lambda: False
        self.down, self.filters, self.limited = False, True, True
        self.asked: Counter[str] = Counter()
        self._recent: deque[float] = deque()
        self._lock = threading.RLock()
        consent.losing(self.app)
        self.app.add_url_rule(f"{API}/<path:path>", "api", self._api, methods=["GET", "POST", "PUT"])
        self._server: server.Server | None = None

    @property
    def url(self) -> str:
        return self._server.url if self._server else ""

    def start(self, port: int = 0) -> Pennylane:
        """`port` 0 lets the system choose."""
        self._server = server.next_free(self.app, port) if port else server.Server(self.app)
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def _api(self, path: str) -> Any:
        with self._lock:
            self.asked[f"{request.method} {path}"] += 1
            answer = self.app.make_response(self._refusal() or self._answered(path))
            left = MOST - len(self._recent)
            reset = self._recent[0] + WINDOW if self._recent else self.clock()
        told = {
            "ratelimit-limit": MOST,
            "ratelimit-remaining": max(0, left),
            "ratelimit-reset": int(reset) + 1,
        }
        answer.headers.update({name: str(value) for name, value in told.items()})
        return answer

    def _refusal(self) -> Any:
        """Why a request is not even looked at, or None."""
        if self.down:
            return _problem(503, "unavailable")
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _problem(401, "Access token is missing or invalid")
        now = self.clock()
        while self._recent and self._recent[0] <= now - WINDOW:
            self._recent.popleft()
        if self.limited and len(self._recent) >= MOST:
            answer = _problem(429, "Rate limit exceeded.")
            answer.headers["retry-after"] = "2"
            return answer
        self._recent.append(now)
        return None

    def _answered(self, path: str) -> Any:
        if request.method == "GET":
            return self._read(path)
        try:
            made = self._changed(path)
        except Invalid as err:
            return _problem(err.status, str(err))
        if self.loses():
            consent.lose(request.environ)
        return jsonify(_shown(made)), 201 if request.method == "POST" else 200

    def _changed(self, path: str) -> Record:
        if path == "file_attachments":
            sent = request.files["file"]
            return self.books.upload(sent.filename or "", sent.read())
        if path == "supplier_invoices/e_invoices/imports":
            sent = request.files["file"]
            options = json.loads(request.form.get("invoice_options", "{}"))
            return self.books.take_in_data(sent.filename or "", sent.read(), options)
        if path == "supplier_invoices/import":
            return self.books.take_in(request.get_json())
        if path == "suppliers":
            return self.books.supply(request.get_json())
        return self.books.change(int(path.rpartition("/")[2]), request.get_json())

    def _read(self, path: str) -> Any:
        if path == "me":
            return jsonify(company={"id": 7, "name": self.books.name}, user=None)
        if path == "ledger_accounts":
            return self._numbered(self.books.accounts)
        if path.endswith("/invoice_lines"):
            which = int(path.split("/")[1])
            return self._listed([line for one in self.books.invoices if one["id"] == which for line in one["invoice_lines"]])  # fmt: skip
        lists = {"suppliers": self.books.suppliers, "supplier_invoices": self.books.invoices, "file_attachments": self.books.files}  # fmt: skip
        return self._listed(lists[path]) if path in lists else _problem(404, "not found")

    def _listed(self, rows: Sequence[Record]) -> Response:
        """Newest first, page after page."""
        found = [one for one in reversed(rows) if not self.filters or _fits(one)]
        start, limit = int(request.args.get("cursor", 0)), int(request.args.get("limit", 20))
        page, more = found[start : start + limit], start + limit < len(found)
        return jsonify(items=[_shown(one) for one in page], has_more=more, next_cursor=str(start + limit) if more else None)  # fmt: skip

    def _numbered(self, rows: Sequence[Record]) -> Response:
        page, size = int(request.args.get("page", 1)), int(request.args.get("per_page", 20))
        pages = -(-len(rows) // size)
        return jsonify(items=rows[(page - 1) * size : page * size], total_pages=pages, current_page=page)


def _fits(row: Record) -> bool:
    wanted = json.loads(request.args.get("filter", "[]"))
    return all(
        str(row.get(one["field"], "")).startswith(one["value"])
        if one["operator"] == "start_with"
        else row.get(one["field"]) == one["value"]
        for one in wanted
    )


def _shown(row: Record) -> Record:
    return {name: value for name, value in row.items() if name not in _HIDDEN}


def _problem(status: int, said: str) -> Response:
    answer = jsonify(error=said, status=status)
    answer.status_code = status
    return answer

"""A stand-in for QuickBooks Online's Accounting API v3: consents, books that remember, the throttle, request ids, lost answers."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request

from core import providers
from demo import consent, server
from demo.qbo_books import MONEY, Company, Fault, Record

#: Requests at once and in a minute, to one company.
AT_ONCE, A_MINUTE = 10, 500
_QUERY = re.compile(r"select \* from (\w+)(.*)", re.I)
_WHERE = re.compile(r"([\w.]+) = '((?:[^'\\]|\\.)*)'")
_PAGE = re.compile(r"startposition (\d+) maxresults (\d+)")
#: What a query may ask for; a note for one cannot be.
_FILTERS = {
    "DocNumber": lambda one: one.get("DocNumber"),
    "DisplayName": lambda one: one.get("DisplayName"),
    "AttachableRef.EntityRef.Type": lambda one: one["AttachableRef"][0]["EntityRef"]["type"],
    "AttachableRef.EntityRef.value": lambda one: one["AttachableRef"][0]["EntityRef"]["value"],
}


class Qbo:
    """Put at an address with `start()`.

    Levers: `loses()` says of each change whether it is made and its answer lost; `forgets_keys`: a repeated request id makes
    a second record; `faults_in_200`: faults come as a success; `down`: 503 to all; `limited`. `asked` counts requests by
    method and first word of the path.
    """

    def __init__(self, company: Company | None = None, clock: Callable[[], float] = time.time) -> None:
        self.app = Flask("qbo")
        self.books = company or Company("Atelier Brun")
        self.clock = clock
        self.loses: Callable[[], bool] = lambda: False
        self.forgets_keys, self.faults_in_200, self.down, self.limited = False, False, False, True
        self.asked: Counter[str] = Counter()
        self._answers: dict[str, Any] = {}
        self._minute: deque[float] = deque()
        self._inside = 0
        self._lock = threading.RLock()
        self.app.add_url_rule("/v3/company/<realm>/<path:path>", "api", self._api, methods=["GET", "POST"])
        provider = providers.PROVIDERS["qbo"]
        self.office = consent.Office(self.app, provider, brings={"realmId": self.books.realm})
        self._server: server.Server | None = None

    @property
    def url(self) -> str:
        return self._server.url if self._server else ""

    def start(self, port: int = 0) -> Qbo:
        """`port` 0 lets the system choose."""
        self._server = server.next_free(self.app, port) if port else server.Server(self.app)
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def _api(self, realm: str, path: str) -> Any:
        with self._lock:
            self._inside += 1
        try:
            return self._refusal(realm) or self._answered(path)
        finally:
            with self._lock:
                self._inside -= 1

    def _refusal(self, realm: str) -> Any:
        """Why a request is not even looked at, or None."""
        if self.down:
            return Response(status=503, headers={"Retry-After": "30"})
        if self.office.whose() is None:
            return _fault(Fault("3200", "message=AuthenticationFailed", kind="AUTHENTICATION"), 401)
        if realm != self.books.realm:
            return _fault(Fault("3100", "message=ApplicationAuthorizationFailed", kind="AuthorizationFault"), 403)  # fmt: skip
        if request.args.get("minorversion") != "75" or request.headers.get("Accept") != "application/json":
            return _fault(Fault("2020", "Required param missing, need to supply the required value"), 400)
        return self._over_limit() if self.limited else None

    def _over_limit(self) -> Any:
        now = self.clock()
        with self._lock:
            while self._minute and self._minute[0] <= now - 60:
                self._minute.popleft()
            if self._inside > AT_ONCE or len(self._minute) >= A_MINUTE:
                return _fault(Fault("003001", "ThrottleExceeded", kind="SERVICE"), 429)
            self._minute.append(now)
        return None

    def _answered(self, path: str) -> Any:
        first, _, rest = path.partition("/")
        self.asked[f"{request.method} {first}"] += 1
        if first == "download":
            return Response(self.books.contents[rest])
        with self._lock:
            try:
                told = self._read(first, rest) if request.method == "GET" else self._changed_once(first)
            except Fault as err:
                if first == "upload":  # of each file, within a success
                    return jsonify(AttachableResponse=[{"Fault": _told(err)}])
                return _fault(err, 200 if self.faults_in_200 else 400)
            if request.method == "POST" and self.loses():
                consent.lose(request.environ)
            return jsonify(told)

    def _read(self, first: str, rest: str) -> Record:
        books = self.books
        if first == "query":
            return {"QueryResponse": self._found(request.args["query"])}
        if first == "companyinfo":
            return {"CompanyInfo": {"CompanyName": books.name, "Country": books.country, "Id": "1"}}
        if first == "preferences":
            closed = {"BookCloseDate": books.closed.isoformat()} if books.closed else {}
            home = {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": books.currencies[0]}}
            return {"Preferences": {"AccountingInfoPrefs": closed, "CurrencyPrefs": home}}
        entity = _entity(first)
        return {entity: books.one(entity, rest)}

    def _found(self, query: str) -> dict[str, list[Record]]:
        asked = _QUERY.fullmatch(query)
        if asked is None:
            raise Fault("4000", "Error parsing query", query)
        wanted = {name: re.sub(r"\\(.)", r"\1", value) for name, value in _WHERE.findall(asked[2])}
        if unknown := set(wanted) - set(_FILTERS):
            raise Fault("4001", "Invalid query", f"property '{unknown.pop()}' is not queryable")
        rows = self.books.rows(asked[1])
        rows = [one for one in rows if all(_FILTERS[name](one) == value for name, value in wanted.items())]
        page = _PAGE.search(asked[2])
        start, most = (int(page[1]) - 1, int(page[2])) if page else (0, 100)
        return {asked[1]: rows[start : start + most]} if rows[start : start + most] else {}

    def _changed_once(self, first: str) -> Any:
        """A request id that comes again gets the answer of the first time."""
        key = request.args.get("requestid", "")
        if not key or len(key) > 50:
            raise Fault("2050", "String length is either shorter or longer than supported", "requestid")
        if key not in self._answers or self.forgets_keys:
            self._answers[key] = self._change(first)
        return self._answers[key]

    def _change(self, first: str) -> Record:
        if first == "upload":
            told = json.loads(request.files["file_metadata_01"].read())
            made = self.books.attach(told, request.files["file_content_01"].read())
            return {"AttachableResponse": [{"Attachable": made}]}
        entity = _entity(first)
        return {entity: self.books.keep(entity, request.get_json())}


def _entity(word: str) -> str:
    known = {one.lower(): one for one in (*MONEY, "Vendor")}
    if word not in known:
        raise Fault("4000", "Unsupported operation", word)
    return known[word]


def _fault(err: Fault, status: int) -> tuple[Response, int]:
    return jsonify(Fault=_told(err), time="2026-11-20T09:00:00.000-08:00"), status


def _told(err: Fault) -> Record:
    return {"Error": [{"Message": err.message, "Detail": err.detail, "code": err.code}], "type": err.kind}

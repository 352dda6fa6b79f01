"""A stand-in for Xero's Accounting API 2.0: consents, books that remember, limits with their headers, idempotency keys, lost answers."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request

from core import providers
from demo import consent, server
from demo.xero_books import KINDS, Invalid, Organisation, Record

#: Requests at once, in a minute, in a day, to one organisation (the free tier's).
AT_ONCE, A_MINUTE, A_DAY = 5, 60, 1000
GONE = "The resource you're looking for cannot be found"
_RIGHTS = (
    "CreateDraftBill",
    "CreateApprovedBill",
    "AttachFilesIntoInvoice",
    "CreateInvoicePayment",
    "UseMulticurrency",
)


class Xero:
    """Put at an address with `start()`.

    Levers: `loses()` says of each change whether it is made and its answer lost; `forgets_keys`: a repeated key makes a
    second record; `down`: 503 to all; `limited`. `asked` counts requests by method and first word of the path.
    """

    def __init__(self, *organisations: Organisation, clock: Callable[[], float] = time.time) -> None:
        self.app = Flask("xero")
        self.organisations = list(organisations) or [Organisation("Atelier Brun")]
        self.clock = clock
        self.loses: Callable[[], bool] = lambda: False
        self.forgets_keys, self.down, self.limited = False, False, True
        self.asked: Counter[str] = Counter()
        self._answers: dict[str, tuple[str, Any, int]] = {}
        self._minute: deque[float] = deque()
        self._days: Counter[int] = Counter()
        self._inside = 0
        self._lock = threading.RLock()
        self.app.add_url_rule("/connections", "connections", self._connections)
        self.app.add_url_rule("/api.xro/2.0/<path:path>", "api", self._api, methods=["GET", "PUT", "POST"])
        self.office = consent.Office(self.app, providers.PROVIDERS["xero"])
        self._server: server.Server | None = None

    @property
    def books(self) -> Organisation:
        """The first organisation's."""
        return self.organisations[0]

    @property
    def url(self) -> str:
        return self._server.url if self._server else ""

    def start(self, port: int = 0) -> Xero:
        """`port` 0 lets the system choose."""
        self._server = server.next_free(self.app, port) if port else server.Server(self.app)
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def _connections(self) -> Any:
        if self.office.whose() is None:
            return _problem(401, "AuthenticationUnsuccessful")
        return jsonify([{"id": str(uuid.uuid4()), "tenantId": one.id, "tenantType": "ORGANISATION", "tenantName": one.name} for one in self.organisations])  # fmt: skip

    def _api(self, path: str) -> Any:
        with self._lock:
            self._inside += 1
        try:
            answer = self._refusal() or self._answered(path)
        finally:
            with self._lock:
                self._inside -= 1
        made = self.app.make_response(answer)
        minute, day = A_MINUTE - len(self._minute), A_DAY - self._days[int(self.clock() // 86400)]
        made.headers.update({"X-MinLimit-Remaining": str(minute), "X-DayLimit-Remaining": str(day)})
        return made

    def _refusal(self) -> Any:
        """Why a request is not even looked at, or None."""
        if self.down:
            return _problem(503, "ServiceUnavailable", {"Retry-After": "30"})
        if self.office.whose() is None:
            return _problem(401, "TokenExpired")
        if request.headers.get("Accept") != "application/json":
            return _problem(406, "this stand-in speaks JSON only")
        if self._whose() is None:
            return _problem(403, "AuthenticationUnsuccessful")
        return self._over_limit() if self.limited else None

    def _over_limit(self) -> Any:
        now, day = self.clock(), int(self.clock() // 86400)
        with self._lock:
            while self._minute and self._minute[0] <= now - 60:
                self._minute.popleft()
            if self._inside > AT_ONCE:
                return _too_many("concurrent", 1)
            if self._days[day] >= A_DAY:
                return _too_many("day", int((day + 1) * 86400 - now) + 1)
            if len(self._minute) >= A_MINUTE:
                return _too_many("minute", int(self._minute[0] + 60 - now) + 1)
            self._minute.append(now)
            self._days[day] += 1
        return None

    def _answered(self, path: str) -> Any:
        self.asked[f"{request.method} {path.split('/')[0]}"] += 1
        with self._lock:
            if request.method == "GET":
                return self._read(path)
            answer = self._changed_once(path)
            if self.loses():
                consent.lose(request.environ)
            return answer

    def _changed_once(self, path: str) -> Any:
        """The same key with the same words gives the same answer, and with other words none."""
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > 128:
            return _problem(400, "The Idempotency-Key is too long")
        words = hashlib.sha256(path.encode() + request.get_data()).hexdigest()
        if key in self._answers and not self.forgets_keys:
            before, told, status = self._answers[key]
            return (
                (jsonify(told), status)
                if before == words
                else _problem(400, "Idempotency-Key was used before")
            )
        told, status = self._change(path)
        if key:
            self._answers[key] = (words, told, status)
        return jsonify(told), status

    def _change(self, path: str) -> tuple[Any, int]:
        kind, _, rest = path.partition("/")
        record_id, _, file = rest.partition("/Attachments/")
        try:
            if file:
                id_ = self._org().attach(record_id, unquote(file), request.get_data())
                return {"Attachments": [{"AttachmentID": id_, "FileName": unquote(file)}]}, 200
            sent: list[Record] = request.get_json()[kind]
        except KeyError:
            return {"Title": GONE, "Status": 404, "Detail": GONE}, 404
        except Invalid as err:
            return _validation([{"ValidationErrors": [{"Message": one} for one in err.said]}], err), 400
        kept = [self._kept(kind, one, record_id) for one in sent]
        wrong = [one for one in kept if one["HasErrors"]]
        if wrong and request.args.get("summarizeErrors") != "false":
            return _validation(wrong, Invalid("A validation exception occurred")), 400
        return {kind: kept}, 200

    def _kept(self, kind: str, sent: Record, record_id: str) -> Record:
        try:
            return {
                **self._org().keep(kind, sent, record_id),
                "HasErrors": False,
                "StatusAttributeString": "OK",
            }
        except Invalid as err:
            said = [{"Message": one} for one in err.said]
            return {**sent, "HasErrors": True, "StatusAttributeString": "ERROR", "ValidationErrors": said}

    def _read(self, path: str) -> Any:
        org, (kind, _, rest) = self._org(), path.partition("/")
        if rest.endswith("/Attachments"):
            record_id = rest.removesuffix("/Attachments")
            if not org.holds(record_id):
                return _problem(404, GONE)
            files = org.files.get(record_id, {})
            return jsonify(Attachments=[{"AttachmentID": id_, "FileName": name, "ContentLength": len(content)} for name, (id_, content) in files.items()])  # fmt: skip
        if kind in KINDS:
            return jsonify({kind: org.found(kind, request.args.get("where", ""))})
        return jsonify(_told(org, path, int(request.args.get("page", "1"))))

    def _whose(self) -> Organisation | None:
        tenant = request.headers.get("xero-tenant-id")
        return next((one for one in self.organisations if one.id == tenant), None)

    def _org(self) -> Organisation:
        return self._whose() or self.books


def _told(org: Organisation, path: str, page: int) -> dict[str, list[Record]]:
    """What the organisation says of itself."""
    locks = {"PeriodLockDate": org.period_lock, "EndOfYearLockDate": org.year_lock}
    told: dict[str, list[Record]] = {
        "Organisation": [{"Name": org.name, "BaseCurrency": org.currencies[0], "CountryCode": "FR", "Version": "GLOBAL", **{name: f"/Date({_millis(day)}+0000)/" for name, day in locks.items() if day}}],
        "Organisation/Actions": [{"Name": one, "Status": "NOT-ALLOWED" if one in org.forbidden else "ALLOWED"} for one in _RIGHTS],
        "Users": [{"UserID": str(uuid.uuid4()), "EmailAddress": "anne@firm.example", "OrganisationRole": org.role}],
        "Accounts": org.accounts,
        "Contacts": [{"ContactID": id_, "Name": name, "ContactStatus": "ACTIVE"} for id_, name in org.contacts.items()] if page == 1 else [],
        "TaxRates": [{"Name": name, "TaxType": of, "EffectiveRate": rate, "CanApplyToExpenses": True, "Status": "ACTIVE"} for name, of, rate in (("TVA 20 %", "INPUT2", 20.0), ("TVA 10 %", "INPUT", 10.0), ("Exonéré", "NONE", 0.0))],
        "TrackingCategories": [{"TrackingCategoryID": org.tracking_id, "Name": "Région", "Status": "ACTIVE", "Options": [{"Name": one, "Status": "ACTIVE"} for one in org.regions]}],
    }  # fmt: skip
    keys = {"Organisation": "Organisations", "Organisation/Actions": "Actions"}
    return {keys.get(path, path): told.get(path, [])}


def _millis(day: date) -> int:
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000


def _validation(elements: list[Record], err: Invalid) -> Record:
    return {"ErrorNumber": 10, "Type": "ValidationException", "Message": str(err), "Elements": elements}


def _problem(status: int, said: str, headers: dict[str, str] | None = None) -> Response:
    answer = jsonify(Title=said, Status=status, Detail=said)
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


def _too_many(which: str, wait: int) -> Response:
    return _problem(429, "TooManyRequests", {"Retry-After": str(wait), "X-Rate-Limit-Problem": which})

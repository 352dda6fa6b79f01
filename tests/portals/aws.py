"""AWS Invoicing (service of 2024-12-01, JSON 1.0, one endpoint), as publicly known in November 2026, and its store of files.

Calls are signed with Signature Version 4 and answered in pages with a token. A PDF is told as a pre-signed address, which
refuses whoever brings another signature along, and expires.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
import time
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

from flask import Flask, Response, jsonify, request

from demo import backstage, desk, house, paper, shelf
from demo.stage import Lever
from tests.portals import keyed

BRAND = house.Brand(
    id="aws",
    name="Amazon Web Services",
    language="en",
    currency="USD",
    login="123456789012",
    password="wJalr/Replica+SecretAccessKey/Forty1Letters",
    supplier=paper.Party("Amazon Web Services EMEA SARL", ("38 avenue John F. Kennedy", "L-1855 Luxembourg")),
)
ACCESS_KEY = "AKIAREPLICA00EXAMPLE"
HOST, STORE = "invoicing.us-east-1.api.aws", "invoice-pdf.s3.us-east-1.amazonaws.com"
SCOPE = "us-east-1/invoicing/aws4_request"
PAGE = 7


class AWSReplica(keyed.Keyed):
    """13 invoices on two pages. `late` is the seconds by which the caller's clock may be wrong."""

    supplier = "aws"
    HOSTS = (HOST, STORE)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        bills = shelf.Shelf("EUINFR")
        bills.fill(shelf.months(date(2025, 10, 2), 13), cents=25871)
        self.house = house.House(BRAND, bills, keyed.stage(), latency=latency)
        self.late = 300
        #: Whether the links it gives are dead already.
        self.stale_links = False
        super().__init__(tls, self.house, {HOST: self._api(), STORE: self._store()})

    @property
    def fields(self) -> dict[str, str]:
        return {
            "account_id": BRAND.login,
            "access_key_id": ACCESS_KEY,
            "secret_access_key": self.house.password,
        }

    def _api(self) -> Flask:
        app = Flask("aws-invoicing")
        backstage.install(app, self.house)
        app.add_url_rule("/", "call", self._call, methods=["POST"])
        return app

    def _store(self) -> Flask:
        app = Flask("aws-store")
        backstage.install(app, self.house)
        app.add_url_rule("/<number>.pdf", "pdf", self._pdf)
        return app

    def _call(self) -> Response:
        asked = request.get_json(force=True)
        target = request.headers.get("X-Amz-Target", "")
        refusal = self._refusal()
        if refusal:
            return refusal
        if target == "Invoicing.ListInvoiceSummaries":
            return self._list(asked)
        if target == "Invoicing.GetInvoicePDF":
            return self._link(asked.get("InvoiceId", ""))
        return _error(400, "com.amazon.coral.service#UnknownOperationException", "")

    def _refusal(self) -> Response | None:
        told = _authorization(request.headers.get("Authorization", ""))
        if self.throttled:
            return _error(400, "ThrottlingException", "Rate exceeded")
        if told.get("Credential", "").split("/")[0] != ACCESS_KEY:
            self.counters.count("logins_refused")
            words = "The security token included in the request is invalid."
            return _error(400, "com.amazon.coral.service#UnrecognizedClientException", words)
        if self.expired or told.get("Signature") != self._signature(told):
            self.counters.count("logins_refused")
            words = "The request signature we calculated does not match the signature you provided."
            return _error(400, "com.amazon.coral.service#InvalidSignatureException", words)
        at = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
        if abs(time.time() - at.timestamp()) > self.late:
            words = "Signature expired: it is now earlier than the time of this endpoint minus 5 min."
            return _error(403, "InvalidSignatureException", words)
        if self.ungranted:
            words = "User is not authorized to perform: invoicing:ListInvoiceSummaries"
            return _error(400, "AccessDeniedException", words)
        return None

    def _signature(self, told: dict[str, str]) -> str:
        """What the caller should have written, from what was heard."""
        names = told.get("SignedHeaders", "").split(";")
        needed = {"host", *(name.lower() for name, _ in request.headers if name.lower().startswith("x-amz-"))}
        if not needed <= set(names):
            return ""
        lines = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names)
        body = hashlib.sha256(request.get_data()).hexdigest()
        canonical = f"{request.method}\n{request.path}\n\n{lines}\n{';'.join(names)}\n{body}"
        at = request.headers.get("X-Amz-Date", "")
        steps = (at[:8], *SCOPE.split("/"))
        key = reduce(_step, steps, f"AWS4{self.house.password}".encode())
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{at}\n{at[:8]}/{SCOPE}\n{digest}"
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def _list(self, asked: dict[str, Any]) -> Response:
        self.counters.count("listings")
        if asked.get("Selector") != {"ResourceType": "ACCOUNT_ID", "Value": BRAND.login}:
            return _error(400, "ValidationException", "Account ID is not valid")
        if self.stage.on(Lever.SILENT_EMPTY):
            return jsonify({})
        mine = self.house.bills(self.customer)
        start = int(asked.get("NextToken", "token-0").removeprefix("token-"))
        shown = mine[start : start + min(PAGE, asked.get("MaxResults", PAGE))]
        more = {"NextToken": f"token-{start + PAGE}"} if start + PAGE < len(mine) else {}
        self.house.list_shown()
        name = "Invoices" if self.stage.on(Lever.MOVE_BUTTONS) else "InvoiceSummaries"
        return jsonify({name: [_summary(bill) for bill in shown], **more})

    def _link(self, number: str) -> Response:
        if self.house.bill(self.customer, number) is None:
            return _error(400, "ResourceNotFoundException", "No such invoice")
        url = f"https://{STORE}/{number}.pdf?X-Amz-Expires=300&X-Amz-Signature={_word(number)}"
        return jsonify({"InvoicePDF": {"InvoiceId": number, "DocumentUrl": url, "SupplementalDocuments": []}})

    def _pdf(self, number: str) -> Response:
        if "Authorization" in request.headers:
            self.strays += 1
            return Response(
                "<Error><Code>InvalidArgument</Code></Error>", 400, content_type="application/xml"
            )
        bill = self.house.bill(self.customer, number)
        if bill is None or request.args.get("X-Amz-Signature") != _word(number) or self.stale_links:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")
        handed = desk.hand_over(self.house, BRAND.login, bill)
        return Response(handed.body, headers=handed.headers(number))


def _authorization(header: str) -> dict[str, str]:
    _, _, told = header.partition(" ")
    return dict(part.strip().split("=", 1) for part in told.split(",") if "=" in part)


def _step(key: bytes, word: str) -> bytes:
    return hmac.new(key, word.encode(), hashlib.sha256).digest()


def _word(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()


def _summary(bill: shelf.Bill) -> dict[str, Any]:
    """Instants are seconds since 1970, amounts are texts."""
    issued = datetime(bill.issued.year, bill.issued.month, bill.issued.day, 3, 20, tzinfo=UTC)
    return {
        "AccountId": BRAND.login,
        "InvoiceId": bill.number,
        "InvoiceType": "CREDIT_MEMO" if bill.credit_note else "INVOICE",
        "IssuedDate": issued.timestamp(),
        "BaseCurrencyAmount": {"TotalAmount": f"{bill.total:.2f}", "CurrencyCode": "USD"},
    }


def _error(status: int, kind: str, words: str) -> Response:
    return keyed.answered(status, {"__type": kind, "message": words})

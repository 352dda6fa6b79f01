"""GetMyInvoices' interface for programs, version 3, as publicly known in November 2026: documents of many suppliers in one list.

`records` is an array or an object keyed by uid, as it likes; a cursor asks for higher uids only; the file comes as base64
in JSON.
"""

from __future__ import annotations

import base64
import ssl
from datetime import date
from typing import Any

from flask import Flask, Response, jsonify, request

from demo import backstage, desk, house, paper, shelf
from demo.stage import Lever
from tests.portals import keyed

BRAND = house.Brand(
    id="getmyinvoices",
    name="GetMyInvoices",
    language="en",
    currency="EUR",
    login="compta@atelier.example",
    password="gmi-replica-api-key-0001",
    supplier=paper.Party("Papeterie Brun", ("3 rue du Port", "44000 Nantes"), "552100554"),
)
COMPANIES = ("Papeterie Brun", "Nuage Hébergement")
PAGE = 10


class GetMyInvoicesReplica(keyed.Keyed):
    """12 invoices of one company and 5 of another, between them two invoices of our own customers' (outgoing)."""

    supplier = "getmyinvoices"
    HOSTS = ("api.getmyinvoices.com",)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        bills = shelf.Shelf("PB", COMPANIES)
        bills.fill(shelf.months(date(2025, 11, 3), 12), cents=8940, contract=COMPANIES[0])
        bills.fill(shelf.months(date(2026, 6, 9), 5), cents=2988, contract=COMPANIES[1])
        self.house = house.House(BRAND, bills, keyed.stage(), latency=latency)
        #: Whether `records` is an object keyed by uid.
        self.by_uid = False
        self._uids: dict[str, int] = {}
        super().__init__(tls, self.house, {self.HOSTS[0]: self._api()})

    @property
    def fields(self) -> dict[str, str]:
        return {"account": BRAND.login, "api_key": self.house.password}

    def _api(self) -> Flask:
        app = Flask("getmyinvoices")
        backstage.install(app, self.house)
        app.add_url_rule("/accounts/v3/documents", "list", self._list)
        app.add_url_rule("/accounts/v3/documents/<int:uid>", "document", self._document)
        return app

    def _refusal(self) -> Response | None:
        if self.throttled:
            return keyed.answered(429, {"success": False, "detail": "Too many requests"})
        if request.headers.get("X-API-KEY") != self.house.password or self.expired or self.ungranted:
            return self.refused(403, success=False, detail="Invalid API key", error_code=403)
        return None

    def _list(self) -> Response:
        self.counters.count("listings")
        refusal = self._refusal()
        if refusal:
            return refusal
        if self.stage.on(Lever.SILENT_EMPTY):
            return jsonify(success=True)
        above = int(request.args.get("documentUidStartFilter") or 0)
        found = [record for record in self._records() if record["documentUid"] > above]
        shown = found[:PAGE]
        self.house.list_shown()
        records: Any = {str(each["documentUid"]): each for each in shown} if self.by_uid else shown
        name = "documents" if self.stage.on(Lever.MOVE_BUTTONS) else "records"
        return jsonify({"totalCount": len(found), "offset": 0, name: records})

    def _records(self) -> list[dict[str, Any]]:
        """By uid, which is given in the order in which documents came."""
        bills = self.house.bills(self.customer)
        for bill in sorted(bills, key=lambda bill: bill.number.rpartition("-")[2]):
            self._uids.setdefault(bill.number, 5001 + 3 * len(self._uids))
        mine = [_record(self._uids[bill.number], bill) for bill in bills]
        sales = [
            {**each, "documentUid": each["documentUid"] + 1, "documentType": "SALES_INVOICE"}
            for each in mine[:2]
        ]
        return sorted([*mine, *sales], key=lambda record: record["documentUid"])

    def _document(self, uid: int) -> Response:
        refusal = self._refusal()
        number = next((number for number, known in self._uids.items() if known == uid), "")
        bill = self.house.bill(self.customer, number)
        if refusal or bill is None:
            return refusal or keyed.answered(404, {"success": False, "detail": "Document not found"})
        body = keyed.whole(desk.hand_over(self.house, BRAND.login, bill).body)
        return jsonify(meta_data=_record(uid, bill), fileContent=base64.b64encode(body).decode())


def _record(uid: int, bill: shelf.Bill) -> dict[str, Any]:
    return {
        "documentUid": uid,
        "companyName": bill.contract,
        "documentType": "CREDIT_NOTE" if bill.credit_note else "INCOMING_INVOICE",
        "documentNumber": bill.number,
        "documentDate": bill.issued.isoformat(),
        "grossAmount": f"{bill.total:.2f}",
        "currency": "EUR",
        "filename": f"{bill.number}.pdf",
        "isOcrCompleted": 1,
    }

"""OVHcloud's interface for programs (eu.api.ovh.com), as publicly known in November 2026, and the host of its PDFs.

Calls are signed with SHA-1 of secret, consumer key, method, address, body and time, by a clock that is not ours
(`/auth/time` tells it). Bills and refunds are lists of ids; each id has its details, and its PDF lies at www.ovh.com
behind a word in the address.
"""

from __future__ import annotations

import hashlib
import ssl
import time
from datetime import date
from typing import Any

from flask import Flask, Response, jsonify, request

from demo import backstage, desk, house, paper, shelf
from demo.stage import Lever
from tests.portals import keyed

BRAND = house.Brand(
    id="ovhcloud",
    name="OVHcloud",
    language="fr",
    currency="EUR",
    login="ab12345-ovh",
    password="Ovh-replica-application-secret-1",
    supplier=paper.Party("OVH", ("2 rue Kellermann", "59100 Roubaix"), "424761419"),
)
APPLICATION, CONSUMER = "ovhReplicaApp001", "ovhReplicaConsumerKeyOf32Letters"
API = "https://eu.api.ovh.com/v1"


class OVHcloudReplica(keyed.Keyed):
    """14 bills and no refund. `ahead` is how many seconds its clock is ahead of ours."""

    supplier = "ovhcloud"
    HOSTS = ("eu.api.ovh.com", "www.ovh.com")

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        bills = shelf.Shelf("FR")
        bills.fill(shelf.months(date(2025, 9, 1), 14), cents=1439)
        # The ids come in one answer: there is no between.
        self.house = house.House(BRAND, bills, keyed.stage(Lever.BETWEEN_PAGES), latency=latency)
        self.ahead = 400
        super().__init__(tls, self.house, {"eu.api.ovh.com": self._api(), "www.ovh.com": self._files()})

    @property
    def fields(self) -> dict[str, str]:
        return {
            "application_key": APPLICATION,
            "application_secret": self.house.password,
            "consumer_key": CONSUMER,
        }

    def _api(self) -> Flask:
        app = Flask("ovh-api")
        backstage.install(app, self.house)
        app.add_url_rule("/v1/auth/time", "time", lambda: jsonify(self._clock()))
        app.add_url_rule("/v1/me/<noun>", "ids", self._ids)
        app.add_url_rule("/v1/me/<noun>/<number>", "details", self._details)
        return app

    def _files(self) -> Flask:
        app = Flask("ovh-files")
        backstage.install(app, self.house)
        app.add_url_rule("/cgi-bin/order/bill.pdf", "pdf", self._pdf)
        return app

    def _clock(self) -> int:
        return int(time.time()) + self.ahead

    def _refusal(self) -> Response | None:
        """In the order in which the interface looks."""
        said = request.headers
        if self.throttled:
            return keyed.answered(429, {"message": "Too many requests"}, **{"Retry-After": "60"})
        if said.get("X-Ovh-Application") != APPLICATION:
            return self.refused(403, errorCode="INVALID_KEY", message="Invalid application key")
        if said.get("X-Ovh-Consumer") != CONSUMER or self.expired:
            return self.refused(403, errorCode="NOT_CREDENTIAL", message="This credential is not valid")
        told = int(said.get("X-Ovh-Timestamp", "0"))
        signed = "+".join((self.house.password, CONSUMER, request.method, request.url, "", str(told)))
        right = "$1$" + hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 - as the interface asks
        if said.get("X-Ovh-Signature") != right or abs(told - self._clock()) > 60:
            return self.refused(400, errorCode="INVALID_SIGNATURE", message="Invalid signature")
        if self.ungranted:
            return self.refused(403, errorCode="NOT_GRANTED_CALL", message="This call has not been granted")
        return None

    def _ids(self, noun: str) -> Response:
        self.counters.count("listings")
        refusal = self._refusal()
        if refusal:
            return refusal
        if self.stage.on(Lever.SILENT_EMPTY):
            return jsonify(None)
        mine = [
            bill.number for bill in self.house.bills(self.customer) if bill.credit_note == (noun == "refund")
        ]
        return jsonify({"ids": mine} if self.stage.on(Lever.MOVE_BUTTONS) else sorted(mine))

    def _details(self, noun: str, number: str) -> Response:
        refusal = self._refusal()
        bill = self.house.bill(self.customer, number)
        if refusal or bill is None:
            return refusal or keyed.answered(404, {"message": "The requested object does not exist"})
        return jsonify(self._shown(noun, bill))

    def _shown(self, noun: str, bill: shelf.Bill) -> dict[str, Any]:
        """Instants in the zone of Paris; a refund's amount is not negative."""
        price = {"value": float(abs(bill.total)), "currencyCode": "EUR", "text": f"{abs(bill.total):.2f} €"}
        return {
            f"{noun}Id": bill.number,
            "date": f"{bill.issued}T00:31:07+02:00",
            "priceTotal" if self.stage.on(Lever.MOVE_BUTTONS) else "priceWithTax": price,
            "pdfUrl": f"https://www.ovh.com/cgi-bin/order/bill.pdf?reference={bill.number}&passwd={_word(bill)}",
        }

    def _pdf(self) -> Response:
        self.strays += any(name.startswith("X-Ovh") for name, _ in request.headers)
        bill = self.house.bill(self.customer, request.args.get("reference", ""))
        if bill is None or request.args.get("passwd") != _word(bill):
            return Response("<h1>Not found</h1>", 404, content_type="text/html")
        handed = desk.hand_over(self.house, BRAND.login, bill)
        return Response(handed.body, headers=handed.headers(bill.number))


def _word(bill: shelf.Bill) -> str:
    return hashlib.sha256(bill.number.encode()).hexdigest()[:6]

"""Notion's billing history, as publicly known in 2026: a code or a password, workspaces, events of which some are invoices, hosted at Stripe.

The calls that the sign-in page makes, and the words of a refusal, are invented.
"""

from __future__ import annotations

import ssl
from datetime import UTC, date, datetime, time
from typing import Any, cast

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, house, paper, shelf
from demo.house import Answer
from demo.shelf import Bill
from demo.stage import Lever, Stage
from tests.portals import reception, replica, stripe_invoices

#: Its list is one answer, and its usual customer has no password; nobody tells of terms, of a puzzle or of an approval.
LEVERS = frozenset(Lever) - {
    Lever.BETWEEN_PAGES, Lever.CHANGE_PASSWORD, Lever.NEW_PASSWORD, Lever.LOCKED, Lever.TERMS, Lever.CAPTCHA,
    Lever.APPROVAL, Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
TEAM, HOME = "5e3f0d9c-team", "77aa12bc-home"
SPACES = {TEAM: "Atelier Fontaine", HOME: "Claire’s Notion"}


class NotionReplica(replica.Replica):
    """Two workspaces: fifteen invoices in the one, none in the other."""

    supplier = "notion"
    HOSTS = ("www.notion.so", *stripe_invoices.HOSTS)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0, password: bool = False) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds; `password`: the customer has set one."""
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "token_v2")
        self.sheets = stripe_invoices.HostedInvoices(self.house)
        self.by_password = password
        super().__init__(tls, self.house, {"www.notion.so": self._app(), **self.sheets.sites})

    @property
    def fields(self) -> dict[str, str]:
        password = {"password": self.house.password} if self.by_password else {}
        return {"email": self.house.brand.login, **password}

    def _app(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        add = app.add_url_rule
        add("/login", view_func=lambda: render_template("notion.html", signed=False), endpoint="login")
        add("/", view_func=lambda: render_template("notion.html", signed=True), endpoint="space")
        add("/replica/<step>", view_func=self.step, methods=["POST"])
        add("/api/v3/getSpaces", view_func=self.spaces, methods=["POST"])
        add("/api/v3/getBillingHistory", view_func=self.history, methods=["POST"])
        add("/api/v3/getInvoiceData", view_func=self.invoice, methods=["POST"])
        return app

    def step(self, step: str) -> Answered:
        said = str(self._sent.get("said", ""))
        if step == "email":
            return self._begin(said)
        session = self.reception.session
        if session is None:
            return _refused("ValidationError", 400)
        if step == "password":
            if self.house.try_password(session.login, said) is not Answer.OK:
                return _refused("Incorrect password.", 401)
        elif not self.reception.right_code(said):
            return _refused("Your login code was incorrect. Please try again.", 401)
        session.proven = True
        return jsonify(url="/")

    def _begin(self, login: str) -> Answered:
        self.reception.admit(login)
        if not self.by_password and self.house.knows(login):
            self.reception.send_code()
        return jsonify(next="password" if self.by_password else "code")

    def spaces(self) -> Answered:
        if self.reception.customer is None:
            return _refused("UnauthorizedError", 401)
        told = {
            space: {"role": "editor", "value": {"id": space, "name": name}} for space, name in SPACES.items()
        }
        return jsonify({"u-1": {"notion_user": {}, "space": told}})

    def history(self) -> Answered:
        signed = self.house.list_asked(self.reception.token)
        if signed is None:
            return _refused("UnauthorizedError", 401)
        bills = self.house.bills(signed, str(self._sent.get("spaceId")))
        events = [_event(bill) for bill in bills]
        events += [{"id": "ev_1", "type": "credit", "timestamp": 1_770_000_000_000, "amount": -500}] * bool(
            bills
        )
        renamed, silent = self.stage.on(Lever.MOVE_BUTTONS), self.stage.on(Lever.SILENT_EMPTY)
        return jsonify({} if silent else {"entries" if renamed else "events": events})

    def invoice(self) -> Answered:
        signed = self.reception.customer
        if signed is None:
            return _refused("UnauthorizedError", 401)
        asked = str(self._sent.get("invoiceId", "")).removeprefix("in_")
        bill = next(
            (each for each in self.house.bills(signed) if each.number.replace("-", "") == asked), None
        )
        if bill is None:
            return _refused("ValidationError", 400)
        return jsonify(
            invoiceData={
                "date": _millis(bill.issued),
                "invoiceNumber": bill.number,
                "hostedInvoiceUrl": self.sheets.address(signed.login, bill),
            }
        )

    @property
    def _sent(self) -> dict[str, Any]:
        return cast("dict[str, Any]", request.get_json(silent=True) or {})


def _event(bill: Bill) -> dict[str, Any]:
    return {
        "id": f"ev_{bill.number}",
        "type": "invoice",
        "timestamp": _millis(bill.issued),
        "amount": bill.cents,
        "currencyCode": "USD",
        "url": f"https://www.notion.so/invoice/in_{bill.number.replace('-', '')}",
    }


def _millis(day: date) -> int:
    return int(datetime.combine(day, time(9, 30), UTC).timestamp()) * 1000


def _refused(message: str, status: int) -> Response:
    answer = jsonify(name=message, clientData={"message": message})
    answer.status_code = status
    return answer


BRAND = house.Brand(
    id="notion",
    name="Notion",
    language="en",
    currency="USD",
    login="claire@atelier-fontaine.example",
    password="Notion-replica-1",
    supplier=paper.Party("Notion Labs, Inc.", ("685 Market Street", "San Francisco, CA 94105")),
)


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("NTN", (TEAM, HOME))
    bills.fill(shelf.months(date(2025, 9, 21), 15), cents=4000)
    return bills

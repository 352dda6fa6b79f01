"""Bouygues Telecom, as publicly known in November 2026: OAuth in front of CAS, a GraphQL that its own pages ask, PDFs in two hops.

What a page asks in GraphQL is not known word for word: this one believes only the text that its own pages send.
"""

from __future__ import annotations

import secrets
import ssl
from datetime import UTC, date, datetime, time
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf
from demo.house import Answer, Session
from demo.shelf import Bill
from demo.stage import Lever, Stage
from tests.portals import reception, replica

BRAND = house.Brand(
    id="bouygues",
    name="Bouygues Telecom",
    language="fr",
    currency="EUR",
    login="claire.fontaine@bouygues.example",
    password="Bouygues-replica-1",
    supplier=paper.Party("Bouygues Telecom", ("37-39 rue Boissière", "75116 Paris"), "397480930"),
)
BOX, MOBILE = "110001", "110002"
#: All invoices are one answer; nobody tells of a puzzle, terms, a new password or an approval there.
LEVERS = frozenset(Lever) - {
    Lever.BETWEEN_PAGES, Lever.DROP_MID_LIST, Lever.CAPTCHA, Lever.TERMS, Lever.NEW_PASSWORD, Lever.APPROVAL,
    Lever.NOT_READY, Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
OAUTH, CAS = "https://oauth2.bouyguestelecom.fr", "https://www.mon-compte.bouyguestelecom.fr"
SPACE, API = "https://www.bouyguestelecom.fr", "https://api.bouyguestelecom.fr"
QUERY = "query GetInvoices($n: Int!) { consulterPersonne { factures { comptesFacturation { id } } } }"
NAME = "Fontaine"
ALLOWED = {
    "Access-Control-Allow-Origin": SPACE,
    "Access-Control-Allow-Headers": "authorization, content-type, x-process, x-source",
}


class BouyguesReplica(replica.Replica):
    """A box with 12 invoices and a mobile with 4. `asks_name` wants the last name beside the password, too."""

    supplier = "bouygues"
    HOSTS = (
        "oauth2.bouyguestelecom.fr",
        "www.mon-compte.bouyguestelecom.fr",
        "www.bouyguestelecom.fr",
        "api.bouyguestelecom.fr",
    )

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of all the hosts; `latency` is in seconds, added to every answer."""
        self.asks_name = False
        #: Bearer tokens that are alive, each with the stay that it was made in.
        self.bearers: dict[str, str] = {}
        #: Addresses of documents, each good for once.
        self.once: dict[str, str] = {}
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "TGC", domain=".bouyguestelecom.fr")
        apps = (self._oauth(), self._cas(), self._space(), self._api())
        super().__init__(tls, self.house, dict(zip(self.HOSTS, apps, strict=True)))

    @property
    def fields(self) -> dict[str, str]:
        return {**super().fields, "lastname": NAME}

    def _site(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        return app

    def _oauth(self) -> Flask:
        app = self._site()
        app.add_url_rule("/authorize", view_func=self.authorize)
        return app

    def _cas(self) -> Flask:
        app = self._site()
        app.add_url_rule("/cas/login", view_func=self.login, methods=["GET", "POST"])
        app.add_url_rule("/cas/mfa", view_func=self.contact, methods=["GET", "POST"])
        app.add_url_rule("/cas/code", view_func=self.code, methods=["GET", "POST"])
        app.add_url_rule(
            "/mon-compte/mot-de-passe-oublie", view_func=lambda: self._page("forgotten"), endpoint="forgotten"
        )
        return app

    def _space(self) -> Flask:
        app = self._site()
        app.add_url_rule("/mon-compte/", view_func=lambda: self._page("space"), endpoint="space")
        app.add_url_rule(
            "/mon-compte/mes-factures", view_func=lambda: self._page("invoices"), endpoint="invoices"
        )
        return app

    def _api(self) -> Flask:
        app = self._site()
        app.add_url_rule("/graphql", view_func=self.graphql, methods=["POST"])
        app.add_url_rule("/comptes-facturation/<account>/factures/<number>", view_func=self.hop)
        app.add_url_rule(
            "/comptes-facturation/<account>/factures/<number>/documents/<once>", view_func=self.pdf
        )
        app.after_request(_allowed)
        return app

    # signing in

    def authorize(self) -> Answered:
        """Whoever is signed in comes back with tokens behind the address; anybody else goes to CAS."""
        back = request.args.get("redirect_uri", "")
        if self.reception.customer is None:
            return redirect(f"{CAS}/cas/login?service={quote(request.url, safe='')}")
        if not back.startswith(f"{SPACE}/"):
            abort(400)
        bearer = secrets.token_urlsafe(24)
        self.bearers[bearer] = self.reception.token or ""
        return redirect(f"{back}#access_token={bearer}&id_token=none")

    def login(self) -> Answered | tuple[Answered, int]:
        if request.method == "GET":
            return self._page("login", service=request.args.get("service", ""))
        typed = request.form
        answer = self.reception.try_password(
            typed.get("username", ""), typed.get(self.reception.moved("password"), "")
        )
        if answer is Answer.LOCKED:
            return redirect(f"{CAS}/mon-compte/mot-de-passe-oublie", 303)
        if answer is Answer.WRONG or (self.asks_name and typed.get("lastname") != NAME):
            return self._page("login", error="Votre identifiant ou votre mot de passe est incorrect"), 401
        return self._next()

    def contact(self) -> Answered:
        if request.method == "GET":
            return self._page("contact")
        self.reception.send_code()
        return redirect("/cas/code", 303)

    def code(self) -> Answered | tuple[Answered, int]:
        if request.method == "GET":
            return self._page("code")
        if not self.reception.right_code(request.form.get("token", "")):
            return self._page("code", error="Code erroné, il vous reste 2 tentatives."), 401
        self.reception.passed(Lever.CODE)
        return self._next()

    def _next(self) -> Answered:
        if self.reception.question():
            return redirect("/cas/mfa", 303)
        back = quote(f"{SPACE}/mon-compte/", safe="")
        return redirect(f"{OAUTH}/authorize?client_id=a360.bouyguestelecom.fr&redirect_uri={back}", 303)

    def _page(self, part: str, **shown: object) -> Response:
        self.counters.count("page_views")
        return Response(
            render_template("bouygues.html", part=part, asks_name=self.asks_name, query=QUERY, **shown)
        )

    # the API

    def graphql(self) -> Answered:
        asked = cast("dict[str, Any]", request.get_json(silent=True) or {})
        if asked.get("operationName") != "GetInvoices":
            return jsonify(data={"consulterPersonne": {"nom": NAME}}) if self._customer else _unknown()
        session = self._customer
        if session is None or self.house.list_asked(self._stay) is None:
            return _unknown()
        if (asked.get("query"), request.headers.get("X-Process")) != (QUERY, "invoicesV8"):
            abort(400)
        if self.stage.on(Lever.SILENT_EMPTY):
            return jsonify(data={"consulterPersonne": None})
        n = int(asked["variables"]["n"])
        accounts = [
            {"id": each, "factures": [_invoice(bill) for bill in self.house.bills(session, each)[:n]]}
            for each in (BOX, MOBILE)
        ]
        found = {"factures": {self.reception.moved("comptesFacturation"): accounts}}
        return jsonify(data={"consulterPersonne": found})

    def hop(self, account: str, number: str) -> Answered:
        """The document's own address, another one each time."""
        session = self._customer
        bill = self.house.bill(session, number) if session else None
        if bill is None or bill.contract != account:
            return _unknown()
        once = secrets.token_urlsafe(8)
        self.once[once] = number
        return jsonify(_actions={"telecharger": {"action": f"{request.base_url}/documents/{once}"}})

    def pdf(self, account: str, number: str, once: str) -> Answered:
        session = self._customer
        bill = self.house.bill(session, self.once.pop(once, "")) if session else None
        if session is None or bill is None:
            return _unknown()
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers("facture"))

    @property
    def _stay(self) -> str:
        return self.bearers.get(request.headers.get("Authorization", "").removeprefix("Bearer "), "")

    @property
    def _customer(self) -> Session | None:
        return self.house.customer(self._stay)


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("BT", (BOX, MOBILE))
    bills.fill(shelf.months(date(2025, 11, 6), 12), cents=4999, contract=BOX)
    bills.fill(shelf.months(date(2026, 7, 6), 4), cents=1599, contract=MOBILE)
    return bills


def _invoice(bill: Bill) -> dict[str, Any]:
    """Dated at midnight in Paris, which is 22 or 23 h the day before in Greenwich."""
    midnight = datetime.combine(bill.issued, time(), ZoneInfo("Europe/Paris")).astimezone(UTC)
    return {
        "id": bill.number,
        "dateFacturation": midnight.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "mntTotFacture": float(bill.total),
        "soldeApresFacture": 0,
        "facturePDF": [{"href": f"/comptes-facturation/{bill.contract}/factures/{bill.number}"}],
    }


def _unknown() -> Response:
    answer = jsonify(error_description="A valid Bearer token is required")
    answer.status_code = 401
    return answer


def _allowed(answer: Answered) -> Answered:
    """The pages are at another origin than what they ask."""
    answer.headers.update(ALLOWED)
    return answer

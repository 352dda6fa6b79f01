"""Engie for households, as publicly known in November 2026: an Okta-branded component signs in, invoices are JSON by year.

What has ended is still shown in the old layout. The addresses that the component itself calls are invented.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

from flask import Flask, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf
from demo.house import Answer
from demo.shelf import Bill
from demo.stage import Lever, Stage
from tests.portals import reception, replica

BRAND = house.Brand(
    id="engie",
    name="Engie",
    language="fr",
    currency="EUR",
    login="claire.fontaine@engie.example",
    password="Engie-replica-1",
    supplier=paper.Party("ENGIE", ("1 place Samuel de Champlain", "92400 Courbevoie"), "542107651"),
)
HOME, ENDED = "510012345601", "510012345602"
#: Its list is one answer; nobody tells of terms, of a new password or of a puzzle there, nor of an approval.
LEVERS = frozenset(Lever) - {
    Lever.BETWEEN_PAGES, Lever.DROP_MID_LIST, Lever.TERMS, Lever.NEW_PASSWORD, Lever.CAPTCHA, Lever.APPROVAL,
    Lever.NOT_READY, Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
SAYS = {
    Answer.WRONG: "L’adresse e-mail ou le mot de passe sont incorrects.",
    Answer.LOCKED: "Votre compte est temporairement bloqué.",
}
#: As the portal prints them, one way or another.
MONTHS = (
    "Jan.",
    "Févr.",
    "mars",
    "Avri.",
    "Mai",
    "Jui.",
    "Juil.",
    "Aoû.",
    "Sept.",
    "octobre",
    "Nov.",
    "Déce.",
)


@dataclass(frozen=True)
class Client:
    """A client account behind the sign-in; one that has `ended` is shown as it was years ago."""

    cc: str
    ended: bool = False


class EngieReplica(replica.Replica):
    """One client account with 12 invoices over two years; more can be added, ended ones too."""

    supplier = "engie"
    HOSTS = ("particuliers.engie.fr",)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of the host; `latency` is in seconds, added to every answer."""
        self.clients = [Client(HOME)]
        self.chosen: dict[str, str] = {}
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "engie_stay")
        super().__init__(tls, self.house, dict.fromkeys(self.HOSTS, self._app()))

    def add_ended(self, cc: str = ENDED, bills: int = 3) -> None:
        """A client account whose contract has ended, from the time of the old pages."""
        self.clients.append(Client(cc, ended=True))
        self.house.shelf.fill(shelf.months(date(2024, 1, 18), bills), cents=6120, contract=cc)

    def _app(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        add = app.add_url_rule
        add("/login-page/authentification.html", view_func=self.login)
        add("/okta/<step>", view_func=self.step, methods=["POST"])
        add("/espace-client/authentification.html", view_func=self.choice)
        add("/espace-client/prive/<page>.html", view_func=self.page)
        add("/auth-ws/api/private/identifiant", view_func=self.identity)
        add("/cel-facturation-ws/api/private/contrat/idContrat", view_func=self.contract)
        add("/cel-facturation-ws/api/private/situation-comptable/facture", view_func=self.invoices)
        add("/cel-ws/api/private/document/mobile/<sealed>/SAE/<name>", view_func=self.pdf)
        add("/espace-client/prive/historique/<number>", view_func=self.old_pdf)
        return app

    # signing in

    def login(self) -> str:
        self.counters.count("page_views")
        return render_template("engie_login.html", known=self.reception.customer is not None)

    def step(self, step: str) -> Answered:
        sent = cast("dict[str, Any]", request.get_json(silent=True) or {})
        if step == "login":
            answer = self.reception.try_password(str(sent.get("email", "")), str(sent.get("password", "")))
            return self._next() if answer is Answer.OK else _refused(401, SAYS[answer])
        if self.reception.session is None:
            return _refused(400, "Votre session a expiré.")
        if step == "card":
            self.reception.send_code()
            return jsonify(step="code", medium=sent.get("medium"))
        if not self.reception.right_code(str(sent.get("code", ""))):
            return _refused(401, "Le code saisi est incorrect.")
        self.reception.passed(Lever.CODE)
        return self._next()

    def _next(self) -> Answered:
        if self.reception.question():
            return jsonify(step="cards")
        home = (
            "/espace-client/prive/accueil.html"
            if len(self.clients) == 1
            else "/espace-client/authentification.html"
        )
        return jsonify(step="end", url=home)

    def choice(self) -> Answered | str:
        """Which client account; whoever has one only goes on to it."""
        if self.reception.customer is None:
            return redirect("/login-page/authentification.html")
        if "cc" in request.args:
            self.chosen[self.reception.token or ""] = request.args["cc"]
        elif len(self.clients) > 1:
            return render_template("engie_choice.html", clients=self.clients)
        return redirect("/espace-client/prive/accueil.html")

    # the space

    def page(self, page: str) -> Answered | str:
        session = self.reception.customer
        if session is None:
            return redirect("/login-page/authentification.html")
        self.counters.count("page_views")
        client = self._client
        old = (
            self.house.bills(session, client.cc)
            if client and client.ended and page == "mes-factures"
            else None
        )
        return render_template("engie_space.html", old=old, day=_day, money=_money)

    def identity(self) -> Answered:
        session = self.reception.customer
        return jsonify(data={"identifiant": session.login}) if session else _refused(401, "unauthorized")

    def contract(self) -> Answered:
        if self.reception.customer is None:
            return _refused(401, "unauthorized")
        return jsonify([client.cc for client in self.clients if not client.ended])

    def invoices(self) -> Answered:
        session = self.house.list_asked(self.reception.token)
        if session is None:
            return _refused(401, "unauthorized")
        client = self._client
        if client is None or client.ended:
            return _refused(404, "no active contract")
        if self.stage.on(Lever.SILENT_EMPTY):
            return jsonify({})
        return jsonify(_accounts(self.house.bills(session, client.cc), self.reception.moved))

    def pdf(self, sealed: str, name: str) -> Answered:
        """The address of a document, encoded twice, names it."""
        number = parse_qs(urlsplit(unquote(sealed)).query).get("docId", [""])[0]
        return self.old_pdf(number)

    def old_pdf(self, number: str) -> Answered:
        session = self.reception.customer
        if session is None:
            return _refused(401, "unauthorized")
        bill = self.house.bill(session, number)
        if bill is None:
            return _refused(404, "no such document")
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers("facture"))

    @property
    def _client(self) -> Client | None:
        """The one chosen in this session, or the only one."""
        chosen = self.chosen.get(self.reception.token or "")
        mine = [client for client in self.clients if chosen in (client.cc, None)]
        return mine[0] if len(mine) == 1 else None


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("EN", (HOME,))
    bills.fill(shelf.months(date(2025, 11, 12), 12), cents=104590, contract=HOME)
    return bills


def _accounts(bills: list[Bill], moved: Any) -> dict[str, Any]:
    """The last invoice apart, those before it by their year."""
    by_year: dict[str, list[dict[str, str]]] = {}
    for bill in bills[1:]:
        line = {"date": _day(bill.issued), "montant": _money(bill), "url": _address(bill)}
        by_year.setdefault(str(bill.issued.year), []).append(line)
    last = {
        "dateDerniereFacture": _day(bills[0].issued),
        "montantFacture": _money(bills[0]),
        "url": _address(bills[0]),
    } if bills else None  # fmt: skip
    return {"derniereFacture": last, moved("historiqueFacture"): {"factures": by_year}}


def _day(when: date) -> str:
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def _money(bill: Bill) -> str:
    """`1 045,90€` with a no-break space."""
    return f"{bill.total:,.2f}€".replace(",", "\u00a0").replace(".", ",")


def _address(bill: Bill) -> str:
    return quote(f"https://edoc.engie.example/voir?docId={bill.number}&canal=WEB", safe="")


def _refused(status: int, message: str) -> Response:
    answer = jsonify(message=message)
    answer.status_code = status
    return answer

"""Engie Pro, as publicly known in November 2026: Drupal's forms in front of Okta, a score that may refuse, bills as rows of a page."""

from __future__ import annotations

import ssl
from datetime import date

from flask import Flask, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf
from demo.house import Answer
from demo.stage import Lever, Stage
from tests.portals import reception, replica

BRAND = house.Brand(
    id="engie-pro",
    name="Engie Pro",
    language="fr",
    currency="EUR",
    login="compta@atelier-fontaine.example",
    password="EngiePro-replica-1",
    supplier=paper.Party("ENGIE", ("1 place Samuel de Champlain", "92400 Courbevoie"), "542107651"),
)
SHOP, WORKSHOP = "700012345601", "700012345602"
#: A code is the only proof that it is known to ask for; a document is there or is not.
LEVERS = frozenset(Lever) - {Lever.APPROVAL, Lever.NOT_READY, Lever.FORBIDDEN_INSIDE}
SAYS = {
    Answer.WRONG: "Votre adresse e-mail ou votre mot de passe est erroné.",
    Answer.LOCKED: "Votre compte est bloqué.",
}
CAPTCHA = "Captcha : la vérification a échoué."
EXPIRED = "Votre mot de passe a expiré."
IDLE = "Vous n’avez pas de contrat actif."
#: A question of the house → the page that asks it.
PAGES: dict[str, str] = {Lever.CODE: "/user/mfa", Lever.TERMS: "/cgu", "contacts": "/contacts"}


class EngieProReplica(replica.Replica):
    """Two contracts, of 14 and 5 bills. `contacts` asks who one is, `idle` has no contract that lives."""

    supplier = "engie-pro"
    HOSTS = ("espace-client.pro.engie.fr",)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of the host; `latency` is in seconds, added to every answer."""
        self.contracts = [SHOP, WORKSHOP]
        self.contacts = self.idle = False
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "SSESSengie")
        super().__init__(tls, self.house, dict.fromkeys(self.HOSTS, self._app()))

    def _app(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        add = app.add_url_rule
        add("/user/auth", view_func=self.login, methods=["GET", "POST"])
        add("/user/mfa", view_func=self.factors, methods=["GET", "POST"])
        add("/user/mfa/verify", view_func=self.code, methods=["GET", "POST"])
        add("/cgu", view_func=lambda: self._page("terms"), endpoint="terms")
        add("/contacts", view_func=lambda: self._page("contacts"), endpoint="contacts")
        add("/mes-factures", view_func=self.bills)
        add("/mes-factures/contrat/<contract>", view_func=self.bills)
        add("/facture/<number>/telecharger", view_func=self.pdf)
        return app

    def login(self) -> Answered | str:
        if request.method == "GET":
            return self._page("login")
        if self.stage.on(Lever.CAPTCHA):
            return self._page("login", error=CAPTCHA)
        moved = self.reception.moved
        answer = self.reception.try_password(
            request.form.get(moved("email_login"), ""), request.form.get(moved("mdp_login"), "")
        )
        if answer is not Answer.OK:
            return self._page("login", error=SAYS[answer])
        if self.stage.on(Lever.NEW_PASSWORD) or self.idle:
            return self._page("login", error=IDLE if self.idle else EXPIRED)
        return self._go_on()

    def factors(self) -> Answered | str:
        if request.method == "GET" or "factor_id" not in request.form:
            return self._page("factors")
        self.reception.send_code()
        return redirect("/user/mfa/verify", 303)

    def code(self) -> Answered | str:
        """Six boxes of one digit each."""
        if request.method == "GET":
            return self._page("code")
        digits = "".join(request.form.get(f"box{place}", "") for place in range(1, 7))
        if not self.reception.right_code(digits):
            return self._page("code", error="Le code saisi est invalide.")
        self.reception.passed(Lever.CODE)
        return self._go_on()

    def bills(self, contract: str = "") -> Answered | str:
        session = self.house.list_asked(self.reception.token)
        if session is None:
            return redirect("/user/auth?destination=/mes-factures", 303)
        shown = self.house.bills(session, contract or self.contracts[0])
        silent = self.stage.on(Lever.SILENT_EMPTY)
        page = self._page("bills", bills=shown, contracts=self.contracts, silent=silent)
        self.house.list_shown()
        return page

    def pdf(self, number: str) -> Answered:
        session = self.reception.customer
        bill = self.house.bill(session, number) if session else None
        if session is None or bill is None:
            return redirect("/user/auth", 303)
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(number))

    def _go_on(self) -> Answered:
        question = self.reception.question() or ("contacts" if self.contacts else None)
        return redirect(PAGES[question] if question else "/mes-factures", 303)

    def _page(self, part: str, **shown: object) -> str:
        self.counters.count("page_views")
        return render_template("engie_pro.html", part=part, **shown)


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("EP", (SHOP, WORKSHOP))
    bills.fill(shelf.months(date(2025, 9, 12), 14), cents=23480, contract=SHOP)
    bills.fill(shelf.months(date(2026, 6, 4), 5), cents=118020, contract=WORKSHOP)
    return bills

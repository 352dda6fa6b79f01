"""Free Mobile, as publicly known in November 2026: a React space, six boxes for a code, invoices behind a button that unfolds them.

What the pages ask of their server is invented, but for the session of NextAuth.
"""

from __future__ import annotations

import ssl
from datetime import date
from typing import Any, cast

from flask import Flask, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf, spelling
from demo.house import Answer
from demo.shelf import Bill
from demo.stage import Lever, Stage
from tests.portals import reception, replica

BRAND = house.Brand(
    id="free-mobile",
    name="Free Mobile",
    language="fr",
    currency="EUR",
    login="12345678",
    password="FreeMobile-replica-1",
    supplier=paper.Party("Free Mobile SAS", ("16 rue de la Ville l’Évêque", "75008 Paris"), "499247138"),
)
#: A code is all that it asks beside the password; nobody tells of a puzzle, terms, a new password or an approval. Where neither
#: number nor day are shown, another customer's invoice of the same month cannot be told from one's own.
LEVERS = frozenset(Lever) - {
    Lever.CAPTCHA, Lever.TERMS, Lever.NEW_PASSWORD, Lever.APPROVAL, Lever.OTHER_CUSTOMER, Lever.NOT_READY, Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
PAGE = 6
SAYS = {
    Answer.WRONG: "Identifiant ou mot de passe incorrect.",
    Answer.LOCKED: "Votre compte est bloqué pendant 30 minutes.",
}


class FreeMobileReplica(replica.Replica):
    """One line with 14 invoices, six at a time."""

    supplier = "free-mobile"
    HOSTS = ("mobile.free.fr",)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of the host; `latency` is in seconds, added to every answer."""
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(
            self.house, "__Secure-authjs.session-token", device="trusted-devices"
        )
        super().__init__(tls, self.house, dict.fromkeys(self.HOSTS, self._app()))

    def _app(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        add = app.add_url_rule
        add("/account/v2/login", view_func=self.login)
        add("/account/v2/api/auth/session", view_func=self.session)
        add("/account/v2/api/auth/<step>", view_func=self.step, methods=["POST"])
        add("/account/v2", view_func=self.space)
        add("/account/v2/api/invoices", view_func=self.invoices)
        add("/account/v2/api/SI/invoice/<number>", view_func=self.pdf)
        return app

    def login(self) -> str:
        self.counters.count("page_views")
        return render_template("free_mobile_login.html")

    def session(self) -> Answered:
        """As NextAuth answers: an object without anything for a stranger."""
        session = self.reception.customer
        known = {"user": {"name": session.login}, "expires": "2026-12-20T10:00:00.000Z"} if session else {}
        return jsonify(known)

    def step(self, step: str) -> Answered:
        sent = cast("dict[str, Any]", request.get_json(silent=True) or {})
        if step == "signin":
            answer = self.reception.try_password(str(sent.get("username", "")), str(sent.get("password", "")))
            return self._next() if answer is Answer.OK else _refused(401, SAYS[answer])
        if self.reception.session is None:
            return _refused(401, "Votre session a expiré.")
        if not self.reception.right_code(str(sent.get("code", ""))):
            return _refused(401, "Le code est incorrect.")
        self.reception.passed(Lever.CODE)
        if sent.get("trust"):
            self.reception.trust()
        return self._next()

    def space(self) -> Answered | str:
        if self.reception.customer is None:
            return redirect("/account/v2/login")
        self.counters.count("page_views")
        return render_template("free_mobile_space.html")

    def invoices(self) -> Answered:
        session = self.house.list_asked(self.reception.token)
        if session is None:
            return _refused(401, "unauthorized")
        start, mine = request.args.get("from", 0, type=int), self.house.bills(session)
        told = {
            "invoices": [_invoice(bill) for bill in mine[start : start + PAGE]],
            "more": len(mine) > start + PAGE,
        }
        answer = jsonify(told | {"silent": self.stage.on(Lever.SILENT_EMPTY)})
        self.house.list_shown()
        return answer

    def pdf(self, number: str) -> Answered:
        session = self.reception.customer
        bill = self.house.bill(session, number) if session else None
        if session is None or bill is None:
            return _refused(401, "unauthorized")
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(f"facture_{number}"))

    def _next(self) -> Answered:
        if self.reception.question():
            self.reception.send_code()
            return jsonify(step="code")
        return jsonify(step="end", url="/account/v2")


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("FM")
    bills.fill(shelf.months(date(2025, 9, 17), 14), cents=1999)
    return bills


def _invoice(bill: Bill) -> dict[str, str]:
    month = spelling.MONTHS["fr"][bill.issued.month - 1].capitalize()
    amount = f"{bill.total:.2f} €".replace(".", ",")
    return {"number": bill.number, "month": f"{month} {bill.issued.year}", "amount": amount}


def _refused(status: int, message: str) -> Response:
    answer = jsonify(message=message)
    answer.status_code = status
    return answer

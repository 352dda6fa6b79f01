"""EDF for households, as publicly known in November 2026: OpenAM's steps at one host, documents as JSON at another.

What the sign-in's own page asks is simplified: one call a step, where OpenAM sends whole callbacks to and fro.
"""

from __future__ import annotations

import ssl
from datetime import UTC, date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Flask, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf
from demo.house import Answer, Session
from demo.shelf import Bill
from demo.stage import Lever, Stage
from tests.portals import reception, replica

BRAND = house.Brand(
    id="edf",
    name="EDF",
    language="fr",
    currency="EUR",
    login="claire.fontaine@edf.example",
    password="Edf-replica-1",
    supplier=paper.Party("EDF", ("22-30 avenue de Wagram", "75008 Paris"), "552081317"),
)
FLAT, HOUSE = "1000012345601", "1000012345602"
#: All bills are one answer; nobody tells of terms or of a new password there, nor of an approval in an app.
LEVERS = frozenset(Lever) - {
    Lever.BETWEEN_PAGES, Lever.DROP_MID_LIST, Lever.TERMS, Lever.NEW_PASSWORD, Lever.APPROVAL, Lever.NOT_READY, Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
SPACE, SIGN_IN = "https://particulier.edf.fr", "https://espace-client.edf.fr"
TRIES = 5
LOCKED = "Vous avez atteint le nombre maximal de tentatives."


class EdfReplica(replica.Replica):
    """Two contracts, of 11 and 4 bills. With `code_instead` a browser that is not known is asked for a code and no password."""

    supplier = "edf"
    HOSTS = ("particulier.edf.fr", "espace-client.edf.fr")

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of both hosts; `latency` is in seconds, added to every answer."""
        self.code_instead = False
        self.checked: set[str] = set()
        self.opened: set[str] = set()
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "ivoiream", domain=".edf.fr", device="id_token1")
        super().__init__(
            tls, self.house, dict(zip(self.HOSTS, (self._space(), self._sign_in()), strict=True))
        )

    def _sign_in(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        app.add_url_rule("/sso/XUI/", view_func=self.steps)
        app.add_url_rule("/sso/json/authenticate/<step>", view_func=self.authenticate, methods=["POST"])
        return app

    def _space(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        add = app.add_url_rule
        add("/fr/accueil/espace-client/<page>.html", view_func=self.page)
        add("/services/rest/openid/checkAuthenticate", view_func=self.check)
        add("/services/rest/init/initPage", view_func=self.init)
        add("/services/rest/edoc/getMyDocuments", view_func=self.documents)
        add("/services/rest/edoc/getBillsDocuments", view_func=self.bills)
        add("/services/rest/document/getDocumentGetXByData", view_func=self.pdf)
        return app

    # espace-client.edf.fr

    def steps(self) -> str:
        self.counters.count("page_views")
        return render_template("edf_login.html", captcha=self.stage.on(Lever.CAPTCHA))

    def authenticate(self, step: str) -> Answered:
        sent = cast("dict[str, str]", request.get_json(silent=True) or {})
        if step == "username":
            return self._username(sent.get("email", ""))
        session = self.reception.session
        if session is None:
            return _refused(401, "Votre session a expiré.")
        return {"password": self._password, "way": self._way, "code": self._code}[step](session, sent)

    def _username(self, login: str) -> Answered:
        if not self.house.knows(login):
            return _refused(401, "Adresse e-mail inconnue.")
        self.reception.admit(login)
        known = self.house.next_question(self.house.sessions[self.reception.token or ""]) is None
        if self.code_instead and not known:
            return self._next()
        return jsonify(stage="PasswordAuth2")

    def _password(self, session: Session, sent: dict[str, str]) -> Answered:
        before = self.counters.logins_refused
        answer = self.reception.try_password(session.login, sent.get("password", ""))
        if answer is Answer.OK:
            return self._next()
        if answer is Answer.LOCKED:
            return _refused(401, LOCKED)
        return _refused(401, "Mot de passe incorrect.", left=TRIES - before - 1)

    def _way(self, session: Session, sent: dict[str, str]) -> Answered:
        self.reception.send_code()
        return jsonify(stage="HOTPcust4", to=sent.get("to"))

    def _code(self, session: Session, sent: dict[str, str]) -> Answered:
        if not self.reception.right_code(sent.get("code", "")):
            return _refused(401, "Code incorrect")
        self.reception.passed(Lever.CODE)
        self.reception.trust()
        return self._next()

    def _next(self) -> Answered:
        if self.reception.question():
            return jsonify(stage="HOTPcust3")
        return jsonify(stage="SetPasAuth2", url=f"{SPACE}/fr/accueil/espace-client/tableau-de-bord.html")

    # particulier.edf.fr

    def page(self, page: str) -> Answered | str:
        if self.reception.customer is None:
            return redirect(f"{SIGN_IN}/sso/XUI/?goto={page}")
        self.counters.count("page_views")
        return render_template("edf_space.html")

    def check(self) -> Answered:
        """Answers false whatever happens; without having been asked, everything else is an invalid session."""
        self.checked.add(self.reception.token or "")
        return jsonify(False)

    def init(self) -> Answered:
        session = self._customer
        return jsonify(errorCode=0, data=session.csrf) if session else _invalid()

    def documents(self) -> Answered:
        if self._customer is None:
            return _invalid()
        self.opened.add(self.reception.token or "")
        return jsonify([])

    def bills(self) -> Answered:
        session = self.house.list_asked(self.reception.token) and self._customer
        if session is None:
            return _invalid()
        if self.reception.token not in self.opened:
            return _refused(400, "documents not opened")
        if self.stage.on(Lever.SILENT_EMPTY):
            return jsonify([])
        accounts = [self._account(number, self.house.bills(session, number)) for number in (FLAT, HOUSE)]
        partner = {"bpNumber": "5001234567", "bpNumberCrypt": "bp/crypt+1=="}
        return jsonify([{"bpDto": partner, self.reception.moved("listOfBillsByAccDTO"): accounts}])

    def pdf(self) -> Answered:
        session, asked = self._customer, request.args
        if session is None or asked.get("csrfToken") != session.csrf:
            return _invalid()
        bill = self.house.bill(session, asked.get("di", ""))
        if bill is None or (asked.get("pn"), asked.get("an")) != (_par(bill), _crypt(bill.contract)):
            return _refused(404, "no such document")
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers("FACTURE"))

    @property
    def _customer(self) -> Session | None:
        return self.reception.customer if self.reception.token in self.checked else None

    def _account(self, number: str, bills: list[Bill]) -> dict[str, Any]:
        return {
            "accDTO": {"numAcc": number, "numAccCrypt": _crypt(number)},
            "listOfbills": [_bill(bill) for bill in bills],
        }


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("1", (FLAT, HOUSE))
    bills.fill(shelf.months(date(2025, 12, 9), 11), cents=6735, contract=FLAT)
    bills.fill(shelf.months(date(2026, 7, 21), 4), cents=12410, contract=HOUSE)
    return bills


def _bill(bill: Bill) -> dict[str, Any]:
    """Made at midnight in Paris, which is the day before in Greenwich."""
    midnight = datetime.combine(bill.issued, time(), ZoneInfo("Europe/Paris")).astimezone(UTC)
    return {
        "documentNumber": bill.number,
        "parNumber": _par(bill),
        "billAmount": f"{bill.total:.2f}",
        "creationDate": int(midnight.timestamp()) * 1000,
    }


def _par(bill: Bill) -> str:
    return f"P{bill.number}"


def _crypt(number: str) -> str:
    return f"crypt/{number}+=="


def _invalid() -> Response:
    return _refused(401, "invalid session")


def _refused(status: int, message: str, **more: Any) -> Response:
    answer = jsonify(errorCode=status, errorLibelle=message, **more)
    answer.status_code = status
    return answer

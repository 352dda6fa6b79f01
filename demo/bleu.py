"""Bleu Énergie, a fictional supplier of power and gas: pages that their script draws, two contracts, Factur-X invoices."""

from __future__ import annotations

import zlib
from datetime import date
from typing import Any, cast

from flask import Flask, Response, abort, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, paper, shelf
from demo.house import Answer, Brand, House, Session
from demo.stage import Lever

POWER, GAS = "PDL-19412345678901", "PCE-GI084512"
BRAND = Brand(
    id="bleu",
    name="Bleu Énergie",
    language="fr",
    currency="EUR",
    login="claire@atelier.example",
    password="bleu-demo",  # noqa: S106 - printed on the stage panel for everybody
    supplier=paper.Party(
        "Bleu Énergie SA", ("4 quai des Essais", "44000 Nantes"), "999444557", "FR51999444557"
    ),
    contracts={POWER: "Électricité", GAS: "Gaz naturel"},
    electronic=True,
)
SESSION, DEVICE = "be_session", "be_appareil"
STEPS: dict[str, str] = {Lever.CODE: "code", Lever.TERMS: "conditions"}
SAYS = {
    Answer.WRONG: ("Adresse e-mail ou mot de passe incorrect.", 401),
    Answer.LOCKED: ("Votre espace est bloqué pendant 30 minutes.", 403),
}


def house(latency: float = 0.0) -> House:
    """A house with 10 invoices for power, one a month, and 5 for gas."""
    bills = shelf.Shelf("BE", tuple(BRAND.contracts))
    bills.fill(shelf.months(date(2026, 1, 12), 10), cents=12_840, contract=POWER)
    bills.fill(shelf.months(date(2026, 5, 20), 5), cents=7_415, contract=GAS)
    return House(BRAND, bills, latency=latency)


class Site:
    """One page for everything, and the JSON behind it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = Flask(__name__)
        backstage.install(self.app, house)
        add = self.app.add_url_rule
        add("/", view_func=self.page)
        add("/api/connexion", view_func=self.login, methods=["POST"])
        add("/api/code", view_func=self.code, methods=["POST"])
        add("/api/code/renvoi", view_func=self.resend, methods=["POST"])
        add("/api/conditions", view_func=self.terms, methods=["POST"])
        add("/api/deconnexion", view_func=self.logout, methods=["POST"])
        add("/api/contrats", view_func=self.contracts)
        add("/api/contrats/<contract>/factures", view_func=self.invoices)
        add("/api/factures/<number>/pdf", view_func=self.pdf)

    def page(self) -> str:
        self.house.counters.count("page_views")
        stage = self.house.stage
        return render_template(
            "bleu/space.html",
            moved=self._moved,
            renamed=stage.on(Lever.MOVE_BUTTONS),
            first="captcha" if stage.on(Lever.CAPTCHA) else "connexion",
        )

    def login(self) -> Answered:
        login = str(self._sent.get("identifiant", "")).strip()
        answer = self.house.try_password(login, str(self._sent.get("mot_de_passe", "")))
        if answer is not Answer.OK:
            return _said(*SAYS[answer])
        return self._go_on(self.house.admit(login, device=request.cookies.get(DEVICE, "")))

    def code(self) -> Answered:
        session = self.house.session(self._token)
        if session is None:
            return _over()
        if not self.house.right_code(str(self._sent.get("code", "")), session.login):
            return _said("Ce code est incorrect ou a expiré.", 422)
        answer = self._passed(session, Lever.CODE)
        if self._sent.get("confiance"):
            kept = self.house.trust(session.login)
            answer.set_cookie(DEVICE, kept, httponly=True, samesite="Lax", max_age=180 * 86_400)
        return answer

    def resend(self) -> Answered:
        session = self.house.session(self._token)
        if session is None:
            return _over()
        self.house.send_code(session.login)
        return jsonify(envoye=True)

    def terms(self) -> Answered:
        session = self.house.session(self._token)
        return self._passed(session, Lever.TERMS) if session else _over()

    def logout(self) -> Answered:
        self.house.leave(self._token)
        gone = make_response(jsonify(etape="connexion"))
        gone.delete_cookie(SESSION)
        return gone

    def contracts(self) -> Answered:
        if self._customer() is None:
            return _over()
        held = self.house.brand.contracts
        return jsonify(contrats=[{"reference": id, "libelle": name} for id, name in held.items()])

    def invoices(self, contract: str) -> Answered:
        """Asked with the bearer's token that the page keeps: a cookie alone is not enough."""
        session = self.house.list_asked(self._token)
        if session is None or not self._bears(session):
            return _over()
        start, count = (
            request.args.get(name, usual, type=int) for name, usual in (("debut", 0), ("nombre", 8))
        )
        bills = self.house.bills(session, contract)
        shown: dict[str, Any] = {
            self._moved("factures"): [self._line(bill) for bill in bills[start : start + count]]
        }
        if not self.house.stage.on(Lever.SILENT_EMPTY):
            shown["total"] = len(bills)
        self.house.list_shown()
        return jsonify(shown)

    def pdf(self, number: str) -> Answered:
        session = self._customer()
        if session is None or not self._bears(session):
            return _over()
        bill = self.house.bill(session, number) or abort(404)
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(number))

    def _line(self, bill: shelf.Bill) -> dict[str, Any]:
        return {
            "numero": bill.number,
            "nature": "AVOIR" if bill.credit_note else "FACTURE",
            "emise_le": bill.issued.strftime("%d/%m/%Y"),
            "montant_ttc": f"{bill.total:.2f}".replace(".", ","),
            "version": bill.version,
            "lien": f"/api/factures/{bill.number}/pdf",
        }

    @property
    def _token(self) -> str | None:
        return request.cookies.get(SESSION)

    @property
    def _sent(self) -> dict[str, Any]:
        return cast("dict[str, Any]", request.get_json(silent=True) or {})

    def _customer(self) -> Session | None:
        return self.house.customer(self._token)

    def _bears(self, session: Session) -> bool:
        return request.headers.get("Authorization") == f"Bearer {session.csrf}"

    def _moved(self, name: str) -> str:
        """The name of an element today: with the lever `move_buttons`, one that nobody knows yet."""
        return f"b{zlib.crc32(name.encode()):x}" if self.house.stage.on(Lever.MOVE_BUTTONS) else name

    def _passed(self, session: Session, question: str) -> Answered:
        session.passed.add(question)
        return self._go_on(cast("str", self._token))

    def _go_on(self, token: str) -> Answered:
        session = self.house.sessions[token]
        question = self.house.next_question(session)
        session.proven = question is None
        self.house.put(question, session.login)
        told = {"etape": STEPS[question]} if question else {"etape": "espace", "jeton": session.csrf}
        answer = make_response(jsonify(told))
        answer.set_cookie(SESSION, token, httponly=True, samesite="Lax")
        return answer


def _over() -> Answered:
    return _said("Votre session est terminée.", 401)


def _said(message: str, status: int) -> Answered:
    answer = jsonify(message=message)
    answer.status_code = status
    return answer

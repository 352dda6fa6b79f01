"""Mandarine Télécom, a fictional French operator: a login of two pages behind a consent wall, and invoices as table rows."""

from __future__ import annotations

import zlib
from datetime import date

from flask import Flask, Response, abort, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, paper, shelf, spelling, stage
from demo.house import Answer, Brand, House
from demo.stage import Lever

BRAND = Brand(
    id="mandarine",
    name="Mandarine Télécom",
    language="fr",
    currency="EUR",
    login="claire.fontaine",
    password="mandarine-demo",  # noqa: S106 - printed on the stage panel for everybody
    supplier=paper.SUPPLIER,
)
SESSION, DEVICE = "mt_session", "mt_appareil"
PER_PAGE = 10
QUESTIONS: dict[str, str] = {
    Lever.CODE: "/connexion/code",
    Lever.APPROVAL: "/connexion/confirmation",
    Lever.TERMS: "/connexion/conditions",
}
SAYS = {
    Answer.WRONG: "Identifiant ou mot de passe incorrect.",
    Answer.LOCKED: "Votre compte est temporairement verrouillé. Réessayez dans 30 minutes.",
}


def house(latency: float = 0.0) -> House:
    """A house with 14 invoices, one a month from January 2025 on."""
    bills = shelf.Shelf("MT")
    bills.fill(shelf.months(date(2025, 1, 3), 14), cents=4590)
    return House(BRAND, bills, stage.Stage(stage.COMMON | {Lever.APPROVAL}), latency=latency)


class Site:
    """The pages of Mandarine Télécom."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = Flask(__name__)
        backstage.install(self.app, house)
        self.app.context_processor(
            lambda: {"moved": self._moved, "renamed": house.stage.on(Lever.MOVE_BUTTONS)}
        )
        add = self.app.add_url_rule
        add("/", view_func=self.home)
        add("/connexion", view_func=self.login, methods=["GET", "POST"])
        add("/connexion/mot-de-passe", view_func=self.password, methods=["GET", "POST"])
        add("/connexion/code", view_func=self.code, methods=["GET", "POST"])
        add("/connexion/code/renvoi", view_func=self.resend, methods=["POST"])
        add("/connexion/confirmation", view_func=self.approval)
        add("/connexion/confirmation/etat", view_func=self.approved)
        add("/connexion/conditions", view_func=self.terms, methods=["GET", "POST"])
        add("/espace-client/factures", view_func=self.invoices)
        add("/espace-client/factures/<number>.pdf", view_func=self.pdf)
        add("/deconnexion", view_func=self.logout)

    def home(self) -> Answered:
        return redirect("/espace-client/factures" if self.house.customer(self._token) else "/connexion")

    def login(self) -> Answered | str:
        if self.house.stage.on(Lever.CAPTCHA):
            return self._page("captcha.html")
        if request.method == "GET":
            return self._page("login.html")
        gone_on = redirect("/connexion/mot-de-passe", 303)
        return self._with_session(gone_on, self.house.admit(self._typed("identifiant").strip()))

    def password(self) -> Answered | str:
        session = self.house.session(self._token)
        if session is None:
            return redirect("/connexion", 303)
        if request.method == "GET":
            return self._page("password.html", login=session.login)
        answer = self.house.try_password(session.login, self._typed("mot_de_passe"))
        if answer is not Answer.OK:
            return self._page("password.html", login=session.login, error=SAYS[answer])
        return self._go_on(self._renew(session.login))

    def code(self) -> Answered | str:
        session = self.house.session(self._token)
        if session is None:
            return redirect("/connexion", 303)
        if request.method == "GET":
            return self._page("code.html")
        if not self.house.right_code(self._typed("code"), session.login):
            return self._page("code.html", error="Code incorrect ou expiré.")
        return self._trusting(self._passed(Lever.CODE), session.login)

    def resend(self) -> Answered | str:
        session = self.house.session(self._token)
        if session is None:
            return redirect("/connexion", 303)
        self.house.send_code(session.login)
        return self._page("code.html", sent="Un nouveau code vient de partir.")

    def approval(self) -> Answered | str:
        """The page asks by itself whether the customer has said yes on their phone, and goes on."""
        session = self.house.session(self._token)
        if session is None:
            return redirect("/connexion", 303)
        if not self.house.approved(session.login):
            return self._page("approval.html")
        return self._trusting(self._passed(Lever.APPROVAL), session.login, always=True)

    def approved(self) -> Answered:
        session = self.house.session(self._token)
        return jsonify(confirme=session is None or self.house.approved(session.login))

    def terms(self) -> Answered | str:
        return self._page("terms.html") if request.method == "GET" else self._passed(Lever.TERMS)

    def invoices(self) -> Answered | str:
        session = self.house.list_asked(self._token)
        if session is None:
            return redirect("/connexion", 303)
        page = max(1, request.args.get("page", 1, type=int))
        bills = self.house.bills(session)
        shown = self._page(
            "invoices.html",
            bills=bills[(page - 1) * PER_PAGE : page * PER_PAGE],
            page=page,
            more=len(bills) > page * PER_PAGE,
            none_said=not bills and not self.house.stage.on(Lever.SILENT_EMPTY),
            day=spelling.day,
            money=spelling.money,
            login=session.login,
        )
        self.house.list_shown()
        return shown

    def pdf(self, number: str) -> Answered:
        session = self.house.customer(self._token)
        if session is None:
            return redirect("/connexion", 303)
        bill = self.house.bill(session, number) or abort(404)
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(f"facture-{number}"))

    def logout(self) -> Answered:
        self.house.leave(self._token)
        gone = redirect("/connexion", 303)
        gone.delete_cookie(SESSION)
        return gone

    @property
    def _token(self) -> str | None:
        return request.cookies.get(SESSION)

    def _page(self, template: str, **shown: object) -> str:
        self.house.counters.count("page_views")
        return render_template(f"mandarine/{template}", **shown)

    def _typed(self, name: str) -> str:
        return request.form.get(self._moved(name), "")

    def _moved(self, name: str) -> str:
        """The name of an element today: with the lever `move_buttons`, one that nobody knows yet."""
        return f"zone-{zlib.crc32(name.encode()):x}" if self.house.stage.on(Lever.MOVE_BUTTONS) else name

    def _renew(self, login: str) -> str:
        self.house.leave(self._token)
        return self.house.admit(login, device=request.cookies.get(DEVICE, ""))

    def _trusting(self, answer: Answered, login: str, *, always: bool = False) -> Answered:
        """With the cookie that spares the next question, for who ticked the box."""
        if always or self._typed("confiance"):
            kept = self.house.trust(login)
            answer.set_cookie(DEVICE, kept, httponly=True, samesite="Lax", max_age=90 * 86_400)
        return answer

    def _passed(self, question: str) -> Answered:
        session = self.house.session(self._token)
        if session is None or self._token is None:
            return redirect("/connexion", 303)
        session.passed.add(question)
        return self._go_on(self._token)

    def _go_on(self, token: str) -> Answered:
        session = self.house.sessions[token]
        question = self.house.next_question(session)
        session.proven = question is None
        self.house.put(question, session.login)
        return self._with_session(
            redirect(QUESTIONS[question] if question else "/espace-client/factures", 303), token
        )

    def _with_session(self, answer: Answered, token: str) -> Answered:
        kept = make_response(answer)
        kept.set_cookie(SESSION, token, httponly=True, samesite="Lax")
        return kept

"""Nimbus, a fictional American SaaS: one login page, a code of six digits, and invoices as JSON behind a CSRF header."""

from __future__ import annotations

import zlib
from datetime import date
from typing import Any

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, paper, shelf
from demo.house import TOTP, Answer, Brand, House, Session
from demo.stage import Lever

BRAND = Brand(
    id="nimbus",
    name="Nimbus SaaS",
    language="en",
    currency="USD",
    login="claire@atelier.example",
    password="nimbus-demo",  # noqa: S106 - printed on the stage panel for everybody
    supplier=paper.Party("Nimbus Software Inc.", ("500 Demonstration Street", "Springfield 00000, USA")),
    seed="NIMBUSDEMOSEED234567ABCDEFGHIJKL",
)
SESSION, DEVICE = "nimbus_session", "nimbus_browser"
PER_PAGE = 10
QUESTIONS: dict[str, str] = {TOTP: "/login/totp", Lever.CODE: "/login/email", Lever.TERMS: "/login/terms"}
SAYS = {
    Answer.WRONG: "Wrong email or password.",
    Answer.LOCKED: "Your account is locked for 30 minutes.",
}


def house(latency: float = 0.0) -> House:
    """A house with 12 invoices, one a month from November 2025 on."""
    bills = shelf.Shelf("NIM")
    bills.fill(shelf.months(date(2025, 11, 1), 12), cents=4900)
    return House(BRAND, bills, latency=latency)


class Site:
    """The pages and the JSON of Nimbus."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = Flask(__name__)
        backstage.install(self.app, house)
        self.app.context_processor(
            lambda: {"moved": self._moved, "renamed": house.stage.on(Lever.MOVE_BUTTONS)}
        )
        add = self.app.add_url_rule
        add("/", view_func=lambda: redirect("/dashboard"), endpoint="home")
        add("/login", view_func=self.login, methods=["GET", "POST"])
        add("/login/totp", view_func=self.totp, methods=["GET", "POST"])
        add("/login/email", view_func=self.emailed, methods=["GET", "POST"])
        add("/login/email/again", view_func=self.again, methods=["POST"])
        add("/login/terms", view_func=self.terms, methods=["GET", "POST"])
        add("/dashboard", view_func=self.dashboard)
        add("/api/invoices", view_func=self.invoices)
        add("/api/invoices/<number>/pdf", view_func=self.pdf)
        add("/beacon", view_func=lambda: ("", 204), endpoint="beacon", methods=["GET", "POST"])
        add("/logout", view_func=self.logout)

    def login(self) -> Answered | str:
        if self.house.stage.on(Lever.CAPTCHA):
            return self._page("captcha.html")
        if request.method == "GET":
            return self._page("login.html")
        login = self._typed("email").strip()
        answer = self.house.try_password(login, self._typed("password"))
        if answer is not Answer.OK:
            return self._page("login.html", error=SAYS[answer])
        return self._go_on(self.house.admit(login, device=request.cookies.get(DEVICE, "")))

    def totp(self) -> Answered | str:
        session = self.house.session(self._token)
        if session is None or session.login not in self.house.seeds:
            return redirect("/login", 303)
        if request.method == "GET":
            return self._page("totp.html")
        if not self.house.right_totp(session.login, self._typed("code")):
            return self._page("totp.html", error="That code is not valid.")
        return self._passed(TOTP)

    def emailed(self) -> Answered | str:
        session = self.house.session(self._token)
        if session is None:
            return redirect("/login", 303)
        if request.method == "GET":
            return self._page("email.html")
        if not self.house.right_code(self._typed("code"), session.login):
            return self._page("email.html", error="That code is wrong or has expired.")
        answer = self._passed(Lever.CODE)
        if self._typed("remember"):
            kept = self.house.trust(session.login)
            answer.set_cookie(DEVICE, kept, httponly=True, samesite="Lax", max_age=30 * 86_400)
        return answer

    def again(self) -> Answered | str:
        session = self.house.session(self._token)
        if session is None:
            return redirect("/login", 303)
        self.house.send_code(session.login)
        return self._page("email.html", sent="A new code is on its way.")

    def terms(self) -> Answered | str:
        return self._page("terms.html") if request.method == "GET" else self._passed(Lever.TERMS)

    def dashboard(self) -> Answered | str:
        session = self.house.customer(self._token)
        return self._page("dashboard.html", csrf=session.csrf) if session else redirect("/login", 303)

    def invoices(self) -> tuple[Response, int] | Response:
        session = self.house.list_asked(self._token)
        if session is None or request.headers.get("X-CSRF-Token") != session.csrf:
            return _refusal(session)
        page = max(1, request.args.get("page", 1, type=int))
        shown = self._sheet(self.house.bills(session), page)
        self.house.list_shown()
        return jsonify(shown)

    def pdf(self, number: str) -> tuple[Response, int] | Response:
        session = self.house.customer(self._token)
        if session is None or request.headers.get("X-CSRF-Token") != session.csrf:
            return _refusal(session)
        bill = self.house.bill(session, number)
        if bill is None:
            return jsonify(error="not found"), 404
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(number))

    def logout(self) -> Answered:
        self.house.leave(self._token)
        gone = redirect("/login", 303)
        gone.delete_cookie(SESSION)
        return gone

    @property
    def _token(self) -> str | None:
        return request.cookies.get(SESSION)

    def _sheet(self, bills: list[shelf.Bill], page: int) -> dict[str, Any]:
        more = len(bills) > page * PER_PAGE
        shown: dict[str, Any] = {
            self._moved("invoices"): [
                self._line(bill) for bill in bills[(page - 1) * PER_PAGE : page * PER_PAGE]
            ],
            "page": page,
            "next": f"/api/invoices?page={page + 1}" if more else None,
        }
        return shown if self.house.stage.on(Lever.SILENT_EMPTY) else shown | {"total": len(bills)}

    def _line(self, bill: shelf.Bill) -> dict[str, Any]:
        return {
            "number": bill.number,
            "type": "credit_note" if bill.credit_note else "invoice",
            "issued_at": bill.issued.isoformat(),
            "amount_cents": bill.cents,
            "currency": self.house.brand.currency,
            "revision": bill.version,
            "pdf": f"/api/invoices/{bill.number}/pdf",
        }

    def _page(self, template: str, **shown: object) -> str:
        self.house.counters.count("page_views")
        return render_template(f"nimbus/{template}", **shown)

    def _typed(self, name: str) -> str:
        return request.form.get(self._moved(name), "")

    def _moved(self, name: str) -> str:
        """The name of an element today: with the lever `move_buttons`, one that nobody knows yet."""
        return f"n{zlib.crc32(name.encode()):x}" if self.house.stage.on(Lever.MOVE_BUTTONS) else name

    def _passed(self, question: str) -> Answered:
        session = self.house.session(self._token)
        if session is None or self._token is None:
            return redirect("/login", 303)
        session.passed.add(question)
        return self._go_on(self._token)

    def _go_on(self, token: str) -> Answered:
        session = self.house.sessions[token]
        question = self.house.next_question(session)
        session.proven = question is None
        self.house.put(question, session.login)
        answer = make_response(redirect(QUESTIONS[question] if question else "/dashboard", 303))
        answer.set_cookie(SESSION, token, httponly=True, samesite="Lax")
        return answer


def _refusal(session: Session | None) -> tuple[Response, int]:
    if session is None:
        return jsonify(error="unauthenticated"), 401
    return jsonify(error="missing or wrong X-CSRF-Token"), 403

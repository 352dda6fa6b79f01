"""login.orange.fr: one page that draws itself, and the JSON calls it makes; eui.orange.fr: the terms."""

from __future__ import annotations

import zlib
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage
from demo.house import Answer, House
from demo.stage import Lever


class Customers(Protocol):
    """The replica of one of Orange's customer spaces, as its sign-in sees it."""

    house: House
    choice: bool
    nag: bool


#: The customer's sign-on for all of orange.fr; `STEP` is this host's own, for the login in progress.
SSO, STEP = "wassup", "idme_step"
SPACE = "https://espace-client.orange.fr"
SAYS = {
    Answer.WRONG: ("Le mot de passe est incorrect.", 401),
    Answer.LOCKED: ("Trop de tentatives : votre compte est bloqué pendant 30 minutes.", 403),
}


def app(replica: Customers) -> Flask:
    return Login(replica).app


def terms(replica: Customers) -> Flask:
    """eui.orange.fr: the conditions that only a person may accept."""
    site = Flask(__name__)
    backstage.install(site, replica.house)
    site.add_url_rule("/manage_eui", view_func=lambda: render_template("orange_terms.html"), endpoint="terms")
    return site


class Login:
    """The steps of signing in: login, choice, password, then whatever the levers ask, the nag and the way back."""

    def __init__(self, replica: Customers) -> None:
        self.replica = replica
        self.house: House = replica.house
        self.app = Flask(__name__)
        backstage.install(self.app, self.house)
        add = self.app.add_url_rule
        add("/", view_func=self.page)
        add("/api/login", view_func=self.login, methods=["POST"])
        add("/api/password", view_func=self.password, methods=["POST"])
        add("/api/code", view_func=self.code, methods=["POST"])
        add("/api/approved", view_func=self.approved)
        add("/api/later", view_func=self.later, methods=["POST"])

    def page(self) -> str:
        self.house.counters.count("page_views")
        return render_template("orange_login.html", moved=self._moved, renamed=self._renamed)

    def login(self) -> Answered:
        login = str(self._sent.get("login", ""))
        if self.house.stage.on(Lever.CAPTCHA):
            return jsonify(step="captcha")
        if not self.house.knows(login):
            return _said("Cette adresse mail ou ce numéro de mobile n’est pas valide.", 404)
        answer = jsonify(step="choice" if self.replica.choice else "password")
        asked = self._sent.get("params", {}).get("return_url", "")
        answer.set_cookie(STEP, self.house.admit(login, return_url=_ours(asked)), secure=True, httponly=True)
        return answer

    def password(self) -> Answered:
        session = self.house.session(self._token)
        if session is None:
            return _said("Votre session a expiré.", 400)
        answer = self.house.try_password(session.login, str(self._sent.get("password", "")))
        return self._next() if answer is Answer.OK else _said(*SAYS[answer])

    def code(self) -> Answered:
        session = self.house.session(self._token)
        login = session.login if session else ""
        if not self.house.right_code(str(self._sent.get("code", "")), login):
            return _said("Le code est incorrect ou a expiré.", 401)
        return self._passed(Lever.CODE)

    def approved(self) -> Answered:
        """202 until the customer has said yes on their phone."""
        session = self.house.session(self._token)
        if session is not None and not self.house.approved(session.login):
            return make_response("", 202)
        return self._passed(Lever.APPROVAL)

    def later(self) -> Answered:
        return self._passed("nag")

    def _passed(self, question: str) -> Answered:
        session = self.house.session(self._token)
        if session is None:
            return _said("Votre session a expiré.", 400)
        session.passed.add(question)
        return self._next()

    def _next(self) -> Answered:
        session = self.house.sessions[cast("str", self._token)]
        question = self.house.next_question(session)
        if question is None and self.replica.nag and "nag" not in session.passed:
            question = "nag"
        self.house.put(question, session.login)
        if question:
            return jsonify(step=STEPS.get(question, question))
        return self._signed_in(session.login, session.return_url)

    def _signed_in(self, login: str, return_url: str) -> Answered:
        self.house.leave(self._token)
        answer = make_response(jsonify(step="end", url=return_url))
        token = self.house.admit(login, proven=True)
        answer.set_cookie(SSO, token, domain=".orange.fr", secure=True, httponly=True, samesite="None")
        answer.set_cookie("co_keep", "1", domain=".orange.fr", secure=True, max_age=30 * 86400)
        answer.delete_cookie(STEP)
        return answer

    @property
    def _token(self) -> str | None:
        return request.cookies.get(STEP)

    @property
    def _sent(self) -> dict[str, Any]:
        return cast("dict[str, Any]", request.get_json(silent=True) or {})

    @property
    def _renamed(self) -> bool:
        return self.house.stage.on(Lever.MOVE_BUTTONS)

    def _moved(self, name: str) -> str:
        return f"o{zlib.crc32(name.encode()):x}" if self._renamed else name


#: A question of the house → the step's name in this portal's JSON, where it differs.
STEPS: dict[str, str] = {Lever.NEW_PASSWORD: "mandatory"}


def _ours(url: str) -> str:
    """Where the customer goes back to: never outside orange.fr."""
    asked = urlsplit(url)
    inside = asked.scheme == "https" and (asked.hostname or "").endswith(".orange.fr")
    return url if inside else f"{SPACE}/selectionner-un-contrat"


def _said(message: str, status: int) -> Response:
    answer = jsonify(message=message)
    answer.status_code = status
    return answer

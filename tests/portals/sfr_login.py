"""www.sfr.fr/cas: the sign-in of both brands. It hands a ticket to the service that asked; its own cookie lets one pass again."""

from __future__ import annotations

import secrets
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from wsgiref.types import WSGIApplication

from flask import Flask, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage
from demo.house import Answer, House, Session
from demo.stage import Lever

if TYPE_CHECKING:
    from tests.portals.sfr import SfrReplica

#: The sign-in's own cookie, the one that tells who is signed in, and the paths that belong to the sign-in.
PASS, IDENTITY, PATHS = "CASTGC", "MLS", ("/cas/", "/auth/", "/__stage")
SAYS = {
    Answer.WRONG: "Votre identifiant ou votre mot de passe est incorrect.",
    Answer.LOCKED: "Suite à plusieurs tentatives infructueuses, votre compte est bloqué.",
}
ASKED = {
    Lever.TERMS: ("Nouvelles conditions générales", "Acceptez les conditions générales pour continuer."),
    Lever.NEW_PASSWORD: ("Choisissez un nouveau mot de passe", "Votre mot de passe a expiré."),
}


class Cas:
    """Signing in for a service: the form, the questions of the levers, and the way back with a ticket."""

    def __init__(self, replica: SfrReplica) -> None:
        self.replica = replica
        self.house: House = replica.house
        self.tickets: dict[str, str] = {}
        self.app, self.other = Flask(__name__), Flask(__name__)
        for app in (self.app, self.other):
            backstage.install(app, self.house)
        self.app.add_url_rule("/cas/login", view_func=self.login, methods=["GET", "POST"])
        self.app.add_url_rule("/auth/realms/sfr/protocol/openid-connect/logout", view_func=self.logout)
        lines = [("S-0999999999", "09 99 99 99 99", "ACTIVE")]
        self.other.add_url_rule(
            "/mon-espace-client/",
            view_func=lambda: render_template("sfr_space.html", lines=lines, moved=self.moved),
            endpoint="home",
        )

    def beside(self, site: WSGIApplication) -> WSGIApplication:
        """The sign-in shares its host with the pages of SFR."""
        return lambda env, start: (self.app if env.get("PATH_INFO", "").startswith(PATHS) else site)(
            env, start
        )

    def redeem(self, ticket: str | None) -> str | None:
        """The stay that a ticket stands for; once."""
        return self.tickets.pop(ticket or "", None)

    def login(self) -> Answered | str:
        session, token = self.house.session(request.cookies.get(PASS)), request.cookies.get(PASS, "")
        if request.method == "POST":
            answer = self.house.try_password(request.form["username"], request.form["password"])
            if answer is not Answer.OK:
                return self._form(SAYS[answer])
            token = self.house.admit(request.form["username"])
            session = self.house.sessions[token]
        if session is None:
            return self._form("")
        return self._onward(session, token)

    def logout(self) -> Answered:
        self.house.leave(request.cookies.get(PASS))
        answer = make_response("<!doctype html><h1>À bientôt</h1>")
        answer.delete_cookie(PASS, secure=True)
        return answer

    def _onward(self, session: Session, token: str) -> Answered | str:
        """To the service that asked; a customer of the other brand is shown that one's sign-in, or its space."""
        question = self.house.next_question(session)
        if question:
            title, words = ASKED[Lever(question)]
            return render_template("sfr_question.html", title=title, words=words)
        if self.replica.other == "sign-in":
            return redirect(self.replica.sign_in_for(f"https://{self.replica.OTHER_SITE}/mon-espace-client/"))
        session.proven = True
        answer = redirect(self._back(token))
        answer.set_cookie(PASS, token, secure=True, httponly=True, path="/")
        answer.set_cookie(IDENTITY, quote(f"id={session.login}"), domain=".sfr.fr", secure=True)
        return answer

    def _back(self, token: str) -> str:
        if self.replica.other == "space":
            return f"https://{self.replica.OTHER_SITE}/mon-espace-client/"
        ticket = secrets.token_urlsafe(12)
        self.tickets[ticket] = token
        asked = urlsplit(request.args.get("service", ""))
        inside = asked.scheme == "https" and asked.hostname in self.replica.HOSTS
        service = asked.geturl() if inside else self.replica.home
        return f"{service}{'&' if asked.query else '?'}ticket={ticket}"

    def _form(self, error: str) -> str:
        self.house.counters.count("page_views")
        captcha = self.house.stage.on(Lever.CAPTCHA)
        return render_template("sfr_login.html", error=error, captcha=captcha, moved=self.moved)

    def moved(self, name: str) -> str:
        return f"z{zlib.crc32(name.encode()):x}" if self.house.stage.on(Lever.MOVE_BUTTONS) else name

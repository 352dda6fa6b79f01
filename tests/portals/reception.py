"""The reception of a replica: the cookie of a customer's stay, the password, the questions before the space opens."""

from __future__ import annotations

import zlib
from typing import Any

from flask import Flask, g, request
from werkzeug.wrappers import Response as Answered

from demo.house import Answer, House, Session
from demo.stage import Lever


class Reception:
    """One portal's, over all of its hosts. A stay that begins is handed over as a cookie with the answer under way."""

    def __init__(self, house: House, cookie: str, *, domain: str | None = None, device: str = "") -> None:
        """`domain` is the cookie's, when several hosts share it; `device` names the cookie of a trusted browser."""
        self.house = house
        self.cookie = cookie
        self.domain = domain
        self.device = device

    def install(self, app: Flask) -> None:
        app.after_request(self._handed)
        app.context_processor(
            lambda: {"moved": self.moved, "renamed": self.house.stage.on(Lever.MOVE_BUTTONS)}
        )

    @property
    def token(self) -> str | None:
        return g.get("stay") or request.cookies.get(self.cookie)

    @property
    def session(self) -> Session | None:
        """Whoever has begun to sign in."""
        return self.house.session(self.token)

    @property
    def customer(self) -> Session | None:
        """Whoever is wholly signed in."""
        return self.house.customer(self.token)

    def admit(self, login: str, **known: Any) -> None:
        """A new stay in place of the one before."""
        self.house.leave(self.token)
        trusted = request.cookies.get(self.device, "") if self.device else ""
        g.stay = self.house.admit(login, device=trusted, **known)

    def try_password(self, login: str, password: str) -> Answer:
        answer = self.house.try_password(login, password)
        if answer is Answer.OK:
            self.admit(login)
        return answer

    def question(self) -> str | None:
        """What is still asked of whoever signs in; None once the space is open to them."""
        session = self._present()
        question = self.house.next_question(session)
        session.proven = question is None
        return question

    def passed(self, question: str) -> None:
        self._present().passed.add(question)

    def send_code(self) -> None:
        self.house.send_code(self._present().login)

    def right_code(self, code: str) -> bool:
        return self.house.right_code(code, self._present().login)

    def trust(self) -> None:
        """This browser is asked for no code again."""
        g.trusted = self.house.trust(self._present().login)

    def moved(self, name: str) -> str:
        """The name of a part today: with the lever `move_buttons`, one that nobody knows yet."""
        return f"z{zlib.crc32(name.encode()):x}" if self.house.stage.on(Lever.MOVE_BUTTONS) else name

    def _present(self) -> Session:
        session = self.session
        if session is None:
            raise LookupError("nobody is at the reception")
        return session

    def _handed(self, answer: Answered) -> Answered:
        for name, token in ((self.cookie, g.get("stay")), (self.device, g.get("trusted"))):
            if token:
                answer.set_cookie(name, token, domain=self.domain, secure=True, httponly=True, samesite="Lax")
        return answer

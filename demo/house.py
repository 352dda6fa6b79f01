"""What is behind the pages of a fictional portal: its customers, their sessions, its shelf, its levers and its counters."""

from __future__ import annotations

import random
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import pyotp

from demo import deeds, paper, shelf
from demo.stage import ACTS, Counters, Lever, Stage

#: A real portal locks a sign-in after a few refusals; so does this one, until its password changes.
LOCKS_AFTER = 5
#: The question of customers who have an authenticator app, beside those that levers ask.
TOTP = "totp"


@dataclass(frozen=True)
class Brand:
    """The fixed facts of one fictional supplier. `seed` is the TOTP key of its demo customer, base32."""

    id: str
    name: str
    language: str
    currency: str
    login: str
    password: str
    supplier: paper.Party
    seed: str = ""


class Answer(Enum):
    """How a submitted password ends."""

    OK = auto()
    WRONG = auto()
    LOCKED = auto()


@dataclass
class Session:
    """One browser's stay. `proven` is true once every page of the login is behind it."""

    login: str
    proven: bool = False
    return_url: str = ""
    passed: set[str] = field(default_factory=set)
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(16))


class House:
    """One portal without its pages."""

    def __init__(
        self, brand: Brand, bills: shelf.Shelf, stage: Stage | None = None, *, latency: float = 0.0
    ) -> None:
        """`latency` is in seconds: what every answer takes more, give or take half of it."""
        self.brand = brand
        self.shelf: shelf.Shelf = bills
        self.stage = stage or Stage()
        self.counters = Counters()
        self.latency = latency
        #: Seconds that every answer takes while the lever `slow` is on.
        self.slowness = 5.0
        self.password = brand.password
        self.seeds = {brand.login: brand.seed} if brand.seed else {}
        self.sms = "482913"
        #: Called after every change that a demo should remember.
        self.changed: Callable[[], None] = lambda: None
        self.sessions: dict[str, Session] = {}
        self._refusals: Counter[str] = Counter()
        self._listings_of_cut = 0
        self._closing = threading.Event()

    # sessions

    def admit(self, login: str, **known: Any) -> str:
        """A new session's token."""
        token = secrets.token_urlsafe(24)
        self.sessions[token] = Session(login, **known)
        return token

    def session(self, token: str | None) -> Session | None:
        return self.sessions.get(token or "")

    def customer(self, token: str | None) -> Session | None:
        """The session of a customer who is wholly signed in, else None."""
        session = self.session(token)
        return session if session and session.proven else None

    def leave(self, token: str | None) -> None:
        self.sessions.pop(token or "", None)

    # signing in

    def try_password(self, login: str, password: str) -> Answer:
        answer = self._judge(login, password)
        self.counters.signin(login, answer is Answer.OK)
        self._refusals[login] += answer is not Answer.OK
        return answer

    def knows(self, login: str) -> bool:
        """Is this the demo customer, or one of the countless `user-<n>`?"""
        return login == self.brand.login or shelf.STRANGERS.fullmatch(login.partition("@")[0]) is not None

    def right_code(self, code: str) -> bool:
        return not self.stage.on(Lever.WRONG_CODE) and secrets.compare_digest(
            code.encode(), self.sms.encode()
        )

    def right_totp(self, login: str, code: str) -> bool:
        """RFC 6238, one step of 30 seconds either way."""
        return not self.stage.on(Lever.WRONG_CODE) and pyotp.TOTP(self.seeds[login]).verify(
            code, valid_window=1
        )

    def next_question(self, session: Session) -> str | None:
        """What the portal still wants to see between the password and the customer's space: `totp` or a lever's name."""
        asked = [TOTP] if session.login in self.seeds else []
        asked += [lever for lever in (Lever.CODE, Lever.NEW_PASSWORD, Lever.TERMS) if self.stage.on(lever)]
        return next((question for question in asked if question not in session.passed), None)

    def _judge(self, login: str, password: str) -> Answer:
        if self.stage.on(Lever.LOCKED) or self._refusals[login] >= LOCKS_AFTER:
            return Answer.LOCKED
        if self.knows(login) and secrets.compare_digest(password.encode(), self.password.encode()):
            self._refusals[login] = 0
            return Answer.OK
        return Answer.WRONG

    # the list

    def bills(self, session: Session, contract: str | None = None) -> list[shelf.Bill]:
        if self.stage.on(Lever.EMPTY) or self.stage.on(Lever.SILENT_EMPTY):
            return []
        return self.shelf.of(shelf.customer_name(session.login), contract)

    def bill(self, session: Session, number: str) -> shelf.Bill | None:
        return self.shelf.find(shelf.customer_name(session.login), number)

    def list_asked(self, token: str | None) -> Session | None:
        """Count one call of the list; None when nobody is signed in, or when the session dies at this very call."""
        self.counters.count("listings")
        if self.customer(token) and self._cut():
            self.sessions.clear()
        return self.customer(token)

    def list_shown(self) -> None:
        """A page of the list was made: with the lever `between_pages`, a new bill comes before the next one."""
        if self.stage.struck(Lever.BETWEEN_PAGES):
            self.shelf.publish(cents=5190)
            self.changed()

    def _cut(self) -> bool:
        if not self.stage.on(Lever.DROP_MID_LIST):
            return False
        self._listings_of_cut += 1
        return self._listings_of_cut > 1 and self.stage.struck(Lever.DROP_MID_LIST)

    # the levers

    def pull(self, lever: Lever, on: bool = True, **about: Any) -> list[shelf.Bill]:
        """Act, or switch a lever on or off; returns what was published. `about` goes to `Shelf.publish`.

        Raises ValueError for a lever that this portal does not have.
        """
        self.stage.require(lever)
        if lever in ACTS:
            published = deeds.DONE_BY[lever](self, about)
            self.changed()
            return published
        self._listings_of_cut = 0
        self.stage.set(lever, on)
        return []

    def reset(self) -> None:
        """All levers off, the first password back; what is published stays."""
        self.stage.reset()
        self.password = self.brand.password
        self._refusals.clear()
        self.changed()

    def wait(self) -> None:
        """The portal's own slowness; ends at once when the portal stops."""
        seconds = self.slowness if self.stage.on(Lever.SLOW) else self.latency * random.uniform(0.5, 1.5)  # noqa: S311 - a network, not a secret
        if seconds:
            self._closing.wait(seconds)

    def close(self) -> None:
        self._closing.set()

    def change_password(self) -> None:
        last = self.password.removeprefix(self.brand.password).removeprefix("-")
        self.password = f"{self.brand.password}-{int(last or 1) + 1}"
        self._refusals.clear()
        self.sessions.clear()

"""What is behind the pages of a fictional portal: its customers, their sessions, its shelf, its levers and its counters."""

from __future__ import annotations

import random
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import pyotp

from demo import deeds, paper, phone, shelf
from demo.stage import ACTS, Counters, Lever, Stage

#: A real portal locks a sign-in after a few refusals; so does this one, until its password changes.
LOCKS_AFTER = 5
#: The question of customers who have an authenticator app, beside those that levers ask.
TOTP = "totp"
#: The questions that a trusted device spares.
PROOFS = (Lever.CODE, Lever.APPROVAL)


@dataclass(frozen=True)
class Brand:
    """The fixed facts of one fictional supplier. `seed` is the TOTP key of its demo customer, base32.

    `contracts` says what each of them is for, as paper and pages say it; `electronic`: its PDFs are Factur-X.
    """

    id: str
    name: str
    language: str
    currency: str
    login: str
    password: str
    supplier: paper.Party
    seed: str = ""
    contracts: Mapping[str, str] = field(default_factory=dict)
    electronic: bool = False


class Answer(Enum):
    """How a submitted password ends."""

    OK = auto()
    WRONG = auto()
    LOCKED = auto()


@dataclass
class Session:
    """One browser's stay. `proven` is true once every page of the login is behind it; `device` is its trusted token, if any."""

    login: str
    proven: bool = False
    device: str = ""
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
        self.phone = phone.Phone()
        #: Seconds that a code stays good.
        self.code_valid = 300.0
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

    @property
    def sms(self) -> str:
        """The last code sent, whoever it was for; empty when none was."""
        return self.phone.last

    def send_code(self, login: str) -> str:
        """A fresh code of six digits to that customer; the one before opens no more."""
        code = self.phone.send(login)
        self.counters.count("codes_sent")
        return code

    def right_code(self, code: str, login: str = "") -> bool:
        """Does it open the door of `login` (of the demo customer, unless told)? Once: a code is good for one sign-in."""
        spoiled = self.stage.on(Lever.WRONG_CODE) or self.stage.on(Lever.CODE_EXPIRED)
        right = not spoiled and self.phone.opens(login or self.brand.login, code, self.code_valid)
        if not right:
            self.counters.count("codes_refused")
        return right

    def trust(self, login: str) -> str:
        """The token of a device that this customer trusts: it spares the next code and the next confirmation."""
        return self.phone.trust(login)

    def is_trusted(self, login: str, token: str | None) -> bool:
        return self.phone.trusts(login, token or "")

    def ask_approval(self, login: str) -> None:
        """The customer's phone asks whether it is really them who sign in."""
        self.counters.count("approvals_asked")
        self.phone.ask(login)

    def approve(self, login: str = "") -> None:
        """The customer says yes on their phone; nothing happens when it asks nothing."""
        self.phone.approve(login or self.brand.login)

    def approved(self, login: str) -> bool:
        return self.phone.approved(login)

    def right_totp(self, login: str, code: str) -> bool:
        """RFC 6238, one step of 30 seconds either way."""
        return not self.stage.on(Lever.WRONG_CODE) and pyotp.TOTP(self.seeds[login]).verify(
            code, valid_window=1
        )

    def next_question(self, session: Session) -> str | None:
        """What the portal still wants to see between the password and the customer's space: `totp` or a lever's name."""
        asked = [TOTP] if session.login in self.seeds else []
        asked += [] if self.is_trusted(session.login, session.device) else self._pulled(*PROOFS)
        asked += self._pulled(Lever.NEW_PASSWORD, Lever.TERMS)
        return next((question for question in asked if question not in session.passed), None)

    def put(self, question: str | None, login: str) -> None:
        """The page of this question is about to be shown: what it needs is sent to the customer."""
        if question == Lever.CODE:
            self.send_code(login)
        if question == Lever.APPROVAL:
            self.ask_approval(login)

    def _pulled(self, *levers: Lever) -> list[str]:
        return [lever for lever in levers if self.stage.on(lever)]

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
        self.phone.distrust()
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

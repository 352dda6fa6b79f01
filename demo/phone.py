"""The customers' phones and mailboxes: the codes sent to them, the sign-ins they confirm, the devices they trust."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

#: A phone shows its newest messages.
KEPT = 20


@dataclass(frozen=True, slots=True)
class Message:
    """One code on its way to one customer; `at` is an aware instant in UTC."""

    login: str
    code: str
    at: datetime


class Phone:
    """What a portal sent, newest last. A code opens once, and only the newest of a customer does."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._living: dict[str, Message] = {}
        self._devices: dict[str, str] = {}
        #: Where each code goes by mail too.
        self.mailed: Callable[[str], None] = lambda code: None
        self._asked: dict[str, bool] = {}

    @property
    def last(self) -> str:
        """The code of the newest message; empty when none was sent."""
        return self.messages[-1].code if self.messages else ""

    def send(self, login: str) -> str:
        code = f"{secrets.randbelow(1_000_000):06d}"
        message = Message(login, code, datetime.now(UTC))
        self._living[login] = message
        self.messages = [*self.messages, message][-KEPT:]
        self.mailed(code)
        return code

    def opens(self, login: str, code: str, valid: float) -> bool:
        """Is this the newest code of that customer, not yet used and not older than `valid` seconds?"""
        message = self._living.get(login)
        if message is None or not secrets.compare_digest(code.encode(), message.code.encode()):
            return False
        if (datetime.now(UTC) - message.at).total_seconds() > valid:
            return False
        del self._living[login]
        return True

    def trust(self, login: str) -> str:
        """A token for a browser of that customer, which spares it the next code."""
        token = secrets.token_urlsafe(24)
        self._devices[token] = login
        return token

    def trusts(self, login: str, token: str) -> bool:
        return self._devices.get(token) == login

    def distrust(self) -> None:
        self._devices.clear()

    # confirming a sign-in in the portal's own app

    def ask(self, login: str) -> None:
        self._asked[login] = False

    def approve(self, login: str) -> None:
        if login in self._asked:
            self._asked[login] = True

    def approved(self, login: str) -> bool:
        return self._asked.get(login, False)

    @property
    def waiting(self) -> list[str]:
        """The customers whose phone shows a question."""
        return [login for login, approved in self._asked.items() if not approved]

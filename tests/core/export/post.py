"""A real SMTP server of this machine that takes mail for others, and keeps what it said yes to."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from tests.core.export import strangers

PASSWORD = "canary-of-the-post"


class Post:
    """A server that takes mail for others; `came` is what it has said yes to."""

    def __init__(self) -> None:
        self.came: list[Envelope] = []
        self.refuses: dict[str, str] = {}
        self.asked: list[bytes] = []

    @property
    def letters(self) -> list[EmailMessage]:
        return [_read(one) for one in self.came]

    async def handle_RCPT(self, _: Any, __: Any, envelope: Envelope, address: str, options: Any) -> str:
        if said := self.refuses.get("RCPT"):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Envelope) -> str:
        if said := self.refuses.get("DATA"):
            return said
        self.came.append(envelope)
        return "250 OK"

    def let_in(self, _: Any, __: Any, ___: Any, ____: str, told: Any) -> AuthResult:
        self.asked.append(told.password)
        return AuthResult(success=bool(told.password == PASSWORD.encode()), handled=False)


def _read(one: Envelope) -> EmailMessage:
    assert isinstance(one.content, bytes)
    return email.message_from_bytes(one.content, policy=email.policy.default)


@contextmanager
def opened() -> Iterator[tuple[Post, int]]:
    """And its port."""
    made, port = Post(), strangers.free_port()
    controller = Controller(
        made, hostname="127.0.0.1", port=port, authenticator=made.let_in, auth_require_tls=False,
        data_size_limit=2**25, ready_timeout=strangers.PATIENCE,
    )  # fmt: skip
    controller.start()
    try:
        yield made, port
    finally:
        controller.stop()

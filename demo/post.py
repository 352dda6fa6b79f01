"""The company's mailbox on the stage: a real IMAP server where Dovecot is installed, and what suppliers and others write to it."""

from __future__ import annotations

import imaplib
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from demo import dovecot, mailings, portals
from demo.mailings import Act

#: What a person types to connect it. It stands on the panel: nothing real is in there.
USER, PASSWORD = "compta@atelier.example", "demo-mailbox"


class Post:
    """The mailbox, and who writes to it. Portals that mail their codes mail them here."""

    def __init__(self, shown: Sequence[portals.Portal], port: int = 0) -> None:
        self._shown = {portal.brand.id: portal for portal in shown}
        self._home = Path(tempfile.mkdtemp(prefix="moisson-"))
        self._home.chmod(0o755)
        self._server = dovecot.Dovecot(self._home, PASSWORD, port=port)
        self._sent = 0

    @property
    def port(self) -> int:
        return self._server.port

    def __enter__(self) -> Self:
        self._server.start()
        self.act(Act.OTHER)
        nimbus = self._shown.get("nimbus")
        if nimbus is not None:
            nimbus.house.phone.mailed = self.send_code
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def looked_at(self) -> AbstractContextManager[imaplib.IMAP4]:
        """As its owner's own client sees it."""
        return self._server.looked_at(USER)

    def act(self, act: Act) -> None:
        self._send(mailings.written(act, self._sent + 1, USER))

    def send_code(self, code: str, sender: str = "no-reply@nimbus.example") -> None:
        """The mail with which Nimbus sends a code."""
        text = f"Your code is {code}. It is valid for 5 minutes."
        self._send(mailings.mail(USER, sender, "Your Nimbus sign-in code", text))

    def _send(self, message: EmailMessage) -> None:
        self._sent += 1
        self._server.deliver(USER, [(message.as_bytes(), datetime.now(UTC))], prefix=f"p{self._sent:05}-")

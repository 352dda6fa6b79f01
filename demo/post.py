"""The company's mailbox on the stage: a real IMAP server where Dovecot is installed, and what suppliers and others write to it."""

from __future__ import annotations

import imaplib
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from pathlib import Path
from typing import Self

from demo import dovecot, paper, portals

#: What a person types to connect it. It stands on the panel: nothing real is in there.
USER, PASSWORD = "compta@atelier.example", "demo-mailbox"
GARAGE = paper.Party(
    "Garage des Lilas SARL", ("8 rue des Lilas", "75020 Paris"), "999444557", "FR47999444557"
)


class Act(StrEnum):
    """What can be made to arrive."""

    INVOICE = "mail_invoice"
    AREA = "mail_area"
    OTHER = "mail_other"


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
        self._send({Act.INVOICE: self._invoice, Act.AREA: self._area, Act.OTHER: self._other}[act]())

    def send_code(self, code: str, sender: str = "no-reply@nimbus.example") -> None:
        """The mail with which Nimbus sends a code."""
        self._send(
            _mail(sender, "Your Nimbus sign-in code", f"Your code is {code}. It is valid for 5 minutes.")
        )

    def _invoice(self) -> EmailMessage:
        number = f"GL-{date.today():%Y}-{self._sent + 1:04}"
        message = _mail(
            "contact@garage-lilas.example", f"Facture {number}", "Bonjour, voici notre facture. Cordialement."
        )
        made = paper.invoice(number, date.today(), Decimal("312.60"), supplier=GARAGE)
        message.add_attachment(made, maintype="application", subtype="pdf", filename=f"{number}.pdf")
        return message

    def _area(self) -> EmailMessage:
        """Mandarine says that there is something new, and sends nothing along."""
        text = "Bonjour,\nvotre nouvelle facture est disponible dans votre espace client."
        return _mail("facture@mandarine.example", "Votre facture Mandarine est disponible", text)

    def _other(self) -> EmailMessage:
        message = _mail("marie@ami.example", "CV de Marie", "Bonjour, voici mon CV.")
        made = paper.half(paper.invoice("0", date.today(), Decimal(1)))
        message.add_attachment(made, maintype="application", subtype="pdf", filename="cv-marie.pdf")
        return message

    def _send(self, message: EmailMessage) -> None:
        self._sent += 1
        self._server.deliver(USER, [(message.as_bytes(), datetime.now(UTC))], prefix=f"p{self._sent:05}-")


def _mail(sender: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, USER, subject
    message["Date"], message["Message-ID"] = (
        format_datetime(datetime.now(UTC)),
        make_msgid(domain="stage.example"),
    )
    message.set_content(text)
    return message

"""What suppliers and others write to the company of the stage, one act a message."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from enum import StrEnum

from demo import paper

GARAGE = paper.Party(
    "Garage des Lilas SARL", ("8 rue des Lilas", "75020 Paris"), "999444557", "FR47999444557"
)


class Act(StrEnum):
    """What can be made to arrive."""

    INVOICE = "mail_invoice"
    AREA = "mail_area"
    LOOK_ALIKE = "mail_look_alike"
    OTHER = "mail_other"


def written(act: Act, number: int, to: str) -> EmailMessage:
    """`number` counts what was written before, so that no two invoices are one."""
    make = {Act.INVOICE: _invoice, Act.AREA: _area, Act.LOOK_ALIKE: _look_alike, Act.OTHER: _other}
    return make[act](number, to)


def mail(to: str, sender: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain="stage.example")
    message.set_content(text)
    return message


def _invoice(number: int, to: str) -> EmailMessage:
    named = f"GL-{date.today():%Y}-{number:04}"
    text = "Bonjour, voici notre facture. Cordialement."
    message = mail(to, "contact@garage-lilas.example", f"Facture {named}", text)
    made = paper.invoice(named, date.today(), Decimal("312.60"), supplier=GARAGE)
    message.add_attachment(made, maintype="application", subtype="pdf", filename=f"{named}.pdf")
    return message


def _area(number: int, to: str) -> EmailMessage:
    """Mandarine says that there is something new, and sends nothing along."""
    text = "Bonjour,\nvotre nouvelle facture est disponible dans votre espace client."
    return mail(to, "facture@mandarine.example", "Votre facture Mandarine est disponible", text)


def _look_alike(number: int, to: str) -> EmailMessage:
    """The same words from somebody who only looks like Mandarine."""
    text = "Bonjour,\nvotre nouvelle facture est disponible dans votre espace client."
    sender = "Mandarine <facture@mandarine.example.client-espace.example>"
    return mail(to, sender, "Votre facture Mandarine vous attend", text)


def _other(number: int, to: str) -> EmailMessage:
    message = mail(to, "marie@ami.example", "CV de Marie", "Bonjour, voici mon CV.")
    made = paper.half(paper.invoice("0", date.today(), Decimal(1)))
    message.add_attachment(made, maintype="application", subtype="pdf", filename="cv-marie.pdf")
    return message

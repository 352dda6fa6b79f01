"""Messages as they come: invoices, and what else lies in a mailbox."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from email.utils import format_datetime

from demo import paper
from tests.core.ledger import NOW

PDF = ("application", "pdf")


def bill(number: str = "F-2026-0117", issued: date = date(2026, 11, 3), total: str = "120.00") -> bytes:
    """An invoice as a PDF."""
    return paper.invoice(number, issued, Decimal(total))


def mail(
    subject: str,
    sender: str = "facturation@garage-des-lilas.example",
    text: str = "Bonjour,",
    *,
    files: tuple[tuple[str, bytes], ...] = (),
    page: str = "",
    message_id: str = "",
    to: str = "compta@atelier.example",
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(NOW)
    message["Message-ID"] = message_id or f"<{abs(hash((subject, sender, text)))}@{sender.partition('@')[2]}>"
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for name, content in files:
        main, sub = PDF if name.endswith(".pdf") else ("application", "octet-stream")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message

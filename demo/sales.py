"""What the company of the stage sells: each sale is an entry in its sales ledger, and an invoice to a customer with a copy by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from demo import mailings, paper

CUSTOMERS = ("Dupont et fils", "Lambert Conseil", "Mercier SA")


@dataclass(frozen=True)
class Sale:
    """Invoice `number` of that day to a customer; `total` includes tax, in EUR."""

    number: str
    day: date
    customer: str
    total: Decimal

    @property
    def entry(self) -> dict[str, Any]:
        """As Clearnox has it in its list."""
        return {
            "id": f"e-{self.number}", "documentNumber": self.number, "date": self.day.isoformat(),
            "amount": f"{self.total:.2f}", "currency": "EUR", "account": self.customer,
        }  # fmt: skip

    def pdf(self) -> bytes:
        customer = paper.Party(
            self.customer, ("3 place du Marché", "69001 Lyon"), "888111222", "FR10888111222"
        )
        return paper.invoice(self.number, self.day, self.total, supplier=paper.CUSTOMER, customer=customer)

    def copy(self, to: str) -> EmailMessage:
        """What the customer got, as it lies in the mailbox of whoever sent it."""
        message = mailings.mail(
            to, to, f"Facture {self.number}", "Bonjour, voici notre facture. Cordialement."
        )
        message.add_attachment(
            self.pdf(), maintype="application", subtype="pdf", filename=f"{self.number}.pdf"
        )
        return message


def made(count: int) -> Sale:
    """The `count`-th sale, of today."""
    today = date.today()
    total = Decimal(480) + Decimal("12.60") * count
    return Sale(f"FA-{today:%Y}-{count:03}", today, CUSTOMERS[count % len(CUSTOMERS)], total)

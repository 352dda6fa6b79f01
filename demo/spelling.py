"""How the fictional portals and their paper spell days, amounts and words, in French and in English."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

NBSP = "\u00a0"
MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
WORDS = {
    "fr": {
        "invoice": "Facture",
        "credit_note": "Avoir",
        "number": "Facture n°",
        "issued": "Date de facture :",
        "due": "Date d’échéance :",
        "contract": "Contrat :",
        "billed_to": "Client",
        "vat_number": "TVA intracommunautaire",
        "description": "Désignation",
        "amount": "Montant",
        "line": "Abonnement mensuel",
        "net": "Total HT",
        "vat": "TVA",
        "total": "Total TTC",
        "fictional": "société fictive, document de démonstration",
        "replaces": "document de démonstration, remplace le précédent : version",
    },
    "en": {
        "invoice": "Invoice",
        "credit_note": "Credit note",
        "number": "Invoice number:",
        "issued": "Invoice date:",
        "due": "Due date:",
        "contract": "Account:",
        "billed_to": "Bill to",
        "vat_number": "VAT number",
        "description": "Description",
        "amount": "Amount",
        "line": "Monthly subscription",
        "net": "Subtotal",
        "vat": "Tax",
        "total": "Total due",
        "fictional": "fictional company, demonstration document",
        "replaces": "demonstration document, replaces the one before: version",
    },
}


def day(when: date, language: str) -> str:
    """`3 novembre 2026`, `November 3, 2026`."""
    month = MONTHS[language][when.month - 1]
    if language == "fr":
        return f"{'1er' if when.day == 1 else when.day} {month} {when.year}"
    return f"{month} {when.day}, {when.year}"


def money(amount: Decimal, currency: str, language: str) -> str:
    """`1 234,50 €` with no-break spaces, `$1,234.50`; a minus sign in front when negative."""
    digits = f"{abs(amount):,.2f}"
    sign = "-" if amount < 0 else ""
    if language == "fr":
        return f"{sign}{digits.replace(',', NBSP).replace('.', ',')}{NBSP}{SIGNS[currency]}"
    return f"{sign}{SIGNS[currency]}{digits}"


def grouped(siren: str) -> str:
    """`999 111 225`."""
    return " ".join(siren[start : start + 3] for start in range(0, len(siren), 3))

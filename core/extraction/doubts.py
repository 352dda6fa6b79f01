"""The reasons why a person should look at a Reading: whole sentences, so that a page can say each in its reader's language."""

from __future__ import annotations

NO_TEXT = "The document has no text: it is a picture, and a person must read it."
OTHER_PAPER = "The document seems to be a quote, an order or a delivery note, not an invoice."
NOT_SUMMING = "Net and VAT do not add up to the total."
DUE_BEFORE_ISSUE = "The due date is before the issue date."
NUMBER_DIFFERS = "The document and the portal do not show the same number."
DATE_DIFFERS = "The document and the portal do not show the same date."
TOTAL_DIFFERS = "The document and the portal do not show the same total."
CURRENCY_DIFFERS = "The document and the portal do not show the same currency."
KIND_DIFFERS = "The document and the portal do not agree on what it is: invoice, credit note or other."

ALL = (
    NO_TEXT,
    OTHER_PAPER,
    NOT_SUMMING,
    DUE_BEFORE_ISSUE,
    NUMBER_DIFFERS,
    DATE_DIFFERS,
    TOTAL_DIFFERS,
    CURRENCY_DIFFERS,
    KIND_DIFFERS,
)

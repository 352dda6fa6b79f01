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
ODD_DATA = "The e-invoice names a date, an amount or a currency that cannot be one."
UNREADABLE_DATA = "The document carries an e-invoice that cannot be read."
TWO_INVOICES = "The document carries two e-invoices that say different things."
PAGE_SILENT = "The page does not show the number, the date or the total of the e-invoice inside it."
PAGE_NUMBER = "The page and the e-invoice inside it do not show the same number."
PAGE_DATE = "The page and the e-invoice inside it do not show the same date."
PAGE_TOTAL = "The page and the e-invoice inside it do not show the same total."
PAGE_CURRENCY = "The page and the e-invoice inside it do not show the same currency."
PAGE_SUMS = "The page and the e-invoice inside it do not show the same net or VAT."
PAGE_DUE = "The page and the e-invoice inside it do not show the same due date."
PAGE_IBAN = "The page and the e-invoice inside it do not show the same IBAN."
PAGE_SELLER = "The page and the e-invoice inside it do not show the same supplier."
PAGE_KIND = "The page and the e-invoice inside it do not agree on what it is: invoice, credit note or other."
NEW_LAYOUT = "This supplier's documents have a new layout, which nobody has taught yet."
SAME_NUMBER = "Another invoice of this supplier has the same number, and says something else."
NEAR = "Another document of this supplier has the same total, within three days."
RATE_NOT_SUMMING = "The VAT of a rate is not that rate of its base."
IN_FUTURE = "The date of issue lies in the future."
TOO_OLD = "The date of issue is more than 400 days ago."
NO_SUCH_DAY = "A date on the document does not exist in any calendar."
UNUSUAL_TOTAL = "The total is more than five times what this supplier usually asks."
IBAN_CHANGED = "The IBAN is not the one of this supplier's earlier invoices: check it before you pay."
OTHER_SELLER = "The company that signs the document is not the one of this supplier's earlier invoices."
OTHER_BUYER = "The document is made out to somebody else than this supplier's earlier invoices."
FIRST_CREDIT_NOTE = "It is the first credit note of this supplier."
SEVERAL = "The document seems to hold several invoices."
ODD_NUMBER = "The number is not built like those of this supplier's earlier invoices."
ODD_RATE = "The document names a rate of VAT that is not known."
ODD_IBAN = "The IBAN's check digits are wrong."
ODD_SELLER_ID = "The check digits of the supplier's VAT number or SIREN are wrong."
TOOK_TOO_LONG = "The document takes longer to read than any may: no reader tries it again."
TOOK_TOO_MUCH = "The document needs more memory to read than any may: no reader tries it again."
BROKE_READER = "The document ended the program that reads it, twice: no reader tries it again."
SCRIPT = "The document carries a script. It was not run; the original may run it where it is opened."
PROGRAM = (
    "The document carries a program, or asks to start one. Nothing was started: do not open the original."
)
READ_AS_PICTURE = (
    "The document is a picture: its words were made out by machine (OCR). Compare them with the page."
)
TOO_FULL = "A page holds more than any bill has: its words were not looked for."
DAMAGED = "The document cannot be opened: it is damaged, or wants a password."

#: Why a document is in quarantine, by the way that it broke the reader's limits (`errors.ReaderFailed.way`).
QUARANTINED = {
    "time": TOOK_TOO_LONG,
    "memory": TOOK_TOO_MUCH,
    "crashed": BROKE_READER,
    "confused": BROKE_READER,
}

#: Worth a word, and no reason by themselves to ask a person.
MILD = (ODD_NUMBER, ODD_RATE, ODD_IBAN, ODD_SELLER_ID, SCRIPT)

ALL = (
    NO_TEXT,
    READ_AS_PICTURE,
    SCRIPT,
    PROGRAM,
    TOO_FULL,
    TOOK_TOO_LONG,
    TOOK_TOO_MUCH,
    BROKE_READER,
    DAMAGED,
    OTHER_PAPER,
    NOT_SUMMING,
    DUE_BEFORE_ISSUE,
    NUMBER_DIFFERS,
    DATE_DIFFERS,
    TOTAL_DIFFERS,
    CURRENCY_DIFFERS,
    KIND_DIFFERS,
    ODD_DATA,
    UNREADABLE_DATA,
    TWO_INVOICES,
    PAGE_SILENT,
    PAGE_NUMBER,
    PAGE_DATE,
    PAGE_TOTAL,
    PAGE_CURRENCY,
    PAGE_SUMS,
    PAGE_DUE,
    PAGE_IBAN,
    PAGE_SELLER,
    PAGE_KIND,
    NEW_LAYOUT,
    SAME_NUMBER,
    NEAR,
    RATE_NOT_SUMMING,
    IN_FUTURE,
    TOO_OLD,
    NO_SUCH_DAY,
    UNUSUAL_TOTAL,
    IBAN_CHANGED,
    OTHER_SELLER,
    OTHER_BUYER,
    FIRST_CREDIT_NOTE,
    SEVERAL,
    ODD_NUMBER,
    ODD_RATE,
    ODD_IBAN,
    ODD_SELLER_ID,
)

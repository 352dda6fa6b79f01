"""What the type code of an e-invoice says that it is (UNTDID 1001, as EN 16931 and the French reform use it)."""

from __future__ import annotations

from core import nouns

INVOICES = frozenset(
    {
        80, 82, 84, 130, 202, 203, 204, 211, 218, 219, 295, 326, 331, 380, 382, 383, 384, 385, 386, 387, 388, 389, 390, 393, 394, 395, 456, 457,
        471, 472, 473, 500, 501, 527, 553, 575, 623, 633, 751, 780, 817, 870, 875, 876, 877, 935,
    }
)  # fmt: skip
CREDIT_NOTES = frozenset({81, 83, 261, 262, 296, 308, 381, 396, 420, 458, 502, 503, 532})
#: A request for payment.
REMINDERS = frozenset({71})
SELF_BILLED = frozenset({261, 389, 471, 473, 500, 501, 502, 527})


def kind(code: str | None) -> nouns.Kind:
    """UNKNOWN for a code of anything else (325: pro forma); a document that tells no code is an invoice by its root."""
    number = _number(code)
    if code is None or number in INVOICES:
        return nouns.Kind.INVOICE
    if number in CREDIT_NOTES:
        return nouns.Kind.CREDIT_NOTE
    return nouns.Kind.REMINDER if number in REMINDERS else nouns.Kind.UNKNOWN


def self_billed(code: str | None) -> bool:
    """The buyer writes it; in German it is called a credit note and is none."""
    return _number(code) in SELF_BILLED


def _number(code: str | None) -> int:
    return int(code) if code and code.isdecimal() and len(code) < 5 else 0

"""What to do with a Reading, and the one line of JSON that `moisson read` prints of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from core import errors, nouns
from core.extraction import doubts

NAMES = (
    "number", "date", "due_date", "total", "net", "vat", "currency", "supplier", "supplier_vat", "iban", "customer_ref",
)  # fmt: skip
VITAL = ("number", "date", "total", "currency")
#: Two independent witnesses agree.
SURE = 0.95
#: How a field's source begins that stands on the page.
PAGE = ("page", "generic", "template", "ocr")


def action(reading: nouns.Reading) -> str:
    """`accept` without a person, `review` by one, `ocr` when there is no text, `reject` when nothing speaks of an invoice."""
    if doubts.NO_TEXT in reading.doubts:
        return "ocr"
    unseen = doubts.TOO_FULL in reading.doubts
    if reading.kind is nouns.Kind.UNKNOWN and not {"number", "total"} & set(reading.fields) and not unseen:
        return "reject"
    if reading.kind is not nouns.Kind.INVOICE or set(reading.doubts) - set(doubts.MILD):
        return "review"
    return "accept" if all(_vouched_for(reading.fields.get(name)) for name in VITAL) else "review"


def _vouched_for(field: nouns.FieldRead | None) -> bool:
    """Two independent sources say it, or an e-invoice that its page confirms; templates and the generic reader see one page."""
    if field is None or field.confidence < SURE:
        return False
    families = {
        "page" if part.startswith(PAGE) else part.partition(":")[0] for part in field.source.split("+")
    }
    return len(families) > 1 or families == {"xml"}


def line(file: Path | str, outcome: nouns.Reading | errors.MoissonError) -> dict[str, Any]:
    """`outcome` is a Reading or why there is none. Amounts are text with a decimal point, dates ISO, unread fields None."""
    if isinstance(outcome, errors.MoissonError):
        return _not_read(file, outcome)
    values = {name: outcome.fields[name].value if name in outcome.fields else None for name in NAMES}
    return {
        "file": str(file),
        **values,
        "action": action(outcome),
        "kind": outcome.kind.value,
        "pages": outcome.pages,
        "doubts": list(outcome.doubts),
        "fields": {name: asdict(field) for name, field in outcome.fields.items()},
    }


def _not_read(file: Path | str, why: errors.MoissonError) -> dict[str, Any]:
    """A file that is no PDF is rejected; one that broke the reader's limits may still be an invoice, so a person looks."""
    no_invoice = isinstance(why, errors.NotAnInvoice)
    return {
        "file": str(file),
        **dict.fromkeys(NAMES),
        "action": "reject" if no_invoice else "review",
        "error": why.code,
        "reason": why.reason if isinstance(why, errors.NotAnInvoice) else why.sentence(),
        "said": why.said,
        "fields": {},
    }

"""What is known of an Invoice, field by field: its value, what the machine read, where, how surely, and what it set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import numbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ledger
from core.db import models
from core.extraction import doubts
from web import speech

#: In the order people look at them.
ORDER = (
    "supplier", "number", "date", "due_date", "total", "net", "vat", "currency", "supplier_vat", "iban", "customer_ref",
    "contract", "period_from", "period_to",
)  # fmt: skip
DAYS = frozenset({"date", "due_date", "period_from", "period_to"})
AMOUNTS = frozenset({"total", "net", "vat", "payable"})
#: What the Invoice itself keeps of a field.
COLUMNS = {
    "number": "number", "date": "issued_on", "due_date": "due_on", "total": "total_minor", "net": "net_minor",
    "vat": "vat_minor", "currency": "currency", "supplier": "seller", "supplier_vat": "seller_id", "iban": "iban",
    "customer_ref": "customer_ref", "period_from": "period_from", "period_to": "period_to",
}  # fmt: skip
VITAL = frozenset({"supplier", "number", "date", "due_date", "total", "net", "vat", "currency"})
#: Tables and the like, which are not looked at one value at a time.
NOT_SHOWN = frozenset({"lines", "vat_rates", "text"})


@dataclass(frozen=True)
class Shown:
    """One field as a page shows it. `value` is normalised text as it stands now; `read` what the machine read, as JSON."""

    name: str
    value: str
    read: Mapping[str, Any] = field(default_factory=dict)
    currency: str | None = None

    @property
    def said(self) -> str:
        """The value as people of that language write it."""
        return value(self.name, self.value, self.currency)

    @property
    def typed(self) -> str:
        """The value as it stands in a form's field."""
        if self.name in AMOUNTS and (amount := decimal(self.value)) is not None:
            return str(numbers.format_decimal(amount, "0.00", locale=speech.locale()))
        return self.value

    @property
    def kind(self) -> str:
        return "date" if self.name in DAYS else "amount" if self.name in AMOUNTS else "text"

    @property
    def machine(self) -> str:
        """What the machine read, where that is not what stands there now."""
        was = str(self.read.get("value", ""))
        return value(self.name, was, self.currency) if was and was != self.value else ""

    @property
    def source(self) -> str:
        return source(str(self.read.get("source", ""))) if self.read else ""

    @property
    def sure(self) -> str:
        return sure(float(self.read.get("confidence", 0))) if self.read else "unread"

    @property
    def counts(self) -> bool:
        """Whether it is looked at at once: what is vital, and whatever something is known of."""
        return self.name in VITAL or bool(self.value or self.read)

    @property
    def box(self) -> Mapping[str, Any] | None:
        return self.read.get("box")

    @property
    def rejected(self) -> Sequence[Mapping[str, str]]:
        return [one for one in self.read.get("rejected", ()) if one["value"] != self.value]

    def written(self, text: str) -> str:
        """Another value of this field, as people write it."""
        return value(self.name, text, self.currency)


def of(session: Session, invoice: models.Invoice, papers: Sequence[models.Document]) -> list[Shown]:
    """Every field that the Invoice has or that its newest Document was read to have."""
    read = reading(session, papers)
    currency = invoice.currency
    names = [*ORDER, *sorted(set(read) - set(ORDER) - NOT_SHOWN)]
    shown = [Shown(name, _now(invoice, name, read), read.get(name, {}), currency) for name in names]
    return [one for one in shown if one.name in COLUMNS or one.value]


def reading(session: Session, papers: Sequence[models.Document]) -> dict[str, dict[str, Any]]:
    """What was last read on the newest Document that was read at all."""
    for paper in papers:
        row = session.scalar(
            select(models.ReadingRow)
            .where(models.ReadingRow.document_id == paper.id)
            .order_by(models.ReadingRow.id.desc())
            .limit(1)
        )
        if row:
            return row.fields
    return {}


def _now(invoice: models.Invoice, name: str, read: Mapping[str, Mapping[str, Any]]) -> str:
    """What the Invoice says; what it has no place for is what was read."""
    if name not in COLUMNS:
        return str(read[name]["value"]) if name in read else ""
    kept = getattr(invoice, COLUMNS[name])
    if kept is None:
        return ""
    if name in AMOUNTS:
        worth = ledger.money(kept, invoice.currency)
        return str(worth.amount) if worth else ""
    return kept.isoformat() if isinstance(kept, date) else str(kept)


def value(name: str, text: str, currency: str | None) -> str:
    """A field's normalised text as people of that language write it."""
    try:
        if name in DAYS:
            return speech.day(date.fromisoformat(text))
        if name in AMOUNTS:
            return speech.amount(Decimal(text), currency)
    except (ValueError, InvalidOperation):
        return text
    return text


def decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def source(text: str) -> str:
    """Where a value was read, in words: `site et page`."""
    families = [part.partition(":")[0] for part in text.split("+")]
    known = dict.fromkeys("generic" if family == "page" else family for family in families)
    told = [
        speech.say(f"source.{family}") if speech.knows(f"source.{family}") else family for family in known
    ]
    return speech.say("source.and").join(told)


def sure(confidence: float) -> str:
    """How sure that is, as a key of `sure.*`: two witnesses agree, one good one, a guess, or less."""
    steps = ((0.9, "certain"), (0.75, "likely"), (0.5, "unsure"))
    return next((name for least, name in steps if confidence >= least), "doubtful")


def doubt(sentence: str) -> str:
    """A reader's doubt in the viewer's language; a sentence that is not known is shown as it came."""
    names = {
        said: name.lower() for name, said in vars(doubts).items() if name.isupper() and isinstance(said, str)
    }
    key = f"doubt.{names.get(sentence, sentence)}"
    return speech.say(key) if speech.knows(key) else sentence


def set_aside_for(why: str) -> str:
    """Why the reader did not take a value, in the viewer's language where it is known."""
    return speech.phrase("set_aside", why)

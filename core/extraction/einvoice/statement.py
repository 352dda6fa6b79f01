"""An e-invoice as a Reading: each term as a field with its source, and what in it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core import nouns
from core.extraction import doubts, roots
from core.extraction.einvoice import cii, codes, plain, told, tree, ubl

READ = {roots.CII: cii.read, roots.UBL: ubl.read}
#: What nobody else has confirmed yet.
UNCONFIRMED = 0.9
#: Not as the schema wants it, or against another witness.
AT_ODDS = 0.3
CENT = Decimal("0.01")
MOST_LETTERS, MOST_LINES = 200_000, 500
#: Field, the terms that may tell it in order of preference, and how they are written.
FIELDS: tuple[tuple[str, tuple[str, ...], Callable[[str], str | None]], ...] = (
    ("number", ("BT-1",), plain.words),
    ("currency", ("BT-5",), plain.currency),
    ("supplier", ("BT-27", "BT-28"), plain.words),
    ("supplier_siren", ("BT-30",), plain.siren),
    ("supplier_vat", ("BT-31",), plain.compact),
    ("iban", ("BT-84",), plain.iban),
    ("buyer", ("BT-44", "BT-45"), plain.words),
    ("buyer_vat", ("BT-48",), plain.compact),
    ("customer_ref", ("BT-46",), plain.customer),
    ("contract", ("BT-12",), plain.words),
)
DAYS = (("date", "BT-2"), ("due_date", "BT-9"), ("period_from", "BT-73"), ("period_to", "BT-74"))
AMOUNTS = (("total", "BT-112"), ("net", "BT-109"), ("vat", "BT-110"), ("payable", "BT-115"))


@dataclass(frozen=True, slots=True)
class Statement:
    """What a document says of itself as data, beside what its pages show.

    `everything` holds each amount, day and code of it, also those that are no field: what a page's reader may have taken for another.
    """

    reading: nouns.Reading
    everything: frozenset[str]
    self_billed: bool

    def value(self, name: str) -> str | None:
        field = self.reading.fields.get(name)
        return field.value if field else None

    def contradicts(self, other: Statement) -> bool:
        return any(self.value(name) != other.value(name) for name in ("number", "date", "total", "currency"))


def of(content: bytes) -> Statement | None:
    """None when its root is no invoice's; raises tree.Unreadable when it is and nothing can be read of it."""
    first = roots.root(content)
    if first is None or first.syntax is None:
        return None
    root = tree.opened(content)
    said = READ[first.syntax](root)
    code = said.terms.get("BT-3")
    kind = _kind(said)
    turned = -1 if kind is nouns.Kind.CREDIT_NOTE and _positive(said) else 1
    fields, odd = _fields(said, turned)
    strange = odd or (first.syntax == roots.CII and not _known_space(first))
    reasons = (
        *((doubts.ODD_DATA,) if strange else ()),
        *((doubts.OTHER_PAPER,) if kind is nouns.Kind.UNKNOWN else ()),
        *(() if _sums_up(fields, len(said.rates)) else (doubts.NOT_SUMMING,)),
        *((doubts.DUE_BEFORE_ISSUE,) if _due_too_early(fields) else ()),
    )
    reading = nouns.Reading(fields, kind, 0, "\n".join(_texts(root))[:MOST_LETTERS], reasons)
    return Statement(reading, frozenset(_everything(root)), codes.self_billed(code))


def _known_space(first: roots.Root) -> bool:
    return first.space.startswith(("urn:un:unece:uncefact:", "urn:ferd:"))


def _kind(said: told.Told) -> nouns.Kind:
    """An invoice of less than nothing gives money back, whatever it calls itself."""
    kind = codes.kind(said.terms.get("BT-3"))
    total = plain.amount(said.terms.get("BT-112", ""))
    return nouns.Kind.CREDIT_NOTE if kind is nouns.Kind.INVOICE and total is not None and total < 0 else kind


def _positive(said: told.Told) -> bool:
    """A credit note's amounts are positive by EN 16931; what is owed to us is below zero here, however it is written."""
    return (plain.amount(said.terms.get("BT-112", "")) or 0) > 0


def _fields(said: told.Told, turned: int) -> tuple[dict[str, nouns.FieldRead], bool]:
    """The fields, and whether anything was there that cannot be."""
    fields: dict[str, nouns.FieldRead] = {}
    odd = False
    for name, terms, written in FIELDS:
        for term in terms:
            if name not in fields and term in said.terms:
                value = written(said.terms[term])
                odd = odd or (value is None and name == "currency")
                if value is not None:
                    fields[name] = _field(value, term, said.terms[term])
    for name, term in DAYS:
        day = plain.day(said.terms.get(term, ""))
        odd = odd or (day is None and term in said.terms)
        if day is not None:
            fields[name] = _field(day.isoformat(), term, said.terms[term])
    for name, term in AMOUNTS:
        if term in said.terms:
            field = _amount(said.terms[term], term, turned)
            odd = odd or field is None or field.confidence == AT_ODDS
            fields |= {name: field} if field else {}
    return fields | _without_vat(fields, said) | _rates(said, turned) | _lines(said, turned), odd


def _field(value: str, term: str, raw: str, confidence: float = UNCONFIRMED) -> nouns.FieldRead:
    return nouns.FieldRead(value, f"xml:{term}", confidence, raw[: plain.LONGEST])


def _amount(text: str, term: str, turned: int) -> nouns.FieldRead | None:
    value = plain.amount(text)
    if value is not None:
        return _field(plain.written(turned * value), term, text)
    guessed = plain.comma_amount(text)
    return None if guessed is None else _field(plain.written(turned * guessed), term, text, AT_ODDS)


def _without_vat(fields: Mapping[str, nouns.FieldRead], said: told.Told) -> dict[str, nouns.FieldRead]:
    """The term for the VAT is left out where there is none to pay."""
    if "BT-110" in said.terms or "net" not in fields or "total" not in fields:
        return {}
    same = Decimal(fields["net"].value) == Decimal(fields["total"].value)
    return {"vat": _field("0.00", "BT-110", "")} if same else {}


def _rates(said: told.Told, turned: int) -> dict[str, nouns.FieldRead]:
    """The VAT breakdown, where all of it can be read."""
    rows = []
    for one in said.rates:
        numbers = [plain.amount(text) for text in (one.rate, one.base, one.vat)]
        if None in numbers:
            return {}
        rate, base, vat = (number for number in numbers if number is not None)
        rows.append(
            {
                "rate": plain.rate(rate),
                "base": plain.written(turned * base),
                "vat": plain.written(turned * vat),
            }
        )
    return {"vat_rates": _field(plain.as_json(rows), "BG-23", "")} if rows else {}


def _lines(said: told.Told, turned: int) -> dict[str, nouns.FieldRead]:
    """The lines, where each has its amount and they come to the sum that is told of them (BT-106)."""
    nets = [plain.amount(line.net) for line in said.lines]
    told_sum = plain.amount(said.terms.get("BT-106", ""))
    sure = [net for net in nets if net is not None]
    if not sure or len(sure) < len(nets) or len(sure) > MOST_LINES or told_sum is None:
        return {}
    if abs(sum(sure) - told_sum) > CENT * len(sure):
        return {}
    rows = [
        {
            "name": line.name[: plain.LONGEST],
            "quantity": line.quantity[:20],
            "unit": line.unit[:20],
            "net": plain.written(turned * net),
            "rate": plain.rate(plain.amount(line.rate) or Decimal(0)) if line.rate else "",
        }
        for line, net in zip(said.lines, sure, strict=True)
    ]
    return {"lines": _field(plain.as_json(rows), "BG-25", "")}


def _sums_up(fields: Mapping[str, nouns.FieldRead], rates: int) -> bool:
    """Net and VAT come to the total, but for a cent of rounding per rate and one more."""
    if not {"total", "net", "vat"} <= fields.keys():
        return True
    total, net, vat = (Decimal(fields[name].value) for name in ("total", "net", "vat"))
    return abs(net + vat - total) <= CENT * (max(rates, 1) + 1)


def _due_too_early(fields: Mapping[str, nouns.FieldRead]) -> bool:
    return "due_date" in fields and "date" in fields and fields["due_date"].value < fields["date"].value


def _texts(root: tree.Node) -> Iterator[str]:
    """All that it says, but for the files that it carries as letters."""
    seen = (leaf.text for leaf in root.leaves() if not leaf.name.endswith("BinaryObject"))
    return (text for text in seen if text)


def _everything(root: tree.Node) -> Iterator[str]:
    """Every value in the form that fields have."""
    for text in _texts(root):
        amount, day = plain.amount(text), plain.day(text)
        if amount is not None:
            yield plain.written(amount)
            yield plain.written(-amount)
        if day is not None:
            yield day.isoformat()
        yield plain.compact(text) or ""

"""A Reading against the calendar, itself and the Supplier's earlier Invoices: pure, one sentence of `doubts` for each that fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from stdnum.eu import vat as vat_standard

from core import nouns
from core.extraction import doubts, identifiers, lines, sums

#: Older than this, a bill is no longer news; tomorrow may have begun where it was issued.
OLDEST, AHEAD = timedelta(days=400), timedelta(days=1)
#: An amount so many times the usual one; what is usual takes a few Invoices to know.
TIMES, USUAL_AFTER = 5, 3
#: Below this a page's code was one of several, and none was called the supplier's.
READ_SURELY = 0.5


def doubted(reading: nouns.Reading, history: nouns.History, today: date) -> nouns.Reading:
    """The Reading with what these checks find added to its doubts."""
    return replace(reading, doubts=tuple(dict.fromkeys((*reading.doubts, *of(reading, history, today)))))


def of(reading: nouns.Reading, history: nouns.History, today: date) -> tuple[str, ...]:
    """Why a person should look, from what was read and what is known. `today` is when the document came."""
    said = (
        *_sums(reading),
        *_days(reading, today),
        *_codes(reading),
        *_number(reading, history),
        *_money(reading, history),
        *_parties(reading, history),
    )
    return tuple(dict.fromkeys(said))


def _sums(reading: nouns.Reading) -> Iterator[str]:
    net, vat, total = (_amount(reading, name) for name in ("net", "vat", "total"))
    rates = json.loads(_value(reading, "vat_rates") or "[]")
    off = sums.tolerance(len(rates))
    if net is not None and vat is not None and total is not None and abs(net + vat - total) > off:
        yield doubts.NOT_SUMMING
    for row in rates:
        rate, base, tax = (Decimal(row[name]) for name in ("rate", "base", "vat"))
        if abs(base * rate / 100 - tax) > sums.TOLERANCE:
            yield doubts.RATE_NOT_SUMMING
        if rate and rate not in sums.RATES:
            yield doubts.ODD_RATE


def _days(reading: nouns.Reading, today: date) -> Iterator[str]:
    issued, due = _day(reading, "date"), _day(reading, "due_date")
    if issued and issued > today + AHEAD:
        yield doubts.IN_FUTURE
    if issued and issued < today - OLDEST:
        yield doubts.TOO_OLD
    if issued and due and due < issued:
        yield doubts.DUE_BEFORE_ISSUE


def _codes(reading: nouns.Reading) -> Iterator[str]:
    iban, vat, siren = (_value(reading, name) for name in ("iban", "supplier_vat", "supplier_siren"))
    if iban and not identifiers.iban_holds(iban):
        yield doubts.ODD_IBAN
    if (vat and not vat_holds(vat)) or (siren and not identifiers.siren_holds(siren)):
        yield doubts.ODD_SELLER_ID


def vat_holds(vat: str) -> bool:
    """The check digits of a VAT number of the European Union; others are not known, and hold."""
    return vat[:2].lower() not in vat_standard.MEMBER_STATES or bool(vat_standard.is_valid(vat))


def _number(reading: nouns.Reading, history: nouns.History) -> Iterator[str]:
    number = _value(reading, "number")
    if not number:
        return
    shapes = {shape(one) for one in history.numbers}
    if len(history.numbers) >= USUAL_AFTER and shape(number) not in shapes:
        yield doubts.ODD_NUMBER
    total, owed = _amount(reading, "total"), history.known.get(key(number))
    if owed and total is not None and (abs(total), _value(reading, "currency")) != (abs(owed[0]), owed[1]):
        yield doubts.SAME_NUMBER


def shape(number: str) -> str:
    """How a Supplier builds its numbers, whatever the digits: `F-2026-0042` is `A-9-9`."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "A", number.replace(" ", "")))


def key(number: str) -> str:
    """The number without what portals and papers print differently: spaces, dashes, case."""
    return re.sub(r"[\W_]+", "", number).upper()


def _money(reading: nouns.Reading, history: nouns.History) -> Iterator[str]:
    total = _amount(reading, "total")
    same_money = _value(reading, "currency") == history.currency
    if total is not None and same_money and len(history.totals) >= USUAL_AFTER:
        usual = median(history.totals)
        if usual and abs(total) > TIMES * usual:
            yield doubts.UNUSUAL_TOTAL
    gives_back = reading.kind is nouns.Kind.CREDIT_NOTE or (total is not None and total < 0)
    if gives_back and not history.credit_notes:
        yield doubts.FIRST_CREDIT_NOTE
    iban = _value(reading, "iban")
    if iban and history.ibans and iban not in history.ibans:
        yield doubts.IBAN_CHANGED


def _parties(reading: nouns.Reading, history: nouns.History) -> Iterator[str]:
    seller, buyer = (_surely(reading, name) for name in ("supplier_vat", "buyer_vat"))
    if seller and history.seller_ids and not {seller, seller[4:]} & history.seller_ids:
        yield doubts.OTHER_SELLER
    if _is_anothers(buyer, _value(reading, "buyer"), history):
        yield doubts.OTHER_BUYER


def _is_anothers(vat: str | None, name: str | None, history: nouns.History) -> bool:
    """The VAT number decides where both sides have one, else the name."""
    if vat and history.our_vats:
        return vat not in history.our_vats
    return bool(name and not _is_ours(name, history))


def _is_ours(name: str, history: nouns.History) -> bool:
    """Does it share a word with a name that is ours? Few earlier Invoices prove nothing."""
    if len(history.our_names) < USUAL_AFTER:
        return True
    return any(_words(name) & _words(ours) for ours in history.our_names)


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9]+", lines.fold(name)) if len(word) > 3} or {
        lines.fold(name)
    }


def _value(reading: nouns.Reading, name: str) -> str | None:
    return reading.fields[name].value if name in reading.fields else None


def _surely(reading: nouns.Reading, name: str) -> str | None:
    field = reading.fields.get(name)
    return field.value if field and field.confidence >= READ_SURELY else None


def _amount(reading: nouns.Reading, name: str) -> Decimal | None:
    value = _value(reading, name)
    return Decimal(value) if value else None


def _day(reading: nouns.Reading, name: str) -> date | None:
    value = _value(reading, name)
    return date.fromisoformat(value) if value else None

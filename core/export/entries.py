"""Journal entries of purchases, whatever file they are written to. Pure: Invoices in, entries and what hinders them out.

Purchase: debit 6xxx net and 44566 VAT, credit 401 with the Supplier's own account. A credit note swaps the sides, and no
amount is negative. A seller in another country of the Union who charges no VAT: 445662 and 4452 by the buyer (CGI art. 283).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from core import nouns
from core.export import chart as charts
from core.export import month
from core.export.chart import Chart
from core.export.month import Bill

#: The standard rate (CGI art. 278), which the buyer accounts for on services from elsewhere in the Union.
STANDARD_RATE = Decimal(20)
_CENT = Decimal("0.01")
_UNION = re.compile("AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK")


class Why(StrEnum):
    """Why an Invoice cannot be booked, or is not."""

    NO_NUMBER = "no_number"
    NO_DAY = "no_day"
    NO_TOTAL = "no_total"
    NO_VAT = "no_vat"
    NO_SUM = "no_sum"
    NO_RATE = "no_rate"
    NO_KIND = "no_kind"
    NOT_WRITABLE = "not_writable"
    SAME_AUXILIARY = "same_auxiliary"
    #: These are left out, and said.
    WAITING = "waiting"
    NO_BILL = "no_bill"
    NOTHING_OWED = "nothing_owed"


#: What keeps an Invoice out of the books without being wrong.
LEFT_OUT = frozenset({Why.WAITING, Why.NO_BILL, Why.NOTHING_OWED})


@dataclass(frozen=True, slots=True)
class Problem:
    why: Why
    bill: Bill
    said: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry in euro; one of `debit` and `credit` is nothing. `original` is in the Entry's own currency."""

    account: str
    name: str
    debit: Decimal
    credit: Decimal
    auxiliary: str = ""
    auxiliary_name: str = ""
    original: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One Invoice booked. Its lines balance; `currency` is ISO 4217, of the Invoice; `number` counts without a gap."""

    number: int
    day: date
    reference: str
    label: str
    currency: str
    due_on: date | None
    lines: tuple[Line, ...]
    bill: Bill


@dataclass(frozen=True, slots=True)
class Vat:
    """What the reader found of one rate, in the Invoice's currency; `rate` in percent."""

    rate: Decimal
    base: Decimal
    vat: Decimal


@dataclass(frozen=True)
class Means:
    """What booking needs to know: a Supplier's category, an Invoice's VAT by rate, and what one unit was worth in euro on a day (None: nobody knows)."""

    chart: Chart
    category: Callable[[str], str]
    vat: Mapping[int, Sequence[Vat]]
    euro: Callable[[str, date], Decimal | None]


def booked(bills: Iterable[Bill], means: Means) -> tuple[list[Entry], list[Problem]]:
    """Entries in the order of the bills, numbered from 1 within their month, and what could not be booked."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for bill in bills:
        why = _hindrance(bill, means)
        if why:
            problems.append(Problem(why, bill))
            continue
        entries.append(_entry(bill, means, len(entries) + 1))
    return entries, problems + _shared(entries)


def _hindrance(bill: Bill, means: Means) -> Why | None:
    """The first reason in the order in which a person would mend them."""
    if bill.kind not in month.BILLS:
        return Why.NO_BILL
    if not bill.seen:
        return Why.WAITING
    if bill.total_minor is None or bill.currency is None:
        return Why.NO_TOTAL
    if bill.total_minor == 0:
        return Why.NOTHING_OWED
    if bill.kind == nouns.Kind.UNKNOWN:
        return Why.NO_KIND
    if not month.plain(bill.number or ""):
        return Why.NO_NUMBER
    if bill.issued_on is None or bill.precision != nouns.Precision.DAY:
        return Why.NO_DAY
    return _money_hindrance(bill, means)


def _money_hindrance(bill: Bill, means: Means) -> Why | None:
    if bill.net_minor is None and bill.vat_minor is None:
        return Why.NO_VAT
    net, vat, total = _amounts(bill)
    if net + vat != total or net < 0 or vat < 0:
        return Why.NO_SUM
    if bill.currency != "EUR" and means.euro(bill.currency or "", bill.day) is None:
        return Why.NO_RATE
    return None if _euro(total, _rate(bill, means)) else Why.NOTHING_OWED


def _amounts(bill: Bill) -> tuple[Decimal, Decimal, Decimal]:
    """Net, VAT and total without the sign of a credit note; the one that is not known is the difference."""
    flip = -1 if bill.is_credit or (bill.total_minor or 0) < 0 else 1
    total = flip * (bill.amount(bill.total_minor) or Decimal())
    vat, net = bill.amount(bill.vat_minor), bill.amount(bill.net_minor)
    if vat is None:
        return flip * (net or Decimal()), total - flip * (net or Decimal()), total
    return (total - flip * vat if net is None else flip * net), flip * vat, total


def _entry(bill: Bill, means: Means, number: int) -> Entry:
    label = f"{bill.supplier_name} {bill.number}"
    return Entry(
        number=int(f"{bill.day:%Y%m}{number:05d}"),
        day=bill.day,
        reference=month.plain(bill.number or ""),
        label=label,
        currency=bill.currency or "",
        due_on=bill.due_on,
        lines=tuple(line for line in _lines(bill, means) if line.debit or line.credit),
        bill=bill,
    )


def _lines(bill: Bill, means: Means) -> Iterator[Line]:
    chart, (net, vat, total) = means.chart, _amounts(bill)
    back = bill.is_credit or (bill.total_minor or 0) < 0
    rate = _rate(bill, means)
    taxes = _taxes(bill, means, vat)
    owed = _euro(total, rate)
    taxed = [_euro(tax, rate) for tax in taxes]
    expense = chart.expense(bill.supplier, means.category(bill.supplier))
    yield _line(expense, owed - sum(taxed), net, back=back)
    for amount, original in zip(taxed, taxes, strict=True):
        yield _line(chart.vat, amount, original, back=back)
    if _is_reverse_charge(bill, vat):
        due = _euro(net * STANDARD_RATE / 100, rate)
        yield _line(chart.vat_eu, due, net * STANDARD_RATE / 100, back=back)
        yield _line(chart.vat_eu_due, due, net * STANDARD_RATE / 100, back=not back)
    own = _line(chart.payable, owed, total, back=not back)
    yield replace(own, auxiliary=chart.auxiliary(bill.supplier), auxiliary_name=bill.supplier_name)


def _rate(bill: Bill, means: Means) -> Decimal:
    """Of a bill that has one."""
    told = None if bill.currency == "EUR" else means.euro(bill.currency or "", bill.day)
    return Decimal(1) if told is None else told


def _line(account: str, amount: Decimal, original: Decimal, *, back: bool) -> Line:
    """A debit, or a credit when it goes `back`."""
    none = Decimal("0.00")
    sides = (none, amount) if back else (amount, none)
    return Line(account, charts.called(account), *sides, original=original.quantize(_CENT))


def _taxes(bill: Bill, means: Means, vat: Decimal) -> list[Decimal]:
    """One amount a rate where the reader found them and they are all of it, else the sum; none when there is none."""
    by_rate = [abs(each.vat) for each in means.vat.get(bill.id, ()) if each.vat]
    if by_rate and sum(by_rate) == vat:
        return by_rate
    return [vat] if vat else []


def _is_reverse_charge(bill: Bill, vat: Decimal) -> bool:
    return not vat and _UNION.match((bill.seller_id or "").upper()) is not None


def _euro(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * rate).quantize(_CENT, ROUND_HALF_UP)


def _shared(entries: Iterable[Entry]) -> list[Problem]:
    """Two Suppliers with one account of their own: nobody could tell them apart in the books."""
    used = {
        entry.bill.supplier: (line.auxiliary, entry.bill)
        for entry in entries
        for line in entry.lines
        if line.auxiliary
    }
    count = Counter(auxiliary for auxiliary, _ in used.values())
    return [Problem(Why.SAME_AUXILIARY, bill, own) for own, bill in used.values() if count[own] > 1]

"""A company that was invented for the tests: its suppliers, what they bill, how it pays, and the truth about it all.

Nothing in it comes from any data set: names are made of its own words, labels of its own banks. The same seed gives the same company.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from core.matching.values import Invoice, Payment, Rates
from tests.core.matching import banks

START, DAYS = date(2025, 1, 6), 540


def _words(several: str) -> list[str]:
    return several.split()


FIRST = _words(
    "Quill Harbor Nimbo Aster Keld Vento Tessel Orrin Brumal Corvin Dulcet Ember Fjord Grano Helio Iskra "
    "Juniper Kestrel Lumen Marlow Nectar Opal Piston Rivet Sable Thistle Umbra Verdi Willow Xenon Yarrow "
    "Zephyr Anvil Bobbin Cobalt Drifter Eider Falcon Gable Hamlet"
)
SECOND = _words(
    "works cast forge line gate loop mark press scope shift stack trail ware wave well yard bridge craft "
    "dock field"
)
MIDDLE = _words("vel ora nim tes bra kel dor ula sim pra lun gar hes tol vin mar")
FORMS = ("SAS", "SARL", "GmbH", "Ltd", "Inc.", "S.r.l.", "S.L.", "AG", "")
WORDS = ("", "", "", " Cloud", " Logistics", " Telecom", " Studio", " Energy", " Systems")
PROVIDERS = ("PAYPAL *", "SUMUP *", "SP ", "STRIPE ")
PRICES = (490, 900, 999, 1200, 1499, 1900, 2400, 2900, 4900, 7900, 9900, 12000, 19900)
CURRENCIES = ("EUR",) * 7 + ("USD",) * 2 + ("GBP", "CHF")
MID = {"USD": 0.92, "GBP": 1.16, "CHF": 1.05}


@dataclass(frozen=True)
class Supplier:
    """`billed_as` is what banks print; another name than its own is an alias."""

    name: str
    printed: str
    billed_as: str
    way: str
    price: int | None
    currency: str
    make: str
    day: int
    says_number: bool
    terms: int


@dataclass
class Company:
    payments: list[Payment] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    rates: Rates = field(default_factory=Rates)
    links: set[tuple[str, str]] = field(default_factory=set)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    noise: set[str] = field(default_factory=set)
    alike: dict[str, str] = field(default_factory=dict)

    @cached_property
    def one(self) -> dict[str, str]:
        """By invoice, the one that stands for it: copies of a document, and twins of one supplier, day and amount."""
        seen: dict[tuple[object, ...], str] = {}
        stands = {}
        for each in self.invoices:
            key = (each.supplier, each.issued_on, each.total_minor, each.currency)
            stands[each.id] = seen.setdefault(key, self.alike.get(each.id, each.id))
        return stands


def company(payments: int, seed: int, invoices: int | None = None, *, belated: float = 0.0) -> Company:
    """About as many payments, of which `invoices` (else half) are for an invoice; `belated` is the share that is written weeks later."""
    return _Maker(random.Random(seed), payments, invoices or payments // 2, belated).made()


class _Maker:
    def __init__(self, rnd: random.Random, payments: int, owed: int, belated: float) -> None:
        self.rnd, self.count, self.owed, self.made_ = rnd, payments, owed, Company()
        self.belated = belated
        self.next = 0
        self.bank = banks.BANKS[rnd.randrange(len(banks.BANKS))]
        self.rates = {
            name: [_drifted(rnd, mid, day) for day in range(DAYS + 200)] for name, mid in MID.items()
        }

    def made(self) -> Company:
        suppliers = self._suppliers(max(6, self.owed // 9))
        self.made_.rates = Rates({
            name: {START + timedelta(day - 60): Decimal(str(rate)) for day, rate in enumerate(days)}
            for name, days in self.rates.items()
        })  # fmt: skip
        while len(self.made_.invoices) < self.owed:
            self._year(suppliers[self.next % len(suppliers)])
            self.next += 1
        while len(self.made_.payments) < self.count:
            self._noise()
        self.made_.payments.sort(key=lambda each: (each.booked_on, each.id))
        return self.made_

    def _suppliers(self, count: int) -> list[Supplier]:
        names = dict.fromkeys(self._name() for _ in range(3 * count))
        return [self._supplier(name) for name in list(names)[:count]]

    def _name(self) -> str:
        """Harborcraft, or Nimbotesselforge Logistics."""
        rnd = self.rnd
        stem = (
            rnd.choice(FIRST) + "".join(rnd.choices(MIDDLE, k=rnd.choice((0, 1, 1, 2)))) + rnd.choice(SECOND)
        )
        return stem + rnd.choice(WORDS)

    def _supplier(self, name: str) -> Supplier:
        rnd = self.rnd
        kind, form = rnd.random(), rnd.choice(FORMS)
        billed = f"{name} {form}".strip().upper() if kind < 0.5 else name.upper()
        if kind > 0.9:
            billed = (
                f"{rnd.choice(FIRST)}{rnd.choice(SECOND)} {rnd.choice(('HOLDING', 'BV', 'PAYMENTS'))}".upper()
            )
        elif kind > 0.8:
            billed = f"{rnd.choice(PROVIDERS)}{name.upper().replace(' ', '')[:11]}"
        elif kind > 0.7:
            billed = name.upper().replace(" ", "")[: rnd.randint(7, 12)]
        way = rnd.choice(("card", "card", "debit", "transfer"))
        currency = rnd.choice(CURRENCIES) if way == "card" else "EUR"
        price = rnd.choice(PRICES) if rnd.random() < 0.45 else None
        make = rnd.choice(("{y}-{n:05d}", "RE{y}{n:04d}", "{h}-{n:04d}", "FA{n:06d}"))
        return Supplier(name, f"{name} {form}".strip(), billed, way, price, currency, make, rnd.randint(1, 28), rnd.random() < 0.4, rnd.choice((10, 14, 30)))  # fmt: skip

    def _year(self, supplier: Supplier) -> None:
        """Month after month, with everything that happens to one in ten of them."""
        start, number = self.rnd.randint(0, 120), self.rnd.randint(1, 4000)
        for month in range(self.rnd.randint(6, 13)):
            day = START + timedelta(start + 30 * month + self.rnd.choice((0, 0, 0, 1, 2)))
            number += self.rnd.randint(1, 30)
            self._month(supplier, day, number)

    def _month(self, supplier: Supplier, day: date, number: int) -> None:
        rnd, fate = self.rnd, self.rnd.random()
        if fate < 0.10:
            self._missing(supplier, day, number)
        elif fate < 0.13:
            self._invoice(supplier, day, number, self._amount(supplier))
        elif fate < 0.17:
            several = [self._invoice(supplier, day + timedelta(3 * at), number + 7 * at, self._amount(supplier, vary=True), due=day + timedelta(20)) for at in range(rnd.randint(2, 4))]  # fmt: skip
            self._pay(
                supplier,
                several,
                sum(each.total_minor for each in several),
                day + timedelta(rnd.randint(12, 22)),
                "grouped",
            )
        elif fate < 0.19:
            self._in_parts(supplier, self._invoice(supplier, day, number, self._amount(supplier)), day)
        elif fate < 0.205:
            owed, credit = (
                self._invoice(supplier, day, number, self._amount(supplier)),
                self._credit(supplier, day, number + 3),
            )
            self._pay(
                supplier,
                [owed, credit],
                owed.total_minor + credit.total_minor,
                day + timedelta(12),
                "net_of_credit",
            )
        elif fate < 0.22:
            credit = self._credit(supplier, day, number)
            self._pay(supplier, [credit], credit.total_minor, day + timedelta(rnd.randint(1, 9)), "refund")
        else:
            self._plain(supplier, day, number)

    def _plain(self, supplier: Supplier, day: date, number: int) -> None:
        if self.belated and supplier.way == "card" and self.rnd.random() < self.belated:
            self._late(supplier, day, number)
            return
        invoice = self._invoice(supplier, day, number, self._amount(supplier))
        if self.rnd.random() < 0.06:
            self._copy(supplier, invoice)
        if self.rnd.random() < 0.08 and supplier.way == "card":
            early = day - timedelta(self.rnd.randint(1, 9))
            self._pay(supplier, [invoice], invoice.total_minor, early, "before")
        else:
            self._pay(supplier, [invoice], invoice.total_minor, self._paid_on(supplier, day), "plain")

    def _late(self, supplier: Supplier, day: date, number: int) -> None:
        """Paid when it should have come, written weeks after."""
        written = day + timedelta(self.rnd.randint(10, 45))
        invoice = self._invoice(supplier, written, number, self._amount(supplier))
        self._pay(supplier, [invoice], invoice.total_minor, self._paid_on(supplier, day), "long_before")

    def _paid_on(self, supplier: Supplier, day: date) -> date:
        """By card at once; by debit around the day it falls due; by transfer then or later."""
        return day + timedelta(self._lag(supplier))

    def _lag(self, supplier: Supplier) -> int:
        rnd = self.rnd
        if supplier.way == "card":
            return rnd.randint(0, 3)
        return supplier.terms + (
            rnd.randint(-1, 4) if supplier.way == "debit" else rnd.choice((-3, 0, 1, 4, 8, 12, 20))
        )

    def _missing(self, supplier: Supplier, day: date, number: int) -> None:
        ghost = Invoice(
            "none",
            supplier.name,
            (),
            _number(self.rnd, supplier, day, number),
            day,
            self._amount(supplier),
            supplier.currency,
        )
        self.made_.missing.add(
            self._payment(supplier, [ghost], ghost.total_minor, day + timedelta(self._lag(supplier))).id
        )

    def _in_parts(self, supplier: Supplier, invoice: Invoice, day: date) -> None:
        first = invoice.total_minor * self.rnd.choice((30, 40, 50)) // 100
        for at, part in enumerate((first, invoice.total_minor - first)):
            self._pay(supplier, [invoice], part, day + timedelta(self._lag(supplier) + 20 * at), "split")

    def _credit(self, supplier: Supplier, day: date, number: int) -> Invoice:
        return self._invoice(
            supplier, day, number, -max(100, self._amount(supplier) // self.rnd.choice((2, 5, 8)))
        )

    def _amount(self, supplier: Supplier, *, vary: bool = False) -> int:
        if supplier.price and not (vary and self.rnd.random() < 0.7):
            return supplier.price
        return round(self.rnd.lognormvariate(9, 1.1)) + 150

    def _invoice(
        self, supplier: Supplier, day: date, number: int, total: int, due: date | None = None
    ) -> Invoice:
        due = due or (day + timedelta(supplier.terms)) if supplier.way != "card" else None
        invoice = Invoice(
            f"i{len(self.made_.invoices):06}", supplier.name, (supplier.name, supplier.printed),
            _number(self.rnd, supplier, day, number), day, total, supplier.currency, due, None, "credit_note" if total < 0 else "invoice",
        )  # fmt: skip
        self.made_.invoices.append(invoice)
        return invoice

    def _copy(self, supplier: Supplier, of: Invoice) -> None:
        """The same document by mail."""
        twin = Invoice(f"i{len(self.made_.invoices):06}", of.supplier, (supplier.printed.upper(),), of.number, of.issued_on, of.total_minor, of.currency, of.due_on, None, of.kind)  # fmt: skip
        self.made_.invoices.append(twin)
        self.made_.alike[twin.id] = of.id

    def _pay(self, supplier: Supplier, invoices: list[Invoice], minor: int, day: date, kind: str) -> None:
        payment = self._payment(supplier, invoices, minor, day)
        for invoice in invoices:
            self.made_.links.add((payment.id, invoice.id))
            self.made_.kinds[payment.id, invoice.id] = kind

    def _payment(self, supplier: Supplier, invoices: list[Invoice], minor: int, day: date) -> Payment:
        rnd, cents = self.rnd, minor
        if supplier.currency != "EUR":
            at = min(max(0, (day - START).days + 60), DAYS + 199)
            cents = round(
                minor * self.rates[supplier.currency][at] * rnd.choice((1.0, 1.003, 1.008, 1.018, 1.025))
            )
        numbers = (
            " ".join(each.number for each in invoices if each.total_minor > 0) if supplier.says_number else ""
        )
        style = getattr(self.bank, "refund" if minor < 0 else supplier.way)
        label = style(rnd, supplier.billed_as, day, numbers)
        asked = supplier.currency != "EUR" and rnd.random() < 0.4
        payment = Payment(
            f"p{len(self.made_.payments):07}", day + timedelta(rnd.choice((0, 1, 1, 2, 3))), -cents, "EUR", label, f"A{rnd.randint(1, 3)}",
            abs(minor) if asked else None, supplier.currency if asked else None,
            supplier.printed if supplier.way == "transfer" and rnd.random() < 0.5 else None,
        )  # fmt: skip
        self.made_.payments.append(payment)
        return payment

    def _noise(self) -> None:
        day = START + timedelta(self.rnd.randint(0, DAYS))
        label, cents = banks.noise(self.rnd, self.bank, day)
        payment = Payment(f"p{len(self.made_.payments):07}", day, cents, "EUR", label, "A1")
        self.made_.payments.append(payment)
        self.made_.noise.add(payment.id)


def _number(rnd: random.Random, supplier: Supplier, day: date, number: int) -> str:
    return supplier.make.format(y=day.year, n=number, h=f"{rnd.getrandbits(32):08X}")


def _drifted(rnd: random.Random, mid: float, day: int) -> float:
    return round(mid * (1 + 0.02 * ((day % 180) / 90 - 1)) * rnd.uniform(0.998, 1.002), 5)

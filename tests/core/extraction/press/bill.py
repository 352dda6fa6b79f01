"""One invented bill: what it says in truth, how its supplier spells dates and money, and which of its facts it prints."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from core import nouns
from tests.core.extraction.press import houses, spelling, words

CENT = Decimal("0.01")
RATES = {"fr": ("20", "10", "5.5", "2.1"), "en": ("20", "5"), "de": ("19", "7"), "es": ("21", "10", "4"), "it": ("22", "10", "4"), "nl": ("21", "9")}  # fmt: skip
CURRENCIES = {"fr": ("EUR",), "en": ("GBP", "USD", "EUR"), "de": ("EUR", "EUR", "CHF"), "es": ("EUR",), "it": ("EUR",), "nl": ("EUR",)}  # fmt: skip
NUMBERS = ("F-{y}-{n:04d}", "{y}{n:05d}", "INV-{n:06d}", "{n:07d}", "FA{s}{m:02d}-{n:03d}", "{y}/{n:04d}", "A{n:08d}", "{l}{l}{s}-{n:05d}", "{n:04d}/{y}", "VK-{y}-{n:06d}-1", "{n:010d}", "{y}.{n:04d}", "R{s}{n:05d}", "{l}{n:07X}-0004")  # fmt: skip
KINDS = (nouns.Kind.INVOICE,) * 12 + (nouns.Kind.CREDIT_NOTE,)


@dataclass(frozen=True, slots=True)
class Sold:
    """A line: so many of a thing, at a price, under a rate of VAT in percent."""

    name: str
    count: int
    price: Decimal
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        return self.price * self.count


@dataclass
class Bill:
    """Amounts without tax in `sold`; `says` fills while it is printed with the truth of every fact that stands on paper."""

    chance: random.Random
    language: str
    seller: houses.House
    buyer: houses.House
    number: str
    issued: date
    due: date
    sold: list[Sold]
    currency: str
    kind: nouns.Kind
    customer_ref: str
    contract: str
    says: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spell = spelling.Hand.of(self.chance, self.language, self.currency)
        self.loud = self.maybe(0.12)
        self.colon = self.chance.choice(("as it is", "as it is", " :", ":", "", " -", "\xa0:"))

    @property
    def sign(self) -> int:
        return -1 if self.kind is nouns.Kind.CREDIT_NOTE and self.chance_of_sign else 1

    @property
    def chance_of_sign(self) -> bool:
        return int(self.seller.vat[-1], 36) % 2 == 0

    @property
    def rates(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Rate, base and VAT, highest rate first."""
        found = []
        for rate in sorted({one.rate for one in self.sold}, reverse=True):
            base = self.sign * sum((one.amount for one in self.sold if one.rate == rate), Decimal(0))
            found.append((rate, base, (base * rate / 100).quantize(CENT, ROUND_HALF_UP)))
        return found

    @property
    def net(self) -> Decimal:
        return sum((base for _, base, _ in self.rates), Decimal(0))

    @property
    def vat(self) -> Decimal:
        return sum((vat for _, _, vat in self.rates), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.net + self.vat

    @property
    def period(self) -> tuple[date, date]:
        last = self.issued.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last

    def pick(self, what: str) -> str:
        """Some suppliers print every label in capitals."""
        text = self.chance.choice(words.IN[self.language][what])
        return text.upper() if self.loud and "{" not in text else text

    def label(self, what: str) -> str:
        """As `pick`, ended in this supplier's way."""
        return self.pick(what).rstrip(" :") + self.colon if self.colon != "as it is" else self.pick(what)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def tell(self, **facts: str) -> None:
        """These facts now stand on paper."""
        self.says |= facts

    def rate(self, rate: Decimal) -> str:
        plain = f"{rate.normalize():f}"
        return plain if self.spell.decimal == "." else plain.replace(".", ",")


def bills(count: int, seed: int = 1) -> Iterator[tuple[bytes, Bill]]:
    """`count` papers, each by another invented supplier; the same for the same seed."""
    from tests.core.extraction.press import layouts

    for at in range(count):
        chance = random.Random(f"{seed}/{at}")
        bill = drawn_up(chance, list(words.IN)[at % len(words.IN)])
        layout = layouts.ALL[(at // len(words.IN) + 5 * at) % len(layouts.ALL)]
        yield layouts.printed(bill, layout), bill


def drawn_up(chance: random.Random, language: str) -> Bill:
    issued = date(2026, 1, 1) + timedelta(days=chance.randint(0, 320))
    number = chance.choice(NUMBERS).format(
        y=issued.year, s=issued.year % 100, m=issued.month, n=chance.randint(3, 9999), l=chance.choice("ABCDEFHKLMPRSTVX")
    )  # fmt: skip
    rates = chance.sample(RATES[language], min(len(RATES[language]), chance.choice((1, 1, 1, 2, 3))))
    things = words.IN[language]["things"]
    sold = [
        Sold(
            chance.choice(things),
            chance.choice((1, 1, 1, 2, 3, 10)),
            Decimal(chance.randint(*chance.choice(((199, 9900), (5000, 90000), (90000, 450000))))) / 100,
            Decimal(chance.choice(rates)),
        )
        for _ in range(chance.randint(1, 7))
    ]
    if chance.random() < 0.06:
        sold = [Sold(one.name, one.count, one.price, Decimal(0)) for one in sold]
    return Bill(
        chance=chance,
        language=language,
        seller=houses.invented(chance, language),
        buyer=houses.invented(chance, language),
        number=number,
        issued=issued,
        due=issued + timedelta(days=chance.choice((8, 14, 15, 30, 45))),
        sold=sold,
        currency=chance.choice(CURRENCIES[language]),
        kind=chance.choice(KINDS),
        customer_ref=chance.choice(("{:08d}", "C{:05d}", "{:06d}", "CL-{:04d}", "4{:08d}")).format(chance.randint(1000, 9999)),
        contract=chance.choice(("CT-{:05d}", "{:09d}", "K{:06d}")).format(chance.randint(10000, 99999)),
    )  # fmt: skip

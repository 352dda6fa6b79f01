"""How one supplier spells: dates in its own order, money with its own marks, the currency before, after or nowhere."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
DATES = {
    "fr": (
        "{d:02}/{m:02}/{y}",
        "{d} {M} {y}",
        "{d:02}.{m:02}.{y}",
        "{d:02}-{m:02}-{y}",
        "{d:02}/{m:02}/{s:02}",
    ),
    "en": (
        "{d} {M} {y}",
        "{M} {d}, {y}",
        "{d:02}/{m:02}/{y}",
        "{y}-{m:02}-{d:02}",
        "{d:02}-{B}-{y}",
        "{B} {d}, {y}",
    ),
    "de": ("{d:02}.{m:02}.{y}", "{d}. {M} {y}", "{d:02}.{m:02}.{s:02}", "{y}-{m:02}-{d:02}"),
    "es": ("{d:02}/{m:02}/{y}", "{d} de {M} de {y}", "{d:02}-{m:02}-{y}", "{d}/{m}/{y}"),
    "it": ("{d:02}/{m:02}/{y}", "{d} {M} {y}", "{d:02}-{m:02}-{y}", "{d:02}.{m:02}.{y}"),
    "nl": ("{d:02}-{m:02}-{y}", "{d} {M} {y}", "{d:02}/{m:02}/{y}", "{d}-{m}-{y}"),
}
AMERICAN = ("{m:02}/{d:02}/{y}", "{M} {d}, {y}", "{B} {d}, {y}", "{m}/{d}/{y}")
#: The group's mark and the decimal mark.
MARKS = {
    "fr": ((" ", ","), ("\xa0", ","), ("", ","), (".", ","), (" ", ",")),
    "en": ((",", "."), (",", "."), ("", ".")),
    "de": ((".", ","), (".", ","), ("", ","), (" ", ",")),
    "es": ((".", ","), (".", ","), ("", ",")),
    "it": ((".", ","), ("", ",")),
    "nl": ((".", ","), ("", ",")),
}
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF"}
AFTER, BEFORE = "{a} {c}", "{c}{a}"
PLACES = {"fr": (AFTER, AFTER, "{a}{c}"), "en": (BEFORE, BEFORE, "{c} {a}"), "nl": ("{c} {a}", BEFORE)}


@dataclass(frozen=True, slots=True)
class Hand:
    """One supplier's way to write."""

    language: str
    group: str
    decimal: str
    dates: str
    place: str
    sign: str

    @classmethod
    def of(cls, chance: random.Random, language: str, currency: str) -> Hand:
        group, decimal = chance.choice(MARKS[language])
        if currency == "CHF":
            group, decimal = "'", "."
        sign = chance.choice((SIGNS[currency], SIGNS[currency], currency))
        place = chance.choice(PLACES.get(language, (AFTER, AFTER, "{c} {a}")))
        if len(sign) > 1:
            place = chance.choice((AFTER, "{c} {a}"))
        return cls(language, group, decimal, chance.choice(AMERICAN if currency == "USD" else DATES[language]), place, sign)  # fmt: skip

    def day(self, day: date) -> str:
        month = MONTHS[self.language].split()[day.month - 1]
        return self.dates.format(d=day.day, m=day.month, y=day.year, s=day.year % 100, M=month, B=month[:3])

    def bare(self, amount: Decimal) -> str:
        units, cents = f"{abs(amount):,.2f}".split(".")
        return ("-" if amount < 0 else "") + units.replace(",", self.group) + self.decimal + cents

    def money(self, amount: Decimal) -> str:
        text = self.place.format(a=self.bare(abs(amount)), c=self.sign)
        return ("-" if amount < 0 else "") + text

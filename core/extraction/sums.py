"""Which of the amounts on paper are total, net and VAT: by their labels, and by the one sum that must come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, combinations, product

from core import nouns
from core.extraction import amounts, dates, lines, words
from core.extraction.evidence import Evidence, Spot

#: How far amounts that belong together may be apart, by rounding.
TOLERANCE, CENT = Decimal("0.02"), Decimal("0.01")
#: VAT rates in percent, of France with its overseas departments and Corsica first, then of its neighbours.
RATES = [Decimal(tenths) / 10 for tenths in (200, 100, 55, 21, 85, 130, 9, 190, 70, 210, 120, 60, 90, 220, 40, 50, 230, 250, 81, 26, 170, 160, 140, 80, 30)]  # fmt: skip
MOST = 24
#: A sum that comes out; a label alone.
CLOSED, NAMED = 0.8, 0.5
LEFT_TO_PAY = 0.65
#: No currency is named at all, and the words are those of lands that pay in euros.
ASSUMED = 0.3
_OF_EURO = re.compile(
    r"\b(?:t\.?t\.?c|t\.?v\.?a|siret|btw|kvk|p\.? ?iva|i\.?v\.?a|partita iva|nif|cif)\b|mwst|umsatzsteuer"
)
NEVER = Decimal(10) ** 9
_PAID = re.compile(
    r"paid|deposit|applied|acompte|deja (?:paye|regle|verse)|avoir deduit|anzahlung|abschlag|bezahlt|betaald|voldaan|voorschot|anticipo|a cuenta|acconto|versato"
)
_NAMES = r"(?:eur|euros?|usd|us dollars?|gbp|chf|cad|€|\$|£)(?![a-z])"
_CURRENCY = re.compile(rf"(?<![a-z]){_NAMES}")
_DECLARED = re.compile(
    rf"(?:devise|wahrung|currency|valuta|moneda|betrage in|montants? (?:exprimes? )?en|amounts? in|prices are in)\s*:?\s*({_NAMES})"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount on paper and how surely its labels call it total, net, VAT or something else."""

    amount: amounts.Amount
    spot: Spot
    hints: Mapping[str, float]
    #: Nothing stands to its right on the line.
    last: bool

    @property
    def value(self) -> Decimal:
        return self.amount.value

    def score(self, role: str) -> float:
        """What is left to pay may be the total, a little less surely."""
        other = self.hints.get(words.OTHER_AMOUNT, 0.0)
        score = self.hints.get(role, 0.0)
        if role == words.TOTAL:
            score = max(score, LEFT_TO_PAY * self.hints.get(words.PAYABLE, 0.0))
        return score if score > other else 0.0


@dataclass(frozen=True, slots=True)
class Sum:
    """net + vat = total, as found on paper."""

    net: Figure
    vats: tuple[Figure, ...]
    total: Figure

    @property
    def vat(self) -> Decimal:
        return sum((figure.value for figure in self.vats), Decimal(0))

    @property
    def score(self) -> float:
        """One VAT line is believed before several, and a rate that exists before any other."""
        return (
            1.2 * self.total.score(words.TOTAL)
            + 0.8 * self.net.score(words.NET)
            + 0.8 * min(figure.score(words.VAT) for figure in self.vats) / len(self.vats)
            + (0.3 if _known_rate(self.net.value, self.vat) else 0.0)
            + (0.2 if len({figure.spot.index for figure in (self.net, *self.vats, self.total)}) == 1 else 0.0)
        )


def read(figures: list[Figure], evidence: Evidence, text: str) -> dict[str, nouns.FieldRead]:
    """The fields `total`, `net`, `vat` and `currency`, as far as they are told."""
    closed = max(_sums(figures), key=lambda one: one.score, default=None)
    if closed:
        total: Figure | None = closed.total
        fields = {"net": _field(closed.net, evidence, CLOSED), "vat": _vat(closed, evidence)}
    else:
        total = _before_paid(max(figures, key=_total_rank, default=None), figures, evidence)
        fields = _stated(figures, evidence)
    if total and total.score(words.TOTAL):
        confidence = CLOSED if closed else NAMED * min(1.0, total.score(words.TOTAL) + 0.2)
        fields["total"] = _field(total, evidence, confidence, _rejected(figures, total))
    return fields | _currency(total, figures, text, evidence)


def _before_paid(left: Figure | None, figures: list[Figure], evidence: Evidence) -> Figure | None:
    """What is owed, where only what is left of it after a payment seemed to be the total."""
    if left is None:
        return None
    paid = {abs(one.value) for one in figures if _PAID.search(evidence.lines[one.spot.index].folded)}
    named = [
        one for one in figures if one.score(words.TOTAL) >= words.LIKELY and one.value - left.value in paid
    ]
    return max(named, key=_total_rank, default=left)


def tolerance(rates: int) -> Decimal:
    """How far net and VAT may be from the total: a cent for each rate's rounding, and one for their sum's."""
    return max(TOLERANCE, CENT * (rates + 1))


def figures_on(evidence: Evidence) -> list[Figure]:
    """Every amount on paper that may be money."""
    return list(_figures(evidence))


def _figures(evidence: Evidence) -> Iterator[Figure]:
    for index, line in enumerate(evidence.lines):
        days = dates.found(line.folded)
        for amount in amounts.found(line.text):
            if any(amount.start < day.end and day.start < amount.end for day in days):
                continue
            spot = Spot(index, amount.start, amount.end)
            hints = evidence.hints(spot, "amount")
            if amount.whole and _is_paragraph(line.text[: amount.start]):
                continue
            if abs(amount.value) < NEVER and (not amount.whole or _meant_as_money(amount, hints)):
                yield Figure(amount, spot, hints, last=amount.end == len(line.text))


def _meant_as_money(amount: amounts.Amount, hints: Mapping[str, float]) -> bool:
    """A figure without cents is money when it bears a currency or stands right beside its label."""
    return bool(amount.currency) or max(hints.values(), default=0.0) >= 0.7


def _is_paragraph(before: str) -> bool:
    """§ 19, art. 293: the law's own number."""
    return bool(re.search(r"(?:§|\bart(?:icle|ikel|\.)?) ?$", before, re.I))


def _sums(figures: list[Figure]) -> Iterator[Sum]:
    totals, nets, vats = (_best(figures, role) for role in (words.TOTAL, words.NET, words.VAT))
    for total, net in product(totals, nets):
        for some in chain(combinations(vats, 1), combinations(vats[:8], 2), combinations(vats[:8], 3)):
            one = Sum(net, some, total)
            if abs(net.value + one.vat - total.value) <= tolerance(len(some)) and _sound(one):
                yield one


def _best(figures: list[Figure], role: str) -> list[Figure]:
    named = [figure for figure in figures if figure.score(role)]
    return sorted(named, key=lambda figure: (-figure.score(role), -figure.spot.index))[:MOST]


def _sound(one: Sum) -> bool:
    """Different places and amounts throughout, and a VAT that is a part of the net and not the other way round."""
    places = [figure.spot for figure in (one.net, *one.vats, one.total)]
    if len(set(places)) < len(places) or not one.total.value:
        return False
    if len(one.vats) > 1 and not all(figure.value and figure.last for figure in one.vats):
        return False
    return abs(one.vat) <= abs(one.net.value) and one.vat * one.net.value >= 0


def _total_rank(figure: Figure) -> tuple[float, Decimal, int]:
    return (round(figure.score(words.TOTAL), 1), abs(figure.value), figure.spot.index)


def _known_rate(net: Decimal, vat: Decimal) -> bool:
    if not net or not vat:
        return False
    return any(abs(net * rate / 100 - vat) <= TOLERANCE for rate in RATES)


def _stated(figures: list[Figure], evidence: Evidence) -> dict[str, nouns.FieldRead]:
    """Net and VAT as their labels say, where there is one sure place for each, though the sum does not come out."""
    fields = {}
    for name in (words.NET, words.VAT):
        sure = {figure.value: figure for figure in figures if figure.score(name) >= words.SURE}
        if len(sure) == 1:
            fields[name] = _field(next(iter(sure.values())), evidence, 0.4)
    return fields


def _field(
    figure: Figure, evidence: Evidence, confidence: float, rejected: tuple[nouns.Rejected, ...] = ()
) -> nouns.FieldRead:
    line = evidence.lines[figure.spot.index]
    raw = line.text[figure.spot.start : figure.spot.end]
    value = f"{figure.value:.2f}"
    return nouns.FieldRead(value, "generic", round(confidence, 2), raw, evidence.box(figure.spot), rejected)


def _vat(closed: Sum, evidence: Evidence) -> nouns.FieldRead:
    field = _field(closed.vats[0], evidence, CLOSED)
    return replace(field, value=f"{closed.vat:.2f}") if len(closed.vats) > 1 else field


def _rejected(figures: list[Figure], chosen: Figure) -> tuple[nouns.Rejected, ...]:
    others = {figure.value: figure for figure in _best(figures, words.TOTAL) if figure.value != chosen.value}
    return tuple(nouns.Rejected(f"{value:.2f}", "named as a total less surely") for value in list(others)[:5])


def _currency(
    total: Figure | None, figures: list[Figure], text: str, evidence: Evidence
) -> dict[str, nouns.FieldRead]:
    """Printed at the total; else declared for the whole paper; else the one that other amounts bear, or that is named."""
    if total and total.amount.currency:
        raw = evidence.lines[total.spot.index].text[total.spot.start : total.spot.end]
        return {
            "currency": nouns.FieldRead(total.amount.currency, "generic", 0.8, raw, evidence.box(total.spot))
        }
    borne = Counter(figure.amount.currency for figure in figures if figure.amount.currency)
    if declared := _DECLARED.search(lines.fold(text)):
        return {"currency": nouns.FieldRead(_iso(declared[1]), "generic", 0.7, declared[0])}
    if borne:
        return {"currency": nouns.FieldRead(str(borne.most_common(1)[0][0]), "generic", 0.6)}
    if total and not _CURRENCY.search(lines.fold(text)) and _OF_EURO.search(lines.fold(text)):
        return {"currency": nouns.FieldRead("EUR", "generic", ASSUMED)}
    if total and (named := _CURRENCY.search(lines.fold(text))):
        return {"currency": nouns.FieldRead(_iso(named[0]), "generic", 0.5, named[0])}
    return {}


def _iso(word: str) -> str:
    return amounts.SIGNS.get(word, "USD")

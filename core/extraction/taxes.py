"""The VAT of a bill where the one sum does not tell it: none at all, said to be in the total, or by rate; and what is left to pay."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import permutations

from core import nouns
from core.extraction import lines, sums, words
from core.extraction.evidence import Evidence

#: No VAT is due, in the words that the law of each country wants to see.
_EXEMPT = re.compile(
    r"293 ?b|autoliquidation|exoner(?:e|ation)|reverse[- ]charge|vat exempt|exempt from vat|zero[- ]rated|steuerschuldnerschaft|steuerfrei|§ ?19|keine umsatzsteuer|kleinunternehmer"
    r"|inversion(?:e contabile| del sujeto)|exent[oa]|esente|non soggett|fuori campo|btw verlegd|vrijgesteld|intracommunautaire"
)
_INCLUDED = re.compile(
    r"dont|y compris|of which|includ|incl|enthalten|inkl|di cui|inclus|waarvan|de los cuales"
)
_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?) ?%")


def read(
    found: Mapping[str, nouns.FieldRead], figures: Sequence[sums.Figure], evidence: Evidence, text: str
) -> dict[str, nouns.FieldRead]:
    """What `found` lacks of `net`, `vat`, `vat_rates` and `payable`."""
    fields: dict[str, nouns.FieldRead] = {}
    if "total" in found and not {"net", "vat"} <= found.keys():
        fields |= (
            _included(found, figures, evidence)
            or _by_rate(found, figures, evidence)
            or _none(found, figures, text)
        )
    fields |= _rates({**found, **fields}, figures, evidence) | _payable(found, figures, evidence)
    return fields


def _included(
    found: Mapping[str, nouns.FieldRead], figures: Sequence[sums.Figure], evidence: Evidence
) -> dict[str, nouns.FieldRead]:
    """One VAT amount that is the right part of the total at a rate that exists, and is called so or leaves an amount that stands
    on paper; the net is what remains."""
    total = Decimal(found["total"].value)
    fitting = {one.value: one for one in figures if one.score(words.VAT) and _is_part(one.value, total)}
    printed = {one.value for one in figures}
    said = [
        one
        for one in fitting.values()
        if total - one.value in printed or _INCLUDED.search(evidence.lines[one.spot.index].folded)
    ]
    if len(fitting) != 1 or not said:
        return {}
    raw = evidence.lines[said[0].spot.index].text[said[0].spot.start : said[0].spot.end]
    vat = nouns.FieldRead(f"{said[0].value:.2f}", "generic", 0.6, raw, evidence.box(said[0].spot))
    return {"vat": vat, "net": nouns.FieldRead(f"{total - said[0].value:.2f}", "generic", 0.5)}


def _is_part(vat: Decimal, total: Decimal) -> bool:
    return bool(vat) and any(abs(total * rate / (100 + rate) - vat) <= sums.TOLERANCE for rate in sums.RATES)


def _by_rate(
    found: Mapping[str, nouns.FieldRead], figures: Sequence[sums.Figure], evidence: Evidence
) -> dict[str, nouns.FieldRead]:
    """Only the lines of the rates tell net and VAT, and together they are the total."""
    rows = _rows(figures, evidence)
    net, vat = (sum((row[at] for row in rows), Decimal(0)) for at in (1, 2))
    if not rows or abs(net + vat - Decimal(found["total"].value)) > sums.tolerance(len(rows)):
        return {}
    return {
        "net": nouns.FieldRead(f"{net:.2f}", "generic", 0.6),
        "vat": nouns.FieldRead(f"{vat:.2f}", "generic", 0.6),
    }


def _none(
    found: Mapping[str, nouns.FieldRead], figures: Sequence[sums.Figure], text: str
) -> dict[str, nouns.FieldRead]:
    """The paper says that no VAT is due, or names one amount both net and total; and no VAT amount stands on it."""
    taxed = any(one.value for one in figures if one.score(words.VAT))
    said, net = _EXEMPT.search(lines.fold(text)), found.get("net")
    if taxed or not (said or net) or (net and net.value != found["total"].value):
        return {}
    return {
        "net": nouns.FieldRead(found["total"].value, "generic", 0.5, found["total"].raw, found["total"].box),
        "vat": nouns.FieldRead("0.00", "generic", 0.5, said[0] if said else ""),
    }


def _rates(
    fields: Mapping[str, nouns.FieldRead], figures: Sequence[sums.Figure], evidence: Evidence
) -> dict[str, nouns.FieldRead]:
    """Rate, base and VAT of each line that holds the three, when together they are all of net and VAT."""
    if not {"net", "vat"} <= fields.keys():
        return {}
    net, vat = (Decimal(fields[name].value) for name in ("net", "vat"))
    rows = _rows(figures, evidence)
    rows |= _only_rate(figures, evidence, net, vat) if not rows else set()
    off = sums.tolerance(len(rows))
    if (
        not rows
        or abs(sum(row[1] for row in rows) - net) > off
        or abs(sum(row[2] for row in rows) - vat) > off
    ):
        return {}
    told = [
        {"rate": f"{rate.normalize():f}", "base": f"{base:.2f}", "vat": f"{tax:.2f}"}
        for rate, base, tax in sorted(rows, reverse=True)
    ]
    return {"vat_rates": nouns.FieldRead(json.dumps(told), "generic", 0.8)}


Row = tuple[Decimal, Decimal, Decimal]


def _rows(figures: Sequence[sums.Figure], evidence: Evidence) -> set[Row]:
    return {row for index in {one.spot.index for one in figures} if (row := _row(figures, evidence, index))}


def _row(figures: Sequence[sums.Figure], evidence: Evidence, index: int) -> Row | None:
    rate = _rate_on(evidence, index)
    values = [one.value for one in figures if one.spot.index == index]
    if rate is None or len(values) > 4:
        return None
    return next(
        (
            (rate, base, tax)
            for base, tax in permutations(values, 2)
            if base and abs(base * rate / 100 - tax) <= sums.CENT
        ),
        None,
    )


def _only_rate(figures: Sequence[sums.Figure], evidence: Evidence, net: Decimal, vat: Decimal) -> set[Row]:
    """With a single rate, the bill's net is its base."""
    found = {
        rate
        for one in figures
        if one.score(words.VAT) and one.value == vat
        if (rate := _rate_on(evidence, one.spot.index)) is not None
        and abs(net * rate / 100 - vat) <= sums.TOLERANCE
    }
    return {(found.pop(), net, vat)} if len(found) == 1 else set()


def _rate_on(evidence: Evidence, index: int) -> Decimal | None:
    found = {Decimal(match[1].replace(",", ".")) for match in _RATE.finditer(evidence.lines[index].text)}
    return found.pop() if len(found) == 1 else None


def _payable(
    found: Mapping[str, nouns.FieldRead], figures: Sequence[sums.Figure], evidence: Evidence
) -> dict[str, nouns.FieldRead]:
    """What is left to pay where the paper tells it apart from the total: by its label, or less what was paid before."""
    if "total" not in found:
        return {}
    total = Decimal(found["total"].value)
    paid = {abs(one.value) for one in figures if one.hints.get(words.OTHER_AMOUNT)}
    left = [
        one
        for one in figures
        if one.value != total
        and (
            one.hints.get(words.PAYABLE, 0.0) >= words.LIKELY
            or (one.score(words.TOTAL) >= words.LIKELY and one.last and abs(total - one.value) in paid)
        )
    ]
    if not left:
        return {}
    last = left[-1]
    raw = evidence.lines[last.spot.index].text[last.spot.start : last.spot.end]
    return {"payable": nouns.FieldRead(f"{last.value:.2f}", "generic", 0.5, raw, evidence.box(last.spot))}

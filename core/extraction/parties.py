"""Who sells and how to pay, as far as a code that checks itself tells: VAT number, company number and IBAN of the supplier."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from core import nouns
from core.extraction import blocks, identifiers, sellers
from core.extraction.evidence import Evidence, Spot

Found = tuple[str, int, int]
#: An account that we pay from, and not to.
_PAID_FROM = re.compile(
    r"preleve|debit(?:e|ed)|mandat|votre compte|your (?:bank )?account|abgebucht|lastschrift|ihre[mnr]? konto|afgeschreven|uw rekening|domicilia|su cuenta|addebit|suo conto"
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code on paper, and whether words near it call it the seller's."""

    value: str
    spot: Spot
    sellers: bool


def read(evidence: Evidence, seller: str = "") -> dict[str, nouns.FieldRead]:
    """The fields `supplier_vat`, `supplier_siren`, `iban`, `buyer` and `buyer_vat`; of several the one called the seller's, else the first in
    the block of `seller`, else the first not called the buyer's."""
    vats = _codes(evidence, identifiers.vat_numbers, sellers.key(seller))
    fields = {
        "supplier_vat": _chosen(vats, evidence),
        "supplier_siren": _chosen(_codes(evidence, identifiers.sirens, sellers.key(seller)), evidence),
        "iban": _chosen(_accounts(evidence), evidence),
    }
    bought = {"buyer_vat": _chosen(_buyers(evidence), evidence), "buyer": _buyer(evidence)}
    return _siren_of_vat({name: field for name, field in (fields | bought).items() if field})


def _codes(evidence: Evidence, found: Callable[[str], list[Found]], seller: str = "") -> list[Code]:
    """Codes on paper but for those of the buyer."""
    every = []
    for index, line in enumerate(evidence.lines):
        for value, start, end in found(line.text):
            spot = Spot(index, start, end)
            whose = blocks.whose(evidence, spot)
            if whose != blocks.BUYER or sellers.is_legal(line.folded):
                every.append(Code(value, spot, whose == blocks.SELLER or _beside(evidence, spot, seller)))
    return every


def _buyers(evidence: Evidence) -> list[Code]:
    """VAT numbers that words near them call the buyer's."""
    return [
        Code(value, spot, sellers=False)
        for index, line in enumerate(evidence.lines)
        for value, start, end in identifiers.vat_numbers(line.text)
        if blocks.whose(evidence, spot := Spot(index, start, end)) == blocks.BUYER
        and not sellers.is_legal(line.folded)
    ]


def _buyer(evidence: Evidence) -> nouns.FieldRead | None:
    """The name right below the buyer's label."""
    for cell in blocks.cells(evidence):
        head = next(blocks.above(evidence, cell.spot), None)
        named = sellers.is_name(cell.text) and not blocks.is_label(cell.folded)
        if (
            head
            and named
            and blocks.is_label(head.folded)
            and blocks.whose(evidence, cell.spot) == blocks.BUYER
        ):
            return nouns.FieldRead(cell.text, "generic", 0.4, cell.text, cell.box)
    return None


def _beside(evidence: Evidence, spot: Spot, seller: str) -> bool:
    """Does the seller's name stand on the line, or above in the block?"""
    near = [evidence.lines[spot.index].text, *(cell.text for cell in blocks.above(evidence, spot))]
    return bool(seller) and any(seller in sellers.key(text) for text in near)


def _accounts(evidence: Evidence) -> list[Code]:
    """IBANs, but for those that are debited."""
    every = _codes(evidence, identifiers.ibans)
    return [one for one in every if not _PAID_FROM.search(evidence.lines[one.spot.index].folded)]


def _chosen(codes: list[Code], evidence: Evidence) -> nouns.FieldRead | None:
    if not codes:
        return None
    best = next((one for one in codes if one.sellers), codes[0])
    others = dict.fromkeys(one.value for one in codes if one.value != best.value)
    return nouns.FieldRead(
        value=best.value,
        source="generic",
        confidence=0.3 if others and not best.sellers else 0.6,
        raw=evidence.lines[best.spot.index].text[best.spot.start : best.spot.end],
        box=evidence.box(best.spot),
        rejected=tuple(nouns.Rejected(other, "stands further down") for other in list(others)[:5]),
    )


def _siren_of_vat(fields: dict[str, nouns.FieldRead]) -> dict[str, nouns.FieldRead]:
    """A French VAT number ends in its SIREN."""
    vat = fields.get("supplier_vat")
    if vat and "supplier_siren" not in fields and re.fullmatch(r"FR..\d{9}", vat.value):
        fields["supplier_siren"] = replace(vat, value=vat.value[4:], rejected=())
    return fields

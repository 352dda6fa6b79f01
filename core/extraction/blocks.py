"""The blocks of a paper: cells that stand under each other, such as an address; and whose block it is, ours or the seller's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core import nouns
from core.extraction import lines, words
from core.extraction.evidence import Evidence, Spot

_FACTS = (words.CUSTOMER, words.CONTRACT, words.NOT_NUMBER, words.OTHER_AMOUNT)
SELLER, BUYER = "seller", "buyer"
_SELLER = re.compile(
    r"vendeur|vendu par|fournisseur|emetteur|prestataire|seller|sold by|issued by|supplier|verkaufer|lieferant:|rechnungssteller"
    r"|leverancier|verkoper|afzender|emisor|vendedor|proveedor|fornitore|cedente|venditore"
    r"|titulaire|beneficiaire|a l'ordre de|account (?:name|holder)|beneficiary|payable to|kontoinhaber|begunstigter|t\.?n\.?v\.?|ten name van|titular|intestat[oa]ri[oa] (?:del )?conto|beneficiario"
    r"|^(?:from|de|von|van|da) ?:?$"
)
_BUYER = re.compile(
    r"(?<![a-z])(?:client|acheteur|destinataire|factur(?:e|ation|er) a\b|adresse de (?:facturation|livraison|consommation)|livr(?:e a|aison)|a l'attention|lieu de|titulaire du contrat|customer|buyer|bill(?:ed|ing)?[ -](?:to|address)|invoiced? to|ship(?:ped)? to|sold to|deliver(?:ed|y) (?:to|address)|\battn\b|attention of|kunde|kaufer|empfanger"
    r"|rechnung an|rechnungsadresse|lieferadresse|lieferanschrift|rechnungsanschrift|klant|koper|factuur(?:adres| aan)|afleveradres|bezorgadres|t\.?a\.?v\.?\b|facturar? a\b|facturado a|comprador|domicilio de|enviar a|spett(?:\.|abile)|destinatario|intestatario|fatturare a|cessionario|committente|acquirente"
    r"|^(?:to|an|aan|a|votre|your|vos identifiants) ?:?$|(?:votre|your|ihre|uw) (?:n\b|n°|num|vat|tva|ust|btw|siret|siren|company|details|entreprise)|vos identifiants|rechnungsempfanger|leistungsempfanger)"
)
#: Lines of one block stand no further apart than this many heights of a line.
GAP, HEAD_GAP = 1.8, 3.0
#: An address has no more lines than this; a label no more letters.
LONGEST, NEAR = 7, 45


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of a line with no column between them."""

    text: str
    folded: str
    spot: Spot
    box: nouns.Box


def cells(evidence: Evidence, *, pages: int = 1) -> Iterator[Cell]:
    """The cells of the first pages, from top to bottom and left to right."""
    for index, line in enumerate(evidence.lines):
        if line.page > pages:
            return
        yield from _of_line(evidence, index)


def whose(evidence: Evidence, spot: Spot) -> str | None:
    """Is this the seller's or the buyer's, by the words before it on its line and above it in its block? None when not told."""
    before = _before(evidence, spot)
    said = [before, *(cell.folded for cell in above(evidence, spot) if not _is_fact(evidence, cell))]
    return next((told for text in said if (told := _said(text))), None)


def _before(evidence: Evidence, spot: Spot) -> str:
    """The words before it in its cell, and of the cell to its left when that is but a label."""
    words_before, left = "", ""
    for cell in _of_line(evidence, spot.index):
        if cell.spot.end <= spot.start:
            left = f"{cell.folded} " if is_label(cell.folded) else ""
        elif cell.spot.start < spot.start:
            words_before = evidence.lines[spot.index].folded[cell.spot.start : spot.start]
    return left + words_before[-NEAR:]


def _is_fact(evidence: Evidence, cell: Cell) -> bool:
    """ "N° client : 10577874" is a fact beside others, and no head of a block."""
    announced = any(label.role in _FACTS and label.weight > words.WEAK and label.start < cell.spot.end and label.end > cell.spot.start for label in evidence.labels[cell.spot.index])  # fmt: skip
    return announced or sum(map(str.isdigit, cell.text)) >= 3


def opens_with_buyer(folded: str) -> bool:
    """Does it begin with a word for who pays, as "Buyer contact name" does?"""
    return bool(_BUYER.match(folded))


def is_label(folded: str) -> bool:
    """Is this no more than the word over a block?"""
    said = folded.strip(" :.")
    found = [match for told in (_BUYER, _SELLER) if (match := told.search(said))]
    return any(match.end() - match.start() >= len(said) - 3 for match in found)


def above(evidence: Evidence, spot: Spot) -> Iterator[Cell]:
    """The cells over a spot in its block, nearest first; a block's head may stand a blank line apart."""
    place = next(cell.box for cell in _of_line(evidence, spot.index) if cell.spot.end > spot.start)
    for index in range(spot.index - 1, max(-1, spot.index - 3 * LONGEST), -1):
        line = evidence.lines[index]
        apart = (place.top - line.middle) / max(place.bottom - place.top, 8)
        if line.page != place.page or apart > HEAD_GAP:
            return
        over = next((cell for cell in _of_line(evidence, index) if _shares_column(cell.box, place)), None)
        if apart > GAP and not (over and over.text.endswith(":") and is_label(over.folded)):
            return
        if over:
            place = nouns.Box(
                place.page,
                min(place.x0, over.box.x0),
                over.box.top,
                max(place.x1, over.box.x1),
                over.box.bottom,
            )
            yield over


def _of_line(evidence: Evidence, index: int) -> Iterator[Cell]:
    line = evidence.lines[index]
    for match in re.finditer(r"\S+(?: \S+)*", line.text):
        spot = Spot(index, match.start(), match.end())
        yield Cell(match[0], lines.fold(match[0]), spot, evidence.box(spot))


def _shares_column(one: nouns.Box, other: nouns.Box) -> bool:
    overlap = min(one.x1, other.x1) - max(one.x0, other.x0)
    flush = abs(one.x0 - other.x0) < 6 or abs(one.x1 - other.x1) < 3
    return flush or overlap > 0.6 * min(one.x1 - one.x0, other.x1 - other.x0)


def _said(folded: str) -> str | None:
    """A sentence is no label."""
    said = folded.strip()
    if len(said) > NEAR:
        return None
    if _BUYER.search(said):
        return BUYER
    return SELLER if _SELLER.search(said) else None

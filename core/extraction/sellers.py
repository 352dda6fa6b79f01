"""The supplier's name on its paper: a company with its legal form, else the largest words at the top that are no title."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from core import nouns
from core.extraction import kinds, lines
from core.extraction.evidence import Evidence, Spot

_FORM = (
    r"(?:SASU?|SARL|S\.A\.R\.L\.?|EURL|SCA|SNC|SCOP|S\.A\.S?\.?|SA|GmbH(?: & Co\.? KG)?|AG|KG|UG|OHG|e\.K\.|a\.G\.|B\.?V\.?|N\.V\.|NV"
    r"|Ltd|LTD|Limited|LLC|L\.L\.C\.|Inc|INC|Corp|PLC|plc|S\.?r\.?l\.?|S\.?p\.?A\.?|S\.L\.U?\.?|SL|Oy|AB|ApS|A/S|Pty)"
)
_WORD = r"(?:[A-ZÀ-ÖØ-Þ0-9][\w&.'+-]*|&|de|du|des|et|la|le|the|of|and|und|van|von)"
_COMPANY = re.compile(rf"((?:{_WORD},? ){{1,6}}){_FORM}(?![\w])\.?|(?<![\w.-])[\w.-]{{1,60}}-{_FORM}(?!\w)")
_SELLER = re.compile(
    r"vendeur|vendu par|fournisseur|emetteur|prestataire|seller|sold by|supplier|verkaufer|lieferant:|rechnungssteller|leverancier"
)
_BUYER = re.compile(
    r"client|acheteur|destinataire|factur(?:e|ation) a\b|livraison|customer|buyer|bill(?:ed)? to|ship to|kunde|kaufer|empfanger|klant|cliente"
)
_NAME = re.compile(r"[^\W\d_][^\d@:]{2,60}")
#: A name without legal form is looked for in this share of the first page.
TOP = 0.3


@dataclass(frozen=True, slots=True)
class Named:
    """A company's name on paper and how much speaks for its being the seller."""

    name: str
    spot: Spot
    score: float


def read(evidence: Evidence) -> dict[str, nouns.FieldRead]:
    """The field `supplier`, as far as it is told. It is a guess: the collector knows better."""
    companies = list(_companies(evidence)) or list(_largest(evidence))
    scores: dict[str, float] = defaultdict(float)
    for one in companies:
        scores[one.name] += one.score
    if not scores:
        return {}
    best = max(scores, key=lambda name: scores[name])
    spot = next(one.spot for one in companies if one.name == best)
    others = [name for name in scores if name != best]
    rejected = tuple(nouns.Rejected(name, "less likely to be the seller") for name in others[:5])
    raw = evidence.lines[spot.index].text[spot.start : spot.end]
    return {"supplier": nouns.FieldRead(best, "generic", 0.4, raw, evidence.box(spot), rejected)}


def _companies(evidence: Evidence) -> Iterator[Named]:
    for index, line in enumerate(evidence.lines):
        for match in _COMPANY.finditer(line.text):
            spot = Spot(index, match.start(), match.end())
            first = 1.0 if line.page == 1 and index < len(evidence.lines) * TOP else 0.5
            yield Named(match[0].strip(), spot, first + _said_nearby(evidence, spot))


def _said_nearby(evidence: Evidence, spot: Spot) -> float:
    """Words before it on the line, or above it in its column, that name the seller or the buyer."""
    line, place = evidence.lines[spot.index], evidence.box(spot)
    above = [
        _column(evidence.lines[index], place)
        for index in range(max(0, spot.index - 3), spot.index)
        if evidence.lines[index].page == place.page
    ]
    nearby = [line.folded[: spot.start], *reversed(above)]
    for words in nearby:
        if _BUYER.search(words):
            return -2.0
        if _SELLER.search(words):
            return 2.0
    return 0.0


def _column(line: lines.Line, place: nouns.Box) -> str:
    """The words of a line that stand over a place."""
    words = [word.text for word in line.words if word.x0 < place.x1 + 10 and word.x1 > place.x0 - 10]
    return lines.fold(" ".join(words))


def _largest(evidence: Evidence) -> Iterator[Named]:
    """Cells of the first page's head by the size of their letters; the first of the largest comes out best."""
    bottom = max((line.words[0].bottom for line in evidence.lines if line.page == 1), default=0.0)
    for index, line in enumerate(evidence.lines):
        if line.page > 1 or line.middle > TOP * bottom:
            return
        for cell in re.finditer(r"\S+(?: \S+)*", line.text):
            spot = Spot(index, cell.start(), cell.end())
            box = evidence.box(spot)
            labelled = any(
                label.start < cell.end() and label.end > cell.start() for label in evidence.labels[index]
            )
            if _NAME.fullmatch(cell[0]) and not labelled and not kinds.is_title(cell[0]):
                yield Named(
                    cell[0], spot, round(box.bottom - box.top) + _said_nearby(evidence, spot) - index / 100
                )

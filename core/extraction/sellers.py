"""The supplier's name on its paper: told by legal forms, small print, account holders, web addresses, and its place at the top."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from statistics import median

from core import nouns
from core.extraction import blocks, kinds, lines
from core.extraction.evidence import Evidence, Spot

_FORM = (
    r"(?:SASU?|S\.A\.S\.(?:U\.)?|SARL|S\.A\.R\.L\.?|EURL|E\.U\.R\.L\.|SCA|SNC|SCOP|SCIC|SELARL|S\.A\.(?!U)|SA(?!U)|GmbH(?: & Co\.? KG(?:aA)?)?|AG|KG|KGaA|UG(?: \(haftungsbeschränkt\))?|OHG|GbR|e\.K\.|e\.V\.|eG|a\.G\.|SE"
    r"|B\.?V\.?|N\.V\.|NV|BVBA|V\.O\.F\.|VOF|Ltd|LTD|Limited|LLC|L\.L\.C\.|LLP|Inc|INC|Corp|Corporation|PLC|plc|S\.?r\.?l\.?s?|SRLS?|S\.?p\.?A\.?|S\.n\.c\.|S\.a\.s\.|S\.L\.(?:U\.)?|SLU?|S\.A\.U\.|SAU|S\.C\.|Oy|AB|ApS|A/S|Pty|Sàrl|Lda|s\.r\.o\.|Sp\. z o\.o\.)"
)
_WORD = r"(?:[A-ZÀ-ÖØ-Þ0-9][\w&.'+-]*|&|e|y|i|de|du|des|et|la|le|the|of|and|und|van|von|di|del)"
_COMPANY = re.compile(
    rf"(?<![\w.-])((?:{_WORD},? ){{1,6}}){_FORM}(?![\w])\.?|(?<![\w.-])[\w.-]{{1,60}}-{_FORM}(?!\w)"
)
#: Small print by which companies must sign.
_LEGAL = re.compile(
    r"au capital|\br\.?c\.?s\.?\b|\bsiren\b|\bsiret\b|\bape\b|\bnaf\b|amtsgericht|handelsregister|\bhrb\b|geschaftsfuhrer|sitz der gesellschaft|vorstand|registered (?:in|office)|company (?:no|number|reg)"
    r"|registro mercantil|capitale sociale|\brea\b|\bc\.?f\.?\b.*p\.? ?iva|\bkvk\b|handelsregister|siege social"
)
_SENDER = re.compile(r"[-–·•|,]")
_ADDRESS = re.compile(
    r"\b(?:rue|avenue|boulevard|bd|place|quai|chemin|route|allee|impasse|street|road|lane|drive|suite|floor|unit|po box|square"
    r"|via|corso|piazza|viale|calle|avda|plaza|paseo|laan|plein|gracht|postbus|postfach|cedex|bp)\b|stra(?:ss|ß)e\b|str\.|weg\b|platz\b|straat\b|allee\b"
)
_NOBODY = re.compile(
    r"(?:france|deutschland|germany|espana|spain|italia|italy|nederland|netherlands|united kingdom|usa|united states|belgique|belgie|luxembourg|suisse|schweiz|osterreich)"
    r"|(?:nos|vos|notre|votre|our|your|unsere|ihre|onze|uw|nuestr[oa]s?|su|sus|nostr[oaie]|vostr[oaie]|representant|representative)\b.*|adresse\b.*|address.*|anschrift.*|page.*|original|copie|copy|duplicata|logo.*|sample.*|www\..*|tel\b.*|fax.*|e-?mail.*|montants?.*|tous les.*|all amounts.*|alle betrage.*|importes?.*|importi.*|bedragen.*|currency.*|wahrung.*|valuta.*|moneda.*"
    r"|.*\b(?:date|datum|fecha|data|due|total|net|vat|tva|iban|bic|siren|siret)\b.*"
    r"|(?:mme|mrs?|ms|herrn?|frau|sra?|sig(?:\.ra)?|dhr|mevr|m)\b\.?(?: .*)?|(?:bonjour|dear|sehr geehrte|estimad[oa]|gentile|beste|geachte|hello|chere?)\b.*"
)
_NAME = re.compile(r"[^\W\d_][^\d@:]{1,60}")
_SITE = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([a-z0-9-]{3,40})\.[a-z]{2,6}(?:\.[a-z]{2})?\b")
_FREE_MAIL = {"gmail", "orange", "outlook", "hotmail", "yahoo", "wanadoo", "gmx", "web", "icloud", "libero"}
#: A name without legal form is looked for in this share of the first page; the small print in the last.
TOP, FOOT = 0.3, 0.82
LEGAL, TOLD, SENDER, SITE, FIRST = 3.0, 2.5, 2.2, 1.5, 0.8


@dataclass(frozen=True, slots=True)
class Named:
    """A company's name on paper and how much speaks for its being the seller."""

    name: str
    spot: Spot
    score: float


def read(evidence: Evidence) -> dict[str, nouns.FieldRead]:
    """The field `supplier`, as far as it is told. It is a guess: the collector knows better."""
    found = _with_first([*_companies(evidence), *_signed(evidence), *_largest(evidence)])
    by_name: dict[str, list[Named]] = defaultdict(list)
    for one in found:
        by_name[key(one.name)].append(one)
    scores = _joined(
        {
            bare: _weighed(some) + _site(bare, evidence)
            for bare, some in by_name.items()
            if re.search("[a-z]{2}", bare)
        },
        by_name,
    )
    if not scores:
        return {}
    ranked = sorted(scores, key=lambda bare: -scores[bare])
    if scores[ranked[0]] <= 0:
        return {}
    best = max(by_name[ranked[0]], key=lambda one: (bool(_COMPANY.fullmatch(one.name)), one.score))
    rejected = tuple(
        nouns.Rejected(by_name[bare][0].name, "less likely to be the seller") for bare in ranked[1:6]
    )
    raw = evidence.lines[best.spot.index].text[best.spot.start : best.spot.end]
    return {"supplier": nouns.FieldRead(best.name, "generic", 0.4, raw, evidence.box(best.spot), rejected)}


def _joined(scores: dict[str, float], by_name: dict[str, list[Named]]) -> dict[str, float]:
    """A brand in large letters speaks for the one company whose full name it opens."""
    for brand in [bare for bare, score in scores.items() if score > 0 and len(bare) > 3]:
        whole = [
            bare
            for bare, score in scores.items()
            if bare != brand and bare.startswith(brand) and score > 0 and _is_company(by_name[bare])
        ]
        if len(whole) == 1 and not _is_company(by_name[brand]):
            scores[whole[0]] += scores.pop(brand)
    return scores


def _is_company(some: list[Named]) -> bool:
    return any(_COMPANY.fullmatch(one.name) for one in some)


def _with_first(found: list[Named]) -> list[Named]:
    """Who stands first on paper has written it, unless other signs speak."""
    first = min((one.spot for one in found), key=lambda spot: (spot.index, spot.start), default=None)
    return [replace(one, score=one.score + FIRST) if one.spot == first else one for one in found]


def _weighed(some: Iterable[Named]) -> float:
    """What speaks most counts whole, each further place a little; that it was called the buyer once is not forgotten."""
    scores = sorted((one.score for one in some), reverse=True)
    return scores[0] + sum(0.3 * score for score in scores[1:4]) + min(0.0, *scores)


def key(name: str) -> str:
    """The name without its legal form, case, accents and signs."""
    bare = re.sub(rf"[ -,]*\b{_FORM}(?!\w)\.?", "", name)
    return re.sub(r"[^a-z0-9]", "", lines.fold(bare))


def _companies(evidence: Evidence) -> Iterator[Named]:
    for index, line in enumerate(evidence.lines):
        for match in _COMPANY.finditer(line.text):
            if re.search(r"\d{3}", match[0]):  # a Dutch postcode ends like a Swedish company
                continue
            spot = Spot(index, match.start(), match.end())
            yield Named(match[0].strip(), spot, 1.0 + _place(evidence, spot) + _told(evidence, spot))


def _signed(evidence: Evidence) -> Iterator[Named]:
    """The first words of a line of small print, and of the small line over an address that names its sender."""
    usual = median(line.height for line in evidence.lines) if evidence.lines else 0.0
    for index, line in enumerate(evidence.lines):
        head = re.match(
            r"(?:[^\W\d_]|\d(?=[^\W\d_]))[^:]{1,60}?(?=\s+[-–·•|]\s|,\s|(?<!\bDr)(?<!\bmed)(?<!\bProf)\.\s| au capital|  |$)",
            line.text,
        )
        if not head or _ADDRESS.search(lines.fold(head[0])) or _nobody(head[0]):
            continue
        spot = Spot(index, 0, head.end())
        if is_legal(line.folded) and not is_legal(lines.fold(head[0])) and is_name(head[0]):
            yield Named(head[0].strip(), spot, LEGAL + min(0.0, _told(evidence, spot)))
        elif (
            line.page == 1
            and (not index or line.height < 0.9 * usual)
            and _sends(line.text)
            and is_name(head[0])
        ):
            yield Named(head[0].strip(), spot, SENDER)


def is_legal(folded: str) -> bool:
    """Is this the small print by which a company signs its paper?"""
    return bool(_LEGAL.search(folded))


def _sends(text: str) -> bool:
    """Name, street and town in one line."""
    return len(_SENDER.findall(text)) >= 2 and bool(re.search(r"\d{4,5}", text)) and len(text) < 120


def _largest(evidence: Evidence) -> Iterator[Named]:
    """Names in the first page's head: the larger the letters and the higher, the more likely."""
    first = [line for line in evidence.lines if line.page == 1]
    if not first:
        return
    bottom, usual = max(line.words[0].bottom for line in first), median(line.height for line in first)
    seen = 0
    for cell in blocks.cells(evidence):
        box = cell.box
        if box.top > TOP * bottom or not _may_be_name(cell, evidence):
            continue
        size = min(2.0, (box.bottom - box.top) / max(usual, 1) - 1)
        block_starts = next(blocks.above(evidence, cell.spot), None) is None
        score = 0.6 + 1.5 * size + (0.4 if block_starts else -0.5) - 0.15 * seen + _told(evidence, cell.spot)
        seen += 1
        yield Named(cell.text, cell.spot, score)


def _may_be_name(cell: blocks.Cell, evidence: Evidence) -> bool:
    labelled = any(
        label.start < cell.spot.end and label.end > cell.spot.start
        for label in evidence.labels[cell.spot.index]
    )
    if (
        labelled
        or blocks.is_label(cell.folded)
        or kinds.is_title(cell.text)
        or _COMPANY.search(cell.text)
        or blocks.opens_with_buyer(cell.folded)
        or not is_name(cell.text)
    ):
        return False
    return not _ADDRESS.search(cell.folded) and not _nobody(cell.text)


def is_name(text: str) -> bool:
    """May these words be a company's or a person's name?"""
    return bool(_NAME.fullmatch(text.strip())) and not kinds.is_title(text) and len(text.split()) <= 7


def _nobody(text: str) -> bool:
    return bool(_NOBODY.fullmatch(lines.fold(text.strip())))


def _place(evidence: Evidence, spot: Spot) -> float:
    """The head of the first page, the foot of any."""
    line = evidence.lines[spot.index]
    page = [one for one in evidence.lines if one.page == line.page]
    bottom = max(one.words[0].bottom for one in page)
    if line.page == 1 and line.middle < TOP * bottom:
        return 1.0 - line.middle / max(bottom, 1)
    return 0.8 if line.middle > FOOT * bottom else 0.0


def _told(evidence: Evidence, spot: Spot) -> float:
    """Words before it on the line, or above it in its block, that name the seller or the buyer."""
    whose = blocks.whose(evidence, spot)
    return {blocks.SELLER: TOLD, blocks.BUYER: -3.0}.get(whose or "", 0.0)


def _site(bare: str, evidence: Evidence) -> float:
    """A mail or web address on the paper that bears the name, or its first part."""
    sites = {
        re.sub(r"[^a-z0-9]", "", match[1])
        for line in evidence.lines
        for match in _SITE.finditer(line.folded)
        if match[1] not in _FREE_MAIL
    }
    return SITE if any(len(site) > 3 and (site in bare or bare in site) for site in sites) else 0.0

"""What sort of paper this is, told by its title: the largest and highest words that name a sort."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core import nouns
from core.extraction import doubts, lines

TITLES: tuple[tuple[nouns.Kind, str], ...] = (
    (nouns.Kind.CREDIT_NOTE, r"(?:facture d')?avoir|note de credit|credit (?:note|memo)|gutschrift(?! \(selbst)|(?:rechnungskorrektur|stornorechnung|korrekturrechnung)|credit(?:nota|factuur)|nota (?:de credito|(?:di )?credito)|factura (?:rectificativa|de abono)|abono"),
    (nouns.Kind.REMINDER, r"(?:lettre de )?(?:relance|rappel)\b(?! :)|mise en demeure|(?:(?:first|second|final|payment) )?reminder|mahnung|zahlungserinnerung|aanmaning|betalingsherinnering|sollecito|overdue notice|(?:betalings)?herinnering|recordatorio(?: de pago)?|aviso de (?:pago|impago)|reclamacion de pago"),
    (nouns.Kind.STATEMENT, r"releve (?:de compte|des? factures?|de situation)|(?:account |monthly )?statement(?! (?:date|no\b|number|period|#))(?: of account)?|kontoauszug|echeancier|avis d'echeance|rekening-?overzicht|estado de cuenta|extracto(?: de cuenta)?|estratto conto"),
    (nouns.Kind.DETAIL, r"detail (?:des|de vos|de votre) (?:communications|consommations?|appels)|annexe|itemi[sz]ed (?:calls|usage)|einzelverbindungsnachweis"),
    (nouns.Kind.UNKNOWN, r"devis|quot(?:e|ation)|pro[- ]?forma|facture pro[- ]?forma|estimate|angebot|offerte|presupuesto|preventivo|albaran|pakbon|afleverbon|bolla di consegna|documento di trasporto|d\.?d\.?t\.?(?= )|ordine|pedido|bestelbon|orderbevestiging|pro[- ]?forma-?rechnung|fattura pro[- ]?forma|pro[- ]?forma[- ]?factuur|factura pro[- ]?forma|terms (?:of|and)|algemene voorwaarden|allgemeine geschaftsbedingungen|condizioni generali|condiciones generales|bon de (?:livraison|commande)|delivery note|packing slip|lieferschein|purchase order|auftragsbestatigung|order confirmation|confirmation de commande|conditions generales"),
    (nouns.Kind.INVOICE, r"(?:votre |your |tax |vat |ihre |uw |su |la (?:tua |sua |vostra )?)?(?:facture|invoice|bill|receipt|\w*rechnung|\w*factuur|factura|fattura|recibo|recu(?: de paiement)?|quittung|zahlungsbeleg|ricevuta|kass(?:a|en)bon|kassenzettel|bonnummer|ticket de caisse|scontrino|bolletta|parcella|quittance|note d'honoraires|\w*(?:termijn|voorschot|eind|jaar)nota|\w*abrechnung|beitragsbescheid|kwitantie|betalingsbewijs|faktura)"),
)  # fmt: skip
#: "1. Mahnung", "2nd reminder": which one of several.
_WHICH = r"[\W\d]*(?:(?<=\d)(?:st|nd|rd|th|re|ere|er|e|eme|a|o) )?"
_TITLES = [(kind, re.compile(rf"{_WHICH}(?:{words})(?![a-z])")) for kind, words in TITLES]
_NAMED = re.compile(r"facture|invoice|rechnung|factuur|factura|fattura|bolletta|parcella|notanummer")
LONGEST_TITLE = 60


def of(paper: Sequence[lines.Line], text: str) -> tuple[nouns.Kind, tuple[str, ...]]:
    """The kind, and a doubt when the title names a paper that asks for no payment (a quote, a delivery note)."""
    titles = [title for line in paper if line.page == 1 for title in _titles(line)]
    if titles:
        kind = max(titles, key=lambda title: title[0])[1]
        return kind, (doubts.OTHER_PAPER,) if kind is nouns.Kind.UNKNOWN else ()
    return (nouns.Kind.INVOICE if _NAMED.search(lines.fold(text)) else nouns.Kind.UNKNOWN), ()


def is_title(text: str) -> bool:
    """Does this text name a sort of paper?"""
    return any(words.match(lines.fold(text)) for _, words in _TITLES)


def names_another(text: str, kind: nouns.Kind) -> bool:
    """May a line of this text be the title of another sort of paper? Said without seeing how large its letters are."""
    openings = (lines.fold(line.strip()) for line in text.splitlines() if len(line.strip()) <= LONGEST_TITLE)
    return any(words.match(line) for line in openings for of, words in _TITLES if of is not kind)


def _titles(line: lines.Line) -> list[tuple[tuple[float, float], nouns.Kind]]:
    """Cells of a line that open with a sort's name, ranked by size of letters, then height on the page."""
    found: list[tuple[tuple[float, float], nouns.Kind]] = []
    for cell in re.finditer(r"\S+(?: \S+)*", line.folded):
        kind = next((kind for kind, words in _TITLES if words.match(cell[0])), None)
        if kind and len(cell[0]) <= LONGEST_TITLE:
            box = line.box(cell.start(), cell.end())
            found.append(((round(box.bottom - box.top), -box.top), kind))
    return found

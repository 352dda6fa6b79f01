"""The words that suppliers print beside what we look for, in French, English, German, Dutch, Spanish and Italian.

Patterns are matched against folded lines: lower case, no accents, straight quotes. Where two overlap the longer one counts, so
"total ht" is never a "total". A weight says how surely the words mean this role.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.extraction import lines

_NO = r"(?:n ?[°o*.]|no\b|nr\b|num(?:ero|ber)?\b|nummer|id\b|#)\.?"
SURE, LIKELY, WEAK = 1.0, 0.7, 0.4

NUMBER = "number"
NOT_NUMBER = "not_number"
DATE = "date"
DUE = "due_date"
OTHER_DATE = "other_date"
TOTAL = "total"
NET = "net"
VAT = "vat"
OTHER_AMOUNT = "other_amount"
CUSTOMER = "customer_ref"

WORDS: dict[str, dict[float, tuple[str, ...]]] = {
    NUMBER: {
        SURE: (
            rf"(?:{_NO} ?(?:de |d')?(?:la |votre )?(?:facture|avoir))",
            rf"(?:facture|avoir|note de credit)(?: d'avoir)?(?: electronique)? ?{_NO}",
            r"reference (?:de )?(?:la |votre )?facture",
            rf"(?:tax |vat )?(?:invoice|bill|credit note|credit memo|receipt) ?{_NO}",
            rf"(?:handels|beitrags|abschlags|schluss)?(?:rechnung|gutschrift)s?(?: ?\([^)]{{2,40}}\))* ?-?{_NO}",
            rf"rechnung des .{{3,30}} {_NO}",
            r"(?:rechnungs|beleg|gutschrifts?)-?(?:nummer|nr\.?)",
            rf"(?:factuur|creditnota) ?-?{_NO}",
            rf"{_NO} ?(?:de |della |di )?(?:la )?(?:factura|fattura)",
            rf"(?:factura|fattura) ?{_NO}",
        ),
        LIKELY: (rf"(?:document|piece|belegs?) ?{_NO}", r"ref(?:erence)? facture", r"(?:^|(?<=  ))#(?= ?\w)"),
        WEAK: (r"(?:^|(?<=  ))(?:votre |your )?(?:tax )?(?:facture|invoice|rechnung|factuur|factura|fattura|avoir|gutschrift|credit note)(?![a-z])",),
    },
    NOT_NUMBER: {
        SURE: (
            rf"{_NO} ?(?:de |d')?(?:la )?facture (?:associee|d'origine|initiale|precedente|annulee|rectifiee|concernee)",
            rf"facture (?:associee|d'origine|initiale|precedente|annulee) ?(?:{_NO})?",
            rf"(?:original|previous|related|corrected) invoice ?(?:{_NO})?",
            r"date de (?:la )?facture associee",
            rf"(?:order|purchase order|po|delivery note|customer|account|contract) ?{_NO}",
            rf"{_NO} ?(?:de |du |d')?(?:commande|bon|contrat|client|compte|ligne|tva|siret|telephone)",
            r"(?:auftrags|bestell|kunden|vertrags|lieferschein|steuer|order|klant)-?(?:nummer|nr\.?)",
        ),
    },
    DATE: {
        SURE: (
            r"date (?:de |d')(?:la |votre )?(?:facture|facturation|emission|edition)",
            r"(?:facture|avoir) (?:du|emise? le|etablie le|editee le)",
            r"(?:invoice|bill|billing|issue|statement) date",
            r"date (?:of issue|issued|of invoice)",
            r"(?:facture|avoir|invoice|credit note|\w{0,12}rechnung|gutschrift|factuur|factura|fattura)\b[^\d]{0,60}\d\S{0,40} (?:du|of|dated|vom|van|del?)(?= ?$| \d)",
            r"(?:und |/ ?)?(?:rechnungs|beleg|ausstellungs|gutschrifts)-?datum",
            r"liefer- und rechnungsdatum",
            r"factuurdatum",
            r"fecha (?:de )?(?:la )?(?:factura|emision|expedicion)",
            r"data (?:della )?(?:fattura|emissione|documento)",
        ),
        LIKELY: (r"emise? le", r"issued(?: on)?", r"(?:^|(?<=  ))(?:date|datum|fecha|data)(?= ?:|$|  )"),
        WEAK: (r"\bdate\b", r"\bdatum\b", r"\bfecha\b", r"\bdu(?= \d)", r"\bvom\b", r"\ble(?= \d)"),
    },
    DUE: {
        SURE: (
            r"(?:date )?(?:d'|de l')?echeance(?: le)?",
            r"date limite (?:de paiement|de reglement)",
            r"a (?:payer|regler) (?:avant|au plus tard|jusqu'au|pour) le",
            r"(?:payment )?due (?:date|by|on)|payable (?:by|before)|pay by|payment due",
            r"fallig(?:keit|keitsdatum)?(?: am| bis)?|zahlbar bis|zu zahlen bis|zahlungsziel",
            r"vervaldatum|uiterste betaaldatum|te betalen voor",
            r"(?:fecha de )?vencimiento",
            r"(?:data )?(?:di )?scadenza",
        ),
        LIKELY: (r"preleve(?:e|ment)?(?: automatique)?(?: le| a partir du| a compter du)", r"debited on", r"netto bis"),
    },
    OTHER_DATE: {
        SURE: (
            r"date (?:de |d')(?:la )?(?:livraison|commande|debut|fin|prestation|naissance|souscription|prelevement)(?: de prestation)?",
            r"date de (?:la )?facture associee",
            r"prochaine (?:facture|facturation)",
            r"(?:delivery|order|ship|shipping|start|end|service|next (?:billing|invoice)|print|transaction) date",
            r"(?:billing |service )?period",
            r"periode?(?: de facturation| du)?|\bdu(?= .{6,20} au )|\bau(?= \d)|\bfrom\b|\bto\b",
            r"(?:liefer|leistungs|bestell|auftrags|versand|druck)-?(?:datum|zeitraum)|liefer- und leistungsdatum",
            r"bestellung vom|bis zum|bis(?= \d)",
            r"orderdatum|leverdatum|besteldatum",
            r"capital|stand\b|version ?:? ?[\d.]* ?(?:vom|du)?",
        ),
    },
    TOTAL: {
        SURE: (
            r"(?:montant |total |prix )?(?:general |global )?(?:t\.?t\.?c\.?)(?= |$|:)",
            r"(?:montant )?total (?:de (?:la |votre )?facture )?(?:toutes taxes comprises|t\.?t\.?c\.?)(?: en euros?)?",
            r"(?:montant|total|somme|reste|solde|net) (?:total )?(?:a payer|du|a regler|preleve)(?: t\.?t\.?c\.?)?",
            r"montant (?:de votre facture|du prelevement)",
            r"(?:total )?(?:amount|balance|sum) (?:due|payable|to pay)(?: on)?",
            r"(?:grand|invoice) total|total (?:due|payable|including (?:vat|tax)|incl\.? ?(?:vat|tax|gst)?)",
            r"total (?:for this invoice|(?:de la |de votre )?facture)",
            r"(?:rechnungs|gesamt|end|brutto|zahl)-?(?:betrag|summe)(?: \(?brutto\)?)?(?! der)|rechnungssumme brutto|zu zahlen(?:der betrag)?",
            r"(?:gesamt|summe) (?:brutto|inkl\.? ?(?:mwst|ust))\.?",
            r"totaal(?:bedrag)?(?: incl(?:usief)?\.? btw)?|te betalen(?: bedrag)?|totaal te (?:betalen|voldoen)",
            r"(?:importe )?total(?: a pagar| factura)|importe total|totale? (?:fattura|documento|da pagare|a pagar)",
        ),
        LIKELY: (r"(?:^|(?<=  ))totale?(?= ?:|$| [\d$€£(-]|  )", r"total amount", r"montant total", r"total"),
        WEAK: (r"\bmontant\b", r"\bamount\b", r"\bbetrag\b", r"\bpaid\b|\bpaye\b"),
    },
    NET: {
        SURE: (
            r"(?:montant |total |base |sous-total )?(?:net )?(?:eur )?(?:h\.?t\.?v?a?\.?)(?= |$|:)",
            r"(?:montant |total )?hors (?:taxes?|tva)",
            r"sub-?s?total|subs?total less discount|less discount",
            r"(?:total|amount|subtotal) (?:excluding|excl\.?|before|without|ex\.?) (?:vat|tax|gst)",
            r"net (?:total|amount)|total net|taxable amount",
            r"(?:summe|gesamt|rechnungssumme|gesamtbetrag|betrag) netto|netto-?(?:betrag|summe)|rechnungssumme ohne ust\.?|warenwert",
            r"(?:totaal )?excl(?:usief)?\.? btw|subtotaal",
            r"base imponible|imponibile|totale? imponibile",
        ),
        LIKELY: (r"sous-?total", r"zwischensumme", r"\bnetto\b", r"positionssumme", r"charges"),
    },
    VAT: {
        SURE: (
            r"(?:total |montant )(?:de la |des |de )?(?:t\.?v\.?a\.?|taxes)(?: a? ?\d+(?:[.,]\d+)? ?%)?",
            r"(?:total |sales )?(?:tax|vat|gst)(?: amount| total)?(?: ?\(?\d+(?:[.,]\d+)? ?%\)?)",
            r"total (?:tax|vat)|(?:vat|tax) amount|sales tax",
            r"(?:zzgl\.|zuzuglich)? ?(?:\d+(?:[.,]\d+)? ?%)? ?(?:mwst|ust|umsatzsteuer|mehrwertsteuer)\b\.?(?: ?\d+(?:[.,]\d+)? ?%)?",
            r"steuerbetrag|ust\.?-betrag|btw(?: ?-?bedrag)? ?(?:\d+(?:[.,]\d+)? ?%)?",
            r"(?:t\.?v\.?a\.?)(?: a)?(?: ?\(?\d+(?:[.,]\d+)? ?%\)?)",
            r"(?:cuota |importe |totale? )?(?:iva|imposta)(?: ?\(?\d+(?:[.,]\d+)? ?%\)?)?",
        ),
        LIKELY: (r"\bt\.?v\.?a\.?(?= |$|:)", r"\bvat\b", r"\btax\b", r"\btaxes\b", r"\bgst\b"),
    },
    OTHER_AMOUNT: {
        SURE: (
            r"(?:t\.?v\.?a\.?|vat|tax|btw|ust\.?-?)[ -]?(?:intra\w*|n[°o]|number|id\b|nr|reg\w*|identifi\w*|payee|acquittee)",
            rf"{_NO} ?(?:de )?(?:t\.?v\.?a|vat|siret|siren|tel)",
            r"gesamtbetrag der (?:zu|ab)schlage",
            r"(?:tax|vat) rate|taux|steuersatz|rabais|remise|discount|acomptes?|deja (?:paye|regle)|prepaid|anzahlung\w*",
            r"ancien solde|solde (?:precedent|anterieur)|previous balance|report de solde",
            r"indemnite forfaitaire|au capital|capital (?:social )?de",
            r"(?:unit|einzel|netto|brutto)-?(?:price|preis)|prix unitaire|p\.? ?u\.?(?: ht)?|qte|quantite|qty|menge",
        ),
    },
    CUSTOMER: {
        SURE: (
            rf"{_NO} ?(?:de )?(?:client|compte client|abonne)",
            rf"(?:client|compte client|compte|abonne) ?{_NO}",
            r"(?:id|ref(?:erence)?|identifiant|code)\.? ?(?:du |de )?client",
            rf"(?:customer|account|client) ?(?:{_NO}|ref\w*|code)",
            r"(?:kunden|klant|debitoren)-?(?:nummer|nr\.?|-id)",
            rf"{_NO} ?(?:de )?cliente|codice cliente",
        ),
    },
}  # fmt: skip

#: A code may follow its label at once ("n°F2026"); a word may not ("date" is not in "dated").
_END = {NUMBER: "", NOT_NUMBER: "", CUSTOMER: ""}
_PATTERNS = [
    (role, weight, re.compile(rf"(?<![a-z0-9])(?:{word}){_END.get(role, '(?![a-z])')}"))
    for role, by_weight in WORDS.items()
    for weight, words in by_weight.items()
    for word in words
]

#: Roles that speak of the same kind of value; only within one family does a longer label silence a shorter.
FAMILIES = {
    NUMBER: "number", NOT_NUMBER: "number", CUSTOMER: "customer",
    DATE: "date", DUE: "date", OTHER_DATE: "date",
    TOTAL: "amount", NET: "amount", VAT: "amount", OTHER_AMOUNT: "amount",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """Words that name a role, at `start:end` of a line."""

    role: str
    weight: float
    start: int
    end: int

    @property
    def family(self) -> str:
        return FAMILIES[self.role]


def found(line: lines.Line) -> list[Label]:
    """The labels of a line, from left to right; of overlapping ones of a family the longest, and no mere remark."""
    every = [
        Label(role, weight, match.start(), match.end())
        for role, weight, pattern in _PATTERNS
        for match in pattern.finditer(line.folded)
        if match.end() > match.start()
    ]
    every.sort(key=lambda label: (label.start - label.end, -label.weight))
    kept: list[Label] = []
    for label in every:
        if not any(_overlap(label, other) for other in kept):
            kept.append(label)
    kept.sort(key=lambda label: label.start)
    return [label for label in kept if not _remark(label, kept, line.folded)]


def _remark(label: Label, every: list[Label], folded: str) -> bool:
    """In "total net (excl. vat)" the words in parentheses explain the label before them."""
    opened = folded.rfind("(", 0, label.start)
    inside = opened >= 0 and ")" not in folded[opened : label.start] and ")" in folded[label.end :]
    return inside and any(one.family == label.family and opened - 2 <= one.end <= opened for one in every)


def _overlap(one: Label, other: Label) -> bool:
    return one.family == other.family and one.start < other.end and other.start < one.end

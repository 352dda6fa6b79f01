"""Is this financial mail? Decided from the head first, so that other people's letters stay closed; then from the text. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from core.mailbox.heads import Head, Part

#: Words by which a subject, a file's name or a sender speaks of money owed; French, English, German, Italian, Spanish, Dutch.
_MONEY = re.compile(
    r"\b(?:factur\w*|e-?factur\w*|avoirs?|note d'?honoraires|honoraires|quittances?|echeanc\w*|prelevement\w*|mensualite\w*|cotisations?"
    r"|appel de (?:cotisation|fonds)|recus?|justificatif de paiement|paiements?|reglements?|solde|releves? de (?:compte|facture)|redevance"
    r"|e?-?invoic\w*|receipts?|credit (?:note|memo)|billing|bills?|payments?|paid|subscription|renewal|statement of account|order confirmation|tax document"
    r"|rechnung\w*|\w+rechnung|gutschrift\w*|zahlung\w*|quittung\w*|beleg|mahnung"
    r"|fattur\w*|ricevut\w*|nota di credito|pagament\w*|recibos?|nota de credito|abono|facturen|factuur|creditnota|betaling\w*|nota)\b"
)
_AMOUNT = re.compile(
    r"(?:€|\beur\b|\busd\b|\$|£|\bgbp\b|\bchf\b)\s?\d[\d .,]{0,20}\d|\d[\d .,\u202f]{0,20}[.,]\d\d\s?(?:€|eur\b|usd\b|\$|£|gbp\b|chf\b)"
)
#: A file named as invoices are: a letter or three, then digits; or digits alone of some length.
_NUMBERED = re.compile(
    r"^(?:(?:f|fa|fc|fact|fv|fac|av|inv|in|re|rg|rnr|doc|n)[ _-]?\d[\d _-]{2,}\d|\d{4,}(?:[ _-]\d+)*)\.(?:pdf|xml|zip)$"
)
_SENDERS = re.compile(
    r"\b(?:factur\w*|billing|invoic\w*|compta\w*|accounts?|accounting|payments?|rechnung\w*|fattur\w*|receipts?)\b"
)
#: Papers that come with mail and are not invoices, in the words of their names and subjects.
_OTHER = re.compile(
    r"\b(?:cv|curriculum|candidature|resume|menu|newsletter|infolettre|programme|plaquette|brochure|invitation|agenda|compte[ -]rendu"
    r"|proces[ -]verbal|pv|ordre du jour|minutes|presentation|catalogue|flyer|planning|faire[ -]part|boarding|carte d'embarquement|attestation|bulletin de (?:paie|salaire)"
    r"|fiche de paie|payslip|contrats?|contract|nda|devis|quote|quotation|estimate|angebot|preventivo|presupuesto|offerte|bon de commande|purchase order|bestellung)\b"
)
_SMALL_PRINT = re.compile(
    r"\b(?:cgv|cgu|cga|conditions? generales?|conditions|terms|agb|privacy|confidentialite|rgpd|gdpr|notice|mentions legales|fiche d'information|retractation|widerruf\w*|datenschutz\w*|tarifs?)\b"
)
_TITLE = re.compile(
    r"\b(?:facture|avoir|recu|quittance|justificatif|invoice|receipt|rechnung|quittung|fattura|ricevuta|factura|recibo|factuur)\b"
)
_NUMBER = re.compile(
    r"\b(?:facture|recu|commande|invoice|receipt|order|rechnung\w*|fattura|factura|factuur|reference|ref)[ \t]{0,9}(?:no|n°|nº|nr|num\w*|number|id)?[ .:#°º]{0,9}[a-z]{0,6}[-/ ]?\d[\w/-]{2,}"
)
_FORWARDING = re.compile(
    r"\b(?:confirmation de transfert|transfert de gmail|gmail forwarding confirmation|forwarding confirmation)\b"
)
_FORWARDERS = ("forwarding-noreply@google.com",)
_CODE = re.compile(
    r"\b(?:code (?:de |d'|a usage )?(?:verification|securite|connexion|confirmation|unique|acces|temporaire|authentification)\w*|mot de passe a usage unique"
    r"|one[- ]time (?:code|password|passcode)|(?:verification|security|login|sign[- ]in|access) code|your code|votre code|\botp\b|bestatigungscode|sicherheitscode)\b"
)
_IN_AREA = re.compile(
    r"\b(?:espace (?:client|personnel|abonne|adherent|pro)|compte client|compte en ligne|mon compte|votre compte|customer (?:area|portal|account)|client area|your account|my account|online account"
    r"|billing portal|kundenbereich|kundenkonto|kundenportal|area clienti|area riservata|area de cliente|klantenzone|mijn \w+|log ?in|sign in|connectez[- ]vous|se connecter|connexion)\b"
)
FILES = ("pdf", "xml", "zip", "eml")


class Look(StrEnum):
    """`open`: its head speaks of money. `peek`: only what is in it can tell. `leave`: closed it stays."""

    OPEN = "open"
    PEEK = "peek"
    LEAVE = "leave"


def first(head: Head, suppliers: Iterable[str] = ()) -> Look:
    """What the head says; `suppliers` are domains by which suppliers are known to write."""
    subject, names = plain(head.subject), [plain(part.name) for part in head.parts]
    bearing = [part for part in head.parts if bears(part)]
    if _MONEY.search(_parted(subject)) or is_forwarding(head):
        return Look.OPEN
    if any(_MONEY.search(_parted(name)) or _NUMBERED.match(name) for name in names):
        return Look.OPEN
    if bearing and (_SENDERS.search(_parted(head.sender)) or is_of(head.domain, suppliers)):
        return Look.OPEN
    if not bearing:
        return Look.PEEK if is_of(head.domain, suppliers) and not head.parts else Look.LEAVE
    if _OTHER.search(_parted(subject)) or all(_OTHER.search(_parted(plain(part.name))) for part in bearing):
        return Look.LEAVE
    return Look.PEEK


def bears(part: Part) -> bool:
    """Whether an invoice can be in it."""
    return part.ending in FILES or part.media_type in ("application/pdf", "message/rfc822")


def speaks_of_money(text: str) -> bool:
    said = plain(text)
    return bool(_MONEY.search(_parted(said)))


def is_an_invoice(subject: str, text: str) -> bool:
    """Whether the text itself is the invoice: its subject says so, and an amount and a number stand in it."""
    said = plain(text)
    return bool(_TITLE.search(_parted(plain(subject))) and _AMOUNT.search(said) and _NUMBER.search(said))


def is_code(head: Head) -> bool:
    return not head.parts and bool(_CODE.search(plain(head.subject)))


def is_forwarding(head: Head) -> bool:
    """A mail provider asks its user to confirm that mail may go here."""
    return head.sender in _FORWARDERS or bool(_FORWARDING.search(plain(head.subject)))


def is_small_print(name: str) -> bool:
    said = _parted(plain(name))
    return bool(_SMALL_PRINT.search(said)) and not _MONEY.search(said)


def is_other_paper(name: str) -> bool:
    said = _parted(plain(name))
    return bool(_OTHER.search(said)) and not _MONEY.search(said)


def is_in_customer_area(text: str) -> bool:
    """It says that there is something to see behind a sign-in."""
    return bool(_IN_AREA.search(plain(text)))


def is_of(domain: str, domains: Iterable[str]) -> bool:
    """Whether it is one of these or below one; a look-alike is neither."""
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def plain(said: str) -> str:
    """Lower case, no accents, plain apostrophes."""
    folded = unicodedata.normalize("NFKD", said.casefold())
    return "".join(each for each in folded if not unicodedata.combining(each)).replace("’", "'")


def _parted(said: str) -> str:
    """Names of files and addresses are words too, once their joints are open."""
    return re.sub(r"[_.+@]|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", said)

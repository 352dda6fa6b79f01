"""What the titles of a bank's columns say, in seven languages."""

from __future__ import annotations

import unicodedata

#: Beginnings of titles, without accents, of what the cells alone do not tell (fr, en, de, es, it, nl, pt).
TITLES = {
    "value_day": ("date de valeur", "date valeur", "valeur", "value", "valuta", "wertstellung", "fecha valor", "data valuta"),
    "balance": ("solde", "balance", "saldo", "running"),
    "debit": ("debit", "sortie", "depense", "paid out", "money out", "withdraw", "soll", "cargo", "uscite", "af"),
    "credit": ("credit", "entree", "recette", "paid in", "money in", "deposit", "haben", "abono", "entrate", "bij"),
    "amount": ("montant", "amount", "betrag", "importe", "importo", "bedrag", "valor", "net"),
    "label": ("libelle", "label", "description", "details", "operation", "memo", "verwendungszweck", "concepto", "causale", "omschrijving", "narrative", "buchungstext", "nom", "motif"),
    "more": ("detail", "libelle complement", "information", "complement", "note", "memo", "notifications", "mededelingen"),
    "counterparty": ("contrepartie", "beneficiaire", "tiers", "counterparty", "payee", "merchant", "commercant", "auftraggeber", "beguenstigter", "empfanger", "naam tegenpartij", "name", "target name", "beneficiary", "fournisseur"),
    "reference": ("reference", "ref", "referenz", "kenmerk", "referencia", "riferimento", "end-to-end"),
    "bank_ref": ("id", "identifiant", "transaction id", "transferwise id", "numero d'operation", "reference bancaire"),
    "currency": ("devise", "currency", "wahrung", "divisa", "valuta", "moneda", "munt"),
    "original": ("montant d'origine", "montant en devise", "montant local", "original amount", "local amount", "orig amount", "ursprungsbetrag"),
    "original_currency": ("devise d'origine", "devise locale", "original currency", "local currency", "orig currency"),
    "way": ("sens", "debit/credit", "credit/debit", "type", "d/c", "af bij", "af/bij", "soll/haben", "direction"),
}  # fmt: skip

#: Words anywhere in a title.
INSIDE = {
    "original": ("local", "origin", "ursprung"),
    "original_currency": ("local", "origin", "ursprung"),
    "counterparty": ("contrepartie", "counterparty", "tegenpartij"),
}


def is_one(cell: str) -> bool:
    """Whether a cell reads like a title of any role."""
    return any(says(folded(cell), role) for role in TITLES)


def says(name: str, role: str) -> bool:
    """Whether a folded title is one of this role's."""
    if any(word in name for word in INSIDE.get(role, ())):
        return True
    parts = [part.strip() for part in (name, *name.split("/"))]
    return any(
        part == word or part.startswith(f"{word} ") or (len(word) > 4 and part.startswith(word))
        for part in parts
        for word in TITLES[role]
    )


def folded(title: str) -> str:
    """As the words of titles are written here."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.replace("\u2019", "'").replace("_", " ").replace("(", " ").split())

"""What the columns of an unknown CSV file are, from its own rows: by what its cells look like first, by their titles then."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.payments import figures, letters, table
from core.payments.columns import SEPARATORS, Columns
from core.payments.table import Row

#: Rows that are looked at, and lines that a head may have.
LOOKED_AT, HEAD = 200, 40
#: The part of a column that must be what the column is taken for.
MOST = 0.85
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


def columns(content: bytes, encoding: str | None = None, separator: str | None = None) -> Columns:
    """The best guess; `complete` says whether it is one. What is given is taken for granted."""
    known = encoding or letters.encoding_of(content)
    told = letters.decoded(content, known)
    tried = [_with(told, known, each) for each in ([separator] if separator else SEPARATORS)]
    return max(
        tried, key=lambda guess: (guess.complete, len([w for w in guess.told().values() if w is not None]))
    )


def body(told: str, separator: str) -> tuple[list[Row], list[Row]]:
    """The first rows, and those of them that look like payments: a day and an amount in each, as many cells as most have."""
    found = []
    for row in table.rows(told, separator):
        found.append(row)
        if len(found) == LOOKED_AT + HEAD:
            break
    likely = [row for row in found if _looks_paid(row)]
    width = Counter(len(row.cells) for row in likely).most_common(1)
    rows = [row for row in likely if len(row.cells) == width[0][0]] if width else []
    return found, rows


def head(found: Sequence[Row], rows: Sequence[Row]) -> Row | None:
    """The row of titles: the last one above the payments that has two words of titles, or no figure at all."""
    above = [row for row in found if row.at < rows[0].at]
    titled = [
        row
        for row in above
        if sum(any(_titled(_folded(cell), role) for role in TITLES) for cell in row.cells) > 1
    ]
    if titled:
        return titled[-1]
    bare = [row for row in above[-1:] if not any(letter.isdecimal() for letter in row.raw)]
    return bare[0] if bare else None


def _looks_paid(row: Row) -> bool:
    days = sum(figures.day(cell) is not None or figures.day(cell, "mdy") is not None for cell in row.cells)
    return bool(days) and any(_is_amount(cell) and figures.day(cell) is None for cell in row.cells)


def _is_amount(cell: str) -> bool:
    return any(figures.amount(cell, mark) is not None for mark in (",", "."))


def _with(told: str, encoding: str, separator: str) -> Columns:
    found, rows = body(told, separator)
    plain = Columns(encoding=encoding, separator=separator)
    if not rows:
        return plain
    cells = list(zip(*(row.cells for row in rows), strict=True))
    titles = head(found, rows)
    names = [_folded(title) for title in titles.cells] if titles else []
    names += [""] * (len(cells) - len(names))
    days = [n for n, column in enumerate(cells) if _mostly(column, _is_day)]
    marks = [n for n, column in enumerate(cells) if n not in days and _amounts(column)]
    mark = figures.mark_of(cell for n in marks for cell in cells[n])
    guess = replace(plain, skip=titles.at if titles else 0, mark=mark, **_days(days, names, cells))
    guess = _with_amounts(guess, marks, names, cells)
    return _with_texts(guess, names, cells, taken={*days, *_numbers(guess)})


def _is_day(cell: str) -> bool:
    return any(figures.day(cell, order) is not None for order in figures.ORDERS)


def _amounts(column: Sequence[str]) -> bool:
    """Amounts, or nothing where the other column has it; no long numbers, which are references."""
    filled = [cell for cell in column if cell]
    short = [cell for cell in filled if len(cell.strip("+-")) < 9 or not cell.strip("+-").isdecimal()]
    return bool(short) and len(short) == len(filled) and _mostly(filled, _is_amount)


def _mostly(column: Sequence[str], is_one: Callable[[str], bool]) -> bool:
    return bool(column) and sum(map(is_one, column)) >= MOST * len(column)


def _days(days: Sequence[int], names: list[str], cells: list[tuple[str, ...]]) -> dict[str, Any]:
    """The booking day is the first that no title calls a value day."""
    if not days:
        return {}
    value = next((n for n in days if _titled(names[n], "value_day") and len(days) > 1), None)
    booked = next(n for n in days if n != value)
    order = figures.order_of(cell for n in days for cell in cells[n])
    return {"day": booked, "value_day": value, "order": order}


def _with_amounts(
    guess: Columns, marks: Sequence[int], names: list[str], cells: list[tuple[str, ...]]
) -> Columns:
    worth = {n: [figures.amount(cell, guess.mark) for cell in cells[n]] for n in marks}
    whole = [n for n in marks if sum(one is not None for one in worth[n]) >= MOST * len(worth[n])]
    two = _two(marks, worth, names, cells)
    balance = next((n for n in whole if _titled(names[n], "balance")), None)
    others = [n for n in whole if n != balance and n not in (two or ())]
    if balance is None and len(others) > 1:
        balance = next(
            (n for n in others for m in others if m != n and table.follows(_zeros(worth[m]), worth[n])), None
        )
        others = [n for n in others if n != balance]
    if two and not others:
        return replace(guess, debit=two[0], credit=two[1], balance=balance)
    original = next((n for n in others if len(others) > 1 and _titled(names[n], "original")), None)
    chosen = [n for n in others if n != original]
    amount = next((n for n in chosen if _titled(names[n], "amount")), None)
    if amount is None:
        amount = next(
            (n for n in chosen if any((one or 0) < 0 for one in worth[n])), chosen[0] if chosen else None
        )
    guess = replace(guess, amount=amount, original=original, balance=balance)
    return (
        guess
        if amount is None or any((one or 0) < 0 for one in worth[amount])
        else _with_way(guess, names, cells)
    )


def _two(
    marks: Sequence[int],
    worth: dict[int, list[Decimal | None]],
    names: list[str],
    cells: list[tuple[str, ...]],
) -> tuple[int, int] | None:
    """Debit and credit in columns of their own: in each row one of the two is filled, or their titles say so."""
    for one in marks:
        for other in marks:
            if one < other and _either(worth[one], worth[other]):
                turned = _titled(names[one], "credit") or _titled(names[other], "debit")
                return (other, one) if turned else (one, other)
    free = [n for n, column in enumerate(cells) if n in marks or not any(column)]
    debit = next((n for n in free if _titled(names[n], "debit")), None)
    credit = next((n for n in free if n != debit and _titled(names[n], "credit")), None)
    return None if debit is None or credit is None else (debit, credit)


def _with_way(guess: Columns, names: list[str], cells: list[tuple[str, ...]]) -> Columns:
    """Amounts without a sign: a column of two words says which went out."""
    for n, column in enumerate(cells):
        words = {cell.casefold() for cell in column}
        if len(words) <= 2 and words & set(table.OUT) and (len(words) == 2 or _titled(names[n], "way")):
            return replace(guess, way=n)
    return guess


def _with_texts(guess: Columns, names: list[str], cells: list[tuple[str, ...]], taken: set[int]) -> Columns:
    found: dict[str, Any] = {}
    for role in ("original_currency", "currency"):
        for n, column in enumerate(cells):
            codes = {cell for cell in column if cell}
            is_code = bool(codes) and all(
                len(code) == 3 and code.isalpha() and code.isupper() for code in codes
            )
            if (
                is_code
                and n not in {*taken, *found.values()}
                and (role == "currency" or _titled(names[n], role))
            ):
                found.setdefault(role, n)
    for role in ("bank_ref", "counterparty", "reference", "label", "more"):
        for n in range(len(cells)):
            if n not in {*taken, *found.values()} and _titled(names[n], role) and any(cells[n]):
                found.setdefault(role, n)
    if "bank_ref" in found and len(set(cells[found["bank_ref"]])) < len(cells[found["bank_ref"]]):
        del found["bank_ref"]
    if "label" not in found:
        rest = [n for n in range(len(cells)) if n not in {*taken, *found.values()}]
        longest = max(
            rest,
            key=lambda n: len(set(cells[n])) * sum(map(len, cells[n])),
            default=found.pop("counterparty", None),
        )
        found |= {} if longest is None else {"label": longest}
    return replace(guess, **found)


def _numbers(guess: Columns) -> set[int]:
    places = (guess.amount, guess.debit, guess.credit, guess.balance, guess.original, guess.way)
    return {place for place in places if place is not None}


def _either(one: Sequence[Decimal | None], other: Sequence[Decimal | None]) -> bool:
    """In each row one of the two has an amount, and both do somewhere."""
    pairs = [(bool(a), bool(b)) for a, b in zip(one, other, strict=True)]
    return sum(a != b for a, b in pairs) >= MOST * len(pairs) and {(True, False), (False, True)} <= set(pairs)


def _zeros(amounts: Iterable[Decimal | None]) -> list[Decimal]:
    return [amount or Decimal() for amount in amounts]


def _titled(name: str, role: str) -> bool:
    if any(word in name for word in INSIDE.get(role, ())):
        return True
    parts = [part.strip() for part in (name, *name.split("/"))]
    return any(
        part == word or part.startswith(f"{word} ") or (len(word) > 4 and part.startswith(word))
        for part in parts
        for word in TITLES[role]
    )


def _folded(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.replace("\u2019", "'").replace("_", " ").replace("(", " ").split())

"""Codes that can be checked by themselves: IBAN (ISO 13616), VAT numbers by country, and the look of an invoice number."""

from __future__ import annotations

import re

from core.extraction import dates

IBAN_LENGTHS = {
    "FR": 27, "MC": 27, "DE": 22, "BE": 16, "NL": 18, "LU": 20, "ES": 24, "IT": 27, "PT": 25, "IE": 22, "GB": 22,
    "CH": 21, "AT": 20, "FI": 18, "SE": 24, "DK": 18, "NO": 15, "PL": 28, "CZ": 24, "SK": 24, "HU": 28, "RO": 24,
    "BG": 22, "GR": 27, "HR": 21, "SI": 19, "EE": 20, "LV": 21, "LT": 20, "MT": 31, "CY": 28, "LI": 21, "SM": 27,
}  # fmt: skip
_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?: ?[A-Z0-9]{1,4})?)")
VAT_SHAPES = {
    "FR": r"(?:[0-9A-HJ-NP-Z] ?){2}(?:\d ?){8}\d", "DE": r"\d{9}", "BE": r"[01]\d{3}\.?\d{3}\.?\d{3}",
    "NL": r"\d{9}B\d{2}", "LU": r"\d{8}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "IT": r"\d{11}", "PT": r"\d{9}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "GB": r"\d{3} ?\d{4} ?\d{2}", "AT": r"U\d{8}", "PL": r"\d{10}",
    "SE": r"\d{12}", "DK": r"\d{8}", "FI": r"\d{8}", "EU": r"\d{9}",
}  # fmt: skip
_VAT = re.compile(
    r"(?<![A-Z0-9])(?:"
    + "|".join(f"{land} ?{shape}" for land, shape in VAT_SHAPES.items())
    + r")(?![A-Z0-9])"
)
#: A number as suppliers print it: at least one digit; letters, dashes, slashes, dots and underscores within.
NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9/_.\-]{0,34}[A-Za-z0-9])?")


def ibans(text: str) -> list[tuple[str, int, int]]:
    """Every IBAN whose length and check digits are right, with its place in the text."""
    return [
        (iban, match.start(), match.end())
        for match in _IBAN.finditer(text)
        if (iban := _cut(match[1].replace(" ", ""))) and iban_holds(iban)
    ]


def iban_holds(iban: str) -> bool:
    """ISO 7064 mod 97-10, over the country's length."""
    if len(iban) != IBAN_LENGTHS.get(iban[:2]):
        return False
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1


def vat_numbers(text: str) -> list[tuple[str, int, int]]:
    """Every VAT number of a known shape, with its place; a French one must agree with its SIREN."""
    found = [(re.sub(r"[ .]", "", match[0]), match.start(), match.end()) for match in _VAT.finditer(text)]
    return [(vat, start, end) for vat, start, end in found if _french_key_holds(vat)]


def looks_like_number(text: str) -> bool:
    """May this be an invoice's number? It has a digit and is neither a date nor a lone small figure."""
    folded = text.lower()
    if not re.search(r"\d", text) or len(text) < 2:
        return False
    days = dates.found(folded)
    return not (days and days[0].start == 0 and days[0].end == len(folded))


def _cut(code: str) -> str:
    """A pattern may run on into the next word (BIC…); the country says where it ends."""
    return code[: IBAN_LENGTHS.get(code[:2], 0)]


def _french_key_holds(vat: str) -> bool:
    """Key = (12 + 3 × (SIREN mod 97)) mod 97, when the key is all digits."""
    if not re.fullmatch(r"FR\d{11}", vat):
        return True
    return int(vat[2:4]) == (12 + 3 * (int(vat[4:]) % 97)) % 97

"""Codes that can be checked by themselves: IBAN (ISO 13616), VAT numbers by country, SIREN, and the look of an invoice number."""

from __future__ import annotations

import re

from stdnum import iban as iban_standard
from stdnum import luhn

from core.extraction import dates

_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?: ?[A-Z0-9]{1,4})?)")
IBAN_LENGTHS = {
    "FR": 27, "MC": 27, "DE": 22, "BE": 16, "NL": 18, "LU": 20, "ES": 24, "IT": 27, "PT": 25, "IE": 22, "GB": 22,
    "CH": 21, "AT": 20, "FI": 18, "SE": 24, "DK": 18, "NO": 15, "PL": 28, "CZ": 24, "SK": 24, "HU": 28, "RO": 24,
    "BG": 22, "GR": 27, "HR": 21, "SI": 19, "EE": 20, "LV": 21, "LT": 20, "MT": 31, "CY": 28, "LI": 21, "SM": 27,
}  # fmt: skip


def _digits(count: int) -> str:
    """So many digits, in groups or not."""
    return rf"\d(?:[ .]?\d){{{count - 1}}}"


VAT_SHAPES = {
    "FR": r"(?:[0-9A-HJ-NP-Z] ?){2}(?:\d ?){8}\d", "DE": _digits(9), "BE": r"[01](?:[ .]?\d){9}",
    "NL": rf"{_digits(9)}[ .]?B[ .]?\d{{2}}", "LU": _digits(8), "ES": r"[A-Z0-9][ -]?\d{7}[ -]?[A-Z0-9]", "IT": _digits(11), "PT": _digits(9),
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "GB": _digits(9), "AT": rf"U ?{_digits(8)}", "PL": _digits(10),
    "SE": _digits(12), "DK": _digits(8), "FI": _digits(8), "EU": _digits(9), "CZ": r"\d{8,10}", "SK": _digits(10), "HU": _digits(8),
    "RO": r"\d{6,10}", "BG": r"\d{9,10}", "EL": _digits(9), "HR": _digits(11), "SI": _digits(8), "EE": _digits(9), "LV": _digits(11),
    "LT": r"(?:\d{9}|\d{12})", "MT": _digits(8), "CY": r"\d{8}[A-Z]", "XI": _digits(9),
}  # fmt: skip
_VAT = re.compile(
    r"(?<![A-Z0-9])(?:"
    + "|".join(rf"{land}[ -]?{shape}" for land, shape in VAT_SHAPES.items())
    + r"|CHE[ -]?\d{3}[. ]?\d{3}[. ]?\d{3}(?= ?(?:MWST|TVA|IVA))"
    + r")(?![A-Z0-9])"
)
#: Countries whose bills print their VAT number without the country's letters, behind words of their own.
_HOME_VAT = (
    ("IT", re.compile(r"(?:P\.? ?|Part(?:ita)?\.? ?)I\.?V\.?A\.?\s*[:n.°]*\s*(\d{11})(?!\d)", re.I)),
    ("ES", re.compile(r"(?:N\.?I\.?F\.?|C\.?I\.?F\.?)(?:[/-][A-Z.]+)?\s*:?\s*([A-Z]-?\d{7}[A-Z0-9])(?![A-Z0-9])")),
    ("GB", re.compile(r"VAT (?:reg(?:istration|\.)? ?)?(?:no|number|nr)?\.?\s*:?\s*(\d{3} ?\d{4} ?\d{2})(?![\d.,])", re.I)),
)  # fmt: skip
_SIREN = re.compile(
    r"(?:\b(?:SIREN|SIRET|R\.?C\.?S\.?)\b[^\d\n]{0,40}?)(\d{3}[ .]?\d{3}[ .]?\d{3})([ .]?\d{5}|[ .]?\d{3}[ .]?\d{2})?(?!\d)",
    re.I,
)
#: A number as suppliers print it: at least one digit; letters, dashes, slashes, dots and underscores within.
NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9/_.\-]{0,34}[A-Za-z0-9])?")
LA_POSTE = "356000000"


def ibans(text: str) -> list[tuple[str, int, int]]:
    """Every IBAN whose length and check digits are right, with its place in the text."""
    return [
        (iban, match.start(), match.end())
        for match in _IBAN.finditer(text)
        if (iban := _cut(match[1].replace(" ", ""))) and iban_holds(iban)
    ]


def iban_holds(iban: str) -> bool:
    """ISO 7064 mod 97-10, over the country's length; the checks within a country's own account number are its banks' business."""
    return len(iban) == IBAN_LENGTHS.get(iban[:2]) and bool(iban_standard.is_valid(iban, check_country=False))


def vat_numbers(text: str) -> list[tuple[str, int, int]]:
    """Every VAT number of a known shape, with its place; a French one must agree with its SIREN."""
    found = [(re.sub(r"[ .-]", "", match[0]), match.start(), match.end()) for match in _VAT.finditer(text)]
    for land, shape in _HOME_VAT:
        found += [(land + re.sub(r"[ -]", "", match[1]), match.start(1), match.end(1)) for match in shape.finditer(text)]  # fmt: skip
    return [(vat, start, end) for vat, start, end in found if _french_key_holds(vat)]


def sirens(text: str) -> list[tuple[str, int, int]]:
    """Every French company number behind its name (SIREN, SIRET, RCS), nine digits, whose check digits are right."""
    return [
        (siren, match.start(1), match.end(1))
        for match in _SIREN.finditer(text)
        if siren_holds(siren := re.sub(r"\D", "", match[1]))
        and (not match[2] or siret_holds(siren + re.sub(r"\D", "", match[2])))
    ]


def siren_holds(siren: str) -> bool:
    """Luhn's check digit over nine digits."""
    return len(siren) == 9 and bool(luhn.is_valid(siren))


def siret_holds(siret: str) -> bool:
    """Luhn over fourteen digits; the establishments of La Poste follow a sum of digits divisible by five."""
    if len(siret) != 14 or not siret.isdigit():
        return False
    return bool(luhn.is_valid(siret)) or (siret.startswith(LA_POSTE) and sum(map(int, siret)) % 5 == 0)


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

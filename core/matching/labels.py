"""A bank label, taken apart once: its channel, the day of purchase, references, and the *core*, which is what names the payee.

Labels that differ by their digits only have one shape, and a shape is read once: a million labels are a few thousand shapes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from core.matching import bankwords

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_WORD = re.compile(r"\S+")
_SLASHED = re.compile(r"(?<![\d/.])(\d\d)([/.-])(\d\d)(?:\2(\d\d(?:\d\d)?))?(?![\d/])")
_ISO = re.compile(r"(?<!\d)\d{4}-(\d\d)-(\d\d)(?!\d)")
_SHORT = re.compile(r"(?<=\s)(\d\d)(\d\d)(?=\s)")
_CARD_NUMBER = re.compile(r"(?:CB|CARTE|CARD|KARTE|TARJETA|CARTA|NR|X+|\*)[*X.:]*\d{4}")
_CREDITOR = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{3}\w*")
_AMOUNT = re.compile(r"\d[\d.]*,\d\d(?:[A-Z]{3})?|\d+\.\d\d[A-Z]{3}")
#: S.R.L. and S.L. are one word.
_DOTTED = re.compile(r"(?<![A-Z0-9.])(?:[A-Z]\.){1,4}[A-Z](?:\.|(?![A-Z0-9]))")
_PART = re.compile(r"[A-Z0-9]+")
_LETTERED = {ord("Ä"): "AE", ord("Ö"): "OE", ord("Ü"): "UE", ord("ß"): "SS", ord("Œ"): "OE", ord("Æ"): "AE", ord("Ø"): "O"}  # fmt: skip
#: A day of purchase is at most this long before the booking.
LONGEST_BOOKING = 40

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shape:
    """What all labels of one shape share; spans are places in the label. `day` and `month` are where the purchase's are."""

    channel: int
    tokens: tuple[str, ...]
    references: tuple[Span, ...]
    day: Span | None
    month: Span | None


def plain(text: str) -> str:
    """Upper case, without accents and without the dots of a legal form."""
    raised = _undotted(text.upper()) if "." in text else text.upper()
    if raised.isascii():
        return raised
    spelled = unicodedata.normalize("NFKC", raised).translate(_LETTERED)
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def plains(texts: Sequence[str]) -> list[str]:
    """The same of many, at once where all of them are ASCII."""
    raised = "\n".join(texts).upper()
    if not raised.isascii() or raised.count("\n") >= len(texts):
        return list(map(plain, texts))
    lines = raised.split("\n") if texts else []
    return [_undotted(each) if "." in each else each for each in lines]


def _undotted(raised: str) -> str:
    return _DOTTED.sub(lambda form: form.group().replace(".", ""), raised)


def shape_of(label: str) -> str:
    """`label` is plain: the key under which its Shape is kept."""
    return label.encode().translate(_DIGITS).decode()


def shapes_of(plain: Sequence[str]) -> list[str]:
    """The same of many."""
    joined = "\n".join(plain)
    if joined.count("\n") >= len(plain):
        return list(map(shape_of, plain))
    return shape_of(joined).split("\n")


@lru_cache(maxsize=65_536)
def read(shape: str) -> Shape:
    """A shape (digits are zeros) taken apart."""
    dated = _ISO.search(shape) or _SLASHED.search(shape)
    month, day = _date_spans(dated)
    channel, tokens, references, short = bankwords.OTHER, [], [], None
    said: set[int] = set()
    for found in _WORD.finditer(shape):
        word, start = found.group(), found.start()
        if dated and dated.start() < found.end() and start < dated.end():
            continue
        if short is None and not dated and re.fullmatch(r"\d{4}", word) and bankwords.CARD in said:
            short = start
            continue
        if _CARD_NUMBER.fullmatch(word):
            said.add(bankwords.CARD)
        elif _is_reference(word):
            references.append((start, found.end()))
        elif not (_AMOUNT.fullmatch(word) or (_CREDITOR.fullmatch(word) and "00" in word)):
            tokens += _spoken(word, said)
    channel = next((each for each in bankwords.LOUDEST if each in said), bankwords.OTHER)
    if short is not None:
        day, month = (short, short + 2), (short + 2, short + 4)
    return Shape(channel, tuple(tokens), tuple(references), day, month)


def _date_spans(found: re.Match[str] | None) -> tuple[Span | None, Span | None]:
    """(month, day)"""
    if found is None:
        return None, None
    return (found.span(1), found.span(2)) if found.re is _ISO else (found.span(3), found.span(1))


def _is_reference(word: str) -> bool:
    """Four digits and more in one word; a bank's creditor number is none."""
    digits = sum(letter.isdigit() for letter in word)
    return digits >= 4 and not _AMOUNT.fullmatch(word) and not re.match(r"[A-Z]{2}\d\dZZZ", word)


def _spoken(word: str, said: set[int]) -> list[str]:
    """The tokens of a word that may name somebody; bank words go into `said`."""
    tokens = []
    for part in _PART.findall(word):
        if part in bankwords.CHANNELS:
            said.add(bankwords.CHANNELS[part])
        elif part not in bankwords.BANK_WORDS and not part.isdigit() and not _is_code(part):
            tokens.append(part)
    return tokens


def _is_code(part: str) -> bool:
    """2K3, X9ZZ: a digit between letters is no name; 3CX and O2 stay."""
    return len(part) > 2 and any(letter.isdigit() for letter in part[1:-1])


def bought_on(label: str, shape: Shape, booked_on: date) -> date | None:
    """The day of purchase that a card line says, at most LONGEST_BOOKING days before its booking."""
    if shape.day is None or shape.month is None:
        return None
    return _last(label[slice(*shape.day)], label[slice(*shape.month)], booked_on)


@lru_cache(maxsize=65_536)
def _last(said_day: str, said_month: str, booked_on: date) -> date | None:
    day, month = int(said_day), int(said_month)
    for year in (booked_on.year, booked_on.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if booked_on - timedelta(days=LONGEST_BOOKING) <= found <= booked_on:
            return found
    return None


def core_of(label: str) -> str:
    """What is left of a label when its bank words, numbers and dates are gone: the key under which people's words are kept."""
    tokens = read(shape_of(plain(label))).tokens
    return " ".join(token for token in tokens if token not in bankwords.LEGAL_FORMS) or " ".join(tokens)


def tokens_of(name: str) -> tuple[str, ...]:
    """The words of a company's name, without its legal form."""
    parts = _PART.findall(plain(name).replace(".", "").replace("'", ""))
    named = tuple(part for part in parts if part not in bankwords.LEGAL_FORMS)
    return named or tuple(parts)


def compact(text: str) -> str:
    """Letters and digits only: how numbers are compared."""
    return bare(plain(text))


def bare(word: str) -> str:
    """The same of what is plain already."""
    return word if word.isalnum() else "".join(_PART.findall(word))

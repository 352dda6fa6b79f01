"""Which lines of a bank file are new: known by the bank's own reference, else by day, amount, label and their place among equals."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core import payments
from core.ledger import cents


class Fate(StrEnum):
    """What becomes of a line: a twin looks like another payment, and only a person knows whether it is one of its own."""

    NEW = "new"
    KNOWN = "known"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Here:
    """A Payment of this bank account that is here already, and the format that it came in."""

    identity: str
    booked_on: date
    amount_minor: int
    currency: str
    label: str
    format: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A line, what becomes of it, and the identity that it has or will have."""

    line: payments.Line
    fate: Fate
    identity: str


def weigh(
    lines: Sequence[payments.Line], here: Iterable[Here], *, format: str, another: Collection[int] = ()
) -> list[Weighed]:
    """Each line in its order. `another` are the places (`Line.at`) of lines that are real, whatever they look like."""
    known = {one.identity: one for one in here}
    bases, taken = [_basis(line) for line in lines], Counter[str]()
    told = []
    for basis in bases:
        taken[basis] += 1
        told.append(_identity(basis, taken[basis]))
    here_too = set(told)
    alike = _alike(one for one in known.values() if one.identity not in here_too)
    used, weighed = set(known) | here_too, []
    for line, basis, identity in zip(lines, bases, told, strict=True):
        fate = Fate.KNOWN if identity in known else _fate(line, identity, basis, alike, format)
        if fate is not Fate.NEW and line.at in another:
            identity = identity if fate is Fate.TWIN else _free(basis, used)
            fate = Fate.NEW
        used.add(identity)
        weighed.append(Weighed(line, fate, identity))
    return weighed


def _fate(
    line: payments.Line,
    identity: str,
    basis: str,
    alike: dict[tuple[date, int, str], list[Here]],
    format: str,
) -> Fate:
    """A second one in this file is a twin; so is one that came by another road, until each of those has met its own."""
    if identity != _identity(basis, 1):
        return Fate.TWIN
    others = alike[_key(line)]
    same = next(
        (one for one in others if one.format != format or _plain(one.label) == _plain(line.label)), None
    )
    if same is None:
        return Fate.NEW
    others.remove(same)
    return Fate.TWIN


def _alike(here: Iterable[Here]) -> dict[tuple[date, int, str], list[Here]]:
    """What is here and not in this file, by day and amount."""
    found: dict[tuple[date, int, str], list[Here]] = defaultdict(list)
    for one in here:
        found[one.booked_on, one.amount_minor, one.currency].append(one)
    return found


def _key(line: payments.Line) -> tuple[date, int, str]:
    return line.booked_on, cents.minor(line.amount), line.amount.currency


def _basis(line: payments.Line) -> str:
    """Day and amount stand beside the bank's reference too: some banks use one again."""
    day, minor, currency = _key(line)
    said = f"ref:{line.bank_ref}" if line.bank_ref else f"label:{_plain(line.label)}"
    return hashlib.sha256(f"{day}|{minor}|{currency}|{said}".encode()).hexdigest()[:40]


def _identity(basis: str, ordinal: int) -> str:
    return f"{basis}-{ordinal}"


def _free(basis: str, used: set[str]) -> str:
    ordinal = 2
    while _identity(basis, ordinal) in used:
        ordinal += 1
    return _identity(basis, ordinal)


def _plain(label: str) -> str:
    return " ".join(label.casefold().split())

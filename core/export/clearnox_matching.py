"""Which of our documents an entry there asks for. By the number; else by sum, day and customer; never on a guess, for it is shown to a customer."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from core.export.clearnox_names import Entry

_NOT_PLAIN = re.compile(r"[\W_]+")
#: A shorter number is believed only when the sum says the same.
SHORT = 4
#: Days between the entry's and the invoice's, within which they do not contradict each other.
NEAR = 10


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of a sales Invoice. `total` is in the major unit; `day` None where it is not known to the day."""

    invoice_id: int
    document_id: int
    sha256: str
    size: int
    number: str
    day: date | None
    total: Decimal | None
    currency: str | None
    #: The customer's account, as the document says it.
    customer: str
    #: False: a person has to look at it first.
    usable: bool


class Answer(NamedTuple):
    """`outcome` is `found`, `review` (found, and a person has to look at it first), `ambiguous` or `not_ours`."""

    outcome: str
    paper: Paper | None = None


def answers(entries: Iterable[Entry], papers: Iterable[Paper]) -> dict[str, Answer]:
    """By the ids of the entries."""
    asked, known = list(entries), list(papers)
    numbered, summed = defaultdict[str, list[Paper]](list), defaultdict[Decimal, list[Paper]](list)
    for paper in known:
        if number := plain(paper.number):
            numbered[number].append(paper)
        if paper.total is not None:
            summed[abs(paper.total)].append(paper)
    alike = Counter(_looks(one) for one in asked)
    return {one.id: _answer(one, numbered, summed, alone=alike[_looks(one)] == 1) for one in asked}


def plain(told: str) -> str:
    """Letters and digits only, for `FA-2026/001` and `FA2026001` are one number."""
    return _NOT_PLAIN.sub("", told).casefold()


def _answer(
    entry: Entry, numbered: Mapping[str, list[Paper]], summed: Mapping[Decimal, list[Paper]], *, alone: bool
) -> Answer:
    named = [
        paper for number in dict.fromkeys(map(plain, entry.numbers)) for paper in numbered.get(number, ())
    ]
    if named:
        return _one(_believed(entry, named))
    same = (
        [paper for paper in summed.get(abs(entry.amount), ()) if _same_sum(entry, paper)]
        if entry.amount
        else []
    )
    if not same:
        return Answer("not_ours")
    return _one(same) if alone and all(_same_customer(entry, one) for one in same) else Answer("ambiguous")


def _one(found: Sequence[Paper]) -> Answer:
    """The same bytes twice are one document."""
    if len({paper.sha256 for paper in found}) != 1:
        return Answer("ambiguous")
    return Answer("found" if found[0].usable else "review", found[0])


def _believed(entry: Entry, named: Sequence[Paper]) -> list[Paper]:
    """Those of its number that its sum and its day do not both contradict; of several, those whose sum and day are right."""
    found = [
        one for one in named if _money(entry, one) or (_near(entry, one) and len(plain(one.number)) >= SHORT)
    ]
    if len(found) > 1:
        return [one for one in found if _money(entry, one) and entry.day == one.day]
    return found


def _money(entry: Entry, paper: Paper) -> bool:
    """Whether both say the same sum."""
    if entry.amount is None or paper.total is None:
        return False
    return abs(entry.amount) == abs(paper.total) and entry.currency in (None, paper.currency)


def _near(entry: Entry, paper: Paper) -> bool:
    """Whether the days do not contradict each other; without either, the sums must not."""
    if entry.day is None or paper.day is None:
        return entry.amount is None or paper.total is None
    return abs((entry.day - paper.day).days) <= NEAR


def _same_sum(entry: Entry, paper: Paper) -> bool:
    """A number on both sides has spoken already: it was another one."""
    return (
        _money(entry, paper)
        and entry.day is not None
        and entry.day == paper.day
        and not (any(map(plain, entry.numbers)) and plain(paper.number))
    )


def _same_customer(entry: Entry, paper: Paper) -> bool:
    """Where an entry says whose it is, the document must say so too: `411DUPONT` is customer `DUPONT`."""
    there, here = plain(entry.account), plain(paper.customer)
    if not there:
        return True
    return there == here or (len(here) >= SHORT and there.endswith(here))


def _looks(entry: Entry) -> tuple[object, ...]:
    return (abs(entry.amount) if entry.amount is not None else None, entry.day, plain(entry.account))

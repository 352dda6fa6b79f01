"""What the labels of a whole pile say, read at once: labels that differ by their digits only have one shape, taken apart once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.matching import labels
from core.matching.values import Payment

Ints = npt.NDArray[np.int64]


@dataclass
class Spoken:
    """`which` is each payment's place in `shapes`, which stand as they were first met."""

    plain: list[str]
    which: Ints
    shapes: list[labels.Shape]


@dataclass
class References:
    """The words of each line that may be a document's number: those of line n stand from `starts[n]` to `starts[n + 1]`."""

    starts: Ints
    words: list[str]

    def of(self, line: int) -> list[str]:
        return self.words[self.starts[line] : self.starts[line + 1]]


def read(payments: Sequence[Payment]) -> Spoken:
    plain = labels.plains([each.label for each in payments])
    keys = labels.shapes_of(plain)
    places = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    which = np.fromiter(map(places.__getitem__, keys), np.int64, len(keys))
    return Spoken(plain, which, [labels.read(key) for key in places])


def bought(payments: Sequence[Payment], said: Spoken, booked: Ints) -> Ints:
    """The day of purchase where a label says it, else of booking (`booked`), as ordinals."""
    days = booked.copy()
    dated = np.array([shape.day is not None for shape in said.shapes], bool)
    for at in np.flatnonzero(dated[said.which]).tolist():
        on = labels.bought_on(said.plain[at], said.shapes[said.which[at]], payments[at].booked_on)
        days[at] = on.toordinal() if on else days[at]
    return days


def references(payments: Sequence[Payment], said: Spoken) -> References:
    """Two words that stand side by side are also one."""
    counts, words = np.zeros(len(payments) + 1, np.int64), list[str]()
    referring = np.array([bool(shape.references) for shape in said.shapes], bool)[said.which]
    apart = np.fromiter((bool(each.reference) for each in payments), bool, len(payments))
    for at in np.flatnonzero(referring | apart).tolist():
        before = len(words)
        words += _words(payments[at], said.plain[at], said.shapes[said.which[at]])
        counts[at + 1] = len(words) - before
    return References(np.cumsum(counts), words)


def words_of(payment: Payment) -> tuple[labels.Shape, list[str]]:
    """The same of one payment: its label's shape, and the words that may be a document's number."""
    plain = labels.plain(payment.label)
    shape = labels.read(labels.shape_of(plain))
    return shape, list(_words(payment, plain, shape))


def _words(payment: Payment, label: str, shape: labels.Shape) -> Iterator[str]:
    single = [labels.bare(label[slice(*span)]) for span in shape.references]
    yield from single
    yield from (one + other for one, other in itertools.pairwise(single))
    if payment.reference:
        yield labels.compact(payment.reference)

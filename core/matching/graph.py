"""Pairs and what they are worth, as a graph that grows: who hangs together, who is chosen, who only competes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from typing import TypeVar

from core.matching import board
from core.matching.index import Document

T = TypeVar("T")


class Graph:
    """`sure` are payments and documents in pairs that no sum may take; `weak` are chosen pairs that give way to one.

    `earlier` are the purchases that each document may have been written for afterwards.
    """

    def __init__(self) -> None:
        self._of_payment: dict[str, dict[Document, float]] = defaultdict(dict)
        self._of_document: dict[Document, dict[str, float]] = defaultdict(dict)
        self.sure: tuple[set[str], set[Document]] = set(), set()
        self.weak: dict[str, Document] = {}
        self.earlier: dict[Document, set[str]] = defaultdict(set)

    def note(
        self, pairs: Iterable[tuple[str, Document]], scores: Iterable[float], earlier: Iterable[bool]
    ) -> None:
        for (payment, document), score, before in zip(pairs, scores, earlier, strict=True):
            self._of_payment[payment][document] = score
            self._of_document[document][payment] = score
            if before:
                self.earlier[document].add(payment)

    def drop_payment(self, payment: str) -> None:
        for document in self._of_payment.pop(payment, {}):
            del self._of_document[document][payment]
            self.earlier[document].discard(payment)
        self.sure[0].discard(payment)
        self.weak.pop(payment, None)

    def drop_document(self, document: Document) -> None:
        for payment in self._of_document.pop(document, {}):
            del self._of_payment[payment][document]
        self.earlier.pop(document, None)
        self.sure[1].discard(document)

    def component(
        self, payments: Iterable[str], documents: Iterable[Document]
    ) -> tuple[set[str], set[Document]]:
        """All that hangs together with these above even odds."""
        paid, owed = set(payments), set(documents)
        new: list[tuple[str | None, Document]] = [(each, None) for each in paid] + [
            (None, each) for each in owed
        ]
        while new:
            payment, document = new.pop()
            if payment is not None:
                found = _above(self._of_payment.get(payment, {})) - owed
                owed |= found
                new += [(None, each) for each in found]
            else:
                met = _above(self._of_document.get(document, {})) - paid
                paid |= met
                new += [(each, None) for each in met]
        return paid, owed

    def beside(
        self, payments: Iterable[str], documents: Iterable[Document]
    ) -> tuple[set[str], set[Document]]:
        """What competes with these from outside."""
        owed = {each for payment in payments for each in self._of_payment.get(payment, ())}
        paid = {each for document in documents for each in self._of_document.get(document, ())}
        return paid, owed

    def after(self, payments: Iterable[str]) -> set[Document]:
        """Documents that may have been written for these purchases afterwards."""
        near = {document for payment in payments for document in self._of_payment.get(payment, ())}
        return {document for document in near if document in self.earlier}

    def settle(
        self,
        payments: Set[str],
        documents: Set[Document],
        pairs: list[tuple[str, Document]],
        scores: list[float],
    ) -> None:
        """These pairs are chosen now among these payments and documents."""
        self.sure[0].difference_update(payments)
        self.sure[1].difference_update(documents)
        for payment in payments:
            self.weak.pop(payment, None)
        for (payment, document), score in zip(pairs, scores, strict=True):
            if score < board.WEAK:
                self.weak[payment] = document
            else:
                self.sure[0].add(payment)
                self.sure[1].add(document)


def _above(near: dict[T, float]) -> set[T]:
    return {each for each, score in near.items() if score > board.EVEN}

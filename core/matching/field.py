"""A pile that stays solved: a payment or an invoice arrives or leaves, and only what it touches is chosen again.

What a pair is worth depends on the pair and on the survey, which is frozen until `refresh`; so after any order of arrivals
the links are those that the whole pile gives under the same survey.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from core.matching import board, columns, ground, region, solving, stage, why
from core.matching.features import Scene
from core.matching.ground import Ground
from core.matching.index import Document
from core.matching.region import Region
from core.matching.shown import Shown
from core.matching.survey import Survey
from core.matching.values import Invoice, Link, Memory, Payment, Rates, Solution, Unlinked


@dataclass(frozen=True)
class Change:
    """What an arrival did: payments whose link is another now; None for one that lost it."""

    links: dict[str, Link | None]


class Field:
    """Payments and invoices of one workspace, solved. `planted` is the whole pile as it was before anything else arrived."""

    planted = Solution([], [])

    def __init__(
        self, payments: Iterable[Payment], invoices: Iterable[Invoice], rates: Rates, memory: Memory = solving.NOTHING,
        known: Survey | None = None,
    ) -> None:  # fmt: skip
        self._rates, self._memory = rates, memory
        listed, owed = solving.in_order(payments), solving.in_order_of_issue(invoices)
        self._given = {each.id: each for each in listed}, {each.id: each for each in owed}
        self.known = (known or stage.look(listed, owed, rates, memory).known).taught(memory)
        self._said = solving.confirmed(listed, owed, memory)
        self._ground = Ground(rates, memory, self.known)
        self._shown = Shown(self._ground)
        closed = {link.payment for link in self._said}
        self._plant(
            [each for each in listed if each.id not in closed], solving.still_owed(listed, owed, self._said)
        )

    def _plant(self, payments: Sequence[Payment], invoices: Sequence[Invoice]) -> None:
        """The whole pile, chosen for at once."""
        for invoice in invoices:
            self._ground.keep_invoice(invoice, self.invoices)
        for payment in payments:
            self._ground.keep_payment(payment)
        whole = Region(set(self._ground.payments), set(self._ground.documents))
        if not whole.payments and not whole.documents:
            return
        scene = self._ground.scene(whole.payments, whole.documents)
        edges = self._ground.edges(scene)
        self._ground.note(scene, edges)
        choice, found = self._chosen(scene, edges, whole)
        self._shown.replace(whole.payments, found)
        alone = solving.alone(scene, edges, choice, found)
        self.planted = Solution([*self._said, *self._shown.links.values()], alone)

    @property
    def links(self) -> dict[str, Link]:
        """By payment."""
        return {**{link.payment: link for link in self._said}, **self._shown.links}

    def link_of(self, payment: str) -> Link | None:
        return self._shown.links.get(payment)

    @property
    def payments(self) -> Mapping[str, Payment]:
        """All that are here, linked or not."""
        return self._given[0]

    @property
    def invoices(self) -> Mapping[str, Invoice]:
        return self._given[1]

    def add_payment(self, payment: Payment) -> Change:
        """Raises ValueError for one that is here."""
        if payment.id in self.payments:
            raise ValueError(f"payment {payment.id} is here already")
        self._given[0][payment.id] = payment
        self._ground.keep_payment(payment)
        self._ground.meet([payment.id], self._ground.index.documents_near(payment))
        return self._choose({payment.id}, self._ground.graph.beside({payment.id}, ())[1])

    def add_invoice(self, invoice: Invoice) -> Change:
        """A copy of a document that is here makes no new unit; a declared one comes after its original. Raises ValueError for an id that is here."""
        if invoice.id in self.invoices:
            raise ValueError(f"invoice {invoice.id} is here already")
        self._given[1][invoice.id] = invoice
        document, known = self._ground.keep_invoice(invoice, self.invoices)
        if not known:
            self._ground.meet(self._ground.index.payments_near(invoice), [document])
        return self._choose(self._ground.graph.beside((), {document})[0], {document})

    def take_payment(self, key: str) -> Change:
        """It is settled or gone: as if it had never been here. Raises KeyError for one that is not here or that people confirmed."""
        documents, supplier = self._ground.drop_payment(key)
        del self._given[0][key]
        self._shown.drop(key)
        return self._choose(set(), documents, supplier)

    def take_invoice(self, key: str) -> Change:
        """The same of an invoice; its copies stay. Raises KeyError for one that is not here."""
        invoice = self._given[1].pop(key)
        payments, left = self._ground.drop_invoice(invoice)
        return self._choose(payments, left, frozenset() if left else {invoice.supplier})

    def why_not(self, payments: Set[str]) -> list[Unlinked]:
        """Why these have no link."""
        index = self._ground.index
        documents = {each for key in payments for each in index.documents_near(self._ground.payments[key])}
        scene = self._ground.scene(payments, documents)
        edges = self._ground.edges(scene)
        taken = {at for at, key in enumerate(scene.units.keys) if self._is_taken(key)}
        lines = list(range(len(scene.lines)))
        reasons = why.alone(scene, edges, lines, taken, {})
        return [Unlinked(scene.lines.ids[at], reason) for at, reason in zip(lines, reasons, strict=True)]

    def _is_taken(self, document: Document) -> bool:
        index, graph = self._ground.index, self._ground.graph
        near = graph.beside((), {document})[0] | index.payments_to[index.supplier_of[document]]
        first = self._ground.documents[document][0].id
        return any(first in link.invoices for each in near if (link := self.link_of(each)))

    def refresh(self, memory: Memory | None = None) -> Field:
        """The same pile under a new survey, and what people said since."""
        payments, invoices = self._given
        return Field(payments.values(), invoices.values(), self._rates, memory or self._memory)

    def _choose(
        self, payments: set[str], documents: set[Document], touched: Set[str] = frozenset()
    ) -> Change:
        """Again for what these touch; `touched` are suppliers whose leftovers may be summed up otherwise now."""
        around = region.around(self._ground, payments, documents, touched)
        paid = around.payments | around.spare_payments
        owed = around.documents | around.spare_documents
        if not paid and not owed:
            return Change({})
        beside = self._ground.graph.beside(around.payments, around.documents)
        scene = self._ground.scene(paid | beside[0], owed | beside[1])
        _, found = self._chosen(scene, self._ground.edges(scene), around)
        return Change(self._shown.replace(paid, found))

    def _chosen(self, scene: Scene, edges: stage.Edges, around: Region) -> tuple[board.Choice, list[Link]]:
        units = ground.units(scene)
        choice = board.Board(
            scene, edges,
            _mask(scene.lines.ids, around.payments), _mask(units, around.documents),
            _mask(scene.lines.ids, around.spare_payments), _mask(units, around.spare_documents),
            solving.refused(scene, self._memory),
        ).choose()  # fmt: skip
        lines, chosen = edges.seen.line[choice.matched].tolist(), edges.seen.unit[choice.matched].tolist()
        pairs = [(scene.lines.ids[a], units[b]) for a, b in zip(lines, chosen, strict=True)]
        scores = edges.score[choice.matched].tolist()
        self._ground.graph.settle(around.payments, around.documents, pairs, scores)
        return choice, solving.shown(scene, edges, choice, self._memory, self._ground.payments)


def _mask(all_: Sequence[object], some: Set[object]) -> columns.Bools:
    return np.fromiter((each in some for each in all_), bool, len(all_))

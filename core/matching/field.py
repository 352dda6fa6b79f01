"""A pile that stays solved: a payment or an invoice arrives, and only what it touches is chosen again.

What a pair is worth depends on the pair and on the survey, which is frozen until `refresh`; so after any order of arrivals
the links are those that the whole pile gives under the same survey. What is touched: the newcomer and whom it competes with,
what hangs together with these above even odds, and what is left over of the suppliers in it, where sums are looked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from core.matching import board, columns, solving, stage, why
from core.matching.features import Scene
from core.matching.graph import Graph
from core.matching.index import Document, Index
from core.matching.survey import Survey
from core.matching.values import Invoice, Link, Memory, Payment, Rates, Solution, Unlinked


@dataclass(frozen=True)
class Change:
    """What an arrival did: payments whose link is another now; None for one that lost it."""

    links: dict[str, Link | None]


@dataclass
class _Region:
    """Payments and documents that are chosen for again, and those that are left over beside."""

    payments: set[str]
    documents: set[Document]
    spare_payments: set[str]
    spare_documents: set[Document]


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
        closed = {link.payment for link in self._said}
        self._plant(
            [each for each in listed if each.id not in closed], solving.still_owed(listed, owed, self._said)
        )

    def _plant(self, payments: Sequence[Payment], invoices: Sequence[Invoice]) -> None:
        """The whole pile, chosen for at once."""
        self._links: dict[str, Link] = {}
        self._payments: dict[str, Payment] = {}
        self._documents: dict[Document, list[Invoice]] = defaultdict(list)
        self._document_of: dict[str, Document] = {}
        self._index = Index(self.known)
        self._graph = Graph()
        for invoice in invoices:
            self._keep_invoice(invoice)
        for payment in payments:
            self._keep_payment(payment)
        self._choose(_Region(set(self._payments), set(self._documents), set(), set()), anew=True)

    @property
    def links(self) -> dict[str, Link]:
        """By payment."""
        return {**{link.payment: link for link in self._said}, **self._links}

    def link_of(self, payment: str) -> Link | None:
        return self._links.get(payment)

    @property
    def payments(self) -> Mapping[str, Payment]:
        """All that are here, linked or not."""
        return self._given[0]

    @property
    def invoices(self) -> Mapping[str, Invoice]:
        return self._given[1]

    def add_payment(self, payment: Payment) -> Change:
        """Raises ValueError for one that is here."""
        if payment.id in self._given[0]:
            raise ValueError(f"payment {payment.id} is here already")
        self._given[0][payment.id] = payment
        self._keep_payment(payment)
        documents = self._index.documents_near(payment)
        self._meet([payment.id], documents)
        return self._choose(self._region({payment.id}, self._graph.beside({payment.id}, ())[1]))

    def add_invoice(self, invoice: Invoice) -> Change:
        """A copy of a document that is here makes no new unit; a declared one comes after its original. Raises ValueError for an id that is here."""
        if invoice.id in self._given[1]:
            raise ValueError(f"invoice {invoice.id} is here already")
        self._given[1][invoice.id] = invoice
        document, known = self._keep_invoice(invoice)
        if not known:
            self._meet(self._index.payments_near(invoice), [document])
        return self._choose(self._region(self._graph.beside((), {document})[0], {document}))

    def take_payment(self, key: str) -> Change:
        """It is settled or gone: as if it had never been here. Raises KeyError for one that is not here or that people confirmed."""
        payment = self._payments.pop(key)
        del self._given[0][key]
        documents, payee = self._graph.beside({key}, ())[1], self._index.payee_of.get(key)
        self._index.drop_payment(payment)
        self._graph.drop_payment(key)
        self._links.pop(key, None)
        return self._choose(self._region(set(), documents, {payee} if payee else set()))

    def take_invoice(self, key: str) -> Change:
        """The same of an invoice; its copies stay. Raises KeyError for one that is not here."""
        document = self._document_of.pop(key)
        invoice = self._given[1].pop(key)
        payments = self._graph.beside((), {document})[0]
        left = [each for each in self._documents[document] if each.id != key]
        if left:
            self._documents[document] = left
            return self._choose(self._region(payments, {document}))
        del self._documents[document]
        self._index.drop_document(document, invoice.number)
        self._graph.drop_document(document)
        return self._choose(self._region(payments, set(), {invoice.supplier}))

    def why_not(self, payments: Set[str]) -> list[Unlinked]:
        """Why these have no link."""
        documents = {each for key in payments for each in self._index.documents_near(self._payments[key])}
        scene = self._scene(payments, documents)
        edges = stage.edges(scene).without(solving.refused(scene, self._memory))
        taken = {at for at, key in enumerate(scene.units.keys) if self._is_taken(key)}
        lines = list(range(len(scene.lines)))
        reasons = why.alone(scene, edges, lines, taken, {})
        return [Unlinked(scene.lines.ids[at], reason) for at, reason in zip(lines, reasons, strict=True)]

    def _is_taken(self, document: Document) -> bool:
        near = (
            self._graph.beside((), {document})[0] | self._index.payments_to[self._index.supplier_of[document]]
        )
        first = self._documents[document][0].id
        return any(first in link.invoices for each in near if (link := self._links.get(each)))

    def refresh(self, memory: Memory | None = None) -> Field:
        """The same pile under a new survey, and what people said since."""
        payments, invoices = self._given
        return Field(payments.values(), invoices.values(), self._rates, memory or self._memory)

    def _keep_payment(self, payment: Payment) -> None:
        self._payments[payment.id] = payment
        self._index.keep_payment(payment)

    def _keep_invoice(self, invoice: Invoice) -> tuple[Document, bool]:
        """And whether its document was here."""
        document = columns.document(self._given[1].get(invoice.copy_of or "", invoice))
        known = document in self._documents
        self._document_of[invoice.id] = document
        self._documents[document] = solving.in_order_of_issue([*self._documents[document], invoice])
        if not known:
            self._index.keep_document(document, invoice)
        return document, known

    def _meet(self, payments: Iterable[str], documents: Iterable[Document]) -> None:
        """Notes what these pairs are worth."""
        scene = self._scene(payments, documents)
        edges = stage.edges(scene).without(solving.refused(scene, self._memory))
        self._graph.note(self._pairs_of(scene, edges), edges.score.tolist())

    def _pairs_of(self, scene: Scene, edges: stage.Edges) -> Iterator[tuple[str, Document]]:
        units = self._units_of(scene)
        for line, unit in zip(edges.seen.line.tolist(), edges.seen.unit.tolist(), strict=True):
            yield scene.lines.ids[line], units[unit]

    def _units_of(self, scene: Scene) -> list[Document]:
        return [scene.units.keys[unit] for unit in range(len(scene.units))]

    def _scene(self, payments: Iterable[str], documents: Iterable[Document]) -> Scene:
        paid = solving.in_order(self._payments[each] for each in payments)
        owed = solving.in_order_of_issue(each for document in documents for each in self._documents[document])
        return stage.set_up(stage.pile(paid, owed, self._rates, self.known), self._memory, self.known)

    def _region(
        self, payments: set[str], documents: set[Document], touched: Set[str] = frozenset()
    ) -> _Region:
        """Grows until no weak pair of a touched supplier stands outside."""
        while True:
            paid, owed = self._graph.component(payments, documents)
            suppliers = {self._index.supplier_of[each] for each in owed} | touched
            suppliers |= {payee for each in paid if (payee := self._index.payee_of.get(each))}
            near_paid = {each for supplier in suppliers for each in self._index.payments_to[supplier]}
            near_owed = {each for supplier in suppliers for each in self._index.documents_of[supplier]}
            weak = {each for each in near_paid - paid if each in self._graph.weak}
            weak |= {a for a, b in self._graph.weak.items() if b in near_owed - owed}
            if not weak - paid:
                sure = self._graph.sure
                return _Region(paid, owed, near_paid - paid - sure[0], near_owed - owed - sure[1])
            payments, documents = paid | weak, owed

    def _choose(self, region: _Region, *, anew: bool = False) -> Change:
        paid, owed = region.payments | region.spare_payments, region.documents | region.spare_documents
        if not paid and not owed:
            return Change({})
        beside = (set(), set()) if anew else self._graph.beside(region.payments, region.documents)
        scene = self._scene(paid | beside[0], owed | beside[1])
        edges = stage.edges(scene).without(solving.refused(scene, self._memory))
        units = self._units_of(scene)
        if anew:
            self._graph.note(self._pairs_of(scene, edges), edges.score.tolist())
        table = board.Board(
            scene, edges,
            _mask(scene.lines.ids, region.payments), _mask(units, region.documents),
            _mask(scene.lines.ids, region.spare_payments), _mask(units, region.spare_documents),
            solving.refused(scene, self._memory),
        )  # fmt: skip
        choice = table.choose()
        lines, chosen = edges.seen.line[choice.matched].tolist(), edges.seen.unit[choice.matched].tolist()
        pairs = [(scene.lines.ids[a], units[b]) for a, b in zip(lines, chosen, strict=True)]
        self._graph.settle(region.payments, region.documents, pairs, edges.score[choice.matched].tolist())
        found = solving.shown(scene, edges, choice, self._memory, self._payments)
        if anew:
            left = solving.alone(scene, edges, choice, found)
            self.planted = Solution([*self._said, *found], left)
        return self._replace(paid, found)

    def _replace(self, payments: set[str], found: list[Link]) -> Change:
        by_payment = {link.payment: link for link in found}
        before = {each: self._links.get(each) for each in payments}
        changed = {each: by_payment.get(each) for each in payments if before[each] != by_payment.get(each)}
        for each, link in changed.items():
            if link is None:
                del self._links[each]
            else:
                self._links[each] = link
        return Change(changed)


def _mask(all_: Sequence[object], some: Set[object]) -> columns.Bools:
    return np.fromiter((each in some for each in all_), bool, len(all_))

"""What lies on a field: payments, documents of one or several copies, who is near whom, and what pairs are worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from core.matching import columns, purchases, solving, stage
from core.matching.features import Scene
from core.matching.graph import Graph
from core.matching.index import Document, Index
from core.matching.survey import Survey
from core.matching.values import Invoice, Memory, Payment, Rates


class Ground:
    """Of one workspace. `known`, the survey, stays as it is."""

    def __init__(self, rates: Rates, memory: Memory, known: Survey) -> None:
        self.payments: dict[str, Payment] = {}
        self.documents: dict[Document, list[Invoice]] = defaultdict(list)
        self.document_of: dict[str, Document] = {}
        self.index, self.graph = Index(known), Graph()
        self.memory = memory
        self._rates, self._known = rates, known

    def keep_payment(self, payment: Payment) -> None:
        self.payments[payment.id] = payment
        self.index.keep_payment(payment)

    def keep_invoice(self, invoice: Invoice, given: Mapping[str, Invoice]) -> tuple[Document, bool]:
        """Its document, and whether that was here; `given` are all invoices by id, of which it may be a declared copy."""
        document = columns.document(given.get(invoice.copy_of or "", invoice))
        known = document in self.documents
        self.document_of[invoice.id] = document
        self.documents[document] = solving.in_order_of_issue([*self.documents[document], invoice])
        if not known:
            self.index.keep_document(document, invoice)
        return document, known

    def drop_payment(self, key: str) -> tuple[set[Document], set[str]]:
        """As if it had never been here; the documents that it competed for, and its supplier if one is known. Raises KeyError."""
        payment = self.payments.pop(key)
        documents, payee = self.graph.beside({key}, ())[1], self.index.payee_of.get(key)
        self.index.drop_payment(payment)
        self.graph.drop_payment(key)
        return documents, {payee} if payee else set()

    def drop_invoice(self, invoice: Invoice) -> tuple[set[str], set[Document]]:
        """The same of an invoice: the payments that competed for its document, and that document while copies of it stay."""
        document = self.document_of.pop(invoice.id)
        payments = self.graph.beside((), {document})[0]
        copies = [each for each in self.documents[document] if each.id != invoice.id]
        if copies:
            self.documents[document] = copies
            return payments, {document}
        del self.documents[document]
        self.index.drop_document(document, invoice.number)
        self.graph.drop_document(document)
        return payments, set()

    def scene(self, payments: Iterable[str], documents: Iterable[Document]) -> Scene:
        paid = solving.in_order(self.payments[each] for each in payments)
        owed = solving.in_order_of_issue(each for document in documents for each in self.documents[document])
        return stage.set_up(stage.pile(paid, owed, self._rates, self._known), self.memory, self._known)

    def edges(self, scene: Scene) -> stage.Edges:
        """Its pairs, without those that people refused."""
        return stage.edges(scene).without(solving.refused(scene, self.memory))

    def meet(self, payments: Iterable[str], documents: Iterable[Document]) -> None:
        """Notes what these pairs are worth."""
        scene = self.scene(payments, documents)
        self.note(scene, self.edges(scene))

    def note(self, scene: Scene, edges: stage.Edges) -> None:
        before = purchases.before(scene, edges)
        self.graph.note(_pairs(scene, edges), edges.score.tolist(), before.tolist())


def units(scene: Scene) -> list[Document]:
    return [scene.units.keys[unit] for unit in range(len(scene.units))]


def _pairs(scene: Scene, edges: stage.Edges) -> Iterator[tuple[str, Document]]:
    documents = units(scene)
    for line, unit in zip(edges.seen.line.tolist(), edges.seen.unit.tolist(), strict=True):
        yield scene.lines.ids[line], documents[unit]

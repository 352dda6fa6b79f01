"""What an arrival touches: whom it competes with, what hangs together with these, and what is left over of their suppliers."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from core.matching.ground import Ground
from core.matching.index import Document


@dataclass(frozen=True)
class Region:
    """Payments and documents that are chosen for again, and those that are left over beside, where sums are looked for."""

    payments: Set[str]
    documents: Set[Document]
    spare_payments: Set[str] = field(default_factory=frozenset)
    spare_documents: Set[Document] = field(default_factory=frozenset)


def around(
    ground: Ground, payments: set[str], documents: set[Document], touched: Set[str] = frozenset()
) -> Region:
    """Grows until no weak pair of a touched supplier stands outside. `touched` are suppliers besides those of the documents."""
    graph, index = ground.graph, ground.index
    while True:
        paid, owed = graph.component(payments, documents)
        suppliers = {index.supplier_of[each] for each in owed} | touched
        suppliers |= {payee for each in paid if (payee := index.payee_of.get(each))}
        near_paid = {each for supplier in suppliers for each in index.payments_to[supplier]}
        near_owed = {each for supplier in suppliers for each in index.documents_of[supplier]}
        weak = {each for each in near_paid - paid if each in graph.weak}
        weak |= {a for a, b in graph.weak.items() if b in near_owed - owed}
        if not weak - paid:
            sure = graph.sure
            return Region(paid, owed, near_paid - paid - sure[0], near_owed - owed - sure[1])
        payments, documents = paid | weak, owed

"""Where an arrival looks for what it may belong to: cores by their words, documents by number and supplier."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Hashable, Iterable

from core.matching import blocking, labels, names, places, spoken
from core.matching.columns import Tokens
from core.matching.survey import Survey
from core.matching.values import Invoice, Payment

Document = Hashable
#: Days around an invoice in which a payment may be its.
AROUND = blocking.WINDOW[-1] + labels.LONGEST_BOOKING
_Day = tuple[int, str]


class Index:
    """`payee_of` is the one supplier that a payment names; `supplier_of` that of a document."""

    def __init__(self, known: Survey) -> None:
        self._known = known
        self._of_core: dict[Tokens, list[_Day]] = defaultdict(list)
        self._of_piece: dict[str, set[Tokens]] = defaultdict(set)
        self._saying: dict[str, list[str]] = defaultdict(list)
        self._numbered: dict[str, list[Document]] = defaultdict(list)
        self._names: dict[str, tuple[str, ...]] = {}
        self._newcomers: names.Book | None = None
        self._payees: dict[Tokens, str | None] = {}
        self.supplier_of: dict[Document, str] = {}
        self.payee_of: dict[str, str] = {}
        self.payments_to: dict[str, set[str]] = defaultdict(set)
        self.documents_of: dict[str, set[Document]] = defaultdict(set)

    def keep_payment(self, payment: Payment) -> None:
        cores, words = self._read(payment)
        for core in cores:
            if core not in self._of_core:
                for piece in _pieces(core):
                    self._of_piece[piece].add(core)
            insort(self._of_core[core], (payment.booked_on.toordinal(), payment.id))
        for word in words:
            self._saying[word].append(payment.id)
        payee = self._payee(cores)
        if payee is not None:
            self.payee_of[payment.id] = payee
            self.payments_to[payee].add(payment.id)

    def drop_payment(self, payment: Payment) -> None:
        cores, words = self._read(payment)
        for core in cores:
            self._of_core[core].remove((payment.booked_on.toordinal(), payment.id))
        for word in words:
            self._saying[word].remove(payment.id)
        if payment.id in self.payee_of:
            self.payments_to[self.payee_of.pop(payment.id)].remove(payment.id)

    def keep_document(self, document: Document, invoice: Invoice) -> None:
        self.supplier_of[document] = invoice.supplier
        self.documents_of[invoice.supplier].add(document)
        self._numbered[labels.compact(invoice.number)].append(document)
        told = self._names.get(invoice.supplier, ())
        self._names[invoice.supplier] = tuple(dict.fromkeys([*told, *invoice.supplier_names]))
        if invoice.supplier not in self._known.names:
            self._newcomers = self._known.newcomers(self._names)

    def drop_document(self, document: Document, number: str) -> None:
        self.documents_of[self.supplier_of.pop(document)].remove(document)
        self._numbered[labels.compact(number)].remove(document)

    def documents_near(self, payment: Payment) -> set[Document]:
        """Those that the payment says, and those of suppliers that it may name."""
        cores, words = self._read(payment)
        found = {each for word in words for each in self._numbered.get(word, ())}
        for core in cores:
            for supplier in self._suppliers(core):
                found |= self.documents_of.get(supplier, set())
        return found

    def payments_near(self, invoice: Invoice) -> set[str]:
        """Those that say its number, and those around its day that may name its supplier."""
        found = set(self._saying.get(labels.compact(invoice.number), ()))
        day = invoice.issued_on.toordinal()
        for core in self._cores_naming(invoice.supplier):
            days = self._of_core[core]
            found |= {
                each
                for _, each in days[
                    bisect_left(days, (day - AROUND, "")) : bisect_right(days, (day + AROUND, "~"))
                ]
            }
        return found

    def _cores_naming(self, supplier: str) -> Iterable[Tokens]:
        named = [names.name_tokens(each) for each in self._names[supplier]]
        near = {
            core for tokens in named for piece in _pieces(tokens) for core in self._of_piece.get(piece, ())
        }
        near |= {
            core
            for core, several in self._known.by_core.items()
            if any(each == supplier for each, _ in several)
        }
        return [core for core in sorted(near) if core in self._of_core and supplier in self._suppliers(core)]

    def _suppliers(self, core: Tokens) -> set[str]:
        """Whom a core names or is an alias of, newcomers too."""
        found = {supplier for supplier, _ in self._known.book.ranked(core)}
        found |= {supplier for supplier, _ in self._known.by_core.get(core, ())}
        return (
            found | {supplier for supplier, _ in self._newcomers.ranked(core)} if self._newcomers else found
        )

    def _read(self, payment: Payment) -> tuple[list[Tokens], list[str]]:
        """Whom a payment names, and its words that may be a document's number."""
        shape, words = spoken.words_of(payment)
        cores = [places.without(shape.tokens, self._known.places)]
        return cores + ([labels.tokens_of(payment.counterparty)] if payment.counterparty else []), words

    def _payee(self, cores: list[Tokens]) -> str | None:
        for core in cores:
            if core not in self._payees:
                self._payees[core] = self._known.payee(core)
        return next((payee for core in cores if (payee := self._payees[core]) is not None), None)


def _pieces(tokens: Tokens) -> set[str]:
    """What two names have in common when one may name the other: a word, a word's start, a word's bones."""
    whole = "".join(tokens)
    starts = {whole[at : at + names.SHORTEST] for at in _edges(tokens)}
    return starts | set(tokens) | {names.bones(each) for each in tokens}


def _edges(tokens: Tokens) -> list[int]:
    at, edges = 0, []
    for token in tokens:
        edges.append(at)
        at += len(token)
    return edges

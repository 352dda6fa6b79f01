"""Whose Invoice a Payment waits for, from its label alone: what suppliers are called there, and what people confirmed before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from core.ledger import gaps
from core.matching import bankwords, labels, names, values

#: Channels on which the bank itself takes money, or the company moves its own: nobody sends an invoice for these.
_NO_PURCHASE = {bankwords.CASH: "internal", bankwords.INTERNAL: "internal", bankwords.FEE: "bank_fee"}


def core(label: str) -> str:
    """What is left of a label without digits, dates, bank words and legal forms; the label itself when nothing is."""
    return " ".join(_shape(label).tokens) or label.casefold().strip() or "?"


def no_purchase(label: str) -> str | None:
    """Why nobody owes an Invoice for such a line (`gaps.NEEDS_NONE`), or None. Where a payee is named, somebody may."""
    shape = _shape(label)
    why = _NO_PURCHASE.get(shape.channel)
    return why if why and not shape.tokens and why in gaps.NEEDS_NONE else None


class Guide:
    """Names the supplier of a core: what people confirmed before counts most, then the names of `known`, those with an account first."""

    def __init__(
        self,
        known: Mapping[str, tuple[str, ...]],
        history: Iterable[values.Confirmation] = (),
        ours: Collection[str] = (),
    ) -> None:
        self._suppliers = sorted(known, key=lambda one: (one not in ours, one))
        self._ours = set(ours)
        self._book = names.Book([_called(known[one]) for one in self._suppliers])
        self._confirmed = _aliases(history)
        self._found: dict[str, str | None] = {}

    def of(self, core: str) -> str | None:
        if core not in self._found:
            self._found[core] = self._confirmed.get(core) or self._named(core)
        return self._found[core]

    def _named(self, core: str) -> str | None:
        """The surest name that is at least a whole one within the core; of two as sure, only one with an account."""
        found = self._book.named_by(tuple(core.split()))
        best = max(found.values(), default=names.NOTHING)
        if best < names.WITHIN:
            return None
        likely = [self._suppliers[at] for at, level in sorted(found.items()) if level == best]
        mine = [one for one in likely if one in self._ours]
        return likely[0] if len(likely) == 1 else mine[0] if len(mine) == 1 else None


def _called(said: Iterable[str]) -> tuple[str, ...]:
    """A bank label as it is declared may hold the bank's own words."""
    plain = (" ".join(_shape(one).tokens) for one in said)
    return tuple(dict.fromkeys(one for one in plain if one))


def _aliases(history: Iterable[values.Confirmation]) -> Mapping[str, str]:
    """What a core was confirmed to be, more often than anything was refused for it."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for one in history:
        said[one.core][one.supplier] += 1 if one.agreed else -1
    best = {core: max(count.items(), key=lambda each: each[1]) for core, count in said.items()}
    return {core: supplier for core, (supplier, times) in best.items() if times > 0}


def _shape(label: str) -> labels.Shape:
    return labels.read(labels.shape_of(labels.plain(label)))

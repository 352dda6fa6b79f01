"""Whose Invoice a Payment waits for, from its label alone: what people confirmed before, then how suppliers call themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from core import matching
from core.matching import names, values

#: By supplier, how it calls itself and what it is called on bank lines, as its collector declares it.
Names = Mapping[str, tuple[str, ...]]


def core(label: str) -> str:
    """What is learned from: the label without digits, dates, bank words and legal forms; the label itself when nothing is left."""
    return matching.core_of(label) or label.casefold().strip() or "?"


def called(said: Iterable[str | None]) -> tuple[str, ...]:
    """Names as labels would say them: a bank label as it is declared may hold the bank's own words."""
    return tuple(dict.fromkeys(matching.core_of(one) or one for one in said if one))


def of_invoice(supplier: str, seller: str | None, known: Names) -> tuple[str, tuple[str, ...]]:
    """Who sells, and all its names; of what was brought, the name on the paper."""
    if supplier in known:
        return supplier, called([*known[supplier], seller])
    return seller or supplier, called([seller or supplier])


class Guide:
    """Names the supplier of a core; of two that it may be, the one that we have an account with."""

    def __init__(
        self,
        known: Names,
        history: Iterable[values.Confirmation] = (),
        ours: Collection[str] = (),
    ) -> None:
        self._ours = set(ours)
        self._book = names.Book({supplier: called(said) for supplier, said in known.items()})
        self._confirmed = _confirmed(history)
        self._found: dict[str, str | None] = {}

    def of(self, core: str) -> str | None:
        if core not in self._found:
            self._found[core] = self._confirmed.get(core) or self._named(core)
        return self._found[core]

    def _named(self, core: str) -> str | None:
        """By a whole name within the core, the surest one."""
        ranked = self._book.ranked(tuple(core.split()))
        if not ranked or ranked[0][1] < names.WITHIN:
            return None
        likely = [supplier for supplier, level in ranked if level == ranked[0][1]]
        mine = [supplier for supplier in likely if supplier in self._ours]
        if len(likely) == 1 or len(mine) == 1:
            return (mine or likely)[0]
        return None


def _confirmed(history: Iterable[values.Confirmation]) -> Mapping[str, str]:
    """What a core was confirmed to be, more often than that was refused."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for one in history:
        said[one.core][one.supplier] += 1 if one.agreed else -1
    best = {core: max(count.items(), key=lambda each: each[1]) for core, count in said.items()}
    return {core: supplier for core, (supplier, times) in best.items() if times > 0}

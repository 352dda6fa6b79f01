"""How surely a core names a supplier, for every core and supplier that have anything in common, as one sorted table."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.matching import bankwords, labels
from core.matching.columns import Ints, Tokens

#: Levels, surer upwards: letters in common; a name's start; the label breaks off within the name; the name and more; the name.
NOTHING, FAINT, PART, CUT, WITHIN, WHOLE = range(6)
#: A supplier that is in the book, and none of whose invoices is here.
ELSEWHERE = -2
#: Fewer letters than these say nothing when they are not the whole of a word.
SHORTEST = 4
#: Names that start alike, and names that share a word, beyond which the start and the word say nothing.
CROWD, COMMON = 60, 200
_VOWELS = str.maketrans("", "", "AEIOUY")


@dataclass
class Table:
    """`level` by core x supplier; `best` is each core's surest level, `second` the surest level of another supplier than its best."""

    suppliers: int
    keys: Ints
    levels: Ints
    best: Ints
    favourite: Ints
    second: Ints

    def level(self, core: Ints, supplier: Ints) -> Ints:
        """A core of -1 names nobody."""
        if not len(self.keys):
            return np.zeros(len(core), np.int64)
        wanted = core * self.suppliers + supplier
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where((self.keys[at] == wanted) & (core >= 0), self.levels[at], NOTHING)

    def rival(self, core: Ints, supplier: Ints) -> Ints:
        """The surest level at which the core names another."""
        if not len(self.best):
            return np.zeros(len(core), np.int64)
        other = np.where(self.favourite[core] == supplier, self.second[core], self.best[core])
        return np.where(core >= 0, other, NOTHING)


def table(
    cores: Sequence[Tokens], suppliers: Sequence[str], book: Book, newcomers: Book | None = None
) -> Table:
    """Every core against `suppliers`; rivals are looked for in the whole book, never among the newcomers."""
    here = {name: at for at, name in enumerate(suppliers)}
    keys, levels = [], []
    best, favourite, second = (np.zeros(len(cores), np.int64) for _ in range(3))
    favourite -= 1
    for core, tokens in enumerate(cores):
        ranked = book.ranked(tokens)
        new = newcomers.ranked(tokens) if newcomers else []
        found = sorted((here[name], level) for name, level in [*ranked, *new] if name in here)
        keys += [core * len(suppliers) + at for at, _ in found]
        levels += [level for _, level in found]
        if ranked:
            favourite[core], best[core] = here.get(ranked[0][0], ELSEWHERE), ranked[0][1]
            second[core] = ranked[1][1] if len(ranked) > 1 else NOTHING
    return Table(
        len(suppliers), np.array(keys, np.int64), np.array(levels, np.int64), best, favourite, second
    )


class Book:
    """The names of all suppliers, indexed by how a label may begin one."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], like: Book | None = None) -> None:
        """Words weigh as they do in `like`, where it is given."""
        self._called: dict[str, list[str]] = defaultdict(list)
        self._sorted: list[tuple[str, str]] = []
        self._by_token: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._by_bones: dict[str, set[str]] = defaultdict(set)
        self._named: list[tuple[str, Tokens]] = []
        self._ranked: dict[Tokens, list[tuple[str, int]]] = {}
        spelled = {(supplier, name_tokens(name)) for supplier, several in names.items() for name in several}
        self._heard = Counter(
            token for _, token in {(one, token) for one, tokens in spelled for token in tokens}
        )
        self._suppliers = max(1, len(names))
        if like:
            self._heard, self._suppliers = like._heard, like._suppliers
        for supplier, tokens in sorted(spelled):
            self._add(supplier, tokens)
        self._sorted.sort()

    def ranked(self, core: Tokens) -> list[tuple[str, int]]:
        """Suppliers that this core may name, surest first."""
        if core not in self._ranked:
            self._ranked[core] = sorted(self.named_by(core).items(), key=lambda each: (-each[1], each[0]))
        return self._ranked[core]

    def _add(self, supplier: str, tokens: Tokens) -> None:
        whole = "".join(tokens)
        if not whole:
            return
        self._called[whole].append(supplier)
        self._sorted.append((whole, supplier))
        for token in set(tokens):
            self._by_token[token].append((supplier, len(self._named)))
            if SHORTEST <= len(bones(token)) < len(token):
                self._by_bones[bones(token)].add(supplier)
        self._named.append((supplier, tokens))

    def named_by(self, core: Tokens) -> dict[str, int]:
        """Each supplier that this core may name, and how surely."""
        found: dict[str, int] = defaultdict(int)
        for supplier, level in itertools.chain(self._starts(core), self._words(core), self._bones(core)):
            found[supplier] = max(found[supplier], level)
        return found

    def _starts(self, core: Tokens) -> Iterator[tuple[str, int]]:
        """Read on from each of the core's words, as one word: SP MONVEL SOLU is a start of Monvel Solutions."""
        ends = list(itertools.accumulate(map(len, core), initial=0))
        whole = "".join(core)
        for start in ends[:-1]:
            rest = whole[start:]
            for supplier in self._called.get(rest, ()):
                yield supplier, WHOLE if self._opens(whole[:start]) else WITHIN
            for end in ends[:-1]:
                for supplier in self._called.get(whole[start:end], ()) if end > start else ():
                    yield supplier, WITHIN
            if len(rest) >= SHORTEST:
                yield from self._begun(rest)

    def _begun(self, rest: str) -> Iterator[tuple[str, int]]:
        """Names that break off where the label does; names that begin alike."""
        cut = CUT if rest not in bankwords.GENERIC else FAINT
        yield from ((supplier, cut) for name, supplier in self._starting(rest) if name != rest)
        alike = rest[: max(6, math.ceil(0.6 * len(rest)))]
        if len(alike) < len(rest):
            yield from ((supplier, PART) for _, supplier in self._starting(alike))

    def _starting(self, start: str) -> list[tuple[str, str]]:
        """Of too many that start alike none is meant."""
        first = bisect.bisect_left(self._sorted, (start, ""))
        last = bisect.bisect_left(self._sorted, (start + "~", ""))
        return self._sorted[first:last] if last - first <= CROWD else []

    @staticmethod
    def _opens(before: str) -> bool:
        return not before or before in bankwords.PROVIDERS

    def _words(self, core: Tokens) -> Iterator[tuple[str, int]]:
        """Whole words in common, weighed by how few suppliers have them."""
        shared: dict[int, float] = defaultdict(float)
        for token in set(core):
            if len(token) > 1 and len(self._by_token.get(token, ())) <= COMMON:
                for _, named in self._by_token.get(token, ()):
                    shared[named] += self._weight(token)
        for named, weight in shared.items():
            supplier, tokens = self._named[named]
            share = weight / sum(map(self._weight, set(tokens)))
            if share >= 0.99:
                yield supplier, WITHIN
            elif share >= 0.4 and weight >= 2:
                yield supplier, CUT if share >= 0.6 else PART
            elif weight >= 2:
                yield supplier, FAINT

    def _bones(self, core: Tokens) -> Iterator[tuple[str, int]]:
        for token in core:
            for supplier in self._by_bones.get(token, ()):
                yield supplier, FAINT

    def _weight(self, token: str) -> float:
        rare = math.log((1 + self._suppliers) / max(1, self._heard[token])) + 0.5
        return rare * (0.15 if token in bankwords.GENERIC else 1)


def bones(token: str) -> str:
    """A word without its vowels, as banks shorten it: AMZN."""
    return token[:1] + token[1:].translate(_VOWELS)


def name_tokens(name: str) -> Tokens:
    """A company's name as labels would say it: without legal form, articles and bank words, where something is left."""
    tokens = labels.tokens_of(name)
    said = tuple(token for token in tokens if token not in bankwords.BANK_WORDS)
    return said or tokens

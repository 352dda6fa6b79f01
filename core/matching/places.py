"""Words that stand at either end of many payees' labels: a bank prints the shop's town before or after its name.

They are found, not listed: a word is a place where most of what stands beside it is also met without it, or with other such words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set

from core.matching import bankwords

Tokens = tuple[str, ...]
FEWEST = 5
SHARE = 0.5


def of(seen: Iterable[Tokens], names: Set[str] = frozenset()) -> frozenset[str]:
    """The places among these labels' words, each prefixed by the end that it stands at. A word of `names` is none."""
    beside: dict[str, set[Tokens]] = defaultdict(set)
    ends: dict[Tokens, set[str]] = defaultdict(set)
    whole = set(seen)
    for tokens in whole:
        if len(tokens) > 1:
            for end, rest in (("<" + tokens[0], tokens[1:]), (">" + tokens[-1], tokens[:-1])):
                if end[1:] not in bankwords.PROVIDERS and end[1:] not in names:
                    beside[end].add(rest)
                    ends[rest].add(end)
    many = {end for end, rests in beside.items() if len(rests) >= FEWEST}

    def elsewhere(end: str) -> float:
        rests = beside[end]
        met = sum(rest in whole or len(ends[rest] & many) > 1 for rest in rests)
        return met / len(rests)

    def fuller(end: str) -> bool:
        """A shop in eight towns is beside eight words too; each of these towns is beside many shops."""
        before = end[0] == "<"
        across = [">" + rest[-1] if before else "<" + rest[0] for rest in beside[end]]
        partners = sorted(len(beside.get(other, ())) for other in across)
        return len(beside[end]) > partners[len(partners) // 2]

    return frozenset(end for end in many if elsewhere(end) >= SHARE and fuller(end))


def without(tokens: Tokens, places: frozenset[str]) -> Tokens:
    """The core: the tokens without places, legal forms, and with something left."""
    left = list(tokens)
    while len(left) > 1 and "<" + left[0] in places:
        left.pop(0)
    while len(left) > 1 and ">" + left[-1] in places:
        left.pop()
    named = [token for token in left if token not in bankwords.LEGAL_FORMS]
    return tuple(named or left)

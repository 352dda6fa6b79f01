"""One page as a person looks at it: what of it is seen, and every word with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core import nouns
from core.extraction.lines import Word


@dataclass(frozen=True, slots=True)
class Leaf:
    """`seen` is the part of the page that a picture shows, in the points of its words; `of` counts the document's pages."""

    of: int
    seen: nouns.Box
    words: tuple[Word, ...]


def packed(leaf: Leaf) -> dict[str, Any]:
    return asdict(leaf)


def unpacked(said: Mapping[str, Any]) -> Leaf:
    """What a child said, as a Leaf; anything of another shape raises, and its sender is not believed."""
    return Leaf(int(said["of"]), _box(said["seen"]), tuple(map(_word, said["words"])))


def _word(said: Mapping[str, Any]) -> Word:
    box = _box(said)
    return Word(str(said["text"]), box.page, box.x0, box.top, box.x1, box.bottom)


def _box(said: Mapping[str, Any]) -> nouns.Box:
    x0, top, x1, bottom = (float(said[side]) for side in ("x0", "top", "x1", "bottom"))
    return nouns.Box(int(said["page"]), x0, top, x1, bottom)

"""Which of the ways that a file declares are still open. A later one in use, with the first gone, is how a redesign begins.

Only what is declared in several ways is looked at: `see = [a, b]`, `items = [a, b]`, `at = [a, b]`, `url = [a, b]`. Nothing here asks anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from collectors.kit import paths, reading, templates
from collectors.kit.declared import Manifest
from collectors.kit.declared_lists import Lines, Spot
from core.nouns import Listed

#: What people call the sign at the end of a sign-in, and the fetching of a document.
DONE, DOCUMENT = "the sign that we are in", "the document"


def forks(manifest: Manifest) -> frozenset[str]:
    """The steps that this file knows more than one way for."""
    found: set[str] = set()
    if manifest.login:
        pages = (state for state in manifest.login.states if not state.outcome)
        found |= {page.name for page in pages if len(page.sign.see) > 1}
        found |= {DONE} if len(manifest.login.done.see) > 1 else set()
    for lines, step in ((manifest.contracts, "contracts"), (manifest.list, "the list")):
        found |= set(_forks(lines, step)) if lines else set()
    return frozenset(found | ({DOCUMENT} if _is_forked(manifest) else set()))


def _forks(spec: Lines, step: str) -> Iterator[str]:
    if len(spec.items) > 1:
        yield step
    yield from (f"{spot.name} in {step}" for spot in _forked(spec))


def of_answer(spec: Lines, body: Any, step: str) -> Iterator[tuple[str, int]]:
    """Of a list's answer: the first of its places that holds lines, and of each value in several places the first that has one."""
    forked = _forked(spec)
    if body is None or not (forked or len(spec.items) > 1):
        return
    lines = [_lines(spec, body, path) for path in spec.items]
    full = [place for place, found in enumerate(lines) if found]
    if full and len(lines) > 1:
        yield step, full[0]
    every = [line for found in lines for line in found]
    for spot in forked:
        place = _first(spot, every, step)
        if place is not None:
            yield f"{spot.name} in {step}", place


def of_document(manifest: Manifest, lines: Iterable[Listed]) -> int | None:
    """The first address that a line can fill. Old invoices may have another way of their own: as long as one line has the usual way, it is open."""
    if not _is_forked(manifest) or manifest.document is None:
        return None
    optional = set(manifest.list.spots) if manifest.list else set()
    needed = [templates.names(url) & optional for url in manifest.document.urls]
    held = [set(line.fetch) for line in lines]
    return next((place for place, names in enumerate(needed) if any(names <= each for each in held)), None)


def _is_forked(manifest: Manifest) -> bool:
    return manifest.document is not None and len(manifest.document.urls) > 1


def _forked(spec: Lines) -> list[Spot]:
    return [spot for spot in spec.spots.values() if len(spot.at) > 1]


def _lines(spec: Lines, body: Any, path: str) -> Sequence[Any]:
    if spec.in_html:
        return list(body.css(path))
    try:
        found = paths.walk(body, path)
    except paths.Absent:
        return []
    return [line for each in found for line in (each if isinstance(each, list) else [each])]


def _first(spot: Spot, lines: Sequence[Any], step: str) -> int | None:
    ways = [replace(spot, at=(f"{place.rstrip('?')}?",)) for place in spot.at]
    for place, way in enumerate(ways):
        if any(reading.value(way, line, step) is not None for line in lines):
            return place
    return None

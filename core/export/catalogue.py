"""The kinds of destinations that there are, one line each, as the page offers them."""

from __future__ import annotations

from core.export import folder, kinds, xero

KINDS: tuple[kinds.Kind, ...] = (
    xero.KIND,
    folder.KIND,
)


def every() -> tuple[kinds.Kind, ...]:
    return KINDS


def known(kind_id: str) -> kinds.Kind | None:
    return next((one for one in KINDS if one.id == kind_id), None)

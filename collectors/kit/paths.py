"""Where a value stands in a JSON answer: `data.invoices`, `bills.*.lines`, `documents.0.id`.

A name goes into an object, a number into an array (`-1` is its last), `*` into every value of either. A trailing `?` lets the value
be missing or null.
"""

from __future__ import annotations

from typing import Any


class Absent(LookupError):
    """The path leads nowhere in this answer; the argument is how far it went."""


def one_at(body: Any, path: str) -> Any:
    """The first value at `path`, or None where a `?` allows it. Raises Absent."""
    return next(iter(walk(body, path)), None)


def walk(body: Any, path: str) -> list[Any]:
    """The values at `path`, arrays left whole. Raises Absent."""
    bare, optional = unmarked(path)
    values, gone = [body], ""
    for name in (part for part in bare.split(".") if part):
        try:
            values = [inner for value in values for inner in _step(value, name)]
        except LookupError:
            if optional:
                return []
            raise Absent(f"{gone}{name}") from None
        gone += f"{name}."
    return [value for value in values if value is not None] if optional else values


def unmarked(path: str) -> tuple[str, bool]:
    """The path without its `?`, and whether it had one."""
    return path.removesuffix("?").strip(), path.endswith("?")


def _step(value: Any, name: str) -> list[Any]:
    if name == "*":
        if not isinstance(value, dict | list):
            raise LookupError
        return list(value.values()) if isinstance(value, dict) else value
    if isinstance(value, list) and name.removeprefix("-").isdigit():
        return [value[int(name)]]
    if isinstance(value, dict):
        return [value[name]]
    raise LookupError

"""Texts with `{names}` in them. In an address a value is percent-encoded; `{+name}`, or a name that opens it, goes in as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

NAME = re.compile(r"\{(\+?)([A-Za-z_][\w.]*)\}")


def names(value: Any) -> set[str]:
    """Every name in a text, or anywhere in a JSON-like value."""
    if isinstance(value, str):
        return {found[2] for found in NAME.finditer(value)}
    if isinstance(value, Mapping):
        return set().union(*(names(each) for each in value.values()))
    return set().union(*(names(each) for each in value)) if isinstance(value, list | tuple) else set()


def first(among: Sequence[str], fields: Mapping[str, str]) -> str:
    """Of several addresses, the first that names no field which is empty; else the last."""
    return next((each for each in among if all(fields.get(name) != "" for name in names(each))), among[-1])


def text(template: str, values: Mapping[str, Any]) -> str:
    """Raises KeyError for a name without a value."""
    return NAME.sub(lambda found: str(values[found[2]]), template)


def url(template: str, values: Mapping[str, Any]) -> str:
    """An address. A parameter that is nothing but an empty value is left out. Raises KeyError for a name without a value."""

    def put(found: re.Match[str]) -> str:
        value = str(values[found[2]])
        return value if found[1] or found.start() == 0 else quote(value, safe="")

    return NAME.sub(put, _without_empty(template, values))


def tree(template: Any, values: Mapping[str, Any]) -> Any:
    """A JSON-like value; a text that is one name alone becomes the value itself, and a key whose value is empty is left out."""
    if isinstance(template, str):
        alone = NAME.fullmatch(template)
        return values[alone[2]] if alone else text(template, values)
    if isinstance(template, Mapping):
        return {key: tree(each, values) for key, each in template.items() if not _is_empty(each, values)}
    return [tree(each, values) for each in template] if isinstance(template, list) else template


def _without_empty(template: str, values: Mapping[str, Any]) -> str:
    head, mark, query = template.partition("?")
    kept = [part for part in query.split("&") if not _is_empty(part.partition("=")[2], values)]
    return head + (mark if kept else "") + "&".join(kept)


def _is_empty(template: Any, values: Mapping[str, Any]) -> bool:
    alone = NAME.fullmatch(template) if isinstance(template, str) else None
    return bool(alone) and values[alone[2]] in ("", None)  # type: ignore[index]

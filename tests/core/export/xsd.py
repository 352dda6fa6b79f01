"""Just enough of XML Schema to ask of JSON whether a schema knows its fields, their types and the words they may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_XS = "{http://www.w3.org/2001/XMLSchema}"
_NUMBERS = {"decimal", "int", "integer", "long", "positiveInteger", "float", "double"}


class Schema:
    """All that the files of a folder define."""

    def __init__(self, folder: Path) -> None:
        roots = [ElementTree.parse(file).getroot() for file in sorted(folder.glob("*.xsd"))]  # noqa: S314 - a file that whoever runs the tests has named
        self._named = {
            one.get("name", ""): one
            for root in roots
            for one in root
            if one.tag in (f"{_XS}complexType", f"{_XS}simpleType", f"{_XS}group")
        }
        self._elements = {one.get("name", ""): one for root in roots for one in root.findall(f"{_XS}element")}

    def problems(self, type_: str, value: Any, at: str = "") -> Iterator[str]:
        """What a value of this type may not say; `at` is where it stands."""
        at = at or type_
        name = type_.rpartition(":")[2]
        definition = self._named.get(name) if not type_.startswith("xs:") else None
        if definition is None or definition.tag == f"{_XS}simpleType":
            yield from self._plain(name, definition, value, at)
            return
        if not isinstance(value, dict):
            yield f"{at} is no object"
            return
        known = dict(self._fields(definition))
        for field, told in value.items():
            if field not in known:
                yield f"{at}.{field} is unknown"
                continue
            many = told if isinstance(told, list) else [told]
            for one in many:
                yield from self.problems(known[field], one, f"{at}.{field}")

    def _plain(self, name: str, definition: Any, value: Any, at: str) -> Iterator[str]:
        words = (
            [] if definition is None else [one.get("value") for one in definition.iter(f"{_XS}enumeration")]
        )
        if words and value not in words:
            yield f"{at} is {value!r}, not of {words}"
        if name == "date":
            date.fromisoformat(value)
        wanted = (int, float) if name in _NUMBERS else bool if name == "boolean" else str
        if not isinstance(value, wanted) or (name in _NUMBERS and isinstance(value, bool)):
            yield f"{at} is {value!r}, not a {name}"

    def _fields(self, definition: Any) -> Iterator[tuple[str, str]]:
        """Of the type and of those it extends. The text of a reference is its `value` in JSON."""
        for one in definition.iter():
            if one.tag == f"{_XS}extension":
                base = one.get("base", "").rpartition(":")[2]
                if base in self._named and self._named[base].tag == f"{_XS}complexType":
                    yield from self._fields(self._named[base])
                else:
                    yield "value", "xs:string"
            elif one.tag == f"{_XS}group" and one.get("ref"):
                yield from self._fields(self._named[one.get("ref").rpartition(":")[2]])
            elif one.tag in (f"{_XS}element", f"{_XS}attribute"):
                yield self._field(one)

    def _field(self, one: Any) -> tuple[str, str]:
        name = one.get("name") or one.get("ref", "").rpartition(":")[2]
        named = self._elements.get(name) if one.get("ref") else None
        return name, one.get("type") or (named.get("type", name) if named is not None else "xs:string")

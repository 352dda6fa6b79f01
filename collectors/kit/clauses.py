"""One table of a manifest, read key by key: wrong types, missing keys and unknown keys are noted, never raised one by one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

Words = Mapping[str, str]
#: Keys of the whole file that are often written too far down.
TOP = (
    "id",
    "name",
    "note",
    "website",
    "origins",
    "hosts",
    "headers",
    "pace",
    "source",
    "age",
    "verified",
    "bank_labels",
    "mail_from",
)
KINDS = {str: "a text", bool: "true or false", int: "a whole number", dict: "a table", list: "a list"}


class Clause:
    """A TOML table under its path (`list.fields.date`). `problems` is shared by the whole file."""

    def __init__(self, raw: Any, path: str, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        self._seen: list[str] = []
        self._raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            self.problem("", f"expected a table, found {shown(raw)}")

    def problem(self, key: str, words: str) -> None:
        self.problems.append(f"{self.at(key)}: {words}")

    def at(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def has(self, key: str) -> bool:
        return key in self._raw

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, str, default)
        if value == "" and default is None:
            self.problem(key, "expected some text, found an empty one")
        return str(value or "")

    def choice(self, key: str, among: Sequence[str], default: str | None = None) -> str:
        if default is None and key not in self._raw:
            self._seen.append(key)
            self.problem(key, f"is missing; expected one of {', '.join(among)}")
            return ""
        value = self.text(key, default)
        if value and value not in among:
            self.problem(key, f"expected one of {', '.join(among)}; found {value!r}{meant(value, among)}")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        return bool(self._take(key, bool, default))

    def whole(self, key: str, default: int, *, least: int = 0) -> int:
        return int(self._at_least(key, self._take(key, int, default), least))

    def number(self, key: str, default: float, *, least: float = 0) -> float:
        value = self._raw.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            value = self._take(key, int, default)
        self._seen.append(key)
        return float(self._at_least(key, value, least))

    def day(self, key: str) -> date | None:
        self._seen.append(key)
        value = self._raw.get(key)
        if value is not None and (type(value) is not date):
            self.problem(key, f"expected a date such as 2026-11-20, without quotes; found {shown(value)}")
            return None
        return value

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts; one text alone stands for a list of one."""
        value = self._raw.get(key)
        if isinstance(value, str):
            self._seen.append(key)
            return (value,)
        if default is None and key not in self._raw:
            self._seen.append(key)
            self.problem(key, "is missing; expected a text, or a list of texts")
            return ()
        found = self._take(key, list, None if default is None else list(default))
        if not all(isinstance(each, str) for each in found or ()):
            self.problem(key, f"expected a list of texts, found {shown(found)}")
            return ()
        return tuple(found or ())

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers; one alone stands for a list of one."""
        value = self._raw.get(key, [])
        self._seen.append(key)
        found = value if isinstance(value, list) else [value]
        if not all(type(each) is int for each in found):
            self.problem(key, f"expected a whole number or a list of them, found {shown(value)}")
            return ()
        return tuple(found)

    def words(self, key: str, default: str | None = None) -> Words:
        """A text for people: one for both languages, or `{ fr = "…", en = "…" }`."""
        if not isinstance(self._raw.get(key), dict):
            value = self.text(key, default)
            return {"fr": value, "en": value}
        clause = self.clause(key)
        spoken = {"fr": clause.text("fr"), "en": clause.text("en")}
        clause.close()
        return spoken

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts with names of the author's choosing, such as headers."""
        found = self._take(key, dict, {}) or {}
        for name, value in found.items():
            if not isinstance(value, str):
                self.problem(f"{key}.{name}", f"expected a text, found {shown(value)}")
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def tree(self, key: str) -> Any:
        """Any JSON-like value, such as the body of a POST."""
        self._seen.append(key)
        return self._raw.get(key)

    def clause(self, key: str) -> Clause:
        return Clause(self._take(key, dict, {}) or {}, self.at(key), self.problems)

    def clauses(self, key: str) -> Iterator[Clause]:
        """The tables of an array of tables; one table alone stands for a list of one."""
        value = self._raw.get(key)
        self._seen.append(key)
        for place, raw in enumerate(
            value if isinstance(value, list) else [] if value is None else [value], 1
        ):
            yield Clause(raw, f"{self.at(key)}[{place}]", self.problems)

    def named(self, key: str) -> Iterator[tuple[str, Any]]:
        """The entries of a table whose names are the author's own."""
        yield from (self._take(key, dict, {}) or {}).items()

    def close(self, *also: str) -> None:
        """Every key that nobody asked for is a problem; `also` are keys that are known but do not serve here."""
        for key in self._raw:
            if key not in self._seen:
                self.problem(key, f"unknown key{self._hint(key, [*self._seen, *also])}")

    def _hint(self, key: str, known: list[str]) -> str:
        """TOML gives a key to the table above it, which is not always where its author meant it to be."""
        close = meant(key, known)
        if self.path and key in TOP and not close:
            return f"; {key} belongs to the top of the file, before the first [table]"
        return f"{close}; known here: {', '.join(sorted(set(known)))}"

    def _take(self, key: str, kind: type, default: Any) -> Any:
        self._seen.append(key)
        if key not in self._raw:
            if default is None:
                self.problem(key, f"is missing; expected {KINDS[kind]}")
            return default
        value = self._raw[key]
        if type(value) is not kind:
            self.problem(key, f"expected {KINDS[kind]}, found {shown(value)}")
            return default
        return value

    def _at_least(self, key: str, value: float | None, least: float) -> float:
        if value is not None and value < least:
            self.problem(key, f"expected at least {least:g}, found {value:g}")
        return value or 0


def shown(value: Any) -> str:
    """What was found, short enough for one line."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def meant(found: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(found, known, 1, 0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""

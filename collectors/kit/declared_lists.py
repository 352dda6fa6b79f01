"""How lists and documents are asked for and read, as frozen values of a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.kit.declared_pages import Sign


@dataclass(frozen=True, slots=True)
class Request:
    """How to ask for something. Templates hold `{names}`. `others` are asked instead when an account left a field of `url` empty."""

    url: str
    method: str = "GET"
    json: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one value of a line stands (the first place that has it) and how it is written.

    `kinds` maps a Kind to the portal's words for it, `months` an abbreviation of its own to the month that it means.
    """

    name: str
    at: tuple[str, ...]
    match: str = ""
    style: str = "auto"
    zone: str = ""
    months: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def optional(self) -> bool:
        """Whether it may be missing: a `?` ends one of its places."""
        return any(each.endswith("?") for each in self.at)


@dataclass(frozen=True, slots=True)
class Filter:
    """Whether a line is kept: `keep` false drops the lines whose value equals one of the words (case and accents aside, `*` allowed)."""

    at: str
    equals: tuple[str, ...]
    keep: bool


@dataclass(frozen=True, slots=True)
class Paging:
    """How the next page is asked and how the end is known. `by` is `none`, `page`, `offset`, `cursor`, `link`, `link-header` or `click`.

    `url` is where the next page is asked for, with `{next}` in it, when what the portal gives is not an address by itself.
    """

    by: str
    first: int = 1
    size: int = 0
    next: str = ""
    more: str = ""
    total: str = ""
    pages: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """A list to be read: `kind` is `json`, `rows`, `embedded`, `xhr` or `drawn`.

    `click` is what leads from the page at its address to the one that draws it.
    """

    kind: str
    request: Request
    items: tuple[str, ...]
    spots: Mapping[str, Spot]
    filters: tuple[Filter, ...] = ()
    empty: tuple[Sign, ...] = ()
    paging: Paging = Paging("none")
    currency: str = ""
    script: str = ""
    capture: str = ""
    click: str = ""

    @property
    def in_html(self) -> bool:
        """Whether a line is a part of a page, found by CSS, and not a JSON value, found by a path."""
        return self.kind in ("rows", "drawn")

    @property
    def by_page(self) -> bool:
        """Whether the browser must show its page each time."""
        return self.kind in ("xhr", "drawn")

    @property
    def streams(self) -> bool:
        """Whether a line's identity is its own, so that pages can be passed on as they come."""
        return any(name in self.spots and not self.spots[name].optional for name in ("id", "number"))


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """How one document is fetched: `kind` is `get`, `click`, `blob` or `print`; of the `urls`, the first that its line can fill.

    `link` is where the file's own address stands, when what comes is not the file yet: a path in JSON, or CSS with `::` in a page.
    """

    kind: str
    urls: tuple[str, ...]
    method: str = "GET"
    json: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    click: str = ""
    name: str = ""

    @property
    def told(self) -> list[Any]:
        """Every text that may hold names."""
        return [self.urls, self.json, dict(self.form), dict(self.headers), self.click, self.name]

    def request(self, url: str) -> Request:
        return Request(url, self.method, self.json, self.form, self.headers)

"""What a supplier's TOML file says, as frozen values. `docs/collectors.md` tells each key to the people who write them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

Words = Mapping[str, str]


class Verified(StrEnum):
    """Against what the collector was last seen to work."""

    LIVE = "live"
    REPLICA = "replica"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a Supplier may be asked: requests at once, seconds between two starts, browser sign-ins at once."""

    at_once: int = 2
    gap: float = 0.5
    logins_at_once: int = 1


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One box of the account form. `kind` is `text`, `password` or `totp`; only `text` may be shown or put in a URL."""

    name: str
    label: Words
    kind: str
    optional: bool = False
    help: Words = field(default_factory=dict)

    @property
    def secret(self) -> bool:
        return self.kind != "text"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to be recognised: all that is declared must hold; of several texts in one key, any.

    In a page of the browser `see` are Playwright selectors and `frame` leads to the iframe; in an HTTP answer `see` are CSS selectors.
    """

    see: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    cookie: str = ""
    frame: tuple[str, ...] = ()
    status: tuple[int, ...] = ()
    type: str = ""
    at: str = ""
    equals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """That it is the error of this name. `said` is where the portal's own words stand."""

    error: str
    said: str = ""
    wants: str = "action"


@dataclass(frozen=True, slots=True)
class Act:
    """One gesture: `fill`, `click`, `check`, `press`, `goto` or `reload`. `field` is what is filled; `where` is a selector, a key or a URL."""

    verb: str
    where: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class PageState:
    """A page of the login: see this, then do that, or it is that outcome."""

    name: str
    sign: Sign
    acts: tuple[Act, ...] = ()
    outcome: Outcome | None = None
    times: int = 3


@dataclass(frozen=True, slots=True)
class Login:
    start: str
    done: Sign
    states: tuple[PageState, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP answer means. `where` is `any`, `session`, `contracts`, `list` or `document`."""

    sign: Sign
    outcome: Outcome
    where: str = "any"


@dataclass(frozen=True, slots=True)
class Token:
    """A value that requests must carry: `source` is `css`, `json`, `pattern`, `cookie`, `local_storage` or `header`; `page` is asked for it."""

    name: str
    source: str
    where: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """How to ask for something. Templates hold `{names}`."""

    url: str
    method: str = "GET"
    json: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one value of a line stands (the first place that has it) and how it is written.

    `kinds` maps a Kind to the portal's words for it.
    """

    name: str
    at: tuple[str, ...]
    match: str = ""
    style: str = "auto"
    zone: str = ""
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
    """A list to be read: `kind` is `json`, `rows`, `embedded` or `xhr`."""

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

    @property
    def streams(self) -> bool:
        """Whether a line's identity is its own, so that pages can be passed on as they come."""
        return any(name in self.spots and not self.spots[name].optional for name in ("id", "number"))


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """How one document is fetched: `kind` is `get`, `click`, `blob` or `print`; of the `urls`, the first that its line can fill."""

    kind: str
    urls: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    click: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A supplier, as its file declares it."""

    id: str
    names: Words
    country: str
    category: str
    website: str
    origins: tuple[str, ...]
    hosts: tuple[str, ...]
    fields: tuple[FieldSpec, ...]
    source: str
    age: date | None
    verified: Verified
    note: Words
    bank_labels: tuple[str, ...] = ()
    pace: Pace = Pace()
    lock_limit: int = 5
    browser: str = "shell"
    cadence: str = "daily"
    code_valid: int = 600
    check: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    tokens: tuple[Token, ...] = ()
    answers: tuple[Answer, ...] = ()
    login: Login | None = None
    contracts: Lines | None = None
    list: Lines | None = None
    document: DocumentSpec | None = None

    @property
    def name(self) -> str:
        return self.names["fr"]

    @property
    def login_page(self) -> str:
        return self.login.start if self.login else self.website

    @property
    def loopback(self) -> bool:
        """Whether it speaks plain HTTP to this very machine, which only `MOISSON_ALLOW_LOOPBACK=1` lets through."""
        return any(origin.startswith("http://") for origin in (*self.origins, self.website))

    def spec(self, name: str) -> FieldSpec:
        """Raises KeyError for a field that the form does not have."""
        return {spec.name: spec for spec in self.fields}[name]

    def origins_hash(self) -> str:
        """SHA-256, hex, of the sorted origins: a secret is sealed for these and no others."""
        return hashlib.sha256("\n".join(sorted(self.origins)).encode()).hexdigest()

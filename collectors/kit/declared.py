"""What a supplier's TOML file says, as frozen values. `docs/collectors.md` tells each key to the people who write them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from urllib.parse import urljoin

from collectors.kit.declared_lists import DocumentSpec, Lines
from collectors.kit.declared_pages import Answer, Login

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
class Token:
    """A value that requests must carry: `source` is `css`, `json`, `pattern`, `cookie`, `local_storage` or `header`.

    `page` is asked for it; with `login` it stands in the page on which the sign-in ends.
    """

    name: str
    source: str
    where: str
    page: str = ""
    login: bool = False


#: The parts of a portal whose facts can have a source and an age of their own.
GROUPS = ("login", "contracts", "list", "document")


@dataclass(frozen=True, slots=True)
class Fact:
    """Where something that we believe of a portal was read, and when it was last said to hold."""

    source: str
    age: date | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A supplier, as its file declares it.

    `sign_in` is `page` (somebody signs in, in a browser), `keys` (each request carries the account's keys) or `none`
    (nobody visits: its invoices are brought).
    """

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
    facts: Mapping[str, Fact] = field(default_factory=dict)
    bank_labels: tuple[str, ...] = ()
    #: Domains from which it mails its customers, codes too.
    mail_from: tuple[str, ...] = ()
    pace: Pace = Pace()
    sign_in: str = "page"
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
        """Where people sign in, absolute."""
        start = self.login.start if self.login else ""
        return urljoin(self.website, "" if start.startswith(("about:", "{")) else start)

    @property
    def loopback(self) -> bool:
        """Whether it speaks plain HTTP to this very machine, which only `MOISSON_ALLOW_LOOPBACK=1` lets through."""
        return any(origin.startswith("http://") for origin in (*self.origins, self.website))

    def spec(self, name: str) -> FieldSpec:
        """Raises KeyError for a field that the form does not have."""
        return {spec.name: spec for spec in self.fields}[name]

    def fact(self, group: str) -> Fact:
        """What is known of one of `GROUPS`: its own source and age, else those of the whole file."""
        return self.facts.get(group) or Fact(self.source, self.age)

    def origins_hash(self) -> str:
        """SHA-256, hex, of the sorted origins: a secret is sealed for these and no others."""
        return hashlib.sha256("\n".join(sorted(self.origins)).encode()).hexdigest()

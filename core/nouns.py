"""What flows through the farm. Each noun is defined once, and means the same in table, page, log, command and test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """What a person may do in one Workspace."""

    ADMIN = "admin"
    FINANCE = "finance"
    VIEWER = "viewer"
    AUDITOR = "auditor"


class Kind(StrEnum):
    """What a Listed line or a Document is, as far as we know."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    REMINDER = "reminder"
    STATEMENT = "statement"
    DETAIL = "detail"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How much of a portal's date is really printed there."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount. `currency` is ISO 4217; `amount` is in the major unit (12.34 means 12 euros and 34 cents)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A line, a meter or a seat inside an Account, named as the portal names it."""

    portal_id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line that the portal shows. `identity` is stable across visits and unique within its contract.

    `date` is the issue date as the portal shows it (for month precision, the first of that month).
    `fetch` is how to get the document: a URL or whatever the collector's `download` needs; it holds no secret.
    `mark` changes when the portal replaces the document of this line, where the portal shows such a thing.
    """

    identity: str
    contract: Contract
    number: str | None = None
    date: date | None = None
    precision: Precision = Precision.DAY
    total: Money | None = None
    kind: Kind = Kind.INVOICE
    fetch: Mapping[str, str] = field(default_factory=dict)
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a contract's list, as seen. `last` means that the portal showed there is no further page.

    An empty sheet is only made by a collector that *saw* the portal say there are none; otherwise it raises PortalChanged.
    """

    contract: Contract
    lines: tuple[Listed, ...]
    last: bool


#: The media types that a Document can have, and how its file's name ends.
SUFFIXES = {"application/pdf": ".pdf", "application/xml": ".xml"}


@dataclass(frozen=True, slots=True)
class File:
    """Bytes just fetched, on disk as a `.part` in the inbox, hashed while they came (SHA-256, lower-case hex)."""

    path: Path
    sha256: str
    size: int
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page, in PDF points from the top left corner; `page` counts from 1."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was not chosen, and why, in words a person can read."""

    value: str
    why: str


@dataclass(frozen=True, slots=True)
class FieldRead:
    """One field of a Reading. `value` is normalised text: ISO date, decimal point, ISO 4217 currency.

    `source` names the evidence: `generic`, `portal:row`, `xml:BT-112`, `template:id/version`. `confidence` is 0..1.
    """

    value: str
    source: str
    confidence: float
    raw: str = ""
    box: Box | None = None
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What we believe a Document says, per field (`number`, `date`, `total`, `currency`, …), and its first text."""

    fields: Mapping[str, FieldRead]
    kind: Kind
    pages: int
    text: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What an earlier Invoice says of the next: of one Supplier in one Workspace, from what was accepted or confirmed by a person.

    `totals` are in `currency`, unsigned, newest first; `known` tells by number what was owed then, whoever looked at it.
    `our_names` and `our_vats` are the buyers that those Invoices were made out to.
    """

    totals: tuple[Decimal, ...] = ()
    currency: str | None = None
    numbers: tuple[str, ...] = ()
    ibans: frozenset[str] = frozenset()
    seller_ids: frozenset[str] = frozenset()
    known: Mapping[str, tuple[Decimal, str] | None] = field(default_factory=dict)
    credit_notes: int = 0
    our_names: tuple[str, ...] = ()
    our_vats: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Round:
    """One check of a Mailbox, or one delivery to a Destination, in the hands of one worker. Every write of it carries `fence`."""

    #: `mailbox` or `destination`, and which.
    what: str
    id: int
    workspace_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a Run listed, knew, brought, held and failed at. `whole` is True when every list was read to its proved end.

    `revised` counts the documents that the portal had replaced since they came home.
    """

    listed: int = 0
    known: int = 0
    baseline: int = 0
    new: int = 0
    revised: int = 0
    held: int = 0
    failed: int = 0
    whole: bool = False
    logins: int = 0
    requests: int = 0
    received_bytes: int = 0
    browser: bool = False


#: One run at a time may be in one of these states for an Account.
ACTIVE_STATES = ("queued", "leased", "login", "listing", "fetching")


class RunState(StrEnum):
    """Where a Run stands; the first five are active, `done` is the good end, the others are side exits."""

    QUEUED = "queued"
    LEASED = "leased"
    LOGIN = "login"
    LISTING = "listing"
    FETCHING = "fetching"
    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"
    NEEDS_PERSON = "needs_person"
    RETRY_AT = "retry_at"
    CANCELLED = "cancelled"
    LOST = "lost"


class AccountState(StrEnum):
    """The one vocabulary for how an Account stands; computed by `ledger.state_of`, never stored."""

    NEVER_RUN = "never_run"
    RUNNING = "running"
    OK = "ok"
    OK_NOTHING_NEW = "ok_nothing_new"
    LATE = "late"
    NEEDS_PASSWORD = "needs_password"  # noqa: S105 - the name of a state
    NEEDS_CODE = "needs_code"
    NEEDS_TAKEOVER = "needs_takeover"
    NEEDS_CONSENT = "needs_consent"
    NO_PERMISSION = "no_permission"
    PORTAL_DOWN = "portal_down"
    RATE_LIMITED = "rate_limited"
    PORTAL_CHANGED = "portal_changed"
    PAUSED = "paused"

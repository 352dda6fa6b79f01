"""The tables. What lives is a row here; what flows is a dataclass in `core.nouns`. Every row belongs to one Workspace."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core import nouns
from core.db.types import Instant


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {datetime: Instant, str: Text, dict[str, Any]: JSON, list[Any]: JSON}


def _of_account(*, optional: bool = False) -> ForeignKeyConstraint:
    """Child rows name account *and* workspace, so that a row can never point into another company (`security.md` T18)."""
    return ForeignKeyConstraint(
        ["workspace_id", "account_id"],
        ["accounts.workspace_id", "accounts.id"],
        ondelete="CASCADE" if not optional else None,
    )


class Workspace(Base):
    """One company."""

    __tablename__ = "workspaces"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class Person(Base):
    """Somebody who signs in to Moisson. `email` is stored lower-case; `password_hash` is Argon2id."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(default="fr")
    created_at: Mapped[datetime]


class Membership(Base):
    """A person's role in a Workspace (`nouns.Role`)."""

    __tablename__ = "memberships"
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[str]


class WebSession(Base):
    """A signed-in browser of a person; only the hash of its token is kept."""

    __tablename__ = "web_sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Installation(Base):
    """Facts of this installation: the vault's key check, when it was set up."""

    __tablename__ = "installation"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Account(Base):
    """Our sign-in at a Supplier. Its state is computed by `ledger.state_of`, never stored."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "one_account_per_login",
            "workspace_id",
            "supplier",
            "login_hash",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "accounts_due",
            "next_run_at",
            sqlite_where=text("next_run_at IS NOT NULL"),
            postgresql_where=text("next_run_at IS NOT NULL"),
        ),
        #: The number of an account that was removed is never another's (the audit names accounts by it).
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    supplier: Mapped[str]
    label: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: As people see it: `j•••@firm.fr`. The login itself exists only sealed.
    masked_login: Mapped[str]
    #: Keyed hash of the normalised login: tells equality, nothing else.
    login_hash: Mapped[str]
    #: Version of the sealed credentials that is in use; a corrected password raises it.
    secret_version: Mapped[int] = mapped_column(default=1)
    #: The version that the portal refused; while equal to `secret_version` nobody signs in.
    refused_version: Mapped[int | None]
    #: The origins the credentials were sealed for, one a line, sorted.
    origins: Mapped[str]
    terms_version: Mapped[str]
    terms_accepted_at: Mapped[datetime]
    #: Collected every so many seconds.
    cadence: Mapped[int] = mapped_column(default=86_400)
    next_run_at: Mapped[datetime | None]
    #: Until the first visit has stored the account for good (journey a8), it is on trial.
    trial: Mapped[bool] = mapped_column(default=False)
    baseline_at: Mapped[datetime | None]
    #: The last time every list was read to its proved end.
    whole_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    #: When somebody can answer a code, in the installation's time zone: `{"days": [0, …, 6], "from": "08:00", "to": "18:30"}`,
    #: Monday is 0. None: at any hour.
    attended: Mapped[dict[str, Any] | None]
    #: The language its portal is asked in, such as `fr-FR`; None is the supplier's own.
    locale: Mapped[str | None]
    #: Its own way out, as people see it (`http://•••@proxy.firm.example:3128`); the address is sealed as the field `proxy`.
    proxy_shown: Mapped[str | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Credential(Base):
    """One field of what signs in, sealed for one version. A password can be replaced, never read."""

    __tablename__ = "credentials"
    __table_args__ = (_of_account(), UniqueConstraint("account_id", "field", "version"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    field: Mapped[str]
    version: Mapped[int]
    record: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class PortalSession(Base):
    """What the portal gave us after signing in: cookies, storage, the User-Agent that made them. Sealed by the worker."""

    __tablename__ = "portal_sessions"
    __table_args__ = (_of_account(),)
    account_id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    version: Mapped[int]
    record: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]
    #: When the sign-in that made it succeeded; None when only a failed one left its cookies.
    signed_in_at: Mapped[datetime | None]


class SessionLife(Base):
    """How long one Session of an Account lived, from its sign-in to the visit that found it dead: what the weather is made of."""

    __tablename__ = "session_lives"
    __table_args__ = (_of_account(), Index("lives_of_supplier", "supplier", "ended_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    supplier: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    #: Whether a person was asked for something at the sign-in that began it.
    asked: Mapped[bool] = mapped_column(default=False)


class VaultKey(Base):
    """A Workspace's key pair: the public half, signed; the private half, wrapped by the key that only the worker has."""

    __tablename__ = "vault_keys"
    key_id: Mapped[str] = mapped_column(primary_key=True)
    #: None is the installation's own pair (`system`).
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspaces.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped_private: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str]
    created_at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what, chained: `hash` covers the entry and `prev_hash`. Holds no secret and no hash of one."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_of_object", "object", "action"),)
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime]
    workspace_id: Mapped[int | None]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
    outcome: Mapped[str]
    detail: Mapped[dict[str, Any]]
    prev_hash: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """A signed head of the chain."""

    __tablename__ = "audit_heads"
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    hash: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


_ACTIVE = text("state IN ({})".format(", ".join(f"'{state}'" for state in nouns.ACTIVE_STATES)))


class Run(Base):
    """One visit to one Account. `fence` rises at each lease; every write of the visit carries it."""

    __tablename__ = "runs"
    __table_args__ = (
        _of_account(),
        UniqueConstraint("workspace_id", "id"),
        Index("one_active_run", "account_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        Index("runs_of_account", "account_id", "id"),
        Index("runs_active", "state", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    state: Mapped[str]
    #: `schedule`, `person` or `trial` (the first visit, *Test and save*).
    cause: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: Read every list to its end, whatever the rhythm says.
    whole: Mapped[bool] = mapped_column(default=False)
    fence: Mapped[int] = mapped_column(default=0)
    worker_id: Mapped[str | None]
    #: Seconds of the lease clock (`scheduler.lease`), which wall-clock jumps do not move, and the boot it belongs to.
    lease_until: Mapped[float | None]
    lease_boot: Mapped[str | None]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    census: Mapped[bool] = mapped_column(default=False)
    stop_asked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None]
    error_code: Mapped[str | None]
    error_step: Mapped[str | None]
    error_said: Mapped[str | None]
    #: `expected`, `seen`, `wants`, `reason`: what the error knows beyond its words, masked.
    error_detail: Mapped[dict[str, Any] | None]
    receipt: Mapped[dict[str, Any] | None]
    #: Which of the declared ways each step of the visit went: step → the place of the way in its declaration, 0 the first.
    footprint: Mapped[dict[str, Any] | None]


class RunEvent(Base):
    """A named step of a Run, for people: `step` is a key of `web`'s catalogue, `words` its parameters."""

    __tablename__ = "run_events"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], ondelete="CASCADE"
        ),
        Index("events_of_run", "run_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    run_id: Mapped[int]
    at: Mapped[datetime]
    step: Mapped[str]
    words: Mapped[dict[str, Any]]


class Evidence(Base):
    """What a failed Run leaves to look at, masked at capture: a file in the evidence folder, kept 7 days."""

    __tablename__ = "evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], ondelete="CASCADE"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    run_id: Mapped[int]
    #: `screenshot`, `page`, `steps` or `shape`.
    kind: Mapped[str]
    path: Mapped[str]
    at: Mapped[datetime]


class LoginAttempt(Base):
    """Counted before a password is handed out, whoever asked."""

    __tablename__ = "login_attempts"
    __table_args__ = (_of_account(), Index("attempts_of_account", "account_id", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    run_id: Mapped[int]
    at: Mapped[datetime]
    automatic: Mapped[bool]
    secret_version: Mapped[int]


class LoginGrant(Base):
    """One more sign-in than the budget gives: a new version of the secret, or an explicit *try anyway*."""

    __tablename__ = "login_grants"
    __table_args__ = (_of_account(),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Notice(Base):
    """A person was told of something, once: `about` names the thing, such as `refused:3`."""

    __tablename__ = "notices"
    __table_args__ = (_of_account(), UniqueConstraint("account_id", "about"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    about: Mapped[str]
    error: Mapped[str]
    queued_at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class ContractRow(Base):
    """A line, a meter, a seat inside an Account."""

    __tablename__ = "contracts"
    __table_args__ = (_of_account(), UniqueConstraint("account_id", "portal_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    portal_id: Mapped[str]
    label: Mapped[str]


class ListedRow(Base):
    """The ledger: every line ever seen at the portal, by its identity. `baseline` lines were left there at the census."""

    __tablename__ = "listed"
    __table_args__ = (_of_account(), UniqueConstraint("account_id", "contract_id", "identity"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    identity: Mapped[str]
    number: Mapped[str | None]
    date: Mapped[date | None]
    precision: Mapped[str]
    #: Minor units of `currency` (cents).
    total_minor: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    currency: Mapped[str | None]
    kind: Mapped[str]
    baseline: Mapped[bool]
    seen_at: Mapped[datetime]
    run_id: Mapped[int]
    received_at: Mapped[datetime | None]
    #: What tells one version of the document from the next, as the portal shows it (`nouns.Listed.mark`).
    mark: Mapped[str | None]
    #: Why it is not here yet: the error's name, and how often in a row.
    held_for: Mapped[str | None]
    held_times: Mapped[int] = mapped_column(default=0)


class Invoice(Base):
    """The thing owed. Money in minor units; `issued_on` is a day, or the first of a month when `precision` is month."""

    __tablename__ = "invoices"
    __table_args__ = (
        _of_account(optional=True),
        UniqueConstraint("workspace_id", "id"),
        Index("invoices_newest", "workspace_id", "received_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    account_id: Mapped[int | None]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id", ondelete="SET NULL"))
    supplier: Mapped[str]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    precision: Mapped[str]
    total_minor: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    currency: Mapped[str | None]
    kind: Mapped[str]
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: Reasons why a person should look, in the reader's words; empty means none.
    doubts: Mapped[list[Any]]
    #: A Document of the same number or bytes that was here before.
    twin_of: Mapped[int | None]


class Document(Base):
    """Bytes in the archive, by SHA-256, with where they came from. A changed file of one Listed is a new revision."""

    __tablename__ = "documents"
    __table_args__ = (
        _of_account(optional=True),
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("listed_id", "revision"),
        Index("documents_by_hash", "workspace_id", "sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    account_id: Mapped[int | None]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    listed_id: Mapped[int | None] = mapped_column(ForeignKey("listed.id", ondelete="SET NULL"))
    run_id: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    #: The door it came by: `portal`; later `mail`, `upload`.
    channel: Mapped[str]
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: Attempts to read it that ended at the reader's limits.
    read_failures: Mapped[int] = mapped_column(default=0)


class ReadingRow(Base):
    """What one reader believed of a Document, field by field (`nouns.FieldRead` as JSON)."""

    __tablename__ = "readings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "document_id"], ["documents.workspace_id", "documents.id"], ondelete="CASCADE"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    document_id: Mapped[int]
    reader: Mapped[str]
    at: Mapped[datetime]
    fields: Mapped[dict[str, Any]]


class Destination(Base):
    """Where Invoices go. `folder` is a directory of files."""

    __tablename__ = "destinations"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    kind: Mapped[str]
    place: Mapped[str]
    created_at: Mapped[datetime]


class Delivery(Base):
    """One Invoice owed to one Destination: `sent_at` set is sent, `tried_at` alone is unknown, neither is not yet."""

    __tablename__ = "deliveries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "destination_id"], ["destinations.workspace_id", "destinations.id"]
        ),
        ForeignKeyConstraint(["workspace_id", "invoice_id"], ["invoices.workspace_id", "invoices.id"]),
        UniqueConstraint("destination_id", "document_id"),
        Index(
            "deliveries_owed",
            "next_try_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    destination_id: Mapped[int]
    invoice_id: Mapped[int]
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    #: Where it ended up: the file's name in the folder.
    proof: Mapped[str | None]
    error: Mapped[str | None]


class Challenge(Base):
    """A question that a portal asks a person. While one is open, nothing signs in to that account by itself.

    Until `expires_at` its run waits with the portal's page open, and an answer goes there; afterwards a person says that
    they are there, and the portal is asked anew (`core.ledger.questions`).
    """

    __tablename__ = "challenges"
    __table_args__ = (
        _of_account(),
        Index(
            "one_open_challenge",
            "account_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    run_id: Mapped[int]
    #: The error's name: `CodeNeeded`, `Captcha`, `Locked`, `ActionNeeded`.
    kind: Mapped[str]
    #: With `CodeNeeded`: `code`, `approval` or `link`; with `ActionNeeded` what it wants.
    wants: Mapped[str]
    #: By which way the portal sent its code: `sms`, `email`, `app`, or nothing when it did not say.
    medium: Mapped[str] = mapped_column(default="")
    #: The portal's own words, masked; and those with which it refused the last answer.
    said: Mapped[str | None]
    refused_said: Mapped[str | None]
    #: Answers that the portal refused, and how many more it is given.
    tries: Mapped[int] = mapped_column(default=0)
    tries_left: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    #: Until then an answer reaches the waiting visit.
    expires_at: Mapped[datetime | None]
    #: From then on *send again* works; None where the portal has no such button.
    resend_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class ChallengeLink(Base):
    """A one-time address that lets somebody answer one Challenge without signing in to Moisson; only its hash is kept."""

    __tablename__ = "challenge_links"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenges.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    #: When an answer last came through it.
    used_at: Mapped[datetime | None]


class Wish(Base):
    """What a person asks of the worker: `collect`, `stop`, `new_workspace_key`, `answer` and `send_again` to a Challenge."""

    __tablename__ = "wishes"
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    kind: Mapped[str]
    account_id: Mapped[int | None]
    run_id: Mapped[int | None]
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenges.id", ondelete="CASCADE"))
    #: An answer to the Challenge, sealed for the worker; emptied when it was used.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class SupplierRequest(Base):
    """A Supplier that somebody asked for (journey j). `slug` is its name as an id; nothing of it leaves the machine by itself."""

    __tablename__ = "supplier_requests"
    __table_args__ = (UniqueConstraint("workspace_id", "slug"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    slug: Mapped[str]
    name: Mapped[str]
    website: Mapped[str] = mapped_column(default="")
    invoice_page: Mapped[str] = mapped_column(default="")
    #: How they come today: `web`, `mail` or `api`.
    today: Mapped[str] = mapped_column(default="web")
    #: `none`, `sms`, `email`, `app`, `totp` or `unknown`.
    second_factor: Mapped[str] = mapped_column(default="unknown")
    #: Invoices a month.
    volume: Mapped[int | None]
    #: `asked`, `being_built` or `there`.
    state: Mapped[str] = mapped_column(default="asked")
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]


class SupplierVote(Base):
    """One person wants one asked-for Supplier."""

    __tablename__ = "supplier_votes"
    request_id: Mapped[int] = mapped_column(
        ForeignKey("supplier_requests.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    at: Mapped[datetime]


class PushAddress(Base):
    """A secret address that takes invoices by POST for one Account; only the hash of its token is kept."""

    __tablename__ = "push_addresses"
    __table_args__ = (_of_account(),)
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Arrival(Base):
    """A file that came by a form or a push address and lies in the archive's inbox until the worker takes it in."""

    __tablename__ = "arrivals"
    __table_args__ = (_of_account(),)
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    #: `push` or `upload`.
    channel: Mapped[str]
    path: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    arrived_at: Mapped[datetime]
    brought_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime | None]
    #: The Document it became, or why it is none (`errors.NotAnInvoice.reason`, `known`).
    document_id: Mapped[int | None]
    refused: Mapped[str | None]


class Breaker(Base):
    """A Supplier whose portal has changed at one step for two accounts: only one canary account visits until it works."""

    __tablename__ = "breakers"
    supplier: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str]
    opened_at: Mapped[datetime]
    half_open_at: Mapped[datetime]
    canary_id: Mapped[int | None]


class Worker(Base):
    """A working process, its last heartbeat and what it must confess (`degraded isolation`, no sandbox)."""

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(primary_key=True)
    pid: Mapped[int]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    #: `browser`, `sandbox`, `isolation`, `vault`: what `doctor` and the System page say of it.
    facts: Mapped[dict[str, Any]]

"""The tables. What lives is a row here; what flows is a dataclass in `core.nouns`. Every row belongs to one Workspace."""

from __future__ import annotations

from core.db.models.accounts import (
    Account,
    Credential,
    LoginAttempt,
    LoginGrant,
    Notice,
    PortalSession,
    SessionLife,
)
from core.db.models.arrivals import Arrival, PushAddress
from core.db.models.base import Base
from core.db.models.catalogue import SupplierRequest, SupplierVote
from core.db.models.company import Installation, Membership, Person, WebSession, Workspace
from core.db.models.destinations import (
    Chart,
    Delivery,
    Destination,
    DestinationSettings,
    Export,
    ExportLink,
    RemoteList,
)
from core.db.models.grants import Consent, ProviderApp, SealedField
from core.db.models.invoices import Document, Invoice, InvoiceText, ReadingRow
from core.db.models.keys import AuditEntry, AuditHead, VaultKey
from core.db.models.listed import ContractRow, ListedRow
from core.db.models.mail import (
    ForwardAddress,
    Mailbox,
    MailFolder,
    MailNotice,
    MailRule,
    Message,
    MessageFile,
)
from core.db.models.payments import (
    BankAccount,
    Gap,
    Match,
    MatchAct,
    Payment,
    PaymentBatch,
    ReferenceRate,
    Refusal,
)
from core.db.models.questions import Challenge, ChallengeLink, Wish
from core.db.models.reviews import Correction, ReviewAct, Template, TemplateSample
from core.db.models.tokens import ApiToken, BulkUpload
from core.db.models.visits import Breaker, Evidence, Run, RunEvent, Worker

__all__ = [
    "Account",
    "ApiToken",
    "Arrival",
    "AuditEntry",
    "AuditHead",
    "BankAccount",
    "Base",
    "Breaker",
    "BulkUpload",
    "Challenge",
    "ChallengeLink",
    "Chart",
    "Consent",
    "ContractRow",
    "Correction",
    "Credential",
    "Delivery",
    "Destination",
    "DestinationSettings",
    "Document",
    "Evidence",
    "Export",
    "ExportLink",
    "ForwardAddress",
    "Gap",
    "Installation",
    "Invoice",
    "InvoiceText",
    "ListedRow",
    "LoginAttempt",
    "LoginGrant",
    "MailFolder",
    "MailNotice",
    "MailRule",
    "Mailbox",
    "Match",
    "MatchAct",
    "Membership",
    "Message",
    "MessageFile",
    "Notice",
    "Payment",
    "PaymentBatch",
    "Person",
    "PortalSession",
    "ProviderApp",
    "PushAddress",
    "ReadingRow",
    "ReferenceRate",
    "Refusal",
    "RemoteList",
    "ReviewAct",
    "Run",
    "RunEvent",
    "SealedField",
    "SessionLife",
    "SupplierRequest",
    "SupplierVote",
    "Template",
    "TemplateSample",
    "VaultKey",
    "WebSession",
    "Wish",
    "Worker",
    "Workspace",
]

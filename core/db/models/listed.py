"""What each portal has ever listed: the ledger."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, of_account


class ContractRow(Base):
    """A line, a meter, a seat inside an Account."""

    __tablename__ = "contracts"
    __table_args__ = (of_account(), UniqueConstraint("account_id", "portal_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    portal_id: Mapped[str]
    label: Mapped[str]


class ListedRow(Base):
    """The ledger: every line ever seen at the portal, by its identity. `baseline` lines were left there at the census."""

    __tablename__ = "listed"
    __table_args__ = (of_account(), UniqueConstraint("account_id", "contract_id", "identity"))
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

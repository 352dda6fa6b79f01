"""The vault's public half, and the chain of what was done with secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base


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

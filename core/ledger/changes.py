"""A portal that changed is one event of its Supplier, however many accounts met it; a later success of any of them closes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models


@dataclass(frozen=True, slots=True)
class Change:
    """`runs` are the visits of one company that met it since the Supplier last worked, newest first; there is at least one."""

    supplier: str
    runs: Sequence[models.Run]

    @property
    def step(self) -> str:
        return self.runs[0].error_step or ""

    @property
    def expected(self) -> str:
        return str((self.runs[0].error_detail or {}).get("expected", ""))

    @property
    def seen(self) -> str:
        return str((self.runs[0].error_detail or {}).get("seen", ""))

    @property
    def since(self) -> datetime:
        return self.runs[-1].ended_at or self.runs[-1].queued_at

    @property
    def accounts(self) -> list[int]:
        """Whose visits met it."""
        return sorted({run.account_id for run in self.runs})


def open_changes(session: Session, workspace_id: int, suppliers: Collection[str]) -> dict[str, Change]:
    """Of these suppliers, those whose portal is not as their collector knows it."""
    found = {supplier: _met(session, workspace_id, supplier) for supplier in suppliers}
    return {supplier: Change(supplier, runs) for supplier, runs in found.items() if runs}


def _met(session: Session, workspace_id: int, supplier: str) -> Sequence[models.Run]:
    """The company's visits that met a change since the Supplier last worked for anybody, newest first."""
    account, run = models.Account, models.Run
    worked = session.scalar(select(func.max(account.last_success_at)).where(account.supplier == supplier))
    mine = select(account.id).where(
        account.supplier == supplier, account.workspace_id == workspace_id, account.deleted_at.is_(None)
    )
    met = select(run).where(run.account_id.in_(mine), run.error == "PortalChanged")
    since = met.where(run.ended_at > worked) if worked else met
    return session.scalars(since.order_by(run.id.desc())).all()

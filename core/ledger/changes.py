"""A portal that changed is one event of its Supplier, however many accounts met it; a later success of any of them closes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import nouns
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
    everywhere = select(models.Account.id).where(models.Account.supplier == supplier)
    mine = everywhere.where(models.Account.workspace_id == workspace_id, models.Account.deleted_at.is_(None))
    worked = select(func.max(models.Run.id)).where(
        models.Run.account_id.in_(everywhere), models.Run.state == nouns.RunState.DONE
    )
    met = select(models.Run).where(
        models.Run.account_id.in_(mine),
        models.Run.error == "PortalChanged",
        models.Run.id > (session.scalar(worked) or 0),
    )
    return session.scalars(met.order_by(models.Run.id.desc())).all()

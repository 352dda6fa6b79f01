"""What the address narrows the list of payments to, as it was typed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import paid
from web import filters


@dataclass(frozen=True, kw_only=True)
class Chosen(filters.Filters):
    """Every filter of the list of payments; `account` is the bank account."""

    batch: int | None = None

    def found(self, session: Session, *, page: int, per_page: int) -> tuple[list[models.Payment], int]:
        return paid.find(
            session,
            g.visitor.workspace_id,
            words=self.words,
            account_id=self.account,
            batch_id=self.batch,
            amount=self.worth,
            state=paid.State(self.state) if self.state else None,
            since=self.since,
            until=self.until,
            page=page,
            per_page=per_page,
        )


def chosen() -> Chosen:
    return Chosen(batch=request.args.get("batch", type=int), **filters.asked(paid.State))

"""What the address narrows the list of invoices to, as it was typed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import search
from web import filters


@dataclass(frozen=True, kw_only=True)
class Chosen(filters.Filters):
    """Every filter of the list of invoices; `account` is the supplier's."""

    supplier: str = ""

    def found(self, session: Session, *, page: int, per_page: int) -> tuple[list[models.Invoice], int]:
        return search.find(
            session,
            g.visitor.workspace_id,
            words=self.words,
            supplier=self.supplier or None,
            account_id=self.account,
            amount=self.worth,
            state=search.State(self.state) if self.state else None,
            since=self.since,
            until=self.until,
            page=page,
            per_page=per_page,
        )


def chosen() -> Chosen:
    return Chosen(supplier=request.args.get("supplier", ""), **filters.asked(search.State))

"""Finding Invoices: by words of their pages, number, supplier or amount as people type them, narrowed by filters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.orm import Session

from core.db import models


class State(StrEnum):
    """Where an Invoice stands; what is merged is found under the Invoice that it turned out to be."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REVIEWED = "reviewed"
    REJECTED = "rejected"
    UNREAD = "unread"


def find(
    session: Session,
    workspace_id: int,
    *,
    words: str = "",
    supplier: str | None = None,
    account_id: int | None = None,
    amount: Decimal | None = None,
    state: State | None = None,
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
    per_page: int = 50,
) -> tuple[list[models.Invoice], int]:
    """One page of Invoices, newest first, and how many there are in all. `since` and `until` are days of issue, both in it.

    Every word has to be there, at least its beginning; accents, case and the way an amount is written do not matter.
    Without `state`, all but the rejected.
    """
    raise NotImplementedError

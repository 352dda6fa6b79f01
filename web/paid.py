"""What the address narrows the list of payments to, as it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from flask import g, request
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import paid, typed


@dataclass(frozen=True)
class Chosen:
    """Every filter of the list; an address with the same ones shows the same list."""

    words: str = ""
    account: int | None = None
    batch: int | None = None
    state: str = ""
    amount: str = ""
    since: date | None = None
    until: date | None = None

    @cached_property
    def worth(self) -> Decimal | None:
        return typed.amount(self.amount) if self.amount else None

    @property
    def amount_wrong(self) -> bool:
        return bool(self.amount) and self.worth is None

    @property
    def narrowed(self) -> bool:
        """By more than words."""
        return any((self.account, self.batch, self.state, self.amount, self.since, self.until))

    def query(self, **more: object) -> str:
        """The same filters in another address: empty, or `?…`."""
        told: dict[str, object] = {"q": self.words, "account": self.account, "batch": self.batch}
        told |= {"state": self.state, "amount": self.amount, "since": self.since, "until": self.until}
        said = {name: str(value) for name, value in {**told, **more}.items() if value}
        return f"?{urlencode(said)}" if said else ""

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
    told = request.args
    state = told.get("state", "")
    return Chosen(
        words=told.get("q", "").strip()[:200],
        account=told.get("account", type=int),
        batch=told.get("batch", type=int),
        state=state if state in set(paid.State) else "",
        amount=told.get("amount", "").strip()[:40],
        since=typed.day(told.get("since", "")),
        until=typed.day(told.get("until", "")),
    )

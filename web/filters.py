"""What the address of a list narrows it to, as it was typed: what every list that can be searched has in common."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request

from core.ledger import typed


@dataclass(frozen=True, kw_only=True)
class Filters:
    """An address with the same ones shows the same list."""

    words: str = ""
    account: int | None = None
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
        return any(value for name, value in asdict(self).items() if name != "words")

    def query(self, **more: object) -> str:
        """The same filters in another address: empty, or `?…`."""
        told = asdict(self)
        said = {"q": told.pop("words"), **told, **more}
        given = {name: str(value) for name, value in said.items() if value}
        return f"?{urlencode(given)}" if given else ""


def asked(states: type[StrEnum]) -> dict[str, Any]:
    """What the address says of them; a state that there is not is none."""
    told = request.args
    state = told.get("state", "")
    return {
        "words": told.get("q", "").strip()[:200],
        "account": told.get("account", type=int),
        "state": state if state in set(states) else "",
        "amount": told.get("amount", "").strip()[:40],
        "since": typed.day(told.get("since", "")),
        "until": typed.day(told.get("until", "")),
    }

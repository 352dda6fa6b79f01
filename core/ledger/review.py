"""What people say of an Invoice: confirm, correct, reject, split, merge. Each is one ReviewAct, and each can be undone.

A correction stands beside what the machine read, never over it: the Invoice holds what counts, Correction what a person said.
Whether somebody may act is asked before, by the page; `by` is a person, None is the farm itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.orm import Session

from core import nouns
from core.db import models


class Why(StrEnum):
    """Why an Invoice is put aside."""

    NOT_AN_INVOICE = "not_an_invoice"
    NOT_OURS = "not_ours"
    WRONG = "wrong"
    DUPLICATE = "duplicate"


#: What a person can correct; `value` is typed as people write it (`45,90`, `03/10/2026`) or normalised.
FIELDS = (
    "number", "date", "due_date", "total", "net", "vat", "currency", "kind", "supplier", "supplier_vat", "iban",
    "customer_ref", "period_from", "period_to",
)  # fmt: skip


class CannotAct(Exception):
    """The act does not fit what the Invoice is by now. `reason` is a word that a page says in its reader's language:
    `settled` (put aside or merged meanwhile), `value` (no such value), `pages` (ranges that do not fit), `later` (undo what came after first),
    `undone` (it is undone already), `itself`, `not_merged`, `unknown_field`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def queue(
    session: Session,
    workspace_id: int,
    *,
    supplier: str | None = None,
    reason: str | None = None,
    amount: Decimal | None = None,
    words: str = "",
    limit: int = 200,
) -> list[models.Invoice]:
    """The Invoices that ask for a person, oldest first. `reason` is a doubt's sentence, `words` as in `search.find`."""
    raise NotImplementedError


def count_waiting(session: Session, workspace_id: int) -> int:
    raise NotImplementedError


def reasons(session: Session, workspace_id: int) -> Counter[str]:
    """The doubts of all that waits, each with how many Invoices have it."""
    raise NotImplementedError


def is_green(invoice: models.Invoice) -> bool:
    """Nothing is doubted and nothing vital is missing: it can be confirmed with others like it."""
    raise NotImplementedError


def confirm(session: Session, invoice: models.Invoice, *, by: int | None, now: datetime) -> models.ReviewAct:
    raise NotImplementedError


def confirm_green(
    session: Session,
    workspace_id: int,
    *,
    by: int | None,
    now: datetime,
    ids: Collection[int] | None = None,
) -> list[models.ReviewAct]:
    """Confirm all that is green; with `ids`, of these only (what the page showed)."""
    raise NotImplementedError


def correct(
    session: Session,
    invoice: models.Invoice,
    field: str,
    value: str,
    *,
    by: int | None,
    now: datetime,
    box: nouns.Box | None = None,
) -> models.ReviewAct:
    """The Invoice says `value` from here on; it still waits to be confirmed. An empty value is none."""
    raise NotImplementedError


def reject(
    session: Session, invoice: models.Invoice, why: Why, *, by: int | None, now: datetime
) -> models.ReviewAct:
    """It is put aside; what is owed of it and not yet sent is withdrawn."""
    raise NotImplementedError


def not_an_invoice(
    session: Session, invoice: models.Invoice, *, by: int | None, now: datetime
) -> models.ReviewAct:
    raise NotImplementedError


def split(
    session: Session,
    document: models.Document,
    ranges: Sequence[tuple[int, int]],
    *,
    by: int | None,
    now: datetime,
) -> models.ReviewAct:
    """One Invoice for each range of pages (from 1, both ends in it); the first keeps this one. The bytes stay as they are;
    every part waits to be read. `act.before["made"]["invoices"]` are the new ones."""
    raise NotImplementedError


def merge(
    session: Session, kept: models.Invoice, other: models.Invoice, *, by: int | None, now: datetime
) -> models.ReviewAct:
    """`other` turned out to be `kept`: its Documents go there. The act is one of `other`."""
    raise NotImplementedError


def unmerge(session: Session, other: models.Invoice, *, by: int | None, now: datetime) -> models.ReviewAct:
    """They are two after all; the farm will not merge these again by itself."""
    raise NotImplementedError


def undo(session: Session, act_id: int, *, by: int | None, now: datetime) -> models.ReviewAct:
    """Put back what was before. Later acts on the same Invoices have to be undone first (CannotAct `later`)."""
    raise NotImplementedError


def acts_of(session: Session, invoice_id: int) -> list[models.ReviewAct]:
    """What was done to it, newest first; what is undone has `undone_at`."""
    raise NotImplementedError


def corrections_of(session: Session, invoice_id: int) -> dict[str, models.Correction]:
    """The last living correction of each field."""
    raise NotImplementedError

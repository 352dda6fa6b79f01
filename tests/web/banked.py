"""What the company has from its bank: an import of which nothing was taken in, a token, and a file on its way."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core import archive
from core.db import models
from core.ledger import bank_accounts, tokens
from tests.web.visits import NOW

if TYPE_CHECKING:
    from tests.web import world

UNREADABLE = {"line": 3, "why": "no_day", "raw": "hier;PERDU;-1,00"}


def bring(session: Session) -> None:
    """The account has no payment yet, so that those who count payments count their own."""
    account = bank_accounts.add(session, 1, "Compte courant", by=None, now=NOW)
    session.add(
        models.PaymentBatch(
            workspace_id=1, bank_account_id=account.id, source="file", format="csv", name="octobre.csv", sha256="0" * 64,
            lines=1, new=0, known=0, unreadable=1, balanced=None, left_out=[UNREADABLE], brought_at=NOW,
        )
    )  # fmt: skip
    tokens.make(session, 1, "Flux de la banque", ["payments:write"], by=None, now=NOW)


def address(company: world.World, content: bytes, *, workspace_id: int = 1) -> str:
    """A file that somebody of a company has just brought: where it is looked at."""
    stem = secrets.token_hex(16)
    (archive.Archive(company.settings.data).inbox / f"{stem}.arrival").write_bytes(content)
    mark = company.app.extensions["moisson"].desk.key.hash_token(f"statement|{workspace_id}|{stem}")[:16]
    return f"{stem}-{mark}"

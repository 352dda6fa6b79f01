"""What a command tells of an Account, and of a Run: the receipt, the named error with its next step, the invoices it brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors, ledger, nouns
from core.db import models


def of(session: Session, run_id: int) -> dict[str, Any]:
    """JSON of one Run: money as decimal text, dates ISO 8601, instants UTC."""
    run = session.get_one(models.Run, run_id)
    account = session.get_one(models.Account, run.account_id)
    return {
        "run": run.id,
        "account": account.id,
        "supplier": account.supplier,
        "label": account.label,
        "state": run.state,
        "census": run.census,
        "receipt": run.receipt,
        "error": _error(run),
        "invoices": [_invoice(session, one) for one in _brought(session, run)],
        "next_run_at": account.next_run_at.isoformat() if account.next_run_at else None,
    }


def of_refusal(account_id: int | None, err: errors.MoissonError) -> dict[str, Any]:
    """The same JSON for a visit that was not begun."""
    return {
        "run": None,
        "account": account_id,
        "state": "not_begun",
        "receipt": None,
        "error": {
            "name": type(err).__name__,
            "code": err.code,
            "message": err.sentence(),
            "remedy": err.remedy,
            "step": None,
            "said": str(err),
        },
        "invoices": [],
    }


def succeeded(report: dict[str, Any]) -> bool:
    return bool(report["state"] == nouns.RunState.DONE and report["error"] is None)


def in_words(report: dict[str, Any]) -> str:
    """One line for people: what happened, whose side, what was kept, the next step."""
    told = report["receipt"] or {}
    who = f"{report['label'] or report['supplier']} ({report['supplier']}, account {report['account']})"
    counts = ", ".join(
        f"{told[name]} {name}"
        for name in ("listed", "known", "baseline", "new", "revised", "held")
        if told.get(name)
    )
    error = report["error"]
    if error is None:
        return f"{who}: {report['state']}; {counts or 'nothing listed'}"
    kept = f"kept: {told.get('new', 0)} new" if told else "nothing was changed"
    when = report["next_run_at"] or "not before a person acts"
    return f"{who}: {error['name']} [{error['code']}] {error['message']} {error['said'] or ''} ({kept}; remedy: {error['remedy']}; next try: {when})"


def of_account(view: ledger.AccountView) -> dict[str, Any]:
    """One line of `moisson account list`: instants ISO 8601, UTC."""
    one = view.account
    return {
        "account": one.id,
        "supplier": one.supplier,
        "label": one.label,
        "login": one.masked_login,
        "state": str(view.state),
        "last_success": _instant(one.last_success_at),
        "next_run": _instant(one.next_run_at),
        "held": view.held,
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _error(run: models.Run) -> dict[str, Any] | None:
    if run.error is None:
        return None
    kind = getattr(errors, run.error, errors.MoissonError)
    return {
        "name": run.error,
        "code": run.error_code,
        "message": kind.sentence(),
        "remedy": kind.remedy,
        "step": run.error_step,
        "said": run.error_said,
        **(run.error_detail or {}),
    }


def _brought(session: Session, run: models.Run) -> list[models.Document]:
    return list(
        session.scalars(
            select(models.Document).where(models.Document.run_id == run.id).order_by(models.Document.id)
        )
    )


def _invoice(session: Session, document: models.Document) -> dict[str, Any]:
    invoice = session.get_one(models.Invoice, document.invoice_id)
    total = ledger.money(invoice.total_minor, invoice.currency)
    return {
        "invoice": invoice.id,
        "number": invoice.number,
        "date": invoice.issued_on.isoformat() if invoice.issued_on else None,
        "total": str(total.amount) if total else None,
        "currency": invoice.currency,
        "kind": invoice.kind,
        "doubts": invoice.doubts,
        "sha256": document.sha256,
        "size": document.size,
    }

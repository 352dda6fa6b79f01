"""Payments: the list with its filters, the batches they came in with *Undo this import*, and the bank accounts."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import nouns
from core.db import models
from core.ledger import bank_accounts, batches, paid
from web import farm, guard
from web import paid as narrowed
from web.pages.statements import record

pages = Blueprint("payments", __name__, url_prefix="/payments")
PER_PAGE = 50
#: Lines of a batch that were not taken in, or that keep it, on one page.
SHOWN = 100


@pages.get("")
@guard.members
def payments() -> str:
    here, page = farm.here(), max(1, request.args.get("page", 1, type=int))
    chosen = narrowed.chosen()
    with here.database.read() as session:
        found, total = chosen.found(session, page=page, per_page=PER_PAGE)
        return render_template(
            "payments.html",
            payments=found,
            stands=paid.states(session, found),
            invoices=_invoices(session, found),
            accounts={one.id: one for one in bank_accounts.all_of(session, g.visitor.workspace_id)},
            states=[state.value for state in paid.State],
            chosen=chosen,
            page=page,
            pages=-(-total // PER_PAGE),
            total=total,
            may=_may(),
        )


def _invoices(session: Session, found: list[models.Payment]) -> dict[int, list[models.Invoice]]:
    """What each is tied to by now, proposals left out."""
    ties = [match for match in paid.ties(session, [one.id for one in found]) if match.confirmed_at]
    invoice = models.Invoice
    known = {
        one.id: one
        for one in session.scalars(
            select(invoice).where(invoice.id.in_([match.invoice_id for match in ties]))
        )
    }
    tied: dict[int, list[models.Invoice]] = {}
    for match in ties:
        tied.setdefault(match.payment_id, []).append(known[match.invoice_id])
    return tied


@pages.get("/batches")
@guard.members
def batches_page() -> str:
    with farm.here().database.read() as session:
        return render_template(
            "batches.html",
            batches=batches.all_of(session, g.visitor.workspace_id),
            accounts={one.id: one for one in bank_accounts.all_of(session, g.visitor.workspace_id)},
            may=_may(),
        )


@pages.get("/batches/<int:batch_id>")
@guard.members
def batch(batch_id: int) -> str:
    return _batch(batch_id)


@pages.post("/batches/<int:batch_id>/undo")
@guard.finance
def undo(batch_id: int) -> Response | tuple[str, int]:
    """All of it or nothing: the lines that are in somebody's books keep the others."""
    here = farm.here()
    try:
        with here.database.write() as session:
            one = batches.one(session, g.visitor.workspace_id, batch_id) or abort(404)
            batches.undo(session, one, by=g.visitor.person_id, now=here.now())
            record(session, "payments.undone", f"batch:{batch_id}")
    except batches.Pushed:
        return _batch(batch_id, refused=True), 409
    return redirect(url_for("payments.batch", batch_id=batch_id))


def _batch(batch_id: int, *, refused: bool = False) -> str:
    with farm.here().database.read() as session:
        one = batches.one(session, g.visitor.workspace_id, batch_id) or abort(404)
        account = session.get_one(models.BankAccount, one.bank_account_id)
        pushed = [] if one.undone_at else batches.pushed(session, one)
    return render_template(
        "batch.html",
        batch=one,
        account=account,
        number=bank_accounts.shown,
        pushed=pushed[:SHOWN],
        left=one.left_out[:SHOWN],
        refused=refused,
        may=_may(),
    )


@pages.get("/accounts")
@guard.members
def accounts() -> str:
    with farm.here().database.read() as session:
        return render_template(
            "bank_accounts.html",
            accounts=bank_accounts.all_of(session, g.visitor.workspace_id),
            brought=bank_accounts.last_brought(session, g.visitor.workspace_id),
            number=bank_accounts.shown,
            may=_may(),
        )


@pages.post("/accounts/<int:account_id>")
@guard.finance
def rename(account_id: int) -> Response:
    with farm.here().database.write() as session:
        one = bank_accounts.one(session, g.visitor.workspace_id, account_id) or abort(404)
        bank_accounts.rename(one, request.form.get("name", ""))
    return redirect(url_for("payments.accounts"))


def _may() -> bool:
    return bool(g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE))

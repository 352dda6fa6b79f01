"""Leaving a supplier: what goes, what stays, said before it is done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import ledger
from core.db import models
from web import farm, guard
from web.pages.accounts import record, view_of
from web.pages.status import supplier_name

pages = Blueprint("leaving", __name__, url_prefix="/accounts/<int:account_id>")


@pages.get("/delete")
@guard.admin
def leave(account_id: int) -> str:
    with farm.here().database.read() as session:
        view = view_of(session, account_id)
        counts = {name: session.scalar(chosen) or 0 for name, chosen in _at_stake(account_id).items()}
    return render_template(
        "delete.html", view=view, counts=counts, supplier=supplier_name(view.account.supplier)
    )


def _at_stake(account_id: int) -> dict[str, Any]:
    """What goes and what stays, in numbers."""
    mine = [
        ("session", models.PortalSession.account_id),
        ("invoices", models.Invoice.account_id),
    ]
    counted = {name: select(func.count()).where(column == account_id) for name, column in mine}
    counted["pictures"] = (
        select(func.count(models.Evidence.id))
        .join(models.Run, models.Run.id == models.Evidence.run_id)
        .where(models.Run.account_id == account_id)
    )
    return counted


@pages.post("/delete")
@guard.admin
def remove(account_id: int) -> Response:
    """Secrets and session go at once; what runs is stopped; invoices stay."""
    with farm.here().database.write() as session:
        account = view_of(session, account_id).account
        _forget(session, account)
    return redirect(url_for("status.home"))


@pages.post("/abandon")
@guard.admin
def abandon(account_id: int) -> Response:
    """Cancel a first try: no row, no secret and no session stay."""
    with farm.here().database.write() as session:
        account = view_of(session, account_id).account
        if not account.trial:
            abort(404)
        _forget(session, account)
    return redirect(url_for("suppliers.tiles"))


def _forget(session: Session, account: models.Account) -> None:
    """A stored account leaves its invoices; one that is still on trial leaves nothing (journey a8)."""
    now = farm.here().now()
    record(session, "account.cancelled" if account.trial else "account.removed", account)
    ledger.remove_account(session, account, now=now)
    if account.trial:
        ledger.forget_trial(session, account)

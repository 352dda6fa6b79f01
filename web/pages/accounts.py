"""One account: how it stands, what was already there, collect now, pause, leave."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import ledger, nouns
from core.db import models
from core.ledger import search
from web import arrangements, farm, guard, outlook, people, questions, register, strip
from web.pages.status import supplier_name

pages = Blueprint("accounts", __name__, url_prefix="/accounts/<int:account_id>")


def view_of(session: Session, account_id: int) -> ledger.AccountView:
    """The account in the visitor's own workspace; anything else does not exist."""
    view = ledger.account_view(session, g.visitor.workspace_id, account_id, farm.here().now())
    return view or abort(404)


@pages.get("")
@guard.members
def account(account_id: int) -> str:
    here = farm.here()
    with here.database.read() as session:
        view = view_of(session, account_id)
        manifest = here.manifest(view.account.supplier)
        newest, total = search.find(session, g.visitor.workspace_id, account_id=account_id, per_page=5)
        return render_template(
            "account.html",
            view=view,
            supplier=supplier_name(view.account.supplier),
            manifest=manifest,
            owner=people.named(session, view.account.owner_id),
            noted=_noted(session, account_id),
            newest=newest,
            total=total,
            runs=ledger.runs_of(session, account_id),
            sign_ins=sign_ins_left(session, view.account),
            question=questions.of_view(session, view),
            hours=arrangements.hours(view.account.attended),
            spoken=arrangements.spoken,
            outlook=outlook.of(session, g.visitor.workspace_id, [view]),
            strip=strip.drawn,
            fate=strip.fate,
        )


def _noted(session: Session, account_id: int) -> int:
    """How many invoices the census left at the supplier."""
    chosen = select(func.count()).where(models.ListedRow.account_id == account_id, models.ListedRow.baseline)
    return session.scalar(chosen) or 0


def sign_ins_left(session: Session, account: models.Account) -> int:
    """How often a person may still have this account signed in within the day."""
    here = farm.here()
    manifest = here.manifest(account.supplier)
    return ledger.remaining_logins(
        session,
        account,
        lock_limit=manifest.lock_limit if manifest else 5,
        automatic=False,
        now=here.now(),
    )


@pages.get("/test")
@guard.members
def trial(account_id: int) -> Response | str:
    """Between *Test and save* and the first step: the worker takes the wish up within a second or so.

    `after` is the last run before the wish; the one to show comes later than it.
    """
    after = request.args.get("after", 0, type=int)
    with farm.here().database.read() as session:
        view = view_of(session, account_id)
    if view.last_runs and view.last_runs[0].id > after:
        place = url_for("runs.run", run_id=view.last_runs[0].id, round=request.args.get("round"))
        return guard.onward(place)
    return render_template("waiting.html", view=view, supplier=supplier_name(view.account.supplier))


@pages.post("/collect")
@guard.finance
def collect(account_id: int) -> Response:
    """Collect now; what the portal has asked is settled first, in its own room."""
    here = farm.here()
    with here.database.write() as session:
        view = view_of(session, account_id)
        if view.open_challenge:
            abort(403)
        if not view.last_runs or view.state != nouns.AccountState.RUNNING:
            ledger.wish(
                session,
                g.visitor.workspace_id,
                "collect",
                account_id=account_id,
                asked_by=g.visitor.person_id,
                now=here.now(),
            )
    return redirect(_back())


def record(session: Session, action: str, account: models.Account) -> None:
    register.record(session, g.visitor.person_id, action, account, farm.here().now())


def _back() -> str:
    return (
        url_for("status.home")
        if request.form.get("from") == "status"
        else url_for(
            "accounts.account", account_id=request.view_args["account_id"] if request.view_args else 0
        )
    )


@pages.post("/pause")
@guard.admin
def pause(account_id: int) -> Response:
    return _change(account_id, "account.paused", lambda account, now: ledger.mark_paused(account, now=now))


@pages.post("/resume")
@guard.admin
def resume(account_id: int) -> Response:
    return _change(
        account_id, "account.resumed", lambda account, now: ledger.resume_account(account, now=now)
    )


def _change(account_id: int, action: str, change: Any) -> Response:
    here = farm.here()
    with here.database.write() as session:
        account = view_of(session, account_id).account
        change(account, here.now())
        record(session, action, account)
    return redirect(_back())


@pages.get("/baseline")
@guard.members
def baseline(account_id: int) -> str:
    with farm.here().database.read() as session:
        view = view_of(session, account_id)
        lines = ledger.baseline(session, g.visitor.workspace_id, account_id)
    return render_template(
        "baseline.html", view=view, lines=lines, supplier=supplier_name(view.account.supplier)
    )

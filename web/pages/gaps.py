"""Missing invoices: what is missing and since when, who can bring it, and why it is explained; by list, and by supplier and month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import dates
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import nouns
from core.db import models
from core.ledger import acts, gaps, matches, missing, radar
from web import chain, evidence, farm, guard, matching, people, speech
from web.pages.status import supplier_name

pages = Blueprint("gaps", __name__, url_prefix="/gaps")
PER_PAGE, SUPPLIERS_PER_PAGE = 30, 25
GAP = "/<int:gap_id>"


@pages.get("")
@guard.members
def missing_ones() -> str:
    here, number = farm.here(), max(1, request.args.get("page", 1, type=int))
    told = {name: request.args.get(name, "") for name in ("supplier", "owner", "closed")}
    with here.database.read() as session:
        rows, total = missing.find(
            session,
            g.visitor.workspace_id,
            supplier=told["supplier"] or None,
            owner_id=int(told["owner"]) if told["owner"].isdecimal() else None,
            closed=bool(told["closed"]),
            page=number,
            per_page=PER_PAGE,
        )
        members = people.of_workspace(session, g.visitor.workspace_id)
        accounts = _accounts(session, [gap for gap, _ in rows])
        return render_template(
            "gaps.html",
            rows=[
                (
                    gap,
                    paid,
                    evidence.why_none(session, paid) if paid else "",
                    missing.left_behind(session, gap, paid),
                )
                for gap, paid in rows
            ],
            total=total,
            counted=total if not any(told.values()) else missing.count_open(session, g.visitor.workspace_id),
            suppliers=missing.suppliers(session, g.visitor.workspace_id),
            owners={person.id: person.email for person in members},
            accounts=accounts,
            addable=_addable(gap.supplier for gap, _ in rows if not gap.account_id),
            reasons=[each.value for each in matches.Why],
            told=told,
            turned=lambda n: url_for("gaps.missing_ones") + _query({**told, "page": n}),
            page=number,
            pages=-(-total // PER_PAGE),
            done=matching.just_done(session),
            today=_today(),
            may=_may(),
            name=supplier_name,
        )


@pages.get("/months")
@guard.members
def months() -> str:
    number = max(1, request.args.get("page", 1, type=int))
    with farm.here().database.read() as session:
        rows, total = missing.grid(
            session, g.visitor.workspace_id, today=_today(), page=number, per_page=SUPPLIERS_PER_PAGE
        )
    return render_template(
        "gap_months.html",
        rows=rows,
        total=total,
        months=[cell.month for cell in rows[0].cells] if rows else [],
        until=_last_day,
        short=_short,
        page=number,
        pages=-(-total // SUPPLIERS_PER_PAGE),
        name=supplier_name,
    )


@pages.post(GAP + "/collect")
@guard.finance
def collect(gap_id: int) -> Response:
    """Its supplier is asked now."""
    here = farm.here()
    with here.database.write() as session:
        gap = _gap(session, gap_id)
        if gaps.ask(session, gap, by=g.visitor.person_id, now=here.now()) is None:
            abort(409)
        chain.record(session, "gap.asked", f"gap:{gap.id}", account=gap.account_id)
    return _back()


@pages.post(GAP + "/close")
@guard.finance
def close(gap_id: int) -> Response:
    """Why there is no invoice, and none is needed: one of five."""
    told, note = request.form.get("why", ""), request.form.get("note", "")[:500]
    why = matches.Why(told) if told in set(matches.Why) else matches.Why.OTHER
    with farm.here().database.write() as session:
        gap = _gap(session, gap_id)
        did = _close(session, gap, why, note)
        chain.record(session, "gap.closed", f"gap:{gap.id}", why=why.value)
    return _back(did)


def _close(session: Session, gap: models.Gap, why: matches.Why, note: str) -> int | None:
    """The act that can be undone, where it is of a Payment."""
    by, now = g.visitor.person_id, farm.here().now()
    if gap.payment_id is None:
        radar.close(session, gap, why.value, note, by=by, now=now)
        return None
    payment = session.get_one(models.Payment, gap.payment_id)
    try:
        return matches.close(session, payment, why, note=note, by=by, now=now).id
    except acts.CannotAct:
        abort(409)


@pages.post(GAP + "/reopen")
@guard.finance
def reopen(gap_id: int) -> Response:
    with farm.here().database.write() as session:
        gap = _gap(session, gap_id)
        payment = session.get(models.Payment, gap.payment_id) if gap.payment_id else None
        if payment is None:
            radar.reopen(session, gap)
        elif payment.closed_at is None:
            abort(409)
        else:
            matches.reopen(session, payment, by=g.visitor.person_id, now=farm.here().now())
        chain.record(session, "gap.reopened", f"gap:{gap.id}")
    return _back()


def _gap(session: Session, gap_id: int) -> models.Gap:
    """The gap in the visitor's own company; anything else does not exist."""
    gap = models.Gap
    mine = gap.workspace_id == g.visitor.workspace_id, gap.id == gap_id
    return session.scalar(select(gap).where(*mine)) or abort(404)


def _back(did: int | None = None) -> Response:
    told = {
        "supplier": request.args.get("supplier", ""),
        "closed": request.args.get("closed", ""),
        "did": did,
    }
    return redirect(url_for("gaps.missing_ones") + _query(told))


def _query(told: Mapping[str, object]) -> str:
    said = {name: str(value) for name, value in told.items() if value}
    return f"?{urlencode(said)}" if said else ""


def _accounts(session: Session, shown: list[models.Gap]) -> dict[int, models.Account]:
    """Those that can be asked now."""
    account = models.Account
    alive = account.id.in_([gap.account_id for gap in shown]), account.deleted_at.is_(None)
    return {
        one.id: one for one in session.scalars(select(account).where(*alive)) if farm.visited(one.supplier)
    }


def _addable(suppliers: Iterable[str | None]) -> set[str]:
    """Those of the catalogue, which an account can be added for."""
    return {one for one in suppliers if one and farm.here().manifest(one)}


def _today() -> date:
    here = farm.here()
    return here.now().astimezone(ZoneInfo(here.settings.time_zone)).date()


def _short(month: date) -> str:
    """`nov. 26`"""
    return str(dates.format_date(month, "MMM yy", locale=speech.locale()))


def _last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _may() -> bool:
    return bool(g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE))

"""Invoices: the list with its search, and one of them with what was read on it, by which doors it came and what was done to it."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import review, search
from web import farm, fields, guard, matching, narrowed, reviewing
from web.pages.status import supplier_name

pages = Blueprint("invoices", __name__)
PER_PAGE = 30


@pages.get("/invoices")
@guard.members
def invoices() -> str:
    here, page = farm.here(), max(1, request.args.get("page", 1, type=int))
    chosen = narrowed.chosen()
    with here.database.read() as session:
        found, total = chosen.found(session, page=page, per_page=PER_PAGE)
        papers = reviewing.newest_papers(session, [invoice.id for invoice in found])
        accounts = _accounts(session)
    return render_template(
        "invoices.html",
        invoices=found,
        papers=papers,
        previewed={d.sha256 for d in papers.values() if here.archive.preview_path(d.sha256).is_file()},
        accounts=accounts,
        suppliers=sorted({account.supplier for account in accounts}),
        states=[state.value for state in search.State],
        state=reviewing.state,
        supplier=supplier_name,
        whose=reviewing.whose,
        chosen=chosen,
        narrowed=chosen.narrowed,
        page=page,
        pages=-(-total // PER_PAGE),
        total=total,
    )


def _accounts(session: Session) -> list[models.Account]:
    """What the list can be narrowed to; an account that was deleted keeps its invoices here."""
    chosen = select(models.Account).where(models.Account.workspace_id == g.visitor.workspace_id)
    return list(session.scalars(chosen.order_by(models.Account.supplier, models.Account.id)))


@pages.get("/invoices/<int:invoice_id>")
@guard.members
def invoice(invoice_id: int) -> str:
    here = farm.here()
    with here.database.read() as session:
        seen = reviewing.invoice_of(session, invoice_id)
        papers = reviewing.papers_of(session, seen)
        return render_template(
            "invoice.html",
            invoice=seen,
            state=reviewing.state(seen),
            papers=papers,
            previewed=bool(papers) and here.archive.preview_path(papers[0].sha256).is_file(),
            account=session.get(models.Account, seen.account_id) if seen.account_id else None,
            contract=session.get(models.ContractRow, seen.contract_id) if seen.contract_id else None,
            shown=[one for one in fields.of(session, seen, papers) if one.value],
            totals={paper.id: _total(session, paper, seen.currency) for paper in papers},
            corrected=review.corrections_of(session, seen.id),
            history=reviewing.history_of(session, seen),
            field_name=reviewing.field_name,
            may=g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE),
            doubt=fields.doubt,
            supplier=reviewing.whose(seen),
            paid=matching.of_invoice(session, seen),
        )


def _total(session: Session, paper: models.Document, currency: str | None) -> str:
    """What this version says is owed."""
    read = fields.reading(session, [paper]).get("total")
    return fields.value("total", str(read["value"]), currency) if read else ""

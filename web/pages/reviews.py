"""The review desk: the queue, and one Invoice beside its page. What a person says of it is in `judgements`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from core.ledger import review, twins
from web import farm, fields, guard, reviewing, sheets
from web.pages.status import supplier_name

pages = Blueprint("reviews", __name__)

DESK = "/review/<int:invoice_id>"
PER_PAGE = 30
#: Parts that the form for splitting has room for.
PARTS = 4

Problems = Mapping[str, str]


@pages.get("/review")
@guard.members
def queue() -> str:
    here, chosen, page = farm.here(), reviewing.chosen(), max(1, request.args.get("page", 1, type=int))
    with here.database.read() as session:
        ids = chosen.places(session)
        rows = review.of_places(session, ids[(page - 1) * PER_PAGE : page * PER_PAGE])
        papers = reviewing.newest_papers(session, [invoice.id for invoice in rows])
        return render_template(
            "review.html",
            rows=rows,
            papers=papers,
            previewed={d.sha256 for d in papers.values() if here.archive.preview_path(d.sha256).is_file()},
            total=len(ids),
            green=len(chosen.green(session)),
            at_once=reviewing.AT_ONCE,
            suppliers=review.suppliers(session, g.visitor.workspace_id),
            reasons=sorted(review.reasons(session, g.visitor.workspace_id)),
            chosen=chosen,
            amount_wrong=chosen.amount_wrong,
            query=chosen.query(),
            turned=lambda n: url_for("reviews.queue") + chosen.query(page=n),
            page=page,
            pages=-(-len(ids) // PER_PAGE),
            **_words(session),
        )


def _words(session: Session) -> dict[str, Any]:
    """What both pages say."""
    return {
        "done": reviewing.just_done(session),
        "may": g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE),
        "supplier": supplier_name,
        "whose": reviewing.whose,
        "doubt": fields.doubt,
        "field_name": reviewing.field_name,
        "rejected_for": fields.set_aside_for,
    }


@pages.get(DESK)
@guard.members
def desk(invoice_id: int) -> str:
    return shown(invoice_id)


def shown(invoice_id: int, problems: Problems | None = None, problem: str = "") -> str:
    """The desk; `problems` by field, `problem` of the whole, both keys of i18n."""
    here, chosen = farm.here(), reviewing.chosen()
    with here.database.read() as session:
        invoice = reviewing.invoice_of(session, invoice_id)
        papers = reviewing.papers_of(session, invoice)
        values = fields.of(session, invoice, papers)
        sheet = sheets.of(papers[0], request.args.get("page", type=int)) if papers else None
        return render_template(
            "desk.html",
            invoice=invoice,
            state=reviewing.state(invoice),
            paper=papers[0] if papers else None,
            previewed=bool(papers) and here.archive.preview_path(papers[0].sha256).is_file(),
            sheet=sheet,
            boxes=[(one.name, one.box) for one in values if sheet and sheet.holds(one.box)],
            shown=values,
            corrected=review.corrections_of(session, invoice.id),
            editable=review.FIELDS,
            kinds=list(nouns.Kind),
            why=[each.value for each in review.Why if each is not review.Why.NOT_AN_INVOICE],
            place=reviewing.place_of(chosen.places(session), invoice.id),
            twin=_twin(session, invoice),
            history=reviewing.history_of(session, invoice),
            typed=request.form,
            problems=problems or {},
            empties_open=any(one.name in (problems or {}) for one in values if not one.counts),
            problem=problem,
            parts=range(1, PARTS + 1),
            query=chosen.query(),
            turned=lambda n: url_for("reviews.desk", invoice_id=invoice_id) + chosen.query(page=n),
            **_words(session),
        )


def _twin(session: Session, invoice: models.Invoice) -> int | None:
    """The Invoice that this one may be: the same bytes, else the likest of the same seller."""
    alike = None if invoice.twin_of else twins.of(session, invoice)
    return alike[1].id if alike else invoice.twin_of

"""Teaching: a person points at values on a page, sees what that would read on the supplier's other documents, and lets it read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors, nouns, rereading, teaching
from core.db import models
from core.extraction import templates as known
from core.ledger import review, templates
from web import chain, farm, fields, guard, pointing, reviewing, sheets
from web.pages.status import supplier_name

pages = Blueprint("lessons", __name__)

#: Documents that a version is tried on at once; the others are a click away.
TRIED_ON = 12
#: Invoices of the desk that are read again while a person waits.
AT_ONCE = 40
TEACH, LESSON = "/review/<int:invoice_id>/teach", "/lessons/<int:template_id>"


@pages.get(TEACH)
@guard.finance
def form(invoice_id: int) -> str | Response:
    """The page with its words to point at. What was pointed at is in the address, so going back takes it back."""
    with farm.here().database.read() as session:
        invoice, paper = _paper(session, invoice_id)
    sheet = sheets.of(paper, request.args.get("page", type=int)) or abort(404)
    at = pointing.told(request.args)
    if "field" in request.args:
        added = pointing.added(request.args, sheet)
        if added:
            place = url_for("lessons.form", invoice_id=invoice_id)
            return redirect(place + pointing.query({**at, **added}, page=sheet.page))
    return _form(invoice, sheet, at)


def _paper(session: Session, invoice_id: int) -> tuple[models.Invoice, models.Document]:
    invoice = reviewing.invoice_of(session, invoice_id)
    papers = reviewing.papers_of(session, invoice)
    return invoice, papers[0] if papers else abort(404)


def _form(
    invoice: models.Invoice, sheet: sheets.Sheet, at: Mapping[str, nouns.Box], problem: str = ""
) -> str:
    wanted = request.args.get("field", "")
    rest = [name for name in fields.ORDER if name in known.FIELDS and name not in at]
    return render_template(
        "teach.html",
        invoice=invoice,
        supplier=supplier_name(invoice.supplier),
        sheet=sheet,
        at=at,
        wanted=wanted if wanted in rest else (rest[0] if rest else ""),
        pointed={name: sheet.text_in(box) for name, box in at.items() if box.page == sheet.page},
        names=[name for name in fields.ORDER if name in known.FIELDS],
        spelled=pointing.spelled,
        without=lambda name: pointing.query({k: b for k, b in at.items() if k != name}, page=sheet.page),
        turned=lambda n: url_for("lessons.form", invoice_id=invoice.id) + pointing.query(at, page=n),
        nothing_chosen="field" in request.args,
        field_name=reviewing.field_name,
        problem=problem,
    )


@pages.post(TEACH)
@guard.finance
def propose(invoice_id: int) -> Response | tuple[str, int]:
    """A version that reads nothing yet; on to what it would change."""
    here, at = farm.here(), pointing.told(request.form)
    with here.database.read() as session:
        invoice, paper = _paper(session, invoice_id)
    if not at:
        return redirect(url_for("lessons.form", invoice_id=invoice_id))
    try:
        made = teaching.propose(
            here.database, here.archive, here.readers, paper.id, at, by=g.visitor.person_id, now=here.now()
        )
    except (errors.ReaderFailed, errors.NotAnInvoice):
        sheet = sheets.of(paper, None) or abort(404)
        return _form(invoice, sheet, at, "teach.failed"), 422
    _record(made.template_id, "template.proposed", fields=sorted(at))
    untaught = ",".join(made.untaught) or None
    return redirect(url_for("lessons.lesson", template_id=made.template_id, untaught=untaught, of=invoice_id))


@pages.get(LESSON)
@guard.members
def lesson(template_id: int) -> str:
    return _shown(template_id)


def _shown(template_id: int, broken: list[teaching.Trial] | None = None) -> str:
    here = farm.here()
    limit = min(request.args.get("limit", TRIED_ON, type=int), 500)
    with here.database.read() as session:
        template = _template(session, template_id)
        documents = templates.documents(session, template.workspace_id, template.supplier)
        about = {
            each.invoice_id: session.get_one(models.Invoice, each.invoice_id) for each in documents[:limit]
        }
    stands = template.retired_at is None
    tried = (
        list(teaching.tried(here.database, here.archive, here.readers, template_id, limit=limit))
        if stands
        else []
    )
    return render_template(
        "lesson.html",
        template=template,
        taught=sorted({str(anchor["field"]) for anchor in template.anchors}, key=_order),
        tried=[each for each in tried if each.fits or each.changes or each.failed],
        unlike=sum(not (each.fits or each.changes or each.failed) for each in tried),
        about=about,
        shown=len(tried),
        more=len(documents) if len(documents) > len(tried) and stands else 0,
        broken=broken or [],
        untaught=[n for n in request.args.get("untaught", "").split(",") if n in known.FIELDS],
        of=request.args.get("of", type=int),
        supplier=supplier_name(template.supplier),
        may=g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE),
        field_name=reviewing.field_name,
        value=lambda name, text: fields.value(name, text, None) if text is not None else "—",
    )


def _order(name: str) -> int:
    return fields.ORDER.index(name) if name in fields.ORDER else len(fields.ORDER)


def _template(session: Session, template_id: int) -> models.Template:
    template = session.get(models.Template, template_id)
    return template if template and template.workspace_id == g.visitor.workspace_id else abort(404)


@pages.post(LESSON + "/live")
@guard.finance
def live(template_id: int) -> Response | tuple[str, int]:
    """From now on it reads; unless it reads a sample otherwise than was taught before, which is shown first."""
    here = farm.here()
    with here.database.read() as session:
        _template(session, template_id)
    broken = teaching.go_live(
        here.database,
        here.archive,
        here.readers,
        template_id,
        now=here.now(),
        although_broken=request.form.get("although") == "yes",
    )
    if broken:
        return _shown(template_id, broken), 409
    _record(template_id, "template.live")
    return redirect(url_for("lessons.lesson", template_id=template_id, of=request.form.get("of") or None))


@pages.post(LESSON + "/retire")
@guard.finance
def retire(template_id: int) -> Response:
    """It reads no longer, or never will."""
    here = farm.here()
    with here.database.write() as session:
        templates.retire(_template(session, template_id), now=here.now())
        chain.record(session, "template.retired", f"template:{template_id}")
    return redirect(url_for("lessons.lesson", template_id=template_id, of=request.form.get("of") or None))


@pages.post(LESSON + "/reread")
@guard.finance
def reread(template_id: int) -> Response:
    """What of this supplier waits at the desk is read again at once; the rest of the archive by `moisson reread`."""
    here = farm.here()
    with here.database.read() as session:
        template = _template(session, template_id)
        queue = review.queue(session, template.workspace_id, supplier=template.supplier, limit=AT_ONCE)
        papers = reviewing.newest_papers(session, [invoice.id for invoice in queue])
        mine = {paper.id for paper in papers.values()}
        waiting = rereading.waiting(session, template.workspace_id, template.supplier)
        asked = [number for number in waiting if number in mine]
    again = list(rereading.again(here.database, here.archive, here.readers, asked, apply=True, now=here.now))
    _record(template_id, "template.reread", documents=len(again))
    return redirect(url_for("reviews.queue", supplier=template.supplier))


def _record(template_id: int, action: str, **detail: Any) -> None:
    with farm.here().database.write() as session:
        chain.record(session, action, f"template:{template_id}", **detail)

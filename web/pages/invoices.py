"""Invoices: the list, one of them with what was read on it, and its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ledger
from core.db import models
from core.extraction import doubts
from web import farm, guard, headers, speech
from web.pages.status import supplier_name

pages = Blueprint("invoices", __name__)
PER_PAGE = 30


@pages.get("/invoices")
@guard.members
def invoices() -> str:
    here, page = farm.here(), max(1, request.args.get("page", 1, type=int))
    chosen: dict[str, Any] = {
        "account_id": request.args.get("account", type=int),
        "supplier": request.args.get("supplier") or None,
        "words": request.args.get("q", "").strip(),
    }
    with here.database.read() as session:
        found, total = ledger.invoices(
            session, g.visitor.workspace_id, page=page, per_page=PER_PAGE, **chosen
        )
        papers = _newest_documents(session, [invoice.id for invoice in found])
        accounts = _accounts(session)
    return render_template(
        "invoices.html",
        invoices=found,
        papers=papers,
        previewed={d.sha256 for d in papers.values() if here.archive.preview_path(d.sha256).is_file()},
        accounts=accounts,
        suppliers=sorted({account.supplier for account in accounts}),
        supplier=supplier_name,
        chosen=chosen,
        page=page,
        pages=-(-total // PER_PAGE),
        total=total,
    )


def _accounts(session: Session) -> list[models.Account]:
    """What the list can be narrowed to; an account that was deleted keeps its invoices here."""
    chosen = select(models.Account).where(models.Account.workspace_id == g.visitor.workspace_id)
    return list(session.scalars(chosen.order_by(models.Account.supplier, models.Account.id)))


def _newest_documents(session: Session, ids: Sequence[int]) -> dict[int, models.Document]:
    rows = session.scalars(
        select(models.Document)
        .where(models.Document.workspace_id == g.visitor.workspace_id, models.Document.invoice_id.in_(ids))
        .order_by(models.Document.revision, models.Document.id)
    )
    return {document.invoice_id: document for document in rows}


@pages.get("/invoices/<int:invoice_id>")
@guard.members
def invoice(invoice_id: int) -> str:
    here = farm.here()
    with here.database.read() as session:
        seen = session.scalar(
            select(models.Invoice).where(
                models.Invoice.workspace_id == g.visitor.workspace_id, models.Invoice.id == invoice_id
            )
        ) or abort(404)
        papers = list(
            session.scalars(
                select(models.Document)
                .where(models.Document.invoice_id == invoice_id)
                .order_by(models.Document.revision.desc(), models.Document.id.desc())
            )
        )
        account = session.get(models.Account, seen.account_id) if seen.account_id else None
        contract = session.get(models.ContractRow, seen.contract_id) if seen.contract_id else None
        fields = _read_fields(session, papers)
        versions = [(paper, dict(_read_fields(session, [paper]))) for paper in papers]
    return render_template(
        "invoice.html",
        invoice=seen,
        papers=papers,
        previewed=bool(papers) and here.archive.preview_path(papers[0].sha256).is_file(),
        account=account,
        contract=contract,
        fields=fields,
        versions=versions,
        value=_value,
        source=_source,
        doubt=_doubt,
        supplier=supplier_name(seen.supplier),
    )


def _read_fields(session: Session, papers: Sequence[models.Document]) -> list[tuple[str, dict[str, Any]]]:
    """What was read on the newest Document, field by field, in the order people look at them."""
    if not papers:
        return []
    reading = session.scalar(
        select(models.ReadingRow)
        .where(models.ReadingRow.document_id == papers[0].id)
        .order_by(models.ReadingRow.id.desc())
        .limit(1)
    )
    order = ("number", "date", "due_date", "total", "net", "vat", "currency")
    fields = reading.fields if reading else {}
    known = [name for name in order if name in fields]
    return [(name, fields[name]) for name in known + sorted(set(fields) - set(order))]


def _value(name: str, field: dict[str, Any], fields: dict[str, dict[str, Any]]) -> str:
    """A field's normalised text as people of that language write it."""
    text = str(field["value"])
    try:
        if name.endswith("date"):
            return speech.day(date.fromisoformat(text))
        if name in ("total", "net", "vat"):
            return speech.amount(Decimal(text), fields.get("currency", {}).get("value"))
    except (ValueError, InvalidOperation):
        return text
    return text


def _source(source: str) -> str:
    """Where a value was read, in words."""
    known = {"generic": "generic", "portal:row": "portal_row", "portal:row+page": "portal_row_page"}
    family = source.partition(":")[0]
    return speech.say(
        f"source.{known.get(source, family if family in ('xml', 'template') else 'other')}", name=source
    )


def _doubt(sentence: str) -> str:
    """A reader's doubt in the viewer's language; a sentence that is not known is shown as it came."""
    names = {
        said: name.lower() for name, said in vars(doubts).items() if name.isupper() and isinstance(said, str)
    }
    return speech.say(f"doubt.{names[sentence]}") if sentence in names else sentence


def _document(session: Session, document_id: int) -> models.Document:
    return session.scalar(
        select(models.Document).where(
            models.Document.workspace_id == g.visitor.workspace_id, models.Document.id == document_id
        )
    ) or abort(404)


@pages.get("/documents/<int:document_id>/original")
@guard.members
def original(document_id: int) -> Response:
    """The bytes as the portal gave them, to be saved, never to be shown inside our pages."""
    here = farm.here()
    with here.database.read() as session:
        document = _document(session, document_id)
        seen = session.get_one(models.Invoice, document.invoice_id)
    path = here.archive.path(document.sha256)
    if not path.is_file():
        abort(404)
    known = document.media_type if document.media_type == "application/pdf" else "application/octet-stream"
    answer = send_file(path.absolute(), mimetype=known, as_attachment=True, download_name=_named(seen, known))
    answer.headers["Content-Security-Policy"] = headers.SEALED_OFF
    return answer


def _named(invoice: models.Invoice, media_type: str) -> str:
    parts = [
        invoice.issued_on.isoformat() if invoice.issued_on else "",
        invoice.supplier,
        invoice.number or str(invoice.id),
    ]
    plain = "_".join("".join(c if c.isalnum() or c in "-." else "-" for c in part) for part in parts if part)
    return plain + (".pdf" if media_type == "application/pdf" else ".bin")


@pages.get("/documents/<int:document_id>/preview.png")
@guard.members
def preview(document_id: int) -> Response:
    """The first page as a picture, made when it was read."""
    here = farm.here()
    with here.database.read() as session:
        path = here.archive.preview_path(_document(session, document_id).sha256)
    if not path.is_file():
        abort(404)
    answer = send_file(path.absolute(), mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    answer.headers["Content-Security-Policy"] = headers.SEALED_OFF
    return answer

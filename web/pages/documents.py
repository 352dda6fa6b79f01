"""The bytes of Documents: the original to be saved, and pictures of its pages to be looked at."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import nouns
from core.db import models
from web import farm, guard, headers, sheets

pages = Blueprint("documents", __name__)


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
    known = document.media_type if document.media_type in nouns.SUFFIXES else "application/octet-stream"
    answer = send_file(
        path.absolute(), mimetype=known, as_attachment=True, download_name=_named(seen, document.media_type)
    )
    answer.headers["Content-Security-Policy"] = headers.SEALED_OFF
    return answer


def _named(invoice: models.Invoice, media_type: str) -> str:
    parts = [
        invoice.issued_on.isoformat() if invoice.issued_on else "",
        invoice.supplier,
        invoice.number or str(invoice.id),
    ]
    plain = "_".join("".join(c if c.isalnum() or c in "-." else "-" for c in part) for part in parts if part)
    return plain + nouns.SUFFIXES.get(media_type, ".bin")


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


@pages.get("/documents/<int:document_id>/pages/<int:page>.png")
@guard.members
def page(document_id: int, page: int) -> Response:
    """Any page as a picture, drawn in a reader child."""
    with farm.here().database.read() as session:
        document = _document(session, document_id)
    drawn = sheets.picture(document, page) or abort(404)
    answer = Response(drawn, mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    answer.headers["Content-Security-Policy"] = headers.SEALED_OFF
    return answer

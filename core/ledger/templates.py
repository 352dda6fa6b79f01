"""How a Supplier's documents are read, as people taught it: proposed, gone live, replaced; a version is never changed.

Anchors and layouts are what `core.extraction.templates` made of them; here they are kept, and not looked into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import models

#: A template as a reader child is given it: `supplier`, `version`, `layout`, `anchors`.
Values = dict[str, Any]


def propose(
    session: Session,
    workspace_id: int,
    supplier: str,
    *,
    layout: str,
    anchors: Sequence[Mapping[str, Any]],
    by: int | None,
    now: datetime,
) -> models.Template:
    """A new version, which reads nothing before a person lets it `go_live`. Versions count up through all of a Supplier's layouts."""
    mine = models.Template.workspace_id == workspace_id, models.Template.supplier == supplier
    last = session.scalar(select(func.max(models.Template.version)).where(*mine)) or 0
    template = models.Template(
        workspace_id=workspace_id,
        supplier=supplier,
        layout=layout,
        version=last + 1,
        anchors=[dict(one) for one in anchors],
        made_by=by,
        made_at=now,
    )
    session.add(template)
    session.flush()
    return template


def go_live(session: Session, template: models.Template, *, now: datetime) -> None:
    """From now on it reads; the version of the same layout before it no longer does."""
    for older in live(session, template.workspace_id, template.supplier):
        if older.layout == template.layout and older.id != template.id:
            older.retired_at = now
    template.live_at, template.retired_at = template.live_at or now, None


def retire(template: models.Template, *, now: datetime) -> None:
    """It reads no longer, or never will; its samples stay."""
    template.retired_at = now


def live(session: Session, workspace_id: int, supplier: str) -> list[models.Template]:
    """What reads now, newest version first."""
    return [
        one for one in versions(session, workspace_id, supplier) if one.live_at and one.retired_at is None
    ]


def versions(session: Session, workspace_id: int, supplier: str) -> list[models.Template]:
    """Everything ever proposed for a Supplier, newest first."""
    template = models.Template
    mine = template.workspace_id == workspace_id, template.supplier == supplier
    return list(session.scalars(select(template).where(*mine).order_by(template.version.desc())))


def taught(session: Session, workspace_id: int) -> list[str]:
    """The Suppliers that have templates, by name."""
    mine = models.Template.workspace_id == workspace_id
    return list(session.scalars(select(models.Template.supplier).where(mine).distinct().order_by("supplier")))


def values(template: models.Template) -> Values:
    return {
        "supplier": template.supplier,
        "version": template.version,
        "layout": template.layout,
        "anchors": template.anchors,
    }


def in_use(session: Session, workspace_id: int, supplier: str) -> list[Values]:
    """The live templates of a Supplier, for `Readers.read(path, templates)`."""
    return [values(one) for one in live(session, workspace_id, supplier)]


def keep_sample(
    session: Session, template: models.Template, document_id: int, expected: Mapping[str, str]
) -> None:
    """What this template must go on reading in this Document, field by field; the last word said counts."""
    sample = session.get(models.TemplateSample, (template.id, document_id))
    if sample is None:
        sample = models.TemplateSample(template_id=template.id, document_id=document_id, expected={})
        session.add(sample)
    sample.expected = dict(expected)


def samples(session: Session, template: models.Template) -> list[models.TemplateSample]:
    """Oldest Document first."""
    sample = models.TemplateSample
    mine = select(sample).where(sample.template_id == template.id)
    return list(session.scalars(mine.order_by(sample.document_id)))


def documents(
    session: Session, workspace_id: int, supplier: str | None = None, *, limit: int | None = None
) -> list[models.Document]:
    """What can be read again: the Supplier's documents in the archive (every one without a Supplier), newest first."""
    document, invoice = models.Document, models.Invoice
    chosen = select(document).join(invoice, invoice.id == document.invoice_id)
    chosen = chosen.where(document.workspace_id == workspace_id, document.quarantined_for.is_(None))
    if supplier is not None:
        chosen = chosen.where(invoice.supplier == supplier)
    return list(session.scalars(chosen.order_by(document.id.desc()).limit(limit)))

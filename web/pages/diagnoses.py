"""A portal that changed, told once for its supplier: what was expected, what was seen, whom it keeps waiting, and a file for the mender."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, g, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ledger
from core.db import models
from core.ledger import changes
from web import diagnosis, farm, guard
from web.pages.status import supplier_name

pages = Blueprint("diagnoses", __name__, url_prefix="/suppliers/<supplier>/diagnosis")


def _open(session: Session, supplier: str) -> changes.Change | None:
    """Raises 404 for a supplier that is neither in the catalogue nor an account's."""
    here, mine = farm.here(), models.Account.workspace_id == g.visitor.workspace_id
    ours = session.scalar(select(models.Account.id).where(mine, models.Account.supplier == supplier).limit(1))
    if here.manifest(supplier) is None and ours is None:
        abort(404)
    return changes.open_changes(session, g.visitor.workspace_id, [supplier]).get(supplier)


@pages.get("")
@guard.members
def page(supplier: str) -> str:
    here = farm.here()
    with here.database.read() as session:
        change = _open(session, supplier)
        told = _told(session, change) if change else None
        views = ledger.accounts_with_state(session, g.visitor.workspace_id, here.now())
        return render_template(
            "diagnosis.html",
            supplier=supplier,
            name=supplier_name(supplier),
            change=change,
            told=json.dumps(told, indent=2, ensure_ascii=False),
            touched=[view for view in views if change and view.account.id in change.accounts],
            picture=_left(session, change, "screenshot") if change else None,
            breaker=session.get(models.Breaker, supplier),
            green=ledger.last_greens(session).get(supplier),
        )


@pages.get("/file.json")
@guard.members
def file(supplier: str) -> Response:
    with farm.here().database.read() as session:
        change = _open(session, supplier) or abort(404)
        told = _told(session, change)
    answer = Response(json.dumps(told, indent=2, ensure_ascii=False), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="moisson-diagnosis-{supplier}.json"'
    return answer


def _told(session: Session, change: changes.Change) -> dict[str, object]:
    found = ledger.run_with_events(session, g.visitor.workspace_id, change.runs[0].id)
    events = found[1] if found else []
    shape = _left(session, change, "shape")
    path = farm.here().settings.data.absolute() / "evidence" / shape.path if shape else None
    kept = path.read_text(encoding="utf-8") if path and path.is_file() else None
    return diagnosis.of_change(change, events, farm.here().manifest(change.supplier), kept)


def _left(session: Session, change: changes.Change, kind: str) -> models.Evidence | None:
    """The newest piece of evidence of this kind."""
    runs = [run.id for run in change.runs]
    chosen = select(models.Evidence).where(models.Evidence.run_id.in_(runs), models.Evidence.kind == kind)
    return session.scalar(chosen.order_by(models.Evidence.id.desc()).limit(1))

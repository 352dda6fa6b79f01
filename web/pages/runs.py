"""One run, live: its named steps, its receipt, and when it failed the five parts of what to know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, send_file, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core import ledger, nouns
from core.db import models
from web import anatomy, diagnosis, farm, guard, headers, questions, steps
from web.pages.status import supplier_name

pages = Blueprint("runs", __name__, url_prefix="/runs/<int:run_id>")


def _found(session: Session, run_id: int) -> tuple[models.Run, list[models.RunEvent], list[models.Evidence]]:
    return ledger.run_with_events(session, g.visitor.workspace_id, run_id) or abort(404)


@pages.get("")
@guard.members
def run(run_id: int) -> str | AnyResponse:
    here = farm.here()
    with here.database.read() as session:
        seen, events, left = _found(session, run_id)
        view = ledger.account_view(session, g.visitor.workspace_id, seen.account_id, here.now())
        brought = session.scalars(
            select(models.Invoice)
            .join(models.Document, models.Document.invoice_id == models.Invoice.id)
            .where(models.Document.run_id == run_id, models.Invoice.workspace_id == g.visitor.workspace_id)
        ).all()
        return render_template(
            "run.html",
            run=seen,
            events=events,
            view=view,
            supplier=supplier_name(view.account.supplier) if view else "",
            active=seen.state in nouns.ACTIVE_STATES,
            receipt=seen.receipt or {},
            brought=brought,
            noted=_noted(session, seen),
            parts=anatomy.of(seen, view),
            question=_asked(session, seen, view),
            in_round="yes" if request.args.get("round") == "yes" else None,
            step=steps.told,
            login_page=farm.login_page(view.account.supplier) if view else "",
            pictures=[e for e in left if e.kind == "screenshot"],
            papers=[e for e in left if e.kind != "screenshot"],
            diagnosis=json.dumps(diagnosis.of(seen, events, view), indent=2, ensure_ascii=False),
        )


def _asked(session: Session, run: models.Run, view: ledger.AccountView | None) -> questions.Asked | None:
    """What the portal asks in this very run."""
    asked = questions.of_view(session, view)
    return asked if asked and asked.challenge.run_id == run.id else None


def _noted(session: Session, run: models.Run) -> Any:
    """What this run's census noted: how many, and from which day to which."""
    row = models.ListedRow
    return session.execute(
        select(func.count(), func.min(row.date), func.max(row.date)).where(row.run_id == run.id, row.baseline)
    ).one()


@pages.post("/stop")
@guard.finance
def stop(run_id: int) -> AnyResponse:
    """Ask the worker to stop this run; what came home stays."""
    here = farm.here()
    with here.database.write() as session:
        seen, _, _ = _found(session, run_id)
        if seen.state in nouns.ACTIVE_STATES:
            ledger.wish(
                session,
                g.visitor.workspace_id,
                "stop",
                account_id=seen.account_id,
                run_id=run_id,
                asked_by=g.visitor.person_id,
                now=here.now(),
            )
    return redirect(url_for("runs.run", run_id=run_id))


@pages.get("/evidence/<int:evidence_id>")
@guard.members
def evidence(run_id: int, evidence_id: int) -> Response:
    """What a portal showed, kept apart: no script of it runs here, nothing of it is believed."""
    here = farm.here()
    with here.database.read() as session:
        left = next((e for e in _found(session, run_id)[2] if e.id == evidence_id), None) or abort(404)
    path = _inside(here.settings.data.absolute() / "evidence", left.path)
    picture = left.kind == "screenshot"
    answer = send_file(path, mimetype="image/png" if picture else "text/plain; charset=utf-8")
    answer.headers["Content-Security-Policy"] = headers.SEALED_OFF
    return answer


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        abort(404)
    return path

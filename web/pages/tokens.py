"""Tokens of programs: made and revoked by an admin, shown once."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.ledger import tokens
from web import farm, guard
from web.pages.statements import record

pages = Blueprint("tokens", __name__, url_prefix="/tokens")


@pages.get("")
@guard.admin
def room() -> str:
    return _shown()


@pages.post("")
@guard.admin
def make() -> str | tuple[str, int]:
    """The token is shown in this answer and never again: only its hash stays."""
    here, name, scopes = farm.here(), request.form.get("name", "").strip(), request.form.getlist("scope")
    if not name:
        return _shown(problem="tokens.no_name"), 422
    if not scopes or not set(scopes) <= set(tokens.SCOPES):
        return _shown(problem="tokens.no_scope"), 422
    with here.database.write() as session:
        row, token = tokens.make(
            session, g.visitor.workspace_id, name, scopes, by=g.visitor.person_id, now=here.now()
        )
        record(session, "token.made", f"token:{row.id}")
    return _shown(token=token)


@pages.post("/<int:token_id>/revoke")
@guard.admin
def revoke(token_id: int) -> Response:
    here = farm.here()
    with here.database.write() as session:
        tokens.revoke(session, g.visitor.workspace_id, token_id, now=here.now()) or abort(404)
        record(session, "token.revoked", f"token:{token_id}")
    return redirect(url_for("tokens.room"))


def _shown(*, problem: str = "", token: str = "") -> str:
    here = farm.here()
    with here.database.read() as session:
        every = tokens.all_of(session, g.visitor.workspace_id)
    return render_template(
        "tokens.html",
        tokens=every,
        scopes=tokens.SCOPES,
        problem=problem,
        token=token,
        url=f"{here.settings.public_url or request.host_url.rstrip('/')}/api/v1/payments",
        name=request.form.get("name", "") if problem else "",
    )

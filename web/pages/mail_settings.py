"""Mailbox settings leave as a file without a secret, and are set up from one; both for admins."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g, render_template, request

from core.ledger import mail_settings
from web import farm, guard, people
from web import mail_settings as brought
from web.pages.statements import record

pages = Blueprint("mail_settings", __name__, url_prefix="/mailboxes/settings")


@pages.url_value_preprocessor
def _roomy(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """Pages take little; files need room."""
    if endpoint == "mail_settings.bring":
        request.max_content_length = brought.LARGEST


@pages.get("")
@guard.admin
def room() -> str:
    return render_template("mail_settings.html")


@pages.get("/mailboxes.json")
@guard.admin
def file() -> Response:
    with farm.here().database.write() as session:
        told = mail_settings.exported(session, g.visitor.workspace_id)
        record(session, "mailboxes.exported", f"workspace:{g.visitor.workspace_id}")
    body = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    named = {"Content-Disposition": "attachment; filename=mailboxes.json"}
    return Response(body, content_type="application/json; charset=utf-8", headers=named)


@pages.post("")
@guard.admin
def bring() -> str | tuple[str, int]:
    """All of it, or nothing when one entry cannot be."""
    here, kept = farm.here(), request.files.get("file")
    if kept is None or not kept.filename:
        return render_template("mail_settings.html", problem="mail_settings.no_file"), 422
    try:
        told = brought.read(kept.read(), loopback=here.settings.allow_loopback)
    except brought.NotSettings as err:
        return render_template("mail_settings.html", problem="mail_settings.wrong", entry=err.entry), 422
    by, workspace = g.visitor.person_id, g.visitor.workspace_id
    with here.database.write() as session:
        mine = people.companies(session, by)
        came = mail_settings.take_up(session, workspace, told, mine, by=by, now=here.now())
        record(session, "mailboxes.imported", f"workspace:{workspace}")
    return render_template("mail_settings.html", came=came)

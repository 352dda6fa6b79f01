"""Why was this mail not taken? Every message that was seen, with what became of it; and *take it anyway*."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.ledger import mailboxes, messages
from web import farm, guard
from web.pages.mailboxes import may
from web.pages.statements import record

pages = Blueprint("mail", __name__, url_prefix="/mailboxes/messages")
PER_PAGE = 50
VERDICTS = (messages.TAKEN, messages.SKIPPED, messages.PORTAL, messages.CODE, messages.WAITING)


@pages.get("")
@guard.members
def search() -> str:
    told = {
        name: request.args.get(name, "").strip()[:200] for name in ("q", "verdict", "mailbox", "attached")
    }
    with farm.here().database.read() as session:
        found = messages.search(
            session,
            g.visitor.workspace_id,
            mailbox_id=int(told["mailbox"]) if told["mailbox"].isdecimal() else None,
            words=told["q"],
            verdict=told["verdict"] if told["verdict"] in VERDICTS else "",
            attached=bool(told["attached"]),
            limit=PER_PAGE + 1,
            before=request.args.get("before", type=int),
        )
        more = found[PER_PAGE - 1].id if len(found) > PER_PAGE else None
        return render_template(
            "mail.html",
            found=found[:PER_PAGE],
            more=more,
            onward=_onward(told, more),
            files={one.id: messages.files(session, one.id) for one in found[:PER_PAGE]},
            living={one.id: one for one in mailboxes.living(session, g.visitor.workspace_id)},
            verdicts=VERDICTS,
            told=told,
            may=may(),
        )


def _onward(told: dict[str, str], before: int | None) -> str:
    """The next page of the same search."""
    said: dict[str, Any] = {name: value for name, value in told.items() if value}
    return url_for("mail.search", **said, before=before)


@pages.post("/<int:message_id>/take")
@guard.finance
def take(message_id: int) -> Response:
    """A person wants it: its mailbox is asked for it again at once."""
    here = farm.here()
    with here.database.write() as session:
        message = messages.one(session, g.visitor.workspace_id, message_id) or abort(404)
        if mailboxes.one(session, g.visitor.workspace_id, message.mailbox_id) is None:
            abort(404)
        messages.want(session, message, by=g.visitor.person_id, now=here.now())
        record(session, "message.wanted", f"message:{message_id}")
    if request.form.get("from") == "mailbox":
        return redirect(url_for("mailboxes.mailbox", mailbox_id=message.mailbox_id))
    return redirect(url_for("mail.search", q=message.subject[:200]))

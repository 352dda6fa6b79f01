"""Mailboxes: the list, each one with its scan and its folders, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors, nouns
from core.db import models
from core.ledger import mail_notices, mailboxes, messages, rules
from core.mailbox import places
from vault import fields
from web import consents, farm, guard, people
from web import mailboxes as shown
from web.pages.consents import provider_of, sent_there
from web.pages.statements import record

pages = Blueprint("mailboxes", __name__, url_prefix="/mailboxes")
ONE = "/<int:mailbox_id>"
#: Messages on the page of a mailbox.
NEWEST = 20


@pages.get("", endpoint="mailboxes")
@guard.members
def every() -> str:
    with farm.here().database.read() as session:
        views = [_view(session, one) for one in mailboxes.living(session, g.visitor.workspace_id)]
        mine = mail_notices.asked_of(session, g.visitor.workspace_id, g.visitor.person_id)
        return render_template(
            "mailboxes.html",
            views=views,
            look=shown.LOOK,
            people=_people(session),
            asked={one.mailbox_id: one for one in mine},
            may=may(),
        )


@pages.get(ONE)
@guard.members
def mailbox(mailbox_id: int) -> str:
    return _shown(mailbox_id)


def _shown(mailbox_id: int, problem: str = "") -> str:
    with farm.here().database.read() as session:
        row = found(session, mailbox_id)
        return render_template(
            "mailbox.html",
            view=_view(session, row),
            look=shown.LOOK,
            folders=mailboxes.folders(session, row.id),
            skipped=messages.search(
                session,
                row.workspace_id,
                mailbox_id=row.id,
                verdict=messages.SKIPPED,
                attached=True,
                limit=NEWEST,
            ),
            consent=consents.last(session, row),
            by_consent=places.provider_of(row) is not None,
            people=_people(session),
            asks=mail_notices.asks(session, row.id),
            may_give=may_give(row),
            problem=problem,
            may=may(),
        )


@pages.post(f"{ONE}/check")
@guard.finance
def check(mailbox_id: int) -> Response:
    return _act(mailbox_id, "checked", lambda row, now: mailboxes.check_soon(row, now=now))


@pages.post(f"{ONE}/pause")
@guard.finance
def pause(mailbox_id: int) -> Response:
    return _act(mailbox_id, "paused", lambda row, now: mailboxes.pause(row, now=now))


@pages.post(f"{ONE}/resume")
@guard.finance
def resume(mailbox_id: int) -> Response:
    return _act(mailbox_id, "resumed", lambda row, now: mailboxes.resume(row, now=now))


@pages.post(f"{ONE}/stop")
@guard.finance
def stop(mailbox_id: int) -> Response:
    return _act(mailbox_id, "scan_stopped", lambda row, now: mailboxes.stop_scan(row, now=now))


@pages.post(f"{ONE}/go-on")
@guard.finance
def go_on(mailbox_id: int) -> Response:
    return _act(mailbox_id, "scan_resumed", lambda row, now: mailboxes.go_on_scanning(row, now=now))


@pages.post(f"{ONE}/folders")
@guard.finance
def choose(mailbox_id: int) -> Response:
    here, chosen = farm.here(), {int(one) for one in request.form.getlist("folder") if one.isdecimal()}
    with here.database.write() as session:
        row = found(session, mailbox_id)
        mailboxes.choose_folders(session, row, chosen, now=here.now())
        record(session, "mailbox.folders_chosen", f"mailbox:{mailbox_id}")
    return redirect(url_for("mailboxes.mailbox", mailbox_id=mailbox_id))


@pages.post(f"{ONE}/hand-over")
@guard.finance
def hand_over(mailbox_id: int) -> Response:
    """Its owner or an admin gives it to somebody of the same company."""
    with farm.here().database.write() as session:
        row = found(session, mailbox_id)
        if not may_give(row):
            abort(403)
        to = request.form.get("to", type=int)
        if to not in _people(session):
            abort(400)
        mail_notices.hand_over(session, row, to, by=g.visitor.person_id, now=farm.here().now())
        record(session, "mailbox.handed_over", f"mailbox:{mailbox_id}")
    return redirect(url_for("mailboxes.mailbox", mailbox_id=mailbox_id))


@pages.post(f"{ONE}/ask")
@guard.finance
def ask(mailbox_id: int) -> Response:
    """Whoever answers for it is asked, once, to hand it over."""
    here = farm.here()
    with here.database.write() as session:
        row = found(session, mailbox_id)
        if row.owner_id == g.visitor.person_id:
            abort(409)
        mail_notices.ask_for(session, row, g.visitor.person_id, now=here.now())
        record(session, "mailbox.asked_for", f"mailbox:{mailbox_id}")
    return redirect(url_for("mailboxes.mailbox", mailbox_id=mailbox_id))


@pages.post(f"{ONE}/keep")
@guard.finance
def keep(mailbox_id: int) -> Response:
    """Its owner or an admin says no; who asked is told."""
    here, who = farm.here(), request.form.get("who", type=int)
    with here.database.write() as session:
        row = found(session, mailbox_id)
        if not may_give(row):
            abort(403)
        ask = next((one for one in mail_notices.asks(session, row.id) if one.by_id == who), None)
        mail_notices.answer(
            session, ask or abort(404), mail_notices.KEPT, by=g.visitor.person_id, now=here.now()
        )
        record(session, "mailbox.kept", f"mailbox:{mailbox_id}")
    return redirect(url_for("mailboxes.mailbox", mailbox_id=mailbox_id))


@pages.post(f"{ONE}/renew")
@guard.finance
def renew(mailbox_id: int) -> Response | str | tuple[str, int]:
    """Ask for the consent again, in place: scan, folders and invoices stay."""
    with farm.here().database.read() as session:
        row = found(session, mailbox_id)
        provider = places.provider_of(row) or abort(404)
        app = consents.app_of(session, row.workspace_id, provider)
    if app is None:
        return redirect(url_for("connecting.app", provider=provider))
    back = url_for("mailboxes.mailbox", mailbox_id=mailbox_id)
    try:
        scopes = places.scopes_of(row, provider_of(app))
        return sent_there(row, app, back=back, scopes=scopes, hint=row.address)
    except errors.VaultError:
        return _shown(mailbox_id, "form.not_ready"), 422


@pages.post(f"{ONE}/password")
@guard.finance
def correct(mailbox_id: int) -> Response | tuple[str, int]:
    """A new password, in place; the one before is never tried again."""
    here, typed = farm.here(), request.form.get("password", "")
    if not typed:
        return _shown(mailbox_id, "mailboxes.no_password"), 422
    try:
        with here.database.write() as session:
            row = found(session, mailbox_id)
            if places.provider_of(row):
                abort(404)
            row.secret_version += 1
            shown.seal_password(session, row, typed, by=g.visitor.person_id, now=here.now())
            mailboxes.check_soon(row, now=here.now())
    except errors.VaultError:
        return _shown(mailbox_id, "form.not_ready"), 422
    return redirect(url_for("mailboxes.mailbox", mailbox_id=mailbox_id))


@pages.get(f"{ONE}/remove")
@guard.finance
def leave(mailbox_id: int) -> str:
    with farm.here().database.read() as session:
        row = found(session, mailbox_id)
        by_consent = places.provider_of(row) is not None
        return render_template("mailbox_remove.html", view=_view(session, row), by_consent=by_consent)


@pages.post(f"{ONE}/remove")
@guard.finance
def remove(mailbox_id: int) -> Response:
    """What signs in is destroyed, in the transaction that takes the mailbox away; its invoices stay."""
    here = farm.here()
    with here.database.write() as session:
        row = found(session, mailbox_id)
        fields.forget(session, row, actor=f"person:{g.visitor.person_id}", at=here.now())
        rules.forget(session, row)
        mailboxes.remove(row, now=here.now())
        record(session, "mailbox.removed", f"mailbox:{mailbox_id}")
    return redirect(url_for("mailboxes.mailboxes"))


def found(session: Session, mailbox_id: int) -> models.Mailbox:
    """A living mailbox of the visitor's company, else 404."""
    return mailboxes.one(session, g.visitor.workspace_id, mailbox_id) or abort(404)


def may() -> bool:
    return bool(g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE))


def may_give(row: models.Mailbox) -> bool:
    """Whether the visitor may say who answers for it."""
    return bool(g.visitor.person_id == row.owner_id or g.visitor.may(nouns.Role.ADMIN))


def _act(mailbox_id: int, word: str, act: Callable[[models.Mailbox, datetime], None]) -> Response:
    here = farm.here()
    with here.database.write() as session:
        act(found(session, mailbox_id), here.now())
        record(session, f"mailbox.{word}", f"mailbox:{mailbox_id}")
    return redirect(url_for("mailboxes.mailbox", mailbox_id=mailbox_id))


def _view(session: Session, row: models.Mailbox) -> shown.View:
    return shown.view(session, row, consents.last(session, row), now=farm.here().now())


def _people(session: Session) -> dict[int, str]:
    return {one.id: one.email for one in people.of_workspace(session, g.visitor.workspace_id)}

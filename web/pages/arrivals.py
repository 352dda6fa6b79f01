"""Invoices that are brought: the form of an account, its secret address for programs, and what became of each file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from core import ledger
from core.db import models
from core.ledger import arrivals
from web import account_form, brought, farm, guard, people, register
from web.pages.accounts import record, view_of
from web.pages.status import supplier_name

pages = Blueprint("arrivals", __name__)

ACCOUNT = "/accounts/<int:account_id>"
#: The supplier that nobody visits (`collectors/upload.toml`).
UPLOAD = "upload"


@pages.url_value_preprocessor
def _roomy(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """Pages take little; files need room."""
    if endpoint == "arrivals.bring":
        request.max_content_length = brought.MOST


@pages.get(f"{ACCOUNT}/arrivals")
@guard.members
def room(account_id: int) -> str:
    return _shown(account_id)


@pages.post(f"{ACCOUNT}/arrivals")
@guard.finance
def bring(account_id: int) -> Response | tuple[str, int]:
    """Several files at once: all of them are in the inbox and announced, or none is."""
    here = farm.here()
    chosen = [file for file in request.files.getlist("files") if file.filename]
    problem = _problem(chosen) or ("" if here.archive.room() else "arrivals.no_room")
    if problem:
        return _shown(account_id, problem=problem), 422
    with here.database.read() as session:
        view_of(session, account_id)
    kept = brought.kept(here.archive, ((brought.chunks(file.stream), file.filename or "") for file in chosen))
    with here.database.write() as session:
        account = view_of(session, account_id).account
        for file in kept:
            arrivals.announce(
                session, account, file, channel="upload", brought_by=g.visitor.person_id, now=here.now()
            )
    return redirect(url_for("arrivals.room", account_id=account_id))


def _problem(chosen: list[FileStorage]) -> str:
    if not chosen:
        return "arrivals.none_chosen"
    return "arrivals.too_many" if len(chosen) > brought.AT_ONCE else ""


@pages.post(f"{ACCOUNT}/push-address")
@guard.admin
def make(account_id: int) -> str:
    """The address is shown in this answer and never again: only its hash stays."""
    here, token = farm.here(), brought.new_token()
    with here.database.write() as session:
        account = view_of(session, account_id).account
        arrivals.make_address(session, account, token, made_by=g.visitor.person_id, now=here.now())
        record(session, "push_address.made", account)
    return _shown(account_id, token=token)


@pages.post(f"{ACCOUNT}/push-address/revoke")
@guard.admin
def revoke(account_id: int) -> Response:
    here = farm.here()
    with here.database.write() as session:
        account = view_of(session, account_id).account
        arrivals.revoke_address(session, account, now=here.now())
        record(session, "push_address.revoked", account)
    return redirect(url_for("arrivals.room", account_id=account_id))


def _shown(account_id: int, *, problem: str = "", token: str = "") -> str:
    here = farm.here()
    with here.database.read() as session:
        view = view_of(session, account_id)
        came = arrivals.last_of(session, account_id)
        return render_template(
            "arrivals.html",
            view=view,
            supplier=supplier_name(view.account.supplier),
            came=came,
            invoices=_invoices(session, came),
            address=arrivals.address_of(session, account_id),
            url=farm.outside_address() + url_for("pushes.push", token=token) if token else "",
            problem=problem,
            most=brought.AT_ONCE,
            cap=brought.LARGEST,
        )


def _invoices(session: Session, came: Sequence[models.Arrival]) -> dict[int, int]:
    """Which Invoice each Document belongs to."""
    document = models.Document
    wanted = [arrival.document_id for arrival in came if arrival.document_id]
    found = session.scalars(select(document).where(document.id.in_(wanted)))
    return {each.id: each.invoice_id for each in found}


@pages.get(f"/suppliers/{UPLOAD}/new")
@guard.admin
def form() -> str:
    return _form(account_form.blank())


@pages.post(f"/suppliers/{UPLOAD}/new")
@guard.admin
def add() -> Response | tuple[str, int]:
    """An account that nobody visits: it has a name, and no secret."""
    here = farm.here()
    filled = account_form.Filled(
        label=account_form.label_in(request.form), owner=account_form.owner_in(request.form)
    )
    if not filled.label:
        filled.problems["label"] = "form.missing"
        return _form(filled), 422
    try:
        with here.database.write() as session:
            account = register.add_unvisited(
                session,
                here.desk,
                here.manifest(UPLOAD) or abort(404),
                filled,
                workspace_id=g.visitor.workspace_id,
                by=g.visitor.person_id,
                now=here.now(),
            )
            account_id = account.id
    except ledger.AlreadyThere:
        filled.problems["label"] = "arrivals.name_taken"
        return _form(filled), 409
    return redirect(url_for("arrivals.room", account_id=account_id))


def _form(filled: account_form.Filled) -> str:
    here = farm.here()
    manifest = here.manifest(UPLOAD) or abort(404)
    with here.database.read() as session:
        owners = people.of_workspace(session, g.visitor.workspace_id)
    return render_template("upload_form.html", manifest=manifest, filled=filled, owners=owners)

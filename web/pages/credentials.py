"""Correcting what signs in, in place: history, census and label stay."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from collectors.kit import manifest as manifests
from core import ledger
from core.db import models
from web import account_form, farm, guard, lately, people, sealer
from web.pages.accounts import view_of

pages = Blueprint("credentials", __name__, url_prefix="/accounts/<int:account_id>/credentials")


@pages.get("")
@guard.admin
def form(account_id: int) -> str:
    here = farm.here()
    typed = lately.typed(g.visitor.workspace_id, account_id, here.now())
    return _shown(account_id, account_form.Filled(values=typed))


@pages.post("")
@guard.admin
def correct(account_id: int) -> Response | tuple[str, int]:
    manifest = _manifest(account_id)
    filled = account_form.blank()
    account_form.read_secrets(request.form, manifest, filled)
    if filled.problems:
        return _shown(account_id, filled), 422
    try:
        sealer.correct(account_id, manifest, filled.values, g.visitor)
    except sealer.NotReady:
        filled.problems["form"] = "form.not_ready"
        return _shown(account_id, filled), 422
    except ledger.AlreadyThere:
        filled.problems["form"] = "form.already_there"
        return _shown(account_id, filled), 409
    return redirect(url_for("accounts.account", account_id=account_id))


def _manifest(account_id: int) -> manifests.Manifest:
    here = farm.here()
    with here.database.read() as session:
        return here.manifest(view_of(session, account_id).account.supplier) or abort(404)


def _shown(account_id: int, filled: account_form.Filled) -> str:
    here = farm.here()
    with here.database.read() as session:
        view = view_of(session, account_id)
        stored = _stored(session, view.account)
        return render_template(
            "credentials.html",
            view=view,
            manifest=here.manifest(view.account.supplier) or abort(404),
            filled=filled,
            ready=sealer.is_ready(session, g.visitor.workspace_id),
            refused=_refused(view),
            stored=stored,
            by=people.named(session, stored.sealed_by if stored else None),
        )


def _refused(view: ledger.AccountView) -> models.Run | None:
    """The run in which the portal refused these credentials, with its words."""
    if view.account.refused_version != view.account.secret_version:
        return None
    return next((run for run in view.last_runs if run.error in ("BadCredentials", "Locked")), None)


def _stored(session: Session, account: models.Account) -> models.Credential | None:
    return session.scalar(
        select(models.Credential)
        .where(models.Credential.account_id == account.id)
        .order_by(models.Credential.sealed_at.desc(), models.Credential.id.desc())
        .limit(1)
    )

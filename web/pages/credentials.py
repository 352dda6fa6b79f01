"""Correcting what signs in, in place: history, census and label stay."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from collectors.kit import declared
from core import errors, ledger
from core.db import models
from web import account_form, desk, farm, guard, people, register
from web.pages.accounts import sign_ins_left, view_of

pages = Blueprint("credentials", __name__, url_prefix="/accounts/<int:account_id>/credentials")


@pages.get("")
@guard.admin
def form(account_id: int) -> str:
    return _shown(account_id, account_form.blank())


@pages.post("")
@guard.admin
def correct(account_id: int) -> Response | tuple[str, int]:
    here = farm.here()
    with here.database.read() as session:
        view = view_of(session, account_id)
    manifest = here.manifest(view.account.supplier) or abort(404)
    filled = account_form.read_changes(request.form, manifest, needed=_needed(view, manifest))
    if filled.problems:
        return _shown(account_id, filled), 422
    try:
        _store(account_id, manifest, filled)
    except errors.VaultError:
        filled.problems["form"] = "form.not_ready"
        return _shown(account_id, filled), 422
    except ledger.AlreadyThere:
        filled.problems["form"] = "form.already_there"
        return _shown(account_id, filled), 409
    return redirect(url_for("accounts.trial", account_id=account_id, after=_last_run(view)))


def _last_run(view: ledger.AccountView) -> int:
    return view.last_runs[0].id if view.last_runs else 0


def _needed(view: ledger.AccountView, manifest: declared.Manifest) -> frozenset[str]:
    """What must be typed again: secrets after a refusal, everything when the supplier signs in elsewhere now."""
    asked = [spec for spec in manifest.fields if not spec.optional]
    if register.origins_of(manifest) != view.account.origins:
        return frozenset(spec.name for spec in asked)
    refused = view.account.refused_version == view.account.secret_version
    return frozenset(spec.name for spec in asked if refused and spec.kind == "password")


def _store(account_id: int, manifest: declared.Manifest, filled: account_form.Filled) -> None:
    here = farm.here()
    with here.database.write() as session:
        account = view_of(session, account_id).account
        register.correct(
            session, here.desk, manifest, account, filled.values, by=g.visitor.person_id, now=here.now()
        )


def _shown(account_id: int, filled: account_form.Filled) -> str:
    here = farm.here()
    with here.database.read() as session:
        view = view_of(session, account_id)
        manifest = here.manifest(view.account.supplier) or abort(404)
        stored = _stored(session, view.account)
        return render_template(
            "credentials.html",
            view=view,
            manifest=manifest,
            filled=filled,
            needed=_needed(view, manifest),
            ready=desk.is_ready(session, here.desk, g.visitor.workspace_id),
            refused=_refused(session, view),
            stored=stored,
            sign_ins=sign_ins_left(session, view.account),
            by=people.named(session, stored.sealed_by if stored else None),
        )


def _refused(session: Session, view: ledger.AccountView) -> models.Run | None:
    """The run in which the portal refused these credentials, with its words."""
    if view.account.refused_version != view.account.secret_version:
        return None
    words = ("BadCredentials", "Locked")
    return next((session.get(models.Run, past.id) for past in view.last_runs if past.error in words), None)


def _stored(session: Session, account: models.Account) -> models.Credential | None:
    return session.scalar(
        select(models.Credential)
        .where(models.Credential.account_id == account.id)
        .order_by(models.Credential.sealed_at.desc(), models.Credential.id.desc())
        .limit(1)
    )

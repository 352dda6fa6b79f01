"""The catalogue, and the form that adds an account: *Test and save*."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from collectors.kit import declared
from core import errors, ledger
from web import account_form, desk, farm, guard, people, register, speech

pages = Blueprint("suppliers", __name__, url_prefix="/suppliers")


@pages.get("")
@guard.members
def tiles() -> str:
    wanted = request.args.get("q", "").strip()
    found = [m for m in _catalogue() if _plain(wanted) in _plain(_searched(m))]
    return render_template("suppliers.html", found=found, wanted=wanted, total=len(_catalogue()))


def _catalogue() -> list[declared.Manifest]:
    known = [collector.manifest for collector in farm.here().catalogue.collectors.values()]
    return sorted(known, key=lambda m: _plain(speech.labels(m.names)))


def _searched(manifest: declared.Manifest) -> str:
    names = [manifest.names] if isinstance(manifest.names, str) else list(manifest.names.values())
    return " ".join([manifest.id, *names, *manifest.bank_labels, manifest.category])


def _plain(words: str) -> str:
    """Without accents, case or spaces: `electricite` finds `Électricité`."""
    folded = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c) and not c.isspace())


@pages.get("/<supplier>/new")
@guard.admin
def form(supplier: str) -> str:
    return _shown(_known(supplier), account_form.blank())


@pages.post("/<supplier>/new")
@guard.admin
def add(supplier: str) -> Response | tuple[str, int]:
    """Account, sealed credentials and the wish to visit it, in one transaction; nothing is stored when anything is wrong."""
    manifest = _known(supplier)
    filled = account_form.read(request.form, manifest)
    if not filled.problems:
        try:
            return redirect(url_for("accounts.trial", account_id=_added(manifest, filled)))
        except errors.VaultError:
            filled.problems["form"] = "form.not_ready"
        except ledger.AlreadyThere as there:
            filled.problems["form"] = "form.already_there"
            return _shown(manifest, filled, twin=there.account), 409
    return _shown(manifest, filled), 422


def _added(manifest: declared.Manifest, filled: account_form.Filled) -> int:
    here, by = farm.here(), g.visitor.person_id
    with here.database.write() as session:
        account = register.add(
            session,
            here.desk,
            manifest,
            filled,
            workspace_id=g.visitor.workspace_id,
            by=by,
            now=here.now(),
        )
        ledger.wish(
            session, account.workspace_id, "collect", account_id=account.id, asked_by=by, now=here.now()
        )
        return account.id


def _known(supplier: str) -> declared.Manifest:
    return farm.here().manifest(supplier) or abort(404)


def _shown(manifest: declared.Manifest, filled: account_form.Filled, twin: Any = None) -> str:
    here = farm.here()
    with here.database.read() as session:
        owners = people.of_workspace(session, g.visitor.workspace_id)
        ready = desk.is_ready(session, here.desk, g.visitor.workspace_id)
        connected = people.named(session, twin.owner_id) if twin else None
    return render_template(
        "account_form.html",
        manifest=manifest,
        filled=filled,
        owners=owners,
        ready=ready,
        twin=twin,
        connected=connected,
        terms=account_form.TERMS,
    )

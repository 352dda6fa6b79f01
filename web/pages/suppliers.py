"""The catalogue, a page for each supplier, and the form that adds an account: *Test and save*."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from collectors.kit import declared, portrait
from core import errors, ledger
from core.db import models
from core.ledger import changes, requests, weather
from web import account_form, arrangements, desk, farm, guard, outlook, people, register, strip
from web import tiles as catalogue_tiles

pages = Blueprint("suppliers", __name__, url_prefix="/suppliers")


@pages.get("")
@guard.members
def tiles() -> str:
    """Everything that can be collected from or is asked for; with `q`, what matches it."""
    wanted = " ".join(request.args.get("q", "").split())
    here = farm.here()
    with here.database.read() as session:
        shown = _tiles(session)
    return render_template(
        "suppliers.html",
        found=catalogue_tiles.matching(shown, wanted),
        wanted=wanted,
        total=len(here.catalogue.collectors),
    )


def _tiles(session: Session) -> list[catalogue_tiles.Tile]:
    workspace = g.visitor.workspace_id
    ours = set(
        session.scalars(select(models.Account.supplier).where(models.Account.workspace_id == workspace))
    )
    votes, known = requests.votes(session, workspace), farm.here().catalogue.collectors
    shown = catalogue_tiles.of_catalogue(
        ledger.last_greens(session), changes.open_changes(session, workspace, ours), votes
    )
    taken = {tile.id for tile in shown}
    asked = [
        row for row in requests.all_of(session, workspace) if row.slug not in taken and row.slug not in known
    ]
    return [*shown, *(catalogue_tiles.requested(row, votes[row.slug]) for row in asked)]


@pages.get("/<supplier>")
@guard.members
def supplier(supplier: str) -> str:
    """What one should know of a supplier before and after connecting it."""
    manifest, here = _known(supplier), farm.here()
    with here.database.read() as session:
        mine = [
            view
            for view in ledger.accounts_with_state(session, g.visitor.workspace_id, here.now())
            if view.account.supplier == supplier
        ]
        lives = weather.lives_of(session, [supplier]).get(supplier, ())
        green = ledger.last_greens(session).get(supplier)
        return render_template(
            "supplier.html",
            manifest=manifest,
            portrait=portrait,
            notes=portrait.notes(here.catalogue.collectors[supplier]),
            green=green,
            label=catalogue_tiles.label(manifest, green),
            views=mine,
            outlook=outlook.of(session, g.visitor.workspace_id, mine),
            life=weather.life(lives),
            strip=strip.drawn,
        )


@pages.get("/<supplier>/new")
@guard.admin
def form(supplier: str) -> str:
    return _shown(_known(supplier), account_form.blank(), arrangements.Arranged())


@pages.post("/<supplier>/new")
@guard.admin
def add(supplier: str) -> Response | tuple[str, int]:
    """Account, sealed credentials and the wish to visit it, in one transaction; nothing is stored when anything is wrong."""
    manifest = _known(supplier)
    filled, arranged = account_form.read(request.form, manifest), arrangements.read(request.form)
    if not (filled.problems or arranged.problems):
        try:
            return redirect(url_for("accounts.trial", account_id=_added(manifest, filled, arranged)))
        except errors.VaultError:
            filled.problems["form"] = "form.not_ready"
        except ledger.AlreadyThere as there:
            filled.problems["form"] = "form.already_there"
            return _shown(manifest, filled, arranged, twin=there.account), 409
    return _shown(manifest, filled, arranged), 422


def _added(manifest: declared.Manifest, filled: account_form.Filled, arranged: arrangements.Arranged) -> int:
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
        if arranged.chosen:
            arrangements.put(session, here.desk, account, arranged, by=by, now=here.now())
        ledger.wish(
            session, account.workspace_id, "collect", account_id=account.id, asked_by=by, now=here.now()
        )
        return account.id


def _known(supplier: str) -> declared.Manifest:
    return farm.here().manifest(supplier) or abort(404)


def _shown(
    manifest: declared.Manifest,
    filled: account_form.Filled,
    arranged: arrangements.Arranged,
    twin: Any = None,
) -> str:
    here = farm.here()
    with here.database.read() as session:
        owners = people.of_workspace(session, g.visitor.workspace_id)
        ready = desk.is_ready(session, here.desk, g.visitor.workspace_id)
        connected = people.named(session, twin.owner_id) if twin else None
    return render_template(
        "account_form.html",
        manifest=manifest,
        filled=filled,
        arranged=arranged,
        days=arrangements.day_names(),
        languages=arrangements.languages(),
        usual=arrangements.USUAL,
        owners=owners,
        ready=ready,
        twin=twin,
        connected=connected,
        terms=account_form.TERMS,
    )

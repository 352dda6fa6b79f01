"""The first page: one sentence, what needs a person, then every account; and the same for machines at /healthz."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import ledger
from core.db import models
from web import chain, farm, guard, health, outlook, people, speech, status_words, strip, tray
from web import mailboxes as boxes

pages = Blueprint("status", __name__)


@pages.get("/")
@guard.members
def home() -> str | Response:
    here = farm.here()
    with here.database.read() as session:
        views = ledger.accounts_with_state(session, g.visitor.workspace_id, here.now())
        owners = {person.id: person.email for person in people.of_workspace(session, g.visitor.workspace_id)}
        seen, steps = health.look(session, here.now()), _first_steps(session, views)
        coming = outlook.of(session, g.visitor.workspace_id, views)
        to_check = tray.by_account(session, g.visitor.workspace_id)
        mail = boxes.waiting(session, g.visitor.workspace_id, g.visitor.person_id)
    if not views and g.visitor.role == "admin":
        return redirect(url_for("suppliers.tiles"))
    return render_template(
        "status.html",
        asked=status_words.oldest_first(views),
        codes=sum(view.state == "needs_code" for view in views),
        views=status_words.worst_first(views),
        sentence=_sentence(views),
        next_run=_next(views, here.now()),
        running=any(view.state == "running" for view in views),
        owners=owners,
        health=seen,
        outlook=coming,
        to_check=to_check,
        mail=mail,
        steps=steps,
        key_file=here.settings.key_file,
        strip=strip.drawn,
        supplier=supplier_name,
    )


def supplier_name(supplier: str) -> str:
    """The supplier's name, or its id when its collector has gone."""
    manifest = farm.here().manifest(supplier)
    return speech.labels(manifest.names) if manifest else supplier


def _sentence(views: Sequence[ledger.AccountView]) -> str:
    asked = sum(map(status_words.needs_you, views))
    fine = sum(map(status_words.is_fine, views))
    rest = len(views) - asked - fine
    told = [("status.asked", asked)] if asked else []
    told += [("status.fine" if told else "status.fine_alone", fine)] if fine or not told else []
    told += [("status.rest", rest)] if rest else []
    return speech.say("status.comma").join(speech.say(key, count=count) for key, count in told)


def _next(views: Sequence[ledger.AccountView], now: datetime) -> datetime | None:
    return min((v.account.next_run_at for v in views if v.account.next_run_at), default=None)


def _first_steps(session: Session, views: Sequence[ledger.AccountView]) -> dict[str, bool]:
    """The three first steps, ticked by facts; empty once all are done."""
    facts = set(session.scalars(select(models.Installation.name)))
    steps = {
        "account": bool(views),
        "run": any(view.account.last_success_at for view in views),
        "key": "key_copied_at" in facts,
    }
    return {} if all(steps.values()) else steps


@pages.post("/vault-key-copied")
@guard.admin
def key_copied() -> Response:
    """An admin says that a copy of the vault's key lies elsewhere."""
    here, name = farm.here(), "key_copied_at"
    with here.database.write() as session:
        if session.get(models.Installation, name) is None:
            session.add(models.Installation(name=name, value=here.now().isoformat()))
            chain.record(session, "key.copy_confirmed", "vault")
    return redirect(url_for("status.home"))


@pages.get("/healthz")
@guard.anyone
def healthz() -> tuple[Any, int]:
    """200 while the farm collects; 503 when its working part is silent or no run has started for a day."""
    here = farm.here()
    with here.database.read() as session:
        seen = health.look(session, here.now())
    ill = seen.silent or seen.idle
    return jsonify(
        ok=not ill, worker="silent" if seen.silent else "alive", collecting=not seen.idle
    ), 503 if ill else 200

"""The one-time address: one question, one field, for whoever holds the phone. Nobody signs in here, and nothing else can be done."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core import errors, ledger
from core.db import models
from web import farm, guard, limits, questions
from web.pages.status import supplier_name

pages = Blueprint("links", __name__, url_prefix="/c/<token>")


@pages.get("")
@guard.anyone
@limits.guesses
def page(token: str) -> tuple[str, int]:
    with farm.here().database.read() as session:
        return _shown(session, token)


@pages.post("")
@guard.anyone
@limits.guesses
def answer(token: str) -> AnyResponse | tuple[str, int]:
    """Hand the code over. A wrong one may be followed by another, until the address is spent."""
    problem = ""
    with farm.here().database.write() as session:
        challenge = _open(session, token)
        if challenge is not None:
            problem = _handed(session, challenge, token)
    if not problem:
        return redirect(url_for("links.page", token=token))
    with farm.here().database.read() as session:
        return _shown(session, token, problem=problem)


def _open(session: Session, token: str) -> models.Challenge | None:
    return ledger.by_link(session, ledger.link_hash(token), now=farm.here().now())


def _handed(session: Session, challenge: models.Challenge, token: str) -> str:
    asked = questions.of(session, challenge)
    try:
        problem = questions.hand_over(session, asked, request.form.get("answer", ""), by=None)
    except errors.VaultError:
        return "form.not_ready"
    if not problem:
        session.get_one(models.ChallengeLink, ledger.link_hash(token)).used_at = asked.now
    return problem


def _shown(session: Session, token: str, *, problem: str = "") -> tuple[str, int]:
    # The page is the same for everybody, and shows a signed-in person no way to more.
    g.visitor = None
    challenge = _open(session, token)
    if challenge is None:
        served = ledger.served(session, ledger.link_hash(token), now=farm.here().now())
        return render_template("link.html", question=None, served=served), 200 if served else 410
    asked = questions.of(session, challenge, problem=problem)
    return render_template(
        "link.html",
        question=asked,
        supplier=supplier_name(asked.account.supplier),
        asker=questions.asker(session, asked),
        company=session.scalar(
            select(models.Workspace.name).where(models.Workspace.id == asked.account.workspace_id)
        ),
    ), 422 if problem else 200


@pages.after_request
def _unlisted(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

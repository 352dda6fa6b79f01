"""The question room: what a portal asks, the field for the answer, and the round through all accounts that wait."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors, ledger
from core.db import models
from web import anatomy, farm, guard, questions
from web.pages.status import supplier_name

pages = Blueprint("challenges", __name__)


def _found(session: Session, challenge_id: int, *, problem: str = "") -> questions.Asked:
    """The question in the visitor's own workspace; anything else does not exist."""
    challenge = session.scalar(
        select(models.Challenge).where(
            models.Challenge.id == challenge_id, models.Challenge.workspace_id == g.visitor.workspace_id
        )
    )
    return questions.of(session, challenge or abort(404), problem=problem)


@pages.get("/challenges/<int:challenge_id>")
@guard.members
def room(challenge_id: int) -> str | Response:
    with farm.here().database.read() as session:
        asked = _found(session, challenge_id)
        if asked.phase == "closed":
            return guard.onward(url_for("runs.run", run_id=_newest_run(session, asked), round=_in_round()))
        return _shown(session, asked)


def _newest_run(session: Session, asked: questions.Asked) -> int:
    newest = select(models.Run.id).where(models.Run.account_id == asked.account.id)
    return session.scalar(newest.order_by(models.Run.id.desc()).limit(1)) or asked.challenge.run_id


def _shown(session: Session, asked: questions.Asked, link: str = "") -> str:
    here = farm.here()
    view = ledger.account_view(session, g.visitor.workspace_id, asked.account.id, here.now()) or abort(404)
    found = ledger.run_with_events(session, g.visitor.workspace_id, asked.challenge.run_id)
    return render_template(
        "challenge.html",
        question=asked,
        view=view,
        supplier=supplier_name(asked.account.supplier),
        login_page=farm.login_page(asked.account.supplier),
        parts=anatomy.of(found[0], view) if found else None,
        run=found[0] if found else None,
        pictures=[e for e in found[2] if e.kind == "screenshot"] if found else [],
        link=link,
        lives=int(ledger.LINK_LIVES.total_seconds() // 60),
        in_round=_in_round(),
    )


def _in_round() -> str | None:
    return "yes" if request.values.get("round") == "yes" else None


@pages.post("/challenges/<int:challenge_id>/answer")
@guard.finance
def answer(challenge_id: int) -> Response | tuple[str, int]:
    with farm.here().database.write() as session:
        asked = _found(session, challenge_id)
        try:
            problem = questions.hand_over(
                session, asked, request.form.get("answer", ""), by=g.visitor.person_id
            )
        except errors.VaultError:
            problem = "form.not_ready"
    if not problem:
        return redirect(_after(asked))
    with farm.here().database.read() as session:
        return _shown(session, _found(session, challenge_id, problem=problem)), 422


def _after(asked: questions.Asked) -> str:
    """In the round, the next account that waits; else where the answer was typed."""
    if _in_round():
        return url_for("challenges.onward")
    if request.form.get("from") == "run":
        return url_for("runs.run", run_id=asked.challenge.run_id)
    return url_for("challenges.room", challenge_id=asked.challenge.id)


@pages.post("/challenges/<int:challenge_id>/send-again")
@guard.finance
def send_again(challenge_id: int) -> Response:
    """Another code in the same session; before the portal's delay is over nothing happens."""
    with farm.here().database.write() as session:
        asked = _found(session, challenge_id)
        if asked.phase == "live" and ledger.send_again(
            session, asked.challenge, by=g.visitor.person_id, now=asked.now
        ):
            questions.record(session, asked, "challenge.sent_again", by=g.visitor.person_id)
    return redirect(url_for("challenges.room", challenge_id=challenge_id, round=_in_round()))


@pages.post("/challenges/<int:challenge_id>/here")
@guard.finance
def here_i_am(challenge_id: int) -> Response:
    """Only now may the portal be made to send a new code."""
    with farm.here().database.write() as session:
        asked = _found(session, challenge_id)
        last = _newest_run(session, asked)
        if asked.phase == "expired":
            ledger.here_i_am(session, asked.account, by=g.visitor.person_id, now=asked.now)
            questions.record(session, asked, "challenge.asked_anew", by=g.visitor.person_id)
    return redirect(url_for("accounts.trial", account_id=asked.account.id, after=last, round=_in_round()))


@pages.post("/challenges/<int:challenge_id>/done")
@guard.finance
def done(challenge_id: int) -> Response:
    """The person did on the portal's own site what it asked for."""
    with farm.here().database.write() as session:
        asked = _found(session, challenge_id)
        last = _newest_run(session, asked)
        if asked.phase in ("elsewhere", "expired"):
            ledger.try_again(session, asked.account, asked_by=g.visitor.person_id, now=asked.now)
            questions.record(session, asked, "challenge.done_at_the_portal", by=g.visitor.person_id)
    return redirect(url_for("accounts.trial", account_id=asked.account.id, after=last))


@pages.post("/challenges/<int:challenge_id>/link")
@guard.finance
def link(challenge_id: int) -> str | Response:
    """A one-time address for whoever has the phone. It is in this answer and nowhere else."""
    with farm.here().database.write() as session:
        asked = _found(session, challenge_id)
        if asked.phase != "live" or asked.kind != "code":
            return redirect(url_for("challenges.room", challenge_id=challenge_id))
        token = ledger.new_link(session, asked.challenge, now=asked.now)
        questions.record(session, asked, "challenge.link_made", by=g.visitor.person_id)
    place = url_for("links.page", token=token)
    with farm.here().database.read() as session:
        return _shown(session, asked, farm.outside_address() + place)


@pages.get("/codes")
@guard.members
def codes() -> str:
    with farm.here().database.read() as session:
        asked = questions.round_of(session, g.visitor.workspace_id)
        return render_template("codes.html", questions=asked, supplier=supplier_name)


@pages.get("/codes/next")
@guard.finance
def onward() -> Response:
    """The next account of the round, or its list when nothing is left to type."""
    with farm.here().database.read() as session:
        asked = questions.round_of(session, g.visitor.workspace_id)
    rest = [a for a in asked if a.phase != "checking"]
    passed = next(
        (n for n, a in enumerate(rest, 1) if a.challenge.id == request.args.get("after", type=int)), 0
    )
    rest = rest[passed:]
    if not rest:
        return redirect(url_for("challenges.codes"))
    return redirect(url_for("challenges.room", challenge_id=rest[0].challenge.id, round="yes"))

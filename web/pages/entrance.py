"""Coming in: first set-up, sign-in, sign-out, and the choice of a language."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from vault import audit
from web import farm, guard, limits, people, sessions, speech

pages = Blueprint("entrance", __name__)


@pages.get("/setup")
@guard.anyone
def setup() -> str:
    if people.exist():
        abort(404)
    return render_template(
        "setup.html", shortest=people.SHORTEST, token=request.args.get("token", ""), problems={}
    )


@pages.post("/setup")
@guard.anyone
@limits.wrong_tries
def set_up() -> Response | tuple[str, int]:
    if people.exist():
        abort(404)
    form = request.form
    if problems := _setup_problems(form):
        shown = render_template(
            "setup.html", shortest=people.SHORTEST, token=form.get("token", ""), problems=problems
        )
        return shown, 401 if "token" in problems else 422
    try:
        person_id, workspace_id = people.set_up(form["email"], form["password"], speech.language())
    except people.SetUpAlready:
        abort(404)
    return _let_in(person_id, workspace_id, "person.set_up", url_for("suppliers.tiles"))


def _setup_problems(form: Mapping[str, str]) -> dict[str, str]:
    token = form.get("token", "").strip()
    right = {
        "token": hmac.compare_digest(token.encode(), farm.here().setup_token.encode()),
        "email": "@" in form.get("email", "").strip(" @"),
        "password": len(form.get("password", "")) >= people.SHORTEST,
    }
    return {name: f"setup.wrong_{name}" for name, holds in right.items() if not holds}


@pages.get("/login")
@guard.anyone
def login() -> str | Response:
    if not people.exist():
        return redirect(url_for("entrance.setup"))
    if g.visitor:
        return redirect(url_for("status.home"))
    return render_template("login.html", onward=_inside(request.args.get("next")), refused=False)


@pages.post("/login")
@guard.anyone
@limits.wrong_tries
def sign_in() -> Response | tuple[str, int]:
    onward = _inside(request.form.get("next"))
    found = people.check(request.form.get("email", ""), request.form.get("password", ""))
    if found is None:
        return render_template("login.html", onward=onward, refused=True), 401
    return _let_in(*found, "person.signed_in", onward or url_for("status.home"))


def _let_in(person_id: int, workspace_id: int, action: str, onward: str) -> Response:
    """A session of its own for this sign-in; whatever the browser held before is forgotten."""
    here = farm.here()
    with here.database.write() as db:
        if g.visitor:
            sessions.close(db, g.visitor.token_hash)
        token = sessions.open_for(db, person_id, workspace_id, here.now())
        audit.append(
            db,
            at=here.now(),
            actor=f"person:{person_id}",
            action=action,
            object=f"person:{person_id}",
            workspace_id=workspace_id,
        )
    session.clear()
    answer = redirect(onward)
    sessions.give(answer, request, token)
    return answer


def _inside(place: str | None) -> str:
    """Where to go on after signing in: a path of ours or nothing, never another site."""
    return place if place and place[0] == "/" and place[1:2] not in ("/", "\\") and "\n" not in place else ""


@pages.post("/logout")
@guard.anyone
def logout() -> Response:
    if g.visitor:
        with farm.here().database.write() as db:
            sessions.close(db, g.visitor.token_hash)
    session.clear()
    answer = redirect(url_for("entrance.login"))
    sessions.take_back(answer, request)
    return answer


@pages.post("/language")
@guard.anyone
def speak() -> Response:
    chosen = request.form.get("language", "")
    if chosen not in speech.LANGUAGES:
        abort(400)
    session["language"] = chosen
    if g.visitor:
        people.speak(g.visitor.person_id, chosen)
    return redirect(_inside(request.form.get("next")) or url_for("status.home"))

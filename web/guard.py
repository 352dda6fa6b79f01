"""Who may see or do what. Every route says it with a decorator; one that says nothing keeps the application from starting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from core import nouns
from web import people, sessions

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])
EVERY_ROLE = frozenset(nouns.Role)
_SAFE = {"GET", "HEAD", "OPTIONS"}


def anyone(view: View) -> View:
    """Open before signing in."""
    return _allow(view, None)


def members(view: View) -> View:
    """For every role of the Workspace."""
    return _allow(view, EVERY_ROLE)


def finance(view: View) -> View:
    """For those who make collections run."""
    return _allow(view, frozenset({nouns.Role.ADMIN, nouns.Role.FINANCE}))


def admin(view: View) -> View:
    """For those who hold accounts and their secrets."""
    return _allow(view, frozenset({nouns.Role.ADMIN}))


def knows_the_address(view: View) -> View:
    """For programs: the address itself is the secret, so there is no form, and no token of one."""
    view.by_address = True  # type: ignore[attr-defined]
    return view


def _allow(view: View, roles: frozenset[nouns.Role] | None) -> View:
    view.allowed = roles  # type: ignore[attr-defined]
    return view


def allowed(app: Flask, endpoint: str) -> frozenset[nouns.Role] | None:
    """The roles a route is for; None when it is open to anyone."""
    return cast(frozenset[nouns.Role] | None, vars(app.view_functions[endpoint])["allowed"])


def stand_before(app: Flask) -> None:
    """Put the guard before every request; raises when a route does not say who may pass."""
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "allowed")]
    if silent:
        raise LookupError(f"these routes do not say who may pass: {', '.join(silent)}")
    csrf.init_app(app)
    app.before_request(_pass)


def _pass() -> Response | None:
    _refuse_foreign_page()
    g.visitor = sessions.visitor_of(request.cookies.get(sessions.cookie_name(request)), clicked=not _polled())
    # An address that does not exist is nobody's business before signing in.
    roles = allowed(current_app, request.endpoint) if request.endpoint else EVERY_ROLE
    if roles is not None:
        if g.visitor is None:
            return _to_the_entrance()
        if g.visitor.role not in roles:
            abort(403)
    if request.method not in _SAFE and not _by_address():
        csrf.protect()
    return None


def _by_address() -> bool:
    view = current_app.view_functions[request.endpoint] if request.endpoint else None
    return bool(getattr(view, "by_address", False))


def _refuse_foreign_page() -> None:
    """A form posted from another site is refused by what the browser says of its origin, before any token is looked at."""
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or (origin and urlsplit(origin).netloc != request.host):
        abort(403)


def _to_the_entrance() -> Response:
    return onward(url_for("entrance.login", next=_wanted()) if people.exist() else url_for("entrance.setup"))


def onward(place: str) -> Response:
    """To another page as a whole: one that refreshes itself would otherwise swap it into its own middle."""
    if _polled():
        return Response(status=204, headers={"HX-Redirect": place})
    return redirect(place)


def _polled() -> bool:
    """Whether a page asks by itself, without a click."""
    return "HX-Request" in request.headers


def _wanted() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None

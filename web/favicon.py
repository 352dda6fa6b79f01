"""The sheaf in the browser's tab, with how many accounts and mailboxes need a person."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from web import guard

favicon = Blueprint("favicon", __name__)


@favicon.get("/favicon.svg")
@guard.anyone
def icon() -> Response:
    count = min(request.args.get("n", 0, type=int), 99)
    response = Response(render_template("favicon.svg", count=max(count, 0)), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response

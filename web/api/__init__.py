"""The door for programs: JSON over HTTP under `/api/v1`, opened by tokens, described by OpenAPI at `/api/v1/openapi.json`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, jsonify
from flask_smorest import Api
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from web import guard
from web.api import documents, feed

#: Every part of it, one file each.
PARTS = (feed.calls, documents.calls)
described = Blueprint("api", __name__, url_prefix="/api/v1")


def put_on(app: Flask) -> None:
    """Each part with its description; what goes wrong in them is told in JSON."""
    app.config.update(API_TITLE="Moisson", API_VERSION="v1", OPENAPI_VERSION="3.0.3")
    api = Api(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for part in PARTS:
        api.register_blueprint(part)
    app.extensions["openapi"] = api.spec
    app.register_blueprint(described)


@described.get("/openapi.json")
@guard.anyone
def openapi() -> Response:
    from flask import current_app

    return jsonify(current_app.extensions["openapi"].to_dict())


def _told(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
    """What is wrong with the call; `errors` by field where the call itself was read."""
    found: dict[str, Any] = getattr(error, "data", None) or {}
    said: dict[str, Any] = {"error": found.get("message") or error.description or error.name}
    if found.get("messages"):
        said["errors"] = found["messages"]
    return jsonify(said), error.code or 500, dict(found.get("headers") or {})


for part in PARTS:  # once, whatever number of applications it is put on
    part.register_error_handler(HTTPException, _told)

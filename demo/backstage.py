"""What every fictional portal has behind its pages: faults before an answer, and the stage over HTTP at `/__stage`."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, jsonify, request

from demo.house import House
from demo.stage import Lever

PREFIX = "/__stage"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
BLOCKED = (
    "<!doctype html><html lang='en'><title>Access denied</title><h1>403 Forbidden</h1>"
    "<p>Your address has been blocked.</p></html>"
)
DOWN = (
    "<!doctype html><html lang='fr'><title>Maintenance</title><h1>Service momentanément indisponible</h1>"
    "<p>Revenez dans deux minutes.</p></html>"
)


def install(app: Flask, house: House) -> None:
    """Count, delay and spoil every answer of `app` as the house's levers say, and serve its stage."""
    app.register_blueprint(_stage(house), url_prefix=PREFIX)
    app.before_request(lambda: _meet(house))


def require_loopback() -> None:
    """The stage is for this machine only, and no page of another site may pull a lever."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if request.remote_addr not in LOOPBACK or host not in LOOPBACK or foreign:
        abort(403)


def _meet(house: House) -> Response | None:
    if request.path.startswith(PREFIX):
        return None
    if request.path.endswith("/beacon"):
        house.counters.count("beacons")
        return None
    house.counters.count("requests")
    house.wait()
    if house.stage.on(Lever.DOWN):
        return Response(DOWN, 503, {"Retry-After": "120"}, content_type="text/html; charset=utf-8")
    if house.stage.on(Lever.BLOCKED):
        return Response(BLOCKED, 403, content_type="text/html; charset=utf-8")
    return None


def _stage(house: House) -> Blueprint:
    stage = Blueprint("stage", __name__)
    stage.before_request(require_loopback)

    @stage.get("/counters")
    def counters() -> Response:
        return jsonify(house.counters.shown())

    @stage.get("/bills")
    def bills() -> Response:
        return jsonify([bill.number for bill in house.shelf.of(request.args.get("login", house.brand.login))])

    @stage.get("/levers")
    def levers() -> Response:
        return jsonify(house.stage.shown() | {"password": house.password, "sms": house.sms})

    @stage.post("/reset")
    def reset() -> Response:
        house.reset()
        return jsonify(house.stage.shown())

    @stage.post("/approve")
    def approve() -> Response:
        house.approve(request.args.get("login", ""))
        return jsonify(waiting=house.phone.waiting)

    @stage.post("/<name>")
    def pull(name: str) -> tuple[Response, int] | Response:
        try:
            bills = house.pull(Lever(name), request.args.get("on", "1") == "1", **_about())
        except ValueError as err:
            return jsonify(error=str(err)), 404
        return jsonify(lever=name, published=[bill.number for bill in bills])

    return stage


def _about() -> dict[str, Any]:
    """`login`, `contract`, `cents` and `issued` (ISO date) of what is to be published, from the query string."""
    asked = request.args
    known: dict[str, Any] = {name: asked[name] for name in ("login", "contract") if name in asked}
    if "cents" in asked:
        known["cents"] = int(asked["cents"])
    if "issued" in asked:
        known["issued"] = date.fromisoformat(asked["issued"])
    return known

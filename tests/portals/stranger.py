"""A stranger's portal on two plain-HTTP hosts: 127.0.0.1 has the invoices, localhost signs in. It shares nothing with the demo's.

The sign-in has two pages under a wall that swallows every click, a code for some customers; the JSON wants a cookie and a CSRF
header, so does the PDF; and a beacon never lets the network go idle.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Self

import pyotp
from flask import Flask, Response, jsonify, make_response, redirect, request
from werkzeug.wrappers import Response as Answered

from demo import paper, server

PER_PAGE = 3
HEAD = "<!doctype html><html lang=en><meta charset=utf-8><title>Stranger</title><link rel=icon href='data:,'>"
BEACON = "<script>setInterval(() => fetch('/beat', {method: 'POST'}), 150)</script>"
WALL = """<style>#consent { position: fixed; inset: 0; background: #000c; color: #fff; padding: 20vh 20vw }</style>
<div id=consent role=dialog>We value your privacy. <button>No thanks</button> <button>Agree</button></div>
<script>
const wall = document.getElementById("consent");
addEventListener("click", (event) => { if (wall.isConnected && !wall.contains(event.target)) event.stopImmediatePropagation(), event.preventDefault(); }, true);
wall.addEventListener("click", (event) => { if (event.target.tagName == "BUTTON") { document.cookie = "consent=1; path=/"; wall.remove(); } });
</script>"""


@dataclass
class Customer:
    """`seed` is a TOTP key; without one no code is asked."""

    password: str
    seed: str = ""


@dataclass
class Stranger:
    """Both servers. `listening` counts requests by path, `passwords` those that were sent."""

    customers: dict[str, Customer]
    invoices: list[tuple[str, date, Decimal]] = field(default_factory=list)
    passwords: int = 0
    downloads: list[str] = field(default_factory=list)
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    passes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for month in range(1, 8):
            self.publish(date(2026, month, 4), Decimal("1249.90") + month)
        self._space, self._sso = server.Server(_space(self)), server.Server(_sso(self))

    @property
    def space(self) -> str:
        return f"http://127.0.0.1:{self._space.port}"

    @property
    def sso(self) -> str:
        return f"http://localhost:{self._sso.port}"

    def publish(self, issued: date, total: Decimal) -> None:
        self.invoices.insert(0, (f"SE/{issued.year}/{len(self.invoices) + 1:03}", issued, total))

    def told(self, text: str) -> str:
        """A manifest for the documented ports, for those that were free."""
        return text.replace(":8931", f":{self._space.port}").replace(":8932", f":{self._sso.port}")

    def __enter__(self) -> Self:
        self._space.start()
        self._sso.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._space.stop()
        self._sso.stop()


def _sso(of: Stranger) -> Flask:
    app = Flask("sso")
    app.add_url_rule("/beat", view_func=lambda: ("", 204), methods=["POST"])

    def page(form: str) -> Response:
        wall = "" if request.cookies.get("consent") else WALL
        return make_response(f"{HEAD}{BEACON}<form method=post>{form}</form>{wall}")

    @app.route("/signin", methods=["GET", "POST"])
    def user() -> Answered:
        if request.method == "GET":
            return page("<label>User <input id=user name=user></label><button id=next>Next</button>")
        return redirect(f"/signin/password?user={request.form['user']}", 303)

    @app.route("/signin/password", methods=["GET", "POST"])
    def password() -> Answered:
        form = "<label>Password <input id=pass name=pass type=password></label><button id=signin>Sign in</button>"
        if request.method == "GET":
            return page(form)
        of.passwords += 1
        customer = of.customers.get(request.args["user"])
        if customer is None or customer.password != request.form["pass"]:
            return page(f"<p class=error>User or password unknown.</p>{form}")
        return (
            _let_in(of, request.args["user"])
            if not customer.seed
            else redirect(f"/signin/code?user={request.args['user']}", 303)
        )

    @app.route("/signin/code", methods=["GET", "POST"])
    def code() -> Answered:
        form = "<label>Code <input id=code name=code></label><button id=verify>Verify</button>"
        seed = of.customers[request.args["user"]].seed
        if request.method == "POST" and pyotp.TOTP(seed).verify(request.form["code"], valid_window=1):
            return _let_in(of, request.args["user"])
        return page(form)

    return app


def _let_in(of: Stranger, user: str) -> Answered:
    of.passes[ticket := secrets.token_hex(8)] = user
    return redirect(f"{of.space}/callback?ticket={ticket}", 303)


def _space(of: Stranger) -> Flask:
    app = Flask("space")
    app.add_url_rule("/beat", view_func=lambda: ("", 204), methods=["POST"])

    def session() -> dict[str, str] | None:
        return of.sessions.get(request.cookies.get("sid", ""))

    def guarded() -> bool:
        here = session()
        return bool(here) and request.headers.get("X-CSRF") == (here or {})["csrf"]

    @app.get("/")
    def home() -> Answered:
        return redirect("/home" if session() else f"{of.sso}/signin")

    @app.get("/callback")
    def callback() -> Answered:
        answer = redirect("/home", 303)
        of.sessions[sid := secrets.token_hex(16)] = {
            "user": of.passes.pop(request.args["ticket"]),
            "csrf": secrets.token_hex(8),
        }
        answer.set_cookie("sid", sid, httponly=True, samesite="Lax")
        return answer

    @app.get("/home")
    def inside() -> Answered:
        return (
            make_response(f"{HEAD}{BEACON}<h1>My energy</h1>") if session() else redirect(f"{of.sso}/signin")
        )

    @app.get("/api/session")
    def csrf() -> tuple[Any, int]:
        here = session()
        return (jsonify(csrf=here["csrf"]), 200) if here else (jsonify(error="no session"), 401)

    @app.get("/api/invoices")
    def invoices() -> tuple[Any, int]:
        if not guarded():
            return jsonify(error="forbidden"), 403
        start = int(request.args.get("cursor", "0"))
        shown = of.invoices[start : start + PER_PAGE]
        lines = [
            {
                "id": number.replace("/", "-"),
                "number": number,
                "issued": day.isoformat(),
                "amount": str(total),
                "currency": "GBP",
            }
            for number, day, total in shown
        ]
        return jsonify(
            invoices=lines, next=str(start + PER_PAGE) if start + PER_PAGE < len(of.invoices) else None
        ), 200

    @app.get("/api/invoices/<name>/pdf")
    def pdf(name: str) -> tuple[Any, int] | Response:
        if not guarded():
            return jsonify(error="forbidden"), 403
        number, day, total = next(line for line in of.invoices if line[0].replace("/", "-") == name)
        of.downloads.append(number)
        return Response(paper.invoice(number, day, total, currency="GBP"), content_type="application/pdf")

    return app

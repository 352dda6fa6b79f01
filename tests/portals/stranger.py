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
        self._space, self._sso = server.Server(_Space(self).app), server.Server(_Sso(self).app)

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


class _Sso:
    """Where one signs in: user, password, and a code for some."""

    def __init__(self, of: Stranger) -> None:
        self.of = of
        self.app = Flask("sso")
        self.app.add_url_rule("/beat", view_func=lambda: ("", 204), methods=["POST"])
        self.app.add_url_rule("/signin", view_func=self.user, methods=["GET", "POST"])
        self.app.add_url_rule("/signin/password", view_func=self.password, methods=["GET", "POST"])
        self.app.add_url_rule("/signin/code", view_func=self.code, methods=["GET", "POST"])

    def user(self) -> Answered:
        if request.method == "GET":
            return _page("<label>User <input id=user name=user></label><button id=next>Next</button>")
        return redirect(f"/signin/password?user={request.form['user']}", 303)

    def password(self) -> Answered:
        form = "<label>Password <input id=pass name=pass type=password></label><button id=signin>Sign in</button>"
        if request.method == "GET":
            return _page(form)
        self.of.passwords += 1
        user = request.args["user"]
        customer = self.of.customers.get(user)
        if customer is None or customer.password != request.form["pass"]:
            return _page(f"<p class=error>User or password unknown.</p>{form}")
        return redirect(f"/signin/code?user={user}", 303) if customer.seed else self._let_in(user)

    def code(self) -> Answered:
        form = "<label>Code <input id=code name=code></label><button id=verify>Verify</button>"
        user = request.args["user"]
        seed = self.of.customers[user].seed
        if request.method == "POST" and pyotp.TOTP(seed).verify(request.form["code"], valid_window=1):
            return self._let_in(user)
        return _page(form)

    def _let_in(self, user: str) -> Answered:
        self.of.passes[ticket := secrets.token_hex(8)] = user
        return redirect(f"{self.of.space}/callback?ticket={ticket}", 303)


def _page(form: str) -> Response:
    wall = "" if request.cookies.get("consent") else WALL
    return make_response(f"{HEAD}{BEACON}<form method=post>{form}</form>{wall}")


class _Space:
    """Where the invoices are."""

    def __init__(self, of: Stranger) -> None:
        self.of = of
        self.app = Flask("space")
        self.app.add_url_rule("/beat", view_func=lambda: ("", 204), methods=["POST"])
        self.app.add_url_rule("/", view_func=self.root)
        self.app.add_url_rule("/callback", view_func=self.callback)
        self.app.add_url_rule("/home", view_func=self.home)
        self.app.add_url_rule("/api/session", view_func=self.csrf)
        self.app.add_url_rule("/api/invoices", view_func=self.invoices)
        self.app.add_url_rule("/api/invoices/<name>/pdf", view_func=self.pdf)

    def root(self) -> Answered:
        return redirect("/home" if self._session else f"{self.of.sso}/signin")

    def callback(self) -> Answered:
        answer = redirect("/home", 303)
        self.of.sessions[sid := secrets.token_hex(16)] = {
            "user": self.of.passes.pop(request.args["ticket"]),
            "csrf": secrets.token_hex(8),
        }
        answer.set_cookie("sid", sid, httponly=True, samesite="Lax")
        return answer

    def home(self) -> Answered:
        if self._session:
            return make_response(f"{HEAD}{BEACON}<h1>My energy</h1>")
        return redirect(f"{self.of.sso}/signin")

    def csrf(self) -> tuple[Any, int]:
        here = self._session
        return (jsonify(csrf=here["csrf"]), 200) if here else (jsonify(error="no session"), 401)

    def invoices(self) -> tuple[Any, int]:
        if not self._guarded():
            return jsonify(error="forbidden"), 403
        start = int(request.args.get("cursor", "0"))
        more = start + PER_PAGE < len(self.of.invoices)
        lines = [_line(*invoice) for invoice in self.of.invoices[start : start + PER_PAGE]]
        return jsonify(invoices=lines, next=str(start + PER_PAGE) if more else None), 200

    def pdf(self, name: str) -> tuple[Any, int] | Response:
        if not self._guarded():
            return jsonify(error="forbidden"), 403
        number, day, total = next(line for line in self.of.invoices if line[0].replace("/", "-") == name)
        self.of.downloads.append(number)
        return Response(paper.invoice(number, day, total, currency="GBP"), content_type="application/pdf")

    @property
    def _session(self) -> dict[str, str] | None:
        return self.of.sessions.get(request.cookies.get("sid", ""))

    def _guarded(self) -> bool:
        here = self._session
        return bool(here) and request.headers.get("X-CSRF") == (here or {})["csrf"]


def _line(number: str, day: date, total: Decimal) -> dict[str, str]:
    return {
        "id": number.replace("/", "-"),
        "number": number,
        "issued": day.isoformat(),
        "amount": str(total),
        "currency": "GBP",
    }

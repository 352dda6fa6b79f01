"""Stripe's customer portal, as publicly known in 2026: a mailed link, a page that brings its own key, invoices as JSON.

One server a supplier: they differ by name and, some, by the host under which the portal stands. It is the same portal for all.
"""

from __future__ import annotations

import secrets
import ssl
import zlib
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Flask, Response, jsonify, render_template, request

from demo import backstage, house, paper, shelf
from demo.house import Session
from demo.shelf import Bill
from demo.stage import Lever, Stage
from tests.portals import replica, stripe_invoices

PORTAL = "billing.stripe.com"
#: No password, so nothing that is about one; no terms, no puzzle and no approval are known of it.
ABSENT = {Lever.CHANGE_PASSWORD, Lever.NEW_PASSWORD, Lever.LOCKED, Lever.TERMS, Lever.CAPTCHA, Lever.APPROVAL}
LEVERS = frozenset(Lever) - ABSENT - {Lever.FORBIDDEN_INSIDE}
#: Lines a page, whatever the page asks for: Stripe gives up to a hundred.
MOST = 10
#: Supplier → its name, and the host of its portal where it has one of its own.
SUPPLIERS = {
    "chatgpt": ("OpenAI", "pay.openai.com"),
    "crowdsec": ("CrowdSec", PORTAL),
    "cursor": ("Cursor", PORTAL),
    "depot": ("Depot", PORTAL),
    "fly-io": ("Fly.io", PORTAL),
    "hello-audio": ("Hello Audio", PORTAL),
    "midjourney": ("Midjourney", PORTAL),
    "novu": ("Novu", PORTAL),
    "pipedream": ("Pipedream", PORTAL),
    "posthog": ("PostHog", PORTAL),
    "raycast": ("Raycast", PORTAL),
    "zcal": ("zcal", PORTAL),
}


class StripePortal(replica.Replica):
    """Fifteen invoices, ten a page."""

    name = "Stripe"
    portal = PORTAL

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds, added to every answer."""
        self.house = house.House(_brand(self.name), _bills(), Stage(LEVERS), latency=latency)
        self.sheets = stripe_invoices.HostedInvoices(self.house)
        self.slug = f"{zlib.crc32(self.name.encode()):08x}"
        #: The last part of a link → whose it is; and of a session's id → the key that its API wants.
        self.links: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        super().__init__(tls, self.house, {self.portal: self._site(), **self.sheets.sites})

    @property
    def fields(self) -> dict[str, str]:
        return {
            "email": self.house.brand.login,
            "portal": f"https://{self.portal}/p/login/{self.slug}",
        }

    def answer(self, kind: str) -> str:
        """A fresh link, such as is mailed, or such as the supplier's own button opens."""
        return f"https://{self.portal}/p/session/{self.link()}"

    def link(self, login: str = "") -> str:
        """The last part of a fresh link."""
        token = f"live_{secrets.token_urlsafe(32)}"
        self.links[token] = login or self.house.brand.login
        return token

    def _site(self) -> Flask:
        site = Flask(__name__)
        backstage.install(site, self.house)
        site.context_processor(lambda: {"moved": self._moved, "renamed": self._renamed, "brand": self.name})
        site.add_url_rule("/p/login/<slug>", view_func=self._sign_in)
        site.add_url_rule(
            "/v1/billing_portal/access_client/send_access", view_func=self._mail, methods=["POST"]
        )
        site.add_url_rule("/p/session/<token>", view_func=self._open)
        site.add_url_rule("/v1/billing_portal/sessions/<session>/invoices", view_func=self._invoices)
        return site

    def _sign_in(self, slug: str) -> str:
        self.house.counters.count("page_views")
        return render_template("stripe_portal.html")

    def _mail(self) -> Response:
        """Nobody is told whether an address is known."""
        login = request.form.get("email", "")
        if self.house.knows(login):
            self.house.counters.count("codes_sent")
            self.link(login)
        return jsonify(id="bpac_1")

    def _open(self, token: str) -> str:
        login = self.links.get(token)
        if login is None or self.house.stage.on(Lever.WRONG_CODE) or self.house.stage.on(Lever.CODE_EXPIRED):
            self.house.counters.count("codes_refused")
            return render_template("stripe_portal.html", over=True)
        session, key = f"bps_{secrets.token_hex(12)}", self.house.admit(login, proven=True)
        self.keys[session] = key
        return render_template(
            "stripe_portal.html",
            preloaded={"session_api_key": f"ek_live_{key}", "portal_session_id": session},
        )

    def _invoices(self, session: str) -> Response:
        signed = self._customer(session)
        if signed is None:
            answer = jsonify(error={"type": "invalid_request_error", "code": "api_key_expired"})
            answer.status_code = 401
            return answer
        bills, after = self.house.bills(signed), request.args.get("starting_after", "")
        place = next((at for at, bill in enumerate(bills, 1) if f"in_{bill.number}" == after), 0)
        most = min(MOST, int(request.args.get("limit", MOST)))
        page, more = bills[place : place + most], place + most < len(bills)
        self.house.list_shown()
        lines = [self._line(signed, bill) for bill in page]
        silent = self.house.stage.on(Lever.SILENT_EMPTY)
        return jsonify(
            object="list",
            has_more=more,
            **({} if silent else {"entries" if self._renamed else "data": lines}),
        )

    def _customer(self, session: str) -> Session | None:
        key = self.keys.get(session, "")
        right = request.headers.get("Authorization") == f"Bearer ek_live_{key}"
        return self.house.list_asked(key) if right else None

    def _line(self, signed: Session, bill: Bill) -> dict[str, Any]:
        issued = int(datetime.combine(bill.issued, time(9, 30), UTC).timestamp())
        return {
            "id": f"in_{bill.number}",
            "object": "invoice",
            "number": bill.number,
            "status": "paid",
            "currency": "usd",
            "total": bill.cents,
            "amount_paid": bill.cents,
            "created": issued,
            "finalized_at": issued,
            "effective_at": issued,
            "hosted_invoice_url": self.sheets.address(signed.login, bill),
        }

    @property
    def _renamed(self) -> bool:
        return self.house.stage.on(Lever.MOVE_BUTTONS)

    def _moved(self, name: str) -> str:
        return f"s{zlib.crc32(name.encode()):x}" if self._renamed else name


def _brand(name: str) -> house.Brand:
    return house.Brand(
        id="stripe",
        name=name,
        language="en",
        currency="USD",
        login="compta@atelier-fontaine.example",
        password="",
        supplier=paper.Party(f"{name} Inc.", ("354 Oyster Point Boulevard", "South San Francisco, CA"), ""),
    )


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("STR")
    bills.fill(shelf.months(date(2025, 9, 3), 15), cents=2400)
    return bills


def _of(supplier: str, name: str, portal: str) -> type[StripePortal]:
    hosts = (portal, *stripe_invoices.HOSTS)
    return type(
        f"{name} portal",
        (StripePortal,),
        {"supplier": supplier, "name": name, "portal": portal, "HOSTS": hosts},
    )


REPLICAS = {supplier: _of(supplier, *told) for supplier, told in SUPPLIERS.items()}

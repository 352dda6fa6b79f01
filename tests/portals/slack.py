"""Slack's billing history, as publicly known in 2026: a mailed code in six boxes, a token in the page, invoices hosted at Stripe.

`slack.com` signs in, a workspace's own host holds its administration. The calls that the sign-in page makes are invented.
"""

from __future__ import annotations

import secrets
import ssl
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Flask, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, house, paper, shelf
from demo.house import Session
from demo.shelf import Bill
from demo.stage import Lever, Stage
from tests.portals import reception, replica, stripe_invoices

WORKSPACE = "atelier-fontaine"
#: No password, so nothing that is about one; nobody tells of terms, of a puzzle or of an approval.
LEVERS = frozenset(Lever) - {
    Lever.CHANGE_PASSWORD, Lever.NEW_PASSWORD, Lever.LOCKED, Lever.TERMS, Lever.CAPTCHA, Lever.APPROVAL,
    Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
#: Lines a page, whatever is asked for: Slack gives up to fifty.
MOST = 10


class SlackReplica(replica.Replica):
    """One workspace with fifteen invoices, and events beside them that have none."""

    supplier = "slack"
    HOSTS = ("slack.com", f"{WORKSPACE}.slack.com", *stripe_invoices.HOSTS)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds, added to every answer."""
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "d", domain=".slack.com")
        self.sheets = stripe_invoices.HostedInvoices(self.house)
        #: Whether the customer owns the workspace: nobody else may see its history.
        self.owner = True
        self.tokens: dict[str, str] = {}
        front, space = self.HOSTS[:2]
        super().__init__(
            tls, self.house, {front: self._front(), space: self._workspace(), **self.sheets.sites}
        )

    @property
    def fields(self) -> dict[str, str]:
        return {"email": self.house.brand.login, "workspace": WORKSPACE}

    def _front(self) -> Flask:
        site = self._site()
        site.add_url_rule("/signin", view_func=lambda: self._page("email"), endpoint="signin")
        site.add_url_rule("/api/signin.sendCode", view_func=self.send, methods=["POST"])
        site.add_url_rule("/api/signin.confirmCode", view_func=self.confirm, methods=["POST"])
        return site

    def _workspace(self) -> Flask:
        site = self._site()
        site.add_url_rule("/", view_func=lambda: self._page("door"), endpoint="door")
        site.add_url_rule("/ssb/redirect", view_func=lambda: self._page("in"), endpoint="in")
        site.add_url_rule("/admin/billing/history", view_func=self.administration)
        site.add_url_rule("/api/payments.billing.history.list", view_func=self.history, methods=["POST"])
        return site

    def send(self) -> Answered:
        login = str((request.get_json(silent=True) or {}).get("email", ""))
        self.reception.admit(login)
        if self.house.knows(login):
            self.reception.send_code()
        return jsonify(ok=True)

    def confirm(self) -> Answered:
        session = self.reception.session
        if session is None or not self.reception.right_code(
            str((request.get_json(silent=True) or {}).get("code", ""))
        ):
            return jsonify(ok=False, error="invalid_code")
        session.proven = True
        return jsonify(ok=True, url=f"https://{self.HOSTS[1]}/ssb/redirect?entry_point=workspace_signin")

    def administration(self) -> Answered | str:
        if self.reception.customer is None:
            return redirect("/?redir=%2Fadmin%2Fbilling%2Fhistory")
        if not self.owner:
            return self._page("owners")
        token = f"xoxc-{secrets.token_hex(16)}"
        self.tokens[token] = self.reception.token or ""
        return render_template("slack.html", page="history", token=token)

    def history(self) -> Answered:
        """The token says whose client asks, the cookie that it is theirs."""
        mine = self.reception.token
        right = mine is not None and self.tokens.get(request.form.get("token", "")) == mine
        signed = self.house.list_asked(mine) if right else None
        if signed is None:
            return jsonify(ok=False, error="invalid_auth")
        bills, place = self.house.bills(signed), int(request.form.get("cursor") or 0)
        page, after = bills[place : place + MOST], place + MOST
        self.house.list_shown()
        items = [self._item(signed, bill) for bill in page] + [_event(place)] * bool(page)
        told = "items" if self._renamed else "billing_items"
        silent = self.stage.on(Lever.SILENT_EMPTY)
        return jsonify(
            ok=True,
            **({} if silent else {told: items}),
            response_metadata={"next_cursor": str(after) if after < len(bills) else ""},
        )

    def _item(self, signed: Session, bill: Bill) -> dict[str, Any]:
        return {
            "id": int("".join(filter(str.isdigit, bill.number))),
            "type": "renewal",
            "status": "succeeded",
            "date_create": int(datetime.combine(bill.issued, time(9, 30), UTC).timestamp()),
            "invoice": {
                "amount": bill.cents,
                "currency": "USD",
                "hosted_url": self.sheets.address(signed.login, bill),
            },
        }

    @property
    def _renamed(self) -> bool:
        return self.stage.on(Lever.MOVE_BUTTONS)

    def _page(self, page: str) -> str:
        self.counters.count("page_views")
        return render_template("slack.html", page=page)

    def _site(self) -> Flask:
        site = Flask(__name__)
        backstage.install(site, self.house)
        self.reception.install(site)
        return site


def _event(place: int) -> dict[str, Any]:
    """Something of the history that is no invoice."""
    return {"id": 900_000 + place, "type": "users_added", "status": "succeeded", "date_create": 1_770_000_000}


BRAND = house.Brand(
    id="slack",
    name="Slack",
    language="en",
    currency="USD",
    login="claire@atelier-fontaine.example",
    password="",
    supplier=paper.Party("Slack Technologies", ("415 Mission Street", "San Francisco, CA 94105")),
)


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("SLK")
    bills.fill(shelf.months(date(2025, 9, 11), 15), cents=12500)
    return bills

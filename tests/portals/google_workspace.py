"""Google Workspace's transactions, as publicly known in 2026: a frame of `payments.google.com` within the administration's page.

Only a person's click has a file made: its address, asked for otherwise, answers 500. How a period is titled, and all that the frame's own script
asks for, is invented.
"""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable
from datetime import date

import pyotp
from flask import Flask, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf
from demo.house import TOTP, Answer
from demo.stage import Lever, Stage
from tests.portals import reception, replica

ACCOUNTS, ADMIN, PAYMENTS = "accounts.google.com", "admin.google.com", "payments.google.com"
#: Its list is one page; nobody tells of terms there, of a new password, how a locked account is told, or how a credit note shows. A row has
#: a number and no amount, so another customer's invoice under the same number would not be told by it.
LEVERS = frozenset(Lever) - {
    Lever.CREDIT_NOTE, Lever.OTHER_CUSTOMER, Lever.BETWEEN_PAGES, Lever.DROP_MID_LIST, Lever.TERMS, Lever.NEW_PASSWORD,
    Lever.LOCKED, Lever.NOT_READY, Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
SIGN_IN = f"https://{ACCOUNTS}/v3/signin"
#: Where each question is asked.
ASKED = {
    Lever.CODE: f"{SIGN_IN}/challenge/ipp",
    Lever.APPROVAL: f"{SIGN_IN}/challenge/dp",
    TOTP: f"{SIGN_IN}/challenge/totp",
}
BILLING = "01AF3C-9B27D4-5E8812"
KEY = "KRSXG5CTMVRXEZLUKRSXG5CT"


class GoogleWorkspaceReplica(replica.Replica):
    """Fifteen invoices, a period each; the frame begins with the last three months."""

    supplier = "google-workspace"
    HOSTS = (ACCOUNTS, ADMIN, PAYMENTS)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0, totp: bool = False) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds; `totp`: an authenticator app is set up."""
        self.house = house.House(_brand(KEY if totp else ""), _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "SID", domain=".google.com", device="LSOLH")
        #: Google takes the browser for a machine.
        self.rejects = False
        #: How many clicks on a period the frame lets fall.
        self.deaf = 0
        #: How often a file's address was asked for without a click.
        self.fetched = 0
        sites: dict[str, Callable[[], Flask]] = {
            ACCOUNTS: self._accounts,
            ADMIN: self._admin,
            PAYMENTS: self._payments,
        }
        super().__init__(tls, self.house, {host: make() for host, make in sites.items()})

    @property
    def fields(self) -> dict[str, str]:
        brand = self.house.brand
        totp = {"totp": brand.seed} if brand.seed else {}
        return {"email": brand.login, "password": self.house.password, "billing_account": BILLING, **totp}

    # accounts.google.com

    def _accounts(self) -> Flask:
        site = self._site()
        for step in (
            "identifier",
            "challenge/pwd",
            "challenge/ipp",
            "challenge/totp",
            "challenge/dp",
            "rejected",
        ):
            site.add_url_rule(
                f"/v3/signin/{step}", endpoint=step, view_func=self.step, methods=["GET", "POST"]
            )
        site.add_url_rule("/v3/signin/challenge/recaptcha", endpoint="puzzle", view_func=self.step)
        site.add_url_rule("/told", view_func=self.told)
        return site

    def step(self) -> Answered | str:
        step = request.path.removeprefix("/v3/signin/")
        if request.method == "GET":
            self.counters.count("page_views")
            return self._page(step)
        sent = request.form["said"]
        if step == "identifier":
            return self._identifier(sent)
        if step == "challenge/pwd":
            answer = self.reception.try_password(request.args["login"], sent)
            return self._onward() if answer is Answer.OK else self._page(step, "Wrong password. Try again.")
        return self._code(step, sent)

    def _identifier(self, login: str) -> Answered | str:
        if self.rejects:
            return redirect(f"{SIGN_IN}/rejected?rrk=46")
        if self.stage.on(Lever.CAPTCHA):
            return redirect(f"{SIGN_IN}/challenge/recaptcha")
        if not self.house.knows(login):
            return self._page("identifier", "Couldn’t find your Google Account")
        return redirect(f"{SIGN_IN}/challenge/pwd?login={login}")

    def _code(self, step: str, sent: str) -> Answered | str:
        session, totp = self.reception.session, step == "challenge/totp"
        right = (
            self.house.right_totp(session.login, sent)
            if session and totp
            else self.reception.right_code(sent)
        )
        if not right:
            return self._page(step, "Wrong code. Try again.")
        self.reception.passed(TOTP if totp else Lever.CODE)
        self.reception.trust()
        return self._onward()

    def told(self) -> dict[str, str]:
        """What the page asks while the person looks at their phone."""
        session = self.reception.session
        if session is None or not self.house.approved(session.login):
            return {"url": ""}
        self.reception.passed(Lever.APPROVAL)
        self.reception.trust()
        return {"url": self._onward().headers["Location"]}

    def _onward(self) -> Answered:
        question, session = self.reception.question(), self.reception.session
        if question and session:
            self.house.put(question, session.login)
        return redirect(
            ASKED.get(question or "", f"https://{ADMIN}/ac/billing/accounts/{BILLING}/transactions")
        )

    # admin.google.com

    def _admin(self) -> Flask:
        site = self._site()
        site.add_url_rule("/ac/billing/accounts/<account>/transactions", view_func=self.transactions)
        return site

    def transactions(self, account: str) -> Answered | str:
        if self.reception.customer is None:
            return redirect(f"{SIGN_IN}/identifier?continue={request.path}")
        return self._page("admin")

    # payments.google.com

    def _payments(self) -> Flask:
        site = self._site()
        site.add_url_rule("/payments/u/0/timelineview", view_func=self.timeline)
        site.add_url_rule("/payments/apis-secure/doc/u/0/trs", view_func=self.file)
        return site

    def timeline(self) -> Answered | str:
        session = self.house.list_asked(self.reception.token)
        if session is None:
            return redirect(f"{SIGN_IN}/identifier")
        bills = self.house.bills(session)
        periods = [
            list(some)
            for _, some in itertools.groupby(bills, key=lambda bill: (bill.issued.year, bill.issued.month))
        ]
        silent = self.stage.on(Lever.SILENT_EMPTY)
        return render_template("google_timeline.html", periods=periods, silent=silent, deaf=self.deaf)

    def file(self) -> Answered:
        session = self.reception.customer
        if request.headers.get("Sec-Fetch-Mode") != "navigate":
            self.fetched += 1
            return Response("Internal error", 500)
        bill = self.house.bill(session, request.args["doc"]) if session else None
        if bill is None or session is None:
            return redirect(f"{SIGN_IN}/identifier")
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(bill.number))

    def code_of_the_app(self) -> str:
        """What the customer's authenticator shows just now."""
        return pyotp.TOTP(KEY).now()

    def _page(self, page: str, said: str = "") -> str:
        return render_template("google.html", page=page, said=said)

    def _site(self) -> Flask:
        site = Flask(__name__)
        backstage.install(site, self.house)
        self.reception.install(site)
        return site


def _brand(seed: str) -> house.Brand:
    return house.Brand(
        id="google-workspace",
        name="Google Workspace",
        language="en",
        currency="EUR",
        login="admin@atelier-fontaine.example",
        password="Google-replica-1",
        supplier=paper.Party("Google Cloud EMEA Limited", ("70 Sir John Rogerson’s Quay", "Dublin 2")),
        seed=seed,
    )


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("GCFRD")
    bills.fill(shelf.months(date(2025, 8, 28), 15), cents=9360)
    return bills

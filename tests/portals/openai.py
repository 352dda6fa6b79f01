"""OpenAI's platform, as publicly known in 2026: `auth.openai.com` signs in, the proof stays in the browser's storage, a script draws the history.

The calls that the pages themselves make are invented.
"""

from __future__ import annotations

import ssl
from datetime import date

from flask import Flask, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, house, paper, shelf
from demo.house import TOTP, Answer
from demo.stage import Lever, Stage
from tests.portals import reception, replica, stripe_invoices

PLATFORM, AUTH = "platform.openai.com", "auth.openai.com"
#: One page with everything; nobody tells of terms, of a new password, of a puzzle, or how a locked account is told.
LEVERS = frozenset(Lever) - {
    Lever.BETWEEN_PAGES, Lever.DROP_MID_LIST, Lever.TERMS, Lever.NEW_PASSWORD, Lever.CAPTCHA, Lever.LOCKED,
    Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
#: Where each question is asked.
ASKED = {
    Lever.CODE: "/email-verification",
    TOTP: "/mfa-challenge",
    Lever.APPROVAL: "/push-auth-verification",
}


class OpenaiReplica(replica.Replica):
    """Fifteen invoices, drawn ten at once and the rest when asked for more."""

    supplier = "openai"
    HOSTS = (PLATFORM, AUTH, *stripe_invoices.HOSTS)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds, added to every answer."""
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "oai_login", device="oai_device")
        self.sheets = stripe_invoices.HostedInvoices(self.house)
        #: In which language the browser makes the page print its dates.
        self.french = False
        super().__init__(
            tls, self.house, {PLATFORM: self._platform(), AUTH: self._auth(), **self.sheets.sites}
        )

    @property
    def fields(self) -> dict[str, str]:
        return {"email": self.house.brand.login, "password": self.house.password}

    # auth.openai.com

    def _auth(self) -> Flask:
        site = self._site()
        for path in (
            "/log-in-or-create-account",
            "/log-in/password",
            "/create-account/password",
            *ASKED.values(),
        ):
            site.add_url_rule(path, endpoint=path, view_func=self.step, methods=["GET", "POST"])
        site.add_url_rule("/push-auth-verification/told", view_func=self.pushed)
        return site

    def step(self) -> Answered | str:
        if request.method == "GET":
            self.counters.count("page_views")
            return self._page()
        sent = request.form.get("email") or request.form.get("password") or request.form.get("code") or ""
        if request.path == "/log-in-or-create-account":
            known = self.house.knows(sent)
            return redirect(f"/{'log-in' if known else 'create-account'}/password?login={sent}")
        if request.path == "/log-in/password":
            answer = self.reception.try_password(request.args["login"], sent)
            return (
                self._onward() if answer is Answer.OK else self._page("Incorrect email address or password")
            )
        if not self.reception.right_code(sent):
            return self._page("Incorrect code")
        self.reception.passed(Lever.CODE)
        self.reception.trust()
        return self._onward()

    def pushed(self) -> Answered:
        """What the page asks once a second while the person looks at their phone."""
        session = self.reception.session
        if session is None or not self.house.approved(session.login):
            return jsonify(url="")
        self.reception.passed(Lever.APPROVAL)
        return jsonify(url=self._onward().headers["Location"])

    def _onward(self) -> Answered:
        question, session = self.reception.question(), self.reception.session
        if question is None or session is None:
            token = self.house.admit(session.login if session else "", proven=True)
            return redirect(f"https://{PLATFORM}/auth/callback?code={token}")
        self.house.put(question, session.login)
        return redirect(ASKED[question])

    # platform.openai.com

    def _platform(self) -> Flask:
        site = self._site()
        site.add_url_rule(
            "/login", view_func=lambda: redirect(f"https://{AUTH}/log-in-or-create-account"), endpoint="login"
        )
        for path in ("/auth/callback", "/home", "/settings/organization/billing/history"):
            site.add_url_rule(path, view_func=self._page, endpoint=path)
        site.add_url_rule("/replica/history", view_func=self.history)
        return site

    def history(self) -> Answered:
        """What the page's own script asks for its lines."""
        signed = self.house.list_asked(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if signed is None:
            return jsonify(signed_out=True)
        lines = [
            [
                bill.number,
                "Paid",
                f"{'-' if bill.cents < 0 else ''}${abs(bill.total):.2f}",
                f"{bill.issued:%d %b %Y}, 09:30" if self.french else f"{bill.issued:%b %d, %Y}, 09:30 AM",
                self.sheets.address(signed.login, bill),
            ]
            for bill in self.house.bills(signed)
        ]
        return jsonify(lines=lines, silent=self.stage.on(Lever.SILENT_EMPTY))

    def _page(self, said: str = "") -> str:
        return render_template("openai.html", path=request.path, said=said)

    def _site(self) -> Flask:
        site = Flask(__name__)
        backstage.install(site, self.house)
        self.reception.install(site)
        return site


BRAND = house.Brand(
    id="openai",
    name="OpenAI",
    language="en",
    currency="USD",
    login="compta@atelier-fontaine.example",
    password="Openai-replica-1",
    supplier=paper.Party("OpenAI, LLC", ("548 Market Street", "San Francisco, CA 94104")),
)


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("OAI")
    bills.fill(shelf.months(date(2025, 9, 1), 15), cents=4200)
    return bills

"""GitHub's billing history, as publicly known in 2026: a form, perhaps a code, and every payment on one page, in one of two layouts.

`/account/billing/history` is the person's, `/organizations/<name>/billing/history` an organisation's. The words of a refusal are invented.
"""

from __future__ import annotations

import ssl
from datetime import date

import pyotp
from flask import Flask, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf
from demo.house import TOTP, Answer
from demo.stage import Lever, Stage
from tests.portals import reception, replica

#: All payments stand on one page; nobody tells of terms, of a new password or of an approval that its own page asks for.
LEVERS = frozenset(Lever) - {
    Lever.BETWEEN_PAGES, Lever.DROP_MID_LIST, Lever.TERMS, Lever.NEW_PASSWORD, Lever.APPROVAL, Lever.NOT_READY,
    Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
SAYS = {
    Answer.WRONG: "Incorrect username or password.",
    Answer.LOCKED: "There have been several failed attempts to sign in from this account. Please wait a while and try again later.",
}
#: Where each question is asked.
ASKED = {Lever.CODE: "/sessions/verified-device", TOTP: "/sessions/two-factor/app"}
KEY = "JBSWY3DPEHPK3PXPJBSWY3DP"


class GithubReplica(replica.Replica):
    """Fifteen payments of a person, four of an organisation."""

    supplier = "github"
    HOSTS = ("github.com",)

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0, totp: bool = False) -> None:
        """`tls` serves the certificate; `latency` is in seconds, added to every answer; `totp`: an authenticator app is set up."""
        self.house = house.House(_brand(KEY if totp else ""), _bills(), Stage(LEVERS), latency=latency)
        self.reception = reception.Reception(self.house, "user_session", device="_device_id")
        #: The layout of the history: a table (until 2024), or a list (2025).
        self.layout = "table"
        self.organisation = "atelier-fontaine"
        self.refunded: set[str] = set()
        super().__init__(tls, self.house, {"github.com": self._app()})

    @property
    def fields(self) -> dict[str, str]:
        seed = self.house.brand.seed
        return {**super().fields, **({"totp": seed} if seed else {})}

    @property
    def listable(self) -> int:
        return len(self.house.shelf.of(self.house.brand.login, ""))

    def code_of_the_app(self) -> str:
        """What the customer's authenticator shows just now."""
        return pyotp.TOTP(KEY).now()

    def _app(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        self.reception.install(app)
        add = app.add_url_rule
        add("/", view_func=self.home)
        add("/login", view_func=self.login)
        add("/session", view_func=self.session, methods=["POST"])
        add("/sessions/verified-device", view_func=self.device, methods=["GET", "POST"])
        add("/sessions/verified-device/captcha", view_func=lambda: self._page("captcha"), endpoint="captcha")
        add("/sessions/two-factor/app", view_func=self.two_factor, methods=["GET", "POST"])
        add("/account/billing/history", view_func=lambda: self.history(""), endpoint="own")
        add(
            "/organizations/<name>/billing/history", view_func=lambda name: self.history(name), endpoint="org"
        )
        add("/account/receipt/<number>.pdf", view_func=self.receipt)
        return app

    def home(self) -> str:
        return self._page("home" if self.reception.customer else "welcome")

    def login(self) -> str:
        self.counters.count("page_views")
        return self._page("login")

    def session(self) -> Answered | str:
        answer = self.reception.try_password(request.form["login"], request.form["password"])
        if answer is not Answer.OK:
            return self._page("login", flash=SAYS[answer])
        if self.stage.on(Lever.CAPTCHA):
            return redirect("/sessions/verified-device/captcha")
        return self._onward()

    def device(self) -> Answered | str:
        if request.method == "GET":
            return self._page("device")
        if not self.reception.right_code(request.form["otp"]):
            return self._page("device", flash="Incorrect verification code provided.")
        self.reception.passed(Lever.CODE)
        self.reception.trust()
        return self._onward()

    def two_factor(self) -> Answered | str:
        session = self.reception.session
        if request.method == "GET" or session is None:
            return self._page("two_factor")
        if not self.house.right_totp(session.login, request.form["app_otp"]):
            return self._page("two_factor", flash="Two-factor authentication failed.")
        self.reception.passed(TOTP)
        return self._onward()

    def history(self, organisation: str) -> Answered | str:
        session = self.house.list_asked(self.reception.token)
        if session is None:
            return redirect(f"/login?return_to={request.path}")
        if organisation not in ("", self.organisation):
            abort(404)  # so it says of what one may not see, too
        bills = self.house.bills(session, organisation)
        silent = self.stage.on(Lever.SILENT_EMPTY)
        return render_template(
            "github_history.html", bills=bills, layout=self.layout, silent=silent, refunded=self.refunded
        )

    def receipt(self, number: str) -> Answered:
        session = self.reception.customer
        if session is None:
            return redirect("/login")
        bill = self.house.bill(session, number)
        if bill is None:
            abort(404)
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(f"github-receipt-{number}"))

    def _onward(self) -> Answered:
        """To what is still asked, or home."""
        question = self.reception.question()
        if question == Lever.CODE:
            self.reception.send_code()
        return redirect(ASKED.get(question or "", "/"))

    def _page(self, page: str, flash: str = "") -> str:
        return render_template("github.html", page=page, flash=flash)


def _brand(seed: str) -> house.Brand:
    return house.Brand(
        id="github",
        name="GitHub",
        language="en",
        currency="USD",
        login="claire-fontaine",
        password="Github-replica-1",
        supplier=paper.Party("GitHub, Inc.", ("88 Colin P. Kelly Jr. Street", "San Francisco, CA 94107")),
        seed=seed,
    )


def _bills() -> shelf.Shelf:
    """Contract `` is the person's own, the organisation's name its own."""
    bills = shelf.Shelf("GH", ("", "atelier-fontaine"))
    bills.fill(shelf.months(date(2025, 9, 7), 15), cents=2100)
    bills.fill(shelf.months(date(2026, 8, 2), 4), cents=8400, contract="atelier-fontaine")
    return bills

"""Free, the box, as publicly known in November 2026: pages of another age, whose session stands in their addresses."""

from __future__ import annotations

import ssl
import zlib
from datetime import date

from flask import Flask, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk, house, paper, shelf, spelling
from demo.house import Answer, Session
from demo.stage import Lever, Stage
from tests.portals import replica

BRAND = house.Brand(
    id="free",
    name="Free",
    language="fr",
    currency="EUR",
    login="fbx12345678",
    password="Free-replica-1",
    supplier=paper.Party("Free SAS", ("8 rue de la Ville l’Évêque", "75008 Paris"), "421938861"),
)
#: One form and one page of bills: nobody tells of a code, a puzzle, terms or a new password there.
LEVERS = frozenset(Lever) - {
    Lever.CODE, Lever.WRONG_CODE, Lever.CODE_EXPIRED, Lever.APPROVAL, Lever.CAPTCHA, Lever.TERMS, Lever.NEW_PASSWORD,
    Lever.BETWEEN_PAGES, Lever.DROP_MID_LIST, Lever.NOT_READY, Lever.FORBIDDEN_INSIDE,
}  # fmt: skip
SPACE, SIGN_IN = "https://adsl.free.fr", "https://subscribe.free.fr/login/"
SAYS = {
    Answer.WRONG: "Identifiant ou mot de passe incorrect.",
    Answer.LOCKED: "Votre compte est bloqué après trop de tentatives.",
}
ID = "7654321"


class FreeReplica(replica.Replica):
    """16 bills, of which pages show the month. An account that has `moved` shows why it has none any more."""

    supplier = "free"
    HOSTS = ("subscribe.free.fr", "adsl.free.fr")

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of both hosts; `latency` is in seconds, added to every answer."""
        self.moved = False
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        super().__init__(
            tls, self.house, dict(zip(self.HOSTS, (self._sign_in(), self._space()), strict=True))
        )

    def _sign_in(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        app.add_url_rule("/login/", view_func=self.login, methods=["GET", "POST"])
        return app

    def _space(self) -> Flask:
        app = Flask(__name__)
        backstage.install(app, self.house)
        app.add_url_rule("/home.pl", view_func=self.home)
        app.add_url_rule("/facture_liste.pl", view_func=self.bills)
        app.add_url_rule("/facture_pdf.pl", view_func=self.pdf)
        return app

    def login(self) -> Answered:
        if request.method == "GET":
            return self._page("login")
        login = request.form.get("login", "")
        answer = self.house.try_password(login, request.form.get(self._moved("pass"), ""))
        if answer is not Answer.OK:
            return self._page("login", error=SAYS[answer])
        token = self.house.admit(login, proven=True)
        return redirect(f"{SPACE}/home.pl?id={ID}&idt={token}")

    def home(self) -> Answered:
        return self._page("home") if self._customer else redirect(SIGN_IN)

    def bills(self) -> Answered:
        session = self._customer and self.house.list_asked(self._token)
        if not session:
            return redirect(SIGN_IN)
        shown = [] if self.moved else self.house.bills(session)
        silent = self.stage.on(Lever.SILENT_EMPTY)
        return self._page("bills", bills=shown, silent=silent, month=_month, money=_money, gone=self.moved)

    def pdf(self) -> Answered:
        session = self._customer
        bill = self.house.bill(session, request.args.get("no_facture", "")) if session else None
        if session is None or bill is None or bill.issued.strftime("%Y%m") != request.args.get("mois"):
            return redirect(SIGN_IN)
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers("facture"))

    @property
    def _token(self) -> str:
        return request.args.get("idt", "") if request.args.get("id") == ID else ""

    @property
    def _customer(self) -> Session | None:
        return self.house.customer(self._token)

    def _moved(self, name: str) -> str:
        return f"z{zlib.crc32(name.encode()):x}" if self.stage.on(Lever.MOVE_BUTTONS) else name

    def _page(self, part: str, **shown: object) -> Response:
        """In the alphabet of before Unicode, which has a euro where its elder had a sign for any currency."""
        self.counters.count("page_views")
        here = f"id={ID}&idt={self._token}"
        html = render_template("free.html", part=part, here=here, renamed=self._moved, **shown)
        return Response(html.encode("iso-8859-15"), content_type="text/html; charset=ISO-8859-15")


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("FR")
    bills.fill(shelf.months(date(2025, 7, 4), 16), cents=2999)
    return bills


def _month(when: date) -> str:
    return f"{spelling.MONTHS['fr'][when.month - 1].capitalize()} {when.year}"


def _money(cents: int) -> str:
    return f"{cents / 100:.2f} €".replace(".", ",")

"""The spaces of SFR and RED: a page with the menu of lines, and on another host the bills of the line that was chosen last."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk
from demo.house import House
from demo.shelf import Bill
from demo.stage import Lever
from tests.portals.sfr_login import Cas

if TYPE_CHECKING:
    from tests.portals.sfr import Line, SfrReplica

#: Each host's own cookie, beside the pass of the sign-in.
HERE = "stay"
#: How many bills come with each click for more.
MORE = 8
FRENCH = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Space:
    """Two hosts that send whoever they do not know to the sign-in, and take a ticket back."""

    def __init__(self, replica: SfrReplica, cas: Cas) -> None:
        self.replica, self.cas = replica, cas
        self.house: House = replica.house
        self.stays: dict[str, str] = {}
        self.chosen: dict[str, str] = {}
        self.site, self.app = Flask(__name__), Flask(__name__)
        for app in (self.site, self.app):
            backstage.install(app, self.house)
        self.site.add_url_rule("/mon-espace-client/", view_func=self.home)
        add = self.app.add_url_rule
        add("/facture-<kind>/infoconso", view_func=self.bills)
        add("/facture-<kind>/bloc", view_func=self.bloc)
        add("/facture-<kind>/pdf", view_func=self.pdf)
        add("/facture-<kind>/fadet", view_func=self.detail)

    def home(self) -> Answered | str:
        stay = self._stay
        if stay is None:
            return self._sent_to_sign_in()
        self.house.counters.count("page_views")
        self.chosen[stay] = request.args.get("e", self.chosen.get(stay, self.replica.lines[0].id))
        lines = [(line.id, line.number, line.status) for line in self.replica.lines]
        bills = f"https://{self.replica.SPACE}/facture-{self._line(stay).kind}/infoconso"
        return render_template("sfr_space.html", lines=lines, bills=bills, moved=self.cas.moved)

    def bills(self, kind: str) -> Answered | str:
        if self._stay is None or self.house.list_asked(self._stay) is None:
            return self._sent_to_sign_in()
        self.house.counters.count("page_views")
        stage, mine = self.house.stage, self._mine
        return render_template(
            "sfr_bills.html",
            trouble=self.replica.trouble,
            silent=stage.on(Lever.SILENT_EMPTY),
            empty=not mine,
            layout=self.replica.layout,
            moved=self.cas.moved,
        )

    def bloc(self, kind: str) -> Answered | str:
        """Bills from a place on, as they stand at this moment: one that came meanwhile moves the others down."""
        begin = int(request.args["from"])
        end = begin + MORE + (begin == 0)
        mine = self._mine
        answer = make_response(
            render_template(
                "sfr_rows.html",
                latest=mine[:1] if begin == 0 else [],
                older=mine[max(begin, 1) : end],
                kind=kind,
                layout=self.replica.layout,
                unpaid=self.replica.unpaid,
                moved=self.cas.moved,
                month=self._month,
                due=lambda bill: (bill.issued + timedelta(days=16)).strftime("%d/%m/%Y"),
            )
        )
        answer.headers["X-Next"], answer.headers["X-Last"] = str(end), str(int(end >= len(mine)))
        self.house.list_shown()
        return answer

    def pdf(self, kind: str) -> Answered:
        session = self.house.customer(self._stay)
        if session is None:
            return self._sent_to_sign_in()
        bill = self.house.bill(session, request.args["doc"])
        if bill is None:
            return Response("", 404)
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(f"facture_{bill.issued}"))

    def detail(self, kind: str) -> Answered:
        self.replica.details += 1
        return Response(b"%PDF-1.4 appels", content_type="application/pdf")

    @property
    def _stay(self) -> str | None:
        token = self.stays.get(request.cookies.get(HERE, ""))
        return token if self.house.customer(token) else None

    def _sent_to_sign_in(self) -> Answered:
        token = self.cas.redeem(request.args.get("ticket"))
        if token is None:
            return redirect(self.replica.sign_in_for(request.url))
        answer, here = redirect(request.url.partition("ticket=")[0].rstrip("?&")), secrets.token_urlsafe(12)
        self.stays[here] = token
        answer.set_cookie(HERE, here, secure=True, httponly=True)
        return answer

    def _line(self, stay: str) -> Line:
        chosen = self.chosen.get(stay)
        return next((line for line in self.replica.lines if line.id == chosen), self.replica.lines[0])

    @property
    def _mine(self) -> list[Bill]:
        session = self.house.customer(self._stay)
        return self.house.bills(session, self._line(self._stay or "").id) if session else []

    def _month(self, bill: Bill) -> str:
        return (ENGLISH if self.replica.english else FRENCH)[bill.issued.month - 1]

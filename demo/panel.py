"""The stage panel: one page from which a person plays the suppliers. Served to this machine only, without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from demo import backstage, bank, bureau, clouds, mailings, portals, post, server, spelling, words
from demo.stage import ACTS, Lever

PORT = 8920
SHOWN_BILLS = 6
SEEN = ("requests", "listings", "passwords", "logins_refused", "codes_sent", "codes_refused")
#: The deeds that a contract can be told of.
OF_CONTRACT = {Lever.PUBLISH, Lever.PUBLISH_LATE, Lever.SAME_MONTH, Lever.CREDIT_NOTE, Lever.REPLACED}
#: What the panel can do beside the levers.
APPROVE, RESET, CONSENT, SELL = "approve", "reset", "consent", "sell"
#: Where copies of what the company sends to its customers arrive.
SALES_BOX = "gmail"
POLICY = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Panel:
    """The levers of `shown` as buttons. `farm` is the address of the farm that visits them, for a link."""

    def __init__(
        self,
        shown: Sequence[portals.Portal],
        port: int = PORT,
        *,
        farm: str = "",
        mailbox: post.Post | None = None,
        books: bureau.Bureau | None = None,
        boxes: clouds.Clouds | None = None,
    ) -> None:
        """`port` 0 lets the system choose; a taken port gives way to the next free one. Without a `mailbox` nothing is mailed."""
        self._mailbox = mailbox
        self._books = books
        self._clouds = {one.id: one for one in boxes.every} if boxes else {}
        self._portals = {portal.brand.id: portal for portal in shown}
        self._farm = farm
        app = Flask(__name__)
        app.before_request(backstage.require_loopback)
        app.after_request(_guarded)
        app.add_url_rule("/", view_func=self.page)
        app.add_url_rule("/<supplier>", view_func=self.pull, methods=["POST"])
        app.add_url_rule("/bank/<ending>", view_func=self.statement)
        app.add_url_rule("/sales", view_func=self.sell, methods=["POST"])
        app.add_url_rule("/mail/<act>", view_func=self.mail, methods=["POST"])
        app.add_url_rule("/mail/<box>/<act>", view_func=self.cloud, methods=["POST"])
        self._server = server.Server(app) if port == 0 else server.next_free(app, port)

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def page(self) -> str:
        language = _language()
        return render_template(
            "panel.html",
            portals=self._portals.values(),
            farm=self._farm,
            language=language,
            say=words.PAGE[language],
            levers=words.LEVERS[language],
            groups=_groups,
            publish=Lever.PUBLISH,
            acts=ACTS,
            seen=SEEN,
            bills=_newest,
            day=lambda when: f"{when:%d/%m/%Y}",
            money=lambda total, currency: spelling.money(total, currency, language),
            clock=lambda at: f"{at.astimezone():%H:%M:%S}",
            news=self._news(language),
            bank=bank,
            mailbox=self._mailbox,
            services=self._books.services if self._books else (),
            clouds=self._clouds.values(),
            mailings=mailings.Act,
            consent=CONSENT,
            sell=SELL,
            post=post,
            paid=bank.lines(self._portals.values(), date.today())[:-6:-1],
            did=request.args.get("did", ""),
            chosen=request.args.get("contract", ""),
        )

    def pull(self, supplier: str) -> Answered:
        portal = self._portals.get(supplier) or abort(404)
        asked = request.form.get("lever", "")
        if asked == RESET:
            portal.house.reset()
            return self._back(supplier, asked)
        if asked == APPROVE:
            portal.house.approve(request.form.get("login", ""))
            return self._back(supplier, asked)
        try:
            lever = Lever(asked)
            published = portal.pull(
                lever, lever in ACTS or not portal.stage.on(lever), **_about(portal, lever)
            )
        except ValueError:
            abort(404)
        return self._back(supplier, asked, [bill.number for bill in published])

    def statement(self, ending: str) -> Answered:
        """What the company's bank gives to download today."""
        make, media_type = bank.FILES.get(ending) or abort(404)
        paid = bank.lines(self._portals.values(), date.today())
        named = {"Content-Disposition": f"attachment; filename=releve.{ending}"}
        return Response(make(paid), content_type=media_type, headers=named)

    def mail(self, act: str) -> Answered:
        """Something arrives in the company's mailbox."""
        if self._mailbox is None or act not in list(mailings.Act):
            abort(404)
        self._mailbox.act(mailings.Act(act))
        return redirect(url_for("page", lang=_language(), at="mail", did=act, _anchor="mail"), 303)

    def cloud(self, box: str, act: str) -> Answered:
        """The same at one of the large providers, or its consent is taken back."""
        there = self._clouds.get(box) or abort(404)
        if act == CONSENT:
            there.turn_consent()
        elif act in list(mailings.Act):
            there.act(mailings.Act(act))
        else:
            abort(404)
        return redirect(url_for("page", lang=_language(), at=box, did=act, _anchor=box), 303)

    def sell(self) -> Answered:
        """The company sells something; the copy of its invoice comes by mail, where there is such a mailbox."""
        books = self._books or abort(404)
        sold = books.sell()
        if SALES_BOX in self._clouds:
            box = self._clouds[SALES_BOX]
            box.receive(sold.copy(box.address))
        at = next(one.id for one in books.services if one.sells)
        return redirect(url_for("page", lang=_language(), at=at, did=SELL, _anchor=at), 303)

    def _back(self, supplier: str, lever: str, numbers: Sequence[str] = ()) -> Answered:
        told: dict[str, Any] = {"lang": _language(), "at": supplier, "did": lever, "number": numbers}
        told |= {"contract": request.form.get("contract") or None}
        return redirect(url_for("page", **told, _anchor=supplier), 303)

    def _news(self, language: str) -> tuple[str, str]:
        """What was just done, and at which portal: said once, above its buttons."""
        supplier, did = request.args.get("at", ""), request.args.get("did", "")
        say = words.PAGE[language]
        if did in (APPROVE, RESET, CONSENT, SELL, *mailings.Act):
            return supplier, say[f"{did}_done"]
        if did not in list(Lever) or supplier not in self._portals:
            return "", ""
        lever = Lever(did)
        ran = lever in ACTS or self._portals[supplier].stage.on(lever)
        name = words.LEVERS[language][lever][0]
        return supplier, " ".join([say["done" if ran else "stopped"], name, *request.args.getlist("number")])


def _about(portal: portals.Portal, lever: Lever) -> dict[str, Any]:
    """The contract that a bill is for, at a portal that has several. Raises ValueError for one that it has not."""
    contract = request.form.get("contract", "")
    if not contract or lever not in OF_CONTRACT:
        return {}
    if contract not in portal.brand.contracts:
        raise ValueError(f"this portal has no contract {contract!r}")
    return {"contract": contract}


def _groups(portal: portals.Portal) -> dict[str, list[Lever]]:
    """The levers of this portal, group by group."""
    return {
        group: [lever for lever in levers if lever in portal.stage.levers]
        for group, levers in words.GROUPS.items()
    }


def _newest(portal: portals.Portal) -> list[Any]:
    bills = portal.house.shelf.of(portal.brand.login)
    return sorted(bills, key=lambda bill: bill.number[-4:], reverse=True)[:SHOWN_BILLS]


def _language() -> str:
    asked = request.values.get("lang")
    wished = [asked, *(tag.partition("-")[0] for tag, _ in request.accept_languages)]
    return next((tag for tag in wished if tag in words.PAGE), "fr")


def _guarded(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer

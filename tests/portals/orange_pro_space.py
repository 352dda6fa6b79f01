"""espaceclientpro.orange.fr: contracts and bills as JSON, and their PDF; businesslounge.orange.fr: the bills of prepaid lines."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, Response, jsonify, make_response, redirect, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk
from demo.house import House, Session
from demo.shelf import Bill
from demo.stage import Lever
from tests.portals import orange_login

if TYPE_CHECKING:
    from tests.portals.orange_pro import OrangeProReplica

HERE = "procookie"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
PAGE = (
    "<!doctype html><html lang='fr'><title>Espace client pro (réplique de test)</title><link rel=icon href='data:,'>"
    "<main><h1>Vos contrats</h1></main>"
)
FORBIDDEN = "<html><title>403 Forbidden</title><h1>403 Forbidden</h1></html>"


class Space:
    """Two hosts behind one sign-on: the space has a session of its own, the lounge takes the domain's."""

    def __init__(self, replica: OrangeProReplica) -> None:
        self.replica = replica
        self.house: House = replica.house
        self.signed: dict[str, str] = {}
        self.app, self.lounge = Flask(__name__), Flask(__name__)
        for app in (self.app, self.lounge):
            backstage.install(app, self.house)
        add = self.app.add_url_rule
        add("/contracts", view_func=self.page)
        add("/api/contracts", view_func=self.contracts)
        add("/api/contract/<id>/bills", view_func=self.bills)
        add("/api/contract/<id>/bill/<main>/<sub>/<name>", view_func=self.pdf)
        self.lounge.add_url_rule("/api/api/3.0.0/ecu/retrieve_bill.json", view_func=self.prepaid)
        self.lounge.add_url_rule("/download/<number>", view_func=self.prepaid_pdf)

    def page(self) -> Answered:
        """A page for a customer; whoever the domain does not know goes to sign in first and comes back."""
        sso = request.cookies.get(orange_login.SSO)
        if self.house.customer(sso) is None:
            return redirect(f"https://login.orange.fr/?return_url={quote(request.url, safe='')}")
        self.house.counters.count("page_views")
        answer, token = make_response(PAGE), secrets.token_urlsafe(24)
        self.signed[token] = sso or ""
        answer.set_cookie(HERE, token, secure=True, httponly=True, samesite="Lax")
        return answer

    def contracts(self) -> Answered:
        if self._customer is None:
            return _refused(401)
        size = int(request.args["nbcontractsbypage"])
        begin = (int(request.args["page"]) - 1) * size
        shown = [_contract(each) for each in self.replica.contracts[begin : begin + size]]
        return jsonify(totalContracts=len(self.replica.contracts) + 1, contracts=shown)

    def bills(self, id: str) -> Answered:
        if self.house.list_asked(self._sso) is None:
            return _refused(401)
        contract = next((each for each in self.replica.contracts if each.id == id), None)
        if contract is None or contract.status != "OK":
            return _refused(404)
        shown = [_bill(bill) for bill in self._mine(id)[: int(request.args["count"])]]
        self.house.list_shown()
        if shown and self.replica.provisional:
            shown[0]["documents"] = []
        if shown and self.replica.twice:
            shown.insert(0, shown[0])
        renamed = self.house.stage.on(Lever.MOVE_BUTTONS) or self.house.stage.on(Lever.SILENT_EMPTY)
        return jsonify({"factures" if renamed else "bills": shown})

    def pdf(self, id: str, main: str, sub: str, name: str) -> Answered:
        session = self._customer
        if session is None:
            return _refused(401)
        bill = self.house.bill(session, request.args.get("billId", ""))
        if bill is None or bill.contract != id or (main, sub, name) != (*_place(bill), _title(bill)):
            return _refused(404)
        return self._handed(session, bill)

    def prepaid(self) -> Answered:
        """401 also says that the lounge does not concern this customer."""
        if not self.replica.lounge or self.house.list_asked(request.cookies.get(orange_login.SSO)) is None:
            return _refused(401)
        session = self.house.sessions[request.cookies[orange_login.SSO]]
        return jsonify(billList=[_prepaid(bill) for bill in self.house.bills(session, "prepaid")])

    def prepaid_pdf(self, number: str) -> Answered:
        session = self.house.customer(request.cookies.get(orange_login.SSO))
        bill = self.house.bill(session, number) if session else None
        return self._handed(session, bill) if session and bill else _refused(401)

    def _handed(self, session: Session, bill: Bill) -> Answered:
        if self.house.stage.on(Lever.NOT_READY):
            return _refused(422)
        if self.house.stage.on(Lever.FORBIDDEN_INSIDE):
            return Response(FORBIDDEN, content_type="text/html")
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(_title(bill).replace("é", "e").replace("û", "u")))

    @property
    def _sso(self) -> str | None:
        return self.signed.get(request.cookies.get(HERE, ""))

    @property
    def _customer(self) -> Session | None:
        return self.house.customer(self._sso)

    def _mine(self, contract: str) -> list[Bill]:
        session = self._customer
        return self.house.bills(session, contract) if session else []


def _contract(contract: Any) -> dict[str, Any]:
    return {
        "id": contract.id,
        "name": contract.name,
        "mainLine": contract.main_line,
        "status": contract.status,
        "offerNature": "PROFESSIONAL",
    }


def _bill(bill: Bill) -> dict[str, Any]:
    main, sub = _place(bill)
    return {
        "id": bill.number,
        "dueDate": f"{bill.issued.isoformat()}T00:00:00",
        "amountIncludingTax": bill.cents / 100,
        "amountExcludingTax": round(bill.cents / 120, 2),
        "documents": [{"mainDir": main, "subDir": sub}],
    }


def _prepaid(bill: Bill) -> dict[str, Any]:
    day = bill.issued.isoformat()
    return {
        "id": bill.number,
        "date": day,
        "dueDate": day,
        "title": _title(bill),
        "priceTTC": bill.cents / 100,
        "priceHT": round(bill.cents / 120, 2),
        "startDate": day,
        "endDate": day,
        "downloadLink": f"/download/{bill.number}",
    }


def _place(bill: Bill) -> tuple[str, str]:
    return f"{bill.issued:%Y%m}", f"d{bill.number[-4:]}"


def _title(bill: Bill) -> str:
    return f"Facture Orange {MONTHS[bill.issued.month - 1]} {bill.issued.year}"


def _refused(status: int) -> Response:
    answer = jsonify(error=status)
    answer.status_code = status
    return answer

"""espace-client.orange.fr: the portfolio of contracts, the bills of each as JSON, and their PDF."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk
from demo.house import House, Session
from demo.shelf import Bill
from demo.stage import Lever
from tests.portals.orange_login import SSO

if TYPE_CHECKING:
    from tests.portals.orange import OrangeReplica

#: This host's own session, beside the sign-on of the whole domain.
HERE = "ecsession"
PAGES = ("/accueil", "/selectionner-un-contrat", "/facture-paiement/<cid>/historique-des-factures")
RECENT = 12
FORBIDDEN = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>"
REFUSALS = {404: "no subscription found", 412: "user is not the contract owner", 500: "technical error"}


class Space:
    """The customer's space: pages for people, JSON for the pages."""

    def __init__(self, replica: OrangeReplica) -> None:
        self.replica = replica
        self.house: House = replica.house
        self.signed: dict[str, str] = {}
        self.app = Flask(__name__)
        backstage.install(self.app, self.house)
        add = self.app.add_url_rule
        for path in PAGES:
            add(path, view_func=self.page)
        add("/ecd_wp/portfoliomanager/portfolio", view_func=self.portfolio)
        add("/ecd_wp/facture/v2.0/billsAndPaymentInfos/users/current/contracts/<cid>", view_func=self.bills)
        add("/ecd_wp/facture/historicBills", view_func=self.old_bills)
        add("/ecd_wp/facture/v1.0/pdf", view_func=lambda: self.pdf("billId"), endpoint="pdf")
        add("/ecd_wp/facture/historicPDF", view_func=lambda: self.pdf("tecId"), endpoint="old-pdf")

    def page(self, cid: str = "") -> Answered:
        """A page for a customer; whoever the domain does not know goes to sign in first and comes back."""
        sso = request.cookies.get(SSO)
        if self.house.customer(sso) is None:
            return redirect(f"https://login.orange.fr/?return_url={quote(request.url, safe='')}")
        self.house.counters.count("page_views")
        answer = make_response(render_template("orange_space.html", cid=cid))
        if self._customer is None:
            token = secrets.token_urlsafe(24)
            self.signed[token] = sso or ""
            answer.set_cookie(HERE, token, secure=True, httponly=True, samesite="Lax")
        return answer

    def portfolio(self) -> Answered:
        if self._customer is None:
            return _refused(401, "unauthenticated")
        return jsonify(contracts=[_contract(contract) for contract in self.replica.contracts])

    def bills(self, cid: str) -> Answered:
        refusal = self._list_refusal(cid)
        if refusal:
            return refusal
        mine = self._mine(cid)
        if not mine:
            return jsonify({}) if self.house.stage.on(Lever.SILENT_EMPTY) else make_response("", 204)
        history: dict[str, Any] = {"billList": [_recent(bill) for bill in mine[:RECENT]]}
        if len(mine) > RECENT:
            history["oldBillsHref"] = f"?cid={cid}&from={RECENT}"
        self.house.list_shown()
        return jsonify({"history" if self.house.stage.on(Lever.MOVE_BUTTONS) else "billsHistory": history})

    def old_bills(self) -> Answered:
        cid = request.args.get("cid", "")
        refusal = self._list_refusal(cid)
        return refusal or jsonify(oldBills=[_old(bill) for bill in self._mine(cid)[RECENT:]])

    def pdf(self, key: str) -> Answered:
        session = self._customer
        if session is None or not _called_right():
            return _refused(401, "unauthenticated") if session is None else _refused(400, "bad caller")
        bill = self.house.bill(session, request.args.get(key, ""))
        if bill is None or bill.contract != request.args.get("cid"):
            return _refused(404, "no such bill")
        if self.house.stage.on(Lever.NOT_READY):
            return _refused(422, "temporarily unavailable")
        if self.house.stage.on(Lever.FORBIDDEN_INSIDE):
            return Response(FORBIDDEN, content_type="text/html")
        handed = desk.hand_over(self.house, session.login, bill)
        return Response(handed.body, headers=handed.headers(f"Facture_{bill.issued}"))

    @property
    def _sso(self) -> str | None:
        return self.signed.get(request.cookies.get(HERE, ""))

    @property
    def _customer(self) -> Session | None:
        return self.house.customer(self._sso)

    def _mine(self, cid: str) -> list[Bill]:
        session = self._customer
        return self.house.bills(session, cid) if session else []

    def _list_refusal(self, cid: str) -> Answered | None:
        if self.house.list_asked(self._sso) is None:
            return _refused(401, "unauthenticated")
        if not _called_right():
            return _refused(400, "bad caller")
        answer = next((contract.answer for contract in self.replica.contracts if contract.cid == cid), 404)
        return _refused(answer, REFUSALS[answer]) if answer != 200 else None


def _called_right() -> bool:
    return request.headers.get("X-Orange-Caller-Id") == "ECQ"


def _refused(status: int, message: str) -> Response:
    answer = jsonify(code=status, message=message)
    answer.status_code = status
    return answer


def _contract(contract: Any) -> dict[str, Any]:
    return {
        "cid": contract.cid,
        "brand": contract.brand,
        "offerName": contract.offer,
        "vertical": "telco",
        "holder": {"firstName": "Claire", "lastName": "Fontaine"},
        "telco": {"publicNumber": contract.public_number, "marketType": "PAR"},
    }


def _recent(bill: Bill) -> dict[str, Any]:
    return {
        "id": bill.number,
        "date": bill.issued.isoformat(),
        "amount": bill.cents,
        "hrefPdf": f"?billId={bill.number}&cid={bill.contract}",
    }


def _old(bill: Bill) -> dict[str, Any]:
    return {
        "tecId": bill.number,
        "date": bill.issued.isoformat(),
        "amount": bill.cents,
        "entityName": "bill",
        "partitionKeyName": "contract",
        "partitionKeyValue": bill.contract,
    }

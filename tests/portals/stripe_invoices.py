"""Stripe's hosted invoices, as publicly known in 2026: a page without a sign-in, JSON that tells where the PDF is, and a store of signed addresses.

Whoever has an address has the invoice. Suppliers of many kinds hand these addresses out, so several replicas stand on this one.
"""

from __future__ import annotations

import secrets
from wsgiref.types import WSGIApplication

from flask import Flask, Response, abort, jsonify, render_template, request
from werkzeug.wrappers import Response as Answered

from demo import backstage, desk
from demo.house import House
from demo.shelf import Bill
from demo.stage import Lever

PAGE, DATA = "invoice.stripe.com", "invoicedata.stripe.com"
#: The bucket's name is invented; that the store is Amazon's is not.
STORE = "stripe-invoice-files.s3.us-west-2.amazonaws.com"
HOSTS = (PAGE, DATA, STORE)
ACCOUNT = "acct_1AtelierFontaine"


class HostedInvoices:
    """The hosted invoices of one house's customers."""

    def __init__(self, house: House) -> None:
        self.house = house
        #: What the last part of an address stands for: whose invoice, and its number.
        self._sheets: dict[str, tuple[str, str]] = {}
        self._signed: dict[str, str] = {}

    def address(self, login: str, bill: Bill) -> str:
        """The same each time it is asked for."""
        known = (token for token, sheet in self._sheets.items() if sheet == (login, bill.number))
        token = next(known, f"live_{secrets.token_urlsafe(24)}")
        self._sheets[token] = (login, bill.number)
        return f"https://{PAGE}/i/{ACCOUNT}/{token}?s=ap"

    @property
    def sites(self) -> dict[str, WSGIApplication]:
        return {PAGE: self._page(), DATA: self._data(), STORE: self._store()}

    def _page(self) -> Flask:
        site = self._site()
        site.add_url_rule(
            "/i/<account>/<token>", "sheet", lambda account, token: render_template("stripe_invoice.html")
        )
        return site

    def _data(self) -> Flask:
        site = self._site()

        @site.get("/invoice_pdf_file_url/<account>/<token>")
        def where(account: str, token: str) -> Answered:
            if token not in self._sheets or self.house.stage.on(Lever.NOT_READY):
                return _refused(404, "No such invoice")
            if request.headers.get("Authorization"):
                return _refused(400, "Whoever has the address needs no key, and should show none")
            return jsonify(file_url=self._sign(token))

        return site

    def _store(self) -> Flask:
        site = self._site()

        @site.get("/invoices/<name>")
        def file(name: str) -> Response:
            token = self._signed.get(request.args.get("X-Amz-Signature", ""))
            bill = self._bill(token)
            if bill is None or request.headers.get("Authorization"):
                abort(403)  # the store takes one proof, the signature, and no other beside it
            handed = desk.hand_over(self.house, self._sheets[token or ""][0], bill)
            return Response(handed.body, headers=handed.headers(f"Invoice-{bill.number}"))

        return site

    def _sign(self, token: str) -> str:
        signature = secrets.token_hex(32)
        self._signed[signature] = token
        return f"https://{STORE}/invoices/{ACCOUNT}.pdf?X-Amz-Expires=300&X-Amz-Signature={signature}"

    def _bill(self, token: str | None) -> Bill | None:
        login, number = self._sheets.get(token or "", ("", ""))
        return self.house.shelf.find(login, number) if number else None

    def _site(self) -> Flask:
        site = Flask(__name__)
        backstage.install(site, self.house)
        return site


def _refused(status: int, message: str) -> Response:
    answer = jsonify(error={"message": message, "type": "invalid_request_error"})
    answer.status_code = status
    return answer

"""Ledger accounts: where the company's purchases go, for the files of accounting programs."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import nouns
from core.db import models
from core.export import chart as charts
from core.export.chart import Chart, Own
from core.ledger import dues
from web import chain, farm, guard
from web.pages import exports
from web.pages.status import supplier_name

pages = Blueprint("charts", __name__, url_prefix="/exports/accounts")
#: What the form asks of the company, in its order.
FIELDS = ("siren", "journal", "journal_name", "payable", "vat", "vat_eu", "vat_eu_due")
_LONGEST = 40


@pages.get("")
@guard.members
def form() -> str:
    with farm.here().database.read() as session:
        return _form(session, Chart.of(session, g.visitor.workspace_id))


@pages.post("")
@guard.finance
def change() -> Response | tuple[str, int]:
    here = farm.here()
    with here.database.write() as session:
        chart = _told(Chart.of(session, g.visitor.workspace_id), _suppliers(session))
        wrong = _wrong(chart)
        if wrong:
            return _form(session, chart, wrong), 422
        chart.keep(session, g.visitor.workspace_id, by=g.visitor.person_id, now=here.now())
        chain.record(session, "chart.changed", f"workspace:{g.visitor.workspace_id}", **chart.as_json())
    return redirect(url_for("charts.form", saved=1))


def _told(chart: Chart, suppliers: list[str]) -> Chart:
    """As the form says; what is left empty is the usual again."""
    usual = Chart()
    chart = replace(
        chart,
        siren=_code("siren"),
        journal=_code("journal") or usual.journal,
        journal_name=_words("journal_name") or usual.journal_name,
        payable=_code("payable") or usual.payable,
        vat=_code("vat") or usual.vat,
        vat_eu=_code("vat_eu") or usual.vat_eu,
        vat_eu_due=_code("vat_eu_due") or usual.vat_eu_due,
        encoding=_words("encoding") or usual.encoding,
    )
    for one in suppliers:
        chart = chart.having(one, Own(_code(f"expense-{one}"), _code(f"auxiliary-{one}")))
    return chart


def _code(name: str) -> str:
    """A number or an account, however it was spaced."""
    return _words(name).replace(" ", "").upper()


def _words(name: str) -> str:
    return " ".join(request.form.get(name, "").split())[:_LONGEST]


def _wrong(chart: Chart) -> frozenset[str]:
    """The names of the form's fields that cannot be so."""
    own = {f"{name}-{one}" for one, told in chart.suppliers.items() for name in told.problems()}
    return frozenset(own | set(chart.problems()))


def _suppliers(session: Session) -> list[str]:
    """Whom the company buys from: whose Invoices it has, or whose account."""
    invoice, account, mine = models.Invoice, models.Account, g.visitor.workspace_id
    bought = select(invoice.supplier).where(invoice.workspace_id == mine, dues.living())
    asked = select(account.supplier).where(account.workspace_id == mine, account.deleted_at.is_(None))
    return sorted(set(session.scalars(bought.union(asked))))


def _form(session: Session, chart: Chart, wrong: frozenset[str] = frozenset()) -> str:
    known = exports.known()
    rows = [
        (
            one,
            supplier_name(one),
            chart.suppliers.get(one, Own()),
            Chart().expense(one, known.category(one)),
            charts.usual_auxiliary(one),
        )
        for one in _suppliers(session)
    ]
    return render_template(
        "chart.html",
        chart=chart,
        usual=Chart(),
        fields=FIELDS,
        rows=rows,
        wrong=wrong,
        encodings=charts.ENCODINGS,
        saved="saved" in request.args,
        may=g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE),
    )

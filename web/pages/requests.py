"""Suppliers that nobody can collect from yet: asked for here, wanted by several, told to the world only by hand."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from collectors.kit import asked as lists
from core.db import models
from core.ledger import requests
from web import chain, farm, guard, issue, request_form, speech

pages = Blueprint("requests", __name__, url_prefix="/suppliers")
#: Suppliers that bring what has no collector, if they are in the catalogue.
WAYS_ROUND = ("upload", "getmyinvoices")


@pages.get("/ask")
@guard.finance
def form() -> str:
    return _shown(request_form.Filled(name=" ".join(request.args.get("name", "").split())[:80]))


@pages.post("/ask")
@guard.finance
def add() -> AnyResponse | tuple[str, int]:
    """The record, and the first vote; who asks for what was asked for already adds theirs."""
    here = farm.here()
    filled = request_form.read(request.form, here.catalogue.collectors)
    if filled.problems:
        return _shown(filled), 422
    with here.database.write() as session:
        slug = _asked(session, filled.name, filled.facts()).slug
    return redirect(url_for("requests.asked", slug=slug))


def _asked(session: Session, name: str, facts: dict[str, str | int | None]) -> models.SupplierRequest:
    here, by = farm.here(), g.visitor.person_id
    row = requests.ask(session, g.visitor.workspace_id, name, by=by, now=here.now(), facts=facts)
    chain.record(session, "supplier.asked", f"supplier:{row.slug}")
    return row


def _shown(filled: request_form.Filled) -> str:
    return render_template(
        "ask.html", filled=filled, ways=_ways(), todays=requests.TODAY, factors=requests.SECOND_FACTORS
    )


def _ways() -> list[str]:
    """What brings the invoices of any supplier, as far as it is there."""
    return [each for each in WAYS_ROUND if each in farm.here().catalogue.collectors]


@pages.get("/asked/<slug>")
@guard.members
def asked(slug: str) -> str:
    here = farm.here()
    with here.database.read() as session:
        row, listed = _found(session, slug)
        return render_template(
            "asked.html",
            row=row,
            why=speech.labels(listed.why) if listed else "",
            state="there" if slug in here.catalogue.collectors else row.state,
            votes=requests.votes(session, g.visitor.workspace_id)[slug],
            mine=row.id is not None and requests.wants(session, row, g.visitor.person_id),
            ways=_ways(),
        )


def _found(session: Session, slug: str) -> tuple[models.SupplierRequest, lists.Asked | None]:
    """What was asked for here; else what our list says of it, as a request that nobody has made yet."""
    listed = next((each for each in lists.without(()) if each.id == slug), None)
    row = requests.request(session, g.visitor.workspace_id, slug)
    if row is None and listed:
        told = {"website": "", "invoice_page": "", "today": "web", "second_factor": "unknown"}
        row = models.SupplierRequest(slug=slug, name=speech.labels(listed.names), state="asked", **told)
    return row or abort(404), listed


@pages.post("/asked/<slug>/vote")
@guard.finance
def vote(slug: str) -> AnyResponse:
    here, by = farm.here(), g.visitor.person_id
    with here.database.write() as session:
        row, _ = _found(session, slug)
        if row.id is None:
            row = _asked(session, row.name, {})
        requests.vote(session, row, by=by, now=here.now())
    return redirect(url_for("requests.asked", slug=row.slug))


@pages.post("/asked/<slug>/withdraw")
@guard.finance
def withdraw(slug: str) -> AnyResponse:
    with farm.here().database.write() as session:
        row = requests.request(session, g.visitor.workspace_id, slug) or abort(404)
        requests.withdraw(session, row, by=g.visitor.person_id)
    return redirect(url_for("requests.asked", slug=slug))


@pages.get("/asked/<slug>/issue.txt")
@guard.members
def as_issue(slug: str) -> Response:
    """A file for whoever writes collectors; it goes where the person takes it."""
    with farm.here().database.read() as session:
        row, _ = _found(session, slug)
        told = issue.text(row, requests.votes(session, g.visitor.workspace_id)[slug])
    answer = Response(told, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="moisson-supplier-{row.slug}.txt"'
    return answer

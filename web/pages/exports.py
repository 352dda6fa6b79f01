"""*Export*: a month for the accountant. What it lacks is shown first; then files are ticked and come as one download."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from core import nouns
from core.db import models
from core.export import asked, links, month, parcel
from core.export.asked import Asked, Layout, Lines, Part
from core.export.completeness import Sheet, Stand
from core.export.entries import Problem
from core.ledger import rhythm
from web import chain, exporting, farm, guard, people, speech
from web.pages.status import supplier_name

pages = Blueprint("exports", __name__, url_prefix="/exports")
#: Lines of the sheet, or Invoices that cannot be booked, on one page; all of them stand in the certificate.
SHOWN = 100
#: Months that can be chosen, the running one among them.
MONTHS = 24
#: Exports told again under the form.
PAST = 10
#: What is ticked at first.
USUAL = frozenset({Part.ZIP, Part.CSV})
_TYPES = {".zip": "application/zip", ".csv": "text/csv", ".ofx": "application/x-ofx", ".txt": "text/plain"}
E = TypeVar("E", bound=StrEnum)


@pages.get("")
@guard.members
def exports() -> str:
    return _page(chosen(USUAL))


@pages.get("/file")
@guard.members
def file() -> Answer | tuple[str, int]:
    """The same address gives the same bytes, as long as the month stays as it is."""
    wanted = chosen()
    if not wanted.parts:
        return _page(wanted, problem="exports.nothing_ticked"), 422
    try:
        return sent(
            wanted, g.visitor.workspace_id, actor=f"person:{g.visitor.person_id}", by=g.visitor.person_id
        )
    except asked.NotBookable as blocked:
        return _page(wanted, blocked=blocked.problems), 409


def sent(wanted: Asked, workspace_id: int, *, actor: str, by: int | None) -> Response:
    """The download, which is in the audit chain before it begins. Raises NotBookable."""
    here = farm.here()
    made = exporting.noted(
        here.database, here.archive, wanted, workspace_id, known(), actor=actor, by=by, now=here.now()
    )
    return _download(made)


def _download(made: parcel.Parcel) -> Response:
    kind = next((kind for end, kind in _TYPES.items() if made.name.endswith(end)), "application/octet-stream")
    answer = Response(made.stream(), mimetype=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=made.name)
    return answer


def known() -> asked.Catalogue:
    """What the catalogue says of a Supplier."""

    def category(supplier: str) -> str:
        manifest = farm.here().manifest(supplier)
        return manifest.category if manifest else ""

    return asked.Catalogue(supplier_name, category)


@pages.post("/links")
@guard.finance
def make_link() -> str:
    """The address is shown in this answer and never again: only its hash stays."""
    here, wanted = farm.here(), chosen(USUAL)
    with here.database.write() as session:
        link, token = links.make(
            session, g.visitor.workspace_id, wanted.span, by=g.visitor.person_id, now=here.now()
        )
        chain.record(session, "export.link_made", f"export_link:{link.id}", month=wanted.span.name)
    return _page(wanted, link=f"{farm.outside_address()}/m/{token}")


@pages.post("/links/<int:link_id>/revoke")
@guard.finance
def revoke_link(link_id: int) -> Answer:
    here = farm.here()
    with here.database.write() as session:
        links.revoke(session, g.visitor.workspace_id, link_id, now=here.now()) or abort(404)
        chain.record(session, "export.link_revoked", f"export_link:{link_id}")
    return redirect(url_for("exports.exports"))


def told(sheet: Sheet) -> dict[str, Any]:
    """The completeness sheet, as a page shows it."""
    return {
        "sheet": sheet,
        "stands": [(stand, sheet.counts[stand]) for stand in Stand if sheet.counts[stand]],
        "lines": sheet.lines[:SHOWN],
        "more": max(0, len(sheet.lines) - SHOWN),
    }


def _page(wanted: Asked, *, blocked: Iterable[Problem] = (), problem: str = "", link: str = "") -> str:
    here, problems = farm.here(), list(blocked)
    with here.database.read() as session:
        sheet = asked.sheet(session, here.archive, g.visitor.workspace_id, wanted.span, known())
        past = _past(session)
        open_links = links.open_of(session, g.visitor.workspace_id, now=here.now())
        who = {one.made_by: people.named(session, one.made_by) for one in past if one.made_by}
    return render_template(
        "exports.html",
        wanted=wanted,
        **told(sheet),
        links=open_links,
        link=link,
        days=links.LASTS.days,
        months=_months(),
        blocked=problems[:SHOWN],
        blocked_count=len({one.bill.id for one in problems}),
        problem=problem,
        past=past,
        who=who,
        may=g.visitor.may(nouns.Role.ADMIN, nouns.Role.FINANCE),
    )


def _past(session: Session) -> list[models.Export]:
    export = models.Export
    mine = select(export).where(export.workspace_id == g.visitor.workspace_id)
    return list(session.scalars(mine.order_by(export.id.desc()).limit(PAST)))


def chosen(usual: frozenset[Part] = frozenset()) -> Asked:
    """What the address says; what it does not say, or says wrongly, is the usual."""
    told = request.values
    parts = frozenset(Part(each) for each in told.getlist("part") if each in set(Part)) or usual
    language = told.get("language", "")
    return Asked(
        span=_span(told.get("month", "")),
        parts=parts,
        language=language if language in speech.LANGUAGES else speech.language(),
        layout=_one_of(Layout, "layout"),
        lines=_one_of(Lines, "lines"),
        leave="leave" in told,
    )


def _one_of(kind: type[E], name: str) -> E:
    told = request.values.get(name, "")
    return kind(told) if told in set(kind) else next(iter(kind))


def _span(told: str) -> month.Span:
    """The month that was chosen, else the last whole one."""
    zone = ZoneInfo(farm.here().settings.time_zone)
    try:
        return month.Span.month(date.fromisoformat(f"{told}-01"), zone)
    except ValueError:
        return month.Span.last_complete(_today(), zone)


def _months() -> list[date]:
    """By their first days, the newest first."""
    this = rhythm.month_of(_today())
    return [rhythm.back(this, n) for n in range(MONTHS)]


def _today() -> date:
    here = farm.here()
    return here.now().astimezone(ZoneInfo(here.settings.time_zone)).date()

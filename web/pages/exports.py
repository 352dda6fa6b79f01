"""*Export*: a month for the accountant. What it lacks is shown first; then files are ticked and come as one download."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from core import nouns
from core.db import models
from core.export import asked, certificate, month, parcel
from core.export.asked import Asked, Layout, Lines, Part
from core.export.completeness import LACKING, Stand
from core.export.entries import Problem
from core.ledger import rhythm
from vault import audit
from web import chain, farm, guard, people, speech
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
    return _page(_asked(USUAL))


@pages.get("/file")
@guard.members
def file() -> Answer | tuple[str, int]:
    """The same address gives the same bytes, as long as the month stays as it is."""
    here, wanted = farm.here(), _asked()
    if not wanted.parts:
        return _page(wanted, problem="exports.nothing_ticked"), 422
    try:
        with here.database.read() as session:
            made = asked.packed(session, here.archive, g.visitor.workspace_id, wanted, known())
    except asked.NotBookable as blocked:
        return _page(wanted, blocked=blocked.problems), 409
    with here.database.write() as session:
        made, number = parcel.note(
            session,
            made,
            asked.kind(made, wanted),
            wanted.as_json(),
            head=certificate.Head(*audit.newest(session)),
            by=g.visitor.person_id,
            now=here.now(),
        )
        chain.record(session, "export.downloaded", f"export:{number}", month=wanted.span.name)
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


def _page(wanted: Asked, *, blocked: Iterable[Problem] = (), problem: str = "") -> str:
    here, problems = farm.here(), list(blocked)
    with here.database.read() as session:
        sheet = asked.sheet(session, here.archive, g.visitor.workspace_id, wanted.span, known())
        past = _past(session)
        who = {one.made_by: people.named(session, one.made_by) for one in past if one.made_by}
    return render_template(
        "exports.html",
        wanted=wanted,
        sheet=sheet,
        stands=[(stand, sheet.counts[stand]) for stand in Stand if sheet.counts[stand]],
        lacking=LACKING,
        lines=sheet.lines[:SHOWN],
        more=max(0, len(sheet.lines) - SHOWN),
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


def _asked(usual: frozenset[Part] = frozenset()) -> Asked:
    """What the address says; what it does not say, or says wrongly, is the usual."""
    told = request.args
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
    told = request.args.get(name, "")
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

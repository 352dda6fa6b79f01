"""The accountant's address: one month to read and to take home. Nobody signs in here, and nothing can be changed."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, render_template
from werkzeug.wrappers import Response as Answer

from core.db import models
from core.export import asked, links, month
from core.export.asked import Asked
from web import farm, guard, limits
from web.pages import exports

pages = Blueprint("months", __name__, url_prefix="/m/<token>")


@pages.get("")
@guard.anyone
@limits.guesses
def page(token: str) -> tuple[str, int]:
    return _shown(token)


@pages.get("/file")
@guard.anyone
@limits.guesses
def file(token: str) -> Answer | tuple[str, int]:
    """In the audit chain under the address's number."""
    link = _open(token)
    wanted = _wanted(link) if link else None
    if link is None or wanted is None:
        return _shown(token)
    try:
        return exports.sent(wanted, link.workspace_id, actor=f"export_link:{link.id}", by=None)
    except asked.NotBookable as blocked:
        return _shown(token, blocked=len({one.bill.id for one in blocked.problems}))


def _open(token: str) -> models.ExportLink | None:
    with farm.here().database.read() as session:
        return links.of(session, token, now=farm.here().now())


def _wanted(link: models.ExportLink) -> Asked:
    """What is ticked, of the link's month whatever the address says."""
    zone = ZoneInfo(farm.here().settings.time_zone)
    return replace(exports.chosen(exports.USUAL), span=month.Span.month(link.first_on, zone))


def _shown(token: str, *, blocked: int = 0) -> tuple[str, int]:
    # The page is the same for everybody, and shows a signed-in person no way to more.
    g.visitor = None
    here, link = farm.here(), _open(token)
    if link is None:
        return render_template("month.html", wanted=None), 410
    wanted = _wanted(link)
    with here.database.read() as session:
        sheet = asked.sheet(session, here.archive, link.workspace_id, wanted.span, exports.known())
        company = session.get_one(models.Workspace, link.workspace_id).name
    told = exports.told(sheet)
    return render_template(
        "month.html",
        wanted=wanted,
        company=company,
        until=link.ends_at,
        blocked=blocked,
        place=f"/m/{token}",
        **told,
    ), 409 if blocked else 200


@pages.after_request
def _unlisted(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

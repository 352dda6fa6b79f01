"""The door for programs: a PDF posted to an account's secret address. Answers are JSON; nothing of a file is looked at here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from flask import Blueprint, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from core import errors
from core.ledger import arrivals
from web import brought, farm, guard, limits

pages = Blueprint("pushes", __name__)
log = structlog.get_logger(__name__)

_RAW = ("application/pdf", "application/xml", "text/xml", "application/octet-stream")
_LIMITS = f"a file may have {brought.LARGEST} bytes, a request {brought.MOST} in {brought.AT_ONCE} files"
#: Files of one account that may wait for the worker; a program that runs wild fills no disk.
WAITING_AT_MOST = 500


@pages.url_value_preprocessor
def _roomy(*_: Any) -> None:
    request.max_content_length = brought.MOST


@pages.post("/push/<token>")
@guard.anyone
@guard.knows_the_address
@limits.pushes
def push(token: str) -> tuple[Response, int]:
    """202 once every file lies in the inbox, durably, and is announced; what it is worth is found out later."""
    here = farm.here()
    with here.database.write() as session:
        account = arrivals.at_address(session, token, now=here.now())
        crowded = account is not None and arrivals.count_waiting(session, account.id) >= WAITING_AT_MOST
    if account is None:
        return _refused(404, "there is no such address")
    if crowded or not here.archive.room():
        return _refused(503, "there is no room now; send it again later")
    try:
        kept = brought.kept(here.archive, _sent())
    except (errors.NotAnInvoice, RequestEntityTooLarge):
        return _refused(413, _LIMITS)
    except errors.DiskFull:
        return _refused(503, "there is no room now; send it again later")
    if not kept:
        return _refused(
            415,
            "send a PDF as application/pdf, an e-invoice as application/xml, or files as multipart/form-data",
        )
    with here.database.write() as session:
        rows = [
            arrivals.announce(session, account, file, channel="push", brought_by=None, now=here.now())
            for file in kept
        ]
        told = [{"id": row.id, "name": row.name, "size": row.size, "sha256": row.sha256} for row in rows]
    log.info("push.taken", account=account.id, files=len(told))
    return jsonify(arrivals=told), 202


def _sent() -> Iterator[tuple[Iterable[bytes], str]]:
    """The body itself, named by `?name=`, or each file of a form."""
    if request.mimetype in _RAW:
        yield brought.chunks(request.stream), request.args.get("name", "")
        return
    if request.mimetype == "multipart/form-data":
        files = [file for _, file in request.files.items(multi=True)]
        if len(files) > brought.AT_ONCE:
            raise RequestEntityTooLarge
        for file in files:
            yield brought.chunks(file.stream), file.filename or ""


def _refused(status: int, why: str) -> tuple[Response, int]:
    return jsonify(error=why), status

"""Documents in bulk: which payments lack one, and one zip for any number of them. Nothing of a zip is unpacked here."""

from __future__ import annotations

from typing import Any

import structlog
from flask import g, request
from flask_smorest import Blueprint, abort
from werkzeug.exceptions import RequestEntityTooLarge

from core import archive, errors, nouns
from core.archive import bundles
from core.ledger import lacking, uploads
from web import brought, farm
from web.api import keys, lists

calls = Blueprint("bulk", __name__, url_prefix="/api/v1", description="Documents for payments")
log = structlog.get_logger(__name__)
#: What a form adds to the zip in it, in bytes.
_FORM = 64 * 1024
#: Zips of one company that may wait for the worker.
WAITING_AT_MOST = 20
_RAW = ("application/zip", "application/octet-stream", "application/x-zip-compressed")
_ZIP = {"type": "string", "format": "binary"}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["file"], "properties": {"file": _ZIP}}
        },
        "application/zip": {"schema": _ZIP},
    },
}


@calls.url_value_preprocessor
def _roomy(*_: Any) -> None:
    request.max_content_length = bundles.LARGEST + _FORM


@calls.route("/entries/without-document", methods=["GET"])
@calls.doc(security=[{"token": []}])
@keys.opens("documents:read")
@calls.arguments(lists.Asked, location="query")
@calls.response(200, lists.Entries)
def entries(asked: dict[str, Any]) -> dict[str, Any]:
    """Payments whose invoice is missing. What gets one leaves the list; no page shows an entry that another has shown."""
    after = asked.get("cursor", "0")
    if after != "0" and not lacking.is_id(after):
        abort(422, message="cursor: not one of ours")
    with farm.here().database.read() as session:
        found = lacking.page(session, g.token.workspace_id, after=int(after), limit=asked["size"] + 1)
        return lists.page(found, asked["size"])


@calls.route("/documents", methods=["POST"])
@calls.doc(security=[{"token": []}], requestBody=_BODY)
@keys.opens("documents:write")
@calls.response(202, lists.Upload, description="it lies here, durably, and is taken in by and by")
@calls.alt_response(200, schema=lists.Upload, description="these very bytes were taken in before")
def documents() -> tuple[dict[str, Any], int]:
    """Take in one zip: documents, and `metadata.json` that says which entries each belongs to. The same bytes again are the same upload."""
    _expect_room()
    file = _kept()
    here = farm.here()
    lying = here.archive.inbox / uploads.lies_as(g.token.workspace_id, file.sha256)
    file.path.replace(lying)
    archive.sync_folder(here.archive.inbox)
    with here.database.write() as session:
        row = uploads.announce(session, g.token, file.sha256, now=here.now())
        told = lists.upload(row)
    if told["done"]:
        lying.unlink(missing_ok=True)
    log.info("upload.brought", upload=told["id"], size=file.size, again=told["done"])
    return told, 200 if told["done"] else 202


@calls.route("/documents/uploads/<int:upload_id>", methods=["GET"])
@calls.doc(security=[{"token": []}])
@keys.opens("documents:write")
@calls.response(200, lists.Upload)
def outcomes(upload_id: int) -> Any:
    """What became of each document of an upload."""
    with farm.here().database.read() as session:
        row = uploads.find(session, g.token.workspace_id, upload_id)
    if row is None:
        return abort(404, message="there is no such upload")
    return lists.upload(row)


def _expect_room() -> None:
    here = farm.here()
    with here.database.read() as session:
        crowded = uploads.count_waiting(session, g.token.workspace_id) >= WAITING_AT_MOST
    if crowded or not here.archive.room():
        abort(503, message="there is no room now; send it again later")


def _kept() -> nouns.File:
    """In the inbox, hashed on the way, and sound from the outside; else nothing stays."""
    stored = farm.here().archive
    try:
        file = stored.welcome(
            _sent(), name="documents.zip", media_type="application/zip", cap=bundles.LARGEST
        )
    except (errors.NotAnInvoice, RequestEntityTooLarge):
        abort(413, message=f"a zip may have {bundles.LARGEST} bytes; send several")
    except errors.DiskFull:
        abort(503, message="there is no room now; send it again later")
    try:
        bundles.Bundle(file.path).close()
    except bundles.NotABundle as err:
        stored.discard(file)
        abort(422, message="this zip is not taken", messages={"file": [err.reason]})
    return file


def _sent() -> Any:
    """The body itself, or the one `file` of a form."""
    if request.mimetype in _RAW:
        return brought.chunks(request.stream)
    if request.mimetype == "multipart/form-data" and len(request.files.getlist("file")) == 1:
        return brought.chunks(request.files["file"].stream)
    abort(415, message="send a zip as application/zip, or as `file` of a form")

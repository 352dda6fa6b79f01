"""Zips of documents that programs brought go in by the one door, a document at a time; then each is tied to what it was sent for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from core import errors, extraction, intake, nouns
from core.archive import bundles, slips
from core.db import models
from core.ledger import named, uploads
from scheduler.farm import Farm

log = structlog.get_logger(__name__)

_CHUNK = 1 << 20
#: Why the whole of it is refused, as the outcome of its slip.
_NO_SLIP, _BAD_SLIP = "missing", "metadata"


def take_in(farm: Farm) -> None:
    """Every upload that waits, oldest first. Whatever stops this, the next round goes on with the same document."""
    with farm.database.read() as session:
        waiting = uploads.waiting(session)
    for upload_id in waiting:
        try:
            _take(farm, upload_id)
        except errors.FarmError as err:
            log.warning("upload.postponed", upload=upload_id, error=type(err).__name__)
            return


def _take(farm: Farm, upload_id: int) -> None:
    upload = _row(farm, upload_id)
    lying = farm.archive.inbox / uploads.lies_as(upload.workspace_id, upload.sha256)
    try:
        with _copied(farm, lying, upload.sha256) as path, bundles.Bundle(path) as bundle:
            _unpack(farm, upload_id, bundle)
    except bundles.NotABundle as err:
        _refuse_what_waits(farm, upload_id, err.reason)
    _tie(farm, upload_id)
    farm.writer.now(lambda s: uploads.end(s, upload_id, now=farm.now()))
    lying.unlink(missing_ok=True)
    log.info("upload.done", upload=upload_id, documents=len(_row(farm, upload_id).outcomes))


@contextmanager
def _copied(farm: Farm, lying: Path, sha256: str) -> Iterator[Path]:
    """A file of our own: what the web wrote belongs to the web's user. Raises NotABundle when it is not what was announced."""
    if not lying.is_file():
        raise bundles.NotABundle(uploads.GONE)
    file = farm.archive.welcome(_chunks(lying), name=lying.name, cap=bundles.LARGEST)
    try:
        if file.sha256 != sha256:
            raise bundles.NotABundle(uploads.GONE)
        yield file.path
    finally:
        farm.archive.discard(file)


def _unpack(farm: Farm, upload_id: int, bundle: bundles.Bundle) -> None:
    if not _row(farm, upload_id).outcomes:
        plan = _plan(bundle)
        farm.writer.now(lambda s: uploads.begin(s, upload_id, plan))
    for at, line in enumerate(_row(farm, upload_id).outcomes):
        if line["outcome"] == uploads.WAITING:
            _document(farm, upload_id, at, line, bundle)


def _document(farm: Farm, upload_id: int, at: int, line: uploads.Outcome, bundle: bundles.Bundle) -> None:
    """Unpacked while it is hashed, looked at, archived; then the row."""
    try:
        file = _checked(farm, line, bundle)
    except (errors.NotAnInvoice, bundles.NotABundle) as err:
        farm.writer.now(partial(uploads.refuse, upload_id=upload_id, at=at, why=err.reason))
        return
    farm.archive.put(file)
    farm.writer.now(partial(uploads.receive, upload_id=upload_id, at=at, file=file, now=farm.now()))


def _checked(farm: Farm, line: uploads.Outcome, bundle: bundles.Bundle) -> nouns.File:
    (member,) = bundle.named(line["fileName"])
    file = farm.archive.welcome(bundle.pieces(member), name=line["fileName"])
    try:
        if line["sha256"] not in (None, file.sha256):
            raise bundles.NotABundle("wrong_hash")
        return replace(file, media_type=extraction.check(file.path))
    except (errors.NotAnInvoice, bundles.NotABundle):
        farm.archive.discard(file)
        raise


def _tie(farm: Farm, upload_id: int) -> None:
    """What is read of them first, so that each gets its part."""
    with farm.database.read() as session:
        unread = named.unread(session, session.get_one(models.BulkUpload, upload_id))
    for document_id in unread:
        intake.take_in(farm.database, farm.archive, farm.readers, document_id, now=farm.now)
    for entry in named.entries(_row(farm, upload_id)):
        farm.writer.now(partial(named.tie, upload_id=upload_id, entry=entry, now=farm.now()))


def _plan(bundle: bundles.Bundle) -> list[uploads.Outcome]:
    """Each line of the slip, and each file that it does not name, with what is wrong with it from the outside."""
    try:
        lines = slips.read(_slip(bundle))
    except slips.Unreadable:
        return [_outcome(slips.Line(bundles.SLIP), _BAD_SLIP)]
    except bundles.NotABundle as err:
        return [_outcome(slips.Line(bundles.SLIP), err.reason)]
    told = [line.file for line in lines]
    extra = [one.orig_filename for one in bundle.members if one.orig_filename not in {bundles.SLIP, *told}]
    strangers = [slips.Line(slips.shown(name)) for name in dict.fromkeys(extra)]
    return [_outcome(line, _fault(bundle, line, told)) for line in lines] + [
        _outcome(line, "not_named") for line in strangers
    ]


def _slip(bundle: bundles.Bundle) -> bytes:
    found = bundle.named(bundles.SLIP)
    if len(found) != 1:
        raise bundles.NotABundle("duplicate" if found else _NO_SLIP)
    if found[0].file_size > slips.LARGEST:
        raise bundles.NotABundle("too_large")
    return b"".join(bundle.pieces(found[0]))


def _fault(bundle: bundles.Bundle, line: slips.Line, told: list[str]) -> str | None:
    found = bundle.named(line.file)
    if not line.sound:
        return _BAD_SLIP
    if not bundles.is_plain(line.file) or line.file == bundles.SLIP:
        return "name"
    if len(found) > 1 or told.count(line.file) > 1:
        return "duplicate"
    if not found:
        return "missing"
    return None if line.entries else "no_entry"


def _outcome(line: slips.Line, why: str | None) -> uploads.Outcome:
    return {
        "fileName": line.file,
        "entryIds": list(line.entries),
        "sha256": line.sha256,
        "documentNumber": line.number,
        "outcome": uploads.REFUSED if why else uploads.WAITING,
        "why": why,
        "document": None,
        "ties": {},
    }


def _refuse_what_waits(farm: Farm, upload_id: int, why: str) -> None:
    whole = [_outcome(slips.Line(""), why)]
    farm.writer.now(lambda s: uploads.begin(s, upload_id, whole))
    for at in range(len(_row(farm, upload_id).outcomes)):
        farm.writer.now(partial(uploads.refuse, upload_id=upload_id, at=at, why=why))


def _row(farm: Farm, upload_id: int) -> models.BulkUpload:
    with farm.database.read() as session:
        return session.get_one(models.BulkUpload, upload_id)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk

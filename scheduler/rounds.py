"""What the worker does beside visits: documents nobody has read, deliveries that are owed, notices, old evidence."""

from __future__ import annotations

from functools import partial

from core import intake, nouns
from core.archive import upkeep
from core.db import models
from core.export import outbox
from core.ledger import arrivals, documents, uploads
from scheduler import consents, keepsake, tell, tell_mail
from scheduler.farm import Farm
from vault import audit


def read_what_waits(farm: Farm) -> None:
    """Documents left unread by a worker that was stopped in between."""
    with farm.database.read() as session:
        waiting = intake.unread(session)
    for document_id in waiting:
        intake.take_in(farm.database, farm.archive, farm.readers, document_id, now=farm.now)


def deliver(farm: Farm) -> None:
    with farm.database.read() as session:
        owed = outbox.owed(session, farm.now())
    for delivery_id in owed:
        outbox.deliver(
            farm.database, farm.archive, delivery_id, supplier_name=farm.supplier_name, now=farm.now
        )


def tell_people(farm: Farm) -> None:
    if farm.settings.notify.get_secret_value():
        tell.send(farm)
        tell_mail.send(farm)


def keep_keys(farm: Farm) -> None:
    """A pair of keys for each new workspace, and a signed head for the audit chain when one is due."""
    farm.keyring.ensure_workspace_keys(farm.now())
    farm.writer.now(lambda s: audit.sign_head_if_due(s, farm.keyring, farm.now()))


def tidy(farm: Farm) -> None:
    """Consents that nobody came back with, old evidence, the parts of visits that are no more, and blobs that no row ever knew."""
    farm.writer.now(lambda s: consents.forget(s, farm.now()))
    kept = farm.writer.now(lambda s: keepsake.forget(s, farm.now()))
    keepsake.clear(farm.settings.data, kept, farm.now())
    upkeep.sweep(
        farm.archive,
        farm.now(),
        alive=partial(_is_active, farm),
        known=partial(_is_known, farm),
        awaited=partial(_is_awaited, farm),
    )


def _is_active(farm: Farm, run_id: int) -> bool:
    with farm.database.read() as session:
        run = session.get(models.Run, run_id)
        return run is not None and run.state in nouns.ACTIVE_STATES


def _is_awaited(farm: Farm, path: str) -> bool:
    with farm.database.read() as session:
        return arrivals.is_awaited(session, path) or uploads.is_awaited(session, path)


def _is_known(farm: Farm, sha256: str) -> bool:
    with farm.database.read() as session:
        return documents.is_known(session, sha256)

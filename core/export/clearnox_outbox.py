"""Zips on their way to Clearnox: intent before, receipt after; without an answer, only the list tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from core import db, errors
from core.db import models
from core.export import clearnox_zip, delivering
from core.export.clearnox_api import Api
from core.export.clearnox_names import Names
from core.export.clearnox_zip import Line
from core.export.delivering import Refused
from core.partners import Means

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outbox:
    """Of one round."""

    database: db.Database
    api: Api
    means: Means
    names: Names

    def send(self, lines: Sequence[Line]) -> None:
        """In as many zips as it takes, as long as the round may last. A zip that is refused waits for a person, the others go."""
        for part in clearnox_zip.parts(lines, self.names):
            if self.means.enough():
                return
            with clearnox_zip.made(part, self.names) as made:
                self._note(part, None, made.sha256)
                self.means.hold()
                self._upload(part, made)

    def _upload(self, part: Sequence[Line], made: clearnox_zip.Zip) -> None:
        try:
            self.api.upload(made.file, made.size)
        except Refused as err:
            self._undo(part, err)
            return
        except errors.PartnerSilent:
            raise
        except errors.MoissonError:
            self._undo(part)
            raise
        self._note(part, made.sha256, made.sha256)
        log.info("clearnox.sent", documents=len(part), size=made.size)

    def _note(self, part: Sequence[Line], receipt: str | None, key: str) -> None:
        with self.database.write() as session:
            for line in part:
                delivery = session.get_one(models.Delivery, line.delivery_id)
                delivery.idempotency_key = key
                delivery.receipts = {**delivery.receipts, "part": key, "zip": receipt}

    def _undo(self, part: Sequence[Line], refused: Refused | None = None) -> None:
        """It surely left nothing there."""
        with self.database.write() as session:
            for line in part:
                delivery = session.get_one(models.Delivery, line.delivery_id)
                delivery.receipts = {k: v for k, v in delivery.receipts.items() if k != "zip"}
                if refused is not None:
                    delivering.hold(delivery, refused.why, str(refused))

"""Reference rates from the file of the settings, read again when somebody has put a newer one there."""

from __future__ import annotations

import structlog

from core import errors
from core.ledger import rates
from core.payments import eurofxref
from scheduler.farm import Farm

log = structlog.get_logger(__name__)


class Renewal:
    """Knows the file that was read last, by its time and size."""

    def __init__(self) -> None:
        self._read: tuple[int, int] | None = None

    def look(self, farm: Farm) -> None:
        """A file that is not there, or is none of rates, is said once; rates that are here stay."""
        if farm.settings.rates is None:
            return
        try:
            seen = farm.settings.rates.stat()
            if self._read == (seen.st_mtime_ns, seen.st_size):
                return
            self._read = (seen.st_mtime_ns, seen.st_size)
            found = eurofxref.read(farm.settings.rates.read_bytes())
        except (OSError, errors.NotAStatement) as err:
            log.warning("rates.unreadable", error=type(err).__name__)
            return
        kept = farm.writer.now(lambda session: rates.keep(session, found))
        log.info("rates.read", rates=len(found), new=kept)

"""Whose turn it is: a Delivery at which the service stumbles again and again lets the others go first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core import errors
from core.db import Database, models
from core.export import delivering
from core.export.delivering import Step
from core.partners import Means

#: A Delivery that failed is tried again after this, doubled each time up to a day.
FIRST_WAIT = timedelta(minutes=2)
#: So many times one at which the service was down stays the first: most often it is down for all.
PATIENCE = 2


def carry(database: Database, means: Means, delivery_id: int, steps: Sequence[Step]) -> None:
    """As `delivering.carry`. Raises what that raises, and remembers which Delivery it was."""
    try:
        delivering.carry(database, means, delivery_id, steps)
    except errors.PartnerBusy:
        raise
    except (errors.PartnerDown, errors.PartnerChanged) as err:
        patience = PATIENCE if isinstance(err, errors.PartnerDown) else 0
        with database.write() as session:
            delivery = session.get_one(models.Delivery, delivery_id)
            later(delivery, str(err), means.now(), patience=patience)
        raise


def later(delivery: models.Delivery, said: str, now: datetime, *, patience: int = 0) -> None:
    """It failed and is tried again; what comes after it goes first. So many tries it stays in front."""
    delivery.error = said[:300]
    if delivery.tries > patience:
        times = min(delivery.tries - patience - 1, 10)
        delivery.next_try_at = now + min(FIRST_WAIT * 2**times, timedelta(days=1))

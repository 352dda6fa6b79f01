"""What a kind of destination must be able to do. The worker leases the destination, gives the means, and writes down how it ended."""

from __future__ import annotations

from typing import Protocol

from core.db import models
from core.partners import Means


class Target(Protocol):
    """One kind of destination: `xero`, `qbo`, `pennylane`, …"""

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        """Where its secrets may be sent, and all that is reached during a round: `https://api.xero.com`, `sftp://files.firm.fr:22`."""
        ...

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Send what is owed to it. Plain sync code in a thread; `destination` is a row read at the round's beginning.

        Raises any MoissonError for a failure that concerns all of it: then nothing more is sent before the policy says so.
        What concerns one Delivery only is written there.
        """
        ...

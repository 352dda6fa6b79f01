"""What a kind of mailbox must be able to do. The worker leases the mailbox, gives the means, and writes down how it ended."""

from __future__ import annotations

from typing import Protocol

from core.db import models
from core.partners import Means


class Source(Protocol):
    """One kind of mailbox: `imap`, `gmail`, `graph`, `forward`."""

    def origins(self, mailbox: models.Mailbox) -> tuple[str, ...]:
        """Where its secrets may be sent, and all that is reached during a round: `https://gmail.googleapis.com`, `imaps://imap.firm.fr:993`."""
        ...

    def check(self, mailbox: models.Mailbox, means: Means) -> None:
        """Take in what came since the last time. Plain sync code in a thread; `mailbox` is a row read at the round's beginning.

        Raises any MoissonError; what was taken in until then stays, and the policy says when it goes on.
        """
        ...

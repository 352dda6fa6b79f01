"""An IMAP mailbox, of any provider: looked at, never touched."""

from __future__ import annotations

from dataclasses import dataclass

from core.db import models
from core.ledger import messages
from core.mailbox import folders, line, places, sign_in
from core.mailbox.check import Check
from core.mailbox.postroom import Postroom
from core.partners import Means


@dataclass(frozen=True)
class Imap:
    """`stand_ins` as in the settings."""

    postroom: Postroom
    stand_ins: dict[str, str]

    def origins(self, mailbox: models.Mailbox) -> tuple[str, ...]:
        return places.origins(mailbox, self.stand_ins)

    def check(self, mailbox: models.Mailbox, means: Means) -> None:
        if "host" not in mailbox.place:
            self._say_gone(mailbox)
            return
        with line.named("reading"), sign_in.to(mailbox, means) as box:
            Check(self.postroom, mailbox, means, box).go()

    def _say_gone(self, mailbox: models.Mailbox) -> None:
        """What was forwarded straight to the farm lies nowhere else."""
        with self.postroom.database.write() as session:
            for message in messages.wanted(session, mailbox.id):
                folders.gone(session, message.id)

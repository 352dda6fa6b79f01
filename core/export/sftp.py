"""SFTP: a folder on somebody's server, reached by SSH. Each file comes whole: written as `.part`, then renamed.

The server shows its key. The first one seen is kept (`Destination.books`) and shown; with another, nothing goes until a person
has typed the new fingerprint into the form, as the server's owner told it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import errors
from core.db import models
from core.export import chosen, drops, kinds, papers, places
from core.export.kinds import Field
from core.export.papers import House
from core.partners import Means

if TYPE_CHECKING:
    from core.export import ssh

KIND = kinds.Kind(
    "sftp",
    "SFTP",
    (
        Field("url"),
        Field("login"),
        Field("password", secret=True, needed=False),
        Field("private_key", secret=True, needed=False, long=True),
        Field("fingerprint", needed=False, rare=True),
        papers.WHICH,
    ),
    draft=papers.draft_of_file,
    place=places.sftp,
)


@dataclass(frozen=True)
class Sftp:
    """The target."""

    house: House

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Raises PartnerRefused for another host key than before, and for what it does not let us do."""
        drops.deliver(self.house, destination, means, self._opened)

    @contextmanager
    def _opened(self, destination: models.Destination, means: Means) -> Iterator[drops.Drop]:
        from core.export import ssh  # web knows this kind and speaks no SSH

        with self.house.database.read() as session:
            _, typed = chosen.typed(session, destination.id)
        with ssh.opened(means.door, destination.place) as line:
            self._expect_known(destination, line.host_key, typed.get("fingerprint", "").strip())
            secrets = {name: one.reveal() for name, one in means.secrets().items()}
            line.sign_in(typed["login"], secrets.get("password", ""), secrets.get("private_key", ""))
            with line.files() as files:
                yield files

    def _expect_known(self, destination: models.Destination, shown: ssh.HostKey, typed: str) -> None:
        """Before anything secret is said. Raises PartnerRefused."""
        pinned = typed or (destination.books or {}).get("fingerprint", "")
        if pinned and pinned != shown.fingerprint:
            raise errors.PartnerRefused(f"{shown.fingerprint} ≠ {pinned}", step="host key")
        kept = {"name": f"{shown.type} {shown.fingerprint}", "fingerprint": shown.fingerprint}
        if destination.books != kept:
            with self.house.database.write() as session:
                session.get_one(models.Destination, destination.id).books = kept

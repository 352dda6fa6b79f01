"""Mail to the accountant: each Document as it comes, or those of a day in one letter.

Nobody can be asked whether a letter arrived. One whose outcome is not known waits for a person; sent again, it has the same
Message-ID.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import getaddresses, parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import errors
from core.db import models
from core.export import chosen, contents, folder, kinds, letter_bundles, letters, papers, places, smtp
from core.export.delivering import Refused
from core.export.kinds import Field
from core.export.papers import House
from core.partners import Means

EACH, DAILY = "each", "daily"


def draft(
    session: Session,
    destination: models.Destination,
    invoice: models.Invoice,
    document: models.Document,
    here: kinds.Here,
) -> Mapping[str, Any] | None:
    """A letter with this file alone. Raises Refused for one that no letter can hold."""
    if not here.again and not papers.is_for(session, destination, invoice, document):
        return None
    own = contents.of(document)
    if own.size > letters.LARGEST:
        raise Refused(f"{own.size} > {letters.LARGEST}", "too_large")
    supplier = here.supplier_name(invoice.supplier)
    name = folder.file_name(invoice, document, supplier).rpartition("/")[2]
    line = letters.line_of(invoice, supplier)
    _, typed = chosen.typed(session, destination.id)
    return letters.one(typed, {"name": name, "line": line, "size": own.size, "sha256": own.sha256})


KIND = kinds.Kind(
    "mail",
    "E-mail",
    (
        Field("to"),
        Field("sender"),
        Field("when", default=EACH, choices=(EACH, DAILY)),
        Field("language", default="fr", choices=("fr", "en")),
        papers.WHICH,
        Field("url"),
        Field("login", needed=False),
        Field("password", secret=True, needed=False),
    ),
    draft=draft,
    place=places.smtp,
)


@dataclass(frozen=True)
class Mail:
    """The target."""

    house: House

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Raises PartnerRefused when the server lets us in no more, or refuses an address."""
        with self.house.database.write() as session:
            _, typed = chosen.typed(session, destination.id)
            together = typed.get("when") == DAILY
            bundles = letter_bundles.of(session, destination.id, means.now(), self._zone(together))
        if bundles == []:
            return
        login, place = typed.get("login", ""), destination.place
        with smtp.opened(means.door, place, login, lambda: means.secrets()["password"].reveal()) as line:
            # With nothing owed, this was a look whether we are let in.
            for bundle in bundles or ():
                if means.enough():
                    return
                self._send(line, bundle, means)

    def _zone(self, together: bool) -> ZoneInfo | None:
        return ZoneInfo(self.house.zone) if together else None

    def _send(self, line: smtp.Line, bundle: Sequence[int], means: Means) -> None:
        with self.house.database.write() as session:
            picked = [papers.pick_up(session, one, draft, self.house, means.now()) for one in bundle]
            parcels = [one for one in picked if one is not None]
            letter = letter_bundles.fix(session, parcels, means.now()) if parcels else {}
        if not parcels:
            return
        book = letter_bundles.Book(self.house.database, parcels)
        try:
            message = letters.message(letter, parcels)
            line.address(parseaddr(letter["from"])[1], [at for _, at in getaddresses([letter["to"]])])
            book.about_to_go()
            means.hold()
            line.say(message)
        except errors.PartnerSilent:
            raise
        except Refused as err:
            book.refused(err)
        except errors.PartnerError as err:
            book.not_gone(err, means.now())
            raise
        else:
            book.gone(letter["message_id"], means.now())

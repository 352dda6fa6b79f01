"""SFR and RED, as publicly known in November 2026: one sign-in for two brands, and a space for each that shows its bills two ways.

The sign-in (`www.sfr.fr/cas`) knows the brand by the service that it is asked for. Whoever belongs to the other brand is shown the
other brand's sign-in, or its space. A line is chosen by `?e=` for the whole stay; its bills are drawn by a script.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import quote

from demo import house, paper, shelf
from demo.stage import Lever, Stage
from tests.portals import replica, sfr_login, sfr_space

MOBILE, FIXE, ENDED = "S-0612345678", "S-0412345678", "S-0698765432"
#: No second factor of theirs is known, no bill that is not ready, and their lists have no mark that would tell a replaced document.
LEVERS = frozenset(Lever) - {
    *(Lever.CODE, Lever.WRONG_CODE, Lever.CODE_EXPIRED, Lever.APPROVAL),
    *(Lever.NOT_READY, Lever.FORBIDDEN_INSIDE, Lever.REPLACED),
}


@dataclass(frozen=True)
class Line:
    """A contract in the menu of lines."""

    id: str
    number: str
    status: str = "ACTIVE"

    @property
    def kind(self) -> str:
        return "mobile" if self.number[:2] in ("06", "07") else "fixe"


class SfrReplica(replica.Replica):
    """A mobile line with 14 bills behind two clicks for more, a box with 4, and a line that was ended."""

    supplier = "sfr"
    HOSTS: ClassVar[tuple[str, ...]] = (
        "www.sfr.fr",
        "espace-client.sfr.fr",
        "www.red-by-sfr.fr",
        "espace-client-red.sfr.fr",
    )
    BRAND: ClassVar[str] = "SFR"
    SITE: ClassVar[str] = "www.sfr.fr"
    SPACE: ClassVar[str] = "espace-client.sfr.fr"
    OTHER_SITE: ClassVar[str] = "www.red-by-sfr.fr"

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds, added to every answer."""
        self.lines = [
            Line(MOBILE, "06 12 34 56 78"),
            Line(FIXE, "04 12 34 56 78"),
            Line(ENDED, "06 98 76 54 32", "RÉSILIÉE"),
        ]
        self.house = house.House(_brand(self.BRAND), _bills(), Stage(LEVERS), latency=latency)
        #: The layout of the day (A, B), months in English, the newest bill unpaid, what is wrong with the bills (unavailable, alert,
        #: offer), and what a customer of the other brand is shown after signing in here (sign-in, space).
        self.layout, self.english, self.unpaid, self.trouble, self.other = "A", False, False, "", ""
        #: How many call details were fetched; nobody should.
        self.details = 0
        sign_in = sfr_login.Cas(self)
        space = self._space = sfr_space.Space(self, sign_in)
        sites = {self.SITE: space.site, self.OTHER_SITE: sign_in.other, self.SPACE: space.app}
        super().__init__(tls, self.house, {**sites, "www.sfr.fr": sign_in.beside(sites["www.sfr.fr"])})

    @property
    def listable(self) -> int:
        """The bills of a line that was ended are not listed, nor is an unpaid one that has no date yet."""
        shown = sum(bill.contract != ENDED for bill in self.house.shelf.of(self.house.brand.login))
        return shown - (len(self.lines) - 1 if self.unpaid else 0)

    def forget_stays(self) -> None:
        """Both hosts of the space ask the sign-in again who is there."""
        self._space.stays.clear()

    @property
    def home(self) -> str:
        return f"https://{self.SITE}/mon-espace-client/"

    def sign_in_for(self, service: str) -> str:
        domain = "red" if "red" in service else "mon-espace-client"
        return f"https://www.sfr.fr/cas/login?domain={domain}&service={quote(service, safe='')}"


class RedReplica(SfrReplica):
    """The same house, under RED's names."""

    supplier = "red"
    BRAND = "RED by SFR"
    SITE = "www.red-by-sfr.fr"
    SPACE = "espace-client-red.sfr.fr"
    OTHER_SITE = "www.sfr.fr"


def _brand(name: str) -> house.Brand:
    word = name.partition(" ")[0].lower()
    return house.Brand(
        id=word,
        name=name,
        language="fr",
        currency="EUR",
        login=f"claire.fontaine@{word}.example",
        password=f"{word.capitalize()}-replica-1",
        supplier=paper.Party("SFR", ("16 rue du Général Alain de Boissieu", "75015 Paris"), "343059564"),
    )


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("SF", (MOBILE, FIXE, ENDED))
    bills.fill(shelf.months(date(2025, 9, 12), 14), cents=1234, contract=MOBILE)
    bills.fill(shelf.months(date(2026, 7, 3), 4), cents=4500, contract=FIXE)
    bills.fill(shelf.months(date(2025, 3, 9), 2), cents=900, contract=ENDED)
    return bills

"""Orange Pro, as publicly known in November 2026: the sign-in of all of Orange, the space of professionals and the lounge of firms.

Its pages show the month of a bill only. Its JSON has a day for each that it calls due, announces one contract more than it
sends, and may name the bill of the month twice, or before there is a document of it.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import date

from demo import house, paper, shelf
from demo.stage import Lever, Stage
from tests.portals import orange_login, orange_pro_space, replica

BRAND = house.Brand(
    id="orange-pro",
    name="Orange Pro",
    language="fr",
    currency="EUR",
    login="claire.fontaine@atelier.example",
    password="Orange-pro-replica-1",
    supplier=paper.Party(
        "Orange", ("111 quai du Président Roosevelt", "92130 Issy-les-Moulineaux"), "380129866"
    ),
)
FIBRE, MOBILE, CLOSED, LOUNGE = "7000000001", "7000000002", "7000000003", "prepaid"
#: Its lists have no mark that would tell a replaced document.
LEVERS = frozenset(Lever) - {Lever.REPLACED}


@dataclass(frozen=True)
class Contract:
    """A line of the list of contracts; of a closed one the bills are not given any more."""

    id: str
    name: str
    main_line: str
    status: str = "OK"


class OrangeProReplica(replica.Replica):
    """Two living contracts, of 14 and 5 bills, and a closed one; a firm with prepaid lines has a third list in the lounge."""

    supplier = "orange-pro"
    HOSTS = ("login.orange.fr", "espaceclientpro.orange.fr", "businesslounge.orange.fr", "eui.orange.fr")

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds, added to every answer."""
        self.contracts = [
            Contract(FIBRE, "Livebox Pro Fibre", "0199000201"),
            Contract(MOBILE, "Performance Pro 40 Go", "0639980201"),
            Contract(CLOSED, "Ligne historique", "0199000202", "CLOSED"),
        ]
        self.house = house.House(BRAND, _bills(), Stage(LEVERS), latency=latency)
        #: The page that offers Mobile Connect before the password, and the one that praises a second factor.
        self.choice = self.nag = True
        #: Whether the lounge concerns this customer, whether the newest bill shows twice, and whether it has a document.
        self.lounge, self.twice, self.provisional = False, False, False
        space = orange_pro_space.Space(self)
        apps = (orange_login.app(self), space.app, space.lounge, orange_login.terms(self))
        super().__init__(tls, self.house, dict(zip(self.HOSTS, apps, strict=True)))

    @property
    def listable(self) -> int:
        """The bills of the closed contract are not listed, nor those of a lounge that does not concern the customer."""
        shown = [FIBRE, MOBILE, *([LOUNGE] if self.lounge else [])]
        return sum(bill.contract in shown for bill in self.house.shelf.of(BRAND.login))

    def add_contracts(self, count: int) -> None:
        self.contracts += [
            Contract(f"71{number:08}", f"Ligne {number}", f"06399803{number:02}") for number in range(count)
        ]


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("OP", (FIBRE, MOBILE, CLOSED, LOUNGE))
    bills.fill(shelf.months(date(2025, 9, 7), 14), cents=5880, contract=FIBRE)
    bills.fill(shelf.months(date(2026, 6, 15), 5), cents=2400, contract=MOBILE)
    bills.fill(shelf.months(date(2025, 8, 2), 3), cents=1990, contract=CLOSED)
    bills.fill(shelf.months(date(2026, 8, 20), 3), cents=1500, contract=LOUNGE)
    return bills

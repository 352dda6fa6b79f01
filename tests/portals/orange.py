"""Orange residential and Sosh, as publicly known in November 2026: one server that answers for their true host names.

`login.orange.fr` signs in (a React-like page and its JSON), `espace-client.orange.fr` holds contracts and bills. Under the
address of this machine it serves the stage.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import date

from demo import house, paper, shelf
from demo.stage import Lever, Stage
from tests.portals import orange_login, orange_space, replica

BRAND = house.Brand(
    id="orange",
    name="Orange",
    language="fr",
    currency="EUR",
    login="claire.fontaine@orange.example",
    password="Orange-replica-1",
    supplier=paper.Party(
        "Orange", ("111 quai du Président Roosevelt", "92130 Issy-les-Moulineaux"), "380129866"
    ),
)
LIVEBOX, MOBILE = "9012345601", "9012345602"


@dataclass(frozen=True)
class Contract:
    """A line of the portfolio. `answer` is the status of its bills: 412 not the owner, 404 no subscription."""

    cid: str
    brand: str
    offer: str
    public_number: str
    answer: int = 200


class OrangeReplica(replica.Replica):
    """Two contracts, a Livebox with 15 bills on two pages and a Sosh line with 5; levers and counters as in `demo`."""

    supplier = "orange"
    HOSTS = ("login.orange.fr", "espace-client.orange.fr", "eui.orange.fr")

    def __init__(self, tls: ssl.SSLContext | None, *, latency: float = 0.0) -> None:
        """`tls` serves the certificate of all the host names; `latency` is in seconds, added to every answer."""
        self.contracts = [
            Contract(LIVEBOX, "Orange", "Livebox Max Fibre 44,99 €/mois", "0199000101"),
            Contract(MOBILE, "Sosh", "Forfait Sosh 100 Go", "0639980001"),
        ]
        self.house = house.House(BRAND, _bills(), Stage(frozenset(Lever)), latency=latency)
        #: The page that offers Mobile Connect before the password, and the one that praises a second factor.
        self.choice = self.nag = True
        login, terms, space = orange_login.app(self), orange_login.terms(self), orange_space.Space(self).app
        super().__init__(tls, self.house, dict(zip(self.HOSTS, (login, space, terms), strict=True)))

    def add_contract(self, cid: str, *, brand: str = "Orange", answer: int = 200) -> Contract:
        self.contracts.append(Contract(cid, brand, "Forfait 20 Go", "0639980099", answer))
        return self.contracts[-1]


def _bills() -> shelf.Shelf:
    bills = shelf.Shelf("OR", (LIVEBOX, MOBILE))
    bills.fill(shelf.months(date(2025, 8, 5), 15), cents=4499, contract=LIVEBOX)
    bills.fill(shelf.months(date(2026, 6, 12), 5), cents=1499, contract=MOBILE)
    return bills

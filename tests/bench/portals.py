"""The demo's portals as a far side: in a process of their own, over TLS, 50 to 150 ms away, with customers who are signed in already.

`python -m tests.bench.portals LEAF.pem` shows this certificate, prints their URLs as one JSON line and stays until told to end.
"""

from __future__ import annotations

import ssl
import sys
from typing import Any

from demo import mandarine, nimbus, portals
from demo.house import Session
from tests.bench import dress

#: The variable that tells a browser's process which key the portals have.
TRUSTED = "BENCH_SPKI"
#: Seconds, on average; each answer takes between half and one and a half of it.
LATENCY = 0.1
#: Seconds that each answer takes while the lever `slow` is on.
SLOW = 10.0
#: Customers that a portal has let in before the farm comes: `user-1` and so on.
CUSTOMERS = 5_000
SUPPLIERS = ("mandarine", "nimbus")


def twins(count: int) -> tuple[str, ...]:
    """`count` suppliers: the two portals, the first of them under several names."""
    return (*SUPPLIERS, *(f"mandarine-{place}" for place in range(len(SUPPLIERS) + 1, count + 1)))


def login(supplier: str, number: int) -> str:
    return f"user-{number}" if supplier != "nimbus" else f"user-{number}@nimbus.example"


def password(supplier: str) -> str:
    return mandarine.BRAND.password if supplier != "nimbus" else nimbus.BRAND.password


def token(number: int) -> str:
    return f"bench-session-{number}"


def csrf(number: int) -> str:
    return f"bench-csrf-{number}"


def bills(supplier: str, number: int) -> list[str]:
    """The numbers of this customer's invoices, newest first."""
    house = mandarine.house() if supplier != "nimbus" else nimbus.house()
    return [bill.number for bill in house.shelf.of(f"user-{number}")]


def session(supplier: str, number: int, host: str) -> dict[str, Any]:
    """What a browser that signed in there would have brought home."""
    name = mandarine.SESSION if supplier != "nimbus" else nimbus.SESSION
    cookie = {
        "name": name,
        "value": token(number),
        "domain": host,
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }
    memory: dict[str, Any] = {"fields": {"username": login(supplier, number)}}
    if supplier == "nimbus":
        memory["tokens"] = {"csrf": csrf(number)}
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    return {"state": {"cookies": [cookie], "origins": []}, "user_agent": agent, "memory": memory}


def main() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[1])
    running = [
        portals.Portal(mandarine.Site(mandarine.house(LATENCY)), tls=tls),
        portals.Portal(nimbus.Site(nimbus.house(LATENCY)), tls=tls),
    ]
    for portal in running:
        portal.house.slowness = SLOW
        dress.wear(portal.app, portal.port)
        for number in range(1, CUSTOMERS + 1):
            known = Session(login(portal.brand.id, number), proven=True, csrf=csrf(number))
            portal.house.sessions[token(number)] = known
    portals.serve([portal.start() for portal in running])


if __name__ == "__main__":
    main()

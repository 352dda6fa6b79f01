"""Where a fictional portal hands over the files, sound or spoiled as its levers say."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from demo import facturx, paper
from demo.house import House
from demo.shelf import Bill, customer_name
from demo.stage import Lever


@dataclass(frozen=True)
class Handed:
    """The body of a file, whole or as it is made, and its size in bytes."""

    body: bytes | Iterator[bytes]
    size: int

    def headers(self, name: str) -> dict[str, str]:
        return {
            "Content-Type": "application/pdf",
            "Content-Length": str(self.size),
            "Content-Disposition": f'attachment; filename="{name}.pdf"',
            "Cache-Control": "no-store",
        }


def hand_over(house: House, login: str, bill: Bill) -> Handed:
    """The file of one bill; every call is counted as a download of its number."""
    house.counters.download(bill.number)
    stage = house.stage
    if stage.on(Lever.EMPTY_FILE):
        return _whole(b"")
    if stage.on(Lever.HTML_FILE):
        return _whole(paper.html(bill.number))
    if stage.on(Lever.HUGE_FILE):
        return Handed(paper.huge(printed(house, login, bill)), 40 * paper.MEGABYTE)
    if stage.on(Lever.HALF_FILE):
        return _whole(paper.half(printed(house, login, bill)))
    return _whole(_strangers(house, bill) if stage.on(Lever.OTHER_CUSTOMER) else printed(house, login, bill))


def printed(house: House, login: str, bill: Bill) -> bytes:
    """The sound PDF of a bill, as this customer gets it."""
    brand = house.brand
    line = brand.contracts.get(bill.contract, "")
    pdf = paper.invoice(
        bill.number,
        bill.issued,
        bill.total,
        currency=brand.currency,
        supplier=brand.supplier,
        customer=_customer(login),
        contract=bill.contract or customer_number(login),
        language=brand.language,
        credit_note=bill.credit_note,
        line=line,
        version=bill.version,
        embedded=brand.electronic,
    )
    if not brand.electronic:
        return pdf
    data = facturx.xml(
        bill, seller=brand.supplier, buyer=_customer(login), line=line, currency=brand.currency
    )
    return facturx.wrap(pdf, data, bill)


def customer_number(login: str) -> str:
    return f"CL-{zlib.crc32(customer_name(login).encode()) % 1_000_000:06d}"


def _strangers(house: House, bill: Bill) -> bytes:
    brand = house.brand
    return paper.others(
        bill.number, bill.issued, language=brand.language, currency=brand.currency, supplier=brand.supplier
    )


def _customer(login: str) -> paper.Party:
    name = customer_name(login)
    return (
        paper.Party(f"Client {name}", ("1 allée du Banc d’essai", "69000 Lyon"))
        if name.startswith("user-")
        else paper.CUSTOMER
    )


def _whole(body: bytes) -> Handed:
    return Handed(body, len(body))

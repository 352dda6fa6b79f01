"""Clearnox and GetMyInvoices through the real worker: sealed secrets, the door, the round after the bank's; and our own bulk interface as the other side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest_asyncio

from core.db import models
from core.export import chosen, clearnox, clearnox_entries, getmyinvoices, kinds
from core.ledger import documents, gaps, rematch, tokens
from core.settings import Settings
from demo import paper, server
from demo.clearnox import Clearnox
from demo.getmyinvoices import GetMyInvoices
from scheduler import destinations, farm, matching, partner_rounds
from scheduler import uploads as round_of
from tests.core.ledger import bank
from tests.scheduler import dying
from tests.web import world as customers
from vault import fields, redact
from web import desk

SECRET = "it-is-us"


@dataclass
class World:
    farm: farm.Farm
    destination: int

    async def go(self) -> None:
        """What is due is done, until the last round of it has ended."""
        kind = self.row().kind
        target = destinations.TARGETS[kind](self.farm)
        rounds = partner_rounds.Rounds(self.farm, sources={"none": None}, targets={kind: target})  # type: ignore[dict-item]
        for going in await rounds.look():
            await going

    async def again(self) -> None:
        """A person says: now."""
        with self.farm.database.write() as session:
            session.get_one(models.Destination, self.destination).next_round_at = self.farm.now()
        await self.go()

    def row(self) -> models.Destination:
        with self.farm.database.read() as session:
            return session.get_one(models.Destination, self.destination)

    def outcomes(self) -> dict[str, str]:
        with self.farm.database.read() as session:
            return {one["id"]: one["outcome"] for one in clearnox_entries.kept(session, self.destination)}

    def sell(self, number: str, day: date, total: str) -> bytes:
        """An invoice to a customer, with its PDF."""
        content, now = paper.invoice(number, day, Decimal(total)), self.farm.now()
        file = self.farm.archive.welcome([content], name="facture.pdf")
        self.farm.archive.put(file)
        with self.farm.database.write() as session:
            invoice = models.Invoice(
                workspace_id=1, supplier="other", kind="invoice", role="ar", doubts=[], number=number, issued_on=day,
                precision="day", currency="EUR", total_minor=int(Decimal(total) * 100), received_at=now, read_at=now,
            )  # fmt: skip
            session.add(invoice)
            session.flush()
            document = models.Document(
                workspace_id=1, invoice_id=invoice.id, sha256=file.sha256, size=file.size, name=file.name,
                media_type=file.media_type, channel="mail", received_at=now, read_at=now,
            )  # fmt: skip
            session.add(document)
            session.flush()
            documents.owe(session, 1, document, now)
        return content


@asynccontextmanager
async def connected(
    folder: Path, address: str, secret: str, *, kind: kinds.Kind = clearnox.KIND, **typed: str
) -> AsyncIterator[World]:
    """A farm with one destination of that kind, its one secret sealed as the web seals it."""
    settings = Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        allow_loopback=True,
        _env_file=None,  # type: ignore[call-arg]
    )
    async with farm.opened(settings, redact.Redactor()) as one:
        now, at_desk = one.now(), desk.of(one.settings)
        with one.database.write() as session:
            session.add(models.Person(id=1, email="anne@firm.example", password_hash="-", created_at=now))
            place = models.Destination(workspace_id=1, kind=kind.id, place=address, created_at=now)
            place.connected_at = place.next_round_at = now
            session.add(place)
            session.flush()
            holder = fields.Holder.of(place, kind.origins(place))
            (asked,) = kind.secrets
            fields.seal(
                session, at_desk.trusted(), holder, asked.name, secret, actor="person:1", by=1, at=now
            )
            chosen.keep_typed(session, place, typed, by=1, now=now)
            destination = place.id
        yield World(one, destination)


@pytest_asyncio.fixture
async def there() -> AsyncIterator[Clearnox]:
    service = Clearnox().start()
    yield service
    service.stop()


async def test_what_it_lacks_goes_there_with_the_secret_of_the_vault_and_no_second_time(
    tmp_path: Path, there: Clearnox
) -> None:
    there.book({"id": "e1", "documentNumber": "FA-1001"}, {"id": "e2", "documentNumber": "FA-9"})
    async with connected(tmp_path, there.url, SECRET, user="connector") as seller:
        content = seller.sell("FA-1001", date(2026, 11, 3), "45.90")
        await seller.go()
        assert there.received == {"e1": [content]}
        assert seller.outcomes() == {"e2": "not_ours", "e1": "left"}
        place = seller.row()
        assert (place.error, place.failures) == (None, 0)
        assert place.next_round_at
        assert place.next_round_at > seller.farm.now() + timedelta(hours=23)
        await seller.again()
        assert len(there.zips) == 1


async def test_a_wrong_secret_waits_for_a_person_and_a_lost_answer_for_the_next_list(
    tmp_path: Path, there: Clearnox
) -> None:
    there.book({"id": "e1", "documentNumber": "FA-1001"})
    there.authorization = "Bearer another"
    async with connected(tmp_path, there.url, SECRET, user="connector") as seller:
        seller.sell("FA-1001", date(2026, 11, 3), "45.90")
        await seller.go()
        assert seller.row().error == "PartnerRefused"
        there.authorization, there.loses = Clearnox().authorization, lambda: True
        with seller.farm.database.write() as session:
            session.get_one(models.Destination, seller.destination).error = None
        await seller.again()
        assert seller.row().error == "PartnerSilent"
        assert seller.outcomes() == {"e1": "unknown"}
        with seller.farm.database.write() as session:
            session.get_one(models.Destination, seller.destination).parked_until = None
        await seller.again()
        assert (len(there.zips), seller.outcomes()) == (1, {"e1": "left"})


async def test_after_the_banks_lines_were_matched_it_is_gone_to_soon(tmp_path: Path, there: Clearnox) -> None:
    async with connected(tmp_path, there.url, SECRET, user="connector") as seller:
        await seller.go()
        with seller.farm.database.write() as session:
            bank.payment(session, -4590)
            rematch.ask(session, 1, seller.farm.now())
        matching.match(seller.farm)
        place = seller.row()
        assert place.next_round_at
        assert place.next_round_at <= seller.farm.now() + clearnox.PAUSE


async def test_our_own_bulk_interface_is_fed_until_its_list_is_empty_of_what_is_known(tmp_path: Path) -> None:
    """A firm sends its invoices to a customer who runs a farm too: payments there that lack their invoice are entries here."""
    customer = customers.empty(tmp_path / "customer")
    with customer.database.write() as session:
        customers.hire(session)
        owed = [bank.payment(session, -amount).id for amount in (4590, 1200, 777)]
        gaps.settle(session, 1, owed, now=customers.NOW, suppliers=dict.fromkeys(owed, "bleu"))
        scopes = ["documents:read", "documents:write"]
        _, token = tokens.make(session, 1, "seller", scopes, by=1, now=customers.NOW)
    serving = server.Server(customer.app).start()
    names = {
        "auth": "bearer", "page_param": "cursor", "next_path": "$.next", "items_path": "$.entries", "size": "2",
        "entry_number": "", "entry_account": "",
    }  # fmt: skip
    try:
        async with connected(
            tmp_path / "seller", f"{serving.url}/api/v1", token, kind=clearnox.KIND, **names
        ) as seller:
            paid = [seller.sell("BE-1", date(2026, 11, 12), "45.90"), seller.sell("BE-2", date(2026, 11, 12), "12.00")]  # fmt: skip
            await seller.go()
            assert list(seller.outcomes().values()) == ["sent", "sent", "not_ours"]
            with dying.farm(customer.settings.data, str(customer.database.engine.url)) as worker:
                round_of.take_in(worker)
            await seller.again()
            assert sorted(seller.outcomes().values()) == ["left", "left", "not_ours"]
            with customer.database.read() as session:
                taken = session.query(models.Document).all()
                assert {one.size for one in taken} == {len(one) for one in paid}
                (upload,) = session.query(models.BulkUpload).all()
            assert [one["outcome"] for one in upload.outcomes] == ["taken", "taken"]
            await seller.again()
            with customer.database.read() as session:
                assert session.query(models.BulkUpload).count() == 1
    finally:
        serving.stop()


async def test_a_document_goes_to_getmyinvoices_with_the_key_of_the_vault_once(tmp_path: Path) -> None:
    service = GetMyInvoices().start()
    try:
        async with connected(tmp_path, service.url, SECRET, kind=getmyinvoices.KIND, sides="both") as company:
            content = company.sell("FA-1001", date(2026, 11, 3), "45.90")
            for _ in range(2):
                await company.again()
            assert [one["content"] for one in service.documents.values()] == [content]
            assert service.asked["POST /documents"] == 1
            assert company.row().error is None
    finally:
        service.stop()

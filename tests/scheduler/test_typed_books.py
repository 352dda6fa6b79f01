"""NetSuite and Pennylane through the real worker: what was typed is opened for their own addresses only, and nothing goes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.db import models
from core.export import catalogue, chosen
from core.export.chosen import Rule
from core.settings import Settings
from demo.netsuite import NetSuite
from demo.pennylane import Pennylane
from scheduler import destinations, farm, partner_rounds
from tests.scheduler import homecoming
from vault import fields, redact
from web import desk


@dataclass
class World:
    farm: farm.Farm
    service: Any
    destination: int

    async def go(self) -> None:
        """What is due is done, until the last round of it has ended."""
        kind = self.row().kind
        targets = {kind: destinations.TARGETS[kind](self.farm)}
        rounds = partner_rounds.Rounds(self.farm, sources={"none": None}, targets=targets)  # type: ignore[dict-item]
        for going in await rounds.look():
            await going

    def row(self) -> models.Destination:
        with self.farm.database.read() as session:
            return session.get_one(models.Destination, self.destination)

    def try_again(self) -> None:
        """A person, or time, lets it go on."""
        with self.farm.database.write() as session:
            place = session.get_one(models.Destination, self.destination)
            place.error, place.parked_until = None, None

    def delivery(self) -> models.Delivery:
        with self.farm.database.read() as session:
            return session.query(models.Delivery).filter_by(destination_id=self.destination).one()


@asynccontextmanager
async def _opened(
    folder: Path, service: Any, kind_id: str, typed: Mapping[str, str], secrets: Mapping[str, str], rule: Rule
) -> AsyncIterator[World]:
    keys = folder / "keys" / "vault.key"
    settings = Settings(data=folder / "data", key_file=keys, allow_loopback=True, _env_file=None)  # type: ignore[call-arg]
    kind = catalogue.known(kind_id)
    assert kind
    try:
        async with farm.opened(settings, redact.start_logging()) as one:
            now, at_desk = one.now(), desk.of(one.settings)
            with one.database.write() as session:
                session.add(models.Person(id=1, email="anne@firm.example", password_hash="-", created_at=now))
                place = models.Destination(
                    workspace_id=1,
                    kind=kind_id,
                    place=kind.place(typed),
                    created_at=now,
                    starts_at=now,
                    connected_at=now,
                )
                session.add(place)
                session.flush()
                holder = fields.Holder.of(place, kind.origins(place))
                for name, secret in secrets.items():
                    fields.seal(
                        session, at_desk.trusted(), holder, name, secret, actor="person:1", by=1, at=now
                    )
                chosen.keep_typed(session, place, typed, by=1, now=now)
                chosen.keep(
                    session, place, chosen.Settings({"EUR": now.isoformat()}, otherwise=rule), by=1, now=now
                )
            yield World(one, service, place.id)
    finally:
        service.stop()


@asynccontextmanager
async def _netsuite(folder: Path, **more: str) -> AsyncIterator[World]:
    service = NetSuite().start()
    typed = {
        "account": "1234567", "client_id": service.client_id, "certificate_id": service.certificate_id,
        "restlet": service.restlet, "url": service.url, **more,
    }  # fmt: skip
    secrets, rule = {"private_key": service.private_key}, Rule("bill", account="58", contact_id="742")
    async with _opened(folder, service, "netsuite", typed, secrets, rule) as world:
        yield world


async def test_a_bill_comes_to_netsuite_once_though_the_answer_was_lost_and_the_key_is_in_no_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with _netsuite(tmp_path) as world:
        homecoming.bring(world.farm)
        lost = iter([True])
        world.service.loses = lambda: next(lost, False)
        await world.go()
        assert world.row().error == "PartnerSilent"
        world.try_again()
        await world.go()
        (bill,) = world.service.books.records["vendorBill"]
        assert (bill["total"], world.delivery().proof) == (45.9, bill["id"])
        assert [one[1] for one in world.service.books.files["vendorBill", bill["id"]].values()] == [
            homecoming.PDF
        ]
        body = world.service.private_key.splitlines()[1]
    assert body not in capfd.readouterr().err
    assert not [
        file
        for file in (tmp_path / "data").rglob("*")
        if file.is_file() and body.encode() in file.read_bytes()
    ]


async def test_a_script_that_is_said_to_be_elsewhere_is_never_reached(tmp_path: Path) -> None:
    elsewhere = NetSuite().start()
    try:
        async with _netsuite(tmp_path) as world:
            with world.farm.database.write() as session:
                place, told = (
                    session.get_one(models.Destination, world.destination),
                    {"restlet": elsewhere.restlet},
                )
                chosen.keep_typed(session, place, told, by=1, now=world.farm.now())
            homecoming.bring(world.farm)
            await world.go()
            assert (world.row().error, elsewhere.asked.total()) == ("DoorClosed", 0)
            assert world.delivery().sent_at is None
    finally:
        elsewhere.stop()


async def test_a_key_that_is_refused_waits_for_a_person(tmp_path: Path) -> None:
    async with _netsuite(tmp_path, certificate_id="another") as world:
        homecoming.bring(world.farm)
        await world.go()
        assert (world.row().error, world.row().said) == ("PartnerRefused", "invalid_grant")
        await world.go()
        assert world.service.asked["POST token"] == 1


async def test_an_invoice_comes_to_pennylane_once_though_the_answer_was_lost_and_the_token_is_in_no_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    service = Pennylane().start()
    secrets, rule = {"token": service.token}, Rule("bill", account="124")
    async with _opened(tmp_path, service, "pennylane", {"url": service.url}, secrets, rule) as world:
        homecoming.bring(world.farm)
        lost = iter([False, False, True])
        service.loses = lambda: next(lost, False)
        await world.go()
        assert world.row().error == "PartnerSilent"
        world.try_again()
        await world.go()
        (bill,) = service.books.invoices
        assert (bill["file"]["content"], world.delivery().proof) == (homecoming.PDF, str(bill["id"]))
        assert (world.row().books or {})["name"] == "Atelier Brun"
    assert service.token not in capfd.readouterr().err
    assert not [
        file
        for file in (tmp_path / "data").rglob("*")
        if file.is_file() and service.token.encode() in file.read_bytes()
    ]

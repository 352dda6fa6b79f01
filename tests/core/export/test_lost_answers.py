"""Services that are signed in to with what was typed: answers lost at random steps, requests refused for a while, each Invoice there once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import errors
from core.export import delivering, netsuite, netsuite_api, pennylane, pennylane_steps
from core.export.chosen import Rule
from demo.netsuite import NetSuite
from demo.pennylane import Pennylane
from tests.core.export import books, typed
from tests.core.export.typed import Company
from vault import assertions

#: Invoices, of which one in five has the number, the day and the sum of another.
N = 20


def _content(at: int) -> bytes:
    return b"%%PDF bill %d" % at


@contextmanager
def _netsuite(folder: Path) -> Iterator[Company]:
    at = [books.NOW]
    service = NetSuite(clock=lambda: at[0].timestamp()).start()
    told = {"client_id": service.client_id, "certificate_id": service.certificate_id, "restlet": service.restlet, "url": service.url}  # fmt: skip
    with typed.opened(
        folder,
        service,
        netsuite.KIND,
        lambda database, stored: netsuite.NetSuite(database, stored, typed.HERE, assertions.signed),
        secrets={"private_key": service.private_key},
        typed=told,
        otherwise=Rule("bill", account="58", contact_id="742"),
        at=at,
    ) as company:
        yield company


@contextmanager
def _pennylane(folder: Path) -> Iterator[Company]:
    at = [books.NOW]
    service = Pennylane(clock=lambda: at[0].timestamp()).start()

    def wait(seconds: float) -> None:
        at[0] += timedelta(seconds=seconds)

    with typed.opened(
        folder,
        service,
        pennylane.KIND,
        lambda database, stored: pennylane.Pennylane(database, stored, typed.HERE, wait),
        secrets={"token": service.token},
        typed={"url": service.url},
        otherwise=Rule("bill", account="124"),
        at=at,
    ) as company:
        yield company


def _there(service: Any) -> list[bytes]:
    """The file of each record there; a record without one has an empty one."""
    if isinstance(service, Pennylane):
        return [bill["file"]["content"] for bill in service.books.invoices]
    bills = service.books.records["vendorBill"]
    kept = [service.books.files.get(("vendorBill", bill["id"]), {}).values() for bill in bills]
    return [b"".join(content for _, content in files) for files in kept]


def _campaign(company: Company, seed: int) -> tuple[list[int], int]:
    """All is brought and sent, whatever happens on the way; the Deliveries, and how many answers were lost."""
    dice, lost = random.Random(seed), 0

    def loses() -> bool:
        nonlocal lost
        lost += (now := dice.random() < 0.3)
        return now

    owed = [company.bring(f"F-{at - at % 5 // 4}", _content(at)) for at in range(N)]
    company.service.loses = loses
    for _ in range(40 * N):
        company.service.down = dice.random() < 0.1
        with suppress(errors.PartnerDown):
            company.round()
        company.later(seconds=7)
        if all(company.delivery(one).sent_at or company.delivery(one).held_for for one in owed):
            break
    return owed, lost


@pytest.mark.parametrize("opened", [_netsuite, _pennylane])
@pytest.mark.parametrize("seed", [1, 2])
def test_each_invoice_is_there_once_with_its_own_file(
    tmp_path: Path, opened: Callable[..., Any], seed: int
) -> None:
    with opened(tmp_path) as company:
        owed, lost = _campaign(company, seed)
        assert lost > N / 4
        assert Counter(_there(company.service)) == Counter(_content(at) for at in range(N))
        assert all(company.delivery(one).sent_at for one in owed)
        assert len({company.delivery(one).proof for one in owed}) == N


@pytest.mark.parametrize("opened", [_netsuite, _pennylane])
def test_without_looking_they_would_not_be(
    tmp_path: Path, opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NetSuite's own guard is the external id, Pennylane's the file's bytes: put back, these faults are seen."""
    tries = iter(range(10**6))
    put = netsuite_api.Api.put
    monkeypatch.setattr(delivering, "look_up", lambda step, receipts: None)
    monkeypatch.setattr(
        netsuite_api.Api, "put", lambda api, kind, ref, said: put(api, kind, f"{ref}-{next(tries)}", said)
    )
    monkeypatch.setattr(pennylane_steps, "_first", lambda found: None)
    with opened(tmp_path) as company:
        owed, _ = _campaign(company, 1)
        doubled = len(_there(company.service)) > N
        assert doubled or not all(company.delivery(one).sent_at for one in owed)

"""What is sent, in the eyes of others: Xero's own Python models, and a mock server on its official specification."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from xero_python.accounting import models as official
from xero_python.api_client import ModelFinder
from xero_python.api_client.deserializer import deserialize
from xero_python.api_client.serializer import serialize

from core.db import models
from core.export import xero_bill
from core.export.chosen import Rule
from core.export.entries import Vat
from core.export.xero_bill import RECORDS, Locks
from demo.xero_books import Organisation
from tests.core.export import connected

SPEC = os.environ.get("MOISSON_XERO_SPEC", "")
PRISM = "@stoplight/prism-cli@5.16.0"
TRACKED = {"6c1b2e0c-6f1b-4c6e-9f0e-0f5a2f1f7f10": "Nord"}
BILL = Rule("bill", contact="Mandarine", account="626", tax="INPUT2", tracking=TRACKED)
SPEND = Rule("spend", account="626", bank="3f7b3f4a-52c2-4a2d-8a53-7a7f6a1f5b11")
#: Two rates of VAT on one invoice, and what the books say of their codes.
TWO = (Vat(Decimal(20), Decimal(100), Decimal(20)), Vat(Decimal(10), Decimal(100), Decimal(10)))
TAXES = [{"id": "INPUT2", "name": "20 %", "rate": "20"}, {"id": "INPUT", "name": "10 %", "rate": "10"}]
SAYS: list[tuple[str, Rule, dict[str, Any]]] = [
    ("bill", BILL, {}),
    (
        "bill",
        Rule("bill", contact_id="9a1e6d9e-4c0f-4a35-9f0d-1a2b3c4d5e6f", account="626"),
        {"due_on": None},
    ),
    ("bill", BILL, {"period_from": date(2026, 10, 1), "period_to": date(2026, 10, 31), "number": None}),
    ("bill", BILL, {"currency": "JPY", "vat_minor": None}),
    ("credit", BILL, {"kind": "credit_note", "total_minor": -4590, "net_minor": -3825, "vat_minor": -765}),
    ("bill", BILL, {"total_minor": 23000, "net_minor": 20000, "vat_minor": 3000, "rates": TWO}),
    ("bill", BILL, {"net_minor": 4590, "vat_minor": 0}),
    ("bill", BILL, {"number": 'N° "\\🍊" \u202eF\u202c ' + "x" * 300}),
    ("spend", SPEND, {}),
    ("refund", SPEND, {"total_minor": -4590}),
]


def _payload(rule: Rule, says: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    vat, told = says.get("rates", ()), {name: value for name, value in says.items() if name != "rates"}
    invoice = models.Invoice(
        **{**connected.INVOICE, "id": 7, "number": "F-1", "received_at": connected.NOW, **told}
    )
    wanted = xero_bill.unlocked(xero_bill.entry(invoice, rule, "AUTHORISED"), Locks(), "hold")
    split = xero_bill.rates(invoice, vat, [rule.tax], TAXES)
    record = xero_bill.payload(invoice, wanted, rule, "Mandarine", "https://farm.example/invoices/7", split)
    return wanted.kind, record


@pytest.mark.parametrize(("kind", "rule", "says"), SAYS)
def test_the_official_models_know_every_field(kind: str, rule: Rule, says: dict[str, Any]) -> None:
    made, record = _payload(rule, says)
    assert made == kind
    name = RECORDS[kind][0].removesuffix("s")
    known = serialize(deserialize(name, _as_answered(record), ModelFinder(official)))
    assert set(record) <= set(known)
    assert set(known["LineItems"][0]) == set(record["LineItems"][0])


def _as_answered(record: dict[str, Any]) -> dict[str, Any]:
    """The models read days as Xero writes them."""
    told = dict(record)
    for name in {"Date", "DueDate"} & set(record):
        at = datetime.fromisoformat(record[name]).replace(tzinfo=UTC)
        told[name] = f"/Date({int(at.timestamp())}000+0000)/"
    return told


def test_what_a_bill_says() -> None:
    _, record = _payload(BILL, {})
    assert (record["Date"], record["DueDate"], record["LineAmountTypes"]) == (
        "2026-11-03",
        "2026-12-03",
        "Exclusive",
    )
    (line,) = record["LineItems"]
    assert (line["UnitAmount"], line["TaxAmount"], line["AccountCode"]) == (38.25, 7.65, "626")
    _, yen = _payload(BILL, {"currency": "JPY", "vat_minor": None})
    assert (yen["LineAmountTypes"], yen["LineItems"][0]["UnitAmount"]) == ("Inclusive", 4590.0)


@pytest.fixture(scope="module")
def referee() -> Iterator[str]:
    """The mock server's address."""
    if not SPEC:
        pytest.skip(
            "MOISSON_XERO_SPEC names no specification: what is sent to Xero was NOT checked against it"
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        "npx",
        "--yes",
        "--package",
        PRISM,
        "prism",
        "mock",
        "--errors",
        "-p",
        str(port),
        str(Path(SPEC)),
    ]
    prism = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        assert prism.stdout
        told = next((line for line in prism.stdout if re.search(r"is listening|fatal", line)), "it ended")
        assert "listening" in told, told
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(prism.pid, signal.SIGKILL)
        prism.wait()


def _asked(referee: str, path: str, record: dict[str, Any]) -> httpx.Response:
    headers = {
        "xero-tenant-id": "a",
        "Idempotency-Key": "k",
        "Accept": "application/json",
        "Authorization": "Bearer t",
    }
    return httpx.put(
        f"{referee}/{path}",
        params={"summarizeErrors": "false"},
        json={path: [record]},
        headers=headers,
        timeout=120,
    )


@pytest.mark.parametrize(("kind", "rule", "says"), SAYS)
def test_the_specification_takes_it(referee: str, kind: str, rule: Rule, says: dict[str, Any]) -> None:
    answer = _asked(referee, RECORDS[kind][0], _payload(rule, says)[1])
    assert _blamed(answer) == []


WRONG: list[dict[str, Any]] = [{"Type": "BILL"}, {"CurrencyCode": "EURO"}]


@pytest.mark.parametrize("wrong", WRONG)
def test_the_specification_refuses_what_is_invalid(referee: str, wrong: dict[str, Any]) -> None:
    answer = _asked(referee, "Invoices", _payload(BILL, {})[1] | wrong)
    assert answer.status_code in (400, 422), answer.text


def _blamed(answer: httpx.Response) -> list[Any]:
    """What is wrong with the question; the specification's own examples, with which it answers, break its rules too."""
    if not answer.is_success:
        told = answer.json().get("validation")
        return [answer.text] if told is None else [one for one in told if one["location"][0] == "request"]
    told = json.loads(answer.headers.get("sl-violations", "[]"))
    return [one for one in told if one["location"][0] == "request"]


@pytest.mark.parametrize("wrong", WRONG)
def test_the_stand_in_refuses_the_same(wrong: dict[str, Any]) -> None:
    from demo.xero_books import Invalid

    with pytest.raises(Invalid):
        Organisation("x").keep("Invoices", _payload(BILL, {})[1] | wrong)

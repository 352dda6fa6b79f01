"""A program of the company's own is told of each invoice, signed, and knows what it was told before."""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core import errors
from core.export import turns, webhook
from demo.webhook import Listener
from tests.core.export import books, connected, depot
from tests.core.export.depot import Depot

KEY = b"canary-signing-key-of-24-bytes"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener(KEY, lambda: connected.NOW.timestamp())
    made.server.start()
    yield made
    made.server.stop()


@pytest.fixture
def company(tmp_path: Path, listener: Listener) -> Iterator[Depot]:
    typed = {"url": f"{listener.url}?from=moisson"}
    with depot.opened(tmp_path, webhook.KIND, webhook.Webhook, typed, {"secret": SECRET}) as opened:
        listener.clock = lambda: opened.at[0].timestamp()
        yield opened


def test_it_is_told_of_an_invoice_with_its_file(company: Depot, listener: Listener) -> None:
    owed = company.bring()
    company.round()
    company.round()
    ((id_, (message, file)),) = listener.told.items()
    assert file == books.PDF
    assert (message["invoice"]["number"], message["invoice"]["total"]) == ("F-1", "45.90")
    assert message["invoice"]["url"] == "https://farm.example/invoices/1"
    assert (message["document"]["size"], message["type"]) == (len(books.PDF), "document.received")
    sent = company.delivery(owed)
    assert (sent.proof, sent.payload) == (id_, message)
    assert listener.calls == 1


def test_while_the_secret_changes_either_side_of_the_change_knows_the_message(
    company: Depot, listener: Listener
) -> None:
    new = webhook.new_secret()
    both = {"secret": connected.Shown(SECRET), "secret_other": connected.Shown(new)}
    company.means = dataclasses.replace(company.means, secrets=lambda: both)
    for n, key in enumerate([KEY, base64.b64decode(new.removeprefix("whsec_"))]):
        listener.key = key
        company.bring(f"F-{n}")
        company.round()
    assert len(listener.told) == 2
    listener.key = b"neither of the two, and long enough"
    company.bring("F-9")
    with pytest.raises(errors.PartnerRefused):
        company.round()


def test_a_secret_that_the_farm_makes_is_long_enough_and_never_the_same() -> None:
    made = {webhook.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) for one in made} == {32}


def test_without_the_file_it_is_json_alone(company: Depot, listener: Listener) -> None:
    company.retype(file="words")
    company.bring()
    company.round()
    ((message, file),) = listener.told.values()
    assert (file, message["invoice"]["number"]) == (None, "F-1")


def test_an_answer_that_was_lost_is_told_again_under_the_same_id(company: Depot, listener: Listener) -> None:
    owed = company.bring()
    listener.loses = lambda: True
    with pytest.raises(errors.PartnerSilent):
        company.round()
    listener.loses = lambda: False
    company.later(hours=1)
    company.round()
    assert (listener.calls, len(listener.told)) == (2, 1)
    assert company.delivery(owed).sent_at


@pytest.mark.parametrize("said", [500, 503, 429])
def test_one_that_it_stumbles_over_waits_longer_each_time_and_the_others_go(
    company: Depot, listener: Listener, said: int
) -> None:
    first = company.bring("F-1")
    second = company.bring("F-2")
    listener.says = lambda message: said if message["invoice"]["number"] == "F-1" else 204
    with pytest.raises(errors.PartnerDown):
        company.round()
    company.round()
    assert company.delivery(second).sent_at
    waits = company.delivery(first)
    assert (waits.sent_at, waits.next_try_at - company.at[0]) == (None, turns.FIRST_WAIT)
    company.later(minutes=3)
    with pytest.raises(errors.PartnerDown):
        company.round()
    assert company.delivery(first).next_try_at - company.at[0] == 2 * turns.FIRST_WAIT


def test_what_it_refuses_waits_for_a_person_and_what_it_has_is_done(
    company: Depot, listener: Listener
) -> None:
    says = {"F-1": 422, "F-2": 409, "F-3": 302}
    owed = {number: company.bring(number) for number in says}
    listener.says = lambda message: says[message["invoice"]["number"]]
    company.round()
    assert company.delivery(owed["F-1"]).held_for == company.delivery(owed["F-3"]).held_for == "refused"
    assert company.delivery(owed["F-2"]).sent_at
    listener.says = lambda message: 204
    company.try_again(owed["F-1"])
    company.round()
    assert company.delivery(owed["F-1"]).sent_at


@pytest.mark.parametrize("said", [401, 403, 410])
def test_an_address_that_is_gone_or_lets_us_in_no_more_stops_everything(
    company: Depot, listener: Listener, said: int
) -> None:
    listener.says = lambda message: said
    company.bring()
    with pytest.raises(errors.PartnerRefused):
        company.round()
    assert listener.told == {}


def test_with_another_secret_nothing_is_believed(company: Depot, listener: Listener) -> None:
    listener.key = b"another"
    company.bring()
    with pytest.raises(errors.PartnerRefused):
        company.round()
    assert listener.told == {}


def test_a_file_that_is_too_large_waits_for_a_person(
    company: Depot, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "LARGEST", 10)
    owed = company.bring()
    company.round()
    assert (company.delivery(owed).held_for, listener.calls) == ("too_large", 0)


def test_the_signature_is_that_of_the_published_example() -> None:
    # https://github.com/standard-webhooks/standard-webhooks, the tests of its libraries
    secret, id_ = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = webhook.signature(secret, id_, 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_check_that_the_handbook_shows_believes_it_and_nothing_else() -> None:
    page = Path(__file__).parents[3] / "docs" / "api.md"
    shown = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    assert shown
    known: dict[str, Any] = {}
    exec(shown[1], known)  # noqa: S102 - our own page
    at = int(datetime.now(UTC).timestamp())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(at)}
    body = b"raw body"
    signed = headers | {"webhook-signature": webhook.signature(SECRET, "msg_1", at, body)}
    assert known["is_from_moisson"](SECRET, signed, body)
    assert not known["is_from_moisson"](SECRET, signed, body + b".")
    late = headers | {"webhook-timestamp": str(at - 600)}
    late["webhook-signature"] = webhook.signature(SECRET, "msg_1", at - 600, body)
    assert not known["is_from_moisson"](SECRET, late, body)

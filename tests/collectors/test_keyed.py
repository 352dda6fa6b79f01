"""Suppliers that are asked with keys: what the trial does not ask of them, because nobody signs in and each key has its own end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collectors.kit import catalogue
from core import errors
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import aws, getmyinvoices, ovhcloud
from tests.portals.keyed import Keyed
from tests.portals.names import Replicas

KINDS: list[type[Keyed]] = [
    aws.AWSReplica,
    getmyinvoices.GetMyInvoicesReplica,
    ovhcloud.OVHcloudReplica,
]
#: What an account fills in that is no key.
NAMES = ("account", "account_id")


@pytest.fixture(params=KINDS, ids=[kind.supplier for kind in KINDS])
def replica(request: pytest.FixtureRequest, replicas: Replicas) -> Iterator[Keyed]:
    with replicas.serving(request.param) as running:
        yield running


@pytest.fixture
def customer(replica: Keyed) -> Customer:
    return Customer(catalogue.load().collector(replica.supplier), replica.fields)


async def test_nobody_signs_in_and_every_line_tells_its_day_its_amount_and_its_number(
    true_world: World, customer: Customer, replica: Keyed
) -> None:
    seen = await true_world.visit(customer)
    assert (seen.error, len(seen.lines)) == (None, replica.listable)
    assert (seen.logins, seen.browser, customer.session, seen.refused) == (0, False, None, [])
    assert replica.counters.downloads == {}
    assert all(line.date and line.total and line.number for line in seen.lines)


async def test_what_is_new_comes_home_once_and_no_key_goes_to_another_host(
    true_world: World, customer: Customer, replica: Keyed
) -> None:
    await true_world.visit(customer)
    for lever in (Lever.PUBLISH, Lever.PUBLISH_LATE, Lever.SAME_MONTH, Lever.CREDIT_NOTE):
        replica.pull(lever)
    seen = [await true_world.visit(customer) for _ in range(2)]
    assert [(each.error, len(each.new)) for each in seen] == [(None, 5), (None, 0)]
    assert {line.kind for line in seen[0].new} == {"invoice", "credit_note"}
    assert set(replica.counters.downloads.values()) == {1}
    assert replica.strays == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("expired", errors.BadCredentials),
        ("ungranted", errors.ActionNeeded),
        ("throttled", errors.TooFast),
    ],
)
async def test_a_fault_of_keys_is_named_and_shows_none(
    true_world: World, customer: Customer, replica: Keyed, fault: str, error: type[errors.MoissonError]
) -> None:
    """GetMyInvoices answers a key without a right as it answers a wrong one."""
    if (replica.supplier, fault) == ("getmyinvoices", "ungranted"):
        error = errors.BadCredentials
    setattr(replica, fault, True)
    seen = await true_world.visit(customer)
    assert type(seen.error) is error, seen.error
    held = [text for name, text in customer.credentials.items() if name not in NAMES]
    shown = b"".join(piece.content for piece in seen.evidence).decode(errors="replace") + str(seen.error)
    assert held
    assert not [each for each in held if each in shown]

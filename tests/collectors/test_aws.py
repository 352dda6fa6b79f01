"""AWS Invoicing against its replica, under its true host names, with TLS, through the door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from collectors import aws as collectors_aws
from core import errors, nouns
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals import aws
from tests.portals.names import Replicas

Replica = aws.AWSReplica


@pytest.fixture
def replica(replicas: Replicas) -> Iterator[Replica]:
    with replicas.serving(Replica) as running:
        yield running


@pytest.fixture
def customer(replica: Replica) -> Customer:
    return Customer(collectors_aws.AWS(), replica.fields)


async def test_a_line_is_read_with_its_day_and_its_amount(true_world: World, customer: Customer) -> None:
    newest = (await true_world.visit(customer)).lines[0]
    assert (newest.date, newest.total) == (date(2026, 10, 2), nouns.Money(Decimal("258.71"), "USD"))


async def test_a_wrong_clock_freezes_no_key(true_world: World, customer: Customer, replica: Replica) -> None:
    replica.late = -1
    error = (await true_world.visit(customer)).error
    assert type(error) is errors.PortalDown
    assert "Signature expired" in error.said


async def test_a_dead_link_freezes_no_key(true_world: World, customer: Customer, replica: Replica) -> None:
    await true_world.visit(customer)
    replica.pull(Lever.PUBLISH)
    replica.stale_links = True
    assert type((await true_world.visit(customer)).error) is errors.PortalChanged


@pytest.mark.parametrize(
    ("method", "proof"),
    [
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ],
)
def test_the_signature_is_that_of_the_published_examples(method: str, proof: str) -> None:
    """`get-vanilla` and `post-vanilla` of AWS's test suite for Signature Version 4."""
    now = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    scope = ("us-east-1", "service", "aws4_request")
    said = collectors_aws.signature(
        "AKIDEXAMPLE", secret, now, scope, method, "https://example.amazonaws.com/", {}, b""
    )
    assert said["Authorization"].endswith(f"SignedHeaders=host;x-amz-date, Signature={proof}")

"""What every supplier that is asked with keys must do, told once: the tests of each call it with their replica."""

from __future__ import annotations

import pytest

from core import errors
from demo.stage import Lever
from tests.collectors.visiting import Customer, World
from tests.portals.keyed import Keyed

#: Levers of a portal, and switches of keys alone, each with the error that it must give.
FAULTS: list[tuple[Lever | str, type[errors.MoissonError]]] = [
    (Lever.CHANGE_PASSWORD, errors.BadCredentials),
    ("expired", errors.BadCredentials),
    ("ungranted", errors.ActionNeeded),
    ("throttled", errors.TooFast),
    (Lever.DOWN, errors.PortalDown),
    (Lever.BLOCKED, errors.Blocked),
    (Lever.SILENT_EMPTY, errors.PortalChanged),
    (Lever.MOVE_BUTTONS, errors.PortalChanged),
]
FILES = [Lever.HTML_FILE, Lever.HALF_FILE, Lever.EMPTY_FILE]


def spoil(replica: Keyed, fault: Lever | str) -> None:
    if isinstance(fault, Lever):
        replica.pull(fault)
    else:
        setattr(replica, fault, True)


async def census_leaves_all(world: World, customer: Customer, replica: Keyed) -> None:
    seen = await world.visit(customer)
    assert (seen.error, len(seen.lines)) == (None, replica.listable)
    assert all(seen.ends.values())
    assert (seen.logins, seen.browser, customer.session, seen.refused) == (0, False, None, [])
    assert replica.counters.downloads == {}
    assert all(line.date and line.total and line.number for line in seen.lines)


async def quiet_visit_is_cheap(world: World, customer: Customer) -> None:
    await world.visit(customer)
    seen = await world.visit(customer, whole=False)
    assert (seen.error, seen.new, seen.browser, seen.logins) == (None, [], False, 0)
    assert seen.requests <= 2


async def what_is_new_comes_home_once(world: World, customer: Customer, replica: Keyed) -> None:
    await world.visit(customer)
    published = [
        *replica.pull(Lever.PUBLISH),
        *replica.pull(Lever.PUBLISH_LATE),
        *replica.pull(Lever.SAME_MONTH),
    ]
    published += replica.pull(Lever.CREDIT_NOTE)
    if Lever.BETWEEN_PAGES in replica.stage.levers:
        replica.pull(Lever.BETWEEN_PAGES)
    seen = [await world.visit(customer) for _ in range(3)]
    assert [each.error for each in seen] == [None] * 3
    new = [line for each in seen for line in each.new]
    assert {bill.number for bill in published} <= {line.number for line in new}
    assert len(new) == len(published) + (Lever.BETWEEN_PAGES in replica.stage.levers)
    assert seen[2].new == []
    assert set(replica.counters.downloads.values()) == {1}
    assert {line.kind for line in new} == {"invoice", "credit_note"}
    assert all(file.path.read_bytes().startswith(b"%PDF-") for each in seen for file in each.files)
    assert replica.strays == 0


async def fault_is_named(
    world: World, customer: Customer, replica: Keyed, fault: Lever | str, error: type[errors.MoissonError]
) -> None:
    spoil(replica, fault)
    seen = await world.visit(customer)
    assert type(seen.error) is error, seen.error
    held = [text for name, text in customer.credentials.items() if name not in ("account", "account_id")]
    shown = b"".join(piece.content for piece in seen.evidence).decode(errors="replace") + str(seen.error)
    assert not [each for each in held if each in shown]


async def nothing_is_something_that_was_said(world: World, customer: Customer, replica: Keyed) -> None:
    replica.pull(Lever.EMPTY)
    seen = await world.visit(customer)
    assert (seen.error, seen.lines, list(seen.ends.values())) == (None, [], [True])


async def bad_file_is_not_taken_for_a_change(
    world: World, customer: Customer, replica: Keyed, lever: Lever
) -> None:
    """What came is for the gate to judge: the visit brings it as it is, or names it NotAnInvoice."""
    await world.visit(customer)
    replica.pull(Lever.PUBLISH)
    replica.pull(lever)
    seen = await world.visit(customer)
    assert seen.error is None or isinstance(seen.error, errors.NotAnInvoice)


faults = pytest.mark.parametrize(("fault", "error"), FAULTS, ids=[str(fault) for fault, _ in FAULTS])
files = pytest.mark.parametrize("lever", FILES)

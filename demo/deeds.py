"""The levers that happen once, when pulled: what each does to a House."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from demo import shelf
from demo.stage import Lever

if TYPE_CHECKING:
    from demo.house import House


def _change_password(house: House, _: dict[str, Any]) -> list[shelf.Bill]:
    house.change_password()
    return []


def _drop_sessions(house: House, _: dict[str, Any]) -> list[shelf.Bill]:
    house.sessions.clear()
    return []


def _twins(house: House, about: dict[str, Any]) -> list[shelf.Bill]:
    first = house.shelf.publish(**about)
    return [first, house.shelf.publish(**(about | {"issued": first.issued, "cents": first.cents}))]


DONE_BY: dict[Lever, Callable[[House, dict[str, Any]], list[shelf.Bill]]] = {
    Lever.PUBLISH: lambda house, about: [house.shelf.publish(**about)],
    Lever.PUBLISH_LATE: lambda house, about: [house.shelf.publish(**({"issued": shelf.LATE} | about))],
    Lever.SAME_MONTH: _twins,
    Lever.CREDIT_NOTE: lambda house, about: [
        house.shelf.publish(**({"cents": 1200} | about), credit_note=True)
    ],
    Lever.REPLACED: lambda house, about: [house.shelf.replace_last(**about)],
    Lever.CHANGE_PASSWORD: _change_password,
    Lever.DROP_SESSIONS: _drop_sessions,
}

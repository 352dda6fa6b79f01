"""What the replicas of interfaces for programs share: a customer known by keys, nobody who signs in, and their own ways to refuse."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Response, jsonify

from demo.house import Session
from demo.stage import Lever, Stage
from tests.portals import replica

#: Without those of a sign-in page and of its sessions: here is neither. No document is replaced, and none is "not ready".
LEVERS = frozenset(
    {
        Lever.PUBLISH, Lever.PUBLISH_LATE, Lever.SAME_MONTH, Lever.CREDIT_NOTE, Lever.BETWEEN_PAGES,
        Lever.CHANGE_PASSWORD, Lever.MOVE_BUTTONS, Lever.DOWN, Lever.SLOW, Lever.BLOCKED, Lever.EMPTY,
        Lever.SILENT_EMPTY, Lever.HTML_FILE, Lever.HALF_FILE, Lever.EMPTY_FILE, Lever.HUGE_FILE, Lever.OTHER_CUSTOMER,
    }
)  # fmt: skip


class Keyed(replica.Replica):
    """`throttled`, `expired` and `ungranted` are levers of keys alone; `strays` counts keys that came to another host."""

    HOSTS: ClassVar[tuple[str, ...]] = ()
    throttled = expired = ungranted = False
    strays = 0

    @property
    def customer(self) -> Session:
        return Session(self.house.brand.login, proven=True)

    def refused(self, status: int, **body: Any) -> Response:
        """A refusal in the interface's own shape, counted."""
        self.counters.count("logins_refused")
        return answered(status, body)


def stage(*without: Lever) -> Stage:
    return Stage(LEVERS - set(without))


def answered(status: int, body: Any, **headers: str) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    answer.headers.update(headers)
    return answer


def whole(body: Any) -> bytes:
    """A handed file in one piece."""
    return body if isinstance(body, bytes) else b"".join(body)

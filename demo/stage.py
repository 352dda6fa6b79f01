"""The levers of a fictional portal, and the counters that are every test's witness."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Lever(StrEnum):
    """What can be done to a portal; the same names everywhere, and in `POST /__stage/<lever>`."""

    PUBLISH = "publish"
    PUBLISH_LATE = "publish_late"
    SAME_MONTH = "same_month"
    CREDIT_NOTE = "credit_note"
    REPLACED = "replaced"
    BETWEEN_PAGES = "between_pages"
    CHANGE_PASSWORD = "change_password"  # noqa: S105 - the name of a lever
    NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a lever
    LOCKED = "locked"
    TERMS = "terms"
    CAPTCHA = "captcha"
    CODE = "code"
    WRONG_CODE = "wrong_code"
    CODE_EXPIRED = "code_expired"
    APPROVAL = "approval"
    DROP_SESSIONS = "drop_sessions"
    DROP_MID_LIST = "drop_mid_list"
    MOVE_BUTTONS = "move_buttons"
    DOWN = "down"
    SLOW = "slow"
    BLOCKED = "blocked"
    EMPTY = "empty"
    SILENT_EMPTY = "silent_empty"
    HTML_FILE = "html_file"
    HALF_FILE = "half_file"
    EMPTY_FILE = "empty_file"
    HUGE_FILE = "huge_file"
    OTHER_CUSTOMER = "other_customer"
    NOT_READY = "not_ready"
    FORBIDDEN_INSIDE = "forbidden_inside"


#: These happen once, when pulled; all the others stay on until switched off (the two `_mid_list`/`between_pages`
#: ones switch themselves off when they have struck).
ACTS = frozenset(
    {
        Lever.PUBLISH,
        Lever.PUBLISH_LATE,
        Lever.SAME_MONTH,
        Lever.CREDIT_NOTE,
        Lever.REPLACED,
        Lever.CHANGE_PASSWORD,
        Lever.DROP_SESSIONS,
    }
)
#: What every portal can do; a portal adds its own.
COMMON = frozenset(Lever) - {Lever.NEW_PASSWORD, Lever.APPROVAL, Lever.NOT_READY, Lever.FORBIDDEN_INSIDE}


class Stage:
    """Which levers are on. Raises ValueError for one that this portal does not have."""

    def __init__(self, levers: frozenset[Lever] = COMMON) -> None:
        self.levers = levers
        self._on: set[Lever] = set()

    def on(self, lever: Lever) -> bool:
        return lever in self._on

    @property
    def pulled(self) -> frozenset[Lever]:
        """Those that are on."""
        return frozenset(self._on)

    def set(self, lever: Lever, on: bool = True) -> None:
        self.require(lever)
        (self._on.add if on else self._on.discard)(lever)

    def reset(self) -> None:
        self._on.clear()

    def require(self, lever: Lever) -> None:
        if lever not in self.levers:
            raise ValueError(f"this portal has no lever {lever.value!r}")

    def struck(self, lever: Lever) -> bool:
        """True once, if the lever is on; it switches itself off."""
        if lever not in self._on:
            return False
        self._on.discard(lever)
        return True

    def shown(self) -> dict[str, bool]:
        return {
            lever.value: lever in self._on for lever in Lever if lever in self.levers and lever not in ACTS
        }


@dataclass
class Counters:
    """What a portal saw, always counted. `requests` leaves out the stage's own pages and the `beacons`.

    `signins` counts submitted passwords per login, whatever the answer; `downloads` whole or spoiled files per invoice number.
    """

    requests: int = 0
    page_views: int = 0
    listings: int = 0
    beacons: int = 0
    passwords: int = 0
    logins_ok: int = 0
    logins_refused: int = 0
    codes_sent: int = 0
    codes_refused: int = 0
    approvals_asked: int = 0
    signins: Counter[str] = field(default_factory=Counter)
    downloads: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def count(self, name: str) -> None:
        with self._lock:
            setattr(self, name, getattr(self, name) + 1)

    def signin(self, login: str, ok: bool) -> None:
        with self._lock:
            self.passwords += 1
            self.signins[login] += 1
            self.logins_ok += ok
            self.logins_refused += not ok

    def download(self, number: str) -> None:
        with self._lock:
            self.downloads[number] += 1

    def shown(self) -> dict[str, Any]:
        """A copy as plain JSON."""
        with self._lock:
            return {
                name: dict(value) if isinstance(value, Counter) else value
                for name, value in vars(self).items()
                if not name.startswith("_")
            }

    def reset(self) -> None:
        with self._lock:
            for name, value in vars(Counters()).items():
                if not name.startswith("_"):
                    setattr(self, name, value)

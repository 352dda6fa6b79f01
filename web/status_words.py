"""How a state looks: its shape, its tone, who must act and with which button. Words themselves are in `i18n`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core import nouns
from core.ledger import AccountView

State = nouns.AccountState


@dataclass(frozen=True)
class Look:
    """`worth` sorts worst first. `button` is a key of `action.*` and of the templates, or empty."""

    shape: str
    tone: str
    actor: str
    button: str
    worth: int


_LOOKS = {
    State.NEEDS_PASSWORD: Look("alert", "red", "owner", "correct", 0),
    State.NEEDS_CODE: Look("alert", "red", "owner", "answer", 1),
    State.NEEDS_TAKEOVER: Look("alert", "red", "owner", "see", 2),
    State.NEEDS_CONSENT: Look("alert", "red", "owner", "see", 3),
    State.NO_PERMISSION: Look("alert", "red", "owner", "see", 4),
    State.PORTAL_CHANGED: Look("diamond", "amber", "maintainer", "diagnose", 5),
    State.PORTAL_DOWN: Look("square", "amber", "supplier", "collect", 6),
    State.LATE: Look("clock", "amber", "nobody", "collect", 7),
    State.RATE_LIMITED: Look("clock", "amber", "nobody", "", 8),
    State.RUNNING: Look("running", "blue", "nobody", "watch", 9),
    State.NEVER_RUN: Look("ring", "grey", "nobody", "collect", 10),
    State.OK: Look("check", "green", "nobody", "collect", 11),
    State.OK_NOTHING_NEW: Look("check", "green", "nobody", "collect", 11),
    State.PAUSED: Look("pause", "grey", "nobody", "resume", 12),
}


def look(state: str) -> Look:
    return _LOOKS[State(state)]


def needs_you(view: AccountView) -> bool:
    return look(view.state).actor == "owner"


def is_fine(view: AccountView) -> bool:
    return look(view.state).tone == "green"


def worst_first(views: Sequence[AccountView]) -> list[AccountView]:
    return sorted(views, key=lambda view: (look(view.state).worth, view.account.supplier, view.account.id))


def oldest_first(views: Sequence[AccountView]) -> list[AccountView]:
    """Those that need a person, the longest waiting first."""
    asked = [view for view in views if needs_you(view)]
    return sorted(
        asked, key=lambda view: (view.account.last_success_at or view.account.created_at).timestamp()
    )

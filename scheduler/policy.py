"""What follows a failed Run: one table from error to verdict. Pure: the caller gives the time and the dice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from core import errors, nouns

State = nouns.RunState

#: Back-off with full jitter: 2 minutes doubled at each failure, at most 6 hours.
BASE = timedelta(minutes=2)
CAP = timedelta(hours=6)
#: After so many failures in a row the account waits for its next slot.
TRIES_PER_SLOT = 5
#: A supplier that refuses our address is left alone this long.
BLOCKED_FOR = timedelta(hours=6)
#: A changed portal is looked at again by one canary account after this.
HALF_OPEN_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Verdict:
    """How the run ends, when the account goes next (None: not before a person), and who hears of it."""

    state: nouns.RunState
    next_run_at: datetime | None
    freeze_secret: bool = False
    opens_challenge: bool = False
    breaks: bool = False
    blocks_supplier: bool = False
    tell_owner: bool = False


def verdict(
    error: errors.MoissonError | None,
    *,
    failures: int,
    slot: datetime,
    now: datetime,
    dice: Random,
    unanswered: bool = False,
) -> Verdict:
    """`failures` in a row before this one; `slot` is the visit already planned after this run.

    `unanswered`: a password was typed, and the portal neither let us in nor said why. That may be a refusal in new words.
    `error` None is anything unclassified: visible, and tried again within a day.
    """
    match error:
        case errors.BadCredentials():
            return Verdict(State.REFUSED, None, freeze_secret=True, tell_owner=True)
        case errors.Locked() | errors.ActionNeeded() | errors.CodeNeeded() | errors.Captcha():
            return Verdict(State.WAITING, slot, opens_challenge=True, tell_owner=True)
        case errors.VaultError():
            return Verdict(State.NEEDS_PERSON, slot, tell_owner=True)
        case errors.Blocked():
            return Verdict(State.RETRY_AT, now + BLOCKED_FOR, blocks_supplier=True)
        case errors.BudgetSpent():
            return Verdict(State.RETRY_AT, slot)
        case errors.MoissonError(remedy=errors.Remedy.LATER):
            return Verdict(State.RETRY_AT, _later(error, failures, slot, now, dice))
        case errors.PortalChanged() if unanswered and failures:
            return Verdict(State.NEEDS_PERSON, None, breaks=True, tell_owner=True)
        case errors.PortalChanged():
            return Verdict(State.NEEDS_PERSON, slot, breaks=True)
        case _:
            return Verdict(State.NEEDS_PERSON, min(slot, now + timedelta(days=1)))


def again(
    error: errors.MoissonError | None, *, failures: int, slot: datetime, now: datetime, dice: Random
) -> datetime | None:
    """When a mailbox or a destination is gone to after a failed round; None: not before a person has helped.

    `slot` is the round that its rhythm plans anyway. What nobody knows how to help is looked at again some hours later.
    """
    match error:
        case errors.MoissonError(remedy=errors.Remedy.OWNER):
            return None
        case errors.MoissonError(remedy=errors.Remedy.LATER):
            asked = timedelta(seconds=getattr(error, "retry_after", None) or 0)
            return max(now + asked, _later(error, failures, slot, now, dice))
        case _:
            return max(slot, now + CAP)


def for_a_person() -> list[str]:
    """The names of the errors that only a person ends."""
    kinds, found = [errors.MoissonError], []
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found += [kind.__name__] if kind.remedy is errors.Remedy.OWNER else []
    return found


def _later(
    error: errors.MoissonError, failures: int, slot: datetime, now: datetime, dice: Random
) -> datetime:
    if failures >= TRIES_PER_SLOT:
        return slot
    ceiling = min(CAP, BASE * 2**failures)
    wait = timedelta(seconds=dice.uniform(30, max(30, ceiling.total_seconds())))
    asked = timedelta(seconds=getattr(error, "retry_after", None) or 0)
    return now + max(wait, asked)

"""An error in five parts, always in this order: what happened, whose side, what was kept, the next step, when the farm tries again."""

from __future__ import annotations

from dataclasses import dataclass

from core import ledger, nouns
from core.db import models
from web import speech, steps

_FAILED = (
    nouns.RunState.WAITING,
    nouns.RunState.REFUSED,
    nouns.RunState.NEEDS_PERSON,
    nouns.RunState.RETRY_AT,
    nouns.RunState.LOST,
)


#: Errors whose words are the portal's own.
_SPOKEN = ("BadCredentials", "Locked", "ActionNeeded", "CodeNeeded", "Captcha")


@dataclass(frozen=True)
class Parts:
    """`said` is the portal's own sentence, or empty; `code` closes it."""

    what: str
    said: str
    looked: str
    side: str
    kept: str
    next: str
    again: str
    code: str


def of(run: models.Run, view: ledger.AccountView | None) -> Parts | None:
    """The five parts of a run that did not end well; None for one that did or still goes."""
    if run.state not in _FAILED:
        return None
    name = _known(run)
    receipt = run.receipt or {}
    kept = (
        speech.say("kept.brought", count=receipt["new"]) if receipt.get("new") else speech.say("kept.nothing")
    )
    return Parts(
        what=speech.say(f"error.{name}.what"),
        said=(run.error_said or "") if run.error in _SPOKEN else "",
        looked=_looked(run),
        side=speech.say(f"side.{_side(name)}"),
        kept=kept,
        next=speech.say(f"error.{name}.next"),
        again=_again(run, view),
        code=run.error_code or "MOISSON-B100",
    )


def _looked(run: models.Run) -> str:
    """What was looked for and what the portal showed instead, at the step's human name."""
    detail = run.error_detail or {}
    if run.error in _SPOKEN:
        return ""
    if run.error == "PortalChanged" and detail.get("expected"):
        return speech.say(
            "looked.text",
            step=steps.named(run.error_step or "—"),
            expected=detail["expected"],
            seen=detail.get("seen", "—"),
        )
    return speech.say("looked.step", step=steps.named(run.error_step)) if run.error_step else ""


def _known(run: models.Run) -> str:
    """The words for this error: those for what it wants, those for its name, else those for anything else."""
    wants = (run.error_detail or {}).get("wants", "")
    lost = "lost" if run.state == nouns.RunState.LOST else ""
    for name in (f"{run.error}_{wants}", run.error or lost, "MoissonError"):
        if speech.knows(f"error.{name}.what"):
            return name
    raise LookupError("no words for an unknown error")


def _side(name: str) -> str:
    return speech.say(f"error.{name}.side")


def _again(run: models.Run, view: ledger.AccountView | None) -> str:
    account = view.account if view else None
    if account is None:
        return speech.say("again.gone")
    asked = view is not None and (view.open_challenge is not None)
    if asked or account.refused_version == account.secret_version:
        return speech.say("again.after_you")
    if account.paused_at:
        return speech.say("again.paused")
    at = account.next_run_at or run.retry_at
    if at is None:
        return speech.say("again.on_demand")
    said = speech.say("again.at", when=speech.soon_or_past(at))
    return said[0].upper() + said[1:]

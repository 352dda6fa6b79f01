"""The named steps of a run, and those at which it failed, in words. The visit says `listed` with its counts; here it becomes a sentence."""

from __future__ import annotations

from core.db import models
from web import speech


def named(step: str) -> str:
    """A step of a collector in the viewer's language; one that few suppliers have stays in English."""
    value, _, where = step.rpartition(" in ")
    if value and speech.knows(f"field.{value}"):
        return speech.say("place.in", value=speech.say(f"field.{value}"), where=speech.phrase("place", where))
    return speech.phrase("place", step)


def told(event: models.RunEvent) -> str:
    """The sentence of a step. A step that a collector has named itself is shown under that name."""
    words = dict(event.words)
    if event.step == "listed" and words.get("census"):
        return speech.say("step.census", **words)
    if event.step == "held" and speech.knows(f"reason.{words.get('reason')}"):
        return speech.say("step.held_why", why=speech.say(f"reason.{words['reason']}"))
    if event.step == "code_refused":
        return speech.say("step.code_refused", count=words.get("left", 0), **words)
    if speech.knows(f"step.{event.step}"):
        return speech.say(f"step.{event.step}", **words)
    return event.step.replace("_", " ").capitalize()

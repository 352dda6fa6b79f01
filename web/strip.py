"""The last runs of an account as one small picture: height and shape carry the meaning, colour repeats it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from markupsafe import Markup

from core import ledger, nouns
from web import speech

SLOTS, STEP, HEIGHT = 30, 6, 22
#: What became of a run, with the height of its bar; `trouble` hangs from the top so that it differs without colour.
_BARS = {"new": 20, "fine": 12, "trouble": 9, "away": 4}


def fate(run: ledger.Past) -> str:
    """`new`, `fine`, `trouble` or `away` (stopped, lost, or still going)."""
    if run.state == nouns.RunState.DONE:
        return "new" if run.new else "fine"
    gone = (*nouns.ACTIVE_STATES, nouns.RunState.CANCELLED, nouns.RunState.LOST)
    return "away" if run.state in gone else "trouble"


def drawn(runs: Sequence[ledger.Past]) -> Markup:
    """The strip, oldest left. `runs` come newest first."""
    paths: dict[str, list[str]] = defaultdict(list)
    for place, run in enumerate(reversed(runs[:SLOTS]), start=SLOTS - len(runs[:SLOTS])):
        kind = fate(run)
        top = 1 if kind == "trouble" else HEIGHT - 1 - _BARS[kind]
        paths[kind].append(f"M{place * STEP + 3} {top}v{_BARS[kind]}")
    shapes = Markup("").join(
        Markup('<path class="bar-{}" d="{}"/>').format(kind, "".join(marks)) for kind, marks in paths.items()
    )
    return Markup(
        '<svg class="strip" viewBox="0 0 {} {}" role="img" aria-label="{}"><path class="bar-floor" d="M0 {}h{}"/>{}</svg>'
    ).format(SLOTS * STEP, HEIGHT, in_words(runs), HEIGHT - 0.5, SLOTS * STEP, shapes)


def in_words(runs: Sequence[ledger.Past]) -> str:
    """The strip for those who do not see it."""
    if not runs:
        return speech.say("strip.none")
    fates = [fate(run) for run in runs[:SLOTS]]
    told = [speech.say("strip.runs", count=len(fates))]
    told += [
        speech.say(f"strip.{kind}", count=n)
        for kind in ("new", "fine", "trouble")
        if (n := fates.count(kind))
    ]
    return ", ".join(told)

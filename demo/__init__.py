"""Fictional suppliers with a stage panel: the demo, and the world the tests live in. Nothing here is real."""

from __future__ import annotations


def play() -> int:
    """See `demo.theatre`."""
    from demo import theatre

    return theatre.play()

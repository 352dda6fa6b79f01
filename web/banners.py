"""The red lines on top of every page: what weakens this farm, said aloud."""

from __future__ import annotations

from flask import g

from web import farm, health


def shown() -> list[str]:
    """Keys of `banner.*`, worst first. Only those who are signed in learn of them, but for the loopback one."""
    here = farm.here()
    told = []
    if getattr(g, "visitor", None):
        with here.database.read() as session:
            seen = health.look(session, here.now())
        told += ["vault_closed"] if seen.vault_closed else ["silent"] if seen.silent else []
    told += ["no_sandbox"] if here.settings.allow_no_sandbox else []
    told += ["loopback"] if here.settings.allow_loopback else []
    return told

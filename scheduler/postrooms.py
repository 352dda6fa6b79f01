"""What mailboxes of every kind are sorted with on this farm."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.mailbox.postroom import Postroom
from scheduler.farm import Farm

#: Hosts of the farm's own machine say nothing about who writes.
_NOBODY = {"localhost", "127.0.0.1", ""}


def of(farm: Farm) -> Postroom:
    return Postroom(
        database=farm.database,
        archive=farm.archive,
        readers=farm.readers,
        now=farm.now,
        suppliers=domains(farm),
    )


def domains(farm: Farm) -> dict[str, tuple[str, ...]]:
    """From which domains each supplier writes: those of its site and of its sign-in, without their first `www.`."""
    return {
        one: tuple(
            sorted(
                {_domain(at) for at in (collector.manifest.website, *collector.manifest.origins)} - _NOBODY
            )
        )
        for one, collector in farm.catalogue.collectors.items()
    }


def _domain(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")

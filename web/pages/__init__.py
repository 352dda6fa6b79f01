"""The rooms, one file each."""

from __future__ import annotations

from web.pages import (
    accounts,
    challenges,
    credentials,
    entrance,
    invoices,
    leaving,
    links,
    runs,
    status,
    suppliers,
    system,
)

ALL = (
    status.pages,
    entrance.pages,
    suppliers.pages,
    accounts.pages,
    leaving.pages,
    credentials.pages,
    challenges.pages,
    links.pages,
    runs.pages,
    invoices.pages,
    system.pages,
)

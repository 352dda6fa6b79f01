"""The rooms, one file each."""

from __future__ import annotations

from web.pages import (
    accounts,
    challenges,
    credentials,
    diagnoses,
    entrance,
    invoices,
    leaving,
    links,
    requests,
    runs,
    status,
    suppliers,
    system,
)

ALL = (
    status.pages,
    entrance.pages,
    requests.pages,
    diagnoses.pages,
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

"""The rooms, one file each."""

from __future__ import annotations

from web.pages import (
    accounts,
    arrangements,
    arrivals,
    challenges,
    credentials,
    diagnoses,
    entrance,
    invoices,
    leaving,
    links,
    pushes,
    requests,
    runs,
    status,
    suppliers,
    system,
)

ALL = (
    status.pages,
    entrance.pages,
    arrivals.pages,
    pushes.pages,
    requests.pages,
    diagnoses.pages,
    suppliers.pages,
    accounts.pages,
    arrangements.pages,
    leaving.pages,
    credentials.pages,
    challenges.pages,
    links.pages,
    runs.pages,
    invoices.pages,
    system.pages,
)

"""The rooms, one file each."""

from __future__ import annotations

from web.pages import (
    accounts,
    arrangements,
    arrivals,
    challenges,
    credentials,
    diagnoses,
    documents,
    entrance,
    invoices,
    leaving,
    lessons,
    links,
    pushes,
    requests,
    reviews,
    runs,
    status,
    suppliers,
    system,
    twins,
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
    reviews.pages,
    twins.pages,
    lessons.pages,
    invoices.pages,
    documents.pages,
    system.pages,
)

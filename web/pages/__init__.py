"""The rooms, one file each."""

from __future__ import annotations

from web.pages import accounts, credentials, entrance, invoices, leaving, runs, status, suppliers, system

ALL = (
    status.pages,
    entrance.pages,
    suppliers.pages,
    accounts.pages,
    leaving.pages,
    credentials.pages,
    runs.pages,
    invoices.pages,
    system.pages,
)

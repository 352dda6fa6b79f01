"""The kinds of destinations that there are, one line each, as the page offers them."""

from __future__ import annotations

from core.export import (
    clearnox,
    folder,
    getmyinvoices,
    kinds,
    letter,
    netsuite,
    pennylane,
    qbo,
    s3,
    sftp,
    webdav,
    webhook,
    xero,
)

KINDS: tuple[kinds.Kind, ...] = (
    xero.KIND,
    qbo.KIND,
    netsuite.KIND,
    pennylane.KIND,
    clearnox.KIND,
    getmyinvoices.KIND,
    folder.KIND,
    s3.KIND,
    sftp.KIND,
    webdav.KIND,
    webhook.KIND,
    letter.KIND,
)


def every() -> tuple[kinds.Kind, ...]:
    return KINDS


def known(kind_id: str) -> kinds.Kind | None:
    return next((one for one in KINDS if one.id == kind_id), None)

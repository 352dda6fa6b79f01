"""Kinds of destinations, as values: what the form of each one asks, how it is signed in to, and whether it keeps books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from core.db import models


@dataclass(frozen=True)
class Field:
    """One thing that the form of a kind asks: `destination.<kind>.<name>` names it there, `…_help` says more."""

    #: A key of the destination's settings; of a secret, the name it is sealed under.
    name: str
    secret: bool = False
    default: str = ""
    #: When there are any, nothing else is taken.
    choices: tuple[str, ...] = ()
    needed: bool = True
    #: Folded away at first: most people leave it as it is.
    rare: bool = False
    #: Of several lines: a private key in PEM.
    long: bool = False
    #: A secret that the farm makes, and shows once; nobody types it.
    made: Callable[[], str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it is sealed under. One that is made has two places: while it changes, the former lives beside the new one."""
        return (self.name, f"{self.name}_other") if self.made else (self.name,)


@dataclass(frozen=True)
class Here:
    """What of this farm stands in a payload: how a Supplier is called, and where people reach us (may be empty)."""

    supplier_name: Callable[[str], str]
    public_url: str = ""
    #: Of what is there already: whether it would go today does not matter.
    again: bool = False


#: What would be sent of this Invoice and this Document there now, word for word, as `Delivery.payload` has it; None: neither
#: is for that place. Asks nothing of anybody. Raises `delivering.Refused`.
Draft = Callable[
    [Session, models.Destination, models.Invoice, models.Document, Here], Mapping[str, Any] | None
]


def address_of(typed: Mapping[str, str]) -> str:
    """The usual address of a destination: what was typed as `url`. Raises ValueError when that is none."""
    address = typed.get("url", "").strip().rstrip("/")
    if urlsplit(address).scheme not in ("https", "http") or not urlsplit(address).hostname:
        raise ValueError("url")
    return address


def origin_of(destination: models.Destination) -> tuple[str, ...]:
    """The usual origins: scheme, host and port of its address. Raises ValueError when it has none."""
    parts = urlsplit(destination.place)
    if not parts.scheme or not parts.hostname:
        raise ValueError(destination.place)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return (f"{parts.scheme}://{host}:{parts.port}" if parts.port else f"{parts.scheme}://{host}",)


@dataclass(frozen=True)
class Kind:
    """`id` is `models.Destination.kind`; `name` is a proper name, the same in every language; empty: `destination.<id>.title` says it.

    The web process loads every kind: what a kind drives its protocol with (SSH, S3) is imported where it is used.
    """

    id: str
    name: str
    fields: tuple[Field, ...] = ()
    #: Of `core.providers`: where a person consents. Empty: what is typed in the form signs in.
    provider: str = ""
    #: Whether it has accounts, taxes and vendors to map suppliers to; else it takes files or documents only.
    books: bool = False
    #: What a supplier's invoices may become there; empty is not chosen yet (`chosen.WHATS`).
    whats: tuple[str, ...] = ("", "bill", "nothing")
    #: How finished a record is that comes there; empty: there is no such choice. Named by `destinations.statuses.<word>`.
    statuses: tuple[str, ...] = ()
    #: What may happen to an invoice of a locked period, of `chosen.LOCKED`; empty: there is no such choice.
    policies: tuple[str, ...] = ()
    #: What the table asks beside `what`, of `account`, `tax`, `contact`, `bank`. Chosen of the service's list, typed where it has none.
    columns: tuple[str, ...] = ("account", "tax", "contact")
    #: What of an account in the list is its value in a rule: `id` or `code`.
    account_by: str = "id"
    draft: Draft | None = None
    #: Whether what is there can be made to say what the settings say now: *push again*.
    again: bool = False
    #: The address it is reached at, of all that was typed and is not secret: `Destination.place`. Raises ValueError with the
    #: name of the field that is wrong.
    place: Callable[[Mapping[str, str]], str] = address_of
    #: Where its secrets go, and all that it reaches; the target says the same. With a provider, its origins come first.
    origins: Callable[[models.Destination], tuple[str, ...]] = origin_of

    @property
    def secrets(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.secret)

    @property
    def made(self) -> Field | None:
        """The secret that the farm makes for it, if there is one."""
        return next((one for one in self.fields if one.made), None)

    @property
    def plain(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if not one.secret)

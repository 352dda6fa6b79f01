"""The form of a kind of destination: what a person typed, what is wrong with it, and putting it away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from collectors.kit import hosts
from core.db import models
from core.export import chosen, folder, kinds
from core.export.kinds import Kind
from vault import fields
from web import farm, signing

#: Of a field's name in the form: a kind may ask a `password`, and so do we.
PREFIX = "field-"
_LONGEST = 8000


@dataclass
class Typed:
    """`values` are what is not secret. `sealed` are the secrets that are kept already: typed again they are replaced."""

    kind: Kind
    values: dict[str, str]
    sealed: Collection[str] = ()
    secrets: dict[str, str] = field(default_factory=dict)
    place: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    #: The secret that the farm made when this was put away, to be shown once.
    made: str = ""


def blank(kind: Kind) -> Typed:
    return Typed(kind, {one.name: one.default for one in kind.plain})


def kept(session: Session, row: models.Destination, kind: Kind) -> Typed:
    """As it is now; secrets are only said to be there."""
    told = chosen.typed(session, row.id)[1]
    values = {one.name: str(told.get(one.name, one.default)) for one in kind.plain}
    sealed = [one.name for one in kind.secrets if signing.held(session, row, one)]
    return Typed(kind, values, sealed, place=row.place)


def typed(kind: Kind, form: Mapping[str, str], before: Typed | None = None) -> Typed:
    """What was sent, with what is wrong by the name of its field. To another address no secret goes that was typed for the first."""
    values = {one.name: form.get(PREFIX + one.name, "").strip()[:_LONGEST] for one in kind.plain}
    secrets = {
        one.name: form[PREFIX + one.name].strip("\r\n")
        for one in kind.secrets
        if not one.made and form.get(PREFIX + one.name)
    }
    told = Typed(kind, values, before.sealed if before else (), secrets)
    if not kind.fields:
        return told
    try:
        told.place = _place(kind, values)
        moved = before is not None and _origins(kind, told.place) != _origins(kind, before.place)
    except ValueError as err:
        name = str(err) if str(err) in values else next(iter(values), "form")
        there = "private" if _is_private(_host(values.get(name, ""))) else "wrong_address"
        told.problems[name], moved = f"destinations.{there}", False
    else:
        _unsafe(told)
    lacking = {one.name for one in kind.fields if one.needed and not _given(told, one, moved=moved)}
    for one in kind.fields:
        if one.name in lacking:
            told.problems[one.name] = (
                "destinations.type_again" if moved and one.secret else "destinations.needed"
            )
        elif one.choices and values[one.name] not in one.choices:
            told.problems[one.name] = "destinations.not_a_choice"
    return told


def put(session: Session, row: models.Destination, told: Typed, *, by: int, now: datetime) -> int:
    """Kept as a new version, its secrets sealed for the worker alone; gives the version. What the farm has to make is made.

    Raises VaultClosed, VaultError.
    """
    actor, before = f"person:{by}", row.place
    row.place = told.place
    if before and _origins(told.kind, before) != _origins(told.kind, told.place):
        fields.forget(session, row, actor=actor, at=now)
    signing.seal(session, row, told.secrets, by=by, now=now)
    if told.kind.made and not signing.held(session, row, told.kind.made):
        told.made = signing.make(session, row, told.kind.made, by=by, now=now)
    row.connected_at = row.connected_at or now
    row.error, row.said, row.parked_until, row.next_round_at = None, None, None, now
    return chosen.keep_typed(session, row, told.values, by=by, now=now)


def _given(told: Typed, one: kinds.Field, *, moved: bool) -> bool:
    if not one.secret:
        return bool(told.values[one.name])
    if one.made:
        return True
    return one.name in told.secrets or (one.name in told.sealed and not moved)


def _place(kind: Kind, values: Mapping[str, str]) -> str:
    """Folders are the farm's own, wherever that keeps them."""
    place = kind.place(values)
    return str(farm.here().settings.exports.absolute() / place) if kind is folder.KIND else place


def _origins(kind: Kind, place: str) -> tuple[str, ...]:
    return kind.origins(models.Destination(kind=kind.id, place=place))


def _unsafe(told: Typed) -> None:
    """Nothing goes unencrypted but to this machine, where that is allowed; and nothing to a private network, where the door leads to none."""
    loopback = farm.here().settings.allow_loopback
    field = "url" if "url" in told.values else next(iter(told.values), "form")
    for origin in _origins(told.kind, told.place):
        parts = urlsplit(origin)
        host = _host(origin)
        near = loopback and hosts.is_loopback(host)
        if _is_private(host) and not near:
            told.problems[field] = "destinations.private"
        elif parts.scheme in ("http", "ftp") and not near:
            told.problems[field] = "destinations.not_encrypted"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_private(host: str) -> bool:
    """By its spelling; a name that leads to such an address is known when the worker looks it up."""
    return hosts.is_loopback(host) or (hosts.is_address(host) and not hosts.is_public(host))

"""A supplier's file looked through before anybody is asked: what cannot be used, what will hurt later, what it reaches and types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from collectors.kit import asking, catalogue, keys
from collectors.kit.declared import Manifest
from core import errors

#: A fact about a portal that is older than this may be dead. Days.
OLD = 365


@dataclass(frozen=True, slots=True)
class Finding:
    """`grave`: with it the file cannot be used. `kind` is `problem`, `advice` or `fact`."""

    kind: str
    words: str

    @property
    def grave(self) -> bool:
        return self.kind == "problem"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{ {'problem': '✗', 'advice': '!', 'fact': '·'}[self.kind] } {self.words}"


def check(path: Path, *, allow_loopback: bool = False, today: date | None = None) -> list[Finding]:
    """Every problem at once; when there is none, facts and advice. Nobody is asked over the network."""
    try:
        manifest = catalogue.of_file(path).manifest
    except errors.BadManifest as err:
        head, *problems = str(err).splitlines()
        return [Finding("problem", each.strip()) for each in problems or [head]]
    return of(manifest, allow_loopback=allow_loopback, today=today)


def of(manifest: Manifest, *, allow_loopback: bool = False, today: date | None = None) -> list[Finding]:
    """Facts and advice about a supplier that can be used."""
    found = [Finding("fact", each) for each in _facts(manifest)]
    found += [Finding("advice", each) for each in _advice(manifest, today or date.today())]
    if manifest.loopback and not allow_loopback:
        words = "it speaks plain HTTP to this machine; set MOISSON_ALLOW_LOOPBACK=1 where web and worker run to use it"
        found.append(Finding("problem", words))
    return found


def _facts(manifest: Manifest) -> Iterator[str]:
    if manifest.sign_in == "none":
        yield f"{manifest.id}: {manifest.names['en']}; nobody visits it, its invoices are brought"
        return
    yield f"{manifest.id}: {manifest.names['en']}, {manifest.website}"
    typed = [f"{spec.name} ({spec.kind}{', optional' if spec.optional else ''})" for spec in manifest.fields]
    yield f"the form asks for {', '.join(typed)}"
    done = {"page": "secrets are typed at", "keys": "keys are sent to"}[manifest.sign_in]
    yield f"{done} {', '.join(manifest.origins)} and nowhere else"
    yield f"a visit reaches {', '.join(manifest.hosts)} and nothing else"
    if manifest.login:
        yield f"the sign-in knows {len(manifest.login.states)} pages: {', '.join(state.name for state in manifest.login.states)}"
    if manifest.list:
        yield f"the list is {manifest.list.kind}, paged by {manifest.list.paging.by}"


def _advice(manifest: Manifest, today: date) -> Iterator[str]:
    states = manifest.login.states if manifest.login else ()
    outcomes = {state.outcome.error for state in states if state.outcome}
    if manifest.sign_in == "page" and "BadCredentials" not in outcomes:
        yield "login: no page is BadCredentials, so a wrong password will read as a changed portal; declare the refusal"
    names = [state.name for state in states]
    for twice in sorted({name for name in names if names.count(name) > 1}):
        yield f"login: two pages are called {twice!r}; errors will not tell them apart"
    named = asking.named(manifest)
    signed = manifest.sign_in == "keys" and not any(name.startswith(keys.NAMED) for name in named)
    named |= (
        {spec.name for spec in manifest.fields}
        if signed
        else {name.removeprefix(keys.NAMED) for name in named}
    )
    filled = {act.field for state in states for act in state.acts if act.field}
    for spec in manifest.fields:
        if spec.name not in filled and spec.name not in named:
            yield f"fields: {spec.name!r} is asked of people and never used"
    if manifest.list and "date" not in manifest.list.spots:
        yield "list.fields: no date; expected periods without an invoice cannot be told"
    if manifest.list and "total" not in manifest.list.spots:
        yield "list.fields: no total; what the portal says and what the PDF says cannot be compared"
    if manifest.age is None or (today - manifest.age).days > OLD:
        yield "age: facts without a date, or older than a year, may be dead; say when they were last seen to hold"

"""A manifest's requests, filled in and sent: addresses, headers with their tokens, bodies; and what the answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from collectors.kit import keys, templates, tokens
from collectors.kit.declared import Manifest
from collectors.kit.declared_lists import Request
from collectors.kit.reply import Reply
from core import errors

if TYPE_CHECKING:
    from collectors.kit.guest import Guest
    from collectors.kit.portal import Portal

#: The `text` fields of the account, such as a workspace's name, kept with the session for the visits that need no sign-in.
FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class Question:
    """A request with the values for its templates. `where` is the part of the visit, `accept` the statuses that are no failure."""

    request: Request
    values: Mapping[str, Any]
    where: str
    accept: tuple[int, ...] = ()


def named(manifest: Manifest) -> set[str]:
    """Every name that the manifest's own requests fill in."""
    asked = [lines.request for lines in (manifest.contracts, manifest.list) if lines]
    told: list[Any] = [dict(manifest.headers), manifest.login.starts if manifest.login else ()]
    told += [[each.url, each.others, each.json, dict(each.form), dict(each.headers)] for each in asked]
    told += [token.page for token in manifest.tokens]
    if manifest.document:
        told += manifest.document.told
    return templates.names(told)


def keep_fields(portal: Guest) -> None:
    """What the account says of itself, such as its workspace, for the visits to come that open no credential."""
    wanted = named(portal.manifest)
    texts = [spec.name for spec in portal.manifest.fields if not spec.secret and spec.name in wanted]
    portal.memory[FIELDS] = {name: portal.told(name) for name in texts}


async def ask(portal: Portal, question: Question, *, peek: bool = False) -> Reply:
    """The answer. A token that is refused is looked for once more. Raises what `answers.judge` makes of it."""
    try:
        return await send(portal, question, peek=peek)
    except (errors.SessionExpired, errors.Blocked, errors.PortalChanged):
        if not tokens.forget(portal):
            raise
    return await send(portal, question, peek=peek)


async def filled(
    portal: Portal, request: Request, values: Mapping[str, Any]
) -> tuple[str, dict[str, str], Mapping[str, Any]]:
    """The absolute address, the headers, and all the values that a template may name."""
    headers = {**portal.manifest.headers, **request.headers}
    told = [request.url, request.others, request.json, dict(request.form), headers]
    known = await everything(portal, values, templates.names(told))
    url = templates.first((request.url, *request.others), portal.memory.get(FIELDS, {}))
    address = urljoin(portal.manifest.website, templates.url(url, known))
    held = {**known, **_keys(portal)}
    return address, {name: templates.text(text, held) for name, text in headers.items()}, known


def _keys(portal: Portal) -> dict[str, str]:
    """For headers only: what they may name of the account's keys."""
    if portal.manifest.sign_in != "keys":
        return {}
    given = [spec.name for spec in portal.manifest.fields if portal.has(spec.name)]
    return {f"{keys.NAMED}{name}": portal.key(name).reveal() for name in given}


async def everything(portal: Portal, values: Mapping[str, Any], named: set[str]) -> dict[str, Any]:
    """What templates may name; of the tokens, those that are `named`."""
    today, fields = date.today().isoformat(), portal.memory.get(FIELDS, {})
    return {"today": today, **fields, **await tokens.known(portal, named, fields), **values}


async def send(portal: Portal, question: Question, *, peek: bool = False) -> Reply:
    """One request, with the tokens that are known."""
    request = question.request
    url, headers, known = await filled(portal, request, question.values)
    how: dict[str, Any] = {"headers": headers, "where": question.where, "accept": question.accept}
    if request.method == "GET":
        reply = await (portal.peek if peek else portal.get)(url, **how)
    elif request.json is not None:
        reply = await portal.post(url, json=templates.tree(request.json, known), **how)
    else:
        form = {name: templates.text(text, known) for name, text in request.form.items()}
        reply = await portal.post(url, form=form, **how)
    tokens.renewed(portal, reply)
    return reply

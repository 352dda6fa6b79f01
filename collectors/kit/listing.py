"""The list, as the manifest tells it: contracts, then the pages of each, then their lines."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from collectors.kit import asking, captured, drawn, paging, reading, templates, trail
from collectors.kit.declared import Manifest
from collectors.kit.declared_lists import Lines, Request
from collectors.kit.reply import Reply
from core import errors
from core.nouns import Contract, Sheet

if TYPE_CHECKING:
    from collectors.kit.portal import Portal

#: The contract of a portal that knows of none.
ONLY = Contract("account")
KEPT = "contracts"


@dataclass(frozen=True, slots=True)
class Held:
    """A contract with the values that its requests need."""

    contract: Contract
    values: Mapping[str, str] = field(default_factory=dict)


async def peek(portal: Portal) -> None:
    """The first request of the list, kept for when the list is read. Raises SessionExpired."""
    manifest = portal.manifest
    if manifest.check:
        await asking.ask(portal, asking.Question(Request(manifest.check), {}, "session"), peek=True)
        return
    if manifest.contracts and not (held := _remembered(portal)):
        await _peek(portal, manifest.contracts, {}, "contracts")
        return
    await _peek(portal, _list(manifest), held[0].values if manifest.contracts else _only().values, "list")


async def sheets(portal: Portal) -> AsyncGenerator[Sheet, None]:
    """Page by page, contract by contract. A visit that need not be whole leaves a contract at the first page that it knows."""
    spec = _list(portal.manifest)
    for held in await contracts(portal):
        pages = _sheets(portal, spec, held) if spec.streams else _at_once(portal, spec, held)
        async with aclosing(pages):
            async for sheet in pages:
                if (way := trail.of_document(portal.manifest, sheet.lines)) is not None:
                    portal.went(trail.DOCUMENT, way)
                yield sheet
                if not portal.whole and all(portal.knows(line) for line in sheet.lines):
                    break


async def contracts(portal: Portal) -> list[Held]:
    """Asked of the portal when the visit is to be whole or none is known yet. Raises ActionNeeded when there is none."""
    spec = portal.manifest.contracts
    if spec is None:
        return [_only()]
    if not portal.whole and (held := _remembered(portal)):
        return held
    pages = [page async for page, _ in _pages(portal, spec, {}, "contracts")]
    found = [_held(draft) for page in pages for draft in page.drafts]
    if spec.empty and not any(page.count for page in pages):
        found = [_only(spec)]
    if not found:
        raise errors.ActionNeeded(
            "the portal shows no contract in this account", step="contracts", wants="no_permission"
        )
    portal.memory[KEPT] = [
        [each.contract.portal_id, each.contract.label, dict(each.values)] for each in found
    ]
    return found


async def _sheets(portal: Portal, spec: Lines, held: Held) -> AsyncGenerator[Sheet, None]:
    async for page, last in _pages(portal, spec, held.values, "list"):
        yield Sheet(held.contract, reading.listed(page.drafts, held.contract, _needed(portal.manifest)), last)


async def _at_once(portal: Portal, spec: Lines, held: Held) -> AsyncGenerator[Sheet, None]:
    """Lines that only their place tells apart are counted from the oldest, so all of them have to be there."""
    drafts = [draft async for page, _ in _pages(portal, spec, held.values, "list") for draft in page.drafts]
    yield Sheet(held.contract, reading.listed(drafts, held.contract, _needed(portal.manifest)), last=True)


async def _pages(
    portal: Portal, spec: Lines, values: Mapping[str, Any], where: str
) -> AsyncGenerator[tuple[reading.Page, bool], None]:
    """Each page, and whether it is the last; which of its declared places it used stays in the visit's footprint."""
    step = "the list" if where == "list" else where
    async for page, last in _turned(portal, spec, values, where):
        for name, place in trail.of_answer(spec, page.body, step):
            portal.went(name, place)
        yield page, last


async def _turned(
    portal: Portal, spec: Lines, values: Mapping[str, Any], where: str
) -> AsyncGenerator[tuple[reading.Page, bool], None]:
    if spec.kind == "xhr":
        async for page, last in captured.pages(portal, spec, values):
            yield page, last
        return
    if spec.kind == "drawn":
        async for page, last in drawn.pages(portal, spec, values, where):
            yield page, last
        return
    turn: paging.Turn | None = paging.first(spec.paging)
    before: Any = None
    while turn:
        reply = await _ask(portal, spec, values, turn, where)
        page = reading.page(_told(spec, turn), reply, "the list" if where == "list" else where)
        if page.count and page.drafts and page.drafts == before:
            raise errors.PortalChanged(
                step="the list's pages", expected="another page", seen="the same lines again"
            )
        before, turn = page.drafts, paging.after(turn, spec, reply, page)
        yield page, turn is None


def _told(spec: Lines, turn: paging.Turn) -> Lines:
    """After a full page one without lines is the end: there, "there are none" in so many words is not to be had."""
    return replace(spec, empty=()) if turn.turned > 1 and spec.kind == "json" else spec


async def _ask(
    portal: Portal, spec: Lines, values: Mapping[str, Any], turn: paging.Turn, where: str
) -> Reply:
    reply = await asking.ask(portal, _question(spec, values, turn, where))
    if spec.kind == "json" and "html" in reply.media_type and reply.hops:
        raise errors.SessionExpired("sent on to a page instead of the list", step=where)
    return reply


async def _peek(portal: Portal, spec: Lines, values: Mapping[str, Any], where: str) -> None:
    """Only a GET can be kept; a list asked otherwise tells by itself, when it is read, that the session is over."""
    if spec.request.method == "GET" and not spec.by_page:
        await asking.ask(portal, _question(spec, values, paging.first(spec.paging), where), peek=True)


def _question(spec: Lines, values: Mapping[str, Any], turn: paging.Turn, where: str) -> asking.Question:
    request = replace(spec.request, url="{+next}", others=()) if turn.url else spec.request
    none = tuple(status for sign in spec.empty for status in sign.status)
    known = {**values, **turn.values(spec.paging), "next": turn.url}
    return asking.Question(request, known, where, accept=none)


def _list(manifest: Manifest) -> Lines:
    if manifest.list is None:
        raise errors.BadManifest(f"{manifest.id}: there is no [list], and the collector's class reads none")
    return manifest.list


def _only(spec: Lines | None = None) -> Held:
    """The account as its own contract; what a contract's line would have told is empty."""
    unsaid = {f"contract.{name}": "" for name in spec.spots} if spec else {}
    return Held(ONLY, {"contract": ONLY.portal_id, **unsaid})


def _held(draft: reading.Draft) -> Held:
    values = {f"contract.{name}": text for name, text in draft.values.items()}
    contract = Contract(draft.values["id"], draft.values.get("label", ""))
    return Held(contract, {"contract": contract.portal_id, **values})


def _remembered(portal: Portal) -> list[Held]:
    return [Held(Contract(found[0], found[1]), found[2]) for found in portal.memory.get(KEPT, [])]


def values_of(portal: Portal, contract: Contract) -> Mapping[str, str]:
    """What requests about this contract may name."""
    held = [each.values for each in _remembered(portal) if each.contract.portal_id == contract.portal_id]
    return {"contract": contract.portal_id, **(held[0] if held else {})}


def _needed(manifest: Manifest) -> set[str]:
    """The values that fetching a document will ask for; a class may ask for any."""
    spots = set(_list(manifest).spots)
    told = manifest.document
    return templates.names(told.told) & spots if told else spots

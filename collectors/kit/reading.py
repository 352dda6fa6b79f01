"""Reading a list: pure functions from an answer, as it came, to its lines. Nothing is guessed; what does not fit raises PortalChanged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from collectors.kit import dates, money, paths, signs
from collectors.kit.declared_lists import Filter, Lines, Spot
from collectors.kit.reply import Reply
from core import errors
from core.nouns import Contract, Kind, Listed, Money, Precision


@dataclass(frozen=True, slots=True)
class Draft:
    """A line as read, before it has an identity. `values` are its texts under their names, for addresses and names."""

    values: Mapping[str, str]
    date: date | None
    precision: Precision
    total: Money | None
    kind: Kind

    @property
    def identity(self) -> str:
        """The portal's own id, else kind and number, else nothing."""
        own, number = self.values.get("id", ""), self.values.get("number", "")
        return own or (f"{self.kind}:{number}" if number else "")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its lines, how many there were before any was left out, and what was read, for the paging."""

    drafts: tuple[Draft, ...]
    count: int
    body: Any


def page(spec: Lines, reply: Reply, step: str = "the list") -> Page:
    """Raises PortalChanged for an empty page that does not say that there are none."""
    none = any(signs.holds(sign, reply) for sign in spec.empty)
    if none and not reply.body.strip():
        return Page((), 0, None)
    try:
        body = _body(spec, reply)
        items = _items(spec, body, step)
    except errors.PortalChanged:
        if none:
            return Page((), 0, None)
        raise
    if not items and not none and (spec.empty or spec.in_html):
        raise errors.PortalChanged(
            step=step, expected="lines, or the sign that there are none", seen=_shape(reply)
        )
    kept = [item for item in items if _kept(spec, item)]
    return Page(tuple(draft(spec, item, step) for item in kept), len(items), body)


def draft(spec: Lines, item: Any, step: str = "the list") -> Draft:
    """One line."""
    values = {
        name: text for name, spot in spec.spots.items() if (text := value(spot, item, step)) is not None
    }
    day, precision = _day(spec.spots.get("date"), values, step)
    total = _total(spec, values, step)
    kind = _kind(spec.spots.get("kind"), values, total)
    texts = {name: signs.as_text(each) for name, each in values.items()}
    return Draft(texts, day, precision, total, kind)


def value(spot: Spot, item: Any, step: str) -> Any | None:
    """What stands there, or None where it may be missing. Raises PortalChanged."""
    found = next((seen for place in spot.at if (seen := _look(item, place)) is not None), None)
    if found is not None and spot.match:
        inside = re.search(spot.match, signs.as_text(found))
        found = inside[1] if inside else None
    if found in (None, "") and not spot.optional:
        expected = f"{' or '.join(spot.at)}{f' matching {spot.match}' if spot.match else ''}"
        seen = f"nothing in {_keys(item)}" if isinstance(item, dict) else "nothing"
        raise errors.PortalChanged(step=f"{spot.name} in {step}", expected=expected, seen=seen)
    return None if found == "" else found


def listed(drafts: Sequence[Draft], contract: Contract, keep: set[str]) -> tuple[Listed, ...]:
    """The lines with their identities; of two that only their place tells apart, the one that stands last is the first.

    `keep` names the values that fetching a document needs.
    """
    seen: dict[str, int] = {}
    lines = []
    for each in reversed(drafts):
        identity = each.identity
        if not identity:
            alike = f"{each.kind}:{each.date}:{each.total.amount if each.total else ''}"
            seen[alike] = seen.get(alike, 0) + 1
            identity = f"{alike}:{seen[alike]}"
        lines.append(_line(each, identity, contract, keep))
    return tuple(reversed(lines))


def _line(each: Draft, identity: str, contract: Contract, keep: set[str]) -> Listed:
    return Listed(
        identity=identity,
        contract=contract,
        number=each.values.get("number"),
        date=each.date,
        precision=each.precision,
        total=each.total,
        kind=each.kind,
        fetch={name: text for name, text in each.values.items() if name in keep},
        mark=each.values.get("mark"),
    )


def _body(spec: Lines, reply: Reply) -> Any:
    if spec.in_html:
        return reply
    if spec.kind != "embedded":
        return reply.json()
    text = "".join(reply.css(spec.script).xpath("string()").getall())
    start = re.search(r"[{\[]", text)
    try:
        return json.JSONDecoder().raw_decode(text, start.start() if start else 0)[0]
    except ValueError:
        raise errors.PortalChanged(
            step="the list", expected=f"JSON in {spec.script}", seen=_shape(reply)
        ) from None


def _items(spec: Lines, body: Any, step: str) -> list[Any]:
    if spec.in_html:
        return [row for selector in spec.items for row in body.css(selector)]
    items: list[Any] = []
    for path in spec.items:
        try:
            found = paths.walk(body, path)
        except paths.Absent as gone:
            raise errors.PortalChanged(step=step, expected=path, seen=f"no {gone} in {_keys(body)}") from None
        if not all(isinstance(each, list | dict) for each in found):
            raise errors.PortalChanged(step=step, expected=f"an array at {path}", seen="something else")
        items += [line for each in found for line in (each if isinstance(each, list) else [each])]
    return items


def _kept(spec: Lines, item: Any) -> bool:
    return all(_passes(each, item) for each in spec.filters)


def _passes(each: Filter, item: Any) -> bool:
    return signs.like(signs.as_text(_look(item, each.at)), each.equals) == each.keep


def _look(item: Any, at: str) -> Any | None:
    """The value in a JSON object, or the text or attribute in a row; None when it is not there."""
    bare = paths.unmarked(at)[0]
    if isinstance(item, dict | list):
        try:
            return paths.one_at(item, bare)
        except paths.Absent:
            return None
    if bare.startswith("&::attr("):
        return item.attrib.get(bare[8:].rstrip(")"))
    found = [item] if bare == "&" else item.css(bare.removeprefix("&").strip())
    if not found:
        return None
    return found[0].get() if "::" in bare else " ".join(found[0].xpath("string()").get("").split())


def _day(spot: Spot | None, values: Mapping[str, Any], step: str) -> tuple[date | None, Precision]:
    if spot is None or "date" not in values:
        return None, Precision.DAY
    try:
        return dates.parse(values["date"], spot.style, spot.zone, spot.months)
    except ValueError as err:
        raise errors.PortalChanged(step=f"date in {step}", expected="a date", seen=str(err)) from None


def _total(spec: Lines, values: Mapping[str, Any], step: str) -> Money | None:
    if "total" not in values:
        return None
    try:
        return money.parse(
            values["total"], spec.spots["total"].style, str(values.get("currency") or spec.currency)
        )
    except ValueError as err:
        raise errors.PortalChanged(step=f"total in {step}", expected="an amount", seen=str(err)) from None


def _kind(spot: Spot | None, values: Mapping[str, Any], total: Money | None) -> Kind:
    """The first kind whose words fit; a word that none knows is `unknown` once the words of an invoice are declared."""
    word = signs.as_text(values.get("kind"))
    for kind, words in (spot.kinds if spot else {}).items():
        if word and signs.like(word, words):
            return Kind(kind)
    if spot and word and "invoice" in spot.kinds:
        return Kind.UNKNOWN
    return Kind.CREDIT_NOTE if total and total.amount < 0 else Kind.INVOICE


def _shape(reply: Reply) -> str:
    return f"{reply.status} {reply.media_type or 'without a type'}, {len(reply.body)} bytes"


def _keys(body: Any) -> str:
    return f"{{{', '.join(list(body)[:8])}}}" if isinstance(body, dict) else type(body).__name__

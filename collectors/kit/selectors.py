"""Whether every selector, path and pattern of a manifest can be used at all, before a portal is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from parsel import Selector

from collectors.kit.declared import Manifest
from collectors.kit.declared_lists import Lines
from collectors.kit.declared_pages import Sign

_PAGE = Selector("<html></html>")


def problems(manifest: Manifest) -> Iterator[str]:
    for key, lines in (("contracts", manifest.contracts), ("list", manifest.list)):
        yield from _lines(key, lines) if lines else ()
    for number, state in enumerate(manifest.login.states if manifest.login else (), 1):
        for url in state.sign.url:
            yield from address(f"login.when[{number}].url", url)
    for url in manifest.login.done.url if manifest.login else ():
        yield from address("login.done.url", url)
    yield from _balanced(manifest)
    if manifest.document and manifest.document.link:
        link = manifest.document.link
        yield from (css if "::" in link else path)("document.link", link)
    for number, answer in enumerate(manifest.answers, 1):
        yield from _sign(f"answers[{number}]", answer.sign)
    for token in manifest.tokens:
        if token.source == "css":
            yield from css(f"tokens.{token.name}.css", token.where)
        elif token.source == "json":
            yield from path(f"tokens.{token.name}.json", token.where)
        elif token.source == "pattern":
            yield from pattern(f"tokens.{token.name}.pattern", token.where)


def _balanced(manifest: Manifest) -> Iterator[str]:
    """The browser's selectors say more than CSS does; what is never right is a bracket or a quote that stays open."""
    for number, state in enumerate(manifest.login.states if manifest.login else (), 1):
        key = f"login.when[{number}]"
        told = [(f"{key}.see", each) for each in state.sign.see]
        told += [(f"{key}.do", act.where) for act in state.acts if act.verb in ("fill", "click", "check")]
        for where, selector in told:
            if "text=" not in selector and _open(selector):
                yield f"{where}: not a selector: {selector!r} (a bracket or a quote is open)"


def _open(selector: str) -> bool:
    bare = re.sub(r"""\\.|"[^"]*"|'[^']*'""", "", selector)
    pairs = any(bare.count(one) != bare.count(other) for one, other in ("[]", "()"))
    return pairs or "'" in bare or '"' in bare


def css(key: str, selector: str) -> Iterator[str]:
    """`&` at its head means the row itself, a trailing `?` that it may be missing."""
    bare = selector.removesuffix("?").strip()
    try:
        _PAGE.css(f"*{bare[1:]}" if bare.startswith("&") else bare)
    except Exception as err:  # noqa: BLE001 - cssselect's errors share no narrower root with parsel's
        yield f"{key}: not a CSS selector: {selector!r} ({err})"


def pattern(key: str, text: str) -> Iterator[str]:
    try:
        groups = re.compile(text).groups
    except re.error as err:
        yield f"{key}: not a regular expression: {text!r} ({err})"
        return
    if groups != 1:
        yield f"{key}: expected one group ( … ) around the part that is wanted; {text!r} has {groups}"


def path(key: str, text: str) -> Iterator[str]:
    """A path of names with dots; people who know JSONPath write it otherwise."""
    if re.search(r"[\[\]$]|\.\.|^\.|\.\??$", text):
        yield f"{key}: not a path: {text!r}; write names with dots, such as data.invoices, data.0.id or data.*.id"


def address(key: str, text: str) -> Iterator[str]:
    if not text.startswith(("/", "http://", "https://", "*", "about:")):
        yield f"{key}: expected '/path*' or 'https://host/path*', where * stands for anything; found {text!r}"


def _lines(key: str, lines: Lines) -> Iterator[str]:
    look = css if lines.in_html else path
    ways = lines.paging
    for name, where in (
        ("next", ways.next),
        ("more", ways.more),
        ("total", ways.total),
        ("pages", ways.pages),
    ):
        if where and ways.by != "click":
            yield from look(f"{key}.paging.{name}", where)
    if not lines.in_html:
        for item in lines.items:
            yield from path(f"{key}.items", item)
    if lines.capture:
        yield from address(f"{key}.capture", lines.capture)
    if lines.in_html:
        for item in lines.items:
            yield from css(f"{key}.items", item)
    if lines.kind == "embedded":
        yield from css(f"{key}.script", lines.script)
    for spot in lines.spots.values():
        for place in spot.at:
            yield from look(f"{key}.fields.{spot.name}", place)
        if spot.match:
            yield from pattern(f"{key}.fields.{spot.name}.match", spot.match)
        if spot.zone:
            yield from _zone(f"{key}.fields.{spot.name}.zone", spot.zone)
    for sign in lines.empty:
        yield from _sign(f"{key}.empty", sign)


def _sign(key: str, sign: Sign) -> Iterator[str]:
    for selector in sign.see:
        yield from css(f"{key}.see", selector)
    for url in sign.url:
        yield from address(f"{key}.url", url)
    if sign.at:
        yield from path(f"{key}.at", sign.at)


def _zone(key: str, name: str) -> Iterator[str]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"{key}: expected a time zone such as 'Europe/Paris', found {name!r}"

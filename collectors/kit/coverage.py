"""What a manifest's sections ask of each other: hosts that cover every address, fields that exist, names that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from collectors.kit import hosts, keys, selectors, templates
from collectors.kit.clauses import meant
from collectors.kit.declared import Manifest
from collectors.kit.declared_lists import Lines, Request

PAGING = {"page", "offset", "cursor", "size"}
ID = re.compile(r"[a-z][a-z0-9-]{1,39}")


def problems(manifest: Manifest) -> list[str]:
    """Each as `key.path: what was expected`."""
    return [
        *_names(manifest),
        *_addresses(manifest),
        *_login(manifest),
        *_requests(manifest),
        *selectors.problems(manifest),
    ]


def _names(manifest: Manifest) -> Iterator[str]:
    if not ID.fullmatch(manifest.id):
        yield f"id: expected 2 to 40 of a-z, 0-9 and -, a letter first; found {manifest.id!r}"
    names = [spec.name for spec in manifest.fields]
    for twice in {name for name in names if names.count(name) > 1}:
        yield f"fields: {twice!r} is declared twice"
    taken = {"contract", "today", *PAGING, *(token.name for token in manifest.tokens)}
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in taken:
            yield f"fields: {name!r} cannot be a field's name: use a-z, 0-9 and _, and no word that means something else here"


def _addresses(manifest: Manifest) -> Iterator[str]:
    for place, origin in enumerate(manifest.origins, 1):
        parts = urlsplit(origin)
        if not parts.hostname or parts.path or parts.query or "*" in origin:
            yield f"origins[{place}]: expected a scheme and host such as 'https://login.example.com', found {origin!r}"
        else:
            yield from _reachable(manifest, f"origins[{place}]", origin)
    for place, host in enumerate(manifest.hosts, 1):
        if not _is_host(host):
            yield f"hosts[{place}]: expected 'www.example.com', '*.example.com' or '127.0.0.1:8931', found {host!r}"
    for key, address in _told(manifest):
        if key == "website" or urlsplit(address).netloc:
            yield from _reachable(manifest, key, address)


def _told(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Every address in the file whose host can be known before a visit."""
    if manifest.website or manifest.sign_in != "none":
        yield "website", manifest.website
    if manifest.login:
        yield from (("login.start", start) for start in manifest.login.starts)
        for number, state in enumerate(manifest.login.states, 1):
            yield from ((f"login.when[{number}].do", act.where) for act in state.acts if act.verb == "goto")
    yield from ((f"tokens.{token.name}.page", token.page) for token in manifest.tokens if token.page)
    yield from ((f"{key}.url", request.url) for key, request in _asked(manifest))
    if manifest.check:
        yield "session.check", manifest.check


def _reachable(manifest: Manifest, key: str, address: str) -> Iterator[str]:
    parts = urlsplit(address)
    if "{" in parts.netloc or address.startswith("{"):
        return
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"{key}: expected an address such as 'https://www.example.com/…', found {address!r}"
        return
    if parts.scheme == "http" and not hosts.is_loopback(parts.hostname):
        yield f"{key}: expected https; plain http is for portals on 127.0.0.1 or localhost only; found {address!r}"
    port = _port(address)
    if port is None:
        yield f"{key}: {address!r} has no port that a host can have"
    elif not any(
        pattern.fits(parts.hostname, port)
        for host in manifest.hosts
        if _is_host(host)
        for pattern in hosts.patterns([host])
    ):
        yield f"{key}: {parts.netloc} is not covered by hosts; add {parts.netloc!r} to hosts, or correct the address"


def _port(address: str) -> int | None:
    parts = urlsplit(address)
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None


def _is_host(text: str) -> bool:
    try:
        host, _ = hosts.split(text.removeprefix("*."), 0)
    except ValueError:
        return False
    return "*" not in host


def _login(manifest: Manifest) -> Iterator[str]:
    if manifest.login and manifest.sign_in != "page":
        yield f"login: with sign_in = {manifest.sign_in!r} nobody signs in; leave [login] out"
    names = [spec.name for spec in manifest.fields]
    shown = {spec.name for spec in manifest.fields if not spec.secret}
    for name in sorted(templates.names(manifest.login.starts) - shown if manifest.login else ()):
        yield f"login.start: {{{name}}} is no field of kind 'text'{meant(name, sorted(shown))}"
    for number, state in enumerate(manifest.login.states if manifest.login else (), 1):
        for act in state.acts:
            if (act.verb == "fill" or act.field) and act.field not in names:
                known = ", ".join(names) or "none"
                yield f"login.when[{number}].do: no field {act.field!r}{meant(act.field, names)}; [[fields]] has {known}"
            for name in sorted(templates.names(act.where) - shown):
                yield f"login.when[{number}].do: {{{name}}} is no field of kind 'text'{meant(name, sorted(shown))}"
    if manifest.login and not manifest.fields:
        yield "fields: is missing; expected one [[fields]] for each thing that the sign-in types"


def _asked(manifest: Manifest) -> Iterator[tuple[str, Request]]:
    yield "headers", Request("", headers=manifest.headers)
    for key, lines in (("contracts", manifest.contracts), ("list", manifest.list)):
        if lines:
            yield key, lines.request
            yield from ((key, replace(lines.request, url=url)) for url in lines.request.others)
    for url in manifest.document.urls if manifest.document else ():
        yield "document", Request(url)


def _requests(manifest: Manifest) -> Iterator[str]:
    common = (
        {"today"}
        | {token.name for token in manifest.tokens}
        | {spec.name for spec in manifest.fields if not spec.secret}
    )
    contract = {
        "contract",
        *(f"contract.{name}" for name in (manifest.contracts.spots if manifest.contracts else ())),
    }
    line = set(manifest.list.spots) if manifest.list else set()
    known = {
        "headers": common | (set() if manifest.contracts else {"contract"}),
        "contracts": common | PAGING,
        "list": common | PAGING | contract,
        "document": common | contract | line,
    }
    secrets = {spec.name for spec in manifest.fields if spec.secret}
    for key, request in _asked(manifest):
        used = templates.names([request.url, request.json, dict(request.form), dict(request.headers)])
        if key == "document" and manifest.document:
            used |= templates.names(manifest.document.told)
        if manifest.sign_in == "keys":
            used -= _keys_in_headers(manifest, key, request)
        if key == "document" and manifest.list is None:
            used &= secrets  # a class reads the list, and gives its lines the names that it likes
        for name in sorted(used - known[key]):
            why = "is a secret, and is only ever typed in a page" if name in secrets else "is not known here"
            yield f"{key}: {{{name}}} {why}{meant(name, sorted(known[key]))}; known: {', '.join(sorted(known[key]))}"
    for key, lines in (("contracts", manifest.contracts), ("list", manifest.list)):
        yield from _read(key, lines) if lines else ()


def _keys_in_headers(manifest: Manifest, key: str, request: Request) -> set[str]:
    """A key travels in a header, never in an address or a body."""
    headers = manifest.document.headers if key == "document" and manifest.document else request.headers
    elsewhere = templates.names([request.url, request.json, dict(request.form)])
    return (
        templates.names(dict(headers)) & {f"{keys.NAMED}{spec.name}" for spec in manifest.fields}
    ) - elsewhere


def _read(key: str, lines: Lines) -> Iterator[str]:
    paging, used = (
        lines.paging,
        templates.names([lines.request.url, lines.request.json, dict(lines.request.form)]),
    )
    if paging.by in ("page", "offset", "cursor") and paging.by not in used:
        yield f"{key}.paging: by = {paging.by!r}, but neither url, body nor form holds {{{paging.by}}}"
    if paging.by == "offset" and not paging.size:
        yield f"{key}.paging.size: is missing; expected how many lines a page has, so that the offset can grow"
    if paging.by in ("cursor", "click") and not paging.next:
        yield f"{key}.paging.next: is missing; expected where the next cursor stands, or what to click"
    if paging.by == "link" and not lines.in_html and not paging.next:
        yield f"{key}.paging.next: is missing; expected the path of the next page's address"
    if (paging.by == "click") != lines.by_page and paging.by != "none":
        yield f"{key}.paging.by: {paging.by!r} does not go with kind = {lines.kind!r}; 'click' is for xhr and drawn, which have that or 'none'"
    if lines.in_html and not lines.empty and key == "list":
        yield f"{key}.empty: is missing; expected how the page says that there are none, such as empty = {{ text = 'Aucune facture' }}"
    spots = lines.spots
    if key == "list" and not ({"id", "number"} & set(spots) or {"date", "total"} <= set(spots)):
        yield f"{key}.fields: expected id or number (or else date and total), so that an invoice is known again"
    if "total" in spots and spots["total"].style == "cents" and not (lines.currency or "currency" in spots):
        yield f"{key}.currency: is missing; cents are of no currency: add currency = 'EUR', or a field currency"

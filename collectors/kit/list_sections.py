"""From the tables of a TOML file to the values of a Manifest: contracts, the list, the document."""

from __future__ import annotations

from typing import Any

from collectors.kit import dates, money, signs
from collectors.kit.clauses import Clause
from collectors.kit.declared_lists import DocumentSpec, Filter, Lines, Paging, Request, Spot
from collectors.kit.declared_pages import Sign
from core.nouns import Kind

KINDS = [kind.value for kind in Kind]


def contracts(clause: Clause) -> Lines:
    """`[contracts]`: a list like any other, whose lines have an `id` and perhaps a `label`."""
    found = lines(clause, paging="none")
    if "id" not in found.spots:
        clause.problem("fields.id", "is missing; expected where a contract's own id stands")
    return found


def lines(clause: Clause, paging: str | None = None) -> Lines:
    """`[list]`. `paging` is taken when the file says nothing of it."""
    kind = clause.choice("kind", ("json", "rows", "embedded", "xhr", "drawn"))
    found = Lines(
        kind=kind,
        request=_request(clause),
        items=clause.texts("items"),
        spots={name: _spot(name, raw, clause) for name, raw in clause.named("fields")},
        filters=(*_filters(clause, "only", True), *_filters(clause, "skip", False)),
        empty=tuple(_empty(each) for each in clause.clauses("empty")),
        paging=_paging(clause, paging),
        currency=clause.text("currency", ""),
        script=clause.text("script") if kind == "embedded" else "",
        capture=clause.text("capture") if kind == "xhr" else "",
        click=clause.text("click", "") if kind == "drawn" else "",
    )
    clause.close("script", "capture", "click")
    return found


def document(clause: Clause) -> DocumentSpec:
    """`[document]`."""
    kind = clause.choice("kind", ("get", "click", "blob", "print"), "get")
    spec = DocumentSpec(
        kind=kind,
        urls=clause.texts("url"),
        **_asked(clause),
        link=clause.text("link", ""),
        click=clause.text("click") if kind in ("click", "blob") else "",
        name=clause.text("name", ""),
    )
    if spec.kind != "get" and (spec.method == "POST" or spec.link):
        clause.problem(
            "kind", f"{spec.kind!r} opens a page; method, body, form and link are for kind = 'get'"
        )
    clause.close("click")
    return spec


def _request(clause: Clause) -> Request:
    url, *others = clause.texts("url") or ("",)
    return Request(url=url, others=tuple(others), **_asked(clause))


def _asked(clause: Clause) -> dict[str, Any]:
    """All of a request but its address."""
    posted = clause.has("body") or clause.has("form")
    if clause.has("body") and clause.has("form"):
        clause.problem("form", "there is a body too; a request has one or the other")
    return {
        "method": clause.choice("method", ("GET", "POST"), "POST" if posted else "GET"),
        "json": clause.tree("body"),
        "form": clause.mapping("form"),
        "headers": clause.mapping("headers"),
    }


def _spot(name: str, raw: Any, parent: Clause) -> Spot:
    if not isinstance(raw, dict):
        return Spot(name, Clause({"at": raw}, parent.at(f"fields.{name}"), parent.problems).texts("at"))
    clause = Clause(raw, parent.at(f"fields.{name}"), parent.problems)
    styles = {"date": dates.STYLES, "total": money.STYLES}.get(name, ("auto",))
    spot = Spot(
        name=name,
        at=clause.texts("at"),
        match=clause.text("match", ""),
        style=clause.choice("style", styles, "auto"),
        zone=clause.text("zone", "") if name == "date" else "",
        months=clause.mapping("months") if name == "date" else {},
        kinds={kind: clause.texts(kind, ()) for kind in KINDS if clause.has(kind)} if name == "kind" else {},
    )
    clause.close(*(["zone", "months"] if name == "date" else KINDS if name == "kind" else []))
    return spot


def _filters(clause: Clause, key: str, keep: bool) -> list[Filter]:
    found = []
    for each in clause.clauses(key):
        found.append(Filter(each.text("at"), each.texts("equals"), keep))
        each.close()
    return found


def _empty(clause: Clause) -> Sign:
    sign = signs.of_answer(clause)
    clause.close()
    if sign == Sign():
        clause.problem("", "expected see, text, status or at: how does the portal say that there are none?")
    return sign


def _paging(parent: Clause, default: str | None) -> Paging:
    if default and not parent.has("paging"):
        return Paging(default)
    clause = parent.clause("paging")
    by = clause.choice("by", ("none", "page", "offset", "cursor", "link", "link-header", "click"))
    paging = Paging(
        by=by,
        first=clause.whole("first", 1 if by == "page" else 0) if by in ("page", "offset") else 0,
        size=clause.whole("size", 0),
        next=clause.text("next", ""),
        more=clause.text("more", ""),
        total=clause.text("total", ""),
        pages=clause.text("pages", ""),
        url=clause.text("url", ""),
    )
    clause.close()
    return paging

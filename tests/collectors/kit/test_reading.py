"""From a saved answer to its lines, and how a list goes on: nothing is asked of anybody."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from collectors.kit import paging, reading
from collectors.kit.declared_lists import Lines
from collectors.kit.manifest import parse
from collectors.kit.reply import Reply
from core import errors
from core.nouns import Contract, Kind, Money

HEAD = """
id = "fern"
name = "Fern"
website = "https://my.fern.example"
origins = ["https://my.fern.example"]
hosts = ["my.fern.example"]
[[fields]]
name = "username"
kind = "text"
label = "E-mail"
[login]
start = "/login"
done = { url = "/in" }
[[login.when]]
name = "page"
see = "#u"
do = { fill = "username", into = "#u" }
[document]
url = "{+pdf}"
"""
HERE = Contract("account")


def spec(text: str) -> Lines:
    found = parse(HEAD + text, "fern.toml").list
    assert found
    return found


def answer(body: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(
        status,
        "https://my.fern.example/api/list?p=1",
        {"content-type": "application/json", **headers},
        json.dumps(body).encode(),
    )


def page(html: str) -> Reply:
    return Reply(
        200, "https://my.fern.example/bills", {"content-type": "text/html; charset=utf-8"}, html.encode()
    )


JSON = """
[list]
kind = "json"
url = "/api?p={page}"
items = "data.bills"
currency = "EUR"
paging = { by = "page", more = "data.more?" }
fields = { number = "no", date = "day", total = { at = "cents", style = "cents" }, pdf = "links.pdf?" }
"""
LINE = {"no": "F-1", "day": "2026-11-03", "cents": 4590, "links": {"pdf": "/f/1.pdf"}}
ROWS = """
[list]
kind = "rows"
url = "/bills"
items = "tr.bill"
empty = { text = "Aucune facture" }
paging = { by = "link" }
[list.fields]
id = "&::attr(data-id)"
number = { at = "td.no", match = 'n° (\\S+)' }
date = "td.day"
total = "td.sum"
kind = { at = "td.kind", invoice = "Facture", credit_note = "Avoir*", detail = "Détail" }
pdf = "a::attr(href)"
"""
ROW = "<tr class=bill data-id=7><td class=no>Facture n° A-7</td><td class=day>3 novembre 2026</td><td class=sum>1 234,56 €</td><td class=kind>{kind}</td><td><a href=/7.pdf>PDF</a></td></tr>"


def test_a_json_line_is_read() -> None:
    (draft,) = reading.page(spec(JSON), answer({"data": {"bills": [LINE]}})).drafts
    (line,) = reading.listed([draft], HERE, {"pdf"})
    assert (line.identity, line.number, line.date) == ("invoice:F-1", "F-1", date(2026, 11, 3))
    assert (line.total, line.fetch) == (Money(Decimal("45.90"), "EUR"), {"pdf": "/f/1.pdf"})


def test_a_mark_tells_one_version_of_a_document_from_the_next() -> None:
    told = spec(JSON.replace('number = "no"', 'number = "no", mark = "version?"'))
    drafts = reading.page(told, answer({"data": {"bills": [LINE | {"version": 2}, LINE]}})).drafts
    assert [line.mark for line in reading.listed(drafts, HERE, set())] == ["2", None]


def test_a_row_is_read() -> None:
    (draft,) = reading.page(spec(ROWS), page(f"<table>{ROW.format(kind='Facture')}</table>")).drafts
    assert (draft.identity, draft.values["number"], draft.values["pdf"]) == ("7", "A-7", "/7.pdf")
    assert (draft.date, draft.total) == (date(2026, 11, 3), Money(Decimal("1234.56"), "EUR"))


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("facture", Kind.INVOICE),
        ("Avoir commercial", Kind.CREDIT_NOTE),
        ("Detail", Kind.DETAIL),
        ("Relance", Kind.UNKNOWN),
    ],
)
def test_the_portals_words_say_what_a_line_is(word: str, kind: Kind) -> None:
    (draft,) = reading.page(spec(ROWS), page(f"<table>{ROW.format(kind=word)}</table>")).drafts
    assert draft.kind is kind


def test_without_words_a_negative_total_is_a_credit_note() -> None:
    (draft,) = reading.page(spec(JSON), answer({"data": {"bills": [LINE | {"cents": -100}]}})).drafts
    assert draft.kind is Kind.CREDIT_NOTE


def test_an_empty_array_that_is_there_says_none() -> None:
    assert reading.page(spec(JSON), answer({"data": {"bills": []}})).count == 0


@pytest.mark.parametrize(
    "body", [{}, {"data": {}}, {"data": {"bills": None}}, {"data": {"bills": "none"}}, []]
)
def test_anything_else_without_lines_is_a_change(body: Any) -> None:
    with pytest.raises(errors.PortalChanged) as caught:
        reading.page(spec(JSON), answer(body))
    assert caught.value.step == "the list"


def test_rows_that_are_not_there_need_the_sign_that_there_are_none() -> None:
    assert reading.page(spec(ROWS), page("<p>Aucune  facture.</p>")).count == 0
    with pytest.raises(errors.PortalChanged, match="none"):
        reading.page(spec(ROWS), page("<p>Bienvenue</p>"))


def test_a_declared_sign_of_none_must_hold() -> None:
    told = spec(
        JSON.replace("[list]", '[list]\nempty = [{ at = "data.total", equals = "0" }, { status = 204 }]')
    )
    assert reading.page(told, answer({"data": {"bills": [], "total": 0}})).count == 0
    assert reading.page(told, Reply(204, "https://my.fern.example/")).count == 0
    with pytest.raises(errors.PortalChanged):
        reading.page(told, answer({"data": {"bills": []}}))


def test_a_missing_value_is_told_with_its_name() -> None:
    with pytest.raises(errors.PortalChanged) as caught:
        reading.page(spec(JSON), answer({"data": {"bills": [{"no": "F-1", "cents": 1}]}}))
    assert (caught.value.step, caught.value.expected) == ("date in the list", "day")


def test_lines_are_left_out_by_their_words() -> None:
    told = spec(
        JSON.replace(
            "[list]",
            '[list]\nskip = { at = "state", equals = ["draft"] }\nonly = { at = "type", equals = "INV*" }',
        )
    )
    bills = [LINE | {"type": "inv"}, LINE | {"type": "inv", "state": "Draft"}, LINE | {"type": "note"}]
    found = reading.page(told, answer({"data": {"bills": bills}}))
    assert (len(found.drafts), found.count) == (1, 3)


def test_an_object_keyed_by_year_and_a_lone_newest_are_one_list() -> None:
    told = spec(JSON.replace('"data.bills"', '["latest?", "years.*"]').replace("data.more?", "more?"))
    body = {"latest": LINE, "years": {"2026": [LINE | {"no": "F-2"}], "2025": [LINE | {"no": "F-3"}]}}
    assert [draft.values["number"] for draft in reading.page(told, answer(body)).drafts] == [
        "F-1",
        "F-2",
        "F-3",
    ]
    assert reading.page(told, answer(body | {"latest": None})).count == 2


def test_json_inside_a_page_is_read() -> None:
    told = spec(JSON.replace('"json"', '"embedded"\nscript = "script#state"').replace("data.more?", "more?"))
    html = f"<script id=state>window.STATE = {json.dumps({'data': {'bills': [LINE]}})};</script>"
    assert reading.page(told, page(html)).count == 1


def test_twins_without_a_number_keep_their_places_when_a_third_comes() -> None:
    told = spec(JSON.replace('number = "no", ', ""))
    before = reading.page(told, answer({"data": {"bills": [LINE, LINE]}})).drafts
    after = reading.page(told, answer({"data": {"bills": [LINE, LINE, LINE]}})).drafts
    known = {line.identity for line in reading.listed(before, HERE, set())}
    assert len(known) == 2
    assert [line.identity in known for line in reading.listed(after, HERE, set())] == [False, True, True]
    assert not told.streams


def turns(told: Lines, *bodies: Any) -> list[bool]:
    """Whether the list goes on after each of these answers."""
    turn: paging.Turn | None = paging.first(told.paging)
    onward = []
    for body in bodies:
        assert turn
        reply = body if isinstance(body, Reply) else answer(body)
        turn = paging.after(turn, told, reply, reading.page(told, reply))
        onward.append(turn is not None)
    return onward


def lines(count: int, **more: Any) -> dict[str, Any]:
    return {"data": {"bills": [LINE | {"no": f"F-{place}"} for place in range(count)], **more}}


@pytest.mark.parametrize(
    ("told", "bodies"),
    [
        ('by = "page", more = "data.more?"', [lines(2, more=True), lines(2, more=False)]),
        ('by = "page", more = "data.more?"', [lines(2, more="/api?p=2"), lines(2)]),
        ('by = "page", total = "data.total"', [lines(2, total=3), lines(1, total=3)]),
        ('by = "page", pages = "data.pages"', [lines(2, pages=2), lines(2, pages=2)]),
        ('by = "page", size = 2', [lines(2), lines(1)]),
        ('by = "page"', [lines(2), lines(0)]),
        ('by = "page", total = "data.total"', [lines(2, total=39), lines(0, total=39)]),
    ],
)
def test_the_last_page_is_known_by_what_the_portal_says(told: str, bodies: list[Any]) -> None:
    text = JSON.replace('by = "page", more = "data.more?"', told)
    assert turns(spec(text), *bodies) == [True, False]


def test_offset_cursor_and_links_lead_on() -> None:
    offset = spec(
        JSON.replace("{page}", "{offset}").replace(
            'by = "page", more = "data.more?"', 'by = "offset", size = 2'
        )
    )
    assert turns(offset, lines(2), lines(1)) == [True, False]
    cursor = spec(
        JSON.replace("{page}", "{cursor}").replace(
            'by = "page", more = "data.more?"', 'by = "cursor", next = "data.next"'
        )
    )
    assert turns(cursor, lines(2, next="x"), lines(2, next=None)) == [True, False]
    header = spec(
        JSON.replace("p={page}", "").replace('by = "page", more = "data.more?"', 'by = "link-header"')
    )
    more = answer(lines(2), link='</api?p=0>; rel="prev", </api?p=2>; rel="next"')
    assert turns(header, more, lines(2)) == [True, False]
    row = ROW.format(kind="Facture")
    assert turns(
        spec(ROWS), page(f"<table>{row}</table><a rel=next href='?p=2'>"), page(f"<table>{row}</table>")
    ) == [True, False]


def test_a_link_is_relative_to_the_page_it_stands_on() -> None:
    reply = page(f"<table>{ROW.format(kind='Facture')}</table><a rel=next href='?p=2'>")
    told = spec(ROWS)
    turn = paging.after(paging.first(told.paging), told, reply, reading.page(told, reply))
    assert turn
    assert turn.url == "https://my.fern.example/bills?p=2"


@pytest.mark.parametrize("told", ['by = "page", total = "data.total"', 'by = "page", more = "data.more"'])
def test_an_end_that_is_not_said_any_more_is_a_change(told: str) -> None:
    with pytest.raises(errors.PortalChanged):
        turns(spec(JSON.replace('by = "page", more = "data.more?"', told)), lines(2))


def test_the_same_cursor_twice_is_a_change() -> None:
    cursor = spec(
        JSON.replace("{page}", "{cursor}").replace(
            'by = "page", more = "data.more?"', 'by = "cursor", next = "data.next"'
        )
    )
    with pytest.raises(errors.PortalChanged, match="same"):
        turns(cursor, lines(2, next="x"), lines(2, next="x"))

"""Which of its declared ways a visit went, read from saved answers."""

from __future__ import annotations

from typing import Any

from collectors.kit import manifest, reading, trail
from collectors.kit.declared import Manifest
from core.nouns import Contract, Listed
from tests.collectors.kit import test_reading
from tests.collectors.kit.test_reading import answer, page

HEAD = test_reading.HEAD.replace('url = "{+pdf}"', 'url = "/bills/{id}"')
JSON = """
[list]
kind = "json"
url = "/api/list"
items = ["history.bills?", "older?"]
paging = { by = "none" }
fields = { id = ["tecId", "id"], date = "date" }
"""
ROWS = """
[list]
kind = "rows"
url = "/bills"
items = ["table.new tr", "table.old tr"]
empty = { see = "#none" }
paging = { by = "none" }
fields = { id = "td.no", date = "td.date" }
"""


def _declared(text: str) -> Manifest:
    return manifest.parse(HEAD + text, "fern.toml")


def _of(found: Manifest, reply: Any) -> dict[str, int]:
    assert found.list
    return dict(trail.of_answer(found.list, reading.page(found.list, reply).body, "the list"))


def test_the_usual_places_are_the_first_ones() -> None:
    body = {"history": {"bills": [{"tecId": "a", "date": "2026-11-03"}]}, "older": []}
    assert _of(_declared(JSON), answer(body)) == {"the list": 0, "id in the list": 0}


def test_a_place_that_has_gone_shows_in_the_next_one() -> None:
    body = {"older": [{"id": "a", "date": "2026-11-03"}]}
    assert _of(_declared(JSON), answer(body)) == {"the list": 1, "id in the list": 1}


def test_one_line_that_still_has_the_usual_place_is_enough() -> None:
    lines = [{"id": "a", "date": "2026-11-03"}, {"tecId": "b", "date": "2026-10-03"}]
    assert _of(_declared(JSON), answer({"history": {"bills": lines}}))["id in the list"] == 0


def test_rows_are_told_by_the_table_that_has_any() -> None:
    row = "<tr><td class=no>F-1</td><td class=date>2026-11-03</td></tr>"
    assert _of(_declared(ROWS), page(f"<table class=new>{row}</table>")) == {"the list": 0}
    assert _of(_declared(ROWS), page(f"<table class=old>{row}</table>")) == {"the list": 1}


def test_an_empty_list_says_nothing_of_its_ways() -> None:
    assert _of(_declared(ROWS), page("<p id=none>")) == {}
    assert _of(_declared(JSON), answer({"history": {"bills": []}})) == {}


def test_a_file_with_one_way_for_everything_leaves_nothing() -> None:
    plain = _declared(
        JSON.replace('["history.bills?", "older?"]', '"bills"').replace('["tecId", "id"]', '"id"')
    )
    assert trail.forks(plain) == frozenset()
    assert _of(plain, answer({"bills": [{"id": "a", "date": "2026-11-03"}]})) == {}


def test_the_document_s_way_is_open_as_long_as_one_line_has_it() -> None:
    found = manifest.parse(
        HEAD.replace('url = "/bills/{id}"', 'url = ["{+pdf}", "/old/{id}"]')
        + JSON.replace('date = "date"', 'date = "date", pdf = "pdf?"'),
        "fern.toml",
    )
    new, old = _line(pdf="/a.pdf", id="a"), _line(id="b")
    assert trail.of_document(found, [old, new]) == 0
    assert trail.of_document(found, [old]) == 1
    assert trail.of_document(found, []) is None


def _line(**fetch: str) -> Listed:
    return Listed(identity=fetch["id"], contract=Contract("account"), fetch=fetch)


def test_every_fork_of_a_file_has_its_name() -> None:
    text = (
        (HEAD + JSON)
        .replace('see = "#u"', 'see = ["#u", "#user"]')
        .replace('done = { url = "/in" }', 'done = { see = ["#out", "#bye"] }')
    )
    told = trail.forks(manifest.parse(text, "fern.toml"))
    assert told == {"page", trail.DONE, "the list", "id in the list"}

"""Teaching without a browser: point by the lists, see what it would change, let it read."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from core.db import models
from tests.web import world


def word(page: str, text: str) -> str:
    """The place of a word in the list of the page's words."""
    found = re.findall(rf'<option value="(\d+)">{re.escape(text)}</option>', page)
    assert found, text
    return str(found[0])


def pointed(client: FlaskClient, **words: str) -> dict[str, str]:
    """Point at one word for each field, one after the other; gives what the page then carries."""
    place = "/review/5/teach"
    for name, text in words.items():
        page = client.get(place).text
        carried = dict(re.findall(r'name="(at-\w+)" value="([^"]+)"', page))
        asked = {"field": name, "word": word(page, text), "page": "1", **carried}
        place = client.get("/review/5/teach", query_string=asked).headers["Location"]
    return {name: said[0] for name, said in parse_qs(urlsplit(place).query).items() if name.startswith("at-")}


def test_what_was_pointed_at_is_in_the_address_and_can_be_taken_back(museum: world.World) -> None:
    client = museum.signed_in()
    at = pointed(client, number="F2026-0096", total="49,90")
    assert set(at) == {"at-number", "at-total"}
    page = client.get("/review/5/teach", query_string=at).text
    assert "F2026-0096</q>" in page
    assert page.count('class="taught"') == 2
    without = re.search(r'href="(/review/5/teach\?[^"]+)" aria-label="Retirer[^"]: Numéro"', page)
    assert without
    assert "at-number" not in without[1]


def test_nothing_pointed_at_is_said_at_its_field(museum: world.World) -> None:
    page = museum.signed_in(language="en").get("/review/5/teach?field=total&word=").text
    assert "Point at a word of the page first." in page


def test_the_whole_lesson_point_try_let_it_read_take_it_out(company: world.World) -> None:
    client = company.signed_in()
    token = world.token_of(client, "/review")
    at = pointed(client, number="F2026-0096", total="49,90")
    page = client.post("/review/5/teach", data={"csrf_token": token, **at}, follow_redirects=True)
    lesson = page.request.path
    assert "Proposé" in page.text
    assert "Essayé sur 12 documents" in page.text
    assert "Total TTC" in page.text
    live = client.post(f"{lesson}/live", data={"csrf_token": token}, follow_redirects=True).text
    assert "En service" in live
    again = client.post(f"{lesson}/reread", data={"csrf_token": token}, follow_redirects=True)
    assert again.request.path == "/review"
    with company.database.read() as session:
        last = (
            session.query(models.ReadingRow)
            .filter_by(document_id=5)
            .order_by(models.ReadingRow.id.desc())
            .first()
        )
        assert last
        assert last.fields["number"]["source"].startswith("template:mandarine/")
    with company.database.read() as session:
        reading = session.get_one(models.Template, int(lesson.rpartition("/")[2]))
        assert reading.live_at is not None
        assert {anchor["field"] for anchor in reading.anchors} >= {"number", "total"}
    gone = client.post(f"{lesson}/retire", data={"csrf_token": token}, follow_redirects=True).text
    assert "Retiré" in gone


def test_a_lesson_of_another_company_does_not_exist(museum: world.World) -> None:
    assert museum.signed_in(world.STRANGER).get("/lessons/1").status_code == 404

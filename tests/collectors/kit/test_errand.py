from __future__ import annotations

import json

import pytest
from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as Answered

from core import errors
from tests.collectors.kit.site import Page, Visit, served

ROWS = "<table><tr><td>F-1</td></tr><tr><td>F-2</td></tr></table>"


async def test_a_relative_address_belongs_to_the_website(visit: Visit) -> None:
    with served({"/bills": "two bills"}) as site:
        async with visit.to(site) as portal:
            reply = await portal.get("/bills")

    assert (reply.status, reply.text) == (200, "two bills")


async def test_json_rows_and_posts(visit: Visit) -> None:
    pages: dict[str, Page] = {
        "/api": lambda: Response(json.dumps({"bills": [1]}), content_type="application/json"),
        "/list": ROWS,
        "/echo": lambda: Response(json.dumps(request.json), content_type="application/json"),
        "/form": lambda: f"page {request.form['page']}",
    }
    with served(pages) as site:
        async with visit.to(site) as portal:
            body = await portal.json("/api")
            rows = [row.css("td::text").get() for row in await portal.rows("/list", "tr")]
            posted = (await portal.post("/echo", json={"page": 2})).json()
            form = (await portal.post("/form", form={"page": "2"})).text

    assert (body, rows, posted, form) == ({"bills": [1]}, ["F-1", "F-2"], {"page": 2}, "page 2")


async def test_a_look_at_the_session_serves_the_list_too(visit: Visit) -> None:
    with served({"/bills": ROWS}) as site:
        async with visit.to(site) as portal:
            await portal.peek("/bills")
            await portal.get("/bills")
            after_one_look = (portal.requests, len(site.asked))
            await portal.get("/bills")

            assert after_one_look == (1, 1)
            assert (portal.requests, len(site.asked)) == (2, 2)


async def test_a_look_with_other_headers_is_another_question(visit: Visit) -> None:
    with served({"/bills": ROWS}) as site:
        async with visit.to(site) as portal:
            await portal.peek("/bills", headers={"X-Contract": "1"})
            await portal.get("/bills", headers={"X-Contract": "2"})

    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, errors.SessionExpired),
        (404, errors.PortalChanged),
        (429, errors.TooFast),
        (500, errors.PortalDown),
        (503, errors.PortalDown),
    ],
)
async def test_a_bad_answer_is_named(visit: Visit, status: int, error: type[errors.PortalError]) -> None:
    with served({"/bills": lambda: Response("no", status)}) as site:
        async with visit.to(site) as portal:
            with pytest.raises(error):
                await portal.get("/bills")


async def test_a_status_that_the_collector_reads_itself_is_an_answer(visit: Visit) -> None:
    with served({"/bills": lambda: Response("no subscription", 404)}) as site:
        async with visit.to(site) as portal:
            assert (await portal.get("/bills", accept=[404])).status == 404


async def test_cookies_come_from_the_session_and_go_back_into_it(visit: Visit) -> None:
    def bills() -> Answered:
        answer = make_response(request.cookies.get("sid", "none"))
        answer.set_cookie("seen", "yes")
        return answer

    with served({"/bills": bills}) as site:
        kept = json.dumps({"state": _state("sid", "s1"), "user_agent": "Its own/1.0", "memory": {"page": 3}})
        async with visit.to(site, session=kept.encode()) as portal:
            said = (await portal.get("/bills")).text
            state = json.loads(await portal.state())

    assert said == "s1"
    assert site.user_agents == {"Its own/1.0"}
    assert {cookie["name"]: cookie["value"] for cookie in state["state"]["cookies"]} == {
        "sid": "s1",
        "seen": "yes",
    }
    assert state["memory"] == {"page": 3}


async def test_a_visit_that_changed_nothing_leaves_the_session_as_it_was_to_the_byte(visit: Visit) -> None:
    with served({"/bills": ROWS}) as site:
        kept = json.dumps({"state": _state("sid", "é"), "user_agent": "x"}).encode()
        async with visit.to(site, session=kept) as portal:
            await portal.get("/bills")
            once = await portal.state()
        async with visit.to(site, session=once) as portal:
            await portal.get("/bills")

            assert await portal.state() == once


async def test_a_redirect_out_of_the_suppliers_hosts_is_stopped_at_the_door(visit: Visit) -> None:
    with served({"/": "inside"}) as inside, served({"/bills": lambda: redirect(inside.url)}) as site:
        async with visit.to(site) as portal:
            with pytest.raises(errors.DoorClosed):
                await portal.get("/bills")

    assert inside.asked == []


async def test_steps_are_noted_for_people(visit: Visit) -> None:
    with served({}) as site:
        async with visit.to(site) as portal:
            portal.step("listed", count=14)

    assert visit.notes == [("listed", {"count": 14})]


def _state(name: str, value: str) -> dict[str, object]:
    cookie = {
        "name": name,
        "value": value,
        "domain": "127.0.0.1",
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }
    return {"cookies": [cookie], "origins": []}

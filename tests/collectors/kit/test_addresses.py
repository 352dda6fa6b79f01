"""Addresses that an account's own fields choose, a token of the page on which the sign-in ends, a cursor that is the last line's id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, jsonify, request

from collectors.kit import manifest
from collectors.kit.collector import Collector
from core import errors
from demo import server
from tests.collectors.visiting import Customer, World

TOML = """
id = "odd"
name = "Odd"
website = "BASE"
origins = ["BASE"]
hosts = ["HOST"]
pace = { gap = 0 }
headers = { X-Key = "{key}" }
fields = [
  { name = "username", kind = "text", label = "User" },
  { name = "organization", kind = "text", optional = true, label = "Organisation" },
]
tokens = { key = { login = true, pattern = 'key = "(\\w+)"' } }
[login]
start = ["/of/{organization}/login", "/login"]
done = { see = "#in" }
when = [{ name = "the form", see = "#u", do = [{ fill = "username", into = "#u" }, { press = "Enter" }] }]
[list]
kind = "json"
url = ["/of/{organization}/bills?after={cursor}", "/bills?after={cursor}"]
items = "data"
paging = { by = "cursor", next = "data.-1.id", more = "has_more" }
fields = { id = "id" }
[document]
url = "/x"
"""
HEAD = "<!doctype html><meta charset=utf-8><title>x</title><link rel=icon href='data:,'>"
LINES = ["a", "b", "c", "d", "e"]


@dataclass
class Odd:
    """A portal that hands out a key on the page after its form; `keys` are those that it knows."""

    asked: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    app: Flask = field(default_factory=lambda: Flask("odd"))

    def __post_init__(self) -> None:
        for where in ("", "/of/<name>"):
            self.app.add_url_rule(f"{where}/login", f"login{where}", self.login)
            self.app.add_url_rule(f"{where}/bills", f"bills{where}", self.bills)
        self.app.add_url_rule("/in", view_func=self.inside)

    def login(self, name: str = "") -> str:
        self.asked.append(request.path)
        return f"{HEAD}<form action=/in><input id=u name=u></form>"

    def inside(self) -> str:
        self.keys.append(f"key{len(self.keys)}")
        return f'{HEAD}<h1 id=in>In</h1><script>const key = "{self.keys[-1]}";</script>'

    def bills(self, name: str = "") -> tuple[Response, int]:
        self.asked.append(request.path)
        if request.headers.get("X-Key") != (self.keys or [""])[-1]:
            return jsonify(error="key"), 401
        after = request.args.get("after")
        place = LINES.index(after) + 1 if after else 0
        page = [{"id": each} for each in LINES[place : place + 2]]
        return jsonify(data=page, has_more=place + 2 < len(LINES)), 200


@dataclass
class Stage:
    site: Odd
    collector: Collector


@pytest.fixture
def stage() -> Iterator[Stage]:
    site = Odd()
    running = server.Server(site.app).start()
    text = TOML.replace("BASE", running.url).replace("HOST", running.url.removeprefix("http://"))
    yield Stage(site, Collector(manifest.parse(text, "odd.toml")))
    running.stop()


@pytest.mark.parametrize(("organization", "where"), [("", ""), ("acme", "/of/acme")])
async def test_the_first_address_whose_fields_are_filled_in_is_asked(
    world: World, stage: Stage, organization: str, where: str
) -> None:
    customer = Customer(stage.collector, {"username": "u", "organization": organization})
    first = await world.visit(customer)
    quiet = await world.visit(customer, whole=False)
    assert (first.error, quiet.error, quiet.requests) == (None, None, 1)
    assert stage.site.asked == [f"{where}/login", *[f"{where}/bills"] * 4]


async def test_a_list_whose_cursor_is_its_last_line_ends_when_it_says_so(world: World, stage: Stage) -> None:
    seen = await world.visit(Customer(stage.collector, {"username": "u"}))
    assert ([line.identity for line in seen.lines], seen.ends) == (LINES, {"account": True})


async def test_a_key_of_the_last_page_that_is_refused_costs_one_sign_in(world: World, stage: Stage) -> None:
    customer = Customer(stage.collector, {"username": "u"})
    await world.visit(customer)
    stage.site.keys.append("another")
    seen = await world.visit(customer)
    assert (seen.error, seen.logins, len(seen.lines)) == (None, 1, 5)


async def test_a_page_without_the_key_is_told_by_the_tokens_name(
    world: World, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(stage.site.app.view_functions, "inside", lambda: f"{HEAD}<h1 id=in>In</h1>")
    seen = await world.visit(Customer(stage.collector, {"username": "u"}))
    assert isinstance(seen.error, errors.PortalChanged)
    assert seen.error.step == "the token key"

"""Pages that ask a person, in odd ways: behind a late wall, by script, with a link, beside an authenticator, on a foreign host."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from collectors import kit
from collectors.kit import interview, manifest
from collectors.kit.collector import Collector
from core import errors
from demo import server
from tests.collectors.visiting import Customer, Typed, World

HEAD = "<!doctype html><meta charset=utf-8><title>x</title><link rel=icon href='data:,'>"
PAGE = "<p id=said>Sent to •• 42</p><form method=post><input id=otc name=otc><button id=go>Go</button></form>"
#: It sends by script, keeps the old refusal until the new answer is there, and takes its time over it.
SCRIPTED = (
    "<p id=said>Sent to •• 42</p><input id=otc><button id=go>Go</button><p id=bad hidden>Wrong</p><script>"
    "const bad = document.getElementById('bad'); document.getElementById('go').onclick = async () => {"
    "const otc = document.getElementById('otc').value;"
    "const said = await fetch('/', {method: 'POST', body: new URLSearchParams({otc, slow: 1})});"
    "if (said.redirected) location.href = '/in'; else bad.hidden = false; }</script>"
)
WALL = (
    "<script>document.getElementById('otc').addEventListener('input', () => { if (!window.up) { window.up = true;"
    "document.body.insertAdjacentHTML('beforeend', '<div id=wall style=\"position:fixed;inset:0;background:#000\">"
    '<button onclick="fetch(`/consent`, {method: `POST`}); this.parentNode.remove()">No</button></div>\') } })</script>'
)
TOML = """
id = "asking"
name = "Asking"
website = "BASE"
origins = ["ORIGIN"]
hosts = ["HOST", "localhost:PORT"]
pace = { gap = 0 }
fields = [{ name = "key", kind = "totp", label = "Key", optional = true }]
[login]
start = "/"
done = { see = "#in" }
[[login.when]]
name = "the wall"
see = "#wall"
do = { click = "#wall button" }
[[login.when]]
name = "the question"
see = "#said"
said = "#said"
refused = "#bad"
resend = "#again"
do = DO
[list]
kind = "json"
url = "/api"
items = "bills"
paging = { by = "none" }
fields = { id = "id" }
[document]
url = "/x"
"""
CODE = '[{ ask = "code", into = "#otc" }, { click = "#go" }]'


@dataclass
class Asking:
    """A site whose first page asks for `right`; `heard` is every answer that reached it."""

    page: str = PAGE
    right: str = "123456"
    heard: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    app: Flask = field(default_factory=lambda: Flask("asking"))

    def __post_init__(self) -> None:
        self.app.add_url_rule("/", view_func=self.asks, methods=["GET", "POST"])
        self.app.add_url_rule("/news", view_func=self.news, methods=["POST"])
        self.app.add_url_rule("/again", view_func=self.again, methods=["POST"])
        self.app.add_url_rule("/magic/<token>", view_func=self.magic)
        self.app.add_url_rule("/consent", view_func=lambda: "", endpoint="consent", methods=["POST"])
        self.app.add_url_rule("/in", view_func=lambda: f"{HEAD}<h1 id=in>In</h1>", endpoint="in")
        self.app.add_url_rule("/api", view_func=lambda: {"bills": []}, endpoint="api")
        self.running = server.Server(self.app)

    def asks(self) -> Response | str:
        if request.method == "GET":
            return HEAD + self.page
        self.heard.append(request.form["otc"])
        if "slow" in request.form:
            time.sleep(0.8)
        if request.form["otc"] == self.right:
            return redirect("/in", 303)
        return f"{HEAD}<p id=bad>Wrong</p>{self.page}"

    def again(self) -> str:
        time.sleep(1.5)
        self.heard.append("again")
        return HEAD + self.page.replace("method=post>", "method=post action=/>", 1)

    def news(self) -> str:
        """Of which there is none for as long as anybody waits."""
        self.over.wait(60)
        return ""

    def magic(self, token: str) -> Response:
        self.heard.append(token)
        return redirect("/in")

    def customer(self, do: str = CODE, *, origin: str = "", **credentials: str) -> Customer:
        url = self.running.url
        text = TOML.replace("BASE", url).replace("HOST", url.removeprefix("http://")).replace("DO", do)
        text = text.replace("ORIGIN", origin or url).replace("PORT", str(self.running.port))
        return Customer(Collector(manifest.parse(text, "asking.toml")), credentials)


@pytest.fixture
def site() -> Iterator[Asking]:
    site = Asking()
    site.running.start()
    yield site
    site.over.set()
    site.running.stop()


def person(*answers: str) -> Callable[[object], str]:
    left = iter(answers)
    return lambda _: next(left)


async def test_a_wall_that_comes_over_the_typed_code_is_seen_to_and_nobody_is_asked_twice(
    world: World, site: Asking
) -> None:
    site.page += WALL
    customer = site.customer()
    customer.answers = person("123 456")
    seen = await world.visit(customer)
    assert (seen.error, len(seen.asked), site.heard) == (None, 1, ["123456"])


async def test_an_old_refusal_that_still_shows_is_not_the_answer_to_the_new_code(
    world: World, site: Asking
) -> None:
    site.page = SCRIPTED
    customer = site.customer()
    customer.answers = person("000000", "123456")
    seen = await world.visit(customer)
    assert (seen.error, site.heard) == (None, ["000000", "123456"])
    assert [each.refused for each in seen.asked] == ["", "Wrong"]


async def test_an_answer_that_comes_before_the_page_has_sent_again_is_typed_into_the_new_one(
    world: World, site: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interview, "BACK", 60.0)
    site.page = PAGE + (
        "<button id=again onclick=\"fetch('/again', {method: 'POST'}).then((said) => said.text())"
        '.then((said) => { document.body.innerHTML = said })">Another</button>'
    )
    customer = site.customer()
    answers = iter([kit.Answer(Typed("000000")), kit.Answer(again=True), kit.Answer(Typed("123456"))])
    customer.answers = lambda _: next(answers)
    seen = await world.visit(customer)
    assert (seen.error, site.heard) == (None, ["000000", "again", "123456"])
    assert [each.tries_left for each in seen.asked] == [3, 2, 2]


async def test_a_link_is_opened_and_one_that_leads_elsewhere_is_not(world: World, site: Asking) -> None:
    customer = site.customer('{ ask = "link" }')
    customer.answers = person("https://evil.example/magic/1", f" {site.running.url}/magic/ticket-to-ride ")
    seen = await world.visit(customer)
    assert (seen.error, site.heard, seen.refused) == (None, ["ticket-to-ride"], [])
    assert [(each.kind, each.refused) for each in seen.asked] == [
        ("link", ""),
        ("link", interview.FOREIGN_LINK),
    ]


async def test_an_account_with_an_authenticator_is_asked_nothing(world: World, site: Asking) -> None:
    do = '[{ ask = "code", into = "#otc", field = "key" }, { click = "#go" }]'
    customer = site.customer(do, key="JBSWY3DPEHPK3PXP")
    customer.answers = person()
    seen = await world.visit(customer)
    assert seen.asked == []
    assert len(site.heard) == 1
    assert isinstance(seen.error, errors.ActionNeeded)
    assert (seen.error.said, seen.error.wants) == ("Wrong", "totp_key")
    customer = site.customer(do)
    customer.answers = person("123456")
    assert (await world.visit(customer)).error is None


async def test_a_page_that_waits_for_news_says_all_the_same_that_it_refused(
    world: World, site: Asking
) -> None:
    site.page = f"<script>fetch('/news', {{method: 'POST', body: 'any?'}})</script>{SCRIPTED}"
    do = '[{ ask = "code", field = "key", into = "#otc" }, { click = "#go" }]'
    seen = await world.visit(site.customer(do, key="JBSWY3DPEHPK3PXP"))
    assert isinstance(seen.error, errors.ActionNeeded)
    assert (seen.error.wants, len(site.heard)) == ("totp_key", 1)


async def test_a_refused_code_of_the_moment_and_another_clock_are_told_as_the_clock(
    world: World, site: Asking
) -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(seconds=90), usegmt=True)
    site.app.after_request(lambda answer: answer.headers.set("Date", late) or answer)
    do = '[{ ask = "code", into = "#otc", field = "key" }, { click = "#go" }]'
    seen = await world.visit(site.customer(do, key="JBSWY3DPEHPK3PXP"))
    assert isinstance(seen.error, errors.ClockOff)
    assert "seconds behind ours" in str(seen.error)


async def test_a_code_is_typed_at_a_declared_origin_only(world: World, site: Asking) -> None:
    customer = site.customer(origin=f"http://localhost:{site.running.port}")
    customer.answers = person("123456")
    seen = await world.visit(customer)
    assert isinstance(seen.error, errors.ForeignOrigin)
    assert site.heard == []


@pytest.mark.parametrize(
    ("do", "problem"),
    [
        ('{ ask = "code" }', "login.when[2].do[1].into: is missing; expected a text"),
        ('{ ask = "sms", into = "#otc" }', "expected one of code, approval, link; found 'sms'"),
        ('{ ask = "code", into = "#otc", field = "kye" }', "no field 'kye' (did you mean 'key'?)"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_by_its_path(site: Asking, do: str, problem: str) -> None:
    with pytest.raises(errors.BadManifest) as told:
        site.customer(do)
    assert problem in str(told.value)

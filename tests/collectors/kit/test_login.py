"""The engine of a sign-in on odd pages: late walls, frames, swallowed clicks, refusals that nobody declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, make_response, redirect, request
from werkzeug.wrappers import Response

from collectors.kit import login, manifest
from collectors.kit.collector import Collector
from core import errors
from demo import server
from tests.collectors.visiting import Customer, World

FORM = (
    "<form method=post><input id=u name=u><input id=p name=p type=password><button id=go>Go</button></form>"
)
HEAD = "<!doctype html><meta charset=utf-8><title>x</title><link rel=icon href='data:,'>"
TOML = """
id = "odd"
name = "Odd"
website = "BASE"
origins = ["BASE"]
hosts = ["HOST"]
pace = { gap = 0 }
[[fields]]
name = "username"
kind = "text"
label = "User"
[[fields]]
name = "password"
kind = "password"
label = "Password"
[login]
start = "/login"
done = { DONE }
[[login.when]]
name = "the wall"
see = "#wall"
do = { click = "#wall button" }
[[login.when]]
name = "the form"
see = "#p"
FRAME
do = [{ fill = "username", into = "#u" }, { fill = "password", into = "#p" }, { click = "#go" }]
[[login.when]]
name = "a page of its own"
url = "/nag*"
do = { goto = "/in" }
[list]
kind = "json"
url = "/api"
items = "bills"
paging = { by = "none" }
fields = { id = "id" }
[document]
url = "/x"
"""


@dataclass
class Odd:
    """A site with one login page; `sent` counts the passwords that reached it."""

    page: str = FORM
    onward: str = "/in"
    sent: int = 0
    accepts: bool = True
    signed_out: bool = False
    app: Flask = field(default_factory=lambda: Flask("odd"))

    def __post_init__(self) -> None:
        self.app.add_url_rule("/login", view_func=self.login, methods=["GET", "POST"])
        self.app.add_url_rule("/session", view_func=self.session, methods=["POST"])
        self.app.add_url_rule("/frame", view_func=self.frame, methods=["GET", "POST"])
        self.app.add_url_rule("/nag", view_func=lambda: f"{HEAD}<h1>Rate us</h1>")
        self.app.add_url_rule("/in", view_func=lambda: f"{HEAD}<h1 id=in>In</h1>", endpoint="in")
        self.app.add_url_rule("/api", view_func=self.api)

    def login(self) -> Response:
        if request.method == "GET":
            return make_response(HEAD + self.page)
        self.sent += 1
        if not self.accepts:
            return make_response(HEAD + self.page)
        answer = redirect(self.onward, 303)
        answer.set_cookie("sid", "1")
        return answer

    def session(self) -> tuple[str, int]:
        """Of a page that signs in by script."""
        self.sent += request.headers.get("X-Password") == "secret" or b"secret" in request.get_data()
        return "no", 401

    def api(self) -> tuple[dict[str, list[str]], int]:
        gone = self.signed_out and request.cookies.get("sid") != "1"
        return {"bills": []}, 401 if gone else 200

    def frame(self) -> Response:
        if request.method == "GET":
            return make_response(HEAD + FORM)
        self.sent += 1
        return make_response(f"{HEAD}<script>top.location = '/in'</script>")


@dataclass
class Stage:
    site: Odd
    customer: Callable[..., Customer]


@pytest.fixture
def stage() -> Iterator[Stage]:
    site = Odd()
    running = server.Server(site.app).start()

    def customer(done: str = 'see = "#in"', frame: str = "", more: str = "[list]") -> Customer:
        text = TOML.replace("BASE", running.url).replace("HOST", running.url.removeprefix("http://"))
        text = text.replace("DONE", done).replace("FRAME", frame).replace("[list]", more)
        return Customer(Collector(manifest.parse(text, "odd.toml")), {"username": "u", "password": "secret"})

    yield Stage(site, customer)
    running.stop()


async def test_a_wall_that_comes_late_is_seen_to_and_the_password_sent_once(
    world: World, stage: Stage
) -> None:
    stage.site.page = FORM + (
        "<script>document.getElementById('p').addEventListener('input', () => { if (!window.up) { window.up = true;"
        "document.body.insertAdjacentHTML('beforeend', '<div id=wall style=\"position:fixed;inset:0;background:#000\">"
        '<button onclick="fetch(`/consent`, {method: `POST`}); this.parentNode.remove()">No</button></div>\') } })</script>'
    )
    seen = await world.visit(stage.customer())
    assert (seen.error, stage.site.sent) == (None, 1)


async def test_a_click_that_was_swallowed_in_silence_is_made_again(world: World, stage: Stage) -> None:
    stage.site.page = FORM + (
        "<script>let left = 1; addEventListener('click', (event) => { if (left-- > 0) event.preventDefault() }, true);"
        "const beat = () => fetch('/beat', {method: 'POST', body: 'alive'}); beat(); setInterval(beat, 100)</script>"
    )
    seen = await world.visit(stage.customer())
    assert (seen.error, stage.site.sent) == (None, 1)


async def test_a_form_in_a_frame_is_filled_there(world: World, stage: Stage) -> None:
    stage.site.page = "<iframe id=sso src=/frame></iframe>"
    seen = await world.visit(stage.customer(frame='frame = "#sso"'))
    assert (seen.error, stage.site.sent) == (None, 1)


async def test_a_page_known_by_its_address_alone_is_passed(world: World, stage: Stage) -> None:
    stage.site.onward = "/nag?from=login"
    assert (await world.visit(stage.customer(done='url = "/in"'))).error is None


async def test_a_cookie_can_be_the_sign_that_we_are_in(world: World, stage: Stage) -> None:
    assert (await world.visit(stage.customer(done='cookie = "sid"'))).error is None


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "page",
    [
        FORM,
        FORM.replace(
            "<form method=post>",
            "<form method=post onsubmit=\"fetch('/login', {method: 'POST'}); return false\">",
        ),
    ],
)
async def test_a_refusal_that_nobody_declared_is_a_change_and_the_password_is_not_sent_again(
    world: World, stage: Stage, page: str
) -> None:
    stage.site.accepts, stage.site.page = False, page
    seen = await world.visit(stage.customer())
    assert isinstance(seen.error, errors.PortalChanged)
    assert seen.error.step == "the sign-in after the form"
    assert stage.site.sent == 1


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("at_first", "sends"),
    [
        ("", "headers: {'X-Password': p.value}"),
        ("body: new Blob(['{}'], {type: 'text/x'})", "body: new Blob([p.value], {type: 'text/x'})"),
        ("body: files('x')", "body: files(p.value)"),
    ],
    ids=["in a header", "as a file", "among files"],
)
async def test_a_password_that_is_sent_as_the_page_spoke_before_is_not_taken_for_a_beacon(
    world: World, stage: Stage, at_first: str, sends: str
) -> None:
    script = """<script>
      const files = text => { const form = new FormData(); form.append('f', new Blob([text])); return form };
      const say = more => fetch('/session', {method: 'POST', ...more});
      say({AT_FIRST});
      document.forms[0].onsubmit = event => { event.preventDefault(); say({SENDS}) };
    </script>"""
    stage.site.page = FORM + script.replace("AT_FIRST", at_first).replace("SENDS", sends)
    seen = await world.visit(stage.customer())
    assert isinstance(seen.error, errors.PortalChanged)
    assert stage.site.sent == 1


async def test_a_page_that_shows_from_memory_that_we_are_in_is_looked_at_twice(
    world: World, stage: Stage
) -> None:
    stage.site.page = f"""<h1 id=in>In</h1><template>{FORM}</template>
      <script>setTimeout(() => document.body.replaceChildren(document.querySelector('template').content), 300)</script>"""
    seen = await world.visit(stage.customer())
    assert (seen.error, stage.site.sent) == (None, 1)


@pytest.mark.usefixtures("hurried")
async def test_a_password_that_a_busy_page_sends_late_is_sent_once(
    world: World, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "CLICK", 0.3)
    script = """<script>document.forms[0].onsubmit = event => {
      event.preventDefault();
      for (const end = Date.now() + 2900; Date.now() < end;);
      fetch('/session', {method: 'POST', body: p.value});
    }</script>"""
    stage.site.page = FORM + script
    seen = await world.visit(stage.customer())
    assert isinstance(seen.error, errors.PortalChanged)
    assert stage.site.sent == 1


@pytest.mark.usefixtures("hurried")
async def test_a_page_that_nobody_knows_is_a_change_with_what_was_waited_for(
    world: World, stage: Stage
) -> None:
    stage.site.page = "<h1>New design</h1>"
    seen = await world.visit(stage.customer())
    assert isinstance(seen.error, errors.PortalChanged)
    assert "the wall, the form, a page of its own" in seen.error.expected
    assert "New design" in seen.error.seen


async def test_a_button_that_is_gone_is_told_by_its_page(world: World, stage: Stage) -> None:
    stage.site.page = FORM.replace("id=go", "id=gone")
    seen = await world.visit(stage.customer())
    assert isinstance(seen.error, errors.PortalChanged)
    assert seen.error.step == "#go on the form"
    assert stage.site.sent == 0


async def test_a_red_line_before_anything_was_typed_is_no_wrong_password(world: World, stage: Stage) -> None:
    stage.site.page = f"<p class=error>We were down yesterday.</p>{FORM}"
    text = '[[login.when]]\nname = "a refusal"\nsee = ".error"\nis = "BadCredentials"\n[list]'
    seen = await world.visit(stage.customer(more=text))
    assert (seen.error, stage.site.sent) == (None, 1)


async def test_a_cookie_from_before_is_no_sign_that_we_are_in(world: World, stage: Stage) -> None:
    customer = stage.customer(done='cookie = "sid"')
    await world.visit(customer)
    assert customer.session
    customer.session = customer.session.replace(b'"value":"1"', b'"value":"stale"')
    stage.site.signed_out = True
    seen = await world.visit(customer)
    assert (seen.error, seen.logins, stage.site.sent) == (None, 1, 2)

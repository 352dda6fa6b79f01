"""A sign-in that fails in every way we know of, and a password that must be nowhere afterwards."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable

import pytest
from flask import Response, redirect, request
from werkzeug.wrappers import Response as Answered

from collectors.kit import hand, login
from collectors.kit.portal import Portal
from core import errors
from tests.collectors.kit.site import Page, Plain, Visit, served

CANARY = "cnry-Zx9!é"
CREDENTIALS = {"login": Plain("claire.cnry@firm.example"), "password": Plain(CANARY)}

FORM = "<form method=post action=/in><input id=login name=login><input id=pw name=pw type=password><button id=go>Entrer</button></form>"
#: The field goes away between the last look at it and the first key.
PULLED_AWAY = """<script>const field = document.querySelector('#pw');
  Object.defineProperty(field, 'value', { get() { setTimeout(() => field.remove()); return ''; } });</script>"""
WALL = "<div style='position:fixed;inset:0'>Nos partenaires et vous</div>"


def _echo() -> str:
    return f"<h1>Bonjour {request.form['login']}, {request.form['pw']} est faux</h1>"


def _in_an_address() -> Answered:
    return redirect(f"/sorry?login={request.form['login']}&pw={request.form['pw']}", 303)


async def _crash(portal: Portal) -> None:
    page = await portal.page()
    session = await page.context.new_cdp_session(page)
    crashed = asyncio.ensure_future(page.wait_for_event("crash", timeout=10_000))
    unanswered = asyncio.ensure_future(session.send("Page.crash"))
    await crashed
    unanswered.cancel()


async def _nothing(_: Portal) -> None:
    return


#: The pages, what befalls in mid-sign-in, and the error that comes of it.
WAYS: dict[str, tuple[dict[str, Page], Callable[[Portal], Awaitable[None]], type[errors.MoissonError]]] = {
    "no password field": ({"/": "<input id=login>"}, _nothing, errors.PortalChanged),
    "the field goes under the keys": ({"/": FORM + PULLED_AWAY}, _nothing, errors.PortalChanged),
    "a wall over the button": ({"/": FORM + WALL}, _nothing, errors.PortalChanged),
    "the password on the page": ({"/": FORM, "/in": _echo}, _nothing, errors.PortalChanged),
    "the password in the address": (
        {"/": FORM, "/in": _in_an_address, "/sorry": "<p>no</p>"},
        _nothing,
        errors.PortalChanged,
    ),
    "the portal goes down": (
        {"/": FORM, "/in": lambda: Response("maintenance", 503)},
        _nothing,
        errors.PortalDown,
    ),
    "the page crashes": ({"/": FORM}, _crash, errors.BrowserLost),
}


#: Where something is waited for that never comes.
IN_VAIN = ("no password field", "a wall over the button")


@pytest.mark.parametrize("way", WAYS)
async def test_the_password_is_nowhere(
    visit: Visit,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    if way in IN_VAIN:
        monkeypatch.setattr(login, "CLICK", 1.0)
        monkeypatch.setattr(hand, "TYPE", 1.0)
    pages, befalls, error = WAYS[way]
    with served(pages) as site:
        async with visit.to(site) as portal:
            failure = await _failed_sign_in(portal, befalls)
            left = await portal.evidence(failure)
    printed = capfd.readouterr()
    everything = [
        *(piece.content for piece in left),
        *("".join(traceback.format_exception(each)).encode() for each in _chain(failure)),
        repr(visit.notes).encode(),
        caplog.text.encode(),
        (printed.out + printed.err).encode(),
        repr([portal, portal.mask, portal.jar, *left, *vars(failure).values()]).encode(),
    ]

    assert isinstance(failure, error)
    assert b"cnry" not in b"\n".join(everything)
    assert len(left) >= 1


async def test_it_would_be_found_if_it_were_there(
    visit: Visit, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The same search, with a farm that logs and prints what it types."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("a careless farm").debug("typing %s", CREDENTIALS["password"].reveal())
    print(CREDENTIALS["password"].reveal())  # noqa: T201 - the fault put back
    with served({"/": FORM + PULLED_AWAY}) as site:
        async with visit.to(site) as portal:
            page = await portal.page()
            await portal.go("/")
            element = await page.wait_for_selector("#pw")
            assert element
            await page.evaluate("document.querySelector('#pw').remove()")
            with pytest.raises(Exception, match="cnry"):
                await element.type(CREDENTIALS["password"].reveal())

    assert "cnry" in caplog.text
    assert "cnry" in capfd.readouterr().out


async def _failed_sign_in(
    portal: Portal, befalls: Callable[[Portal], Awaitable[None]]
) -> errors.MoissonError:
    try:
        await portal.grant(CREDENTIALS)
        await portal.go("/", name="the sign-in page")
        await portal.fill("login", "#login", name="the login field")
        await befalls(portal)
        await portal.fill("password", "#pw", name="the password field")
        async with (await portal.page()).expect_response("**/in"):
            await portal.click("#go", name="the button")
        await portal.see("#in", name="the customer's space", within=1.0)
    except errors.MoissonError as err:
        return err
    raise AssertionError("the sign-in did not fail")


def _chain(err: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while err is not None:
        found.append(err)
        err = err.__cause__ or err.__context__
    return found

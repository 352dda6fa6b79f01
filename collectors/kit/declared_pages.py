"""How pages and answers are recognised and what they mean, as frozen values of a manifest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to be recognised: all that is declared must hold; of several texts in one key, any.

    In a page of the browser `see` are Playwright selectors and `frame` leads to the iframe; in an HTTP answer `see` are CSS selectors.
    """

    see: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    cookie: str = ""
    frame: tuple[str, ...] = ()
    status: tuple[int, ...] = ()
    type: str = ""
    at: str = ""
    equals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """That it is the error of this name. `said` is where the portal's own words stand."""

    error: str
    said: str = ""
    wants: str = "action"


@dataclass(frozen=True, slots=True)
class Act:
    """One gesture: `fill`, `click`, `check`, `press`, `goto` or `reload`. `field` is what is filled; `where` is a selector, a key or a URL."""

    verb: str
    where: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class PageState:
    """A page of the login: see this, then do that, or it is that outcome."""

    name: str
    sign: Sign
    acts: tuple[Act, ...] = ()
    outcome: Outcome | None = None
    times: int = 5


@dataclass(frozen=True, slots=True)
class Login:
    start: str
    done: Sign
    states: tuple[PageState, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP answer means. `where` is `any`, `session`, `contracts`, `list` or `document`."""

    sign: Sign
    outcome: Outcome
    where: str = "any"

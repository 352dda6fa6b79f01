"""A portal of a few lines: a Flask app on loopback that remembers what it was asked."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.wrappers import Response as Answered

from collectors.kit import declared, finding
from collectors.kit.browsers import Browsers
from collectors.kit.portal import Outside, Portal, open_portal
from core import errors, nouns
from demo.server import Server

Page = str | Callable[[], Answered | str]


class Site:
    """`pages` maps a path to HTML or to a function that answers; `asked` are the paths in order."""

    def __init__(self, pages: dict[str, Page], *, tls: ssl.SSLContext | None = None) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.user_agents: set[str] = set()
        app = Flask(__name__)
        app.add_url_rule("/", "page", self._page, methods=["GET", "POST"], defaults={"path": ""})
        app.add_url_rule("/<path:path>", "page", self._page, methods=["GET", "POST"])
        self.server = Server(app, tls=tls)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    @property
    def url(self) -> str:
        return self.server.url

    def _page(self, path: str) -> Answered | str:
        self.asked.append(f"/{path}")
        self.user_agents.add(request.headers.get("User-Agent", ""))
        if request.form:
            self.forms.append(dict(request.form))
        page = self.pages.get(f"/{path}", Response("nothing here", 404))
        return page() if callable(page) and not isinstance(page, Answered) else page


@contextmanager
def served(pages: dict[str, Page], *, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(pages, tls=tls)
    site.server.start()
    try:
        yield site
    finally:
        site.server.stop()


def new_browsers(tmp: Path, *, at_once: int = 4, trust_spki: tuple[str, ...] = ()) -> Browsers:
    """The browser of the machine, as the tests were told to run it."""
    return Browsers(
        executable=os.environ.get("MOISSON_BROWSER", ""),
        sandbox=os.environ.get("MOISSON_ALLOW_NO_SANDBOX") != "1",
        at_once=at_once,
        trust_spki=trust_spki,
        tmp=tmp,
    )


def require_complete_browser() -> None:
    """Skips the test where the machine has the headless shell only; CI, which is to have both, fails it."""
    try:
        finding.find(os.environ.get("MOISSON_BROWSER", ""), "full")
    except errors.NoBrowser as none:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(none))


@dataclass(frozen=True)
class Quiet:
    """A way out through which nothing was asked in vain."""

    port: int = 0
    refused: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


@dataclass
class Plain:
    """A secret of the tests."""

    value: str = field(repr=False)

    def reveal(self) -> str:
        return self.value


@dataclass
class Visit:
    """Opens the portal of a small site as a visit does; `notes` and `files` are what it left."""

    outside: Outside
    inbox: Path
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @asynccontextmanager
    async def to(
        self, site: Site, *, session: bytes | None = None, reach: Iterable[Site] = (), **declares: Any
    ) -> AsyncIterator[Portal]:
        async with open_portal(
            self.outside,
            manifest(site, reach, **declares),
            session=session,
            whole=True,
            note=lambda step, words: self.notes.append((step, words)),
            keep=self._keep,
        ) as portal:
            yield portal

    def _keep(self, chunks: Iterable[bytes], name: str, media_type: str) -> nouns.File:
        body = b"".join(chunks)
        self.files[name] = body
        return nouns.File(self.inbox / "1.part", "", len(body), name, media_type)


def manifest(site: Site, reach: Iterable[Site] = (), **declares: Any) -> declared.Manifest:
    """A supplier with a login, a password and a TOTP key, at this site; `reach` are hosts where no secret may go."""
    fields = [("login", "text"), ("password", "password"), ("key", "totp")]
    return declared.Manifest(
        **{
            "id": f"site-{site.server.port}",
            "names": {"fr": "Petit site", "en": "Small site"},
            "country": "FR",
            "category": "test",
            "website": site.url,
            "origins": (site.url,),
            "hosts": (site.authority, *(each.authority for each in reach)),
            "fields": tuple(
                declared.FieldSpec(name, {"fr": name, "en": name}, kind) for name, kind in fields
            ),
            "source": "",
            "age": None,
            "verified": declared.Verified.NEVER,
            "note": {},
            "pace": declared.Pace(at_once=8, gap=0.0, logins_at_once=8),
            **declares,
        }
    )

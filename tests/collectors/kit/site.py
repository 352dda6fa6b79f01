"""A portal of a few lines: a Flask app on loopback that remembers what it was asked."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.wrappers import Response as Answered

from collectors.kit.browsers import Browsers
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

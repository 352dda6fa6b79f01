"""The Flask application, put together."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

from collectors.kit import catalogue
from core import archive, db, extraction
from core import settings as farm_settings
from web import (
    api,
    banners,
    farm,
    favicon,
    guard,
    headers,
    limits,
    mishaps,
    outlook,
    pages,
    shelf,
    speech,
    status_words,
    steps,
    tray,
    webkey,
)
from web import desk as desks


def create_app(
    settings: farm_settings.Settings,
    *,
    database: db.Database | None = None,
    setup_token: str | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """The application. `setup_token` is asked once at /setup while there is no person; made here when not given."""
    app = Flask(__name__, static_folder=None, template_folder=str(Path(__file__).parent / "templates"))
    desk = desks.of(settings)
    app.extensions["moisson"] = farm.Farm(
        settings=settings,
        database=database or db.Database.of(settings),
        archive=archive.Archive(settings.data),
        readers=extraction.Readers(2),
        catalogue=catalogue.load(settings.collectors, allow_loopback=settings.allow_loopback),
        desk=desk,
        setup_token=setup_token or secrets.token_urlsafe(18),
        now=now,
    )
    api.put_on(app)
    _settle(app, desk.key)
    for blueprint in (shelf.shelf, favicon.favicon, *pages.ALL):
        app.register_blueprint(blueprint)
    guard.stand_before(app)
    return app


class _Forms(SecureCookieSessionInterface):
    """The cookie that holds the form token: never sent in the clear by a page that came over https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def _settle(app: Flask, key: webkey.WebKey) -> None:
    app.config.update(
        SECRET_KEY=key.of("forms"),
        SESSION_COOKIE_NAME="moisson-form",
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard checks, after the role
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    app.session_interface = _Forms()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=speech.say,
        knows=speech.knows,
        language=speech.language,
        time=speech.time_tag,
        static=shelf.address,
        banners=banners.shown,
        look=status_words.look,
        visited=farm.visited,
        to_review=tray.waiting,
    )
    app.jinja_env.filters.update(
        day=speech.day,
        money=speech.money,
        size=speech.size,
        labels=speech.labels,
        ago=speech.ago,
        step=steps.named,
        worth=speech.worth,
        amount=speech.amount,
    )
    outlook.put_on(app)
    headers.put_on(app)
    limits.limiter.init_app(app)
    mishaps.catch(app)

"""To a provider for a consent, and back: the page that sends people there, and the one address where they come back."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core import errors, providers
from core.db import models
from web import consents, farm, guard

pages = Blueprint("consents", __name__, url_prefix="/oauth")


def visitor() -> consents.Visitor:
    """Who is signed in here, for `web.consents`."""
    return consents.Visitor(g.visitor.person_id, g.visitor.token_hash, farm.here().now())


def provider_of(app: models.ProviderApp) -> providers.Provider:
    """The provider of what this company has registered, or its stand-in."""
    return providers.known(farm.here().settings.stand_ins, app.provider, app.tenant)


def sent_there(
    row: models.Mailbox | models.Destination,
    app: models.ProviderApp,
    *,
    back: str,
    scopes: tuple[str, ...] = (),
    hint: str = "",
) -> str:
    """The answer to a form that asks for a consent: the page with the way to the provider. Raises VaultError.

    A form may not lead to another site (our policy on forms), so the way there is a link.
    """
    here = farm.here()
    with here.database.write() as session:
        asked = consents.ask(
            session,
            here.desk,
            row,
            app,
            provider_of(app),
            outside=farm.outside_address(),
            back=back,
            by=visitor(),
            scopes=scopes,
            hint=hint,
        )
    return render_template("consent.html", way=asked, problem="")


@pages.get("/callback")
@guard.finance
def callback() -> Response:
    """Where providers send people back to; what comes along is used once and shown nowhere."""
    return _taken(request.args.to_dict())


@pages.post("/paste")
@guard.finance
def paste() -> Response:
    """The same, brought by hand: the address at which the browser ended."""
    return _taken(consents.pasted(request.form.get("address", "")))


@pages.get("/none")
@guard.finance
def none() -> tuple[str, int]:
    """Why nothing came of it, at an address that holds neither state nor code: pages repeat theirs in their forms."""
    problem = "form.not_ready" if request.args.get("why") == "not_ready" else "consent.not_ours"
    return render_template("consent.html", way=None, problem=problem), 410


def _taken(told: dict[str, str]) -> Response:
    here = farm.here()
    try:
        with here.database.write() as session:
            stand_ins = here.settings.stand_ins
            consent = consents.come_back(session, here.desk, told, stand_ins=stand_ins, by=visitor())
            return redirect(consent.back)
    except consents.NotOurs:
        return redirect(url_for("consents.none"))
    except errors.VaultError:
        return redirect(url_for("consents.none", why="not_ready"))

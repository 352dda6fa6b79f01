"""Adding a destination, by what its kind asks or by a consent, and changing what was typed for it."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import errors, providers
from core.db import models
from core.export import catalogue
from core.export.kinds import Kind
from web import consents, desk, destination_forms, destinations, farm, guard, people, previews
from web.destination_forms import Typed
from web.pages import signatures
from web.pages.consents import sent_there, visitor
from web.pages.destinations import found
from web.pages.statements import record

pages = Blueprint("making", __name__, url_prefix="/destinations")


@pages.get("/new/<kind_id>")
@guard.finance
def form(kind_id: str) -> str:
    return _form(destination_forms.blank(_kind(kind_id)))


@pages.post("/new/<kind_id>")
@guard.finance
def make(kind_id: str) -> Response | str | tuple[str, int]:
    """A new place where invoices go is made by somebody who knows their password. A secret that the farm made is shown now."""
    kind = _kind(kind_id)
    typed = destination_forms.typed(kind, request.form)
    _check_person(typed)
    if typed.problems:
        return _form(typed), 422
    try:
        return _with_consent(kind, typed) if kind.provider else _with_fields(kind, typed)
    except errors.VaultError:
        typed.problems["form"] = "form.not_ready"
        return _form(typed), 503


@pages.get("/<int:destination_id>/edit")
@guard.finance
def edit(destination_id: int) -> str:
    with farm.here().database.read() as session:
        place = _asking(session, destination_id)
        return _form(destination_forms.kept(session, place, previews.kind_of(place)), place)


@pages.post("/<int:destination_id>/edit")
@guard.finance
def change(destination_id: int) -> Response | str | tuple[str, int]:
    """What is typed counts from now on; a secret that is not typed stays."""
    here = farm.here()
    with here.database.read() as session:
        place = _asking(session, destination_id)
        kind = previews.kind_of(place)
        typed = destination_forms.typed(kind, request.form, destination_forms.kept(session, place, kind))
    _check_person(typed)
    if typed.problems:
        return _form(typed, place), 422
    try:
        with here.database.write() as session:
            place = found(session, destination_id)
            version = destination_forms.put(session, place, typed, by=g.visitor.person_id, now=here.now())
            record(session, "destination.changed", f"destination:{place.id} version:{version}")
    except errors.VaultError:
        typed.problems["form"] = "form.not_ready"
        return _form(typed, place), 503
    return _put_away(place, typed)


@pages.post("/<int:destination_id>/connect")
@guard.finance
def again_there(destination_id: int) -> str | tuple[str, int]:
    """A new consent for the same destination; what was chosen stays."""
    with farm.here().database.read() as session:
        place = found(session, destination_id)
        kind = previews.kind_of(place)
        app = consents.app_of(session, place.workspace_id, kind.provider) or abort(409)
    try:
        return sent_there(place, app, back=_at(destination_id))
    except errors.VaultError:
        typed = destination_forms.blank(kind)
        typed.problems["form"] = "form.not_ready"
        return _form(typed), 503


def _with_fields(kind: Kind, typed: Typed) -> Response | str:
    here = farm.here()
    with here.database.write() as session:
        place = _new(session, kind)
        destination_forms.put(session, place, typed, by=g.visitor.person_id, now=here.now())
    return _put_away(place, typed)


def _put_away(place: models.Destination, typed: Typed) -> Response | str:
    return signatures.shown(place, secret=typed.made) if typed.made else redirect(_at(place.id))


def _with_consent(kind: Kind, typed: Typed) -> str | tuple[str, int]:
    """What the company has registered at the provider is an admin's to say; then a person goes there."""
    here, provider = farm.here(), _provider(kind)
    client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    with here.database.write() as session:
        app = consents.app_of(session, g.visitor.workspace_id, provider.id)
        if client_id.strip() and g.visitor.role == "admin":
            scopes = request.form.get("scopes", "")
            app = consents.register(
                session, here.desk, g.visitor.workspace_id, provider,
                client_id=client_id[:300], client_secret=secret, scopes=scopes[:2000], by=visitor(),
            )  # fmt: skip
            record(session, "app.registered", f"provider:{provider.id}")
        if app is None:
            typed.problems["form"] = "destinations.no_app"
            return _form(typed), 422
        place = _new(session, kind)
        if typed.values or typed.secrets:
            destination_forms.put(session, place, typed, by=g.visitor.person_id, now=here.now())
            place.connected_at = place.next_round_at = None
    return sent_there(place, app, back=_at(place.id))


def _new(session: Session, kind: Kind) -> models.Destination:
    now = farm.here().now()
    place = models.Destination(workspace_id=g.visitor.workspace_id, kind=kind.id, place="", created_at=now)
    place.name = request.form.get("label", "").strip()[:80] or kind.name
    place.made_by, place.starts_at = g.visitor.person_id, now
    session.add(place)
    session.flush()
    record(session, "destination.added", f"destination:{place.id}")
    return place


def _check_person(typed: Typed) -> None:
    if people.check(g.visitor.email, request.form.get("password", "")) is None:
        typed.problems["you"] = "destinations.wrong_password"


def _form(typed: Typed, place: models.Destination | None = None) -> str:
    here, kind = farm.here(), typed.kind
    app, provider, address = None, None, ""
    with here.database.read() as session:
        ready = desk.is_ready(session, here.desk, g.visitor.workspace_id)
        if kind.provider:
            provider = _provider(kind)
            app = consents.app_of(session, g.visitor.workspace_id, provider.id)
            address, _ = consents.redirect_of(provider, farm.outside_address())
    return render_template(
        "destination_form.html",
        typed=typed,
        kind=kind,
        place=place,
        app=app,
        provider=provider,
        redirect=address,
        ready=ready,
        **destinations.spoken(),
    )


def _kind(kind_id: str) -> Kind:
    return catalogue.known(kind_id) or abort(404)


def _provider(kind: Kind) -> providers.Provider:
    return providers.known(farm.here().settings.stand_ins, kind.provider)


def _asking(session: Session, destination_id: int) -> models.Destination:
    """One of a kind whose form asks anything."""
    place = found(session, destination_id)
    return place if previews.kind_of(place).fields else abort(404)


def _at(destination_id: int) -> str:
    return url_for("destinations.room", destination_id=destination_id)

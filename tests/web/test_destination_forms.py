"""The forms of destinations: what each kind asks, what is sealed, what a change keeps, and where nothing may go."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Browser

from core.db import models
from core.export import catalogue, chosen, kinds
from tests.web import looks, world
from vault import fields
from web import signing, speech

PLACE = "/destinations"
NEW = f"{PLACE}/new"
SECRET = "canary of a destination"
#: A kind that asks of everything, without a service behind it.
DEPOT = kinds.Kind(
    "depot",
    "Depot",
    (
        kinds.Field("url"),
        kinds.Field("region", default="eu", choices=("eu", "us")),
        kinds.Field("password", secret=True),
        kinds.Field("key", secret=True, needed=False, long=True),
        kinds.Field("prefix", needed=False, rare=True),
    ),
)


@pytest.fixture(autouse=True)
def depot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "KINDS", (*catalogue.KINDS, DEPOT))
    for told in ("fr", "en"):
        words = cast(dict[str, Any], speech.words(told))
        for field in DEPOT.fields:
            monkeypatch.setitem(words, f"destination.depot.{field.name}", f"The {field.name}")


def _typed(**more: str) -> dict[str, str]:
    told = {"url": "https://files.firm.fr/in", "region": "us", "password": SECRET, **more}
    return {f"field-{name}": value for name, value in told.items()} | {"password": world.PASSWORD}


def _one(company: world.World) -> models.Destination:
    with company.database.read() as session:
        return session.query(models.Destination).filter_by(kind="depot").one()


def _sealed(company: world.World, name: str) -> list[models.SealedField]:
    with company.database.read() as session:
        return session.query(models.SealedField).filter_by(owner="destination", field=name).all()


def test_what_is_typed_is_kept_in_a_version_and_secrets_are_sealed(company: world.World) -> None:
    client = company.signed_in()
    answer = world.post(client, f"{NEW}/depot", at=f"{NEW}/depot", **_typed(), label="Archives")
    row = _one(company)
    assert answer.headers["Location"] == f"/destinations/{row.id}"
    assert (row.place, row.name, row.connected_at, row.starts_at) == (
        "https://files.firm.fr/in", "Archives", world.NOW, world.NOW,
    )  # fmt: skip
    with company.database.read() as session:
        version, told = chosen.typed(session, row.id)
    assert (version, told) == (1, {"url": "https://files.firm.fr/in", "region": "us", "prefix": ""})
    (kept,) = _sealed(company, "password")
    assert kept.origins == "https://files.firm.fr"
    assert SECRET.encode() not in kept.record
    for page in (f"/destinations/{row.id}", f"/destinations/{row.id}/edit", "/destinations"):
        shown = client.get(page)
        assert shown.status_code == 200
        assert SECRET not in shown.text


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"url": ""}, "url"),
        ({"url": "files.firm.fr"}, "url"),
        ({"url": "http://files.firm.fr"}, "url"),
        ({"region": "mars"}, "region"),
        ({"password": ""}, "password"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    company: world.World, more: dict[str, str], wrong: str
) -> None:
    answer = world.post(company.signed_in(), f"{NEW}/depot", at=f"{NEW}/depot", **_typed(**more))
    assert answer.status_code == 422
    assert f'id="wrong-{wrong}"' in answer.text
    with company.database.read() as session:
        assert session.query(models.Destination).filter_by(kind="depot").count() == 0


@pytest.mark.parametrize(
    "place", ["https://192.168.1.4/x", "https://10.0.0.7", "https://[fd00::1]/", "https://100.64.0.9", "https://169.254.169.254/"]
)  # fmt: skip
def test_an_address_in_a_private_network_is_refused_and_the_way_out_is_said(
    company: world.World, place: str
) -> None:
    client = company.signed_in(language="en")
    answer = world.post(client, f"{NEW}/depot", at=f"{NEW}/depot", **_typed(url=place))
    assert answer.status_code == 422
    assert "MOISSON_EXPORT_FOLDER" in answer.text.split('id="wrong-url"')[1]


def test_a_network_drive_by_its_private_address_is_told_the_same_encrypted_or_not(
    company: world.World,
) -> None:
    typed = {"field-url": "http://192.168.1.4/dav", "field-login": "a", "field-password": "p"}
    form = f"{NEW}/webdav"
    answer = world.post(company.signed_in(), form, at=form, password=world.PASSWORD, **typed)
    assert "MOISSON_EXPORT_FOLDER" in answer.text.split('id="wrong-url"')[1]


def test_this_very_machine_is_no_destination_unless_the_farm_was_told_so(company: world.World) -> None:
    typed = {"field-url": "sftp://127.0.0.1/x", "field-login": "a", "field-which": "all"}
    answer = world.post(
        company.signed_in(), f"{NEW}/sftp", at=f"{NEW}/sftp", password=world.PASSWORD, **typed
    )
    assert answer.status_code == (302 if company.settings.allow_loopback else 422)


def test_a_change_is_a_version_and_a_secret_that_is_not_typed_stays(company: world.World) -> None:
    client = company.signed_in()
    world.post(client, f"{NEW}/depot", at=f"{NEW}/depot", **_typed())
    edit = f"/destinations/{_one(company).id}/edit"
    world.post(client, edit, at=edit, **_typed(password="", prefix="2026"))
    with company.database.read() as session:
        assert chosen.typed(session, _one(company).id)[0] == 2
    assert len(_sealed(company, "password")) == 1
    world.post(client, edit, at=edit, **_typed(password="another"))
    assert [one.version for one in _sealed(company, "password")] == [2, 3]


def test_to_another_address_no_secret_goes_that_was_typed_for_the_first(company: world.World) -> None:
    client = company.signed_in()
    world.post(client, f"{NEW}/depot", at=f"{NEW}/depot", **_typed(key="PEM\nPEM"))
    edit = f"/destinations/{_one(company).id}/edit"
    moved = world.post(client, edit, at=edit, **_typed(url="https://elsewhere.fr", password=""))
    assert moved.status_code == 422
    assert 'id="wrong-password"' in moved.text
    assert _one(company).place == "https://files.firm.fr/in"
    world.post(client, edit, at=edit, **_typed(url="https://elsewhere.fr"))
    assert {one.origins for one in _sealed(company, "password")} == {"https://elsewhere.fr"}
    assert _sealed(company, "key") == []


def test_a_change_asks_for_the_password_again(company: world.World) -> None:
    client = company.signed_in()
    world.post(client, f"{NEW}/depot", at=f"{NEW}/depot", **_typed())
    edit = f"/destinations/{_one(company).id}/edit"
    assert world.post(client, edit, at=edit, **{**_typed(), "password": "no"}).status_code == 422
    with company.database.read() as session:
        assert chosen.typed(session, _one(company).id)[0] == 1


def test_disconnected_its_secrets_are_gone_and_what_was_typed_stays(company: world.World) -> None:
    client = company.signed_in()
    world.post(client, f"{NEW}/depot", at=f"{NEW}/depot", **_typed())
    place = f"/destinations/{_one(company).id}"
    world.post(client, f"{place}/disconnect", at=place)
    assert (_sealed(company, "password"), _one(company).connected_at) == ([], None)
    with company.database.read() as session:
        assert chosen.typed(session, _one(company).id)[1]["region"] == "us"
        assert fields.holds(session, _one(company), "password") is None
    world.post(client, f"{place}/remove", at=place)
    assert client.get(place).status_code == 404


def test_a_folder_is_one_of_the_farms_own(company: world.World) -> None:
    client, form = company.signed_in(), f"{NEW}/folder"
    told = {"password": world.PASSWORD}
    for name in ("/etc", "../keys", ""):
        assert world.post(client, form, at=form, **told, **{"field-name": name}).status_code == 422
    world.post(client, form, at=form, **told, **{"field-name": "comptable"})
    with company.database.read() as session:
        row = session.query(models.Destination).order_by(models.Destination.id.desc()).first()
        assert row
        assert row.place == str(company.settings.exports.absolute() / "comptable")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_form_of_every_kind_is_open_to_everybody(
    tmp_path: Path, browser: Browser, language: str
) -> None:
    async with looks.serving(world.full(tmp_path), browser) as served:
        context = await served.context(language=language)
        page = await context.new_page()
        faults: list[str] = []
        for kind in catalogue.every():
            faults += await looks.faults_of(page, served.address, f"{NEW}/{kind.id}")
        await context.close()
    assert faults == []


def _every(company: world.World) -> list[str]:
    """The form of one destination of each kind, filled in; and all of a webhook, whose secret is in the middle of a change."""
    pages: list[str] = []
    for kind in catalogue.every():
        with company.database.write() as session:
            row = models.Destination(
                workspace_id=1, kind=kind.id, place="https://partner.example/a/rather/long/path", name=kind.name,
                created_at=world.NOW, connected_at=world.NOW, error="PrivateAddress", said="192.168.1.4:443",
            )  # fmt: skip
            session.add(row)
            session.flush()
            typed = {one.name: one.default or f"{one.name}-" * 12 for one in kind.plain}
            chosen.keep_typed(session, row, typed, by=None, now=world.NOW)
            pages += [f"{PLACE}/{row.id}/edit"] if kind.fields else []
            if kind.made:
                pages += [f"{PLACE}/{row.id}", f"{PLACE}/{row.id}/secret"]
                with company.app.test_request_context():
                    for name in kind.made.names:
                        signing.seal(session, row, {name: SECRET}, by=1, now=world.NOW)
    return pages


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_pages_of_every_kind_are_open_to_everybody(
    tmp_path: Path, browser: Browser, language: str
) -> None:
    company = world.full(tmp_path)
    pages = _every(company)
    async with looks.serving(company, browser) as served:
        context = await served.context(language=language)
        page = await context.new_page()
        faults = [fault for one in pages for fault in await looks.faults_of(page, served.address, one)]
        await context.close()
    assert faults == []


async def test_a_form_with_a_problem_and_a_secret_that_is_shown_are_open_to_everybody(
    tmp_path: Path, browser: Browser
) -> None:
    async with looks.serving(world.full(tmp_path), browser) as served:
        context = await served.context(language="fr", width=390)
        page = await context.new_page()
        await page.goto(f"{served.address}{NEW}/webhook")
        await page.locator("#field-url").fill("https://192.168.1.4/hooks")
        await page.locator("#password").fill(world.PASSWORD)
        await page.locator("form.panel button").click()
        await page.locator("#wrong-url").wait_for()
        assert await looks.violations(page) == []
        assert not await looks.overflows(page)
        await page.locator("#field-url").fill("https://firm.example/hooks")
        await page.locator("#password").fill(world.PASSWORD)
        await page.locator("form.panel button").click()
        assert (await page.locator("#secret").input_value()).startswith("whsec_")
        assert await looks.violations(page) == []
        assert not await looks.overflows(page)
        await context.close()

"""The secret that the farm signs with: made by it, shown once, changed while the former goes on."""

from __future__ import annotations

import re

import pytest

from core.db import models
from tests.web import world

NEW = "/destinations/new/webhook"
TYPED = {"field-url": "https://firm.fr/hooks", "field-file": "form", "field-which": "all"}
_SECRET = re.compile(r'value="(whsec_[^"]+)"')


def _made(company: world.World) -> tuple[str, str]:
    """Its page, and the secret as it was shown."""
    answer = world.post(company.signed_in(), NEW, at=NEW, password=world.PASSWORD, **TYPED)
    (secret,) = _SECRET.findall(answer.text)
    with company.database.read() as session:
        row = session.query(models.Destination).filter_by(kind="webhook").one()
    return f"/destinations/{row.id}", secret


def _sealed(company: world.World) -> list[str]:
    """Oldest first."""
    with company.database.read() as session:
        rows = (
            session.query(models.SealedField)
            .filter_by(owner="destination")
            .order_by(models.SealedField.version)
        )
        return [row.field for row in rows]


def test_nobody_types_it_and_it_is_shown_once(company: world.World) -> None:
    client = company.signed_in()
    assert "field-secret" not in client.get(NEW).text
    place, secret = _made(company)
    assert _sealed(company) == ["secret"]
    for page in (place, f"{place}/secret", f"{place}/edit", "/destinations"):
        shown = client.get(page)
        assert shown.status_code == 200
        assert secret not in shown.text
    with company.database.read() as session:
        kept = session.query(models.SealedField).filter_by(owner="destination").one()
        assert secret.encode() not in kept.record


def test_a_new_one_lives_beside_the_former_until_a_person_ends_that(company: world.World) -> None:
    place, first = _made(company)
    client, room = company.signed_in(language="en"), f"{place}/secret"
    second = _SECRET.findall(world.post(client, room, at=room, password=world.PASSWORD).text)
    assert second != [first]
    assert _sealed(company) == ["secret", "secret_other"]
    assert "Two secrets sign each message." in client.get(room).text
    world.post(client, f"{room}/end", at=room)
    assert _sealed(company) == ["secret_other"]
    assert "Two secrets sign each message." not in client.get(room).text
    world.post(client, room, at=room, password=world.PASSWORD)
    assert _sealed(company) == ["secret_other", "secret"]


def test_a_third_one_takes_the_place_of_the_first(company: world.World) -> None:
    place, _ = _made(company)
    client, room = company.signed_in(), f"{place}/secret"
    for _ in range(2):
        world.post(client, room, at=room, password=world.PASSWORD)
    assert _sealed(company) == ["secret", "secret_other", "secret"]
    world.post(client, f"{room}/end", at=room)
    assert _sealed(company) == ["secret", "secret"]


def test_a_new_one_asks_for_the_password_again(company: world.World) -> None:
    place, _ = _made(company)
    client, room = company.signed_in(language="en"), f"{place}/secret"
    answer = world.post(client, room, at=room, password="no")
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text
    assert _sealed(company) == ["secret"]


def test_a_change_of_settings_keeps_it_and_another_address_gets_another(company: world.World) -> None:
    place, first = _made(company)
    client, edit = company.signed_in(), f"{place}/edit"
    same = world.post(client, edit, at=edit, password=world.PASSWORD, **{**TYPED, "field-file": "words"})
    assert (same.status_code, _sealed(company)) == (302, ["secret"])
    moved = world.post(
        client, edit, at=edit, password=world.PASSWORD, **{**TYPED, "field-url": "https://b.fr/h"}
    )
    assert _SECRET.findall(moved.text) not in ([], [first])
    with company.database.read() as session:
        assert {one.origins for one in session.query(models.SealedField).filter_by(owner="destination")} == {
            "https://b.fr"
        }


@pytest.mark.parametrize("kind", ["s3", "folder"])
def test_only_what_the_farm_signs_has_such_a_page(company: world.World, kind: str) -> None:
    with company.database.write() as session:
        row = models.Destination(workspace_id=1, kind=kind, place="", created_at=world.NOW)
        session.add(row)
        session.flush()
        at = f"/destinations/{row.id}/secret"
    assert company.signed_in().get(at).status_code == 404


def test_another_company_has_no_way_to_it(company: world.World) -> None:
    place, _ = _made(company)
    assert company.signed_in(world.STRANGER).get(f"{place}/secret").status_code == 404

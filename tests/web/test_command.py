"""`moisson account add` goes the same way as the form."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import errors
from core.db import models
from tests.web import world
from web import register

VALUES = {"username": "jeanne@firm.fr", "password": "secret enough"}


def _add(farm: world.World, **values: str) -> dict[str, object]:
    return register.from_command(
        farm.settings, farm.database, "mandarine", values, label="Siège", workspace_id=1, now=world.NOW
    )


def test_an_account_from_the_command_is_sealed_and_planned(bare: world.World) -> None:
    added = _add(bare, **VALUES)
    with bare.database.read() as session:
        account = session.get_one(models.Account, added["account"])
        sealed = {row.field for row in session.query(models.Credential)}
    assert (added["login"], account.trial, sealed) == ("j•••@firm.fr", True, set(VALUES))
    assert account.next_run_at is not None
    assert account.next_run_at > world.NOW


@pytest.mark.parametrize(
    ("values", "said"),
    [({"username": "x"}, "password is missing"), ({**VALUES, "pin": "1"}, "pin is not asked for")],
)
def test_wrong_fields_are_named_and_their_values_are_not(
    bare: world.World, values: dict[str, str], said: str
) -> None:
    with pytest.raises(errors.BadSettings, match=said) as caught:
        _add(bare, **values)
    assert "secret enough" not in str(caught.value)


def test_the_same_login_twice_is_refused(bare: world.World) -> None:
    _add(bare, **VALUES)
    with pytest.raises(errors.BadSettings, match="account 1 already"):
        _add(bare, **{**VALUES, "username": "JEANNE@firm.fr"})


def test_an_unknown_supplier_is_named(bare: world.World, tmp_path: Path) -> None:
    with pytest.raises(errors.BadManifest, match="pamplemousse"):
        register.from_command(
            bare.settings, bare.database, "pamplemousse", VALUES, label="", workspace_id=1, now=world.NOW
        )

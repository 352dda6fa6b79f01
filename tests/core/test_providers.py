from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from core import errors, providers
from core.settings import Settings


def test_a_stand_in_has_the_paths_of_whom_it_stands_for_and_no_other_host() -> None:
    moved = providers.known({"xero": "http://127.0.0.1:8931"}, "xero")
    assert moved.token == "http://127.0.0.1:8931/connect/token"
    assert moved.api == "http://127.0.0.1:8931"
    assert moved.origins == ("http://127.0.0.1:8931",)
    assert providers.known({}, "xero").token == "https://identity.xero.com/connect/token"


def test_every_secret_travels_by_https() -> None:
    for provider in providers.PROVIDERS.values():
        assert all(origin.startswith("https://") for origin in provider.origins)


def test_a_directory_has_its_own_address() -> None:
    assert "/common/oauth2" in providers.known({}, "microsoft").token
    assert "/firm.example/oauth2" in providers.known({}, "microsoft", "firm.example").authorize


def test_a_provider_that_nobody_knows_is_named() -> None:
    with pytest.raises(errors.BadSettings, match="nowhere"):
        providers.known({}, "nowhere")


@pytest.mark.parametrize(
    ("place", "loopback"),
    [
        ("http://127.0.0.1:8931", False),
        ("https://evil.example", True),
        ("http://127.0.0.1:1@evil.example", True),
    ],
)
def test_a_stand_in_is_on_this_machine_and_only_where_that_is_allowed(
    tmp_path: Path, place: str, loopback: bool
) -> None:
    with pytest.raises(ValidationError, match="MOISSON_STAND_INS"):
        Settings(data=tmp_path, allow_loopback=loopback, stand_ins={"xero": place}, _env_file=None)  # type: ignore[call-arg]

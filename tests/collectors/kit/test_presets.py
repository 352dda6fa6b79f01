"""A preset lies under the file that names it: the file's own keys win, its hosts and pages of the sign-in are added."""

from __future__ import annotations

import pytest

from collectors.kit import manifest
from core import errors

TOML = """
preset = "stripe_portal"
id = "fern"
name = "Fern Hosting"
website = "https://my.fern.example/billing"
hosts = ["my.fern.example"]
login = { start = "https://billing.stripe.com/p/login/fern" }
"""


def test_what_the_file_says_wins_and_the_rest_is_the_presets() -> None:
    found = manifest.parse(TOML, "fern.toml")
    assert found.login
    assert (found.login.start, found.login_page) == ("https://billing.stripe.com/p/login/fern",) * 2
    assert [state.name for state in found.login.states][-1] == "the sign-in page"
    assert {"my.fern.example", "billing.stripe.com"} <= set(found.hosts)
    assert found.list
    assert found.list.currency == ""
    assert found.fact("list").source != found.source


def test_a_person_without_the_portals_address_is_sent_to_the_suppliers_own_page() -> None:
    found = manifest.parse(TOML.partition("login =")[0], "fern.toml")
    assert found.login_page == "https://my.fern.example/billing"


def test_a_preset_that_is_none_is_told_with_what_may_be_meant() -> None:
    with pytest.raises(errors.BadManifest, match=r"preset: .*found 'stripe' \(did you mean 'stripe_portal'"):
        manifest.parse(TOML.replace("stripe_portal", "stripe"), "fern.toml")


def test_stripes_preset_asks_for_no_more_than_who_the_supplier_is() -> None:
    assert manifest.parse('preset = "stripe_portal"\nid = "fern"\nname = "Fern"', "fern.toml").list


def test_a_files_own_pages_of_the_sign_in_are_looked_for_before_the_presets() -> None:
    wall = 'when = [{ name = "a wall", see = "#wall", do = { click = "#wall" } }]'
    found = manifest.parse(TOML.replace("login = {", f"login = {{ {wall},"), "fern.toml")
    assert found.login
    assert [found.login.states[0].name, found.login.states[-1].name] == ["a wall", "the sign-in page"]

"""A few acts, and the search proved able to find. `./run prove canary` goes through all of them."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.prove import canary, search

SECRET = canary.fresh_secrets()["password"]

DISGUISES = {
    "raw": SECRET.encode(),
    "in an address": f"?password={quote(SECRET)}&x=1".encode(),
    "on a page": f"<input value='{html.escape(SECRET)}'>".encode(),
    "in JSON": json.dumps({"said": [SECRET]}).encode(),
    "in a header": base64.b64encode(f"somebody:{SECRET}".encode()),
    "in a token": base64.urlsafe_b64encode(f"{{}}{SECRET}!".encode()),
    "in hex": SECRET.encode().hex().encode(),
    "as a browser keeps text": SECRET.encode("utf-16-le"),
    "backwards": SECRET[::-1].encode(),
}


def test_no_secret_is_found_anywhere(tmp_path: Path) -> None:
    found = canary.campaign(tmp_path, canary.FEW)
    assert found.hits == []
    assert found.acts == ["happy path: done", "short field: PortalChanged", "a code: CodeNeeded"]
    assert found.places > 50


def test_a_password_that_is_logged_is_found(tmp_path: Path) -> None:
    found = canary.campaign(tmp_path, canary.FEW[1:2], tell=True)
    assert [hit for hit in found.hits if "worker.log: password (raw)" in hit]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_every_disguise_is_seen_through(disguise: str, tmp_path: Path) -> None:
    tmp_path.joinpath("evidence.bin").write_bytes(b"before " + DISGUISES[disguise] + b" after")
    looked = search.Search({"password": SECRET})
    looked.look_through(tmp_path)
    assert looked.hits


def test_what_is_masked_is_no_find(tmp_path: Path) -> None:
    tmp_path.joinpath("worker.log").write_text("typing •••••, canari, biscuit")
    looked = search.Search(canary.fresh_secrets())
    looked.look_through(tmp_path)
    assert looked.hits == []
    assert looked.places == 1

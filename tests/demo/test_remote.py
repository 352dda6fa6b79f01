"""A portal in its own process, its stage over HTTP, its ports."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from demo import portals
from demo.remote import Remote
from demo.stage import Lever
from tests.demo import visits


def test_a_lever_that_a_portal_has_not_is_an_error(mandarine: portals.Portal) -> None:
    with pytest.raises(ValueError, match="not_ready"):
        mandarine.pull(Lever.NOT_READY)
    with pytest.raises(ValueError, match="not_ready"):
        Remote(mandarine.url).pull(Lever.NOT_READY)


def test_the_stage_is_served_to_this_machine_only(mandarine: portals.Portal) -> None:
    counters = f"{mandarine.url}/__stage/counters"
    assert httpx.get(counters, timeout=visits.PATIENCE).json()["requests"] == 0
    assert httpx.get(counters, headers={"Host": "evil.example"}, timeout=visits.PATIENCE).status_code == 403
    foreign = {"Origin": "http://evil.example"}
    assert (
        httpx.post(f"{mandarine.url}/__stage/publish", headers=foreign, timeout=visits.PATIENCE).status_code
        == 403
    )


def test_a_portal_in_its_own_process_is_the_same_portal() -> None:
    command = [sys.executable, "-m", "demo.portals", "mandarine", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        remote = Remote(json.loads(running.stdout.readline())["mandarine"])
        [number] = remote.pull(Lever.PUBLISH, login="user-3", cents=990)
        assert number + "-3" in remote.bills("user-3")
        assert number not in remote.bills("claire.fontaine")
        running.terminate()
    assert running.returncode == 0


def test_a_taken_port_gives_way_to_the_next(mandarine: portals.Portal) -> None:
    with portals.nimbus_saas(mandarine.port) as second:
        assert second.port > mandarine.port


def test_a_stopped_portal_answers_nobody(mandarine: portals.Portal) -> None:
    client = visits.visitor(mandarine)
    assert client.get("/").status_code == 200
    mandarine.stop()
    with pytest.raises(httpx.TransportError):
        client.get("/")


def test_manifests_tell_the_port_that_was_taken(tmp_path: Path) -> None:
    copies = portals.manifests(tmp_path / "mine", {"mandarine": 9100, "nimbus": 9101})
    told = [tomllib.loads(copy.read_text(encoding="utf-8")) for copy in copies]
    assert [supplier["origins"] for supplier in told] == [
        ["http://127.0.0.1:9100"],
        ["http://127.0.0.1:9101"],
    ]
    assert [supplier["hosts"] for supplier in told] == [["127.0.0.1:9100"], ["127.0.0.1:9101"]]

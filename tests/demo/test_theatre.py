"""A demo finds its stage as it was left, gives way when a port is taken, and tells the farm what it must know."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo import memory, portals, theatre
from demo.shelf import Bill
from demo.stage import Lever
from tests.demo import visits


def test_a_portal_remembers_what_it_published_and_its_password(tmp_path: Path) -> None:
    kept = tmp_path / "stage" / "mandarine.json"
    with portals.mandarine_telecom() as first:
        memory.keep(first.house, kept)
        first.pull(Lever.CHANGE_PASSWORD)
        first.pull(Lever.PUBLISH, login="user-3")
        [bill] = first.pull(Lever.PUBLISH_LATE)
    with portals.mandarine_telecom() as second:
        memory.keep(second.house, kept)
        assert second.house.shelf.find("claire.fontaine", bill.number) == bill
        assert second.house.shelf.of("user-3") == first.house.shelf.of("user-3")
        assert second.publish(issued=date(2026, 11, 3)).number == "MT-2026-0017"
        assert visits.numbers(visits.enter(second, password="mandarine-demo-2")[1])
        second.pull(Lever.CHANGE_PASSWORD)
        assert second.house.password == "mandarine-demo-3"


@pytest.mark.parametrize("supplier", list(portals.MAKERS))
def test_a_portal_remembers_a_replaced_file_and_whose_contract_it_is(supplier: str, tmp_path: Path) -> None:
    shelves: list[list[Bill]] = []
    for _ in range(2):
        with portals.MAKERS[supplier]() as shown:
            memory.keep(shown.house, tmp_path / "stage.json")
            if not shelves:
                shown.pull(Lever.CREDIT_NOTE, contract=shown.house.shelf.contracts[-1])
                shown.pull(Lever.REPLACED)
            shelves.append(shown.house.shelf.of(shown.brand.login))
    assert shelves[0] == shelves[1]
    assert max(bill.version for bill in shelves[1]) == 2


def test_a_stage_kept_by_an_older_demo_is_taken_up(tmp_path: Path) -> None:
    kept = tmp_path / "stage.json"
    with portals.nimbus_saas() as shown:
        memory.keep(shown.house, kept)
        shown.pull(Lever.PUBLISH)
    told = json.loads(kept.read_text())
    for bill in told["common"]:
        del bill["version"]
    kept.write_text(json.dumps(told))
    with portals.nimbus_saas() as shown:
        memory.keep(shown.house, kept)
        assert {bill.version for bill in shown.house.shelf.of(shown.brand.login)} == {1}


def test_a_taken_port_is_passed_over(mandarine: portals.Portal) -> None:
    assert theatre.free_port(mandarine.port) > mandarine.port


HOUSE = Path(__file__).parent.parent.parent
PLAY = [sys.executable, "-c", "import sys, demo; sys.exit(demo.play())"]
TELLS_ALL = "import os, sys\nprint(*(f'{k}={v}' for k, v in os.environ.items()), sys.argv[1])\n"
STAYS = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("open", flush=True)
signal.pause()
"""


def with_farm(folder: Path, farm: str) -> dict[str, Any]:
    """How to run a demo whose `moisson` command is the program given."""
    (folder / "moisson.py").write_text(farm)
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{HOUSE}"}
    return {"cwd": folder, "env": environment, "text": True, "stdout": subprocess.PIPE}


def test_the_farm_of_the_demo_starts_with_folders_of_its_own(tmp_path: Path) -> None:
    ran = subprocess.run(PLAY, timeout=300, check=True, **with_farm(tmp_path, TELLS_ALL))
    assert "The stage panel: http://127.0.0.1:" in ran.stdout
    for name in ("Mandarine Télécom: http://", "Nimbus SaaS: http://", "Bleu Énergie: http://"):
        assert name in ran.stdout
    for told in (
        "MOISSON_DATA=data-demo ",
        "MOISSON_KEY_FILE=keys-demo/vault.key ",
        "MOISSON_ALLOW_LOOPBACK=1 ",
    ):
        assert told in ran.stdout
    assert ran.stdout.rstrip().endswith(" start")


def test_the_demo_ends_with_its_farm_when_told_to(tmp_path: Path) -> None:
    with subprocess.Popen(PLAY, **with_farm(tmp_path, STAYS)) as running:
        assert running.stdout
        assert any(line == "open\n" for line in running.stdout)
        running.terminate()
    assert running.returncode == 0

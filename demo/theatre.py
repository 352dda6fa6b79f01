"""`moisson demo`: the fictional portals and their stage panel, and beside them a real farm with a data folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from demo import bank, bureau, clouds, dovecot, memory, panel, portals, post, server

DATA, KEYS = Path("data-demo"), Path("keys-demo")
FARM_PORT, MAIL_PORT = 8910, 8926


def play(data: Path = DATA, keys: Path = KEYS) -> int:
    """Until the farm ends or is told to; gives its exit code."""
    shown = [make(portals.PORTS[name]) for name, make in portals.MAKERS.items()]
    for portal in shown:
        memory.keep(portal.house, data / "stage" / f"{portal.brand.id}.json")
    farm_port = free_port(int(os.environ.get("MOISSON_PORT") or FARM_PORT))
    with contextlib.ExitStack() as stage:
        for portal in shown:
            stage.enter_context(portal)
        mailbox = stage.enter_context(post.Post(shown, free_port(MAIL_PORT))) if dovecot.is_there() else None
        books = stage.enter_context(bureau.Bureau())
        books.serves(farm_port)
        boxes = stage.enter_context(clouds.Clouds())
        farm = f"http://{server.HOST}:{farm_port}"
        boxes.serves(farm, f"http://localhost:{farm_port}")
        levers = stage.enter_context(panel.Panel(shown, farm=farm, mailbox=mailbox, books=books, boxes=boxes))
        _say(shown, levers)
        told = _settings(shown, data, keys, farm_port)
        stand_ins = json.loads(books.stand_ins) | boxes.stand_ins
        return _farm(os.environ | told | {"MOISSON_STAND_INS": json.dumps(stand_ins)})


def free_port(port: int) -> int:
    """`port`, or the first after it that nobody listens on."""
    for candidate in range(port, port + 50):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                tried.bind((server.HOST, candidate))
                return candidate
    raise OSError(f"no free port from {port} on")


def _settings(shown: Sequence[portals.Portal], data: Path, keys: Path, port: int) -> dict[str, str]:
    """What the farm of the demo is told: its own folders, and portals on this machine."""
    told = {
        "MOISSON_DATA": str(data),
        "MOISSON_KEY_FILE": str(keys / "vault.key"),
        "MOISSON_PORT": str(port),
        "MOISSON_ALLOW_LOOPBACK": "1",
        "MOISSON_RATES": str(_rates(data / "stage" / "rates.csv")),
    }
    if not _moved(shown):
        return told
    portals.manifests(data / "collectors", {portal.brand.id: portal.port for portal in shown})
    return told | {"MOISSON_COLLECTORS": str(data / "collectors")}


def _rates(file: Path) -> Path:
    """What the dollars of the stage are worth."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(bank.rates(date.today()))
    return file


def _moved(shown: Sequence[portals.Portal]) -> list[portals.Portal]:
    return [portal for portal in shown if portal.port != portals.PORTS[portal.brand.id]]


def _say(shown: Sequence[portals.Portal], levers: panel.Panel) -> None:
    lines = [f"The stage panel: {levers.url}   (publish, break and slow things there)"]
    lines += [f"{portal.brand.name}: {portal.url}" for portal in shown]
    lines += [f"Port {portals.PORTS[portal.brand.id]} was taken." for portal in _moved(shown)]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _farm(environment: Mapping[str, str]) -> int:
    farm = subprocess.Popen([sys.executable, "-m", "moisson", "start"], env=environment)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: farm.terminate())
    return farm.wait()

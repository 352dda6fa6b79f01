"""The fictional portals, running: in this process for a test, or in their own (`python -m demo.portals mandarine --port 0`)."""

from __future__ import annotations

import argparse
import json
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from demo import bleu, house, mandarine, nimbus, server, shelf
from demo.stage import Counters, Lever, Stage

PORTS = {"mandarine": 8921, "nimbus": 8922, "bleu": 8923}
CATALOGUE = Path(__file__).parent.parent / "collectors"


class Portal:
    """One fictional supplier on loopback. Use it as a context, or `start()` and `stop()` it."""

    def __init__(
        self,
        site: mandarine.Site | nimbus.Site | bleu.Site,
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`port` 0 lets the system choose; a taken port gives way to the next free one."""
        self.house = site.house
        self.app = site.app
        serve = server.next_free if port else server.Server
        self._server = serve(site.app, port=port, tls=tls)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def brand(self) -> house.Brand:
        return self.house.brand

    @property
    def stage(self) -> Stage:
        return self.house.stage

    @property
    def counters(self) -> Counters:
        return self.house.counters

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self.house.close()
        self._server.stop()

    def pull(self, lever: Lever, on: bool = True, **about: Any) -> list[shelf.Bill]:
        """See `House.pull`."""
        return self.house.pull(lever, on, **about)

    def publish(self, **about: Any) -> shelf.Bill:
        """See `Shelf.publish`."""
        return self.house.shelf.publish(**about)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def mandarine_telecom(port: int = 0, *, latency: float = 0.0) -> Portal:
    """`latency` is in seconds, added to every answer."""
    return Portal(mandarine.Site(mandarine.house(latency)), port)


def nimbus_saas(port: int = 0, *, latency: float = 0.0) -> Portal:
    """`latency` is in seconds, added to every answer."""
    return Portal(nimbus.Site(nimbus.house(latency)), port)


def bleu_energie(port: int = 0, *, latency: float = 0.0) -> Portal:
    """`latency` is in seconds, added to every answer."""
    return Portal(bleu.Site(bleu.house(latency)), port)


#: How to make each portal, by its supplier's id.
MAKERS: Mapping[str, Callable[..., Portal]] = {
    "mandarine": mandarine_telecom,
    "nimbus": nimbus_saas,
    "bleu": bleu_energie,
}


def manifests(folder: Path, ports: Mapping[str, int]) -> list[Path]:
    """Copy the manifests of `ports` (supplier id → port) into `folder`, telling the port that was really taken."""
    folder.mkdir(parents=True, exist_ok=True)
    copies = [folder / f"{supplier}.toml" for supplier in ports]
    for copy in copies:
        told = (CATALOGUE / copy.name).read_text(encoding="utf-8")
        copy.write_text(told.replace(f":{PORTS[copy.stem]}", f":{ports[copy.stem]}"), encoding="utf-8")
    return copies


def main() -> None:
    """Serve the portals named (all when none is), and say their URLs as one JSON line."""
    asked = argparse.ArgumentParser(prog="python -m demo.portals")
    asked.add_argument("portal", nargs="*", help="which portals; all when none is named")
    asked.add_argument(
        "--port", type=int, default=None, help="port of the first one; 0 lets the system choose"
    )
    asked.add_argument("--latency", type=float, default=0.0, help="seconds added to every answer")
    told = asked.parse_args()
    if unknown := set(told.portal) - set(MAKERS):
        asked.error(f"no such portal: {', '.join(sorted(unknown))}; there are {', '.join(MAKERS)}")
    names = told.portal or list(MAKERS)
    ports = [
        PORTS[name] if told.port is None else told.port and told.port + place
        for place, name in enumerate(names)
    ]
    serve([MAKERS[name](port, latency=told.latency).start() for name, port in zip(names, ports, strict=True)])


def serve(running: list[Portal]) -> None:
    """Print `{"mandarine": "http://…"}` and stay until told to end."""
    ended = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: ended.set())
    sys.stdout.write(json.dumps({portal.brand.id: portal.url for portal in running}) + "\n")
    sys.stdout.flush()
    ended.wait()
    for portal in running:
        portal.stop()


if __name__ == "__main__":
    main()

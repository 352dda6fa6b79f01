"""Where the bench stands: a scratch folder, the portals in a process of their own, and the farm in another."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from collectors.kit import browsers
from demo import portals as stage
from demo.remote import Remote
from demo.stage import Lever
from tests.bench import portals
from tests.certificates import spki

ROOT = Path(__file__).parents[2]
#: A pace that does not bind, for the rows that are not about it.
FREE = "pace = { at_once = 64, gap = 0, logins_at_once = 64 }"
LONGEST = 1800
MOST_SUPPLIERS = 10


class Stand:
    """The portals' URLs by supplier, and a way to run a process of the bench beside them."""

    def __init__(self, folder: Path, urls: dict[str, str]) -> None:
        self.folder, self.urls = folder, urls
        self.remotes = [Remote(url) for url in urls.values()]
        self._rows = 0
        #: A folder of invoices, besides those that the press makes (`reading`), or of sets to be matched (`unseen`).
        self.papers: Path | None = None

    def farm(self, act: str, *, pace: str = FREE, **asked: Any) -> dict[str, Any]:
        """A new installation does `act` (`farmside`); what the portals counted meanwhile is added."""
        self._rows += 1
        home = self.folder / str(self._rows)
        self._manifests(home / "collectors", pace)
        before = self.signed_in()
        told = self._run("tests.bench.farmside", act, asked, home)
        return told | {"portal_logins": self.signed_in() - before}

    def naive(self, *, first: int, count: int, at_once: int, browser: str) -> dict[str, Any]:
        asked = {"urls": self.urls, "first": first, "count": count, "at_once": at_once, "browser": browser}
        return self._run("tests.bench.naive", "", asked, self.folder)

    def alone(self, module: str, **asked: Any) -> dict[str, Any]:
        """What needs no farm, in a process of its own."""
        self._rows += 1
        return self._run(module, "", asked, self.folder / str(self._rows))

    def _run(self, module: str, act: str, asked: dict[str, Any], home: Path) -> dict[str, Any]:
        home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", module, *([act] if act else []), json.dumps(asked)]
        ran = subprocess.run(
            command,
            cwd=home,
            env=_surroundings(home),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        if ran.returncode:
            raise RuntimeError(f"{module} {act} failed:\n{ran.stderr[-4000:]}")
        told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
        return told

    def _manifests(self, folder: Path, pace: str) -> None:
        ports = {supplier: urlsplit(url).port or 0 for supplier, url in self.urls.items()}
        for copy in stage.manifests(folder, ports):
            text = re.sub(r"(?m)^pace = .*$", pace, copy.read_text(encoding="utf-8"))
            text = text.replace("http://", "https://")
            copy.write_text(text, encoding="utf-8")
            for twin in portals.twins(MOST_SUPPLIERS)[len(ports) :]:
                if twin.startswith(f"{copy.stem}-"):
                    told = text.replace(f'id = "{copy.stem}"', f'id = "{twin}"')
                    copy.with_stem(twin).write_text(told, encoding="utf-8")

    @contextmanager
    def slow(self, supplier: str) -> Iterator[None]:
        """This supplier takes its time for every answer."""
        remote = Remote(self.urls[supplier])
        remote.pull(Lever.SLOW)
        try:
            yield
        finally:
            remote.pull(Lever.SLOW, on=False)

    def signed_in(self) -> int:
        """Sign-ins that the portals have let in so far."""
        return sum(int(remote.counters()["logins_ok"]) for remote in self.remotes)


@contextmanager
def put_up() -> Iterator[Stand]:
    """The stand, gone afterwards with everything on it."""
    with tempfile.TemporaryDirectory(prefix="moisson-bench-") as folder, _trusted(Path(folder)) as leaf:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.portals", str(leaf)],
            env=_surroundings(Path(folder)),
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert running.stdout
            yield Stand(Path(folder), json.loads(running.stdout.readline()))
        finally:
            running.terminate()
            running.wait()


@contextmanager
def _trusted(folder: Path) -> Iterator[Path]:
    """The file of the portals' certificate, which this process and those that it starts trust meanwhile."""
    authority, leaf = folder / "authority.pem", folder / "leaf.pem"
    ours = trustme.CA()
    shown = ours.issue_cert("127.0.0.1", "localhost")
    ours.cert_pem.write_to_path(str(authority))
    shown.private_key_and_cert_chain_pem.write_to_path(str(leaf))
    with pytest.MonkeyPatch.context() as here:
        for trusts in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
            here.setenv(trusts, str(authority))
        here.setenv(portals.TRUSTED, spki(shown))
        yield leaf


def browser() -> str:
    """The browser that the farm drives, which the naive script is given too."""
    return browsers.find(os.environ.get("MOISSON_BROWSER", ""))


def _surroundings(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOISSON_")}
    kept |= {
        name: os.environ[name]
        for name in ("MOISSON_BROWSER", "MOISSON_ALLOW_NO_SANDBOX")
        if name in os.environ
    }
    return kept | {
        "PYTHONPATH": str(ROOT),
        "MOISSON_DATA": str(home / "data"),
        "MOISSON_KEY_FILE": str(home / "keys" / "vault.key"),
        "MOISSON_COLLECTORS": str(home / "collectors"),
        "MOISSON_ALLOW_LOOPBACK": "1",
    }

"""What a campaign can do with a real farm: web and worker as two processes, a person signed in, commands, and the portals' levers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select

from core import ledger, nouns
from core.db import models
from demo.backstage import PREFIX
from demo.stage import Lever
from tests.prove import world
from tests.prove.search import Search
from tests.prove.world import HOUSE, Client, World

#: Seconds a visit may take.
VISIT = 150.0
EMAIL, PHRASE = "anna@atelier-brun.example", "des mots que personne ne devine"


class Rounds:
    """`tell` puts the fault in: the worker logs what it types."""

    def __init__(self, farm: World, known: dict[str, str], search: Search, *, tell: bool) -> None:
        self.farm, self.known, self.search, self.tell = farm, known, search, tell
        self.env = os.environ | farm.env | {"PYTHONPATH": str(HOUSE), "MOISSON_PORT": "0", "DEBUG": "pw:api"}
        tmp = farm.folder / "tmp"
        tmp.mkdir()
        self.env["TMPDIR"] = str(tmp)
        self.parts: list[subprocess.Popen[bytes]] = []
        self.starts = 0
        #: How the visits of the act under way ended: an error's name, or the run's state.
        self.ends: set[str] = set()

    def open_up(self) -> None:
        self.worker = self._start("worker")
        self._start("web")
        log = self.farm.folder / "logs" / "2-web.log"
        world.until(lambda: "Moisson: http" in log.read_text(errors="replace"), VISIT)
        told = re.search(r"Moisson: (http://[^/\s]+)(/\S*)", log.read_text(errors="replace"))
        assert told is not None, log.read_text(errors="replace")
        self.visitor = httpx.Client(base_url=told[1], timeout=60, follow_redirects=True)
        self.send(told[2], "/setup", token=told[2].partition("token=")[2], email=EMAIL, password=PHRASE)

    def close_up(self) -> None:
        for part in self.parts:
            part.terminate()
        for part in self.parts:
            part.wait(VISIT)

    def send(self, at: str, place: str, **fields: str) -> httpx.Response:
        """Fill in the form of the page `at`; what comes back is searched."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.visitor.get(at).text)
        assert token is not None, at
        answer = self.visitor.post(place, data={"csrf_token": token[1], **fields})
        self.search.look(f"POST {place}", repr(answer.headers).encode() + answer.content)
        return answer

    def act(self, name: str, clients: Sequence[Client]) -> None:
        """Have these visited now, and search what came of it."""
        for client in clients:
            self.farm.call(client, person=True)
        assert self.visited(clients), f"{name}: no visit ended in {VISIT:.0f} seconds"
        self.look_round(clients)

    def look_round(self, clients: Sequence[Client]) -> None:
        """What these accounts' pages say, and every file."""
        for client in clients:
            run = self._last_run(client)
            self.ends.add((run.error or run.state) if run else "no visit")
            page = f"/accounts/{client.account}"
            self.search.crawl(self.visitor, page, within=f"{page}$|{page}/|/runs/|/documents/")
        self.search.look_through(self.farm.folder)

    def question(self, client: Client, refused: int) -> int:
        """The question that waits for this account's person, once so many answers were refused."""
        found: list[int] = []

        def put() -> bool:
            with self.farm.database.read() as session:
                challenge = ledger.open_challenge(session, client.account)
                found[:] = [challenge.id] if challenge and challenge.tries == refused else []
            return bool(found)

        assert world.until(put, VISIT), f"nobody was asked for account {client.account}"
        return found[0]

    def newcomers(self, **secrets: str) -> list[Client]:
        return [self.farm.new_client(supplier, **secrets) for supplier in self.farm.remotes]

    def pull(self, lever: Lever, on: bool = True) -> None:
        for remote in self.farm.remotes.values():
            remote.pull(lever, on)

    def spoil_field(self, how: str) -> None:
        for remote in self.farm.remotes.values():
            line = HTTPConnection(urlsplit(remote.url).netloc, timeout=60)
            line.request("POST", f"{PREFIX}/field/{how}")
            assert line.getresponse().status == 200
            line.close()

    def command(self, *words: str, say: str = "") -> None:
        """A `moisson` command; what it prints is kept, and searched with the rest."""
        done = subprocess.run(
            [sys.executable, "-m", "moisson", *words],
            cwd=self.farm.folder,
            env=self.env,
            input=say.encode(),
            capture_output=True,
            check=False,
            timeout=VISIT,
        )
        self.search.look(f"moisson {' '.join(words[:2])}", done.stdout + done.stderr)

    def start_worker(self) -> None:
        self.worker = self._start("worker")

    def _start(self, part: str) -> subprocess.Popen[bytes]:
        self.starts += 1
        log = self.farm.folder / "logs" / f"{self.starts}-{part}.log"
        log.parent.mkdir(exist_ok=True)
        words = [sys.executable, "-m", "tests.prove.loud", *(["--tell"] if self.tell else []), part]
        with log.open("wb") as out:
            started = subprocess.Popen(words, cwd=self.farm.folder, env=self.env, stdout=out, stderr=out)
        self.parts.append(started)
        return started

    def visited(self, clients: Sequence[Client]) -> bool:
        """Whether each has had the visit that it was called for, however it ended; one whose worker died is made again."""

        def ended(client: Client) -> bool:
            run = self._last_run(client)
            if run is None or run.ended_at is None or run.state == nouns.RunState.LOST:
                return False
            return run.ended_at > self.farm.called[client.account]

        return world.until(lambda: all(map(ended, clients)), VISIT)

    def _last_run(self, client: Client) -> models.Run | None:
        with self.farm.database.read() as session:
            mine = select(models.Run).where(models.Run.account_id == client.account)
            return session.scalar(mine.order_by(models.Run.id.desc()).limit(1))

"""A password, an authenticator key, an answer to a portal's question and cookies that exist nowhere else go through everything that can go wrong; then every byte is searched."""

from __future__ import annotations

import json
import secrets
import signal
import time
from base64 import b32encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from demo.stage import Lever
from tests.prove import points, world
from tests.prove.rounds import VISIT, Rounds
from tests.prove.search import Passers, Search
from tests.prove.world import Client

#: Levers that a first visit, with its sign-in, meets; and those that a visit with a live session meets on its way to a bill.
AT_LOGIN = (
    *(Lever.MOVE_BUTTONS, Lever.DOWN, Lever.SLOW, Lever.BLOCKED, Lever.LOCKED, Lever.TERMS, Lever.CAPTCHA),
    *(Lever.WRONG_CODE, Lever.EMPTY, Lever.SILENT_EMPTY),
)
AT_LIST = (
    *(Lever.HTML_FILE, Lever.HALF_FILE, Lever.EMPTY_FILE, Lever.HUGE_FILE, Lever.OTHER_CUSTOMER),
    *(Lever.DROP_SESSIONS, Lever.DROP_MID_LIST, Lever.BETWEEN_PAGES),
)


@dataclass
class Found:
    """What was done, where it was searched, and what was found."""

    acts: list[str] = field(default_factory=list)
    hits: list[str] = field(default_factory=list)
    spellings: int = 0
    places: int = 0
    size: int = 0
    seconds: float = 0.0


def fresh_secrets() -> dict[str, str]:
    """With the characters that disguises are made for."""
    return {
        "password": f"canari-{secrets.token_hex(9)}\"&<é/+ %'Z",
        "wrong": f"serin-{secrets.token_hex(9)}\"&<é/+ %'Z",
        "totp": b32encode(secrets.token_bytes(20)).decode(),
        "answer": f"moineau{secrets.token_hex(9)}",
        "cookie": f"biscuit{secrets.token_hex(12)}x",
    }


def happy(rounds: Rounds) -> None:
    """Registered in the web form (once with a mistake, once rightly), the census, and a new bill."""
    known, at = rounds.known, "/suppliers/nimbus/new"
    form = {"field-username": "user-1@nimbus.example", "field-password": known["password"], "label": "Siège"}
    form["field-totp"] = known["totp"]
    assert rounds.send(at, at, **form).status_code == 422  # the terms are not agreed to
    assert rounds.send(at, at, **form, terms="yes").status_code == 200
    client = rounds.farm.know(Client(1, "nimbus", "user-1@nimbus.example"))
    rounds.act("census", [client])
    rounds.farm.publish(client)
    rounds.act("a new bill", [client])


def asked(rounds: Rounds) -> None:
    """A code that the portal refuses, typed in the page where it is asked for until the portal has enough."""
    clients = rounds.newcomers()
    rounds.pull(Lever.CODE)
    for client in clients:
        rounds.farm.call(client, person=True)
    for refused in range(3):
        for client in clients:
            page = f"/challenges/{rounds.question(client, refused)}"
            assert rounds.send(page, f"{page}/answer", answer=rounds.known["answer"]).status_code == 200
    assert rounds.visited(clients)
    rounds.look_round(clients)
    rounds.pull(Lever.CODE, False)


def commands(rounds: Rounds) -> None:
    """What the commands print, those that fail included."""
    client = Client(len(rounds.farm.clients) + 1, "mandarine", f"user-{len(rounds.farm.clients) + 1}")
    told = {"username": client.login, "password": rounds.known["password"]}
    add = ("account", "add", "mandarine", "--secrets", "-")
    rounds.command(*add, "--json", say=json.dumps(told))
    rounds.command(*add, say=json.dumps({"mot": rounds.known["password"]}))
    rounds.command(*add, say=rounds.known["password"])
    for words in (("collect", str(client.account)), ("account", "list"), ("doctor",)):
        rounds.command(*words, "--json")
    rounds.look_round([rounds.farm.know(client)])


def wrong_password(rounds: Rounds) -> None:
    clients = rounds.newcomers(password=rounds.known["wrong"])
    rounds.act("wrong password", clients)
    page = f"/accounts/{clients[0].account}/credentials"
    rounds.farm.called[clients[0].account] = world.now()
    rounds.send(page, page, **{"field-password": rounds.known["password"]})
    assert rounds.visited(clients)
    rounds.look_round(clients)


def short_field(rounds: Rounds) -> None:
    """The field keeps the beginning of the password only."""
    rounds.spoil_field("short")
    rounds.act("short field", rounds.newcomers())
    rounds.spoil_field("none")


def field_that_takes_nothing(rounds: Rounds) -> None:
    rounds.spoil_field("readonly")
    rounds.act("a field that takes nothing", rounds.newcomers())
    rounds.spoil_field("none")


def browser_dies(rounds: Rounds) -> None:
    """With the password typed and not yet sent."""
    clients = rounds.newcomers()[:1]
    points.arm(rounds.farm.folder / "armed", "freeze", points.named("password typed"))
    rounds.farm.call(clients[0], person=True)
    worker = psutil.Process(rounds.worker.pid)
    assert world.until(lambda: worker.status() == psutil.STATUS_STOPPED, VISIT)
    for process in worker.children(recursive=True):
        if "headless" in process.name() or "chrom" in process.name():
            process.kill()
    worker.resume()
    assert rounds.visited(clients)
    rounds.look_round(clients)


def worker_dies(rounds: Rounds) -> None:
    """kill -9 with the password on the page; what it leaves behind is searched before anybody tidies up."""
    clients = rounds.newcomers()[:1]
    points.arm(rounds.farm.folder / "armed", "die", points.named("password typed"))
    rounds.farm.call(clients[0], person=True)
    assert rounds.worker.wait(VISIT) == -signal.SIGKILL
    rounds.look_round(clients)
    rounds.start_worker()
    assert rounds.visited(clients)
    rounds.look_round(clients)


def at_login(lever: Lever) -> Callable[[Rounds], None]:
    def meet(rounds: Rounds) -> None:
        clients = rounds.newcomers()
        rounds.pull(lever)
        rounds.act(lever, clients)
        rounds.pull(lever, False)

    return meet


def at_list(lever: Lever) -> Callable[[Rounds], None]:
    def meet(rounds: Rounds) -> None:
        clients = rounds.newcomers()
        rounds.act("census", clients)
        for client in clients:
            rounds.farm.publish(client)
        rounds.pull(lever)
        rounds.act(lever, clients)
        if lever is not Lever.DROP_SESSIONS:
            rounds.pull(lever, False)

    return meet


Act = tuple[str, Callable[[Rounds], None]]
_BLUNT: tuple[Act, ...] = (
    ("happy path", happy),
    ("short field", short_field),
    ("a code", asked),
    ("commands", commands),
    ("wrong password", wrong_password),
    ("read-only field", field_that_takes_nothing),
    ("browser killed", browser_dies),
    ("worker killed", worker_dies),
)
ALL: tuple[Act, ...] = (
    *_BLUNT,
    *((lever.value, at_login(lever)) for lever in AT_LOGIN),
    *((lever.value, at_list(lever)) for lever in AT_LIST),
)
FEW = _BLUNT[:3]


def campaign(
    folder: Path, acts: Sequence[Act], *, tell: bool = False, note: Callable[[str], None] = lambda _: None
) -> Found:
    """Do it all, and search everything. `tell` puts the fault in: the password is logged."""
    began, known, found = time.monotonic(), fresh_secrets(), Found()
    search = Search(known)
    with _opened(folder, known, search, tell=tell) as rounds:
        for name, act in acts:
            rounds.ends.clear()
            act(rounds)
            found.acts.append(f"{name}: {', '.join(sorted(rounds.ends))}")
            note(f"{len(search.hits):5}  {name}")
        search.crawl(rounds.visitor)
    search.look_through(folder)
    found.hits, found.spellings = search.hits, search.spellings
    found.places, found.size, found.seconds = search.places, search.size, time.monotonic() - began
    return found


@contextmanager
def _opened(folder: Path, known: dict[str, str], search: Search, *, tell: bool) -> Iterator[Rounds]:
    with ExitStack() as stack:
        urls = stack.enter_context(world.shown("tests.prove.stage", say=json.dumps(known)))
        farm = world.founded(folder, urls)
        stack.callback(farm.database.close)
        farm.secrets = {
            "mandarine": {"password": known["password"]},
            "nimbus": {"password": known["password"], "totp": known["totp"]},
        }
        stack.enter_context(Passers(search))
        rounds = Rounds(farm, known, search, tell=tell)
        stack.callback(rounds.close_up)
        rounds.open_up()
        yield rounds

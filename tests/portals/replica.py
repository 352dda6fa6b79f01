"""What every replica is: one server for a supplier's true host names, with a house of levers and counters behind its pages."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from demo import backstage, house, server, shelf
from demo.stage import Counters, Lever, Stage


class Replica:
    """A supplier as publicly known. Its constructor takes `(tls, *, latency=0.0)` and gives `house` and `sites` to this one.

    Under the address of this machine it serves the stage. Facts stand in the replica as sourced; it imports nothing of
    the collectors.
    """

    #: The id of the supplier in the catalogue that it stands for.
    supplier: ClassVar[str]
    #: Every host name that it answers for, as a certificate names them.
    HOSTS: ClassVar[tuple[str, ...]]

    def __init__(
        self, tls: ssl.SSLContext | None, house: house.House, sites: Mapping[str, WSGIApplication]
    ) -> None:
        """`tls` serves the certificate of all the host names; `sites` is an application for each of them."""
        stage = Flask(__name__)
        backstage.install(stage, house)
        self.house = house
        self._sites: dict[str, WSGIApplication] = {**sites, server.HOST: stage}
        self._server = server.Server(self._answer, tls=tls)

    @property
    def fields(self) -> dict[str, str]:
        """What its customer writes into the account form, by field."""
        return {"username": self.house.brand.login, "password": self.house.password}

    def answer(self, kind: str) -> str:
        """What a person who is asked answers: `kind` is `code`, `approval` or `link`."""
        return self.house.sms

    @property
    def listable(self) -> int:
        """How many lines a census of its customer must note."""
        return len(self.house.shelf.of(self.house.brand.login))

    @property
    def stage(self) -> Stage:
        return self.house.stage

    @property
    def counters(self) -> Counters:
        return self.house.counters

    @property
    def address(self) -> tuple[str, int]:
        """The loopback address that stands for the true hosts."""
        return server.HOST, self._server.port

    def start(self) -> tuple[str, int]:
        self._server.start()
        return self.address

    def stop(self) -> None:
        self.house.close()
        self._server.stop()

    def pull(self, lever: Lever, on: bool = True, **about: Any) -> list[shelf.Bill]:
        """See `House.pull`."""
        return self.house.pull(lever, on, **about)

    def publish(self, **about: Any) -> shelf.Bill:
        """See `Shelf.publish`; in the first contract unless `contract` says otherwise."""
        return self.house.shelf.publish(**about)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        site = self._sites.get(environ.get("HTTP_HOST", "").partition(":")[0])
        if site is None:
            start_response("421 Misdirected Request", [("Content-Length", "0")])
            return []
        return site(environ, start_response)

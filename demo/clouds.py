"""Mailboxes at the two large providers, as the stage has them: Gmail and Outlook, each with its consents. They live as long as the demo does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Self

from demo import gmail, graph, mailings, server
from demo.mailings import Act

#: What a person types to let Moisson in. It stands on the panel: nothing real is in there.
CLIENT_ID, CLIENT_SECRET = "moisson-demo", "demo-secret"
PORTS = {"gmail": 8936, "graph": 8937}


class Cloud:
    """One of them: `id` is the kind of mailbox, `provider` who gives its consents, `address` whose it is."""

    def __init__(self, id: str, name: str, provider: str, address: str, played: Any) -> None:
        self.id, self.name, self.provider, self.address, self.played = id, name, provider, address, played
        self.played.office.person = address
        self._written = 0
        self._server: server.Server | None = None

    @property
    def keys(self) -> Mapping[str, str]:
        return {"e-mail": self.address, "Client ID": CLIENT_ID, "Client secret": CLIENT_SECRET}

    @property
    def url(self) -> str:
        assert self._server  # noqa: S101 - it is started
        return self._server.url

    @property
    def has_consent(self) -> bool:
        return not self.played.office.ended

    def start(self, port: int) -> None:
        """At this port or the next free one; 0 lets the system choose. A letter and an invoice are there already."""
        app = self.played.app
        self._server = server.Server(app) if port == 0 else server.next_free(app, port)
        self._server.start()
        self.act(Act.OTHER, days=3)
        self.act(Act.INVOICE, days=20)

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    def act(self, act: Act, *, days: float = 0) -> None:
        """Something arrives, or came so many days ago."""
        self._written += 1
        # The numbers of another mailbox's invoices are others.
        number = self._written + 1000 * (1 + list(PORTS).index(self.id))
        self.receive(mailings.written(act, number, self.address), days=days)

    def receive(self, message: EmailMessage, *, days: float = 0) -> None:
        self.played.arrive(message.as_bytes(), datetime.now(UTC) - timedelta(days=days))

    def turn_consent(self) -> None:
        """Whoever gave the consent takes it back, or lets it be given again."""
        self.played.office.ended = not self.played.office.ended


class Clouds:
    """Both. Use it as a context."""

    def __init__(self, ports: Mapping[str, int] = PORTS) -> None:
        self._ports = ports
        self.every = (
            Cloud("gmail", "Gmail", "google", "atelier.demo@gmail.com", gmail.Letterbox()),
            Cloud("graph", "Outlook", "microsoft", "atelier.demo@outlook.com", graph.Postbox()),
        )

    def __enter__(self) -> Self:
        for one in self.every:
            one.start(self._ports.get(one.id, 0))
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.every:
            one.stop()

    def serves(self, *farms: str) -> None:
        """Where consents lead back to: the farm, by each of its addresses."""
        for one in self.every:
            back = [f"{farm}/oauth/callback" for farm in farms]
            one.played.office.register(CLIENT_ID, CLIENT_SECRET, *back)

    @property
    def stand_ins(self) -> dict[str, str]:
        """As `MOISSON_STAND_INS` has them."""
        return {one.provider: one.url for one in self.every}

"""A link to a public PDF: fetched through the door, from hosts that are known to give invoices, and from no other."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import pytest_asyncio

from core.db import models
from tests.core.mailbox.mails import bill, mail
from tests.portals import names
from tests.scheduler import postal

HOST = "pay.stripe.com"


class Giver(BaseHTTPRequestHandler):
    """A host that gives an invoice, moves on to one, or moves on to elsewhere."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Cookie")))
        moved = {"/moved/pdf": f"https://{HOST}/given/pdf", "/away/pdf": "https://elsewhere.example/pdf"}
        if to := moved.get(self.path):
            self.send_response(302)
            self.send_header("Location", to)
            self.send_header("Set-Cookie", "canary=1; Path=/")
            self.end_headers()
            return
        body = bill() if self.path == "/given/pdf" else b"<html>sign in</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def giving(tls: object) -> Iterator[int]:
    served = ThreadingHTTPServer(("127.0.0.1", 0), Giver)
    served.socket = tls.wrap_socket(served.socket, server_side=True)  # type: ignore[attr-defined]
    threading.Thread(target=served.serve_forever, daemon=True).start()
    try:
        yield served.server_port
    finally:
        served.shutdown()
        served.server_close()


@pytest_asyncio.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[postal.World]:
    made, authority = names.Replicas(also=[HOST]), tmp_path / "authority.pem"
    made.authority.cert_pem.write_to_path(str(authority))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    Giver.asked.clear()
    with giving(made.tls()) as port:

        async def resolve(host: str, _: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", port)]

        async with postal.opened(tmp_path, outside={"resolve": resolve}) as opened:
            yield opened


@pytest.mark.parametrize("way", ["given", "moved"])
async def test_a_public_pdf_comes_without_any_credential(world: postal.World, way: str) -> None:
    page = f"<a href='https://{HOST}/{way}/pdf'>Download invoice</a>"
    world.deliver(mail("Your invoice", "billing@saas.example", page=page))
    world.connect()
    await world.check()
    (file,) = world.rows(models.MessageFile)
    assert (file.came_as, file.refused, bool(file.document_id)) == ("link", None, True)
    assert [cookie for _, cookie in Giver.asked] == [None] * len(Giver.asked)


@pytest.mark.parametrize("way", ["away", "page"])
async def test_what_leads_elsewhere_or_to_a_page_is_not_taken(world: postal.World, way: str) -> None:
    page = f"<a href='https://{HOST}/{way}/pdf'>Download invoice</a>"
    world.deliver(mail("Your invoice", "billing@saas.example", page=page))
    world.connect()
    await world.check()
    (file,) = world.rows(models.MessageFile)
    assert (file.came_as, file.refused, len(Giver.asked)) == ("link", "not_fetched", 1)

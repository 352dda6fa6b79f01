from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from collectors.kit import reply
from core import errors

URL = "https://portal.example/bills?signature=canary"


def answer(body: bytes, kind: str = "text/html", **headers: str) -> reply.Reply:
    return reply.Reply(200, URL, {"content-type": kind, **headers}, body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=iso-8859-15", "Dû : 12 €".encode("iso-8859-15")),
        ("text/html", "Dû : 12 €".encode()),
        ("text/html", '<meta charset="iso-8859-15">Dû : 12 €'.encode("iso-8859-15")),
        ("text/plain", b"\xef\xbb\xbf" + "Dû : 12 €".encode()),
    ],
)
def test_text_is_read_in_the_encoding_that_the_page_declares(kind: str, body: bytes) -> None:
    assert answer(body, kind).text.endswith("Dû : 12 €")


def test_a_page_is_read_by_selector_and_json_as_json() -> None:
    assert answer(b"<li class=bill>A1<li class=bill>A2").css("li.bill::text").getall() == ["A1", "A2"]
    assert answer(b"<p>x").xpath("//p/text()").get() == "x"
    assert answer(b'{"bills": []}', "application/json").json() == {"bills": []}


def test_what_should_be_json_and_is_not_is_a_changed_portal_that_does_not_show_the_body() -> None:
    with pytest.raises(errors.PortalChanged) as raised:
        answer(b"<html>canary").json()
    assert (raised.value.expected, raised.value.seen) == ("JSON", "200 text/html")
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("said", "seconds"), [("120", 120.0), (formatdate(0), 0.0), ("", None), ("soon", None)]
)
def test_retry_after_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert answer(b"", **{"retry-after": said}).retry_after == seconds


def test_retry_after_a_date_to_come_is_the_time_until_then() -> None:
    wait = answer(b"", **{"retry-after": formatdate(time.time() + 600)}).retry_after
    assert wait is not None
    assert 500 < wait <= 600


def test_a_reply_prints_neither_its_address_nor_its_body() -> None:
    assert repr(answer(b"canary")) == "<Reply 200 from portal.example, 6 bytes>"

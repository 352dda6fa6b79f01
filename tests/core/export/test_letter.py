"""Mail to the accountant: through a real SMTP conversation, each document once, and what nobody can know is told."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import trustme
from aiosmtpd.controller import Controller

from core import errors
from core.export import letter, letter_bundles, letters, places
from tests.core.export import books, connected, depot, strangers
from tests.core.export import post as posts
from tests.core.export.depot import Depot
from tests.core.export.post import PASSWORD, Post

PARIS = ZoneInfo(depot.ZONE)


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    with posts.opened() as made:
        yield made


@pytest.fixture
def company(tmp_path: Path, post: tuple[Post, int]) -> Iterator[Depot]:
    typed = {
        "url": f"smtp://127.0.0.1:{post[1]}",
        "to": "Compta <compta@cabinet.example>, anne@firm.example",
        "sender": "factures@firm.example",
        "login": "factures",
    }
    with depot.opened(tmp_path, letter.KIND, letter.Mail, typed, {"password": PASSWORD}) as opened:
        yield opened


def _files(one: EmailMessage) -> list[bytes]:
    return [bytes(file.get_content()) for file in one.iter_attachments()]


def test_each_document_goes_once_in_a_letter_of_its_own(company: Depot, post: tuple[Post, int]) -> None:
    owed = company.bring(supplier="énergie\r\nBcc: x@x.example")
    company.round()
    company.round()
    (came,) = post[0].letters
    assert _files(came) == [books.PDF]
    assert came["Subject"].startswith("Facture : Énergie bcc: x@x.example F-1 2026-11-03 45.90 EUR")
    assert came["Bcc"] is None
    assert post[0].came[0].rcpt_tos == ["compta@cabinet.example", "anne@firm.example"]
    sent = company.delivery(owed)
    assert sent.proof == came["Message-ID"]
    assert came["Message-ID"].endswith("@firm.example>")
    assert (sent.payload or {})["message_id"] == came["Message-ID"]


def test_a_lost_answer_is_told_and_nothing_is_sent_again_before_a_person_says_so(
    company: Depot, post: tuple[Post, int]
) -> None:
    owed = company.bring()
    company.gate.cut = lambda: len(post[0].came) == 1
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.gate.cut = lambda: False
    company.later(hours=1)
    company.round()
    company.round()
    waits = company.delivery(owed)
    assert (waits.held_for, waits.error) == ("unknown", post[0].letters[0]["Message-ID"])
    assert len(post[0].came) == 1
    company.try_again(owed)
    company.round()
    assert company.delivery(owed).sent_at
    first, again = post[0].letters
    assert first["Message-ID"] == again["Message-ID"]
    assert post[0].came[0].content == post[0].came[1].content


def test_a_worker_that_died_while_it_sent_does_not_know_either(
    company: Depot, post: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    owed = company.bring()

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(letter_bundles.Book, "gone", dies)
        with pytest.raises(KeyboardInterrupt):
            company.round()
    company.round()
    assert (company.delivery(owed).held_for, len(post[0].came)) == ("unknown", 1)


def test_a_line_that_breaks_before_anything_was_sent_is_simply_tried_again(
    company: Depot, post: tuple[Post, int]
) -> None:
    owed = company.bring()
    post[0].refuses["RCPT"] = "451 4.2.1 later"
    with pytest.raises(errors.PartnerBusy):
        company.round()
    post[0].refuses = {"DATA": "452 4.3.1 no room"}
    company.later(minutes=3)
    with pytest.raises(errors.PartnerBusy):
        company.round()
    post[0].refuses.clear()
    company.later(minutes=9)
    company.round()
    assert company.delivery(owed).sent_at
    assert len(post[0].came) == 1


def test_a_letter_that_is_not_taken_waits_for_a_person_and_a_wrong_address_stops_all(
    company: Depot, post: tuple[Post, int]
) -> None:
    owed = company.bring()
    post[0].refuses["DATA"] = "554 5.7.1 looks like spam"
    company.round()
    assert company.delivery(owed).held_for == "refused"
    assert "spam" in (company.delivery(owed).error or "")
    post[0].refuses = {"RCPT": "550 5.1.1 nobody of that name"}
    company.bring("F-2")
    with pytest.raises(errors.PartnerRefused, match="nobody"):
        company.round()


def test_a_password_that_is_refused_is_told_without_it(company: Depot, post: tuple[Post, int]) -> None:
    company.retype(login="factures")
    wrong = {"password": connected.Shown("canary-wrong")}
    company.means = dataclasses.replace(company.means, secrets=lambda: wrong)
    with pytest.raises(errors.PartnerRefused) as refused:
        company.round()
    assert "canary" not in refused.value.said


def test_those_of_a_day_go_together_at_seven(company: Depot, post: tuple[Post, int]) -> None:
    company.retype(when="daily", language="en")
    owed = [company.bring(f"F-{n}", content=f"%PDF {n}".encode()) for n in range(3)]
    company.round()
    assert post[0].came == []
    due = company.delivery(owed[0]).next_try_at
    assert due.astimezone(PARIS).isoformat() == "2026-11-21T07:00:00+01:00"
    company.at[0] = due
    company.round()
    (came,) = post[0].letters
    assert (came["Subject"], len(_files(came))) == ("3 invoices", 3)
    assert {company.delivery(one).proof for one in owed} == {came["Message-ID"]}


def test_of_a_letter_that_may_have_gone_only_what_a_person_wants_again_goes_again(
    company: Depot, post: tuple[Post, int]
) -> None:
    company.retype(when="daily")
    owed = [company.bring(f"F-{n}", content=f"%PDF {n}".encode()) for n in range(2)]
    company.at[0] = datetime(2026, 11, 21, 6, tzinfo=UTC)
    company.gate.cut = lambda: len(post[0].came) == 1
    with pytest.raises(errors.PartnerSilent):
        company.round()
    company.gate.cut = lambda: False
    company.round()
    assert [company.delivery(one).held_for for one in owed] == ["unknown"] * 2
    company.try_again(owed[1])
    company.round()
    first, again = post[0].letters
    assert _files(again) == [b"%PDF 1"]
    assert first["Message-ID"] != again["Message-ID"]
    assert company.delivery(owed[0]).held_for == "unknown"


def test_what_no_letter_can_hold_is_told_and_large_ones_go_in_several(
    company: Depot, post: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "LARGEST", 1000)
    company.retype(when="daily")
    huge = company.bring("F-0", content=b"%PDF" + b"x" * 1000)
    for n in range(1, 4):
        company.bring(f"F-{n}", content=f"%PDF {n}".encode() + b"x" * 400)
    company.at[0] = datetime(2026, 11, 21, 6, tzinfo=UTC)
    company.round()
    assert company.delivery(huge).held_for == "too_large"
    assert [len(_files(one)) for one in post[0].letters] == [2, 1]


@pytest.mark.parametrize(
    ("came", "goes"),
    [
        ("2026-11-20T06:59", "2026-11-20T07:00"),
        ("2026-11-20T07:00", "2026-11-20T07:00"),
        ("2026-11-20T07:01", "2026-11-21T07:00"),
        ("2026-10-24T12:00", "2026-10-25T07:00"),
    ],
)
def test_its_hour_is_the_next_seven_of_the_clock_on_the_wall(came: str, goes: str) -> None:
    queued = datetime.fromisoformat(came).replace(tzinfo=PARIS).astimezone(UTC)
    due = letter_bundles.slot(queued, PARIS)
    assert due.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M") == goes
    assert due - queued < timedelta(days=1, hours=1)


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Post, int]]:
    """A server that speaks TLS from the first byte, with a certificate for `localhost` that is trusted here."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    made, port = Post(), strangers.free_port()
    controller = Controller(
        made,
        hostname="127.0.0.1",
        port=port,
        ssl_context=context,
        authenticator=made.let_in,
        auth_require_tls=False,
        ready_timeout=strangers.PATIENCE,
    )
    monkeypatch.setattr(controller, "_trigger_server", lambda: strangers.expect_answer(port))
    controller.start()
    yield made, port
    controller.stop()


def test_over_tls_the_certificate_must_hold(
    company: Depot, sealed: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    company.change(place=f"smtps://localhost:{sealed[1]}")
    company.bring()
    with monkeypatch.context() as elsewhere:
        elsewhere.delenv("SSL_CERT_FILE")
        with pytest.raises(errors.PartnerDown, match="SSLCertVerificationError"):
            company.round()
    assert sealed[0].asked == []
    company.later(minutes=3)
    company.round()
    assert len(sealed[0].came) == 1


def test_no_password_goes_in_clear_to_another_machine(
    company: Depot, post: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "is_here", lambda place: False)
    company.bring()
    with pytest.raises(errors.PartnerRefused, match="STARTTLS"):
        company.round()
    assert (post[0].asked, post[0].came) == ([], [])

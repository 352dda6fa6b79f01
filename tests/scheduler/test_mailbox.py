"""Invoices that arrive by mail: a real IMAP server, the whole way from the folder to the Invoice."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from flask import Flask, Response, jsonify, request

from core import errors
from core.db import models
from core.ledger import arrivals as arrived
from core.ledger import forwards
from core.mailbox import places, sign_in
from demo import paper, server
from scheduler import arrivals, inbound, mailed_codes, matching, postrooms
from tests.core.ledger import account, bank
from tests.core.mailbox.mails import bill, mail
from tests.scheduler import postal
from vault.redact import Secret


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[postal.World]:
    async with postal.opened(tmp_path) as opened:
        yield opened


async def test_an_invoice_that_came_by_mail_becomes_an_invoice(world: postal.World) -> None:
    world.deliver(
        mail("Votre facture F-2026-0117", files=(("F-2026-0117.pdf", bill()),)),
        mail("Déjeuner vendredi ?", "paul@ami.example", "On se voit à midi."),
    )
    box = world.connect()
    await world.check()
    assert world.box(box).error is None
    assert world.verdicts() == {
        "Votre facture F-2026-0117": ("taken", None),
        "Déjeuner vendredi ?": ("skipped", "not_financial"),
    }
    world.read()
    (invoice,) = world.rows(models.Invoice)
    assert (invoice.number, invoice.total_minor, invoice.role) == ("F-2026-0117", 12000, "ap")


async def test_nothing_is_marked_moved_or_deleted(world: postal.World) -> None:
    world.deliver(mail("Facture", files=(("f.pdf", bill()),)), mail("Bonjour", "paul@ami.example"))
    before = world.flags()
    world.connect()
    await world.check()
    assert world.flags() == before
    assert b"Seen" not in b"".join(before)


async def test_a_second_check_takes_what_is_new_and_nothing_twice(world: postal.World) -> None:
    first = mail("Facture 1", files=(("f1.pdf", bill("F-1")),), message_id="<one@x.example>")
    world.deliver(first)
    world.connect()
    await world.check()
    second = mail("Facture 2", files=(("f2.pdf", bill("F-2")),))
    world.deliver(second, first, prefix="later")
    await world.check()
    await world.check()
    assert len(world.rows(models.Message)) == len(world.rows(models.Document)) == 2


async def test_another_mail_under_a_known_message_id_hides_nothing(world: postal.World) -> None:
    world.deliver(mail("Promotion", "spam@ailleurs.example", message_id="<one@x.example>"))
    world.deliver(mail("Facture", files=(("f1.pdf", bill()),), message_id="<one@x.example>"), prefix="n")
    world.connect()
    await world.check()
    assert world.verdicts()["Facture"] == ("taken", None)


async def test_day_ninety_one_is_not_read(world: postal.World) -> None:
    world.deliver(mail("Facture de 91 jours", files=(("a.pdf", bill("F-91")),)), days=90.01)
    world.deliver(mail("Facture de 89 jours", files=(("b.pdf", bill("F-89")),)), days=89.9, prefix="n")
    world.connect()
    await world.check()
    assert list(world.verdicts()) == ["Facture de 89 jours"]


async def test_a_new_generation_of_a_folder_is_scanned_anew_and_nothing_comes_twice(
    world: postal.World,
) -> None:
    world.deliver(mail("Facture 1", files=(("f1.pdf", bill("F-1")),)))
    world.connect()
    await world.check()
    (folder,) = world.rows(models.MailFolder)
    world.change(folder, uid_validity=folder.uid_validity - 1, last_uid=9999)
    world.deliver(mail("Facture 2", files=(("f2.pdf", bill("F-2")),)), prefix="n")
    await world.check()
    assert len(world.rows(models.Message)) == len(world.rows(models.Document)) == 2


async def test_a_message_with_a_file_that_was_left_says_why_and_comes_when_a_person_wants_it(
    world: postal.World,
) -> None:
    world.deliver(mail("CV de Marie", "marie@ami.example", files=(("marie.pdf", bill()),)))
    world.connect()
    await world.check()
    assert world.verdicts() == {"CV de Marie": ("skipped", "not_financial")}
    world.want("CV de Marie")
    await world.check()
    assert world.verdicts() == {"CV de Marie": ("taken", None)}
    assert [one.channel for one in world.rows(models.Document)] == ["mail"]


async def test_what_was_deleted_before_it_was_wanted_is_gone(world: postal.World) -> None:
    world.deliver(mail("CV de Marie", "marie@ami.example", files=(("marie.pdf", bill()),)))
    world.connect()
    await world.check()
    with world.server.looked_at(postal.USER) as box:
        box.select("INBOX")
        box.store("1", "+FLAGS", "\\Deleted")
        box.expunge()
    world.want("CV de Marie")
    await world.check()
    await world.check()
    assert world.verdicts() == {"CV de Marie": ("skipped", "gone")}


async def test_a_refused_password_waits_for_a_person_and_is_in_no_word_of_ours(world: postal.World) -> None:
    box = world.connect(password="canary-wrong-0d7e")
    await world.check()
    row = world.box(box)
    assert row.error == "PartnerRefused"
    assert "canary" not in (row.said or "")


async def test_a_password_that_is_corrected_while_the_old_one_is_refused_is_tried(
    world: postal.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = world.connect(password="not-the-password")
    signs_in = sign_in.to

    def corrected_meanwhile(*args: Any) -> Any:
        monkeypatch.undo()
        try:
            return signs_in(*args)
        finally:
            world.correct(box)

    monkeypatch.setattr(sign_in, "to", corrected_meanwhile)
    await world.check()
    row = world.box(box)
    assert (row.error, row.last_success_at) == (None, None)
    assert row.next_check_at
    assert row.next_check_at <= world.farm.now()
    await world.check()
    assert world.box(box).last_success_at


async def test_a_server_that_is_away_is_asked_again_later(world: postal.World) -> None:
    world.server.stop()
    box = world.connect()
    await world.check()
    assert world.box(box).error == "PartnerDown"


async def test_invoices_that_we_send_are_told_apart(world: postal.World) -> None:
    world.deliver(mail("Facture", files=(("f.pdf", bill()),)), folder="Sent")
    world.connect(role="ar")
    await world.check()
    assert [invoice.role for invoice in world.rows(models.Invoice)] == ["ar"]


async def test_a_mail_about_the_customer_area_calls_the_collector(world: postal.World) -> None:
    with world.farm.database.write() as session:
        one = account(session)
        one.next_run_at = world.at.replace(year=2030)
    text = "Votre facture de novembre est disponible dans votre espace client."
    world.deliver(
        mail("Votre facture est disponible", "info@mandarine.example", text),
        mail("Votre facture est disponible !", "info@mandarine.example.evil.example", text),
    )
    world.connect()
    await world.check()
    assert world.verdicts() == {
        "Votre facture est disponible": ("portal", "collector_started"),
        "Votre facture est disponible !": ("skipped", "no_file"),
    }
    assert world.rows(models.Account)[0].next_run_at <= world.at


async def test_an_invoice_that_is_the_text_itself_is_printed_without_asking_anyone(
    world: postal.World,
) -> None:
    page = "<h1>Facture F-2026-0200</h1><p>Total : 48,00 €</p><img src='https://127.0.0.1:1/spy.png'><script>x()</script>"
    world.deliver(
        mail("Votre facture", "bonjour@boutique.example", "Facture F-2026-0200, 48,00 €", page=page)
    )
    world.connect()
    await world.check()
    (file,) = world.rows(models.MessageFile)
    assert (file.came_as, file.refused) == ("body", None)


async def test_rules_send_mail_to_another_company_or_nowhere(world: postal.World) -> None:
    with world.farm.database.write() as session:
        session.add(models.Workspace(id=2, name="Atelier Bleu", created_at=world.at))
    mailbox = world.connect()
    rules = (
        {"position": 1, "subject": "confidentiel", "act": "skip"},
        {"position": 2, "sender": "garage", "act": "workspace", "to_workspace_id": 2},
    )
    with world.farm.database.write() as session:
        for rule in rules:
            session.add(models.MailRule(workspace_id=1, mailbox_id=mailbox, made_at=world.at, **rule))
    world.deliver(
        mail("Facture", files=(("f.pdf", bill()),)),
        mail("Facture Confidentiel", files=(("g.pdf", bill("F-9")),)),
    )
    await world.check()
    assert world.verdicts()["Facture Confidentiel"] == ("skipped", "rule")
    assert [document.workspace_id for document in world.rows(models.Document)] == [2]


async def test_two_companies_with_the_same_mailbox_have_each_their_own(world: postal.World) -> None:
    with world.farm.database.write() as session:
        session.add(models.Workspace(id=2, name="Atelier Bleu", created_at=world.at))
    world.farm.keyring.ensure_workspace_keys(world.at)
    world.deliver(mail("Facture", files=(("f.pdf", bill()),)))
    world.connect()
    world.connect(workspace=2)
    await world.check()
    assert sorted(document.workspace_id for document in world.rows(models.Document)) == [1, 2]


async def test_an_invoice_by_mail_is_tied_at_once_to_what_was_paid_and_a_sale_never_is(
    world: postal.World,
) -> None:
    with world.farm.database.write() as session:
        label, booked = "PRLV SEPA MANDARINE", date(2026, 11, 5)
        bank.payment(session, -12000, label, booked_on=booked, unmatched_for=None)
    for role, user in (("ar", "ventes@atelier.example"), ("ap", postal.USER)):
        letter = mail("Votre facture", files=((f"{role}.pdf", bill(f"F-{role}")),))
        world.deliver(letter, user=user)
        world.connect(user, role=role)
        await world.check()
        world.read()
        matching.match(world.farm)
    tied = [
        (one.role, match.payment_id)
        for match in world.rows(models.Match)
        for one in world.rows(models.Invoice)
        if one.id == match.invoice_id
    ]
    assert tied == [("ap", 1)]


def code_mail(code: str, sender: str) -> EmailMessage:
    return mail("Votre code de vérification", sender, f"Votre code est {code}, valable 10 minutes.")


def waits(world: postal.World, login: str = "jeanne") -> int:
    """A visit to Mandarine waits for a mailed code from now on; gives the question's id."""
    with world.farm.database.write() as session:
        one = account(session, login)
        run = models.Run(workspace_id=1, account_id=one.id, state="login", cause="person", queued_at=world.at)
        session.add(run)
        session.flush()
        asked = models.Challenge(workspace_id=1, account_id=one.id, run_id=run.id, kind="CodeNeeded")
        asked.wants, asked.medium, asked.opened_at = "code", "email", world.at
        asked.expires_at = world.at + timedelta(minutes=10)
        session.add(asked)
        session.flush()
        return asked.id


def answered(world: postal.World) -> list[int | None]:
    """The questions that were answered, in the order of the answers."""
    return [wish.challenge_id for wish in world.rows(models.Wish) if wish.kind == "answer"]


async def test_a_mailed_code_reaches_the_visit_that_waits_and_a_look_alikes_does_not(
    world: postal.World,
) -> None:
    mailbox = world.connect()
    await world.check()
    asked = waits(world)
    world.change(world.box(mailbox), last_attempt_at=world.at - timedelta(minutes=1))
    mailed_codes.hurry(world.farm)
    due = world.box(mailbox).next_check_at
    assert due
    assert due <= world.at
    world.deliver(code_mail("111111", "codes@mandarine.example.evil.example"), days=0, prefix="a")
    await world.check()
    assert answered(world) == []
    world.deliver(code_mail("481516", "codes@mandarine.example"), days=0, prefix="b")
    await world.check()
    await world.check()
    assert answered(world) == [asked]
    assert b"481516" not in world.rows(models.Wish)[0].sealed
    assert sorted(one.reason for one in world.rows(models.Message)) == ["code_given", "one_time_code"]


async def test_a_code_that_was_seen_before_anybody_waited_is_given_to_who_waits_next(
    world: postal.World,
) -> None:
    """The mail is often faster than the page that says so, and its subject need not speak of a code."""
    world.connect()
    await world.check()
    said = mail("Connexion à Mandarine", "codes@mandarine.example", "Votre code est 481516.")
    world.deliver(said, days=0)
    await world.check()
    assert world.verdicts() == {"Connexion à Mandarine": ("skipped", "not_financial")}
    asked = waits(world)
    await world.check()
    assert answered(world) == [asked]
    assert world.verdicts() == {"Connexion à Mandarine": ("code", "code_given")}


async def test_a_code_that_one_visit_had_is_not_given_to_the_next(world: postal.World) -> None:
    world.connect()
    await world.check()
    first = waits(world)
    world.deliver(code_mail("481516", "codes@mandarine.example"), days=0, prefix="a")
    await world.check()
    second = waits(world, "another")
    await world.check()
    assert answered(world) == [first]
    world.deliver(code_mail("234243", "codes@mandarine.example"), days=0, prefix="b")
    await world.check()
    assert answered(world) == [first, second]


async def test_a_code_that_two_visits_wait_for_is_left_to_people(world: postal.World) -> None:
    world.connect()
    await world.check()
    waits(world)
    waits(world, "another")
    world.deliver(code_mail("481516", "codes@mandarine.example"), days=0)
    await world.check()
    assert answered(world) == []
    assert world.rows(models.Message)[0].verdict == "code"


async def test_mail_handed_to_the_farm_itself_is_taken_for_living_addresses_only(
    tmp_path: Path, world: postal.World
) -> None:
    with world.farm.database.write() as session:
        address = forwards.make(session, 1, "ap", by=None, now=world.at)
        old = forwards.make(session, 1, "ap", by=None, now=world.at)
        forwards.retire(old, now=world.at)
        to, retired = (forwards.written(one, "in.atelier.example") for one in (address, old))
    taking = world.farm.settings.model_copy(update={"inbound": "127.0.0.1:0"})
    world.farm.settings = taking
    async with inbound.listening(world.farm) as server:
        assert server
        port = server.sockets[0].getsockname()[1]
        send = partial(handed, port, mail("Facture", files=(("f.pdf", bill()),)))
        assert await asyncio.to_thread(send, retired) == 550
        assert await asyncio.to_thread(send, to) == 250
        assert await asyncio.to_thread(send, to) == 250
    await asyncio.to_thread(inbound.take_in, world.farm, postrooms.of(world.farm))
    assert [document.channel for document in world.rows(models.Document)] == ["mail"]
    assert world.verdicts() == {"Facture": ("taken", None)}


def handed(port: int, message: EmailMessage, to: str) -> int:
    with smtplib.SMTP("127.0.0.1", port, timeout=120) as line:
        try:
            line.send_message(message, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))[0]
    return 250


async def test_a_catch_all_mailbox_gives_each_mail_to_the_company_of_its_address(world: postal.World) -> None:
    with world.farm.database.write() as session:
        session.add(models.Workspace(id=2, name="Atelier Bleu", created_at=world.at))
        session.flush()
        address = forwards.make(session, 2, "ar", by=None, now=world.at)
        to = forwards.written(address, "in.atelier.example")
    world.deliver(
        mail("Facture", files=(("f.pdf", bill()),), to=to),
        mail("Facture perdue", files=(("g.pdf", bill("F-7")),), to="ap+0000@in.atelier.example"),
    )
    world.connect(kind="forward")
    await world.check()
    assert world.verdicts()["Facture perdue"] == ("waiting", "no_address")
    assert [(one.workspace_id, one.role) for one in world.rows(models.Invoice)] == [(2, "ar")]


async def test_what_came_from_the_portal_and_by_mail_is_one_invoice(world: postal.World) -> None:
    with world.farm.database.write() as session:
        one = account(session)
        file = world.farm.archive.welcome([bill()], name="portail.pdf")
        arrived.announce(session, one, file, channel="upload", brought_by=None, now=world.at)
    arrivals.take_in(world.farm)
    again = paper.invoice("F-2026-0117", date(2026, 11, 3), Decimal("120.00"), embedded=True)
    world.deliver(mail("Votre facture", "facture@mandarine.example", files=(("f.pdf", again),)))
    world.connect()
    await world.check()
    world.read()
    assert len(world.rows(models.Document)) == 2
    assert [invoice.merged_into for invoice in world.rows(models.Invoice)] == [None, 1]


async def test_a_token_signs_in_and_a_dead_one_asks_for_a_new_consent(tmp_path: Path) -> None:
    app = Flask("introspection")

    @app.post("/introspect")
    def _whose() -> Response:
        alive = "canary-living-token" in request.get_data(as_text=True)
        return jsonify(active=alive, username=postal.USER)

    playing = server.Server(app)
    playing.start()
    try:
        async with postal.opened(tmp_path, introspection=f"{playing.url}/introspect") as world:
            place = places.imap("127.0.0.1", world.server.port, security="plain", login=postal.USER)
            box = models.Mailbox(kind="imap", address=postal.USER, place={**place, "provider": "google"})
            passage = await world.farm.outside.door.open([f"127.0.0.1:{world.server.port}"])

            def signed_in(token: str) -> bool:
                means = SimpleNamespace(door=("127.0.0.1", passage.port), token=lambda **_: Secret(token))
                return sign_in.to(box, means).client.state == "AUTH"  # type: ignore[arg-type]

            assert await asyncio.to_thread(signed_in, "canary-living-token")
            with pytest.raises(errors.ConsentEnded) as ended:
                await asyncio.to_thread(signed_in, "canary-dead-token")
            assert "canary" not in str(ended.value)
            await passage.close()
    finally:
        playing.stop()

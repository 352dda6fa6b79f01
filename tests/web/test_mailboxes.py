"""Mailboxes as pages: connect by password or consent, already connected, renew, hand over, stop, disconnect, take it anyway."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from core import providers
from core.db import models
from core.ledger import mailboxes
from tests.web import posted, world
from vault import fields
from web import consents

SECRET = "canary-app-password-4417"
SERVER = {"host": "imap.firm.fr", "port": "993", "security": "tls", "login": ""}


def _boxes(company: world.World) -> list[models.Mailbox]:
    with company.database.read() as session:
        return session.query(models.Mailbox).order_by(models.Mailbox.id).all()


def _app(company: world.World, provider: str = "google") -> None:
    with company.database.write() as session:
        here = company.app.extensions["moisson"]
        by = consents.Visitor(1, "browser", world.NOW)
        told = providers.PROVIDERS[provider]
        consents.register(session, here.desk, 1, told, client_id="ours", client_secret=SECRET, by=by)


def _connect(company: world.World, address: str = "achats@firm.fr", **changes: str) -> tuple[int, str, str]:
    client = company.signed_in()
    typed = {"address": address, "role": "ap", "password": SECRET, **SERVER, **changes}
    answer = world.post(client, "/mailboxes/imap", at=f"/mailboxes/new?address={address}", **typed)
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def test_a_password_is_sealed_for_its_server_and_shown_to_nobody(company: world.World) -> None:
    status, place, _ = _connect(company)
    box = _boxes(company)[-1]
    assert (status, place) == (302, f"/mailboxes/{box.id}")
    assert (box.kind, box.role, box.place["login"]) == ("imap", "ap", "achats@firm.fr")
    assert box.reads_from == world.NOW - timedelta(days=90)
    with company.database.read() as session:
        sealed = session.query(models.SealedField).filter_by(owner="mailbox", owner_id=box.id).one()
        assert (sealed.field, sealed.origins) == ("password", "imaps://imap.firm.fr:993")
    assert SECRET not in company.signed_in().get(place).text
    for file in company.settings.data.rglob("moisson.db*"):
        assert SECRET.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"address": "no address"}, "pas une adresse"),
        ({"host": "imap.firm.fr/../x"}, "nom d&#39;un serveur"),
        ({"port": "99999"}, "65535"),
        ({"password": ""}, "Tapez le mot de passe"),
        ({"security": "plain"}, "seulement sur cette machine"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(
    company: world.World, changes: dict[str, str], said: str
) -> None:
    before = len(_boxes(company))
    status, _, page = _connect(company, **changes)
    assert (status, said in page, SECRET in page) == (422, True, False)
    assert len(_boxes(company)) == before


def test_a_button_without_an_app_says_what_is_missing_and_the_address_to_register(
    company: world.World,
) -> None:
    page = company.signed_in().get("/mailboxes/new?address=achats@gmail.com").text
    button = page.split('id="way-gmail"', 1)[1].split("</section>", 1)[0]
    assert '<button disabled aria-describedby="missing-gmail">' in button
    assert 'value="http://localhost/oauth/callback"' in button
    assert 'href="/mailboxes/apps/google?address=achats%40gmail.com"' in button
    assert "7 jours" in button


def test_what_the_company_has_registered_opens_the_button(company: world.World) -> None:
    client = company.signed_in()
    told = {"client_id": "ours", "client_secret": SECRET, "address": "achats@gmail.com"}
    answer = world.post(client, "/mailboxes/apps/google", at="/mailboxes/apps/google", **told)
    page = client.get(answer.headers["Location"]).text
    assert 'action="/mailboxes/consent/gmail"' in page
    assert SECRET not in client.get("/mailboxes/apps/google").text


def test_a_consent_leads_to_the_provider_with_the_address_as_a_hint(company: world.World) -> None:
    _app(company)
    client = company.signed_in()
    page = world.post(
        client,
        "/mailboxes/consent/gmail",
        at="/mailboxes/new?address=achats@gmail.com",
        address="achats@gmail.com",
    ).text
    assert "https://accounts.google.com/o/oauth2/v2/auth?" in page
    assert "login_hint=achats%40gmail.com" in page
    box = _boxes(company)[-1]
    assert (box.kind, box.next_check_at) == ("gmail", None)
    assert "Autorisation à donner" in client.get(f"/mailboxes/{box.id}").text


def test_the_same_consent_may_be_for_imap_and_is_renewed_for_imap(company: world.World) -> None:
    _app(company)
    client, at = company.signed_in(), "/mailboxes/new?address=achats@gmail.com"
    told = {"address": "achats@gmail.com", "line": "imap"}
    page = world.post(client, "/mailboxes/consent/gmail", at=at, **told).text
    assert "scope=https%3A%2F%2Fmail.google.com%2F&" in page
    box = _boxes(company)[-1]
    assert (box.kind, box.place["host"], box.place["provider"]) == ("imap", "imap.gmail.com", "google")
    place = f"/mailboxes/{box.id}"
    assert "Autorisation à donner" in client.get(place).text
    assert 'name="password"' not in client.get(place).text
    again = world.post(client, f"{place}/renew", at=place).text
    assert "scope=https%3A%2F%2Fmail.google.com%2F&" in again


def test_who_has_connected_it_and_when_is_said_whatever_the_spelling(company: world.World) -> None:
    with company.database.write() as session:
        session.get_one(models.Mailbox, posted.ENDED).owner_id = 2
    client = company.signed_in()
    for spelled in ("anne.b@gmail.com", "Anneb@googlemail.com", "a.n.n.e.b+factures@GMAIL.com"):
        page = client.get("/mailboxes/new", query_string={"address": spelled}).text
        assert "déjà connectée" in page, spelled
        assert "admin@firm.fr" in page
        assert f'href="/mailboxes/{posted.ENDED}"' in page
        assert f'formaction="/mailboxes/{posted.ENDED}/ask"' in page
        assert "accounts.google.com" not in page


def test_two_companies_may_read_the_same_mailbox_and_see_only_their_own(company: world.World) -> None:
    company.keyring.ensure_workspace_keys(world.NOW)
    client = company.signed_in(world.STRANGER)
    typed = {"address": "ap@firm.fr", "role": "ap", "password": SECRET, **SERVER}
    answer = world.post(client, "/mailboxes/imap", at="/mailboxes/new?address=ap@firm.fr", **typed)
    assert answer.status_code == 302
    assert client.get(f"/mailboxes/{posted.IN_ORDER}").status_code == 404
    assert "anne.b@gmail.com" not in client.get("/mailboxes").text
    assert "menu de la semaine" not in client.get("/mailboxes/messages").text
    took = world.post(client, "/mailboxes/messages/1/take", at="/mailboxes/messages")
    assert took.status_code == 404


def test_an_ended_consent_is_renewed_in_place(company: world.World) -> None:
    _app(company)
    client, before = company.signed_in(), len(_boxes(company))
    page = client.get("/mailboxes").text
    assert f'formaction="/mailboxes/{posted.ENDED}/renew"' in page
    page = world.post(client, f"/mailboxes/{posted.ENDED}/renew", at="/mailboxes").text
    assert "accounts.google.com" in page
    assert f'href="/mailboxes/{posted.ENDED}"' in page
    assert len(_boxes(company)) == before


def test_the_scan_says_how_far_it_is_and_can_be_stopped_and_taken_up_again(company: world.World) -> None:
    client, place = company.signed_in(), f"/mailboxes/{posted.SCANNING}"
    page = client.get(place).text
    assert "messages 340 / 1\u202f212" in page
    world.post(client, f"{place}/stop", at=place)
    assert "Lecture arrêtée" in client.get(place).text
    world.post(client, f"{place}/go-on", at=place)
    assert "Lecture des 90 jours" in client.get(place).text


def test_a_check_older_than_a_day_and_a_half_is_amber(company: world.World) -> None:
    with company.database.write() as session:
        session.get_one(models.Mailbox, posted.IN_ORDER).last_success_at = world.NOW - timedelta(hours=37)
    page = company.signed_in().get("/mailboxes").text
    card = page.split('href="/mailboxes/1"', 1)[1].split("</li>", 1)[0]
    assert "tone-amber" in card
    assert "En retard" in card


def test_a_skipped_message_has_its_reason_and_is_taken_anyway(company: world.World) -> None:
    client, place = company.signed_in(), f"/mailboxes/{posted.IN_ORDER}"
    page = client.get(place).text
    assert "Le menu de la semaine" in page
    assert "ses pièces jointes sont autre chose" in page
    answer = world.post(client, "/mailboxes/messages/2/take", at=place, **{"from": "mailbox"})
    assert answer.headers["Location"] == place
    with company.database.read() as session:
        message = session.get_one(models.Message, 2)
        assert (message.wanted_at, message.wanted_by) == (world.NOW, 1)
        assert session.get_one(models.Mailbox, posted.IN_ORDER).next_check_at == world.NOW
    assert "demandé" in client.get(place).text


def test_a_mail_is_found_by_its_words_with_what_became_of_it(company: world.World) -> None:
    page = company.signed_in().get("/mailboxes/messages?q=espace+nimbus").text
    assert "Collecte lancée chez le fournisseur" in page
    assert "Le menu de la semaine" not in page


def test_only_the_chosen_folders_are_read(company: world.World) -> None:
    client, place = company.signed_in(), f"/mailboxes/{posted.IN_ORDER}"
    world.post(client, f"{place}/folders", at=place, folder="2")
    with company.database.read() as session:
        assert [one.chosen for one in mailboxes.folders(session, posted.IN_ORDER)] == [False, True]


def test_it_is_handed_over_by_its_owner_or_an_admin_within_the_company(company: world.World) -> None:
    place = f"/mailboxes/{posted.IN_ORDER}"
    finance = company.signed_in("finance@firm.fr")
    assert world.post(finance, f"{place}/hand-over", at="/mailboxes", to="2").status_code == 403
    admin = company.signed_in()
    assert world.post(admin, f"{place}/hand-over", at=place, to="5").status_code == 400  # another company's
    world.post(admin, f"{place}/hand-over", at=place, to="2")
    box = _boxes(company)[0]
    assert (box.owner_id, box.connected_by) == (2, 1)


def _asked(company: world.World) -> str:
    """Finance asks for the mailbox that the admin answers for."""
    place = f"/mailboxes/{posted.IN_ORDER}"
    finance = company.signed_in("finance@firm.fr")
    for _ in range(2):
        world.post(finance, f"{place}/ask", at="/mailboxes/new?address=ap@firm.fr")
    return place


def test_who_asks_for_a_mailbox_is_heard_once_and_gets_it(company: world.World) -> None:
    place = _asked(company)
    finance, admin = company.signed_in("finance@firm.fr"), company.signed_in()
    for page in ("/mailboxes/new?address=ap@firm.fr", place):
        assert "Vous avez demandé" in finance.get(page).text
    assert f'action="{place}/hand-over"' not in finance.get(place).text
    for page in (place, "/mailboxes", "/"):
        assert "finance@firm.fr demande que vous lui confiiez" in admin.get(page).text, page
    world.post(admin, f"{place}/hand-over", at=place, to="2")
    assert _boxes(company)[0].owner_id == 2
    assert "demande que vous" not in admin.get(place).text
    assert "Vous avez demandé" not in finance.get(place).text
    with company.database.read() as session:
        told = [(one.about, one.to_id, one.by_id) for one in session.query(models.MailNotice)]
    assert told == [("asked:2", 1, 2), ("given:2", 2, 1)]


def test_who_keeps_it_says_so_and_can_be_asked_again(company: world.World) -> None:
    place = _asked(company)
    finance, admin = company.signed_in("finance@firm.fr"), company.signed_in()
    assert world.post(finance, f"{place}/keep", at="/mailboxes", who="2").status_code == 403
    world.post(admin, f"{place}/keep", at=place, who="2")
    assert world.post(admin, f"{place}/keep", at=place, who="2").status_code == 404
    assert _boxes(company)[0].owner_id == 1
    _asked(company)
    with company.database.read() as session:
        told = [one.about for one in session.query(models.MailNotice).order_by(models.MailNotice.id)]
    assert told == ["asked:2", "kept:2", "asked:2"]


def test_nobody_asks_themselves_nor_for_another_company_s(company: world.World) -> None:
    place = f"/mailboxes/{posted.IN_ORDER}/ask"
    assert world.post(company.signed_in(), place, at="/mailboxes").status_code == 409
    assert world.post(company.signed_in(world.STRANGER), place, at="/mailboxes").status_code == 404


def test_a_mailbox_that_needs_somebody_stands_on_the_first_page(company: world.World) -> None:
    page = company.signed_in().get("/").text
    asked = page.split('id="asked"', 1)[1].split("</section>", 1)[0]
    assert f'href="/mailboxes/{posted.ENDED}"' in asked
    assert "Autorisation à donner" in asked
    assert f'href="/mailboxes/{posted.IN_ORDER}"' not in asked


def test_a_private_address_is_not_called_a_refused_password(company: world.World) -> None:
    with company.database.write() as session:
        session.get_one(models.Mailbox, posted.IN_ORDER).error = "PrivateAddress"
    client = company.signed_in()
    asked = client.get("/").text.split('id="asked"', 1)[1].split("</section>", 1)[0]
    assert "Adresse privée" in asked
    assert "Accès refusé" not in asked
    assert "Adresse privée" in client.get(f"/mailboxes/{posted.IN_ORDER}").text


def test_a_corrected_password_is_a_new_version(company: world.World) -> None:
    with company.database.write() as session:
        session.get_one(models.Mailbox, posted.IN_ORDER).error = "PartnerRefused"
    client, place = company.signed_in(), f"/mailboxes/{posted.IN_ORDER}"
    assert "Accès refusé" in client.get(place).text
    assert world.post(client, f"{place}/password", at=place, password="").status_code == 422
    world.post(client, f"{place}/password", at=place, password=SECRET)
    box = _boxes(company)[0]
    assert (box.secret_version, box.error, box.next_check_at) == (2, None, world.NOW)


def test_to_disconnect_destroys_what_signs_in_and_keeps_what_came(company: world.World) -> None:
    _connect(company)
    box = _boxes(company)[-1]
    client = company.signed_in()
    world.post(client, f"/mailboxes/{box.id}/remove", at=f"/mailboxes/{box.id}/remove")
    with company.database.read() as session:
        assert fields.holds(session, box, "password") is None
        assert session.get_one(models.Mailbox, box.id).deleted_at == world.NOW
    assert client.get(f"/mailboxes/{box.id}").status_code == 404
    assert _connect(company)[0] == 302


def test_how_far_back_a_mailbox_and_a_portal_go_stands_side_by_side(company: world.World) -> None:
    page = company.signed_in().get("/mailboxes").text
    edges = page.split('id="edges"', 1)[1]
    assert "90 jours" in edges
    assert "Non rétroactif" in edges


def test_a_list_that_nobody_signs_in_to_is_offered_an_address_that_cannot_be_guessed(
    company: world.World,
) -> None:
    client = company.signed_in()
    ways = client.get("/mailboxes/new?address=factures@liste.firm.fr").text
    assert 'href="/mailboxes/addresses"' in ways
    page = client.get("/mailboxes/addresses").text
    assert "Rien ne reçoit encore ce courrier" in page
    _connect(company, "tout@in.firm.fr", catch_all="1")
    assert _boxes(company)[-1].kind == "forward"
    for _ in range(2):
        world.post(client, "/mailboxes/addresses", at="/mailboxes/addresses", role="ap")
    found = re.findall(r'value="(ap\+([0-9a-f]{32})@in\.firm\.fr)"', client.get("/mailboxes/addresses").text)
    assert len({token for _, token in found}) == 2
    stranger = company.signed_in(world.STRANGER)
    refused = world.post(
        stranger, "/mailboxes/addresses/retire", at="/mailboxes/addresses", address=found[0][1]
    )
    assert refused.status_code == 404
    world.post(client, "/mailboxes/addresses/retire", at="/mailboxes/addresses", address=found[0][1])
    left = client.get("/mailboxes/addresses").text
    assert found[0][0] not in left
    assert found[1][0] in left
    at = "/mailboxes/addresses"
    assert world.post(stranger, f"{at}/replace", at=at, address=found[1][1]).status_code == 404
    world.post(client, f"{at}/replace", at=at, address=found[1][1])
    (fresh,) = re.findall(r'value="(ap\+[0-9a-f]{32}@in\.firm\.fr)"', client.get(at).text)
    assert fresh not in {found[0][0], found[1][0]}


def test_a_mail_is_found_by_the_name_of_its_file(company: world.World) -> None:
    page = company.signed_in().get("/mailboxes/messages?q=piece.pdf+menu").text
    assert "Le menu de la semaine" in page
    assert "Votre facture F-2026-10" not in page
    assert "Le menu" not in company.signed_in(world.STRANGER).get("/mailboxes/messages?q=piece.pdf").text


@pytest.mark.parametrize(
    ("dkim", "said"), [("pass", "juste"), ("fail", "fausse"), ("none", "sans signature")]
)
def test_what_the_signature_of_a_sender_says_is_shown(company: world.World, dkim: str, said: str) -> None:
    with company.database.write() as session:
        session.get_one(models.Message, 1).dkim = dkim
    page = company.signed_in().get("/mailboxes/messages?q=F-2026-10").text
    assert said in page.split("Votre facture F-2026-10", 1)[1]

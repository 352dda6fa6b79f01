"""The catalogue's rooms: what works and what is only asked for, a page for each supplier, requests, drift, weather and diagnoses."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from playwright.async_api import Browser
from sqlalchemy.orm import Session

from core.db import models
from core.ledger import requests
from tests.web import looks, visits, world
from tests.web.world import NOW, World

DAY = timedelta(days=1)


def furnish(company: World) -> None:
    """An Orange account on a fallback whose session ends on Tuesday; two suppliers that are asked for."""
    with company.database.write() as session:
        company.accounts["adrift"] = _adrift(session)
        for person in (1, 2):
            requests.ask(session, 1, "Veolia", by=person, now=NOW)
        facts: dict[str, str | int | None] = {
            "website": "https://zorglub.example",
            "invoice_page": "https://zorglub.example/client/1234567/factures?token=abc",
            "today": "mail",
            "volume": 4,
        }
        requests.ask(session, 1, "Zorglub Eau", by=1, now=NOW, facts=facts)


def _adrift(session: Session) -> int:
    made = visits.account(session, "adrift", supplier="orange", label="Boutique")
    for day, place in ((30, 0), (20, 0), (3, 1), (1, 1)):
        footprint = {"the list": 0, "the document": place}
        visit = visits.run(session, made, "done", hours=24 * day, footprint=footprint)
    begun = NOW - 26 * DAY
    session.add(
        models.PortalSession(
            account_id=made, workspace_id=1, version=1, record=b"", saved_at=begun, signed_in_at=begun
        )
    )
    session.add(
        models.Challenge(
            workspace_id=1,
            account_id=made,
            run_id=visit.id,
            kind="CodeNeeded",
            wants="code",
            opened_at=begun - timedelta(minutes=2),
            closed_at=begun,
            outcome="answered",
        )
    )
    for life in (29, 30, 31):
        ended = NOW - 40 * DAY
        session.add(
            models.SessionLife(
                workspace_id=1,
                account_id=made,
                supplier="orange",
                began_at=ended - life * DAY,
                ended_at=ended,
                asked=True,
            )
        )
    return made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> World:
    company = world.full(tmp_path_factory.mktemp("shop"))
    furnish(company)
    return company


def _shelf(page: str, label: str) -> str:
    return page.split(f'id="shelf-{label}"', 1)[1].split("</section>", 1)[0]


def test_what_has_succeeded_here_works_and_what_has_not_is_beta(shop: World) -> None:
    page = shop.signed_in(language="en").get("/suppliers").text
    assert "Mandarine Télécom" in _shelf(page, "works")
    assert "last collected here" in _shelf(page, "works")
    assert "OVHcloud" in _shelf(page, "beta")
    assert "proved on a replica, never live" in _shelf(page, "beta")


def test_what_is_only_asked_for_never_looks_like_what_can_run(shop: World) -> None:
    shelf = _shelf(shop.signed_in(language="en").get("/suppliers").text, "asked")
    assert "asked for (2 votes)" in shelf
    assert "Zorglub Eau" in shelf
    assert "tile-asked" in shelf
    assert "/new" not in shelf
    assert shop.signed_in().get("/suppliers/veolia/new").status_code == 404
    assert shop.signed_in().get("/suppliers/veolia").status_code == 404


def test_the_search_minds_neither_accents_nor_spaces_and_finds_what_is_asked_for_too(shop: World) -> None:
    client = shop.signed_in()
    assert "Mandarine Télécom" in client.get("/suppliers?q=mandarine telecom").text
    assert "Zorglub Eau" in client.get("/suppliers?q=zorglubeau").text


def test_a_supplier_whose_site_changed_says_so_on_its_tile(shop: World) -> None:
    assert "site changed" in shop.signed_in(language="en").get("/suppliers?q=mandarine").text


def test_the_page_of_a_supplier_tells_where_secrets_go_and_how_old_each_fact_is(shop: World) -> None:
    page = shop.signed_in(language="en").get("/suppliers/orange").text
    assert "<code>https://login.orange.fr</code>" in page
    assert "24 Jul 2026" in page
    assert "picture puzzle (never solved by the farm)" in page
    assert "contract by contract" in page
    assert "about 30 days (3 ended sessions)" in page
    assert "Orange and Sosh, residential" in page


def test_a_collector_on_a_fallback_is_amber_with_the_step_on_every_page(shop: World) -> None:
    client = shop.signed_in(language="en")
    said = "“the document”: way 2 instead of 1"
    for place in ("/", f"/accounts/{shop.accounts['adrift']}", "/suppliers/orange"):
        assert said in client.get(place).text, place


def test_a_way_that_the_file_no_longer_has_is_no_drift(company: World) -> None:
    furnish(company)
    with company.database.write() as session:
        for run in session.query(models.Run).filter_by(account_id=company.accounts["adrift"]):
            run.footprint = {"a page of old": (run.footprint or {})["the document"]}
    assert "a page of old" not in company.signed_in().get("/").text


def test_the_weather_is_told_before_the_session_breaks(shop: World) -> None:
    client = shop.signed_in(language="en")
    said = "Orange and Sosh will ask you about Tuesday"
    assert said in client.get("/").text
    account = client.get(f"/accounts/{shop.accounts['adrift']}").text
    assert said in account
    assert "learnt from 3 sessions" in account
    assert "vous sollicitera vers mardi" in shop.signed_in().get("/").text


def test_a_changed_portal_is_told_once_and_compares_expected_with_seen(shop: World) -> None:
    client = shop.signed_in(language="en")
    assert client.get("/").text.count("Mandarine Télécom: the site has changed") == 1
    page = client.get("/suppliers/mandarine/diagnosis").text
    assert "a field “Mot de passe”" in page
    assert "a page titled “Bienvenue”" in page
    assert "/evidence/" in page
    assert "Portal changed" in page


def test_the_diagnosis_for_the_mender_holds_nothing_of_whose_it_is(company: World) -> None:
    with company.database.write() as session:
        run = session.get_one(models.Run, company.last_run("portal_changed"))
        run.error_detail = {"expected": "a date", "seen": "client 12345678, jeanne@firm.fr"}
        session.add(
            models.Evidence(workspace_id=1, run_id=run.id, kind="shape", path=f"{run.id}/2.json", at=NOW)
        )
    (company.settings.data / "evidence" / str(run.id) / "2.json").write_text('{"bills": ["text"]}')
    answer = company.signed_in().get("/suppliers/mandarine/diagnosis/file.json")
    told = json.loads(answer.text)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (told["supplier"], told["step"], told["accounts"]) == ("mandarine", "the password page", 1)
    assert (told["seen"], told["shape"]) == ("client …, •••", {"bills": ["text"]})
    assert not [private for private in ("firm.fr", "j•••", "Siège", "12345678") if private in answer.text]


def test_a_later_success_closes_the_diagnosis(company: World) -> None:
    with company.database.write() as session:
        session.get_one(models.Account, company.accounts["ok"]).last_success_at = NOW
    client = company.signed_in(language="en")
    assert "nothing to report" in client.get("/suppliers/mandarine/diagnosis").text
    assert client.get("/suppliers/mandarine/diagnosis/file.json").status_code == 404
    assert "the site has changed" not in client.get("/").text


def test_another_company_sees_neither_our_requests_nor_our_changes(shop: World) -> None:
    client = shop.signed_in(world.STRANGER, language="en")
    assert "Zorglub" not in client.get("/suppliers").text
    assert "asked for (0 votes)" in client.get("/suppliers").text
    assert client.get("/suppliers/asked/zorglub-eau").status_code == 404
    assert client.get("/suppliers/asked/zorglub-eau/issue.txt").status_code == 404
    assert "nothing to report" in client.get("/suppliers/mandarine/diagnosis").text


def test_a_request_is_stored_once_with_the_vote_of_whoever_asks(company: World) -> None:
    client = company.signed_in("finance@firm.fr")
    typed = {"name": "Zorglub Eau", "website": "zorglub.example", "today": "mail", "volume": "4"}
    answer = world.post(client, "/suppliers/ask", at="/suppliers/ask", second_factor="sms", **typed)
    assert answer.headers["Location"] == "/suppliers/asked/zorglub-eau"
    world.post(company.signed_in(), "/suppliers/asked/zorglub-eau/vote", at="/help")
    with company.database.read() as session:
        (asked,) = requests.all_of(session, 1)
        assert (asked.website, asked.today, asked.second_factor, asked.volume) == (
            "https://zorglub.example",
            "mail",
            "sms",
            4,
        )
        assert requests.votes(session, 1) == {"zorglub-eau": 2}
        assert [row.action for row in session.query(models.AuditEntry)].count("supplier.asked") == 1


def test_a_vote_for_one_of_our_list_makes_its_record(company: World) -> None:
    client = company.signed_in()
    world.post(client, "/suppliers/asked/veolia/vote", at="/help")
    world.post(client, "/suppliers/asked/veolia/vote", at="/help")
    assert "demandé (1 vote)" in client.get("/suppliers/asked/veolia").text
    world.post(client, "/suppliers/asked/veolia/withdraw", at="/help")
    assert "demandé (0 vote)" in client.get("/suppliers/asked/veolia").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "!!"}, "Give the supplier"),
        ({"name": "Orange"}, "in the catalogue already"),
        ({"name": "Zorglub", "website": "not an address"}, "This is not an address"),
        ({"name": "Zorglub", "invoice_page": "javascript:alert(1)"}, "This is not an address"),
        ({"name": "Zorglub", "volume": "a lot"}, "A whole number"),
        ({"name": "Zorglub", "today": "pigeon"}, "Choose from the list"),
    ],
)
def test_what_cannot_be_stored_is_said_beside_its_field_and_what_was_typed_stays(
    company: World, typed: dict[str, str], said: str
) -> None:
    client = company.signed_in(language="en")
    answer = world.post(client, "/suppliers/ask", at="/suppliers/ask", **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'aria-describedby="wrong-{[*typed][-1]}"' in answer.text
    with company.database.read() as session:
        assert requests.all_of(session, 1) == []


def test_the_issue_says_what_a_collector_needs_and_nothing_private(shop: World) -> None:
    answer = shop.signed_in().get("/suppliers/asked/zorglub-eau/issue.txt")
    assert answer.mimetype == "text/plain"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Page of the invoices: https://zorglub.example/client/…/factures\n" in answer.text
    assert "Invoices come today: by mail" in answer.text
    assert not [private for private in ("1234567", "token", "firm.fr", "Moisson\n") if private in answer.text]


def test_a_request_whose_collector_came_is_there(company: World) -> None:
    with company.database.write() as session:
        requests.ask(session, 1, "Orange", by=1, now=NOW)
    page = company.signed_in(language="en").get("/suppliers/asked/orange").text
    assert "It is here" in page
    assert 'href="/suppliers/orange"' in page
    assert "asked for (" not in _shelf(company.signed_in(language="en").get("/suppliers").text, "beta")


#: With a drift, a forecast and votes to show; the others are looked at with the rest of the pages.
ROOMS = ("/", "/suppliers", "/suppliers/orange", "/suppliers/asked/zorglub-eau")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_no_room_of_the_catalogue_has_an_accessibility_fault_in_either_theme_at_two_widths(
    shop: World, browser: Browser, language: str
) -> None:
    faults: list[str] = []
    async with looks.serving(shop, browser) as served:
        context = await served.context(language=language)
        page = await context.new_page()
        for place in (*ROOMS, f"/accounts/{shop.accounts['adrift']}"):
            faults += await looks.faults_of(page, served.address, place)
        await context.close()
    assert faults == []

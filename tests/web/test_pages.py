"""What the pages say, to those who look and to machines."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest

from core import nouns
from core.db import models
from tests.web import visits, world
from web import health, steps


def test_the_first_page_is_one_sentence_then_what_needs_a_person(museum: world.World) -> None:
    page = museum.signed_in().get("/").text
    assert "6 comptes ont besoin de vous, 3 sont à jour, 6 suivent leur cours" in page
    cards = page.split('class="cards"', 1)[1].split("</ul>", 1)[0]
    assert cards.count("<li") == 7, "six accounts, and a mailbox whose consent ended"
    assert cards.count("Renouveler l&#39;autorisation\N{NO-BREAK SPACE}: anne.b@gmail.com") == 1
    assert "Mot de passe refusé" in cards
    assert "Corriger" in cards
    assert "<title>(7) " in page
    assert "favicon.svg?n=7" in page


def test_when_nobody_is_needed_the_page_says_so(bare: world.World) -> None:
    with bare.database.write() as session:
        world.hire(session)
        visits.account(session, "only")
    page = bare.signed_in().get("/").text
    assert "Personne n&#39;est attendu" in page
    assert 'class="cards"' not in page


def test_last_success_last_attempt_and_last_new_are_three_things(museum: world.World) -> None:
    page = museum.signed_in(language="en").get(f"/accounts/{museum.accounts['ok']}").text
    assert all(
        words in page for words in ("Last success", "Last attempt", "Last new invoice", "Next collection")
    )
    assert '<time datetime="2026-11-20T06:00:00+00:00" title="20 Nov 2026, 07:00">today 07:00</time>' in page


def test_the_strip_says_in_words_what_it_shows(museum: world.World) -> None:
    page = museum.signed_in().get("/").text
    assert (
        'role="img" aria-label="30 dernières collectes, 4 avec du nouveau, 24 sans nouveauté, 2 en échec"'
        in page
    )


def test_the_worst_comes_first(museum: world.World) -> None:
    rows = museum.signed_in().get("/").text.split('class="rows"', 1)[1]
    order = re.findall(r'class="state tone-(\w+)"', rows)
    blocks = [tone for tone, _ in itertools.groupby(order)]
    assert blocks == ["red", "amber", "blue", "grey", "green", "grey"], "never collected, in order, paused"


@pytest.mark.parametrize(
    "name", ["needs_password", "needs_code", "needs_consent", "portal_changed", "portal_down"]
)
def test_a_failed_run_is_told_in_five_parts_with_its_code(museum: world.World, name: str) -> None:
    page = museum.signed_in(language="en").get(f"/runs/{museum.last_run(name)}").text
    parts = ["On whose side", "What is kept", "Next step", "Next try"]
    places = [page.index(f"<dt>{part}</dt>") for part in parts]
    assert places == sorted(places)
    assert "MOISSON-P" in page
    assert "Copy the diagnosis" in page


def test_the_portal_s_own_words_are_quoted_and_cannot_act(company: world.World) -> None:
    with company.database.write() as session:
        run = session.get_one(models.Run, company.last_run("needs_password"))
        run.error_said = "<script>alert(1)</script>"
    page = company.signed_in().get(f"/runs/{company.last_run('needs_password')}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_changed_portal_names_the_step_what_was_expected_and_seen(museum: world.World) -> None:
    page = museum.signed_in(language="en").get(f"/runs/{museum.last_run('portal_changed')}").text
    assert "the password page" in page
    assert "a field “Mot de passe” expected" in page
    assert "Bienvenue" in page


def test_the_step_is_named_in_the_language_of_whoever_looks(museum: world.World) -> None:
    page = museum.signed_in(language="fr").get(f"/runs/{museum.last_run('portal_changed')}").text
    assert "À l&#39;étape «\N{NO-BREAK SPACE}la page du mot de passe\N{NO-BREAK SPACE}»" in page


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("date in the list", "Date dans la liste des factures"),
        ("the document", "le document"),
        ("the hall of mirrors", "the hall of mirrors"),
    ],
)
def test_a_step_is_told_from_its_parts_and_one_that_is_not_known_as_it_is(
    museum: world.World, step: str, told: str
) -> None:
    with museum.app.test_request_context(headers={"Accept-Language": "fr"}):
        assert steps.named(step) == told


def test_evidence_is_shown_apart_and_as_text(museum: world.World) -> None:
    client, run = museum.signed_in(), museum.last_run("portal_changed")
    picture, page = (client.get(f"/runs/{run}/evidence/{n}") for n in (1, 2))
    assert picture.mimetype == "image/png"
    assert page.mimetype == "text/plain"
    assert all("sandbox" in answer.headers["Content-Security-Policy"] for answer in (picture, page))
    assert client.get(f"/runs/{museum.last_run('ok')}/evidence/1").status_code == 404


def test_evidence_never_leaves_its_folder(company: world.World) -> None:
    with company.database.write() as session:
        session.query(models.Evidence).first().path = "../web/web.key"  # type: ignore[union-attr]
    assert (
        company.signed_in().get(f"/runs/{company.last_run('portal_changed')}/evidence/1").status_code == 404
    )


def test_a_run_shows_its_steps_once_and_in_order(museum: world.World) -> None:
    page = museum.signed_in().get(f"/runs/{museum.last_run('ok')}").text
    steps = [
        "Connexion au site",
        "14 factures vues, 1 nouvelle",
        "Téléchargement 1 sur 1",
        "Collecte terminée",
    ]
    timeline = page.split('class="timeline"', 1)[1].split("</ol>", 1)[0]
    assert [timeline.count(step) for step in steps] == [1] * 4
    assert sorted(steps, key=timeline.index) == steps


def test_the_census_is_told_as_a_connection(company: world.World) -> None:
    with company.database.write() as session:
        run = visits.run(session, company.accounts["ok"], "done", hours=0, census=True, cause="trial")
        for row in session.query(models.ListedRow):
            row.run_id = run.id
        run.receipt = {**(run.receipt or {}), "baseline": 14}
    page = company.signed_in().get(f"/runs/{run.id}").text
    assert "connecté" in page
    assert "14 factures déjà présentes ont été notées et laissées sur place" in page


def test_stop_is_a_wish_about_this_run(company: world.World) -> None:
    run = company.last_run("running")
    world.post(company.signed_in("finance@firm.fr"), f"/runs/{run}/stop", at="/help")
    with company.database.read() as session:
        assert [(w.kind, w.run_id) for w in session.query(models.Wish)] == [("stop", run)]


def test_invoices_are_filtered_and_paged_by_their_address(museum: world.World) -> None:
    client = museum.signed_in()
    first, second = client.get("/invoices").text, client.get("/invoices?page=2").text
    assert first.count('class="thumb"') == 30
    assert second.count('class="thumb"') == 7
    assert client.get("/invoices?q=F2026-0098").text.count('class="thumb"') == 1
    assert "Aucune facture ne correspond" in client.get("/invoices?supplier=nimbus").text


def test_an_invoice_shows_what_was_read_how_sure_and_what_to_check(museum: world.World) -> None:
    page = museum.signed_in().get("/invoices/2").text
    assert all(words in page for words in ("probable", "à regarder", "page"))
    assert not re.search(r"\d ?%", page)
    assert "site et page" in museum.signed_in().get("/invoices/1").text
    assert "Le document et le site n&#39;affichent pas le même total." in page


def test_an_invoice_whose_pdf_was_replaced_shows_every_version_and_the_list_the_newest(
    museum: world.World,
) -> None:
    client = museum.signed_in()
    versions = client.get("/invoices/2").text.partition("Documents</h2>")[2].partition("</ul>")[0]
    newest, first = versions.split("</li>")[:2]
    assert all(words in newest for words in ("Version 2", "en vigueur", "49,90", "/documents/35/original"))
    assert all(words in first for words in ("Version 1", "46,90", "/documents/2/original"))
    assert "en vigueur" not in first
    assert "Version 1" not in client.get("/invoices/1").text
    assert client.get("/invoices").text.count("Version 2") == 1


def test_the_original_is_handed_over_as_a_file_byte_for_byte(museum: world.World) -> None:
    answer = museum.signed_in().get("/documents/1/original")
    assert answer.headers["Content-Disposition"] == "attachment; filename=2026-11-03_mandarine_F2026-0100.pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_document_without_a_picture_says_so(museum: world.World) -> None:
    client = museum.signed_in()
    assert client.get("/documents/3/preview.png").status_code == 404
    assert "Pas d&#39;aperçu" in client.get("/invoices/3").text
    assert client.get("/documents/1/preview.png").mimetype == "image/png"


@pytest.mark.parametrize("wanted", ["telecom", "TÉLÉCOM", "mandarine t", "MANDARINE TELECOM"])
def test_the_search_for_a_supplier_minds_no_accents(museum: world.World, wanted: str) -> None:
    page = museum.signed_in().get("/suppliers", query_string={"q": wanted}).text
    assert "/suppliers/mandarine/new" in page


def test_a_supplier_that_is_not_there_leads_somewhere(museum: world.World) -> None:
    page = museum.signed_in(language="en").get("/suppliers?q=pamplemousse").text
    assert "No supplier matches “pamplemousse”" in page
    assert "docs/collectors.md" in page


def test_the_first_steps_tick_themselves(company: world.World) -> None:
    client = company.signed_in()
    assert "Garder ailleurs une copie" in client.get("/").text
    world.post(client, "/vault-key-copied", at="/help")
    assert "Garder ailleurs une copie" not in client.get("/").text


def _worker(company: world.World, **changes: object) -> None:
    with company.database.write() as session:
        for name, value in changes.items():
            setattr(session.query(models.Worker).one(), name, value)


def test_a_worker_that_fell_silent_is_said_aloud_everywhere(company: world.World) -> None:
    client = company.signed_in()
    assert client.get("/healthz").status_code == 200
    _worker(company, beat_at=world.NOW - timedelta(minutes=3))
    assert client.get("/healthz").status_code == 503
    assert all("signe de vie" in client.get(place).text for place in ("/", "/invoices", "/system"))


def test_a_command_that_collects_once_does_not_count_as_the_worker(company: world.World) -> None:
    _worker(company, facts={"once": True})
    assert company.app.test_client().get("/healthz").status_code == 503


def test_a_clock_that_stopped_is_seen_although_the_worker_beats(company: world.World) -> None:
    client = company.signed_in()
    long_ago = world.NOW - health.NO_RUN_AFTER - timedelta(minutes=1)
    with company.database.write() as session:
        session.query(models.Run).filter(models.Run.state.in_(nouns.ACTIVE_STATES)).delete()
        session.query(models.Run).filter(models.Run.started_at > long_ago).delete()
    assert client.get("/healthz").status_code == 200, "nothing is due"
    with company.database.write() as session:
        session.get_one(models.Account, company.accounts["ok"]).next_run_at = long_ago
    assert client.get("/healthz").status_code == 503
    assert "26 heures" in client.get("/").text


def test_a_closed_vault_is_a_red_line_on_every_page(company: world.World) -> None:
    client = company.signed_in()
    _worker(company, facts={"vault": "closed"}, stopped_at=world.NOW)
    assert "Coffre fermé" in client.get("/invoices").text
    assert "Coffre fermé" in client.get("/help").text


def test_loopback_is_a_red_line_even_before_signing_in(company: world.World) -> None:
    assert "MOISSON_ALLOW_LOOPBACK=1" in company.app.test_client().get("/login").text


def test_healthz_tells_machines_nothing_about_anybody(museum: world.World) -> None:
    answer = museum.app.test_client().get("/healthz")
    assert set(answer.get_json()) == {"ok", "worker", "collecting"}


def test_a_page_that_is_not_there_says_so_in_words(museum: world.World) -> None:
    answer = museum.signed_in(language="en").get("/accounts/999")
    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "Traceback" not in answer.text

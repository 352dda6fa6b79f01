"""Each lever does what its name says."""

from __future__ import annotations

import httpx
import pytest

from demo import paper, portals
from demo.stage import Lever
from tests.demo import visits


def test_a_published_invoice_is_the_first_line_and_a_late_one_is_not(mandarine: portals.Portal) -> None:
    client, _ = visits.enter(mandarine)
    [late] = mandarine.pull(Lever.PUBLISH_LATE)
    [new] = mandarine.pull(Lever.PUBLISH)
    assert visits.numbers(client.get("/espace-client/factures"))[0] == new.number
    assert late.number in visits.numbers(client.get("/espace-client/factures?page=2"))


def test_two_of_one_month_have_the_same_amount_and_their_own_numbers(mandarine: portals.Portal) -> None:
    one, other = mandarine.pull(Lever.SAME_MONTH)
    assert (one.issued, one.cents) == (other.issued, other.cents)
    assert one.number != other.number


def test_a_credit_note_is_negative_on_the_page_and_on_paper(mandarine: portals.Portal) -> None:
    [note] = mandarine.pull(Lever.CREDIT_NOTE)
    client, page = visits.enter(mandarine)
    assert "-12,00\u00a0€" in page.text
    assert "Avoir" in visits.text_of(client.get(f"/espace-client/factures/{note.number}.pdf").content)


def test_one_between_two_pages_pushes_a_line_over(mandarine: portals.Portal) -> None:
    mandarine.pull(Lever.BETWEEN_PAGES)
    client, first = visits.enter(mandarine)
    second = client.get("/espace-client/factures?page=2")
    assert visits.numbers(second)[0] == visits.numbers(first)[-1]
    assert visits.numbers(client.get("/espace-client/factures"))[0] not in visits.numbers(first)


def test_the_password_changes_and_sessions_end(mandarine: portals.Portal) -> None:
    client, _ = visits.enter(mandarine)
    mandarine.pull(Lever.CHANGE_PASSWORD)
    assert client.get("/espace-client/factures").url.path == "/connexion"
    assert "incorrect" in visits.enter(mandarine, password=mandarine.brand.password)[1].text
    assert visits.numbers(visits.enter(mandarine)[1])


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        (Lever.LOCKED, "temporairement verrouillé"),
        (Lever.TERMS, "Nouvelles conditions générales"),
        (Lever.CODE, "Code reçu par SMS"),
    ],
)
def test_a_login_may_end_elsewhere(mandarine: portals.Portal, lever: Lever, words: str) -> None:
    mandarine.pull(lever)
    client, page = visits.enter(mandarine)
    assert words in page.text
    assert client.get("/espace-client/factures").url.path == "/connexion"


def test_a_captcha_stands_before_the_login(mandarine: portals.Portal, nimbus: portals.Portal) -> None:
    for portal, path in ((mandarine, "/connexion"), (nimbus, "/login")):
        portal.pull(Lever.CAPTCHA)
        assert 'id="captcha"' in visits.visitor(portal).get(path).text


def test_the_texted_code_opens_unless_the_lever_says_wrong(mandarine: portals.Portal) -> None:
    mandarine.pull(Lever.CODE)
    mandarine.pull(Lever.WRONG_CODE)
    client, _ = visits.enter(mandarine)
    sms = {"code": mandarine.house.sms}
    assert "incorrect ou expiré" in client.post("/connexion/code", data=sms).text
    mandarine.pull(Lever.WRONG_CODE, on=False)
    assert visits.numbers(client.post("/connexion/code", data=sms))


def test_moved_buttons_have_names_that_nobody_knows(
    mandarine: portals.Portal, nimbus: portals.Portal
) -> None:
    client, _ = visits.enter(mandarine)
    for portal, known in ((mandarine, 'id="identifiant"'), (nimbus, 'id="email"')):
        assert known in visits.visitor(portal).get("/").text
        portal.pull(Lever.MOVE_BUTTONS)
        assert known not in visits.visitor(portal).get("/").text
    assert visits.numbers(client.get("/espace-client/factures")) == []


def test_down_and_blocked_are_statuses(mandarine: portals.Portal) -> None:
    mandarine.pull(Lever.DOWN)
    answer = visits.visitor(mandarine).get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    mandarine.stage.reset()
    mandarine.pull(Lever.BLOCKED)
    assert visits.visitor(mandarine).get("/").status_code == 403


def test_slow_outlasts_a_short_patience_and_ends_with_the_portal(mandarine: portals.Portal) -> None:
    mandarine.pull(Lever.SLOW)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(mandarine.url, timeout=httpx.Timeout(visits.PATIENCE, read=0.2))


def test_an_empty_list_says_so_or_says_nothing(mandarine: portals.Portal, nimbus: portals.Portal) -> None:
    client, _ = visits.enter(mandarine)
    other = visits.enter_nimbus(nimbus)
    for lever, said, total in ((Lever.EMPTY, True, 0), (Lever.SILENT_EMPTY, False, None)):
        for portal in (mandarine, nimbus):
            portal.stage.reset()
            portal.pull(lever)
        assert ("Aucune facture" in client.get("/espace-client/factures").text) is said
        assert other.get("/api/invoices").json().get("total") == total


def test_a_session_dies_in_mid_list_once(nimbus: portals.Portal) -> None:
    nimbus.pull(Lever.DROP_MID_LIST)
    client = visits.enter_nimbus(nimbus)
    assert [client.get(f"/api/invoices?page={page}").status_code for page in (1, 2)] == [200, 401]
    assert visits.enter_nimbus(nimbus).get("/api/invoices?page=2").status_code == 200


@pytest.mark.parametrize(
    ("lever", "starts", "size"),
    [
        (Lever.HTML_FILE, b"<!doctype", None),
        (Lever.HALF_FILE, b"%PDF-", None),
        (Lever.EMPTY_FILE, b"", 0),
        (Lever.HUGE_FILE, b"%PDF-", 40 * paper.MEGABYTE),
    ],
)
def test_a_file_may_be_spoiled(
    mandarine: portals.Portal, lever: Lever, starts: bytes, size: int | None
) -> None:
    client, _ = visits.enter(mandarine)
    mandarine.pull(lever)
    answer = client.get("/espace-client/factures/MT-2026-0014.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(starts)
    assert size in (None, len(answer.content))
    assert mandarine.counters.downloads == {"MT-2026-0014": 1}


def test_another_customers_file_names_neither_the_number_nor_the_customer(mandarine: portals.Portal) -> None:
    client, _ = visits.enter(mandarine)
    sound = visits.text_of(client.get("/espace-client/factures/MT-2026-0014.pdf").content)
    mandarine.pull(Lever.OTHER_CUSTOMER)
    mixed_up = visits.text_of(client.get("/espace-client/factures/MT-2026-0014.pdf").content)
    for words in ("MT-2026-0014", "Atelier Claire Fontaine"):
        assert words in sound
        assert words not in mixed_up

"""The fictional portals behave like portals."""

from __future__ import annotations

from demo import portals
from tests.demo import visits


def test_mandarine_lists_fourteen_invoices_on_two_pages(mandarine: portals.Portal) -> None:
    client, first = visits.enter(mandarine)
    second = client.get("/espace-client/factures?page=2")
    assert (len(visits.numbers(first)), len(visits.numbers(second))) == (10, 4)
    assert ("Page suivante" in first.text, "Page suivante" in second.text) == (True, False)
    assert "3 février 2026" in first.text
    assert "45,90\u00a0€" in first.text


def test_a_pdf_says_what_the_list_says(mandarine: portals.Portal) -> None:
    client, page = visits.enter(mandarine)
    number = visits.numbers(page)[-1]
    said = visits.text_of(client.get(f"/espace-client/factures/{number}.pdf").content)
    assert all(words in said for words in (number, "45,90", "Date de facture : 3 mai 2025", "999 111 222"))


def test_nothing_is_shown_without_a_session(mandarine: portals.Portal, nimbus: portals.Portal) -> None:
    assert visits.visitor(mandarine).get("/espace-client/factures/MT-2026-0014.pdf").url.path == "/connexion"
    assert visits.visitor(nimbus).get("/api/invoices").status_code == 401
    assert visits.visitor(nimbus).get("/api/invoices/NIM-2026-0012/pdf").status_code == 401


def test_nimbus_asks_a_code_then_a_header(nimbus: portals.Portal) -> None:
    client = visits.enter_nimbus(nimbus)
    first, second = (client.get(f"/api/invoices?page={page}").json() for page in (1, 2))
    assert (len(first["invoices"]), first["next"]) == (10, "/api/invoices?page=2")
    assert (len(second["invoices"]), second["next"], second["total"]) == (2, None, 12)
    line = first["invoices"][0]
    assert (line["issued_at"], line["amount_cents"], line["currency"]) == ("2026-10-01", 4900, "USD")
    assert "$49.00" in visits.text_of(client.get(line["pdf"]).content)
    del client.headers["X-CSRF-Token"]
    assert client.get("/api/invoices").status_code == client.get(line["pdf"]).status_code == 403


def test_a_wrong_totp_code_is_refused(nimbus: portals.Portal) -> None:
    client = visits.visitor(nimbus)
    client.post("/login", data={"email": nimbus.brand.login, "password": nimbus.house.password})
    answer = client.post("/login/totp", data={"code": "000000"})
    assert "That code is not valid." in answer.text
    assert client.get("/api/invoices").status_code == 401


def test_refusals_are_counted_and_the_sixth_is_a_lock(mandarine: portals.Portal) -> None:
    answers = [visits.enter(mandarine, password="not-this-one")[1].text for _ in range(6)]
    assert ["incorrect" in answer for answer in answers] == [True] * 5 + [False]
    assert "temporairement verrouillé" in answers[-1]
    assert mandarine.counters.shown()["signins"] == {"claire.fontaine": 6}
    assert mandarine.counters.logins_refused == 6


def test_each_of_many_customers_has_numbers_and_files_of_its_own(mandarine: portals.Portal) -> None:
    [first, other] = [visits.enter(mandarine, login=f"user-{n}") for n in (7, 8)]
    mandarine.publish(login="user-7")
    assert not set(visits.numbers(first[1])) & set(visits.numbers(other[1]))
    assert len(mandarine.house.shelf.of("user-7")) == len(mandarine.house.shelf.of("user-8")) + 1
    assert "Client user-7" in visits.text_of(
        first[0].get(f"/espace-client/factures/{visits.numbers(first[1])[0]}.pdf").content
    )

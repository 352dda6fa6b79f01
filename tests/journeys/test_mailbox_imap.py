"""An IMAP mailbox from its address to its end, in a real browser against a real server: read, asked why, ruled, corrected, taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from demo import dovecot
from tests.journeys import house as houses
from tests.journeys import postbox
from tests.journeys.postbox import ADDRESS, bill, connect, deliver, flags, look, menu, ways
from tests.scheduler import postal

SALES = "ventes@atelier.example"
SEEN = "SELECT subject, verdict, reason FROM messages ORDER BY subject"


@pytest.fixture
def server() -> Iterator[dovecot.Dovecot]:
    """Three messages of the last 90 days, one of the 91st, and a folder of somebody's own."""
    with postbox.opened() as opened:
        deliver(opened, bill("F-1"), days=2)
        deliver(opened, bill("F-90"), days=89)
        deliver(opened, bill("F-91"), days=91)
        deliver(opened, menu("Le menu"), days=1)
        deliver(opened, bill("C-1"), days=3, folder="Clients")
        deliver(opened, bill("V-1"), days=3, user=SALES)
        yield opened


async def test_a_mailbox_from_its_address_to_its_end(
    house: houses.House, anna: houses.Visitor, server: dovecot.Dovecot
) -> None:
    before = flags(server)
    await anna.set_up()
    await connect(anna, server.port, ADDRESS, password="not the password")
    await corrects_the_password(anna, house)
    await reads_ninety_days_and_no_more(anna, house)
    assert flags(server) == before
    await says_why_and_takes_it_anyway(anna, house)
    await chooses_folders(anna, house, server)
    await keeps_sales_apart(anna, house, server)
    await takes_it_away(anna, house)


async def test_a_rule_is_tried_on_what_was_seen_before_it_is_kept(
    house: houses.House, anna: houses.Visitor, server: dovecot.Dovecot
) -> None:
    await anna.set_up()
    await connect(anna, server.port, ADDRESS)
    await houses.until(lambda: len(house.rows(SEEN)) == 4)
    await anna.go("/mailboxes/messages?q=menu")
    await anna.click("link", re.compile("^Une règle pour cet expéditeur"))
    await expect(anna.page.get_by_label("L'expéditeur contient")).to_have_value("cantine@firm.example")
    await anna.click("button", "Essayer sans garder")
    await anna.sees("Sur les 4 derniers messages vus, 1 lui conviennent.")
    await anna.sees(re.compile("aurait été ouvert"))
    assert house.rows("SELECT count(*) FROM mail_rules") == [(0,)]
    await anna.click("button", "Garder la règle")
    await anna.sees("l'expéditeur contient « cantine@firm.example »")
    deliver(server, menu("La semaine prochaine"))
    await look(anna)
    await houses.until(lambda: ("La semaine prochaine", "taken", None) in house.rows(SEEN))
    await anna.go("/mailboxes/rules")
    await anna.click("button", re.compile("^Éteindre"))
    await anna.sees("Éteinte")
    deliver(server, menu("La semaine d'après"))
    await look(anna)
    await houses.until(lambda: ("La semaine d'après", "skipped", "other_papers") in house.rows(SEEN))


async def test_a_list_is_offered_an_address_and_edges_stand_side_by_side(
    house: houses.House, anna: houses.Visitor, server: dovecot.Dovecot
) -> None:
    await anna.set_up()
    await ways(anna, "factures@liste.atelier.example")
    await expect(anna.page.get_by_role("heading", name="Une liste ou un alias ?")).to_be_visible()
    await connect(anna, server.port, "tout@in.atelier.example", catch_all=True)
    await anna.go("/mailboxes/addresses")
    await anna.click("button", "Créer une adresse")
    await expect(anna.page.get_by_label("Factures reçues").first).to_have_value(
        re.compile(r"^ap\+[0-9a-f]{32}@in\.atelier\.example$")
    )
    await anna.go("/mailboxes")
    for words in (re.compile("90 (derniers )?jours"), re.compile("[Nn]on rétroactif")):
        await expect(anna.page.locator(".compared").get_by_text(words).first).to_be_visible()


async def corrects_the_password(anna: houses.Visitor, house: houses.House) -> None:
    await houses.until(lambda: house.rows("SELECT error FROM mailboxes") == [("PartnerRefused",)])
    await anna.page.reload()
    await anna.sees("Accès refusé")
    await anna.page.get_by_label("Mot de passe d'application", exact=True).fill(postal.PASSWORD)
    await anna.click("button", "Enregistrer et relancer")


async def reads_ninety_days_and_no_more(anna: houses.Visitor, house: houses.House) -> None:
    await anna.sees("À jour")
    await anna.sees(re.compile(r"messages \d+ / \d+, factures trouvées 3, écartés 1"))
    subjects = [subject for subject, _, _ in house.rows(SEEN)]
    assert subjects == ["Le menu", "Votre facture C-1", "Votre facture F-1", "Votre facture F-90"]


async def says_why_and_takes_it_anyway(anna: houses.Visitor, house: houses.House) -> None:
    await anna.go("/mailboxes/messages")
    await anna.page.get_by_label("Mots de l'objet ou de l'expéditeur").fill("menu")
    await anna.click("button", "Filtrer")
    await anna.sees(re.compile(r"Écarté\s: rien n'y parle d'une facture"))
    await anna.click("button", re.compile("^Prendre quand même"))
    await houses.until(lambda: ("Le menu", "taken", None) in house.rows(SEEN))


async def chooses_folders(anna: houses.Visitor, house: houses.House, server: dovecot.Dovecot) -> None:
    await anna.go("/mailboxes/1")
    await anna.page.get_by_label("Clients").uncheck()
    await anna.click("button", "Lire ces dossiers")
    deliver(server, bill("C-2"), folder="Clients")
    deliver(server, bill("F-2"))
    await look(anna)
    await houses.until(lambda: ("Votre facture F-2", "taken", None) in house.rows(SEEN))
    assert not [one for one in house.rows(SEEN) if one[0] == "Votre facture C-2"]


async def keeps_sales_apart(anna: houses.Visitor, house: houses.House, server: dovecot.Dovecot) -> None:
    """A second mailbox of the same person; what it brings never meets a purchase."""
    await connect(anna, server.port, SALES, role="Factures émises")
    await houses.until(
        lambda: house.rows("SELECT count(*) FROM invoices WHERE role = 'ar'") == [(1,)],
    )
    await houses.until(
        lambda: house.rows("SELECT count(*) FROM documents WHERE read_at IS NULL") == [(0,)],
    )
    tied = "SELECT count(*) FROM matches m JOIN invoices i ON i.id = m.invoice_id WHERE i.role = 'ar'"
    assert house.rows(tied) == [(0,)]
    await anna.go("/mailboxes")
    for address in (ADDRESS, SALES):
        await expect(anna.page.get_by_role("link", name=address)).to_be_visible()


async def takes_it_away(anna: houses.Visitor, house: houses.House) -> None:
    invoices = house.rows("SELECT count(*) FROM invoices")
    await anna.go("/mailboxes/1")
    await anna.click("link", "Déconnecter…")
    await anna.sees(re.compile("Les 5 factures venues par elle restent"))
    await anna.click("button", "Déconnecter…")
    await expect(anna.page.get_by_role("link", name=ADDRESS)).to_have_count(0)
    kept = "SELECT count(*) FROM sealed_fields WHERE owner = 'mailbox' AND owner_id = 1"
    assert house.rows(kept) == [(0,)]
    assert house.rows("SELECT count(*) FROM invoices") == invoices

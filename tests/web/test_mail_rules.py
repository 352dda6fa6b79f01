"""Rules of the mail as pages: made, tried before they are kept, ordered, switched off, and never beyond what a person may."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from core.db import models
from core.ledger import rules
from tests.web import posted, world

ROOM, NEW = "/mailboxes/rules", "/mailboxes/rules/new"


def _rules(company: world.World) -> list[models.MailRule]:
    with company.database.read() as session:
        return list(rules.every(session, 1))


def _save(client: FlaskClient, place: str = NEW, **said: str) -> Any:
    return world.post(client, place, at=NEW, **{"act": "take", **said})


def test_a_rule_is_kept_as_it_is_said(company: world.World) -> None:
    client = company.signed_in()
    said = {"mailbox": "1", "sender": " cantine@ ", "act": "supplier", "supplier": "mandarine télécom"}
    assert _save(client, **said).headers["Location"] == ROOM
    made = _rules(company)[-1]
    assert (made.mailbox_id, made.sender, made.act, made.made_by) == (1, "cantine@", "supplier", 1)
    page = client.get(ROOM).text
    assert "l&#39;expéditeur contient « cantine@ »" in page
    assert "il arrive dans ap@firm.fr" in page


def test_a_supplier_of_the_catalogue_is_known_by_its_name(company: world.World) -> None:
    name = company.app.extensions["moisson"].catalogue.collectors["mandarine"].manifest.name
    _save(company.signed_in(), sender="x@y.example", act="supplier", supplier=name.upper())
    assert _rules(company)[-1].supplier == "mandarine"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Dites au moins une chose"),
        ({"subject": "x", "act": "all"}, "Choisissez ce qu&#39;il en advient"),
        ({"mailbox": "99"}, "plus connectée"),
        ({"subject": "x", "act": "workspace", "to": "2"}, "Choisissez une entreprise"),
        ({"subject": "x", "act": "supplier"}, "Donnez le nom du fournisseur"),
    ],
)
def test_what_cannot_be_is_said_and_not_kept(company: world.World, said: dict[str, str], words: str) -> None:
    before = len(_rules(company))
    answer = _save(company.signed_in(), **said)
    assert answer.status_code == 422
    if "to" not in said:  # a company that is not offered has no field to say it beside
        assert words in answer.text
    assert len(_rules(company)) == before


def test_mail_goes_to_another_company_only_by_who_may_act_there(company: world.World) -> None:
    client, said = company.signed_in(), {"sender": "x@y.example", "act": "workspace", "to": "2"}
    assert "Autre entreprise" not in client.get(NEW).text
    with company.database.write() as session:
        session.add(models.Membership(workspace_id=2, person_id=1, role="viewer"))
    assert _save(client, **said).status_code == 422
    with company.database.write() as session:
        session.get_one(models.Membership, (2, 1)).role = "finance"
    assert "Autre entreprise" in client.get(NEW).text
    assert _save(client, **said).status_code == 302
    assert _rules(company)[-1].to_workspace_id == 2


def test_a_try_says_what_would_have_been_and_keeps_nothing(company: world.World) -> None:
    client, before = company.signed_in(), len(_rules(company))

    def tried(**said: str) -> str:
        return str(world.post(client, f"{ROOM}/try", at=NEW, **said).text.split('id="tried"', 1)[1])

    page = tried(subject="menu", act="take")
    assert "Sur les 3 derniers messages vus, 1 lui conviennent" in page
    assert "aurait été ouvert" in page
    assert "serait resté fermé" in tried(subject="votre facture", act="skip")
    assert "rien ne change" in tried(subject="votre facture", act="take")
    with company.database.write() as session:
        rules.add(session, rules.drawn_up(1, "skip", subject="menu", made_at=world.NOW))
    assert "une règle avant elle décide" in tried(subject="menu", act="take")
    assert len(_rules(company)) == before + 1


def test_a_rule_is_changed_in_its_place(company: world.World) -> None:
    client, place = company.signed_in(), f"{ROOM}/{posted.RULE}"
    assert 'value="Clients"' in client.get(place).text
    _save(client, place, subject="avoir", act="skip", supplier="acme")
    rule = _rules(company)[0]
    assert (rule.id, rule.subject, rule.folder, rule.act) == (posted.RULE, "avoir", "", "skip")
    assert rule.supplier == "", "nobody's invoices come of what is left"


def test_rules_are_ordered_switched_and_taken_away(company: world.World) -> None:
    client = company.signed_in()

    def act(rule: int, what: str, **said: str) -> None:
        assert world.post(client, f"{ROOM}/{rule}/{what}", at=ROOM, **said).status_code == 302

    act(2, "move", by="up")
    assert [one.id for one in _rules(company)] == [2, 1]
    act(2, "switch", to="on")
    act(1, "switch", to="off")
    assert [one.off_at is None for one in _rules(company)] == [True, False]
    assert "Éteinte" in client.get(ROOM).text
    act(1, "remove")
    assert [one.id for one in _rules(company)] == [2]


def test_what_a_message_says_may_begin_a_rule(company: world.World) -> None:
    page = company.signed_in().get(f"{NEW}?sender=cantine@firm.fr&subject=menu").text
    assert 'value="cantine@firm.fr"' in page
    assert "Dites au moins" not in page
    assert f'href="{NEW}?sender=cantine%40firm.fr"' in company.signed_in().get("/mailboxes/messages").text


def test_rules_of_a_mailbox_go_with_it(company: world.World) -> None:
    client, place = company.signed_in(), f"/mailboxes/{posted.IN_ORDER}/remove"
    world.post(client, place, at=place)
    assert [one.id for one in _rules(company)] == [2]

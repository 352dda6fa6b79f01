"""The match desk and the missing invoices as they answer: words, sums, and whose they are."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db import models
from core.ledger import matches
from tests.web import paid, world


@pytest.fixture
def filled(company: world.World) -> paid.Paid:
    return paid.fill(company)


@pytest.fixture
def anna(company: world.World, filled: paid.Paid) -> FlaskClient:
    return company.signed_in()


def _confirmed(company: world.World, payment: int) -> dict[int, int]:
    with company.database.read() as session:
        rows = matches.of_payment(session, payment)
        return {match.invoice_id: match.amount_minor for match in rows if match.confirmed_at}


def _proposed(company: world.World, payment: int) -> list[str]:
    with company.database.read() as session:
        return [str(match.invoice_id) for match in matches.of_payment(session, payment)]


def test_a_proposal_says_its_reasons_in_the_reader_s_language(
    company: world.World, filled: paid.Paid
) -> None:
    french = company.signed_in(language="fr").get("/matches").text
    english = company.signed_in(language="en").get("/matches").text
    assert "même montant, payé 9 jours après" in french
    assert "same amount, paid 9 days later" in english


def test_what_has_no_invoice_says_why(anna: FlaskClient, filled: paid.Paid) -> None:
    page = anna.get(f"/matches/{filled.alone}").text
    assert "La facture F-903 est du bon fournisseur, mais son montant diffère de 2 %." in page


def test_every_reason_of_the_matcher_has_its_words(anna: FlaskClient) -> None:
    from core.matching import why
    from web import speech

    told = why.__doc__ or ""
    linked, alone = told.split("Of a payment without:")
    codes = {
        *(f"because.{code}" for code in re.findall(r"`(\w+)", linked)),
        *(f"unlinked.{code}" for code in re.findall(r"`(\w+)", alone)),
    }
    missing = {
        f"{language} {code}"
        for code in codes
        for language in ("fr", "en")
        if code not in speech.words(language)
    }
    assert missing == set()


def test_ticking_what_is_proposed_confirms_it(
    company: world.World, anna: FlaskClient, filled: paid.Paid
) -> None:
    place = f"/matches/{filled.several}"
    token = world.token_of(anna, place)
    chosen = _proposed(company, filled.several)
    answer = anna.post(f"{place}/confirm", data={"csrf_token": token, "invoice": chosen})
    assert answer.status_code == 302
    assert sorted(_confirmed(company, filled.several).values()) == [-4595, -4594]


def test_parts_that_were_typed_are_kept_to_the_cent_and_too_much_is_refused(
    company: world.World, anna: FlaskClient, filled: paid.Paid
) -> None:
    place = f"/matches/{filled.several}"
    token = world.token_of(anna, place)
    one, other = _proposed(company, filled.several)
    form = {"csrf_token": token, "invoice": [one, other]}
    wrong = anna.post(f"{place}/confirm", data=form | {f"part-{one}": "90,00", f"part-{other}": "90"})
    assert wrong.status_code == 409
    assert "Les parts dépassent" in wrong.text
    assert anna.post(f"{place}/confirm", data=form | {f"part-{one}": "abc"}).status_code == 422
    assert (
        anna.post(
            f"{place}/confirm", data=form | {f"part-{one}": "40,01", f"part-{other}": "51.88"}
        ).status_code
        == 302
    )
    assert _confirmed(company, filled.several) == {int(one): -4001, int(other): -5188}


def test_the_total_is_added_up_without_any_script(
    anna: FlaskClient, company: world.World, filled: paid.Paid
) -> None:
    one, _ = _proposed(company, filled.several)
    page = anna.get(f"/matches/{filled.several}?invoice={one}&part-{one}=40,00").text
    assert re.search(r'id="chosen">40,00\s€', page)
    assert re.search(r'id="over">51,89\s€', page)


def test_what_was_done_is_undone_and_written_into_the_chain(
    company: world.World, anna: FlaskClient, filled: paid.Paid
) -> None:
    place = f"/matches/{filled.proposed}"
    world.post(anna, f"{place}/refuse", at=place)
    with company.database.read() as session:
        act = session.scalar(select(models.MatchAct).order_by(models.MatchAct.id.desc()))
        assert act
    assert world.post(anna, "/matches/undo", at=place, act=str(act.id)).status_code == 302
    assert world.post(anna, "/matches/undo", at=place, act=str(act.id)).status_code == 409
    assert len(_proposed(company, filled.proposed)) == 1
    with company.database.read() as session:
        actions = session.scalars(select(models.AuditEntry.action)).all()
    assert actions.count("payment.refuse") == 2


def test_a_stranger_s_payments_and_gaps_do_not_exist(company: world.World, filled: paid.Paid) -> None:
    stranger = company.signed_in(world.STRANGER)
    token = world.token_of(stranger, "/help")
    for place in (f"/matches/{filled.proposed}", f"/matches/{filled.missing}"):
        assert stranger.get(place).status_code == 404
    for place in (f"/matches/{filled.proposed}/confirm", "/gaps/1/collect", "/gaps/1/close", "/matches/undo"):
        assert stranger.post(place, data={"csrf_token": token, "act": "1"}).status_code == 404
    assert "CARTE NIMBUS" not in stranger.get("/gaps").text


def test_a_gap_has_the_button_that_solves_it(anna: FlaskClient, filled: paid.Paid) -> None:
    page = anna.get("/gaps?supplier=nimbus").text
    assert "Collecter maintenant" in page or "/suppliers/nimbus/new" in page
    whole = anna.get("/gaps").text
    assert "Déposer le fichier" in whole
    assert "Fenêtre de 90 jours" in whole
    assert "Non rétroactif" in whole


def test_a_gap_is_explained_and_opened_again(
    company: world.World, anna: FlaskClient, filled: paid.Paid
) -> None:
    with company.database.read() as session:
        gap = session.scalar(select(models.Gap).where(models.Gap.payment_id == filled.missing))
        assert gap
    world.post(anna, f"/gaps/{gap.id}/close", at="/gaps", why="unable_to_find", note="perdue")
    assert "perdue" in anna.get("/gaps?closed=1").text
    world.post(anna, f"/gaps/{gap.id}/reopen", at="/gaps")
    assert "CARTE NIMBUS" in anna.get("/gaps").text


def test_an_invoice_s_own_page_tells_its_payment_and_what_the_machine_linked(
    company: world.World, anna: FlaskClient, filled: paid.Paid
) -> None:
    invoice = _proposed(company, filled.automatic)[0]
    page = anna.get(f"/invoices/{invoice}").text
    assert "PRLV SEPA MANDARINE 2" in page
    assert "liée par la ferme" in page

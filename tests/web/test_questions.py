"""What portals ask of people: the room, the one-time address, the round. Sealed on the way in, and typed once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import ledger
from core.db import models
from tests.web import world
from vault import opening, sealing


def _room(company: world.World, name: str = "asks_code") -> str:
    return f"/challenges/{company.question(name)}"


def _answer(company: world.World, text: str, *, name: str = "asks_code", **more: str) -> Any:
    place = _room(company, name)
    return world.post(company.signed_in(), f"{place}/answer", at=place, answer=text, **more)


def _wishes(company: world.World, kind: str) -> list[models.Wish]:
    with company.database.read() as session:
        return session.query(models.Wish).filter_by(kind=kind).all()


def _opened(company: world.World, wish: models.Wish) -> str:
    """What the worker reads of an answer."""
    assert wish.sealed
    with company.database.read() as session:
        account = session.get_one(models.Account, wish.account_id)
        binding = sealing.answer_binding(account, wish.challenge_id or 0)
        _, key_id, _ = sealing.taken_apart(wish.sealed)
    return opening.unseal(company.keyring.private(key_id), binding, wish.sealed).decode()


def _refuse(company: world.World, said: str = "") -> None:
    """What the worker writes when the portal did not take an answer."""
    with company.database.write() as session:
        asked = company.challenge(session, "asks_code")
        asked.tries, asked.tries_left, asked.refused_said = asked.tries + 1, asked.tries_left - 1, said
        ledger.count_refused(session, asked)


def _close(company: world.World, outcome: str) -> None:
    with company.database.write() as session:
        asked = company.challenge(session, "asks_code")
        asked.closed_at, asked.outcome = world.NOW, outcome


def _audited(company: world.World) -> list[tuple[str, str, dict[str, Any]]]:
    with company.database.read() as session:
        rows = session.query(models.AuditEntry).filter(models.AuditEntry.action.startswith("challenge."))
        return [(row.actor, row.action, row.detail) for row in rows]


# the room


def test_the_room_tells_in_the_portals_words_by_which_way_and_how_long(museum: world.World) -> None:
    page = museum.signed_in().get(_room(museum)).text
    for told in ("Mandarine Télécom demande un code", "•• •• 42", "par SMS", "4 min 12 s", "3 essais"):
        assert told in page, told
    field = page.split('id="answer"', 1)[1].split(">", 1)[0]
    for manner in ('type="text"', 'inputmode="numeric"', 'autocomplete="one-time-code"', "autofocus"):
        assert manner in field, manner


def test_what_is_typed_is_sealed_for_the_worker_and_stays_nowhere_else(
    company: world.World, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _answer(company, "493 027-155").status_code == 302
    (wish,) = _wishes(company, "answer")
    assert _opened(company, wish) == "493027155"
    page = company.signed_in().get(_room(company)).text
    files = b"".join(path.read_bytes() for path in company.settings.data.rglob("*") if path.is_file())
    everything = files + page.encode() + "".join(capfd.readouterr()).encode()
    assert b"493027155" not in everything
    assert b"493 027" not in everything
    assert "vérifie la réponse" in page


def test_who_answered_is_on_record_and_never_what(company: world.World) -> None:
    _answer(company, "493027")
    assert _audited(company) == [
        ("person:1", "challenge.answered", {"challenge": company.question("asks_code")})
    ]


def test_a_second_answer_waits_until_the_portal_has_judged_the_first(company: world.World) -> None:
    _answer(company, "111111")
    late = company.signed_in()
    token = world.token_of(late, "/help")
    again = late.post(f"{_room(company)}/answer", data={"csrf_token": token, "answer": "222222"})
    assert again.status_code == 422
    assert len(_wishes(company, "answer")) == 1
    _refuse(company, "Code incorrect ou expiré.")
    page = late.get(_room(company)).text
    assert "Code incorrect ou expiré." in page
    assert "Il reste 2 essais" in page
    _answer(company, "222222")
    assert len(_wishes(company, "answer")) == 2


@pytest.mark.parametrize("typed", ["", "  - ", "9" * 65])
def test_what_cannot_be_a_code_is_not_handed_over(company: world.World, typed: str) -> None:
    answer = _answer(company, typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert _wishes(company, "answer") == []


def test_letters_are_codes_too(company: world.World) -> None:
    _answer(company, "QXZ-TR7")
    assert _opened(company, _wishes(company, "answer")[0]) == "QXZTR7"


def test_a_mailed_link_is_pasted_into_a_field_for_addresses(company: world.World) -> None:
    assert 'type="url"' in company.signed_in().get(_room(company, "asks_link")).text
    assert _answer(company, "voilà le lien", name="asks_link").status_code == 422
    link = "https://a.example/verify?token=a-b-c"
    assert _answer(company, link, name="asks_link").status_code == 302
    assert _opened(company, _wishes(company, "answer")[0]) == link


def test_a_confirmation_on_the_phone_has_no_field(museum: world.World) -> None:
    page = museum.signed_in().get(_room(museum, "asks_approval")).text
    assert "Confirmez sur votre téléphone" in page
    assert 'id="answer"' not in page


def test_send_again_stays_shut_until_the_portals_delay_is_over(company: world.World) -> None:
    client, place = company.signed_in(), _room(company)
    assert "Renvoyer le code à partir de" in client.get(place).text
    world.post(client, f"{place}/send-again", at=place)
    assert _wishes(company, "send_again") == []
    with company.database.write() as session:
        company.challenge(session, "asks_code").resend_at = world.NOW - timedelta(seconds=1)
    world.post(client, f"{place}/send-again", at=place)
    assert len(_wishes(company, "send_again")) == 1


def test_once_the_time_is_over_nothing_is_sent_until_a_person_says_that_they_are_there(
    company: world.World,
) -> None:
    client, place = company.signed_in(), _room(company, "needs_code")
    page = client.get(place).text
    assert "Je suis là, envoyer un code" in page
    assert 'id="answer"' not in page
    assert _wishes(company, "collect") == []
    answer = world.post(client, f"{place}/here", at=place)
    account = company.accounts["needs_code"]
    assert answer.headers["Location"].startswith(f"/accounts/{account}/test?after=")
    assert [wish.account_id for wish in _wishes(company, "collect")] == [account]
    assert _audited(company)[0][1] == "challenge.asked_anew"


def test_what_the_portal_wants_on_its_own_site_is_done_there_and_said_here(company: world.World) -> None:
    client, place = company.signed_in(), _room(company, "needs_consent")
    page = client.get(place).text
    assert "dans votre propre navigateur" in page
    assert 'rel="noreferrer noopener"' in page
    world.post(client, f"{place}/done", at=place)
    account = company.accounts["needs_consent"]
    assert [wish.account_id for wish in _wishes(company, "collect")] == [account]
    with company.database.read() as session:
        assert ledger.open_challenge(session, account) is None


def test_a_live_question_cannot_be_waved_away(company: world.World) -> None:
    client, place = company.signed_in(), _room(company)
    for deed in ("here", "done"):
        world.post(client, f"{place}/{deed}", at=place)
    assert _wishes(company, "collect") == []
    with company.database.read() as session:
        assert company.challenge(session, "asks_code")


def test_the_field_stands_on_the_run_and_on_the_account_too(museum: world.World) -> None:
    client = museum.signed_in()
    for place in (f"/runs/{museum.last_run('asks_code')}", f"/accounts/{museum.accounts['asks_code']}"):
        assert 'autocomplete="one-time-code"' in client.get(place).text, place


def test_those_who_read_see_the_question_and_no_field(museum: world.World) -> None:
    page = museum.signed_in("viewer@firm.fr").get(_room(museum)).text
    assert "•• •• 42" in page
    assert 'id="answer"' not in page
    assert "pas de répondre" in page


def test_an_answered_question_leads_on_to_its_run(company: world.World) -> None:
    _close(company, "answered")
    with company.database.read() as session:
        closed = session.query(models.Challenge).filter_by(account_id=company.accounts["asks_code"]).one()
    answer = company.signed_in().get(f"/challenges/{closed.id}")
    assert answer.headers["Location"] == f"/runs/{company.last_run('asks_code')}"


# the one-time address

LINK = f"/c/{world.LINK}"


def _by_link(company: world.World, text: str) -> Any:
    return world.post(company.app.test_client(), LINK, at=LINK, answer=text)


def test_whoever_has_the_address_answers_without_signing_in_and_sees_nothing_else(
    company: world.World,
) -> None:
    stranger = company.app.test_client()
    page = stranger.get(LINK)
    assert page.status_code == 200
    for told in ("Mandarine Télécom demande un code", "admin@firm.fr", "•• •• 42"):
        assert told in page.text, told
    for kept in ("j•••@firm.fr", "/accounts/", "/runs/", "/challenges/", "<nav"):
        assert kept not in page.text, kept
    assert _by_link(company, "493 027").status_code == 302
    assert _opened(company, _wishes(company, "answer")[0]) == "493027"
    assert _audited(company)[0][0] == "link"
    assert stranger.get("/").status_code == 302


def test_a_signed_in_person_gets_no_more_by_it_than_anybody(museum: world.World) -> None:
    page = museum.signed_in().get(LINK).text
    assert "/accounts/" not in page
    assert "admin@firm.fr" in page, "who asked"


def test_the_address_is_dead_after_use_and_says_thank_you_once_the_portal_took_it(
    company: world.World,
) -> None:
    _by_link(company, "493027")
    assert "vérifie la réponse" in company.app.test_client().get(LINK).text
    _close(company, "answered")
    assert "Merci" in company.app.test_client().get(LINK).text
    assert _by_link_dead(company) == 410
    assert len(_wishes(company, "answer")) == 1


def _by_link_dead(company: world.World) -> int:
    client = company.app.test_client()
    token = world.token_of(client, "/login")
    client.post(LINK, data={"csrf_token": token, "answer": "111111"})
    return client.get(f"{LINK}x").status_code


def test_three_refused_answers_kill_it(company: world.World) -> None:
    for n in range(3):
        assert company.app.test_client().get(LINK).status_code == 200, n
        _by_link(company, f"11111{n}")
        _refuse(company, "Code incorrect.")
    assert company.app.test_client().get(LINK).status_code == 410


def test_it_is_kept_by_nobody_on_its_way(museum: world.World) -> None:
    headers = museum.app.test_client().get(LINK).headers
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "same-origin"


def test_addresses_that_lead_nowhere_are_slowed_down(company: world.World) -> None:
    from web import limits

    limits.limiter.enabled = True
    try:
        client = company.app.test_client()
        codes = [client.get(f"/c/nothing-{n}").status_code for n in range(25)]
        assert codes[0] == 410
        assert codes[-1] == 429
        assert company.app.test_client().get("/login").status_code == 200
    finally:
        limits.limiter.enabled = False
        limits.limiter.reset()


def test_a_link_is_made_shown_once_and_kept_as_a_hash(company: world.World) -> None:
    client, place = company.signed_in(), _room(company)
    page = world.post(client, f"{place}/link", at=place).text
    token = page.split("http://localhost/c/", 1)[1].split('"', 1)[0]
    assert company.app.test_client().get(f"/c/{token}").status_code == 200
    assert token not in client.get(place).text
    files = b"".join(path.read_bytes() for path in company.settings.data.rglob("*") if path.is_file())
    assert token.encode() not in files
    assert _audited(company)[-1][1] == "challenge.link_made"


# the round


def test_the_round_goes_from_the_shortest_time_left_to_those_whom_somebody_must_wake(
    company: world.World,
) -> None:
    client = company.signed_in()
    assert "4 comptes attendent une réponse" in client.get("/codes").text
    first = client.get("/codes/next").headers["Location"]
    assert first == f"{_room(company)}?round=yes"
    onward = _answer(company, "493027", round="yes").headers["Location"]
    assert onward == "/codes/next"
    seen = []
    place = client.get(onward).headers["Location"]
    while place.startswith("/challenges/"):
        seen.append(int(place.split("/")[2].split("?")[0]))
        place = client.get(f"/codes/next?after={seen[-1]}").headers["Location"]
    assert seen == [company.question(name) for name in ("asks_approval", "asks_link", "needs_code")]


def test_the_status_page_offers_the_round_when_more_than_one_account_waits(museum: world.World) -> None:
    page = museum.signed_in().get("/").text
    assert 'href="/codes"' in page
    assert "4 comptes attendent un code" in page

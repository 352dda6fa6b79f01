"""The codes that the portals send, the devices they trust, the confirmations they ask for."""

from __future__ import annotations

import httpx
import pytest

from demo import portals
from demo.stage import Lever
from tests.demo import visits


def asked(portal: portals.Portal) -> httpx.Client:
    portal.stage.set(Lever.CODE)
    client, page = visits.enter(portal)
    assert "Code reçu par SMS" in page.text
    return client


def typed(client: httpx.Client, code: str, **more: str) -> list[str]:
    return visits.numbers(client.post("/connexion/code", data={"code": code, **more}))


def test_each_sign_in_is_sent_a_code_of_its_own(mandarine: portals.Portal) -> None:
    first = asked(mandarine)
    old = mandarine.house.sms
    second = asked(mandarine)
    assert mandarine.counters.codes_sent == 2
    assert typed(first, old) == []
    assert typed(second, mandarine.house.sms)
    assert mandarine.counters.codes_refused == 1


def test_a_code_opens_once(mandarine: portals.Portal) -> None:
    client = asked(mandarine)
    code = mandarine.house.sms
    assert typed(client, code)
    assert not mandarine.house.right_code(code)


def test_a_code_sent_again_replaces_the_one_before(mandarine: portals.Portal) -> None:
    client = asked(mandarine)
    old = mandarine.house.sms
    assert "vient de partir" in client.post("/connexion/code/renvoi").text
    assert typed(client, old) == []
    assert typed(client, mandarine.house.sms)


@pytest.mark.parametrize("late", [True, False])
def test_a_code_that_came_too_late_is_refused(mandarine: portals.Portal, late: bool) -> None:
    client = asked(mandarine)
    mandarine.house.code_valid = 0.0 if late else 300.0
    assert (typed(client, mandarine.house.sms) == []) is late


def test_a_trusted_device_is_not_asked_again_until_everything_is_put_back(mandarine: portals.Portal) -> None:
    client = asked(mandarine)
    assert typed(client, mandarine.house.sms, confiance="1")
    mandarine.pull(Lever.DROP_SESSIONS)
    for trusted in (True, False):
        client.post("/connexion", data={"identifiant": mandarine.brand.login})
        page = client.post("/connexion/mot-de-passe", data={"mot_de_passe": mandarine.house.password})
        assert bool(visits.numbers(page)) is trusted
        mandarine.house.reset()
        mandarine.pull(Lever.CODE)


def test_a_device_of_one_customer_is_none_of_anothers(mandarine: portals.Portal) -> None:
    token = mandarine.house.trust("user-7")
    assert mandarine.house.is_trusted("user-7", token)
    assert not mandarine.house.is_trusted("user-8", token)
    assert not mandarine.house.is_trusted("user-7", None)


def test_the_page_goes_on_when_the_customer_says_yes_on_their_phone(mandarine: portals.Portal) -> None:
    mandarine.pull(Lever.APPROVAL)
    client, page = visits.enter(mandarine)
    assert "C’est bien moi" in page.text
    assert client.get("/connexion/confirmation/etat").json() == {"confirme": False}
    assert mandarine.house.phone.waiting == [mandarine.brand.login]
    mandarine.house.approve()
    assert client.get("/connexion/confirmation/etat").json() == {"confirme": True}
    assert visits.numbers(client.get("/connexion/confirmation"))
    assert mandarine.counters.approvals_asked == 1


def test_yes_to_a_question_that_nobody_asked_opens_nothing(mandarine: portals.Portal) -> None:
    mandarine.pull(Lever.APPROVAL)
    mandarine.house.approve()
    _, page = visits.enter(mandarine)
    assert "C’est bien moi" in page.text

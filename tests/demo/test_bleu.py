"""Bleu Énergie behaves like a portal that its script draws."""

from __future__ import annotations

import httpx

from demo import bleu as portal_of
from demo import portals
from demo.stage import Lever
from tests.demo import visits


def enter(portal: portals.Portal) -> httpx.Client:
    client = visits.visitor(portal)
    told = {"identifiant": portal.brand.login, "mot_de_passe": portal.house.password}
    client.headers["Authorization"] = f"Bearer {client.post('/api/connexion', json=told).json()['jeton']}"
    return client


def lines(client: httpx.Client, contract: str, start: int = 0) -> httpx.Response:
    return client.get(f"/api/contrats/{contract}/factures?debut={start}&nombre=8")


def test_each_contract_has_invoices_of_its_own(bleu: portals.Portal) -> None:
    client = enter(bleu)
    held = client.get("/api/contrats").json()["contrats"]
    assert [each["libelle"] for each in held] == ["Électricité", "Gaz naturel"]
    power, gas = (lines(client, each["reference"]).json() for each in held)
    assert (len(power["factures"]), power["total"], len(gas["factures"]), gas["total"]) == (8, 10, 5, 5)
    newest = power["factures"][0]
    assert (newest["emise_le"], newest["montant_ttc"], newest["version"]) == ("12/10/2026", "128,40", 1)
    assert client.get(newest["lien"]).content.startswith(b"%PDF-")


def test_a_cookie_alone_shows_nothing(bleu: portals.Portal) -> None:
    client = enter(bleu)
    del client.headers["Authorization"]
    assert lines(client, portal_of.GAS).status_code == 401
    assert client.get("/api/factures/BE-2026-0010/pdf").status_code == 401


def test_the_sign_in_goes_step_by_step(bleu: portals.Portal) -> None:
    bleu.pull(Lever.CODE)
    bleu.pull(Lever.TERMS)
    client = visits.visitor(bleu)
    told = {"identifiant": bleu.brand.login, "mot_de_passe": bleu.house.password}
    assert client.post("/api/connexion", json=told).json() == {"etape": "code"}
    assert client.post("/api/code", json={"code": "x"}).status_code == 422
    code = {"code": bleu.house.sms, "confiance": "on"}
    assert client.post("/api/code", json=code).json() == {"etape": "conditions"}
    assert client.post("/api/conditions").json()["etape"] == "espace"
    bleu.pull(Lever.DROP_SESSIONS)
    assert client.post("/api/connexion", json=told).json() == {"etape": "conditions"}


def test_a_replaced_file_is_told_by_its_version(bleu: portals.Portal) -> None:
    bleu.pull(Lever.REPLACED, contract=portal_of.GAS, cents=9_900)
    client = enter(bleu)
    assert lines(client, portal_of.GAS).json()["factures"][0]["version"] == 2
    assert lines(client, portal_of.GAS).json()["factures"][0]["montant_ttc"] == "99,00"
    assert lines(client, portal_of.POWER).json()["factures"][0]["version"] == 1

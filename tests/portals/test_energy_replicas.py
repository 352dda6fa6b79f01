"""What is odd of Engie's and EDF's replicas: an address encoded twice, doors that open only after another."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from tests.portals import edf, engie

ENGIE, EDF = "https://particuliers.engie.fr", "https://particulier.edf.fr"


def test_a_document_of_engie_is_found_by_its_address_encoded_twice_and_by_no_other() -> None:
    client: Any = engie.EngieReplica(None)._app().test_client()
    known = {"email": engie.BRAND.login, "password": engie.BRAND.password}
    assert client.post("/okta/login", json=known, base_url=ENGIE).json["step"] == "end"
    told = client.get("/cel-facturation-ws/api/private/situation-comptable/facture", base_url=ENGIE).json
    assert sorted(told["historiqueFacture"]["factures"]) == ["2025", "2026"]
    url = told["derniereFacture"]["url"]
    assert "docId=EN-2026" in unquote(url)
    address = "/cel-ws/api/private/document/mobile/{}/SAE/x.pdf"
    assert client.get(address.format(quote(url, safe="")), base_url=ENGIE).data.startswith(b"%PDF-")
    assert client.get(address.format(url), base_url=ENGIE).status_code == 404


def test_the_bills_of_edf_come_after_the_session_was_checked_and_the_documents_opened() -> None:
    replica = edf.EdfReplica(None)
    client: Any = replica._space().test_client()
    stay = replica.house.admit(edf.BRAND.login, proven=True)
    client.set_cookie("ivoiream", stay, domain="particulier.edf.fr")
    services = (
        "edoc/getMyDocuments",
        "openid/checkAuthenticate",
        "edoc/getBillsDocuments",
        "edoc/getMyDocuments",
        "edoc/getBillsDocuments",
    )
    answers = [client.get(f"/services/rest/{each}", base_url=EDF).status_code for each in services]
    assert answers == [401, 200, 400, 200, 200]

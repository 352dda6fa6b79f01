"""The replica behaves as Orange is known to: true host names, typed login, two brands, bills on two pages."""

from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import trustme
from playwright.async_api import Page, async_playwright

from demo.stage import Lever
from tests.portals import orange

HOSTS = ("login.orange.fr", "espace-client.orange.fr", "eui.orange.fr")
SPACE = "https://espace-client.orange.fr"
CALLER = {"X-Orange-Caller-Id": "ECQ"}
BILLS = f"{SPACE}/ecd_wp/facture/v2.0/billsAndPaymentInfos/users/current/contracts/"


class TrueHosts(httpx.BaseTransport):
    """Send what is meant for a true host to the replica, with that host's name in TLS and in `Host`."""

    def __init__(self, address: tuple[str, int], trust: ssl.SSLContext) -> None:
        self._address = address
        self._inner = httpx.HTTPTransport(verify=trust)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host, port = self._address
        url = request.url.copy_with(host=host, port=port)
        told = request.extensions | {"sni_hostname": request.url.host}
        return self._inner.handle_request(
            httpx.Request(
                request.method, url, headers=request.headers, stream=request.stream, extensions=told
            )
        )


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def replica(authority: trustme.CA) -> Iterator[orange.OrangeReplica]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(tls)
    with orange.OrangeReplica(tls) as running:
        yield running


@pytest.fixture
def stranger(replica: orange.OrangeReplica, authority: trustme.CA) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    true_hosts = TrueHosts(replica.address, trust)
    with httpx.Client(transport=true_hosts, follow_redirects=True, timeout=60) as client:
        yield client


@pytest.fixture
def customer(stranger: httpx.Client) -> httpx.Client:
    assert sign_in(stranger).json()["step"] == "nag"
    assert stranger.post("https://login.orange.fr/api/later").json()["step"] == "end"
    assert stranger.get(f"{SPACE}/accueil").status_code == 200
    return stranger


def sign_in(client: httpx.Client, password: str = orange.BRAND.password) -> httpx.Response:
    client.post("https://login.orange.fr/api/login", json={"login": orange.BRAND.login})
    return client.post("https://login.orange.fr/api/password", json={"password": password})


def test_a_stranger_is_sent_to_sign_in_and_comes_back(stranger: httpx.Client) -> None:
    asked = f"{SPACE}/facture-paiement/{orange.LIVEBOX}/historique-des-factures"
    page = stranger.get(asked)
    assert page.url.host == "login.orange.fr"
    assert page.url.params["return_url"] == asked


def test_the_return_address_never_leaves_orange(
    stranger: httpx.Client, replica: orange.OrangeReplica
) -> None:
    replica.nag = False
    told = {"login": orange.BRAND.login, "params": {"return_url": "https://evil.example/"}}
    stranger.post("https://login.orange.fr/api/login", json=told)
    end = stranger.post("https://login.orange.fr/api/password", json={"password": orange.BRAND.password})
    assert end.json() == {"step": "end", "url": f"{SPACE}/selectionner-un-contrat"}


def test_the_sign_on_is_a_cookie_of_the_domain_and_the_space_keeps_its_own(customer: httpx.Client) -> None:
    kept = {cookie.name: cookie for cookie in customer.cookies.jar}
    assert kept["wassup"].domain == ".orange.fr"
    assert kept["co_keep"].expires is not None
    assert kept["ecsession"].domain == "espace-client.orange.fr"
    assert all(cookie.secure for cookie in kept.values())


def test_the_portfolio_holds_both_brands(customer: httpx.Client) -> None:
    contracts = customer.get(f"{SPACE}/ecd_wp/portfoliomanager/portfolio?filter=telco").json()["contracts"]
    assert [(line["cid"], line["brand"]) for line in contracts] == [
        (orange.LIVEBOX, "Orange"),
        (orange.MOBILE, "Sosh"),
    ]


def test_the_bills_come_in_cents_on_two_pages_with_their_pdf(customer: httpx.Client) -> None:
    history = customer.get(BILLS + orange.LIVEBOX, headers=CALLER).json()["billsHistory"]
    old = customer.get(
        f"{SPACE}/ecd_wp/facture/historicBills{history['oldBillsHref']}", headers=CALLER
    ).json()
    assert (len(history["billList"]), len(old["oldBills"])) == (12, 3)
    newest = history["billList"][0]
    assert (newest["date"], newest["amount"]) == ("2026-10-05", 4499)
    pdf = customer.get(f"{SPACE}/ecd_wp/facture/v1.0/pdf{newest['hrefPdf']}", headers=CALLER)
    assert pdf.content.startswith(b"%PDF-")
    key = {name: value for name, value in old["oldBills"][0].items() if name not in ("date", "amount")}
    older = customer.get(
        f"{SPACE}/ecd_wp/facture/historicPDF", params=key | {"cid": orange.LIVEBOX}, headers=CALLER
    )
    assert older.content.startswith(b"%PDF-")


def test_a_bill_that_moves_to_the_old_page_keeps_its_identity(
    customer: httpx.Client, replica: orange.OrangeReplica
) -> None:
    before = customer.get(BILLS + orange.LIVEBOX, headers=CALLER).json()["billsHistory"]
    replica.publish()
    old = customer.get(f"{SPACE}/ecd_wp/facture/historicBills{before['oldBillsHref']}", headers=CALLER).json()
    assert old["oldBills"][0]["tecId"] == before["billList"][-1]["id"]


def test_the_caller_must_say_who_it_is(customer: httpx.Client) -> None:
    assert customer.get(BILLS + orange.LIVEBOX).status_code == 400


@pytest.mark.parametrize("status", [404, 412, 500])
def test_some_contracts_have_no_bills_for_us(
    customer: httpx.Client, replica: orange.OrangeReplica, status: int
) -> None:
    replica.add_contract("9012345699", answer=status)
    assert customer.get(BILLS + "9012345699", headers=CALLER).status_code == status


def test_no_bill_yet_is_an_answer_without_content(
    customer: httpx.Client, replica: orange.OrangeReplica
) -> None:
    replica.pull(Lever.EMPTY)
    assert customer.get(BILLS + orange.LIVEBOX, headers=CALLER).status_code == 204
    replica.stage.reset()
    replica.pull(Lever.SILENT_EMPTY)
    assert customer.get(BILLS + orange.LIVEBOX, headers=CALLER).json() == {}


def test_a_session_that_dies_in_mid_list_dies_once(
    customer: httpx.Client, replica: orange.OrangeReplica
) -> None:
    replica.pull(Lever.DROP_MID_LIST)
    answers = [
        customer.get(BILLS + cid, headers=CALLER).status_code for cid in (orange.LIVEBOX, orange.MOBILE)
    ]
    assert answers == [200, 401]
    assert replica.house.sessions == {}


@pytest.mark.parametrize(
    ("lever", "status", "body"),
    [(Lever.NOT_READY, 422, b"temporarily"), (Lever.FORBIDDEN_INSIDE, 200, b"403 Forbidden")],
)
def test_a_pdf_may_be_refused_in_odd_ways(
    customer: httpx.Client, replica: orange.OrangeReplica, lever: Lever, status: int, body: bytes
) -> None:
    bill = replica.publish()
    replica.pull(lever)
    asked = {"billId": bill.number, "cid": bill.contract}
    answer = customer.get(f"{SPACE}/ecd_wp/facture/v1.0/pdf", params=asked, headers=CALLER)
    assert (answer.status_code, body in answer.content) == (status, True)


def test_a_wrong_password_is_refused_counted_and_in_the_end_locked(
    stranger: httpx.Client, replica: orange.OrangeReplica
) -> None:
    statuses = [sign_in(stranger, "not-this-one").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [403]
    assert (replica.counters.passwords, replica.counters.logins_refused) == (6, 6)


@pytest.mark.parametrize(
    ("lever", "step"), [(Lever.CODE, "code"), (Lever.TERMS, "terms"), (Lever.NEW_PASSWORD, "mandatory")]
)
def test_a_question_comes_after_the_password(
    stranger: httpx.Client, replica: orange.OrangeReplica, lever: Lever, step: str
) -> None:
    replica.pull(lever)
    assert sign_in(stranger).json() == {"step": step}
    assert stranger.cookies.get("wassup") is None


def test_a_block_is_html_where_json_was_due(stranger: httpx.Client, replica: orange.OrangeReplica) -> None:
    replica.pull(Lever.BLOCKED)
    answer = sign_in(stranger)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_a_host_that_the_certificate_does_not_name_is_refused(stranger: httpx.Client) -> None:
    with pytest.raises(httpx.ConnectError):
        stranger.get("https://www.bouygues.example/")


@pytest.fixture
async def page(replica: orange.OrangeReplica) -> AsyncIterator[Page]:
    browser = os.environ.get("MOISSON_BROWSER") or shutil.which("chromium-headless-shell")
    host, port = replica.address
    async with async_playwright() as playwright:
        shell = await playwright.chromium.launch(
            executable_path=browser,
            chromium_sandbox=False,
            args=[f"--host-resolver-rules=MAP *.orange.fr {host}:{port}", "--ignore-certificate-errors"],
        )
        opened = await shell.new_page()
        opened.set_default_timeout(60_000)
        yield opened
        await shell.close()


async def test_a_person_signs_in_by_typing(page: Page, replica: orange.OrangeReplica) -> None:
    await page.goto(f"{SPACE}/selectionner-un-contrat")
    await page.click(".didomi-continue-without-agreeing")
    await page.fill("#login:not([aria-hidden=true])", orange.BRAND.login)
    await page.click("#btnSubmit")
    await page.click("[data-oevent-label=sidentifier_sans_mc]")
    await page.fill("#password", orange.BRAND.password)
    await page.click("#btnSubmit")
    await page.click("[data-testid=link-aba-later]")
    await page.wait_for_selector("[data-oevent-action=sedeconnecter]")
    await page.wait_for_selector(f"a[href*='{orange.MOBILE}']")
    kept = {cookie.get("name", ""): cookie for cookie in await page.context.cookies()}
    assert (kept["wassup"].get("sameSite"), kept["wassup"].get("httpOnly")) == ("None", True)
    assert await page.evaluate("localStorage.getItem('ecm-last-visit')") == "contracts"
    assert replica.counters.signins == {orange.BRAND.login: 1}


async def test_a_value_that_nobody_typed_is_not_believed(page: Page) -> None:
    await page.goto("https://login.orange.fr/")
    await page.click("#didomi-notice-disagree-button")
    await page.evaluate("document.querySelector('#login').value = 'claire.fontaine@orange.example'")
    assert await page.is_disabled("#btnSubmit")
    await page.fill("#login", orange.BRAND.login)
    assert await page.is_enabled("#btnSubmit")


async def test_the_consent_wall_swallows_clicks(page: Page) -> None:
    await page.goto("https://login.orange.fr/")
    await page.fill("#login", orange.BRAND.login)
    top = "document.elementFromPoint(...(({x, y}) => [x, y])(document.querySelector('#btnSubmit').getBoundingClientRect())).id"
    assert await page.evaluate(top) == "didomi-host"

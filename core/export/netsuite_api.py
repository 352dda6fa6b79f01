"""NetSuite as far as we use it: its token, its record service, SuiteQL, and a RESTlet of ours for files (`docs/netsuite.md`).

Paths and answers are those of Oracle's documentation of SuiteTalk REST as of 2026.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from core import errors, partners
from core.export.delivering import Refused
from core.export.enclosed import Paper
from core.partners import Means

if TYPE_CHECKING:
    import httpx

#: A JWT of these claims, signed by a private key in PEM that NetSuite knows the certificate of, under its id.
Sign = Callable[[str, str, Mapping[str, Any]], str]

TOKEN = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
RECORD = "/services/rest/record/v1"
QUERY = "/services/rest/query/v1/suiteql"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: How long an assertion is good; NetSuite takes none that ends an hour after its beginning or later.
GOOD_FOR = timedelta(minutes=5)
_PAGES, _PAGE_SIZE = 20, 1000


class Api:
    """One account's books, for one round: a token lives an hour. Raises the errors of `core.partners`, and Refused for what is wrong with one record."""

    def __init__(self, means: Means, base: str, sign_in: Callable[[], str]) -> None:
        """`base` is `https://1234567.suitetalk.api.netsuite.com`, `sign_in` gives a token."""
        self._means = means
        self._base = base
        self._sign_in = sign_in
        self._token = sign_in()

    def put(self, kind: str, reference: str, record: Mapping[str, Any]) -> str:
        """The internal id of the record under this external id: made, or made to say this. `kind` is `vendorBill` or `vendorCredit`."""
        # Without `replace` the lines of a repeated request are added to those that are there.
        asked = {"replace": "expense"}
        path = f"{RECORD}/{kind}/eid:{reference}"
        made = _said(self._ask("PUT", path, params=asked, json=record), kind)
        where = made.headers.get("Location", "").rstrip("/").rpartition("/")[2]
        there = where if where.isdigit() else self.found(kind, reference)
        if there is None:
            raise errors.PartnerChanged(f"{kind}: no id in the answer", step=kind)
        return there

    def change(self, kind: str, record_id: str, record: Mapping[str, Any]) -> str:
        """The record says from now on what `record` says."""
        path = f"{RECORD}/{kind}/{record_id}"
        _said(self._ask("PATCH", path, params={"replace": "expense"}, json=record), kind)
        return record_id

    def found(self, kind: str, reference: str) -> str | None:
        """The internal id of what has this external id, or surely nothing."""
        answer = self._ask("GET", f"{RECORD}/{kind}/eid:{reference}", params={"fields": "id"})
        if answer.status_code == 404:
            return None
        return str(partners.expect(answer, step=kind).json()["id"])

    def query(self, sql: str) -> list[dict[str, Any]]:
        """All rows of a SuiteQL query. Raises Refused for a list that this account does not have, or our role may not see."""
        rows: list[dict[str, Any]] = []
        for page in range(_PAGES):
            asked = {"limit": str(_PAGE_SIZE), "offset": str(page * _PAGE_SIZE)}
            answer = self._ask("POST", QUERY, params=asked, json={"q": sql}, headers={"Prefer": "transient"})
            told = _said(answer, "suiteql").json()
            rows += told["items"]
            if not told.get("hasMore"):
                break
        return rows

    def attach(self, restlet: str, kind: str, record_id: str, paper: Paper, content: bytes) -> str:
        """The file's id. One of the same name is replaced and stays attached: the same file twice is one file."""
        body = {
            "record": kind,
            "id": record_id,
            "name": paper.name,
            "type": paper.media_type,
            "content": base64.b64encode(content).decode(),
        }
        answer = self._ask("POST", restlet, json=body)
        if answer.status_code == 400 and "SSS_REQUEST_LIMIT_EXCEEDED" in answer.text:
            raise errors.PartnerBusy(
                "too many at once", step="restlet", retry_after=partners.retry_after(answer)
            )
        told = _said(answer, "restlet").json()
        if not isinstance(told, dict) or not told.get("file"):
            raise errors.PartnerChanged("the RESTlet named no file", step="restlet")
        return str(told["file"])

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A token that has ended meanwhile is renewed once."""
        answer = self._request(method, path, **more)
        if answer.status_code == 401:
            self._token = self._sign_in()
            answer = self._request(method, path, **more)
        if answer.status_code == 401:
            raise errors.PartnerRefused("HTTP 401", step=path.partition("?")[0])
        return answer

    def _request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        told = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **(headers or {})}
        url = path if path.startswith("http") else f"{self._base}{path}"
        return self._means.http.request(method, url, headers=told, **more)


def signed_in(means: Means, base: str, typed: Mapping[str, Any], sign: Sign) -> Api:
    """Raises PartnerRefused when our certificate is worth no token."""
    return Api(means, base, partial(_token, means, base, typed, sign))


def _token(means: Means, base: str, typed: Mapping[str, Any], sign: Sign) -> str:
    """What our certificate is worth (OAuth 2 client credentials, RFC 7523)."""
    key = means.secrets().get("private_key")
    if key is None:
        raise errors.PartnerRefused("there is no private key", step="token")
    now = means.now()
    claims = {
        "iss": typed.get("client_id", ""),
        "scope": "restlets,rest_webservices" if typed.get("restlet") else "rest_webservices",
        "aud": f"{base}{TOKEN}",
        "iat": int(now.timestamp()),
        "exp": int((now + GOOD_FOR).timestamp()),
    }
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": sign(key.reveal(), str(typed.get("certificate_id", "")), claims),
    }
    answer = means.http.post(f"{base}{TOKEN}", data=form, headers={"Accept": "application/json"})
    if answer.status_code in (400, 401):
        raise errors.PartnerRefused(_word(answer), step="token")
    token = partners.expect(answer, step="token").json().get("access_token")
    if not token:
        raise errors.PartnerChanged("no token", step="token")
    return str(token)


def _word(answer: httpx.Response) -> str:
    """RFC 6749 5.2: only the error's own word, for a description may quote what was sent."""
    try:
        word = str(answer.json().get("error", ""))
    except (ValueError, AttributeError):
        word = ""
    return word if word.replace("_", "").isalnum() and len(word) < 60 else f"HTTP {answer.status_code}"


def _said(answer: httpx.Response, step: str) -> httpx.Response:
    """A 400, a 404 of what was to be changed, or a 413 of a file is about this record alone; its words are NetSuite's own (RFC 7807, or a RESTlet's)."""
    partners.expect(answer, 400, 404, 413, step=step)
    if answer.is_success:
        return answer
    told = partners.told(answer)
    said = [str(one.get("detail", "")) for one in told.get("o:errorDetails", ())]
    text = " ".join(said) or str(told.get("title") or told.get("error") or f"HTTP {answer.status_code}")
    # A closed accounting period has no code of its own that is documented.
    raise Refused(text[:500], "lock_date" if "period" in text.casefold() else "refused")

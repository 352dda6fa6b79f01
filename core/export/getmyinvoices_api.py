"""GetMyInvoices' API v3 as far as we use it: is it there, and a new document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core import errors, partners
from core.export.delivering import Refused
from core.partners import Means

if TYPE_CHECKING:
    import httpx

#: What is there already and was never given a number by it.
THERE = "there"
#: Codes in the body of a 403 that are no refusal of the key: its limits of a minute and of a day.
_BUSY = 429


class Api:
    """One account. Raises the errors of `core.partners`, and Refused for what is wrong with one document."""

    def __init__(self, means: Means, base: str) -> None:
        """`base` is `https://api.getmyinvoices.com/accounts/v3`."""
        self._means = means
        self._base = base.rstrip("/")
        self._headers = {
            "X-API-KEY": means.secrets()["key"].reveal(),
            "x-application": "Moisson",
            "Accept": "application/json",
        }

    def noted(self, note: str) -> str | None:
        """The id of the document that has this note, or surely None. Archived ones count."""
        answer = self._ask("GET", "documents", params={"noteFilter": note, "archivedFilter": "1"})
        found = _said(partners.expect(answer, step="documents"), "documents").get("records") or []
        rows = found.values() if isinstance(found, dict) else found  # both have been seen
        return next((str(one["documentUid"]) for one in rows if note in str(one.get("note") or "")), None)

    def existing(self, content: str) -> str | None:
        """The id of the document of these very bytes (`content` in Base64), `there` when it does not say which; None: it has none."""
        answer = self._ask("POST", "documents/exists", json={"fileContent": content})
        if answer.status_code in (404, 405):
            return None  # an older one, that cannot be asked
        told = _said(partners.expect(answer, 422, step="exists"), "exists")
        if not told.get("exists", bool(told.get("documentUid"))):
            return None
        return str(told.get("documentUid") or THERE)

    def upload(self, document: Mapping[str, Any]) -> str:
        """The id of the new document."""
        answer = self._ask("POST", "documents", json=document)
        told = partners.told(partners.expect(answer, 400, 413, 415, 422, step="documents"))
        if not answer.is_success or told.get("success") is False:
            raise Refused(str(told.get("detail") or f"HTTP {answer.status_code}")[:500])
        if not told.get("documentUid"):
            raise errors.PartnerChanged("no documentUid in the answer", step="documents")
        return str(told["documentUid"])

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self._means.http.request(method, f"{self._base}/{path}", headers=self._headers, **more)
        if answer.status_code in (401, 403):
            told = partners.told(answer)
            if _BUSY in (told.get("code"), told.get("error_code")):
                wait = partners.retry_after(answer)
                raise errors.PartnerBusy("its limit is reached", step=path, retry_after=wait or 60.0)
            raise errors.PartnerRefused(
                str(told.get("detail") or f"HTTP {answer.status_code}")[:300], step=path
            )
        return answer


def _said(answer: httpx.Response, step: str) -> dict[str, Any]:
    """Raises PartnerChanged for an answer that says nothing: it is no word that a document is not there."""
    told = partners.told(answer)
    if not told:
        raise errors.PartnerChanged("no JSON in the answer", step=step)
    return told

"""Xero's Accounting API 2.0 as far as we use it: each request, and what its answer means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from core import errors, partners
from core.export.delivering import Refused
from core.partners import Means

if TYPE_CHECKING:
    import httpx

#: Bytes of one file, and files of one record; Xero takes no more.
LARGEST, MOST = 10 * 1024 * 1024, 10
_PAGES = 20
_PAGE_SIZE = 1000


class Api:
    """One organisation's books. Raises the errors of `core.partners`, and Refused for what is wrong with one record."""

    def __init__(self, means: Means, base: str, tenant: str) -> None:
        """`base` is `https://api.xero.com`, `tenant` the organisation's id among the connections."""
        self._means = means
        self._base = base
        self._tenant = tenant

    def connections(self) -> list[dict[str, Any]]:
        """The organisations that the consent is for."""
        answer = self._means.http.get(f"{self._base}/connections", auth=self._means.bearer)
        found: list[dict[str, Any]] = partners.expect(answer, step="connections").json()
        return [one for one in found if one.get("tenantType") == "ORGANISATION"]

    def read(self, path: str, key: str = "", **asked: str) -> list[dict[str, Any]]:
        """A list of the organisation's: `key` names it in the answer when it is not the path's last word."""
        answer = self._ask("GET", path, params=asked)
        found: list[dict[str, Any]] = partners.expect(answer, step=path).json().get(key or path, [])
        return found

    def read_all(self, path: str) -> list[dict[str, Any]]:
        """The same, page by page."""
        found: list[dict[str, Any]] = []
        for page in range(1, _PAGES + 1):
            more = self.read(path, page=str(page), pageSize=str(_PAGE_SIZE), summaryOnly="true")
            found += more
            if len(more) < _PAGE_SIZE:
                break
        return found

    def make(self, path: str, record: Mapping[str, Any], key: str, *, id_name: str) -> str:
        """A new record's id. `key` is what Xero knows the repeated request by."""
        body = {path: [record]}
        return self._made(
            self._ask("PUT", path, key, json=body, params={"summarizeErrors": "false"}), path, id_name
        )

    def change(self, path: str, record_id: str, record: Mapping[str, Any], key: str, *, id_name: str) -> str:
        """The record says from now on what `record` says."""
        return self._made(self._ask("POST", f"{path}/{record_id}", key, json={path: [record]}), path, id_name)

    def attach(self, path: str, record_id: str, name: str, content: bytes, media_type: str, key: str) -> str:
        """The file's id. One of the same name is replaced: the same file twice is one file."""
        place = f"{path}/{record_id}/Attachments/{quote(name)}"
        answer = self._ask("POST", place, key, content=content, headers={"Content-Type": media_type})
        return self._made(answer, "Attachments", "AttachmentID")

    def attached(self, path: str, record_id: str) -> dict[str, str]:
        """The ids of a record's files, by their names. Raises Refused when there is no such record (any more)."""
        answer = _expect(self._ask("GET", f"{path}/{record_id}/Attachments"), "Attachments")
        found = answer.json().get("Attachments", [])
        return {one["FileName"]: one["AttachmentID"] for one in found}

    def _ask(self, method: str, path: str, key: str = "", **more: Any) -> httpx.Response:
        headers = {"xero-tenant-id": self._tenant, "Accept": "application/json", **more.pop("headers", {})}
        if key:
            headers["Idempotency-Key"] = key[:128]
        url = f"{self._base}/api.xro/2.0/{path}"
        return self._means.http.request(method, url, auth=self._means.bearer, headers=headers, **more)

    def _made(self, answer: httpx.Response, path: str, id_name: str) -> str:
        """The id in an answer; a record with errors was not made."""
        told = partners.told(_expect(answer, path))
        elements = told.get("Elements") or told.get(path) or []
        said = [error["Message"] for one in elements for error in one.get("ValidationErrors", ())]
        if said or any(one.get("HasErrors") for one in elements):
            raise _refusal(said or [told.get("Message", "HasErrors")])
        try:
            return str(elements[0][id_name])
        except (IndexError, KeyError) as err:
            raise errors.PartnerChanged(f"{path}: no {id_name} in the answer", step=path) from err


def _expect(answer: httpx.Response, step: str) -> httpx.Response:
    """A success. A 400, a record that is gone (404) and a file that is too large (413) concern this one alone. Raises Refused."""
    partners.expect(answer, 400, 404, 413, step=step)
    if answer.is_success:
        return answer
    told = partners.told(answer)
    elements = told.get("Elements", ())
    said = [error["Message"] for one in elements for error in one.get("ValidationErrors", ())]
    raise _refusal(said or [str(told.get("Message") or told.get("Detail") or f"HTTP {answer.status_code}")])


def _refusal(said: list[str]) -> Refused:
    """In Xero's own words, which name the lock date when it is one."""
    text = " ".join(said)
    return Refused(text[:500], "lock_date" if "lock date" in text else "refused")

"""Pennylane's company API, version 2, as far as we use it (its reference as of 2026): each request, and what its answer means."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from core import errors, partners
from core.export.delivering import Refused
from core.export.enclosed import Paper
from core.partners import Means

if TYPE_CHECKING:
    import httpx

API = "/api/external/v2"
#: Seconds of the window in which 25 requests are taken.
WINDOW = 5.0
#: Refusals of one record; a conflict says that it, its file or its reference is there already.
REFUSALS, CONFLICT = (400, 404, 409, 413, 422), (409, 422)
_PAGES, _AT_ONCE, _ACCOUNTS_AT_ONCE = 100, 100, 1000


class There(Refused):
    """It says that this is there already."""


class Gone(Refused):
    """It does not know (any more) what the request speaks of."""


class Api:
    """One company's books. Raises the errors of `core.partners`, and Refused for what is wrong with one record."""

    def __init__(self, means: Means, base: str, wait: Callable[[float], None]) -> None:
        """`base` is `https://app.pennylane.com`; `wait` lets so many seconds pass."""
        key = means.secrets().get("token")
        if key is None:
            raise errors.PartnerRefused("there is no token", step="token")
        self._means, self._base, self._wait = means, f"{base}{API}", wait
        self._token = key.reveal()
        self._pause = 0.0

    def me(self) -> dict[str, Any]:
        """The company that the token is for: `id`, `name`."""
        told: dict[str, Any] = _said(self._ask("GET", "me"), "me").json()["company"]
        return told

    def every(self, path: str, *, most: int = _PAGES, **asked: str) -> list[dict[str, Any]]:
        """A list, page after page, newest first."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in range(most):
            told = self._page(path, limit=str(_AT_ONCE), **asked, **cursor)
            rows += told["items"]
            if not told.get("next_cursor"):
                break
            cursor = {"cursor": told["next_cursor"]}
        return rows

    def accounts(self) -> list[dict[str, Any]]:
        """The ledger's accounts: these pages have numbers."""
        rows: list[dict[str, Any]] = []
        for page in range(1, _PAGES + 1):
            told = self._page("ledger_accounts", page=str(page), per_page=str(_ACCOUNTS_AT_ONCE))
            rows += told["items"]
            if page >= told.get("total_pages", 1):
                break
        return rows

    def having(self, path: str, field: str, value: str) -> list[dict[str, Any]]:
        """Those whose `field` is exactly that, whatever the filter made of it."""
        asked = json.dumps([{"field": field, "operator": "eq", "value": value}])
        return [one for one in self.every(path, most=1, filter=asked) if one.get(field) == value]

    def called(self, name: str) -> list[dict[str, Any]]:
        """The suppliers whose name is that, but for capitals."""
        asked = json.dumps([{"field": "name", "operator": "start_with", "value": name}])
        found = self.every("suppliers", most=1, filter=asked)
        return [one for one in found if one["name"].casefold() == name.casefold()]

    def make(self, path: str, record: Mapping[str, Any]) -> str:
        """The new record's id."""
        return _id_of(self._ask("POST", path, json=record), path)

    def change(self, record_id: str, record: Mapping[str, Any]) -> str:
        """The supplier invoice says from now on what `record` says; its lines, if it has any, are taken out and made anew."""
        path = f"supplier_invoices/{record_id}"
        lines = {}
        if "invoice_lines" in record:
            old = [{"id": line["id"]} for line in self.every(f"{path}/invoice_lines")]
            lines = {"invoice_lines": {"delete": old, "create": record["invoice_lines"]}}
        return _id_of(self._ask("PUT", path, json={**record, **lines}), path)

    def upload(self, path: str, paper: Paper, content: bytes, **form: str) -> str:
        """The id of what a file became."""
        files = {"file": (paper.name, content, paper.media_type)}
        return _id_of(self._ask("POST", path, files=files, data=form), path)

    def _page(self, path: str, **asked: str) -> dict[str, Any]:
        told: dict[str, Any] = _said(self._ask("GET", path, params=asked), path).json()
        if not isinstance(told.get("items"), list):
            raise errors.PartnerChanged(f"{path}: no list", step=path)
        return told

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A window that is full is waited for, for it is short."""
        if self._pause:
            self._wait(self._pause)
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        answer = self._means.http.request(method, f"{self._base}/{path}", headers=headers, **more)
        self._pause = self._left(answer) if answer.headers.get("ratelimit-remaining") == "0" else 0.0
        if answer.status_code == 401:
            raise errors.PartnerRefused("HTTP 401", step=path)
        return answer

    def _left(self, answer: httpx.Response) -> float:
        """Seconds until requests are taken again; `ratelimit-reset` is a Unix time."""
        until = answer.headers.get("ratelimit-reset", "")
        if not until.isdigit():
            return WINDOW
        return min(WINDOW, max(0.0, float(until) - self._means.now().timestamp()))


def _id_of(answer: httpx.Response, step: str) -> str:
    told = _said(answer, step).json()
    if not isinstance(told, dict) or "id" not in told:
        raise errors.PartnerChanged(f"{step}: no id in the answer", step=step)
    return str(told["id"])


def _said(answer: httpx.Response, step: str) -> httpx.Response:
    partners.expect(answer, *REFUSALS, step=step)
    if answer.is_success:
        return answer
    told = partners.told(answer)
    said = told.get("message") or told.get("error")
    kind = There if answer.status_code in CONFLICT else Gone if answer.status_code == 404 else Refused
    raise kind(str(said or f"HTTP {answer.status_code}")[:500])

"""QuickBooks Online's Accounting API v3 as far as we use it: each request, and what its answer means, faults inside a success too."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from core import errors, partners
from core.export.delivering import Refused
from core.partners import Means

if TYPE_CHECKING:
    import httpx

#: Bytes of one file; QuickBooks takes no more.
LARGEST = 100 * 1024 * 1024
#: What a gate in front of it answers to more than that (RFC 9110 15.5.14).
TOO_LARGE = 413
#: The version of the interface that is spoken: fields that came later are not seen.
MINOR = "75"
_PAGES, _PAGE_SIZE = 20, 1000
_LONGEST_REQUEST_ID = 50
_DUPLICATE, _STALE, _BUSY, _OVER = ("600", "6140", "6210", "6240"), "5010", ("3001", "003001"), "3200"
#: The subscription has ended, or the person may not do this.
_FORBIDDEN = ("6190", "120", "3100", "003100")

Row = dict[str, Any]


class Duplicate(Refused):
    """Something of that number or name is there already."""


class Api:
    """One company's books. Raises the errors of `core.partners`, and Refused for what is wrong with one record."""

    def __init__(self, means: Means, base: str, realm: str) -> None:
        """`base` is `https://quickbooks.api.intuit.com`, `realm` the company's id, which came with the consent."""
        self._means = means
        self._place = f"{base}/v3/company/{realm}"

    def company(self) -> Row:
        told = self._read("companyinfo/" + self._place.rpartition("/")[2])
        return dict(told["CompanyInfo"])

    def preferences(self) -> Row:
        return dict(self._read("preferences")["Preferences"])

    def found(self, entity: str, **wanted: str) -> list[Row]:
        """Those whose fields say so; `Vendor`s and the like that are no longer active are among them."""
        where = " and ".join(f"{name} = '{_quoted(value)}'" for name, value in wanted.items())
        active = " and Active in (true, false)" if entity == "Vendor" else ""
        return self._asked(entity, f"where {where}{active}")

    def every(self, entity: str) -> list[Row]:
        """All that are active, page by page."""
        rows: list[Row] = []
        for page in range(_PAGES):
            more = self._asked(entity, f"startposition {page * _PAGE_SIZE + 1} maxresults {_PAGE_SIZE}")
            rows += more
            if len(more) < _PAGE_SIZE:
                break
        return rows

    def make(self, entity: str, record: Mapping[str, Any], key: str = "") -> str:
        """A new record's id. `key` is what QuickBooks knows the repeated request by."""
        told = self._write(entity.lower(), key or uuid.uuid4().hex, json=dict(record))
        return _id(told.get(entity), entity)

    def change(self, entity: str, record_id: str, record: Mapping[str, Any], key: str) -> str:
        """The record says from now on what `record` says, and nothing that it does not say. Raises Refused when it is gone."""
        there = self._ask("GET", f"{entity.lower()}/{record_id}", {})[entity]
        whole = {**record, "Id": record_id, "SyncToken": there["SyncToken"]}
        return _id(self._write(entity.lower(), key, json=whole).get(entity), entity)

    def attach(self, entity: str, record_id: str, name: str, file: Path, media_type: str, key: str) -> str:
        """The file's id, byte for byte at its record. The same again would be a second one."""
        told = {
            "AttachableRef": [{"EntityRef": {"type": entity, "value": record_id}}],
            "FileName": name,
            "ContentType": media_type,
        }
        with file.open("rb") as content:
            parts = {
                "file_metadata_01": ("metadata.json", json.dumps(told), "application/json"),
                "file_content_01": (name, content, media_type),
            }
            answer = self._write("upload", key, files=parts)
        one = (answer.get("AttachableResponse") or [{}])[0]
        if one.get("Fault"):
            _fail(one["Fault"], "upload")
        return _id(one.get("Attachable"), "Attachable")

    def attached(self, entity: str, record_id: str) -> dict[str, str]:
        """The ids of a record's files, by their names."""
        whose = {"AttachableRef.EntityRef.Type": entity, "AttachableRef.EntityRef.value": record_id}
        return {one["FileName"]: one["Id"] for one in self.found("Attachable", **whose) if "FileName" in one}

    def _asked(self, entity: str, rest: str) -> list[Row]:
        told = self._read("query", query=f"select * from {entity} {rest}")  # noqa: S608 - QuickBooks' own language, values quoted
        return list(told.get("QueryResponse", {}).get(entity, []))

    def _read(self, path: str, **asked: str) -> Row:
        try:
            return self._ask("GET", path, asked)
        except Refused as err:
            raise errors.PartnerChanged(str(err), step=path) from err

    def _write(self, path: str, key: str, **more: Any) -> Row:
        return self._ask("POST", path, {"requestid": key.replace(" ", "-")[:_LONGEST_REQUEST_ID]}, **more)

    def _ask(self, method: str, path: str, asked: Mapping[str, str], **more: Any) -> Row:
        answer = self._means.http.request(
            method,
            f"{self._place}/{path}",
            params={**asked, "minorversion": MINOR},
            headers={"Accept": "application/json"},
            auth=self._means.bearer,
            **more,
        )
        return _told(answer, path.partition("/")[0])


def _told(answer: httpx.Response, step: str) -> Row:
    """What the answer says, when it is no fault."""
    told = partners.told(answer)
    fault = told.get("Fault") or told.get("fault")
    if fault and (answer.is_success or answer.status_code in (400, 403)):
        _fail(fault, step, partners.retry_after(answer))
    partners.expect(answer, TOO_LARGE, step=step)
    if answer.status_code == TOO_LARGE:
        raise Refused(f"HTTP {TOO_LARGE}")
    if not told:
        raise errors.PartnerChanged("no JSON in the answer", step=step)
    return told


def _fail(fault: Row, step: str, wait: float | None = None) -> NoReturn:
    """Raises what a fault means. 6210 is both a number that is taken and a period that is closed: its words tell which."""
    first = (fault.get("Error") or fault.get("error") or [{}])[0]
    code, kind = str(first.get("code", "")), str(fault.get("type", "")).lower()
    words = [str(first.get(name) or first.get(name.lower()) or "") for name in ("Message", "Detail")]
    said = " ".join(dict.fromkeys(filter(None, words)))[:500] or f"{kind} {code}"
    if code in _BUSY or "throttle" in kind:
        raise errors.PartnerBusy(said, step=step, retry_after=wait)
    if code in _FORBIDDEN or "authorization" in kind:
        raise errors.PartnerRefused(said, step=step)
    if code == _OVER or "authentication" in kind:
        raise errors.ConsentEnded(said, step=step)
    if code == _STALE:
        raise errors.PartnerDown(said, step=step)
    if "service" in kind or "system" in kind:
        raise errors.PartnerSilent(said, step=step)
    if "period" in said.lower() and "closed" in said.lower():
        raise Refused(said, "lock_date")
    raise (Duplicate if code in _DUPLICATE else Refused)(said)


def _id(made: Any, entity: str) -> str:
    try:
        return str(made["Id"])
    except (TypeError, KeyError) as err:
        raise errors.PartnerChanged(f"no Id of a {entity} in the answer", step=entity.lower()) from err


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")

"""WebDAV (RFC 4918): Nextcloud, ownCloud, a NAS, Apache. Each file comes whole: put beside its place under a name of ours, then moved there.

A PUT that is cut off leaves half a file under its name on some servers, and whoever watches the folder takes it; a MOVE does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from core import errors, partners
from core.db import models
from core.export import chosen, drops, kinds, papers, places
from core.export.kinds import Field
from core.export.papers import House, Parcel
from core.partners import Means

if TYPE_CHECKING:
    import httpx

KIND = kinds.Kind(
    "webdav",
    "WebDAV",
    (Field("url"), Field("login"), Field("password", secret=True), papers.WHICH),
    draft=papers.draft_of_file,
    place=places.folder_by_web,
)
_LENGTH = re.compile(r"getcontentlength[^>]*>\s*(\d+)\s*<")
_ASKED = '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getcontentlength/></prop></propfind>'


@dataclass(frozen=True)
class WebDav:
    """The target."""

    house: House

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Raises PartnerRefused when it lets us in no more, or has no room."""
        drops.deliver(self.house, destination, means, self._opened)

    @contextmanager
    def _opened(self, destination: models.Destination, means: Means) -> Iterator[drops.Drop]:
        with self.house.database.read() as session:
            _, typed = chosen.typed(session, destination.id)
        yield Folder(means, destination.place, (typed["login"], means.secrets()["password"].reveal()))


class Folder:
    def __init__(self, means: Means, place: str, sign_in: tuple[str, str]) -> None:
        self._means, self._sign_in = means, sign_in
        parts = urlsplit(place)
        self._base = f"{parts.scheme}://{parts.netloc}{quote(unquote(parts.path))}"

    def size(self, name: str) -> int | None:
        answer = self._ask("PROPFIND", name, content=_ASKED, headers={"Depth": "0"})
        if answer.status_code == 404:
            return None
        told = _LENGTH.search(_told(answer).text)
        if told is None:
            raise errors.PartnerChanged("no getcontentlength", step="PROPFIND")
        return int(told[1])

    def put(self, name: str, parcel: Parcel) -> bool:
        part = str(PurePosixPath(name).with_name(f".{parcel.key}.part"))
        content, headers = parcel.path.read_bytes(), {"Content-Type": parcel.media_type}
        answer = self._ask("PUT", part, content=content, headers=headers)
        # 409 is that the folder is not there; some say 404.
        if answer.status_code in (404, 409):
            self._make_folders(PurePosixPath(name).parent)
            answer = self._ask("PUT", part, content=content, headers=headers)
        _told(answer)
        there = {"Destination": self._url(name), "Overwrite": "F"}
        if _told(self._ask("MOVE", part, headers=there), 412).is_success:
            return True
        _told(self._ask("DELETE", part), 404)
        return False

    def _make_folders(self, folder: PurePosixPath) -> None:
        """405 is that it is there."""
        for one in [*reversed(folder.parents), folder]:
            if one != PurePosixPath():
                _told(self._ask("MKCOL", f"{one}/"), 405)

    def _ask(self, method: str, name: str, **more: Any) -> httpx.Response:
        return self._means.http.request(method, self._url(name), auth=self._sign_in, **more)

    def _url(self, name: str) -> str:
        return f"{self._base}/{quote(name)}"


def _told(answer: httpx.Response, *statuses: int) -> httpx.Response:
    """The answer, if it is a success or one of `statuses`. 401, 403 and 507 (no room) are a person's to mend, 423 (locked) goes by."""
    code = answer.status_code
    if code in (401, 403, 507):
        raise errors.PartnerRefused(f"HTTP {code}", step="file")
    if code == 423:
        raise errors.PartnerBusy("HTTP 423", step="file")
    return partners.expect(answer, *statuses, step="file")

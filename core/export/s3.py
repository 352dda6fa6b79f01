"""S3 and whatever speaks like it (MinIO, Scaleway, OVHcloud, …): each file is an object under the address that was typed.

The address is the bucket's, with a folder in it if wanted: `https://s3.eu-west-3.amazonaws.com/bucket/factures`, or
`https://bucket.s3.eu-west-3.amazonaws.com`. The key needs s3:PutObject and s3:GetObject, and s3:ListBucket, without which
S3 does not say that something is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from core import errors, partners
from core.db import models
from core.export import chosen, drops, kinds, papers, places, sigv4
from core.export.kinds import Field
from core.export.papers import House, Parcel
from core.partners import Means

if TYPE_CHECKING:
    import httpx

KIND = kinds.Kind(
    "s3",
    "S3",
    (
        Field("url"),
        Field("region", default="us-east-1"),
        Field("access_key"),
        Field("secret_key", secret=True),
        papers.WHICH,
    ),
    draft=papers.draft_of_file,
    place=places.folder_by_web,
)
_CODE = re.compile(r"<Code>(\w+)</Code>")


@dataclass(frozen=True)
class S3:
    """The target."""

    house: House

    def origins(self, destination: models.Destination) -> tuple[str, ...]:
        return KIND.origins(destination)

    def deliver(self, destination: models.Destination, means: Means) -> None:
        """Raises PartnerRefused with S3's own word for why."""
        drops.deliver(self.house, destination, means, self._opened)

    @contextmanager
    def _opened(self, destination: models.Destination, means: Means) -> Iterator[drops.Drop]:
        with self.house.database.read() as session:
            _, typed = chosen.typed(session, destination.id)
        secret = means.secrets()["secret_key"].reveal()
        yield Bucket(means, destination.place, sigv4.Keys(typed["access_key"], secret, typed["region"]))


@dataclass(frozen=True)
class Bucket:
    means: Means
    place: str
    keys: sigv4.Keys

    def size(self, name: str) -> int | None:
        answer = self._ask("HEAD", name)
        if answer.status_code == 404:
            return None
        return int(_told(answer).headers["Content-Length"])

    def put(self, name: str, parcel: Parcel) -> bool:
        headers = {"content-type": parcel.media_type, "x-amz-meta-sha256": parcel.sha256}
        content = parcel.path.read_bytes()
        answer = self._ask("PUT", name, {**headers, "if-none-match": "*"}, content, parcel.sha256)
        # Some that speak like S3 know no condition; they are looked at first.
        if answer.status_code == 501 and self.size(name) is None:
            answer = self._ask("PUT", name, headers, content, parcel.sha256)
        if answer.status_code == 409:
            raise errors.PartnerBusy("HTTP 409", step="file")
        return _told(answer, 412, 501).is_success

    def _ask(
        self,
        method: str,
        name: str,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        sha256: str = sigv4.EMPTY,
    ) -> httpx.Response:
        parts = urlsplit(self.place)
        path = quote(f"{unquote(parts.path)}/{name}")
        url = f"{parts.scheme}://{parts.netloc}{path}"
        signed = sigv4.signed(self.keys, method, url, headers or {}, self.means.now(), sha256)
        return self.means.http.request(method, url, headers=signed, content=content)


def _told(answer: httpx.Response, *statuses: int) -> httpx.Response:
    """The answer, if it is a success or one of `statuses`. A no is a person's to mend: the key, its rights, the bucket, the region."""
    code = answer.status_code
    if answer.is_success or code in statuses or code == 429 or code >= 500:
        return partners.expect(answer, *statuses, step="file")
    said = _CODE.search(answer.text)
    raise errors.PartnerRefused(f"HTTP {code} {said[1] if said else ''}".strip(), step="file")

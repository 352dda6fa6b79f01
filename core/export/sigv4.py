"""Signing a request as S3 and its kin want it: AWS Signature Version 4.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Keys:
    """`id` may be shown; the secret is asked for when it is needed."""

    id: str
    secret: str
    region: str

    def __repr__(self) -> str:
        return f"Keys({self.id!r}, {self.region!r})"


def signed(
    keys: Keys, method: str, url: str, headers: Mapping[str, str], now: datetime, sha256: str = EMPTY
) -> dict[str, str]:
    """The headers of the request, signed. `url` is percent-encoded as it will be sent and asks no question (no query);
    `sha256` is of the body, in lower-case hex; `now` is an aware instant."""
    parts, at = urlsplit(url), now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    every = {
        **{name.lower(): value.strip() for name, value in headers.items()},
        "host": parts.netloc,
        "x-amz-content-sha256": sha256,
        "x-amz-date": at,
    }
    names = ";".join(sorted(every))
    lines = [f"{name}:{every[name]}" for name in sorted(every)]
    asked = "\n".join([method, parts.path or "/", "", *lines, "", names, sha256])
    scope = f"{at[:8]}/{keys.region}/s3/aws4_request"
    told = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(asked.encode()).hexdigest()])
    signature = hmac.new(_key(keys, at[:8]), told.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={keys.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**every, "authorization": f"AWS4-HMAC-SHA256 {credential}"}


def _key(keys: Keys, day: str) -> bytes:
    key = f"AWS4{keys.secret}".encode()
    for part in (day, keys.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key

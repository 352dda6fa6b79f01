"""Addresses that people type for a destination: what is taken, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def web(typed: Mapping[str, str]) -> str:
    """`https://host[:port]/path`; http to this very machine only. Raises ValueError."""
    parts = _split(typed)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        raise ValueError("url")
    return parts.geturl().rstrip("/")


def folder_by_web(typed: Mapping[str, str]) -> str:
    """The same of a folder, which asks no question. Raises ValueError."""
    place = web(typed)
    if "?" in place:
        raise ValueError("url")
    return place


def sftp(typed: Mapping[str, str]) -> str:
    """`sftp://host[:port][/folder]`. Raises ValueError."""
    parts = _split(typed)
    if parts.scheme != "sftp" or parts.query:
        raise ValueError("url")
    return parts.geturl().rstrip("/")


def smtp(typed: Mapping[str, str]) -> str:
    """`smtps://host[:port]` (TLS from the first byte), or `smtp://host[:port]` (STARTTLS; to this very machine, plain). Raises ValueError."""
    parts = _split(typed)
    if parts.scheme not in ("smtps", "smtp") or parts.path.strip("/") or parts.query:
        raise ValueError("url")
    return parts.geturl().rstrip("/")


def is_here(place: str) -> bool:
    """Whether that is this very machine."""
    return urlsplit(place).hostname in _THIS_MACHINE


def _split(typed: Mapping[str, str]) -> SplitResult:
    """No name and no password in an address: it is shown to people. Raises ValueError."""
    parts = urlsplit(typed.get("url", "").strip())
    if not parts.hostname or "@" in parts.netloc or parts.fragment or (parts.port or 1) < 1:
        raise ValueError("url")
    return parts

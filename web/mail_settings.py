"""A file of mailbox settings, as somebody brings it: read, and held against what a form would have taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.ledger import mail_settings, rules
from core.mailbox import places
from web import mailboxes as shown

#: Bytes of a file, and how much stands in one.
LARGEST, BOXES, RULES, FOLDERS = 2 * 1024**2, 500, 1000, 2000
_LONGEST = 500


class NotSettings(Exception):
    """What was brought is no file of mailbox settings; `entry` counts from 1, 0 is the file itself."""

    def __init__(self, entry: int = 0) -> None:
        super().__init__(entry)
        self.entry = entry


def read(content: bytes, *, loopback: bool) -> dict[str, Any]:
    """In the shape of `mail_settings.exported`, and nothing beside it. Raises NotSettings."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise NotSettings from err
    if not isinstance(told, dict) or (told.get("file"), told.get("version")) != (
        mail_settings.NAME,
        mail_settings.VERSION,
    ):
        raise NotSettings
    boxes, ruled = _list(told, "mailboxes", BOXES), _list(told, "rules", RULES)
    read_boxes = [_box(one, loopback, at) for at, one in enumerate(boxes, 1)]
    return {
        "mailboxes": read_boxes,
        "rules": [_rule(one, len(boxes) + at) for at, one in enumerate(ruled, 1)],
    }


def _box(told: Mapping[str, Any], loopback: bool, entry: int) -> dict[str, Any]:
    kind, place = told.get("kind"), told.get("place")
    if kind not in ("imap", "forward", *places.PROVIDER) or not isinstance(place, dict):
        raise NotSettings(entry)
    # What a password would have to say is left to the person who gives it.
    said = {name: str(place.get(name, "")) for name in ("host", "port", "security", "login")}
    form = {"address": _text(told, "address", entry), "role": told.get("role", ""), **said, "password": "-"}
    by_consent = kind in places.PROVIDER
    typed = shown.begun(form) if by_consent else shown.server(form, loopback=loopback)
    if (
        typed.problems
        or typed.role != told.get("role")
        or (not by_consent and typed.security != said["security"])
    ):
        raise NotSettings(entry)
    if by_consent:
        kept: dict[str, Any] = {"tenant": _text(place, "tenant", entry)} if place.get("tenant") else {}
    else:
        kept = places.imap(typed.host, int(typed.port), security=typed.security, login=typed.login)
        kept |= {"provider": place["provider"]} if place.get("provider") in places.PROVIDER.values() else {}
    folders = [_folder(one, entry) for one in _list(told, "folders", FOLDERS, entry)]
    return {"address": typed.address, "kind": kind, "role": typed.role, "place": kept, "folders": folders}


def _folder(told: Mapping[str, Any], entry: int) -> dict[str, Any]:
    if not isinstance(told.get("read"), bool):
        raise NotSettings(entry)
    return {"name": _text(told, "name", entry), "shown": _text(told, "shown", entry), "read": told["read"]}


def _rule(told: Mapping[str, Any], entry: int) -> dict[str, Any]:
    if told.get("act") not in rules.ACTS or not isinstance(told.get("on"), bool):
        raise NotSettings(entry)
    texts = {name: _text(told, name, entry) for name in (*rules.CONDITIONS, "supplier")}
    named = {name: _text(told, name, entry) if told.get(name) else None for name in ("mailbox", "company")}
    return {**texts, **named, "act": told["act"], "on": told["on"]}


def _list(told: Mapping[str, Any], name: str, most: int, entry: int = 0) -> list[dict[str, Any]]:
    found = told.get(name)
    if not isinstance(found, list) or len(found) > most or not all(isinstance(one, dict) for one in found):
        raise NotSettings(entry)
    return found


def _text(told: Mapping[str, Any], name: str, entry: int) -> str:
    said = told.get(name, "")
    if not isinstance(said, str) or len(said) > _LONGEST or "\x00" in said:
        raise NotSettings(entry)
    return said

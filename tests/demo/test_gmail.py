"""The Gmail that is played here, held against Google's own description of the interface: what is asked and what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.mailbox import gmail as source
from demo import gmail
from tests.core.mailbox import mails

_DOCUMENT = json.loads((files("googleapiclient") / "discovery_cache/documents/gmail.v1.json").read_text())
_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> gmail.Letterbox:
    box = gmail.Letterbox(labels={"Label_7": "Comptabilité"})
    monkeypatch.setattr(box.office, "whose", lambda: "anne@firm.example")
    box.arrive(mails.mail("Votre facture", files=(("f.pdf", mails.bill()),)).as_bytes(), AT)
    return box


def _methods(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _method(path: str) -> dict[str, Any]:
    return next(
        one for one in _methods(_DOCUMENT["resources"]) if one["path"] == path and one["httpMethod"] == "GET"
    )


def _wrong(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """What in an answer Google's description does not have."""
    schema = _DOCUMENT["schemas"][schema["$ref"]] if "$ref" in schema else schema
    if not isinstance(value, _TYPES[schema["type"]]):
        return [f"{at} is no {schema['type']}"]
    if isinstance(value, list):
        return [fault for one in value for fault in _wrong(one, schema["items"], f"{at}[]")]
    if not isinstance(value, dict):
        return []
    known = schema["properties"]
    unknown = [f"{at}.{name} is unknown" for name in value if name not in known]
    return unknown + [
        fault
        for name, one in value.items()
        if name in known
        for fault in _wrong(one, known[name], f"{at}.{name}")
    ]


ASKED = [
    ("profile", {}),
    ("labels", {}),
    ("messages", {"q": "after:1", "maxResults": "500", "labelIds": "INBOX", "pageToken": "0"}),
    ("messages/{id}", {"format": "full", "fields": source._FIELDS}),
    ("messages/{id}", {"format": "full"}),
    ("messages/{id}", {"format": "raw"}),
    (
        "history",
        {"startHistoryId": "1", "historyTypes": "messageAdded", "labelId": "INBOX", "pageToken": "0"},
    ),
]


@pytest.mark.parametrize(("path", "asked"), ASKED)
def test_what_is_asked_and_answered_is_in_googles_description(
    played: gmail.Letterbox, path: str, asked: dict[str, str]
) -> None:
    method = _method(f"gmail/v1/users/{{userId}}/{path}")
    assert set(asked) <= {*method["parameters"], *_DOCUMENT["parameters"]}
    client: FlaskClient = played.app.test_client()
    place = path.format(id=played.letters[0].id)
    answer = client.get(f"/gmail/v1/users/me/{place}", query_string=asked)
    assert answer.status_code == 200
    assert _wrong(answer.json, {"$ref": method["response"]["$ref"]}) == []


def test_what_google_does_not_know_would_be_found() -> None:
    schema = {"$ref": "Message"}
    wrong = _wrong({"id": 7, "payload": {"colour": "red"}}, schema)
    assert sorted(wrong) == [".id is no string", ".payload.colour is unknown"]


def test_the_scope_asked_for_allows_reading_alone(played: gmail.Letterbox) -> None:
    scopes = set(played.provider.scopes)
    assert scopes <= set(_DOCUMENT["auth"]["oauth2"]["scopes"])
    allowed = {one["id"] for one in _methods(_DOCUMENT["resources"]) if scopes & set(one.get("scopes", []))}
    assert not {
        one for one in allowed if one.rpartition(".")[2] in ("modify", "trash", "delete", "send", "insert")
    }


def test_a_partial_answer_holds_no_text(played: gmail.Letterbox) -> None:
    answer = played.app.test_client().get(
        f"/gmail/v1/users/me/messages/{played.letters[0].id}",
        query_string={"format": "full", "fields": source._FIELDS},
    )
    assert answer.json
    assert "body" not in answer.json["payload"]
    assert [one["filename"] for one in answer.json["payload"]["parts"]] == ["", "f.pdf"]

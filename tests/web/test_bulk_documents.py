"""Programs ask which payments lack a document and send one zip for them; the worker takes it in, and the list is empty of those."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core import archive
from core.archive import bundles
from core.db import models
from core.ledger import gaps, tokens
from demo import paper
from scheduler import uploads as round_of
from tests.core.archive import zips
from tests.core.ledger import bank
from tests.scheduler import dying
from tests.web import world

PDF = paper.invoice("B-1", date(2026, 11, 3), Decimal("45.90"))
LIST, SEND = "/api/v1/entries/without-document", "/api/v1/documents"
BOTH = ("documents:read", "documents:write")


@pytest.fixture
def company(tmp_path: Path) -> world.World:
    made = world.empty(tmp_path)
    with made.database.write() as session:
        world.hire(session)
    return made


@pytest.fixture
def worker(company: world.World) -> Iterator[Any]:
    with dying.farm(company.settings.data, str(company.database.engine.url)) as opened:
        yield opened


def key(company: world.World, *scopes: str, workspace_id: int = 1) -> dict[str, str]:
    with company.database.write() as session:
        _, token = tokens.make(session, workspace_id, "books", scopes, by=1, now=world.NOW)
    return {"Authorization": f"Bearer {token}"}


def owing(company: world.World, *amounts: int, workspace_id: int = 1) -> list[str]:
    with company.database.write() as session:
        made = [bank.payment(session, -amount, workspace_id=workspace_id).id for amount in amounts]
        gaps.settle(session, workspace_id, made, now=world.NOW, suppliers=dict.fromkeys(made, "bleu"))
    return [str(one) for one in made]


def listed(company: world.World, headers: dict[str, str], **asked: Any) -> dict[str, Any]:
    answer = company.app.test_client().get(LIST, query_string=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def ids(page: dict[str, Any]) -> list[str]:
    return [one["id"] for one in page["entries"]]


def send(company: world.World, content: bytes, headers: dict[str, str], **how: Any) -> Any:
    told = {"content_type": "application/zip", "data": content, **how}
    return company.app.test_client().post(SEND, headers=headers, **told)


def inbox(company: world.World) -> list[Path]:
    return list(archive.Archive(company.settings.data).inbox.iterdir())


def uploads(company: world.World) -> list[models.BulkUpload]:
    with company.database.read() as session:
        return session.query(models.BulkUpload).all()


def test_what_is_listed_sent_and_taken_in_leaves_the_list(company: world.World, worker: Any) -> None:
    program = key(company, *BOTH)
    first, second = owing(company, 4590, 777)
    assert ids(listed(company, program)) == [first, second]
    answer = send(company, zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", first)]), program)
    assert (answer.status_code, answer.json["done"], answer.json["documents"]) == (202, False, [])
    round_of.take_in(worker)
    told = company.app.test_client().get(f"{SEND}/uploads/{answer.json['id']}", headers=program).json
    assert told
    assert told["done"]
    (document,) = told["documents"]
    assert document == {
        "fileName": "b1.pdf",
        "outcome": "taken",
        "why": None,
        "document": "1",
        "entries": [{"id": first, "tied": True, "why": None}],
    }
    assert ids(listed(company, program)) == [second]
    assert inbox(company) == []


def test_an_entry_says_what_was_paid_and_to_whom_it_may_be(company: world.World) -> None:
    (first,) = owing(company, 4590)
    (entry,) = listed(company, key(company, "documents:read"))["entries"]
    said = {
        name: entry[name] for name in ("id", "date", "amount", "currency", "label", "account", "supplier")
    }
    assert said == {
        "id": first,
        "date": "2026-11-12",
        "amount": "-45.90",
        "currency": "EUR",
        "label": "PRLV SEPA MANDARINE",
        "account": {"name": "Compte courant", "kind": "bank"},
        "supplier": "bleu",
    }


def test_pages_miss_nothing_and_repeat_nothing_while_entries_come_and_go(company: world.World) -> None:
    program = key(company, "documents:read")
    made = owing(company, *range(100, 107))
    page = listed(company, program, size=3)
    seen = ids(page)
    with company.database.write() as session:
        for gone in (made[0], made[4]):
            session.get_one(models.Payment, int(gone)).closed_for = "other"
        gaps.settle(session, 1, [int(made[0]), int(made[4])], now=world.NOW)
    late = owing(company, 200)
    while page["next"]:
        page = listed(company, program, size=3, cursor=page["next"])
        seen += ids(page)
    assert seen == [*made[:4], *made[5:], *late]


@pytest.mark.parametrize(
    "asked",
    [{"size": 501}, {"size": 0}, {"size": "x"}, {"cursor": "-1"}, {"cursor": "²"}, {"cursor": "9" * 30}],
)
def test_a_page_that_makes_no_sense_is_refused(company: world.World, asked: dict[str, Any]) -> None:
    answer = company.app.test_client().get(LIST, query_string=asked, headers=key(company, "documents:read"))
    assert (answer.status_code, answer.mimetype) == (422, "application/json")


def test_a_form_brings_the_zip_too(company: world.World) -> None:
    content = zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", "1")])
    form = {"file": (io.BytesIO(content), "documents.zip")}
    answer = send(company, b"", key(company, *BOTH), data=form, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["sha256"]) == (202, hashlib.sha256(content).hexdigest())
    assert [path.read_bytes() for path in inbox(company)] == [content]


def test_the_same_bytes_are_the_same_upload_before_and_after_they_are_taken_in(
    company: world.World, worker: Any
) -> None:
    program = key(company, *BOTH)
    (first,) = owing(company, 4590)
    content = zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", first)])
    answers = [send(company, content, program) for _ in range(2)]
    assert len(inbox(company)) == 1
    round_of.take_in(worker)
    answers.append(send(company, content, key(company, *BOTH)))
    assert [one.status_code for one in answers] == [202, 202, 200]
    assert {one.json["id"] for one in answers} == {1}
    assert answers[2].json["documents"][0]["outcome"] == "taken"
    assert (inbox(company), len(uploads(company))) == ([], 1)


@pytest.mark.parametrize(
    ("content", "how", "status"),
    [
        (b"%PDF-1.7" + bytes(100), {}, 422),
        (zips.overlapping(), {}, 422),
        (zips.of([(f"{n}", b"") for n in range(bundles.MOST + 2)]), {}, 422),
        (b"", {}, 422),
        (PDF, {"content_type": "application/pdf"}, 415),
        (b"", {"data": {"other": "x"}, "content_type": "multipart/form-data"}, 415),
        (b"x" * (bundles.LARGEST + 1), {}, 413),
    ],
)
def test_what_is_no_zip_or_a_hostile_one_leaves_nothing(
    company: world.World, content: bytes, how: dict[str, Any], status: int
) -> None:
    answer = send(company, content, key(company, *BOTH), **how)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert (inbox(company), uploads(company)) == ([], [])


def test_too_many_that_wait_are_sent_again_later(
    company: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.api.documents.WAITING_AT_MOST", 1)
    program = key(company, *BOTH)
    found = [send(company, zips.of([(name, PDF)]), program).status_code for name in ("a.pdf", "b.pdf")]
    assert found == [202, 503]


def test_each_call_wants_its_own_scope(company: world.World) -> None:
    client, reads, writes = company.app.test_client(), key(company, BOTH[0]), key(company, BOTH[1])
    feeds = key(company, "payments:write")
    content = zips.of([("b1.pdf", PDF)])
    assert client.get(LIST).status_code == 401
    assert send(company, content, {}).status_code == 401
    assert [client.get(LIST, headers=one).status_code for one in (reads, writes, feeds)] == [200, 403, 403]
    assert [send(company, content, one).status_code for one in (reads, feeds, writes)] == [403, 403, 202]
    place = f"{SEND}/uploads/1"
    assert [client.get(place, headers=one).status_code for one in (reads, feeds, writes)] == [403, 403, 200]


def test_a_company_sees_its_own_only(company: world.World, worker: Any) -> None:
    ours, theirs = key(company, *BOTH), key(company, *BOTH, workspace_id=2)
    (mine,), (its,) = owing(company, 4590), owing(company, 4590, workspace_id=2)
    assert (ids(listed(company, ours)), ids(listed(company, theirs))) == ([mine], [its])
    content = zips.of([("b1.pdf", PDF)], [zips.line("b1.pdf", mine)])
    sent = send(company, content, theirs).json["id"]
    client = company.app.test_client()
    assert client.get(f"{SEND}/uploads/{10**30}", headers=ours).status_code == 404
    assert client.get(f"{SEND}/uploads/{sent}", headers=ours).status_code == 404
    round_of.take_in(worker)
    told = client.get(f"{SEND}/uploads/{sent}", headers=theirs).json
    assert told
    assert told["documents"][0]["why"] == "unknown_entry"
    assert ids(listed(company, ours)) == [mine]


def test_the_interface_describes_the_calls(company: world.World) -> None:
    described = company.app.test_client().get("/api/v1/openapi.json").json or {}
    paths = described["paths"]
    assert set(paths[LIST]) == {"get"}
    assert {one["name"] for one in paths[LIST]["get"]["parameters"]} == {"cursor", "size"}
    body = paths[SEND]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/zip"}
    assert {"200", "202"} <= set(paths[SEND]["post"]["responses"])
    assert f"{SEND}/uploads/{{upload_id}}" in paths
    assert {"Entry", "Upload", "DocumentOutcome"} <= {
        re.sub(r"\d+$", "", one) for one in described["components"]["schemas"]
    }

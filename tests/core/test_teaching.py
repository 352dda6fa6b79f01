"""Teach once, from the table to the archive: proposed, tried, live when a person says so; then the archive is read again."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from core import extraction, nouns, rereading, teaching
from core.db import models
from core.extraction import doubts
from core.ledger import templates
from tests.core import home
from tests.core.extraction import workshops
from tests.core.extraction.workshops import Printed
from tests.core.home import NOW, Home


@pytest.fixture(scope="module")
def readers() -> Iterator[extraction.Readers]:
    with extraction.Readers(1) as some:
        yield some


@pytest.fixture
def farm(tmp_path: Path, readers: extraction.Readers) -> Iterator[Home]:
    with home.opened(tmp_path, readers) as here:
        yield here


def bills(count: int) -> list[Printed]:
    """Bills in a language that the reader does not know."""
    return [workshops.finnish(month) for month in workshops.months(count, "teaching")]


def propose(farm: Home, document_id: int, boxes: dict[str, nouns.Box]) -> teaching.Proposal:
    return teaching.propose(farm.database, farm.stored, farm.readers, document_id, boxes, by=None, now=NOW)


def teach(farm: Home, document_id: int, paper: Printed) -> teaching.Proposal:
    proposed = propose(farm, document_id, dict(paper.places))
    assert teaching.go_live(farm.database, farm.stored, farm.readers, proposed.template_id, now=NOW) == []
    return proposed


def again(farm: Home, *, apply: bool, supplier: str | None = None) -> list[rereading.Reread]:
    with farm.database.read() as session:
        waiting = rereading.waiting(session, 1, supplier)
    every = rereading.again(farm.database, farm.stored, farm.readers, waiting, apply=apply, now=lambda: NOW)
    return list(every)


def test_a_supplier_taught_from_one_invoice_reads_three_later_ones_completely(farm: Home) -> None:
    first, *later = bills(4)
    proposed = teach(farm, farm.bring(first.content), first)
    assert proposed.untaught == ()
    for paper in later:
        fields = farm.last_reading(farm.bring(paper.content)).fields
        assert {name: fields[name]["value"] for name in paper.says} == dict(paper.says)
        assert fields["total"]["source"].startswith("template:workshop/1")


def test_a_proposal_reads_nothing_before_it_is_live(farm: Home) -> None:
    first, second = bills(2)
    proposed = propose(farm, farm.bring(first.content), dict(first.places))
    assert {name: field.value for name, field in proposed.fields.items() if name in first.says} == first.says
    fields = farm.last_reading(farm.bring(second.content)).fields
    assert not any("template" in field["source"] for field in fields.values())


def test_a_trial_tells_what_would_change_and_changes_nothing(farm: Home) -> None:
    first, second, other = *bills(2), workshops.dollars(workshops.months(1, "else")[0])
    one, two, three = (farm.bring(paper.content) for paper in (first, second, other))
    proposed = propose(farm, one, dict(first.places))
    before = farm.last_reading(two).id
    trials = list(teaching.tried(farm.database, farm.stored, farm.readers, proposed.template_id))
    assert [trial.document_id for trial in trials] == [three, two, one]
    assert [trial.fits for trial in trials] == [False, True, True]
    would_be = {change.field: change.would_be for change in trials[1].changes}
    assert would_be["due_date"] == second.says["due_date"]
    assert farm.last_reading(two).id == before


def test_another_field_taught_later_keeps_what_was_taught_before(farm: Home) -> None:
    first, second = bills(2)
    one = farm.bring(first.content)
    some = {name: box for name, box in first.places.items() if name in ("number", "total")}
    step = propose(farm, one, some)
    teaching.go_live(farm.database, farm.stored, farm.readers, step.template_id, now=NOW)
    teach_more = propose(farm, one, {"due_date": first.places["due_date"]})
    teaching.go_live(farm.database, farm.stored, farm.readers, teach_more.template_id, now=NOW)
    with farm.database.read() as session:
        newest, oldest = templates.versions(session, 1, "workshop")
        assert (newest.version, oldest.version, newest.layout == oldest.layout) == (2, 1, True)
        assert [one.version for one in templates.live(session, 1, "workshop")] == [2]
    fields = farm.last_reading(farm.bring(second.content)).fields
    assert all(fields[name]["value"] == second.says[name] for name in ("number", "total", "due_date"))


def test_a_version_that_spoils_an_earlier_sample_does_not_go_live(farm: Home) -> None:
    first, second = bills(2)
    one, two = farm.bring(first.content), farm.bring(second.content)
    teach(farm, one, first)
    swapped = propose(farm, two, {"date": second.places["due_date"]})
    broken = teaching.go_live(farm.database, farm.stored, farm.readers, swapped.template_id, now=NOW)
    assert [(trial.document_id, [change.field for change in trial.changes]) for trial in broken] == [
        (one, ["date"])
    ]
    with farm.database.read() as session:
        assert [one.version for one in templates.live(session, 1, "workshop")] == [1]
    assert not teaching.go_live(
        farm.database, farm.stored, farm.readers, swapped.template_id, now=NOW, although_broken=True
    )


def test_what_holds_no_such_value_is_told_as_untaught(farm: Home) -> None:
    (first,) = bills(1)
    proposed = propose(farm, farm.bring(first.content), {"iban": first.places["supplier"]})
    assert proposed.untaught == ("iban",)


def test_a_redesign_asks_a_person(farm: Home) -> None:
    (first,) = bills(1)
    teach(farm, farm.bring(first.content), first)
    redesigned = farm.bring(workshops.dollars(workshops.months(1, "else")[0]).content)
    assert doubts.NEW_LAYOUT in farm.last_reading(redesigned).doubts
    assert farm.invoice(redesigned).asks_review


def test_the_archive_is_read_again_first_shown_then_changed(farm: Home) -> None:
    first, second = bills(2)
    one, two = farm.bring(first.content), farm.bring(second.content)
    assert again(farm, apply=False) == []
    teach(farm, one, first)
    shown = {each.document_id: each for each in again(farm, apply=False)}
    assert set(shown) == {one, two}
    assert {change.field for change in shown[two].changes} >= {"number", "due_date"}
    assert farm.invoice(two).due_on is None
    assert again(farm, apply=True) == list(shown.values())
    assert farm.invoice(two).due_on.isoformat() == second.says["due_date"]  # type: ignore[union-attr]
    assert again(farm, apply=True) == []


def test_an_interrupted_rereading_goes_on_where_it_stood(farm: Home) -> None:
    first, *others = bills(3)
    one = farm.bring(first.content)
    rest = [farm.bring(paper.content) for paper in others]
    teach(farm, one, first)
    with farm.database.read() as session:
        waiting = rereading.waiting(session, 1)
    every = rereading.again(
        farm.database, farm.stored, farm.readers, waiting[:1], apply=True, now=lambda: NOW
    )
    assert len(list(every)) == 1
    assert [each.document_id for each in again(farm, apply=True)] == rest


def test_what_a_person_confirmed_stays_when_it_is_read_again(farm: Home) -> None:
    first, second = bills(2)
    one, two = farm.bring(first.content), farm.bring(second.content)
    with farm.database.write() as session:
        invoice = session.get_one(models.Invoice, farm.invoice(two).id)
        invoice.number, invoice.reviewed_at = "by hand", NOW
    teach(farm, one, first)
    told = {each.document_id: each for each in again(farm, apply=True)}
    assert told[two].settled
    assert farm.invoice(two).number == "by hand"


def test_only_the_supplier_asked_for_is_read_again(farm: Home) -> None:
    (first,) = bills(1)
    teach(farm, farm.bring(first.content), first)
    assert again(farm, apply=False, supplier="another") == []


def test_what_another_company_brought_home_is_not_read_again_with_ours(farm: Home) -> None:
    (first,) = bills(1)
    teach(farm, farm.bring(first.content), first)
    with farm.database.write() as session:
        session.add(models.Workspace(id=2, name="Brasserie Claire", created_at=NOW))
    with farm.database.read() as session:
        assert rereading.waiting(session, 1)
        assert rereading.waiting(session, 2) == []


def test_a_document_whose_bytes_are_gone_is_told(farm: Home) -> None:
    first, second = bills(2)
    one, two = farm.bring(first.content), farm.bring(second.content)
    teach(farm, one, first)
    with farm.database.read() as session:
        farm.stored.path(session.get_one(models.Document, two).sha256).unlink()
    assert {each.document_id: each.failed for each in again(farm, apply=True)} == {
        one: "",
        two: "FileNotFoundError",
    }


def test_one_invoice_of_a_file_that_holds_two_teaches_by_its_own_pages(farm: Home) -> None:
    first, second, third = bills(3)
    document_id = farm.bring(both(first.content, second.content))
    with farm.database.write() as session:
        document = session.get_one(models.Document, document_id)
        document.first_page = document.last_page = 2
    boxes = {name: replace(box, page=2) for name, box in second.places.items()}
    proposed = propose(farm, document_id, boxes)
    assert {name: proposed.fields[name].value for name in second.says} == dict(second.says)
    teaching.go_live(farm.database, farm.stored, farm.readers, proposed.template_id, now=NOW)
    fields = farm.last_reading(farm.bring(third.content)).fields
    assert {name: fields[name]["value"] for name in third.says} == dict(third.says)


def both(one: bytes, other: bytes) -> bytes:
    whole, kept = pypdfium2.PdfDocument.new(), io.BytesIO()
    for content in (one, other):
        whole.import_pages(pypdfium2.PdfDocument(content))
    whole.save(kept)
    return kept.getvalue()


def test_teaching_loads_no_parser_into_its_own_process() -> None:
    code = "import sys, core.rereading; sys.exit(bool({'pdfplumber', 'pypdfium2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

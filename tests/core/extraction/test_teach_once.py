"""A supplier taught from one invoice reads its later ones: other amounts, other lengths, shifted; and a redesign is noticed."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from core import nouns
from core.extraction import anchors, doubts, generic, pages, pointing, taught, templates, verdict
from core.extraction.lines import Word
from tests.core.extraction import workshops
from tests.core.extraction.workshops import Month, Printed

Layout = Callable[[Month], Printed]
by_layout = pytest.mark.parametrize("layout", workshops.ALL, ids=lambda one: one.__name__)
LATER = 12


def words(paper: Printed) -> list[Word]:
    return [word for line in pages.paper(io.BytesIO(paper.content)).lines for word in line.words]


def taught_from(paper: Printed, version: int = 1) -> templates.Template:
    """What a person teaches who points at every value once."""
    seen = words(paper)
    found = [one for name, box in paper.places.items() for one in pointing.proposals(seen, name, box)]
    found += pointing.proposals(seen, "currency", paper.places["total"])
    return templates.Template("workshop", version, templates.fingerprint(seen), tuple(found))


def read(paper: Printed, *offered: templates.Template) -> nouns.Reading:
    return taught.read(io.BytesIO(paper.content), offered)


def wrong(paper: Printed, reading: nouns.Reading) -> list[str]:
    return [
        f"{name}: {value!r} was read as {got!r}"
        for name, value in paper.says.items()
        if (got := reading.fields[name].value if name in reading.fields else None) != value
    ]


def bills(layout: Layout, count: int) -> list[Printed]:
    return [layout(month) for month in workshops.months(count, layout.__name__)]


@by_layout
def test_a_supplier_taught_from_one_invoice_reads_later_ones_completely(layout: Layout) -> None:
    first, *later = bills(layout, 1 + LATER)
    template = taught_from(first)
    assert {one.field for one in template.anchors} >= set(first.says) | {"currency"}
    asked = [name for paper in later for name in paper.says]
    missed = [line for paper in later for line in wrong(paper, read(paper, template))]
    assert len(missed) <= 0.02 * len(asked), missed


@by_layout
def test_what_was_taught_is_told_with_its_place_and_its_version(layout: Layout) -> None:
    first, second = bills(layout, 2)
    reading = read(second, taught_from(first, version=3))
    total = reading.fields["total"]
    assert total.source.startswith("template:workshop/3")
    assert total.confidence >= 0.95
    assert total.box
    assert total.raw
    assert doubts.NEW_LAYOUT not in reading.doubts


def test_teaching_makes_a_language_readable_that_nobody_knew() -> None:
    first, *later = bills(workshops.finnish, 4)
    template = taught_from(first)
    for paper in later:
        assert wrong(paper, generic.read(io.BytesIO(paper.content)))
        assert not wrong(paper, read(paper, template))


@by_layout
def test_a_redesign_is_not_read_by_the_old_template_and_asks_a_person(layout: Layout) -> None:
    template = taught_from(bills(layout, 1)[0])
    for other in workshops.ALL:
        if other is not layout:
            paper = bills(other, 2)[1]
            reading = read(paper, template)
            assert doubts.NEW_LAYOUT in reading.doubts, other.__name__
            assert verdict.action(reading) != "accept"
            assert reading.fields == generic.read(io.BytesIO(paper.content)).fields


def test_two_layouts_of_one_supplier_live_side_by_side() -> None:
    old, new = bills(workshops.colons, 2), bills(workshops.finnish, 2)
    both = taught_from(old[0], 1), taught_from(new[0], 2)
    for paper, version in ((old[1], 1), (new[1], 2)):
        reading = read(paper, *both)
        assert not wrong(paper, reading)
        assert reading.fields["number"].source.split("+")[0] == f"template:workshop/{version}"


def test_a_box_without_such_a_value_teaches_nothing() -> None:
    paper = bills(workshops.colons, 1)[0]
    assert templates.propose(words(paper), "date", paper.places["supplier"]) is None
    assert templates.propose(words(paper), "total", nouns.Box(2, 0, 0, 500, 800)) is None


def test_a_click_inside_a_word_is_enough() -> None:
    first, second = bills(workshops.colons, 2)
    place = first.places["number"]
    click = nouns.Box(1, place.x0 + 8, place.top + 5, place.x0 + 9, place.top + 6)
    anchor = templates.propose(words(first), "number", click)
    assert anchor
    assert applied([anchor], words(second)) == {"number": second.says["number"]}


def test_a_number_of_another_look_is_read_but_not_believed() -> None:
    first = bills(workshops.colons, 1)[0]
    anchor = templates.propose(words(first), "number", first.places["number"])
    assert anchor
    other = [
        Word(word.text.replace("VA-", ""), word.page, word.x0, word.top, word.x1, word.bottom)
        for word in words(first)
    ]
    field = templates.apply(templates.Template("workshop", 1, "", (anchor,)), other)["number"]
    assert field.confidence < 0.7


def test_the_vat_of_one_rate_is_not_taken_for_the_sum_of_two() -> None:
    first = bills(workshops.colons, 1)[0]
    template = taught_from(first)
    reading = generic.read(io.BytesIO(first.content))
    read_on = taught.with_templates(reading, [template], words(first))
    assert read_on.fields["vat"].confidence == 0.95
    one_rate = replace(template, anchors=tuple(one for one in template.anchors if one.field != "vat"))
    of_another = anchors.Anchor("vat", anchors.SAME, "", "1.00")
    misled = replace(one_rate, anchors=(*one_rate.anchors, of_another))
    assert taught.with_templates(reading, [misled], words(first)).fields["vat"].value == first.says["vat"]


def test_a_template_survives_the_table() -> None:
    template = taught_from(bills(workshops.grid, 1)[0])
    told = {"supplier": "workshop", "version": 1, "layout": template.layout, "anchors": [anchors.packed(one) for one in template.anchors]}  # fmt: skip
    assert templates.unpacked(told) == template


def applied(found: Sequence[anchors.Anchor], seen: list[Word]) -> dict[str, str]:
    fields = templates.apply(templates.Template("workshop", 1, "", tuple(found)), seen)
    return {name: field.value for name, field in fields.items()}


def test_a_line_of_nothing_but_figures_takes_no_time() -> None:
    """Were a label's figures looked for in every way that they can be cut, this would not end."""
    figures = Word("1" * 100, 1, 0, 100, 50, 110)
    seen = [
        Word("du", 1, 0, 100, 9, 110),
        *(replace(figures, x0=10.0 + 60 * at, x1=60.0 + 60 * at) for at in range(300)),
        Word("en", 1, 20_000, 100, 20_009, 110),
    ]
    anchor = anchors.Anchor("total", anchors.AFTER, "du 0 au", "cents")
    assert applied([anchor], seen) == {}


def test_a_sentences_stop_is_no_part_of_a_name() -> None:
    first = bills(workshops.colons, 1)[0]
    foot = [Word(text, 1, 50 + 60 * at, 800, 100 + 60 * at, 810) for at, text in enumerate(("Verrerie", "Aubépine", "SAS."))]  # fmt: skip
    (anchor, *_) = pointing.proposals([*words(first), *foot], "supplier", nouns.Box(1, 45, 795, 300, 815))
    assert anchor.shape == "Verrerie Aubépine SAS"

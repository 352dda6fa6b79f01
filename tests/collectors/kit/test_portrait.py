"""What is told of a supplier in few words, and that what is only asked for is never taken for a collector."""

from __future__ import annotations

import pytest

from collectors.kit import asked, catalogue, manifest, portrait
from collectors.kit.collector import Collector
from collectors.kit.portrait import Second
from core import errors
from tests.collectors.kit.test_manifest import FERN

CODE = """
[[login.when]]
name = "a code"
see = "#code"
is = "CodeNeeded"
[[login.when]]
name = "a puzzle"
see = "#captcha"
is = "Captcha"
[[login.when]]
name = "new terms"
see = "#terms"
is = "ActionNeeded"
wants = "terms"
[list]
"""


class Own(Collector):
    """A portal that hides its documents."""

    manifest = manifest.parse(FERN, "fern.toml")

    async def download(self, portal: object, listed: object) -> object:  # type: ignore[override]
        raise NotImplementedError


def _fern(text: str = FERN) -> Collector:
    return Collector(manifest.parse(text, "fern.toml"))


def test_what_one_signs_in_with_is_read_from_the_form_and_the_pages() -> None:
    told = _fern(FERN.replace("[list]", CODE)).manifest
    assert portrait.signs_in_with(told) == ["password", "code"]
    assert portrait.seconds(told) == [Second("code")]
    assert portrait.meets(told) == ["captcha", "terms"]
    assert portrait.signs_in_with(_fern().manifest) == ["password"]


def test_a_verb_that_a_class_does_its_own_way_is_told_apart() -> None:
    assert set(portrait.verbs(_fern()).values()) == {"manifest"}
    assert portrait.verbs(Own())["download"] == "class"
    assert portrait.verbs(Own())["listed"] == "manifest"


def test_each_part_of_every_supplier_has_a_source_and_an_age() -> None:
    for collector in catalogue.load(allow_loopback=True).collectors.values():
        told = portrait.facts(collector.manifest)
        assert {"list", "document"} <= set(told)
        assert all(fact["source"] and fact["age"] for fact in told.values()), collector


def test_the_notes_are_those_of_the_file_s_head() -> None:
    notes = portrait.notes(catalogue.load().collectors["orange"])
    assert notes.startswith("Orange and Sosh, residential")
    assert "id =" not in notes


def test_what_is_asked_for_is_no_collector_and_leaves_the_list_when_it_becomes_one() -> None:
    known = catalogue.load(allow_loopback=True)
    names = [each.id for each in asked.without(())]
    assert len(names) == len(set(names)) >= 2
    assert not [problem for problem in known.problems if "asked" in str(problem)]
    assert set(names).isdisjoint(known.collectors), (
        "a collector is written: strike it off collectors/kit/asked.toml"
    )
    assert names[0] not in [each.id for each in asked.without(names[:1])]


def test_the_list_of_what_is_asked_for_is_read_as_strictly_as_a_collector() -> None:
    with pytest.raises(errors.BadManifest, match="why: is missing"):
        asked.read('[[asked]]\nid = "x"\nname = "X"\ncountry = "FR"\ncategory = "water"\n')

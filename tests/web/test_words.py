"""French and English are complete, and say the same things."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from collectors.kit import asked, catalogue, trail
from core import errors, extraction, nouns
from core.extraction import doubts
from core.extraction.einvoice import shown
from web import speech

WEB = Path(speech.__file__).parent
FRENCH, ENGLISH = speech.words("fr"), speech.words("en")


def _holes(sentence: str | dict[str, str]) -> set[str]:
    forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert set(FRENCH) == set(ENGLISH)


def test_both_languages_fill_in_the_same_values() -> None:
    assert {key: _holes(FRENCH[key]) for key in FRENCH} == {key: _holes(ENGLISH[key]) for key in ENGLISH}


def test_no_sentence_is_empty() -> None:
    assert [key for words in (FRENCH, ENGLISH) for key, said in words.items() if not said] == []


def test_no_french_line_begins_with_a_colon_or_a_closing_quote() -> None:
    assert [form for form in _forms(FRENCH) if re.search(" [:;?!»]|« ", form)] == []
    assert FRENCH["colon"] == "\N{NO-BREAK SPACE}: "


def test_english_has_no_space_before_a_colon() -> None:
    """Neither in its words nor in the pages, which are of both languages."""
    assert [form for form in _forms(ENGLISH) if " : " in form] == []
    assert [path.name for path in WEB.rglob("*.html") if " : " in path.read_text(encoding="utf-8")] == []


def _forms(words: Mapping[str, str | dict[str, str]]) -> list[str]:
    return [form for said in words.values() for form in ([said] if isinstance(said, str) else said.values())]


def test_every_key_that_the_pages_use_is_there() -> None:
    used = set()
    for path in [*WEB.rglob("*.html"), *WEB.rglob("*.py")]:
        used |= set(re.findall(r'(?:\bt|say)\(\s*[\'"]([a-z0-9_.]+)[\'"]', path.read_text()))
    assert len(used) > 150
    families = {key[: n + 1] for key in FRENCH for n, sign in enumerate(key) if sign == "."}
    assert used - set(FRENCH) - families == set()


def test_every_state_has_its_word_its_help_and_what_it_asks() -> None:
    for state in nouns.AccountState:
        assert f"state.{state}" in FRENCH
        assert f"state_help.{state}" in FRENCH
        assert not state.startswith("needs_") or f"ask.{state}" in FRENCH
    assert all(f"run_state.{state}" in FRENCH for state in nouns.RunState)


@pytest.mark.parametrize("part", ["what", "side", "next"])
def test_every_error_has_its_words(part: str) -> None:
    names = [n for n, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.MoissonError)]
    families = {"PortalError", "PartnerError", "FarmError"}  # never raised themselves
    assert [name for name in names if name not in families and f"error.{name}.{part}" not in FRENCH] == []


def test_every_doubt_of_the_reader_is_told_in_both_languages() -> None:
    names = [name for name, said in vars(doubts).items() if name.isupper() and isinstance(said, str)]
    assert [name for name in names if f"doubt.{name.lower()}" not in FRENCH] == []


def _words_of(sentence: str) -> str:
    """As `speech.phrase` finds it."""
    return "_".join(re.findall("[a-z]+", sentence.lower()))


def _reasons() -> Iterator[str]:
    """Every reason that a reader writes beside a value which it did not take."""
    for path in Path(extraction.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="Rejected"), args=[_, ast.Constant(value=str(why))]):
                    yield why
                case ast.FunctionDef(name="_why"):
                    texts = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
                    yield from (text for text in texts if isinstance(text, str))


def test_every_reason_to_set_a_value_aside_is_told_in_both_languages() -> None:
    reasons = {*_reasons(), shown.AGAINST}
    assert len(reasons) > 10
    assert [why for why in reasons if f"set_aside.{_words_of(why)}" not in FRENCH] == []


KNOWN = catalogue.load(None, allow_loopback=True).collectors.values()


def test_every_category_of_the_catalogue_has_its_word() -> None:
    there = {one.manifest.category for one in KNOWN} | {each.category for each in asked.without(())}
    assert [name for name in there if f"category.{name}" not in FRENCH] == []


def test_a_step_that_several_suppliers_share_is_named_in_both_languages() -> None:
    pages = Counter(page.name for one in KNOWN if one.manifest.login for page in one.manifest.login.states)
    shared = [name for name, times in pages.items() if times > 1]
    assert len(shared) > 8
    ours = [trail.DONE, trail.DOCUMENT, "the list", "the list's pages", "contracts", "the keys"]
    assert [name for name in [*shared, *ours] if f"place.{_words_of(name)}" not in FRENCH] == []


def test_every_kind_of_paper_has_its_name() -> None:
    assert [kind for kind in nouns.Kind if f"kind.{kind}" not in ENGLISH] == []


def test_a_missing_key_would_be_found() -> None:
    assert "no.such.key" not in FRENCH
    with pytest.raises(KeyError):
        FRENCH["no.such.key"]

"""A supplier's file is read whole: every problem is told at once, with its path, what was expected and what was meant."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from collectors.kit import catalogue, manifest
from collectors.kit.declared import Fact
from core import errors

DOCS = Path(__file__).parents[3] / "docs" / "collectors.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
WHOLE = [text for text in EXAMPLES if text.startswith("id = ")]
FERN = WHOLE[0]


def told(text: str) -> str:
    with pytest.raises(errors.BadManifest) as caught:
        manifest.parse(text, "fern.toml")
    return str(caught.value)


@pytest.mark.parametrize("text", WHOLE)
def test_the_examples_of_the_docs_are_whole_collectors(text: str) -> None:
    assert manifest.parse(text, "docs").list


def test_what_the_file_says_is_what_is_read() -> None:
    found = manifest.parse(FERN, "fern.toml")
    assert (found.id, found.name, found.login_page) == (
        "fern",
        "Fern Hosting",
        "https://my.fern.example/login",
    )
    assert [(spec.name, spec.kind, spec.secret) for spec in found.fields] == [
        ("username", "text", False),
        ("password", "password", True),
    ]
    assert (found.verified, found.pace.at_once, found.loopback) == ("never", 2, False)
    assert found.login
    assert [state.outcome.error for state in found.login.states if state.outcome] == ["BadCredentials"]


def test_every_problem_of_a_file_is_told_at_once() -> None:
    text = FERN.replace('website = "https://my.fern.example"', 'websit = "https://my.fern.example"')
    text = text.replace('kind = "password"', 'kind = "passwort"').replace(
        'hosts = ["my.fern.example"]', "hosts = 12"
    )
    said = told(text)
    assert "website: is missing" in said
    assert "websit: unknown key (did you mean 'website'?)" in said
    assert (
        "fields[2].kind: expected one of text, password, totp; found 'passwort' (did you mean 'password'?)"
        in said
    )
    assert "hosts: expected a list, found 12" in said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('id = "fern"', 'id = "Fern!"', "id: expected 2 to 40 of a-z"),
        (
            '"https://my.fern.example"]',
            '"https://login.fern.example"]',
            "origins[1]: login.fern.example is not covered by hosts",
        ),
        (
            '"https://my.fern.example"]',
            '"https://my.fern.example/login"]',
            "origins[1]: expected a scheme and host",
        ),
        ('"https://my.fern.example"]', '"http://my.fern.example"]', "expected https"),
        ('["my.fern.example"]', '["https://my.fern.example"]', "hosts[1]: expected 'www.example.com'"),
        (
            'start = "/login"',
            'start = "https://sso.fern.example/"',
            "login.start: sso.fern.example is not covered",
        ),
        ('fill = "username"', 'fill = "usernam"', "no field 'usernam' (did you mean 'username'?)"),
        (
            'into = "input[name=password]"',
            'into = "input[name=password"',
            "login.when[2].do: not a selector: 'input[name=password' (a bracket or a quote is open)",
        ),
        ('id = "fern"', 'headers = { X = "{tokn}" }\nid = "fern"', "headers: {tokn} is not known here"),
        ('url = "{pdf}"', 'url = "{pdf}"\nlink = "$.url"', "document.link: not a path: '$.url'"),
        (
            'url = "{pdf}"',
            'url = "{pdf}"\nkind = "print"\nmethod = "POST"',
            "document.kind: 'print' opens a page; method, body, form and link are for kind = 'get'",
        ),
        ('url = "{pdf}"', 'url = "{pdf}"\nbody = { n = "{nr}" }', "document: {nr} is not known here"),
        ('is = "BadCredentials"', 'is = "BadCredential"', "did you mean 'BadCredentials'?"),
        ('{ url = "/dashboard*" }', "{ }", "login.done: expected see, url, text or cookie"),
        ('url = "/api/invoices?page={page}"', 'url = "/api/invoices"', "list.paging: by = 'page', but"),
        (
            'url = "/api/invoices?page={page}"',
            'url = "/api?page={page}&k={password}"',
            "{password} is a secret",
        ),
        ('paging = { by = "page", more = "has_more" }', "", "list.paging.by: is missing"),
        ('url = "{pdf}"', 'url = "{pfd}"', "{pfd} is not known here (did you mean 'pdf'?)"),
        ('kind = "json"', 'kind = "rows"', "list.empty: is missing"),
        ('total = "total"', 'total = { at = "total", style = "cent" }', "did you mean 'cents'?"),
        (
            'date = "issued_on"',
            'date = { at = "issued_on", match = "(a" }',
            "match: not a regular expression",
        ),
        ('date = "issued_on"', 'date = { at = "issued_on", zone = "Paris" }', "expected a time zone"),
        ('number = "number", date = "issued_on", ', "", "expected id or number"),
        ('total = "total"', "total = 12", "list.fields.total.at"),
        ("[document]", "[document", "not TOML"),
    ],
)
def test_each_problem_names_its_key_and_what_was_expected(before: str, after: str, said: str) -> None:
    assert before in FERN
    assert said in told(FERN.replace(before, after))


def test_facts_have_a_source_and_an_age_for_each_part_or_those_of_the_file() -> None:
    text = 'source = "the docs"\nage = 2026-07-24\nfacts.list = { age = 2025-03-01 }\n' + FERN
    found = manifest.parse(text, "fern.toml")
    assert found.fact("login") == Fact("the docs", date(2026, 7, 24))
    assert found.fact("list") == Fact("the docs", date(2025, 3, 1))
    assert "facts.lists: unknown key (did you mean 'list'?)" in told(
        text.replace("facts.list", "facts.lists")
    )


def test_plain_http_is_for_this_machine_only() -> None:
    found = manifest.parse(
        FERN.replace("https://my.fern.example", "http://127.0.0.1:8931").replace(
            "my.fern.example", "127.0.0.1:8931"
        ),
        "x",
    )
    assert found.loopback


def test_the_hash_of_the_origins_knows_no_order() -> None:
    two = FERN.replace(
        'origins = ["https://my.fern.example"]',
        'origins = ["https://my.fern.example", "https://my.fern.example:8443"]',
    )
    two = two.replace('hosts = ["my.fern.example"]', 'hosts = ["my.fern.example", "my.fern.example:8443"]')
    turned = two.replace(
        '["https://my.fern.example", "https://my.fern.example:8443"]',
        '["https://my.fern.example:8443", "https://my.fern.example"]',
    )
    hashes = {manifest.parse(text, "x").origins_hash() for text in (FERN, two, turned)}
    assert len(hashes) == 2


def test_a_class_may_leave_the_rest_of_the_file_out() -> None:
    head = FERN.partition("[login]")[0]
    assert manifest.parse(head, "fern.py", by_class=True).login is None
    assert "login" in told(head)


@pytest.mark.parametrize("path", sorted(catalogue.BUILT_IN.glob("*.toml")), ids=lambda path: path.stem)
def test_a_built_in_supplier_stays_short_and_says_where_its_facts_are_from(path: Path) -> None:
    found = catalogue.of_file(path).manifest
    assert found.id == path.stem
    assert found.source
    assert found.age
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120

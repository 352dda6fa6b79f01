"""What an HTTP answer means: by the manifest first, then what is so everywhere."""

from __future__ import annotations

import pytest

from collectors.kit import answers, manifest, templates
from collectors.kit.reply import Reply
from core import errors
from tests.collectors.kit.test_manifest import FERN

LIST = "https://my.fern.example/api/invoices"
SSO = FERN.replace('"https://my.fern.example"]', '"https://sso.fern.example"]').replace(
    '["my.fern.example"]', '["my.fern.example", "sso.fern.example"]'
)


def reply(
    status: int = 200,
    body: str = "{}",
    kind: str = "application/json",
    url: str = LIST,
    hops: tuple[str, ...] = (),
    wait: str = "",
) -> Reply:
    return Reply(status, url, {"content-type": kind, "retry-after": wait}, body.encode(), hops)


def judged(
    answer: Reply, more: str = "", text: str = FERN, where: str = "list"
) -> errors.MoissonError | None:
    try:
        answers.judge(manifest.parse(text + more, "fern.toml"), answer, where)
    except errors.MoissonError as err:
        return err
    return None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(), None),
        (reply(204, ""), None),
        (reply(401), errors.SessionExpired),
        (reply(419), errors.SessionExpired),
        (reply(403), errors.SessionExpired),
        (reply(403, "<h1>No</h1>", "text/html"), errors.Blocked),
        (reply(404), errors.PortalChanged),
        (reply(429, wait="30"), errors.TooFast),
        (reply(503, wait="120"), errors.PortalDown),
        (reply(200, "<input type=password>", "text/html"), errors.SessionExpired),
        (
            reply(200, "<p>Who?</p>", "text/html", "https://my.fern.example/login?next=1", (LIST,)),
            errors.SessionExpired,
        ),
        (reply(200, "<p>Moved</p>", "text/html", "https://my.fern.example/bills", (LIST,)), None),
    ],
)
def test_what_is_so_everywhere(answer: Reply, error: type[errors.MoissonError] | None) -> None:
    assert type(judged(answer)) is (error or type(None))


def test_being_sent_to_another_origin_is_the_end_of_a_session() -> None:
    away = reply(200, "<p>User?</p>", "text/html", "https://sso.fern.example/authorize", (LIST,))
    assert isinstance(judged(away, text=SSO), errors.SessionExpired)


def test_how_long_to_stay_away_is_kept() -> None:
    down = judged(reply(503, wait="120"))
    assert isinstance(down, errors.PortalDown)
    assert down.retry_after == 120


DECLARED = """
[[answers]]
where = "document"
status = 422
is = "NotAnInvoice"
[[answers]]
at = "error.code"
equals = ["TERMS_*"]
is = "ActionNeeded"
wants = "terms"
said = "error.message"
[[answers]]
see = "p.maintenance"
said = "p.maintenance"
is = "PortalDown"
[session]
signed_out = { at = "error.code", equals = "ANON" }
"""


def test_what_the_manifest_says_comes_first() -> None:
    terms = judged(reply(200, '{"error": {"code": "terms_2026", "message": "Please accept"}}'), DECLARED)
    assert isinstance(terms, errors.ActionNeeded)
    assert (terms.wants, terms.said) == ("terms", "Please accept")
    down = judged(reply(200, "<p class=maintenance>Back  at noon</p>", "text/html"), DECLARED)
    assert isinstance(down, errors.PortalDown)
    assert down.said == "Back at noon"
    assert isinstance(judged(reply(200, '{"error": {"code": "ANON"}}'), DECLARED), errors.SessionExpired)


def test_a_part_of_the_visit_has_answers_of_its_own() -> None:
    assert isinstance(judged(reply(422), DECLARED, where="document"), errors.NotAnInvoice)
    assert isinstance(judged(reply(422), DECLARED, where="list"), errors.PortalChanged)


def test_a_declared_way_to_be_signed_out_replaces_the_password_field() -> None:
    assert judged(reply(200, "<input type=password>", "text/html"), DECLARED) is None


def test_addresses_are_filled_in_encoded_unless_they_are_told_not_to_be() -> None:
    values = {"id": "a/b c", "href": "?x=1&y=2", "cursor": "", "page": 2}
    assert templates.url("/f/{id}", values) == "/f/a%2Fb%20c"
    assert templates.url("/f{+href}", values) == "/f?x=1&y=2"
    assert templates.url("{href}", values) == "?x=1&y=2"
    assert templates.url("/l?cursor={cursor}&page={page}", values) == "/l?page=2"
    assert templates.url("/l?cursor={cursor}", values) == "/l"
    assert templates.tree({"p": "{page}", "c": "{cursor}", "deep": ["n {page}"]}, values) == {
        "p": 2,
        "deep": ["n 2"],
    }

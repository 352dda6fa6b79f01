from __future__ import annotations

import base64
import copy
import dataclasses
import html
import io
import json
import logging
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

import pytest

from vault import redact

CANARY = "cànary/pass +word\"&'9"


def test_a_secret_shows_itself_only_when_it_is_asked_to() -> None:
    secret = redact.Secret(CANARY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret} {secret!r}",
        repr([secret]),
    ]
    assert secret.reveal() == CANARY
    assert not [text for text in shown if "nary" in text]


@dataclasses.dataclass
class Holder:
    secret: redact.Secret


@pytest.mark.parametrize(
    "take",
    [
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        json.dumps,
        len,
        list,
        vars,
        hash,
        lambda s: dataclasses.asdict(Holder(s)),
    ],
    ids=["copy", "deepcopy", "pickle", "json", "len", "list", "vars", "hash", "asdict"],
)
def test_a_secret_is_neither_copied_nor_stored_nor_measured(take: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as refused:
        take(redact.Secret(CANARY))
    assert CANARY not in str(refused.value)


def test_secrets_can_be_compared() -> None:
    assert redact.Secret("é") == redact.Secret("é")
    assert redact.Secret("a") != redact.Secret("b")
    assert redact.Secret("a") != "a"


DISGUISES = {
    "bare": CANARY,
    "in a URL": quote(CANARY, safe=""),
    "in a path": quote(CANARY),
    "in a query": quote_plus(CANARY),
    "in a URL with small letters": quote(CANARY, safe="").lower(),
    "in JSON": json.dumps(CANARY)[1:-1],
    "in JSON with accents": json.dumps(CANARY, ensure_ascii=False)[1:-1],
    "in JSON from PHP": json.dumps(CANARY)[1:-1].replace("/", "\\/"),
    "in HTML": html.escape(CANARY),
    "in HTML from Jinja": html.escape(CANARY).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    "in base64": base64.b64encode(CANARY.encode()).decode().rstrip("="),
    "in base64 for URLs": base64.urlsafe_b64encode(CANARY.encode()).decode().rstrip("="),
    "in hexadecimal": CANARY.encode().hex(),
    "in a Python value": repr(CANARY)[1:-1],
    "in an ASCII Python value": ascii(CANARY)[1:-1],
    "in Python bytes": repr(CANARY.encode())[2:-1],
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_value_in_use_is_masked_in_every_disguise(disguise: str) -> None:
    redactor = redact.Redactor()
    line = f"the portal said <{DISGUISES[disguise]}> today"
    assert redactor.mask(line) == line, "nothing is masked that was not learnt"
    with redactor.live(redact.Secret(CANARY)):
        assert redactor.mask(line) == f"the portal said <{redact.MASK}> today"
    assert redactor.mask(line) == line, "and it is forgotten when it is over"


@pytest.mark.parametrize("login", ["jean", "jeanne", "jeannot"])
def test_a_value_is_masked_inside_of_a_basic_sign_in(login: str) -> None:
    redactor, code = redact.Redactor(), base64.b64encode(f"{login}:{CANARY}:end".encode()).decode()
    with redactor.live(CANARY):
        before, after = redactor.mask(code).split(redact.MASK)
    assert code.startswith(before)
    assert code.endswith(after)
    assert len(before) * 6 < (len(login) + 2) * 8, "at most a part of its first character is left"
    assert len(after) * 6 < (len(":end") + 3) * 8, "and of its last"


def test_a_value_that_two_visits_use_stays_masked_until_both_are_done() -> None:
    redactor = redact.Redactor()
    with redactor.live(CANARY):
        with redactor.live(CANARY):
            assert CANARY not in redactor.mask(CANARY)
        assert CANARY not in redactor.mask(CANARY)
    assert redactor.mask(CANARY) == CANARY


def test_the_longer_of_two_values_is_masked_whole() -> None:
    redactor = redact.Redactor()
    with redactor.live("canary", "canary-and-more"):
        assert redactor.mask("<canary-and-more>") == f"<{redact.MASK}>"


def test_a_value_of_three_characters_would_mask_every_line_and_is_left() -> None:
    redactor = redact.Redactor()
    with redactor.live("", "a", "the"):
        assert redactor.mask("then a line") == "then a line"


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("password=hunter2&next=/bills", "password=•••••&next=/bills"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer •••••"),
        ("Cookie: sid=1; theme=dark", "Cookie: •••••"),
        ("{'access_token': 'a b', 'n': 1}", "{'access_token': •••••, 'n': 1}"),
        ('{"client_secret":"x"}', '{"client_secret":•••••}'),
        ("{b'Set-Cookie': [b'sid=1']}", "{b'Set-Cookie': [•••••]}"),
        ("totp: 123456", "totp: •••••"),
        ("paid to FR76 3000 6000 0112 3456 7890 189.", "paid to •••••."),
        ("paid to DE89370400440532013000", "paid to •••••"),
        ("secret_version=2 tokens seen", "secret_version=2 tokens seen"),
        ("invoice FA20251100123 of 2026-11-20", "invoice FA20251100123 of 2026-11-20"),
    ],
)
def test_what_is_named_like_a_secret_is_masked_without_being_learnt(line: str, masked: str) -> None:
    assert redact.Redactor().mask(line) == masked


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a handler of somebody else's prints of the logger `portal`."""
    monkeypatch.setattr(logging, "raiseExceptions", False)
    handler, logger = logging.StreamHandler(io.StringIO()), logging.getLogger("portal")
    monkeypatch.setattr(logger, "propagate", False)
    logger.addHandler(handler)
    yield handler.stream
    logger.removeHandler(handler)


def everything_that_can_be_logged(logger: logging.Logger) -> None:
    logger.warning("typed %s", CANARY)
    logger.warning("typed %(what)s", {"what": CANARY})
    logger.warning({"event": "typed", "what": [CANARY, {"deep": CANARY.encode()}]})
    logger.warning("wrong arguments %d", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.exception("failed", stack_info=True)


def test_no_part_of_a_record_keeps_the_value(printed: io.StringIO) -> None:
    logger, redactor = logging.getLogger("portal"), redact.Redactor()
    logger.addFilter(redactor)
    with redactor.live(CANARY):
        everything_that_can_be_logged(logger)
    logger.removeFilter(redactor)
    assert "nary" not in printed.getvalue()
    assert printed.getvalue().count(redact.MASK) == 6


def test_the_source_lines_of_a_stack_are_masked_as_well() -> None:
    record, redactor = (
        logging.makeLogRecord({"msg": "here", "stack_info": f'sign_in("{CANARY}")'}),
        redact.Redactor(),
    )
    with redactor.live(CANARY):
        redactor.filter(record)
    assert record.stack_info == f'sign_in("{redact.MASK}")'


def test_without_the_filter_the_same_lines_hold_the_value(printed: io.StringIO) -> None:
    everything_that_can_be_logged(logging.getLogger("portal"))
    assert printed.getvalue().count("nary") == 5, "the record with wrong arguments is not printed at all"


PROGRAM = """
import logging, sys, threading
import structlog
from vault import redact
redactor = redact.start_logging(json={json}, level="INFO")
if {learn}:
    redactor.learn({canary!r})
structlog.get_logger("visit").info("typed", what={canary!r}, password="p", account=3)
logging.getLogger("scrapy").warning("got %s", {canary!r})
logging.getLogger("scrapy").info("too talkative")
logging.getLogger("x").warning("%d", {canary!r})
try:
    raise ValueError({canary!r})
except ValueError:
    structlog.get_logger("visit").exception("failed ours")
    logging.getLogger("waitress").exception("failed theirs")
def die():
    raise KeyError({canary!r})
thread = threading.Thread(target=die)
thread.start()
thread.join()
raise RuntimeError({canary!r})
"""


def told(*, json: bool, learn: bool) -> str:
    program = PROGRAM.format(json=json, learn=learn, canary="cànary-9")
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout == b""
    return ended.stderr.decode()


@pytest.mark.parametrize("as_json", [False, True])
def test_a_whole_process_logs_everything_and_no_secret(as_json: bool) -> None:
    text = told(json=as_json, learn=True)
    for event in (
        "typed",
        "got",
        "failed ours",
        "failed theirs",
        "uncaught KeyError",
        "uncaught RuntimeError",
    ):
        assert event in text
    assert text.count("Traceback") == 4
    assert "nary" not in text
    assert "too talkative" not in text
    if as_json:
        assert {"visit", "scrapy", "moisson"} <= {json.loads(line)["logger"] for line in text.splitlines()}


def test_a_process_whose_redactor_learnt_nothing_shows_the_value() -> None:
    assert told(json=False, learn=False).count("nary") >= 5


def test_a_library_that_is_quieter_already_stays_so() -> None:
    """Scrapy prints signed links with its warnings; its lane allows it errors only."""
    program = (
        "import logging; from vault import redact; scrapy = logging.getLogger('scrapy'); "
        "scrapy.setLevel(logging.ERROR); redact.start_logging(); scrapy.warning('got a link'); scrapy.error('lost')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert b"lost" in ended.stderr
    assert b"got a link" not in ended.stderr

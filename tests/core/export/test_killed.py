"""Killed between any two steps, or refused for a while at one of them: each Invoice is in the books once, and none waits behind another for ever."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, event

from core import errors
from core.db import models
from core.export import delivering, remote_lists
from tests.core.export import books, services

#: Writings of one Delivery at most: what is about to be done and what was, for a vendor, a record and a file.
POINTS = 7
#: Of a round with one Delivery, at most.
COMMITS = 14


class Killed(BaseException):
    """Nothing that follows is done."""


SERVICES = pytest.mark.parametrize("opened", services.EVERY)


def _content(at: int) -> bytes:
    return b"%%PDF bill %d" % at


@SERVICES
def test_killed_before_any_writing_each_invoice_is_there_once_with_its_file(
    tmp_path: Path, opened: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    note = delivering._note
    with opened(tmp_path) as company:
        company.service.forgets_keys = True
        killed = 0
        for at in range(POINTS):
            left = [at]

            def noted(*told: Any, left: list[int] = left) -> None:
                if not left[0]:
                    raise Killed
                left[0] -= 1
                note(*told)

            company.bring(f"F-{at}", _content(at))
            monkeypatch.setattr(delivering, "_note", noted)
            with suppress(Killed):
                company.round()
                killed -= 1
            killed += 1
            monkeypatch.setattr(delivering, "_note", note)
            company.later(seconds=7)
            company.round()
        assert killed >= 4
        assert services.files(company) == [_content(at) for at in range(POINTS)]


@SERVICES
def test_killed_before_any_commit_books_are_known_with_their_lists_or_asked_for_again(
    tmp_path: Path, opened: Callable[[Path], Any]
) -> None:
    with opened(tmp_path) as company:
        alive = 0
        for at in range(COMMITS):
            _unlearn(company)
            company.bring(f"F-{at}", _content(at))
            left = [at]

            def committed(_: Any, left: list[int] = left) -> None:
                if not left[0]:
                    raise Killed
                left[0] -= 1

            event.listen(company.database.engine, "commit", committed)
            with suppress(Killed):
                company.round()
                alive += 1
            event.remove(company.database.engine, "commit", committed)
            with company.database.read() as session:
                lists = remote_lists.fetched_at(session, company.destination)
            assert (lists is None) == (company.row().books is None)
            company.later(minutes=2)
            company.round()
        assert 0 < alive < COMMITS - 4
        assert services.files(company) == [_content(at) for at in range(COMMITS)]


def _unlearn(company: Any) -> None:
    """As if it had just been connected."""
    company.change(books=None)
    with company.database.write() as session:
        session.execute(delete(models.RemoteList))


@SERVICES
def test_one_invoice_at_which_the_service_always_stumbles_lets_the_others_go(
    tmp_path: Path, opened: Callable[[Path], Any]
) -> None:
    with opened(tmp_path) as company:
        company.round()
        line = company.means.http._transport
        company.means.http._transport = services.Stumbling(line)
        poisoned = company.bring("F-POISON", _content(0))
        company.bring("F-1", _content(1))
        for _ in range(4):
            with suppress(errors.PartnerSilent):
                company.round()
        assert services.files(company) == [_content(1)]
        told = company.delivery(poisoned)
        assert (told.sent_at, told.held_for) == (None, None)
        assert told.next_try_at > company.at[0]
        assert told.error
        company.means.http._transport = line
        company.later(days=1)
        company.round()
        assert company.delivery(poisoned).sent_at


@SERVICES
@pytest.mark.parametrize("told", [{}, {"Retry-After": "45"}, {"Retry-After": "²"}])
def test_too_many_requests_delay_what_is_owed_and_nobody_is_asked(
    tmp_path: Path, opened: Callable[[Path], Any], told: dict[str, str]
) -> None:
    with opened(tmp_path) as company:
        company.round()
        line = company.means.http._transport
        company.means.http._transport = httpx.MockTransport(lambda request: _busy(line, request, told))
        owed = company.bring()
        company.round()
        waits = company.delivery(owed)
        asked = 45 if told.get("Retry-After") == "45" else 60
        assert waits.next_try_at - company.at[0] == timedelta(seconds=asked)
        assert (waits.held_for, services.files(company)) == (None, [])
        company.means.http._transport = line
        company.later(seconds=asked)
        company.round()
        assert services.files(company) == [books.PDF]


def _busy(line: httpx.BaseTransport, request: httpx.Request, told: dict[str, str]) -> httpx.Response:
    """Tokens are given all the same."""
    if request.url.path.endswith("/token"):
        return line.handle_request(request)
    headers = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
    return httpx.Response(429, headers=headers, request=request)

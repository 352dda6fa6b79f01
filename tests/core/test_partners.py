from __future__ import annotations

import httpx
import pytest

from core import partners


@pytest.mark.parametrize("body", [b"", b"<html>", b'["said"]', b"null", b'{"cut": '])
def test_an_answer_that_is_no_object_says_nothing(body: bytes) -> None:
    assert partners.told(httpx.Response(400, content=body)) == {}


def test_an_answer_is_told_as_it_is() -> None:
    assert partners.told(httpx.Response(400, json={"Message": "closed"})) == {"Message": "closed"}

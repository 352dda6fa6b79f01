"""Files in S3: each once under its name, signed as another implementation checks it, nothing of another's overwritten."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import errors
from core.export import s3, sigv4
from tests.core.export import books, connected, depot
from tests.core.export import cloud as clouds
from tests.core.export.cloud import Cloud
from tests.core.export.depot import Depot

NAME = "2026-11/Mandarine/2026-11-03_Mandarine_F-1_45,90-EUR_1.pdf"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with clouds.opened() as made:
        yield made


@pytest.fixture
def company(tmp_path: Path, cloud: Cloud) -> Iterator[Depot]:
    key, secret = cloud.new_key()
    typed = {"url": f"{cloud.server.url}/papers/café", "region": clouds.REGION, "access_key": key}
    with depot.opened(tmp_path, s3.KIND, s3.S3, typed, {"secret_key": secret}) as opened:
        yield opened


def test_a_file_lies_there_once_under_its_name(company: Depot, cloud: Cloud) -> None:
    owed = company.bring()
    company.round()
    company.round()
    assert cloud.files == {f"café/{NAME}": books.PDF}
    sent = company.delivery(owed)
    assert (sent.proof, sent.settings_version, bool(sent.sent_at)) == (NAME, 1, True)


def test_an_answer_that_was_lost_is_looked_for_and_nothing_sent_twice(company: Depot, cloud: Cloud) -> None:
    owed = company.bring()
    cloud.loses = lambda method: method == "PUT"
    with pytest.raises(errors.PartnerSilent):
        company.round()
    assert company.delivery(owed).sent_at is None
    cloud.loses = lambda method: False
    company.later(minutes=3)
    company.round()
    assert company.delivery(owed).sent_at
    assert cloud.asked.count("PUT") == 1


def test_a_file_that_failed_does_not_hold_up_the_others(company: Depot, cloud: Cloud) -> None:
    company.bring()
    cloud.loses = lambda method: method == "PUT"
    with pytest.raises(errors.PartnerSilent):
        company.round()
    cloud.loses = lambda method: False
    second = company.bring("F-2")
    company.later(seconds=30)
    company.round()
    assert company.delivery(second).sent_at


def test_what_lies_there_under_that_name_is_not_overwritten(company: Depot, cloud: Cloud) -> None:
    cloud.put(f"café/{NAME}", b"another's")
    owed = company.bring()
    company.round()
    assert company.delivery(owed).held_for == "name_taken"
    assert cloud.files[f"café/{NAME}"] == b"another's"


def test_where_conditions_are_not_known_it_looks_first(company: Depot, cloud: Cloud) -> None:
    cloud.knows_conditions = False
    company.bring()
    company.round()
    assert list(cloud.files.values()) == [books.PDF]
    assert cloud.asked == ["PUT", "HEAD", "PUT"]


def test_a_wrong_key_or_region_is_told_in_the_words_of_s3_and_no_secret_with_it(
    company: Depot, cloud: Cloud
) -> None:
    company.bring()
    company.retype(access_key="AKIANOBODY")
    with pytest.raises(errors.PartnerRefused, match="InvalidAccessKeyId"):
        company.round()
    assert cloud.files == {}


def test_a_round_with_nothing_owed_looks_whether_it_is_let_in(company: Depot, cloud: Cloud) -> None:
    company.round()
    assert cloud.asked == ["HEAD"]
    company.retype(access_key="AKIANOBODY")
    with pytest.raises(errors.PartnerRefused):
        company.round()


def test_what_we_sent_and_what_came_before_stays_here(company: Depot, cloud: Cloud) -> None:
    ours = company.bring("A-1", role="ar")
    early = company.bring("F-0", received_at=datetime(2026, 11, 1, tzinfo=UTC))
    company.round()
    assert cloud.files == {}
    assert company.delivery(ours).withdrawn_at
    assert company.delivery(early).withdrawn_at
    company.retype(which="all")
    company.bring("A-2", role="ar")
    company.round()
    assert len(cloud.files) == 1


def test_the_signature_is_that_of_the_published_example() -> None:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "GET Object"
    keys = sigv4.Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
    at = datetime(2013, 5, 24, tzinfo=UTC)
    url = "https://examplebucket.s3.amazonaws.com/test.txt"
    signed = sigv4.signed(keys, "GET", url, {"Range": "bytes=0-9"}, at)
    assert signed["authorization"].endswith(
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )
    assert "wJalr" not in repr(keys)


def test_the_stand_in_refuses_what_is_signed_with_another_secret(company: Depot, cloud: Cloud) -> None:
    wrong = {"secret_key": connected.Shown("canary-another-secret")}
    company.means = dataclasses.replace(company.means, secrets=lambda: wrong)
    company.bring()
    with pytest.raises(errors.PartnerRefused, match="SignatureDoesNotMatch") as refused:
        company.round()
    assert "canary" not in refused.value.said
    assert cloud.files == {}

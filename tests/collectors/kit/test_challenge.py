from __future__ import annotations

import base64

import pyotp
import pytest

from collectors.kit import challenge
from core import errors

RFC_KEY = base64.b32encode(b"12345678901234567890").decode()
EIGHTY_BITS = "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    ("now", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")],
)
def test_codes_are_those_of_rfc_6238_appendix_b(now: int, code: str) -> None:
    address = f"otpauth://totp/Shop:claire?secret={RFC_KEY}&digits=8"

    assert challenge.totp(address, now) == code


def test_another_library_computes_the_same_code() -> None:
    key = pyotp.random_base32()

    assert challenge.totp(key, 1_700_000_000.0) == pyotp.TOTP(key).at(1_700_000_000)


def test_a_key_may_be_written_as_people_write_it() -> None:
    spellings = [EIGHTY_BITS, "jbsw y3dp ehpk 3pxp", "JBSW-Y3DP-EHPK-3PXP", f"  {EIGHTY_BITS}\n"]

    assert len({challenge.totp(key, 1000.0) for key in spellings}) == 1


def test_an_address_may_ask_for_another_sum() -> None:
    address = f"otpauth://totp/x?secret={EIGHTY_BITS * 2}&algorithm=SHA256&period=60"

    assert challenge.totp(address, 1000.0) == pyotp.parse_uri(address).at(1000)  # type: ignore[attr-defined]


def test_a_code_about_to_die_is_not_typed_and_the_next_one_not_before_its_time() -> None:
    step_end = 30.0

    assert challenge.rest(EIGHTY_BITS, step_end - 4.5) == 0.0
    assert challenge.rest(EIGHTY_BITS, step_end) == 0.0
    late = step_end - 1.5
    assert challenge.totp(EIGHTY_BITS, late + challenge.rest(EIGHTY_BITS, late)) == challenge.totp(
        EIGHTY_BITS, step_end
    )


@pytest.mark.parametrize(
    "key",
    [
        "",
        "not base32!",
        "JBSWY3DP1",
        "GEZA====",
        "otpauth://totp/x",
        "otpauth://[",
        f"otpauth://hotp/x?secret={EIGHTY_BITS}&counter=1",
        f"otpauth://totp/x?secret={EIGHTY_BITS}&period=0",
        f"otpauth://totp/x?secret={EIGHTY_BITS}&digits=many",
        f"otpauth://totp/x?secret={EIGHTY_BITS}&algorithm=MD5",
    ],
)
def test_a_key_that_makes_no_code_asks_its_owner_and_is_not_repeated(key: str) -> None:
    with pytest.raises(errors.ActionNeeded) as caught:
        challenge.totp(key)

    assert caught.value.wants == "totp_key"
    assert caught.value.__context__ is None
    assert not key or key not in str(caught.value)

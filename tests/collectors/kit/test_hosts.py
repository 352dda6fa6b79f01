from __future__ import annotations

import pytest

from collectors.kit import hosts

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1", "not an address", "",
)  # fmt: skip

PUBLIC = ("8.8.8.8", "1.1.1.1", "80.12.34.56", "2a01:cb00::1", "2606:4700:4700::1111")


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_off_the_public_internet_is_known_whatever_its_notation(address: str) -> None:
    assert not hosts.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert hosts.is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.9", "::1"])
def test_this_machine_is_known_by_its_plain_names(host: str) -> None:
    assert hosts.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "a.localhost"],
)
def test_other_spellings_of_this_machine_are_not_taken_for_it(host: str) -> None:
    assert not hosts.is_loopback(host)


@pytest.mark.parametrize(
    ("pattern", "host", "port", "fits"),
    [
        ("login.orange.fr", "login.orange.fr", 443, True),
        ("login.orange.fr", "login.orange.fr", 80, False),
        ("login.orange.fr", "xlogin.orange.fr", 443, False),
        ("login.orange.fr", "login.orange.fr.evil.example", 443, False),
        ("Login.Orange.FR.", "login.orange.fr", 443, True),
        ("*.orange.fr", "a.b.orange.fr", 443, True),
        ("*.orange.fr", "orange.fr", 443, False),
        ("*.orange.fr", "evilorange.fr", 443, False),
        ("portal.example:8443", "portal.example", 8443, True),
        ("portal.example:8443", "portal.example", 443, False),
        ("127.0.0.1:8921", "127.0.0.1", 8921, True),
        ("127.0.0.1:8921", "127.0.0.1", 8922, False),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("[::1]:9000", "::1", 9000, True),
    ],
)
def test_a_pattern_lets_through_what_it_says_and_no_more(
    pattern: str, host: str, port: int, fits: bool
) -> None:
    assert hosts.patterns([pattern])[0].fits(host, port) is fits


@pytest.mark.parametrize(
    "authority", ["", ":443", "user@host:1", "a/b", "a?b", "a#b", "host:99999", "héros.fr", "host:x"]
)
def test_what_is_no_host_and_port_is_refused(authority: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        hosts.split(authority, 443)

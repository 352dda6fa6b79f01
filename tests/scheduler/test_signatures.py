"""DKIM: who signed, and whether it is who the message says it is from."""

from __future__ import annotations

import base64

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from scheduler import signatures
from tests.core.mailbox.mails import mail

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def record(name: bytes) -> bytes | None:
    return b"v=DKIM1; k=rsa; p=" + PUBLIC


def signed(domain: bytes, sender: str = "info@mandarine.example") -> bytes:
    raw = mail("Facture", sender).as_bytes().replace(b"\n", b"\r\n")
    signature: bytes = dkim.sign(raw, b"s1", domain, PEM)
    return signature + raw


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (signed(b"mandarine.example"), "pass"),
        (signed(b"mandarine.example", "info@mail.mandarine.example"), "pass"),
        (signed(b"mandarine.example").replace(b"Bonjour", b"Bonsoir"), "fail"),
        (signed(b"evil.example"), "none"),
        (mail("Facture").as_bytes(), "none"),
    ],
)
def test_only_the_senders_own_signature_counts(raw: bytes, said: str) -> None:
    assert signatures.said(raw, record) == said


def test_a_key_that_is_gone_says_nothing() -> None:
    assert signatures.said(signed(b"mandarine.example"), lambda name: None) == "none"

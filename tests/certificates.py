"""What a browser is told of a test's own certificate, which no authority of the world has signed."""

from __future__ import annotations

import base64
import hashlib

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization


def spki(leaf: trustme.LeafCert) -> str:
    """What Chromium calls the fingerprint of a certificate's key: base64 of SHA-256 of its public part."""
    public = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).public_key()
    told = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(told).digest()).decode()

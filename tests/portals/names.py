"""True host names for replicas: one throw-away authority, one leaf, and the door told where they are."""

from __future__ import annotations

import base64
import hashlib
import ssl

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.portals import orange

HOSTS = ("login.orange.fr", "espace-client.orange.fr", "eui.orange.fr")


class Replicas:
    """Which replica answers for the true host names just now."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self.leaf = self.authority.issue_cert(*HOSTS)
        self.now: orange.OrangeReplica | None = None

    async def resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        return [self.now.address] if self.now and host in HOSTS and port == 443 else []

    def tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.leaf.configure_cert(context)
        return context

    @property
    def fingerprint(self) -> str:
        """What Chromium calls the leaf's key: base64 of SHA-256 of its public part."""
        key = x509.load_pem_x509_certificate(self.leaf.cert_chain_pems[0].bytes()).public_key()
        spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(spki).digest()).decode()

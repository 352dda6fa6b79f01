"""The pages people see. Reads the database, seals secrets with public keys, writes wishes; it never opens a secret and never drives a browser."""

from __future__ import annotations

from web.app import create_app
from web.server import serve

__all__ = ["create_app", "serve"]

"""What a signed-in person did, written into the audit chain."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy.orm import Session

from vault import audit
from web import farm


def record(session: Session, action: str, about: str, **detail: Any) -> None:
    """`about` is what it was done to (`invoice:12`); `detail` names things and holds no secret."""
    audit.append(
        session,
        at=farm.here().now(),
        actor=f"person:{g.visitor.person_id}",
        action=action,
        object=about,
        workspace_id=g.visitor.workspace_id,
        detail=detail,
    )

"""What every table is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKeyConstraint, Text
from sqlalchemy.orm import DeclarativeBase

from core.db.types import Instant


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {datetime: Instant, str: Text, dict[str, Any]: JSON, list[Any]: JSON}


def of_account(*, optional: bool = False) -> ForeignKeyConstraint:
    """Child rows name account *and* workspace, so that a row can never point into another company."""
    return ForeignKeyConstraint(
        ["workspace_id", "account_id"],
        ["accounts.workspace_id", "accounts.id"],
        ondelete="CASCADE" if not optional else None,
    )

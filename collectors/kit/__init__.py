"""What suppliers are written with. Third parties import from here only; these names stay.

Nothing here brings a browser or a crawler along: `Portal`, for annotations, is loaded when it is first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collectors.kit import dates, manifest, money
from collectors.kit.collector import Collector
from collectors.kit.evidence import Evidence
from collectors.kit.manifest import Manifest
from collectors.kit.question import Answer, Answers, Question
from collectors.kit.reply import Reply
from core import errors
from core.nouns import Contract, File, Kind, Listed, Money, Precision, Sheet

if TYPE_CHECKING:
    from collectors.kit.portal import Outside, Portal

__all__ = [
    "Answer",
    "Answers",
    "Collector",
    "Contract",
    "Evidence",
    "File",
    "Kind",
    "Listed",
    "Manifest",
    "Money",
    "Outside",
    "Portal",
    "Precision",
    "Question",
    "Reply",
    "Sheet",
    "dates",
    "errors",
    "manifest",
    "money",
]


def __getattr__(name: str) -> Any:
    if name not in ("Outside", "Portal"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from collectors.kit import portal

    return getattr(portal, name)

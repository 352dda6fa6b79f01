"""Reading: from a file of unknown content to what it says as an invoice, with sources, confidence and doubts.

`check` looks before any parser does; `Readers` read in limited child processes; `confirm` holds the portal's list against the page.
"""

from __future__ import annotations

from core.extraction.gate import check
from core.extraction.sandbox import Readers
from core.extraction.verdict import action, line
from core.extraction.witness import confirm, is_other_document

__all__ = ["Readers", "action", "check", "confirm", "is_other_document", "line"]

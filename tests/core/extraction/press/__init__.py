"""A press of invented invoices: six languages, many layouts, suppliers that nobody has; the reader's unseen set.

`bills(n, seed)` gives papers and what they truly say; `score.of` counts what a reader made of them.
"""

from __future__ import annotations

from tests.core.extraction.press.bill import Bill, bills

__all__ = ["Bill", "bills"]

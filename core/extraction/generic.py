"""The first reader, for any supplier: the words on paper, their labels, and the sum that must come out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import BinaryIO

from core import nouns
from core.extraction import days, doubts, kinds, numbers, pages, parties, periods, sellers, sums, taxes
from core.extraction.evidence import Evidence


def read(document: BinaryIO) -> nouns.Reading:
    """Raises NotAnInvoice(reason="unreadable") when the PDF cannot be opened. Amounts are in the currency's major unit."""
    return of(pages.paper(document))


def of(paper: pages.Paper) -> nouns.Reading:
    evidence = Evidence(paper.lines)
    kind, other_paper = kinds.of(paper.lines, paper.text)
    named, figures = sellers.read(evidence), sums.figures_on(evidence)
    money = sums.read(figures, evidence, paper.text)
    fields = (
        numbers.read(evidence)
        | days.read(evidence)
        | periods.read(evidence)
        | money
        | taxes.read(money, figures, evidence, paper.text)
        | named
        | parties.read(evidence, named["supplier"].value if named else "")
    )
    said = (*_unseen(paper), *other_paper, *_odd(evidence), *checked(fields))
    return nouns.Reading(fields, kind, paper.pages, paper.text, said)


def _unseen(paper: pages.Paper) -> tuple[str, ...]:
    """Why there may be more on paper than was read."""
    full = (doubts.TOO_FULL,) if paper.full else ()
    return full if paper.readable else (doubts.NO_TEXT, *full)


def _odd(evidence: Evidence) -> tuple[str, ...]:
    """What no one field can tell."""
    several = (doubts.SEVERAL,) if numbers.several(evidence) else ()
    return (*several, doubts.NO_SUCH_DAY) if days.impossible(evidence) else several


#: The doubts that `checked` may raise.
CHECKED = (doubts.DUE_BEFORE_ISSUE, doubts.NOT_SUMMING)


def checked(fields: Mapping[str, nouns.FieldRead]) -> tuple[str, ...]:
    """What contradicts itself on one paper."""
    issued, due = fields.get("date"), fields.get("due_date")
    late = (doubts.DUE_BEFORE_ISSUE,) if issued and due and due.value < issued.value else ()
    return late if _sums_up(fields) else (*late, doubts.NOT_SUMMING)


def _sums_up(fields: Mapping[str, nouns.FieldRead]) -> bool:
    total, net, vat = (
        Decimal(fields[name].value) if name in fields else None for name in ("total", "net", "vat")
    )
    rates = json.loads(fields["vat_rates"].value) if "vat_rates" in fields else []
    return total is None or net is None or vat is None or abs(net + vat - total) <= sums.tolerance(len(rates))

from __future__ import annotations

import dataclasses
from pathlib import Path

from core import matching
from core.matching import sets
from tests.core.matching import company, fitting, scoring, writing


def test_a_company_comes_back_from_its_files(tmp_path: Path) -> None:
    made = company.company(300, 8, belated=0.1)
    writing.write(made, tmp_path)
    told, known = sets.load(tmp_path), fitting.given(tmp_path)
    assert told.payments == made.payments
    assert [dataclasses.replace(each, supplier_names=()) for each in told.invoices] == [
        dataclasses.replace(each, supplier_names=()) for each in made.invoices
    ]
    assert (known.kinds, known.missing, known.noise) == (made.kinds, made.missing, made.noise)
    assert {payment for payment, _ in told.history} < {payment for payment, _ in made.links}


def test_the_files_are_scored_as_the_company_is(tmp_path: Path) -> None:
    made = company.company(300, 8)
    writing.write(made, tmp_path)
    known = fitting.given(tmp_path)
    links = matching.solve(known.payments, known.invoices, known.rates).links
    assert scoring.score(known, links) == scoring.score(made, links)

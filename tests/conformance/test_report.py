"""The page of the suppliers is of today's catalogue, and the catalogue keeps its collectors small."""

from __future__ import annotations

from statistics import median

import pytest

from collectors.kit import catalogue
from tests.conformance import report
from tests.portals import museum

SIZES = {path.stem: report.lines(path) for path in report.files().values()}


def test_the_page_has_a_line_for_every_supplier_and_its_size() -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    for supplier, file in report.files().items():
        (row,) = [line for line in page.splitlines() if f"(`{supplier}`)" in line]
        assert f"| {report.size(file)} |" in row, f"{supplier}: ./run moisson collector check --all --write"


def test_every_replica_stands_for_a_supplier_of_the_catalogue() -> None:
    assert set(museum.replicas()) <= set(catalogue.load().collectors)


@pytest.mark.parametrize(("suppliers", "most"), [(("orange",), 90), (("sfr", "red"), 130), (("engie",), 80)])
def test_a_collector_is_read_at_a_glance(suppliers: tuple[str, ...], most: int) -> None:
    """With the preset that nobody else stands on."""
    files = [report.files()[supplier] for supplier in suppliers]
    under = {report.preset(file) for file in files} - {None}
    assert sum(map(report.lines, [*files, *(file for file in under if file)])) <= most


def test_half_of_the_catalogue_is_shorter_than_a_page() -> None:
    assert median(SIZES.values()) <= 60


def test_a_supplier_on_stripes_portal_takes_a_few_lines() -> None:
    shared = [
        file for file in set(report.files().values()) if "stripe_portal" in file.read_text(encoding="utf-8")
    ]
    assert shared
    assert max(map(report.lines, shared)) <= 15

"""What a browser's failure is taken for."""

from __future__ import annotations

import pytest

from collectors.kit import browsers, troubles


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Page.wait_for_selector: Target crashed", "crashed"),
        ("Locator.click: Target page, context or browser has been closed", "gone"),
        ("Execution context was destroyed, most likely because of a navigation", "moved"),
        ("Locator.wait_for: Error: Frame was detached", "moved"),
        ("Locator.is_visible: Frame has been detached.", "moved"),
        ("Unable to adopt element handle from a different document", "moved"),
        ("JSHandle is disposed!", "moved"),
        ("Node is detached from document", "moved"),
    ],
)
def test_a_failure_is_one_thing_only(said: str, kind: str) -> None:
    trouble = troubles.of(browsers.Error(said))
    assert [name for name in ("slow", "gone", "crashed", "moved", "framed") if getattr(trouble, name)] == [
        kind
    ]


@pytest.mark.parametrize("said", ["Target crashed", "page has been closed"])
def test_a_page_that_is_no_more_is_said_to_have_gone(said: str) -> None:
    assert troubles.of(browsers.Error(said)).words == "the page had gone"

"""What a document was read to say and why, in words for a terminal. Of `verdict.line`, so that people and programs are told the same."""

from __future__ import annotations

from typing import Any


def in_words(told: dict[str, Any]) -> str:
    """One line: what should happen next, and what is known."""
    known = ", ".join(
        f"{name} {told[name]}"
        for name in ("number", "date", "total", "currency", "supplier")
        if told.get(name)
    )
    return f"{told['file']}: {told['action']}; {known or 'nothing certain'}"


def rows(told: dict[str, Any]) -> list[dict[str, str]]:
    """A table's row for each field: where it stands, how sure it is, and what was set aside."""
    return [
        {
            "field": name,
            "value": field["value"],
            "source": field["source"],
            "sure": f"{field['confidence']:.2f}",
            "place": _place(field["box"]),
            "as printed": field["raw"],
            "set aside": "; ".join(f"{one['value']} ({one['why']})" for one in field["rejected"]),
        }
        for name, field in told["fields"].items()
    ]


def _place(box: dict[str, Any] | None) -> str:
    """Page from 1, and its points from the left and from the top."""
    return f"p. {box['page']} ({box['x0']:.0f}, {box['top']:.0f})" if box else ""


def doubts(told: dict[str, Any]) -> list[str]:
    """What a person should look at, and why nothing was read."""
    return [*told.get("doubts", ()), *filter(None, (told.get("reason"), told.get("said")))]

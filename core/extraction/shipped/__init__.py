"""Templates that come with the farm: a TOML file for each Supplier whose paper is known as a fact, beside this one.

They are version 0: what people teach themselves counts before them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from core.extraction import anchors

HERE = Path(__file__).parent


@cache
def of(supplier: str) -> tuple[dict[str, Any], ...]:
    """The shipped templates of a Supplier, as a reader child is given them; none for most."""
    file = HERE / f"{supplier}.toml"
    if file not in HERE.glob("*.toml"):
        return ()
    told = tomllib.loads(file.read_text("utf-8"))
    return tuple(
        {
            "supplier": supplier,
            "version": 0,
            "layout": one["layout"],
            "anchors": [anchors.packed(anchors.unpacked(each)) for each in one["anchors"]],
        }
        for one in told["templates"]
    )

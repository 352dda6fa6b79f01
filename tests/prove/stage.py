"""The fictional portals with secrets of one campaign only, told on standard input: their cookies, too, can be recognised anywhere."""

from __future__ import annotations

import dataclasses
import itertools
import json
import sys
from typing import Any

from flask import Response

from demo import mandarine, nimbus, portals
from demo.backstage import PREFIX
from demo.house import House, Session

#: What a page can do to its password field, beside the levers: it takes nothing, or the beginning only.
FIELDS = {"none": b"", "readonly": b" readonly", "short": b' maxlength="9"'}


class Everybody(dict[str, str]):
    """Each customer has the same authenticator key."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def __contains__(self, login: object) -> bool:
        return True

    def __missing__(self, login: str) -> str:
        return self._key


def main() -> None:
    told = json.loads(sys.stdin.readline())
    shown = [_portal(mandarine.Site(mandarine.house()), told), _portal(nimbus.Site(nimbus.house()), told)]
    portals.serve([portal.start() for portal in shown])


def _portal(site: mandarine.Site | nimbus.Site, told: dict[str, str]) -> portals.Portal:
    house = site.house
    house.brand = dataclasses.replace(house.brand, password=told["password"])
    house.password = told["password"]
    house.slowness = 1.0
    if house.brand.seed:
        house.seeds = Everybody(told["totp"])
    _mark_cookies(house, told["cookie"])
    _spoil_fields(site)
    return portals.Portal(site)


def _mark_cookies(house: House, mark: str) -> None:
    serial = itertools.count(1)

    def admit(login: str, **known: Any) -> str:
        token = f"{mark}{next(serial)}"
        house.sessions[token] = Session(login, **known)
        return token

    house.admit = admit  # type: ignore[method-assign]


def _spoil_fields(site: mandarine.Site | nimbus.Site) -> None:
    chosen = {"how": "none"}

    def choose(how: str) -> str:
        chosen["how"] = how
        return "{}"

    def spoil(response: Response) -> Response:
        if response.mimetype == "text/html":
            field = b'type="password"'
            response.set_data(response.get_data().replace(field, field + FIELDS[chosen["how"]]))
        return response

    site.app.add_url_rule(f"{PREFIX}/field/<how>", view_func=choose, methods=["POST"])
    site.app.after_request(spoil)


if __name__ == "__main__":
    main()

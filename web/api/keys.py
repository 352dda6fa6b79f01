"""Which calls a token opens. It comes as `Authorization: Bearer moisson_…`; there is no cookie, and so no form token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request
from flask_smorest import abort

from core.ledger import tokens
from web import farm, guard, limits


def opens(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For programs whose token has this scope; `g.token` is its row. 401 without one, 403 when it is for something else."""

    def let_in(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def checked(*args: Any, **named: Any) -> Any:
            g.token = _token()
            if scope not in g.token.scopes:
                abort(403, message=f"this token is not for {scope}")
            return call(*args, **named)

        return guard.anyone(guard.knows_the_address(limits.programs(checked)))

    return let_in


def _token() -> Any:
    kind, _, told = request.headers.get("Authorization", "").partition(" ")
    here = farm.here()
    row = None
    if kind.casefold() == "bearer" and told.startswith(tokens.MARK):
        with here.database.write() as session:
            row = tokens.of(session, told.strip(), now=here.now())
    if row is None:
        abort(
            401,
            message="send a token that lives, as Authorization: Bearer …",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return row

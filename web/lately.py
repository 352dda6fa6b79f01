"""Logins typed lately, so that a form comes back filled after a refusal. In this process's memory, for half an hour, never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from collectors.kit import manifest as manifests

_KEPT_FOR = timedelta(minutes=30)
_typed: dict[tuple[int, int], tuple[datetime, dict[str, str]]] = {}


def remember(
    workspace_id: int, account_id: int, manifest: manifests.Manifest, values: Mapping[str, str], now: datetime
) -> None:
    for key in [key for key, (at, _) in _typed.items() if now - at > _KEPT_FOR]:
        _typed.pop(key, None)
    shown = {spec.name for spec in manifest.fields if spec.kind == "text"}
    _typed[workspace_id, account_id] = (now, {name: v for name, v in values.items() if name in shown})


def typed(workspace_id: int, account_id: int, now: datetime) -> dict[str, str]:
    at, values = _typed.get((workspace_id, account_id), (now, {}))
    return dict(values) if now - at <= _KEPT_FOR else {}


def forget(workspace_id: int, account_id: int) -> None:
    _typed.pop((workspace_id, account_id), None)

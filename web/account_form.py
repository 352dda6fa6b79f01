"""What a person typed about an account, checked before anything is stored. Values of secrets never go back to a page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from collectors.kit import declared

#: The version of the three facts that the person agrees to; raise it when their words change.
TERMS = "2026-11"


@dataclass
class Filled:
    """`values` by field name, secrets included; `problems` are keys of `i18n`, by field name or `form`."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    problems: dict[str, str] = field(default_factory=dict)
    label: str = ""
    owner: int | None = None
    agreed: bool = False

    def shown(self, spec: declared.FieldSpec) -> str:
        """What may come back in the form: never a secret."""
        return self.values.get(spec.name, "") if spec.kind == "text" else ""


def blank() -> Filled:
    return Filled()


def read(form: Mapping[str, str], manifest: declared.Manifest) -> Filled:
    """A new account's form."""
    filled = Filled(label=label_in(form), owner=owner_in(form), agreed=form.get("terms") == "yes")
    read_secrets(form, manifest, filled)
    if not filled.agreed:
        filled.problems["terms"] = "form.terms_missing"
    return filled


def label_in(form: Mapping[str, str]) -> str:
    """How people call the account, on one line."""
    return " ".join(form.get("label", "").split())[:80]


def owner_in(form: Mapping[str, str]) -> int | None:
    """Whom to tell, by number."""
    told = form.get("owner", "")
    return int(told) if told.isdecimal() else None


def read_secrets(form: Mapping[str, str], manifest: declared.Manifest, filled: Filled) -> None:
    """The fields that the supplier's manifest asks for."""
    for spec in manifest.fields:
        _read_one(form, spec, filled)


def read_changes(form: Mapping[str, str], manifest: declared.Manifest, *, needed: frozenset[str]) -> Filled:
    """A correction: a field left empty stays as it was sealed, but for those that are `needed`."""
    filled = Filled()
    for spec in manifest.fields:
        if _typed(form, spec).strip() or spec.name in needed:
            _read_one(form, spec, filled)
    if not filled.values and not filled.problems:
        filled.problems["form"] = "form.nothing_typed"
    return filled


def _read_one(form: Mapping[str, str], spec: declared.FieldSpec, filled: Filled) -> None:
    value, problem = checked(_typed(form, spec), spec)
    if problem:
        filled.problems[spec.name] = problem
    if value:
        filled.values[spec.name] = value


def _typed(form: Mapping[str, str], spec: declared.FieldSpec) -> str:
    return form.get(f"field-{spec.name}", "")


def checked(typed: str, spec: declared.FieldSpec) -> tuple[str, str]:
    if not typed.strip():
        return "", "" if spec.optional else "form.missing"
    if spec.kind == "text":
        return typed.strip(), ""
    if spec.kind == "totp":
        return _totp(typed)
    # A password may hold spaces, even around it: it is kept as typed.
    return typed, ""


def _totp(typed: str) -> tuple[str, str]:
    """The key of an authenticator, as text (RFC 4648 base32) or as an `otpauth:` address."""
    text = typed.strip()
    if text.lower().startswith("otpauth:"):
        text = parse_qs(urlsplit(text).query).get("secret", [""])[0]
    key = "".join(text.split()).replace("-", "").rstrip("=").upper()
    try:
        base64.b32decode(key + "=" * (-len(key) % 8))
    except (binascii.Error, ValueError):
        return "", "form.wrong_totp"
    return (key, "") if len(key) >= 16 else ("", "form.wrong_totp")


def login_of(manifest: declared.Manifest, values: Mapping[str, str]) -> str:
    """What tells two sign-ins at one supplier apart: the text fields, in the manifest's order."""
    return "\n".join(values.get(spec.name, "") for spec in manifest.fields if spec.kind == "text")


def first_login(manifest: declared.Manifest, values: Mapping[str, str]) -> str:
    """The login as people know it, to be masked."""
    named = [values[spec.name] for spec in manifest.fields if spec.kind == "text" and spec.name in values]
    return next((value for value in named if "@" in value), named[0] if named else "")

from __future__ import annotations

import pytest

from collectors.kit import mask

CANARY = "canary-Zx9!é&<"
IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.mark.parametrize(
    "spelling",
    [
        "canary-Zx9!é&<",
        "CANARY-ZX9!É&<",
        "canary-Zx9%21%C3%A9%26%3C",
        "canary-Zx9!é&amp;&lt;",
        "canary-Zx9!\\u00e9&<",
        "Y2FuYXJ5LVp4OSHDqSY8",
    ],
)
def test_a_secret_is_hidden_in_every_spelling(spelling: str) -> None:
    hides = mask.Mask()
    hides.hide(CANARY)

    assert hides(f"before {spelling} after") == "before ••• after"
    assert mask.Mask()(f"before {spelling} after") == f"before {spelling} after"  # the control


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"IBAN {IBAN} (compte)", "IBAN ••• (compte)"),
        ("FR7630006000011234567890189", "•••"),
        ("DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "•••"),
        ("écrire à jean.dupont+x@mail.example.org", "écrire à •••"),
        ("/pdf?id=12&sig=abcdefghijk&n=3", "/pdf?id=12&sig=•••&n=3"),
        ("eyJhbGciOiJIUzI1NiJ9abc.eyJzdWIiOiIxMjM0NTY3ODkw.SflKxwRJSMeKKF2QT4fw", "•••"),
        ("facture du 3 novembre 2026, 45,90 €, n° 2026-11-000123", None),
        ("historique-des-factures-et-paiements", None),
    ],
)
def test_what_is_private_by_its_look(text: str, masked: str | None) -> None:
    assert mask.Mask()(text) == (text if masked is None else masked)


def test_a_secret_of_two_letters_does_not_black_out_the_page() -> None:
    hides = mask.Mask()
    hides.hide("le")

    assert hides("le portail") == "le portail"


def test_a_secret_cut_in_pieces_is_found() -> None:
    hides = mask.Mask()
    hides.hide(CANARY)

    assert hides.changes(["Bonjour", "canary", "-Zx9!é&<", "."]) == {1: "•••", 2: "•••"}


def test_tokens_are_found_however_deep_and_words_are_none() -> None:
    value = {"csrf": "0123456789ab", "lang": "fr-FR", "list": [{"value": "tok-abcdefghijk"}, 3, None]}

    assert mask.tokens_in(value) == ["0123456789ab", "tok-abcdefghijk"]

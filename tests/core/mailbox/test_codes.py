from __future__ import annotations

from datetime import timedelta

import pytest

from core.mailbox import codes, letters
from tests.core.ledger import NOW
from tests.core.mailbox.mails import mail


@pytest.mark.parametrize(
    ("subject", "text", "code"),
    [
        (
            "Votre code de vérification",
            "Bonjour, votre code est 481 516. Il est valable 10 minutes.",
            "481516",
        ),
        ("123456 is your code", "Enter it within 10 minutes.", "123456"),
        ("Your sign-in code", "Use 0042 as your code. © 2026 Example, 75008 Paris", "0042"),
        ("Votre facture", "Montant 123456 €, le 12/11/2026", None),
        ("Code de connexion", "Voici votre code.", None),
        ("Bonjour", "Rendez-vous au 481516", None),
    ],
)
def test_the_code_of_a_letter_is_the_one_it_speaks_of(subject: str, text: str, code: str | None) -> None:
    assert letters.read(mail(subject, text=text).as_bytes()).code == code


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("ne-pas-repondre@mandarine.example", True),
        ("codes@mail.mandarine.example", True),
        ("codes@mandarine.example.evil.example", False),
        ("codes@mandarlne.example", False),
        ("mandarine.example@evil.example", False),
        ("", False),
    ],
)
def test_only_the_declared_sender_is_believed(sender: str, expected: bool) -> None:
    assert codes.is_expected(sender, ("mandarine.example",)) is expected


def test_a_code_from_before_the_question_or_ten_minutes_ago_is_too_old() -> None:
    minute = timedelta(minutes=1)
    assert codes.is_in_time(NOW, NOW, NOW + 5 * minute)
    assert not codes.is_in_time(NOW - minute, NOW, NOW)
    assert not codes.is_in_time(NOW, NOW, NOW + 11 * minute)

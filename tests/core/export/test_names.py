"""Names of files, whatever a supplier is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path, PureWindowsPath

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.export import names
from core.export.month import Bill, Paper

PDF = Paper("aa" * 32, 10, "application/pdf")
BILL = Bill(
    id=1, supplier="orange", supplier_name="Orange Pro", number="F1234567", issued_on=date(2026, 10, 3), precision="day",
    received_on=date(2026, 10, 4), due_on=None, kind="invoice", net_minor=None, vat_minor=None, total_minor=4590,
    currency="EUR", seller=None, seller_id=None, seen=True, papers=(PDF,),
)  # fmt: skip
HOSTILE = (
    "../../etc/passwd", "CON", "con.txt", "nul", "COM¹", "a\u202egpj.exe", "<script>", "a:b|c?d*", "trailing. ", "...", "",
    "\x00\x1b[31m", "C:\\Windows", "é" * 300, "🧾" * 90, "Ⅷ", "-rf", "=cmd()", "ﬁn",
)  # fmt: skip


def test_a_name_says_month_supplier_day_number_and_amount() -> None:
    assert list(names.named([BILL], "2026-10").values()) == [
        "2026-10/Orange Pro/2026-10-03_Orange-Pro_F1234567_45,90-EUR.pdf"
    ]


def test_a_credit_note_and_a_month_say_so() -> None:
    month = replace(BILL, precision="month", issued_on=date(2026, 10, 1), kind="credit_note")
    assert list(names.named([month], "2026-10").values()) == [
        "2026-10/Orange Pro/2026-10_Orange-Pro_F1234567_-45,90-EUR.pdf"
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    some.lists(
        some.tuples(some.text(max_size=90) | some.sampled_from(HOSTILE), some.text(max_size=90)), max_size=12
    )
)
def test_any_names_are_safe_on_windows_and_never_collide(told: list[tuple[str, str]]) -> None:
    bills = [
        replace(BILL, id=n, supplier_name=supplier, number=number)
        for n, (supplier, number) in enumerate(told)
    ]
    made = list(names.named(bills, "2026-10").values())
    assert len({name.casefold() for name in made}) == len(bills)
    for name in made:
        assert len(name) < 200
        assert len(PureWindowsPath(name).parts) == 3
        assert not PureWindowsPath(name).is_reserved() if hasattr(PureWindowsPath, "is_reserved") else True
        for part in name.split("/"):
            assert part.isprintable()
            assert part == part.rstrip(". ")
            assert not set(part) & set('<>:"|?*\\')
            assert part.split(".")[0].upper() not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT1")


def test_hostile_names_can_really_be_written(tmp_path: Path) -> None:
    bills = [replace(BILL, id=n, supplier_name=each, number=each) for n, each in enumerate(HOSTILE)]
    for name in names.named(bills, "2026-10").values():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        assert tmp_path in path.resolve().parents

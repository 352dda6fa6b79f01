"""Purchases booked: accounts, sides, VAT, currencies; what hinders; and files that an inspector accepts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.export import chart, entries, fec, ledger_csv, quadra
from core.export.chart import Chart, Own
from core.export.entries import Entry, Means, Vat, Why
from core.export.month import Bill, Paper
from tests.core.export import fec_rules
from tests.core.export.shop import OCTOBER

BILL = Bill(
    id=1, supplier="orange", supplier_name="Orange Pro", number="F1234567", issued_on=date(2026, 10, 3), precision="day",
    received_on=date(2026, 10, 4), due_on=date(2026, 10, 18), kind="invoice", net_minor=3825, vat_minor=765, total_minor=4590,
    currency="EUR", seller=None, seller_id="FR89380129866", seen=True, papers=(Paper("aa" * 32, 10, "application/pdf"),),
)  # fmt: skip
CATEGORIES = {"orange": "telecom", "nimbus": "saas", "bleu": "energy"}


def means(**more: Any) -> Means:
    told = {
        "chart": Chart(),
        "category": lambda one: CATEGORIES.get(one, "other"),
        "vat": {},
        "euro": lambda _c, _d: None,
    }
    return Means(**{**told, **more})


def booked(*bills: Bill, **more: Any) -> list[Entry]:
    made, problems = entries.booked(bills, means(**more))
    assert problems == []
    return made


def lines(entry: Entry) -> list[tuple[str, str, str]]:
    return [(line.account, str(line.debit), str(line.credit)) for line in entry.lines]


def why(bill: Bill, **more: Any) -> list[Why]:
    return [one.why for one in entries.booked([bill], means(**more))[1]]


def test_a_purchase_is_net_vat_and_what_is_owed_to_the_supplier() -> None:
    entry = booked(BILL)[0]
    assert lines(entry) == [
        ("626000", "38.25", "0.00"),
        ("445660", "7.65", "0.00"),
        ("401000", "0.00", "45.90"),
    ]
    assert (entry.lines[-1].auxiliary, entry.lines[-1].auxiliary_name) == ("FORANGE", "Orange Pro")
    assert (entry.reference, entry.label) == ("F1234567", "Orange Pro F1234567")


def test_a_credit_note_swaps_the_sides_and_has_no_negative_amount() -> None:
    entry = booked(replace(BILL, kind="credit_note"))[0]
    assert lines(entry) == [
        ("626000", "0.00", "38.25"),
        ("445660", "0.00", "7.65"),
        ("401000", "45.90", "0.00"),
    ]
    assert booked(replace(BILL, net_minor=-3825, vat_minor=-765, total_minor=-4590))[0].lines == entry.lines


def test_vat_stands_by_rate_where_the_reader_found_the_rates() -> None:
    rates = [
        Vat(Decimal(20), Decimal(30), Decimal("6.00")),
        Vat(Decimal("5.5"), Decimal(30), Decimal("1.65")),
    ]
    entry = booked(BILL, vat={1: rates})[0]
    assert [each[1] for each in lines(entry) if each[0] == "445660"] == ["6.00", "1.65"]
    other = booked(replace(BILL, vat_minor=800, net_minor=3790), vat={1: rates})[0]
    assert [each[1] for each in lines(other) if each[0] == "445660"] == ["8.00"]


def test_a_seller_elsewhere_in_the_union_has_the_vat_due_by_the_buyer() -> None:
    bill = replace(
        BILL, supplier="nimbus", seller_id="IE6388047V", net_minor=1000, vat_minor=0, total_minor=1000
    )
    assert lines(booked(bill)[0]) == [
        ("651000", "10.00", "0.00"),
        ("445662", "2.00", "0.00"),
        ("445200", "0.00", "2.00"),
        ("401000", "0.00", "10.00"),
    ]
    at_home = replace(bill, seller_id="FR89380129866")
    assert [each[0] for each in lines(booked(at_home)[0])] == ["651000", "401000"]


def test_another_currency_is_booked_in_euro_at_the_rate_of_its_day() -> None:
    entry = booked(replace(BILL, currency="USD"), euro=lambda c, d: Decimal("0.9") if c == "USD" else None)[0]
    assert lines(entry) == [
        ("626000", "34.42", "0.00"),
        ("445660", "6.89", "0.00"),
        ("401000", "0.00", "41.31"),
    ]
    assert [line.original for line in entry.lines] == [Decimal("38.25"), Decimal("7.65"), Decimal("45.90")]
    assert why(replace(BILL, currency="USD")) == [Why.NO_RATE]


def test_the_company_chooses_accounts() -> None:
    own = Chart(suppliers={"orange": Own("626100", "0ORANGE")})
    entry = booked(BILL, chart=own)[0]
    assert (entry.lines[0].account, entry.lines[-1].auxiliary) == ("626100", "0ORANGE")
    assert Own("6A").problems() == ["expense"]
    assert Own("626100", "two words").problems() == ["auxiliary"]
    assert Chart(journal="", siren="12").problems() == ["journal", "siren"]


def test_every_category_of_the_catalogue_has_an_account_that_can_be() -> None:
    assert all(Own(account).problems() == [] for account in [*chart.USUAL.values(), chart.OTHERWISE])
    assert Chart().problems() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": " "}, Why.NO_NUMBER),
        ({"issued_on": None}, Why.NO_DAY),
        ({"precision": "month"}, Why.NO_DAY),
        ({"total_minor": None}, Why.NO_TOTAL),
        ({"net_minor": None, "vat_minor": None}, Why.NO_VAT),
        ({"vat_minor": 766}, Why.NO_SUM),
        ({"kind": "unknown"}, Why.NO_KIND),
        ({"kind": "reminder"}, Why.NO_BILL),
        ({"seen": False}, Why.WAITING),
        ({"total_minor": 0, "net_minor": 0, "vat_minor": 0}, Why.NOTHING_OWED),
    ],
)
def test_what_cannot_be_booked_says_why(change: dict[str, Any], reason: Why) -> None:
    assert why(replace(BILL, **change)) == [reason]


def test_two_suppliers_never_share_an_account_of_their_own() -> None:
    assert chart.usual_auxiliary("microsoft_365") != chart.usual_auxiliary("microsoft_azure")
    both = Chart(suppliers={"orange": Own("", "FX"), "bleu": Own("", "FX")})
    made = entries.booked([BILL, replace(BILL, id=2, supplier="bleu")], means(chart=both))
    assert [one.why for one in made[1]] == [Why.SAME_AUXILIARY] * 2


def test_a_letter_that_would_be_lost_is_told_and_a_curly_apostrophe_is_straightened() -> None:
    made = booked(replace(BILL, supplier_name="L’Été"), replace(BILL, id=2, supplier_name="Čez 電"))
    lost = fec.unwritable(made, "iso8859-15")
    assert [(one.bill.id, one.said) for one in lost] == [(2, "Č 電")]
    assert fec.unwritable(made, "utf-8") == []
    assert b"L'\xc9t\xe9" in fec.written(made[:1], Chart())


def test_the_name_of_the_file_tells_the_siren_when_it_is_known() -> None:
    assert fec.named(OCTOBER, Chart()) == "ecritures-achats-2026-10.txt"
    assert fec.named(OCTOBER, Chart(siren="123456782")) == "123456782FEC20261031.txt"


_MONEY = some.integers(1, 10**9)
_WORDS = some.text(max_size=40) | some.sampled_from(["=1+1", "a\tb", "x\r\ny", "|", "Čez", "’"])


@some.composite
def _bill(draw: some.DrawFn) -> Bill:
    net, vat = draw(_MONEY), draw(some.integers(0, 10**8))
    return replace(
        BILL,
        id=draw(some.integers(1, 10**6)),
        supplier_name=draw(_WORDS),
        number=draw(_WORDS),
        issued_on=draw(some.dates(OCTOBER.first, OCTOBER.last)),
        kind=draw(some.sampled_from(["invoice", "credit_note"])),
        net_minor=net,
        vat_minor=vat,
        total_minor=net + vat,
        currency=draw(some.sampled_from(["EUR", "USD", "JPY", "KWD"])),
        seller_id=draw(some.sampled_from([None, "IE6388047V", "FR89380129866"])),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.lists(_bill(), max_size=8))
def test_whatever_is_bought_the_inspector_has_nothing_to_say(bills: list[Bill]) -> None:
    told = means(euro=lambda _c, _d: Decimal("0.8713"))
    made, _ = entries.booked(sorted(bills, key=lambda bill: bill.day), told)
    assert fec_rules.faults(fec.written(made, Chart(encoding="utf-8")), "utf-8") == []


def test_the_inspector_would_have_seen_an_entry_out_of_balance() -> None:
    entry = booked(BILL)[0]
    short = replace(entry, lines=entry.lines[:-1])
    assert fec_rules.faults(fec.written([short], Chart())) == ["entry 20261000001 is out of balance by 45.90"]


def test_quadra_has_each_movement_in_its_columns_with_its_file() -> None:
    made = booked(BILL)
    attached = quadra.files(made)
    assert attached == {1: "F0000001.PDF"}
    rows = quadra.written(made, Chart(), attached).decode("iso8859-15").split("\r\n")
    assert rows[0] == "CFORANGE Orange Pro".ljust(39)
    owed = rows[3]
    assert [len(row) for row in rows[1:4]] == [203] * 3
    assert owed[0:9] == "MFORANGE "
    assert owed[9:11] == "AC"
    assert owed[14:20] == "031026"
    assert owed[41] == "C"
    assert owed[42:55] == "+000000004590"
    assert owed[63:69] == "181026"
    assert owed[148:158] == "F1234567  "
    assert owed[181:193] == "F0000001.PDF"


def test_entries_as_a_csv_guard_what_strangers_wrote() -> None:
    made = booked(replace(BILL, supplier_name="=cmd|x"))
    told = ledger_csv.written(made, Chart(), "fr").decode("utf-8-sig").splitlines()
    assert told[1].split(";")[-5:-2] == ["'=cmd|x F1234567", "38,25", "0,00"]

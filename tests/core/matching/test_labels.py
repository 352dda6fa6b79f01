from __future__ import annotations

from datetime import date

import pytest

from core.matching import bankwords, labels, places


@pytest.mark.parametrize(
    ("label", "core", "channel"),
    [
        ("CARTE 02/03/26 QUILLPRESS SAS CB*3192 120,00USD", "QUILLPRESS", bankwords.CARD),
        ("PRLV SEPA TESSELGATE FR12ZZZ123456 F2026-00118", "TESSELGATE", bankwords.DEBIT),
        ("CARD PAYMENT TO OPAL DOCK LTD ON 02/03/2026", "OPAL DOCK", bankwords.CARD),
        ("SEPA-Überweisung Müller Werke GmbH RNr 2026-118", "MUELLER WERKE", bankwords.TRANSFER),
        ("COMPRA TARJETA 1234**** KELDCAST S.L. 02/03", "KELDCAST", bankwords.CARD),
        ("ADDEBITO SDD VENTOLINE S.r.l. 0012345678", "VENTOLINE", bankwords.DEBIT),
        ("FRAIS VIREMENT INTL 2203", "INTL", bankwords.FEE),
    ],
)
def test_what_a_bank_wraps_around_a_name_is_taken_off(label: str, core: str, channel: int) -> None:
    assert labels.core_of(label) == core
    assert labels.read(labels.shape_of(labels.plain(label))).channel == channel


def test_the_core_of_a_payee_is_the_same_month_after_month() -> None:
    assert labels.core_of("CB QUILLPRESS 02/03 CB*1234") == labels.core_of("CB QUILLPRESS 03/04 CB*9921")


@pytest.mark.parametrize(
    ("label", "booked", "bought"),
    [
        ("CB QUILLPRESS 30/12", date(2026, 1, 2), date(2025, 12, 30)),
        ("PAIEMENT CB 0103 LILLE QUILLPRESS", date(2026, 3, 3), date(2026, 3, 1)),
        ("Kartenzahlung Quillpress 2026-03-01", date(2026, 3, 3), date(2026, 3, 1)),
        ("CB QUILLPRESS 30/02", date(2026, 3, 3), None),
        ("CB QUILLPRESS 01/01", date(2026, 3, 3), None),
    ],
)
def test_the_day_of_purchase_is_read_where_it_can_be_one(
    label: str, booked: date, bought: date | None
) -> None:
    shape = labels.read(labels.shape_of(label.upper()))
    assert labels.bought_on(label.upper(), shape, booked) == bought


def test_towns_are_found_and_shops_in_many_towns_are_not() -> None:
    shops = [f"SHOP{letter}" for letter in "ABCDEFGHIJ"]
    towns = ["LILLE", "RENNES", "LEEDS", "TORINO", "BILBAO", "DRESDEN"]
    found = places.of({(shop, town) for shop in shops for town in towns})
    assert found == {f">{town}" for town in towns}
    assert places.without(("SHOPA", "LEEDS"), found) == ("SHOPA",)
    assert places.without(("LEEDS",), found) == ("LEEDS",)

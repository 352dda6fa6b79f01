from __future__ import annotations

from core.matching import values
from core.tying import whose

NAMES = {
    "bleu": ("Bleu Énergie", "PRLV SEPA BLEU ENERGIE"),
    "verte": ("Verte Télécom", "VERTE TELECOM"),
    "verte-pro": ("Verte Télécom Pro", "VERTE TELECOM"),
}


def test_a_label_names_the_supplier_whose_bank_label_it_is() -> None:
    guide = whose.Guide(NAMES)
    assert guide.of(whose.core("PRLV SEPA BLEU ENERGIE 12/11 REF 00458123")) == "bleu"
    assert guide.of(whose.core("CARTE 12/11 BOULANGERIE DU PORT")) is None


def test_two_suppliers_of_one_label_are_told_apart_by_the_account_that_we_have() -> None:
    label = whose.core("PRLV VERTE TELECOM 1234567")
    assert whose.Guide(NAMES).of(label) is None
    assert whose.Guide(NAMES, ours=["verte-pro"]).of(label) == "verte-pro"


def test_what_people_confirmed_counts_more_than_a_name_until_they_refuse_it() -> None:
    core = whose.core("PAYPAL *ZWX")
    yes = values.Confirmation("1", "1", core, "nimbus", 3)
    no = values.Confirmation("2", "2", core, "nimbus", 3, agreed=False)
    assert whose.Guide(NAMES, [yes]).of(core) == "nimbus"
    assert whose.Guide(NAMES, [yes, no]).of(core) is None

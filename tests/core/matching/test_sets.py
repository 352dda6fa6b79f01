from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner

import moisson
from core.matching import sets

PAID = {"id": "p1", "account": "A1", "date": "2026-03-11", "amount": -42.0, "currency": "EUR", "label": "CB QUILLPRESS 10/03", "counterparty": None, "original_amount": None, "original_currency": None}  # fmt: skip
OWED = {"id": "i1", "vendor": "Quillpress", "supplier": "Quillpress SAS", "number": "26-118", "date": "2026-03-10", "due_date": None, "total": 42.0, "currency": "EUR", "source": "portal"}  # fmt: skip


def folder(here: Path, *, history: bool = False) -> Path:
    here.joinpath("payments.jsonl").write_text(json.dumps(PAID) + "\n", encoding="utf-8")
    here.joinpath("invoices.jsonl").write_text(json.dumps(OWED) + "\n", encoding="utf-8")
    here.joinpath("fx.json").write_text('{"USD": {"2026-03-01": 0.91}}', encoding="utf-8")
    if history:
        here.joinpath("history.jsonl").write_text('{"payment": "p1", "invoice": "i1"}\n', encoding="utf-8")
    return here


def test_a_set_is_read_in_cents_and_days(tmp_path: Path) -> None:
    told = sets.load(folder(tmp_path))
    assert (told.payments[0].amount_minor, told.payments[0].booked_on) == (-4200, date(2026, 3, 11))
    assert told.invoices[0].supplier_names == ("Quillpress", "Quillpress SAS")
    assert told.rates.euros("USD", date(2026, 3, 9)) is not None


def test_match_tells_a_link_a_line(tmp_path: Path) -> None:
    said = CliRunner().invoke(moisson.cli, ["match", str(folder(tmp_path))])
    (line,) = map(json.loads, said.output.splitlines())
    assert (line["payment"], line["invoice"], line["band"]) == ("p1", "i1", "auto")
    assert line["reasons"][0] == {"code": "name_equal"}


def test_match_knows_what_a_person_confirmed_when_it_is_warm(tmp_path: Path) -> None:
    said = CliRunner().invoke(moisson.cli, ["match", str(folder(tmp_path, history=True)), "--warm"])
    assert json.loads(said.output)["reasons"] == [{"code": "confirmed"}]


def test_a_folder_that_is_no_set_is_wrong_use(tmp_path: Path) -> None:
    said = CliRunner().invoke(moisson.cli, ["match", str(tmp_path)])
    assert said.exit_code == 2

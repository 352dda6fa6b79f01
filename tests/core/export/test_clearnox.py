"""Clearnox is asked what it lacks, and gets that: what is sent must leave the list, nothing goes twice, nothing goes on a guess."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core import errors
from core.db import models
from core.export import clearnox, clearnox_rows, delivering
from core.export.clearnox_outbox import Outbox
from demo.clearnox import Clearnox, Words
from tests.core.export import asking, connected
from tests.core.export.asking import Seller, entry


class Killed(BaseException):
    """Nothing that follows is done."""


@pytest.fixture
def seller(tmp_path: Path) -> Iterator[Seller]:
    with asking.opened(tmp_path) as opened:
        yield opened


def test_of_250_entries_on_3_pages_the_180_known_leave_the_list_and_a_second_round_sends_nothing(
    tmp_path: Path,
) -> None:
    with asking.opened(tmp_path, most_files="50") as seller:
        seller.service.book(*(entry(f"e{n}", f"FA-2026/{n:03}") for n in range(250)))
        for n in range(180):
            seller.sell(f"FA2026{n:03}")
        seller.round()
        there = seller.service
        assert there.asked["GET /entries/without-document"] == 3 + 1  # 250 on three pages, 70 on one
        assert there.lacking == [f"e{n}" for n in range(180, 250)]
        assert len(there.zips) == 4  # 50, 50, 50, 30
        assert {len(files) for files in there.received.values()} == {1}
        assert all(one.sent_at for one in seller.deliveries())
        told = seller.outcomes()
        assert [list(told.values()).count(word) for word in ("left", "not_ours")] == [180, 70]
        seller.later(days=1)
        seller.round()
        assert len(there.zips) == 4


def test_a_zip_has_no_more_bytes_than_it_may(tmp_path: Path) -> None:
    with asking.opened(tmp_path, largest_mib="1") as seller:
        for n in range(5):
            seller.service.book(entry(f"e{n}", f"FA-{n}000"))
            seller.sell(f"FA-{n}000", b"%PDF" + bytes([n]) * 400_000)
        too_large = seller.sell("FA-9000", b"%PDF" + b"x" * 2**20)
        seller.service.book(entry("e9", "FA-9000"))
        seller.round()
        assert len(seller.service.zips) == 3
        assert max(seller.service.sizes) <= 2**20
        assert seller.service.lacking == ["e9"]
        assert seller.of(too_large).held_for == seller.outcomes()["e9"] == "too_large"


def test_what_goes_is_the_file_byte_by_byte_with_what_was_said_of_it(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-2026-1"), entry("e2", "F-2026-1"))
    seller.sell("F-2026-1", b"%PDF our own \x00\xff")
    seller.round()
    assert seller.service.received == {"e1": [b"%PDF our own \x00\xff"], "e2": [b"%PDF our own \x00\xff"]}
    (sent,) = seller.deliveries()
    assert sent.payload
    assert sent.payload["record"] == {
        "fileName": "F-2026-1.pdf",
        "entryIds": ["e1", "e2"],
        "sha256": sent.payload["record"]["sha256"],
        "documentNumber": "F-2026-1",
    }
    assert (sent.proof, sent.settings_version) == (seller.service.zips[0], 1)


def test_an_answer_lost_after_the_zip_was_taken_doubles_nothing(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.sell("F-1001")
    seller.service.loses = lambda: True
    with pytest.raises(errors.PartnerSilent):
        seller.round()
    assert seller.deliveries()[0].receipts["zip"] is None
    seller.round()
    assert len(seller.service.zips) == 1
    assert seller.deliveries()[0].sent_at
    assert seller.outcomes() == {"e1": "left"} or seller.outcomes() == {}


def test_sent_again_without_a_look_it_would_be_doubled(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearnox_rows, "is_out", lambda delivery: False)
    seller.service.book(entry("e1", "F-1001"))
    seller.service.ponders = 5
    seller.sell("F-1001")
    seller.round()
    seller.later(days=1)
    seller.round()
    assert len(seller.service.zips) == 2


def test_a_zip_that_never_arrived_goes_once_more_and_is_the_same_to_the_byte(seller: Seller) -> None:
    lost, there = iter([True]), seller.service
    there.book(entry("e1", "F-1001"), entry("e2", "F-1002"))
    seller.sell("F-1001")
    seller.sell("F-1002")
    there.drops = lambda: next(lost, False)
    with pytest.raises(errors.PartnerSilent):
        seller.round()
    first = {one.idempotency_key for one in seller.deliveries()}
    seller.later(minutes=1)
    seller.round()
    assert there.zips == []  # it may still come
    assert seller.outcomes() == {"e1": "unknown", "e2": "unknown"}
    seller.later(minutes=11)
    seller.sell("F-1003")
    there.book(entry("e3", "F-1003"))
    seller.round()
    assert set(there.zips) > first
    assert len(there.zips) == 2
    assert there.lacking == []


def test_what_is_taken_and_still_listed_is_not_sent_again_and_a_person_is_told(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.service.ponders = 100
    seller.sell("F-1001")
    seller.round()
    assert seller.outcomes() == {"e1": "sent"}
    for _ in range(6):
        seller.later(minutes=10)
        seller.round()
    (held,) = seller.deliveries()
    assert held.held_for == "still_there"
    assert seller.outcomes() == {"e1": "still_there"}
    seller.later(days=2)
    seller.round()
    assert len(seller.service.zips) == 1
    held.held_for = None  # a person says: once more
    with seller.database.write() as session:
        delivering.release(session, seller.destination, ["still_there"], seller.at[0])
    seller.change(next_round_at=seller.at[0])
    seller.round()
    assert len(seller.service.zips) == 2


def test_what_takes_a_while_there_has_left_when_it_is_looked_for_again(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.service.ponders = 1
    seller.sell("F-1001")
    seller.round()
    (sent,) = seller.deliveries()
    assert sent.sent_at is None
    assert sent.next_try_at == seller.at[0] + clearnox_rows.AGAIN
    seller.later(minutes=10)
    seller.round()
    assert seller.deliveries()[0].sent_at
    assert seller.outcomes() == {"e1": "left"}


def test_what_leaves_late_is_sent_after_all(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.service.ponders = 3
    seller.sell("F-1001")
    for _ in range(2):
        seller.round()
        seller.later(hours=2)
    assert seller.outcomes() == {"e1": "still_there"}
    for _ in range(2):
        seller.change(next_round_at=None)
        seller.round()
    (sent,) = seller.deliveries()
    assert (sent.sent_at, sent.held_for, seller.outcomes()) == (seller.at[0], None, {"e1": "left"})


def test_a_document_taken_away_there_comes_back_and_waits_for_a_person(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.sell("F-1001")
    seller.round()
    seller.service.lose_document("e1")
    seller.later(days=1)
    seller.round()
    assert (len(seller.service.zips), seller.outcomes()) == (1, {"e1": "came_back"})
    with seller.database.write() as session:
        (one,) = session.query(models.Delivery).all()
        delivering.push_again(one, seller.at[0])
    seller.change(next_round_at=None)
    seller.round()
    assert (len(seller.service.zips), seller.service.lacking) == (2, [])


def test_pushed_again_though_nobody_asks_it_is_there_already(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.sell("F-1001")
    seller.round()
    with seller.database.write() as session:
        delivering.push_again(session.query(models.Delivery).one(), seller.at[0])
    seller.later(days=1)
    seller.round()
    assert seller.deliveries()[0].sent_at
    assert len(seller.service.zips) == 1


def test_a_document_that_was_sent_goes_again_for_another_entry_only(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.sell("F-1001")
    seller.round()
    seller.service.book(entry("e2", "F-1001"))
    seller.later(days=1)
    seller.round()
    assert [len(seller.service.received[one]) for one in ("e1", "e2")] == [1, 1]
    assert seller.deliveries()[0].round == 2


def test_purchases_and_what_nobody_asks_for_are_not_owed_until_somebody_does(seller: Seller) -> None:
    bought = seller.sell("F-1001", role="ap")
    sold = seller.sell("F-1002")
    seller.service.book(entry("e1", "F-1001"))
    seller.round()
    assert seller.service.zips == []
    assert seller.of(bought).withdrawn_at
    assert seller.of(sold).withdrawn_at
    seller.service.book(entry("e2", "F-1002"))
    seller.later(days=1)
    seller.round()
    assert seller.service.lacking == ["e1"]
    assert seller.of(sold).withdrawn_at is None


def test_what_was_there_before_the_connection_goes_too_when_it_is_asked_for(seller: Seller) -> None:
    with seller.database.write() as session:
        session.query(models.Destination).update({"removed_at": seller.at[0]})
    seller.sell("F-1001")
    seller.change(removed_at=None)
    assert seller.deliveries() == []
    seller.service.book(entry("e1", "F-1001"))
    seller.round()
    assert seller.service.lacking == []


def test_what_a_person_has_to_look_at_first_and_pages_that_could_not_be_cut_out_stay_here(
    seller: Seller,
) -> None:
    looked_at = seller.sell("F-1001", asks_review=True)
    scan = seller.sell("F-1002")
    with seller.database.write() as session:
        session.query(models.Document).filter_by(invoice_id=scan).update({"first_page": 2, "last_page": 3})
    seller.service.book(entry("e1", "F-1001"), entry("e2", "F-1002"))
    seller.round()
    assert seller.outcomes() == {"e1": "review", "e2": "not_ours"}
    with seller.database.write() as session:
        session.get_one(models.Invoice, looked_at).reviewed_at = seller.at[0]
    seller.later(days=1)
    seller.round()
    assert seller.service.lacking == ["e2"]


def test_on_a_dry_day_everything_is_seen_and_nothing_goes(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.sell("F-1001")
    seller.change(dry_until=seller.at[0] + timedelta(hours=5))
    seller.round()
    assert (seller.service.zips, seller.outcomes()) == ([], {"e1": "found"})
    assert seller.row().next_round_at == seller.at[0] + timedelta(hours=5)
    seller.later(hours=6)
    seller.round()
    assert seller.service.lacking == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.PartnerRefused),
        (403, errors.PartnerRefused),
        (404, errors.PartnerChanged),
        (429, errors.PartnerBusy),
        (503, errors.PartnerDown),
        (500, errors.PartnerSilent),
    ],
)
def test_what_stops_a_round_has_its_name_and_the_next_one_is_not_lost(
    seller: Seller, status: int, kind: type[errors.MoissonError]
) -> None:
    seller.service.answers, seller.service.headers = status, {"Retry-After": "7"}
    assert type(seller.try_round(errors.PartnerError)) is kind
    assert seller.row().next_round_at == seller.at[0]


def test_a_zip_that_is_refused_is_held_with_its_words_and_another_goes(tmp_path: Path) -> None:
    with asking.opened(tmp_path, Clearnox(words=Words(slip="slip.json")), most_files="1") as seller:
        seller.service.book(entry("e1", "F-1001"))
        sold = seller.sell("F-1001")
        seller.round()
        held = seller.of(sold)
        assert (held.held_for, held.error) == ("refused", "this zip cannot be read: KeyError")
        seller.retype(metadata_file="slip.json")
        with seller.database.write() as session:
            delivering.release(session, seller.destination, ["refused"], seller.at[0])
        seller.change(next_round_at=None)
        seller.round()
        assert seller.service.lacking == []
        assert seller.of(sold).settings_version == 2


def test_every_name_is_a_setting(tmp_path: Path) -> None:
    words = Words("/v2/pieces", "/v2/envois", "p", "n", 1, "lignes", "zip", "m.json", "", "fichier", "ids")
    service = Clearnox(words=words, authorization="Bearer it-is-us", says_last=False)
    names = {
        "auth": "bearer", "list_method": "POST", "list_path": "v2/pieces", "page_param": "p", "size_param": "n",
        "first_page": "1", "size": "2", "items_path": "$.data.rows | $.lignes", "entry_id": "uid", "entry_number": "ref.piece",
        "upload_method": "PUT", "upload_path": "v2/envois", "upload_content": "zip", "metadata_file": "m.json",
        "metadata_root": "", "file_key": "fichier", "entries_key": "ids", "hash_key": "", "number_key": "",
    }  # fmt: skip
    with asking.opened(tmp_path, service, **names) as seller:
        seller.service.book(*({"id": n, "uid": n, "ref": {"piece": f"F-100{n}"}} for n in range(5)))
        for n in range(5):
            seller.sell(f"F-100{n}")
        seller.round()
        assert service.lacking == []


def test_a_server_that_gives_fewer_than_asked_for_is_read_to_its_end(seller: Seller) -> None:
    seller.service.at_most, seller.service.says_last = 20, False
    seller.service.book(*(entry(f"e{n}", f"F-10{n:02}") for n in range(45)))
    for n in range(45):
        seller.sell(f"F-10{n:02}")
    seller.round()
    assert seller.service.lacking == []


def test_a_server_that_does_not_understand_pages_is_not_asked_for_ever_and_absence_proves_nothing(
    seller: Seller,
) -> None:
    there = seller.service
    there.deaf, there.says_last, there.at_most = True, False, 2
    there.book(*(entry(f"e{n}", f"F-100{n}") for n in range(6)))
    for n in range(4):
        seller.sell(f"F-100{n}")
    lost = iter([True])
    there.loses = lambda: next(lost, False)
    with pytest.raises(errors.PartnerSilent):
        seller.round()
    assert there.asked["GET /entries/without-document"] == 2
    seller.later(minutes=1)
    seller.round()
    unproved = [one for one in seller.deliveries() if one.receipts.get("entries") in (["e0"], ["e1"])]
    assert [one.sent_at for one in unproved] == [None, None]
    assert [one.sent_at is None for one in seller.deliveries()].count(False) == 2  # answered, and gone
    seller.later(hours=2)
    seller.round()
    assert {one.held_for for one in seller.deliveries()} == {None, "unproved"}


def test_between_two_looks_for_what_came_in_there_are_two_minutes(seller: Seller) -> None:
    seller.round()
    before = seller.service.asked.total()
    seller.sell("F-1001")
    seller.later(seconds=5)
    seller.round()
    assert seller.service.asked.total() == before
    assert seller.deliveries()[0].next_try_at == connected.NOW + clearnox.PAUSE
    seller.later(minutes=2)
    seller.round()
    assert seller.service.asked.total() > before


def test_news_brings_the_next_look_near_and_never_moves_it_away(seller: Seller) -> None:
    seller.round()
    for _ in range(3):
        with seller.database.write() as session:
            clearnox.wake(session, 1, seller.at[0])
        seller.later(minutes=1)
    assert seller.row().next_round_at == connected.NOW + clearnox.PAUSE


def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Cut at each note that is made, as a kill would."""

    with asking.opened(tmp_path, most_files="2") as seller:
        seller.service.book(*(entry(f"e{n}", f"F-100{n}") for n in range(6)))
        for n in range(6):
            seller.sell(f"F-100{n}")
        note, cut = Outbox._note, iter(range(100))
        for at in range(1, 9):
            cut = iter(range(1, 100))

            def noted(self, part, receipt, key, at=at, cut=cut):  # type: ignore[no-untyped-def]
                if next(cut) == at:
                    raise Killed
                note(self, part, receipt, key)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Outbox, "_note", noted)
                try:
                    seller.round()
                except Killed:
                    seller.later(minutes=11)
                    seller.change(next_round_at=None)
        seller.round()
        assert seller.service.lacking == []
        assert {len(files) for files in seller.service.received.values()} == {1}
        assert all(one.sent_at for one in seller.deliveries())


def test_a_newer_file_of_what_is_out_does_not_go_after_it(seller: Seller) -> None:
    seller.service.book(entry("e1", "F-1001"))
    seller.service.ponders = 3
    sold = seller.sell("F-1001")
    seller.round()
    seller.add_file(sold, b"%PDF corrected")
    seller.later(minutes=10)
    seller.round()
    assert len(seller.service.zips) == 1


#: With 3, 7 and 9 a list that moved while its pages were turned once passed for a proof.
@pytest.mark.parametrize("seed", [1, 3, 7, 9])
def test_whatever_is_lost_and_wherever_it_is_cut_each_document_arrives_once(
    tmp_path: Path, seed: int
) -> None:
    """Zips that are lost, answers that are lost, lists that lag, refusals of the moment and kills, at random."""
    dice = Random(seed)
    with asking.opened(tmp_path, most_files="4", size="7") as seller:
        there, note = seller.service, Outbox._note
        there.book(*(entry(f"e{n}", f"F-10{n:02}") for n in range(30)))
        for n in range(20):
            seller.sell(f"F-10{n:02}")
        there.loses, there.drops = (lambda: dice.random() < 0.3), (lambda: dice.random() < 0.3)

        def noted(self: Outbox, part: Any, receipt: str | None, key: str) -> None:
            if dice.random() < 0.2:
                raise Killed
            note(self, part, receipt, key)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Outbox, "_note", noted)
            for _ in range(25):
                there.answers, there.ponders = dice.choice([0, 0, 0, 429, 500, 503]), dice.choice([0, 0, 2])
                with suppress(Killed):
                    seller.try_round(errors.PartnerError)
                seller.later(minutes=11)
        there.answers, there.loses, there.drops = 0, lambda: False, lambda: False
        for _ in range(3):
            seller.later(minutes=11)
            seller.round()
        assert there.lacking == [f"e{n}" for n in range(20, 30)]
        assert {len(files) for files in there.received.values()} == {1}
        assert all(one.sent_at for one in seller.deliveries())


def test_a_number_in_the_settings_that_is_none_is_said(seller: Seller) -> None:
    seller.retype(size="many")
    with pytest.raises(errors.BadSettings, match="size"):
        seller.round()

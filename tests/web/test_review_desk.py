"""The review desk without a browser: what it shows, what its forms do, and that each act can be undone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from core.db import models
from core.ledger import review
from tests.web import papers, world

#: More than anybody walks at a time.
MANY, DAY = 5_000, date(2026, 11, 1)
GREEN = {"net_minor": 1000, "vat_minor": 200, "total_minor": 1200, "currency": "EUR", "issued_on": DAY, "kind": "invoice", "precision": "day", "doubts": [], "twin_of": None, "read_at": datetime(2026, 11, 1, tzinfo=UTC)}  # fmt: skip


def invoice(company: world.World, invoice_id: int) -> models.Invoice:
    with company.database.read() as session:
        return session.get_one(models.Invoice, invoice_id)


def act(client: FlaskClient, place: str, **fields: str) -> Any:
    """Post to a place of the desk and follow."""
    page = "/".join(place.split("?")[0].split("/")[:3])
    return client.post(
        place, data={"csrf_token": world.token_of(client, page), **fields}, follow_redirects=True
    )


def undo(client: FlaskClient, page: str) -> Any:
    """Press the button of the line that says what was done."""
    acts = re.findall(r'name="act" value="(\d+)"', page.split('class="one-card tone-edge-green did"', 1)[1])
    token = world.token_of(client, "/review")
    return client.post("/review/undo", data={"csrf_token": token, "act": acts[0]}, follow_redirects=True)


def test_the_queue_is_as_they_came_and_counted_in_the_navigation(museum: world.World) -> None:
    page = museum.signed_in().get("/review").text
    order = [int(n) for n in re.findall(r'data-row href="/review/(\d+)"', page)]
    assert order == sorted(papers.WAITING)
    assert re.search(r'aria-current="page">À contrôler <span class="count">6</span>', page)
    assert "Le document et le site n&#39;affichent pas le même total." in page


def test_filters_are_in_the_address_and_stay_there(museum: world.World) -> None:
    client = museum.signed_in(language="en")
    page = client.get("/review?amount=46,90&supplier=mandarine").text
    shown = set(map(int, re.findall(r'data-row href="/review/(\d+)\?', page)))
    assert shown == {2, papers.TWIN, papers.TWO_PAGES, papers.DATA_ONLY}
    assert 'href="/review/2?supplier=mandarine&amp;amount=46%2C90"' in page
    assert "Write an amount" in client.get("/review?amount=much").text
    assert 'data-row href="/review/' not in client.get("/review?supplier=nimbus").text


def test_each_field_says_where_it_was_read_and_how_surely_without_a_percentage(museum: world.World) -> None:
    page = museum.signed_in().get("/review/2").text
    assert re.search(r'<rect id="box-total" data-box="total" x="[\d.]+"', page)
    assert 'href="#box-total"' in page
    assert "probable" in page
    assert not re.search(r"\d ?%", page.split('class="desk"', 1)[1])


def test_confirming_leads_to_the_next_and_can_be_undone(company: world.World) -> None:
    client = company.signed_in()
    page = act(client, "/review/5/confirm").text
    assert "Confirmée\N{NO-BREAK SPACE}:" in page
    assert invoice(company, 5).reviewed_at is not None
    back = undo(client, page)
    assert back.request.path == "/review/5"
    assert invoice(company, 5).reviewed_at is None


def test_what_is_typed_is_a_correction_beside_what_was_read(company: world.World) -> None:
    client = company.signed_in()
    page = act(
        client, "/review/5/confirm", **{"field-total": "1 050,90", "field-due_date": "2026-07-30"}
    ).text
    assert "Confirmée\N{NO-BREAK SPACE}:" in page
    seen = invoice(company, 5)
    assert (seen.total_minor, str(seen.due_on)) == (105090, "2026-07-30")
    with company.database.read() as session:
        said = {c.field: c.value for c in session.scalars(select(models.Correction))}
    assert set(said) == {"total", "due_date"}
    desk = client.get("/review/5").text
    assert "dit par une personne" in desk
    assert "lu\N{NO-BREAK SPACE}: 49,90" in desk


def test_a_value_that_cannot_be_is_told_at_its_field_and_nothing_is_kept(company: world.World) -> None:
    client = company.signed_in(language="en")
    answer = act(client, "/review/5/confirm", **{"field-total": "much", "field-number": "X-1"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "This is not an amount." in answer.text
    assert 'value="much"' in answer.text
    assert invoice(company, 5).number == "F2026-0096"
    assert invoice(company, 5).reviewed_at is None


def test_a_candidate_that_was_set_aside_is_taken_with_one_press(company: world.World) -> None:
    client = company.signed_in()
    taken = re.search(r'name="take" value="(date=[\d-]+)"', client.get("/review/2").text)
    assert taken
    act(client, "/review/2/correct", take=taken[1])
    assert f"date={invoice(company, 2).issued_on}" == taken[1]
    assert invoice(company, 2).reviewed_at is None


def test_an_invoice_put_aside_says_why_and_comes_back(company: world.World) -> None:
    client = company.signed_in()
    page = act(client, "/review/6/reject", why="not_ours").text
    assert invoice(company, 6).rejected_for == "not_ours"
    assert "Elle n&#39;est pas à nous" in client.get("/review/6").text
    undo(client, page)
    assert invoice(company, 6).rejected_for is None
    act(client, "/review/6/not-an-invoice")
    assert invoice(company, 6).rejected_for == "not_an_invoice"


def test_two_invoices_in_one_file_become_two(company: world.World) -> None:
    client = company.signed_in()
    place = f"/review/{papers.TWO_PAGES}/split"
    refused = act(client, place, **{"from-1": "1", "to-1": "2"})
    assert refused.status_code == 422
    assert "au moins deux suites de pages" in refused.text
    page = act(client, place, **{"from-1": "1", "to-1": "1", "from-2": "2", "to-2": "2"}).text
    with company.database.read() as session:
        parts = [
            (d.first_page, d.last_page)
            for d in session.scalars(select(models.Document).where(models.Document.first_page.is_not(None)))
        ]
    assert sorted(parts) == [(1, 1), (2, 2)]
    undo(client, page)
    with company.database.read() as session:
        assert not session.scalars(
            select(models.Document).where(models.Document.first_page.is_not(None))
        ).all()


def test_twins_are_compared_side_by_side_joined_and_parted(company: world.World) -> None:
    client = company.signed_in()
    desk = client.get(f"/review/{papers.TWIN}").text
    assert f"/review/{papers.TWIN}/beside/2" in desk
    side = client.get(f"/review/{papers.TWIN}/beside/2").text
    assert "F2026-0099" in side
    assert "identique" in side
    page = act(client, f"/review/{papers.TWIN}/beside/2/merge").text
    assert invoice(company, papers.TWIN).merged_into == 2
    undo(client, page)
    assert invoice(company, papers.TWIN).merged_into is None


def test_those_without_a_doubt_are_confirmed_together_and_undone_together(company: world.World) -> None:
    client = company.signed_in()
    page = act(client, "/review/green").text
    with company.database.read() as session:
        done = list(session.scalars(select(models.Invoice.id).where(models.Invoice.reviewed_at.is_not(None))))
    assert done
    assert 2 not in done
    acts = re.findall(r'name="act" value="(\d+)"', page)
    assert len(acts) == len(done)
    client.post("/review/undo", data={"csrf_token": world.token_of(client, "/review"), "act": acts})
    with company.database.read() as session:
        assert not session.scalars(
            select(models.Invoice.id).where(models.Invoice.reviewed_at.is_not(None))
        ).all()


def test_each_act_is_in_the_chain_of_who_did_what(company: world.World) -> None:
    client = company.signed_in()
    act(client, "/review/5/confirm", **{"field-number": "F2026-0096-B"})
    with company.database.read() as session:
        said = list(
            session.scalars(
                select(models.AuditEntry.action)
                .where(models.AuditEntry.object == "invoice:5")
                .order_by(models.AuditEntry.seq)
            )
        )
    assert said == ["invoice.correct", "invoice.confirm"]


def test_those_who_read_see_the_desk_without_its_buttons(museum: world.World) -> None:
    page = museum.signed_in("viewer@firm.fr").get("/review/2").text
    assert "Vous pouvez regarder" in page
    assert ">Confirmer<" not in page
    assert 'name="take"' not in page


def test_a_document_of_data_is_a_calm_table(museum: world.World) -> None:
    page = museum.signed_in(language="en").get(f"/review/{papers.DATA_ONLY}").text
    assert "Electronic invoice" in page
    assert "<svg viewBox" not in page.split('class="desk"', 1)[1].split('class="said-of-it"', 1)[0]
    assert "€46.90" in page


def test_the_second_page_shows_its_own_picture(museum: world.World) -> None:
    client = museum.signed_in()
    page = client.get(f"/review/{papers.TWO_PAGES}?page=2").text
    assert "/pages/2.png" in page
    picture = re.search(r'src="(/documents/\d+/pages/2\.png)"', page)
    assert picture
    assert client.get(picture[1]).data.startswith(b"\x89PNG")
    assert client.get(picture[1].replace("/2.png", "/9.png")).status_code == 404


def test_the_list_finds_words_amounts_and_states(museum: world.World) -> None:
    client = museum.signed_in()

    def found(query: str) -> list[str]:
        page = client.get(f"/invoices?{query}").text
        return re.findall(r'class="name" href="/invoices/(\d+)"', page)

    assert set(found("state=waiting")) == {str(n) for n in papers.WAITING}
    assert found("amount=45,90") == ["1"]
    assert found("since=2026-11-01") == ["1"]
    assert "mandarine" in client.get("/invoices?supplier=mandarine&state=waiting").text


def test_thousands_wait_and_every_page_counts_them_walks_them_and_stays_small(company: world.World) -> None:
    with company.database.write() as session:
        like = session.get_one(models.Invoice, 5)
        told = {
            c.name: getattr(like, c.name) for c in like.__table__.columns if c.name not in ("id", "number")
        }
        session.execute(
            insert(models.Invoice),
            [{**told, "number": f"M{n:05d}", "due_on": DAY + timedelta(days=n % 90)} for n in range(MANY)],
        )
        ids = review.places(session, 1)
    client, last = company.signed_in(language="en"), -(-len(ids) // 30)
    walked = []
    for page in (1, 2, last // 2, last):
        answer = client.get(f"/review?page={page}")
        assert len(answer.data) <= 150_000
        assert f"Page {page} of {last}" in answer.text
        walked += [int(n) for n in re.findall(r'data-row href="/review/(\d+)"', answer.text)]
    expected = [at for page in (1, 2, last // 2, last) for at in ids[30 * (page - 1) : 30 * page]]
    assert walked == expected
    for at in (0, 700, 4_000, len(ids) - 1):
        answer = client.get(f"/review/{ids[at]}")
        assert len(answer.data) <= 150_000
        assert f"{at + 1:,} of {len(ids):,}" in answer.text
        neighbours = re.findall(r'<a rel="(prev|next)" href="/review/(\d+)"', answer.text)
        assert neighbours == [
            *([("prev", str(ids[at - 1]))] if at else []),
            *([("next", str(ids[at + 1]))] if at + 1 < len(ids) else []),
        ]


def test_of_thousands_with_green_checks_the_first_are_confirmed_at_one_press_and_said_so(
    company: world.World,
) -> None:
    with company.database.write() as session:
        like = session.get_one(models.Invoice, 5)
        told = {
            c.name: getattr(like, c.name) for c in like.__table__.columns if c.name not in ("id", "number")
        }
        session.execute(
            insert(models.Invoice), [{**told, **GREEN, "number": f"M{n:05d}"} for n in range(250)]
        )
        before = len(review.green(session, 1))
    client = company.signed_in(language="en")
    assert "Confirm the first 200" in client.get("/review").text
    assert "200 invoices confirmed." in act(client, "/review/green").text
    with company.database.read() as session:
        assert len(review.green(session, 1)) == before - 200

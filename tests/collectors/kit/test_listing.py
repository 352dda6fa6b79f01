"""The kinds of lists and documents that the fictional portals do not have, on a site of a few lines, over the real ways out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import quote

import pytest

from collectors.kit import drawn, manifest
from collectors.kit.collector import Collector
from collectors.kit.portal import Portal
from core import errors
from core.nouns import Contract, Listed, Sheet
from demo import server
from tests.collectors.kit import odd
from tests.collectors.visiting import Customer, World

TOML = """
id = "odd"
name = "Odd"
website = "BASE"
origins = ["BASE"]
hosts = ["HOST"]
pace = { gap = 0 }
[[fields]]
name = "workspace"
kind = "text"
label = "Workspace"
[login]
start = "/login"
done = { see = "#in" }
[[login.when]]
name = "the form"
see = "#w"
do = [{ fill = "workspace", into = "#w" }, { press = "Enter" }]
"""
SELECT = """
[contracts]
kind = "rows"
url = "/choose"
items = "select#line option"
skip = { at = "&", equals = "Résilié*" }
fields = { id = "&::attr(value)", label = "&", place = "&::attr(data-place)?" }
"""
POSTED = """
[list]
kind = "json"
url = "/{workspace}/bills"
body = { line = "{contract}", from = "{offset}", many = "{size}", after = "{cursor}" }
items = "bills"
currency = "EUR"
paging = { by = "offset", size = 2, total = "count" }
fields = { number = "no", total = "sum" }
"""
SEEN = """
[session]
check = "/me"
[list]
kind = "xhr"
url = "/table"
capture = "*/hidden?*"
items = "bills"
currency = "EUR"
paging = { by = "click", next = "#more" }
fields = { number = "no", total = "sum" }
"""
DRAWN = """
[session]
check = "/me"
[[answers]]
where = "list"
text = "out of order"
is = "PortalDown"
[list]
kind = "drawn"
url = "/lobby"
click = "#bills"
items = "li.bill"
empty = { text = "no bills" }
currency = "EUR"
paging = { by = "click", next = "#more" }
fields = { date = "b", total = "i", pdf = "a::attr(href)" }
"""


@pytest.fixture(scope="module")
def customer() -> Iterator[Callable[[str], Customer]]:
    running = server.Server(odd.site()).start()

    def made(text: str) -> Customer:
        told = (TOML + text).replace("BASE", running.url).replace("HOST", running.url.removeprefix("http://"))
        return Customer(Collector(manifest.parse(told, "odd.toml")), {"workspace": "acme corp"})

    yield made
    running.stop()


GET = '[document]\nurl = "/file/{number}"\nname = "{number}.pdf"\n'


async def test_contracts_of_a_select_and_a_list_that_is_posted(
    world: World, customer: Callable[[str], Customer]
) -> None:
    acme = customer(SELECT + POSTED + GET)
    seen = await world.visit(acme)
    assert (seen.error, seen.ends) == (None, {"1": True, "2": True})
    assert seen.lines[0].contract == Contract("1", "Livebox")
    assert [line.number for line in seen.lines if line.contract.portal_id == "2"] == [
        f"2-B-{place}" for place in range(5)
    ]
    again = await world.visit(acme, whole=False)
    assert (again.error, again.logins, again.requests, again.new) == (None, 0, 2, [])


async def test_a_list_that_only_the_page_can_ask_for_is_read_as_it_passes(
    world: World, customer: Callable[[str], Customer]
) -> None:
    seen = await world.visit(customer(SEEN + GET))
    assert (seen.error, seen.ends) == (None, {"account": True})
    assert [line.number for line in seen.lines] == [bill["no"] for bill in odd.BILLS]


async def test_a_list_that_is_drawn_is_read_when_nothing_more_is_drawn_and_a_line_that_moved_down_is_one(
    world: World, customer: Callable[[str], Customer]
) -> None:
    acme = customer(DRAWN + '[document]\nurl = "{pdf}"\n')
    seen = await world.visit(acme)
    assert (seen.error, seen.ends, seen.browser) == (None, {"account": True}, True)
    assert [line.fetch["pdf"][-3:] for line in seen.lines] == ["B-5", "B-4", "B-3", "B-2", "B-1"]
    acme.ledger.popitem()
    again = await world.visit(acme)
    assert (again.error, again.logins, len(again.files)) == (None, 0, 1)


@pytest.mark.parametrize(
    ("said", "error"),
    [("out of order", errors.PortalDown), ("no bills", None), ("hello", errors.PortalChanged)],
)
async def test_a_drawn_page_without_lines_says_why(
    world: World,
    customer: Callable[[str], Customer],
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    error: type[errors.MoissonError] | None,
) -> None:
    if error is errors.PortalChanged:
        monkeypatch.setattr(drawn, "PATIENCE", 2.0)  # it is waited for in vain
    acme = customer(DRAWN.replace("/lobby", f"/lobby/{quote(said)}") + GET.replace("number", "date"))
    seen = await world.visit(acme)
    assert (type(seen.error) if seen.error else None, seen.lines) == (error, [])


@pytest.mark.parametrize(
    "document",
    [
        GET,
        '[document]\nmethod = "POST"\nurl = "/file/{number}"\n',
        '[document]\nurl = "/where/{number}"\nbody = { of = "{number}" }\nlink = "file.href"\n',
        '[document]\nurl = "/page/{number}"\nlink = "#get::attr(href)"\n',
        '[document]\nkind = "click"\nurl = "/page/{number}"\nclick = "#get"\n',
        '[document]\nkind = "blob"\nurl = "/page/{number}"\nclick = "#blob[href]"\n',
        '[document]\nkind = "print"\nurl = "/page/{number}"\n',
    ],
    ids=["get", "post", "link in JSON", "link in a page", "click", "blob", "print"],
)
async def test_every_kind_of_document_comes_home(
    world: World, customer: Callable[[str], Customer], document: str
) -> None:
    acme = customer(POSTED.replace("{contract}", "1") + document)
    await world.visit(acme)
    acme.ledger.popitem()
    seen = await world.visit(acme)
    assert (seen.error, seen.logins, len(seen.files)) == (None, 0, 1)
    assert seen.files[0].path.read_bytes().startswith(b"%PDF-")


async def test_an_answer_that_does_not_tell_where_the_file_is_names_what_was_looked_for(
    world: World, customer: Callable[[str], Customer]
) -> None:
    nowhere = '[document]\nurl = "/where/{number}"\nbody = { of = "" }\nlink = "file.href"\n'
    acme = customer(POSTED.replace("{contract}", "1") + nowhere)
    await world.visit(acme)
    acme.ledger.popitem()
    seen = await world.visit(acme)
    assert isinstance(seen.error, errors.PortalChanged)
    assert (seen.error.step, seen.error.expected) == ("the document", "an address at file.href")


async def test_an_account_without_contracts_is_told_to_its_owner(
    world: World, customer: Callable[[str], Customer]
) -> None:
    nobody = SELECT.replace("Résilié*", "*")
    seen = await world.visit(customer(nobody + POSTED + GET))
    assert isinstance(seen.error, errors.ActionNeeded)
    assert seen.error.wants == "no_permission"


async def test_a_page_that_offers_no_choice_of_contracts_makes_the_account_its_own_contract(
    world: World, customer: Callable[[str], Customer]
) -> None:
    alone = SELECT.replace("select#line option", "select#none option") + 'empty = { see = "select#line" }\n'
    acme = customer(alone + POSTED.replace("{contract}", "1{contract.place}") + GET)
    seen = await world.visit(acme)
    assert (seen.error, seen.ends, len(seen.lines)) == (None, {"account": True}, 5)
    assert (await world.visit(acme, whole=False)).requests == 1


class Wholesale(Collector):
    """A supplier whose list a class reads; the manifest serves the rest."""

    async def listed(self, portal: Portal) -> AsyncIterator[Sheet]:
        bills = (await portal.post("/acme corp/bills", json={"line": "9", "from": 0, "many": 9})).json()[
            "bills"
        ]
        here = Contract("9", "Wholesale")
        yield Sheet(
            here,
            tuple(
                Listed(bill["no"], here, number=bill["no"], fetch={"number": bill["no"]}) for bill in bills
            ),
            last=True,
        )


async def test_a_class_overrides_a_verb_and_the_manifest_serves_the_others(
    world: World, customer: Callable[[str], Customer]
) -> None:
    acme = customer(POSTED.replace("{contract}", "9") + GET)
    acme.collector = Wholesale(acme.collector.manifest)
    await world.visit(acme)
    acme.ledger.popitem()
    seen = await world.visit(acme)
    assert (seen.error, seen.logins, len(seen.lines), len(seen.files)) == (None, 0, 5, 1)

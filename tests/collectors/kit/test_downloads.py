from __future__ import annotations

import pytest
from flask import Response

from collectors.kit import downloads, lane
from collectors.kit.reply import Reply
from core import errors
from tests.collectors.kit.site import Page, Visit, served

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


def _pdf() -> Response:
    return Response(
        PDF, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="F-1.pdf"'}
    )


def _inline() -> Response:
    return Response(PDF, content_type="application/pdf")


PAGES: dict[str, Page] = {
    "/": "<a id=file href=/f.pdf>PDF</a><a id=tab href=/f.pdf target=_blank>PDF</a>"
    "<a id=shown href=/inline.pdf target=_blank>PDF</a><a id=nothing href=#>PDF</a>",
    "/f.pdf": _pdf,
    "/inline.pdf": _inline,
}
MADE_IN_THE_PAGE = """<a id=blob download="F-2.pdf">PDF</a><script>
  fetch('/f.pdf').then(answer => answer.blob()).then(blob => {
    document.querySelector('#blob').href = URL.createObjectURL(blob);
    document.body.dataset.ready = 1;
  });
</script>"""


async def test_over_http(visit: Visit) -> None:
    with served(PAGES) as site:
        async with visit.to(site) as portal:
            file = await portal.download("/f.pdf")
            assert not portal.used_browser

    assert (file.name, file.media_type, file.size) == ("F-1.pdf", "application/pdf", len(PDF))
    assert visit.files == {"F-1.pdf": PDF}


@pytest.mark.parametrize("where", ["#file", "#tab", "#shown"])
async def test_by_a_click_here_or_in_another_tab_offered_or_shown(visit: Visit, where: str) -> None:
    with served(PAGES) as site:
        async with visit.to(site) as portal:
            await portal.go("/")
            file = await portal.download_click(where, name="the PDF link")

    assert visit.files[file.name] == PDF
    assert file.name.endswith(".pdf")


async def test_a_click_that_gives_nothing_is_told(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MAKING", 0.3)
    with served(PAGES) as site:
        async with visit.to(site) as portal:
            await portal.go("/")
            with pytest.raises(errors.PortalChanged) as caught:
                await portal.download_click("#nothing", name="the PDF link")

    assert caught.value.expected == "a file to come of the PDF link"


async def test_out_of_the_browsers_memory(visit: Visit) -> None:
    with served({"/": MADE_IN_THE_PAGE, "/f.pdf": _pdf}) as site:
        async with visit.to(site) as portal:
            await portal.go("/")
            await (await portal.page()).wait_for_selector("body[data-ready]")
            file = await portal.download_blob("#blob", name="the PDF link")

    assert (file.name, file.media_type) == ("F-2.pdf", "application/pdf")
    assert visit.files == {"F-2.pdf": PDF}


async def test_a_button_has_no_address_to_take_a_file_from(visit: Visit) -> None:
    with served({"/": "<button id=make>PDF</button>"}) as site:
        async with visit.to(site) as portal:
            await portal.go("/")
            with pytest.raises(errors.PortalChanged) as caught:
                await portal.download_blob("#make", name="the PDF button")

    assert caught.value.expected == "a link or a frame with an address"


async def test_printed(visit: Visit) -> None:
    with served({"/": "<h1>Facture F-3</h1>"}) as site:
        async with visit.to(site) as portal:
            await portal.go("/")
            file = await portal.print_pdf(name="F-3.pdf")

    assert visit.files["F-3.pdf"].startswith(b"%PDF-")
    assert file.media_type == "application/pdf"


@pytest.mark.parametrize("way", ["click", "blob", "http"])
async def test_more_than_we_take_is_refused(visit: Visit, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(lane, "CAP", 1000)
    with served({**PAGES, "/blob": MADE_IN_THE_PAGE}) as site:
        async with visit.to(site) as portal:
            if way != "http":
                await portal.go("/" if way == "click" else "/blob")
            ways = {
                "click": lambda: portal.download_click("#file", name="the PDF link"),
                "blob": lambda: portal.download_blob("#blob[href]", name="the PDF link"),
                "http": lambda: portal.download("/f.pdf", cap=1000),
            }
            with pytest.raises(errors.NotAnInvoice) as caught:
                await ways[way]()

    assert caught.value.reason == "too_large"
    assert visit.files == {}


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="facture été.pdf"', "facture été.pdf"),
        ("attachment; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''facture%20%C3%A9t%C3%A9.pdf", "facture été.pdf"),
        ("", "bill-7.pdf"),
    ],
)
def test_a_file_is_named_as_the_portal_names_it(disposition: str, name: str) -> None:
    reply = Reply(
        200, "https://x.example/pdf/bill-7.pdf?sig=1", {"content-disposition": disposition}, b"%PDF"
    )

    assert downloads.of_reply(reply, "").name == name
    assert downloads.of_reply(reply, "ours.pdf").name == "ours.pdf"

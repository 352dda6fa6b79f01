"""What is opened and what stays closed."""

from __future__ import annotations

import pytest

from core.mailbox import bare, links, sift
from core.mailbox.heads import Head, Part

PDF = Part("document.pdf", "application/pdf")


def head(subject: str, *parts: Part, sender: str = "quelqu.un@ami.example") -> Head:
    return Head("<1>", sender, "", (), subject, parts)


@pytest.mark.parametrize(
    ("seen", "look"),
    [
        (head("Votre facture de novembre"), sift.Look.OPEN),
        (head("Ihre Rechnung 2026-11", PDF), sift.Look.OPEN),
        (head("Novembre", Part("F-2026-0117.pdf", "application/pdf")), sift.Look.OPEN),
        (head("Novembre", Part("Facture_novembre.pdf", "")), sift.Look.OPEN),
        (head("Novembre", PDF, sender="billing@saas.example"), sift.Look.OPEN),
        (head("Documents", PDF), sift.Look.PEEK),
        (head("CV de Marie", PDF), sift.Look.LEAVE),
        (head("Photos", Part("plage.jpg", "image/jpeg")), sift.Look.LEAVE),
        (head("Déjeuner vendredi ?"), sift.Look.LEAVE),
        (head("Du nouveau", sender="info@mandarine.example"), sift.Look.PEEK),
        (head("Du nouveau", sender="info@mandarine.example.evil.example"), sift.Look.LEAVE),
    ],
)
def test_the_head_decides_whether_a_message_is_opened(seen: Head, look: sift.Look) -> None:
    assert sift.first(seen, ("mandarine.example",)) is look


def test_a_link_is_followed_only_to_hosts_that_are_known_to_give_invoices() -> None:
    found = links.of(
        "<a href='https://pay.stripe.com/invoice/x/pdf?s=em'>Download invoice</a>"
        "<a href='https://evil.example/facture.pdf'>Télécharger la facture</a>"
        "<a href='https://user@pay.stripe.com/a.pdf'>Invoice PDF</a>"
        "<a href='https://pay.stripe.com:8443/a.pdf'>Invoice PDF</a>"
        "<a href='http://pay.stripe.com/a.pdf'>Invoice PDF</a>"
        "<a href='https://mandarine.example.evil.example/a.pdf'>Facture</a>",
        "ou https://mandarine.example/f/12.pdf.",
    )
    assert links.documents(found, ("mandarine.example",)) == [
        "https://pay.stripe.com/invoice/x/pdf?s=em",
        "https://mandarine.example/f/12.pdf",
    ]


def test_a_page_is_printed_without_anything_that_runs_asks_or_fetches() -> None:
    body = bare.body(
        "<script>alert(1)</script><img src='https://spy.example/p.gif'><p onclick='x()' style='background:url(//spy.example)'>Total 12,00 €"
        "<style>@import 'https://spy.example'</style><iframe src='https://spy.example'></iframe><a href='https://spy.example'>ici</a>",
        "",
    )
    made = bare.page(body, ("Facture <1>",))
    assert "Total 12,00 €" in made
    assert "Facture &lt;1&gt;" in made
    for bad in ("spy.example", "alert", "onclick", "<img", "<iframe", "href"):
        assert bad not in made

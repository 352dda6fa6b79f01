"""Every route × every role. A route without a row here fails."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from core import nouns
from tests.core.payments import written
from tests.web import banked, booked, paid, world

#: Who may pass, by endpoint: a(dmin), f(inance), v(iewer), u (auditor); `anyone` needs no sign-in.
ROWS = {
    "shelf.static": "anyone",
    "favicon.icon": "anyone",
    "entrance.setup": "anyone",
    "entrance.set_up": "anyone",
    "entrance.login": "anyone",
    "entrance.sign_in": "anyone",
    "entrance.logout": "anyone",
    "entrance.speak": "anyone",
    "status.healthz": "anyone",
    "status.home": "afvu",
    "status.key_copied": "a",
    "suppliers.tiles": "afvu",
    "suppliers.supplier": "afvu",
    "suppliers.form": "a",
    "suppliers.add": "a",
    "requests.form": "af",
    "requests.add": "af",
    "requests.asked": "afvu",
    "requests.vote": "af",
    "requests.withdraw": "af",
    "requests.as_issue": "afvu",
    "diagnoses.page": "afvu",
    "diagnoses.file": "afvu",
    "accounts.account": "afvu",
    "accounts.trial": "afvu",
    "accounts.collect": "af",
    "accounts.pause": "a",
    "accounts.resume": "a",
    "accounts.baseline": "afvu",
    "arrivals.room": "afvu",
    "arrivals.bring": "af",
    "arrivals.make": "a",
    "arrivals.revoke": "a",
    "arrivals.form": "a",
    "arrivals.add": "a",
    "pushes.push": "anyone",
    "leaving.leave": "a",
    "leaving.remove": "a",
    "leaving.abandon": "a",
    "arrangements.form": "a",
    "arrangements.change": "a",
    "credentials.form": "a",
    "credentials.correct": "a",
    "destinations.every": "afvu",
    "making.form": "af",
    "making.make": "af",
    "making.edit": "af",
    "making.change": "af",
    "making.again_there": "af",
    "destinations.room": "afvu",
    "destinations.choose": "af",
    "destinations.refresh": "af",
    "destinations.dry": "af",
    "destinations.organisation": "af",
    "destinations.disconnect": "af",
    "destinations.pause": "af",
    "destinations.remove": "af",
    "delivery.room": "afvu",
    "delivery.push_again": "af",
    "delivery.push_all_again": "af",
    "signatures.room": "af",
    "signatures.change": "af",
    "signatures.end": "af",
    "lacking.room": "afvu",
    "lacking.again": "af",
    "consents.callback": "af",
    "consents.none": "af",
    "consents.paste": "af",
    "challenges.room": "afvu",
    "challenges.answer": "af",
    "challenges.send_again": "af",
    "challenges.here_i_am": "af",
    "challenges.done": "af",
    "challenges.link": "af",
    "challenges.codes": "afvu",
    "challenges.onward": "af",
    "links.page": "anyone",
    "links.answer": "anyone",
    "runs.run": "afvu",
    "runs.stop": "af",
    "runs.evidence": "afvu",
    "invoices.invoices": "afvu",
    "invoices.invoice": "afvu",
    "documents.original": "afvu",
    "documents.preview": "afvu",
    "documents.page": "afvu",
    "exports.exports": "afvu",
    "exports.file": "afvu",
    "exports.make_link": "af",
    "exports.revoke_link": "af",
    "months.page": "anyone",
    "months.file": "anyone",
    "charts.form": "afvu",
    "charts.change": "af",
    "payments.payments": "afvu",
    "payments.batches_page": "afvu",
    "payments.batch": "afvu",
    "payments.undo": "af",
    "payments.accounts": "afvu",
    "payments.rename": "af",
    "statements.form": "af",
    "statements.bring": "af",
    "statements.look": "af",
    "statements.take": "af",
    "mail_settings.room": "a",
    "mail_settings.file": "a",
    "mail_settings.bring": "a",
    "mail_rules.room": "afvu",
    "mail_rules.form": "af",
    "mail_rules.edit": "af",
    "mail_rules.try_out": "af",
    "mail_rules.add": "af",
    "mail_rules.change": "af",
    "mail_rules.move": "af",
    "mail_rules.switch": "af",
    "mail_rules.remove": "af",
    "mailboxes.mailboxes": "afvu",
    "mailboxes.mailbox": "afvu",
    "mailboxes.check": "af",
    "mailboxes.pause": "af",
    "mailboxes.resume": "af",
    "mailboxes.stop": "af",
    "mailboxes.go_on": "af",
    "mailboxes.choose": "af",
    "mailboxes.hand_over": "af",
    "mailboxes.ask": "af",
    "mailboxes.keep": "af",
    "mailboxes.renew": "af",
    "mailboxes.correct": "af",
    "mailboxes.leave": "af",
    "mailboxes.remove": "af",
    "connecting.form": "af",
    "connecting.by_consent": "af",
    "connecting.by_password": "af",
    "connecting.app": "a",
    "connecting.register": "a",
    "forwarding.room": "af",
    "forwarding.make": "af",
    "forwarding.retire": "af",
    "forwarding.replace": "af",
    "mail.search": "afvu",
    "mail.take": "af",
    "tokens.room": "a",
    "tokens.make": "a",
    "tokens.revoke": "a",
    "api.openapi": "anyone",
    "feed.payments": "anyone",
    "bulk.entries": "anyone",
    "bulk.documents": "anyone",
    "bulk.outcomes": "anyone",
    "reviews.queue": "afvu",
    "reviews.desk": "afvu",
    "judgements.confirm": "af",
    "judgements.correct": "af",
    "judgements.reject": "af",
    "judgements.not_an_invoice": "af",
    "judgements.split": "af",
    "judgements.confirm_green": "af",
    "judgements.undo": "af",
    "matches.queue": "afvu",
    "matches.desk": "afvu",
    "matches.confirm": "af",
    "matches.refuse": "af",
    "matches.close": "af",
    "matches.reopen": "af",
    "matches.undo": "af",
    "gaps.missing_ones": "afvu",
    "gaps.months": "afvu",
    "gaps.collect": "af",
    "gaps.close": "af",
    "gaps.reopen": "af",
    "twins.compare": "afvu",
    "twins.merge": "af",
    "twins.unmerge": "af",
    "lessons.form": "af",
    "lessons.propose": "af",
    "lessons.lesson": "afvu",
    "lessons.live": "af",
    "lessons.retire": "af",
    "lessons.reread": "af",
    "system.system": "afvu",
    "system.manual": "afvu",
}
LETTERS = {"a": nouns.Role.ADMIN, "f": nouns.Role.FINANCE, "v": nouns.Role.VIEWER, "u": nouns.Role.AUDITOR}


def _rules(company: world.World) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every route, filled with things that exist."""
    found = []
    adapter = company.app.url_map.bind("localhost")
    for rule in company.app.url_map.iter_rules():
        place = adapter.build(rule.endpoint, _filled(company, rule.arguments), method=None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append((rule.endpoint, method, place))
    return found


def _filled(company: world.World, names: set[str]) -> dict[str, object]:
    payment_id, gap_id = paid.one(company)
    destination_id, delivery_id = booked.one(company)
    values: dict[str, object] = {
        "name": "live.js",
        "supplier": "mandarine",
        "slug": "veolia",
        "account_id": company.accounts["ok"],
        "run_id": company.last_run("portal_changed"),
        "challenge_id": company.question("asks_code"),
        "token": world.LINK,
        "evidence_id": 1,
        "invoice_id": 1,
        "document_id": 1,
        "other_id": 2,
        "template_id": 1,
        "page": 1,
        "address": banked.address(company, written.qif(written.LINES)),
        "batch_id": 1,
        "token_id": 1,
        "link_id": 1,
        "destination_id": destination_id,
        "kind_id": "folder",
        "delivery_id": delivery_id,
        "mailbox_id": 1,
        "message_id": 1,
        "rule_id": 1,
        "kind": "gmail",
        "provider": "google",
        "payment_id": payment_id,
        "gap_id": gap_id,
        "upload_id": 1,
    }
    return {name: values[name] for name in names}


def _send(client: FlaskClient, method: str, place: str) -> int:
    return client.open(place, method=method).status_code


def test_every_route_has_its_row_and_no_row_is_left_over(museum: world.World) -> None:
    assert {endpoint for endpoint, _, _ in _rules(museum)} == set(ROWS)


def test_nobody_passes_without_signing_in(museum: world.World) -> None:
    for endpoint, method, place in _rules(museum):
        if ROWS[endpoint] == "anyone":
            continue
        answer = museum.app.test_client().open(place, method=method)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login"), endpoint


#: What those who may are answered, where it is not the page itself.
ANSWERS = {
    "accounts.trial": 302,
    "challenges.onward": 302,
    "consents.callback": 302,
    "consents.none": 410,  # what was asked is over
    "exports.file": 422,  # nothing is ticked
    "making.edit": 404,  # Xero's form asks nothing that could be changed
    "lacking.room": 404,  # Xero says nothing of what it lacks
    "signatures.room": 404,  # the farm signs nothing for Xero
}


@pytest.mark.parametrize("role", list(nouns.Role))
def test_each_role_passes_where_its_row_says_and_nowhere_else(museum: world.World, role: nouns.Role) -> None:
    client = museum.signed_in(world.PEOPLE[role])
    for endpoint, method, place in _rules(museum):
        if ROWS[endpoint] == "anyone":
            continue
        may = role in {LETTERS[letter] for letter in ROWS[endpoint]}
        status = _send(client, method, place)
        # A post without its form token gets as far as the token's check, and no further.
        passed = 400 if method == "POST" else 200
        expected = ANSWERS.get(endpoint, passed) if may else 403
        assert status == expected, f"{role} {method} {place}"


def test_those_who_read_change_nothing(museum: world.World) -> None:
    for role in (nouns.Role.VIEWER, nouns.Role.AUDITOR):
        client = museum.signed_in(world.PEOPLE[role])
        token = world.token_of(client, "/help")
        for endpoint, method, place in _rules(museum):
            if method == "POST" and ROWS[endpoint] != "anyone":
                assert client.post(place, data={"csrf_token": token}).status_code == 403, f"{role} {place}"


def test_what_belongs_to_another_company_does_not_exist(museum: world.World) -> None:
    client = museum.signed_in(world.STRANGER)
    token = world.token_of(client, "/help")
    theirs = [
        (m, p)
        for e, m, p in _rules(museum)
        if not p.startswith("/api/")
        and any(
            w in p
            for w in (
                "/accounts/",
                "/challenges/",
                "/runs/",
                "/invoices/",
                "/documents/",
                "/review/1",
                "/lessons/",
                "/matches/",
                "/gaps/1",
                "/mailboxes/1",
                "/mailboxes/rules/1",
            )
        )
    ]
    assert len(theirs) > 15
    for method, place in theirs:
        data = {"csrf_token": token, "field-username": "x", "field-password": "y"}
        status = client.open(place, method=method, data=data if method == "POST" else None).status_code
        assert status == 404, f"{method} {place}"


def test_lists_show_nothing_of_another_company(museum: world.World) -> None:
    client = museum.signed_in(world.STRANGER)
    for place in ("/", "/invoices", "/invoices?account=1", "/review", "/suppliers"):
        page = client.get(place, follow_redirects=True).text
        assert not re.search("Siège|F2026", page), place
    ours = museum.signed_in()
    assert "Siège" in ours.get("/").text
    assert "F2026" in ours.get("/invoices").text


def test_a_route_that_does_not_say_who_may_pass_keeps_the_application_from_starting(
    museum: world.World,
) -> None:
    from flask import Flask

    from web import guard

    app = Flask("forgetful")
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(LookupError, match="open"):
        guard.stand_before(app)

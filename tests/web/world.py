"""A small company with accounts in every kind of state, as the pages meet them. Real database, real keys, real archive."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import argon2
import pypdfium2
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import archive, db, ledger, nouns, settings
from core.db import models
from core.extraction import anchors, generic
from core.extraction import pages as extraction_pages
from core.extraction import templates as known
from core.ledger import arrivals, search, templates
from demo import paper
from vault import kek, keys
from web import create_app, limits, people

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SETUP_TOKEN = "only-once"
#: The token of a one-time address to the question of `asks_code`.
LINK = "the-one-time-address-of-the-test"
PASSWORD = "a farm full of wheat"
#: Fast on purpose: these are the tests' own people.
_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

PEOPLE = {role: f"{role}@firm.fr" for role in nouns.Role}
STRANGER = "admin@other.fr"


@dataclass
class World:
    """`app` answers at `NOW`; `accounts` by state, `runs` of the last visit by the same names."""

    settings: settings.Settings
    database: db.Database
    keyring: keys.Keyring
    app: Flask
    accounts: dict[str, int]

    def signed_in(self, email: str = "admin@firm.fr", language: str = "fr") -> FlaskClient:
        client = self.app.test_client()
        answer = post(client, "/login", at="/login", email=email, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        post(client, "/language", at="/help", language=language)
        return client

    def challenge(self, session: Session, name: str) -> models.Challenge:
        """The open question of an account."""
        found = ledger.open_challenge(session, self.accounts[name])
        assert found
        return found

    def question(self, name: str) -> int:
        with self.database.read() as session:
            return self.challenge(session, name).id

    def last_run(self, name: str) -> int:
        with self.database.read() as session:
            runs = session.query(models.Run).filter_by(account_id=self.accounts[name])
            return max(run.id for run in runs)


def token_of(client: FlaskClient, at: str) -> str:
    """The form token of a page."""
    page = client.get(at, follow_redirects=True).text
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def post(client: FlaskClient, place: str, *, at: str, **fields: str) -> Any:
    """Fill in the form of the page `at` and send it to `place`."""
    return client.post(place, data={"csrf_token": token_of(client, at), **fields})


def empty(folder: Path, **changes: Any) -> World:
    """A farm just started: the vault has its key, nobody has signed up."""
    farm_settings = settings.Settings(
        data=folder / "data",
        key_file=folder / "keys" / "vault.key",
        allow_loopback=True,
        _env_file=None,  # type: ignore[call-arg]
        **changes,
    )
    farm_settings.data.mkdir(parents=True)
    database = db.Database.of(farm_settings)
    models.Base.metadata.create_all(database.engine)
    with database.write() as session:
        session.add(models.Workspace(id=1, name="Moisson", created_at=NOW))
    keyring = keys.Keyring.open(database, kek.key_from(farm_settings), now=NOW)
    keyring.publish(farm_settings.data / "vault.pub")
    keyring.ensure_workspace_keys(NOW)
    limits.limiter.enabled = True  # an application that starts without it could not switch it on
    app = create_app(farm_settings, database=database, setup_token=SETUP_TOKEN, now=lambda: NOW)
    limits.limiter.enabled = False
    return World(farm_settings, database, keyring, app, {})


def full(folder: Path, **changes: Any) -> World:
    """Ten accounts, four people, another company, invoices, a living worker."""
    world = empty(folder, **changes)
    with world.database.write() as session:
        session.add(models.Installation(name="set_up_at", value=NOW.isoformat()))
        _people(session)
        session.add(
            models.Worker(
                id="worker-1",
                pid=1,
                started_at=NOW - timedelta(days=3),
                beat_at=NOW,
                stopped_at=None,
                facts={
                    "vault": "open",
                    "browser": "chromium-headless-shell 156",
                    "sandbox": True,
                    "isolation": False,
                },
            )
        )
        for name, build in _STATES.items():
            world.accounts[name] = build(session, name)
    with world.database.write() as session:
        _bills(session, world)
        ledger.add_link(session, world.challenge(session, "asks_code"), ledger.link_hash(LINK), now=NOW)
    return world


def _people(session: Session) -> None:
    session.add(models.Workspace(id=2, name="Other", created_at=NOW))
    for email, workspace, role in [*((e, 1, r.value) for r, e in PEOPLE.items()), (STRANGER, 2, "admin")]:
        person = models.Person(email=email, password_hash=_HASH, language="fr", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(models.Membership(workspace_id=workspace, person_id=person.id, role=role))


def account(session: Session, name: str, *, supplier: str = "mandarine", label: str = "", **more: Any) -> int:
    """One account, in good standing unless told otherwise."""
    row = models.Account(
        **{
            "workspace_id": 1,
            "supplier": supplier,
            "label": label or name.replace("_", " ").capitalize(),
            "owner_id": 1,
            "masked_login": "j•••@firm.fr",
            "login_hash": f"hash-{name}",
            "origins": "http://127.0.0.1:8921" if supplier == "mandarine" else "http://127.0.0.1:8922",
            "terms_version": "2026-11",
            "terms_accepted_at": NOW,
            "created_at": NOW - timedelta(days=90),
            "last_success_at": NOW - timedelta(hours=3),
            "last_attempt_at": NOW - timedelta(hours=3),
            "last_new_at": NOW - timedelta(days=9),
            "next_run_at": NOW + timedelta(hours=21, minutes=12),
            "baseline_at": NOW - timedelta(days=90),
            **more,
        }
    )
    session.add(row)
    session.flush()
    return row.id


def run(session: Session, account_id: int, state: str, *, hours: float, **more: Any) -> models.Run:
    """One visit that started so many hours ago."""
    begun = NOW - timedelta(hours=hours)
    ended = None if state in nouns.ACTIVE_STATES else begun + timedelta(seconds=14)
    row = models.Run(
        **{
            "workspace_id": 1,
            "account_id": account_id,
            "state": state,
            "cause": "schedule",
            "queued_at": begun,
            "started_at": begun,
            "ended_at": ended,
            "receipt": _receipt(more.pop("new", 0)) if ended else None,
            **more,
        }
    )
    session.add(row)
    session.flush()
    return row


def _receipt(new: int) -> dict[str, Any]:
    return {
        "listed": 14,
        "known": 14 - new,
        "baseline": 0,
        "new": new,
        "held": 0,
        "failed": 0,
        "whole": True,
        "logins": 0,
        "requests": 2,
        "received_bytes": 48_213,
        "browser": False,
    }


def _history(session: Session, account_id: int, *, days: int = 30, trouble: tuple[int, ...] = ()) -> None:
    """A visit a day, something new every ninth, `trouble` on the days named."""
    for day in range(days, 0, -1):
        if day in trouble:
            run(
                session, account_id, "retry_at", hours=24 * day, error="PortalDown", error_code="MOISSON-P201"
            )
        else:
            run(session, account_id, "done", hours=24 * day, new=1 if day % 9 == 0 else 0)


def _fine(session: Session, name: str) -> int:
    made = account(session, name, label="Siège")
    _history(session, made, trouble=(12, 13))
    last = run(session, made, "done", hours=3, new=1, cause="person")
    for step, words in (
        ("signing_in", {}),
        ("signed_in", {}),
        ("listed", {"count": 14, "new": 1, "census": False}),
        ("fetching", {"position": 1, "count": 1}),
    ):
        session.add(
            models.RunEvent(
                workspace_id=1, run_id=last.id, at=NOW - timedelta(hours=3), step=step, words=words
            )
        )
    return made


def _nothing_new(session: Session, name: str) -> int:
    made = account(session, name, supplier="nimbus", label="")
    _history(session, made)
    run(session, made, "done", hours=3)
    return made


def _failed(state: str, error: str, code: str, **facts: Any) -> Any:
    """Builds an account whose last visit ended so."""

    def build(session: Session, name: str) -> int:
        more = facts.get("account", {})
        made = account(session, name, **more)
        _history(session, made, days=20)
        last = run(
            session,
            made,
            state,
            hours=2,
            error=error,
            error_code=code,
            error_said=facts.get("said"),
            error_step=facts.get("step"),
            error_detail=facts.get("detail", {}),
        )
        if facts.get("asks"):
            session.add(
                models.Challenge(
                    workspace_id=1,
                    account_id=made,
                    run_id=last.id,
                    kind=error,
                    wants=facts["asks"],
                    opened_at=NOW,
                )
            )
        return made

    return build


def _asking(wants: str, medium: str, said: str, **more: Any) -> Any:
    """Builds an account whose visit stands before a question with the portal's page open."""

    def build(session: Session, name: str) -> int:
        made = account(session, name)
        _history(session, made, days=3)
        last = run(session, made, "login", hours=0.01, cause="person", asked_by=1)
        session.add(
            models.Challenge(
                workspace_id=1,
                account_id=made,
                run_id=last.id,
                kind="CodeNeeded",
                wants=wants,
                medium=medium,
                said=said,
                opened_at=NOW - timedelta(seconds=30),
                expires_at=NOW + timedelta(seconds=252),
                **more,
            )
        )
        return made

    return build


def _running(session: Session, name: str) -> int:
    made = account(session, name)
    _history(session, made, days=5)
    last = run(session, made, "listing", hours=0.001, cause="person")
    session.add(models.RunEvent(workspace_id=1, run_id=last.id, at=NOW, step="signing_in", words={}))
    return made


def _trial(session: Session, name: str) -> int:
    made = account(
        session,
        name,
        trial=True,
        baseline_at=None,
        last_success_at=None,
        last_new_at=None,
        last_attempt_at=None,
        next_run_at=None,
    )
    run(session, made, "login", hours=0.001, cause="trial", census=True)
    return made


def _never(session: Session, name: str) -> int:
    return account(
        session,
        name,
        last_success_at=None,
        last_attempt_at=None,
        last_new_at=None,
        baseline_at=None,
        supplier="nimbus",
    )


def _paused(session: Session, name: str) -> int:
    made = account(session, name, paused_at=NOW - timedelta(days=2), next_run_at=None, supplier="nimbus")
    _history(session, made, days=12)
    return made


def _brought(session: Session, name: str) -> int:
    """An account that nobody visits, with a file of each fate and an address."""
    facts = {"next_run_at": None, "baseline_at": None, "last_attempt_at": None, "masked_login": ""}
    made = account(session, name, supplier="upload", label="Papeterie Durand", origins="", **facts)
    owner = session.get_one(models.Account, made)
    arrivals.make_address(session, owner, "the-secret-of-an-address", made_by=1, now=NOW - timedelta(days=3))
    for n, (channel, why) in enumerate(
        [("push", None), ("push", "html"), ("upload", "known"), ("upload", "")]
    ):
        session.add(
            models.Arrival(
                workspace_id=1,
                account_id=made,
                channel=channel,
                path=f"{n}.arrival",
                sha256="0" * 64,
                size=48_213,
                name=f"Facture n° {n}.pdf",
                arrived_at=NOW - timedelta(hours=n),
                taken_at=None if why is None else NOW,
                document_id=1 if why in ("known", "") else None,
                refused=why or None,
            )
        )
    return made


_STATES: dict[str, Any] = {
    "ok": _fine,
    "ok_nothing_new": _nothing_new,
    "needs_password": _failed(
        "refused",
        "BadCredentials",
        "MOISSON-P101",
        said="Identifiant ou mot de passe incorrect.",
        account={"refused_version": 1, "next_run_at": None},
    ),
    "needs_code": _failed(
        "waiting", "CodeNeeded", "MOISSON-P104", said="Un code vous a été envoyé au •• •• 42.", asks="code"
    ),
    "needs_consent": _failed(
        "waiting", "ActionNeeded", "MOISSON-P103", asks="terms", detail={"wants": "terms"}
    ),
    "portal_changed": _failed(
        "needs_person",
        "PortalChanged",
        "MOISSON-P301",
        step="the password page",
        detail={"expected": "a field “Mot de passe”", "seen": "a page titled “Bienvenue”"},
    ),
    "portal_down": _failed("retry_at", "PortalDown", "MOISSON-P201"),
    "asks_code": _asking(
        "code",
        "sms",
        "Un code a été envoyé au •• •• 42.",
        tries_left=3,
        resend_at=NOW + timedelta(seconds=20),
    ),
    "asks_approval": _asking("approval", "app", "Confirmez la connexion dans votre application."),
    "asks_link": _asking("link", "email", "We sent a sign-in link to j•••@firm.fr.", tries=1, tries_left=2),
    "running": _running,
    "trial": _trial,
    "never_run": _never,
    "paused": _paused,
    "brought": _brought,
}


def _bills(session: Session, world: World) -> None:
    """Invoices with their documents and pictures for the account in good standing; its census; one doubt; one without a picture."""
    shelf = archive.Archive(world.settings.data)
    owner = world.accounts["ok"]
    contract = models.ContractRow(
        workspace_id=1, account_id=owner, portal_id="06••••••12", label="Ligne 06 •• •• 12"
    )
    session.add(contract)
    session.flush()
    for n in range(14):
        session.add(
            models.ListedRow(
                workspace_id=1,
                account_id=owner,
                contract_id=contract.id,
                identity=f"old-{n}",
                number=f"F2025-{n:04}",
                date=date(2025, 1 + n % 12, 3),
                precision="day",
                total_minor=4590,
                currency="EUR",
                kind="invoice",
                baseline=True,
                seen_at=NOW,
                run_id=1,
                held_times=0,
            )
        )
    for n in range(34):
        _bill(session, shelf, owner, contract.id, n, world.last_run("ok") - n)
    _paper(
        session, shelf, session.get_one(models.Invoice, 2), world.last_run("ok"), Decimal("49.90"), revision=2
    )
    _waiting(session, shelf, owner, contract.id)
    _taught(session, shelf)
    for invoice in session.query(models.Invoice):
        search.tell(session, invoice)
    bug = world.last_run("portal_changed")
    folder = world.settings.data / "evidence" / str(bug)
    folder.mkdir(parents=True)
    (folder / "0.png").write_bytes(_picture(paper.invoice("CAPTURE", date(2026, 11, 20), Decimal("1.00"))))
    (folder / "1.html").write_text("<h1>Bienvenue</h1><script>alert(1)</script>")
    for kind, name in (("screenshot", f"{bug}/0.png"), ("page", f"{bug}/1.html")):
        session.add(models.Evidence(workspace_id=1, run_id=bug, kind=kind, path=name, at=NOW))


#: What waits at the review desk: one with a doubt, its twin, two with none, one of two pages, one that is data only.
WAITING = (2, 5, 6, 35, 36, 37)
TWO_PAGES, DATA_ONLY, TWIN = 36, 37, 35


def _waiting(session: Session, shelf: archive.Archive, owner: int, contract_id: int) -> None:
    number, issued, total = "F2026-0099", date(2026, 10, 4), Decimal("46.90")
    facts: dict[str, Any] = {"owner": owner, "contract_id": contract_id, "issued": issued, "total": total}
    _brought_in(session, shelf, paper.invoice(number, issued, total, line="Copie"), number, **facts)
    _brought_in(session, shelf, _two_pages(), "F2026-0200", **facts)
    data = b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'><ID>F2026-0300</ID></Invoice>"
    _brought_in(session, shelf, data, "F2026-0300", media_type="application/xml", **facts)
    for invoice_id in WAITING:
        session.get_one(models.Invoice, invoice_id).asks_review = True
    for document in session.query(models.Document).filter(models.Document.invoice_id.in_(WAITING[:5])):
        read = generic.read(io.BytesIO(shelf.read(document.sha256)))
        session.add(
            models.ReadingRow(
                workspace_id=1,
                document_id=document.id,
                reader="generic",
                at=NOW,
                fields={name: dataclasses.asdict(field) for name, field in read.fields.items()},
            )
        )


def _taught(session: Session, shelf: archive.Archive) -> None:
    """A template that is only proposed: where the total stands."""
    document = session.query(models.Document).filter_by(invoice_id=5).one()
    words = extraction_pages.leaf(io.BytesIO(shelf.read(document.sha256)), 1).words
    word = next(word for word in words if word.text.startswith("49,90"))
    box = nouns.Box(1, word.x0, word.top, word.x1, word.bottom)
    anchor = known.propose(words, "total", box)
    assert anchor
    templates.propose(
        session,
        1,
        "mandarine",
        layout=known.fingerprint(words),
        anchors=[anchors.packed(anchor)],
        by=1,
        now=NOW,
    )


def _two_pages() -> bytes:
    """Two invoices that came as one file."""
    both = pypdfium2.PdfDocument.new()
    for number in ("F2026-0200", "F2026-0201"):
        both.import_pages(pypdfium2.PdfDocument(paper.invoice(number, date(2026, 10, 4), Decimal("46.90"))))
    kept = io.BytesIO()
    both.save(kept)
    return kept.getvalue()


def _brought_in(
    session: Session,
    shelf: archive.Archive,
    body: bytes,
    number: str,
    *,
    owner: int,
    contract_id: int,
    issued: date,
    total: Decimal,
    media_type: str = "application/pdf",
) -> None:
    invoice = models.Invoice(
        workspace_id=1,
        account_id=owner,
        contract_id=contract_id,
        supplier="mandarine",
        number=number,
        issued_on=issued,
        precision="day",
        total_minor=int(total * 100),
        net_minor=3908,
        vat_minor=782,
        currency="EUR",
        kind="invoice",
        received_at=NOW - timedelta(days=400),
        read_at=NOW,
        doubts=[],
    )
    session.add(invoice)
    session.flush()
    file = shelf.keep([body], name="facture", media_type=media_type, run_id=invoice.id)
    shelf.put(file)
    document = models.Document(
        workspace_id=1,
        account_id=owner,
        invoice_id=invoice.id,
        sha256=file.sha256,
        size=file.size,
        name=file.name,
        media_type=media_type,
        channel="upload",
        received_at=NOW,
    )
    session.add(document)
    session.flush()
    fields = {"number": ("xml:BT-1", number), "total": ("xml:BT-112", str(total))}
    read = {
        name: dataclasses.asdict(nouns.FieldRead(value, source, 0.99))
        for name, (source, value) in fields.items()
    }
    session.add(models.ReadingRow(workspace_id=1, document_id=document.id, reader="xml", at=NOW, fields=read))


def _bill(
    session: Session, shelf: archive.Archive, owner: int, contract_id: int, n: int, run_id: int
) -> None:
    issued, total = date(2026, 11, 3) - timedelta(days=30 * n), Decimal("45.90") + n
    invoice = models.Invoice(
        workspace_id=1,
        account_id=owner,
        contract_id=contract_id,
        supplier="mandarine",
        number=f"F2026-{100 - n:04}",
        issued_on=issued,
        precision="day",
        total_minor=int(total * 100),
        currency="EUR",
        kind="credit_note" if n == 3 else "invoice",
        received_at=NOW - timedelta(days=9 * n, hours=3),
        read_at=NOW if n != 4 else None,
        doubts=["The document and the portal do not show the same total."] if n == 1 else [],
    )
    session.add(invoice)
    session.flush()
    _paper(session, shelf, invoice, run_id, total, pictured=n != 2)


def _paper(
    session: Session,
    shelf: archive.Archive,
    invoice: models.Invoice,
    run_id: int,
    total: Decimal,
    *,
    revision: int = 1,
    pictured: bool = True,
) -> None:
    assert invoice.number
    assert invoice.issued_on
    pdf = paper.invoice(invoice.number, invoice.issued_on, total, version=revision)
    file = shelf.keep([pdf], name="facture.pdf", media_type="application/pdf", run_id=run_id)
    shelf.put(file)
    if pictured:
        preview = shelf.preview_path(file.sha256)
        preview.parent.mkdir(parents=True, exist_ok=True)
        preview.write_bytes(_picture(pdf))
    document = models.Document(
        workspace_id=1,
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        run_id=run_id,
        revision=revision,
        sha256=file.sha256,
        size=file.size,
        name="facture.pdf",
        media_type="application/pdf",
        channel="portal",
        received_at=NOW,
    )
    session.add(document)
    session.flush()
    session.add(
        models.ReadingRow(
            workspace_id=1,
            document_id=document.id,
            reader="generic",
            at=NOW,
            fields={
                "number": {"value": invoice.number, "source": "portal:row+page", "confidence": 0.97},
                "date": {
                    "value": invoice.issued_on.isoformat(),
                    "source": "portal:row+page",
                    "confidence": 0.97,
                },
                "total": {"value": str(total), "source": "generic", "confidence": 0.62},
                "vat": {"value": "7.65", "source": "generic", "confidence": 0.4},
            },
        )
    )


def _picture(pdf: bytes) -> bytes:
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=0.8).to_pil()
    kept = io.BytesIO()
    page.save(kept, "PNG")
    return kept.getvalue()


def sign_in_cookie(world: World, email: str = "admin@firm.fr", language: str = "fr") -> str:
    """The session cookie of a person, for a browser."""
    client = world.signed_in(email, language)
    cookie = client.get_cookie("moisson")
    assert cookie is not None
    return cookie.value


__all__ = [
    "LINK",
    "NOW",
    "PASSWORD",
    "PEOPLE",
    "SETUP_TOKEN",
    "STRANGER",
    "World",
    "empty",
    "full",
    "people",
    "post",
    "token_of",
]

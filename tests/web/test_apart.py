"""What the web part may never hold, what it forbids the browser, and what it carries along."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web import world
from web import shelf, webkey

#: With one of these in its memory, the web part could open a secret, drive a browser or run the clock.
NEVER = (
    "vault.opening",
    "vault.keys",
    "vault.kek",
    "playwright",
    "scrapy",
    "twisted.internet",  # structlog looks at twisted's logger; the reactor is what must stay away
    "apscheduler",
    "scheduler",
)

_START = """
import json, sys
from pathlib import Path
from core import settings
{more}
import web
app = web.create_app(settings.Settings(data=Path(sys.argv[1]) / "d", key_file=Path(sys.argv[1]) / "k"))
app.test_client().get("/login")
print(json.dumps(sorted(sys.modules)))
"""


def _loaded(folder: Path, more: str = "") -> list[str]:
    """The modules of a web process that has answered a request."""
    prepared = (
        "from core import db\nfrom core.db import models\n"
        "made = db.Database(f\"sqlite:///{Path(sys.argv[1]) / 'd' / 'moisson.db'}\")\n"
        '(Path(sys.argv[1]) / "d").mkdir()\nmodels.Base.metadata.create_all(made.engine)\n'
    )
    script = _START.format(more=prepared + more)
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=True
    )
    return [
        name for name in json.loads(done.stdout) if f"{name}.".startswith(tuple(f"{bad}." for bad in NEVER))
    ]


def test_the_web_process_loads_no_opener_no_browser_no_crawler_and_no_clock(tmp_path: Path) -> None:
    assert _loaded(tmp_path) == []


def test_the_look_at_loaded_modules_would_find_the_opener(tmp_path: Path) -> None:
    assert "vault.opening" in _loaded(tmp_path, more="import vault.opening")


def test_every_answer_forbids_what_is_not_needed(museum: world.World) -> None:
    client = museum.signed_in()
    for place in (
        "/",
        "/login",
        "/healthz",
        "/invoices/1",
        "/accounts/999",
        "/static/live.js",
        "/favicon.svg",
    ):
        headers = client.get(place).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_kept_and_static_files_are(museum: world.World) -> None:
    client = museum.signed_in()
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert "immutable" in client.get("/static/live.js").headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "nothing.css", "vendor"])
def test_only_static_files_are_served_as_static_files(museum: world.World, name: str) -> None:
    assert museum.app.test_client().get(f"/static/{name}").status_code in (302, 404)


def test_no_template_has_a_script_or_a_style_in_line(museum: world.World) -> None:
    for path in (Path(shelf.__file__).parent / "templates").glob("*.html"):
        text = path.read_text()
        for banned in ("style=", "<style", " onclick", "|safe", "autoescape false"):
            assert banned not in text, path.name


def test_what_others_wrote_is_what_they_published() -> None:
    folder = Path(shelf.__file__).parent / "static" / "vendor"
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    listed = {name: known for known, name in (line.split() for line in lines)}
    found = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.iterdir()
        if p.suffix in (".js", ".css")
    }
    assert listed == found
    assert len(found) == 2


def test_the_web_key_is_its_owner_s_alone_and_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "web" / "web.key"
    first, second = webkey.load(path), webkey.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.of("forms") == second.of("forms") != first.of("sessions")
    assert "bytes" not in repr(first)
    assert path.read_text() not in repr(first)

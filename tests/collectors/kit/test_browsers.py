from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
import trustme
from playwright.async_api import BrowserContext

from collectors.kit import browsers as browsers_module
from collectors.kit import chromium, footprint, hand
from collectors.kit.browsers import Browsers
from collectors.kit.door import Door
from core import errors
from tests.certificates import spki
from tests.collectors.kit.site import Quiet, Site, new_browsers, require_complete_browser, served

PICTURE = (
    "<!doctype html><title>t</title><img src='/logo.png'><p id=text>Bonjour</p>"
    "<script>fetch('/api').then(() => (text.id = 'asked'))</script>"
)


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """pytest's own folders are too deep for a browser's."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


class TestStarting:
    async def test_root_does_not_lose_the_sandbox_by_accident(
        self, short_tmp: Path, monkeypatch: pytest.MonkeyPatch, door: Door
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        as_root = Browsers(sandbox=True, at_once=1, tmp=short_tmp)
        passage = await door.open([])

        with pytest.raises(errors.NoBrowser, match="MOISSON_ALLOW_NO_SANDBOX=1"):
            async with as_root.context(passage, state=None, user_agent=None):
                pass

    async def test_a_program_that_is_no_browser_is_named(self, short_tmp: Path, door: Door) -> None:
        false = Browsers(executable="/bin/false", sandbox=False, at_once=1, tmp=short_tmp)
        passage = await door.open([])

        with pytest.raises(errors.NoBrowser, match="/bin/false does not start"):
            async with false.context(passage, state=None, user_agent=None):
                pass
        await false.close()

    async def test_the_environment_cannot_make_it_print_what_it_types(
        self, short_tmp: Path, monkeypatch: pytest.MonkeyPatch, door: Door, capfd: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("DEBUG", "DEBUGP"):
            monkeypatch.setenv(name, "pw:*")
        quiet = new_browsers(short_tmp)

        with served({"/": "<input id=name>"}) as site:
            await _typed(quiet, door, site, "canary-5d1f")
        await quiet.close()

        assert "canary-5d1f" not in "".join(capfd.readouterr())

    async def test_with_that_environment_playwright_alone_does_print_it(
        self,
        monkeypatch: pytest.MonkeyPatch,
        door: Door,
        browsers: Browsers,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        with served({"/": "<input id=name>"}) as site:
            async with _context(browsers, door, site) as context:
                monkeypatch.setenv("DEBUGP", "1")
                page = await context.new_page()
                await page.goto(site.url)
                await page.locator("#name").press_sequentially("canary-5d1f")

        assert "canary-5d1f" in "".join(capfd.readouterr())

    async def test_it_says_it_is_chrome_and_not_headless(self, door: Door, browsers: Browsers) -> None:
        with served({"/": "hello"}) as site:
            async with _context(browsers, door, site) as context:
                await (await context.new_page()).goto(site.url)

        assert site.user_agents == {browsers.user_agent}
        assert "Chrome/" in browsers.user_agent
        assert "Headless" not in browsers.user_agent

    async def test_the_sandbox_is_off_only_where_that_was_asked_for(
        self, short_tmp: Path, door: Door
    ) -> None:
        shared = new_browsers(short_tmp)
        async with _context(shared, door, None):
            off = any("--no-sandbox" in _words(process) for process in _processes(short_tmp))
        await shared.close()

        assert off == (os.environ.get("MOISSON_ALLOW_NO_SANDBOX") == "1")

    async def test_no_feature_that_its_driver_asks_for_is_forgotten(
        self, short_tmp: Path, door: Door
    ) -> None:
        """The driver's list comes first, ours after it, and the last counts."""
        shared, asked = new_browsers(short_tmp), "--enable-features="
        async with _context(shared, door, None):
            lists = [
                [
                    set(word.removeprefix(asked).split(","))
                    for word in _words(process)
                    if word.startswith(asked)
                ]
                for process in _processes(short_tmp)
            ]
        await shared.close()

        [drivers, ours] = next(found for found in lists if len(found) == 2)
        assert drivers < ours


class TestSharing:
    async def test_one_browser_serves_all_visits_and_mixes_none(self, short_tmp: Path, door: Door) -> None:
        shared = new_browsers(short_tmp)
        with served({"/": "hello"}) as site:
            async with _context(shared, door, site) as one, _context(shared, door, site) as other:
                await one.add_cookies([{"name": "sid", "value": "one", "url": site.url}])
                alive = shared.alive
                strangers = await other.cookies()

        assert (shared.starts, alive, shared.alive) == (1, 2, 0)
        assert strangers == []
        await shared.close()

    async def test_no_more_visits_at_once_than_told(self, short_tmp: Path, door: Door) -> None:
        bounded = new_browsers(short_tmp, at_once=2)
        most = 0

        async def visit() -> None:
            nonlocal most
            async with _context(bounded, door, None) as context:
                most = max(most, bounded.alive)
                await context.new_page()

        await asyncio.gather(*(visit() for _ in range(5)))
        await bounded.close()

        assert most == 2

    async def test_a_spent_browser_gives_way_and_its_last_visit_ends_in_peace(
        self, short_tmp: Path, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(browsers_module, "CONTEXTS_PER_BROWSER", 2)
        shared = new_browsers(short_tmp)

        with served({"/": "hello"}) as site:
            async with _context(shared, door, site) as long:
                for _ in range(2):
                    async with _context(shared, door, site):
                        pass
                page = await long.new_page()
                await page.goto(site.url)
                said = await page.inner_text("body")
        profiles = _profiles(short_tmp)
        await shared.close()

        assert (said, shared.starts) == ("hello", 2)
        assert len(profiles) == 1

    async def test_a_browser_that_holds_too_much_gives_way(
        self, short_tmp: Path, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(browsers_module, "ROOM", 0)
        monkeypatch.setattr(browsers_module, "ROOM_PER_VISIT", 0)
        shared = new_browsers(short_tmp)

        for _ in range(11):
            async with _context(shared, door, None):
                pass
        await shared.close()

        assert shared.starts == 2


class TestEnding:
    async def test_nothing_is_left(self, short_tmp: Path, door: Door) -> None:
        shared, before = new_browsers(short_tmp), _zombies()
        async with _context(shared, door, None) as context:
            await context.new_page()
            during = (len(_processes(short_tmp)), len(_profiles(short_tmp)))
            held = footprint.private_bytes(str(short_tmp))
        await shared.close()

        assert during > (1, 0)
        assert held > 10 << 20
        assert _processes(short_tmp) == []
        assert _left_in(short_tmp) == []
        assert _zombies() <= before

    async def test_a_place_too_deep_for_a_sockets_path_is_done_without(
        self, short_tmp: Path, door: Door
    ) -> None:
        deep = short_tmp / ("deep" * 12)
        shared = new_browsers(deep)
        before = _ours_in_the_systems_place()

        async with _context(shared, door, None) as context:
            await context.new_page()
            during = (_left_in(deep), len(_ours_in_the_systems_place() - before))
        await shared.close()

        assert during == ([], 1)
        assert _ours_in_the_systems_place() == before

    async def test_what_a_dead_worker_left_is_swept_and_a_living_ones_is_not(
        self, short_tmp: Path, door: Door
    ) -> None:
        dead, living = short_tmp / "moisson-4194305-x", short_tmp / f"moisson-{os.getppid()}-x"
        (dead / "profile").mkdir(parents=True)
        living.mkdir()
        shared = new_browsers(short_tmp)

        async with _context(shared, door, None):
            pass
        await shared.close()

        assert (dead.exists(), living.exists()) == (False, True)

    async def test_a_killed_browser_costs_its_visits_and_no_others(self, short_tmp: Path, door: Door) -> None:
        shared = new_browsers(short_tmp)
        with served({"/": "<p id=here>hello</p>"}) as site:
            async with _context(shared, door, site) as context:
                touch = await hand.of(context, [site.url], Quiet(), str)
                _kill(short_tmp)
                with pytest.raises(errors.BrowserLost):
                    await touch.see("#never", name="a button", within=60)
            async with _context(shared, door, site) as context:
                touch = await hand.of(context, [site.url], Quiet(), str)
                await touch.go(site.url, "the page")
                await touch.see("#here", name="the text")
        await shared.close()

        assert shared.starts == 2
        assert _processes(short_tmp) == []

    async def test_a_killed_driver_costs_one_visit(self, short_tmp: Path, door: Door) -> None:
        shared = new_browsers(short_tmp)
        async with _context(shared, door, None):
            [driver] = [child for child in psutil.Process().children() if _is_driver_of(child, short_tmp)]
        driver.kill()
        await asyncio.to_thread(driver.wait)

        with pytest.raises(errors.BrowserLost):
            async with _context(shared, door, None):
                pass
        async with _context(shared, door, None) as context:
            await context.new_page()
        await shared.close()

        assert shared.starts == 2
        assert _left_in(short_tmp) == []

    async def test_a_browser_that_no_longer_answers_is_left_behind(
        self, short_tmp: Path, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared = new_browsers(short_tmp)
        with monkeypatch.context() as hurried:
            hurried.setattr(chromium, "CLOSING", 0.3)
            async with _context(shared, door, None):
                _send(short_tmp, signal.SIGSTOP)
                asyncio.get_running_loop().call_later(1.5, _send, short_tmp, signal.SIGCONT)
        async with _context(shared, door, None) as context:
            await context.new_page()
        await shared.close()

        assert shared.starts == 2

    async def test_a_context_that_will_not_close_takes_no_other_visit_with_it(
        self, short_tmp: Path, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chromium, "CLOSING", 0.3)
        shared = new_browsers(short_tmp)
        with served({"/": "hello"}) as site:
            async with _context(shared, door, site) as other:
                async with _context(shared, door, None):
                    _send(short_tmp, signal.SIGSTOP)
                _send(short_tmp, signal.SIGCONT)
                page = await other.new_page()
                await page.goto(site.url)
                said = await page.inner_text("body")
            async with _context(shared, door, None) as context:
                await context.new_page()
        await shared.close()

        assert (said, shared.starts) == ("hello", 2)

    async def test_a_session_that_no_browser_takes_back_begins_signed_out_and_harms_no_other(
        self, short_tmp: Path, door: Door
    ) -> None:
        cookie = {"name": "sid", "value": "x" * 5000, "domain": "portal.example", "path": "/"}
        shared = new_browsers(short_tmp)
        passage = await door.open([])
        with served({"/": "hello"}) as site:
            async with _context(shared, door, site) as other:
                state = {"cookies": [cookie], "origins": []}
                async with shared.context(passage, state=state, user_agent=None) as context:
                    kept = await context.cookies()
                page = await other.new_page()
                await page.goto(site.url)
                said = await page.inner_text("body")
        await shared.close()

        assert (kept, said, shared.starts) == ([], "hello", 1)

    async def test_a_visit_that_fails_closes_its_context(self, door: Door, browsers: Browsers) -> None:
        with pytest.raises(ZeroDivisionError):
            async with _context(browsers, door, None):
                raise ZeroDivisionError

        assert browsers.alive == 0


class TestTheWorldOutside:
    async def test_no_picture_is_fetched_and_the_page_works(self, door: Door, browsers: Browsers) -> None:
        with served({"/": PICTURE, "/api": "{}"}) as site:
            async with _context(browsers, door, site) as context:
                touch = await hand.of(context, [site.url], Quiet(), str)
                await touch.go(site.url, "the page")
                await touch.page.wait_for_load_state("load")
                await touch.see("#asked", name="what the page fetches itself")

        assert site.asked == ["/", "/api"]

    async def test_an_ordinary_page_would_fetch_it(self, door: Door, browsers: Browsers) -> None:
        with served({"/": PICTURE}) as site:
            async with _context(browsers, door, site) as context:
                page = await context.new_page()
                await page.goto(site.url, wait_until="load")

        assert "/logo.png" in site.asked

    async def test_a_stranger_is_knocked_for_once_and_a_page_that_leads_there_is_told_still(
        self, door: Door, browsers: Browsers
    ) -> None:
        with served({"/t.js": "1"}) as stranger:
            tracked = f"<script src={stranger.url}/t.js></script><p>portal</p>"
            with served({"/": tracked}) as site:
                for refused in ([stranger.authority], []):
                    passage = await door.open([site.authority])
                    async with browsers.context(passage, state=None, user_agent=None) as context:
                        touch = await hand.of(context, [site.url], passage, str)
                        await touch.go(site.url, "the page")
                        await touch.see("text=portal", name="the page")
                        assert passage.refused == refused
                        with pytest.raises(errors.DoorClosed, match=stranger.authority):
                            await touch.go(stranger.url, "the page")
                    await passage.close()
                assert (await door.open(["other.example"])).strangers == set()
            assert stranger.asked == []

    async def test_what_the_door_refuses_is_not_reached(self, door: Door, browsers: Browsers) -> None:
        with served({"/": "secret of the intranet"}) as inside, served({"/": "portal"}) as site:
            passage = await door.open([site.authority])
            async with browsers.context(passage, state=None, user_agent=None) as context:
                touch = await hand.of(context, [site.url], passage, str)
                with pytest.raises(errors.DoorClosed, match=inside.authority):
                    await touch.go(inside.url, "the page")
                await touch.go(site.url, "the page")

        assert inside.asked == []
        assert site.asked == ["/"]

    @pytest.mark.parametrize("full", [False, True], ids=["shell", "full"])
    async def test_webrtc_does_not_walk_round_the_door(
        self, door: Door, browsers: Browsers, full: bool
    ) -> None:
        if full:
            require_complete_browser()

        assert await _packets_by_webrtc(browsers, door, full=full) == 0

    async def test_without_our_argument_webrtc_does(
        self, short_tmp: Path, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chromium, "_ARGUMENTS", ())
        careless = new_browsers(short_tmp)

        packets = await _packets_by_webrtc(careless, door, patience=60)
        await careless.close()

        assert packets > 0


class TestCertificates:
    async def test_one_of_an_unknown_authority_is_not_trusted(self, door: Door, browsers: Browsers) -> None:
        async with _secured(browsers, door, trustme.CA().issue_cert("127.0.0.1")) as (touch, site):
            with pytest.raises(errors.Untrusted):
                await touch.go(site.url, "the page")

        assert site.asked == []

    async def test_the_tests_own_is_trusted_where_it_is_told(self, short_tmp: Path, door: Door) -> None:
        authority = trustme.CA()
        leaf = authority.issue_cert("127.0.0.1")
        told = new_browsers(short_tmp, trust_spki=(spki(leaf),))

        async with _secured(told, door, leaf) as (touch, site):
            await touch.go(site.url, "the page")
        async with _secured(told, door, authority.issue_cert("127.0.0.1")) as (touch, other_key):
            with pytest.raises(errors.Untrusted):
                await touch.go(other_key.url, "the page")
        await told.close()

        assert (site.asked, other_key.asked) == (["/"], [])


@asynccontextmanager
async def _context(
    browsers: Browsers, door: Door, site: Site | None, *, full: bool = False
) -> AsyncIterator[BrowserContext]:
    """A context with a passage of its own."""
    passage = await door.open([site.authority] if site else [])
    try:
        async with browsers.context(passage, state=None, user_agent=None, full=full) as context:
            yield context
    finally:
        await passage.close()


@asynccontextmanager
async def _secured(
    browsers: Browsers, door: Door, leaf: trustme.LeafCert
) -> AsyncIterator[tuple[hand.Hand, Site]]:
    """A hand, and a site that shows this certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(tls)
    with served({"/": "hello"}, tls=tls) as site:
        async with _context(browsers, door, site) as context:
            yield await hand.of(context, [site.url], Quiet(), str), site


async def _typed(browsers: Browsers, door: Door, site: Site, text: str) -> None:
    async with _context(browsers, door, site) as context:
        touch = await hand.of(context, [site.url], Quiet(), str)
        await touch.go(site.url, "the page")
        await touch.type(lambda: text, "#name", "the name", whole=True)


async def _packets_by_webrtc(
    browsers: Browsers, door: Door, *, full: bool = False, patience: float = 0.0
) -> int:
    """How many UDP packets reach a listener on this machine from a page that names it as its STUN server.

    For the first one it waits `patience` seconds more than the page does.
    """
    come = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        port = listener.getsockname()[1]
        with served({"/": _STUN.replace("PORT", str(port))}) as site:
            async with _context(browsers, door, site, full=full) as context:
                page = await context.new_page()
                await page.goto(site.url)
                await page.wait_for_function("window.gathered", timeout=60_000)
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience):
                        come += bool(await asyncio.get_running_loop().sock_recv(listener, 2048))
        return come + _drained(listener)


def _drained(listener: socket.socket) -> int:
    packets = 0
    while True:
        try:
            listener.recv(2048)
        except BlockingIOError:
            return packets
        packets += 1


_STUN = """<script>
  const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:PORT' }] });
  peer.onicegatheringstatechange = () => { window.gathered = peer.iceGatheringState === 'complete'; };
  peer.createDataChannel('x');
  peer.createOffer().then(offer => peer.setLocalDescription(offer));
  setTimeout(() => { window.gathered = true; }, 3000);
</script>"""


def _profiles(tmp: Path) -> list[Path]:
    return list(tmp.glob("*/playwright_chromium*"))


def _ours_in_the_systems_place() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"moisson-{os.getpid()}-*"))


def _left_in(tmp: Path) -> list[Path]:
    return list(tmp.iterdir())


def _processes(tmp: Path) -> list[psutil.Process]:
    """Ours that run on a profile in this folder."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if child.is_running() and str(tmp) in " ".join(_words(child))]


def _zombies() -> set[psutil.Process]:
    """Children of ours that nobody has waited for; tests of other files may have left some in this process."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            found |= {child} if child.status() == psutil.STATUS_ZOMBIE else set()
    return found


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _kill(tmp: Path) -> None:
    _send(tmp, signal.SIGKILL)


def _send(tmp: Path, number: signal.Signals) -> None:
    for process in _processes(tmp):
        with suppress(psutil.NoSuchProcess):  # it ended with the one before
            process.send_signal(number)


def _is_driver_of(process: psutil.Process, tmp: Path) -> bool:
    return "run-driver" in _words(process) and process.environ().get("TMPDIR", "").startswith(str(tmp))

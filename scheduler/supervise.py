"""`moisson start`: web and worker as two processes of one command. A part that dies is started again; a closed vault is not."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence

import structlog

log = structlog.get_logger(__name__)

#: Exit code of a worker whose vault is closed.
VAULT_CLOSED = 3
#: Seconds before a part that died is started again, doubled each time up to a minute.
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0


async def start(parts: Sequence[str] = ("worker", "web")) -> int:
    """Until SIGTERM or SIGINT. Gives 3 when the vault stayed closed, else 0."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    codes = await asyncio.gather(*(_keep_going(part, ended) for part in parts))
    return max(codes)


async def _keep_going(part: str, ended: asyncio.Event) -> int:
    wait = FIRST_WAIT
    while True:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "moisson", part)
        code = await _until(process, ended)
        if ended.is_set():
            return 0
        if code == VAULT_CLOSED:
            log.error(
                "vault.closed", hint="the web part stays up; collecting is stopped until the key is back"
            )
            await ended.wait()
            return VAULT_CLOSED
        log.error("part.died", part=part, code=code, again_in=wait)
        try:
            await asyncio.wait_for(ended.wait(), wait)
            return 0
        except TimeoutError:
            wait = min(LONGEST_WAIT, 2 * wait)


async def _until(process: asyncio.subprocess.Process, ended: asyncio.Event) -> int:
    """The part's own end, or ours: then it is asked to stop, and given half a minute."""
    over, stop = asyncio.ensure_future(process.wait()), asyncio.ensure_future(ended.wait())
    await asyncio.wait({over, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(over), 30)
        except TimeoutError:
            process.kill()
    return await over

"""One visit with a collector that is being written: signs in, lists, downloads one document, and keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collectors import kit
from collectors.kit import catalogue
from collectors.kit import portal as portals
from core import archive, errors, extraction, nouns
from core.settings import Settings
from scheduler import farm, terminal
from vault.redact import Redactor, Secret

Say = Callable[[str], None]

#: Lines of a list that are shown.
SHOWN = 5


def run(
    settings: Settings,
    redactor: Redactor,
    file: Path,
    values: Mapping[str, str],
    say: Say,
    *,
    watch: bool,
    prompt: terminal.Prompt | None = None,
) -> None:
    """`prompt` asks the person at the terminal what the portal asks. Raises the named error of whatever goes wrong, after its evidence was written beside the file."""
    collector = catalogue.of_file(file)
    missing = [
        spec.name for spec in collector.manifest.fields if not spec.optional and spec.name not in values
    ]
    if missing:
        raise errors.BadSettings(f"{collector.manifest.id} also asks for: {', '.join(missing)}")
    secrets = {name: Secret(value) for name, value in values.items()}
    with redactor.live(*secrets.values()), TemporaryDirectory(prefix="moisson-") as folder:
        kept = settings.model_copy(update={"data": Path(folder)})
        answers = terminal.AtTerminal(prompt, say) if prompt else None
        with terminal.as_found():
            asyncio.run(_visit(kept, collector, secrets, file, say, watch, answers))


async def _visit(
    settings: Settings,
    collector: kit.Collector,
    secrets: Mapping[str, Secret],
    file: Path,
    say: Say,
    watch: bool,
    answers: kit.Answers | None,
) -> None:
    stored = archive.Archive(settings.data)

    def keep(chunks: Any, name: str, media_type: str) -> nouns.File:
        return stored.keep(chunks, name=name, media_type=media_type, run_id=0)

    async with AsyncExitStack() as stack:
        outside = await farm.reach(settings, stack, watch=watch)
        opening = portals.open_portal(
            outside,
            collector.manifest,
            session=None,
            whole=True,
            knows=lambda _: False,
            note=lambda step, words: say(_in_words(step, words)),
            keep=keep,
            answers=answers,
        )
        portal = await stack.enter_async_context(opening)
        try:
            await _rehearse(collector, portal, secrets, say)
        except Exception as err:
            _leave(await portal.evidence(err), file, say)
            raise
        say(f"requests {portal.requests}, bytes {portal.received_bytes}")


async def _rehearse(
    collector: kit.Collector, portal: kit.Portal, secrets: Mapping[str, Secret], say: Say
) -> None:
    await portal.grant(secrets)
    if collector.manifest.sign_in == "page":
        await collector.sign_in(portal)
        await portal.close_page()
        say("signed in")
    lines: list[nouns.Listed] = []
    async for sheet in collector.listed(portal):
        lines += sheet.lines
        say(
            f"contract {sheet.contract.portal_id or '-'}: {len(sheet.lines)} lines{', last page' if sheet.last else ''}"
        )
    for line in lines[:SHOWN]:
        say(
            f"  {line.number or line.identity} · {line.date} · {line.total.amount if line.total else '?'} {line.total.currency if line.total else ''} · {line.kind}"
        )
    if len(lines) > SHOWN:
        say(f"  and {len(lines) - SHOWN} more")
    if lines:
        document = await collector.download(portal, lines[0])
        await asyncio.to_thread(extraction.check, document.path)
        say(f"document: {document.size} bytes, a whole PDF")


def _leave(evidence: list[kit.Evidence], file: Path, say: Say) -> None:
    """What the failed visit saw, masked, beside the file that is being written."""
    for piece in evidence:
        beside = file.with_suffix(f".{piece.kind}{'.png' if piece.kind == 'screenshot' else '.txt'}")
        beside.write_bytes(piece.content)
        say(f"see {beside}")


def _in_words(step: str, words: Mapping[str, Any]) -> str:
    return f"{step} {' '.join(f'{name}={value}' for name, value in words.items())}".rstrip()

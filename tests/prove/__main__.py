"""`./run prove kill|canary|fuzz|outbox [--n N --seed S]`; with `--without` a guard is taken away, and the campaign must report it (exit code 1)."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from tests.bench import page
from tests.prove import canary, fuzz, kill, mail, outbox, points

told = Console(stderr=True, highlight=False)


def main() -> int:
    """0 when nothing was found and each control found its fault; 1 otherwise."""
    asked = argparse.ArgumentParser(prog="./run prove")
    asked.add_argument("campaign", nargs="?", choices=[*CAMPAIGNS, "all"], default="all")
    asked.add_argument(
        "--n", type=int, default=100, help="kills (kill), times twenty papers (fuzz), faults (outbox)"
    )
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument(
        "--without",
        choices=[*kill.CONTROLS, *mail.CONTROLS, "mask", "sandbox", "look"],
        help="take this guard away: the campaign must report it",
    )
    asked.add_argument("--to", choices=list(outbox.THERE), default="xero", help="whose books (outbox)")
    asked.add_argument("--dry", action="store_true", help="tell, and leave docs/numbers.md as it is")
    given = asked.parse_args()
    if given.without:
        return _broken(given.without, given.seed, given.to)
    chosen = list(CAMPAIGNS) if given.campaign == "all" else [given.campaign]
    return max([CAMPAIGNS[name](given) for name in chosen])


def _broken(without: str, seed: int, to: str) -> int:
    found = _control(without, seed, to)
    _say(found)
    return 1 if found else 0


def _control(without: str, seed: int, to: str = "xero") -> list[str]:
    if without == "sandbox":
        return fuzz.control()
    with tempfile.TemporaryDirectory(prefix="moisson-prove-") as folder:
        if without in mail.CONTROLS:
            return mail.control(Path(folder), without, seed)
        if without == "mask":
            return canary.campaign(Path(folder), canary.FEW, tell=True).hits
        if without == "look":
            return outbox.campaign(Path(folder), 10, seed, to=to, without="look").breaches
        return kill.control(Path(folder), without, seed).breaches


def _kill(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="moisson-prove-") as folder:
        tally = kill.Tally(0, given.seed)
        for point, tally in kill.campaign(Path(folder), given.n, given.seed):
            told.print(f"{tally.n:5}  {point.name}")
    _say(tally.breaches + [f"nobody came by: {name}" for name in tally.missed])
    controls = {without: _control(without, given.seed) for without in kill.CONTROLS}
    if not given.dry:
        page.write("prove-kill", "kill -9 at any instant", _told_of_kills(tally, controls))
    return _verdict(tally.clean, controls)


def _canary(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="moisson-prove-") as folder:
        found = canary.campaign(Path(folder), canary.ALL, note=told.print)
    _say(found.hits)
    controls = {"mask": _control("mask", given.seed)}
    if not given.dry:
        page.write("prove-canary", "Where a secret may not be", _told_of_canary(found, controls))
    return _verdict(not found.hits, controls)


def _fuzz(given: argparse.Namespace) -> int:
    tally = fuzz.campaign(20 * given.n, given.seed)
    _say(tally.breaches)
    controls = {"sandbox": _control("sandbox", given.seed)}
    if not given.dry:
        page.write("prove-fuzz", "Damaged and twisted papers", _told_of_papers(tally, given, controls))
    return _verdict(not tally.breaches, controls)


def _outbox(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="moisson-prove-") as folder:
        tally = outbox.campaign(Path(folder), given.n, given.seed, to=given.to)
    _say(tally.breaches)
    controls = {"look": _control("look", given.seed, given.to)}
    if not given.dry:
        at, where = ("", "the books") if given.to == "xero" else (f"-{given.to}", f"the books of {given.to}")
        told_of = _told_of_outbox(tally, given, controls)
        page.write(f"prove-outbox{at}", f"Invoices on their way to {where}", told_of)
    return _verdict(not tally.breaches, controls)


def _mail(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="moisson-prove-") as folder:
        tally, controls = mail.with_controls(Path(folder), 100 * given.n, given.seed)
    _say(tally.breaches)
    if not given.dry:
        page.write("prove-mail", "A mailbox of years", _told_of_mail(tally, given, controls))
    return _verdict(not tally.breaches, controls)


CAMPAIGNS: dict[str, Callable[[argparse.Namespace], int]] = {
    "kill": _kill,
    "canary": _canary,
    "fuzz": _fuzz,
    "outbox": _outbox,
    "mail": _mail,
}


def _verdict(clean: bool, controls: dict[str, list[str]]) -> int:
    for without, found in controls.items():
        told.print(f"without {without}: {found[0] if found else 'NOT FOUND: this campaign proves nothing'}")
    return 0 if clean and all(controls.values()) else 1


def _say(breaches: list[str]) -> None:
    for breach in breaches:
        told.print(f"[red]{breach}[/red]")
    told.print("nothing found" if not breaches else f"{len(breaches)} found")


def _told_of_kills(tally: kill.Tally, controls: dict[str, list[str]]) -> str:
    states = ", ".join(f"{state} {times}" for state, times in tally.states.most_common())
    rows = [
        ("kill -9", str(tally.n)),
        ("between fsync and commit", str(tally.in_window)),
        ("at a random moment, four visits at once", str(tally.points[kill.MOMENT.name])),
        ("and frozen past the lease, woken when another had taken over", str(tally.points[kill.FREEZE.name])),
        ("different points", f"{len(tally.points)} of {len(points.EVERY) + 2}"),
        ("state of the runs that were struck", states),
        ("bills published, each received once with the portal's bytes", str(tally.bills)),
        ("passwords typed, as the portals counted", str(tally.logins)),
        ("lost, doubled, rows without file, logins beyond the budget", str(len(tally.breaches))),
        *(
            (f"control: without the {name}", f"found: {found[0]}" if found else "NOT FOUND")
            for name, found in controls.items()
        ),
    ]
    return _page(f"./run prove kill --n {tally.n} --seed {tally.seed}", rows, tally.seconds)


def _told_of_canary(found: canary.Found, controls: dict[str, list[str]]) -> str:
    rows = [
        ("what was done, and how the visits ended", "; ".join(found.acts)),
        ("searched for: password, TOTP key, cookies, each in so many spellings", str(found.spellings)),
        ("searched", f"{found.places} files, answers and processes, {found.size / 1e6:.1f} MB"),
        ("found", str(len(found.hits))),
        *(
            (f"control: the password logged, no {name}", f"found {len(hits)} times" if hits else "NOT FOUND")
            for name, hits in controls.items()
        ),
    ]
    return _page("./run prove canary", rows, found.seconds)


def _told_of_papers(tally: fuzz.Tally, given: argparse.Namespace, controls: dict[str, list[str]]) -> str:
    outcomes = ", ".join(f"{outcome} {times}" for outcome, times in tally.outcomes.most_common())
    rows = [
        ("PDFs and e-invoices, each damaged by seed", str(tally.papers)),
        ("answered", outcomes),
        ("the slowest, waiting for its turn included", f"{tally.slowest:.1f} s"),
        ("the largest child (RSS)", f"{tally.child_mib:.0f} MiB"),
        ("crashes of the parent, answers past the limits, honest bills read otherwise afterwards", str(len(tally.breaches))),
        *((f"control: no {name}", f"found: {found[0]}" if found else "NOT FOUND") for name, found in controls.items()),
    ]  # fmt: skip
    return _page(f"./run prove fuzz --n {given.n} --seed {given.seed}", rows, tally.seconds)


def _told_of_outbox(tally: outbox.Tally, given: argparse.Namespace, controls: dict[str, list[str]]) -> str:
    rows = [
        ("invoices, each with a file; one in ten with number, day and sum of another", str(tally.invoices)),
        ("kill -9 at a random step", str(tally.kills)),
        ("answers lost after everything was done, and no idempotency key known again", str(tally.lost)),
        ("lost, doubled, with another file, or otherwise in the ledger than there", str(len(tally.breaches))),
        *((f"control: without the {name}", f"found: {found[0]}" if found else "NOT FOUND") for name, found in controls.items()),
    ]  # fmt: skip
    to = "" if given.to == "xero" else f" --to {given.to}"
    return _page(f"./run prove outbox{to} --n {given.n} --seed {given.seed}", rows, tally.seconds)


def _told_of_mail(tally: mail.Tally, given: argparse.Namespace, controls: dict[str, list[str]]) -> str:
    rows = [
        ("messages on a real IMAP server (Dovecot), each once more in a new generation of their folder", str(tally.messages)),
        ("with an invoice: a PDF, in an archive, or under a subject that says nothing", str(tally.bills)),
        ("the worker left off in mid-scan, and a new one went on", f"{tally.stops} times"),
        ("the first scan", f"{tally.seconds:.0f} s, {tally.messages / tally.seconds:.0f} messages/s"),
        ("memory: growth from the sixth round to the last", f"{tally.grown:.1f} MiB"),
        ("lost, taken twice, taken and no invoice, flags changed", str(len(tally.breaches))),
        *((f"control: without the {name}", f"found: {found[0]}" if found else "NOT FOUND") for name, found in controls.items()),
    ]  # fmt: skip
    return _page(f"./run prove mail --n {given.n} --seed {given.seed}", rows, tally.seconds)


def _page(command: str, rows: list[tuple[str, str]], seconds: float) -> str:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    head = f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {machine}, {seconds:.0f} s."
    return "\n".join(
        [head, "", "| what | |", "| --- | --- |", *(f"| {what} | {said} |" for what, said in rows)]
    )


if __name__ == "__main__":
    sys.exit(main())

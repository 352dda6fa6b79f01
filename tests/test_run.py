"""The ./run command: what it says, and where it says it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
COMMANDS = ("demo", "start", "test", "check", "bench", "prove", "moisson", "browser")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["./run", *words], cwd=HOUSE, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["run", "deploy/farm-user.sh"])
def test_it_is_plain_posix_shell(name: str) -> None:
    subprocess.run(["sh", "-n", name], cwd=HOUSE, check=True)


def test_it_tells_every_command_it_knows() -> None:
    told = run("help").stdout
    assert [name for name in COMMANDS if f"./run {name} " not in told] == []


def test_a_word_it_does_not_know_is_wrong_use_and_leaves_stdout_alone() -> None:
    answer = run("harvest")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "./run demo" in answer.stderr


@pytest.mark.skipif(not (HOUSE / ".venv/.stamp").exists(), reason="this environment was not made by ./run")
def test_the_farm_command_has_stdout_to_itself() -> None:
    answer = run("moisson", "collector", "list", "--json")
    assert [json.loads(line)["supplier"] for line in answer.stdout.splitlines()], answer.stderr

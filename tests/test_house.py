"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from core import settings
from tests import conftest

HOUSE = Path(__file__).parent.parent
PRODUCT = ("core", "collectors", "scheduler", "vault", "web", "demo", "moisson.py")
FILES = {
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "constraints.txt", "run"),
    *(
        "Dockerfile",
        "compose.yaml",
        "moisson.py",
        ".gitignore",
        ".dockerignore",
        ".importlinter",
        ".shellcheckrc",
    ),
}
FOLDERS = {"core", "collectors", "scheduler", "vault", "web", "demo", "tests", "docs", "deploy", ".ci"}
#: What a checkout gathers while people work in it; .gitignore names the same.
GATHERED = re.compile(
    r"\.git|\.venv|\.env|data.*|keys.*|.*cache.*|.*\.egg-info|\.hypothesis|node_modules|dist|\..*\.sw."
)

SINS = {
    "certificates are always verified": r"ignore_https_errors|verify\s*=\s*False|CERT_NONE",
    "nothing is unpickled": r"^\s*(import|from)\s+(pickle|shelve|marshal|dill)\b|pickle\.loads?\(",
    "no YAML is loaded": r"\byaml\.(unsafe_|full_)?load\(",
    "nothing that was read is run": r"(?<![\w.])(eval|exec)\(",
    "templates escape": r"\|\s*safe\b|autoescape\s+false|\bMarkup\((?!\s*[\"'])",
    "the clock keeps no jobs in a table": r"SQLAlchemyJobStore|apscheduler\.jobstores\.(?!memory)",
}
OURS = {".py", ".html", ".jinja", ".toml", ".js", ".css", ".md", ".txt", ".sh", ".po", ""}
FOREIGN = {"__pycache__", "vendor", "vendored"}
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME|X" + r"XX\b")


def written(*roots: str) -> Iterator[tuple[Path, str]]:
    """Each text file of ours below these roots; what is vendored was written by others."""
    for root in roots:
        top = HOUSE / root
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            inside = path.relative_to(HOUSE)
            if path.suffix in OURS and path.is_file() and not FOREIGN & set(inside.parts):
                yield inside, path.read_text("utf-8", "replace")


def sinning(rule: str, files: Iterator[tuple[Path, str]]) -> list[str]:
    sin = re.compile(SINS[rule], re.MULTILINE)
    return [f"{path}: {found.group().strip()}" for path, text in files for found in sin.finditer(text)]


@pytest.mark.parametrize("rule", SINS)
def test_the_product_keeps_the_rule_that(rule: str) -> None:
    assert sinning(rule, written(*PRODUCT)) == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("certificates are always verified", "context = browser.new_context(ignore_https_errors=True)"),
        ("nothing is unpickled", "import pickle"),
        ("no YAML is loaded", "yaml.load(text)"),
        ("nothing that was read is run", "value = eval(text)"),
        ("templates escape", "{{ subject | safe }}"),
        (
            "the clock keeps no jobs in a table",
            "from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore",
        ),
    ],
)
def test_breaking_a_rule_is_noticed(rule: str, line: str) -> None:
    assert sinning(rule, iter([(Path("planted"), line)])) != []


def test_nothing_is_left_for_later() -> None:
    found = [str(path) for path, text in written(*FOLDERS, *FILES) if UNFINISHED.search(text)]
    assert found == []


def test_everything_at_the_top_has_its_place() -> None:
    names = {entry.name for entry in HOUSE.iterdir() if not GATHERED.fullmatch(entry.name)} | {".gitignore"}
    assert names == FILES | FOLDERS


def pinned() -> dict[str, str]:
    lines = (HOUSE / "constraints.txt").read_text().splitlines()
    return dict(line.lower().split("==") for line in lines if not line.startswith("#"))


def imported(text: str) -> set[str]:
    """The packages that a file names, by their first word."""
    nodes = list(ast.walk(ast.parse(text)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.split(".")[0]
        for name in plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    }


def test_what_is_to_begin_first_among_the_tests_is_there() -> None:
    assert [place for place in conftest.LONG if not (HOUSE / place).exists()] == []


def test_what_is_imported_is_also_installed() -> None:
    at_hand = FOLDERS | {"moisson"} | sys.stdlib_module_names
    owners = metadata.packages_distributions()
    missing = {
        f"{path}: {name}"
        for path, text in written(*PRODUCT, "tests")
        if path.suffix == ".py"
        for name in imported(text) - at_hand
        if pinned().keys().isdisjoint(owner.lower() for owner in owners.get(name, [name]))
    }
    assert missing == set()


def test_every_dependency_is_pinned_to_a_version_it_allows() -> None:
    pins = pinned()
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    wanted = [
        Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["test"]
    ]
    assert [
        str(need) for need in wanted if not need.specifier.contains(pins.get(need.name.lower(), "0"))
    ] == []


def test_every_setting_is_in_the_operations_guide() -> None:
    guide = (HOUSE / "docs/operations.md").read_text()
    assert [name for name in settings.Settings.model_fields if f"`MOISSON_{name.upper()}`" not in guide] == []


def test_only_the_worker_is_handed_the_key() -> None:
    web, worker = (HOUSE / "compose.yaml").read_text().split("\n  worker:\n")
    assert "/keys" not in web
    assert "keys:/keys" in worker


def test_the_image_lets_the_browser_have_its_sandbox_and_no_more() -> None:
    (rule,) = json.loads((HOUSE / "deploy/seccomp.json").read_text())["syscalls"]
    assert {"clone", "unshare", "chroot"} <= set(rule["names"])
    assert {"mount", "ptrace", "bpf", "setns", "keyctl"}.isdisjoint(rule["names"])


def test_a_supplier_imports_only_the_kit_it_is_written_with() -> None:
    imports = re.compile(r"^\s*(?:from|import)\s+collectors(?!\.kit\b)(?!\s+import\s+kit\b).*", re.MULTILINE)
    suppliers = [path for path in (HOUSE / "collectors").glob("*.py") if path.name != "__init__.py"]
    assert [found for path in suppliers for found in imports.findall(path.read_text())] == []


def test_the_pages_of_the_manual_lead_somewhere() -> None:
    links = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
    pages = [
        page
        for page in written("docs", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
        if page[0].suffix == ".md"
    ]
    dead = [
        f"{path}: {to}"
        for path, text in pages
        for to in links.findall(text)
        if not (HOUSE / path.parent / to).exists()
    ]
    assert dead == []

"""The first files of a new supplier: a collector that reads as instructions, a replica of its portal, and their test, green together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from collectors.kit import coverage
from core import errors

TEXTS = Path(__file__).parent / "skeletons"


def write(folder: Path, supplier: str, name: str = "", *, notes: str = "") -> list[Path]:
    """`SUPPLIER.toml`, its portal and its test, new in `folder`; `name` is how people call it, `notes` go to the head of the first.

    Raises BadManifest when one of them is there already, or when the id cannot be one; then nothing is written.
    """
    if not coverage.ID.fullmatch(supplier):
        raise errors.BadManifest(
            f"{supplier!r} cannot be a supplier's id: 2 to 40 of a-z, 0-9 and -, a letter first"
        )
    module = supplier.replace("-", "_")
    paths = {
        folder / f"{supplier}.toml": "collector.toml",
        folder / f"{module}_portal.py": "portal.py.txt",
        folder / f"test_{module}.py": "test_collector.py.txt",
    }
    for path in paths:
        if path.exists():
            raise errors.BadManifest(f"{path} is already there; nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in paths.items():
        told = _told(text, supplier, name or supplier.replace("-", " ").title())
        head = _commented(notes) if path.suffix == ".toml" else ""
        path.write_text(head + told, encoding="utf-8")
    return list(paths)


def _told(text: str, supplier: str, name: str) -> str:
    words = {"@ID@": supplier, "@NAME@": name.replace('"', ""), "@TODAY@": date.today().isoformat()}
    told = (TEXTS / text).read_text(encoding="utf-8")
    for word, said in words.items():
        told = told.replace(word, said)
    return told


def _commented(notes: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in notes.splitlines())

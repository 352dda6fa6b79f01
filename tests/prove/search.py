"""Looking for a secret in everything a farm writes, answers and shows of its processes, under each disguise that bytes can wear."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import quote, quote_plus, urljoin

import httpx
import psutil


def spellings(value: str) -> dict[bytes, str]:
    """The bytes to look for, and what to call them. Written apart from the vault's own list, to find what that one forgets."""
    raw = value.encode()
    forms = {
        "raw": raw,
        "reversed": value[::-1].encode(),
        "utf-16": value.encode("utf-16-le"),
        "utf-16 big-endian": value.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "upper hex": raw.hex().upper().encode(),
        "url": quote(value, safe="").encode(),
        "url path": quote(value).encode(),
        "form": quote_plus(value).encode(),
        "small url": re.sub("%..", lambda code: code[0].lower(), quote(value, safe="")).encode(),
        "html": html.escape(value).encode(),
        "html text": html.escape(value, quote=False).encode(),
        "html decimal": html.escape(value).replace("&quot;", "&#34;").replace("&#x27;", "&#39;").encode(),
        "json": json.dumps(value)[1:-1].encode(),
        "json utf-8": json.dumps(value, ensure_ascii=False)[1:-1].encode(),
        "python": repr(value)[1:-1].encode(),
        "python bytes": repr(raw)[2:-1].encode(),
    }
    for shift in range(3):
        inside = base64.b64encode(b"\0" * shift + raw)[-(-shift * 4 // 3) + (shift > 0) : -4]
        forms[f"base64 {shift}"] = inside
        forms[f"base64url {shift}"] = inside.translate(bytes.maketrans(b"+/", b"-_"))
    return {form: name for name, form in forms.items()}


class Search:
    """`hits` name the place and the disguise, never the secret."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._forms = {
            form: f"{name} ({how})"
            for name, value in secrets.items()
            for form, how in spellings(value).items()
        }
        self.hits: list[str] = []
        self.places = self.size = 0
        self._seen: dict[Path, tuple[int, int]] = {}

    @property
    def spellings(self) -> int:
        return len(self._forms)

    def look(self, where: str, content: bytes) -> None:
        self.places += 1
        self.size += len(content)
        self.hits += [
            hit
            for form, what in self._forms.items()
            if form in content and (hit := f"{where}: {what}") not in self.hits
        ]

    def look_through(self, folder: Path) -> None:
        """Each file below, unless it is as it was."""
        for path in sorted(folder.rglob("*")):
            try:
                state = path.stat()
                if not path.is_file() or self._seen.get(path) == (state.st_size, state.st_mtime_ns):
                    continue
                self.look(str(path.relative_to(folder)), path.read_bytes())
            except OSError:
                continue  # gone meanwhile, or a socket
            self._seen[path] = (state.st_size, state.st_mtime_ns)

    def crawl(self, visitor: httpx.Client, start: str = "/", *, within: str = "/") -> None:
        """Every page whose address begins like `within` (a pattern) and that links and pictures lead to, with its headers."""
        waiting, known = [start], {start}
        while waiting:
            answer = visitor.get(waiting.pop())
            self.look(f"GET {answer.url.path}", repr(answer.headers).encode() + answer.content)
            new = {link for link in _links(answer) if re.match(within, link)} - known
            known |= new
            waiting += sorted(new)


def _links(answer: httpx.Response) -> Iterator[str]:
    if "html" not in answer.headers.get("content-type", ""):
        return
    for link in re.findall(r'(?:href|src|hx-get)="(/[^"#]*)', answer.text):
        yield urljoin("/", html.unescape(link))


class Passers(threading.Thread):
    """Command lines and environments of all processes below this one, looked at again and again."""

    def __init__(self, search: Search) -> None:
        super().__init__(name="passers", daemon=True)
        self._search, self._end = search, threading.Event()
        self._known: set[bytes] = set()

    def run(self) -> None:
        while not self._end.wait(0.1):
            self._look()

    def _look(self) -> None:
        for process in psutil.Process().children(recursive=True):
            for what in ("cmdline", "environ"):
                self._look_at(process.pid, what)

    def _look_at(self, pid: int, what: str) -> None:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            content = Path(f"/proc/{pid}/{what}").read_bytes()
        except OSError:
            return  # gone, or it lets nobody look, which is as well
        if content and content not in self._known:
            self._known.add(content)
            self._search.look(f"/proc/*/{what} of {command[:60]!r}", content)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self.join()

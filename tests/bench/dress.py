"""What a supplier's pages wear: pictures, fonts and a tracker. Nobody needs them to bring an invoice home; a browser that is not told so fetches them."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path

import reportlab
from flask import Flask, Response, request
from PIL import Image

FONTS = Path(reportlab.__file__).parent / "fonts"
#: Name → width and height in pixels. The first fills the window.
PICTURES = {"hero": (1600, 900), "offer-1": (600, 400), "offer-2": (600, 400), "offer-3": (600, 400)}
#: The tracker is served under this machine's other name, as a stranger's host would be.
TRACKER = "<script async src='https://localhost:{port}/dress/tracker.js'></script>"
WORN = """<style>
@font-face { font-family: Dress; src: url(/dress/Vera.ttf) }
@font-face { font-family: Dress; font-weight: 700; src: url(/dress/VeraBd.ttf) }
body { font-family: Dress, sans-serif }
.dress { display: flex; gap: 1rem } .dress img { width: 12rem; height: auto }
</style>"""


def wear(app: Flask, port: int) -> None:
    """Every HTML page of `app`, served on `port`, is dressed from now on."""
    app.add_url_rule(
        "/dress/<name>.jpg", view_func=lambda name: _kept(_picture(name), "image/jpeg"), endpoint="picture"
    )
    app.add_url_rule(
        "/dress/<name>.ttf", view_func=lambda name: _kept(_font(name), "font/ttf"), endpoint="font"
    )
    app.add_url_rule(
        "/dress/tracker.js", view_func=lambda: _kept(_tracker(), "text/javascript"), endpoint="tracker"
    )
    shown = "".join(f"<img src='/dress/{name}.jpg' alt=''>" for name in PICTURES)
    head, foot = WORN + TRACKER.format(port=port), f"<div class=dress>{shown}</div>"

    @app.after_request
    def dress(answer: Response) -> Response:
        if answer.mimetype == "text/html" and not request.path.startswith("/__stage"):
            page = answer.get_data(as_text=True)
            answer.set_data(page.replace("</head>", f"{head}</head>").replace("</body>", f"{foot}</body>"))
        return answer


def _kept(body: bytes, kind: str) -> Response:
    return Response(body, content_type=kind, headers={"Cache-Control": "public, max-age=3600"})


@cache
def _picture(name: str) -> bytes:
    """Something that compresses as a photograph does."""
    size = PICTURES[name]
    dice = random.Random(name)
    small = Image.frombytes(
        "RGB", (size[0] // 8, size[1] // 8), dice.randbytes(size[0] // 8 * (size[1] // 8) * 3)
    )
    picture, drawn = small.resize(size, Image.Resampling.BICUBIC), io.BytesIO()
    picture.save(drawn, "JPEG", quality=70)
    return drawn.getvalue()


@cache
def _font(name: str) -> bytes:
    return (FONTS / f"{name}.ttf").read_bytes()


@cache
def _tracker() -> bytes:
    """Sixty kilobytes that a browser has to read."""
    body = "".join(f"function t{place}(a, b) {{ return a * {place} + b.length; }}\n" for place in range(1200))
    return f"{body}\nwindow.seen = [screen.width, navigator.language, t1(2, 'x')];".encode()

"""A portal whose lists and documents are of the kinds that the fictional ones do not have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Blueprint, Flask, Response, jsonify, request

from demo import paper

pages = Blueprint("odd", __name__)

HEAD = "<!doctype html><meta charset=utf-8><title>x</title><link rel=icon href='data:,'>"
TABLE = f"""{HEAD}<button id=more>More</button><script>
let page = 0;
const ask = () => fetch('/hidden?p=' + ++page, {{headers: {{'X-Made': 'by-the-page'}}}}).then((answer) => answer.json()).then((told) => {{ if (told.last) document.getElementById('more').remove(); }});
document.getElementById('more').addEventListener('click', ask); ask();
</script>"""
DRAWER = f"""{HEAD}<ul id=list></ul><button id=more>More</button><script>
let from = 0;
const draw = (pause) => setTimeout(() => {{
  const made = SHOWN.slice(from, from += 3).map((no) => `<li class=bill><b>2026-11-0${{no}}</b> <i>12,00</i> <a href="/file/B-${{no}}">PDF</a>`);
  document.getElementById('list').insertAdjacentHTML('beforeend', made.join(''));
  if (from >= SHOWN.length) document.getElementById('more').remove();
}}, pause);
document.getElementById('more').addEventListener('click', () => draw(1200)); draw(200);
</script>"""
BILLS = [{"no": f"B-{place}", "sum": 10 + place} for place in range(5)]


def site() -> Flask:
    app = Flask("odd")
    app.register_blueprint(pages)
    return app


@pages.route("/login", methods=["GET", "POST"])
def login() -> Response:
    if request.method == "GET":
        return Response(f"{HEAD}<form method=post><input id=w name=w></form>")
    answer = Response(f"{HEAD}<h1 id=in>In</h1>")
    answer.set_cookie("w", request.form["w"])
    return answer


@pages.get("/choose")
def choose() -> str:
    options = (
        "<option value=1 data-place=Lyon>Livebox<option value=2>Mobile<option value=3>Résilié depuis 2020"
    )
    return f"{HEAD}<select id=line>{options}</select>"


@pages.post("/<workspace>/bills")
def bills(workspace: str) -> tuple[Response, int]:
    told = request.get_json()
    if not _signed_in() or workspace != "acme corp" or set(told) != {"line", "from", "many"}:
        return jsonify(told), 401
    mine = [bill | {"no": f"{told['line']}-{bill['no']}"} for bill in BILLS]
    return jsonify(bills=mine[told["from"] : told["from"] + told["many"]], count=len(mine)), 200


@pages.get("/me")
def me() -> tuple[str, int]:
    return ("", 200) if _signed_in() else ("", 401)


@pages.get("/table")
def table() -> str:
    return TABLE


@pages.get("/lobby")
def lobby() -> str:
    return f"{HEAD}<a id=bills href=/drawer>Bills</a>"


@pages.get("/lobby/<said>")
def silent(said: str) -> str:
    return f"{HEAD}<a id=bills href=#>Bills</a><p>{said}"


@pages.get("/drawer")
def drawer() -> str:
    return DRAWER.replace("SHOWN", str([5, 4, 3, 3, 2, 1]))


@pages.get("/hidden")
def hidden() -> Response:
    page = int(request.args["p"])
    assert request.headers["X-Made"] == "by-the-page"
    return jsonify(bills=BILLS[page * 2 - 2 : page * 2], last=page * 2 >= len(BILLS))


@pages.get("/page/<number>")
def page(number: str) -> str:
    link = f"<a id=get href='/file/{number}' download>PDF</a>"
    made = f"<a id=blob>Made</a><script>fetch('/file/{number}').then((a) => a.blob()).then((b) => {{ document.getElementById('blob').href = URL.createObjectURL(b); document.getElementById('blob').download = 'x.pdf'; }})</script>"
    return f"{HEAD}<h1>{number}</h1>{link}{made}"


@pages.post("/where/<number>")
def where(number: str) -> Response:
    return jsonify(file={"href": f"../file/{number}" if request.get_json() == {"of": number} else None})


@pages.route("/file/<number>", methods=["GET", "POST"])
def file(number: str) -> Response:
    body = paper.invoice(number, date(2026, 11, 3), Decimal(12))
    return Response(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f"attachment; filename={number}.pdf"},
    )


def _signed_in() -> bool:
    return request.cookies.get("w") == "acme corp"

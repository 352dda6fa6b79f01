"""The script of `docs/netsuite.md`, run as it stands: NetSuite's modules are played, the rest is real."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "netsuite.md"
NODE = shutil.which("node")
#: What the script may call there, and what it called.
PLAYED = """
const called = [];
const made = (told) => ({ save: () => { called.push(['saved', told]); return 456; } });
const parts = {
  'N/encode': { Encoding: { BASE_64: 'base64', UTF_8: 'utf8' }, convert: (it) => Buffer.from(it.string, it.inputEncoding).toString(it.outputEncoding) },
  'N/error': { create: (told) => Object.assign(new Error(told.message), told) },
  'N/file': { Type: { PDF: 'PDF', PNGIMAGE: 'PNGIMAGE', JPGIMAGE: 'JPGIMAGE', XMLDOC: 'XMLDOC' }, create: made },
  'N/record': { Type: { VENDOR_BILL: 'vendorbill', VENDOR_CREDIT: 'vendorcredit' }, attach: (told) => called.push(['attached', told]) },
  'N/runtime': { getCurrentScript: () => ({ getParameter: ({ name }) => (name === 'custscript_moisson_folder' ? '12' : null) }) },
};
const define = (names, make) => {
  const script = make(...names.map((name) => parts[name]));
  let answer;
  try { answer = script.post(SENT); } catch (err) { answer = { error: err.name }; }
  console.log(JSON.stringify({ answer, called }));
};
"""

pytestmark = pytest.mark.skipif(
    NODE is None, reason="no node here: the script of docs/netsuite.md was not run"
)


def run(**sent: str) -> dict[str, Any]:
    found = re.search(r"^```js\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    program = f"const SENT = {json.dumps(sent)};\n{PLAYED}\n{found[1]}"
    done = subprocess.run(
        [str(NODE), "-"], input=program, capture_output=True, text=True, timeout=60, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(("kind", "type_"), [("vendorBill", "vendorbill"), ("vendorCredit", "vendorcredit")])
def test_a_pdf_is_saved_as_it_came_and_put_on_the_record(kind: str, type_: str) -> None:
    content = base64.b64encode(b"%PDF \x00\xff").decode()
    told = run(record=kind, id="1001", name="a.pdf", type="application/pdf", content=content)
    saved = {"name": "a.pdf", "fileType": "PDF", "contents": content, "folder": 12}
    attached = {"record": {"type": "file", "id": 456}, "to": {"type": type_, "id": "1001"}}
    assert told == {"answer": {"file": "456"}, "called": [["saved", saved], ["attached", attached]]}


def test_an_xml_is_saved_as_text() -> None:
    content = base64.b64encode("<a>é</a>".encode()).decode()
    (_, saved), _ = run(record="vendorBill", id="1", name="a.xml", type="application/xml", content=content)[
        "called"
    ]
    assert (saved["fileType"], saved["contents"]) == ("XMLDOC", "<a>é</a>")


def test_what_is_no_bill_is_refused() -> None:
    told = run(record="employee", id="1", name="a.pdf", type="application/pdf", content="JVBERg==")
    assert told == {"answer": {"error": "MOISSON_BAD_REQUEST"}, "called": []}

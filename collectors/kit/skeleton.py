"""The first lines of a new supplier: a file that reads as instructions and passes the check once its addresses are real."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from collectors.kit import coverage
from core import errors

TEXT = """\
# What a person should know of this portal before touching it: how one signs in, what is odd. See docs/collectors.md.
id = "ID"
name = "NAME"
website = "https://my.ID.example"            # relative addresses start here
origins = ["https://my.ID.example"]          # where a secret may be typed: scheme, host, port
hosts = ["my.ID.example"]                    # what a visit may reach at all
source = "seen with my own account"
age = TODAY                                  # when these facts were last seen to hold
verified = "never"                           # live, replica or never
bank_labels = []

[[fields]]                                   # what the account's form asks for
name = "username"
kind = "text"
label = { fr = "Identifiant", en = "User name" }

[[fields]]
name = "password"
kind = "password"
label = { fr = "Mot de passe", en = "Password" }

[login]
start = "/login"
done = { see = "#logout" }                   # how we know that we are in

# One state for each page that can come up, walls first, then refusals, then the pages to fill in.
[[login.when]]
name = "the consent wall"
see = "#consent button.refuse"
do = { click = "#consent button.refuse" }

[[login.when]]
name = "a refused password"
see = ".error"
is = "BadCredentials"
said = ".error"

[[login.when]]
name = "the sign-in page"
see = "#password"
do = [{ fill = "username", into = "#username" }, { fill = "password", into = "#password" }, { click = "button[type=submit]" }]

[list]
kind = "json"                                # json, rows, embedded or xhr
url = "/api/invoices?page={page}"
items = "invoices"                           # where the lines are
currency = "EUR"
paging = { by = "page", size = 20 }          # the last page is the one that is not full

[list.fields]
id = "id"
number = "number"
date = "date"
total = { at = "amount", style = "auto" }    # cents, point, comma: say it if the text alone does not

[document]
url = "/api/invoices/{id}/pdf"
name = "{number}.pdf"
"""


def write(folder: Path, supplier: str) -> Path:
    """A new `SUPPLIER.toml` in `folder`; raises BadManifest when there is one already, or when the id cannot be one."""
    if not coverage.ID.fullmatch(supplier):
        raise errors.BadManifest(
            f"{supplier!r} cannot be a supplier's id: 2 to 40 of a-z, 0-9 and -, a letter first"
        )
    path = folder / f"{supplier}.toml"
    name = supplier.replace("-", " ").title()
    text = TEXT.replace("ID", supplier).replace("NAME", name).replace("TODAY", date.today().isoformat())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise errors.BadManifest(f"{path} is already there; nothing was written over") from None
    return path

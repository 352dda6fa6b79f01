"""What is arranged for one account beside its credentials, changed in place."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core import errors
from web import arrangements, farm, guard, people
from web.pages.accounts import sign_ins_left, view_of
from web.pages.status import supplier_name

pages = Blueprint("arrangements", __name__, url_prefix="/accounts/<int:account_id>/settings")


@pages.get("")
@guard.admin
def form(account_id: int) -> str:
    return _shown(account_id, None)


@pages.post("")
@guard.admin
def change(account_id: int) -> Response | tuple[str, int]:
    here, read = farm.here(), arrangements.read(request.form)
    if not read.problems:
        try:
            with here.database.write() as session:
                account = view_of(session, account_id).account
                arrangements.put(session, here.desk, account, read, by=g.visitor.person_id, now=here.now())
            return redirect(url_for("accounts.account", account_id=account_id))
        except errors.VaultError:
            read.problems["form"] = "form.not_ready"
    return _shown(account_id, read), 422


def _shown(account_id: int, read: arrangements.Arranged | None) -> str:
    with farm.here().database.read() as session:
        view = view_of(session, account_id)
        return render_template(
            "arrangements.html",
            view=view,
            supplier=supplier_name(view.account.supplier),
            arranged=read or arrangements.of(view.account),
            owners=people.of_workspace(session, g.visitor.workspace_id),
            sign_ins=sign_ins_left(session, view.account),
            proxy_shown=view.account.proxy_shown,
            days=arrangements.day_names(),
            languages=arrangements.languages(),
            usual=arrangements.USUAL,
        )

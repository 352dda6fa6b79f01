"""A stand-in for NetSuite: tokens for signed assertions, a record service that remembers, SuiteQL for lists, and our RESTlet for files."""

from __future__ import annotations

import base64
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, jsonify, request
from joserfc import errors, jwt
from joserfc.jwk import RSAKey

from demo import consent, server
from demo.netsuite_books import Account, Invalid

TOKEN = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
RESTLET = "/app/site/hosting/restlet.nl"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Seconds that a token lives, and that an assertion may be good for at most.
LIVES = 3600
_FROM = re.compile(r"FROM (\w+)", re.IGNORECASE)


class NetSuite:
    """Put at an address with `start()`.

    Levers: `loses()` says of each change whether it is made and its answer lost; `down`: 503 to all; `busy`: 429 to all;
    `crowded`: the RESTlet has too many callers. `asked` counts requests by method and first word of the path.
    """

    def __init__(self, account: Account | None = None, clock: Callable[[], float] = time.time) -> None:
        self.app = Flask("netsuite")
        self.books = account or Account()
        self.clock = clock
        self.loses: Callable[[], bool] = lambda: False
        self.down, self.busy, self.crowded = False, False, False
        self.asked: Counter[str] = Counter()
        #: What the customer has put there of ours: the client, and its certificate's key under the certificate's id.
        self.client_id, self.certificate_id = "moisson-app", "cert-1"
        self.key = RSAKey.generate_key(2048)
        self.scopes: list[str] = []
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()
        consent.losing(self.app)
        self.app.add_url_rule(TOKEN, "token", self._token, methods=["POST"])
        path = "/services/rest/record/v1/<kind>/<which>"
        self.app.add_url_rule(path, "record", self._record, methods=["GET", "PUT", "PATCH"])
        self.app.add_url_rule("/services/rest/query/v1/suiteql", "query", self._query, methods=["POST"])
        self.app.add_url_rule(RESTLET, "restlet", self._restlet, methods=["POST"])
        self._server: server.Server | None = None

    @property
    def private_key(self) -> str:
        """What the customer keeps, in PEM."""
        return self.key.as_pem(private=True).decode()

    @property
    def url(self) -> str:
        return self._server.url if self._server else ""

    @property
    def restlet(self) -> str:
        return f"{self.url}{RESTLET}?script=12&deploy=1"

    def start(self, port: int = 0) -> NetSuite:
        """`port` 0 lets the system choose."""
        self._server = server.next_free(self.app, port) if port else server.Server(self.app)
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def expire(self) -> None:
        """No token works any more."""
        self._tokens.clear()

    def _token(self) -> Any:
        """For an assertion by the certificate's own key, about this client and this address, and not good for an hour or longer."""
        self.asked["POST token"] += 1
        form = request.form
        if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != JWT_BEARER:
            return jsonify(error="unsupported_grant_type"), 400
        try:
            told = jwt.decode(form["client_assertion"], self.key, algorithms=["PS256"])
        except (errors.JoseError, ValueError, KeyError):
            return jsonify(error="invalid_client"), 400
        now, claims = self.clock(), told.claims
        good = claims["iat"] <= now + 60 and now < claims["exp"] < claims["iat"] + LIVES
        ours = claims["iss"] == self.client_id and told.header.get("kid") == self.certificate_id
        if not good or not ours or claims["aud"] != f"{self.url}{TOKEN}":
            return jsonify(error="invalid_grant"), 400
        token = secrets.token_urlsafe(24)
        self._tokens[token] = now + LIVES
        self.scopes.append(claims["scope"])
        return jsonify(access_token=token, expires_in=str(LIVES), token_type="bearer")  # noqa: S106 - its type

    def _refusal(self, scope: str) -> Response | None:
        """Why a request is not even looked at, or None."""
        self.asked[f"{request.method} {request.path.split('/')[3]}"] += 1
        if self.down or self.busy:
            return _problem(503 if self.down else 429, "later", headers={"Retry-After": "30"})
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) <= self.clock():
            return _problem(401, "Invalid login attempt.")
        granted = self.scopes[-1].split(",")
        return None if scope in granted else _problem(403, f"The scope {scope} is not granted.")

    def _record(self, kind: str, which: str) -> Any:
        refused = self._refusal("rest_webservices")
        if refused is not None:
            return refused
        with self._lock:
            if request.method == "GET":
                found = self.books.found(kind, which)
                return jsonify(id=found["id"]) if found else _problem(404, "The record does not exist.")
            return self._kept(kind, which)

    def _kept(self, kind: str, which: str) -> Any:
        replaced = request.args.get("replace", "").split(",")
        try:
            record = self.books.keep(kind, which, request.get_json(), replaced=replaced)
        except Invalid as err:
            return _problem(400, *err.said)
        if self.loses():
            consent.lose(request.environ)
        return Response(
            status=204, headers={"Location": f"{request.base_url.rpartition('/')[0]}/{record['id']}"}
        )

    def _query(self) -> Any:
        refused = self._refusal("rest_webservices")
        if refused is not None:
            return refused
        if request.headers.get("Prefer") != "transient":
            return _problem(400, "Invalid header 'Prefer'.")
        asked = _FROM.search(request.get_json()["q"])
        rows = self.books.lists.get(asked[1].lower() if asked else "")
        if rows is None:
            return _problem(400, "Invalid search query. Record was not found.")
        start, limit = int(request.args.get("offset", 0)), int(request.args.get("limit", 1000))
        page = rows[start : start + limit]
        return jsonify(items=page, hasMore=start + limit < len(rows), totalResults=len(rows), offset=start)

    def _restlet(self) -> Any:
        """What the script of `docs/netsuite.md` does."""
        refused = self._refusal("restlets")
        if refused is not None:
            return refused
        if self.crowded:
            return jsonify(
                error={"code": "SSS_REQUEST_LIMIT_EXCEEDED", "message": "Request limit exceeded."}
            ), 400
        sent = request.get_json()
        with self._lock:
            content = base64.b64decode(sent["content"], validate=True)
            file = self.books.attach(sent["record"], sent["id"], sent["name"], content)
        if file is None:
            return jsonify(error={"code": "RCRD_DSNT_EXIST", "message": "That record does not exist."}), 400
        if self.loses():
            consent.lose(request.environ)
        return jsonify(file=file)


def _problem(status: int, *said: str, headers: Mapping[str, str] | None = None) -> Response:
    """RFC 7807, as NetSuite fills it in."""
    answer = jsonify(title=said[0], status=status, **{"o:errorDetails": [{"detail": one} for one in said]})
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer

"""S3 played by moto, which checks every signature by botocore's own rules, and every right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from wsgiref.types import StartResponse, WSGIEnvironment

from moto import settings as moto_settings
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from demo import server

REGION = "eu-west-3"
POLICY = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
 "Action": ["s3:PutObject", "s3:GetObject", "s3:ListBucket"]}]}"""


class Cloud:
    """`loses` is asked after each request is done."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self.asked: list[str] = []
        self.loses: Callable[[str], bool] = lambda method: False
        self.knows_conditions = True
        self.server = server.Server(self).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = str(environ["REQUEST_METHOD"])
        self.asked.append(method)
        if "HTTP_IF_NONE_MATCH" in environ and not self.knows_conditions:
            start_response("501 Not Implemented", [("Content-Length", "0")])
            return []
        answer: Iterable[bytes] = self._app(environ, start_response)
        if self.loses(method):
            raise ConnectionAbortedError
        return answer

    @property
    def bucket(self) -> Any:
        return get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].buckets["papers"]

    @property
    def files(self) -> dict[str, bytes]:
        return {name: key.value for name, key in self.bucket.keys.items()}

    def put(self, name: str, content: bytes) -> None:
        """Somebody else puts a file there."""
        get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].put_object("papers", name, content)

    def new_key(self) -> tuple[str, str]:
        """Of a user who may do what we need, and nothing else: its id and its secret."""
        iam = get_backend("iam")[DEFAULT_ACCOUNT_ID]["aws"]
        iam.create_user(REGION, "moisson")
        iam.put_user_policy("moisson", "drop", POLICY)
        key = iam.create_access_key("moisson")
        return key.access_key_id, key.secret_access_key


@contextmanager
def opened() -> Iterator[Cloud]:
    """With one bucket, `papers`, that is empty."""
    made = Cloud()
    for name in ("s3", "iam"):
        get_backend(name).reset()
    get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].create_bucket("papers", REGION)
    with mock.patch.object(moto_settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0):
        yield made
    made.server.stop()

"""What a stand-in provider keeps of apps, codes and tokens, and by which rules it gives them (Authlib's, filled in)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint

if TYPE_CHECKING:
    from demo.consent import Office


@dataclass
class App(ClientMixin):  # type: ignore[misc]
    """What a customer has registered. An empty secret is an app that has none."""

    client_id: str
    secret: str
    redirects: tuple[str, ...]

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirects[0]

    def get_allowed_scope(self, scope: str) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") is not bool(self.secret)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    person: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Tokens(TokenMixin):  # type: ignore[misc]
    """One set. `spent_at` is when its successor was made; until the grace is over it may be asked for again."""

    client_id: str
    person: str
    scope: str
    access_token: str
    refresh_token: str
    ends_at: float
    spent_at: float | None = None
    revoked: bool = False

    def check_client(self, client: ClientMixin) -> bool:
        return bool(client.get_client_id() == self.client_id)

    def get_scope(self) -> str:
        return self.scope


class CodeRule(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    office: Office

    def save_authorization_code(self, code: str, asked: Any) -> None:
        told = asked.payload
        self.office.codes[code] = Code(
            code,
            asked.client.client_id,
            told.redirect_uri,
            told.scope,
            asked.user,
            told.data["code_challenge"],
            told.data["code_challenge_method"],
        )

    def query_authorization_code(self, code: str, client: App) -> Code | None:
        found = self.office.codes.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, code: Code) -> None:
        del self.office.codes[code.code]

    def authenticate_user(self, code: Code) -> str:
        return code.person


class RefreshRule(grants.RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    office: Office

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:
        return self.office.rotates

    def authenticate_refresh_token(self, refresh_token: str) -> Tokens | None:
        if self.office.ended:
            return None
        found = [one for one in self.office.given if one.refresh_token == refresh_token and not one.revoked]
        grace = self.office.provider.grace.total_seconds()
        alive = [one for one in found if one.spent_at is None or self.office.clock() - one.spent_at < grace]
        return alive[-1] if alive else None

    def authenticate_user(self, credential: Tokens) -> str:
        return credential.person

    def revoke_old_credential(self, refresh_token: Tokens) -> None:
        if self.office.rotates and refresh_token.spent_at is None:
            refresh_token.spent_at = self.office.clock()


class RevocationRule(RevocationEndpoint):  # type: ignore[misc]
    office: Office

    def query_token(self, token_string: str, token_type_hint: str | None) -> Tokens | None:
        held = (one for one in self.office.given if token_string in (one.refresh_token, one.access_token))
        return next(held, None)

    def revoke_token(self, token: Tokens, request: Any) -> None:
        for one in self.office.given:
            one.revoked = one.revoked or one.person == token.person

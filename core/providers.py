"""Who gives consents (OAuth 2): where a person is sent, where codes and tokens go, and what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from core import errors


@dataclass(frozen=True, slots=True)
class Provider:
    """Addresses are complete URLs; `{tenant}` stands for the customer's directory, where a provider has such a thing."""

    id: str
    name: str
    authorize: str
    token: str
    revoke: str
    #: Where the interface is asked that a token is for.
    api: str
    scopes: tuple[str, ...]
    #: How the app proves itself at `token`: `client_secret_basic` or `client_secret_post` (RFC 6749 2.3.1).
    proof: str
    #: What the address that a person is sent to says beside the standard's own.
    asks: Mapping[str, str]
    #: Whether it sends people back to plain http on this machine.
    loopback: bool = True
    #: Another address that shows a person the code, for a farm that it does not send people back to; empty is none.
    shows_code_at: str = ""
    #: What comes back with the code and is kept with the tokens.
    brings: tuple[str, ...] = ()
    #: A refresh token whose successor never arrived still works for so long.
    grace: timedelta = timedelta(0)
    #: The directory of who says none.
    tenant: str = ""
    #: Its IMAP server (TLS, port 993), and what is asked for to read there. Such a grant may do more than read.
    imap: str = ""
    imap_scopes: tuple[str, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the app's secret and the tokens may go."""
        return tuple(sorted({origin(url) for url in (self.token, self.revoke, self.api) if url}))

    def of(self, tenant: str) -> Provider:
        """The same for one directory."""
        there = tenant or self.tenant
        return replace(
            self,
            authorize=self.authorize.replace("{tenant}", there),
            token=self.token.replace("{tenant}", there),
        )

    def at(self, place: str) -> Provider:
        """The same paths on a stand-in (`http://127.0.0.1:8931`), which sends people back anywhere."""
        moved = {
            name: place + urlsplit(getattr(self, name)).path
            for name in ("authorize", "token", "revoke", "api")
            if getattr(self, name)
        }
        return replace(self, **moved, loopback=True)


#: Facts as the providers publish them in 2026.
PROVIDERS = {
    one.id: one
    for one in (
        Provider(
            id="google",
            name="Google",
            authorize="https://accounts.google.com/o/oauth2/v2/auth",
            token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
            revoke="https://oauth2.googleapis.com/revoke",
            api="https://gmail.googleapis.com",
            scopes=("https://www.googleapis.com/auth/gmail.readonly",),
            proof="client_secret_post",
            # Without these Google gives a refresh token at the first consent only.
            asks={"access_type": "offline", "prompt": "consent"},
            imap="imap.gmail.com",
            imap_scopes=("https://mail.google.com/",),
        ),
        Provider(
            id="microsoft",
            name="Microsoft",
            authorize="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            token="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 - an address
            revoke="",
            api="https://graph.microsoft.com",
            scopes=("https://graph.microsoft.com/Mail.Read", "offline_access"),
            proof="client_secret_post",
            asks={"response_mode": "query"},
            tenant="common",
            imap="outlook.office365.com",
            imap_scopes=("https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"),
        ),
        Provider(
            id="xero",
            name="Xero",
            authorize="https://login.xero.com/identity/connect/authorize",
            token="https://identity.xero.com/connect/token",  # noqa: S106 - an address
            revoke="https://identity.xero.com/connect/revocation",
            api="https://api.xero.com",
            scopes=(
                "offline_access",
                "accounting.invoices",
                "accounting.payments",
                "accounting.banktransactions",
                "accounting.contacts",
                "accounting.settings.read",
                "accounting.attachments",
            ),
            proof="client_secret_basic",
            asks={},
            grace=timedelta(minutes=30),
        ),
        Provider(
            id="qbo",
            name="QuickBooks Online",
            authorize="https://appcenter.intuit.com/connect/oauth2",
            token="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # noqa: S106 - an address
            revoke="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
            api="https://quickbooks.api.intuit.com",
            scopes=("com.intuit.quickbooks.accounting",),
            proof="client_secret_basic",
            asks={},
            loopback=False,
            shows_code_at="https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl",
            brings=("realmId",),
        ),
    )
}


def known(stand_ins: Mapping[str, str], name: str, tenant: str = "") -> Provider:
    """This provider, or the stand-in that the settings name for it. Raises BadSettings for one that nobody knows."""
    provider = PROVIDERS.get(name)
    if provider is None:
        raise errors.BadSettings(f"there is no provider {name}; there are {', '.join(PROVIDERS)}")
    found = provider.of(tenant)
    return found.at(stand_ins[name]) if name in stand_ins else found


def origin(url: str) -> str:
    """Scheme, host and port, as a secret is bound to it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

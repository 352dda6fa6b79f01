"""What one round is done with: the line to the partner, the secrets, the tokens. All of it ends with the round."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from core import errors, nouns, partners, providers
from core.db import models
from scheduler import outward, tokens
from scheduler.farm import Farm
from vault import field_opening
from vault.redact import Secret


@dataclass(frozen=True)
class Equipped:
    """`app` opens what the company has registered at a provider."""

    means: partners.Means
    held: tokens.Tokens
    app: Callable[[str], tokens.App]
    opener: field_opening.FieldOpener


@asynccontextmanager
async def equipped(
    farm: Farm, of: nouns.Round, origins: tuple[str, ...], enough: Callable[[], bool]
) -> AsyncIterator[Equipped]:
    """What is opened meanwhile is masked in every log line until the round ends."""
    opener = field_opening.FieldOpener(farm.database, farm.keyring)
    with ExitStack() as live:
        async with outward.line(farm.outside.door, origins) as line:

            def learn(*values: str | Secret) -> None:
                live.enter_context(farm.redactor.live(*values))

            app = partial(_app, farm, of, opener, learn)
            held = tokens.Tokens(
                of, origins, line.http, app=app, opener=opener, writer=farm.writer, learn=learn, now=farm.now
            )
            means = partners.Means(
                secrets=partial(_secrets, farm, of, origins, opener, learn),
                token=held.access,
                brought=held.brought,
                http=line.http,
                bearer=tokens.Bearer(held, origins),
                door=line.door,
                now=farm.now,
                hold=partial(_hold, farm, of),
                enough=enough,
            )
            yield Equipped(means, held, app, opener)


def _secrets(
    farm: Farm,
    of: nouns.Round,
    origins: tuple[str, ...],
    opener: field_opening.FieldOpener,
    learn: Callable[..., None],
) -> dict[str, Secret]:
    opened = opener.of_round(of, origins=origins, now=farm.now())
    opened.pop(tokens.FIELD, None)
    learn(*opened.values())
    return opened


def _app(
    farm: Farm,
    of: nouns.Round,
    opener: field_opening.FieldOpener,
    learn: Callable[..., None],
    provider_id: str,
) -> tokens.App:
    app = models.ProviderApp
    mine = (app.workspace_id == of.workspace_id, app.provider == provider_id)
    with farm.database.read() as session:
        row = session.scalar(select(app).where(*mine))
    if row is None:
        raise errors.PartnerRefused(f"no app of yours is registered at {provider_id}")
    provider = providers.known(farm.settings.stand_ins, provider_id, row.tenant)
    opened = opener.of_app(of, row.id, origins=provider.origins, now=farm.now())
    learn(*opened.values())
    return tokens.App(provider, row.client_id, opened.get(tokens.CLIENT_SECRET, Secret("")))


def _hold(farm: Farm, of: nouns.Round) -> None:
    with farm.database.read() as session:
        field_opening.held(session, of)

"""One frozen object made of the `MOISSON_*` variables and a `.env` beside the start folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core import errors

_AT_HOME = re.compile(r"http://(127\.0\.0\.1|localhost):\d+")


class Settings(BaseSettings):
    """Every setting of the farm, read once at start."""

    model_config = SettingsConfigDict(env_prefix="MOISSON_", env_file=".env", frozen=True, extra="ignore")

    data: Path = Field(default=Path("data"), description="where database, archive, evidence and exports live")
    database: SecretStr = Field(
        default=SecretStr(""), description="SQLAlchemy URL; empty means SQLite in the data folder"
    )
    key_file: Path = Field(
        default=Path("keys/vault.key"), description="the vault's key, 0600, outside the data folder"
    )
    key: SecretStr = Field(
        default=SecretStr(""), description="the vault's key itself, base64, instead of a file"
    )
    host: str = Field(default="127.0.0.1", description="address the web part listens on")
    port: int = Field(
        default=8910, ge=0, le=65535, description="port the web part listens on; 0 lets the system choose"
    )
    browser: str = Field(default="", description="path of the browser to drive; empty means find one")
    collectors: Path | None = Field(default=None, description="folder of your own collectors, TOML files")
    allow_loopback: bool = Field(default=False, description="let plain-HTTP portals on this machine through")
    allow_no_sandbox: bool = Field(default=False, description="run the browser without its sandbox")
    time_zone: str = Field(default="Europe/Paris", description="the zone people read times in")
    visits_per_core: int = Field(default=4, ge=1, le=32, description="browser contexts at once for each core")
    upstream_proxy: str = Field(
        default="", description="http://host:port that all portal traffic goes on through"
    )
    stand_ins: dict[str, str] = Field(
        default={},
        description='providers played on this machine, for the demo and for tests: {"xero": "http://127.0.0.1:8931"}',
    )
    notify: SecretStr = Field(
        default=SecretStr(""), description="where people are told, as an Apprise address"
    )
    public_url: str = Field(
        default="",
        description="how people reach the web part, https://farm.example; empty leaves links out of notices",
    )
    inbound: str = Field(
        default="",
        pattern=r"^$|^\S+:\d+$",
        description="host:port that takes forwarded mail by SMTP, behind your own mail server; empty means none",
    )
    rates: Path | None = Field(
        default=None,
        description="file of daily reference rates (eurofxref CSV or XML), read again when it changes",
    )
    ocr: bool = Field(
        default=False,
        description="make out the words of scans (wants moisson[ocr] and Tesseract's languages)",
    )
    ocr_languages: str = Field(
        default="fra+eng",
        pattern=r"^[a-z_]{3,}(\+[a-z_]{3,})*$",
        description="Tesseract's names of the languages of your scans",
    )
    export_folder: Annotated[Path | None, NoDecode] = Field(
        default=None, description="the folder destination; empty means exports in the data folder"
    )

    @model_validator(mode="after")
    def _key_apart(self) -> Self:
        if self.data.absolute() in self.key_file.absolute().parents:
            raise ValueError(
                f"MOISSON_KEY_FILE ({self.key_file}) lies inside the data folder ({self.data}): keep the key apart"
            )
        return self

    @model_validator(mode="after")
    def _stand_ins_at_home(self) -> Self:
        elsewhere = [at for at in self.stand_ins.values() if not _AT_HOME.fullmatch(at)]
        if self.stand_ins and (elsewhere or not self.allow_loopback):
            raise ValueError(
                "MOISSON_STAND_INS: http://127.0.0.1:port only, and with MOISSON_ALLOW_LOOPBACK=1"
            )
        return self

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, address: str) -> str:
        if address and not address.startswith(("https://", "http://")):
            raise ValueError("it begins with https:// or http://")
        return address.rstrip("/")

    @property
    def database_url(self) -> str:
        return self.database.get_secret_value() or f"sqlite:///{self.data.absolute() / 'moisson.db'}"

    @property
    def scans(self) -> str:
        """The languages in which scans are read; empty when they are not."""
        return self.ocr_languages if self.ocr else ""

    @property
    def exports(self) -> Path:
        return self.export_folder or self.data / "exports"


def load() -> Settings:
    """Read the settings; raises BadSettings that names every problem at once."""
    try:
        return Settings(**_from_files())
    except ValidationError as err:
        problems = "; ".join(
            f"MOISSON_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" if e["loc"] else e["msg"]
            for e in err.errors(include_input=False)
        )
        raise errors.BadSettings(problems) from None


def _from_files() -> dict[str, Any]:
    """`MOISSON_DATABASE_FILE` holds the URL of a database whose password should not stand in the environment."""
    path = os.environ.get("MOISSON_DATABASE_FILE")
    return {"database": Path(path).read_text().strip()} if path else {}

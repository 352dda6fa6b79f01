from __future__ import annotations

import base64
import copy
import os
import pickle
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from core import errors
from core.db import Database, models
from core.settings import Settings
from tests.vault.conftest import NOW
from vault import kek, keys


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "data").mkdir()
    return Settings(data=tmp_path / "data", key_file=tmp_path / "keys" / "vault.key")


def written(settings: Settings, *, mode: int = 0o600, content: bytes = b"k" * 32) -> Settings:
    settings.key_file.parent.mkdir(exist_ok=True)
    settings.key_file.unlink(missing_ok=True)  # one that may not be written may still be replaced
    settings.key_file.write_bytes(base64.b64encode(content) + b"\n")
    settings.key_file.chmod(mode)
    return settings


def given(settings: Settings, key: bytes) -> Settings:
    return settings.model_copy(update={"key": SecretStr(base64.b64encode(key).decode())})


def test_the_first_start_makes_a_key_that_only_its_user_can_read(settings: Settings) -> None:
    made = kek.key_from(settings)
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.key_file.parent.stat().st_mode) == 0o700
    assert kek.key_from(settings).check() == made.check()
    assert list(settings.key_file.parent.iterdir()) == [settings.key_file]


def test_two_installations_never_have_the_same_key(settings: Settings) -> None:
    first = kek.key_from(settings).check()
    settings.key_file.unlink()
    assert kek.key_from(settings).check() != first


def test_looking_for_the_key_makes_none(settings: Settings) -> None:
    assert kek.find(settings) is None
    assert not settings.key_file.exists()


def test_a_lost_key_is_not_replaced_in_silence(settings: Settings) -> None:
    database = Database.of(settings)
    models.Base.metadata.create_all(database.engine)
    keys.Keyring.open(database, kek.key_from(settings), now=NOW)
    settings.key_file.unlink()
    with pytest.raises(errors.VaultClosed, match="missing"):
        kek.key_from(settings)
    assert not settings.key_file.exists()
    database.close()


def test_a_database_without_any_key_yet_is_a_first_start(settings: Settings) -> None:
    database = Database.of(settings)
    models.Base.metadata.create_all(database.engine)
    database.close()
    assert kek.key_from(settings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o622])
def test_a_key_that_others_can_read_or_change_is_refused(settings: Settings, mode: int) -> None:
    with pytest.raises(errors.VaultClosed, match="chmod 600"):
        kek.key_from(written(settings, mode=mode))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_that_only_its_user_can_read_is_taken(settings: Settings, mode: int) -> None:
    assert kek.key_from(written(settings, mode=mode)).check() == kek.Kek(b"k" * 32).check()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_user_s_key_is_refused(settings: Settings) -> None:
    os.chown(written(settings).key_file, 12345, 12345)
    with pytest.raises(errors.VaultClosed, match="another user"):
        kek.key_from(settings)


def test_a_symbolic_link_is_refused(settings: Settings, tmp_path: Path) -> None:
    written(settings).key_file.rename(tmp_path / "elsewhere")
    settings.key_file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(errors.VaultClosed, match="symbolic link"):
        kek.key_from(settings)


def test_a_pipe_is_refused(settings: Settings) -> None:
    settings.key_file.parent.mkdir()
    os.mkfifo(settings.key_file, 0o600)
    with pytest.raises(errors.VaultClosed, match="not an ordinary file"):
        kek.key_from(settings)


def test_a_key_inside_the_data_folder_is_refused_even_by_a_detour(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "detour").symlink_to(settings.data)
    detour = settings.model_copy(update={"key_file": tmp_path / "detour" / "vault.key"})
    with pytest.raises(errors.VaultClosed, match="data folder"):
        kek.key_from(detour)
    assert not detour.key_file.exists()
    with pytest.raises(errors.VaultClosed, match="data folder"):
        kek.key_from(written(detour))


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_key_of_another_size_is_refused(settings: Settings, content: bytes) -> None:
    with pytest.raises(errors.VaultClosed, match="32 bytes"):
        kek.key_from(written(settings, content=content))


def test_what_is_not_base64_is_refused_and_not_repeated(settings: Settings) -> None:
    wrong = settings.model_copy(update={"key": SecretStr("not a key, but perhaps a password")})
    with pytest.raises(errors.VaultClosed, match="MOISSON_KEY does not hold a key") as refused:
        kek.key_from(wrong)
    assert "password" not in str(refused.value)


def test_the_environment_can_give_the_key_and_then_no_file_is_made(settings: Settings) -> None:
    assert kek.key_from(given(settings, b"e" * 32)).check() == kek.Kek(b"e" * 32).check()
    assert not settings.key_file.exists()


def test_two_sources_have_to_agree(settings: Settings) -> None:
    assert kek.key_from(given(written(settings), b"k" * 32))
    with pytest.raises(errors.VaultClosed, match="two different keys"):
        kek.key_from(given(settings, b"e" * 32))


def test_a_secret_store_may_show_its_file_to_others_but_not_let_them_write(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(errors.VaultClosed, match="chmod 600"):
        kek.key_from(written(settings, mode=0o444))
    monkeypatch.setattr(kek, "SECRET_STORES", (settings.key_file.parent,))
    assert kek.key_from(settings)
    with pytest.raises(errors.VaultClosed, match="changed by others"):
        kek.key_from(written(settings, mode=0o666))


def test_a_place_where_no_key_can_be_written_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(errors.VaultClosed, match="cannot be"):
        kek.key_from(settings)


def test_the_key_is_never_printed_copied_or_pickled() -> None:
    key = kek.Kek(b"k" * 32)
    assert "k" * 4 not in repr(key) + str(key) + f"{key}"
    for copier in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copier(key)


def test_a_wrapped_key_opens_only_as_what_it_was_wrapped(settings: Settings) -> None:
    wrapped = kek.Kek(b"k" * 32).wrap(b"private", b"company 1")
    assert kek.Kek(b"k" * 32).unwrap(wrapped, b"company 1") == b"private"
    for key, about in ((b"k" * 32, b"company 2"), (b"x" * 32, b"company 1")):
        with pytest.raises(errors.VaultError):
            kek.Kek(key).unwrap(wrapped, about)
    with pytest.raises(errors.VaultError):
        kek.Kek(b"k" * 32).unwrap(b"short", b"company 1")

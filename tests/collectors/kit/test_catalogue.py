"""The catalogue: what is in it, what is told of the files that are not, and what it never loads."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from collectors.kit import catalogue, check, manifest, skeleton
from collectors.kit.collector import Collector
from core import errors
from tests.collectors.kit.test_manifest import FERN


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "fern.toml").write_text(FERN, encoding="utf-8")
    return tmp_path


def test_the_built_in_suppliers_are_there_and_the_demos_only_with_leave() -> None:
    usual, with_leave = catalogue.load(), catalogue.load(allow_loopback=True)
    assert "orange" in usual.collectors
    assert {"mandarine", "nimbus", "bleu"} == set(with_leave.collectors) - set(usual.collectors)
    assert usual.problems == []


def test_a_file_in_the_owners_folder_is_a_supplier(own: Path) -> None:
    assert catalogue.load(own).collector("fern").manifest.name == "Fern Hosting"


def test_a_broken_file_is_told_and_keeps_nobody_away(own: Path) -> None:
    (own / "broken.toml").write_text("id = 12", encoding="utf-8")
    (own / "latin.toml").write_bytes(b"id = '\xe9'")
    found = catalogue.load(own)
    assert set(found.collectors) == {*catalogue.load().collectors, "fern"}
    assert [str(problem).partition(":")[0] for problem in found.problems] == [
        str(own / "broken.toml"),
        str(own / "latin.toml"),
    ]


def test_a_supplier_that_is_there_already_is_not_replaced(own: Path) -> None:
    (own / "mine.toml").write_text(FERN.replace('"fern"', '"orange"'), encoding="utf-8")
    found = catalogue.load(own)
    assert found.collector("orange").manifest.name == "Orange et Sosh"
    assert "'orange' is already there, from orange.toml" in str(found.problems[0])


def test_a_demo_supplier_gives_way_to_the_same_one_on_another_port(tmp_path: Path) -> None:
    text = (catalogue.BUILT_IN / "mandarine.toml").read_text(encoding="utf-8")
    (tmp_path / "mandarine.toml").write_text(text.replace(":8921", ":9921"), encoding="utf-8")
    found = catalogue.load(tmp_path, allow_loopback=True)
    assert found.problems == []
    assert found.collector("mandarine").manifest.website.endswith(":9921")


def test_python_in_the_folder_is_not_run(own: Path) -> None:
    (own / "evil.py").write_text("raise SystemExit('run')", encoding="utf-8")
    assert "are not run" in str(catalogue.load(own).problems[0])


def test_a_class_of_the_catalogue_is_found_by_its_file_and_no_other_is_run(tmp_path: Path) -> None:
    file = catalogue.BUILT_IN / "orange_pro.py"
    assert catalogue.of_file(file).manifest.id == "orange-pro"
    assert not any(finding.grave for finding in check.check(file))
    (tmp_path / "engie.py").write_text("raise SystemExit('run')", encoding="utf-8")
    (told,) = check.check(tmp_path / "engie.py")
    assert "are not run" in told.words


class Packaged(Collector):
    """A supplier that came with a package."""

    manifest = manifest.parse(
        FERN.replace('"fern"', '"packaged"').partition("[login]")[0], "packaged", by_class=True
    )


def broken() -> None:
    raise RuntimeError("no such module of theirs")


def test_a_package_brings_suppliers_and_its_own_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint(name, f"{__name__}:{name}", catalogue.GROUP) for name in ("Packaged", "broken")]
    monkeypatch.setattr(catalogue, "entry_points", lambda group: points)
    found = catalogue.load()
    assert isinstance(found.collector("packaged"), Packaged)
    assert "RuntimeError: no such module of theirs" in str(found.problems[0])


def test_a_folder_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    assert catalogue.load(tmp_path / "none").problems == []


def test_an_unknown_supplier_is_named() -> None:
    with pytest.raises(errors.BadManifest, match="'nobody'"):
        catalogue.load().collector("nobody")


def test_the_catalogue_brings_neither_browser_nor_crawler_along() -> None:
    code = "import sys; from collectors.kit import catalogue; catalogue.load(allow_loopback=True); print(sorted({'playwright', 'scrapy', 'twisted'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_check_tells_what_a_file_reaches_and_types(own: Path) -> None:
    told = [str(finding) for finding in check.check(own / "fern.toml")]
    assert "· secrets are typed at https://my.fern.example and nowhere else" in told
    assert "· a visit reaches my.fern.example and nothing else" in told
    assert any(each.startswith("! age:") for each in told)


def test_a_check_of_a_broken_file_is_grave(own: Path) -> None:
    path = own / "fern.toml"
    path.write_text(FERN.replace('"fern"', '"F"').replace("[document]", "[documents]"), encoding="utf-8")
    found = check.check(path)
    assert all(finding.grave for finding in found)
    assert any("documents: unknown key (did you mean 'document'?)" in str(finding) for finding in found)


def test_a_check_advises_to_declare_the_refusal(own: Path) -> None:
    path = own / "fern.toml"
    path.write_text(FERN.replace('is = "BadCredentials"', 'is = "Locked"'), encoding="utf-8")
    assert any("no page is BadCredentials" in each.words for each in check.check(path))


def test_a_check_of_a_portal_on_this_machine_asks_for_leave(tmp_path: Path) -> None:
    path = catalogue.BUILT_IN / "mandarine.toml"
    assert any(finding.grave for finding in check.check(path))
    assert not any(finding.grave for finding in check.check(path, allow_loopback=True))


def test_a_new_supplier_begins_with_a_file_that_passes_the_check(tmp_path: Path) -> None:
    files = skeleton.write(tmp_path / "mine", "blue-water", "Blue Water")
    assert [path.name for path in files] == ["blue-water.toml", "blue_water_portal.py", "test_blue_water.py"]
    assert not any(finding.grave for finding in check.check(files[0]))
    with pytest.raises(errors.BadManifest, match="already there"):
        skeleton.write(tmp_path / "mine", "blue-water")
    with pytest.raises(errors.BadManifest, match="cannot be"):
        skeleton.write(tmp_path, "Blue Water")

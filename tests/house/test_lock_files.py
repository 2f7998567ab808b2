"""The requirements files are what pyproject.toml asks for, exact, hashed and bound to no host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.repository import ROOT, files

FILES = [path for path in files() if re.search(r"requirements.*\.txt$", path.as_posix())]
GROUPS = {"base": (), "dev": ("dev",), "bench": ("bench",), "mutants": ("mutants",)}


def locked(path: Path) -> list[str]:
    """One line per requirement, its hashes on the same line."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def pins(path: Path) -> dict[str, Version]:
    found: dict[str, Version] = {}
    for line in locked(path):
        requirement = Requirement(line.partition(" --hash")[0])
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        found[canonicalize_name(requirement.name)] = Version(pin.version)
    return found


def asked(*groups: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = list(project["project"]["dependencies"])
    for group in groups:
        texts += project["dependency-groups"][group]
    return [Requirement(text) for text in texts]


def test_lock_files_exist() -> None:
    assert {path.stem for path in FILES} == {*GROUPS, "install"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_requirement_is_exact_and_hashed(path: Path) -> None:
    assert pins(path)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", line) for line in locked(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_lock_files_name_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links)", text, re.MULTILINE)


@pytest.mark.parametrize("name", GROUPS)
def test_locked_versions_satisfy_pyproject(name: str) -> None:
    found = pins(ROOT / "requirements" / f"{name}.txt")
    unmet = [
        str(requirement)
        for requirement in asked(*GROUPS[name])
        if found[canonicalize_name(requirement.name)] not in requirement.specifier
    ]
    assert not unmet


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_lock_files_agree_on_versions(path: Path) -> None:
    developed_with = pins(ROOT / "requirements" / "dev.txt")
    for name, version in pins(path).items():
        assert developed_with.get(name, version) == version

"""The files in deploy/: what they name exists, and the installation is complete."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from config import from_environment
from royalties.cli.main import load
from tests.house.repository import ROOT
from tests.patience import PATIENCE

DEPLOY = ROOT / "deploy"


def copied() -> set[str]:
    """What the container is built from, as names at the top of the repository."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    return {
        name
        for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE)
        for name in line.split()[:-1]
    }


def wheel_holds() -> set[str]:
    """What the wheel is built from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])


def test_container_holds_the_program_and_what_installs_it() -> None:
    wanted = wheel_holds() | {"Makefile", "pyproject.toml", "README.md", "LICENSE", "requirements"}
    assert copied() == wanted
    assert not [name for name in copied() if not (ROOT / name).exists()]


@pytest.mark.thorough("processes of their own")
def test_installed_program_needs_nothing_of_the_checkout(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    (wheel,) = tmp_path.glob("royalties-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {
        "PYTHONPATH": str(tmp_path / "installed"),
        "ROYALTIES_HOME": str(tmp_path / "home"),
    }
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "royalties", "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    assert "invariants hold" in ran.stdout
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import royalties, config; print(royalties, config)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(ROOT) not in where.stdout


def test_service_starts_a_command_that_exists() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "royalties.service", encoding="utf-8")
    for key, name in (("ExecStartPre", "init"), ("ExecStart", "serve")):
        program, command, *options = shlex.split(unit["Service"][key])
        assert program.endswith("/.venv/bin/royalties")
        assert command == name
        load(name).make_context(name, options)
    container = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    found = re.search(r"exec royalties serve ([^\"]+)\"", container)
    assert found
    load("serve").make_context("serve", shlex.split(found[1]))


def test_environment_names_variables_that_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (DEPLOY / "environment.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    config = from_environment()
    read = {str(value) for value in (config.home, config.database_url, config.base_url)}
    assert read | {config.smtp_url, config.mail_from} == set(given.values())


def test_proxy_passes_on_what_the_desk_believes() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    headers = set(re.findall(r"proxy_set_header (\S+)", text))
    assert headers == {"Host", "X-Forwarded-For", "X-Forwarded-Proto"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = shutil.which("true") or ""
    text = (DEPLOY / "royalties.service").read_text(encoding="utf-8")
    unit = tmp_path / "royalties.service"
    unit.write_text(re.sub(r"/opt/royalties/\.venv/bin/royalties", program, text))
    checked = subprocess.run(
        ["systemd-analyze", "verify", unit],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert [line for line in checked.stderr.splitlines() if "royalties.service" in line] == []


def _builder() -> str | None:
    for name in ("podman", "docker"):
        path = shutil.which(name)
        image = "docker.io/library/python:3.13-slim"
        if (
            path
            and not subprocess.run(
                [path, "image", "inspect", image], capture_output=True, check=False
            ).returncode
        ):
            return path
    return None


BUILDER = _builder()


@pytest.mark.skipif(BUILDER is None, reason="no podman or docker that has the base image")
def test_container_is_built_and_serves_the_command() -> None:
    tag = "royalties-of-tests"
    subprocess.run(
        [str(BUILDER), "build", "-t", tag, "-f", DEPLOY / "Containerfile", ROOT],
        check=True,
        capture_output=True,
    )
    said = subprocess.run(
        [str(BUILDER), "run", "--rm", tag, "royalties", "--version"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "royalties" in said.stdout

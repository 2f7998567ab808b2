"""With a full disk everything can still be read, and refused writes say why."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from royalties.domain.people import Role
from tests.builders.books import Office, Shelf, closed
from tests.builders.doors import with_clock
from tests.builders.site import PASSWORD, Site, open_site

ROOM = 32 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"only root may mount a disk: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)  # noqa: S607


@pytest.fixture
def office(shelf: Shelf, disk: Path) -> Iterator[Office]:
    with shelf.office("sqlite", closed, disk / "office") as found:
        yield found


def fill(disk: Path) -> Path:
    """Leave not one byte."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as file:
        for block in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"0" * block)
            except OSError:
                continue
    return path


LOOKED_AT = ("/finance/", "/finance/periods", "/finance/ledger/", "/finance/titles/collab")


def test_full_disk_is_reported_and_loses_nothing(office: Office, disk: Path) -> None:
    site: Site = open_site(office)
    clock = with_clock(site)
    boss = site.visitor(Role.ADMINISTRATOR, "Ada Boss")
    for path in LOOKED_AT:
        assert boss.get(path).status_code == 200
    clock.later(minutes=2)  # the visit would be noted
    filler = fill(disk)
    for path in LOOKED_AT:
        assert boss.get(path).status_code == 200, path
    assert site.stranger().get("/titles/").status_code == 200
    before = office.hashes()
    rate = {"source": "EUR", "target": "USD", "rate": "1.05"}
    given = {"email": "ada.boss@example.org", "password": PASSWORD}
    refused = [
        boss.post("/finance/rates", rate),
        site.stranger().post("/account/sign-in", given),
    ]
    for each in refused:
        assert each.status_code == 507
        assert "the disk is full" in each.text
        assert "free some space" in each.text.lower()
        assert each.headers["Cache-Control"] == "no-store"
    assert office.hashes() == before
    filler.unlink()
    assert site.stranger().post("/account/sign-in", given).status_code == 303

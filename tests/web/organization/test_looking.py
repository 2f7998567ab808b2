"""Files of orders are checked and stored without holding locks, within a time budget."""

import io
import time
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from royalties.adapters.files import Files
from royalties.domain.orders.artwork import Use
from royalties.domain.orders.life import State
from royalties.domain.people import Role
from royalties.services.mail.outbox import Message, write
from royalties.services.orders.production import artwork
from royalties.services.people.throttle import Tried
from royalties.web.core import waiting
from tests.builders.books import TESS, Office, after
from tests.builders.orders import accepted, somebody, takes_orders
from tests.builders.site import Site, Visitor
from tests.web.organization.test_organization import (
    LETTERED,
    ROOM,
    a_logo,
    hidden,
    lea,
    olga,
    proofed,
    standing,
)

pytestmark = after(takes_orders)


def somebody_writes(office: Office) -> None:
    another = office.another(busy_seconds=0.2).system
    with another.work(TESS) as work:
        write(work, Message("bo@example.org", "Meanwhile", ["Written."], "note", "1"))
    another.dispose()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_reading_a_proof_for_approval_does_not_block_writers(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = olga(site)
    number = proofed(site.office, visitor)
    path = f"{ROOM}/{number}/proof/approve"
    form = {**hidden(visitor.page(path)), "name": "Olga Orr", "looked": "1"}
    read = Files.fingerprint

    def reading(files: Files, *arguments: Any) -> tuple[str, int]:
        somebody_writes(site.office)
        return read(files, *arguments)

    monkeypatch.setattr(Files, "fingerprint", reading)
    assert visitor.post(path, form).status_code == 303
    assert standing(site.office, number).state is State.PROOF_APPROVED
    assert site.office.rows("SELECT count(*) FROM mail WHERE subject = 'Meanwhile'") == [(1,)]


def test_no_file_is_written_while_an_order_is_locked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, office = olga(site), site.office
    number = accepted(office, visitor.actor, LETTERED)
    files = office.system.files
    sent = artwork.ArtworkUpload(Use.LOGO, "logo.png", io.BytesIO(a_logo()))
    logo = artwork.inspect(files, sent, LETTERED.options)

    def fail(*_any: object, **_more: object) -> None:
        pytest.fail("bytes are written while the order is held")

    version = standing(office, number).version
    with office.system.work(visitor.actor) as work, monkeypatch.context() as patch:
        patch.setattr(Files, "_write", fail)
        patch.setattr(Files, "_write_bytes", fail)
        artwork.send_artwork(work, number, version=version, files=[logo], rights=True)
    with office.work(read_only=True) as work:
        [file] = artwork.artwork_files(work, standing(office, number))
        picture = artwork.preview_of(work, number, file.id)
    assert picture == logo.checked.previews[0]


def test_a_refused_file_leaves_no_pictures(site: Site) -> None:
    files = site.office.system.files
    looked = artwork.inspect(files, artwork.ArtworkUpload(Use.LOGO, "logo.png", io.BytesIO(b"MZ")))
    assert looked.problems
    folder = files.home / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []


# Seconds


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets every look at a file take so many seconds, as it seems."""
    took = [0]
    ticks = count()
    own = SimpleNamespace(monotonic=lambda: next(ticks) * took[0], sleep=time.sleep)
    monkeypatch.setattr(waiting, "time", own)

    def take(seconds: int) -> None:
        took[0] = seconds

    return take


def looks(visitor: Visitor, number: str) -> Any:
    data = {"use": "logo", "file": (io.BytesIO(a_logo()), "logo.png")}
    return visitor.post(f"{ROOM}/{number}/artwork/look", data)


def shows(visitor: Visitor, number: str) -> Any:
    data = {"logo": (io.BytesIO(a_logo()), "logo.png")}
    return visitor.post(f"{ROOM}/{number}/artwork/show", data)


def test_exhausted_time_budget_says_how_long_to_wait(
    site: Site, slowly: Callable[[int], None]
) -> None:
    visitor, other = olga(site), lea(site)
    number = accepted(site.office, visitor.actor, LETTERED)
    theirs = accepted(site.office, other.actor, LETTERED)
    [limit] = Tried.LOOKING.value
    slowly(limit.times // 2)
    assert looks(visitor, number).status_code == 200
    assert looks(visitor, number).status_code == 200
    assert looks(visitor, number).status_code == 429
    answer = shows(visitor, number)
    assert answer.status_code == 429
    assert "took all the time that one person" in answer.text
    assert "no more are looked at for 16 minutes" in answer.text
    artwork_path = f"{ROOM}/{number}/artwork"
    sent = {**hidden(visitor.page(artwork_path)), "rights": "1"}
    refused = visitor.post(artwork_path, {**sent, "logo": (io.BytesIO(a_logo()), "logo.png")})
    assert refused.status_code in {409, 422}
    assert "took all the time" in refused.text
    assert artwork_of(site.office, number) == []
    assert looks(other, theirs).status_code == 200, "of another house"


def of_the_guild(site: Site, name: str) -> Visitor:
    return site.signed_in(somebody(site.office, name, Role.ORGANIZATION, "guild"))


def artwork_of(office: Office, number: str) -> list[artwork.OrderFile]:
    with office.work(read_only=True) as work:
        return artwork.artwork_files(work, standing(office, number))


def test_time_budget_is_shared_by_an_organization(
    site: Site, slowly: Callable[[int], None]
) -> None:
    first = olga(site)
    number = accepted(site.office, first.actor, LETTERED)
    [mine], [ours] = Tried.LOOKING.value, Tried.LOOKING_FOR.value
    colleagues = [first, *(of_the_guild(site, f"Otto {each}") for each in range(2))]
    slowly(mine.times)
    for each in colleagues[: ours.times // mine.times]:
        assert looks(each, number).status_code == 200
    answer = shows(colleagues[-1], number)
    assert answer.status_code == 429
    assert "took all the time that one organization" in answer.text

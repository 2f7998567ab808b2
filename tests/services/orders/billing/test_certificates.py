"""Tax certificates: sent by an organization, checked by the staff, in force for a place and a time."""

import io
from datetime import date, timedelta
from typing import Any

import pytest

from royalties.domain.people import ANONYMOUS, Actor, NotAllowedError, Role
from royalties.services.orders.billing import certificates
from royalties.services.orders.billing.certificates import (
    AttachmentUpload,
    NoCertificateError,
    Status,
)
from royalties.services.work import RefusedError
from tests.builders.books import Office, after
from tests.builders.orders import letters, somebody, takes_orders

pytestmark = after(takes_orders)

TODAY = date(2026, 8, 20)
SIGNED, ENDS = date(2026, 1, 5), date(2027, 1, 5)
PDF = b"%PDF-1.7 signed"


@pytest.fixture
def olga(office: Office) -> Actor:
    return somebody(office, "Olga", Role.ORGANIZATION, "guild")


@pytest.fixture
def lena(office: Office) -> Actor:
    return somebody(office, "Lena", Role.ORGANIZATION, "league")


def upload(office: Office, actor: Actor, **more: Any) -> int:
    values = {"organization": "guild", "place": "us-wa", "signed_on": SIGNED, "expires_on": ENDS}
    sent = AttachmentUpload("exemption.pdf", io.BytesIO(more.pop("data", PDF)))
    with office.system.work(actor) as work:
        return certificates.upload(work, **{**values, **more}, sent=sent)


def places(office: Office, day: date = TODAY) -> set[str]:
    with office.work(read_only=True) as work:
        return set(certificates.places_in_force(work, "guild", day))


def statuses(office: Office, actor: Actor) -> list[Status]:
    with office.system.work(actor, read_only=True) as work:
        return [each.status for each in certificates.certificates(work, "guild")]


def test_certificate_counts_from_its_check_until_it_expires(office: Office, olga: Actor) -> None:
    number = upload(office, olga)
    assert places(office) == set()
    assert statuses(office, olga) == [Status.WAITING]
    assert letters(office)[-1][0] == "desk@example.com"
    with office.work() as work:
        assert [each.id for each in certificates.waiting(work)] == [number]
        certificates.check(work, number)
        assert certificates.waiting(work) == []
        assert certificates.in_force(work, "guild", "US-WA", ENDS)
        assert not certificates.in_force(work, "guild", "US-OR", TODAY)
        assert not certificates.in_force(work, "league", "US-WA", TODAY)
    assert places(office, SIGNED - timedelta(days=1)) == set()
    assert places(office, SIGNED) == places(office, ENDS) == {"US-WA"}
    assert places(office, ENDS + timedelta(days=1)) == set()
    assert statuses(office, olga) == [Status.IN_FORCE]
    assert [who for who, *_ in letters(office)[-2:]] == ["guild@example.com", "olga@example.org"]
    office.execute("UPDATE certificate SET expires_on = '2026-08-19'")
    assert statuses(office, olga) == [Status.EXPIRED]


def test_refused_certificate_never_counts(office: Office, olga: Actor) -> None:
    number = upload(office, olga)
    with office.work() as work:
        with pytest.raises(RefusedError, match="say why"):
            certificates.refuse(work, number, "")
        certificates.refuse(work, number, "It is not signed")
        for again in (certificates.check, lambda w, n: certificates.refuse(w, n, "again")):
            with pytest.raises(RefusedError, match="tess refused"):
                again(work, number)
    assert places(office) == set()
    assert statuses(office, olga) == [Status.REFUSED]
    assert "It is not signed" in letters(office)[-1][2]


def test_certificate_that_counts_is_refused_after_all(office: Office, olga: Actor) -> None:
    """One that was let count by mistake counts no more, and the organization is told why."""
    number = upload(office, olga)
    with office.work() as work:
        certificates.check(work, number)
        with pytest.raises(RefusedError, match="tess checked"):
            certificates.check(work, number)
        assert certificates.in_force(work, "guild", "US-WA", ENDS)
        certificates.refuse(work, number, "It is signed by somebody else")
        with pytest.raises(RefusedError, match="tess refused"):
            certificates.refuse(work, number, "again")
    assert places(office) == set()
    assert statuses(office, olga) == [Status.REFUSED]
    assert "signed by somebody else" in letters(office)[-1][2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"organization": "league"}, "no such organization"),
        ({"organization": "nobody"}, "no such organization"),
        ({"place": "Washington"}, "name the state"),
        ({"place": "US"}, "name the state"),
        ({"signed_on": TODAY + timedelta(days=1)}, "lies ahead"),
        ({"expires_on": TODAY - timedelta(days=1)}, "has expired"),
        ({"expires_on": date(2099, 1, 1)}, "20 years"),
        ({"data": b"<html>"}, "PDF, PNG or JPEG"),
        ({"data": b"PK\x03\x04"}, "PDF, PNG or JPEG"),
    ],
)
def test_invalid_certificate_is_refused(
    office: Office, olga: Actor, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        upload(office, olga, **change)
    assert office.rows("SELECT count(*) FROM certificate") == [(0,)]


def test_another_organizations_certificate_does_not_exist(
    office: Office, olga: Actor, lena: Actor
) -> None:
    number = upload(office, olga)
    with office.system.work(lena, read_only=True) as work:
        assert certificates.certificates(work, "guild") == []
        assert certificates.file_of(work, number) is None
    with office.system.work(olga, read_only=True) as work:
        found = certificates.file_of(work, number)
        assert found is not None
        assert found.path.read_bytes() == PDF
    for actor in (olga, lena, ANONYMOUS):
        with office.system.work(actor) as work:
            with pytest.raises(NotAllowedError):
                certificates.check(work, number)
            with pytest.raises(NotAllowedError):
                certificates.refuse(work, number, "no")
    with office.work() as work, pytest.raises(NoCertificateError):
        certificates.check(work, number + 1)

"""Tax certificates: an organization sends one for each state, and the staff checks it.

One counts from when it is checked, for copies that go to its place, while it is in force.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from royalties.domain.orders.life import Side
from royalties.domain.people import Verb
from royalties.ingest import places
from royalties.ingest.uploads.attachments import PAPERS
from royalties.services.books import setup_in_force
from royalties.services.enclosures import TakenFile
from royalties.services.mail.outbox import Message, write
from royalties.services.orders import messages
from royalties.services.orders.life import reason_of
from royalties.services.orders.messages import AttachmentUpload, OrderDownload
from royalties.services.orders.quoting.drafting import date_words
from royalties.services.work import RefusedError, Work
from royalties.store.orders import certificates as store
from royalties.store.people import people

__all__ = [
    "AttachmentUpload",
    "Certificate",
    "Status",
    "certificates",
    "check",
    "file_of",
    "in_force",
    "places_in_force",
    "refuse",
    "upload",
    "waiting",
]

_LONGEST_YEARS = 20
_MOST_A_DAY = 60


class Status(StrEnum):
    """Whether a certificate counts."""

    WAITING = "waiting to be checked"
    IN_FORCE = "in force"
    EXPIRED = "expired"
    REFUSED = "refused"


class NoCertificateError(RefusedError):
    """There is no such certificate for who asks."""

    def __init__(self) -> None:
        super().__init__("there is no such certificate")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it stands today; ``refused`` says why it does not count, if so."""

    id: int
    organization: str
    place: str
    signed_on: date
    expires_on: date
    name: str
    at: datetime
    by: str
    checked_at: datetime | None
    checked_by: str | None
    refused: str
    status: Status


def upload(
    work: Work,
    organization: str,
    place: str,
    signed_on: date,
    expires_on: date,
    sent: AttachmentUpload | TakenFile,
) -> int:
    """Keep a certificate that was signed; returns its number. The staff checks it next.

    Args:
        work: the unit of work.
        organization: whose.
        place: country and state for which it holds, ``US-WA``; their names will do.
        signed_on: the day under its signature.
        expires_on: the last day on which it counts.
        sent: the signed paper as PDF, PNG or JPEG.

    Raises:
        RefusedError: the organization is not one's own, a day or place will not do, or the file.
    """
    work.actor.require(Verb.KEEP_ORDERS if work.actor.sees_all else Verb.ORDER)
    setup = setup_in_force(work)
    is_own = work.actor.sees_all or organization in work.actor.organizations
    if organization not in setup.organizations or not is_own:
        raise RefusedError("there is no such organization of yours")
    place = _place_of(place)
    if signed_on > work.today:
        raise RefusedError("the day under the signature lies ahead: write the one on the paper")
    if expires_on < work.today:
        raise RefusedError("this certificate has expired: send one that is in force")
    if expires_on.year - signed_on.year > _LONGEST_YEARS:
        raise RefusedError(f"a certificate holds for {_LONGEST_YEARS} years at most")
    if store.sent_since(work.connection, organization, work.at - messages.DAY) >= _MOST_A_DAY:
        raise RefusedError(
            f"{_MOST_A_DAY} certificates came within a day: wait until they are checked"
        )
    file = messages.store_file(work, sent, PAPERS)
    number = store.add_certificate(
        work.connection,
        {
            "organization": organization,
            "place": place,
            "signed_on": signed_on,
            "expires_on": expires_on,
            "name": file.name,
            "type": file.type,
            "sha256": file.sha256,
            "at": work.at,
            "by": work.actor.name,
            "refused": "",
        },
    )
    _record(work, number, organization, place, "sent")
    if not work.actor.sees_all and setup.publisher.email:
        name = setup.organizations[organization].name
        lines = [
            f"{name} sent a tax certificate for {place}.",
            "Check it, or refuse it with a reason.",
        ]
        _notify(
            work,
            [setup.publisher.email],
            f"A tax certificate of {name}",
            lines,
            Side.STAFF,
            organization,
        )
    return number


def check(work: Work, number: int) -> None:
    """Let a certificate count, once somebody of the staff has looked at it.

    Raises:
        NoCertificateError: there is none.
        RefusedError: it was decided already, or has expired.
    """
    row = _undecided(work, number)
    if row.expires_on < work.today:
        raise RefusedError("this certificate has expired: refuse it, and ask for a new one")
    _decide(work, row, "")


def refuse(work: Work, number: int, reason: str) -> None:
    """Say why a certificate does not count, or not any more; the organization is notified.

    What was invoiced without tax stays as it is.

    Raises:
        NoCertificateError: there is none.
        RefusedError: it was refused already, or no reason is given.
    """
    _decide(work, _undecided(work, number, or_in_force=True), reason_of(reason))


def certificates(work: Work, organization: str) -> list[Certificate]:
    """An organization's certificates, the newest first, expired ones too."""
    work.actor.require(Verb.READ_ORDERS)
    rows = store.certificate_rows(work.connection, work.actor, organization=organization)
    return [_certificate_of(work, row) for row in rows]


def waiting(work: Work) -> list[Certificate]:
    """Certificates that nobody has checked yet."""
    work.actor.require(Verb.KEEP_ORDERS)
    rows = store.certificate_rows(work.connection, work.actor, waiting=True)
    return [_certificate_of(work, row) for row in rows]


def in_force(work: Work, organization: str, place: str, day: date) -> bool:
    """Whether an organization has a certificate that counts for a place on a day."""
    return place in places_in_force(work, organization, day)


def places_in_force(work: Work, organization: str, day: date) -> frozenset[str]:
    """All places for which an organization pays no tax on a day, by one query.

    Other verbs ask this for an order that they found for the actor.
    """
    return store.places_in_force(work.connection, organization, day)


def file_of(work: Work, number: int) -> OrderDownload | None:
    """The signed paper, if it concerns the actor; else None.

    Raises:
        RefusedError: its bytes are missing.
    """
    work.actor.require(Verb.READ_ORDERS)
    row = store.find_certificate(work.connection, work.actor, number)
    if row is None:
        return None
    path = work.files.order_file(row.sha256)
    if not path.is_file():
        raise RefusedError(f"the file {row.name} is missing: restore it from a backup")
    return OrderDownload(row.name, row.type, path)


def _place_of(text: str) -> str:
    try:
        code = places.place(text)
    except places.NotAPlaceError as error:
        raise RefusedError(f"name the state for which it holds: {error}") from error
    if "-" not in code:
        raise RefusedError("name the state for which it holds, such as US-WA")
    return code


def _undecided(work: Work, number: int, *, or_in_force: bool = False) -> store.CertificateRow:
    work.actor.require(Verb.KEEP_ORDERS)
    row = store.find_certificate(work.connection, work.actor, number, lock=True)
    if row is None:
        raise NoCertificateError
    if row.checked_at is not None and (row.refused or not or_in_force):
        found = "refused" if row.refused else "checked"
        raise RefusedError(f"{row.checked_by} {found} this certificate already")
    return row


def _decide(work: Work, row: store.CertificateRow, reason: str) -> None:
    store.decide_certificate(
        work.connection,
        row.id,
        {"checked_at": work.at, "checked_by": work.actor.name, "refused": reason},
    )
    _record(work, row.id, row.organization, row.place, "refused" if reason else "checked")
    setup = setup_in_force(work)
    entry = setup.organizations.get(row.organization)
    place, until = places.place_name(row.place), date_words(row.expires_on)
    recipients = [
        *([entry.email] if entry else []),
        *people.emails_of_organization(work.connection, row.organization),
    ]
    lines = (
        [
            f"We cannot take your tax certificate for {place}: {reason}",
            "Until another one is checked, tax is on quotes and invoices.",
        ]
        if reason
        else [f"Your tax certificate for {place} is checked and counts until {until}."]
    )
    _notify(
        work,
        list(dict.fromkeys(recipients)),
        f"Your tax certificate for {place}",
        lines,
        Side.ORGANIZATION,
        row.organization,
    )


def _record(work: Work, number: int, organization: str, place: str, event: str) -> None:
    verb = Verb.KEEP_ORDERS if work.actor.sees_all else Verb.ORDER
    work.record(
        verb, {"certificate": number, "organization": organization, "place": place, "what": event}
    )


def _notify(
    work: Work, recipients: list[str], subject: str, lines: list[str], side: Side, organization: str
) -> None:
    path = "/organization/certificates"
    if side is Side.STAFF:
        path = f"/finance/organizations/{organization}#certificates"
    for recipient in recipients:
        link = ("Open the certificates", path)
        write(
            work,
            Message(
                recipient,
                subject,
                lines,
                kind="order",
                about=f"certificate {organization}",
                link=link,
            ),
        )


def _certificate_of(work: Work, row: store.CertificateRow) -> Certificate:
    if row.refused:
        status = Status.REFUSED
    elif row.expires_on < work.today:
        status = Status.EXPIRED
    else:
        status = Status.WAITING if row.checked_at is None else Status.IN_FORCE
    return Certificate(
        row.id,
        row.organization,
        row.place,
        row.signed_on,
        row.expires_on,
        row.name,
        row.at,
        row.by,
        row.checked_at,
        row.checked_by,
        row.refused,
        status,
    )

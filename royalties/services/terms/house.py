"""The publisher's own data: set up once, and amended later; its logo; who approves."""

import base64
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from royalties.adapters.files import Files, TooLargeError
from royalties.domain.orders.artwork import Use
from royalties.domain.people import Verb
from royalties.domain.terms.logos import logo_of_day
from royalties.ingest.uploads import artwork
from royalties.services import approvals
from royalties.services.frame import LOGO_MARK
from royalties.services.terms import setup
from royalties.services.terms.amending import EntryChangedError
from royalties.services.time_zone import set_time_zone
from royalties.services.work import RefusedError, Work
from royalties.store.history import RevisionRow, find_revision, lock_setup
from royalties.store.periods import periods
from royalties.store.sales import batches
from royalties.store.work import find_setting, pop_setting, write_setting

LARGEST_LOGO = 5_000_000
"""Bytes of a logo as it is sent."""

_LARGEST_KEPT = 500_000
_LOGO = "logo"
_LOGOS = "logos"
_PART = "publisher"


class BadLogoError(RefusedError):
    """A file that cannot be shown as a logo."""


def find_house(work: Work) -> RevisionRow | None:
    """What is in force of the house; None while the books are empty."""
    work.actor.require(Verb.READ)
    return find_revision(work.connection, _PART, _PART)


def is_fixed(work: Work) -> bool:
    """Whether currency, calendar and first period carry figures already, and so stay."""
    return batches.is_any_recorded(work.connection) or (
        periods.last_closed(work.connection) is not None
    )


def save_house(
    work: Work, body: Mapping[str, Any], *, revision: int, time_zone: str, logo: bytes | None = None
) -> bool:
    """Set up the house, or amend it; returns whether anything changes.

    Args:
        body: as the setup file's ``publisher`` says it.
        revision: the number of the revision that was looked at; 0 to set it up.
        time_zone: decides what day it is, such as ``America/New_York``.
        logo: a PNG that ``look_at_logo`` made; empty to have none, None to leave it.

    Raises:
        SetupError: with every fault, each with its path.
        EntryChangedError: another revision is in force by now.
        RefusedError: there is no such time zone.
    """
    work.actor.require(Verb.SET)
    lock_setup(work.connection)
    now = find_revision(work.connection, _PART, _PART)
    if (now.id if now else 0) != revision:
        raise EntryChangedError("the house", now)
    changed = setup.amend(work, _PART, body).changed
    if time_zone != str(work.now.tzinfo):
        set_time_zone(work, time_zone)
        changed = True
    if logo is not None and logo != (current_logo(work) or b""):
        _save_logo(work, logo)
        changed = True
    return changed


def work_alone(work: Work) -> None:
    """Let one person prepare and approve, as whoever begins alone has to."""
    approvals.set_two_people(work, on=False)


def redraw_logo(files: Files, sent: Any, name: str) -> bytes:  # noqa: ANN401 - a binary file
    """A PNG made anew of a logo that was sent; nothing of the file itself is stored.

    Raises:
        BadLogoError: it is none, or could not be read safely.
    """
    try:
        fingerprint, _ = files.keep_enclosure(sent, LARGEST_LOGO)
    except TooLargeError:
        raise BadLogoError("the logo is larger than 5 MB: save it smaller") from None
    try:
        checked = artwork.check(files.enclosure(fingerprint), name, Use.LOGO)
    finally:
        files.drop_enclosure(fingerprint)
    if checked.problems:
        first = checked.problems[0]
        raise BadLogoError(f"{first.message}: {first.remedy}")
    if not checked.previews or len(checked.previews[0]) > _LARGEST_KEPT:
        raise BadLogoError("the logo has too many details to be shown small: save it simpler")
    return checked.previews[0]


def current_logo(work: Work) -> bytes | None:
    """The house's logo as PNG; everybody may see it."""
    stored = find_setting(work.connection, _LOGO)
    return _png(stored) if stored else None


def logos_of(work: Work) -> list[tuple[date, bytes]]:
    """The house's logos; the first one is of all papers before the next."""
    stored = find_setting(work.connection, _LOGOS)
    if stored is None:
        now = current_logo(work)
        return [(date.min, now)] if now else []
    return [
        (date.fromisoformat(each["from"]) if each["from"] else date.min, _png(each))
        for each in stored
    ]


def logo_on(work: Work, day: date) -> bytes:
    """The logo of papers of a day; empty if they have none."""
    return logo_of_day(logos_of(work), day)


def _png(stored: Mapping[str, str]) -> bytes:
    return base64.b64decode(stored["png"])


def _logo_value(first: date, png: bytes) -> dict[str, str]:
    """As it is stored: the first logo has no first day."""
    day = "" if first == date.min else first.isoformat()
    return {"from": day, "png": base64.b64encode(png).decode()}


def _save_logo(work: Work, png: bytes) -> None:
    mark = sha256(png).hexdigest()[:10] if png else ""
    before = [each for each in logos_of(work) if each[0] != work.today]
    printed = [*before, (work.today if before else date.min, png)]
    listed = [_logo_value(first, each) for first, each in printed]
    write_setting(work.connection, _LOGOS, listed, work.at, work.actor.name)
    pop_setting(work.connection, _LOGO)
    if png:
        value = {"png": base64.b64encode(png).decode()}
        write_setting(work.connection, _LOGO, value, work.at, work.actor.name)
    write_setting(work.connection, LOGO_MARK, mark, work.at, work.actor.name)
    work.record(Verb.SET, {_LOGO: "changed" if png else "removed"})

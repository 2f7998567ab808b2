"""What came back from the bank: a file is looked at, then recorded, all of it or nothing.

A booking changes something only if its reference and its amount are those of a payment. Settling is
a clerk's; that a payment came back is a manager's, and waits for one if a clerk brought the file.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from royalties.domain.json_values import canonical
from royalties.domain.payments.bookings import (
    TAKEN,
    Booking,
    BookingOutcome,
    Match,
    PaidOrDue,
)
from royalties.domain.payments.life import PaymentAction
from royalties.domain.payments.matching import amounts_that_settle, match_all
from royalties.domain.people import Verb
from royalties.services.payments import moving, steps
from royalties.services.payments.bank_files import ReadFile
from royalties.services.work import RefusedError, Work
from royalties.store.payments import bank_lines as store
from royalties.store.payments.bank_lines import ImportRow


@dataclass(frozen=True, slots=True)
class Told:
    """A booking, what it says of which payments, and whether an earlier file brought it."""

    key: str
    booking: Booking
    match: Match
    is_known: bool = False
    line: int = 0
    """Its number, if it was imported before."""


@dataclass(frozen=True, slots=True)
class BankOutlook:
    """What recording a file, or open bookings, would do.

    Attributes:
        told: its bookings, in the file's order.
        earlier: the import of the same file; None: it was not imported before.
    """

    told: tuple[Told, ...]
    earlier: ImportRow | None = None

    @property
    def news(self) -> list[Told]:
        """What no earlier file brought."""
        return [each for each in self.told if not each.is_known]

    @property
    def counts(self) -> dict[BookingOutcome, int]:
        """How many of the new bookings have which outcome."""
        found = Counter(each.match.outcome for each in self.news)
        return {outcome: found[outcome] for outcome in BookingOutcome if found[outcome]}

    @property
    def repeated(self) -> int:
        """How many an earlier file brought already."""
        return sum(each.is_known for each in self.told)

    @property
    def fingerprint(self) -> str:
        """Tells whether what was looked at still stands."""
        said = [
            [each.key, each.match.outcome, *map(str, each.match.payments)] for each in self.news
        ]
        return sha256(canonical(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of a file; ``again``: it had been imported before, and nothing changed."""

    number: int
    counts: dict[BookingOutcome, int]
    repeated: int = 0
    again: ImportRow | None = None


def outlook(work: Work, file: ReadFile) -> BankOutlook:
    """What recording a file would do; nothing is written."""
    work.actor.require(Verb.PAY)
    earlier = store.find_import(work.connection, file.fingerprint)
    keys = _keys(file.bookings)
    known = store.known_keys(work.connection, keys)
    listed = list(zip(keys, file.bookings, strict=True))
    # What went out before stays in the row, so that a second booking beside it is noticed.
    looked_at = [
        (key, booking)
        for key, booking in listed
        if key not in known or (booking.amount < 0 and known[key] in _WENT_OUT)
    ]
    matches = _matched(work, [booking for _, booking in looked_at])
    matched = {key: match for (key, _), match in zip(looked_at, matches, strict=True)}
    told = [
        Told(key, booking, _REPEATED if key in known else matched[key], key in known)
        for key, booking in listed
    ]
    return BankOutlook(tuple(told), earlier)


_WENT_OUT = frozenset({BookingOutcome.SETTLED, BookingOutcome.KNOWN})
_REPEATED = Match(BookingOutcome.KNOWN, (), "an earlier file brought it already")


def _keys(bookings: Iterable[Booking]) -> list[str]:
    """What tells a booking from all others; equal ones of a file are counted."""
    seen: Counter[str] = Counter()
    keys = []
    for booking in bookings:
        parts = [
            booking.kind,
            booking.day.isoformat(),
            booking.amount,
            booking.currency,
            booking.reference,
            booking.text,
            booking.code,
            booking.bank_id,
            booking.account,
        ]
        text = canonical(parts)
        seen[text] += 1
        keys.append(sha256(f"{text}{seen[text]}".encode()).hexdigest())
    return keys


def _matched(
    work: Work, bookings: Sequence[Booking], payments: Sequence[PaidOrDue] | None = None
) -> list[Match]:
    """What bookings say now, as far as who asks may record it."""
    if payments is None:
        payments = store.payments_to_match(work.connection)
    noted = store.noted_notices(work.connection)
    matches = match_all(bookings, payments, work.today, noted=noted)
    if work.actor.may(Verb.APPROVE):
        return matches
    return [
        Match(BookingOutcome.WAITS, match.payments, match.words)
        if match.outcome is BookingOutcome.RETURNED
        else match
        for match in matches
    ]


def import_bank_file(work: Work, file: ReadFile, *, seen: str = "") -> Recorded:
    """Record what a bank's file tells, all of it or nothing; the same file again changes nothing.

    Args:
        work: the unit of work.
        file: as it was read.
        seen: the fingerprint of the outlook that was shown; empty: none was.

    Raises:
        RefusedError: something has changed since it was shown.
    """
    work.actor.require(Verb.PAY)
    steps.hold(work)
    preview = outlook(work, file)
    if preview.earlier is not None:
        counts = store.counts_of(work.connection, [preview.earlier.id])[preview.earlier.id]
        return Recorded(preview.earlier.id, counts, again=preview.earlier)
    if seen and seen != preview.fingerprint:
        raise _changed()
    number = store.add_import(
        work.connection,
        {
            "name": file.name,
            "format": file.format,
            "fingerprint": file.fingerprint,
            "columns": dict(file.columns),
            "imported_at": work.at,
            "imported_by": work.actor.name,
            "imported_by_id": work.actor.person,
        },
    )
    store.add_lines(
        work.connection, number, ((entry.key, entry.booking, entry.match) for entry in preview.news)
    )
    _take(work, preview.news)
    work.record(
        Verb.PAY,
        {
            "what": "bank-file",
            "file": file.name,
            "format": file.format,
            "sha256": file.fingerprint,
            "bookings": len(preview.told),
            "outcomes": {outcome.value: count for outcome, count in preview.counts.items()},
        },
    )
    return Recorded(number, preview.counts, preview.repeated)


def _changed() -> RefusedError:
    return RefusedError("payments have changed since you looked: look at it again, then record it")


def _take(work: Work, told: Iterable[Told]) -> None:
    """Do what bookings say, the earliest day first, and what left before what came back."""
    taken = [entry for entry in told if entry.match.outcome in TAKEN]
    for entry in sorted(taken, key=lambda one: (one.booking.day, one.booking.amount > 0)):
        match = entry.match
        if match.outcome is BookingOutcome.SETTLED:
            moving.settle(work, match.payments, entry.booking.day)
        elif match.outcome is BookingOutcome.RETURNED:
            for number in match.payments:
                moving.take_back(work, number, entry.booking.day, match.words)
        else:
            for row in steps.payments_held(work, match.payments):
                steps.record(work, row, PaymentAction.NOTE, {"reason": match.words})


def look_again(work: Work) -> BankOutlook:
    """Open bookings that concern a payment, with what they say now; nothing is written.

    One that matched nothing may match once its payment is recorded as sent, or a manager looks.
    """
    work.actor.require(Verb.PAY)
    payments = store.payments_to_match(work.connection)
    rows = store.lines_to_look_at_again(work.connection, amounts_that_settle(payments))
    matches = _matched(work, [row.booking for row in rows], payments)
    told = [
        Told(row.key, row.booking, match, line=row.id)
        for row, match in zip(rows, matches, strict=True)
        if match.outcome is not BookingOutcome.NOTHING
    ]
    return BankOutlook(tuple(told))


def record_open(work: Work, *, seen: str = "") -> Recorded:
    """Record what open bookings say now; what is doubtful stays open.

    Args:
        work: the unit of work.
        seen: the fingerprint of what was shown; empty: nothing was.

    Raises:
        RefusedError: nothing can be recorded, or something has changed since it was shown.
    """
    work.actor.require(Verb.PAY)
    steps.hold(work)
    preview = look_again(work)
    if seen and seen != preview.fingerprint:
        raise _changed()
    settled = TAKEN | {BookingOutcome.KNOWN}
    taken = [line for line in preview.told if line.match.outcome in settled]
    if not taken:
        raise RefusedError("no open booking of the bank says anything that you can record")
    for line in taken:
        store.change_line(work.connection, line.line, line.match)
    _take(work, taken)
    outcome = BankOutlook(tuple(taken)).counts
    said = {kind.value: count for kind, count in outcome.items()}
    work.record(Verb.PAY, {"what": "bank-lines", "outcomes": said})
    return Recorded(0, outcome)

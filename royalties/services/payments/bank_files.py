"""A bank's file that was sent: read apart, with every fault told; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.payments.bookings import Booking, BookingKind
from royalties.domain.problems import Problem
from royalties.ingest.payments.apart import read_bank_file_apart, read_table_apart
from royalties.ingest.payments.faults import MOST_BYTES, BankFile
from royalties.ingest.payments.table import TableMap, faults_of
from royalties.services.work import RefusedError

LARGEST = MOST_BYTES
"""Bytes of a bank's file."""

_LAST = 4
"""Characters of an account that are kept."""

_LONGEST_NAME = 200


class FaultyBankFileError(RefusedError):
    """A bank's file has faults: nothing of it was recorded."""

    def __init__(
        self, name: str, problems: Sequence[Problem], sample: Sequence[Sequence[str]] = ()
    ) -> None:
        super().__init__(
            f"{name} has {counted(len(problems), 'fault')}, so nothing was recorded: "
            f"{place_of(problems[0])}: {problems[0].message}; {problems[0].remedy}"
        )
        self.problems = tuple(problems)
        self.sample = sample
        """The first rows, where it is of no format that is known by itself but a table."""


def place_of(problem: Problem) -> str:
    """Where a fault is: ``line 12``."""
    return f"line {problem.row}" if problem.row else "the whole file"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A bank's file that was read: its name, format and fingerprint, and what it tells."""

    name: str
    format: str
    fingerprint: str
    bookings: tuple[Booking, ...]
    columns: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path, name: str, columns: TableMap | None = None) -> ReadFile:
    """What a bank's file tells; it is read in a process of its own, and nothing is written.

    Args:
        path: where its bytes are.
        name: as it was sent.
        columns: how a table is read; None: the file is of a format that is known by itself.

    Raises:
        FaultyBankFileError: it has faults, each with its line and what to do.
        RefusedError: the map of the columns has.
    """
    if columns is None:
        file = read_bank_file_apart(path)
    else:
        if faults := faults_of(columns):
            raise RefusedError("; ".join(faults))
        file = read_table_apart(path, columns)
    if file.problems:
        raise FaultyBankFileError(name, file.problems, file.sample)
    how = (
        {}
        if columns is None
        else {
            "columns": dict(columns.columns),
            "dates": columns.dates,
            "decimal_mark": columns.decimal_mark,
            "currency": columns.currency,
        }
    )
    fingerprint = sha256(path.read_bytes()).hexdigest()
    return ReadFile(name[:_LONGEST_NAME], file.format, fingerprint, bookings_of(file), how)


def first_rows(path: Path) -> list[list[str]]:
    """The first rows of a file that may be a table; none: it is none."""
    return read_bank_file_apart(path).sample


def bookings_of(file: BankFile) -> tuple[Booking, ...]:
    """All that a file tells, in its order. Accounts are kept by their last characters only."""
    bookings = [
        Booking(
            BookingKind.LINE,
            line.day,
            line.amount,
            line.currency,
            line.reference,
            line.text,
            line.return_code,
            line.bank_id,
            line.account[-_LAST:],
            line.row,
        )
        for line in file.lines
    ]
    bookings += [
        Booking(
            BookingKind.RETURN,
            returned.day,
            returned.amount,
            "USD",
            returned.reference,
            returned.name,
            returned.code,
            returned.trace,
            row=returned.row,
        )
        for returned in file.returns
    ]
    for notice in file.notices:
        parts = [f"routing number {notice.routing}"] if notice.routing else []
        parts += [f"account ends in {notice.number[-_LAST:]}"] if notice.number else []
        parts += [f"a {notice.type.value} account"] if notice.type else []
        parts += [notice.other] if notice.other else []
        bookings.append(
            Booking(
                BookingKind.NOTICE,
                notice.day,
                0,
                "USD",
                notice.reference,
                "; ".join(parts),
                notice.code,
                notice.trace,
                row=notice.row,
            )
        )
    return tuple(sorted(bookings, key=lambda booking: booking.row))

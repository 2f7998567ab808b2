"""Returned entries and notices of change, as a bank passes on the NACHA file of the network.

Source: Nacha Operating Rules, Appendices Four (returns, addenda 99) and Five (notices of change,
addenda 98). Counts, hash and totals are checked for each batch and for the file.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from royalties.domain.payments.accounts import AccountType
from royalties.domain.payments.bank_lines import NoticeOfChange, ReturnedEntry
from royalties.ingest.payments.faults import MOST_LINES, BankFile, day, said

RECORD = 94
_HASH = 10**10
_TYPES = {"2": AccountType.CHECKING, "3": AccountType.SAVINGS}
_KINDS = frozenset("156789")
_NO_ADDENDA = "this entry has no addenda record that says why it came back"


@dataclass(slots=True)
class _Sums:
    """What a control record has to agree with."""

    row: int = 0
    count: int = 0
    hash: int = 0
    debits: int = 0
    credits: int = 0

    def add(self, other: "_Sums") -> None:
        self.count += other.count
        self.hash += other.hash
        self.debits += other.debits
        self.credits += other.credits


@dataclass(slots=True)
class _Entry:
    row: int
    record: str
    amount: int


@dataclass(slots=True)
class _State:
    file: BankFile
    whole: _Sums
    made_on: date = date.min
    batch: _Sums | None = None
    batches: int = 0
    entry: _Entry | None = None
    ended: bool = False


def read_ach_returns(text: str) -> BankFile:
    """Returns and notices of change of a file."""
    state = _State(BankFile(), _Sums())
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n\x1a ").split("\n")
    if len(lines) == 1 and len(text.strip()) > RECORD:
        whole = text.rstrip("\r\n")  # some banks send records without line ends
        lines = [whole[at : at + RECORD] for at in range(0, len(whole), RECORD)]
    if len(lines) > MOST_LINES:
        state.file.fault(
            0, f"the file has more than {MOST_LINES:,} records", "ask for smaller ones"
        )
        return state.file.settled()
    for row, line in enumerate(lines, 1):
        record = line.ljust(RECORD)
        if len(record) != RECORD or not record.isascii() or record[0] not in _KINDS:
            state.file.fault(row, f"this is no record of {RECORD} characters", value=line)
            continue
        if (row == 1) != (record[0] == "1"):
            state.file.fault(row, "a file header (1) stands in the first line, and only there")
        elif state.ended and record != "9" * RECORD:
            state.file.fault(row, "records follow the file's end")
        elif not state.ended:
            _read(row, record, state)
    if not state.ended and not state.file.problems:
        state.file.fault(0, "the file ends before its control record (9): a part is missing")
    return state.file.settled()


def _read(row: int, record: str, state: _State) -> None:
    if record[0] in "5689" and state.entry is not None:
        state.file.fault(state.entry.row, _NO_ADDENDA)
        state.entry = None
    match record[0]:
        case "5":
            if state.batch is not None:
                state.file.fault(row, "the batch before this one has no control record (8)")
            state.batch = _Sums(row)
            state.batches += 1
        case "6" if state.batch is not None:
            _read_entry(row, record, state, state.batch)
        case "7" if state.batch is not None:
            state.batch.count += 1
            _read_addenda(row, record, state)
        case "8" if state.batch is not None:
            _agree(row, record, (4, 10, 20, 32, 44), state.batch, state)
            state.whole.add(state.batch)
            state.batch = None
        case "9":
            _agree(row, record, (13, 21, 31, 43, 55), state.whole, state)
            if _digits(record[1:7]) != state.batches:
                state.file.fault(
                    row, f"the file's control counts other batches than {state.batches}"
                )
            state.ended = True
        case "1":
            _read_header(row, record, state)
        case _:
            state.file.fault(row, "this record stands outside of a batch")


def _read_header(row: int, record: str, state: _State) -> None:
    made_on = day(f"20{record[23:29]}")
    if made_on is None:
        state.file.fault(row, "the file's day is none (YYMMDD)", value=record[23:29])
    else:
        state.made_on = made_on


def _digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _read_entry(row: int, record: str, state: _State, batch: _Sums) -> None:
    minor, routing = _digits(record[29:39]), _digits(record[3:11])
    if minor is None or routing is None:
        state.file.fault(row, "amount or routing number of this entry are no digits", value=record)
        return
    batch.count += 1
    batch.hash += routing
    if record[2] in "6789":
        batch.debits += minor
    else:
        batch.credits += minor
    state.entry = _Entry(row, record, minor)


def _read_addenda(row: int, record: str, state: _State) -> None:
    entry, kind, code = state.entry, record[1:3], record[3:6]
    if kind not in {"98", "99"}:
        return  # our own addenda, sent along
    if entry is None:
        state.file.fault(row, "this addenda record follows no entry")
        return
    state.entry = None
    expected = "R" if kind == "99" else "C"
    if code[0] != expected or _digits(code[1:]) is None:
        state.file.fault(row, f"the reason is not one of {expected}01 to {expected}99", value=code)
        return
    reference, name = said(entry.record[39:54]), said(entry.record[54:76])
    trace = record[6:21].strip()
    if kind == "99":
        state.file.returns.append(
            ReturnedEntry(reference, code, entry.amount, name, trace, entry.row, state.made_on)
        )
    else:
        notice = NoticeOfChange(reference, code, name, trace, entry.row, state.made_on)
        state.file.notices.append(_corrected(notice, record[35:64]))


def _corrected(notice: NoticeOfChange, corrected: str) -> NoticeOfChange:
    """What to correct; where it stands in the field depends on the code."""
    routing = number = type_ = ""
    match notice.code:
        case "C01":
            number = corrected[:17]
        case "C02":
            routing = corrected[:9]
        case "C03":
            routing, number = corrected[:9], corrected[12:29]
        case "C05":
            type_ = corrected[:1]
        case "C06":
            number, type_ = corrected[:17], corrected[20:21]
        case "C07":
            routing, number, type_ = corrected[:9], corrected[9:26], corrected[26:27]
    known = routing or number or type_
    return replace(
        notice,
        routing=routing.strip(),
        number=number.strip(),
        type=_TYPES.get(type_),
        other="" if known else said(corrected),
    )


def _agree(
    row: int, record: str, at: tuple[int, int, int, int, int], counted: _Sums, state: _State
) -> None:
    parts = [_digits(record[begin:end]) for begin, end in pairwise(at)]
    expected = [counted.count, counted.hash % _HASH, counted.debits, counted.credits]
    names = ("count", "hash", "debits", "credits")
    for name, written, sum_ in zip(names, parts, expected, strict=True):
        if written != sum_:
            state.file.fault(
                row, f"the control record's {name} {written} do not agree with the entries: {sum_}"
            )

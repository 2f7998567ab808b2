"""A bank's statement as BAI2, the format of U.S. banks: details (16) of each account (03).

Source: BAI Cash Management Balance Reporting Specifications, version 2. Counts and control totals
are checked at each of its three levels, so that no lost line goes unnoticed. The ``bai2`` package
reads the format, too, but names no line at fault, and ends at the first; the tests ask it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from royalties.domain.currencies import EXPONENTS
from royalties.domain.payments.bank_lines import BankLine
from royalties.ingest.payments.faults import MOST_LINES, BankFile, day, said

_DEBITS_FROM = 400
_DETAILS_TO = 699
_OF_RETURNS = "252 257 258 259 266 359 452 555 557 558 559 566 659"
_RETURNED = frozenset(_OF_RETURNS.split(" "))
"""Type codes of items and entries that came back."""

_CODE = re.compile(r"(?<![A-Z0-9])R[0-8][0-9](?![A-Z0-9])")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_FUNDS = {"": 0, "Z": 0, "0": 0, "1": 0, "2": 0, "S": 3, "V": 2}
"""Fields that follow a type of funds; those of D are counted by the first of them."""

_CENTURY = 2000
_HEADERS = {"01": "99", "02": "98", "03": "49"}
_INSIDE = {"01": "", "02": "01", "03": "02", "16": "03", "49": "03", "98": "02", "99": "01"}


@dataclass(slots=True)
class _Record:
    code: str
    row: int
    fields: list[str]
    lines: int = 1
    tail: str = ""
    """Text of a detail, which may hold commas."""


@dataclass(slots=True)
class _Level:
    """A file, group or account that was begun: what its trailer has to agree with."""

    code: str
    row: int
    lines: int = 0
    parts: int = 0
    total: int = 0


@dataclass(slots=True)
class _Bai2State:
    file: BankFile
    open: list[_Level] = field(default_factory=list)
    day: str = ""
    currency: str = ""
    group_currency: str = "USD"
    account: str = ""
    ended: bool = False


def read_bai2(text: str) -> BankFile:
    """Details of all accounts of a file."""
    state = _Bai2State(BankFile())
    for record in _records(text, state.file):
        _read(record, state)
        if len(state.file.lines) > MOST_LINES:
            state.file.fault(
                0, f"the file has more than {MOST_LINES:,} details", "choose fewer days"
            )
            break
    if not state.file.problems and not state.ended:
        state.file.fault(0, "the file ends before its last record (99): a part is missing")
    return state.file.settled()


def _records(text: str, file: BankFile) -> Iterator[_Record]:
    """Records with what continues them (88)."""
    current: list[tuple[int, str]] = []
    for row, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = raw.strip(" \x1a\ufeff")
        if not line:
            continue
        code, comma, rest = line[:2], line[2:3], line[3:]
        if comma not in {",", "/"} or (code not in _INSIDE and code != "88"):
            file.fault(row, "this line begins with no code of a BAI2 record", value=line)
            return
        if code != "88":
            if current:
                yield _record(current)
            current = [(row, f"{code},{rest}")]
        elif current:
            current.append((row, rest))
        else:
            file.fault(row, "this line continues (88) nothing")
            return
    if current:
        yield _record(current)


def _record(parts: list[tuple[int, str]]) -> _Record:
    row, first = parts[0]
    whole = first
    for _, more in parts[1:]:
        # A line that ends with a slash ends a field; text goes on without one.
        whole = f"{whole[:-1]},{more}" if whole.endswith("/") else f"{whole} {more}"
    code, _, rest = whole.removesuffix("/").partition(",")
    return _Record(code, row, [each.strip() for each in rest.split(",")], len(parts), rest)


def _read(record: _Record, state: _Bai2State) -> None:
    inside = state.open[-1].code if state.open else ""
    if inside != _INSIDE[record.code] or state.ended:
        state.file.fault(record.row, f"a record {record.code} does not belong here")
        state.open = [_Level(each, record.row) for each in _path(record.code)]
        if record.code in _HEADERS.values():
            return
    for level in state.open:
        level.lines += record.lines
    if record.code in _HEADERS:
        state.open.append(_Level(record.code, record.row, record.lines))
    match record.code:
        case "01":
            _read_file_header(record, state)
        case "02":
            _read_group(record, state)
        case "03":
            _read_account(record, state)
        case "16":
            _read_detail(record, state)
        case _:
            _read_trailer(record, state)


def _path(code: str) -> list[str]:
    """Levels that stand open where a record belongs."""
    inside = _INSIDE[code]
    return [*_path(inside), inside] if inside else []


def _field(record: _Record, at: int) -> str:
    return record.fields[at] if at < len(record.fields) else ""


def _number(record: _Record, text: str, what: str, state: _Bai2State) -> int:
    if not _INTEGER.fullmatch(text):
        state.file.fault(record.row, f"{what} is no whole number", value=text)
        return 0
    return int(text)


def _read_file_header(record: _Record, state: _Bai2State) -> None:
    if _field(record, 7) != "2":
        state.file.fault(
            record.row,
            "this is another version of BAI than 2",
            "ask the bank for BAI2",
            _field(record, 7),
        )


def _read_group(record: _Record, state: _Bai2State) -> None:
    written = _field(record, 3)
    state.day = f"{_CENTURY // 100}{written}"
    if day(state.day) is None:
        state.file.fault(record.row, "the group's day is none (YYMMDD)", value=written)
    state.group_currency = _field(record, 5) or "USD"
    if _field(record, 2) in {"2", "4"}:
        state.file.fault(
            record.row,
            "the group deletes earlier ones, or is a test",
            "ask the bank for a new file",
        )


def _read_account(record: _Record, state: _Bai2State) -> None:
    state.account = said(_field(record, 0))
    state.currency = _field(record, 1) or state.group_currency
    if state.currency not in EXPONENTS:
        state.file.fault(
            record.row, "the account's currency is none of ISO 4217", value=state.currency
        )
    rest = record.fields[2:]
    while len(rest) > 1:
        if rest[1]:
            state.open[-1].total += _number(record, rest[1], "an amount of the summary", state)
        funds = rest[3] if len(rest) > 3 else ""
        rest = rest[4 + _following(funds, rest[4:5]) :]


def _following(funds: str, first: list[str]) -> int:
    """How many fields a type of funds has after it."""
    if funds == "D":
        count = first[0] if first else ""
        return 1 + 2 * int(count) if count.isascii() and count.isdigit() else 0
    return _FUNDS.get(funds, 0)


def _read_detail(record: _Record, state: _Bai2State) -> None:
    code, written, funds = (_field(record, at) for at in range(3))
    if not (code.isascii() and code.isdigit() and len(code) == len("475")):
        state.file.fault(record.row, "the detail has no type of three digits", value=code)
        return
    minor = _number(record, written, "the detail's amount", state) if written else 0
    state.open[-1].total += minor
    skipped = 3 + _following(funds, record.fields[3:4])
    booked = day(state.day)
    if not 100 <= int(code) <= _DETAILS_TO or booked is None or not minor:
        return
    bank_id, ours = _field(record, skipped), _field(record, skipped + 1)
    text = said(",".join(record.tail.removesuffix("/").split(",")[skipped + 2 :]))
    came_back = _CODE.search(text) if code in _RETURNED else None
    state.file.lines.append(
        BankLine(
            day=booked,
            amount=-minor if int(code) >= _DEBITS_FROM else minor,
            currency=state.currency,
            reference=said(ours),
            text=text,
            return_code=came_back[0] if came_back else "NARR" if code in _RETURNED else "",
            bank_id=said(bank_id),
            account=state.account,
            row=record.row,
        )
    )


def _read_trailer(record: _Record, state: _Bai2State) -> None:
    level = state.open.pop()
    total = _number(record, _field(record, 0), "the control total", state)
    if record.code != "49":
        _agree(record, state, _field(record, 1), level.parts, "parts")
    _agree(record, state, _field(record, 2 if record.code != "49" else 1), level.lines, "records")
    if total != level.total:
        state.file.fault(
            record.row,
            f"the control total of what begins in line {level.row} is {total}, but its amounts "
            f"make {level.total}: lines are missing, or were changed",
        )
    if state.open:
        state.open[-1].parts += 1
        state.open[-1].total += total
    state.ended = record.code == "99"


def _agree(record: _Record, state: _Bai2State, written: str, counted: int, what: str) -> None:
    if _number(record, written, f"the count of {what}", state) != counted:
        state.file.fault(
            record.row, f"the trailer counts {written} {what}, but {counted} are there"
        )

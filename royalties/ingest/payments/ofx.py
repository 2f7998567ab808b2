"""A bank's statement as OFX 1 (SGML, QuickBooks and Quicken files) or OFX 2 (XML).

Source: Open Financial Exchange specifications 1.6 and 2.2. The kept library for the format is
licensed under the GPL, which this project is not; what a statement needs of it is little: elements
that may lack their end, and the values in them.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from royalties.domain.currencies import EXPONENTS
from royalties.domain.payments.bank_lines import BankLine
from royalties.ingest.payments.faults import MOST_LINES, BankFile, amount, day, said
from royalties.ingest.payments.returned import return_code_in

_TAG = re.compile(r"<(/?)([A-Z0-9.]{1,32})>([^<]*)")
_STATEMENTS = frozenset({"STMTRS", "CCSTMTRS"})
_LEAST_DAY = len("YYYYMMDD")


@dataclass(slots=True)
class _Transaction:
    row: int
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _OfxState:
    file: BankFile
    currency: str = ""
    account: str = ""
    transaction: _Transaction | None = None
    statements: int = 0


def read_ofx(text: str) -> BankFile:
    """Transactions of all bank and card statements of a file."""
    state = _OfxState(BankFile())
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        state.file.fault(1, "the file declares a document type, which no bank's file does")
        return state.file.settled()
    begin = text.find("<OFX>")
    if begin < 0:
        state.file.fault(0, "the file has no element OFX")
        return state.file.settled()
    for row, is_end, name, value in _elements(text, begin):
        _read(row, name, value, state, is_end=is_end)
        if len(state.file.lines) > MOST_LINES:
            state.file.fault(
                0, f"the file has more than {MOST_LINES:,} bookings", "choose fewer days"
            )
            break
    if state.transaction is not None:
        state.file.fault(state.transaction.row, "the file ends inside of this booking")
    elif not text.rstrip(" \r\n\t\x1a").endswith("</OFX>"):
        state.file.fault(0, "the file ends before its last element (/OFX): a part is missing")
    if not state.statements:
        state.file.fault(0, "the file holds no statement of an account")
    return state.file.settled()


def _elements(text: str, begin: int) -> Iterator[tuple[int, bool, str, str]]:
    """Row, whether it is an end, name and value of each element."""
    breaks = [line_break.start() for line_break in re.finditer("\n", text)]
    for tag in _TAG.finditer(text, begin):
        row = bisect_right(breaks, tag.start()) + 1
        yield row, bool(tag[1]), tag[2], html.unescape(tag[3].strip())


def _read(row: int, name: str, value: str, state: _OfxState, *, is_end: bool) -> None:
    if name == "STMTTRN":
        if is_end:
            _take(state)
        else:
            if state.transaction is not None:
                state.file.fault(state.transaction.row, "this booking has no end (/STMTTRN)")
            state.transaction = _Transaction(row)
    elif is_end:
        return
    elif name in _STATEMENTS:
        state.statements += 1
        state.currency = state.account = ""
    elif state.transaction is not None:
        state.transaction.values.setdefault(name, value)
    elif name == "CURDEF":
        state.currency = value
        if value not in EXPONENTS:
            state.file.fault(row, "the statement's currency is none of ISO 4217", value=value)
    elif name == "ACCTID":
        state.account = said(value)


def _take(state: _OfxState) -> None:
    transaction, state.transaction = state.transaction, None
    if transaction is None:
        return
    values, row = transaction.values, transaction.row
    booked = day(values.get("DTPOSTED", "")[:_LEAST_DAY])
    if booked is None:
        state.file.fault(row, "the booking has no day (DTPOSTED)", value=values.get("DTPOSTED", ""))
    minor = amount(values.get("TRNAMT", ""), state.currency)
    if minor is None and state.currency in EXPONENTS:
        state.file.fault(row, "the booking has no amount (TRNAMT)", value=values.get("TRNAMT", ""))
    if not state.currency:
        state.file.fault(row, "the statement names no currency (CURDEF) before this booking")
    if booked is None or minor is None:
        return
    text = said(values.get("NAME"), values.get("MEMO"))
    state.file.lines.append(
        BankLine(
            day=booked,
            amount=minor,
            currency=state.currency,
            reference=said(values.get("CHECKNUM") or values.get("REFNUM")),
            text=text,
            return_code=return_code_in(text),
            bank_id=said(values.get("FITID")),
            account=state.account,
            row=row,
        )
    )
